"""Copies of the database, and whether one is sound: check, online backup, restore.

What is under way stands in a file of its own beside the target and takes its name only when it is whole, checked and
on the disk.
"""

import os
import sqlite3
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from monitor.errors import StoreError, UsageError
from monitor.store.database import (
    BUSY_MS,
    Database,
    holder,
    is_damage,
    lock,
    open_reader,
    open_writer,
    wrapped,
)
from monitor.store.schema import migrations
from monitor.text import one_line

# Called with the bytes copied and all of them.
Progress = Callable[[int, int], None]

# Pages copied between two calls of the progress: 4 MB.
PAGES = 1024

# Checking the search index takes the place of the writer: beside a daemon, for half the time that one waits.
FTS_BESIDE_DAEMON = BUSY_MS / 2000

COUNTED = ("feeds", "entries", "articles", "revisions", "stories", "rules", "matches", "alerts", "messages", "polls")

_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Health:
    """What a look through a database found. `unchecked` says what was left out and why, `schema` counts migrations."""

    size: int
    schema: int
    rows: dict[str, int]
    problems: tuple[str, ...]
    unchecked: str


@dataclass(frozen=True, slots=True)
class Restored:
    """`waiting` counts messages still to be sent; `aside` is where the database that was there before is now."""

    feeds: int
    articles: int
    waiting: int
    aside: Path | None


# ---------------------------------------------------------------- check


def check(path: Path) -> Health:
    """Look through a database, also beside a running daemon, without changing it. Raises StoreError."""
    if not path.is_file():
        raise StoreError(f"there is no database at {path}; a daemon makes one: monitor run")
    problems: list[str] = []
    rows: dict[str, int] = {}
    schema, unchecked = 0, ""
    with wrapped(path):
        size = path.stat().st_size
        try:
            with closing(open_reader(path)) as db:
                problems.extend(_structure(db))
                if not problems and not (schema := len(migrations.applied(db))):
                    problems.append("it is no database of this program")
                if not problems:
                    rows = {table: _count(db, table) for table in COUNTED}
            if not problems:
                unchecked = _search(path)
        except sqlite3.DatabaseError as error:
            if not is_damage(error):
                raise
            problems.append(str(error))
    return Health(size, schema, rows, tuple(one_line(problem) for problem in problems), unchecked)


def _structure(db: Database) -> Iterator[str]:
    """What is wrong, one after the other: a look at a damaged page may end in an error, after others were found."""
    sound = True
    for (text,) in db.execute(f"PRAGMA integrity_check({_PROBLEMS})"):
        if text != "ok":
            sound = False
            yield from text.splitlines()
    if sound:
        orphans = db.execute('SELECT "table", parent, count(*) FROM pragma_foreign_key_check GROUP BY 1, 2').fetchall()
        for table, parent, number in orphans:
            yield f"{number} rows of {table} refer to {parent} that are gone"


def _count(db: Database, table: str) -> int:
    return int(db.execute(f"SELECT count(*) FROM {table}").fetchone()[0])  # noqa: S608


def _search(path: Path) -> str:
    """Compare the search index with the articles. Raises sqlite3.DatabaseError where it is wrong; gives why not."""
    limit = FTS_BESIDE_DAEMON if holder(path) else None
    uri = f"{path.absolute().as_uri()}?mode=rw"
    with closing(sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000)) as conn:
        timer = threading.Timer(limit or 0, conn.interrupt)
        if limit:
            timer.start()
        try:
            # FTS5 takes this for a write, though it changes nothing.
            conn.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        except sqlite3.OperationalError as error:
            if is_damage(error):
                raise
            return f"the search index was not checked ({error}); stop the daemon, or check a backup"
        finally:
            timer.cancel()
    return ""


# ---------------------------------------------------------------- backup


def backup(path: Path, target: Path, progress: Progress) -> Health:
    """Copy the database into a new file, beside a running daemon: all of it as it was at one moment.

    Raises UsageError where there is something already, and StoreError.
    """
    _must_be_new(target)
    with _unfinished(target) as partial:
        _copy(path, partial, progress)
        health = check(partial)
        if health.problems:
            raise StoreError(f"{path} is damaged ({health.problems[0]}), so no backup was made; see: monitor db check")
        _flush(partial)
        _must_be_new(target)
        partial.rename(target)
    _flush(target.parent)
    return health


def _must_be_new(target: Path) -> None:
    if os.path.lexists(target):
        raise UsageError(f"{target} exists already and was left as it is; name another file: monitor db backup FILE")


@contextmanager
def _unfinished(target: Path) -> Iterator[Path]:
    """A new file in the same folder that only its owner may read, deleted when it was not renamed."""
    try:
        handle, name = tempfile.mkstemp(dir=target.parent, prefix=f"{target.name}.", suffix=".unfinished")
    except OSError as error:
        raise StoreError(f"{target} cannot be written: {error.strerror}; name a file in another folder") from error
    os.close(handle)
    partial = Path(name)
    with wrapped(target):
        try:
            yield partial
        finally:
            for suffix in ("", *_BESIDE, "-journal"):
                partial.with_name(partial.name + suffix).unlink(missing_ok=True)


def _copy(source: Path, target: Path, progress: Progress) -> None:
    with wrapped(source), closing(open_reader(source)) as db:
        # One snapshot for all steps: else every commit of the daemon would start the copy anew.
        db.execute("BEGIN")
        (page_size,) = db.execute("PRAGMA page_size").fetchone()
        db.execute("SELECT count(*) FROM sqlite_schema").fetchone()
        with wrapped(target), closing(sqlite3.connect(target, isolation_level=None)) as copy:
            db.conn.backup(
                copy,
                pages=PAGES,
                progress=lambda _, left, pages: progress((pages - left) * page_size, pages * page_size),
            )
            # A file that needs nothing beside it and can be read where nothing can be written.
            copy.execute("PRAGMA journal_mode = DELETE")


def _flush(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# ---------------------------------------------------------------- restore

# What belongs to a database and stands beside it.
_BESIDE = ("-wal", "-shm")


def restore(path: Path, source: Path, now: datetime, progress: Progress) -> Restored:
    """Put a copy in the place of the database, which is moved aside. No daemon may use it.

    What feeds hold at their next poll is a baseline: it may have been told since the copy was made. Raises LockedError,
    StoreError, UsageError.
    """
    if not source.is_file():
        raise UsageError(f"there is no file {source}; name a backup: monitor db restore FILE")
    if path.exists() and source.samefile(path):
        raise UsageError(f"{source} is the database itself; name a backup: monitor db restore FILE")
    handle = lock(path)
    try:
        with _unfinished(path) as partial:
            _copy(source, partial, progress)
            health = check(partial)
            if health.problems:
                raise StoreError(f"{source} was not put in place: {health.problems[0]}; take another backup")
            waiting = _set_baseline(partial)
            _flush(partial)
            aside = _move_aside(path, f"{path.name}.before-{now:%Y%m%d-%H%M%S}")
            partial.rename(path)
            _flush(path.parent)
    finally:
        os.close(handle)
    return Restored(health.rows["feeds"], health.rows["articles"], waiting, aside)


def _set_baseline(path: Path) -> int:
    """Forget what feeds were last asked, and mark what still waits to be sent. Returns how many messages that are."""
    with closing(open_writer(path)) as db:
        with db.atomic():
            db.execute("UPDATE feeds SET first_contact = NULL, etag = '', last_modified = ''")
            waiting = db.execute(
                "UPDATE messages SET possible_repeat = 1 WHERE state IN ('held', 'pending', 'sending', 'retry')"
            ).rowcount
        db.execute("PRAGMA journal_mode = DELETE")
        return waiting


def _move_aside(path: Path, name: str) -> Path | None:
    """Give the database, with what stands beside it, another name: what it holds is not lost."""
    if not path.exists():
        return None
    aside = path.with_name(name)
    if aside.exists():
        raise StoreError(f"{aside} exists already; try again in a second")
    for suffix in (*_BESIDE, ""):
        part = path.with_name(path.name + suffix)
        if part.exists():
            part.rename(aside.with_name(name + suffix))
    return aside
