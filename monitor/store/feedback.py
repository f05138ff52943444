"""What people said of alerts: useful or not."""

from datetime import datetime

from monitor.store.database import Database, stamp


def give(db: Database, alert_id: str, *, useful: bool | None, now: datetime) -> bool:
    """Note whether an alert was useful, in place of what was said before; None takes it back. False: no such alert."""
    if not db.execute("SELECT 1 FROM alerts WHERE id = ?", [alert_id]).fetchone():
        return False
    if useful is None:
        db.execute("DELETE FROM feedback WHERE alert_id = ?", [alert_id])
    else:
        db.execute(
            "INSERT INTO feedback (alert_id, useful, given) VALUES (?, ?, ?) ON CONFLICT (alert_id)"
            " DO UPDATE SET useful = excluded.useful, given = excluded.given",
            [alert_id, useful, stamp(now)],
        )
    return True


def of(db: Database, alert_id: str) -> bool | None:
    """What was said of an alert; None where nothing was."""
    row = db.execute("SELECT useful FROM feedback WHERE alert_id = ?", [alert_id]).fetchone()
    return bool(row[0]) if row else None


def by_story(db: Database) -> dict[int, bool]:
    """The stories on which someone judged an alert: true where at least one of these was called useful."""
    rows = db.execute(
        "SELECT story_id, max(useful) FROM feedback JOIN alerts ON alerts.id = alert_id GROUP BY story_id"
    )
    return {story: bool(useful) for story, useful in rows.fetchall()}
