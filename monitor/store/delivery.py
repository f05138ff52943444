"""The outbox that a daemon empties: messages that are due, attempts to send them, and the channels' state.

held ─due→ pending ─claim→ sending ─accepted→ sent
              ↑               ├─not taken→ retry ─claim→ sending
              └─ a crash ─────┘            └─refused, or a day old→ dead ─→ its fallback

A channel that fails rests, as a whole and longer each time in a row. One whose messages die in a row is down: then one
message at a time is tried, now and then, and the others wait, or go to its fallback at once.
"""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import schedule
from monitor.decide import Traffic
from monitor.model import Hold, Message, MessageKind, Route
from monitor.store import alerts
from monitor.store.database import Database, moment, stamp

UTC = ZoneInfo("UTC")

_INTERRUPTED = "interrupted: whether it arrived is not known"


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message whose time has come."""

    id: int
    channel: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A message that is due: `since` when, and of its channel, `down_until` when it is not tried.

    `interrupted`: its last attempt was, by the end of the daemon.
    """

    channel: str
    kind: MessageKind
    held: bool
    since: datetime
    down_until: datetime | None
    attempts: int
    interrupted: bool


def due(
    db: Database, now: datetime, limit: int, *, busy: Iterable[str] = (), diverting: Iterable[str] = ()
) -> list[DueMessage]:
    """The messages to send: the oldest of each channel that is not `busy`, so that none delays another.

    A channel that rests has none, unless it is down and one of the `diverting`: those have a fallback.
    """
    rows = db.query(
        "SELECT * FROM (SELECT channels.name, (SELECT id FROM messages WHERE channel_id = channels.id"
        "   AND state IN ('held', 'pending', 'retry') AND next_try <= :now AND (NOT diverted OR kind != 'notice')"
        "   ORDER BY id LIMIT 1) AS id"
        "  FROM (SELECT *, coalesce(held_until > :now, 0) AS diverted FROM channels) AS channels"
        "  WHERE name NOT IN (SELECT value FROM json_each(:busy)) AND (NOT diverted"
        "   OR (down_since IS NOT NULL AND name IN (SELECT value FROM json_each(:diverting)))))"
        " WHERE id IS NOT NULL ORDER BY id LIMIT :limit",
        {"now": stamp(now), "busy": json.dumps(list(busy)), "diverting": json.dumps(list(diverting)), "limit": limit},
    )
    return [DueMessage(row["id"], row["name"]) for row in rows]


def standing(db: Database, message_id: int, now: datetime) -> Standing | None:
    """How a message stands before it is taken; None when it is no longer due."""
    rows = db.query(
        "SELECT messages.*, channels.name, CASE WHEN down_since IS NOT NULL AND held_until > :now THEN held_until END"
        " AS down_until FROM messages JOIN channels ON channels.id = channel_id"
        " WHERE messages.id = :id AND messages.state IN ('held', 'pending', 'retry')",
        {"id": message_id, "now": stamp(now)},
    )
    row = next(rows, None)
    if row is None:
        return None
    return Standing(
        channel=row["name"],
        kind=MessageKind(row["kind"]),
        held=row["state"] == "held",
        since=moment(row["first_try"] or row["next_try"]),
        down_until=moment(row["down_until"]) if row["down_until"] else None,
        attempts=row["attempts"],
        interrupted=row["last_error"] == _INTERRUPTED,
    )


def claim(db: Database, message_id: int, now: datetime, zone: ZoneInfo = UTC) -> Message | None:
    """Take a message for sending, before anything is sent; None when it is no longer due. Days are the zone's."""
    if not _begin(db, message_id, now):
        return None
    row = next(
        db.query(
            "SELECT messages.*, channels.name FROM messages JOIN channels ON channels.id = messages.channel_id"
            " WHERE messages.id = ?",
            [message_id],
        )
    )
    carried = db.execute(
        "SELECT alert_id FROM deliveries JOIN alerts ON alerts.id = alert_id WHERE message_id = ?"
        " ORDER BY alerts.created, alert_id",
        [message_id],
    )
    kind = MessageKind(row["kind"])
    told = tuple(alerts.load(db, alert_id) for (alert_id,) in carried.fetchall())
    return Message(
        id=message_id,
        channel=row["name"],
        alerts=told,
        attempts=row["attempts"],
        first_try=moment(row["first_try"]),
        possible_repeat=bool(row["possible_repeat"]),
        kind=kind,
        body=row["body"],
        hold=Hold(row["hold"]) if row["hold"] else None,
        reason=row["reason"],
        mentions=alerts.mentions(db, [alert.watch for alert in told], zone, now) if kind is MessageKind.DIGEST else (),
    )


def record_sent(db: Database, message_id: int, now: datetime) -> None:
    """The channel accepted the message, so it is well."""
    _finish(db, message_id, "", now)
    db.execute(
        "UPDATE messages SET state = 'sent', sent = ?, last_error = '' WHERE id = ? AND state = 'sending'",
        [stamp(now), message_id],
    )
    db.execute(
        "UPDATE channels SET failures = 0, deaths = 0, held_until = NULL, down_since = NULL"
        " WHERE id = (SELECT channel_id FROM messages WHERE id = ?) AND failures + deaths > 0",
        [message_id],
    )


def record_not_sent(
    db: Database,
    message_id: int,
    error: str,
    now: datetime,
    *,
    next_try: datetime | None,
    uncertain: bool = False,
    retry_after: timedelta | None = None,
) -> bool:
    """The channel did not take the message: it is tried again at `next_try`, or dead when that is None.

    It is dead, too, when its channel has gone meanwhile. `uncertain`: it may have arrived, which the next attempt says.
    The channel rests. Returns whether the message is dead.
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
    row = next(
        db.query(
            "SELECT channels.*, messages.state FROM messages JOIN channels ON channels.id = channel_id"
            " WHERE messages.id = ?",
            [message_id],
        )
    )
    dead = row["state"] == "dead"
    failures, deaths = row["failures"] + 1, row["deaths"] + dead
    db.execute(
        "UPDATE channels SET failures = :failures, deaths = :deaths, held_until = :until,"
        " down_since = CASE WHEN :deaths >= :many THEN coalesce(down_since, :now) END WHERE id = :id",
        {
            "failures": failures,
            "deaths": deaths,
            "until": stamp(now + schedule.channel_rest(failures, deaths, dead=dead, retry_after=retry_after)),
            "many": schedule.DOWN_AFTER,
            "now": stamp(now),
            "id": row["id"],
        },
    )
    return bool(dead)


def give_up(db: Database, message_id: int, error: str, now: datetime) -> None:
    """Attempts of this message end the daemon, or it cannot even be taken: it is dead."""
    _finish(db, message_id, error, now)
    db.execute("UPDATE messages SET state = 'dead', last_error = ? WHERE id = ?", [error, message_id])


def divert(db: Database, message_id: int, now: datetime) -> None:
    """The channel is down and was told to be, and its fallback has the message: it is dead, and was not tried."""
    give_up(db, message_id, "not tried, as the channel is down", now)
    db.execute("UPDATE messages SET told = created WHERE id = ?", [message_id])


def postpone(db: Database, message_id: int, until: datetime) -> None:
    """A message waits until then."""
    db.execute("UPDATE messages SET next_try = ? WHERE id = ?", [stamp(until), message_id])


def hold(db: Database, message_id: int, route: Route) -> None:
    """A message waits for what the route says, with what else waits for it then. "" leaves its reason."""
    row = next(db.query("SELECT * FROM messages WHERE id = ?", [message_id]))
    other = db.execute(
        "SELECT id FROM messages WHERE channel_id = ? AND hold = ? AND next_try = ? AND state = 'held' AND id != ?",
        [row["channel_id"], route.hold, stamp(route.due), message_id],
    ).fetchone()
    if other:
        db.execute("UPDATE deliveries SET message_id = ? WHERE message_id = ?", [other[0], message_id])
        db.execute("UPDATE fallbacks SET message_id = ? WHERE message_id = ?", [other[0], message_id])
        db.execute(
            "UPDATE messages SET possible_repeat = possible_repeat OR ? WHERE id = ?",
            [row["possible_repeat"], other[0]],
        )
        db.execute("DELETE FROM messages WHERE id = ?", [message_id])
        return
    db.execute(
        "UPDATE messages SET state = 'held', kind = 'digest', hold = ?, next_try = ?,"
        " reason = coalesce(nullif(?, ''), reason) WHERE id = ?",
        [route.hold, stamp(route.due), route.reason, message_id],
    )


def held(db: Database) -> list[tuple[int, str, Hold, datetime]]:
    """What is held: its number, its channel, what it waits for, and until when."""
    rows = db.execute(
        "SELECT messages.id, name, hold, next_try FROM messages JOIN channels ON channels.id = channel_id"
        " WHERE state = 'held'"
    )
    return [(number, name, Hold(hold), moment(due)) for number, name, hold, due in rows.fetchall()]


def carries_alerts(db: Database, message_id: int) -> bool:
    """Whether a message is about news, and not a notice."""
    return bool(db.execute("SELECT 1 FROM deliveries WHERE message_id = ? LIMIT 1", [message_id]).fetchone())


def is_urgent(db: Database, message_id: int) -> bool:
    """Whether an alert of a message is urgent, or it is a notice."""
    row = db.execute(
        "SELECT max(json_extract(definition, '$.priority') = 'urgent') FROM deliveries"
        " JOIN alerts ON alerts.id = alert_id JOIN matches ON matches.id = match_id"
        " JOIN rule_revisions ON rule_revisions.id = rule_revision_id WHERE message_id = ?",
        [message_id],
    ).fetchone()
    return row[0] is None or bool(row[0])


def traffic(db: Database, channel: str, now: datetime, *, counted: bool = True, besides: int = 0) -> Traffic:
    """What a channel had of late, if that is `counted`, and what is held for it, `besides` one message."""
    held = db.execute(
        "SELECT next_try, hold FROM messages JOIN channels ON channels.id = channel_id"
        " WHERE channels.name = ? AND messages.state = 'held' AND messages.id != ?",
        [channel, besides],
    ).fetchall()
    lately = []
    if counted:
        lately = db.execute(
            "SELECT coalesce(sent, first_try, next_try) FROM messages"
            " WHERE channel_id = (SELECT id FROM channels WHERE name = :channel) AND kind != 'notice'"
            " AND state NOT IN ('dead', 'held') AND coalesce(sent, first_try, next_try) > :since AND id != :besides"
            " ORDER BY 1",
            {"channel": channel, "since": stamp(now - schedule.HOUR), "besides": besides},
        ).fetchall()
    return Traffic(
        lately=tuple(moment(at) for (at,) in lately),
        held={moment(at): Hold(hold) for at, hold in held},
    )


def release(db: Database, hold: Hold, now: datetime) -> None:
    """What waits for this waits no longer."""
    db.execute(
        "UPDATE messages SET state = 'pending', next_try = :now WHERE state = 'held' AND hold = :hold",
        {"now": stamp(now), "hold": hold},
    )


def recover(db: Database, now: datetime) -> int:
    """At start: what a crash left in `sending` may have arrived; send it once more and say so. Returns how many."""
    db.execute(
        "UPDATE attempts SET finished = :now, error = :error"
        " WHERE finished IS NULL AND message_id IN (SELECT id FROM messages WHERE state = 'sending')",
        {"now": stamp(now), "error": _INTERRUPTED},
    )
    cursor = db.execute(
        "UPDATE messages SET state = 'retry', next_try = :now, possible_repeat = 1, last_error = :error"
        " WHERE state = 'sending'",
        {"now": stamp(now), "error": _INTERRUPTED},
    )
    # One that seems to end the daemon lets others go first, longer each time.
    rows = db.execute(
        "SELECT messages.id, count(*) FROM messages JOIN attempts ON message_id = messages.id"
        " WHERE state = 'retry' AND last_error = :error AND error = :error GROUP BY messages.id",
        {"error": _INTERRUPTED},
    )
    for message_id, times in rows.fetchall():
        postpone(db, message_id, now + schedule.after_interruptions(times))
    return cursor.rowcount


def clamp(db: Database, now: datetime, latest: datetime) -> None:
    """Bring back what a clock which was set back has put out of reach; `Router.revise` does so for what is held."""
    db.execute("UPDATE messages SET next_try = :now WHERE state = 'pending' AND next_try > :now", {"now": stamp(now)})
    late = {"latest": stamp(latest)}
    db.execute("UPDATE messages SET next_try = :latest WHERE state = 'retry' AND next_try > :latest", late)
    db.execute("UPDATE channels SET held_until = :latest WHERE held_until > :latest", late)


def fail_claim(db: Database, message_id: int, error: str, now: datetime) -> None:
    """A message cannot even be read: that counts as an attempt, and it is dead."""
    _begin(db, message_id, now)
    give_up(db, message_id, error, now)


def waiting(db: Database) -> int:
    """How many messages are still to be sent, but for those that are held for a time of their own."""
    (number,) = db.execute("SELECT count(*) FROM messages WHERE state IN ('pending', 'sending', 'retry')").fetchone()
    return int(number)


def _begin(db: Database, message_id: int, now: datetime) -> bool:
    """Note an attempt before it is made; false when the message is no longer due."""
    claimed = db.execute(
        "UPDATE messages SET state = 'sending', attempts = attempts + 1, first_try = coalesce(first_try, :now)"
        " WHERE id = :id AND state IN ('held', 'pending', 'retry')",
        {"id": message_id, "now": stamp(now)},
    )
    if claimed.rowcount:
        db.execute("INSERT INTO attempts (message_id, started) VALUES (?, ?)", [message_id, stamp(now)])
    return claimed.rowcount > 0


def _finish(db: Database, message_id: int, error: str, now: datetime) -> None:
    db.execute(
        "UPDATE attempts SET finished = ?, error = ? WHERE message_id = ? AND finished IS NULL",
        [stamp(now), error, message_id],
    )
