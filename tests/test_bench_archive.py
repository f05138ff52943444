"""The large database for measurements is one that the monitor could have made."""

from pathlib import Path

from bench.archive import build
from monitor.store import alerts, archive, read_only
from monitor.store.database import Database


def test_a_large_database_holds_together(tmp_path: Path) -> None:
    path = tmp_path / "big.db"

    build(path, articles=300, alerts=80, days=1, watches=30)

    listed = read_only(path, alerts.status)
    assert 60 <= len(listed) <= 80  # what was there at first contact does not alert
    assert all(item.deliveries and item.alert.excerpt for item in listed)
    for item in listed:
        assert [item.alert.excerpt[start:end] for start, end in item.alert.marks] == [item.alert.evidence[-1].text]
    assert len(read_only(path, lambda db: archive.latest(db, 1_000))) == 300
    assert read_only(path, _unsound) == []


def _unsound(db: Database) -> list[object]:
    return list(db.execute("PRAGMA foreign_key_check").fetchall())
