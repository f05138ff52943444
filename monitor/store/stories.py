"""Stories: which articles are one, by the signatures that they share."""

from collections.abc import Iterable
from datetime import datetime

from monitor.store.database import Database, stamp
from monitor.stories import VERSION, WINDOW, Signature


def join_story(db: Database, article_id: int, found: Iterable[Signature], now: datetime) -> int:
    """The story of an article: the one it is in, else the oldest that shares a signature with it, else a new one.

    Another story that shares a signature is linked: stories never merge, since alerts refer to them. An article that is
    alone in a story without an alert moves instead, so that a copy whose page was read late is still recognised.
    """
    found = tuple(found)
    (own,) = db.execute("SELECT story_id FROM articles WHERE id = ?", [article_id]).fetchone()
    others = [(story, kind) for story, kind in _sharing(db, found, now) if story != own]
    if others and (own is None or _is_movable(db, own)):
        other, kind = others.pop(0)
        _move(db, article_id, own, other, f"same {kind}")
        own = other
    if own is None:
        own = int(db.execute("INSERT INTO stories (created) VALUES (?)", [stamp(now)]).lastrowid or 0)
        _set_story(db, article_id, own, "first of its story")
    for signature in found:
        db.execute(
            "INSERT OR IGNORE INTO signatures (version, kind, value, story_id, article_id, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [VERSION, signature.kind, signature.value, own, article_id, stamp(now)],
        )
    for other, _ in others:
        db.execute(
            "INSERT OR IGNORE INTO story_links (story_id, other_id, reason, created) VALUES (?, ?, ?, ?)",
            [min(own, other), max(own, other), "share a signature", stamp(now)],
        )
    return int(own)


def _sharing(db: Database, found: Iterable[Signature], now: datetime) -> list[tuple[int, str]]:
    """Stories that carry one of the signatures, oldest first, each with the kind that is shared; a text for a while."""
    shared: dict[int, str] = {}
    for signature in found:
        since = "" if signature.kind == "url" else stamp(now - WINDOW)
        rows = db.query(
            "SELECT story_id FROM signatures WHERE version = ? AND kind = ? AND value = ? AND created >= ?",
            [VERSION, signature.kind, signature.value, since],
        )
        for row in rows:
            shared.setdefault(row["story_id"], signature.kind)
    return sorted(shared.items())


def _is_movable(db: Database, story_id: int) -> bool:
    (alerts,) = db.execute(
        "SELECT (SELECT count(*) FROM alerts WHERE story_id = :id)"
        " + (SELECT count(*) FROM silences WHERE story_id = :id)",
        {"id": story_id},
    ).fetchone()
    (members,) = db.execute("SELECT count(*) FROM articles WHERE story_id = ?", [story_id]).fetchone()
    return bool(alerts == 0 and members == 1)


def _move(db: Database, article_id: int, own: int | None, other: int, reason: str) -> None:
    _set_story(db, article_id, other, reason)
    if own is not None:
        db.execute("UPDATE OR IGNORE signatures SET story_id = ? WHERE story_id = ?", [other, own])
        db.execute("DELETE FROM stories WHERE id = ?", [own])


def _set_story(db: Database, article_id: int, story_id: int, reason: str) -> None:
    db.execute("UPDATE articles SET story_id = ?, story_reason = ? WHERE id = ?", [story_id, reason, article_id])
