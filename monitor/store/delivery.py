"""The outbox that a daemon empties: messages that are due, attempts to send them, and the channels' state.

held ─due→ pending ─claim→ sending ─accepted→ sent
              ↑               ├─not taken→ retry ─claim→ sending
              └─ a crash ─────┘            └─refused, or a day old→ dead ─→ its fallback

A channel that fails rests, as a whole and longer each time in a row. One whose messages die in a row is down: then one
message at a time is tried, now and then, and the others wait, or go to its fallback at once.
"""

import json
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import schedule
from monitor.decide import Traffic
from monitor.model import Hold, Message, MessageKind, Route
from monitor.store import alerts
from monitor.store.database import Database, moment, stamp

# What a crash leaves half sent is sent again so often: a message that ends the daemon each time must come to an end.
INTERRUPTED_MOST = 5

UTC = ZoneInfo("UTC")

_INTERRUPTED = "interrupted: whether it arrived is not known"


@dataclass(frozen=True, slots=True)
class DueMessage:
    """A message whose time has come."""

    id: int
    channel: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Dead letters of a channel that nobody was told of: how many, and the first with its error.

    `instead` are the channels that got them in its place. `down`: the channel is down.
    """

    channel: str
    messages: tuple[int, ...]
    error: str
    instead: tuple[str, ...]
    down: bool


def due(
    db: Database, now: datetime, limit: int, *, busy: Iterable[str] = (), diverting: Iterable[str] = ()
) -> list[DueMessage]:
    """The messages to send: the oldest of each channel that is not `busy`, so that none delays another.

    A channel that rests has none, unless it is down and one of the `diverting`: those have a fallback.
    """
    rows = db.query(
        "SELECT min(messages.id) AS id, channels.name FROM messages JOIN channels ON channels.id = messages.channel_id"
        " WHERE messages.state IN ('held', 'pending', 'retry') AND messages.next_try <= :now"
        " AND channels.name NOT IN (SELECT value FROM json_each(:busy))"
        " AND (channels.held_until IS NULL OR channels.held_until <= :now OR (channels.down_since IS NOT NULL"
        "  AND messages.kind != 'notice' AND channels.name IN (SELECT value FROM json_each(:diverting))))"
        " GROUP BY messages.channel_id ORDER BY id LIMIT :limit",
        {"now": stamp(now), "busy": json.dumps(list(busy)), "diverting": json.dumps(list(diverting)), "limit": limit},
    )
    return [DueMessage(row["id"], row["name"]) for row in rows]


def claim(db: Database, message_id: int, now: datetime, zone: ZoneInfo = UTC) -> Message | None:
    """Take a message for sending, before anything is sent; None when it is no longer due. Days are the zone's."""
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
    carried = db.execute("SELECT alert_id FROM deliveries WHERE message_id = ? ORDER BY alert_id", [message_id])
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


def is_down(db: Database, channel: str, now: datetime) -> bool:
    """Whether a channel is down, and not to be tried yet."""
    row = db.execute(
        "SELECT 1 FROM channels WHERE name = ? AND down_since IS NOT NULL AND held_until > ?", [channel, stamp(now)]
    ).fetchone()
    return bool(row)


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


def divert(db: Database, message_id: int, now: datetime) -> None:
    """The channel is down, and its fallback gets the message at once: it is dead without having been tried."""
    error = "not tried, as the channel is down"
    _finish(db, message_id, error, now)
    db.execute("UPDATE messages SET state = 'dead', last_error = ? WHERE id = ?", [error, message_id])


def fall_back(db: Database, message_id: int, channel: str, route: Route, now: datetime) -> bool:
    """Give another channel what a dead message carries, but for the alerts that it has already; false if it has all.

    It has what was sent to it, or waits for it, and what has fallen back to where it came from.
    """
    target = db.execute("SELECT id FROM channels WHERE name = ? AND active", [channel]).fetchone()
    row = next(db.query("SELECT * FROM messages WHERE id = ?", [message_id]))
    carried = db.execute(
        "SELECT alert_id FROM deliveries WHERE message_id = ? AND alert_id NOT IN"
        " (SELECT alert_id FROM deliveries WHERE channel_id = ?)",
        [message_id, target[0] if target else None],
    ).fetchall()
    notice = row["kind"] == MessageKind.NOTICE
    if not target or (not carried and not notice) or _came_from(db, message_id, target[0]):
        return False
    added = db.execute(
        "INSERT INTO messages (channel_id, kind, body, state, reason, created, next_try, possible_repeat, instead_of)"
        " VALUES (?, ?, ?, 'pending', ?, ?, ?, 0, ?)",
        [target[0], row["kind"], row["body"], route.reason, stamp(now), stamp(route.due), message_id],
    )
    for (alert_id,) in carried:
        db.execute(
            "INSERT INTO deliveries (alert_id, channel_id, message_id) VALUES (?, ?, ?)",
            [alert_id, target[0], added.lastrowid],
        )
    return True


def _came_from(db: Database, message_id: int, channel_id: int) -> bool:
    """Whether a message stands for one that this channel, or a message before it in the row, did not take."""
    row = db.execute(
        "WITH RECURSIVE before (id) AS (SELECT :id UNION SELECT instead_of FROM messages JOIN before USING (id))"
        " SELECT 1 FROM messages JOIN before USING (id) WHERE channel_id = :channel",
        {"id": message_id, "channel": channel_id},
    ).fetchone()
    return bool(row)


def traffic(db: Database, channel: str, now: datetime) -> Traffic:
    """What a channel had of late, and what is held for it."""
    rows = db.query(
        "SELECT coalesce(first_try, next_try) AS at, hold, messages.state FROM messages"
        " JOIN channels ON channels.id = channel_id WHERE channels.name = :channel AND messages.kind != 'notice'"
        " AND messages.state != 'dead' AND coalesce(first_try, next_try) > :since ORDER BY 1",
        {"channel": channel, "since": stamp(now - schedule.HOUR)},
    )
    listed = list(rows)
    return Traffic(
        lately=tuple(moment(row["at"]) for row in listed),
        held={moment(row["at"]): Hold(row["hold"]) for row in listed if row["state"] == "held"},
    )


def release(db: Database, hold: Hold, now: datetime) -> None:
    """What waits for this waits no longer."""
    db.execute("UPDATE messages SET next_try = ? WHERE state = 'held' AND hold = ?", [stamp(now), hold])


def recover(db: Database, now: datetime) -> int:
    """At start: what a crash left in `sending` may have arrived; send it once more and say so. Returns how many."""
    db.execute(
        "UPDATE attempts SET finished = :now, error = :error"
        " WHERE finished IS NULL AND message_id IN (SELECT id FROM messages WHERE state = 'sending')",
        {"now": stamp(now), "error": _INTERRUPTED},
    )
    cursor = db.execute(
        "UPDATE messages SET next_try = :now, possible_repeat = 1, last_error = :error, state = CASE WHEN :most >"
        "  (SELECT count(*) FROM attempts WHERE message_id = messages.id AND attempts.error = :error)"
        "  THEN 'retry' ELSE 'dead' END WHERE state = 'sending'",
        {"now": stamp(now), "error": _INTERRUPTED, "most": INTERRUPTED_MOST},
    )
    return cursor.rowcount


def clamp(db: Database, latest: datetime) -> None:
    """Bring back attempts that a clock which was set back has put out of reach; what is held has a time of its own."""
    db.execute(
        "UPDATE messages SET next_try = :latest WHERE state IN ('pending', 'retry') AND next_try > :latest",
        {"latest": stamp(latest)},
    )
    db.execute("UPDATE channels SET held_until = :latest WHERE held_until > :latest", {"latest": stamp(latest)})


def waiting(db: Database) -> int:
    """How many messages are still to be sent, but for those that are held for a time of their own."""
    (number,) = db.execute("SELECT count(*) FROM messages WHERE state IN ('pending', 'sending', 'retry')").fetchone()
    return int(number)


def untold(db: Database) -> list[Dead]:
    """Dead letters that nobody was told of, by channel. Notices are none: to tell of them would go on for ever."""
    rows = db.query(
        "SELECT messages.id, channels.name, channels.down_since, messages.last_error,"
        " (SELECT others.name FROM messages AS copy JOIN channels AS others ON others.id = copy.channel_id"
        "  WHERE copy.instead_of = messages.id) AS instead"
        " FROM messages JOIN channels ON channels.id = messages.channel_id"
        " WHERE messages.state = 'dead' AND told IS NULL AND messages.kind != 'notice' ORDER BY messages.id"
    )
    grouped: dict[str, list[dict[str, object]]] = {}
    for row in rows:
        grouped.setdefault(str(row["name"]), []).append(row)
    return [
        Dead(
            channel=name,
            messages=tuple(int(str(row["id"])) for row in found),
            error=str(found[0]["last_error"]),
            instead=tuple(dict.fromkeys(str(row["instead"]) for row in found if row["instead"])),
            down=found[0]["down_since"] is not None,
        )
        for name, found in grouped.items()
    ]


def recovered(db: Database) -> list[tuple[str, int]]:
    """Channels that were told to be down and are not any more, with how many of their messages are dead."""
    rows = db.execute(
        "SELECT name, (SELECT count(*) FROM messages WHERE channel_id = channels.id AND state = 'dead')"
        " FROM channels WHERE told_down IS NOT NULL AND down_since IS NULL AND active ORDER BY name"
    )
    return [(name, dead) for name, dead in rows.fetchall()]


def last_told(db: Database) -> datetime | None:
    """When a dead letter was last told of."""
    (last,) = db.execute("SELECT max(told) FROM messages WHERE told IS NOT NULL").fetchone()
    return moment(last) if last else None


def mark_told(db: Database, messages: Collection[int], now: datetime) -> None:
    """That these are dead was told, and which channels are down, or are no longer."""
    db.execute(
        "UPDATE messages SET told = ? WHERE id IN (SELECT value FROM json_each(?))",
        [stamp(now), json.dumps(list(messages))],
    )
    db.execute("UPDATE channels SET told_down = CASE WHEN down_since IS NOT NULL THEN ? END", [stamp(now)])


def _finish(db: Database, message_id: int, error: str, now: datetime) -> None:
    db.execute(
        "UPDATE attempts SET finished = ?, error = ? WHERE message_id = ? AND finished IS NULL",
        [stamp(now), error, message_id],
    )
