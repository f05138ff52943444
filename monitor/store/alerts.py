"""Alerts, and the outbox that carries them: messages, deliveries, attempts.

held ─due→ pending ─claim→ sending ─accepted→ sent
              ↑               ├─not taken→ retry ─claim→ sending
              └─ a crash ─────┘            └─refused, or a day old→ dead
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Alert, Message, MessageKind, MessageState
from monitor.options import Priority, Watch
from monitor.store.database import Database, moment, stamp
from monitor.store.rules import evidence

FIRST = "first"


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message whose time has come."""

    id: int
    channel: str


@dataclass(frozen=True, slots=True)
class DeliveryStatus:
    """How an alert stands on one channel."""

    channel: str
    state: MessageState
    attempts: int
    sent: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class AlertStatus:
    """An alert with its deliveries, as `monitor alerts` shows it."""

    alert: Alert
    story: int
    article: int
    deliveries: tuple[DeliveryStatus, ...]


def raise_alert(
    db: Database,
    alert_id: str,
    rule_id: int,
    story_id: int,
    match_id: int,
    channels: Sequence[str],
    now: datetime,
) -> bool:
    """Store the first alert of a rule on a story with one message a channel; false when there is one already."""
    cursor = db.execute(
        "INSERT INTO alerts (id, rule_id, story_id, cause, match_id, created) VALUES (?, ?, ?, ?, ?, ?)"
        # An id that was drawn before is an error, and the judgement is made again.
        " ON CONFLICT (rule_id, story_id, cause) DO NOTHING",
        [alert_id, rule_id, story_id, FIRST, match_id, stamp(now)],
    )
    if not cursor.rowcount:
        return False
    for channel in channels:
        (channel_id,) = db.execute("SELECT id FROM channels WHERE name = ?", [channel]).fetchone()
        message = db.execute(
            "INSERT INTO messages (channel_id, kind, state, reason, created, next_try)"
            " VALUES (?, 'alert', 'pending', 'at once', ?, ?)",
            [channel_id, stamp(now), stamp(now)],
        )
        db.execute(
            "INSERT INTO deliveries (alert_id, channel_id, message_id) VALUES (?, ?, ?)",
            [alert_id, channel_id, message.lastrowid],
        )
    return True


def add_notice(db: Database, channels: Sequence[str], body: str, now: datetime) -> None:
    """Store a notice about the monitor itself for each of these channels; its first line is its title."""
    for channel in channels:
        db.execute(
            "INSERT INTO messages (channel_id, kind, body, state, reason, created, next_try)"
            " SELECT id, 'notice', :body, 'pending', 'at once', :now, :now FROM channels WHERE name = :channel",
            {"channel": channel, "body": body, "now": stamp(now)},
        )


def due(db: Database, now: datetime, limit: int, *, busy: Iterable[str] = ()) -> list[DueMessage]:
    """The messages to send: the oldest of each channel that is not `busy`, so that none delays another."""
    rows = db.query(
        "SELECT min(messages.id) AS id, channels.name FROM messages JOIN channels ON channels.id = messages.channel_id"
        " WHERE messages.state IN ('held', 'pending', 'retry') AND messages.next_try <= :now"
        " AND channels.name NOT IN (SELECT value FROM json_each(:busy))"
        " GROUP BY messages.channel_id ORDER BY id LIMIT :limit",
        {"now": stamp(now), "busy": json.dumps(list(busy)), "limit": limit},
    )
    return [DueMessage(row["id"], row["name"]) for row in rows]


def claim(db: Database, message_id: int, now: datetime) -> Message | None:
    """Take a message for sending, before anything is sent; None when it is no longer due."""
    claimed = db.execute(
        "UPDATE messages SET state = 'sending', attempts = attempts + 1, first_try = coalesce(first_try, :now)"
        " WHERE id = :id AND state IN ('held', 'pending', 'retry')",
        {"id": message_id, "now": stamp(now)},
    )
    if not claimed.rowcount:
        return None
    db.execute("INSERT INTO attempts (message_id, started) VALUES (?, ?)", [message_id, stamp(now)])
    row = next(
        db.query(
            "SELECT messages.*, channels.name FROM messages JOIN channels ON channels.id = messages.channel_id"
            " WHERE messages.id = ?",
            [message_id],
        )
    )
    ids = db.query("SELECT alert_id FROM deliveries WHERE message_id = ? ORDER BY alert_id", [message_id])
    return Message(
        id=message_id,
        channel=row["name"],
        alerts=tuple(_load(db, item["alert_id"]) for item in list(ids)),
        attempts=row["attempts"],
        first_try=moment(row["first_try"]),
        possible_repeat=bool(row["possible_repeat"]),
        kind=MessageKind(row["kind"]),
        body=row["body"],
    )


def record_sent(db: Database, message_id: int, now: datetime) -> None:
    """The channel accepted the message."""
    _finish(db, message_id, "", now)
    db.execute(
        "UPDATE messages SET state = 'sent', sent = ?, last_error = '' WHERE id = ? AND state = 'sending'",
        [stamp(now), message_id],
    )


def record_not_sent(
    db: Database, message_id: int, error: str, now: datetime, *, next_try: datetime | None, uncertain: bool = False
) -> None:
    """The channel did not take the message: it is tried again at `next_try`, or dead when that is None.

    It is dead, too, when its channel has gone meanwhile. `uncertain`: it may have arrived, which the next attempt says.
    """
    _finish(db, message_id, error, now)
    db.execute(
        "UPDATE messages SET last_error = :error, next_try = coalesce(:next, next_try),"
        " state = CASE WHEN :next IS NOT NULL AND channel_id IN (SELECT id FROM channels WHERE active) THEN 'retry'"
        "  ELSE 'dead' END,"
        " possible_repeat = possible_repeat OR :uncertain"
        " WHERE id = :id AND state = 'sending'",
        {
            "error": error,
            "next": stamp(next_try) if next_try else None,
            "uncertain": uncertain,
            "id": message_id,
        },
    )


def recover(db: Database, now: datetime) -> int:
    """At start: what a crash left in `sending` may have arrived; send it once more and say so. Returns how many."""
    db.execute(
        "UPDATE attempts SET finished = :now, error = 'interrupted: whether it arrived is not known'"
        " WHERE finished IS NULL AND message_id IN (SELECT id FROM messages WHERE state = 'sending')",
        {"now": stamp(now)},
    )
    cursor = db.execute(
        "UPDATE messages SET state = 'retry', next_try = :now, possible_repeat = 1,"
        " last_error = 'interrupted: whether it arrived is not known' WHERE state = 'sending'",
        {"now": stamp(now)},
    )
    return cursor.rowcount


def clamp(db: Database, latest: datetime) -> None:
    """Bring back attempts that a clock which was set back has put out of reach; what is held has a time of its own."""
    db.execute(
        "UPDATE messages SET next_try = :latest WHERE state IN ('pending', 'retry') AND next_try > :latest",
        {"latest": stamp(latest)},
    )


def waiting(db: Database) -> int:
    """How many messages are still to be sent."""
    (number,) = db.execute(
        "SELECT count(*) FROM messages WHERE state IN ('held', 'pending', 'sending', 'retry')"
    ).fetchone()
    return int(number)


def status(db: Database, *, since: datetime | None = None, limit: int | None = None) -> list[AlertStatus]:
    """Alerts with their deliveries, oldest first: all, those since a time, or the newest `limit`."""
    rows = db.query(
        "SELECT alerts.id, alerts.story_id, matches.article_id FROM alerts JOIN matches ON matches.id = alerts.match_id"
        " WHERE alerts.created >= :since ORDER BY alerts.created DESC, alerts.id DESC LIMIT :limit",
        {"since": stamp(since) if since else "", "limit": -1 if limit is None else limit},
    )
    return [
        AlertStatus(_load(db, row["id"]), row["story_id"], row["article_id"], _deliveries(db, row["id"]))
        for row in reversed(list(rows))
    ]


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
        )
        for row in rows
    )


def _load(db: Database, alert_id: str) -> Alert:
    row = next(
        db.query(
            "SELECT alerts.id, alerts.created, rule_revisions.definition, revisions.title, revisions.published,"
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
    watch = Watch.model_validate_json(row["definition"])
    return Alert(
        id=row["id"],
        watch=watch.name,
        priority=Priority(watch.priority),
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
    )


def _finish(db: Database, message_id: int, error: str, now: datetime) -> None:
    db.execute(
        "UPDATE attempts SET finished = ?, error = ? WHERE message_id = ? AND finished IS NULL",
        [stamp(now), error, message_id],
    )
