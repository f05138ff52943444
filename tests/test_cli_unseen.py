"""`monitor why` of an address that is not stored."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.model import Entry
from monitor.options import Feed, Watch
from monitor.store import feeds, sync
from tests.command import NVIDIA, Desk
from tests.server import Server, serve
from tests.store.newsroom import MINUTE, NOW, WATCH, fail, poll

STORY = "Nvidia opened a plant on Tuesday, and said that it would hire a thousand people in the valley. " * 6
PLANTS = Watch(name="No plants", companies=("Nvidia",), exclude=("plant",))
APPLE = Watch(name="Apple", companies=("Apple",))


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        server.page("/news/new", article("Nvidia opens a plant", STORY))
        yield server


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], server: Server) -> Desk:
    """A feed whose one entry links to the server."""
    desk = Desk(tmp_path, capsys)
    carried_by(desk, server, f"{server.url}/rss")
    return desk


def carried_by(desk: Desk, server: Server, url: str, settings: str = "") -> None:
    place = server.url.removeprefix("http://")
    private = f'[settings]\nallow_private_hosts = ["{place}"]\n'
    desk.write(private, f'[[feed]]\nurl = "{url}"\nname = "Outlet"\n{settings}', NVIDIA)
    old = Entry(guid="old", link=f"{server.url}/news/old", title="It rained", published=NOW)
    with desk.store() as store:
        store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=url, name="Outlet")], NOW))
        store.write_now(lambda db: sync.sync_rules(db, [WATCH, PLANTS, APPLE], NOW))
        store.write_now(lambda db: poll(db, old, url=url))


def article(title: str, text: str, head: str = "") -> str:
    return f"<html><head>{head}</head><body><article><h1>{title}</h1><p>{text}</p></article></body></html>"


def test_a_page_is_read_and_judged_as_if_the_feed_carried_it(desk: Desk, server: Server) -> None:
    told = desk.run("why", f"{server.url}/news/new").words

    steps = (
        f"No article with this address is stored: {server.url}/news/new",
        "Outlet (tier 2): 1 entry links to this part of 127.0.0.1, the newest seen 01 Mar 12:00:00; next poll now",
        "answered 200: ",
        "Nvidia opens a plant",
        "As if Outlet carried it:",
        'Nvidia fires, score 97 company "Nvidia" in the title and the lead: “»Nvidia« opened a plant on Tuesday',
        'No match on this text No plants it excludes "plant", which stands here',
        "nothing in title or text fits: Apple",
    )
    places = [told.find(step) for step in steps]
    assert -1 not in places, told
    assert places == sorted(places)


def test_scripts_are_told_the_same(desk: Desk, server: Server) -> None:
    [told] = desk.run("why", f"{server.url}/news/new", "--json").json()

    assert (told["article"], told["url"]) == (None, f"{server.url}/news/new")
    [feed] = told["feeds"]
    assert (feed["name"], feed["entries"], feed["entries_near"], feed["state"]) == ("Outlet", 1, 1, "ok")
    page = told["page"]
    assert (page["status"], page["outcome"], page["error"], page["title"]) == (200, "read", "", "Nvidia opens a plant")
    assert page["characters"] == len(STORY.strip())
    assert [match["watch"] for match in told["matches"]] == ["Nvidia"]
    assert told["matches"][0]["evidence"][-1]["sentence"].startswith("Nvidia opened a plant")
    assert [item["watch"] for item in told["missed"]] == ["No plants", "Apple"]


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (404, "no text: 127.0.0.1 answered 404 Not Found"),
        (403, "a login or a paywall: 127.0.0.1 answered 403 Forbidden"),
        (500, "no text: 127.0.0.1 answered 500 Internal Server Error"),
    ],
)
def test_a_page_that_gives_nothing_hides_no_feed(desk: Desk, server: Server, status: int, words: str) -> None:
    server.status("/news/new", status)

    done = desk.run("why", f"{server.url}/news/new")

    assert done.code == 0
    assert "Outlet (tier 2): 1 entry links" in done.words
    assert done.words.endswith(f"What reading it now gives {words}")


def test_a_page_without_an_article_says_what_it_answered(desk: Desk, server: Server) -> None:
    server.page("/news/new", "<html><body></body></html>")

    assert "no text (it answered 200): " in desk.run("why", f"{server.url}/news/new").words
    [told] = desk.run("why", f"{server.url}/news/new", "--json").json()
    assert (told["page"]["status"], told["page"]["outcome"]) == (200, "empty")


def test_a_page_that_robots_may_not_read_is_not_asked_for(desk: Desk, server: Server) -> None:
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /news/")

    assert "no text: 127.0.0.1 asks robots not to read this page" in desk.run("why", f"{server.url}/news/new").words
    assert server.hits("/news/new") == 0


def test_an_address_on_a_private_host_is_not_connected_to(desk: Desk, server: Server) -> None:
    desk.write('[[feed]]\nurl = "https://outlet.example/feed"\n', NVIDIA)

    assert "127.0.0.1" in desk.run("why", f"{server.url}/news/new").words
    assert server.hits("/news/new") == server.hits("/robots.txt") == 0


def test_a_host_that_asked_to_wait_is_left_alone(desk: Desk, server: Server) -> None:
    with desk.store() as store:
        store.write_now(lambda db: feeds.hold(db, "127.0.0.1", NOW + timedelta(days=10_000), "429"))

    desk.run("why", f"{server.url}/news/new")

    assert server.hits("/news/new") == 0


def test_secrets_of_a_feed_go_to_its_own_host_only(desk: Desk, server: Server) -> None:
    settings = 'robots = false\nheaders = { X-Key = "secret" }\n'
    carried_by(desk, server, f"{server.url}/rss", settings)
    desk.run("why", f"{server.url}/news/new")
    assert server.last("/news/new").headers["x-key"] == "secret"
    assert server.hits("/robots.txt") == 0

    carried_by(desk, server, "https://outlet.example/rss", settings)
    desk.run("why", f"{server.url}/news/new")
    assert server.hits("/news/new") == 2
    assert "x-key" not in server.last("/news/new").headers


def test_the_page_is_left_alone_where_that_is_asked_for(desk: Desk, server: Server) -> None:
    told = desk.run("why", f"{server.url}/news/new", "--no-fetch").words

    assert "Outlet (tier 2)" in told
    assert "reading it now" not in told
    assert server.hits("/news/new") == 0
    [told_scripts] = desk.run("why", f"{server.url}/news/new", "--no-fetch", "--json").json()
    assert told_scripts["page"] is None


def test_a_stored_article_is_never_fetched(desk: Desk, server: Server) -> None:
    assert "article 1" in desk.run("why", f"{server.url}/news/old").words
    assert server.hits("/news/old") == 0


def test_a_page_that_names_a_stored_address_as_its_own_is_told_as_that_article(desk: Desk, server: Server) -> None:
    link = f'<link rel="canonical" href="{server.url}/news/old">'
    server.page("/news/new", article("Nvidia opens a plant", STORY, link))

    told = desk.run("why", f"{server.url}/news/new").words

    assert "This is stored under the address that the page gives; see: monitor why 1" in told


def test_a_site_that_no_feed_carries_is_told_as_such(desk: Desk) -> None:
    told = desk.run("why", "elsewhere.example/x", "--no-fetch").words

    assert told.startswith("No article with this address is stored: https://elsewhere.example/x")
    assert "No feed of the configuration is known to carry elsewhere.example." in told


def test_a_feed_that_is_ill_says_so(desk: Desk, server: Server) -> None:
    url = f"{server.url}/rss"
    with desk.store() as store:
        store.write_now(lambda db: fail(db, "500 Server Error", url=url, now=NOW + MINUTE))

    told = desk.run("why", f"{server.url}/news/new", "--no-fetch").words

    assert "it is ill: 500 Server Error; next poll now (failed once)" in told


@pytest.mark.parametrize(
    ("published", "words"),
    [
        ("2026-03-01T11:00:00Z", "after it was published, without it"),
        ("2026-03-01T13:00:00Z", "not polled since it was published"),
    ],
)
def test_a_feed_says_whether_it_was_polled_since_the_page_was_published(
    desk: Desk, server: Server, published: str, words: str
) -> None:
    head = f'<meta property="article:published_time" content="{published}">'
    server.page("/news/new", article("Nvidia opens a plant", STORY, head))

    assert words in desk.run("why", f"{server.url}/news/new").words


def test_what_a_page_says_is_printed_inert(desk: Desk, server: Server) -> None:
    server.page("/news/new", article("[bold red]Nvidia[/] &#27;[2J opens", STORY))

    done = desk.run("why", f"{server.url}/news/new")

    assert "[bold red]Nvidia[/]" in done.out
    assert "\x1b" not in done.out
