"""Pages are read where robots.txt lets us: whom it is asked of, how often, and what stands for an answer."""

import asyncio
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from monitor import __version__, permission
from monitor.errors import BlockedError, FetchError
from monitor.fetch import Fetcher, client
from monitor.http import Client, Response
from monitor.model import Page, Validators
from monitor.options import Feed, Settings
from tests.clients import NOW, fetching
from tests.server import Request, Server, serve

CLOSED = b"User-agent: *\nDisallow: /"
FEED = Feed(url="x")


@pytest.fixture
def other() -> Iterator[Server]:
    with serve() as running:
        yield running


class Clock:
    """Seconds that pass when the test says so, and while someone sleeps."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds

    async def sleep(self, seconds: float) -> None:
        self.seconds += seconds


async def read(*servers: Server, url: str, feed: Feed = FEED) -> Page:
    async with fetching(*servers) as fetcher:
        return await fetcher.page(feed, url, deadline=5)


async def refusal(*servers: Server, url: str, feed: Feed = FEED) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await read(*servers, url=url, feed=feed)
    return caught.value


# ---------------------------------------------------------------- what may be read


async def test_a_page_that_robots_are_asked_not_to_read_is_not_read(server: Server) -> None:
    server.answer("/robots.txt", b"User-agent: *\nDisallow: /private*?x=")
    url, free = server.page("/private", ""), server.page("/free", "free")

    error = await refusal(server, url=f"{url}?x=1")
    page = await read(server, url=free)

    assert str(error) == "127.0.0.1 asks robots not to read this page (robots.txt)"
    assert (error.permanent, server.hits("/private"), page.body) == (True, 0, b"free")


async def test_a_feed_may_have_its_pages_read_without_asking(server: Server) -> None:
    server.answer("/robots.txt", CLOSED)

    page = await read(server, url=server.page("/a", "read"), feed=Feed(url="x", robots=False))

    assert (page.body, server.hits("/robots.txt")) == (b"read", 0)


async def test_feeds_are_polled_without_asking(server: Server) -> None:
    server.answer("/robots.txt", CLOSED)

    async with fetching(server) as fetcher:
        await fetcher.feed(Feed(url=server.answer("/rss", b"<rss/>")), Validators())

    assert server.hits("/robots.txt") == 0


@pytest.mark.parametrize(
    ("user_agent", "may"), [("", False), ("Reader/2 (news-monitor)", True), ("News-Monitor", False)]
)
async def test_we_are_called_by_the_user_agent_that_we_send(server: Server, user_agent: str, may: bool) -> None:
    server.answer("/robots.txt", b"User-agent: news-monitor\nDisallow: /\nUser-agent: *\nAllow: /")
    url, feed = server.page("/a", ""), Feed(url="x", user_agent=user_agent)

    if may:
        await read(server, url=url, feed=feed)
    else:
        await refusal(server, url=url, feed=feed)

    assert server.last("/robots.txt").headers["user-agent"] == (user_agent or "news-monitor/test")


async def test_a_redirect_obeys_the_site_that_it_leads_to(server: Server, other: Server) -> None:
    server.redirect("/a", other.page("/b", ""))
    other.answer("/robots.txt", CLOSED)

    error = await refusal(server, other, url=f"{server.url}/a")

    assert error.permanent
    assert (server.hits("/a"), other.hits("/robots.txt"), other.hits("/b")) == (1, 1, 0)


async def test_robots_txt_is_asked_for_without_the_secrets_of_the_feed(server: Server) -> None:
    url = server.page("/a", "")
    feed = Feed(url=f"{server.url}/rss", headers={"X-Key": SecretStr("k")}, auth=SecretStr("user:password"))

    await read(server, url=url, feed=feed)

    assert {"x-key", "authorization"} <= set(server.last("/a").headers)
    assert set(server.last("/robots.txt").headers) == {"host", "user-agent", "accept", "accept-encoding"}


async def test_feeds_pages_and_robots_txt_all_go_through_the_proxy_and_each_says_who_asks(server: Server) -> None:
    for path in ("/rss", "/robots.txt", "/a"):
        server.answer(f"http://outlet.example{path}", b"", headers={"Content-Type": "text/html"})
    feed = Feed(url="http://outlet.example/rss")

    async with client(Settings(proxy=server.url, contact="desk@example.com")) as opened:
        fetcher = Fetcher(opened, now=lambda: NOW)
        await fetcher.feed(feed, Validators())
        await fetcher.page(feed, "http://outlet.example/a", deadline=5)

    asked = [(request.path.rpartition("/")[2], request.headers["user-agent"]) for request in server.requests]
    assert asked == [(path, f"news-monitor/{__version__} (+desk@example.com)") for path in ("rss", "robots.txt", "a")]


# ---------------------------------------------------------------- what stands for an answer


@pytest.mark.parametrize("status", [204, 302, 400, 401, 403, 404, 410])
async def test_a_site_without_a_robots_txt_may_be_read(server: Server, status: int) -> None:
    server.status("/robots.txt", status)

    page = await read(server, url=server.page("/a", "read"))

    assert page.body == b"read"


@pytest.mark.parametrize(
    ("status", "reason"),
    [(500, "127.0.0.1 answered 500 Internal Server Error"), (429, "127.0.0.1 answered 429 Too Many Requests")],
)
async def test_a_robots_txt_that_cannot_be_read_for_now_keeps_its_pages_waiting(
    server: Server, status: int, reason: str
) -> None:
    server.status("/robots.txt", status)

    error = await refusal(server, url=server.page("/a", ""))

    assert str(error) == f"127.0.0.1: robots.txt cannot be read ({reason})"
    assert (error.permanent, error.retry_after, server.hits("/a")) == (False, None, 0)


async def test_a_robots_txt_that_asks_to_wait_holds_the_host(server: Server) -> None:
    server.status("/robots.txt", 503, {"Retry-After": "120"})
    url = server.page("/a", "")

    async with fetching(server) as fetcher:
        errors = [await failure(fetcher, url) for _ in range(2)]

    assert [(error.host, error.retry_after is not None, error.permanent) for error in errors] == [
        ("127.0.0.1", True, False)
    ] * 2
    assert str(errors[1]) == "127.0.0.1 asked to be left alone for another 2m"
    assert len(server.requests) == 1


async def test_a_broken_robots_txt_keeps_its_pages_waiting(server: Server) -> None:
    for fault in (server.reset, server.truncated):
        fault("/robots.txt")
        error = await refusal(server, url=server.page("/a", ""))
        assert str(error).startswith("127.0.0.1: robots.txt cannot be read (127.0.0.1")
        assert not error.permanent


async def test_an_endless_robots_txt_is_cut(server: Server) -> None:
    async def endless(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\nUser-agent: *\nDisallow: /a\n")
        while not writer.is_closing():
            writer.write(b"# nothing\n" * 1000)
            await writer.drain()

    server.handle("/robots.txt", endless)
    async with Client(user_agent="news-monitor", allow_private=[server.authority]) as opened:
        fetcher = Fetcher(opened, now=lambda: NOW)

        error = await failure(fetcher, server.page("/a", ""))
        page = await fetcher.page(FEED, server.page("/b", "free"), deadline=5)

    assert (error.permanent, page.body) == (True, b"free")


async def test_the_time_that_robots_txt_took_is_part_of_the_deadline(server: Server) -> None:
    server.slow("/robots.txt", 0.3)

    async with fetching(server) as fetcher:
        with pytest.raises(FetchError, match=r"no complete answer from 127\.0\.0\.1 within 0\.5 s"):
            await fetcher.page(FEED, server.slow("/a", 0.3), deadline=0.5)
        page = await fetcher.page(FEED, server.slow("/a", 0.3), deadline=0.5)

    assert page.body == b"late"


async def test_a_private_address_is_blocked_before_its_robots_txt_is_asked_for(server: Server) -> None:
    error = await refusal(url=server.page("/a", ""))

    assert isinstance(error, BlockedError)
    assert server.connections == 0


async def test_a_robots_txt_that_leads_to_a_private_address_is_none_and_makes_no_connection(
    server: Server, other: Server
) -> None:
    server.redirect("/robots.txt", other.answer("/robots.txt", CLOSED))

    page = await read(server, url=server.page("/a", "read"))

    assert (page.body, other.connections) == (b"read", 0)


# ---------------------------------------------------------------- how often


async def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await fetcher.page(FEED, url, deadline=5)
    return caught.value


async def test_pages_at_once_share_one_question(server: Server) -> None:
    server.slow("/robots.txt", 0.05, CLOSED)
    urls = [server.page(f"/{number}", "") for number in range(20)]

    async with fetching(server) as fetcher:
        errors = await asyncio.gather(*(failure(fetcher, url) for url in urls))

    assert all(error.permanent for error in errors)
    assert len(server.requests) == 1


async def test_a_page_that_is_given_up_leaves_the_question_to_the_next(server: Server) -> None:
    url = server.page("/a", "read")
    server.slow("/robots.txt", 30)

    async with fetching(server) as fetcher:
        first = asyncio.create_task(fetcher.page(FEED, url, deadline=5))
        while not server.hits("/robots.txt"):
            await asyncio.sleep(0.001)
        second = asyncio.create_task(fetcher.page(FEED, url, deadline=5))
        await asyncio.sleep(0)
        server.answer("/robots.txt", b"")
        first.cancel()
        page = await second

    assert (page.body, server.hits("/robots.txt")) == (b"read", 2)


async def test_an_answer_counts_for_a_day(server: Server) -> None:
    clock = Clock()
    url = server.page("/a", "")

    async with fetching(server, clock=clock, sleep=clock.sleep) as fetcher:
        for seconds in (0, 80_000, 6_000, 80_000):
            clock.seconds += seconds
            await fetcher.page(FEED, url, deadline=5)

    assert server.hits("/robots.txt") == 2


async def test_a_failure_counts_for_a_few_minutes(server: Server) -> None:
    clock = Clock()
    url = server.page("/a", "read")
    server.status("/robots.txt", 500)

    async with fetching(server, clock=clock, sleep=clock.sleep) as fetcher:
        await failure(fetcher, url)
        server.status("/robots.txt", 404)
        clock.seconds += permission.UNKNOWN_FOR - 1
        await failure(fetcher, url)
        clock.seconds += 2
        page = await fetcher.page(FEED, url, deadline=5)

    assert (page.body, server.hits("/robots.txt")) == (b"read", 2)


async def test_only_so_many_sites_are_remembered() -> None:
    asked: list[str] = []

    async def ask(url: str, user_agent: str) -> Response:
        asked.append(url)
        return Response(url, 200, {}, b"")

    permit = permission.Permission(ask, user_agent="x", clock=Clock())

    for number in range(permission.MOST_SITES + 1):
        await permit.vet(f"https://{number}.example/")
    await permit.vet("https://1000.example/")
    await permit.vet("https://0.example/")

    assert len(permit._sites) == permission.MOST_SITES
    assert asked.count("https://1000.example/robots.txt") == 1
    assert asked.count("https://0.example/robots.txt") == 2


async def test_hostile_sites_do_not_fill_the_memory() -> None:
    body = b"User-agent: *\n" + b"".join(b"Disallow: /%d%s\n" % (number, b"x" * 1_000) for number in range(480))

    async def ask(url: str, user_agent: str) -> Response:
        return Response(url, 200, {}, body)

    permit = permission.Permission(ask, user_agent="x", clock=Clock())

    for number in range(50):
        await permit.vet(f"https://{number}.example/")

    assert sum(len(known.rules.lines) for known in permit._sites.values()) <= 10_000_000
    assert 10 < len(permit._sites) < 50
