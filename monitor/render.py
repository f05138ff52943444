"""Message → what a channel of one kind shows.

Everything from a feed is hostile. Two things make it inert: `shown` leaves clean lines of limited length and plain
http(s) addresses, and `layout` puts every value of a template through what `inert` has for its syntax.
"""

import hashlib
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from html import escape
from typing import Any
from zoneinfo import ZoneInfo

from monitor import chart, digest, inert, limits, webhook
from monitor.digest import Item
from monitor.excerpts import best, excerpt
from monitor.layout import Templates
from monitor.limits import Form
from monitor.model import Alert, Message, MessageKind, Rendered
from monitor.options import Priority
from monitor.shown import EXCERPT, TITLE, Shown, cut, line, plain_link, show, some
from monitor.text import clean

__all__ = ["OURS", "VALUES", "Kind", "Templates", "Week", "best", "excerpt", "fitted", "forms", "message", "rendered"]


class Kind(StrEnum):
    """How a channel shows messages. TEXT is every service that takes a title and plain text."""

    TEXT = "text"
    SLACK = "slack"
    DISCORD = "discord"
    TELEGRAM = "telegram"
    NTFY = "ntfy"
    MAIL = "mail"
    WEBHOOK = "webhook"
    TERMINAL = "terminal"


OURS = Templates()
_NOTICE = 10_000  # characters of a notice, and half of a body: escaping doubles it at worst
_WEEKS = 8  # watches with a chart
# The plain text of each kind: all there is, or what goes out where a service's own form cannot.
_TEXTS = dict.fromkeys(Kind, Form("text.txt", 3000, limits.plain(3000))) | {
    Kind.DISCORD: Form("text.txt", 1700, limits.plain(1700)),  # in one message, with the title
    Kind.NTFY: Form("ntfy.txt", 1200, limits.ntfy),
    Kind.MAIL: Form("mail.txt", 90_000, limits.plain(90_000)),
    Kind.WEBHOOK: Form("text.txt", 30_000, limits.plain(30_000)),
    Kind.TERMINAL: Form("terminal.txt", 90_000, limits.terminal),
}
# And the form of its own that some have. Gmail hides what follows the first 102 kB of a mail.
_RICH = {
    Kind.SLACK: Form("slack.json", 3000, limits.slack, listed=22),
    Kind.DISCORD: Form("discord.json", 4000, limits.discord),
    Kind.TELEGRAM: Form("telegram.html", 4000, limits.telegram),
    Kind.MAIL: Form("mail.html", 90_000, limits.plain(90_000)),
}


# What a template gets; docs/messages.md tells users of it.
VALUES = (
    "title",
    "heading",
    "reason",
    "note",
    "notice",
    "alert",
    "alerts",
    "groups",
    "count",
    "stories",
    "more",
    "repeat",
    "weeks",
)


@dataclass(frozen=True, slots=True)
class Group:
    """The listed alerts of one watch, what matters most first."""

    watch: str
    alerts: list[Shown]


@dataclass(frozen=True, slots=True)
class Week:
    """How many articles a watch found on each of the last days, oldest first: as numbers and as `bars`.

    `image` is the name of the picture, "" where there is none; `days` says of which days.
    """

    watch: str
    counts: tuple[int, ...]
    today: int
    total: int
    bars: str
    image: str
    width: int
    height: int


@dataclass(frozen=True, slots=True)
class _Context:
    """All that one rendering of a message is made of."""

    message: Message
    kind: Kind
    zone: ZoneInfo
    now: datetime
    items: Sequence[Item]
    weeks: Sequence[Week]


def message(message: Message, kind: Kind, zone: ZoneInfo, now: datetime, templates: Templates = OURS) -> Rendered:
    """The message as a channel of this kind takes it; times are shown in `zone`, `now` is when it is sent.

    One alert is shown in full, several as a list; where that is too long for the kind, the list loses its sentences
    and then its last alerts. A notice is its lines. `text` is plain text, for TERMINAL rich markup; `html` and `images`
    are set for MAIL, `data` (JSON-able) for the chat services and, with all alerts, for WEBHOOK. Where a template of
    the user's fails, ours takes its place.
    """
    if templates.folder is not None:
        try:
            return rendered(message, kind, zone, now, templates)
        except Exception as error:  # whatever a user's template may do, the message goes out
            words = " ".join(str(error).split())
            templates.complain(f"a template for {kind} failed, ours is used instead: {type(error).__name__}: {words}")
    return rendered(message, kind, zone, now, OURS)


def forms(kind: Kind) -> list[Form]:
    """The templates that messages of a kind are made with, and what their output may be."""
    return [of[kind] for of in (_TEXTS, _RICH) if kind in of]


def fitted(what: Message, form: Form, kind: Kind, zone: ZoneInfo, now: datetime, templates: Templates) -> str:
    """What one form of a kind shows of a message. Raises as `rendered` does."""
    return _fitted(_context(what, kind, zone, now), form, templates)


def rendered(what: Message, kind: Kind, zone: ZoneInfo, now: datetime, templates: Templates) -> Rendered:
    """The message with these templates and no others. Raises what they raise, and ValueError for what is no message."""
    context = _context(what, kind, zone, now)
    text = _fitted(context, _TEXTS[kind], templates)
    rich = _fitted(context, _RICH[kind], templates) if kind in _RICH else ""
    html = rich if kind is Kind.MAIL else ""
    made = Rendered(
        title=_title(context),
        text=text,
        html=html,
        urgent=any(alert.priority is Priority.URGENT for alert in what.alerts),
        id=_id(what),
        thread=_safe(what.alerts[0].thread) if len(what.alerts) == 1 else "",
        images={week.image: chart.png(week.counts) for week in context.weeks if f'"cid:{week.image}"' in html},
    )
    return replace(made, data=_data(context, made, rich))


def _context(what: Message, kind: Kind, zone: ZoneInfo, now: datetime) -> _Context:
    weeks = _weeks(what) if kind is Kind.MAIL else []
    return _Context(what, kind, zone, now, digest.items(what.alerts), weeks)


def _fitted(context: _Context, form: Form, templates: Templates) -> str:
    """The longest rendering that fits. Raises ValueError for a user's template of which none does."""
    count, brief = min(len(context.items), form.listed), False
    room = EXCERPT if context.items else min(_NOTICE, form.size // 2)
    while True:
        text = templates.render(form.template, _values(context, count, room, brief=brief))
        if form.fits(text):
            return text
        if room < 20:
            if templates is OURS:
                return text
            raise ValueError(f"{form.template} gives more than the service takes, even of one alert")
        if count <= 1:  # only what is nearly all markup grows so much when it is escaped
            room //= 2
        elif not brief:
            brief = True
        else:
            count = count * 4 // 5


def _values(context: _Context, count: int, room: int, *, brief: bool) -> Mapping[str, object]:
    """VALUES, with the first `count` items."""
    what = context.message
    groups = [
        Group(line(watch, 60) or "(no name)", [_shown(context, item, room, brief=brief) for item in items])
        for watch, items in digest.by_watch(context.items[:count]).items()
    ]
    alerts = [alert for group in groups for alert in group.alerts]
    same_id = ", with the same alert id" if what.alerts else ""
    repeat = f"This may be a repeat: an earlier attempt may have delivered the same{same_id}."
    return {
        "title": _title(context),
        "heading": digest.heading(what, context.zone, context.now),
        "reason": line(what.reason),
        "note": _note(context),
        "notice": _lines(what, room),
        "alert": alerts[0] if len(what.alerts) == 1 else None,
        "alerts": alerts,
        "groups": groups,
        "count": len(what.alerts),
        "stories": len(context.items),
        "more": len(what.alerts) - sum(len(item.alerts) for item in context.items[:count]),
        "repeat": repeat if what.possible_repeat else "",
        "weeks": context.weeks,
    }


def _shown(context: _Context, item: Item, room: int, *, brief: bool) -> Shown:
    what = context.message
    shown = show(item.lead, context.zone, context.now, room, item.others)
    waited = what.hold is not None and len(what.alerts) > 1  # the message says that, and its alerts need not
    return replace(shown, excerpt=() if brief else shown.excerpt, delay="" if waited else shown.delay)


def _title(context: _Context) -> str:
    """What a mail's subject, or a notification, says."""
    what = context.message
    if what.kind is MessageKind.NOTICE:
        title = f"news monitor: {line(_lines(what, _NOTICE)[0])}"
    elif len(what.alerts) == 1:
        alert = show(what.alerts[0], context.zone, context.now)
        title = f"{alert.watch}{f' ({alert.label})' if alert.label else ''}: {alert.headline}"
    else:
        counted = digest.counted(what, context.zone, context.now)
        named = some(tuple(dict.fromkeys(item.lead.watch for item in context.items)))
        title = f"{counted} ({named})" if what.hold else f"{counted}: {named}"
    return cut(title if context.kind is Kind.MAIL else inert.chat(title), TITLE)


def _note(context: _Context) -> str:
    """What is said below the title of alerts that waited: why, and how many stories they are."""
    what = context.message
    if not what.hold:
        return ""
    alone = len(what.alerts) == 1
    heading = digest.heading(what, context.zone, context.now) if alone else ""
    stories = f"{len(context.items)} stor{'y' if len(context.items) == 1 else 'ies'}"
    parts = (heading, line(what.reason), stories if len(context.items) < len(what.alerts) else "")
    return " · ".join(filter(None, parts))


def _lines(what: Message, room: int) -> list[str]:
    """What a notice says; nothing for alerts."""
    if what.kind is not MessageKind.NOTICE:
        return []
    return cut(clean(what.body) or "(no words)", room).split("\n")


def _weeks(what: Message) -> list[Week]:
    """The mentions of the watches, in the order given."""
    return [
        Week(
            watch=line(item.watch, 60) or "(no name)",
            counts=item.counts,
            today=item.counts[-1],
            total=sum(item.counts),
            bars=chart.bars(item.counts),
            image=f"week-{number}.png@news-monitor",
            width=chart.size(item.counts)[0],
            height=chart.size(item.counts)[1],
        )
        for number, item in enumerate([item for item in what.mentions if item.counts][:_WEEKS], 1)
    ]


def _id(what: Message) -> str:
    """A name for the message, the same at each attempt: its number, and what no other database has under it."""
    sum_of_body = hashlib.sha256(f"{what.channel}\n{what.body}".encode(errors="replace")).hexdigest()[:10]
    return f"{what.id}-{_safe(what.alerts[0].id) if what.alerts else sum_of_body}"


def _safe(name: str) -> str:
    """A name that may stand in a header: as it is if it is of plain letters and digits, else a sum of it."""
    plain = re.fullmatch(r"[A-Za-z0-9-]{0,64}", name)
    return name if plain else hashlib.sha256(name.encode(errors="replace")).hexdigest()[:16]


def _data(context: _Context, made: Rendered, rich: str) -> dict[str, object]:
    """What a service is posted instead of the text, and a webhook beside it."""
    what, kind = context.message, context.kind
    if kind is Kind.SLACK:
        # The text is what a notification shows, and the one place where Slack reads control characters.
        text = escape(made.title, quote=False)
        return {"text": text, "blocks": json.loads(rich), "unfurl_links": False, "unfurl_media": False}
    if kind is Kind.DISCORD:
        return json.loads(rich) | {"allowed_mentions": {"parse": []}}  # type: ignore[no-any-return]
    if kind is Kind.TELEGRAM:
        return {"text": rich, "parse_mode": "HTML", "link_preview_options": {"is_disabled": True}}
    if kind is Kind.NTFY:
        return {"title": made.title, "message": made.text, **_ntfy(what.alerts)}
    if kind is Kind.WEBHOOK:
        return webhook.data(what, made.id, "\n".join(_lines(what, _NOTICE)))
    return {}


def _ntfy(alerts: Sequence[Alert]) -> dict[str, Any]:
    """How loud ntfy is (3 is its default), the sign before the title, and where a tap on one alert leads."""
    priorities = {alert.priority for alert in alerts}
    if Priority.URGENT in priorities:
        loud, tag = 5, "rotating_light"
    else:
        loud, tag = (2 if priorities == {Priority.LOW} else 3), ("newspaper" if alerts else "gear")
    link = plain_link(alerts[0].url) if len(alerts) == 1 else ""
    return {"priority": loud, "tags": [tag], **({"click": str(link)} if link else {})}
