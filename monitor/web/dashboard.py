"""What the pages work with, and how a page is made of a template.

Pages read on connections of their own, so that no question delays the news; what is clicked is written by the daemon's
writer, like everything else.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote
from zoneinfo import ZoneInfo

from aiohttp import web
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup, escape
from yarl import URL

from monitor.machine import Machine
from monitor.options import Config
from monitor.shown import pieces, plain_link
from monitor.store import Database, Store, outbox, overview
from monitor.store.database import Readers
from monitor.text import format_duration, one_line
from monitor.workers import Workers

if TYPE_CHECKING:
    from monitor.web.metrics import Meters

HERE = Path(__file__).parent
STATIC = HERE / "static"

# The pages in the order of the menu: path and name.
MENU = {
    "/": "Now",
    "/watches": "Watches",
    "/feeds": "Feeds",
    "/trends": "Trends",
    "/deliveries": "Deliveries",
    "/search": "Search",
}


@dataclass(frozen=True, slots=True)
class Dashboard:
    """A daemon as its pages see it: `config` and `machine` give those in force, `meters` count what it does."""

    config: Callable[[], Config]
    machine: Callable[[], Machine]
    store: Store
    readers: Readers
    workers: Workers
    pages: Environment
    meters: "Meters | None" = None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)

    @property
    def zone(self) -> ZoneInfo:
        return self.config().settings.timezone


DASHBOARD = web.AppKey("dashboard", Dashboard)


def of(request: web.Request) -> Dashboard:
    """The dashboard that a request is made to."""
    return request.app[DASHBOARD]


async def page(request: web.Request, template: str, *, status: int = 200, **values: Any) -> web.Response:
    """The page that a template makes of these values, with what stands on every page."""
    desk = of(request)
    dead, ill = await desk.readers.read(_needs_care)
    return web.Response(
        status=status,
        content_type="text/html",
        charset="utf-8",
        text=desk.pages.get_template(template).render(
            **values,
            menu=MENU,
            path=request.path,
            here=_here(request),
            told=TOLD.get(request.query.get("told", ""), ""),
            dead=dead,
            ill=ill,
            may_log_out=bool(desk.config().web.token.get_secret_value()),
            now=desk.now(),
            zone=desk.zone,
        ),
    )


def _here(request: web.Request) -> str:
    """The address of a page, without what it said of a click: where the next click leads back to."""
    kept = {name: value for name, value in request.query.items() if name != "told"}
    return str(request.rel_url.with_query(kept))


def _needs_care(db: Database) -> tuple[int, int]:
    """How many dead letters and ill feeds there are: for the menu of every page."""
    return outbox.dead(db), overview.ill(db)


# ---------------------------------------------------------------- what is clicked

# What a page says after something was clicked; an address holds the key only, so that nobody can put words into a page.
TOLD = {
    "useful": "Noted: useful. Thank you.",
    "not-useful": "Noted: not useful. The report suggests what to exclude once there are some.",
    "cleared": "What was said of this alert is taken back.",
    "muted": "This story is muted: nothing more of it will alert.",
    "unmuted": "This story may alert again.",
    "snoozed": "The watch is snoozed: what it finds is stored, and does not alert.",
    "woken": "The watch alerts again.",
    "refreshed": "Due now: it is polled within a second, unless its host asked to wait.",
    "retried": "Queued again, with a day of attempts before it.",
    "dropped": "Let go of: it is not sent, and stays listed as dead.",
    "refused": "Left as it is: no channel of this name is in the configuration.",
    "saved": "Saved in the configuration; it is in force within seconds, and its past hits do not alert.",
    "gone": "That is not there any more.",
}


async def form(request: web.Request) -> Mapping[str, Any]:
    """What a form holds. Raises HTTPBadRequest where it is none."""
    try:
        return await request.post()
    except (ValueError, LookupError, AssertionError) as error:  # of its characters, or of its parts
        raise web.HTTPBadRequest(text="This is no form that a page of ours sends.") from error


def back(form: Any, told: str, anchor: str = "") -> web.HTTPSeeOther:
    """Where to go on after a click: the page it was made on, which says what was done. Raise it."""
    try:
        where = URL(str(form.get("back", "/")))
    except ValueError:
        where = URL("/")
    # Only paths of ours are followed; another site's address has a host, be it written `//host` or `/\\host`.
    ours = not where.is_absolute() and not where.host and where.path.startswith("/") and "\\" not in where.path
    where = where if ours and not where.path.startswith("//") else URL("/")
    return web.HTTPSeeOther(where.update_query(told=told).with_fragment(anchor or None))


# ---------------------------------------------------------------- templates


def environment() -> Environment:
    """The templates of the pages. Every value is escaped: nothing from a feed is ever markup."""
    made = Environment(
        loader=FileSystemLoader(HERE / "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    made.filters.update(
        marked=marked,
        line=one_line,
        link=plain_link,
        clock=clock,
        exact=exact,
        iso=iso,
        lasted=format_duration,
        day=day,
    )
    # urlencode leaves slashes, which names of watches may hold.
    made.filters["quoted"] = partial(quote, safe="")
    made.globals.update(static=_static_with_digest(), spark=spark)
    return made


def marked(text: str, marks: Iterable[tuple[int, int]]) -> Markup:
    """Text on one line in which what was found is marked."""
    return Markup("").join(
        Markup("<mark>{}</mark>").format(piece) if found else escape(piece) for piece, found in pieces(text, marks)
    )


def clock(when: datetime | None, zone: ZoneInfo, now: datetime) -> str:
    """`14:04:15` today, else with the day, and with the year where it is another one; "–" for never."""
    if when is None:
        return "–"
    local, today = when.astimezone(zone), now.astimezone(zone)
    if local.date() == today.date():
        return f"{local:%H:%M:%S}"
    return f"{local.day} {local:%b %H:%M}" if local.year == today.year else f"{local.day} {local:%b %Y}"


def exact(when: datetime, zone: ZoneInfo) -> str:
    """`Tue 24 Nov 2026, 14:04:15 EST`."""
    return f"{when.astimezone(zone):%a %d %b %Y, %H:%M:%S %Z}"


def iso(when: datetime) -> str:
    """For machines, in UTC."""
    return when.astimezone(UTC).isoformat(timespec="seconds")


def day(when: Any) -> str:
    """`24 Nov`, of a date or a time."""
    return f"{when.day} {when:%b}"


def spark(counts: Iterable[int], label: str) -> Markup:
    """A row of small bars for a table cell, the last day on the right, as one path; `label` says it in words."""
    counts = tuple(counts)
    most = max(counts, default=0)
    bars = "".join(
        f"M{3 * n + 1} 20v-{max(1, round(19 * count / most))}" for n, count in enumerate(counts) if count and most
    )
    return Markup(
        '<svg class="spark" role="img" aria-label="{}" width="{}" height="20" viewBox="0 0 {} 20">'
        '<path d="M0 19.5h{}" class="axis"/><path d="{}"/></svg>'
    ).format(label, 3 * len(counts), 3 * len(counts), 3 * len(counts), bars)


def _static_with_digest() -> Callable[[str], str]:
    """The address of a file of ours, which changes with its content: browsers may keep it for good."""
    digests: dict[str, str] = {}

    def address(name: str) -> str:
        if name not in digests:
            digests[name] = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
        return f"/static/{name}?v={digests[name]}"

    return address
