"""Message → what a channel of one kind shows.

Everything from a feed is hostile. Three things make it inert: `_line` leaves one clean line of limited
length, `_link` passes only plain http(s) addresses, and each kind has a jinja2 environment whose escaping
is applied to every value of a template, so that a template cannot forget it.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich.markup import escape as escape_rich

from monitor import sentences
from monitor.model import Alert, Evidence, Message, Part, Rendered
from monitor.options import Priority
from monitor.text import clean, format_duration, one_line


class Kind(StrEnum):
    """How a channel shows messages. TEXT is every service that takes a title and plain text."""

    TEXT = "text"
    SLACK = "slack"
    MAIL = "mail"
    WEBHOOK = "webhook"
    TERMINAL = "terminal"


_TITLE = 200  # what ntfy takes; Slack and Discord take 250
_LINK = 1000  # a longer one is left out: cut, it would lead elsewhere
_LISTED = 100  # alerts in one message
# Characters of a body. Slack shows 3,000 in a block; Gmail hides what follows the first 102 kB of a mail.
_BODY = {Kind.TEXT: 3000, Kind.SLACK: 3000, Kind.WEBHOOK: 30_000, Kind.MAIL: 90_000, Kind.TERMINAL: 90_000}
_LATE = timedelta(minutes=10)  # a message sent later than this after its match says so
_SINGULAR = {"tickers": "ticker", "companies": "company", "people": "person", "topics": "topic"}


@dataclass(frozen=True, slots=True)
class _Shown:
    """An alert as a template shows it: clean single lines. `excerpt` alternates (text, is it the term)."""

    id: str
    watch: str
    priority: Priority
    headline: str
    outlet: str
    tier: int
    time: str
    delay: str
    excerpt: tuple[tuple[str, bool], ...]
    why: tuple[str, ...]
    score: int
    reason: str
    link: str
    host: str


def message(message: Message, kind: Kind, zone: ZoneInfo, now: datetime) -> Rendered:
    """The message as a channel of this kind takes it; times are shown in `zone`, `now` is when it is sent.

    One alert is shown in full, several as a list, cut after whole alerts where the kind has a limit. `text`
    is plain text, for TERMINAL rich markup; `html` is set for MAIL, `data` (JSON-able, all alerts) for
    WEBHOOK.
    """
    shown = [_shown(alert, zone, now) for alert in message.alerts[:_LISTED]]
    title = _title(message, kind)
    text, html = _body(message, shown, kind, title)
    while len(shown) > 1 and max(len(text), len(html)) > _BODY[kind]:
        shown = shown[: len(shown) * 4 // 5]
        text, html = _body(message, shown, kind, title)
    urgent = any(alert.priority is Priority.URGENT for alert in message.alerts)
    data = _data(message) if kind is Kind.WEBHOOK else {}
    return Rendered(title=title, text=text, html=html, urgent=urgent, data=data)


def best(evidence: Sequence[Evidence]) -> Evidence:
    """The evidence whose sentence is shown: the first in the text, else in the title, which is shown anyway.

    There is at least one piece of evidence in a match.
    """
    order = {"text": 0, "title": 1}
    return min(evidence, key=lambda item: (order.get(item.field, 2), item.start))


def excerpt(text: str, start: int, end: int, limit: int = 300) -> tuple[str, tuple[int, int]]:
    """The sentence around `start:end` on one line, and where the span is in it.

    What is longer than `limit` is shortened around the span, at word ends, with … for what is left out;
    only a span that is itself too long is cut.
    """
    first, last = sentences.around(text, start, end)
    # A sentence's far ends are never shown: little work, even where a book has no full stop.
    before = re.sub(r"\s+", " ", text[max(first, start - 4 * limit) : start]).lstrip()
    span = re.sub(r"\s+", " ", text[start:end])
    after = re.sub(r"\s+", " ", text[end : min(last, end + 4 * limit)]).rstrip()
    if len(span) > limit - 2:
        span = span[: limit - 3] + "…"
    room = limit - len(span)
    if len(before) + len(after) > room:
        left = min(len(before), max(room // 2, room - len(after)))
        before = _keep_end(before, left)
        after = _cut(after, room - len(before))
    return before + span + after, (len(before), len(before) + len(span))


def _cut(text: str, limit: int) -> str:
    """At most `limit` characters, at a word's end where one is near, with … for the rest."""
    if len(text) <= limit:
        return text
    kept = text[: max(0, limit - 1)]
    at = kept.rfind(" ", len(kept) // 2)
    return ((kept[:at] if at > 0 else kept) + "…")[: max(0, limit)]


def _keep_end(text: str, limit: int) -> str:
    """Like `_cut`, keeping the end."""
    return _cut(text[::-1], limit)[::-1]


def _line(value: str, limit: int = _TITLE) -> str:
    """One clean line of at most `limit` characters."""
    return _cut(one_line(value), limit)


def _link(url: str) -> str:
    """A plain http(s) address in ASCII, or "" for anything else.

    Names in other scripts show as punycode, and what markup or a mention could be made of is percent-encoded.
    An address with a user name is refused: `https://bank.example@evil.example/` reads like another host.
    """
    try:
        parts = urlsplit(clean(url).strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one, for a name that IDNA refuses
        return ""
    name = f"[{host}]" if re.fullmatch(r"[0-9a-f:.]*:[0-9a-f:.]*", host) else host
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not re.fullmatch(r"[\w.:\[\]-]+", name):
        return ""
    path, query, fragment = (
        quote(part, safe="%/:=&?~+!$,;", errors="replace") for part in (parts.path, parts.query, parts.fragment)
    )
    link = urlunsplit((parts.scheme, name + port, path, query, fragment))
    return link if len(link) <= _LINK else ""


def _shown(alert: Alert, zone: ZoneInfo, now: datetime) -> _Shown:
    link = _link(alert.url)
    return _Shown(
        id=_line(alert.id, 64),
        watch=_line(alert.watch, 60),
        priority=alert.priority,
        headline=_line(alert.title) or "(no headline)",
        outlet=_line(alert.outlet, 80),
        tier=alert.tier,
        time=_time(alert, zone, now),
        delay=_delay(alert, now),
        excerpt=_pieces(alert.excerpt[:600], alert.marks),
        why=_why(alert.evidence),
        score=alert.score,
        reason=_line(alert.reason),
        link=link,
        host=urlsplit(link).hostname or "",
    )


def _time(alert: Alert, zone: ZoneInfo, now: datetime) -> str:
    if alert.published is None:
        return f"no publish time, first seen {_clock(alert.first_seen, zone, now)}"
    return f"published {_clock(alert.published, zone, now)}"


def _clock(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Tue 23 Jul, 10:03 EDT`; with the year where it is not this one."""
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M %Z}"


def _delay(alert: Alert, now: datetime) -> str:
    """How long the news took to get here: `seen 2m later, matched 3s after that`."""
    words = f"matched {format_duration(alert.matched - alert.first_seen)} after that"
    if alert.published is not None:
        words = f"seen {format_duration(alert.first_seen - alert.published)} later, {words}"
    late = now - alert.matched
    return f"{words}, sent {format_duration(late)} after the match" if late > _LATE else words


def _pieces(text: str, marks: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """The text in clean pieces, split at the marks, so that cleaning cannot move a mark."""
    pieces = []
    at = 0
    for start, end in sorted(marks):
        if at <= start < end <= len(text):
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    pieces.append((text[at:], False))
    return tuple((tidy, marked) for piece, marked in pieces if (tidy := _tidy(piece)))


def _tidy(piece: str) -> str:
    """Clean text on one line that keeps a space at its ends, where its neighbours are."""
    words = one_line(piece)
    if not words:
        return " " if piece[:1].isspace() else ""
    return " " * piece[:1].isspace() + words + " " * piece[-1:].isspace()


def _why(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """One line a term: `company "Nvidia" in the title and the lead`; at most five and a count of the rest."""
    places: dict[tuple[str, str], list[str]] = {}
    for item in evidence:
        parts = places.setdefault((item.list, item.term), [])
        if item.part is not Part.RELATED and item.part.value not in parts:
            parts.append(item.part.value)
    lines = []
    for (name, term), parts in places.items():
        shown = _line(term, 60) if name == "tickers" else f'"{_line(term, 60)}"'
        if parts:
            lines.append(f"{_SINGULAR.get(name, name)} {shown} in the " + " and the ".join(parts))
    rest = len(lines) - 5
    return tuple(lines) if rest < 2 else (*lines[:5], f"{rest} more")


def _title(message: Message, kind: Kind) -> str:
    if len(message.alerts) == 1:
        alert = message.alerts[0]
        title = f"{_line(alert.watch, 60)}: {_line(alert.title) or '(no headline)'}"
    else:
        watches = list(dict.fromkeys(alert.watch for alert in message.alerts))
        named = ", ".join(_line(watch, 40) for watch in watches[:3])
        title = f"{len(message.alerts)} alerts: {named}" + (" and more" if len(watches) > 3 else "")
    return _cut(title if kind is Kind.MAIL else _inert(title), _TITLE)


def _body(message: Message, shown: list[_Shown], kind: Kind, title: str) -> tuple[str, str]:
    """Text and HTML of a message that shows these of its alerts."""
    values = {
        "title": title,
        "alerts": shown,
        "more": len(message.alerts) - len(shown),
        "repeat": message.possible_repeat,
    }
    if kind is Kind.MAIL:
        html = _MAIL.get_template("mail.html").render(values).strip()
        return _PLAIN.get_template("mail.txt").render(values).strip(), html
    if kind is Kind.TERMINAL:
        return _TERMINAL.get_template("terminal.txt").render(values).strip(), ""
    return _TEXT.get_template("text.txt").render(values).strip(), ""


def _data(message: Message) -> dict[str, object]:
    """`{"alerts": [...]}` for programs; the fields of a single alert also stand beside it."""
    alerts = [_fields(alert, message.possible_repeat) for alert in message.alerts]
    return {**alerts[0], "alerts": alerts} if len(alerts) == 1 else {"alerts": alerts}


def _fields(alert: Alert, possible_repeat: bool) -> dict[str, object]:
    pieces = _pieces(alert.excerpt[:600], alert.marks)
    return {
        "id": alert.id,
        "watch": alert.watch,
        "priority": alert.priority.value,
        "title": _line(alert.title, 1000),
        "url": _link(alert.url),
        "outlet": _line(alert.outlet),
        "tier": alert.tier,
        "published": alert.published.isoformat() if alert.published else None,
        "first_seen": alert.first_seen.isoformat(),
        "matched": alert.matched.isoformat(),
        "score": alert.score,
        "reason": alert.reason,
        "excerpt": "".join(text for text, _ in pieces),
        "evidence": [
            {
                "list": e.list,
                "term": e.term,
                "part": e.part.value,
                "field": e.field,
                "start": e.start,
                "end": e.end,
            }
            | {"text": _line(e.text)}
            for e in alert.evidence
        ],
        "possible_repeat": possible_repeat,
    }


def _inert(value: object) -> str:
    """Text in which no chat service finds a mention, a tag or a masked link.

    A zero-width space parts `@` and `<` from what follows and `]` from `(`: some services read text as
    markup.
    """
    return re.sub(r"@(?=\S)|<(?=\S)|\](?=[(\[])", "\\g<0>\u200b", str(value))


def _rich(value: object) -> str:
    """Text that rich shows as it is. A space follows a last backslash, which would escape the next tag."""
    text = str(value)
    return escape_rich(text + " " if text.endswith("\\") else text)


def _environment(finalize: Callable[[object], object] | None = None, *, autoescape: bool = False) -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=autoescape,  # noqa: S701 - off for plain text and rich markup only
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_TEXT = _environment(_inert)
_PLAIN = _environment()
_MAIL = _environment(autoescape=True)
_TERMINAL = _environment(_rich)
