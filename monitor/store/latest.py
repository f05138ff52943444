"""The newest stories that alerted, each with its alerts: what the page Now shows."""

from dataclasses import dataclass
from datetime import datetime

from monitor.store import alerts, silences
from monitor.store.alerts import AlertStatus
from monitor.store.database import Database, moment, stamp
from monitor.store.silences import Silence

# Of one story, so many alerts are shown; there is one for each watch, and some are repeats.
ALERTS = 6


@dataclass(frozen=True, slots=True)
class Raised:
    """An alert of a story, and the silence of its watch as a whole, if there is one."""

    status: AlertStatus
    snoozed: Silence | None


@dataclass(frozen=True, slots=True)
class Story:
    """A story that alerted. `alerts`: the newest, oldest first, of `count`; `outlets` as they came.

    `muted` is the silence of the whole story, if there is one; `last` is when it last alerted, or the watch that was
    asked for did.
    """

    id: int
    last: datetime
    count: int
    alerts: tuple[Raised, ...]
    outlets: tuple[str, ...]
    muted: Silence | None


def stories(db: Database, now: datetime, limit: int, *, before: datetime | None = None, watch: str = "") -> list[Story]:
    """The stories that alerted last, newest first: those whose last alert is older than `before`, or all.

    Of a `watch`, only its own alerts count for that.
    """
    rule = db.execute("SELECT id FROM rules WHERE name = ?", [watch]).fetchone()
    if watch and not rule:
        return []
    # By the newest alerts, until there are enough stories: a story has few, and grouping would read all of them.
    source = "alerts WHERE rule_id = :rule AND" if watch else "alerts WHERE"
    cursor = stamp(before) if before else "9"
    rows = db.query(
        f"SELECT story_id, created FROM {source} created < :before ORDER BY created DESC",  # noqa: S608
        {"before": cursor, "rule": rule[0] if watch else None},
    )
    snoozed = silences.snoozed(db, now)
    found: dict[int, Story | None] = {}
    for row in rows:
        story_id = row["story_id"]
        if story_id in found:
            continue
        (last,) = db.execute(
            "SELECT max(created) FROM alerts WHERE story_id = :story AND (:rule IS NULL OR rule_id = :rule)",
            {"story": story_id, "rule": rule[0] if watch else None},
        ).fetchone()
        # One that alerted again since stood on a page before this one.
        found[story_id] = None if last >= cursor else _story(db, story_id, snoozed, now, moment(last))
        if sum(each is not None for each in found.values()) == limit:
            break
    return [each for each in found.values() if each]


def story(db: Database, story_id: int, now: datetime) -> Story | None:
    """A story that alerted; None where there is none of this number."""
    known = db.execute("SELECT 1 FROM alerts WHERE story_id = ? LIMIT 1", [story_id]).fetchone()
    if not known:
        return None
    (last,) = db.execute("SELECT max(created) FROM alerts WHERE story_id = ?", [story_id]).fetchone()
    return _story(db, story_id, silences.snoozed(db, now), now, moment(last))


def _story(db: Database, story_id: int, snoozed: dict[str, Silence], now: datetime, last: datetime) -> Story:
    ids = [
        row[0]
        for row in db.execute("SELECT id FROM alerts WHERE story_id = ? ORDER BY created, id", [story_id]).fetchall()
    ]
    shown = alerts.statuses(db, ids[-ALERTS:])
    return Story(
        id=story_id,
        last=last,
        count=len(ids),
        alerts=tuple(Raised(each, snoozed.get(each.alert.watch)) for each in shown),
        outlets=alerts.outlets(db, story_id),
        muted=silences.in_force(db, None, story_id, now),
    )


def mark(db: Database) -> tuple[object, ...]:
    """What changes whenever an alert is raised or a message goes on its way; cheap to ask for again and again."""
    return tuple(
        db.execute(
            "SELECT (SELECT created || id FROM alerts ORDER BY created DESC LIMIT 1), (SELECT max(id) FROM attempts),"
            " (SELECT count(*) FROM messages WHERE state = 'sending'), (SELECT max(id) FROM messages),"
            " (SELECT max(given) FROM feedback), (SELECT count(*) || coalesce(max(lifted), '') FROM silences)"
        ).fetchone()
    )
