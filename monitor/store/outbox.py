"""The outbox as people look at it: messages and their attempts, channels, and dead letters sent again."""

import json
import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import MessageState
from monitor.store.database import Database, moment, stamp
from monitor.text import clean

# Why a message is dead that somebody let go of: it is not sent again with the others, and needs no one's attention.
DROPPED = "dropped by hand"

# The beginning of an alert's id stands for it from this length on.
BEGINNING = "[0-9a-f]{4,}"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to send a message; `finished` is None while it is under way, `error` "" where it was accepted."""

    started: datetime
    finished: datetime | None
    error: str


@dataclass(frozen=True, slots=True)
class MessageStatus:
    """A message to a channel: what it carries and how it stands. `attempts`: those the queue counts.

    `hold` is what it waits, or has waited, for (see model.Hold). `instead_of` are messages that their channels did
    not take, and `instead` is the one that its own fallback got. `title` and `article` are those of its first alert.
    """

    id: int
    channel: str
    kind: str
    state: MessageState
    reason: str
    created: datetime
    due: datetime
    sent: datetime | None
    attempts: int
    error: str
    possible_repeat: bool
    alerts: tuple[str, ...]
    watches: tuple[str, ...]
    title: str
    article: int | None
    history: tuple[Attempt, ...]
    hold: str = ""
    instead_of: tuple[int, ...] = ()
    instead: int | None = None


@dataclass(frozen=True, slots=True)
class ChannelStatus:
    """A channel and its queue. `active`: it is in the configuration that the daemon last took up.

    `held` are those of the `waiting` that have a time of their own. Nothing is sent to it before `rests_until`;
    `down_since`: its messages died in a row.
    """

    name: str
    kind: str
    active: bool
    last_sent: datetime | None
    waiting: int
    dead: int
    last_error: str
    failed: datetime | None
    held: int = 0
    rests_until: datetime | None = None
    down_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Retried:
    """What `retry` did: dead letters queued again by channel, and those that were left, as their channel is gone."""

    queued: dict[str, int]
    refused: dict[str, int]


def messages(
    db: Database,
    *,
    state: MessageState | None = None,
    channel: str = "",
    since: datetime | None = None,
    limit: int | None = None,
) -> list[MessageStatus]:
    """Messages, oldest first: all, or the newest `limit` of those asked for."""
    rows = db.execute(
        "SELECT messages.id FROM messages JOIN channels ON channels.id = messages.channel_id"
        " WHERE (:state = '' OR state = :state) AND (:channel = '' OR channels.name = :channel)"
        " AND created >= :since ORDER BY messages.id DESC LIMIT :limit",
        {
            "state": state or "",
            "channel": channel,
            "since": stamp(since) if since else "",
            "limit": -1 if limit is None else limit,
        },
    ).fetchall()
    return [message(db, message_id) for (message_id,) in reversed(rows)]


def newest(
    db: Database, limit: int, *, state: MessageState | None = None, channel: str = "", before: int | None = None
) -> list[MessageStatus]:
    """The newest messages, newest first: those with smaller numbers than `before`, or all."""
    narrowed = {
        "state = :state": state,
        "channel_id = (SELECT id FROM channels WHERE name = :channel)": channel,
        "id < :before": before,
    }
    # Only what is asked for stands in the query, so that the index that serves it is seen.
    wanted = " AND ".join(["TRUE", *(condition for condition, value in narrowed.items() if value)])
    rows = db.execute(
        f"SELECT id FROM messages WHERE {wanted} ORDER BY id DESC LIMIT :limit",  # noqa: S608
        {"state": state or "", "channel": channel, "before": before, "limit": limit},
    ).fetchall()
    return [message(db, message_id) for (message_id,) in rows]


def dead_letters(db: Database, limit: int) -> list[MessageStatus]:
    """The newest of the dead letters that want attention, newest first."""
    rows = db.execute(
        "SELECT id FROM messages WHERE state = 'dead' AND reason != ? ORDER BY id DESC LIMIT ?", [DROPPED, limit]
    ).fetchall()
    return [message(db, message_id) for (message_id,) in rows]


def tally(db: Database) -> dict[MessageState, int]:
    """How many messages are in each state; those without any are left out."""
    rows = db.execute("SELECT state, count(*) FROM messages GROUP BY state").fetchall()
    return {MessageState(state): count for state, count in rows}


def message(db: Database, message_id: int) -> MessageStatus:
    """A message that exists."""
    row = next(
        db.query(
            "SELECT messages.*, channels.name FROM messages JOIN channels ON channels.id = messages.channel_id"
            " WHERE messages.id = ?",
            [message_id],
        )
    )
    carried = list(
        db.query(
            "SELECT alerts.id, rules.name, revisions.title, matches.article_id FROM deliveries"
            " JOIN alerts ON alerts.id = alert_id JOIN rules ON rules.id = alerts.rule_id"
            " JOIN matches ON matches.id = alerts.match_id"
            " JOIN revisions ON revisions.id = matches.revision_id WHERE message_id = ? ORDER BY alerts.created, 1",
            [message_id],
        )
    )
    tried = db.query("SELECT * FROM attempts WHERE message_id = ? ORDER BY id", [message_id])
    return MessageStatus(
        id=message_id,
        channel=row["name"],
        kind=row["kind"],
        state=MessageState(row["state"]),
        reason=row["reason"],
        created=moment(row["created"]),
        due=moment(row["next_try"]),
        sent=moment(row["sent"]) if row["sent"] else None,
        attempts=row["attempts"],
        error=row["last_error"],
        possible_repeat=bool(row["possible_repeat"]),
        alerts=tuple(item["id"] for item in carried),
        watches=tuple(dict.fromkeys(item["name"] for item in carried)),
        title=carried[0]["title"] if carried else row["body"],
        article=carried[0]["article_id"] if carried else None,
        history=tuple(
            Attempt(moment(item["started"]), moment(item["finished"]) if item["finished"] else None, item["error"])
            for item in tried
        ),
        hold=row["hold"],
        instead_of=_numbers(db, "SELECT dead_id FROM fallbacks WHERE message_id = ? ORDER BY 1", message_id),
        instead=next(iter(_numbers(db, "SELECT message_id FROM fallbacks WHERE dead_id = ?", message_id)), None),
    )


def _numbers(db: Database, query: str, message_id: int) -> tuple[int, ...]:
    return tuple(number for (number,) in db.execute(query, [message_id]).fetchall())


def of_alert(db: Database, alert_id: str) -> tuple[MessageStatus, ...]:
    """The messages that carry an alert, one a channel."""
    rows = db.execute("SELECT message_id FROM deliveries WHERE alert_id = ? ORDER BY message_id", [alert_id])
    return tuple(message(db, message_id) for (message_id,) in rows.fetchall())


def find(db: Database, wanted: str) -> tuple[int, ...]:
    """The messages that `wanted` stands for: a message's number, or an alert's id or a beginning that no other has."""
    wanted = clean(wanted)
    if is_number(wanted) and db.execute("SELECT 1 FROM messages WHERE id = ?", [int(wanted)]).fetchone():
        return (int(wanted),)
    alert_ids = alerts_like(db, wanted)
    return tuple(found.id for found in of_alert(db, alert_ids[0])) if len(alert_ids) == 1 else ()


def alerts_like(db: Database, wanted: str) -> tuple[str, ...]:
    """The alert with this id, else those whose ids begin so."""
    rows = db.execute("SELECT id FROM alerts WHERE id = ?", [wanted]).fetchall()
    if not rows and re.fullmatch(BEGINNING, wanted):
        rows = db.execute("SELECT id FROM alerts WHERE id GLOB ? ORDER BY id", [f"{wanted}*"]).fetchall()
    return tuple(alert_id for (alert_id,) in rows)


def is_number(text: str) -> bool:
    """Whether it may be the number of a row: SQLite's have 64 bits."""
    return text.isascii() and text.isdecimal() and len(text) < 19


def channels(db: Database) -> list[ChannelStatus]:
    """Every channel that there ever was, by name."""
    rows = db.query(
        # By the failures, which are few, and not by what was sent.
        "WITH failures AS MATERIALIZED (SELECT channel_id, max(attempts.id) AS id FROM attempts"
        "  CROSS JOIN messages ON messages.id = message_id WHERE error != '' GROUP BY channel_id)"
        " SELECT channels.*, max(messages.sent) AS last_sent, coalesce(sum(messages.state = 'dead'), 0) AS dead,"
        " coalesce(sum(messages.state IN ('held', 'pending', 'sending', 'retry')), 0) AS waiting,"
        " coalesce(sum(messages.state = 'held'), 0) AS held,"
        " (SELECT id FROM failures WHERE channel_id = channels.id) AS failure"
        " FROM channels LEFT JOIN messages ON messages.channel_id = channels.id"
        " GROUP BY channels.id ORDER BY lower(channels.name)"
    )
    return [_channel(db, row) for row in list(rows)]


def is_channel(db: Database, name: str) -> bool:
    """Whether there ever was a channel of this name."""
    return db.execute("SELECT 1 FROM channels WHERE name = ?", [name]).fetchone() is not None


def _channel(db: Database, row: dict[str, object]) -> ChannelStatus:
    tried = db.execute("SELECT error, finished FROM attempts WHERE id = ?", [row["failure"]]).fetchone()
    error, failed = tried or ("", None)
    return ChannelStatus(
        name=str(row["name"]),
        kind=str(row["kind"]),
        active=bool(row["active"]),
        last_sent=moment(str(row["last_sent"])) if row["last_sent"] else None,
        waiting=int(str(row["waiting"])),
        dead=int(str(row["dead"])),
        last_error=error,
        failed=moment(failed) if failed else None,
        held=int(str(row["held"])),
        rests_until=moment(str(row["held_until"])) if row["held_until"] else None,
        down_since=moment(str(row["down_since"])) if row["down_since"] else None,
    )


def dead(db: Database) -> int:
    """How many dead letters want attention: those that nobody dropped."""
    (count,) = db.execute("SELECT count(*) FROM messages WHERE state = 'dead' AND reason != ?", [DROPPED]).fetchone()
    return int(count)


def retry(db: Database, configured: Collection[str], now: datetime, wanted: Iterable[int] | None = None) -> Retried:
    """Queue dead letters again, at once and with a day of attempts before them: those `wanted`, or all.

    Those of channels that are not `configured`, or that no daemon has taken up, stay dead: nobody could send them.
    So do those that were dropped by hand, unless they are `wanted`.
    """
    rows = db.query(
        "SELECT messages.id, channels.name, channels.active FROM messages"
        " JOIN channels ON channels.id = messages.channel_id WHERE messages.state = 'dead'"
        " AND ((:all AND messages.reason != :dropped) OR messages.id IN (SELECT value FROM json_each(:wanted)))"
        " ORDER BY messages.id",
        {"all": wanted is None, "wanted": json.dumps(list(wanted or ())), "dropped": DROPPED},
    )
    queued: dict[str, int] = {}
    refused: dict[str, int] = {}
    for row in list(rows):
        able = bool(row["active"]) and row["name"] in configured
        done = queued if able else refused
        done[row["name"]] = done.get(row["name"], 0) + 1
        if able:
            db.execute(
                "UPDATE messages SET state = 'pending', reason = 'sent again by hand', next_try = ?, attempts = 0,"
                " first_try = NULL, told = NULL WHERE id = ? AND state = 'dead'",
                [stamp(now), row["id"]],
            )
    for name in queued:
        wake(db, name)
    return Retried(queued, refused)


def wake(db: Database, channel: str) -> None:
    """A channel rests no longer: somebody has seen to it."""
    db.execute("UPDATE channels SET held_until = NULL WHERE name = ?", [channel])


def drop(db: Database, wanted: Iterable[int]) -> int:
    """Let go of messages that are not sent: they are dead, their fallback does not get them, and nobody is told.

    What is being sent just now may arrive all the same. Returns how many were dropped.
    """
    done = db.execute(
        "UPDATE messages SET state = 'dead', reason = ?, told = created"
        " WHERE state IN ('held', 'pending', 'retry', 'dead') AND id IN (SELECT value FROM json_each(?))",
        [DROPPED, json.dumps(list(wanted))],
    )
    return int(done.rowcount)
