"""Dead letters that nobody was told of, and channels that are down."""

import json
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database, moment, stamp
from monitor.store.outbox import DROPPED


@dataclass(frozen=True, slots=True)
class Dead:
    """Dead letters of a channel: which, and the error of the first. `instead` are the channels that got them.

    `down`: the channel is down; `gone`: it is no longer in the configuration.
    """

    channel: str
    messages: tuple[int, ...]
    error: str
    instead: tuple[str, ...]
    down: bool
    gone: bool


def settle(db: Database) -> None:
    """That a channel is down was told, and another one has what it did not take since: nobody need be told of each."""
    db.execute(
        "UPDATE messages SET told = created WHERE state = 'dead' AND told IS NULL"
        " AND id IN (SELECT dead_id FROM fallbacks)"
        " AND channel_id IN (SELECT id FROM channels WHERE told_down IS NOT NULL)"
    )


def untold(db: Database) -> list[Dead]:
    """Dead letters that nobody was told of, by channel. Notices are none: to tell of them would go on for ever."""
    rows = db.query(
        "SELECT messages.id, channels.name, channels.down_since, channels.active, messages.last_error,"
        " (SELECT others.name FROM fallbacks JOIN messages AS copy ON copy.id = fallbacks.message_id"
        "  JOIN channels AS others ON others.id = copy.channel_id WHERE dead_id = messages.id) AS instead"
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
            gone=not found[0]["active"],
        )
        for name, found in grouped.items()
    ]


def recovered(db: Database) -> list[tuple[str, int]]:
    """Channels that were told to be down and are not any more, with how many of their messages nobody got."""
    rows = db.execute(
        "SELECT name, (SELECT count(*) FROM messages WHERE channel_id = channels.id AND state = 'dead' AND reason != ?"
        "  AND id NOT IN (SELECT dead_id FROM fallbacks))"
        " FROM channels WHERE told_down IS NOT NULL AND down_since IS NULL AND active ORDER BY name",
        [DROPPED],
    )
    return [(name, dead) for name, dead in rows.fetchall()]


def refusing(db: Database) -> set[str]:
    """The channels whose last attempt was a dead letter, or that are down."""
    return {name for (name,) in db.execute("SELECT name FROM channels WHERE deaths > 0").fetchall()}


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
