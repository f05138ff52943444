"""The page of all feeds, and that of one: how each is doing, what it brought, and a poll asked for by hand."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from aiohttp import web

from monitor.report import Latency, Spread, a_day, latencies
from monitor.store import Database, feeds, outbox, overview
from monitor.store import report as stored
from monitor.store.feeds import FeedStatus
from monitor.text import format_duration
from monitor.web import dashboard
from monitor.web.dashboard import back, page

# Feeds on a page.
PAGE = 100

# Days that are counted, and of their alerts the latest that tell how fast a feed is.
WEEK = timedelta(days=7)
TIMED = 1_000

# What may be asked for, in this order; "ill" are those that something is wrong with.
STATES = ("ill", "failing", "held", "gone", "new", "ok")

# How reading pages ended.
PAGES = {
    "read": "read",
    "walled": "behind a login or a paywall",
    "empty": "without an article",
    "refused": "gone, no page, or closed to robots",
    "failed": "without an answer",
}


@dataclass(frozen=True, slots=True)
class Row:
    """A feed as the table shows it. `seen`: seconds from published to seen of what alerted, None without any."""

    status: FeedStatus
    a_day: float
    seen: Spread | None

    @property
    def is_ill(self) -> bool:
        return self.status.state in ("failing", "gone") or bool(self.status.ailments)

    def is_in(self, state: str) -> bool:
        """Whether it belongs to what `?state=` asks for."""
        return self.is_ill if state == "ill" else self.status.state == state


def add_to(app: web.Application) -> None:
    """Add the pages, and what is done from them."""
    app.router.add_get("/feeds", table)
    app.router.add_get("/feeds/{id}", one)
    app.router.add_post("/feeds/{id}/refresh", refresh)


async def table(request: web.Request) -> web.Response:
    """All feeds, ill ones first; `?state=` those in one, `?page=` further ones."""
    desk = dashboard.of(request)
    rows = await desk.readers.read(lambda db: rows_of(db, desk.now()))
    wanted = request.query.get("state", "")
    state = wanted if wanted in STATES else ""
    chosen = [row for row in rows if not state or row.is_in(state)]
    last = max(1, -(-len(chosen) // PAGE))
    number = min(page_number(request), last)
    return await page(
        request,
        "feeds.html",
        rows=chosen[(number - 1) * PAGE : number * PAGE],
        state=state,
        counts=_counts(rows),
        known=len(rows),
        number=number,
        last=last,
        span=span,
    )


def page_number(request: web.Request) -> int:
    """The page that is asked for, from 1 on; 1 where that is no number."""
    text = request.query.get("page", "")
    return max(1, int(text)) if outbox.is_number(text) else 1


def rows_of(db: Database, now: datetime) -> list[Row]:
    """All feeds of the configuration: those that are ill first, then those that wait, then by name."""
    since = now - WEEK
    brought = feeds.brought(db, since)
    took = latencies(stored.delays(db, since, limit=TIMED))
    rows = [_row(status, brought, took, now) for status in feeds.status(db, now)]
    return sorted(rows, key=lambda row: (not row.is_ill, row.status.state != "held"))


def _row(
    status: FeedStatus, brought: Mapping[int, tuple[int, datetime | None]], took: Mapping[str, Latency], now: datetime
) -> Row:
    count, first = brought[status.id]
    return Row(status, a_day(count, now - WEEK, first, now), took[status.url].to_seen if status.url in took else None)


def span(seconds: float) -> str:
    """Seconds as people read them."""
    return format_duration(timedelta(seconds=seconds))


def _counts(rows: list[Row]) -> dict[str, int]:
    counts = Counter(row.status.state for row in rows)
    counts["ill"] = sum(row.is_ill for row in rows)
    return {state: counts[state] for state in STATES if counts[state]}


async def one(request: web.Request) -> web.Response:
    """A feed in full."""
    desk, feed_id, at = dashboard.of(request), _number(request), dashboard.of(request).now()

    def query(db: Database) -> tuple[overview.FeedDetail, tuple[int, ...], Row] | None:
        url = feeds.address(db, feed_id)
        detail = overview.feed(db, url, at) if url else None
        if detail is None:
            return None
        took = latencies(stored.delays(db, at - WEEK, limit=TIMED))
        row = _row(detail.status, feeds.brought(db, at - WEEK), took, at)
        return detail, overview.items(db, feed_id, desk.zone, at), row

    found = await desk.readers.read(query)
    if found is None:
        raise web.HTTPNotFound(text="There is no such feed in the configuration.")
    detail, items, row = found
    held = detail.held_until is not None and detail.held_until > at
    return await page(request, "feed.html", feed=detail, row=row, items=items, held=held, outcomes=PAGES, span=span)


async def refresh(request: web.Request) -> web.Response:
    """A feed is due now; the poll stage looks for what is due all the time."""
    desk, form, feed_id = dashboard.of(request), await dashboard.form(request), _number(request)

    def unit(db: Database) -> bool:
        url = feeds.address(db, feed_id)
        return bool(url and overview.refresh(db, [url], desk.now()))

    done = await desk.store.write(unit)
    raise back(form, "refreshed" if done else "gone")


def _number(request: web.Request) -> int:
    text = request.match_info["id"]
    if not outbox.is_number(text):
        raise web.HTTPNotFound(text="There is no such feed.")
    return int(text)
