"""Alerts with all that a message shows of them, and the messages that they are put into when they are raised."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Alert, Mentions, MessageState, Occasion, Route
from monitor.options import Priority
from monitor.store import feedback
from monitor.store.database import Database, moment, stamp
from monitor.store.rules import evidence

# Days of mentions that a digest shows, with today.
MENTIONED = 7


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How an alert stands on one channel: `due` is when it is sent at the earliest, and `reason` says why then."""

    channel: str
    state: MessageState
    attempts: int
    sent: datetime | None
    error: str
    due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """An alert with its deliveries and what was said of it, as `monitor alerts` shows it."""

    alert: Alert
    story: int
    article: int
    deliveries: tuple[DeliveryStatus, ...]
    useful: bool | None


@dataclass(frozen=True, slots=True)
class OfWatch:
    """The newest alerts of a watch, newest first, and since when it is stored."""

    added: datetime
    alerts: tuple[AlertStatus, ...]


def raise_alert(
    db: Database,
    alert_id: str,
    rule_id: int,
    story_id: int,
    match_id: int,
    occasion: Occasion,
    routes: Mapping[str, Route],
    now: datetime,
) -> bool:
    """Store an alert of a rule on a story, with a message for each channel; false when there is one for the occasion.

    What is held for the same on a channel until the same time goes into one message.
    """
    cursor = db.execute(
        "INSERT INTO alerts (id, rule_id, story_id, cause, match_id, created) VALUES (?, ?, ?, ?, ?, ?)"
        # An id that was drawn before is an error, and the judgement is made again.
        " ON CONFLICT (rule_id, story_id, cause) DO NOTHING",
        [alert_id, rule_id, story_id, occasion, match_id, stamp(now)],
    )
    if not cursor.rowcount:
        return False
    put_into_messages(db, alert_id, routes, now)
    return True


def put_into_messages(db: Database, alert_id: str, routes: Mapping[str, Route], now: datetime) -> None:
    """Have these channels, which do not have the alert yet, get it."""
    for channel, route in routes.items():
        (channel_id,) = db.execute("SELECT id FROM channels WHERE name = ?", [channel]).fetchone()
        db.execute(
            "INSERT INTO deliveries (alert_id, channel_id, message_id) VALUES (?, ?, ?)",
            [alert_id, channel_id, message(db, channel_id, route, now)],
        )


def not_sent_to(db: Database, alert_id: str, channels: Iterable[str]) -> list[str]:
    """Those of the channels that an alert was never meant for."""
    rows = db.execute(
        "SELECT name FROM deliveries JOIN channels ON channels.id = channel_id WHERE alert_id = ?", [alert_id]
    ).fetchall()
    had = {name for (name,) in rows}
    return [name for name in channels if name not in had]


def message(db: Database, channel_id: int, route: Route, now: datetime, *, kind: str = "alert") -> int:
    """The message to a channel that this route leads into: one that is held, or a new one of this kind."""
    if route.hold:
        held = db.execute(
            "SELECT id FROM messages WHERE channel_id = ? AND hold = ? AND next_try = ? AND state = 'held'",
            [channel_id, route.hold, stamp(route.due)],
        ).fetchone()
        if held:
            return int(held[0])
    kind, state = ("digest", "held") if route.hold else (kind, "pending")
    made = db.execute(
        "INSERT INTO messages (channel_id, kind, state, hold, reason, created, next_try) VALUES (?, ?, ?, ?, ?, ?, ?)",
        [channel_id, kind, state, route.hold or "", route.reason, stamp(now), stamp(route.due)],
    )
    return int(made.lastrowid or 0)


def last_told(db: Database, rule_id: int, story_id: int) -> datetime | None:
    """When a rule last alerted on a story."""
    (last,) = db.execute(
        "SELECT max(created) FROM alerts WHERE rule_id = ? AND story_id = ?", [rule_id, story_id]
    ).fetchone()
    return moment(last) if last else None


def add_notice(db: Database, channels: Sequence[str], body: str, now: datetime) -> None:
    """Store a notice about the monitor itself for each of these channels; its first line is its title."""
    for channel in channels:
        db.execute(
            "INSERT INTO messages (channel_id, kind, body, state, reason, created, next_try)"
            " SELECT id, 'notice', :body, 'pending', 'at once', :now, :now FROM channels WHERE name = :channel",
            {"channel": channel, "body": body, "now": stamp(now)},
        )


def status(
    db: Database,
    *,
    since: datetime | None = None,
    before: datetime | None = None,
    watch: str = "",
    limit: int | None = None,
) -> list[AlertStatus]:
    """Alerts with their deliveries, oldest first: all, those of these times and this watch, or the newest `limit`."""
    rule = "rule_id = (SELECT id FROM rules WHERE name = :watch) AND" if watch else ""
    rows = db.execute(
        f"SELECT id FROM alerts WHERE {rule} created >= :since AND created < :before"  # noqa: S608
        " ORDER BY created DESC, id DESC LIMIT :limit",
        {
            "watch": watch,
            "since": stamp(since) if since else "",
            "before": stamp(before) if before else "~",
            "limit": -1 if limit is None else limit,
        },
    ).fetchall()
    return statuses(db, [alert_id for (alert_id,) in reversed(rows)])


def statuses(db: Database, alert_ids: Iterable[str]) -> list[AlertStatus]:
    """These alerts, which exist, with their deliveries."""
    return [_status(db, alert_id) for alert_id in alert_ids]


def of_watch(db: Database, watch: str, limit: int) -> OfWatch:
    """The newest alerts of a watch, newest first; none where it is not stored yet."""
    row = db.execute("SELECT id, added FROM rules WHERE name = ?", [watch]).fetchone()
    if row is None:
        return OfWatch(datetime.fromtimestamp(0, UTC), ())
    rule_id, added = row
    rows = db.execute(
        "SELECT id FROM alerts WHERE rule_id = ? ORDER BY created DESC, id DESC LIMIT ?", [rule_id, limit]
    ).fetchall()
    return OfWatch(moment(added), tuple(statuses(db, [alert_id for (alert_id,) in rows])))


def _status(db: Database, alert_id: str) -> AlertStatus:
    story_id, article_id = db.execute(
        "SELECT alerts.story_id, matches.article_id FROM alerts JOIN matches ON matches.id = alerts.match_id"
        " WHERE alerts.id = ?",
        [alert_id],
    ).fetchone()
    return AlertStatus(
        alert=load(db, alert_id),
        story=story_id,
        article=article_id,
        deliveries=_deliveries(db, alert_id),
        useful=feedback.of(db, alert_id),
    )


def _deliveries(db: Database, alert_id: str) -> tuple[DeliveryStatus, ...]:
    rows = db.query(
        "SELECT channels.name, messages.* FROM deliveries JOIN channels ON channels.id = deliveries.channel_id"
        " JOIN messages ON messages.id = deliveries.message_id WHERE deliveries.alert_id = ? ORDER BY channels.name",
        [alert_id],
    )
    return tuple(
        DeliveryStatus(
            channel=row["name"],
            state=MessageState(row["state"]),
            attempts=row["attempts"],
            sent=moment(row["sent"]) if row["sent"] else None,
            error=row["last_error"],
            due=moment(row["next_try"]),
            reason=row["reason"],
        )
        for row in rows
    )


def load(db: Database, alert_id: str) -> Alert:
    """An alert that exists, as it is now: its story may have come to more outlets."""
    row = next(
        db.query(
            "SELECT alerts.id, alerts.created, alerts.story_id, alerts.cause, rule_revisions.definition,"
            " revisions.title, revisions.published,"
            " articles.url, articles.first_seen, matches.score, matches.reason, matches.excerpt, matches.marks,"
            " matches.evidence, feeds.tier,"
            " coalesce(nullif(feeds.name, ''), nullif(feeds.title, ''), nullif(feeds.host, ''), feeds.url) AS outlet"
            " FROM alerts JOIN matches ON matches.id = alerts.match_id"
            " JOIN rule_revisions ON rule_revisions.id = matches.rule_revision_id"
            " JOIN revisions ON revisions.id = matches.revision_id JOIN articles ON articles.id = matches.article_id"
            " JOIN sightings ON sightings.article_id = articles.id JOIN feeds ON feeds.id = sightings.feed_id"
            " WHERE alerts.id = ? ORDER BY sightings.seen, feeds.id LIMIT 1",
            [alert_id],
        )
    )
    watch = json.loads(row["definition"])
    return Alert(
        id=row["id"],
        watch=watch["name"],
        priority=Priority(watch["priority"]),
        title=row["title"],
        url=row["url"],
        outlet=row["outlet"],
        tier=row["tier"],
        published=moment(row["published"]) if row["published"] else None,
        first_seen=moment(row["first_seen"]),
        matched=moment(row["created"]),
        score=row["score"],
        reason=row["reason"],
        excerpt=row["excerpt"],
        marks=tuple((start, end) for start, end in json.loads(row["marks"])),
        evidence=evidence(row["evidence"]),
        story=row["story_id"],
        thread=_thread(db, row["story_id"]),
        occasion=Occasion(row["cause"]),
        also=tuple(name for name in outlets(db, row["story_id"]) if name != row["outlet"]),
    )


def outlets(db: Database, story_id: int) -> tuple[str, ...]:
    """The outlets that have a story, in the order in which they had it."""
    rows = db.execute(
        "SELECT coalesce(nullif(feeds.name, ''), nullif(feeds.title, ''), nullif(feeds.host, ''), feeds.url)"
        " FROM articles JOIN sightings ON sightings.article_id = articles.id JOIN feeds ON feeds.id = sightings.feed_id"
        " WHERE articles.story_id = ? GROUP BY 1 ORDER BY min(sightings.seen), feeds.id",
        [story_id],
    )
    return tuple(name for (name,) in rows.fetchall())


def _thread(db: Database, story_id: int) -> str:
    """What names a story, also beside those of another database."""
    created, update_of = db.execute("SELECT created, update_of FROM stories WHERE id = ?", [story_id]).fetchone()
    if update_of is not None and update_of < story_id:  # it goes on from an older one
        return _thread(db, update_of)
    return f"{story_id}-{moment(created):%Y%m%d%H%M%S%f}"


def mentions(db: Database, watches: Iterable[str], zone: ZoneInfo, now: datetime) -> tuple[Mentions, ...]:
    """How many articles each of these watches found on each of the last days in this zone; the last is today."""
    today = now.astimezone(zone).date()
    since = datetime.combine(today - timedelta(days=MENTIONED - 1), datetime.min.time(), zone)
    found = []
    for watch in dict.fromkeys(watches):
        rows = db.execute(
            "SELECT min(matched) FROM matches JOIN rules ON rules.id = matches.rule_id"
            " WHERE rules.name = ? AND matched >= ? GROUP BY article_id",
            [watch, stamp(since)],
        ).fetchall()
        days = [(today - moment(matched).astimezone(zone).date()).days for (matched,) in rows]
        found.append(Mentions(watch, tuple(days.count(ago) for ago in reversed(range(MENTIONED)))))
    return tuple(found)
