"""A monitor on a clock that the test moves, against the real server: real requests, real SQLite, no waiting.

world = World(tmp_path, server)
await world.visit()                 # polls and reads what is due now, and stops: the next visit is a restart
await world.visit(after=HOUR)
"""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from monitor import notify
from monitor.fetch import Fetcher
from monitor.http import Client
from monitor.in_force import Ruleset, Target
from monitor.machine import Machine
from monitor.options import Channel, Feed, Settings, Watch
from monitor.pipeline import Pipeline
from monitor.render import Kind
from monitor.store import Database, Store, feeds, outages, overview, rules, sync
from monitor.store.feeds import FeedStatus
from monitor.store.overview import FeedDetail
from tests.fakes import FakeNotifier, Inline
from tests.server import Server

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)  # a Monday
WATCH = Watch(name="Nvidia", companies=("Nvidia",))


class World:
    """Feeds, a watch for Nvidia, and a channel: `sent` holds what was sent. Outages are no matter unless set."""

    def __init__(self, folder: Path, server: Server, *feeds: Feed) -> None:
        self.now = NOW
        self.notifier: Any = FakeNotifier()
        self.interval = timedelta(minutes=5)
        self.watches: tuple[Watch, ...] = (WATCH,)
        self.channels: tuple[Channel, ...] = (Channel(name="desk"),)
        self.settings = Settings(catch_up=timedelta(days=365))
        self._database = folder / "monitor.db"
        self._server = server
        self.feeds = feeds or (Feed(url=f"{server.url}/rss", full_text=False),)

    @property
    def sent(self) -> list[str]:
        """The texts of the messages that went out."""
        return [rendered.text for rendered in self.notifier.sent]

    def sent_to(self, channel: str) -> list[str]:
        """The texts of those to one channel."""
        texts = zip(self.notifier.sent, self.notifier.addresses, strict=True)
        return [rendered.text for rendered, address in texts if address == f"fake://{channel}"]

    async def visit(self, after: timedelta = timedelta(0), *, check_up: bool = False) -> None:
        """Start, do what is due so long `after` the last visit, and stop."""
        self.now += after
        with Store(self._database) as store:
            store.write_now(lambda db: sync.sync_feeds(db, self.feeds, self.now))
            store.write_now(lambda db: sync.sync_rules(db, self.watches, self.now))
            store.write_now(lambda db: sync.sync_channels(db, dict.fromkeys(self._targets, "text"), self.now))
            allowed = [self._server.authority, f"localhost:{self._server.port}"]
            async with Client(user_agent="news-monitor/test", allow_private=allowed) as client:
                fetcher = Fetcher(client, now=lambda: self.now)
                for host, until in store.read_now(lambda db: feeds.held(db, self.now)).items():
                    fetcher.hold(host, until)
                machine = Machine(self._pipeline(store, fetcher), self.settings, store.read_now(outages.last_alive))
                if check_up:
                    await machine.housekeep()
                for name, stage in machine.stages.items():
                    if name == "deliver" and check_up:
                        await machine.check_up(settled=True)
                    await stage.drain()

    async def visits(self, *gaps: timedelta) -> None:
        """Several, so long after each other."""
        for gap in gaps:
            await self.visit(gap)

    def refresh(self) -> None:
        """`monitor feeds refresh`."""
        urls = [feed.url for feed in self.feeds]
        with Store(self._database) as store:
            store.write_now(lambda db: overview.refresh(db, urls, self.now))

    def feed(self, number: int = 0) -> FeedStatus:
        """How a feed stands."""
        detail = self.detail(number)
        return detail.status

    def detail(self, number: int = 0) -> FeedDetail:
        """A feed in full."""
        with Store(self._database) as store:
            found = store.read_now(lambda db: overview.feed(db, self.feeds[number].url, self.now))
        assert found is not None
        return found

    def write(self, unit: Callable[[Database], object]) -> None:
        """What a command writes."""
        with Store(self._database) as store:
            store.write_now(unit)

    def rows(self, query: str) -> list[Mapping[str, Any]]:
        """What is in the database."""
        with Store(self._database) as store:
            return store.read_now(lambda db: list(db.query(query)))

    def _pipeline(self, store: Store, fetcher: Fetcher) -> Pipeline:
        return Pipeline(
            store=store,
            fetcher=fetcher,
            workers=Inline(),  # type: ignore[arg-type]
            notifier=self.notifier,
            feeds={feed.url: feed for feed in self.feeds},
            default_interval=self.interval,
            ruleset=Ruleset.of(store.read_now(rules.in_force)),
            targets=self._targets,
            zone=ZoneInfo("UTC"),
            notices=tuple(self._targets),
            now=lambda: self.now,
            chance=lambda: 0.0,
            sleep=_no_sleep,
        )

    @property
    def _targets(self) -> dict[str, Target]:
        """Of channels with an address of their own, where it leads; that takes a real notifier."""
        urls = {each.name: each.url.get_secret_value() for each in self.channels}
        return {
            each.name: Target(
                notify.kind(url) if (url := urls[each.name]) else Kind.TEXT, url or f"fake://{each.name}", each
            )
            for each in self.channels
        }


async def _no_sleep(_seconds: float) -> None:
    pass
