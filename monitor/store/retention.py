"""What is older than the retention goes, in steps of some milliseconds, between which the writer serves the news.

A sweep goes through polls, stories and messages from the oldest on. A story goes as a whole, with its articles, their
entries, revisions, matches and alerts, once all of it is old and nothing of it is listed by its feed or still to be
read, judged or sent. Until then all of it stays: entries say what is no news, alerts what was told already.

An entry is no longer listed when no poll that is kept has held it. The poll that brought a feed's last document is
kept, however old it is; so what that document holds is kept as well.
"""

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.store.database import Database, stamp

# Feeds are polled a hundred times as often as they bring an article: polls are kept for less long.
POLLS_KEPT = timedelta(days=14)

# How many rows a step looks at, and how many articles with all that hangs on them it deletes, at most.
ROWS = 500
ARTICLES = 10


@dataclass(frozen=True, slots=True)
class Swept:
    """What a step removed, and after which id the next one goes on; None when there is nothing older left."""

    removed: int
    after: int | None


Sweep = Callable[[Database, datetime, timedelta, int], Swept]


def sweep_polls(db: Database, now: datetime, keep: timedelta, after: int) -> Swept:
    """Remove polls, except for the one that brought an active feed's last document."""
    old, following = _old(db, "polls", "finished", now - min(keep, POLLS_KEPT), after)
    going = [
        row["id"]
        for row in db.query(
            "SELECT polls.id FROM polls JOIN feeds ON feeds.id = polls.feed_id"
            " WHERE polls.id IN (SELECT value FROM json_each(:ids)) AND NOT (polls.outcome = 'read' AND feeds.active"
            "  AND polls.id = (SELECT max(id) FROM polls WHERE feed_id = feeds.id AND outcome = 'read'))",
            {"ids": json.dumps(old)},
        )
    ]
    released = db.execute(
        "UPDATE entries SET last_document = NULL WHERE id IN (SELECT id FROM entries"
        " WHERE last_document IN (SELECT value FROM json_each(:ids)) LIMIT :most)",
        {"ids": json.dumps(going), "most": ROWS},
    )
    if released.rowcount == ROWS:  # a long document; the polls go when the last of its entries is let go of
        return Swept(0, after)
    _delete(db, "polls", "id", going)
    return Swept(len(going), following)


def sweep_stories(db: Database, now: datetime, keep: timedelta, after: int) -> Swept:
    """Remove stories that are over, found by their entries."""
    old, following = _old(db, "entries", "first_seen", now - keep, after)
    rows = db.query(
        "SELECT entries.id, entries.article_id, articles.story_id FROM entries"
        " JOIN articles ON articles.id = entries.article_id"
        " WHERE entries.id IN (SELECT value FROM json_each(?)) AND last_document IS NULL ORDER BY entries.id",
        [json.dumps(old)],
    )
    removed = 0
    seen = set()
    for row in list(rows):
        story = (row["story_id"], row["article_id"] if row["story_id"] is None else None)
        if story in seen:
            continue
        seen.add(story)
        members = _members(db, *story)
        if not _is_over(db, row["story_id"], members, now - keep):
            continue
        removed += _remove(db, row["story_id"], members[: ARTICLES - removed])
        if removed == ARTICLES:
            return Swept(removed, row["id"] - 1)  # the story of this entry may have more articles
    return Swept(removed, following)


def sweep_messages(db: Database, now: datetime, keep: timedelta, after: int) -> Swept:
    """Remove messages that were sent or died, and carry no alert that is kept."""
    old, following = _old(db, "messages", "created", now - keep, after)
    removed = db.execute(
        "DELETE FROM messages WHERE id IN (SELECT value FROM json_each(?)) AND state IN ('sent', 'dead')"
        " AND NOT EXISTS (SELECT 1 FROM deliveries WHERE message_id = messages.id)",
        [json.dumps(old)],
    )
    return Swept(removed.rowcount, following)


# In this order: a poll that is kept keeps entries, and an alert that is kept its messages.
SWEEPS: dict[str, Sweep] = {"polls": sweep_polls, "articles": sweep_stories, "messages": sweep_messages}


def _old(db: Database, table: str, time: str, before: datetime, after: int) -> tuple[list[int], int | None]:
    """The next rows after an id as far as they are old, and where to go on. Ids rise with time, so no index is used."""
    rows = list(
        db.query(
            f"SELECT id, {time} < :before AS old FROM {table} WHERE id > :after ORDER BY id LIMIT :most",  # noqa: S608
            {"before": stamp(before), "after": after, "most": ROWS},
        )
    )
    old = [row["id"] for row in rows if row["old"]]
    return old, old[-1] if len(old) == ROWS else None


def _members(db: Database, story_id: int | None, article_id: int | None) -> list[int]:
    """The articles of a story; an article that was never judged is in none."""
    if story_id is None:
        return [] if article_id is None else [article_id]
    return [row["id"] for row in db.query("SELECT id FROM articles WHERE story_id = ? ORDER BY id", [story_id])]


def _is_over(db: Database, story_id: int | None, members: Iterable[int], before: datetime) -> bool:
    (wanted,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM entries JOIN feeds ON feeds.id = entries.feed_id"
        "  WHERE entries.article_id IN (SELECT value FROM json_each(:members)) AND (entries.first_seen >= :before"
        "   OR entries.last_document IS NOT NULL OR (entries.state = 'unread' AND feeds.active)))"
        " OR EXISTS (SELECT 1 FROM revisions WHERE state = 'unjudged'"
        "  AND article_id IN (SELECT value FROM json_each(:members)))"
        " OR EXISTS (SELECT 1 FROM alerts WHERE story_id = :story AND created >= :before)"
        " OR EXISTS (SELECT 1 FROM alerts JOIN deliveries ON deliveries.alert_id = alerts.id"
        "  JOIN messages ON messages.id = deliveries.message_id"
        "  WHERE alerts.story_id = :story AND messages.state NOT IN ('sent', 'dead'))",
        {"members": json.dumps(list(members)), "story": story_id, "before": stamp(before)},
    ).fetchone()
    return not wanted


def _remove(db: Database, story_id: int | None, members: list[int]) -> int:
    """Delete a story with these of its articles, the story itself when it has no others. Returns how many they were."""
    alerts = [row["id"] for row in db.query("SELECT id FROM alerts WHERE story_id = ?", [story_id])]
    _delete(db, "deliveries", "alert_id", alerts)
    _delete(db, "alerts", "id", alerts)
    _delete(db, "entries", "article_id", members)
    _delete(db, "articles", "id", members)  # sightings, revisions with their search rows, matches and signatures follow
    db.execute(
        "DELETE FROM stories WHERE id = :story AND NOT EXISTS (SELECT 1 FROM articles WHERE story_id = :story)",
        {"story": story_id},
    )
    return len(members)


def _delete(db: Database, table: str, column: str, values: Iterable[int | str]) -> None:
    db.execute(
        f"DELETE FROM {table} WHERE {column} IN (SELECT value FROM json_each(?))",  # noqa: S608
        [json.dumps(list(values))],
    )
