"""The daemon: a machine for the configuration in force, until it is told to stop.

APScheduler wakes each stage once a second; a stage that commits something wakes the next ones at once, so that a story
does not wait for a tick. An edited configuration is taken up while the machine runs; one with mistakes is not, and the
channels are told.
"""

import asyncio
import gc
import os
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import structlog
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import fetch, notify, render, signals
from monitor import rules as matching
from monitor.edits import Edits, Look
from monitor.errors import ConfigError
from monitor.fetch import Fetcher
from monitor.in_force import Ruleset, Target
from monitor.machine import POLLS, READS, Machine
from monitor.options import Channel, Config, Settings, Web
from monitor.pipeline import Pipeline
from monitor.render import Kind
from monitor.steps import Watcher, both
from monitor.store import Database, Store, alerts, archive, companies, delivery, feeds, outages, rules, sync
from monitor.store import stories as stored_stories
from monitor.store.database import Readers
from monitor.stories import Index
from monitor.workers import Workers

if TYPE_CHECKING:
    from monitor.web.dashboard import Dashboard
    from monitor.web.metrics import Meters

log = structlog.get_logger()

# Where alerts go without any [[channel]].
TERMINAL = "terminal"

# Seconds between looks at the files of the configuration. Two looks must agree: a file may be half written.
LOOK = 1.0

# Seconds between looks at whether the wall clock was set back.
KEEP_TIME = 10.0

# Seconds after which an edit is tried again that met a locked database or a full disk.
RELOAD_AGAIN = 5.0

# From so many of the latest texts it is taken how common a word is.
SAMPLED = 500
# Seconds between looks at what is due, where it is not one: a feed with a short interval is polled in time.
TICKS = {"poll": 0.25}

# Minutes between two sweeps of what is older than the retention.
PRUNE_EVERY = 10

# Names are looked up, and articles matched, in threads of this pool; dead names must not use it up.
THREADS = POLLS + READS + 8

# For the pages: connections that ask beside the news, and seconds after which a question is broken off.
READERS, LONGEST_QUESTION = 3, 5.0

# What the running process was built with.
AT_START = ("settings.database", "workers.processes", "web.listen")


class Daemon:
    """A machine and the configuration it runs by. `show` prints an alert where no channel is configured."""

    def __init__(
        self, store: Store, workers: Workers, stack: AsyncExitStack, watcher: Watcher, show: Callable[[str], None]
    ) -> None:
        self._store, self._workers, self._stack = store, workers, stack
        self._watcher, self._show = watcher, show
        self._fetcher: Fetcher | None = None
        self._compiled: matching.Ruleset | None = None
        self._list = ""
        self._index = Index()
        self._adopting = asyncio.Lock()
        self._refused = ""
        self.config = Config()
        self.machine: Machine

    async def start(self, config: Config) -> None:
        """Take up what a crash left half sent, sync the configuration into tables, and make the machine."""
        interrupted = await self._store.write(lambda db: delivery.recover(db, _now()))
        if interrupted:
            reason = "the last run ended while they were being sent"
            log.warning("messages may repeat", count=interrupted, reason=reason)
        self._index = await self._store.read(lambda db: stored_stories.load(db, _now()))
        compiled, version = await self._compile(config)
        alive = await self._store.read(outages.last_alive)
        self.machine = Machine(await self._pipeline(config, compiled), config.settings, alive)
        self._compiled, self._list = compiled, version

    async def adopt(self, changed: Config | None = None) -> None:
        """Go on with a changed configuration, or a changed list of companies; nothing in hand is lost."""
        async with self._adopting:
            config = changed or self.config
            compiled, version = await self._compile(config)
            async with self.machine.paused():
                self.machine.pipeline = await self._pipeline(config, compiled)
                self.machine.settings = config.settings
            self._compiled, self._list = compiled, version

    async def heed_companies(self) -> None:
        """Go on with the list of companies that `monitor companies update` has stored since."""
        if await self._store.read(companies.version) != self._list:
            await self.adopt()
            log.info("companies reloaded")

    async def refuse(self, error: ConfigError) -> None:
        """Say on the channels why an edited configuration is not used, in the words of `monitor check`, once."""
        if str(error) != self._refused:
            for mistake in error.mistakes:
                log.error("configuration not used", mistake=str(mistake))
            await self._notice(f"The edited configuration has mistakes; the one before stays in force.\n{error}")
            self._refused = str(error)

    async def accept(self) -> None:
        """Say on the channels that a configuration which had mistakes is in order again."""
        if self._refused:
            await self._notice("The configuration is in order again, and in force.")
            self._refused = ""

    async def _compile(self, config: Config) -> tuple[matching.Ruleset, str]:
        """The watches, compiled beside those in force, and the version of the list of companies that they know.

        What did not change is taken over from those in force.
        """
        version, before = await self._store.read(companies.version), self._compiled
        known = before.directory if before and version == self._list else await self._store.read(companies.directory)
        texts = await self._store.read(lambda db: archive.texts(db, SAMPLED))

        def compiled() -> matching.Ruleset:
            frequencies = matching.frequencies(texts)
            return matching.compile(config.watches, directory=known, frequencies=frequencies, previous=before)

        ruleset = await asyncio.to_thread(compiled)
        # The collector would walk through all rules again and again; they are let go by their count of references.
        gc.collect()
        gc.freeze()
        if always := len(ruleset.index.always):
            log.info("watches without a word that they need are tried on every article", count=always)
        return ruleset, version

    async def _notice(self, body: str) -> None:
        channels = notice_channels(self.config)
        await self._store.write(lambda db: alerts.add_notice(db, channels, body, _now()))

    async def waiting(self) -> int:
        """How many messages are still to be sent."""
        return await self._store.read(delivery.waiting)

    def dashboard(self, readers: Readers, meters: "Meters") -> "Dashboard":
        """What the pages work with."""
        from monitor.web.dashboard import Dashboard, environment  # noqa: PLC0415

        first = self.config.web
        return Dashboard(
            config=lambda: _as_served(self.config, first),
            machine=lambda: self.machine,
            store=self._store,
            readers=readers,
            workers=self._workers,
            pages=environment(),
            meters=meters,
        )

    async def _pipeline(self, config: Config, compiled: matching.Ruleset) -> Pipeline:
        settings, targets = config.settings, targets_of(config)
        fetcher = await self._fetcher_for(settings)
        in_force = await self._store.write(lambda db: _sync(db, config, targets))
        self.config, self._fetcher = config, fetcher
        return Pipeline(
            store=self._store,
            fetcher=fetcher,
            workers=self._workers,
            notifier=notify.Notifier(self._show, proxy=settings.proxy),
            feeds={feed.url: feed for feed in config.feeds},
            default_interval=settings.interval,
            ruleset=Ruleset.of(in_force, compiled),
            targets=targets,
            zone=settings.timezone,
            templates=templates_of(settings),
            notices=notice_channels(config),
            index=self._index,
            firms=matching.spotter(compiled.directory),
            watcher=self._watcher,
            now=_now,
        )

    async def _fetcher_for(self, settings: Settings) -> Fetcher:
        """The fetcher in use, which knows how busy each host is; another one where requests change."""
        if self._fetcher is None or fetch.differs(settings, self.config.settings):
            # The client before goes on with what is in hand; it is closed at the end.
            client = await self._stack.enter_async_context(fetch.client(settings))
            fetcher = Fetcher(client, now=_now)
            # Redirects may lead to a host that has asked to wait, and only the fetcher sees where they lead.
            for host, until in (await self._store.read(lambda db: feeds.held(db, _now()))).items():
                fetcher.hold(host, until)
            return fetcher
        return self._fetcher


@asynccontextmanager
async def assemble(config: Config, watcher: Watcher, show: Callable[[str], None]) -> AsyncIterator[Daemon]:
    """A daemon for this configuration, with its tables synced and a crash's traces taken up.

    Raises StoreError, LockedError.
    """
    with Store(config.settings.database, exclusive=True) as store, Workers(config.workers.processes) as workers:
        async with AsyncExitStack() as stack:
            daemon = Daemon(store, workers, stack, watcher, show)
            await daemon.start(config)
            yield daemon


async def run(
    config: Config,
    watcher: Watcher,
    show: Callable[[str], None],
    stop: asyncio.Event | None = None,
    reload: Callable[[], Config] | None = None,
    served: Callable[[str], None] = lambda _address: None,
) -> None:
    """Run until SIGTERM, SIGINT or `stop`, then finish the transaction in hand and return.

    `reload` reads the configuration again, or raises ConfigError: it is called after an edit, and on SIGHUP. `served`
    is told the address of the dashboard.
    """
    # Imported here: the web server is not needed by the other commands, and start-up counts.
    from monitor.web.metrics import Meters  # noqa: PLC0415
    from monitor.web.server import serving  # noqa: PLC0415

    stop, hangup, meters = stop or asyncio.Event(), asyncio.Event(), Meters()
    with (
        signals.heeded(stop, hangup if reload else None, threads=THREADS),
        closing(Readers(Path(config.settings.database), READERS, seconds=LONGEST_QUESTION)) as readers,
    ):
        async with assemble(config, both(meters, watcher), show) as daemon:
            machine = daemon.machine
            log.info("started", feeds=len(config.feeds), watches=len(config.watches), process=os.getpid())
            scheduler = AsyncIOScheduler(
                timezone=UTC, job_defaults={"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
            )
            for name, stage in machine.stages.items():
                scheduler.add_job(stage.tick, "interval", seconds=TICKS.get(name, 1), id=name, next_run_time=_now())
            # The first at once, but after the first look at what is due, which notices that the monitor was off.
            soon = _now() + timedelta(seconds=1)
            scheduler.add_job(machine.housekeep, "interval", seconds=30, id="housekeep", next_run_time=soon)
            scheduler.add_job(machine.check_up, "interval", seconds=15, id="check up")
            scheduler.add_job(daemon.heed_companies, "interval", seconds=30, id="companies")
            # The first a minute after the start, so that a machine that is never on for long prunes too.
            first = _now() + timedelta(minutes=1)
            scheduler.add_job(machine.prune, "interval", minutes=PRUNE_EVERY, id="prune", next_run_time=first)
            scheduler.start()
            beside = [asyncio.create_task(_keep_time(scheduler))]
            if reload:
                beside.append(asyncio.create_task(_follow(daemon, reload, hangup)))
            async with serving(daemon.dashboard(readers, meters), served):
                await stop.wait()
            scheduler.shutdown(wait=False)
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await machine.stop()
            log.info("stopped")


async def run_once(config: Config, watcher: Watcher, show: Callable[[str], None]) -> tuple[bool, int]:
    """One full pass over everything, also what is not due yet; SIGTERM and SIGINT end it early.

    Gives whether every stage could do its work (what could not be done is due again), and how many messages wait.
    """
    stop = asyncio.Event()
    with signals.heeded(stop, threads=THREADS):
        async with assemble(config, watcher, show) as daemon:
            machine = daemon.machine
            passing = asyncio.create_task(machine.once())
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait([passing, stopping], return_when=asyncio.FIRST_COMPLETED)
            stopping.cancel()
            complete = passing.done()
            if complete:
                await passing
            else:
                passing.cancel()
                await machine.stop()
            return complete and not machine.failed, await daemon.waiting()


def targets_of(config: Config) -> Mapping[str, Target]:
    """Where each channel's messages go; the terminal when there is no channel."""
    if not config.channels:
        return {TERMINAL: Target(Kind.TERMINAL, "", Channel(name=TERMINAL))}
    addresses = {channel.name: channel.url.get_secret_value() for channel in config.channels}
    return {
        channel.name: Target(notify.kind(addresses[channel.name]), addresses[channel.name], channel)
        for channel in config.channels
    }


def templates_of(settings: Settings) -> render.Templates:
    """The templates of messages: the user's, and ours for what those do not have or where one fails."""
    folder = Path(settings.templates) if settings.templates else None
    return render.Templates(folder, lambda words: log.error("template", error=words))


def notice_channels(config: Config) -> tuple[str, ...]:
    """Where notices about the monitor itself go: the channel named for them, else every channel."""
    named = config.settings.health_channel
    return (named,) if named else tuple(targets_of(config))


def keep_time(scheduler: AsyncIOScheduler, now: datetime) -> None:
    """Wake jobs that wait for a time further off than they ever would: the wall clock was set back."""
    for job in scheduler.get_jobs():
        if job.next_run_time - now > 2 * job.trigger.interval:
            job.modify(next_run_time=now)


async def _keep_time(scheduler: AsyncIOScheduler) -> None:
    while True:
        await asyncio.sleep(KEEP_TIME)
        keep_time(scheduler, _now())


async def _follow(daemon: Daemon, reload: Callable[[], Config], hangup: asyncio.Event) -> None:
    """Take up edits of the configuration's files, and what SIGHUP asks to read again."""
    edits = Edits(daemon.config.path, os.environ)
    # Nothing is taken for granted: it may have been edited since it was read.
    seen: Look | None = None
    taken: Look | None = None
    while True:
        with suppress(TimeoutError):
            await asyncio.wait_for(hangup.wait(), LOOK)
        try:
            found = await asyncio.to_thread(edits.look)
            settled, seen = found == seen, found
            if hangup.is_set() or (settled and found != taken):
                await _reload(daemon, reload, asked=hangup.is_set())
                hangup.clear()
                taken = found
        except Exception as error:  # the daemon goes on with what it has, and tries again
            log.error("configuration not read", error=str(error), exc_info=error)
            await asyncio.sleep(RELOAD_AGAIN)


async def _reload(daemon: Daemon, reload: Callable[[], Config], *, asked: bool) -> None:
    before = daemon.config
    try:
        config = await asyncio.to_thread(reload)
    except ConfigError as error:
        await daemon.refuse(error)
        return
    if config != before or asked:
        await daemon.adopt(config)
        log.info("configuration reloaded", feeds=len(config.feeds), watches=len(config.watches))
    await daemon.accept()
    for key in AT_START:
        table, _, name = key.partition(".")
        if getattr(getattr(config, table), name) != getattr(getattr(before, table), name):
            log.warning("takes effect at the next start", key=key)


def _sync(db: Database, config: Config, targets: Mapping[str, Target]) -> list[rules.Rule]:
    """Make the tables say what the configuration says; gives the rules in force."""
    now = _now()
    kinds = {name: str(target.kind) for name, target in targets.items()}
    diffs = {
        "feeds": sync.sync_feeds(db, config.feeds, now),
        "watches": sync.sync_rules(db, config.watches, now),
        "channels": sync.sync_channels(db, kinds, now),
    }
    sync.shorten_waits(db, config.feeds, config.settings.interval, now)
    for what, diff in diffs.items():
        if diff != sync.Diff():
            log.info("configuration", what=what, new=len(diff.new), changed=len(diff.changed), gone=len(diff.gone))
    return rules.in_force(db)


def _as_served(config: Config, first: Web) -> Config:
    """The configuration in force, but for what a server that listens since the start goes by.

    Its address stays, and where others reach that, an edit that takes the token away opens the pages to nobody.
    """
    token = config.web.token if config.web.token.get_secret_value() else first.token
    return config.model_copy(update={"web": config.web.model_copy(update={"listen": first.listen, "token": token})})


def _now() -> datetime:
    return datetime.now(UTC)
