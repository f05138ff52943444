"""What the pages show as JSON, for programs: read-only, below /api/v1/, with an OpenAPI document."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from typing import Any

from aiohttp import web

from monitor import __version__, plain, plain_article, report, timeline
from monitor.model import MessageState
from monitor.options import Watch
from monitor.plain import AlertJson, FeedJson, SilenceJson, StoryJson, WatchJson
from monitor.plain_article import ArticleJson, HitJson, LifeJson
from monitor.rules import Directory
from monitor.store import Database, alerts, companies, feeds, inspect, latest, outbox, overview, silences
from monitor.store.outbox import MessageStatus
from monitor.store.overview import WatchCounts
from monitor.store.search import search
from monitor.timeline import Told
from monitor.web import dashboard, openapi
from monitor.web.dashboard import Dashboard
from monitor.web.openapi import Endpoint, number, one_of, text, time

ROOT = "/api/v1"

# Of a list, so many at once.
MOST, USUAL = 500, 50

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
NEVER = WatchCounts(None, 0, 0, None, "")


@dataclass(frozen=True, slots=True)
class Index:
    """Where what is."""

    version: str
    openapi: str
    links: dict[str, str]


@dataclass(frozen=True, slots=True)
class Alerts:
    """Newest first; `before` the last one's `matched` there are older ones."""

    alerts: tuple[AlertJson, ...]


@dataclass(frozen=True, slots=True)
class Stories:
    """Newest first; `before` the last one's `last` there are older ones."""

    stories: tuple[StoryJson, ...]


@dataclass(frozen=True, slots=True)
class Watches:
    """In the order of the configuration."""

    watches: tuple[WatchJson, ...]


@dataclass(frozen=True, slots=True)
class Feeds:
    """By name."""

    feeds: tuple[FeedJson, ...]


@dataclass(frozen=True, slots=True)
class Hits:
    """Best first."""

    hits: tuple[HitJson, ...]


@dataclass(frozen=True, slots=True)
class Deliveries:
    """Newest first."""

    deliveries: tuple[MessageStatus, ...]


@dataclass(frozen=True, slots=True)
class TrendJson:
    """How many stories a day mention a thing, of the last 30 days; see `monitor report volume`."""

    kind: str
    name: str
    counts: tuple[int, ...]
    base: float
    enough: bool
    spikes: tuple[int, ...]
    strength: float
    spike: bool


@dataclass(frozen=True, slots=True)
class Trends:
    """Strongest spike first, then most."""

    trends: tuple[TrendJson, ...]


@dataclass(frozen=True, slots=True)
class Silences:
    """Those that hold, oldest first."""

    silences: tuple[SilenceJson, ...]


class Directories:
    """The companies known, read anew only where their list was replaced."""

    def __init__(self) -> None:
        self._kept: tuple[str, Directory] | None = None

    def read(self, db: Database) -> Directory:
        version = companies.version(db)
        if self._kept is None or self._kept[0] != version:
            self._kept = version, companies.directory(db)
        return self._kept[1]


DIRECTORIES = web.AppKey("directories", Directories)

# ---------------------------------------------------------------- what each endpoint answers

Answer = Callable[[web.Request, Dashboard, dict[str, Any]], Awaitable[object]]


async def index(_request: web.Request, _desk: Dashboard, _said: dict[str, Any]) -> Index:
    links = {each.path.strip("/"): ROOT + each.path for each in ENDPOINTS if each.path != "/"}
    return Index(__version__, f"{ROOT}/openapi.json", links)


async def list_alerts(_request: web.Request, desk: Dashboard, said: dict[str, Any]) -> Alerts:
    _watch(desk, said["watch"])
    found = await desk.readers.read(lambda db: alerts.status(db, **said))
    return Alerts(tuple(map(plain.alert, reversed(found))))


async def list_stories(_request: web.Request, desk: Dashboard, said: dict[str, Any]) -> Stories:
    _watch(desk, said["watch"])
    now = desk.now()
    found = await desk.readers.read(lambda db: latest.stories(db, now, **said))
    return Stories(tuple(plain.story(each, now) for each in found))


async def list_watches(_request: web.Request, desk: Dashboard, _said: dict[str, Any]) -> Watches:
    now = desk.now()
    counts, snoozed = await desk.readers.read(
        lambda db: (overview.watches(db, week=now - WEEK, month=now - MONTH), silences.snoozed(db, now))
    )
    return Watches(
        tuple(plain.watch(each, counts.get(each.name, NEVER), snoozed.get(each.name)) for each in desk.config().watches)
    )


async def list_feeds(_request: web.Request, desk: Dashboard, _said: dict[str, Any]) -> Feeds:
    now = desk.now()
    return Feeds(tuple(map(plain.feed, await desk.readers.read(lambda db: feeds.status(db, now)))))


async def article(_request: web.Request, desk: Dashboard, said: dict[str, Any]) -> ArticleJson:
    def query(db: Database) -> inspect.ArticleHistory | None:
        return inspect.history(db, said["id"]) if _exists(db, said["id"]) else None

    return plain_article.article(_there(await desk.readers.read(query)))


async def why(_request: web.Request, desk: Dashboard, said: dict[str, Any]) -> LifeJson:
    def query(db: Database) -> Told | None:
        return timeline.tell(db, said["id"]) if _exists(db, said["id"]) else None

    told = _there(await desk.readers.read(query))
    return plain_article.life(told, timeline.events(told.article, desk.now()))


async def find(_request: web.Request, desk: Dashboard, said: dict[str, Any]) -> Hits:
    found = await desk.readers.read(lambda db: search(db, said["q"], said["limit"], since=said["since"]))
    return Hits(tuple(map(plain_article.hit, found)))


async def list_deliveries(_request: web.Request, desk: Dashboard, said: dict[str, Any]) -> Deliveries:
    def query(db: Database) -> list[MessageStatus] | None:
        if said["channel"] and not outbox.is_channel(db, said["channel"]):
            return None
        return outbox.messages(db, **said)

    found = await desk.readers.read(query)
    if found is None:
        raise web.HTTPNotFound(text="There is no such channel; write its name as in the configuration.")
    return Deliveries(tuple(reversed(found)))


async def list_trends(request: web.Request, desk: Dashboard, _said: dict[str, Any]) -> Trends:
    settings, now, directories = desk.config().settings, desk.now(), request.app[DIRECTORIES]
    found = await desk.readers.read(lambda db: report.volume(db, settings, now, directories.read(db)))
    return Trends(tuple(TrendJson(**asdict(each), spike=each.spike) for each in found))


async def list_silences(_request: web.Request, desk: Dashboard, _said: dict[str, Any]) -> Silences:
    now = desk.now()
    found = await desk.readers.read(lambda db: silences.listed(db, now))
    return Silences(tuple(plain.silence(each, now) for each in found))


def _watch(desk: Dashboard, name: str) -> None:
    """Refuse a watch that is not there. Raises HTTPNotFound."""
    known: tuple[Watch, ...] = desk.config().watches
    if name and name not in {each.name for each in known}:
        raise web.HTTPNotFound(text=f"There is no such watch; see {ROOT}/watches.")


def _exists(db: Database, article_id: int) -> bool:
    return bool(inspect.find(db, str(article_id)).articles == (article_id,))


def _there(found: Any) -> Any:
    if found is None:
        raise web.HTTPNotFound(text=f"There is no article with this number; look for it with {ROOT}/search?q=WORDS.")
    return found


# ---------------------------------------------------------------- endpoints

_SINCE = time("since", "Only what came since this time, or in the last 2h, 7d ...", age=True)
_BEFORE = time("before", "Only what is older than this time: the way to further pages.")
_LIMIT = number("limit", "At most so many.", MOST, USUAL)
_WATCH = text("watch", "Only those of the watch with this name.")
_ID = number("id", "The article's number.", 2**53, place="path")
_NO_WATCH, _NO_ARTICLE, _NO_CHANNEL = ("There is no such watch.", "There is no such article.", "There is no channel.")

ENDPOINTS: dict[Endpoint, Answer] = {
    Endpoint("/", "Where what is.", Index): index,
    Endpoint("/alerts", "Alerts, newest first.", Alerts, (_SINCE, _BEFORE, _WATCH, _LIMIT), _NO_WATCH): list_alerts,
    Endpoint(
        "/stories", "Stories that alerted, newest first.", Stories, (_BEFORE, _WATCH, _LIMIT), _NO_WATCH
    ): list_stories,
    Endpoint("/watches", "Watches and what each brought.", Watches): list_watches,
    Endpoint("/feeds", "Feeds and how each does.", Feeds): list_feeds,
    Endpoint("/articles/{id}", "An article with its text.", ArticleJson, (_ID,), _NO_ARTICLE): article,
    Endpoint("/articles/{id}/why", "Everything that happened to an article.", LifeJson, (_ID,), _NO_ARTICLE): why,
    Endpoint(
        "/search",
        "Articles that hold all of these words, best first.",
        Hits,
        (text("q", 'Words that all must occur; "phrases"; begin*.', required=True), _SINCE, _LIMIT),
    ): find,
    Endpoint(
        "/deliveries",
        "Messages to channels, newest first.",
        Deliveries,
        (
            one_of("state", "Only those in this state.", MessageState),
            text("channel", "Only those to the channel with this name."),
            _SINCE,
            _LIMIT,
        ),
        _NO_CHANNEL,
    ): list_deliveries,
    Endpoint("/trends", "Stories a day that mention a thing, of the last 30 days.", Trends): list_trends,
    Endpoint("/silences", "What shall not alert for a while.", Silences): list_silences,
}


def add_to(app: web.Application) -> None:
    """Add all endpoints, and the document about them."""
    app[DIRECTORIES] = Directories()
    for endpoint, answer in ENDPOINTS.items():
        app.router.add_get(ROOT + endpoint.path, _handler(endpoint, answer))
    app.router.add_get(f"{ROOT}/openapi.json", describe)
    app.router.add_get(f"{ROOT}{{rest:.*}}", nothing)


async def describe(request: web.Request) -> web.Response:
    """The OpenAPI document."""
    if request.query:
        raise web.HTTPBadRequest(text="The document takes no parameters.")
    return _json(openapi.document(ENDPOINTS, __version__))


async def nothing(_request: web.Request) -> web.Response:
    raise web.HTTPNotFound(text=f"There is no such address; see {ROOT}/.")


def _handler(endpoint: Endpoint, answer: Answer) -> Callable[[web.Request], Awaitable[web.Response]]:
    async def handle(request: web.Request) -> web.Response:
        desk = dashboard.of(request)
        try:
            said = openapi.values(endpoint, request.match_info, list(request.query.items()), desk.now())
        except ValueError as error:
            raise web.HTTPBadRequest(text=str(error)) from error
        found = await answer(request, desk, said)
        # A long list takes its time, in which the news goes on.
        return await asyncio.to_thread(lambda: _json(asdict(found)))  # type: ignore[call-overload]

    return handle


def _json(found: object) -> web.Response:
    body = json.dumps(found, default=plain.value, ensure_ascii=False, allow_nan=False)
    return web.Response(body=body.encode("utf-8", "replace"), content_type="application/json", charset="utf-8")
