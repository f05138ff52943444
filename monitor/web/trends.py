"""The page Trends: what is spoken of on which day, and what is spoken of far more than usual."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web
from yarl import URL

from monitor import report
from monitor.calendar import midnights
from monitor.options import Settings
from monitor.report import SHOWN, Trend
from monitor.text import numbered
from monitor.web import charts, dashboard
from monitor.web.dashboard import Dashboard, page
from monitor.web.firms import FIRMS

# The kinds of things in the order of the page, with what several of them are called.
KINDS = {"company": "Companies", "topic": "Topics", "person": "People"}

# Rows of a kind on the page of all kinds, and on a page of its own.
FIRST, PAGE = 15, 50

# Spikes that are listed.
SPIKES = 30

# For so long, what was counted is shown again: the counts of 30 days hardly change.
KEPT = timedelta(seconds=15)

# How a place in the counts is called, counted from the last.
_LATELY = {1: "today", 2: "yesterday"}


@dataclass(frozen=True, slots=True)
class Spike:
    """A thing that is spoken of far more than usual `when`: "today" or "yesterday"."""

    when: str
    count: int
    trend: Trend


@dataclass(frozen=True, slots=True)
class Table:
    """The things of a kind on this page, of `count` in all; `before` and `after` are pages beside it, 0 for none."""

    kind: str
    title: str
    rows: tuple[Trend, ...]
    count: int
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class _Counted:
    when: datetime
    settings: Settings
    trends: list[Trend]


# What was counted last, if anything was.
_COUNTED = web.AppKey("counted", list[_Counted])


def add_to(app: web.Application) -> None:
    """Add the page, and the charts on it."""
    app[_COUNTED] = []
    app.router.add_get("/trends", trends)
    app.router.add_get("/trends/chart.svg", chart)


async def trends(request: web.Request) -> web.Response:
    """All kinds, or `?kind=` one by pages (`?page=`); `?name=`, up to five times, has these drawn."""
    desk = dashboard.of(request)
    found = await _volume(request, desk)
    kind = request.query.get("kind", "")
    kind = kind if kind in KINDS else ""
    names = _names(request)
    drawn = _chosen(found, kind, names)
    tables = [table(found, kind, _page(request.query.get("page", "")))] if kind else [table(found, k) for k in KINDS]
    return await page(
        request,
        "trends.html",
        kind=kind,
        kinds=KINDS,
        any=bool(found),
        # Without enough history, nothing can be called a spike.
        enough=any(each.enough for each in found),
        enough_days=report.ENOUGH,
        spikes=spikes(found)[:SPIKES],
        tables=[each for each in tables if each.count],
        drawn=drawn,
        asked=bool(names),
        lines=charts.LINES,
        chart=_chart_of(drawn),
        gist="; ".join(gist(each) for each in drawn),
        days=_days(desk),
    )


async def chart(request: web.Request) -> web.Response:
    """The days of the things named, as SVG."""
    desk = dashboard.of(request)
    drawn = _chosen(await _volume(request, desk), request.query.get("kind", ""), _names(request))
    if not drawn:
        raise web.HTTPNotFound(text="Nothing of these names was mentioned in the last 30 days.")
    labels = [dashboard.day(each) for each in _days(desk)]
    series = {each.name: each.counts for each in drawn}
    return charts.answer(charts.days("Stories a day", labels, series))


def table(found: list[Trend], kind: str, number: int = 0) -> Table:
    """The things of a kind: the first, or those of a page from 1; a page beyond the last is the last."""
    rows = [each for each in found if each.kind == kind]
    last = max(1, -(-len(rows) // PAGE))
    number = min(number, last)
    if not number:
        return Table(kind, KINDS[kind], tuple(rows[:FIRST]), len(rows))
    shown = tuple(rows[(number - 1) * PAGE : number * PAGE])
    return Table(kind, KINDS[kind], shown, len(rows), number - 1, number + 1 if number < last else 0)


def spikes(found: list[Trend]) -> list[Spike]:
    """The spikes of today, then those of yesterday, each the strongest first."""
    return [
        Spike(when, each.counts[-ago], each)
        for ago, when in _LATELY.items()
        for each in found
        if len(each.counts) - ago in each.spikes
    ]


def gist(each: Trend) -> str:
    """A line of a chart in words, for who cannot see it."""
    most = max(each.counts)
    ago = each.counts[::-1].index(most)
    when = _LATELY.get(ago + 1, f"{ago} days ago")
    return f"{each.name}: {numbered(each.total, 'story', 'stories')} in {SHOWN} days, most {when} ({most})"


async def _volume(request: web.Request, desk: Dashboard) -> list[Trend]:
    """What is spoken of; a page and its chart are made of the same counts."""
    firms, settings, now, kept = request.app[FIRMS], desk.config().settings, desk.now(), request.app[_COUNTED]
    if not kept or kept[0].settings is not settings or abs(now - kept[0].when) >= KEPT:
        found = await desk.readers.read(lambda db: report.volume(db, settings, now, firms.directory(db)))
        kept[:] = [_Counted(now, settings, found)]
    return kept[0].trends


def _names(request: web.Request) -> list[str]:
    return list(dict.fromkeys(name for name in request.query.getall("name", []) if name))


def _chosen(found: list[Trend], kind: str, names: list[str]) -> list[Trend]:
    """The things of these names, in their order; without a kind, of whichever has most."""
    known: dict[str, Trend] = {}
    for each in found:
        if kind in ("", each.kind):
            known.setdefault(each.name, each)
    return [known[name] for name in names if name in known][: charts.LINES]


def _chart_of(drawn: list[Trend]) -> str:
    """The address of a chart. Names beyond one kind only come from an address that somebody wrote."""
    kinds = {each.kind for each in drawn}
    kind = [("kind", kinds.pop())] if len(kinds) == 1 else []
    return str(URL("/trends/chart.svg").with_query([*kind, *(("name", each.name) for each in drawn)]))


def _days(desk: Dashboard) -> list[object]:
    """The days shown, oldest first, as dates of the reader's zone."""
    return [start.astimezone(desk.zone).date() for start in midnights(desk.zone, desk.now(), SHOWN)[:-1]]


def _page(text: str) -> int:
    """The page in an address, from 1."""
    return max(1, int(text)) if text.isascii() and text.isdecimal() and len(text) < 7 else 1
