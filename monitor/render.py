"""Message → what a channel of one kind shows.

Everything from a feed is hostile. Two things make it inert: `shown` leaves clean lines of limited length and plain
http(s) addresses, and each kind has a jinja2 environment whose escaping is applied to every value of a template, so
that a template cannot forget it. Slack's template is JSON, in which text is never read as markup.
"""

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from html import escape
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from rich.markup import escape as escape_rich

from monitor import sentences
from monitor.model import Alert, Evidence, Message, MessageKind, Rendered
from monitor.options import Priority
from monitor.shown import EXCERPT, TITLE, Link, Shown, cut, keep_end, line, pieces, plain_link, show
from monitor.text import clean


class Kind(StrEnum):
    """How a channel shows messages. TEXT is every service that takes a title and plain text."""

    TEXT = "text"
    SLACK = "slack"
    MAIL = "mail"
    WEBHOOK = "webhook"
    TERMINAL = "terminal"


# Alerts in one message. Slack takes 50 blocks, and an alert needs two.
_LISTED = dict.fromkeys(Kind, 100) | {Kind.SLACK: 22}
# Characters of a body. Slack takes 12,000 in its blocks together; Gmail hides what follows the first 102 kB of a mail.
_BODY = {Kind.TEXT: 3000, Kind.SLACK: 3000, Kind.WEBHOOK: 30_000, Kind.MAIL: 90_000, Kind.TERMINAL: 90_000}
_NOTICE = 10_000  # characters of a notice, and half of a body: escaping doubles it at worst


def message(message: Message, kind: Kind, zone: ZoneInfo, now: datetime) -> Rendered:
    """The message as a channel of this kind takes it; times are shown in `zone`, `now` is when it is sent.

    One alert is shown in full, several as a list; where that is too long for the kind, the list loses its sentences
    and then its last alerts. A notice is its lines. `text` is plain text, for TERMINAL rich markup; `html` is set for
    MAIL, `data` (JSON-able) for SLACK and, with all alerts, for WEBHOOK.
    """
    count, room, brief = min(len(message.alerts), _LISTED[kind]), EXCERPT, False
    while True:
        shown = [show(alert, zone, now, room) for alert in message.alerts[:count]]
        rendered = _render(message, [replace(item, excerpt=()) for item in shown] if brief else shown, kind)
        if max(len(rendered.text), len(rendered.html)) <= _BODY[kind] or room < 20:
            return rendered
        if count == 1 or not shown:  # only what is nearly all markup grows so much when it is escaped
            room //= 2
        elif not brief:
            brief = True
        else:
            count = count * 4 // 5


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
        before = keep_end(before, left)
        after = cut(after, room - len(before))
    return before + span + after, (len(before), len(before) + len(span))


def _title(message: Message, kind: Kind) -> str:
    if message.kind is MessageKind.NOTICE:
        title = f"news monitor: {line(_lines(message, kind)[0])}"
    elif len(message.alerts) == 1:
        alert = message.alerts[0]
        title = f"{line(alert.watch, 60)}: {line(alert.title) or '(no headline)'}"
    else:
        watches = list(dict.fromkeys(alert.watch for alert in message.alerts))
        named = ", ".join(line(watch, 40) for watch in watches[:3])
        title = f"{len(message.alerts)} alerts: {named}" + (" and more" if len(watches) > 3 else "")
    return cut(title if kind is Kind.MAIL else _inert(title), TITLE)


def _lines(message: Message, kind: Kind) -> list[str]:
    """What a notice says; nothing for alerts."""
    if message.kind is not MessageKind.NOTICE:
        return []
    return cut(clean(message.body) or "(no words)", min(_NOTICE, _BODY[kind] // 2)).split("\n")


def _render(message: Message, shown: list[Shown], kind: Kind) -> Rendered:
    """The message with these of its alerts."""
    same_id = ", with the same alert id" if message.alerts else ""
    repeat = f"This may be a repeat: an earlier attempt may have delivered the same{same_id}."
    values: dict[str, Any] = {
        "title": _title(message, kind),
        "notice": _lines(message, kind),
        "alerts": shown,
        "more": len(message.alerts) - len(shown),
        "repeat": repeat if message.possible_repeat else "",
    }
    environment, template = _TEMPLATES[kind]
    return Rendered(
        title=values["title"],
        text=environment.get_template(template).render(values).strip(),
        html=_MAIL.get_template("mail.html").render(values).strip() if kind is Kind.MAIL else "",
        urgent=any(alert.priority is Priority.URGENT for alert in message.alerts),
        data=_data(message, kind, values),
    )


def _data(message: Message, kind: Kind, values: dict[str, Any]) -> dict[str, object]:
    """What a webhook or Slack is posted."""
    if kind is Kind.SLACK:
        # The text is what a notification shows, and the one place where Slack reads control characters.
        return {
            "text": escape(values["title"], quote=False),
            "blocks": json.loads(_SLACK.get_template("slack.json").render(values)),
            "unfurl_links": False,
            "unfurl_media": False,
        }
    if kind is not Kind.WEBHOOK:
        return {}
    if message.kind is MessageKind.NOTICE:
        return {"kind": message.kind.value, "text": "\n".join(_lines(message, kind)), "alerts": []}
    alerts = [_fields(alert, message.possible_repeat) for alert in message.alerts]
    return {"kind": message.kind.value, **(alerts[0] if len(alerts) == 1 else {}), "alerts": alerts}


def _fields(alert: Alert, possible_repeat: bool) -> dict[str, object]:
    sentence, marks = "", []
    for text, marked in pieces(alert.excerpt[:EXCERPT], alert.marks):
        if marked:
            marks.append([len(sentence), len(sentence) + len(text)])
        sentence += text
    return {
        "id": alert.id,
        "watch": line(alert.watch),
        "priority": alert.priority.value,
        "title": line(alert.title, 1000),
        "url": plain_link(alert.url),
        "outlet": line(alert.outlet),
        "tier": alert.tier,
        "published": _stamp(alert.published) if alert.published else None,
        "first_seen": _stamp(alert.first_seen),
        "matched": _stamp(alert.matched),
        "score": alert.score,
        "reason": line(alert.reason),
        "excerpt": sentence,
        "marks": marks,
        "evidence": [
            {
                "list": item.list,
                "term": item.term,
                "part": item.part.value,
                "field": item.field,
                "start": item.start,
                "end": item.end,
                "text": line(item.text),
            }
            for item in alert.evidence
        ],
        "possible_repeat": possible_repeat,
    }


def _stamp(moment: datetime) -> str:
    """As `--json` prints times: `2024-07-23T14:03:00.000Z`."""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _parted(value: object) -> str:
    """Text in which no chat service finds a mention, a tag or a masked link.

    A zero-width space parts `@` and `<` from what follows, be it in the next value, and `]` from `(`: some services
    read text as markup.
    """
    return re.sub(r"[@<](?!\s)|\](?=[(\[])", "\\g<0>\u200b", str(value))


def _inert(value: object) -> str:
    """`_parted`, and without Markdown, which some services read into plain text.

    Emphasis cannot be parted, as no space of any width ends it: its signs become others that look the same.
    """
    if isinstance(value, Link):
        return value
    parted = re.sub(r"[~|](?=[~|])|^(?=[#>+-])", "\\g<0>\u200b", _parted(value))
    return re.sub(r"(?<!\w)_|_(?!\w)", "\u02cd", parted).translate({ord("*"): "\u2217", ord("`"): "\u02cb"})


def _json(value: object) -> str:
    """A JSON string. Slack reads nothing in it as markup; parted all the same, in case a client of it should."""
    return json.dumps(_parted(value))


def _rich(value: object) -> str:
    """Text that rich shows as it is. A space follows a last backslash, which would escape the next tag.

    A zero-width space parts a bracket that opens no tag here from its word: the next value may hold the closing one.
    """
    text = str(value)
    escaped = escape_rich(text + " " if text.endswith("\\") else text)
    return re.sub(r"(?<!\\)\[(?=[a-z#/@])", "[\u200b", escaped, flags=re.IGNORECASE)


def _environment(finalize: Callable[[object], object] | None = None, *, autoescape: bool = False) -> Environment:
    return Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=autoescape,  # noqa: S701 - off for plain text and rich markup only
        finalize=finalize,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


_PLAIN = _environment(_inert)
_MAIL = _environment(autoescape=True)
_SLACK = _environment(_json)
_TEMPLATES = {
    Kind.TEXT: (_PLAIN, "text.txt"),
    Kind.SLACK: (_PLAIN, "text.txt"),
    Kind.WEBHOOK: (_PLAIN, "text.txt"),
    Kind.MAIL: (_environment(), "mail.txt"),
    Kind.TERMINAL: (_environment(_rich), "terminal.txt"),
}
