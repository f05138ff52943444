"""What is wrong with feeds: what their polls show, what of that lasts, and what was told."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor import health
from monitor.health import Change, Kind, Vitals
from monitor.model import Cause, PageOutcome
from monitor.schedule import DAY
from monitor.store.database import Database, moment, stamp
from monitor.store.feeds import called
from monitor.store.polls import rhythm_of
from monitor.store.retention import POLLS_KEPT
from monitor.urls import host


@dataclass(frozen=True, slots=True)
class Patient:
    """A feed that something is wrong with, or was: its vitals, and what lasts, with the words for it."""

    feed_id: int
    vitals: Vitals
    lasting: Mapping[Kind, str]


@dataclass(frozen=True, slots=True)
class Untold:
    """A change that no notice has told of yet."""

    id: int
    change: Change
    noticed: datetime


def patients(db: Database, now: datetime) -> list[Patient]:
    """The feeds to look at: what could be wrong with the others would show here."""
    rows = db.query(
        "SELECT feeds.*, (SELECT json_group_object(kind, detail) FROM ailments WHERE feed_id = feeds.id"
        "  AND ended IS NULL) AS lasting FROM feeds WHERE active = 1 AND (failures >= :failures OR gone IS NOT NULL"
        " OR moved_to != '' OR rolled OR (arrivals >= :arrivals AND last_new < :yesterday)"
        " OR (last_poll > coalesce(last_ok, '') AND coalesce(last_ok, added) < :yesterday)"
        " OR (pages >= :pages AND pages_lately < :hardly)"
        " OR id IN (SELECT feed_id FROM ailments WHERE ended IS NULL))",
        {
            "failures": health.FAILURES,
            "arrivals": health.ARRIVALS,
            "yesterday": stamp(now - DAY),
            "pages": health.PAGES,
            "hardly": health.HARDLY,
        },
    )
    return [
        Patient(row["id"], _vitals(row, now), {Kind(kind): words for kind, words in json.loads(row["lasting"]).items()})
        for row in rows
    ]


def _vitals(row: dict[str, Any], now: datetime) -> Vitals:
    failing_since, answered = (moment(row[key]) if row[key] else None for key in ("failing_since", "last_ok"))
    waits = row["last_poll"] and row["last_poll"] > (row["last_ok"] or "")
    return Vitals(
        answered=answered,
        asked=(answered or moment(row["added"])) if waits else None,
        failures=row["failures"],
        # A clock that was ahead must not hide what fails now.
        failing_since=min(failing_since, now - health.FAILING_FOR)
        if failing_since and failing_since > now
        else failing_since,
        cause=Cause(row["cause"]) if row["cause"] else None,
        error=row["error"],
        answers=row["answers"],
        gone=moment(row["gone"]) if row["gone"] else None,
        moved_to=host(row["moved_to"]),
        rhythm=rhythm_of(row),
        pages=row["pages"],
        pages_lately=row["pages_lately"],
        pages_mostly=row["pages_mostly"],
    )


def is_offline(db: Database) -> bool:
    """Whether this machine has no network, by which hosts fell silent since any of them last answered."""
    answered = _last_answer(db)
    # Those that were silent before say nothing; they may hang, and so be the last to fail.
    silent, hosts = db.execute(
        "SELECT count(DISTINCT CASE WHEN cause = :network AND failing_since >= :answered THEN host END),"
        " count(DISTINCT host) FROM feeds WHERE active = 1 AND host != '' AND gone IS NULL"
        " AND (cause != :network OR failing_since >= :answered)",
        {"network": Cause.NETWORK, "answered": answered},
    ).fetchone()
    return health.is_offline(silent, hosts)


def _last_answer(db: Database, before: str = "9") -> str:
    """When a host last answered a poll, as text; "" where none ever did."""
    row = db.execute(
        # By the number, backwards: the answer is hardly ever far off.
        "SELECT finished FROM polls JOIN feeds ON feeds.id = polls.feed_id WHERE polls.cause NOT IN (:network, :ours)"
        # Without a status, a host that is held was not even asked.
        " AND NOT (polls.cause = :held AND status IS NULL) AND host != '' AND finished < :before"
        " ORDER BY polls.id DESC LIMIT 1",
        {"network": Cause.NETWORK, "ours": Cause.OURS, "held": Cause.HELD, "before": before},
    ).fetchone()
    return str(row[0]) if row else ""


def lasting(db: Database) -> Mapping[Kind, str]:
    """What is wrong with the machine itself, with the words for it."""
    rows = db.query("SELECT kind, detail FROM ailments WHERE feed_id IS NULL AND ended IS NULL")
    return {Kind(row["kind"]): row["detail"] for row in rows}


def record(
    db: Database,
    feed_id: int | None,
    before: Mapping[Kind, str],
    found: Mapping[Kind, str],
    now: datetime,
    vitals: Vitals = Vitals(),  # noqa: B008  # frozen
) -> None:
    """Note what began, by the feed's vitals, and what ended; None is the machine itself."""
    for kind in before.keys() - found.keys():
        # Of a feed that is gone there is nothing good to tell.
        _end(db, feed_id, kind, now, tell=Kind.GONE not in found)
    for kind in found.keys() - before.keys():
        db.execute(
            "INSERT INTO ailments (feed_id, kind, detail, began, noticed) VALUES (?, ?, ?, ?, ?)",
            [feed_id, kind, found[kind], stamp(health.began(kind, vitals, now)), stamp(now)],
        )
    for kind in found.keys() & before.keys():
        if found[kind] != before[kind]:
            db.execute(
                "UPDATE ailments SET detail = ? WHERE feed_id IS ? AND kind = ? AND ended IS NULL",
                [found[kind], feed_id, kind],
            )


def _end(db: Database, feed_id: int | None, kind: Kind, now: datetime, *, tell: bool) -> None:
    """What ended before it was told of leaves no trace."""
    values = {"now": stamp(now), "feed": feed_id, "kind": kind, "tell": tell}
    lasts = "feed_id IS :feed AND kind = :kind AND ended IS NULL"
    db.execute(f"DELETE FROM ailments WHERE {lasts} AND told IS NULL", values)  # noqa: S608
    db.execute(
        f"UPDATE ailments SET ended = :now, end_told = CASE WHEN NOT :tell THEN told END WHERE {lasts}",  # noqa: S608
        values,
    )


def offline_since(db: Database) -> datetime | None:
    """Since when this machine seems to be offline; None while it does not."""
    row = db.execute("SELECT began FROM ailments WHERE feed_id IS NULL AND ended IS NULL").fetchone()
    return moment(row[0]) if row else None


def forget(db: Database, now: datetime) -> None:
    """Let go of what is long over, and of feeds that went out of the configuration: nobody needs to be told."""
    gone = "feed_id IN (SELECT id FROM feeds WHERE active = 0)"
    db.execute(
        f"DELETE FROM ailments WHERE ended < :old OR (ended IS NULL AND told IS NULL AND {gone})",  # noqa: S608
        {"old": stamp(now - POLLS_KEPT)},
    )
    db.execute(
        f"UPDATE ailments SET ended = :now, end_told = told WHERE ended IS NULL AND {gone}",  # noqa: S608
        {"now": stamp(now)},
    )


def back_online(db: Database, now: datetime) -> None:
    """What fell silent when this machine went offline is due: feeds, which were not to blame, and pages."""
    (began,) = db.execute(
        "SELECT max(began) FROM ailments WHERE feed_id IS NULL AND kind = ?", [Kind.OFFLINE]
    ).fetchone()
    db.execute(
        "UPDATE entries SET next_try = :now WHERE state = 'unread' AND page = :failed AND next_try > :now",
        {"now": stamp(now), "failed": PageOutcome.FAILED},
    )
    db.execute(
        "UPDATE feeds SET next_poll = min(next_poll, :now), next_reason = 'this machine is online again', failures = 0,"
        " failing_since = NULL WHERE active AND cause = :network AND failing_since >= :before",
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
            moment(row["ended"] or row["noticed"]),
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
