"""Where alerts go, when, and what becomes of a message that cannot go there: by `decide`, in a transaction."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import decide, schedule
from monitor.in_force import Target
from monitor.model import Message, MessageKind, Occasion, Route
from monitor.options import Channel, Priority, Watch
from monitor.schedule import MINUTE
from monitor.store import Database, alerts, delivery, fallbacks
from monitor.store.articles import Unjudged
from monitor.store.delivery import Standing
from monitor.store.rules import Rule

# Who is later than this has waited for the service or for the monitor: its hour, and the time of day, are others now.
LATE = MINUTE


@dataclass(frozen=True, slots=True)
class Router:
    """The channels in force, and the zone of their clocks."""

    targets: Mapping[str, Target]
    zone: ZoneInfo

    def raise_alert(
        self,
        db: Database,
        alert_id: str,
        rule: Rule,
        item: Unjudged,
        story_id: int,
        match_id: int,
        occasion: Occasion,
        now: datetime,
    ) -> bool:
        """Store an alert with the time and the reason of its message to each channel; false if there is one already."""
        watch = rule.watch
        last = alerts.last_told(db, rule.id, story_id)
        facts = decide.Facts(
            watch.priority,
            occasion,
            catch_up=item.catch_up and occasion not in decide.TAKEN_BACK,
            cooldown_until=last + watch.cooldown if last else None,
        )
        routes = {name: self._route(db, name, facts, now) for name in self._channels(watch, item)}
        return alerts.raise_alert(db, alert_id, rule.id, story_id, match_id, occasion, routes, now)

    def tell_others(self, db: Database, alert_id: str, watch: Watch, item: Unjudged, now: datetime) -> None:
        """Send an alert also to channels for which its story had no source of their tiers before this article."""
        chosen = [name for name in self._channels(watch, item) if self.targets[name].channel.tiers]
        missing = alerts.not_sent_to(db, alert_id, chosen) if chosen else []
        facts = decide.Facts(watch.priority, catch_up=item.catch_up)
        alerts.put_into_messages(db, alert_id, {name: self._route(db, name, facts, now) for name in missing}, now)

    def claim(self, db: Database, message_id: int, now: datetime) -> Message | None:
        """Take a message for sending; None where it waits on, or goes to the channel's fallback instead."""
        standing = delivery.standing(db, message_id, now)
        target = self.targets.get(standing.channel) if standing else None
        if standing is None or target is None:
            return delivery.claim(db, message_id, now, self.zone)
        if standing.interrupted and schedule.is_given_up(now, standing.since, standing.attempts):
            delivery.give_up(db, message_id, "the monitor ended again and again while it was sent", now)
            self.fall_back(db, message_id, standing.channel, "it was given up", now)
            return None
        is_notice = standing.kind is MessageKind.NOTICE
        if standing.down_until and not is_notice and target.channel.fallback in self.targets:
            self._divert(db, message_id, standing, standing.down_until, now)
            return None
        if not is_notice and (route := self._on_second_thought(db, message_id, standing, target.channel, now)):
            delivery.hold(db, message_id, route)
            return None
        return delivery.claim(db, message_id, now, self.zone)

    def fall_back(self, db: Database, message_id: int, channel: str, why: str, now: datetime) -> bool:
        """Give what is dead to the channel's fallback, as that takes messages; false where there is none to take it."""
        target = self.targets.get(channel)
        if target is None or target.channel.fallback not in self.targets:
            return False
        name = target.channel.fallback
        facts = decide.Facts(_priority(db, message_id))
        route = self._route(db, name, facts, now) if delivery.carries_alerts(db, message_id) else Route(now, "")
        reason = f"in place of {channel}: {why}"
        return fallbacks.fall_back(db, message_id, name, route if route.hold else replace(route, reason=reason), now)

    def revise(self, db: Database, cooldown: timedelta, now: datetime) -> None:
        """Bring nearer what is held for later than it would be now: the clock, or the channel's times, were put right.

        `cooldown` is the longest that there is.
        """
        for message_id, channel, hold, due in delivery.held(db):
            if channel in self.targets:
                latest = decide.latest(hold, self.targets[channel].channel, self.zone, now, cooldown)
                if due > latest:
                    delivery.hold(db, message_id, Route(latest, "", hold))

    def _channels(self, watch: Watch, item: Unjudged) -> tuple[str, ...]:
        tier = min((source.tier for source in item.document.sources), default=2)
        return decide.channels_for(
            watch.channels, [target.channel for target in self.targets.values()], watch.priority, tier
        )

    def _route(self, db: Database, name: str, facts: decide.Facts, now: datetime) -> Route:
        channel = self.targets[name].channel
        traffic = delivery.traffic(db, name, now, counted=channel.max_per_hour is not None)
        return decide.route(facts, channel, traffic, self.zone, now)

    def _divert(self, db: Database, message_id: int, standing: Standing, until: datetime, now: datetime) -> None:
        """A channel is down, and its fallback gets the message, or has it; else the message waits for the channel."""
        fallback = self.targets[standing.channel].channel.fallback
        given = self.fall_back(db, message_id, standing.channel, "the channel is down", now)
        if given or fallbacks.has_all(db, fallback, message_id):
            delivery.divert(db, message_id, now)
        else:
            delivery.postpone(db, message_id, until)

    def _on_second_thought(
        self, db: Database, message_id: int, standing: Standing, channel: Channel, now: datetime
    ) -> Route | None:
        """Until when a message waits all the same: quiet hours have begun, or it is late, and this hour is full."""
        late = now - standing.since >= LATE
        if not (standing.held or late):
            return None
        counted = channel.max_per_hour is not None and late
        traffic = delivery.traffic(db, channel.name, now, counted=counted, besides=message_id)
        in_hour = channel if late else channel.model_copy(update={"max_per_hour": None})
        route = decide.route_late(_priority(db, message_id), in_hour, traffic, self.zone, now)
        return route if route.hold else None


def _priority(db: Database, message_id: int) -> Priority:
    """The highest of a message's alerts; a notice is urgent."""
    return Priority.URGENT if delivery.is_urgent(db, message_id) else Priority.NORMAL
