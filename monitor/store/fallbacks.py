"""What a channel did not take, given to another: each dead message points to the one that has what it carried."""

from datetime import datetime

from monitor.model import MessageKind, Route
from monitor.store import alerts
from monitor.store.database import Database, stamp


def fall_back(db: Database, message_id: int, channel: str, route: Route, now: datetime) -> bool:
    """Give another channel what a dead message carries, but for the alerts that it had before; false if it had all.

    A notice never goes back to a channel that did not take it.
    """
    target = db.execute("SELECT id FROM channels WHERE name = ? AND active", [channel]).fetchone()
    row = next(db.query("SELECT * FROM messages WHERE id = ?", [message_id]))
    if target is None or _came_from(db, message_id, target[0]):
        return False
    if row["kind"] == MessageKind.NOTICE:
        added = db.execute(
            "INSERT INTO messages (channel_id, kind, body, state, reason, created, next_try)"
            " VALUES (?, 'notice', ?, 'pending', ?, ?, ?)",
            [target[0], row["body"], route.reason, stamp(now), stamp(now)],
        ).lastrowid
    else:
        missing = db.execute(
            "SELECT alert_id FROM deliveries WHERE message_id = ? AND NOT EXISTS"
            " (SELECT 1 FROM deliveries AS had WHERE had.alert_id = deliveries.alert_id AND had.channel_id = ?)",
            [message_id, target[0]],
        ).fetchall()
        if not missing:
            return False
        added = alerts.message(db, target[0], route, now, kind=row["kind"])
        for (alert_id,) in missing:
            db.execute(
                "INSERT INTO deliveries (alert_id, channel_id, message_id) VALUES (?, ?, ?)",
                [alert_id, target[0], added],
            )
    db.execute("INSERT OR REPLACE INTO fallbacks (dead_id, message_id) VALUES (?, ?)", [message_id, added])
    return True


def has_all(db: Database, channel: str, message_id: int) -> bool:
    """Whether a channel was sent all alerts of a message, or they wait for it."""
    row = db.execute(
        "SELECT 1 FROM deliveries WHERE message_id = :id AND NOT EXISTS (SELECT 1 FROM deliveries AS had"
        "  JOIN channels ON channels.id = had.channel_id JOIN messages ON messages.id = had.message_id"
        "  WHERE had.alert_id = deliveries.alert_id AND channels.name = :channel AND messages.state != 'dead') LIMIT 1",
        {"id": message_id, "channel": channel},
    ).fetchone()
    return row is None


def _came_from(db: Database, message_id: int, channel_id: int) -> bool:
    """Whether a message stands for one that this channel, or a message before it in the row, did not take."""
    row = db.execute(
        "WITH RECURSIVE before (id) AS"
        " (SELECT :id UNION SELECT dead_id FROM fallbacks JOIN before ON fallbacks.message_id = before.id)"
        " SELECT 1 FROM messages JOIN before USING (id) WHERE channel_id = :channel",
        {"id": message_id, "channel": channel_id},
    ).fetchone()
    return bool(row)
