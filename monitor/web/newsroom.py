"""The demo newsroom: a scripted hour of news, served over real HTTP on loopback.

    newsroom.toml    the outlets, and what each publishes at which simulated minute
    articles/        OUTLET/SLUG.html: front matter between +++ lines, then the body; SLUG@2.html is its correction
    layouts/         one jinja2 page per family of outlets

Nothing here knows the monitor: it is polled like any other site, with conditional requests and pages that are 404
until they are published. The hour starts with the first request for a feed, so that a slow start misses nothing.
"""

import hashlib
import math
import time
import tomllib
from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import format_datetime
from pathlib import Path
from typing import Literal, Self, TypeVar

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup
from pydantic import BaseModel, ConfigDict, Field

from monitor.errors import ConfigError, Mistake, MonitorError
from monitor.web.syndication import WRITERS, Publication, Published

NEWEST = 12


class _Table(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Outlet(_Table):
    """A site with one feed. `full` feeds carry the whole body, the others a summary."""

    slug: str
    name: str
    about: str
    format: Literal["rss2", "atom", "rss1"]
    feed: str
    layout: str
    tier: int
    tags: tuple[str, ...]
    full: bool = False


class Article(_Table):
    """One version of an article. `expect` names the demo's watches that must fire on its page."""

    title: str
    author: str
    summary: str
    tags: tuple[str, ...]
    expect: frozenset[str]
    note: str = ""
    body: str


class Item(_Table):
    """One entry of one feed, from minute `at` on (0 or less: there from the start, that many real minutes old).

    `text` names another outlet's article that this one reprints word for word; `link` another outlet's page (with
    tracking parameters) to which the entry points instead of having a page of its own.
    """

    outlet: str
    slug: str
    at: float
    corrected: float = math.inf
    text: str = ""
    link: str = ""

    @property
    def key(self) -> str:
        return f"{self.outlet}/{self.slug}"

    @property
    def last(self) -> float:
        """The minute of its last change."""
        return self.at if math.isinf(self.corrected) else self.corrected

    @property
    def versions(self) -> tuple[str, ...]:
        """The files of its versions below articles/, without the ending."""
        first = self.text or self.link.partition("?")[0] or self.key
        return (first,) if math.isinf(self.corrected) else (first, f"{first}@2")


class _Script(_Table):
    outlets: tuple[Outlet, ...] = Field(alias="outlet")
    items: tuple[Item, ...] = Field(alias="article", min_length=1)


_T = TypeVar("_T", bound=BaseModel)


def _validated(model: type[_T], path: Path, toml: str, **more: str) -> _T:
    try:
        return model.model_validate(tomllib.loads(toml) | more)
    except ValueError as error:  # bad TOML and failed validation alike
        problem = " ".join(str(error).split())
        raise ConfigError([Mistake(str(path), "", problem, "correct the demo's files")]) from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        problem = "is scheduled or needed by the demo but cannot be read"
        raise ConfigError([Mistake(str(path), "", problem, "restore the file")]) from error


def read_article(path: Path) -> Article:
    """The article in `path`. Raises ConfigError where the file is missing or its front matter is wrong."""
    _, _, rest = _text(path).partition("+++\n")
    head, _, body = rest.partition("\n+++\n")
    return _validated(Article, path, head, body=body.strip())


class Newsroom:
    """Serves the newsroom in `folder` inside `async with`, on 127.0.0.1 and a free port.

    `started` (aware UTC) is the wall-clock time that belongs to the reading of `clock` (seconds) at construction;
    `speed` 60 plays a simulated minute a second. Raises ConfigError for a script that names what does not exist.
    """

    def __init__(
        self,
        folder: Path,
        *,
        started: datetime,
        clock: Callable[[], float] = time.monotonic,
        speed: float = 60.0,
    ) -> None:
        path = folder / "newsroom.toml"
        script = _validated(_Script, path, _text(path))
        self.outlets = {outlet.slug: outlet for outlet in script.outlets}
        self.items = script.items
        self.url = ""
        self._pages = {item.key: item for item in script.items if not item.link}
        self._check(path)
        self.articles = {
            name: read_article(folder / "articles" / f"{name}.html") for item in script.items for name in item.versions
        }
        self._clock, self._speed = clock, speed
        self._started, self._start = started, clock()
        self._begun: float | None = None
        self._templates = Environment(
            loader=FileSystemLoader(folder / "layouts"), autoescape=True, undefined=StrictUndefined
        )

    def _check(self, path: Path) -> None:
        mistakes = []
        for item in self.items:
            page = item.link.partition("?")[0] or item.key
            if item.outlet not in self.outlets:
                mistakes.append(Mistake(str(path), item.key, "its outlet is unknown", "add an [[outlet]]"))
            elif page not in self._pages:
                mistakes.append(Mistake(str(path), item.key, f"links to {page}, which has no page", "correct it"))
        if mistakes:
            raise ConfigError(mistakes)

    async def __aenter__(self) -> Self:
        app = web.Application()
        app.router.add_get("/{outlet}/2024/07/{slug}.html", self._serve_page)
        app.router.add_get("/{outlet}/{feed}", self._serve_feed)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
        try:
            await self._runner.setup()
            await web.TCPSite(self._runner, "127.0.0.1", 0).start()
        except OSError as error:
            raise MonitorError(f"the demo newsroom cannot listen on 127.0.0.1: {error}") from error
        self.url = f"http://127.0.0.1:{self._runner.addresses[0][1]}"
        return self

    async def __aexit__(self, *exception: object) -> None:
        await self._runner.cleanup()

    @property
    def host(self) -> str:
        """`127.0.0.1:PORT`, as `allow_private_hosts` takes it."""
        return self.url.removeprefix("http://")

    def begin(self) -> None:
        """Starts the hour, if it has not begun; the first request for a feed does."""
        if self._begun is None:
            self._begun = self._clock()

    @property
    def minute(self) -> float:
        """The simulated minute; 0 until the hour begins."""
        if self._begun is None:
            return 0.0
        return (self._clock() - self._begun) * self._speed / 60

    @property
    def total(self) -> int:
        """How many entries the feeds carry in all; corrections are no entries of their own."""
        return len(self.items)

    @property
    def published(self) -> int:
        """How many of them are out."""
        return sum(item.at <= self.minute for item in self.items)

    @property
    def over(self) -> bool:
        """Everything has been published and corrected."""
        return self.minute >= max(item.last for item in self.items)

    def wall_clock(self, minute: float) -> datetime:
        """When a simulated minute is, or was, in the real world. What precedes the hour is not compressed."""
        if minute <= 0:
            return self._started + timedelta(minutes=minute)
        begun = self._start if self._begun is None else self._begun
        return self._started + timedelta(seconds=begun - self._start + minute * 60 / self._speed)

    def page_path(self, item: Item) -> str:
        """The path of the page an item points to, with the query it points there with."""
        outlet, _, slug = (item.link or item.key).partition("/")
        slug, mark, query = slug.partition("?")
        return f"/{outlet}/2024/07/{slug}.html{mark}{query}"

    def version(self, item: Item) -> Article:
        """What an item says now: the article, or its correction."""
        return self.articles[item.versions[-1 if self.minute >= item.corrected else 0]]

    def render(self, item: Item) -> str:
        """The HTML page of an item as it stands now."""
        outlet, article = self.outlets[item.outlet], self.version(item)
        return self._templates.get_template(f"{outlet.layout}.html").render(
            outlet=outlet,
            article=article,
            body=Markup(article.body),  # noqa: S704 - markup from our own seeds
            url=self.url + self.page_path(item),
            site=f"{self.url}/{outlet.slug}",
            published=self.wall_clock(item.at),
            changed=self._changed(item),
        )

    def _changed(self, item: Item) -> datetime:
        return self.wall_clock(item.corrected if self.minute >= item.corrected else item.at)

    def _entry(self, item: Item) -> Published:
        article = self.version(item)
        return Published(
            guid=f"urn:newsroom:{item.outlet}:{item.slug}",
            link=self.url + self.page_path(item),
            title=article.title,
            author=article.author,
            summary=article.summary,
            content=article.body if self.outlets[item.outlet].full else "",
            tags=article.tags,
            published=self.wall_clock(item.at),
            changed=self._changed(item),
        )

    async def _serve_feed(self, request: web.Request) -> web.Response:
        outlet = self.outlets.get(request.match_info["outlet"])
        if outlet is None or request.match_info["feed"] != outlet.feed:
            raise web.HTTPNotFound
        self.begin()
        due = [item for item in self.items if item.outlet == outlet.slug and item.at <= self.minute]
        due.sort(key=lambda item: item.at, reverse=True)
        home = f"{self.url}/{outlet.slug}/"
        publication = Publication(
            title=outlet.name,
            about=outlet.about,
            home=home,
            address=home + outlet.feed,
            changed=max((self._changed(item) for item in due[:NEWEST]), default=self._started),
        )
        content_type, write = WRITERS[outlet.format]
        body = write(publication, [self._entry(item) for item in due[:NEWEST]])
        return _respond(request, body, content_type, publication.changed)

    async def _serve_page(self, request: web.Request) -> web.Response:
        item = self._pages.get("{outlet}/{slug}".format(**request.match_info))
        if item is None or item.at > self.minute:
            raise web.HTTPNotFound
        return _respond(request, self.render(item).encode(), "text/html", self._changed(item))


def _respond(request: web.Request, body: bytes, content_type: str, modified: datetime) -> web.Response:
    """The body, or 304 where the client has it; If-None-Match goes before If-Modified-Since (RFC 9110, 13.1.3)."""
    etag = hashlib.sha256(body).hexdigest()[:16]
    headers = {"ETag": f'"{etag}"', "Last-Modified": format_datetime(modified, usegmt=True)}
    if request.if_none_match is not None:
        unchanged = any(tag.value in {etag, "*"} for tag in request.if_none_match)
    else:
        since = request.if_modified_since
        unchanged = since is not None and modified.replace(microsecond=0) <= since
    if unchanged:
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=content_type, charset="utf-8", headers=headers)
