"""The pages Watches and that of one watch: what each looks for, what it brought, and what may be done about it."""

import asyncio
import os
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from aiohttp import web

from monitor import in_words, report, rules
from monitor.options import Watch
from monitor.shown import line
from monitor.store import Database, matches, mentions, overview, silences
from monitor.store import report as stored
from monitor.store.overview import WatchCounts
from monitor.web import charts, dashboard, trying
from monitor.web.dashboard import Dashboard, page
from monitor.web.now import SNOOZES

# Watches on a page, and matches on that of one.
PAGE = 100
LATEST = 10

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
DAYS = 30
COUNTED_AGAIN = timedelta(minutes=1)
SORTS = ("name", "alerts", "last")

_NEVER = WatchCounts(None, 0, 0, None, "")
_LONG_AGO = timedelta(days=10_000)


class Kept:
    """The stories of all watches, with which one is compared: counted again after a while, as they hardly change."""

    def __init__(self) -> None:
        self._when: datetime | None = None
        self._stories: Mapping[str, frozenset[int]] = {}

    def stories(self, db: Database, since: datetime) -> Mapping[str, frozenset[int]]:
        """Those of each watch since a time, or one shortly before. Threads may ask at once: at worst, both count."""
        if self._when is None or abs(since - self._when) >= COUNTED_AGAIN:
            self._stories, self._when = stored.stories(db, since), since
        return self._stories


_KEPT = web.AppKey("stories of watches", Kept)


def add_to(app: web.Application) -> None:
    """Add the pages. A name may hold any character, and its Atom feed stands below it."""
    app[_KEPT] = Kept()
    app.router.add_get("/watches", watches)
    app.router.add_get("/watches/{name:.+}/chart.svg", chart)
    app.router.add_get("/watches/{name:(?!.*/atom$).+}", watch)


async def watches(request: web.Request) -> web.Response:
    """A row for each watch; `?sort=` name, alerts or last."""
    desk = dashboard.of(request)
    config, at = desk.config(), desk.now()
    sort = request.query.get("sort", "")
    sort = sort if sort in SORTS else "name"
    known = await desk.readers.read(lambda db: _brought(db, desk, at))
    rows = sorted((_row(each, known, at) for each in config.watches), key=lambda row: row["watch"].name.casefold())
    if sort == "alerts":
        rows.sort(key=lambda row: -row["count"].month)
    elif sort == "last":
        rows.sort(key=lambda row: at - row["count"].last if row["count"].last else _LONG_AGO)
    last = max(1, -(-len(rows) // PAGE))
    number = min(last, max(1, _page_number(request.query.get("page", ""))))
    return await page(
        request,
        "watches.html",
        rows=rows[PAGE * (number - 1) : PAGE * number],
        total=len(rows),
        sort=sort,
        number=number,
        last=last,
        file=config.path.name,
        example=trying.EXAMPLE,
    )


def _page_number(text: str) -> int:
    """The number of a page in an address; 1 where it is none."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 9 else 1


def _brought(db: Database, desk: Dashboard, at: datetime, watch: str = "") -> dict[str, Any]:
    return {
        "counts": overview.watches(db, week=at - WEEK, month=at - MONTH),
        "sparks": stored.sparklines(db, desk.zone, at, DAYS),
        "noise": {each.watch.name: each for each in stored.noise(db, at - MONTH, watch, held_back=bool(watch))},
        "snoozed": silences.snoozed(db, at),
    }


def _row(each: Watch, known: dict[str, Any], at: datetime) -> dict[str, Any]:
    noise = known["noise"].get(each.name)
    return {
        "watch": each,
        "count": known["counts"].get(each.name, _NEVER),
        "spark": known["sparks"].get(each.name, (0,) * DAYS),
        "noise": noise,
        "silent": report.silent_since(noise, at - MONTH) if noise else None,
        "snoozed": known["snoozed"].get(each.name),
    }


async def watch(request: web.Request) -> web.Response:
    """One watch: in words, what it brought, its latest matches, and a box to try another wording."""
    name = request.match_info["name"]
    desk = dashboard.of(request)
    config, at = desk.config(), desk.now()
    found = next((each for each in config.watches if each.name == name), None)
    if found is None:
        there = line(name, 60)
        text = f"No watch “{there}” is in the configuration. What alerted in the past still stands on the page Now."
        raise web.HTTPNotFound(text=text)
    one, directory, kept = found, trying.directory(desk), request.app[_KEPT]

    def own(each: Watch) -> Iterator[str]:
        for names in rules.expansions(each, directory).values():
            yield from names

    def ask(db: Database) -> dict[str, Any]:
        since = at - MONTH
        known = _brought(db, desk, at, name)
        figures = known["noise"].values(), _near(kept.stories(db, since), name), stored.judged(db, name)
        reports = report.watches(*figures, mentions.terms(db, since), since, own)
        return {
            **_row(one, known, at),
            "matches": matches.latest(db, name, LATEST),
            "report": reports[0] if reports else None,
        }

    known = await desk.readers.read(ask)
    text = await asyncio.to_thread(trying.written, config, one, os.environ)
    channels = [channel.name for channel in config.channels]
    facts = in_words.of_watch(one, channels, rules.expansions(one, directory))
    return await page(
        request,
        "watch.html",
        **{**known, "spark_counts": known["spark"], "spark": dashboard.spark},
        facts={key: words for key, words in facts.items() if words and key != "watch"},
        snoozes=SNOOZES,
        **trying.box(text, one.name),
    )


async def chart(request: web.Request) -> web.Response:
    """Alerts a day of a watch over 30 days, as SVG."""
    desk, name = dashboard.of(request), request.match_info["name"]
    counts = (await desk.readers.read(lambda db: stored.sparklines(db, desk.zone, desk.now(), DAYS))).get(name)
    if counts is None:
        raise web.HTTPNotFound(text="No watch of this name is in force.")
    today = desk.now().astimezone(desk.zone).date()
    labels = [dashboard.day(today - timedelta(days=ago)) for ago in reversed(range(DAYS))]
    return charts.answer(charts.days("Alerts a day", labels, {name: counts}))


def _near(stories: Mapping[str, frozenset[int]], name: str) -> dict[str, frozenset[int]]:
    """The stories of a watch, and those of others that share enough with it to be told of."""
    mine = stories.get(name, frozenset())

    def shares(found: frozenset[int]) -> bool:
        both = len(mine & found)
        return both >= report.SHARED_STORIES and both >= report.SHARED * min(len(mine), len(found))

    return {other: found for other, found in stories.items() if other == name or shares(found)}
