"""What is wrong with feeds: what their polls show, what of that lasts, and what was told."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import health
from monitor.health import Change, Kind, Vitals
from monitor.model import Cause
from monitor.store.database import Database, moment, stamp
from monitor.store.feeds import called
from monitor.store.polls import rhythm_of
from monitor.urls import host


@dataclass(frozen=True, slots=True)
class Patient:
    """A feed that something is wrong with, or was: its vitals and what lasts."""

    feed_id: int
    vitals: Vitals
    lasting: frozenset[Kind]


@dataclass(frozen=True, slots=True)
class Untold:
    """A change that no notice has told of yet."""

    id: int
    change: Change

    @property
    def at(self) -> datetime:
        return self.change.ended or self.change.began


def patients(db: Database, now: datetime) -> list[Patient]:
    """The feeds to look at: what could be wrong with the others would show here."""
    rows = db.query(
        "SELECT feeds.*, (SELECT json_group_array(kind) FROM ailments WHERE feed_id = feeds.id AND ended IS NULL)"
        " AS lasting FROM feeds WHERE active AND (failures >= :failures OR gone IS NOT NULL OR moved_to != ''"
        " OR rolled OR (arrivals >= :arrivals AND last_new < :yesterday)"
        " OR (pages >= :pages AND pages_lately < :hardly)"
        " OR id IN (SELECT feed_id FROM ailments WHERE ended IS NULL))",
        {
            "failures": health.FAILURES,
            "arrivals": health.ARRIVALS,
            "yesterday": stamp(now - timedelta(days=1)),
            "pages": health.PAGES,
            "hardly": health.HARDLY,
        },
    )
    return [
        Patient(
            row["id"],
            Vitals(
                failures=row["failures"],
                failing_since=moment(row["failing_since"]) if row["failing_since"] else None,
                cause=Cause(row["cause"]) if row["cause"] else None,
                error=row["error"],
                answers=row["answers"],
                gone=bool(row["gone"]),
                moved_to=host(row["moved_to"]),
                rhythm=rhythm_of(row),
                pages=row["pages"],
                pages_lately=row["pages_lately"],
                pages_mostly=row["pages_mostly"],
            ),
            frozenset(map(Kind, json.loads(row["lasting"]))),
        )
        for row in rows
    ]


def is_offline(db: Database) -> bool:
    """Whether this machine has no network, by which hosts fell silent since any of them last answered."""
    answered = _last_answer(db)
    # Those that were silent before say nothing; they may hang, and so be the last to fail.
    silent, hosts = db.execute(
        "SELECT count(DISTINCT CASE WHEN cause = :network AND failing_since > :answered THEN host END),"
        " count(DISTINCT host) FROM feeds WHERE active = 1 AND host != '' AND gone IS NULL"
        " AND (cause != :network OR failing_since > :answered)",
        {"network": Cause.NETWORK, "answered": answered},
    ).fetchone()
    return health.is_offline(silent, hosts)


def _last_answer(db: Database, before: str = "9") -> str:
    """When a host last answered a poll, as text; "" where none ever did."""
    row = db.execute(
        # By the number, backwards: the answer is hardly ever far off.
        "SELECT finished FROM polls JOIN feeds ON feeds.id = polls.feed_id WHERE polls.cause NOT IN (:network, :ours)"
        " AND host != '' AND finished < :before ORDER BY polls.id DESC LIMIT 1",
        {"network": Cause.NETWORK, "ours": Cause.OURS, "before": before},
    ).fetchone()
    return str(row[0]) if row else ""


def lasting(db: Database) -> frozenset[Kind]:
    """What is wrong with the machine itself."""
    return frozenset(
        Kind(row["kind"]) for row in db.query("SELECT kind FROM ailments WHERE feed_id IS NULL AND ended IS NULL")
    )


def record(
    db: Database, feed_id: int | None, before: Collection[Kind], found: Mapping[Kind, str], now: datetime
) -> None:
    """Note what began and what ended. What ended before it was told of never is; None is the machine itself."""
    for kind in before:
        if kind not in found:
            db.execute(
                "UPDATE ailments SET ended = :now, end_told = CASE WHEN told IS NULL THEN :now END,"
                " told = coalesce(told, :now) WHERE feed_id IS :feed AND kind = :kind AND ended IS NULL",
                {"now": stamp(now), "feed": feed_id, "kind": kind},
            )
    for kind, detail in found.items():
        if kind not in before:
            db.execute(
                "INSERT INTO ailments (feed_id, kind, detail, began) VALUES (?, ?, ?, ?)",
                [feed_id, kind, detail, stamp(now)],
            )
        else:
            db.execute(
                "UPDATE ailments SET detail = :detail WHERE feed_id IS :feed AND kind = :kind AND ended IS NULL"
                " AND detail != :detail",
                {"feed": feed_id, "kind": kind, "detail": detail},
            )


def forget_gone(db: Database, now: datetime) -> None:
    """Nothing is wrong any more with feeds that went out of the configuration, and nobody needs to be told."""
    db.execute(
        "UPDATE ailments SET ended = :now, told = coalesce(told, :now), end_told = :now WHERE ended IS NULL"
        " AND feed_id IN (SELECT id FROM feeds WHERE NOT active)",
        {"now": stamp(now)},
    )


def back_online(db: Database, now: datetime) -> None:
    """Feeds that fell silent when this machine went offline are due, and were not to blame."""
    (began,) = db.execute(
        "SELECT max(began) FROM ailments WHERE feed_id IS NULL AND kind = ?", [Kind.OFFLINE]
    ).fetchone()
    db.execute(
        "UPDATE feeds SET next_poll = min(next_poll, :now), next_reason = 'this machine is online again', failures = 0,"
        " failing_since = NULL WHERE active AND cause = :network AND failing_since > :before",
        {"now": stamp(now), "network": Cause.NETWORK, "before": _last_answer(db, began)},
    )


def untold(db: Database) -> list[Untold]:
    """Changes that no notice has told of, oldest first."""
    rows = db.query(
        "SELECT ailments.*, feeds.name, feeds.title, feeds.url FROM ailments"
        " LEFT JOIN feeds ON feeds.id = ailments.feed_id"
        " WHERE told IS NULL OR (ended IS NOT NULL AND end_told IS NULL) ORDER BY ailments.id"
    )
    return [
        Untold(
            row["id"],
            Change(
                row["feed_id"],
                called(row) if row["feed_id"] else "",
                Kind(row["kind"]),
                row["detail"],
                moment(row["began"]),
                moment(row["ended"]) if row["ended"] else None,
            ),
        )
        for row in rows
    ]


def last_told(db: Database) -> datetime | None:
    """When a notice last told of a change."""
    (found,) = db.execute("SELECT max(max(coalesce(told, ''), coalesce(end_told, ''))) FROM ailments").fetchone()
    return moment(found) if found else None


def mark_told(db: Database, ids: Iterable[int], now: datetime) -> None:
    """A notice is about to tell of these changes."""
    for ailment_id in ids:
        db.execute(
            "UPDATE ailments SET told = coalesce(told, :now), end_told = CASE WHEN ended IS NOT NULL THEN :now END"
            " WHERE id = :id",
            {"now": stamp(now), "id": ailment_id},
        )
