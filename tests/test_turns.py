"""Requests take turns at each host: few at once, not too close together, in the order in which they came."""

import asyncio
import itertools
from collections.abc import AsyncIterator, Coroutine, Iterator
from datetime import datetime, timedelta

import pytest

from monitor import turns
from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.model import NotModified, Page, Validators
from monitor.options import Feed
from monitor.turns import Turns
from tests.clients import NOW, fetching
from tests.server import Answer, Item, Request, Server, respond, serve

NEWS = [Item("Nvidia opens a plant", link="/a", published=NOW)]


class Clock:
    """A clock that the test moves: who sleeps wakes when it has come to their time."""

    START = 1000.0

    def __init__(self) -> None:
        self.seconds = self.START
        self._sleepers: list[tuple[float, asyncio.Event]] = []

    def __call__(self) -> float:
        return self.seconds

    def now(self) -> datetime:
        return NOW + timedelta(seconds=self.seconds - self.START)

    async def sleep(self, seconds: float) -> None:
        woken = asyncio.Event()
        self._sleepers.append((self.seconds + seconds, woken))
        await woken.wait()

    def move(self) -> bool:
        """On to the next sleeper's time, if anyone sleeps."""
        if not self._sleepers:
            return False
        first = min(self._sleepers, key=lambda sleeper: sleeper[0])
        self._sleepers.remove(first)
        self.seconds = max(self.seconds, first[0] + 1e-9)
        first[1].set()
        return True


async def settle() -> None:
    """Let every task run until it waits for something outside."""
    for _ in range(20):
        await asyncio.sleep(0)


async def finish(clock: Clock, *work: Coroutine[None, None, None]) -> None:
    """Do these at once, moving the clock whenever all of them wait."""
    together = asyncio.gather(*work)
    while not together.done():
        await settle()
        clock.move()
    await together


def queue(clock: Clock) -> Turns:
    return Turns(lambda url: turns.SPACING, at_once=2, now=clock.now, clock=clock, sleep=clock.sleep)


def remaining(line: Turns, url: str) -> timedelta:
    """How long the host of `url` is still held."""
    try:
        line.heed(url)
    except FetchError as error:
        return error.retry_after or timedelta(0)
    return timedelta(0)


@pytest.fixture
def other() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
async def fetcher(server: Server, other: Server) -> AsyncIterator[Fetcher]:
    async with fetching(server, other) as opened:
        yield opened


async def document(fetcher: Fetcher, url: str) -> Page | NotModified:
    return await fetcher.feed(Feed(url=url), Validators())


async def failure(fetcher: Fetcher, url: str) -> FetchError:
    with pytest.raises(FetchError) as caught:
        await document(fetcher, url)
    return caught.value


# ---------------------------------------------------------------- how many at once


async def test_feeds_and_pages_of_one_host_share_two_slots(fetcher: Fetcher, server: Server) -> None:
    feed = Feed(url=server.slow("/rss", 0.05))
    page = server.slow("/a", 0.05)

    await asyncio.gather(
        *(fetcher.feed(feed, Validators()) for _ in range(3)), *(fetcher.page(feed, page, deadline=5) for _ in range(3))
    )

    assert (server.hits("/rss"), server.hits("/a"), server.hits("/robots.txt")) == (3, 3, 1)
    assert server.peak <= 2


async def test_a_busy_host_does_not_hold_up_another(fetcher: Fetcher, server: Server, other: Server) -> None:
    busy = Feed(url=server.slow("/rss", 30))
    waiting = [asyncio.create_task(fetcher.feed(busy, Validators())) for _ in range(5)]

    page = await document(fetcher, other.feed("/rss", NEWS))

    assert isinstance(page, Page)
    assert not any(task.done() for task in waiting)
    for task in waiting:
        task.cancel()
    await asyncio.gather(*waiting, return_exceptions=True)


async def test_a_redirect_waits_for_a_slot_of_the_host_it_leads_to(
    fetcher: Fetcher, server: Server, other: Server
) -> None:
    other.slow("/rss", 0.05)
    feeds = [Feed(url=server.redirect(f"/{number}", f"{other.url}/rss")) for number in range(6)]

    await asyncio.gather(*(fetcher.feed(feed, Validators()) for feed in feeds))

    assert other.hits("/rss") == 6
    assert other.peak <= 2


async def test_a_slot_is_given_back_after_a_failure(fetcher: Fetcher, server: Server) -> None:
    broken = server.reset("/broken")

    for _ in range(5):
        with pytest.raises(FetchError):
            await document(fetcher, broken)
    page = await document(fetcher, server.feed("/rss", NEWS))

    assert isinstance(page, Page)


# ---------------------------------------------------------------- how close together


async def test_five_hundred_feeds_of_one_host_are_asked_two_at_once_and_no_faster_than_their_host_allows(
    server: Server, other: Server
) -> None:
    clock = Clock()
    started: list[tuple[float, str]] = []

    async def slowly(request: Request, writer: asyncio.StreamWriter) -> None:
        started.append((clock(), request.path))
        await asyncio.sleep(0.004)
        await respond(writer, Answer(b"<rss/>"))

    paths = [f"/{number}" for number in range(500)]
    feeds = [server.handle(path, slowly) for path in paths]
    elsewhere = other.feed("/rss", NEWS)
    async with fetching(server, other, clock=clock, sleep=clock.sleep) as fetcher:
        waiting = [asyncio.create_task(document(fetcher, url)) for url in feeds]
        await document(fetcher, elsewhere)
        elsewhere_at, asked_before = clock(), len(started)
        moved = 0
        while not all(task.done() for task in waiting):
            await asyncio.sleep(0.0005)
            # The clock stands still until the request whose turn has come is there.
            if len(started) > moved and clock.move():
                moved += 1

    gaps = [after - before for (before, _), (after, _) in itertools.pairwise(started)]
    assert (elsewhere_at, asked_before <= 1) == (clock.START, True)
    assert [path for _, path in started] == paths
    assert min(gaps) >= turns.OWN_SPACING
    assert clock() - clock.START == pytest.approx(499 * turns.OWN_SPACING)
    assert server.peak == 2


async def test_a_redirect_takes_a_turn_at_the_host_that_it_leads_to(server: Server, other: Server) -> None:
    clock = Clock()
    other.feed("/rss", NEWS)
    feeds = [server.redirect(f"/{number}", f"{other.url}/rss") for number in range(3)]

    async with fetching(server, other, clock=clock, sleep=clock.sleep) as fetcher:
        waiting = [asyncio.create_task(document(fetcher, url)) for url in feeds]
        while other.hits("/rss") < 3:
            await asyncio.sleep(0.001)
            clock.move()
        await asyncio.gather(*waiting)

    assert clock() - clock.START >= 2 * turns.OWN_SPACING


@pytest.mark.parametrize(
    ("urls", "starts"),
    [
        (["https://outlet.example/a", "http://outlet.example/b"], [0.0, 0.2]),
        (["https://outlet.example/a", "https://outlet.example./b"], [0.0, 0.2]),
        (["https://outlet.example/a", "https://outlet.example:8443/b"], [0.0, 0.0]),
        (["https://outlet.example/a", "https://www.outlet.example/b"], [0.0, 0.0]),
        (["https://www.sec.gov/a", "https://efts.sec.gov/b", "https://sec.gov/c"], [0.0, 0.2, 0.4]),
        (["https://www.sec.gov/a", "https://notsec.gov/b", "https://sec.gov.example/c"], [0.0, 0.0, 0.0]),
    ],
)
async def test_a_strangers_host_is_asked_at_most_five_times_a_second(urls: list[str], starts: list[float]) -> None:
    clock = Clock()
    found: list[float] = []
    line = queue(clock)

    async def one(url: str) -> None:
        async with line.turn(url):
            found.append(clock() - clock.START)

    await finish(clock, *(one(url) for url in urls))

    assert found == pytest.approx(starts)


async def test_only_the_hosts_of_the_moment_are_remembered() -> None:
    clock = Clock()
    line = queue(clock)

    for number in range(1000):
        async with line.turn(f"https://{number}.example/"):
            clock.seconds += 0.01

    assert len(line._lines) <= 21


async def test_a_turn_that_is_cancelled_goes_to_the_next() -> None:
    clock = Clock()
    line = queue(clock)
    turn = line.turn("https://outlet.example/")

    async def one(started: list[float]) -> None:
        async with line.turn("https://outlet.example/"):
            started.append(clock() - clock.START)

    async with turn:
        cancelled: list[float] = []
        waiting = asyncio.create_task(one(cancelled))
        await settle()
        waiting.cancel()
        await asyncio.gather(waiting, return_exceptions=True)
        following: list[float] = []
        await finish(clock, one(following))

    assert not cancelled
    assert following == pytest.approx([0.2])


# ---------------------------------------------------------------- hosts that ask for peace


@pytest.mark.parametrize("status", [429, 503])
async def test_a_host_that_asks_to_wait_is_left_alone_and_says_how_long(server: Server, status: int) -> None:
    clock = Clock()
    busy = server.status("/busy", status, {"Retry-After": "120"})
    rss = server.feed("/rss", NEWS)

    async with fetching(server, now=clock.now, clock=clock) as fetcher:
        await failure(fetcher, busy)
        clock.seconds += 30
        error = await failure(fetcher, rss)
        asked = server.hits("/rss")
        clock.seconds += 91
        page = await document(fetcher, rss)

    assert str(error) == "127.0.0.1 asked to be left alone for another 1m 30s"
    assert (error.retry_after, error.host, error.permanent) == (timedelta(seconds=90), "127.0.0.1", False)
    assert (asked, isinstance(page, Page)) == (0, True)


async def test_what_waits_for_its_turn_heeds_what_those_before_were_told(server: Server) -> None:
    busy = server.status("/busy", 429, {"Retry-After": "120"})

    async with fetching(server) as fetcher:
        outcomes = await asyncio.gather(*(document(fetcher, busy) for _ in range(50)), return_exceptions=True)

    assert server.hits("/busy") <= 2
    assert all(isinstance(outcome, FetchError) and outcome.retry_after for outcome in outcomes)


async def test_pages_and_redirects_heed_a_hold(server: Server, other: Server) -> None:
    page, redirect = other.page("/a", ""), server.redirect("/r", "http://held.example/")

    async with fetching(server, other) as fetcher:
        fetcher.hold("held.example", NOW + timedelta(hours=1))
        redirected = await failure(fetcher, redirect)
        fetcher.hold("127.0.0.1", NOW + timedelta(hours=1))
        with pytest.raises(FetchError, match=r"asked to be left alone for another 1h"):
            await fetcher.page(Feed(url="x"), page, deadline=5)

    assert redirected.host == "held.example"
    assert (other.connections, server.hits("/robots.txt")) == (0, 0)


@pytest.mark.parametrize(
    ("holds", "after", "left"),
    [
        ([60], 59, 1),
        ([60], 60, 0),
        ([60, 30], 45, 15),
        ([30, 60], 45, 15),
        ([-5], 0, 0),
        ([10_000_000], 0, 86_400),
    ],
)
def test_the_longest_hold_counts_until_it_is_over(holds: list[int], after: int, left: int) -> None:
    clock = Clock()
    line = queue(clock)

    for seconds in holds:
        line.hold("outlet.example", NOW + timedelta(seconds=seconds))
    clock.seconds += after

    assert remaining(line, "https://outlet.example/") == timedelta(seconds=left)


def test_a_wall_clock_that_was_set_back_does_not_lengthen_a_hold() -> None:
    clock = Clock()
    wall = [NOW]
    line = Turns(lambda url: 0.2, at_once=2, now=lambda: wall[0], clock=clock, sleep=clock.sleep)

    line.hold("outlet.example", NOW + timedelta(minutes=5))
    wall[0] -= timedelta(hours=9)
    clock.seconds += 301

    assert not remaining(line, "https://outlet.example/")


def test_one_hold_is_for_all_of_sec_gov() -> None:
    line = queue(Clock())

    line.hold("www.sec.gov", NOW + timedelta(minutes=10))

    assert remaining(line, "https://data.sec.gov/x") == timedelta(minutes=10)
    assert not remaining(line, "https://outlet.example/")


def test_holds_that_are_over_are_forgotten() -> None:
    clock = Clock()
    line = queue(clock)

    for number in range(1000):
        line.hold(f"{number}.example", clock.now() + timedelta(seconds=10))
        clock.seconds += 1

    assert len(line._holds) <= 10
