"""The SEC's list of companies, as `monitor companies update` loads it, and the directory that it extends."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from monitor.errors import StoreError
from monitor.rules.directory import Directory, Firm, built_in, sec
from monitor.rules.directory.sec import Listing
from monitor.store.database import Database, moment, stamp


@dataclass(frozen=True, slots=True)
class Replaced:
    """How many firms the list holds now, and how many of them came and went."""

    companies: int
    new: int
    gone: int


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many firms are stored, and since when; None when no list was ever loaded."""

    companies: int
    updated: datetime | None


def replace(db: Database, listings: Sequence[Listing], now: datetime, *, force: bool = False) -> Replaced:
    """Store this list in the place of the one before.

    Raises StoreError where it is empty or, without `force`, holds less than half as many firms: then it was cut off.
    """
    before = {row["cik"] for row in db.query("SELECT DISTINCT cik FROM companies")}
    after = {listing.cik for listing in listings}
    if not after:
        raise StoreError("a list without any company is not stored; the one before is kept")
    if 2 * len(after) < len(before) and not force:
        raise StoreError(
            f"this list holds {len(after):,} of {len(before):,} companies, as if it were cut off; the one before is "
            "kept (--force takes this one)"
        )
    db.execute("DELETE FROM companies")
    db.conn.executemany(
        "INSERT OR IGNORE INTO companies (cik, name, ticker, exchange, updated) VALUES (?, ?, ?, ?, ?)",
        [(listing.cik, listing.name, listing.ticker, listing.exchange, stamp(now)) for listing in listings],
    )
    return Replaced(len(after), new=len(after - before), gone=len(before - after))


def firms(db: Database) -> list[Firm]:
    """The firms of the list, the most valuable first."""
    rows = db.query("SELECT cik, name, ticker, exchange FROM companies ORDER BY id")
    return sec.firms(Listing(row["cik"], row["name"], row["ticker"], row["exchange"]) for row in rows)


def loaded(db: Database) -> Loaded:
    """How much is stored, and since when."""
    (count,) = db.execute("SELECT count(DISTINCT cik) FROM companies").fetchone()
    updated = version(db)
    return Loaded(int(count), moment(updated) if updated else None)


def version(db: Database) -> str:
    """What changes whenever the list is replaced; "" when there is none. One row is read."""
    row = db.execute("SELECT updated FROM companies LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def directory(db: Database) -> Directory:
    """The firms that the program knows, and those of the list that it does not."""
    return built_in().extended(firms(db))
