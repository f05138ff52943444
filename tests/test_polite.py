"""How feeds and pages are asked for over days and restarts: real requests on a clock that the test moves."""

from datetime import timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest

from monitor.options import Feed
from tests.server import Item, Server
from tests.world import NOW, World

SECOND, MINUTE, HOUR, DAY = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours", "days"))
FIVE = 5 * MINUTE
TEXT = "Nvidia opened a plant on Tuesday, and said that it would hire a thousand people in the valley. " * 4


@pytest.fixture
def world(tmp_path: Path, server: Server) -> World:
    return World(tmp_path, server)


@pytest.fixture
def reader(tmp_path: Path, server: Server) -> World:
    """A world that reads pages, too; what its feed holds at first has none."""
    return World(tmp_path, server, Feed(url=server.feed("/rss", items(0))))


def items(first: int, count: int = 3) -> list[Item]:
    return [Item(f"Story {n}", guid=str(n)) for n in range(first, first + count)]


# ---------------------------------------------------------------- conditional requests


async def test_over_twenty_restarts_there_is_one_unconditional_request_a_feed(tmp_path: Path, server: Server) -> None:
    paths = ("/a", "/b", "/c")
    world = World(tmp_path, server, *(Feed(url=server.feed(path, items(0))) for path in paths))

    await world.visits(*[DAY] * 20)

    for path in paths:
        asked = [request.headers for request in server.requests if request.path == path]
        assert len(asked) == 20
        assert ["if-none-match" in headers for headers in asked] == [False] + [True] * 19


async def test_validators_are_those_of_the_latest_document_byte_for_byte(world: World, server: Server) -> None:
    sent = [{"ETag": 'W/"ü\tb"', "Last-Modified": "yesterday, about noon"}, {"ETag": "'2'"}, {}, {}]
    asked = []

    for headers in sent:
        server.answer("/rss", b"<rss version='2.0'><channel><title>T</title></channel></rss>", headers=headers)
        await world.visit(HOUR)
        request = server.last("/rss").headers
        asked.append([request.get(name, "").encode("latin-1") for name in ("if-none-match", "if-modified-since")])

    assert asked == [[b"", b""], ['W/"ü\tb"'.encode(), b"yesterday, about noon"], [b"'2'", b""], [b"", b""]]


async def test_a_poll_that_ends_badly_keeps_the_validators(world: World, server: Server) -> None:
    server.feed("/rss", items(0))
    await world.visit()
    etag = world.detail().etag
    server.answer("/rss", b"<html>closed for maintenance</html>", headers={"ETag": '"maintenance"'})

    await world.visits(HOUR, HOUR)

    assert server.last("/rss").headers["if-none-match"] == etag


# ---------------------------------------------------------------- the next poll


@pytest.mark.parametrize(
    ("headers", "wait", "because"),
    [
        ({}, FIVE, "every 5m"),
        ({"Cache-Control": "max-age=3600"}, HOUR, "the server says that its answer holds for 1h"),
        ({"Cache-Control": "max-age=3600, no-cache"}, FIVE, "every 5m"),
        ({"Cache-Control": "max-age=9"}, FIVE, "every 5m"),
        ({"Expires": format_datetime(NOW + 2 * HOUR)}, 2 * HOUR, "the server says that its answer holds for 2h"),
        ({"Cache-Control": "max-age=31536000"}, DAY, "the server says that its answer holds for 1d"),
    ],
)
async def test_the_next_poll_heeds_what_the_server_says(
    world: World, server: Server, headers: dict[str, str], wait: timedelta, because: str
) -> None:
    server.answer("/rss", b"<rss version='2.0'><channel><title>T</title></channel></rss>", headers=headers)

    await world.visit()

    assert (world.feed().next_poll, world.feed().next_reason) == (NOW + wait, because)


HINTS = "<ttl>120</ttl><skipDays><day>Tuesday</day></skipDays>"


async def test_what_the_feed_asks_for_is_kept_while_it_does_not_change(world: World, server: Server) -> None:
    body = f"<rss version='2.0'><channel><title>T</title>{HINTS}</channel></rss>".encode()
    server.answer("/rss", body, headers={"ETag": "1"})
    await world.visit()
    server.status("/rss", 304)

    await world.visit(2 * HOUR)
    hinted = world.feed()
    await world.visit(9 * HOUR + FIVE)  # ten to Tuesday

    assert (hinted.next_poll, hinted.next_reason) == (NOW + 4 * HOUR, "the feed asks for 2h between polls")
    assert world.feed().next_poll == NOW + 35 * HOUR + FIVE  # a day at most
    assert "not in the hours that the feed skips" in world.feed().next_reason


async def test_an_interval_set_on_the_feed_wins_over_all_hints(tmp_path: Path, server: Server) -> None:
    body = f"<rss version='2.0'><channel><title>T</title>{HINTS}</channel></rss>".encode()
    url = server.answer("/rss", body, headers={"Cache-Control": "max-age=86400"})
    world = World(tmp_path, server, Feed(url=url, interval=MINUTE))

    await world.visit()

    assert (world.feed().next_poll, world.feed().next_reason) == (NOW + MINUTE, "every 1m, as set on the feed")


async def test_a_window_that_rolls_over_is_told_and_polled_more_often(world: World, server: Server) -> None:
    for first in (0, 2, 10):
        server.feed("/rss", items(first))
        await world.visit(FIVE)

    assert world.feed().next_poll == world.now + 150 * SECOND
    assert "rolled over" in world.feed().next_reason
    assert "some may have been missed" in world.detail().polls[0].problems[0]


# ---------------------------------------------------------------- Retry-After


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("as_date", [False, True])
async def test_a_host_that_asks_to_wait_is_left_alone_with_all_its_feeds(
    tmp_path: Path, server: Server, status: int, as_date: bool
) -> None:
    asks = format_datetime(NOW + HOUR, usegmt=True) if as_date else "3600"
    urls = [server.feed("/busy", items(0)), server.feed("/rss", items(0))]
    world = World(tmp_path, server, *(Feed(url=url) for url in urls))
    await world.visit(-HOUR)
    server.status("/busy", status, {"Retry-After": asks})
    await world.visit(HOUR)
    asked = len(server.requests)

    await world.visit(30 * MINUTE)
    world.refresh()
    await world.visit(29 * MINUTE)

    assert len(server.requests) == asked
    held = world.feed()
    assert (held.state, held.failures, held.next_poll) == ("held", 0, NOW + HOUR)
    server.feed("/busy", items(0))
    await world.visit(MINUTE)
    assert len(server.requests) == asked + 2


async def test_a_redirect_to_a_host_that_asked_to_wait_is_not_followed_after_a_restart(
    tmp_path: Path, server: Server
) -> None:
    there = f"http://localhost:{server.port}/busy"
    server.status("/busy", 429, {"Retry-After": "3600"})
    world = World(tmp_path, server, Feed(url=server.redirect("/rss", there)))
    await world.visit()

    world.refresh()
    await world.visit(MINUTE)

    assert (server.hits("/rss"), server.hits("/busy")) == (2, 1)
    assert world.feed().failures == 0


# ---------------------------------------------------------------- redirects, and feeds that are gone


@pytest.mark.parametrize("status", [301, 308])
async def test_a_permanent_redirect_is_kept_after_a_day(world: World, server: Server, status: int) -> None:
    server.feed("/new", items(0))
    server.redirect("/rss", "/new", status)

    await world.visits(*[6 * HOUR] * 6)

    assert (server.hits("/rss"), server.hits("/new")) == (5, 6)


@pytest.mark.parametrize("status", [302, 303, 307])
async def test_any_other_redirect_never_is(world: World, server: Server, status: int) -> None:
    server.feed("/new", items(0))
    server.redirect("/rss", "/new", status)

    await world.visits(*[DAY] * 5)

    assert server.hits("/rss") == 5


async def test_a_redirect_to_the_page_of_a_hotel_moves_nothing(world: World, server: Server) -> None:
    server.feed("/rss", items(0))
    await world.visit()
    server.page("/welcome", "<html><body>Welcome to our Wi-Fi</body></html>")
    server.redirect("/rss", "/welcome", 301)
    await world.visits(*[DAY] * 4)
    server.feed("/rss", items(0))

    await world.visit(DAY)

    assert world.feed().state == "ok"


async def test_where_an_address_with_a_key_redirects_to_is_not_stored(tmp_path: Path, server: Server) -> None:
    server.feed("/new", items(0))
    server.redirect("/rss", "/new?key=hush", 301)
    world = World(tmp_path, server, Feed(url=f"{server.url}/rss?key=hush").known_as(f"{server.url}/rss?key=${{KEY}}"))

    await world.visits(*[DAY] * 3)

    assert server.hits("/rss") == 3
    assert b"hush" not in (tmp_path / "monitor.db").read_bytes()


async def test_a_feed_that_is_gone_is_no_longer_asked_for_and_that_is_said(world: World, server: Server) -> None:
    server.status("/rss", 410)

    await world.visit(check_up=True)
    await world.visits(*[DAY] * 3)

    assert server.hits("/rss") == 1
    assert world.feed().state == "gone"
    [notice] = world.sent
    assert "gone for good (410)" in notice


async def test_failures_back_off_to_a_day_and_never_end(world: World, server: Server) -> None:
    server.status("/rss", 500)
    waits = []

    for _ in range(14):
        await world.visit()
        due = world.feed().next_poll
        assert due is not None
        waits.append(due - world.now)
        world.now = due

    assert waits[:3] == [FIVE, 2 * FIVE, 4 * FIVE]
    assert waits[-4:] == [DAY] * 4
    assert server.hits("/rss") == 14


# ---------------------------------------------------------------- pages


@pytest.mark.parametrize("status", [401, 402, 403, 451])
async def test_behind_a_wall_the_feeds_text_alerts_and_the_page_is_tried_again(
    reader: World, server: Server, status: int
) -> None:
    world = reader
    await world.visit()
    server.status("/plant", status)
    server.feed("/rss", [Item("Nvidia opens a plant", "/plant", summary="In short."), *items(0)])

    await world.visit(FIVE)
    first = world.sent
    looks = []
    for gap in (4 * MINUTE, MINUTE, HOUR, 12 * HOUR, 30 * DAY):
        await world.visit(gap)
        looks.append(server.hits("/plant"))

    assert len(first) == 1
    assert looks == [1, 2, 3, 4, 4]
    assert world.detail().pages == {"walled": 1}
    assert len(world.sent) == 1


async def test_a_page_that_opens_after_a_while_is_read(reader: World, server: Server) -> None:
    world = reader
    await world.visit()
    server.status("/plant", 403)
    server.feed("/rss", [Item("A plant opens", "/plant", summary="In short."), *items(0)])
    await world.visit(FIVE)
    server.page("/plant", f"<html><body><article><h1>A plant opens</h1><p>{TEXT}</p></article></body></html>")

    await world.visit(FIVE)

    assert world.detail().pages == {"read": 1}
    assert len(world.sent) == 1


async def test_a_page_that_robots_may_not_read_is_not_read(reader: World, server: Server) -> None:
    world = reader
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /plant", headers={"Content-Type": "text/plain"})
    await world.visit()
    server.feed("/rss", [Item("Nvidia opens a plant", "/plant", summary="In short."), *items(0)])

    await world.visits(FIVE, DAY)

    assert server.hits("/plant") == 0
    assert len(world.sent) == 1
    assert world.detail().pages == {"refused": 1}
