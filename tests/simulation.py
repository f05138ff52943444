"""Hours of polling in seconds: the real schedule, stages, pipeline and store, on a clock that jumps.

    with folder_in_memory() as folder:
        sites = town([Kind.GOOD] * 490 + [Kind.HANGS] * 10)
        outcome = simulate(folder / "monitor.db", sites, hours=6, interval=timedelta(minutes=15))

Simulated time is the time of the event loop. It stands still while anything can go on, threads of the store included,
and jumps when all that is left is to wait.
"""

import asyncio
import math
import random
import selectors
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar, cast
from zoneinfo import ZoneInfo

from monitor import daemon
from monitor.in_force import Ruleset
from monitor.machine import Machine
from monitor.options import Feed, Settings
from monitor.pipeline import Pipeline
from monitor.store import Database, Store, sync
from monitor.store.database import moment, stamp
from tests.fakes import FakeNotifier, Inline
from tests.internet import Internet, Kind, Site

T = TypeVar("T")

START = datetime(2026, 3, 2, 6, 0, tzinfo=UTC)

# The daemon looks so often for what is due, and at how feeds are, in seconds.
TICK = daemon.TICKS["poll"]
CHECK_UP = 15.0
# All looks of a minute are known when it begins: no poll under way is due again so soon.
MINUTE = 60.0


class Clock(selectors.DefaultSelector):
    """Simulated seconds since the start, which pass when the loop has nothing to do but wait."""

    def __init__(self) -> None:
        super().__init__()
        self.seconds = 0.0
        self._threads = 0

    def now(self) -> datetime:
        """The simulated time of day."""
        return _at(self.seconds)

    @contextmanager
    def standing(self) -> Iterator[None]:
        """Time stands still while a thread works for the block."""
        self._threads += 1
        try:
            yield
        finally:
            self._threads -= 1

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        """What the loop calls between two rounds, with the seconds until its next timer."""
        if timeout is None or timeout <= 0:
            return super().select(timeout)
        if self._threads:
            return super().select(None)
        self.seconds += timeout
        return []


class Loop(asyncio.SelectorEventLoop):
    """An event loop that lives by the clock."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        super().__init__(clock)

    def time(self) -> float:
        return self.clock.seconds

    def run_in_executor(self, *arguments: Any) -> Any:  # type: ignore[override]
        future = super().run_in_executor(*arguments)
        standing = self.clock.standing()
        standing.__enter__()
        future.add_done_callback(lambda _: standing.__exit__(None, None, None))
        return future


class ClockedStore(Store):
    """A real store, for whose threads the clock waits. `longest_write` is in real seconds."""

    clock: Clock
    longest_write = 0.0

    async def write(self, unit: Callable[[Database], T]) -> T:
        def timed(db: Database) -> T:
            before = time.perf_counter()
            try:
                return unit(db)
            finally:
                self.longest_write = max(self.longest_write, time.perf_counter() - before)

        with self.clock.standing():
            return await super().write(timed)

    async def read(self, query: Callable[[Database], T]) -> T:
        with self.clock.standing():
            return await super().read(query)


@contextmanager
def folder_in_memory() -> Iterator[Path]:
    """A folder that waits for no disk, where the system has one: a commit takes milliseconds on a busy disk."""
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        yield Path(folder)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a simulation. Seconds are simulated, but for `real_seconds` and `longest_write`.

    `lateness` of a kind is that of every poll but the first, from the time that the schedule had set to its start;
    `first` that of first polls, which are all due at once. `wrong` are links of items that are not stored exactly once.
    """

    sites: Sequence[Site]
    lateness: Mapping[Kind, Sequence[float]]
    first: Mapping[Kind, Sequence[float]]
    polls: Counter[str]
    wrong: Sequence[str]
    asked_while_held: Sequence[str]
    most_at_once: Counter[str]
    failed: bool
    real_seconds: float
    longest_write: float

    def late(self, kinds: Collection[Kind], share: float) -> float:
        """The lateness that `share` of the polls of these kinds do not exceed: 0.5 the median, 1 the worst."""
        return _quantile(self.lateness, kinds, share)

    def late_at_first(self, kinds: Collection[Kind], share: float) -> float:
        """The same of first polls."""
        return _quantile(self.first, kinds, share)

    def of(self, kinds: Collection[Kind]) -> list[Site]:
        """The sites of these kinds."""
        return [site for site in self.sites if site.kind in kinds]


def _quantile(seconds: Mapping[Kind, Sequence[float]], kinds: Collection[Kind], share: float) -> float:
    values = sorted(late for kind in kinds for late in seconds.get(kind, ()))
    return values[max(math.ceil(share * len(values)) - 1, 0)] if values else 0.0


def simulate(
    path: Path,
    sites: Sequence[Site],
    *,
    hours: float,
    interval: timedelta,
) -> Outcome:
    """Poll these sites for so many simulated hours, with a new database at `path`.

    What was found is stored and left unjudged: matching takes no simulated time, but most of the real one.
    """
    clock = Clock()
    internet = Internet(sites, clock.now, lambda: clock.seconds)
    feeds = {site.url: Feed(url=site.url, full_text=site.kind is Kind.PAGES) for site in sites}
    before = time.perf_counter()
    with ClockedStore(path) as store:
        store.clock = clock
        store.write_now(lambda db: sync.sync_feeds(db, feeds.values(), START))
        machine = Machine(_pipeline(store, internet, feeds, interval), Settings())
        with asyncio.Runner(loop_factory=lambda: Loop(clock)) as runner:
            runner.run(_drive(machine, store, hours * 3600))
        lateness, first, polls = store.read_now(lambda db: _history(db, sites))
        wrong = store.read_now(lambda db: _wrong(db, sites))
    return Outcome(
        sites,
        lateness,
        first,
        polls,
        wrong,
        internet.asked_while_held,
        internet.most_at_once,
        machine.failed,
        time.perf_counter() - before,
        store.longest_write,
    )


def _pipeline(store: Store, internet: Internet, feeds: dict[str, Feed], interval: timedelta) -> Pipeline:
    return Pipeline(
        store=store,
        fetcher=cast("Any", internet),
        workers=cast("Any", Inline()),
        notifier=cast("Any", FakeNotifier()),
        feeds=feeds,
        default_interval=interval,
        ruleset=Ruleset.of([]),
        targets={},
        zone=ZoneInfo("UTC"),
        now=internet.now,
        chance=random.Random(1).random,
    )


async def _drive(machine: Machine, store: Store, end: float) -> None:
    """Call the ticks until the end, then wait for what is in hand: nothing that was answered is left out."""
    loop = asyncio.get_running_loop()
    await machine.judge.stop()
    for minute in range(math.ceil(end / MINUTE)):
        for stage in machine.stages.values():
            await stage.tick()
        for look in await store.read(lambda db, start=minute * MINUTE: _looks(db, start)):  # type: ignore[misc]
            await asyncio.sleep(look - loop.time())
            await machine.poll.tick()
            if look % CHECK_UP == 0:
                await machine.check_up()
    async with machine.paused():
        for stage in machine.stages.values():
            await stage.idle()
        await machine.stop()


def _looks(db: Database, start: float) -> list[float]:
    """When within a minute from `start` a feed is due that is not yet, a host is free again, or feeds are looked at.

    What is due already waits for a slot, which looks for itself when it is free.
    """
    rows = db.execute(
        "SELECT next_poll FROM feeds WHERE active = 1 AND next_poll > :start AND next_poll <= :end"
        " UNION SELECT held_until FROM hosts WHERE held_until > :start AND held_until <= :end",
        {"start": stamp(_at(start)), "end": stamp(_at(start + MINUTE))},
    )
    due = [(moment(at) - START).total_seconds() for (at,) in rows]
    check_ups = {start + CHECK_UP * number for number in range(1, int(MINUTE / CHECK_UP) + 1)}
    return sorted({math.ceil(seconds / TICK) * TICK for seconds in due} | check_ups)


def _at(seconds: float) -> datetime:
    return START + timedelta(seconds=seconds)


def _history(
    db: Database, sites: Sequence[Site]
) -> tuple[dict[Kind, list[float]], dict[Kind, list[float]], Counter[str]]:
    """Lateness of polls and of first polls by kind, and polls by feed, from what the database keeps."""
    kinds = {site.url: site.kind for site in sites}
    lateness: dict[Kind, list[float]] = defaultdict(list)
    first: dict[Kind, list[float]] = defaultdict(list)
    polls: Counter[str] = Counter()
    rows = db.execute(
        "SELECT url, 86400 * (julianday(started) - julianday(coalesce(due, added))), due IS NULL FROM"
        " (SELECT feed_id, started, lag(polls.next_poll) OVER (PARTITION BY feed_id ORDER BY id) AS due FROM polls)"
        " JOIN feeds ON feeds.id = feed_id"
    )
    for url, late, is_first in rows:
        (first if is_first else lateness)[kinds[url]].append(late)
        polls[url] += 1
    return lateness, first, polls


def _wrong(db: Database, sites: Sequence[Site]) -> list[str]:
    """Items that were shown and are not stored, are stored and were not shown, or are stored more than once."""
    wrong: list[str] = []
    for site in sites:
        rows = db.execute("SELECT link FROM entries JOIN feeds ON feeds.id = feed_id WHERE feeds.url = ?", [site.url])
        stored = Counter(link for (link,) in rows)
        expected = Counter(site.link(item) for item in site.shown)
        wrong.extend(((stored - expected) + (expected - stored)).keys())
    return wrong
