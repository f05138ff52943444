"""The dashboard served on loopback, over a database that a test fills with the steps of tests/store/newsroom.py.

async with site(tmp_path) as pages:
    pages.write(raise_one)                    # any unit of work on the database
    answer = await pages.get("/")
    answer = await pages.post("/stories/1/mute", back="/")
"""

import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
from aiohttp import web
from yarl import URL

from monitor.options import Channel, Config, Feed, Settings, Watch
from monitor.options import Web as WebOptions
from monitor.store import Database, Store
from monitor.store.database import Readers
from monitor.web.dashboard import Dashboard, environment
from monitor.web.server import application
from tests.fakes import Inline
from tests.store.newsroom import NOW, WATCH
from tests.store.newsroom import URL as FEED_URL

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Answer:
    """What a page answered; `words` is its text without markup."""

    status: int
    text: str
    headers: "Any"

    @property
    def words(self) -> str:
        return " ".join(re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", self.text, flags=re.S).split())


@dataclass
class Site:
    """A running dashboard. `config` may be replaced while it runs; `now` is what its clock says."""

    store: Store
    session: aiohttp.ClientSession
    config: Config
    url: str = ""
    now: datetime = NOW
    machine: Any = None
    headers: dict[str, str] = field(default_factory=lambda: {"Accept": "text/html"})

    def write(self, unit: Callable[[Database], T]) -> T:
        """What a command or the daemon writes."""
        return self.store.write_now(unit)

    def read(self, query: Callable[[Database], T]) -> T:
        return self.store.read_now(query)

    async def get(self, path: str, **headers: str) -> Answer:
        """What a page answers, without following redirects."""
        return await self.ask("GET", path, headers)

    async def post(self, path: str, **form: str) -> Answer:
        """A form of a page of ours."""
        return await self.ask("POST", path, {"Origin": self.url}, form)

    async def ask(
        self, method: str, path: str, headers: dict[str, str] | None = None, form: dict[str, str] | None = None
    ) -> Answer:
        sent = {**self.headers, **(headers or {})}
        where = URL(self.url + path, encoded=True)
        async with self.session.request(method, where, headers=sent, data=form, allow_redirects=False) as answer:
            return Answer(answer.status, await answer.text(), answer.headers)


@asynccontextmanager
async def site(folder: Path, *watches: Watch, web_options: WebOptions | None = None) -> AsyncIterator[Site]:
    """Serve the dashboard of a monitor with these watches, or one for Nvidia, on a free port."""
    config = Config(
        path=folder / "config.toml",
        settings=Settings(database=str(folder / "monitor.db")),
        web=web_options or WebOptions(),
        feeds=(Feed(url=FEED_URL),),
        channels=(Channel(name="desk"), Channel(name="mail")),
        watches=watches or (WATCH,),
    )
    with Store(folder / "monitor.db") as store:
        readers = Readers(store.path, 3, seconds=5.0)
        async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as session:
            made = Site(store, session, config)
            desk = Dashboard(
                config=lambda: made.config,
                machine=lambda: made.machine,
                store=store,
                readers=readers,
                workers=Inline(),  # type: ignore[arg-type]
                pages=environment(),
                now=lambda: made.now,
            )
            runner = web.AppRunner(application(desk), access_log=None, shutdown_timeout=0.2)
            await runner.setup()
            try:
                await web.TCPSite(runner, "127.0.0.1", 0).start()
                made.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
                yield made
            finally:
                await runner.cleanup()
                readers.close()
