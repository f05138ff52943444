"""Copies of the database, whether one is sound, and what a restored one knows."""

import sqlite3
import stat
import threading
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.errors import LockedError, StoreError, UsageError
from monitor.store import Database, Store, backup, delivery, feeds, read_only
from monitor.store.backup import Health
from tests.store.newsroom import MINUTE, NOW, entry, judge, poll, set_up


def silent(_done: int, _total: int) -> None:
    """Nobody watches the progress."""


def count(path: Path, table: str) -> int:
    return read_only(path, lambda db: int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0]))


@pytest.fixture
def database(tmp_path: Path) -> Path:
    """A feed with one article that alerted, and one message that waits; closed."""
    path = tmp_path / "monitor.db"
    with Store(path) as store:
        store.write_now(set_up)
        store.write_now(poll)
        store.write_now(lambda db: poll(db, entry("a"), now=NOW + MINUTE, etag='"1"'))
        store.write_now(lambda db: judge(db, NOW + MINUTE))
    return path


def damage(path: Path) -> None:
    """Overwrite a page of articles, as a dying disk does."""
    (page,) = read_only(
        path, lambda db: db.execute("SELECT rootpage FROM sqlite_schema WHERE name = 'articles'").fetchone()
    )
    _overwrite(path, page - 1, page)


def damage_schema(path: Path) -> None:
    """Overwrite all but the first page: not even the tables are known any more."""
    _overwrite(path, 1, path.stat().st_size // 4096)


def _overwrite(path: Path, first: int, end: int) -> None:
    with path.open("r+b") as file:
        file.seek(first * 4096)
        file.write(b"\xff" * (end - first) * 4096)


def forget_in_search(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("INSERT INTO search (search, rowid, title, text) SELECT 'delete', id, title, text FROM revisions")


# ---------------------------------------------------------------- check


def test_a_sound_database_is_told_with_its_rows_and_left_as_it_is(database: Path) -> None:
    before = database.read_bytes()

    health = backup.check(database)

    assert health.problems == ()
    assert health.unchecked == ""
    assert health.schema >= 2
    assert health.size == len(before)
    assert health.rows["articles"] == health.rows["alerts"] == 1
    assert database.read_bytes() == before


def delete_a_parent(path: Path) -> None:
    with sqlite3.connect(path) as db:
        db.execute("DELETE FROM rule_revisions")


def empty(path: Path) -> None:
    path.write_bytes(b"")


def write_prose(path: Path) -> None:
    path.write_text("Buy milk. " * 1000)


@pytest.mark.parametrize(
    ("harm", "word"),
    [
        (damage, "malformed"),
        (damage_schema, "malformed"),
        (forget_in_search, "malformed"),
        (delete_a_parent, "rows of matches refer to rule_revisions that are gone"),
        (empty, "no database of this program"),
        (write_prose, "not a database"),
    ],
)
def test_each_kind_of_damage_is_found(database: Path, harm: Callable[[Path], None], word: str) -> None:
    harm(database)

    health = backup.check(database)

    assert word in " ".join(health.problems)


def test_the_search_index_gets_little_time_beside_a_daemon(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(backup, "FTS_BESIDE_DAEMON", 0.01)
    monkeypatch.setattr(backup, "BUSY_MS", 100)
    with Store(database, exclusive=True) as store:
        entered, leave = threading.Event(), threading.Event()

        def busy(_db: Database) -> None:
            entered.set()
            leave.wait(10)

        writing = threading.Thread(target=store.write_now, args=[busy])
        writing.start()
        entered.wait(10)

        health = backup.check(database)

        leave.set()
        writing.join()
    assert health.problems == ()
    assert "the search index was not checked" in health.unchecked


# ---------------------------------------------------------------- at start


@pytest.mark.parametrize("harm", [damage, damage_schema])
def test_a_damaged_database_is_refused_before_anything_is_written(database: Path, harm: Callable[[Path], None]) -> None:
    harm(database)
    before = database.read_bytes()

    with pytest.raises(StoreError, match=r"(damaged|malformed).*monitor db check.*monitor db restore") as refused:
        Store(database, exclusive=True)

    assert len(str(refused.value).splitlines()) == 1
    assert database.read_bytes() == before


# ---------------------------------------------------------------- backup


def test_a_copy_holds_everything_and_only_its_owner_may_read_it(database: Path, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    told: list[tuple[int, int]] = []

    health = backup.backup(database, target, lambda done, total: told.append((done, total)))

    assert health.rows == backup.check(database).rows
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    assert told[-1][0] == told[-1][1] == target.stat().st_size
    assert {path.name for path in tmp_path.iterdir()} == {"monitor.db", "copy.db"}


def test_a_copy_is_of_one_moment_though_the_daemon_goes_on_writing(
    database: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backup, "PAGES", 1)
    steps = 0
    with Store(database, exclusive=True) as store:

        def write_between(_done: int, _total: int) -> None:
            nonlocal steps
            steps += 1
            store.write_now(lambda db: db.execute("INSERT INTO stories (created) VALUES ('')"))

        backup.backup(database, tmp_path / "copy.db", write_between)

    assert steps > 10
    assert count(tmp_path / "copy.db", "stories") == 1
    assert count(database, "stories") == 1 + steps


def test_a_file_that_is_there_is_never_overwritten(database: Path, tmp_path: Path) -> None:
    (tmp_path / "copy.db").write_text("precious")

    with pytest.raises(UsageError, match="exists already"):
        backup.backup(database, tmp_path / "copy.db", silent)

    assert (tmp_path / "copy.db").read_text() == "precious"


def test_a_copy_that_is_interrupted_leaves_nothing_behind(database: Path, tmp_path: Path) -> None:
    def interrupt(_done: int, _total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        backup.backup(database, tmp_path / "copy.db", interrupt)

    assert not list(tmp_path.glob("copy*"))


@pytest.mark.parametrize("harm", [damage, damage_schema, forget_in_search])
def test_of_a_damaged_database_there_is_no_backup(database: Path, tmp_path: Path, harm: Callable[[Path], None]) -> None:
    harm(database)

    with pytest.raises(StoreError, match="monitor db check"):
        backup.backup(database, tmp_path / "copy.db", silent)

    assert not list(tmp_path.glob("copy*"))


def test_a_folder_that_is_not_there_is_named(database: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match=r"none/copy\.db cannot be written"):
        backup.backup(database, tmp_path / "none" / "copy.db", silent)


# ---------------------------------------------------------------- restore


@pytest.fixture
def copy(database: Path, tmp_path: Path) -> Path:
    backup.backup(database, tmp_path / "copy.db", silent)
    return tmp_path / "copy.db"


def test_what_feeds_hold_after_a_restore_is_a_baseline_and_they_are_asked_in_full(database: Path, copy: Path) -> None:
    done = backup.restore(database, copy, NOW, silent)

    with Store(database) as store:
        (state,) = store.read_now(lambda db: feeds.due(db, NOW + timedelta(days=1), 10))
        taken = store.write_now(lambda db: poll(db, entry("b", "Nvidia hires"), entry("a"), now=NOW + 9 * MINUTE))
        reasons = store.write_now(lambda db: judge(db, NOW + 9 * MINUTE))
    assert (done.feeds, done.articles) == (1, 1)
    assert state.validators.etag == ""
    assert (taken.new, taken.baseline) == (0, 1)
    assert not any(reason.startswith("first article") for reason in reasons)


def test_what_was_waiting_in_the_copy_is_sent_and_says_that_it_may_be_a_repeat(database: Path, copy: Path) -> None:
    done = backup.restore(database, copy, NOW, silent)

    with Store(database) as store:
        (due,) = store.read_now(lambda db: delivery.due(db, NOW + 9 * MINUTE, 10))
        message = store.write_now(lambda db: delivery.claim(db, due.id, NOW + 9 * MINUTE))
    assert done.waiting == 1
    assert message is not None
    assert message.possible_repeat


def test_the_database_that_was_there_is_moved_aside_with_all_that_belongs_to_it(database: Path, copy: Path) -> None:
    crashed = sqlite3.connect(database, isolation_level=None)
    crashed.execute("INSERT INTO stories (created) VALUES ('only in the log')")
    log = database.with_name("monitor.db-wal").read_bytes()

    done = backup.restore(database, copy, NOW, silent)

    assert done.aside == database.with_name("monitor.db.before-20260301-120000")
    assert done.aside.with_name(f"{done.aside.name}-wal").read_bytes() == log
    assert count(done.aside, "stories") == 2
    assert count(database, "stories") == 1
    crashed.close()


def test_a_first_restore_on_a_new_machine_needs_no_database(copy: Path, tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()

    done = backup.restore(tmp_path / "new" / "monitor.db", copy, NOW, silent)

    assert done.aside is None
    assert count(tmp_path / "new" / "monitor.db", "articles") == 1


def test_nothing_is_restored_below_a_running_daemon(database: Path, copy: Path) -> None:
    with Store(database, exclusive=True), pytest.raises(LockedError, match="stop that one"):
        backup.restore(database, copy, NOW, silent)


@pytest.mark.parametrize("harm", [damage, forget_in_search, empty, write_prose])
def test_a_bad_copy_is_refused_and_the_database_stays(database: Path, copy: Path, harm: Callable[[Path], None]) -> None:
    before = database.read_bytes()
    harm(copy)

    with pytest.raises(StoreError):
        backup.restore(database, copy, NOW, silent)

    assert database.read_bytes() == before
    assert not list(database.parent.glob("*before*"))
    assert not list(database.parent.glob("*.unfinished*"))


def test_the_database_is_no_copy_of_itself(database: Path) -> None:
    with pytest.raises(UsageError, match="is the database itself"):
        backup.restore(database, database, NOW, silent)


def test_health_says_nothing_of_what_it_could_not_read(database: Path) -> None:
    write_prose(database)

    assert backup.check(database) == Health(10_000, 0, {}, ("file is not a database",), "")
