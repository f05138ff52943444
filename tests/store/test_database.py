"""The writer, the readers and the lock."""

import asyncio
import fcntl
import os
import sqlite3
import threading
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import LockedError, StoreError
from monitor.store import Database, Store, database, holder, read_only
from monitor.store.database import moment, stamp

# Bounds are local to the zone that is drawn.
times = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


@given(times)
def test_a_time_comes_back_as_it_was_stored(when: datetime) -> None:
    assert moment(stamp(when)) == when
    assert stamp(when.astimezone(timezone(timedelta(hours=9)))) == stamp(when)


@given(times, times)
def test_stored_times_sort_as_time(one: datetime, other: datetime) -> None:
    assert (stamp(one) < stamp(other)) == (one < other)


def test_a_new_database_is_durable_and_checks_references(store: Store) -> None:
    def pragmas(db: Database) -> list[object]:
        return [db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")]

    assert store.write_now(pragmas) == ["wal", 2, 1]


def test_every_table_is_strict(store: Store) -> None:
    def loose(db: Database) -> list[str]:
        rows = db.query("SELECT name FROM pragma_table_list WHERE type = 'table' AND NOT strict AND schema = 'main'")
        return [row["name"] for row in rows if not row["name"].startswith("sqlite_")]

    # sqlite-utils' own table is not ours to declare.
    assert store.read_now(loose) == ["_sqlite_migrations"]


def test_a_unit_that_fails_leaves_nothing_behind(store: Store) -> None:
    def half(db: Database) -> None:
        db.execute("INSERT INTO rules (name, added) VALUES ('half', '')")
        raise RuntimeError("pulled plug")

    with pytest.raises(RuntimeError, match="pulled plug"):
        store.write_now(half)

    assert store.read_now(lambda db: db.execute("SELECT count(*) FROM rules").fetchone()[0]) == 0


async def test_units_of_many_tasks_do_not_mix(store: Store) -> None:
    def add(db: Database) -> None:
        (count,) = db.execute("SELECT count(*) FROM rules").fetchone()
        db.execute("INSERT INTO rules (name, added) VALUES (?, '')", [f"rule {count}"])

    await asyncio.gather(*(store.write(add) for _ in range(50)))

    assert await store.read(lambda db: db.execute("SELECT count(*) FROM rules").fetchone()[0]) == 50


def test_a_reader_cannot_write(store: Store) -> None:
    with pytest.raises(StoreError, match="readonly"):
        store.read_now(lambda db: db.execute("DELETE FROM rules"))


def test_what_is_stored_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    with Store(path) as first:
        first.write_now(lambda db: db.execute("INSERT INTO rules (name, added) VALUES ('kept', '')"))

    with Store(path) as second:
        assert second.read_now(lambda db: db.execute("SELECT name FROM rules").fetchone()[0]) == "kept"


def test_a_second_daemon_is_refused_and_told_which_process_is_first(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"

    with Store(path, exclusive=True), pytest.raises(LockedError, match=f"process {os.getpid()}"):
        Store(path, exclusive=True)

    Store(path, exclusive=True).close()


def test_commands_read_beside_a_daemon(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"

    with Store(path, exclusive=True):
        assert read_only(path, lambda db: db.execute("SELECT count(*) FROM feeds").fetchone()[0]) == 0


def test_a_database_that_is_not_there_yet_is_not_made_by_reading(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="monitor run"):
        read_only(tmp_path / "none.db", lambda _: None)

    assert not list(tmp_path.iterdir())


def test_a_file_that_is_no_database_is_left_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("Buy milk. " * 1000)

    with pytest.raises(StoreError, match="this file is something else"):
        Store(path)

    assert path.read_text() == "Buy milk. " * 1000


def test_a_folder_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StoreError, match="file"):
        Store(tmp_path / "file" / "monitor.db")


def test_another_writer_is_waited_for_and_then_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        other = sqlite3.connect(path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="locked; another program holds it"):
            store.write_now(lambda db: db.execute("DELETE FROM rules"))

        other.execute("COMMIT")
        other.close()
        store.write_now(lambda db: db.execute("DELETE FROM rules"))


def test_a_daemon_is_seen_by_its_lock_and_by_nothing_else(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    assert holder(path) is None

    with Store(path, exclusive=True):
        found = holder(path)
        assert found is not None
        assert found.process == str(os.getpid())

    assert path.with_name("monitor.db.lock").exists()
    assert holder(path) is None


def test_looking_for_a_daemon_keeps_none_from_starting(tmp_path: Path) -> None:
    path = tmp_path / "monitor.db"
    lock = tmp_path / "monitor.db.lock"
    lock.touch()
    looking = os.open(lock, os.O_RDONLY)
    fcntl.flock(looking, fcntl.LOCK_SH)
    threading.Timer(database.PATIENCE / 2, os.close, [looking]).start()

    with Store(path, exclusive=True):
        assert holder(path) is not None


def test_a_link_to_the_file_is_the_same_database_for_whoever_asks(tmp_path: Path) -> None:
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "monitor.db")

    with Store(tmp_path / "monitor.db", exclusive=True):
        found = holder(link)
        with pytest.raises(LockedError):
            Store(link, exclusive=True)

    assert found is not None
    assert found.process == str(os.getpid())
