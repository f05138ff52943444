"""Alert or suppress, on which channels, and when: pure functions that return their reason, which the user reads."""

from bisect import bisect_right
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import calendar, headlines
from monitor.model import REPEAT, UPDATE, Action, Decision, Hold, Occasion, Route
from monitor.options import Channel, Priority

# A story that so many outlets have within an hour of its first is told again, once.
MANY_OUTLETS = 6

# What was told is wrong: that waits for nothing.
TAKEN_BACK = (Occasion.CORRECTION, Occasion.RETRACTION)

# What came while the monitor was off is found within minutes of its start, and then told together.
GATHERED = timedelta(minutes=3)

_HOUR, _DAY = timedelta(hours=1), timedelta(days=1)

# ---------------------------------------------------------------- alert or suppress


@dataclass(frozen=True, slots=True)
class History:
    """What is known about a match before deciding on it.

    `alerted`: the id of the alert this watch already raised for the story, "" for none.
    `feed_baseline`: the article was already there at the first contact with its feed.
    `rule_baseline`: it was there when the watch, as it now reads, came into force, and its earlier wording missed it.
    `story_baseline`: the watch matched another article of the story, from the same feed, and did not alert.
    `silenced`: in words, the silence that covers watch and story; "" for none.

    Of a story that was `alerted`: `told` are the occasions it was alerted on, `first_tier` is the best tier that it had
    then. `tier` is the best of this article's sources and `outlet` the name of that; `same_text`: it copies an article
    of the story, or is the one alerted on. `headline` is what it says now, and, where it is the one alerted on,
    `headline_before` what it said then. `outlets_last_hour`: how many outlets got the story within an hour of its
    first.

    `is_news`: the article was never judged before, or a further feed has it; else it is only judged again.

    `update_of`: the id of the alert for the story that this one develops, as `update_words` say; "" for none.
    """

    alerted: str = ""
    feed_baseline: bool = False
    rule_baseline: bool = False
    story_baseline: bool = False
    silenced: str = ""
    told: frozenset[Occasion] = frozenset()
    first_tier: int = 1
    tier: int = 1
    outlet: str = ""
    same_text: bool = False
    headline_before: str = ""
    headline: str = ""
    outlets_last_hour: int = 0
    is_news: bool = True
    update_of: str = ""
    update_words: str = ""


def decide(history: History) -> Decision:
    """One alert per watch and story, and one for each occasion to repeat it; nothing that is silenced.

    What was there before anyone asked is stored and shown, never sent. A silence is the reason only where it kept an
    alert back.
    """
    decision = _again(history) if history.alerted else _first(history)
    if decision.action is Action.ALERT and history.silenced:
        return replace(decision, action=Action.SUPPRESS, reason=history.silenced)
    return decision


def _first(history: History) -> Decision:
    if history.feed_baseline:
        return Decision(Action.SUPPRESS, "would have matched: already in the feed when it was first read")
    if history.rule_baseline:
        return Decision(Action.SUPPRESS, "would have matched: seen before the watch was added or edited")
    if history.story_baseline:
        return Decision(Action.SUPPRESS, "would have matched: the story was already in this feed")
    if history.update_of:
        words = f": {history.update_words}" if history.update_words else ""
        return Decision(Action.ALERT, f"{UPDATE}{history.update_of}{words}")
    return Decision(Action.ALERT, "first article of this story for this watch")


def _again(history: History) -> Decision:
    # A copy that was suppressed makes a `story_baseline`, which so says nothing of a story that was alerted.
    was_there = history.feed_baseline or history.rule_baseline
    for occasion, reason in () if was_there or not history.is_news else _occasions(history):
        if occasion not in history.told:
            return Decision(Action.ALERT, f"{REPEAT}{reason}", occasion)
    return Decision(Action.SUPPRESS, f"this story was already alerted as {history.alerted}")


def _occasions(history: History) -> list[tuple[Occasion, str]]:
    """What makes a story that was told worth a repeat, the weightiest first, with a reason for each."""
    found = []
    outlet = history.outlet or "the source"
    taken_back = headlines.taken_back(history.headline)
    if taken_back and taken_back is not headlines.taken_back(history.headline_before):
        verb = "corrects" if taken_back is Occasion.CORRECTION else "retracts"
        before = f"; the headline was: {history.headline_before}" if history.headline_before else ""
        found.append((taken_back, f"{outlet} {verb} it{before}"))
    if history.headline_before and (change := headlines.change(history.headline_before, history.headline)):
        words = f"{outlet} has another headline now, {change}; it was: {history.headline_before}"
        found.append((Occasion.HEADLINE, words))
    if history.first_tier > 1 and history.tier == 1 and not history.same_text:
        found.append((Occasion.CONFIRMED, f"{outlet} (tier 1) confirms it"))
    if history.outlets_last_hour >= MANY_OUTLETS:
        found.append((Occasion.OUTLETS, f"{history.outlets_last_hour} outlets had it within an hour"))
    return found


# ---------------------------------------------------------------- where


def channels_for(wanted: Sequence[str], available: Iterable[Channel], priority: Priority, tier: int) -> tuple[str, ...]:
    """The channels of an alert: of those that its watch names, else of all, the ones that take its priority and tier.

    A watch whose channels are all gone has all; one whose channels take no such alert has none, as was configured.
    """
    available = tuple(available)
    named = tuple(channel for channel in available if channel.name in wanted) or available
    return tuple(
        channel.name
        for channel in named
        if priority in (channel.priorities or (priority,)) and tier in (channel.tiers or (tier,))
    )


# ---------------------------------------------------------------- when


@dataclass(frozen=True, slots=True)
class Facts:
    """What of an alert decides when it goes. `catch_up`: it came while the monitor was off for long.

    `cooldown_until`: the end of the watch's cooldown for the story, for a repeat.
    """

    priority: Priority = Priority.NORMAL
    occasion: Occasion = Occasion.FIRST
    catch_up: bool = False
    cooldown_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Traffic:
    """The messages with alerts of one channel: when they were or are due, in the last hour and from now on.

    `held` are those that still wait, by when they are due; they may be among `lately` or not.
    """

    lately: tuple[datetime, ...] = ()
    held: Mapping[datetime, Hold] = field(default_factory=dict)


def route(alert: Facts, channel: Channel, traffic: Traffic, zone: ZoneInfo, now: datetime) -> Route:
    """When an alert goes to a channel: at once, or in the message that is held for the same and due then.

    In this order: the channel's digest; what came while the monitor was off; the story's cooldown; quiet hours; and at
    most `max_per_hour` messages in any hour, for which the last one of an hour has all that is too much. Nothing is due
    in quiet hours that hold it, and what is due at the same time shares a message.
    """
    case = _Case(alert, channel, traffic, zone, now)
    return case.in_digest() if channel.digest else case.within_cap(case.after_quiet_hours(case.wished()))


def route_late(priority: Priority, channel: Channel, traffic: Traffic, zone: ZoneInfo, now: datetime) -> Route:
    """When a message goes that should have gone already: at once, unless quiet hours hold it or this hour is full."""
    case = _Case(Facts(priority), channel, traffic, zone, now)
    return case.within_cap(case.after_quiet_hours(Route(now, "at once")))


def latest(hold: Hold, channel: Channel, zone: ZoneInfo, now: datetime, cooldown: timedelta) -> datetime:
    """The latest time for which anything is held for this on the channel, as it is now; `cooldown` is the longest."""
    quiet = (channel.quiet and calendar.quiet_until(channel.quiet, zone, now)) or now
    match hold:
        case Hold.DIGEST if channel.digest:
            digest = calendar.next_digest(channel.digest, zone, now)
            return _DAY + digest if channel.quiet or channel.max_per_hour else digest
        case Hold.QUIET if channel.quiet:
            return max(quiet, now + _HOUR + cooldown + _DAY + _HOUR)
        case Hold.CAP if channel.max_per_hour:
            return now + _DAY
        case Hold.COOLDOWN:
            return now + cooldown + (_DAY if channel.max_per_hour else timedelta(0))
        case Hold.CATCH_UP:
            return now + GATHERED
    return now


@dataclass(frozen=True, slots=True)
class _Case:
    """What `route` is about, and its rules."""

    alert: Facts
    channel: Channel
    traffic: Traffic
    zone: ZoneInfo
    now: datetime

    def in_digest(self) -> Route:
        """In the next digest that may still go in its hour; one that falls into quiet hours comes at their end."""
        due = self.now
        while True:
            digest = calendar.next_digest(self.channel.digest, self.zone, due)
            due = self._quiet_until(digest) or digest
            if self._is_free(due):
                late = f"; quiet hours until {self._clock(due)}" if due != digest else ""
                reason = f"digest at {self._clock(digest)}{late}"
                return Route(due, reason, self.traffic.held.get(due, Hold.DIGEST))

    def wished(self) -> Route:
        """When it would go if there were neither quiet hours nor a cap."""
        until = self.alert.cooldown_until
        urgent = self.alert.priority is Priority.URGENT
        if self.alert.catch_up and not urgent:
            gathering = (due for due, hold in self._waiting() if hold is Hold.CATCH_UP)
            due = min(gathering, default=self.now + GATHERED)
            return Route(due, "came while the monitor was off", Hold.CATCH_UP)
        if until and until > self.now and self.alert.occasion not in TAKEN_BACK:
            return Route(until, f"cooldown of the story until {self._clock(until)}", Hold.COOLDOWN)
        if self.alert.catch_up:
            return Route(self.now, "urgent, although it came while the monitor was off")
        return Route(self.now, "at once")

    def after_quiet_hours(self, route: Route) -> Route:
        end = self._quiet_until(route.due)
        if end is None:
            return route
        before = f"{route.reason}; " if route.hold else ""
        return Route(end, f"{before}quiet hours until {self._clock(end)}", Hold.QUIET)

    def within_cap(self, route: Route) -> Route:
        """As it is, where the hour still takes it; else in the message that has the rest of the hour."""
        most, earliest = self.channel.max_per_hour, route.due
        if most is None or (route.hold and self._is_free(route.due)):
            return replace(route, hold=route.hold and self.traffic.held.get(route.due, route.hold))
        due = None
        if route.hold is None:
            due = self._joined((Hold.CAP,), self.now, self.now + _HOUR)
            # All but the last of an hour's messages go at once; where there is but one, it does, too.
            times = [time for time in self._times() if self.now - _HOUR < time <= self.now][-max(1, most - 1) :]
            if due is None and len(times) < max(1, most - 1) and self._is_free(self.now):
                return route
            earliest = times[0] + _HOUR if len(times) == max(1, most - 1) else self.now
        if due is None:
            due = self._next_free(earliest)
            due = self._joined((Hold.CAP, Hold.QUIET), route.due, due) or due
        quiet = self._quiet_until(due - timedelta(microseconds=1))
        reason = f"{_messages(most)} an hour: the rest comes at {self._clock(due)}"
        return Route(due, reason, self.traffic.held.get(due, Hold.QUIET if quiet else Hold.CAP))

    def _next_free(self, due: datetime) -> datetime:
        """The first time from `due` on, outside of quiet hours, at which there may be a message."""
        while True:
            due = self._quiet_until(due) or due
            if self._is_free(due):
                return due
            due = min(time + _HOUR for time in self._times() if time + _HOUR > due)

    def _joined(self, holds: Collection[Hold], earliest: datetime, latest: datetime) -> datetime | None:
        """When the first message in a span of time is due that waits for one of these, and not in quiet hours."""
        return min(
            (
                due
                for due, hold in self._waiting()
                if hold in holds and earliest <= due <= latest and self._quiet_until(due) is None
            ),
            default=None,
        )

    def _is_free(self, due: datetime) -> bool:
        """Whether a message is due then anyhow, or one more leaves every hour that holds it at `max_per_hour`."""
        most = self.channel.max_per_hour
        if most is None or (due > self.now and due in self.traffic.held):
            return True
        times = self._times()
        place = bisect_right(times, due)
        times.insert(place, due)
        hours = zip(times[max(0, place - most) : place + 1], times[max(most, place) :], strict=False)
        return all(last - first >= _HOUR for first, last in hours)

    def _times(self) -> list[datetime]:
        lately = self.traffic.lately
        return sorted([*lately, *(due for due in self.traffic.held if due not in lately)])

    def _waiting(self) -> list[tuple[datetime, Hold]]:
        return [(due, hold) for due, hold in self.traffic.held.items() if due > self.now]

    def _quiet_until(self, due: datetime) -> datetime | None:
        quiet = self.channel.quiet
        if quiet is None or (quiet.urgent == "pass" and self.alert.priority is Priority.URGENT):
            return None
        return calendar.quiet_until(quiet, self.zone, due)

    def _clock(self, due: datetime) -> str:
        return f"{due.astimezone(self.zone):{'%H:%M' if due - self.now < _DAY else '%a %d %b %H:%M'}}"


def _messages(number: int) -> str:
    return "1 message" if number == 1 else f"{number} messages"
