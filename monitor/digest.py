"""Several alerts in one message: what comes first, what is one item, and what the message is called.

The alerts of one story are one item, under the watch that it matters to most, which names the others.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Alert, Hold, Message, Occasion
from monitor.options import Priority

_PRIORITIES = list(Priority)  # urgent first


@dataclass(frozen=True, slots=True)
class Item:
    """What a list says of one story: `lead` in full, and that the `others` are of the same story."""

    lead: Alert
    others: tuple[Alert, ...] = ()

    @property
    def alerts(self) -> tuple[Alert, ...]:
        return (self.lead, *self.others)


def items(alerts: Sequence[Alert]) -> list[Item]:
    """The alerts as items, what matters most first.

    Urgent before all; then the better tier, the higher score, more outlets, the later match; what is still equal
    stays in order. An alert whose story is not known (0) is an item of its own.
    """
    stories: dict[tuple[int, str], list[Alert]] = {}
    for number, alert in enumerate(alerts):
        stories.setdefault((alert.story, "" if alert.story else str(number)), []).append(alert)
    return sorted(map(_item, stories.values()), key=_rank)


def by_watch(listed: Iterable[Item]) -> dict[str, list[Item]]:
    """The items under the watches of their leads, both in the order in which they come."""
    watches: dict[str, list[Item]] = {}
    for item in listed:
        watches.setdefault(item.lead.watch, []).append(item)
    return watches


def heading(message: Message, zone: ZoneInfo, now: datetime) -> str:
    """What a message of alerts that waited is, such as `While you were quiet`; "" for one that did not."""
    local = now.astimezone(zone)
    count = len(message.alerts)
    words = {
        Hold.QUIET: "While you were quiet",
        Hold.CATCH_UP: "Catch-up",
        Hold.DIGEST: f"Digest, {local:%a} {local.day} {local:%b %H:%M}",
        Hold.CAP: f"And {count} more this hour",
        Hold.COOLDOWN: "After the cooldown",
    }
    return words[message.hold] if message.hold else ""


def counted(message: Message, zone: ZoneInfo, now: datetime) -> str:
    """The heading with how many alerts there are: `While you were quiet: 7 alerts`."""
    words = heading(message, zone, now)
    count = f"{len(message.alerts)} alerts"
    return words if message.hold is Hold.CAP else f"{words}: {count}" if words else count


def _item(alerts: Sequence[Alert]) -> Item:
    """One story. Its latest repeat leads, as it says what has changed; else the alert that ranks first."""
    first, *others = sorted(alerts, key=_leads)
    return Item(first, tuple(others))


def _leads(alert: Alert) -> tuple[int | float, ...]:
    again = alert.occasion is not Occasion.FIRST
    when = -alert.matched.timestamp()
    return (_PRIORITIES.index(alert.priority), not again, when if again else 0, alert.tier, -alert.score, when)


def _rank(item: Item) -> tuple[int | float, ...]:
    return (
        min(_PRIORITIES.index(alert.priority) for alert in item.alerts),
        min(alert.tier for alert in item.alerts),
        -max(alert.score for alert in item.alerts),
        -max(len(alert.also) for alert in item.alerts),
        -max(alert.matched.timestamp() for alert in item.alerts),
    )
