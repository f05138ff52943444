"""One SQLite file: a writer thread that owns the only writing connection, and read-only connections beside it.

Units of work are plain functions of a `Database`. `Store.write` runs one inside `BEGIN IMMEDIATE` … `COMMIT` on the
writer thread, so that a unit is all or nothing and never fails with "database is locked" halfway; `Store.read` runs
one on a read-only connection of its own. Rows never leave this package: functions return dataclasses.
"""

import asyncio
import fcntl
import math
import os
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Self, TypeVar

from sqlite_utils import Database

from monitor.errors import LockedError, StoreError
from monitor.store.schema import migrations
from monitor.text import one_line

__all__ = ["Database", "Holder", "Readers", "Store", "holder", "moment", "stamp"]

T = TypeVar("T")

# Who only looks whether a daemon runs holds its lock for a moment; one that starts just then tries again for so long.
PATIENCE = 0.2

# A writer that cannot get the lock for this long (a backup, a long command) fails the unit; the queue retries it.
BUSY_MS = 10_000

# Steps of SQLite's machine between two looks at the clock: well under a millisecond.
CHECK_EVERY = 10_000

_IF_DAMAGED = "; `monitor db check` says more, `monitor db restore FILE` puts a backup in its place"


@dataclass(frozen=True, slots=True)
class Holder:
    """The daemon that uses a database: its process number, and when it started."""

    process: str
    since: datetime


def stamp(when: datetime) -> str:
    """Aware datetime → fixed-width UTC text, which sorts as time."""
    return when.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def moment(text: str) -> datetime:
    """The reverse of `stamp`."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=UTC)


class Store:
    """The database file at `path`, created and migrated when opened for writing.

    Use as an (async or plain) context manager. `exclusive=True` is the daemon: a second one gets LockedError.
    """

    def __init__(self, path: str | Path, *, exclusive: bool = False) -> None:
        self.path = Path(path)
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="writer")
        self._readers = Readers(self.path, 2)
        self._lock_file: int | None = None
        try:
            if self.path.is_dir():
                raise StoreError(f"{self.path} is a folder; name a file as the database")
            if exclusive:
                self._lock_file = lock(self.path)
                refuse_damaged(self.path)
            self._db = self._writer.submit(open_writer, self.path).result()
        except BaseException:
            self.close()
            raise

    async def write(self, unit: Callable[[Database], T]) -> T:
        """Run `unit` in one transaction on the writer thread. Raises StoreError; then nothing was changed."""
        return await asyncio.wrap_future(self._writer.submit(self._transact, unit))

    async def read(self, query: Callable[[Database], T]) -> T:
        """Run `query` on a read-only connection, beside the writer. Raises StoreError."""
        return await self._readers.read(query)

    def write_now(self, unit: Callable[[Database], T]) -> T:
        """`write` for commands, which have no event loop."""
        return self._writer.submit(self._transact, unit).result()

    def read_now(self, query: Callable[[Database], T]) -> T:
        """`read` for commands, which have no event loop."""
        return self._readers.read_now(query)

    def close(self) -> None:
        """Wait for the transaction in hand, then close every connection."""
        self._readers.close()
        # The writer closes last: the last connection folds the log into the file, and a read-only one cannot.
        if hasattr(self, "_db"):
            self._writer.submit(self._db.close)
            del self._db
        self._writer.shutdown()
        if self._lock_file is not None:
            os.close(self._lock_file)
            self._lock_file = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _transact(self, unit: Callable[[Database], T]) -> T:
        with wrapped(self.path):
            self._db.conn.execute("BEGIN IMMEDIATE")
            try:
                result = unit(self._db)
                self._db.conn.execute("COMMIT")
            except BaseException:
                if self._db.conn.in_transaction:
                    self._db.conn.execute("ROLLBACK")
                raise
            return result


class Readers:
    """Threads that ask the database at `path`, each on a read-only connection of its own, which it opens when asked.

    A question that takes longer than `seconds` is broken off.
    """

    def __init__(self, path: Path, threads: int, *, seconds: float = math.inf) -> None:
        self._path, self._seconds = path, seconds
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="reader")
        self._local = threading.local()
        self._opened: list[Database] = []

    async def read(self, query: Callable[[Database], T]) -> T:
        """Run `query`. Raises StoreError."""
        return await asyncio.wrap_future(self._pool.submit(self._query, query))

    def read_now(self, query: Callable[[Database], T]) -> T:
        """`read` without an event loop."""
        return self._pool.submit(self._query, query).result()

    def close(self) -> None:
        """Wait for the questions in hand, then close every connection."""
        self._pool.shutdown()
        while self._opened:
            self._opened.pop().close()

    def _query(self, query: Callable[[Database], T]) -> T:
        with wrapped(self._path):
            if not hasattr(self._local, "db"):
                self._local.db = open_reader(self._path)
                self._opened.append(self._local.db)
            db = self._local.db
            if self._seconds != math.inf:
                end = time.monotonic() + self._seconds
                db.conn.set_progress_handler(lambda: time.monotonic() > end, CHECK_EVERY)
            # One state of the database, however many statements it takes: stories come and go between them.
            db.conn.execute("BEGIN")
            try:
                return query(db)
            finally:
                if db.conn.in_transaction:
                    db.conn.execute("ROLLBACK")


def read_only(path: str | Path, query: Callable[[Database], T]) -> T:
    """Run `query` on the database at `path` without creating, migrating or locking it. Raises StoreError."""
    path = Path(path)
    if path.is_dir():
        raise StoreError(f"{path} is a folder; name a file as the database")
    if not path.exists():
        raise StoreError(f"there is no database at {path} yet; start the daemon first: monitor run")
    with wrapped(path):
        db = open_reader(path)
        try:
            if migrations.pending(db):
                raise StoreError(f"{path} is empty or of an older version; start the daemon once: monitor run")
            return query(db)
        finally:
            db.close()


def refuse_damaged(path: Path) -> None:
    """Look through the file before anything is written to it. Raises StoreError.

    It takes one to four seconds a gigabyte; see docs/decisions.md.
    """
    if not path.exists():
        return
    with wrapped(path), closing(open_reader(path)) as db:
        (found,) = db.execute("PRAGMA quick_check(1)").fetchone()
    if found != "ok":
        raise StoreError(f"{path} is damaged ({one_line(found)}){_IF_DAMAGED}")


def open_writer(path: Path) -> Database:
    """A connection that writes durably, to a database that is made and migrated as needed. Raises StoreError."""
    with wrapped(path):
        conn = sqlite3.connect(path, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False)
        db = Database(conn, execute_plugins=False)
        db.execute("PRAGMA journal_mode = WAL")
        # FULL: a committed alert survives a power cut. NORMAL would be faster and may lose the last commits.
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        conn.execute("BEGIN IMMEDIATE")
        migrations.apply(db)
        conn.execute("COMMIT")
        return db


def open_reader(path: Path) -> Database:
    """A connection that only reads, beside whoever writes. Raises what sqlite does."""
    uri = f"{path.absolute().as_uri()}?mode=ro"
    conn = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_MS / 1000, check_same_thread=False)
    return Database(conn, execute_plugins=False)


def lock(path: Path) -> int:
    """Hold an advisory lock beside the database for as long as this process lives, and leave its number there."""
    try:
        handle = os.open(lock_file(path), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    except OSError as error:
        raise StoreError(f"cannot write beside {path}: {error.strerror}; check the folder and its rights") from error
    deadline = time.monotonic() + PATIENCE
    while not _flock(handle, fcntl.LOCK_EX):
        if time.monotonic() > deadline:
            process = _process(handle)
            os.close(handle)
            raise LockedError(
                f"{path} is in use by another monitor (process {process}); stop that one, or set another database"
            )
        time.sleep(PATIENCE / 10)
    os.truncate(handle, 0)
    os.write(handle, f"{os.getpid()}\n".encode())
    return handle


def holder(path: str | Path) -> Holder | None:
    """The daemon that uses the database at `path`; None when none runs."""
    file = lock_file(Path(path))
    try:
        handle = os.open(file, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return None
    except OSError as error:
        raise StoreError(f"{file} cannot be read: {error.strerror}; check its rights") from error
    try:
        # Shared, and given back at once: a process number alone says nothing, as another process may have it by now.
        if _flock(handle, fcntl.LOCK_SH):
            return None
        return Holder(_process(handle), datetime.fromtimestamp(os.fstat(handle).st_mtime, UTC))
    finally:
        os.close(handle)


def _flock(handle: int, kind: int) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _process(handle: int) -> str:
    return os.pread(handle, 32, 0).decode(errors="replace").strip() or "unknown"


def lock_file(path: Path) -> Path:
    """What a daemon holds locked; SQLite's own locks come and go. A link to the file is the same database."""
    file = path.resolve()
    return file.with_name(file.name + ".lock")


def is_damage(error: sqlite3.Error) -> bool:
    """Whether it says that the file's content is wrong, rather than that it could not be had."""
    code = getattr(error, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


@contextmanager
def wrapped(path: Path) -> Iterator[None]:
    """Turn what sqlite and the file system raise into StoreError, one line with a way out."""
    try:
        yield
    except sqlite3.IntegrityError:
        raise  # a broken invariant of ours: a defect, not a state of the machine
    except sqlite3.Error as error:
        raise StoreError(f"{path}: {error}{_advice(error)}") from error
    except OSError as error:
        raise StoreError(f"{path}: {error.strerror or error}") from error


def _advice(error: sqlite3.Error) -> str:
    text = str(error)
    for sign, advice in (
        ("locked", "; another program holds it for long, it is tried again"),
        ("interrupted", "; the question took too long, narrow it down"),
        ("full", "; free some space, nothing that was committed is lost"),
        ("readonly", "; check the rights of the file and its folder"),
        ("unable to open", "; check that the folder exists and may be written"),
        ("malformed", _IF_DAMAGED),
        ("not a database", "; this file is something else, set another database"),
    ):
        if sign in text:
            return advice
    return ""
