"""Alert or suppress, and on which channels: pure functions that return their reason, which the user reads."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.model import Action, Decision, Hold, Occasion, Route
from monitor.options import Channel, Priority


@dataclass(frozen=True, slots=True)
class History:
    """What is known about a match before deciding on it.

    `alerted`: the id of the alert this watch already raised for the story, "" for none.
    `feed_baseline`: the article was already there at the first contact with its feed.
    `rule_baseline`: it was there when the watch, as it now reads, came into force, and its earlier wording missed it.
    `story_baseline`: the watch matched another article of the story, from the same feed, and did not alert.
    """

    alerted: str = ""
    feed_baseline: bool = False
    rule_baseline: bool = False
    story_baseline: bool = False


def decide(history: History) -> Decision:
    """One alert per watch and story; what was there before anyone asked is stored and shown, never sent."""
    if history.alerted:
        return Decision(Action.SUPPRESS, f"this story was already alerted as {history.alerted}")
    if history.feed_baseline:
        return Decision(Action.SUPPRESS, "would have matched: already in the feed when it was first read")
    if history.rule_baseline:
        return Decision(Action.SUPPRESS, "would have matched: seen before the watch was added or edited")
    if history.story_baseline:
        return Decision(Action.SUPPRESS, "would have matched: the story was already in this feed")
    return Decision(Action.ALERT, "first article of this story for this watch")


def channels_for(wanted: Sequence[str], available: Sequence[Channel], priority: Priority, tier: int) -> tuple[str, ...]:
    named = tuple(channel.name for channel in available if channel.name in wanted)
    return named or tuple(channel.name for channel in available)


@dataclass(frozen=True, slots=True)
class Facts:
    priority: Priority
    occasion: Occasion = Occasion.FIRST
    catch_up: bool = False
    cooldown_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    lately: tuple[datetime, ...] = ()
    held: Mapping[Hold, datetime] = field(default_factory=dict)


def route(alert: Facts, channel: Channel, traffic: Traffic, zone: ZoneInfo, now: datetime) -> Route:
    return Route(now, "at once")
