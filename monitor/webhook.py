"""Message → what a webhook gets beside the text: all that there is to say, for programs. Times are UTC."""

from datetime import datetime

from monitor.model import Alert, Message, MessageKind
from monitor.shown import EXCERPT, line, pieces, plain_link


def data(message: Message, sent_as: str, notice: str) -> dict[str, object]:
    """All alerts of the message, known by the id that it is `sent_as`, or the lines of a `notice`; JSON-able.

    With a single alert its fields also stand beside the list.
    """
    about: dict[str, object] = {"kind": message.kind.value, "message_id": sent_as}
    if message.kind is MessageKind.NOTICE:
        return about | {"text": notice, "alerts": []}
    if message.hold:
        about |= {"hold": message.hold.value, "hold_reason": line(message.reason)}
    if message.mentions:
        about["mentions"] = [{"watch": line(item.watch), "counts": list(item.counts)} for item in message.mentions]
    alerts = [_fields(alert, message.possible_repeat) for alert in message.alerts]
    return about | (alerts[0] if len(alerts) == 1 else {}) | {"alerts": alerts}


def _fields(alert: Alert, possible_repeat: bool) -> dict[str, object]:
    sentence, marks = "", []
    for text, marked in pieces(alert.excerpt[:EXCERPT], alert.marks):
        if marked:
            marks.append([len(sentence), len(sentence) + len(text)])
        sentence += text
    return {
        "id": line(alert.id, 64),
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
        "occasion": alert.occasion.value,
        "reason": line(alert.reason),
        "story": alert.story,
        "thread": line(alert.thread, 64),
        "also": [line(name, 80) for name in alert.also],
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
