"""The daemon: what is due in the database becomes work, a few at a time, until it is told to stop.

APScheduler wakes each stage once a second; a stage that commits something wakes the next ones at once, so that a story
does not wait for a tick. Nothing is held in memory but which items are in hand.
"""

import asyncio
import math
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager, contextmanager, suppress
from datetime import UTC, datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import http, notify, schedule
from monitor.errors import StoreError
from monitor.fetch import Fetcher
from monitor.options import Config
from monitor.pipeline import READ_WITHIN, Pipeline, Ruleset, Target, Watcher
from monitor.render import Kind
from monitor.store import Database, Store, alerts, articles, feeds, retention, rules, sync
from monitor.store.alerts import DueMessage
from monitor.store.articles import Unjudged, Unread
from monitor.store.feeds import PollState
from monitor.workers import Workers

log = structlog.get_logger()

T = TypeVar("T")

# Where alerts go without any [[channel]].
TERMINAL = "terminal"

# How many at once. Polls and reads wait for others, matching needs the interpreter, each channel has one send in hand.
POLLS, READS, JUDGEMENTS, SENDS = 16, 12, 1, 64

# Seconds between looks at whether the wall clock was set back.
KEEP_TIME = 10.0

# Minutes between two sweeps of what is older than the retention, seconds between two steps of one, and how long the
# sweep of a single pass may take.
PRUNE_EVERY = 10
PRUNE_PAUSE = 0.02
PRUNE_ONCE = 1.0

# What is being sent when the daemon is told to stop gets this long to be answered; all else is simply due again.
GRACE = 5.0

# A name server or a disk that hangs must not hold up the exit: every change of state is a transaction.
LAST_MOMENT = 9.0

# A stage rests for so many seconds at most, for example while the disk is full.
LONGEST_REST = 60.0

# Names are looked up, and articles matched, in threads of this pool; dead names must not use it up.
THREADS = 32


class Stage(Generic[T]):
    """Works on what is due, at most `limit` at once; an item whose key is in hand is not picked a second time.

    An item that fails is noted in the database and due again; what reaches the stage is a failure of the database. Then
    `failed` is set and the stage rests, longer each time in a row: what is due stays due.
    """

    def __init__(
        self,
        due: Callable[[int, frozenset[Any]], Awaitable[Sequence[T]]],
        work: Callable[[T], Awaitable[None]],
        key: Callable[[T], Hashable],
        limit: int,
        wakes: "Sequence[Stage[Any]]" = (),
    ) -> None:
        self._due = due
        self._work = work
        self._key = key
        self._limit = limit
        self._wakes = wakes
        self._in_hand: dict[Hashable, asyncio.Task[None]] = {}
        self._picking = asyncio.Lock()
        self._stopped = False
        self._rests_until = 0.0
        self._failures = 0
        self.failed = False

    async def tick(self) -> None:
        """Start what is due and fits."""
        async with self._picking:
            room = self._limit - len(self._in_hand)
            if self._stopped or room <= 0 or time.monotonic() < self._rests_until:
                return
            try:
                items = await self._due(room, frozenset(self._in_hand))
            except Exception as error:  # told and tried again, whatever it was
                self._failed(error)
                return
            if self._stopped:  # while the question was on its way
                return
            for item in items:
                self._in_hand[self._key(item)] = asyncio.create_task(self._run(item))

    async def drain(self) -> None:
        """Work until nothing is due any more, or the stage has to rest."""
        await self.tick()
        while self._in_hand:
            await asyncio.wait(self._in_hand.values(), return_when=asyncio.FIRST_COMPLETED)
            await self.tick()

    async def stop(self, grace: float = 0.0) -> None:
        """Take nothing new, wait `grace` seconds for what is in hand, and let go of the rest: it is due again."""
        self._stopped = True
        tasks = list(self._in_hand.values())
        if tasks and grace:
            await asyncio.wait(tasks, timeout=grace)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _run(self, item: T) -> None:
        try:
            await self._work(item)
        except Exception as error:  # told and tried again, whatever it was
            self._failed(error)
        else:
            self._failures = 0
        finally:
            del self._in_hand[self._key(item)]
        for stage in (self, *self._wakes):
            await stage.tick()

    def _failed(self, error: Exception) -> None:
        self.failed = True
        self._failures += 1
        self._rests_until = time.monotonic() + min(2.0 ** min(self._failures, 10), LONGEST_REST)
        if isinstance(error, StoreError):
            log.error("database", error=str(error))
        else:
            log.error("unexpected", error=repr(error), exc_info=error)


class Machine:
    """A pipeline with a stage for each of its steps, each waking the ones after it."""

    def __init__(self, pipeline: Pipeline, keep: timedelta) -> None:
        self._store, self._now, self._keep = pipeline.store, pipeline.now, keep
        intervals = [feed.interval or pipeline.default_interval for feed in pipeline.feeds.values()]
        self._longest_wait = schedule.longest_wait(intervals)
        # For one pass: feeds are due whose time has not come, and in the end so is feed text that waits for its page.
        self._at_once = self._no_waiting = False
        self._polled: set[int] = set()
        self.deliver = Stage(self._messages, lambda due: pipeline.deliver(due.id), lambda due: due.channel, SENDS)
        self.judge = Stage(
            self._unjudged, pipeline.judge, lambda item: item.revision_id, JUDGEMENTS, wakes=[self.deliver]
        )
        self.read = Stage(self._unread, pipeline.read, lambda entry: entry.entry_id, READS, wakes=[self.judge])
        self.poll = Stage(self._feeds, pipeline.poll, lambda state: state.id, POLLS, wakes=[self.read, self.judge])

    async def once(self) -> None:
        """One full pass: every feed whose host takes requests, then whatever that brought."""
        self._at_once = True
        await self.poll.drain()
        await self.read.drain()
        self._no_waiting = True
        await self.judge.drain()
        await self.deliver.drain()
        await self.prune(PRUNE_ONCE)

    @property
    def failed(self) -> bool:
        """Whether a stage could not do its work for once."""
        return any(stage.failed for stage in (self.poll, self.read, self.judge, self.deliver))

    async def stop(self) -> None:
        """Let go of what is in hand, but wait for answers to what is being sent."""
        for stage in (self.poll, self.read, self.judge):
            await stage.stop()
        await self.deliver.stop(GRACE)

    async def housekeep(self) -> None:
        """Bring back what a wall clock which was set back has put out of reach."""
        latest = self._now() + self._longest_wait

        def clamp(db: Database) -> None:
            for table in (feeds, articles, alerts):
                table.clamp(db, latest)

        try:
            await self._store.write(clamp)
        except StoreError as error:
            log.error("database", error=str(error))

    async def prune(self, seconds: float = math.inf) -> None:
        """Let go of what is older than the retention, in small steps, between which the writer serves others."""
        now, end = self._now(), time.monotonic() + seconds
        removed: Counter[str] = Counter()
        try:
            for name, sweep in retention.SWEEPS.items():
                after: int | None = 0
                while after is not None and time.monotonic() < end:
                    swept = await self._sweep(sweep, now, after)
                    removed[name] += swept.removed
                    after = swept.after
                    await asyncio.sleep(PRUNE_PAUSE)
        except StoreError as error:
            log.error("database", error=str(error))
        except Exception as error:  # what is too old to be kept must not stop the news
            log.error("unexpected", error=repr(error), exc_info=error)
        if removed.total():
            log.info("pruned", **removed)

    async def _sweep(self, sweep: retention.Sweep, now: datetime, after: int) -> retention.Swept:
        return await self._store.write(lambda db: sweep(db, now, self._keep, after))

    async def _feeds(self, room: int, in_hand: frozenset[int]) -> list[PollState]:
        now = self._now()
        due = await self._store.read(
            lambda db: feeds.due(db, now, room, in_hand=in_hand, done=self._polled - in_hand, anyway=self._at_once)
        )
        if self._at_once:
            self._polled.update(state.id for state in due)
        return due

    async def _unread(self, room: int, in_hand: frozenset[int]) -> list[Unread]:
        now = self._now()
        return await self._store.read(lambda db: articles.unread(db, now, room, in_hand=in_hand))

    async def _unjudged(self, room: int, in_hand: frozenset[int]) -> list[Unjudged]:
        until = self._now() + (READ_WITHIN if self._no_waiting else timedelta(0))
        return await self._store.read(lambda db: articles.unjudged(db, until, room, skip=in_hand))

    async def _messages(self, room: int, busy: frozenset[str]) -> list[DueMessage]:
        now = self._now()
        return await self._store.read(lambda db: alerts.due(db, now, room, busy=busy))


@asynccontextmanager
async def assemble(config: Config, watcher: Watcher, show: Callable[[str], None]) -> AsyncIterator[Machine]:
    """A machine for this configuration, with its tables synced and a crash's traces taken up.

    `show` prints an alert where no channel is configured. Raises StoreError, LockedError.
    """
    settings = config.settings
    targets = targets_of(config)
    with Store(settings.database, exclusive=True) as store, Workers(config.workers.processes) as workers:
        in_force = await _take_up(store, config, targets)
        async with http.Client(
            user_agent=settings.user_agent or http.user_agent(settings.contact),
            allow_private=settings.allow_private_hosts,
            proxy=settings.proxy,
        ) as client:
            pipeline = Pipeline(
                store=store,
                fetcher=Fetcher(client, now=_now),
                workers=workers,
                notifier=notify.Notifier(show, proxy=settings.proxy),
                feeds={feed.url: feed for feed in config.feeds},
                default_interval=settings.interval,
                ruleset=Ruleset.of(in_force),
                targets=targets,
                zone=settings.timezone,
                watcher=watcher,
                now=_now,
            )
            yield Machine(pipeline, settings.retention)


async def run(config: Config, watcher: Watcher, show: Callable[[str], None], stop: asyncio.Event | None = None) -> None:
    """Run until SIGTERM, SIGINT or `stop`, then finish the transaction in hand and return."""
    stop = stop or asyncio.Event()
    with _signals(stop):
        async with assemble(config, watcher, show) as machine:
            scheduler = AsyncIOScheduler(
                timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
            )
            for name in ("poll", "read", "judge", "deliver"):
                stage: Stage[Any] = getattr(machine, name)
                scheduler.add_job(stage.tick, "interval", seconds=1, id=name, next_run_time=_now())
            scheduler.add_job(machine.housekeep, "interval", seconds=30, id="housekeep")
            # The first a minute after the start, so that a machine that is never on for long prunes too.
            first = _now() + timedelta(minutes=1)
            scheduler.add_job(machine.prune, "interval", minutes=PRUNE_EVERY, id="prune", next_run_time=first)
            scheduler.start()
            while not await _is_set_within(stop, KEEP_TIME):
                keep_time(scheduler, _now())
            scheduler.shutdown(wait=False)
            await machine.stop()


def keep_time(scheduler: AsyncIOScheduler, now: datetime) -> None:
    """Wake jobs that wait for a time further off than they ever would: the wall clock was set back."""
    for job in scheduler.get_jobs():
        if job.next_run_time - now > 2 * job.trigger.interval:
            job.modify(next_run_time=now)


async def run_once(config: Config, watcher: Watcher, show: Callable[[str], None]) -> bool:
    """One full pass over everything, also what is not due yet; SIGTERM and SIGINT end it early.

    True when every stage could do its work; what could not be done is due again.
    """
    stop = asyncio.Event()
    with _signals(stop):
        async with assemble(config, watcher, show) as machine:
            passing = asyncio.create_task(machine.once())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([passing, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            if passing.done():
                await passing
            else:
                passing.cancel()
                await machine.stop()
            return not machine.failed


async def _is_set_within(event: asyncio.Event, seconds: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
    return event.is_set()


def targets_of(config: Config) -> Mapping[str, Target]:
    """Where each channel's messages go; the terminal when there is no channel."""
    addresses = {channel.name: channel.url.get_secret_value() for channel in config.channels}
    if not addresses:
        return {TERMINAL: Target(Kind.TERMINAL, "")}
    return {name: Target(notify.kind(address), address) for name, address in addresses.items()}


async def _take_up(store: Store, config: Config, targets: Mapping[str, Target]) -> list[rules.Rule]:
    """Sync the configuration into tables, and queue again what a crash left half sent."""
    now = _now()
    kinds = {name: str(target.kind) for name, target in targets.items()}
    diffs = {
        "feeds": await store.write(lambda db: sync.sync_feeds(db, config.feeds, now)),
        "watches": await store.write(lambda db: sync.sync_rules(db, config.watches, now)),
        "channels": await store.write(lambda db: sync.sync_channels(db, kinds, now)),
    }
    for what, diff in diffs.items():
        if diff != sync.Diff():
            log.info("configuration", what=what, new=len(diff.new), changed=len(diff.changed), gone=len(diff.gone))
    interrupted = await store.write(lambda db: alerts.recover(db, now))
    if interrupted:
        log.warning("messages may repeat", count=interrupted, reason="the last run ended while they were being sent")
    return await store.read(rules.in_force)


@contextmanager
def _signals(stop: asyncio.Event) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop` for the length of the block, and bound the time until the process ends."""
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(THREADS, thread_name_prefix="thread"))

    def told() -> None:
        stop.set()
        last_moment = threading.Timer(LAST_MOMENT, os._exit, [0])
        last_moment.daemon = True
        last_moment.start()

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, told)
    try:
        yield
    finally:
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.remove_signal_handler(number)


def _now() -> datetime:
    return datetime.now(UTC)
