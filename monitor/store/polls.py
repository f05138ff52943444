"""Polls: what each brought or how it failed, and what that says of the feed. Each commits as one unit."""

import json
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.entries import Reconciled, identify, reconcile
from monitor.model import Cause, Entry, Hints, Validators
from monitor.schedule import DAY, Next, Rhythm, learn
from monitor.store import outages
from monitor.store.database import Database, moment, stamp
from monitor.store.feeds import hold
from monitor.store.intake import Intake, known
from monitor.text import format_duration
from monitor.urls import host

# At the first contact with a feed, this many of its newest entries are also read in full, for search and backtests.
BASELINE_READ = 50

# A permanent redirect is believed when it was the same for so long: portals of hotels answer 301 for everything.
MOVED_AFTER = DAY
# A feed that fails so often at its new address is asked for at the old one again.
BACK_AFTER = 3

# A poll this late was late because of us.
AWAY = timedelta(minutes=10)

# When the next poll is, by how the feed publishes.
Plan = Callable[[Rhythm], Next]


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One poll, as history keeps it. It is forgotten if the feed went or was begun anew, in another `epoch`, meanwhile.

    `retry_after` holds the whole `host` that answered. `moved_to` is where permanent redirects led it, "" without them.
    """

    feed_id: int
    started: datetime
    finished: datetime
    outcome: str
    status: int | None = None
    bytes: int = 0
    problems: tuple[str, ...] = ()
    error: str = ""
    cause: Cause | None = None
    retry_after: timedelta | None = None
    host: str = ""
    moved_to: str = ""
    epoch: int = 0


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What a good poll brought: entries with the validators that vouch for them."""

    title: str
    language: str
    entries: tuple[Entry, ...]
    validators: Validators
    hints: Hints


@dataclass(frozen=True, slots=True)
class Taken:
    """What a poll changed. `baseline` counts entries that were there at first contact.

    `rolled`: it shared no entry with the last document, so that some may have been missed between the two.
    """

    new: int = 0
    updated: int = 0
    baseline: int = 0
    guids_changed: bool = False
    rolled: bool = False


def record_failure(db: Database, poll: PollRecord, due: Next) -> None:
    """A poll that ended badly: the old validators stay, so that the next one asks with those and misses nothing."""
    if _row(db, poll) is None:
        return
    _add_poll(db, poll, due)
    values = {"id": poll.feed_id, "now": stamp(poll.finished), "next": stamp(due.at), "reason": due.reason}
    db.execute("UPDATE feeds SET last_poll = :now, next_poll = :next, next_reason = :reason WHERE id = :id", values)
    if poll.retry_after is not None:
        hold(db, poll.host, poll.finished + poll.retry_after, poll.error)
        return
    db.execute(
        "UPDATE feeds SET error = :error, cause = :cause, failures = failures + 1, answers = 0,"
        " failing_since = coalesce(failing_since, :now) WHERE id = :id",
        {**values, "error": poll.error, "cause": poll.cause or ""},
    )
    gone_there = poll.cause is Cause.GONE or poll.status == 404
    went_back = db.execute(
        "UPDATE feeds SET moved_to = '', asked_host = host, moving_to = '', moved_since = NULL,"
        " next_reason = 'its new address fails, so the old one is tried again'"
        " WHERE id = :id AND moved_to != '' AND (:gone OR failures >= :most)"
        # Offline, nothing is known of the new address.
        " AND NOT EXISTS (SELECT 1 FROM ailments WHERE feed_id IS NULL AND ended IS NULL)",
        {"id": poll.feed_id, "gone": gone_there, "most": BACK_AFTER},
    )
    if poll.cause is Cause.GONE and not went_back.rowcount:
        db.execute("UPDATE feeds SET gone = :now, next_reason = 'gone, so it is not polled' WHERE id = :id", values)


def record_not_modified(db: Database, poll: PollRecord, plan: Plan) -> None:
    """A poll that brought nothing: what is stored is all there is."""
    row = _row(db, poll)
    if row is None:
        return
    rhythm = learn(rhythm_of(row), poll.finished, news=False, rolled=False)
    due = plan(rhythm)
    _add_poll(db, poll, due)
    _mark_answered(db, poll, due, rhythm)
    _follow(db, poll, row, overlap=True)


def record_document(
    db: Database,
    poll: PollRecord,
    document: FeedDocument,
    plan: Plan,
    *,
    backfill: timedelta,
    read_pages: bool,
    read_within: timedelta,
) -> Taken:
    """Take a document: its new and changed entries, with the feed text of their articles, and its validators.

    The feed text is judged once `read_within` has passed without the page, or at once where there is no page to read.
    """
    row, now = _row(db, poll), poll.finished
    if row is None:
        return Taken()
    items = identify(document.entries)
    found = reconcile(items, known(db, poll.feed_id, items))
    before = _last_document(db, poll.feed_id)
    overlap = any(entry_id in before for entry_id, _ in (*found.same, *found.updated))
    # A document of a single entry has no window: each news takes the place of the last.
    first_contact = row["first_contact"] is None
    rolled = not first_contact and bool(items) and len(before) > 1 and not overlap
    # It was late because of us, or polls in between ended badly: that tells nothing of how the feed publishes.
    away = moment(row["next_poll"]) + AWAY < poll.started or row["last_poll"] != row["last_ok"]
    rhythm = learn(rhythm_of(row), now, news=bool(found.new), rolled=rolled and not away)
    due = plan(rhythm)
    poll_id = _add_poll(db, poll, due)
    catch_up = not first_contact and outages.is_first_since(db, moment(row["last_ok"]) if row["last_ok"] else None)
    intake = Intake(db, poll.feed_id, poll_id, now, document.language, read_pages, read_within, catch_up)
    baseline = _take(intake, found, backfill if first_contact else None)
    _mark_answered(db, poll, due, rhythm)
    _follow(db, poll, row, overlap=overlap)
    db.execute(
        "UPDATE feeds SET title = :title, etag = :etag, last_modified = :modified, validated = :of, hints = :hints,"
        " first_contact = coalesce(first_contact, :now) WHERE id = :id",
        {
            "id": poll.feed_id,
            "title": document.title,
            "etag": document.validators.etag,
            "modified": document.validators.last_modified,
            "of": document.validators.of,
            "hints": _hints_json(document.hints),
            "now": stamp(now),
        },
    )
    taken = Taken(len(found.new) - baseline, len(found.updated), baseline, found.guids_changed, rolled)
    problems = [*poll.problems, *([_missed(row, len(items), poll, away=away)] if rolled else [])]
    db.execute(
        "UPDATE polls SET entries = ?, new = ?, updated = ?, problems = ? WHERE id = ?",
        [len(items), len(found.new), len(found.updated), json.dumps(problems), poll_id],
    )
    return taken


def _take(intake: Intake, found: Reconciled, backfill: timedelta | None) -> int:
    """Write what was found; returns how many entries are baseline. None for `backfill`: this is no first contact."""
    baseline = 0
    # Oldest first, so that ids rise with time: feeds list the newest on top.
    for position, item in reversed(list(enumerate(found.new))):
        there_already = backfill is not None and not _younger_than(item.entry, backfill, intake.now)
        baseline += there_already
        intake.add(item, baseline=there_already, read=not there_already or position < BASELINE_READ)
    for entry_id, item in found.updated:
        intake.update(entry_id, item)
    for entry_id, item in found.same:
        intake.keep(entry_id, item)
    return baseline


def _younger_than(entry: Entry, backfill: timedelta, now: datetime) -> bool:
    # A date in the future, beyond what zones make of it, is a mistake and says nothing of the age.
    return bool(backfill) and entry.published is not None and now - backfill <= entry.published <= now + DAY


def _last_document(db: Database, feed_id: int) -> Collection[int]:
    """The entries of the feed's last document."""
    rows = db.query(
        "SELECT id FROM entries WHERE last_document ="
        " (SELECT max(id) FROM polls WHERE feed_id = ? AND outcome = 'read')",
        [feed_id],
    )
    return {row["id"] for row in rows}


def _missed(row: dict[str, Any], count: int, poll: PollRecord, *, away: bool) -> str:
    since = format_duration(poll.started - moment(row["last_ok"])) if row["last_ok"] else "long"
    why = "while it could not be polled" if away else "the window rolled over"
    return f"none of its {count} entries was there {since} before: {why}, and some may have been missed"


# ---------------------------------------------------------------- the feed's row


def _row(db: Database, poll: PollRecord) -> dict[str, Any] | None:
    """The feed as it was when it was asked; None where the configuration has changed it meanwhile."""
    return next(
        db.query("SELECT * FROM feeds WHERE id = ? AND epoch = ? AND active = 1", [poll.feed_id, poll.epoch]), None
    )


def rhythm_of(row: dict[str, Any]) -> Rhythm:
    gap, longest = (timedelta(seconds=row[key]) if row[key] is not None else None for key in ("gap", "longest"))
    last_new, rolled_at = (moment(row[key]) if row[key] else None for key in ("last_new", "rolled_at"))
    return Rhythm(last_new, gap, longest, row["arrivals"], row["rolled"], rolled_at)


def _mark_answered(db: Database, poll: PollRecord, due: Next, rhythm: Rhythm) -> None:
    db.execute(
        "UPDATE feeds SET last_poll = :now, last_ok = :now, next_poll = :next, next_reason = :reason, failures = 0,"
        " error = '', cause = '', failing_since = NULL, gone = NULL, answers = answers + 1, last_new = :last_new,"
        " gap = :gap, longest = :longest, arrivals = :arrivals, rolled = :rolled, rolled_at = :rolled_at"
        " WHERE id = :id",
        {
            "id": poll.feed_id,
            "now": stamp(poll.finished),
            "next": stamp(due.at),
            "reason": due.reason,
            "last_new": stamp(rhythm.last_new) if rhythm.last_new else None,
            "gap": rhythm.gap.total_seconds() if rhythm.gap is not None else None,
            "longest": rhythm.longest.total_seconds() if rhythm.longest is not None else None,
            "arrivals": rhythm.arrivals,
            "rolled": rhythm.rolled,
            "rolled_at": stamp(rhythm.rolled_at) if rhythm.rolled_at else None,
        },
    )


def _follow(db: Database, poll: PollRecord, row: dict[str, Any], *, overlap: bool) -> None:
    """Note where permanent redirects lead; ask there once they were the same for a day, and entries are known ones."""
    now = stamp(poll.finished)
    if poll.moved_to != row["moving_to"]:
        db.execute(
            "UPDATE feeds SET moving_to = :to, moved_since = CASE WHEN :to = '' AND moved_to = '' THEN NULL ELSE :now"
            " END WHERE id = :id",
            {"id": poll.feed_id, "to": poll.moved_to, "now": now},
        )
    elif poll.moved_to and overlap and poll.finished - moment(row["moved_since"]) >= MOVED_AFTER:
        db.execute(
            "UPDATE feeds SET moved_to = moving_to, asked_host = :host, moving_to = '' WHERE id = :id",
            {"id": poll.feed_id, "host": host(poll.moved_to)},
        )


def _add_poll(db: Database, poll: PollRecord, due: Next) -> int:
    cursor = db.execute(
        "INSERT INTO polls (feed_id, started, finished, outcome, status, bytes, problems, error, cause, next_poll,"
        " next_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            poll.feed_id,
            stamp(poll.started),
            stamp(poll.finished),
            poll.outcome,
            poll.status,
            poll.bytes,
            json.dumps(list(poll.problems)),
            poll.error,
            poll.cause or "",
            stamp(due.at),
            due.reason,
        ],
    )
    return int(cursor.lastrowid or 0)


def _hints_json(hints: Hints) -> str:
    found = {
        "ttl": hints.ttl.total_seconds() if hints.ttl else None,
        "skip_hours": sorted(hints.skip_hours),
        "skip_days": sorted(hints.skip_days),
    }
    return json.dumps({key: value for key, value in found.items() if value})
