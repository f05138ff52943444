"""When the monitor was off, or had no network, for long: what came meanwhile is told in one message."""

from datetime import datetime

from monitor.store.database import Database, moment, stamp


def last_alive(db: Database) -> datetime | None:
    """The last sign of life of a daemon; None before the first."""
    (seen,) = db.execute(
        "SELECT max(at) FROM (SELECT seen AS at FROM life UNION ALL SELECT max(last_poll) FROM feeds)"
    ).fetchone()
    return moment(seen) if seen else None


def said_alive(db: Database) -> datetime | None:
    """The last sign of life that was given as one."""
    row = db.execute("SELECT seen FROM life").fetchone()
    return moment(row[0]) if row else None


def say_alive(db: Database, now: datetime) -> None:
    """Give a sign of life: polls are one too, but with few feeds they are rare."""
    db.execute(
        "INSERT INTO life (id, seen) VALUES (1, :now) ON CONFLICT (id) DO UPDATE SET seen = :now", {"now": stamp(now)}
    )


def add(db: Database, began: datetime) -> None:
    """Nothing was polled for long since then; older outages, since which every feed was read, are let go."""
    db.execute("INSERT OR IGNORE INTO outages (began) VALUES (?)", [stamp(began)])
    db.execute(
        "DELETE FROM outages WHERE began < (SELECT min(last_ok) FROM feeds WHERE active AND first_contact IS NOT NULL)"
    )


def is_first_since(db: Database, last_ok: datetime | None) -> bool:
    """Whether a feed that last answered then has not answered since an outage began."""
    row = db.execute("SELECT 1 FROM outages WHERE began >= ? LIMIT 1", [stamp(last_ok) if last_ok else "~"]).fetchone()
    return bool(row)
