"""Silences: a watch, a story, or a watch on a story that shall not alert until some time, and what they kept back."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from monitor.store import inspect
from monitor.store.database import Database, moment, stamp
from monitor.store.outbox import alerts_like, is_number
from monitor.text import clean


@dataclass(frozen=True, slots=True)
class Silence:
    """What is silent: `watch` ("" for all) on `story` (None for all), whose first headline is `headline`.

    `ends` is None for one that holds for good, `lifted` None unless it was removed by hand. `held_back`: matches that
    would have alerted.
    """

    id: int
    watch: str
    story: int | None
    headline: str
    comment: str
    created: datetime
    ends: datetime | None
    lifted: datetime | None
    held_back: int

    def is_running(self, now: datetime) -> bool:
        return self.lifted is None and (self.ends is None or self.ends > now)

    def until(self, zone: ZoneInfo, now: datetime) -> str:
        """`until 16:00`, with the day where that is not today; `for good`."""
        if self.ends is None:
            return "for good"
        end = self.ends.astimezone(zone)
        return f"until {end:{'%H:%M' if end.date() == now.astimezone(zone).date() else '%d %b %H:%M'}}"

    def reason(self, zone: ZoneInfo, now: datetime) -> str:
        """Why a match did not alert: `silenced until 16:00: earnings week (silence 3)`."""
        comment = f": {self.comment}" if self.comment else ""
        return f"silenced {self.until(zone, now)}{comment} (silence {self.id})"


_SELECT = (
    "SELECT silences.*, coalesce(rules.name, '') AS watch,"
    " (SELECT count(*) FROM matches WHERE silence_id = silences.id) AS held_back,"
    " coalesce((SELECT revisions.title FROM articles JOIN revisions ON revisions.article_id = articles.id"
    "  WHERE articles.story_id = silences.story_id ORDER BY articles.id, revisions.number LIMIT 1), '') AS headline"
    " FROM silences LEFT JOIN rules ON rules.id = silences.rule_id"
)
_RUNNING = "silences.lifted IS NULL AND (silences.ends IS NULL OR silences.ends > :now)"


def in_force(db: Database, rule_id: int | None, story_id: int, now: datetime) -> Silence | None:
    """The silence that covers a watch and a story: of several the one that lasts longest. Not what the story led to.

    Without a watch, the one that covers the story for all watches.
    """
    rows = db.query(
        f"{_SELECT} WHERE {_RUNNING} AND coalesce(rule_id, :rule) IS :rule AND coalesce(story_id, :story) = :story"
        " ORDER BY ends IS NOT NULL, ends DESC, silences.id LIMIT 1",
        {"now": stamp(now), "rule": rule_id, "story": story_id},
    )
    return next(map(_silence, rows), None)


@dataclass(frozen=True, slots=True)
class Cover:
    """What keeps a match back, and why in words."""

    id: int
    reason: str


def covering(db: Database, rule_id: int, article_id: int, story_id: int, zone: ZoneInfo, now: datetime) -> Cover | None:
    """The silence in force, or else the one that kept this article back before: that does not come later, either."""
    if silence := in_force(db, rule_id, story_id, now):
        return Cover(silence.id, silence.reason(zone, now))
    before = db.execute(
        "SELECT silence_id, reason FROM matches WHERE article_id = ? AND rule_id = ? AND silence_id IS NOT NULL"
        " ORDER BY id DESC LIMIT 1",
        [article_id, rule_id],
    ).fetchone()
    return Cover(*before) if before else None


def listed(db: Database, now: datetime, *, ended: bool = False) -> list[Silence]:
    """The silences that run, oldest first; with `ended` all there ever were."""
    condition = "TRUE" if ended else _RUNNING
    return list(map(_silence, db.query(f"{_SELECT} WHERE {condition} ORDER BY silences.id", {"now": stamp(now)})))


def snoozed(db: Database, now: datetime) -> dict[str, Silence]:
    """For each watch that is silent whatever the story, the silence that lasts longest."""
    rows = db.query(
        f"{_SELECT} WHERE {_RUNNING} AND rule_id IS NOT NULL AND story_id IS NULL ORDER BY ends IS NULL, ends",
        {"now": stamp(now)},
    )
    return {row["watch"]: _silence(row) for row in rows}


def add(
    db: Database, *, watch: str = "", story: int | None = None, ends: datetime | None, comment: str, now: datetime
) -> Silence | None:
    """A silence from now on; None where no daemon has taken up a watch of this name."""
    rule = db.execute("SELECT id FROM rules WHERE name = ?", [watch]).fetchone()
    if watch and not rule:
        return None
    number = db.execute(
        "INSERT INTO silences (rule_id, story_id, comment, created, ends) VALUES (?, ?, ?, ?, ?)",
        [rule[0] if watch else None, story, comment, stamp(now), stamp(ends) if ends else None],
    ).lastrowid
    return get(db, int(number or 0))


def get(db: Database, number: int) -> Silence | None:
    return next(map(_silence, db.query(f"{_SELECT} WHERE silences.id = :id", {"id": number})), None)


def lift(db: Database, number: int, now: datetime) -> Silence | None:
    """End a silence that runs, and keep it on record; None where there is none that does."""
    done = db.execute(
        "UPDATE silences SET lifted = :now WHERE id = :id AND lifted IS NULL AND (ends IS NULL OR ends > :now)",
        {"now": stamp(now), "id": number},
    )
    return get(db, number) if done.rowcount else None


def wake(db: Database, watch: str, now: datetime) -> list[Silence]:
    """End the silences of a watch as a whole; those of a story, for this watch too, stay."""
    running = [each for each in listed(db, now) if each.watch == watch and each.story is None]
    return [done for each in running if (done := lift(db, each.id, now))]


def unmute(db: Database, story_id: int, now: datetime) -> list[Silence]:
    """End the silences of a story for all watches."""
    running = [each for each in listed(db, now) if each.story == story_id and not each.watch]
    return [done for each in running if (done := lift(db, each.id, now))]


def stories_of(db: Database, wanted: str) -> tuple[int, ...]:
    """The stories that `wanted` may stand for, newest first.

    It is a story's number, an alert's id or a beginning that no other has, an article's number, or an address.
    """
    wanted = clean(wanted)
    if is_number(wanted) and db.execute("SELECT 1 FROM stories WHERE id = ?", [int(wanted)]).fetchone():
        return (int(wanted),)
    found: Sequence[str | int] = alerts_like(db, wanted)
    table = "alerts" if found else "articles"
    found = found or inspect.find(db, wanted).articles
    rows = db.execute(
        f"SELECT DISTINCT story_id FROM {table} WHERE id IN (SELECT value FROM json_each(?)) AND story_id IS NOT NULL"  # noqa: S608
        " ORDER BY 1 DESC",
        [json.dumps(found)],
    )
    return tuple(story_id for (story_id,) in rows.fetchall())


def _silence(row: Mapping[str, object]) -> Silence:
    times = {key: moment(str(row[key])) if row[key] else None for key in ("ends", "lifted")}
    return Silence(
        id=int(str(row["id"])),
        watch=str(row["watch"]),
        story=int(str(row["story_id"])) if row["story_id"] else None,
        headline=str(row["headline"]),
        comment=str(row["comment"]),
        created=moment(str(row["created"])),
        held_back=int(str(row["held_back"])),
        **times,
    )
