"""Feeds: which are due, which hosts are held, and how each is doing."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.model import Hints, Validators
from monitor.schedule import PER_HOST
from monitor.store.database import Database, moment, stamp


@dataclass(frozen=True, slots=True)
class PollState:
    """What the next poll of a feed starts from. `url` is as written; `moved_to` is "" while it is still there.

    `hints` are those of its last document; `epoch` changes when the feed is begun anew.
    """

    id: int
    url: str
    moved_to: str
    validators: Validators
    failures: int
    hints: Hints
    epoch: int


@dataclass(frozen=True, slots=True)
class Ailment:
    """Something that is wrong with a feed, in words, and since when."""

    kind: str
    detail: str
    since: datetime


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed as `monitor feeds` shows it. `state` is "new", "ok", "failing", "held" or "gone".

    A feed that is gone has no next poll.
    """

    id: int
    url: str
    name: str
    state: str
    last_ok: datetime | None
    last_new: datetime | None
    next_poll: datetime | None
    next_reason: str
    failures: int
    error: str
    entries: int
    ailments: tuple[Ailment, ...] = ()

    @property
    def wrong(self) -> str:
        """What is wrong with it in words: the last error, else its ailments; "" for nothing."""
        return self.error or "; ".join(ailment.detail for ailment in self.ailments)


def due(
    db: Database,
    now: datetime,
    limit: int,
    *,
    in_hand: Iterable[int] = (),
    done: Iterable[int] = (),
    anyway: bool = False,
) -> list[PollState]:
    """Feeds to poll, most overdue first, without those `in_hand` or `done`. A held host has none.

    At most `PER_HOST` of one host are in hand, so that a host that hangs leaves room for the others. `anyway` takes
    those too whose time has not come.
    """
    until = "9" if anyway else stamp(now)
    found: list[PollState] = []
    # Of hosts with many feeds, none may crowd the others out of those that are looked at.
    while len(found) < limit:
        taken = [*in_hand, *(state.id for state in found)]
        more = _due(db, stamp(now), until, limit - len(found), taken, [*done, *taken])
        if not more:
            break
        found += more
    return found


def _due(db: Database, now: str, until: str, limit: int, in_hand: list[int], skipped: list[int]) -> list[PollState]:
    rows = db.query(
        "WITH busy AS (SELECT asked_host AS host, count(*) AS count FROM feeds"
        "   WHERE id IN (SELECT value FROM json_each(:in_hand)) AND asked_host != '' GROUP BY asked_host),"
        # Narrow, by the index, and no more than may be taken: there may be thousands.
        " late AS (SELECT id, asked_host, next_poll FROM feeds"
        "   WHERE active = 1 AND next_poll <= :until AND gone IS NULL"
        "   AND id NOT IN (SELECT value FROM json_each(:skipped))"
        "   AND asked_host NOT IN (SELECT host FROM hosts WHERE held_until > :now)"
        "   AND asked_host NOT IN (SELECT host FROM busy WHERE count >= :per_host)"
        "   ORDER BY next_poll LIMIT 500),"
        " placed AS (SELECT late.*, row_number() OVER (PARTITION BY asked_host ORDER BY next_poll, id)"
        "   + coalesce((SELECT count FROM busy WHERE busy.host = late.asked_host), 0) AS place FROM late)"
        " SELECT feeds.* FROM placed JOIN feeds ON feeds.id = placed.id"
        " WHERE place <= :per_host OR placed.asked_host = '' ORDER BY placed.next_poll, placed.id LIMIT :limit",
        {
            "now": now,
            "until": until,
            "limit": limit,
            "in_hand": json.dumps(in_hand),
            "skipped": json.dumps(skipped),
            "per_host": PER_HOST,
        },
    )
    return [
        PollState(
            row["id"],
            row["url"],
            row["moved_to"],
            Validators(row["etag"], row["last_modified"], row["validated"]),
            row["failures"],
            _hints(row["hints"]),
            row["epoch"],
        )
        for row in rows
    ]


def _hints(written: str) -> Hints:
    found = json.loads(written)
    ttl = timedelta(seconds=found["ttl"]) if "ttl" in found else None
    return Hints(ttl, frozenset(found.get("skip_hours", ())), frozenset(found.get("skip_days", ())))


def next_due(db: Database) -> datetime | None:
    """When the next feed is due, None without feeds."""
    (found,) = db.execute("SELECT min(next_poll) FROM feeds WHERE active = 1 AND gone IS NULL").fetchone()
    return moment(found) if found else None


def clamp(db: Database, latest: datetime) -> None:
    """Bring back polls, and let go of hosts, that a clock which was set back has put out of reach."""
    values = {"latest": stamp(latest)}
    db.execute("UPDATE feeds SET next_poll = :latest WHERE next_poll > :latest", values)
    db.execute("UPDATE hosts SET held_until = :latest WHERE held_until > :latest", values)


def hold(db: Database, name: str, until: datetime, reason: str) -> None:
    """Ask a host nothing until then, feeds and pages alike."""
    if name:
        db.execute(
            "INSERT INTO hosts (host, held_until, reason) VALUES (:host, :until, :reason)"
            " ON CONFLICT (host) DO UPDATE SET held_until = max(held_until, :until), reason = :reason",
            {"host": name, "until": stamp(until), "reason": reason},
        )


def held(db: Database, now: datetime) -> dict[str, datetime]:
    """The hosts that asked to wait, each with the time until then."""
    rows = db.query("SELECT host, held_until FROM hosts WHERE held_until > ?", [stamp(now)])
    return {row["host"]: moment(row["held_until"]) for row in rows}


def status(db: Database, now: datetime, url: str | None = None) -> list[FeedStatus]:
    """Every feed of the configuration, by name; or the one with this address."""
    rows = db.query(
        "SELECT feeds.*, (SELECT count(*) FROM entries WHERE feed_id = feeds.id) AS entry_count,"
        " (SELECT held_until FROM hosts WHERE hosts.host = feeds.asked_host AND held_until > :now) AS held_until,"
        " (SELECT json_group_array(json_array(kind, detail, began)) FROM ailments"
        "  WHERE feed_id = feeds.id AND ended IS NULL) AS ailments"
        " FROM feeds WHERE active AND (:url IS NULL OR url = :url)",
        {"now": stamp(now), "url": url},
    )
    return sorted((_status(row) for row in rows), key=lambda status: status.name.lower())


def _status(row: dict[str, Any]) -> FeedStatus:
    held_until = row["held_until"] or ""
    waits = held_until > row["next_poll"]
    return FeedStatus(
        id=row["id"],
        url=row["url"],
        name=called(row),
        state=_state(row),
        last_ok=moment(row["last_ok"]) if row["last_ok"] else None,
        last_new=moment(row["last_new"]) if row["last_new"] else None,
        next_poll=None if row["gone"] else moment(max(row["next_poll"], held_until)),
        next_reason="its host asked to wait" if waits else row["next_reason"],
        failures=row["failures"],
        error=row["error"],
        entries=row["entry_count"],
        ailments=tuple(Ailment(kind, detail, moment(began)) for kind, detail, began in json.loads(row["ailments"])),
    )


def brought(db: Database, since: datetime) -> dict[int, tuple[int, datetime | None]]:
    """What each feed of the configuration, by its number, brought since a time, and when it was first read.

    What was there at the first contact was not brought.
    """
    rows = db.execute(
        "SELECT id, (SELECT count(*) FROM entries WHERE feed_id = feeds.id AND entries.first_seen >= ?"
        "  AND NOT baseline), first_contact FROM feeds WHERE active",
        [stamp(since)],
    )
    return {feed_id: (count, moment(first) if first else None) for feed_id, count, first in rows.fetchall()}


def address(db: Database, feed_id: int) -> str | None:
    """The address of a feed of the configuration; None where there is none of this number."""
    row = db.execute("SELECT url FROM feeds WHERE id = ? AND active", [feed_id]).fetchone()
    return str(row[0]) if row else None


def called(row: dict[str, Any]) -> str:
    """How people call a feed: by its name or title, else by its address without what may be long."""
    return str(row["name"] or row["title"] or row["url"].partition("://")[2].partition("?")[0] or row["url"])


def _state(row: dict[str, Any]) -> str:
    if row["gone"]:
        return "gone"
    if row["error"]:
        return "failing"
    if row["held_until"]:
        return "held"
    return "ok" if row["last_ok"] else "new"
