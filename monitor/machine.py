"""What is due in the database becomes work, a few at a time. Nothing is held in memory but which items are in hand."""

import asyncio
import math
import time
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Hashable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Generic, TypeVar

import structlog

from monitor import checkup, notify, schedule
from monitor.errors import StoreError
from monitor.model import Hold
from monitor.options import Settings
from monitor.pipeline import READ_WITHIN, Pipeline
from monitor.store import Database, ailments, articles, delivery, feeds, outages, retention
from monitor.store.articles import Unjudged, Unread
from monitor.store.delivery import DueMessage
from monitor.store.feeds import PollState

log = structlog.get_logger()

T = TypeVar("T")

# How many at once. Polls and reads wait for others, matching needs the interpreter, each channel has one send in hand.
POLLS, READS, JUDGEMENTS, SENDS = 32, 12, 1, 64

# What is being sent when the daemon is told to stop gets this long to be answered; all else is simply due again.
GRACE = 5.0

# Seconds between two steps of pruning, and how long a single pass may prune.
PRUNE_PAUSE = 0.02
PRUNE_ONCE = 1.0

# A wall clock that lost more than this against the steady one was set back.
CLOCK_MAY_DIFFER = timedelta(seconds=5)

# A stage rests for so many seconds at most, for example while the disk is full.
LONGEST_REST = 60.0


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
        # When it last asked what is due, or had no room to: by the steady clock.
        self.ticked = time.monotonic()

    @property
    def rests(self) -> bool:
        """Whether the stage rests after a failure."""
        return time.monotonic() < self._rests_until

    async def tick(self) -> None:
        """Start what is due and fits."""
        async with self._picking:
            room = self._limit - len(self._in_hand)
            if self._stopped or self.rests:
                return
            if room <= 0:
                self.ticked = time.monotonic()
                return
            try:
                items = await self._due(room, frozenset(self._in_hand))
            except Exception as error:  # told and tried again, whatever it was
                self._failed(error)
                return
            self.ticked = time.monotonic()
            if self._stopped:  # while the question was on its way
                return
            for item in items:
                self._in_hand[self._key(item)] = asyncio.create_task(self._run(item))

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Take nothing new while the block runs; what is in hand goes on."""
        async with self._picking:
            yield

    async def idle(self) -> None:
        """Wait until nothing is in hand, while the stage is paused."""
        while self._in_hand:
            await asyncio.sleep(0.01)

    async def drain(self) -> None:
        """Work until nothing is due any more, or the stage has to rest."""
        while True:
            nothing_in_hand = not self._in_hand
            await self.tick()
            if self._in_hand:
                await asyncio.wait(self._in_hand.values(), return_when=asyncio.FIRST_COMPLETED)
            elif nothing_in_hand:  # else what was in hand during the question may have been in the way of more
                return

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
    """A pipeline with a stage for each of its steps, each waking the ones after it.

    `pipeline` and `settings` may be replaced while the machine is paused; what is in hand goes on with the old ones.
    `alive` is the last sign of life of the run before.
    """

    def __init__(self, pipeline: Pipeline, settings: Settings, alive: datetime | None = None) -> None:
        self.pipeline, self.settings, self._alive = pipeline, settings, alive
        self._store, self._now = pipeline.store, pipeline.now
        # For one pass: what is due was due then, and feeds whose time has not come are too; in the end, so is feed text
        # that waits for its page.
        self._moment: datetime | None = None
        self._no_waiting = False
        self._clocks = self._now(), time.monotonic()
        self._polled: set[int] = set()
        self.deliver = Stage(self._messages, self._deliver, lambda due: due.channel, SENDS)
        self.judge = Stage(self._unjudged, self._judge, lambda item: item.revision_id, JUDGEMENTS, wakes=[self.deliver])
        self.read = Stage(self._unread, self._read, lambda entry: entry.entry_id, READS, wakes=[self.judge])
        self.poll = Stage(self._feeds, self._poll, lambda state: state.id, POLLS, wakes=[self.read, self.judge])

    @property
    def stages(self) -> Mapping[str, Stage[Any]]:
        """The stages by name, in the order of the data."""
        return {"poll": self.poll, "read": self.read, "judge": self.judge, "deliver": self.deliver}

    async def once(self) -> None:
        """One full pass: every feed whose host takes requests, then whatever that brought."""
        await self.housekeep()
        for stage in self.stages.values():
            self._no_waiting = stage is self.judge
            if stage is self.deliver:
                await self.check_up(settled=True)
                await self._release()
            # What fails now is due again in seconds, and is for the next pass.
            self._moment = self._now()
            await stage.drain()
        if await self.check_up(settled=True):  # messages were given up
            self._moment = self._now()
            await self.deliver.drain()
        await self.prune(PRUNE_ONCE)

    async def _release(self) -> None:
        """All that came while the monitor was off is there: the pass need not wait for more."""
        try:
            await self._store.write(lambda db: delivery.release(db, Hold.CATCH_UP, self._now()))
        except StoreError as error:
            log.error("database", error=str(error))

    @asynccontextmanager
    async def paused(self) -> AsyncIterator[None]:
        """Nothing is picked up and nothing is being judged while the block runs; other work in hand goes on."""
        async with self.poll.paused(), self.read.paused(), self.judge.paused(), self.deliver.paused():
            await self.judge.idle()
            yield

    @property
    def failed(self) -> bool:
        """Whether a stage could not do its work for once."""
        return any(stage.failed for stage in self.stages.values())

    async def stop(self) -> None:
        """Let go of what is in hand, but wait for answers to what is being sent."""
        for stage in (self.poll, self.read, self.judge):
            await stage.stop()
        await self.deliver.stop(GRACE)

    async def housekeep(self) -> None:
        """Bring back what a wall clock which was set back has put out of reach: at once, if that has just happened."""
        pipeline = self.pipeline
        intervals = [feed.interval or pipeline.default_interval for feed in pipeline.feeds.values()]
        (wall, ticks), self._clocks = self._clocks, (self._now(), time.monotonic())
        set_back = self._clocks[0] - wall < timedelta(seconds=self._clocks[1] - ticks) - CLOCK_MAY_DIFFER
        latest = self._clocks[0] + (timedelta(0) if set_back else schedule.longest_wait(intervals))

        def clamp(db: Database) -> None:
            outages.say_alive(db, self._clocks[0])
            feeds.clamp(db, latest)
            articles.clamp(db, latest)
            delivery.clamp(db, self._clocks[0], latest)
            pipeline.router.revise(db, pipeline.longest_cooldown, self._clocks[0])

        try:
            await self._store.write(clamp)
        except StoreError as error:
            log.error("database", error=str(error))

    async def check_up(self, *, settled: bool = False) -> bool:
        """See how feeds and channels are, and tell what changed; at once where no more is to come, as after one pass.

        Returns whether there is something to tell.
        """
        pipeline, now = self.pipeline, self._now()

        def unit(db: Database) -> tuple[bool, bool, bool]:
            before = ailments.offline_since(db)
            if before and now - before > self.settings.catch_up:
                outages.add(db, before)
            back = checkup.examine(db, now)
            offline = not before and ailments.offline_since(db) is not None
            told = checkup.tell(db, pipeline.notices, pipeline.zone, now, settled=settled)
            letters = checkup.tell_of_letters(db, pipeline.notices, tuple(pipeline.targets), now)
            return offline, back, told or letters

        try:
            offline, back, told = await self._store.write(unit)
        except StoreError as error:
            log.error("database", error=str(error))
            return False
        if offline:
            log.warning("offline", reason="hosts that used to answer fell silent together, and none answers")
        if back:
            log.info("online again")
        for stage, wanted in ((self.poll, back), (self.deliver, told)):
            if wanted:
                await stage.tick()
        return told

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
        return await self._store.write(lambda db: sweep(db, now, self.settings.retention, after))

    async def _feeds(self, room: int, in_hand: frozenset[int]) -> list[PollState]:
        await self._notice_outage()
        now, one_pass = self._moment or self._now(), self._moment is not None
        due = await self._store.read(
            lambda db: feeds.due(db, now, room, in_hand=in_hand, done=self._polled - in_hand, anyway=one_pass)
        )
        if one_pass:
            self._polled.update(state.id for state in due)
        return due

    async def _notice_outage(self) -> None:
        """This is asked for all the time: if the last time is long ago, the monitor was off, or the machine asleep."""
        now = self._now()
        began, self._alive = self._alive, now
        if began is None or now - began <= self.settings.catch_up:
            return
        try:
            await self._store.write(lambda db: outages.add(db, began))
        except StoreError:
            self._alive = began
            raise
        log.info("after an outage", off_since=began.isoformat(timespec="seconds"))

    async def _unread(self, room: int, in_hand: frozenset[int]) -> list[Unread]:
        now = self._moment or self._now()
        return await self._store.read(lambda db: articles.unread(db, now, room, in_hand=in_hand))

    async def _unjudged(self, room: int, in_hand: frozenset[int]) -> list[Unjudged]:
        until = (self._moment or self._now()) + (READ_WITHIN if self._no_waiting else timedelta(0))
        return await self._store.read(lambda db: articles.unjudged(db, until, room, skip=in_hand))

    async def _messages(self, room: int, busy: frozenset[str]) -> list[DueMessage]:
        now = self._moment or self._now()
        diverting = [name for name, target in self.pipeline.targets.items() if target.channel.fallback]
        return await self._store.read(lambda db: delivery.due(db, now, room, busy=busy, diverting=diverting))

    # Each with the pipeline of the moment.

    async def _poll(self, state: PollState) -> None:
        await self.pipeline.poll(state)

    async def _read(self, entry: Unread) -> None:
        await self.pipeline.read(entry)

    async def _judge(self, item: Unjudged) -> None:
        await self.pipeline.judge(item)

    async def _deliver(self, due: DueMessage) -> None:
        await self.pipeline.deliver(due.id)
        # While this waits, its channel counts as busy.
        if due.channel in self.pipeline.targets:
            await self.pipeline.sleep(notify.SPACING.get(self.pipeline.targets[due.channel].kind, 0.0))
