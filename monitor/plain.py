"""What scripts get: the shapes of `--json` and of the API, as dataclasses, and how their values stand in JSON.

Those of articles are in `plain_article`.

Keys are never renamed; others may be added. Times are UTC.
"""

from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from monitor.model import Evidence, MessageState, Occasion
from monitor.options import Priority, Watch
from monitor.store.alerts import AlertStatus
from monitor.store.feeds import Ailment, FeedStatus
from monitor.store.latest import Story
from monitor.store.overview import WatchCounts
from monitor.store.silences import Silence


def value(found: object) -> object:
    """What stands in JSON for a value that JSON has not, as `default` of json.dumps: times as 2026-03-01T12:00:00.000Z.

    Raises TypeError.
    """
    if isinstance(found, datetime):
        return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if is_dataclass(found) and not isinstance(found, type):
        return asdict(found)
    raise TypeError(f"{type(found).__name__} has no JSON form")


def same(shown: object) -> dict[str, Any]:
    """The fields of a dataclass, each as it is."""
    return {each.name: getattr(shown, each.name) for each in fields(shown)}  # type: ignore[arg-type]


# ---------------------------------------------------------------- alerts and stories


@dataclass(frozen=True, slots=True)
class DeliveryJson:
    """How an alert stands on one channel."""

    channel: str
    state: MessageState
    attempts: int
    sent: datetime | None
    error: str
    due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AlertJson:
    """An alert with its deliveries. `url` and `title` are those of the article that triggered it."""

    id: str
    watch: str
    story: int
    article: int
    title: str
    url: str
    reason: str
    score: int
    published: datetime | None
    first_seen: datetime
    matched: datetime
    deliveries: tuple[DeliveryJson, ...]
    occasion: Occasion
    outlet: str
    also: tuple[str, ...]
    excerpt: str
    evidence: tuple[Evidence, ...]
    useful: bool | None


def alert(item: AlertStatus) -> AlertJson:
    one = item.alert
    return AlertJson(
        id=one.id,
        watch=one.watch,
        story=item.story,
        article=item.article,
        title=one.title,
        url=one.url,
        reason=one.reason,
        score=one.score,
        published=one.published,
        first_seen=one.first_seen,
        matched=one.matched,
        deliveries=tuple(
            DeliveryJson(each.channel, each.state, each.attempts, each.sent, each.error, each.due, each.reason)
            for each in item.deliveries
        ),
        occasion=one.occasion,
        outlet=one.outlet,
        also=one.also,
        excerpt=one.excerpt,
        evidence=one.evidence,
        useful=item.useful,
    )


@dataclass(frozen=True, slots=True)
class SilenceJson:
    """What shall not alert until `ends`, null for good: `watch`, null for all, on `story`, null for all."""

    id: int
    watch: str | None
    story: int | None
    headline: str
    comment: str
    created: datetime
    ends: datetime | None
    lifted: datetime | None
    held_back: int
    running: bool


def silence(one: Silence, now: datetime) -> SilenceJson:
    return SilenceJson(**{**same(one), "watch": one.watch or None}, running=one.is_running(now))


@dataclass(frozen=True, slots=True)
class StoryJson:
    """A story that alerted, last at `last`, `count` times; `alerts` are the newest of them, oldest first."""

    id: int
    last: datetime
    count: int
    outlets: tuple[str, ...]
    muted: SilenceJson | None
    alerts: tuple[AlertJson, ...]


def story(one: Story, now: datetime) -> StoryJson:
    muted = silence(one.muted, now) if one.muted else None
    return StoryJson(one.id, one.last, one.count, one.outlets, muted, tuple(alert(each.status) for each in one.alerts))


# ---------------------------------------------------------------- watches and feeds


@dataclass(frozen=True, slots=True)
class BroughtJson:
    """What a watch brought."""

    in_force_since: datetime | None
    alerts_7d: int
    alerts_30d: int
    last_alert: str | None
    last_alerted: datetime | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class WatchJson:
    """A watch of the configuration and what it brought."""

    name: str
    priority: Priority
    enabled: bool
    channels: tuple[str, ...]
    in_force_since: datetime | None
    alerts_7d: int
    alerts_30d: int
    last_alert: str | None
    last_alerted: datetime | None
    snoozed_until: datetime | None


def brought(count: WatchCounts, snooze: Silence | None) -> BroughtJson:
    ends = snooze.ends if snooze else None
    return BroughtJson(count.since, count.week, count.month, count.last_alert or None, count.last, ends)


def watch(one: Watch, count: WatchCounts, snooze: Silence | None) -> WatchJson:
    return WatchJson(one.name, one.priority, one.enabled, one.channels, **same(brought(count, snooze)))


@dataclass(frozen=True, slots=True)
class FeedJson:
    """A feed and how it does; `url` is its address as written in the configuration."""

    url: str
    name: str
    state: str
    last_ok: datetime | None
    last_new: datetime | None
    next_poll: datetime | None
    failures: int
    error: str
    entries: int
    id: int
    next_reason: str
    ailments: tuple[Ailment, ...]


def feed(item: FeedStatus) -> FeedJson:
    return FeedJson(**same(item))
