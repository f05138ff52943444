"""A simulated internet behind the seam of the fetcher: feeds that publish, each at its pace, and feeds that misbehave.

Every request takes time on the clock of the running loop, which is the one of `tests.simulation`. The same seed gives
the same feeds, items and answers.
"""

import asyncio
import itertools
import random
from collections import Counter
from collections.abc import AsyncIterator, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum

from monitor.errors import FetchError, UnreachableError
from monitor.model import NotModified, Page, Validators
from monitor.options import Feed
from monitor.schedule import PER_HOST
from monitor.turns import SPACING, Turns

HOUR = 3600.0

# A client gives up on an answer after so many seconds.
DEADLINE = 30.0


class Kind(StrEnum):
    """What a feed is like: first those that others must find on time, then every way to misbehave."""

    GOOD = "good"
    PAGES = "good, with pages to read"
    SLOW_HOST = "good, one of many on a slow host"
    NEIGHBOUR = "good, on a host that asks to wait"

    HANGS = "hangs"
    HANGS_TOGETHER = "hangs, one of many on a host"
    FALLS_SILENT = "hangs after an hour"
    ENDLESS = "never ends"
    BROKEN = "500"
    MISSING = "404"
    GONE = "410"
    TOO_MANY = "429"
    UNAVAILABLE = "503"
    REFUSED = "refuses connections"
    NO_NAME = "has no address"
    WEB_PAGE = "is a web page"
    EMPTY = "is empty"
    GARBAGE = "is garbage"
    BAD_CHARACTER = "makes the parser raise"
    DEFECT = "makes the monitor raise"
    HUGE = "has 30,000 items"
    NEW_GUIDS = "has new guids every time"
    ROLLS = "is all new every time"
    MOVED = "has moved"
    FUTURE = "is dated ahead"


GOOD = (Kind.GOOD, Kind.PAGES)
# They answer well, but wait for a host that others share.
HELD_UP = (Kind.SLOW_HOST, Kind.NEIGHBOUR)
ILL = tuple(kind for kind in Kind if kind not in GOOD + HELD_UP)

# What nobody answers, and what is answered with a refusal: status and wait.
_UNREACHABLE = {
    Kind.HANGS: f"no answer within {DEADLINE:g} s",
    Kind.HANGS_TOGETHER: f"no answer within {DEADLINE:g} s",
    Kind.FALLS_SILENT: f"no answer within {DEADLINE:g} s",
    Kind.REFUSED: "connection refused",
    Kind.NO_NAME: "the name is not known",
}
_REFUSALS: Mapping[Kind, tuple[str, int | None, timedelta | None]] = {
    Kind.ENDLESS: ("more than 20,000,000 bytes", None, None),
    Kind.BROKEN: ("500 Internal Server Error", 500, None),
    Kind.MISSING: ("404 Not Found", 404, None),
    Kind.GONE: ("gone for good (410)", 410, None),
    Kind.TOO_MANY: ("429 Too Many Requests", 429, timedelta(hours=2)),
    Kind.UNAVAILABLE: ("503 Service Unavailable", 503, timedelta(minutes=30)),
}
_BODIES = {
    Kind.WEB_PAGE: b"<!doctype html><html><body><h1>We have moved!</h1></body></html>",
    Kind.EMPTY: b"",
    Kind.GARBAGE: bytes(range(128, 256)) * 40,
}
# Seconds that a request takes, at least and at most, where it is not the usual.
_USUAL = (0.05, 1.0)
_LATENCY = {
    Kind.HANGS: (DEADLINE, DEADLINE),
    Kind.HANGS_TOGETHER: (DEADLINE, DEADLINE),
    Kind.FALLS_SILENT: (DEADLINE, DEADLINE),
    Kind.ENDLESS: (DEADLINE / 2, DEADLINE),
    Kind.SLOW_HOST: (5.0, 25.0),
}
HUGE = 30_000


@dataclass
class Site:
    """A feed as its publisher has it: numbered items, of which the `window` newest are shown.

    `pace` is in seconds an item. `shown` are all items that the window held when it was asked for; it `rolled` when it
    held none of those before.
    """

    url: str
    host: str
    kind: Kind
    pace: float
    window: int
    dice: random.Random
    newest: int = 0
    next_item: float = 0.0
    asked: int = 0
    shown: set[int] = field(default_factory=set)
    rolled: bool = False

    def __post_init__(self) -> None:
        self.newest = self.window
        self.next_item = self.dice.expovariate(1 / self.pace)

    def publish(self, now: float) -> None:
        """Items appear as their time comes."""
        while self.next_item <= now:
            self.newest += 1
            self.next_item += self.dice.expovariate(1 / self.pace)
        if self.kind is Kind.ROLLS:
            self.newest += self.window

    def acts(self, now: float) -> Kind:
        """How it answers by now."""
        return Kind.GOOD if self.kind is Kind.FALLS_SILENT and now < HOUR else self.kind

    def items(self) -> range:
        """What the feed holds now, by number."""
        return range(self.newest - self.window + 1, self.newest + 1)

    def show(self) -> None:
        """Whoever asks sees the window."""
        self.rolled |= bool(self.shown) and self.shown.isdisjoint(self.items())
        self.shown.update(self.items())

    def link(self, item: int) -> str:
        """Where an item is read, which is its own whatever else changes."""
        return f"{self.url}/{item}"

    def document(self, now: datetime) -> bytes:
        """The feed as RSS."""
        written = format_datetime(now + timedelta(days=400) if self.kind is Kind.FUTURE else now)
        bad = "&#x110000;" if self.kind is Kind.BAD_CHARACTER else ""
        edition = self.asked if self.kind is Kind.NEW_GUIDS else 0
        items = "".join(
            f"<item><title>Item {item} of {self.host}{bad}</title><link>{self.link(item)}</link>"
            f'<guid isPermaLink="false">{edition}:{item}</guid><pubDate>{written}</pubDate>'
            f"<description>What item {item} of {self.host} says in short.</description></item>"
            for item in reversed(self.items())
        )
        head = f"<title>{self.host}</title><link>https://{self.host}/</link>"
        return f'<rss version="2.0"><channel>{head}{items}</channel></rss>'.encode()


@dataclass
class Internet:
    """Answers for its sites, as a Fetcher does, and remembers who was asked against the wish of a host.

    `now` is the time of day, `seconds` the same as seconds since the start.
    """

    sites: Sequence[Site]
    now: Callable[[], datetime]
    seconds: Callable[[], float]
    asked_while_held: list[str] = field(default_factory=list)
    most_at_once: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self._sites = {site.url: site for site in self.sites}
        self._held: dict[str, float] = {}
        self._at_once: Counter[str] = Counter()
        self._turns = Turns(
            lambda _url: SPACING, at_once=PER_HOST, now=self.now, clock=self.seconds, sleep=asyncio.sleep
        )

    async def feed(self, feed: Feed, validators: Validators, *, url: str = "") -> Page | NotModified:
        """The feed's document, or NotModified while the newest item is the one of `validators`."""
        site = self._sites[feed.url]
        async with self._request(site, url or feed.url):
            kind = site.acts(self.seconds())
            await asyncio.sleep(site.dice.uniform(*_LATENCY.get(kind, _USUAL)))
            return self._answer(site, kind, validators)

    async def page(self, feed: Feed, url: str, *, deadline: float) -> Page:
        """The page of an item, which says a little more than its feed."""
        site = self._sites[feed.url]
        async with self._request(site, url):
            await asyncio.sleep(min(site.dice.uniform(*_USUAL), deadline))
        text = f"The whole story of {url} is told here, in a sentence that is as long as a sentence has to be. " * 6
        body = f"<html><body><article><h1>{url}</h1><p>{text}</p></article></body></html>"
        return Page(url, 200, "text/html; charset=utf-8", body.encode())

    @asynccontextmanager
    async def _request(self, site: Site, url: str) -> AsyncIterator[None]:
        """A request takes its turn, as those of a real fetcher do, and is seen by the host."""
        async with self._turns.turn(url):
            if self.seconds() < self._held.get(site.host, 0.0):
                self.asked_while_held.append(url)
            self._at_once[site.host] += 1
            self.most_at_once[site.host] = max(self.most_at_once[site.host], self._at_once[site.host])
            try:
                yield
            finally:
                self._at_once[site.host] -= 1

    def _answer(self, site: Site, kind: Kind, validators: Validators) -> Page | NotModified:
        site.asked += 1
        if kind is Kind.DEFECT:
            raise ZeroDivisionError("oh")
        if kind in _UNREACHABLE:
            raise UnreachableError(f"{site.host}: {_UNREACHABLE[kind]}", host=site.host)
        if kind in _REFUSALS:
            raise self._refused(site.host, *_REFUSALS[kind])
        if kind in _BODIES:
            return Page(site.url, 200, "text/html", _BODIES[kind])
        site.publish(self.seconds())
        site.show()
        moved_to = site.url.replace("/feed", "/new") if kind is Kind.MOVED else ""
        etag = "" if kind in (Kind.NEW_GUIDS, Kind.ROLLS) else f'"{site.newest}"'
        if etag and etag == validators.etag:
            return NotModified(moved_to=moved_to)
        body = site.document(self.now())
        return Page(moved_to or site.url, 200, "application/rss+xml", body, Validators(etag), moved_to=moved_to)

    def _refused(self, host: str, message: str, status: int | None, wait: timedelta | None) -> FetchError:
        if wait:
            self._held[host] = self.seconds() + wait.total_seconds()
            self._turns.hold(host, self.now() + wait)
        return FetchError(f"{host}: {message}", status=status, retry_after=wait, host=host)


def mixed(feeds: int, ill: int, *, seed: int = 1) -> list[Kind]:
    """Kinds for so many feeds, in no order: `ill` that misbehave, each in its way; 20 that share a slow host; the rest.

    At least one misbehaves in every way.
    """
    kinds = [*itertools.islice(itertools.cycle(ILL), max(ill, len(ILL)))]
    kinds += [Kind.HANGS_TOGETHER] * 7 + [Kind.NEIGHBOUR] * 3 + [Kind.SLOW_HOST] * 20 + [Kind.PAGES] * 5
    kinds += [Kind.GOOD] * (feeds - len(kinds))
    random.Random(seed).shuffle(kinds)
    return kinds


def town(kinds: Iterable[Kind], *, seed: int = 1, huge: int = HUGE) -> list[Site]:
    """A site for each kind; whatever shares a host is on one. Paces lie between four items an hour and one a week."""
    sites = []
    for number, kind in enumerate(kinds):
        dice = random.Random(f"{seed} {number}")
        host = _HOSTS.get(kind, f"{number}.example")
        pace = HOUR / 4 * (168 * 4) ** dice.random()
        window = dice.choice((5, 8, 10, 12))
        if kind is Kind.HUGE:
            pace, window = 1e9, huge
        sites.append(Site(f"https://{host}/feed/{number}", host, kind, pace, window, dice))
    return sites


_HOSTS = {
    Kind.SLOW_HOST: "slow.example",
    Kind.HANGS_TOGETHER: "hanging.example",
    Kind.TOO_MANY: "busy.example",
    Kind.NEIGHBOUR: "busy.example",
}
