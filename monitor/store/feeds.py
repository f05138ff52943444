"""Feeds, their polls, and the entries they carry. A poll and everything it found commit together."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.entries import Identified, Known, Reconciled, identify, reconcile
from monitor.model import Entry, TextSource, Validators
from monitor.schedule import PER_HOST
from monitor.store import articles
from monitor.store.articles import NewRevision
from monitor.store.database import Database, moment, stamp
from monitor.urls import host

# At the first contact with a feed, this many of its newest entries are also read in full, for search and backtests.
BASELINE_READ = 50

# A page whose headline stays is read again after so long, when its feed says something else of it.
READ_AGAIN = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class PollState:
    """What the next poll of a feed starts from. `url` is as written; `moved_to` is "" while it is still there."""

    id: int
    url: str
    moved_to: str
    validators: Validators
    failures: int


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One poll, as history keeps it. `retry_after` holds the whole `host` that answered."""

    feed_id: int
    started: datetime
    finished: datetime
    outcome: str
    next_poll: datetime
    next_reason: str
    status: int | None = None
    bytes: int = 0
    problems: tuple[str, ...] = ()
    error: str = ""
    retry_after: timedelta | None = None
    host: str = ""


@dataclass(frozen=True, slots=True)
class FeedDocument:
    """What a good poll brought: entries with the validators that vouch for them."""

    title: str
    language: str
    entries: tuple[Entry, ...]
    validators: Validators


@dataclass(frozen=True, slots=True)
class Taken:
    """What a poll changed. `baseline` counts entries that were there at first contact."""

    new: int = 0
    updated: int = 0
    baseline: int = 0
    guids_changed: bool = False


@dataclass(frozen=True, slots=True)
class FeedStatus:
    """A feed as `monitor feeds` shows it."""

    url: str
    name: str
    state: str
    last_ok: datetime | None
    last_new: datetime | None
    next_poll: datetime
    next_reason: str
    failures: int
    error: str
    entries: int


def due(
    db: Database,
    now: datetime,
    limit: int,
    *,
    in_hand: Iterable[int] = (),
    done: Iterable[int] = (),
    anyway: bool = False,
) -> list[PollState]:
    """Feeds to poll, most overdue first, without those `in_hand` or `done`. A held host has none.

    At most `PER_HOST` of one host are in hand, so that a host that hangs leaves room for the others. `anyway` takes
    those too whose time has not come.
    """
    rows = db.query(
        "WITH first AS (SELECT *, row_number() OVER (PARTITION BY host"
        "   ORDER BY id IN (SELECT value FROM json_each(:in_hand)) DESC, next_poll, id) AS place FROM feeds"
        "  WHERE active AND (:anyway OR next_poll <= :now) AND id NOT IN (SELECT value FROM json_each(:done))"
        "  AND host NOT IN (SELECT host FROM hosts WHERE held_until > :now))"
        " SELECT id, url, moved_to, etag, last_modified, failures FROM first"
        " WHERE (place <= :per_host OR host = '') AND id NOT IN (SELECT value FROM json_each(:in_hand))"
        " ORDER BY next_poll, id LIMIT :limit",
        {
            "now": stamp(now),
            "limit": limit,
            "anyway": anyway,
            "in_hand": json.dumps(list(in_hand)),
            "done": json.dumps(list(done)),
            "per_host": PER_HOST,
        },
    )
    return [
        PollState(
            row["id"],
            row["url"],
            row["moved_to"],
            Validators(row["etag"], row["last_modified"]),
            row["failures"],
        )
        for row in rows
    ]


def next_due(db: Database) -> datetime | None:
    """When the next feed is due, None without feeds."""
    (found,) = db.execute("SELECT min(next_poll) FROM feeds WHERE active").fetchone()
    return moment(found) if found else None


def clamp(db: Database, latest: datetime) -> None:
    """Bring back polls, and let go of hosts, that a clock which was set back has put out of reach."""
    values = {"latest": stamp(latest)}
    db.execute("UPDATE feeds SET next_poll = :latest WHERE next_poll > :latest", values)
    db.execute("UPDATE hosts SET held_until = :latest WHERE held_until > :latest", values)


def hold(db: Database, name: str, until: datetime, reason: str) -> None:
    """Ask a host nothing until then, feeds and pages alike."""
    if name:
        db.execute(
            "INSERT INTO hosts (host, held_until, reason) VALUES (:host, :until, :reason)"
            " ON CONFLICT (host) DO UPDATE SET held_until = max(held_until, :until), reason = :reason",
            {"host": name, "until": stamp(until), "reason": reason},
        )


def record_failure(db: Database, poll: PollRecord) -> None:
    """A poll that ended badly: the old validators stay, so that the next one asks with those and misses nothing."""
    _add_poll(db, poll)
    db.execute(
        "UPDATE feeds SET last_poll = :now, next_poll = :next, next_reason = :reason, error = :error,"
        # A host that asks to wait is no ill feed.
        " failures = failures + :failed WHERE id = :id",
        {
            "id": poll.feed_id,
            "now": stamp(poll.finished),
            "next": stamp(poll.next_poll),
            "reason": poll.next_reason,
            "error": poll.error,
            "failed": poll.retry_after is None,
        },
    )
    if poll.retry_after is not None:
        hold(db, poll.host, poll.finished + poll.retry_after, poll.error)


def record_not_modified(db: Database, poll: PollRecord) -> None:
    """A poll that brought nothing: what is stored is all there is."""
    _add_poll(db, poll)
    _mark_answered(db, poll)


def record_document(
    db: Database,
    poll: PollRecord,
    document: FeedDocument,
    *,
    backfill: timedelta,
    read_pages: bool,
    read_within: timedelta,
) -> Taken:
    """Take a document: its new and changed entries, with the feed text of their articles, and its validators.

    The feed text is judged once `read_within` has passed without the page, or at once where there is no page to read.
    """
    poll_id = _add_poll(db, poll)
    (first_contact,) = db.execute("SELECT first_contact FROM feeds WHERE id = ?", [poll.feed_id]).fetchone()
    items = identify(document.entries)
    found = reconcile(items, _known(db, poll.feed_id, items))
    now = poll.finished
    intake = _Intake(db, poll.feed_id, poll_id, now, document.language, read_pages, read_within)
    baseline = 0
    # Oldest first, so that ids rise with time: feeds list the newest on top.
    for position, item in reversed(list(enumerate(found.new))):
        there_already = first_contact is None and not _younger_than(item.entry, backfill, now)
        baseline += there_already
        intake.add(item, baseline=there_already, read=not there_already or position < BASELINE_READ)
    for entry_id, item in found.updated:
        intake.update(entry_id, item)
    for entry_id, item in found.same:
        db.execute(
            "UPDATE entries SET identity = ?, digest = ?, last_document = ? WHERE id = ?",
            [item.identity, item.digest, poll_id, entry_id],
        )
    _mark_answered(db, poll)
    db.execute(
        "UPDATE feeds SET title = :title, etag = :etag, last_modified = :modified,"
        " first_contact = coalesce(first_contact, :now),"
        " last_new = CASE WHEN :news THEN :now ELSE last_new END WHERE id = :id",
        {
            "id": poll.feed_id,
            "title": document.title,
            "etag": document.validators.etag,
            "modified": document.validators.last_modified,
            "now": stamp(now),
            "news": bool(found.new),
        },
    )
    return _count(db, poll_id, len(items), found, baseline)


@dataclass(frozen=True, slots=True)
class _Intake:
    """Writes the entries of one document."""

    db: Database
    feed_id: int
    poll_id: int
    now: datetime
    language: str
    read_pages: bool
    read_within: timedelta

    def add(self, item: Identified, *, baseline: bool, read: bool) -> None:
        identity = item.canonical if item.canonical and not item.link_is_shared else f"{self.feed_id}:{item.identity}"
        article_id = articles.sight(self.db, identity, item.entry.link, self.feed_id, self.now)
        unread = False
        # What another feed has carried is read once, and what was read says more than a further teaser.
        if not articles.has_page(self.db, article_id):
            unread = self._revise(article_id, item.entry) and read and not articles.is_unread(self.db, article_id)
        self.db.execute(
            "INSERT INTO entries (feed_id, identity, canonical, guid, link, digest, first_seen, baseline,"
            " last_document, article_id, host, state, next_try)"
            " VALUES (:feed, :identity, :canonical, :guid, :link, :digest, :now, :baseline,"
            " :poll, :article, :host, :state, :now)",
            {
                "feed": self.feed_id,
                "identity": item.identity,
                "canonical": item.canonical,
                "guid": item.entry.guid,
                "link": item.entry.link,
                "digest": item.digest,
                "now": stamp(self.now),
                "baseline": baseline,
                "poll": self.poll_id,
                "article": article_id,
                "host": host(item.entry.link),
                "state": "unread" if unread else "read",
            },
        )

    def update(self, entry_id: int, item: Identified) -> None:
        (article_id,) = self.db.execute("SELECT article_id FROM entries WHERE id = ?", [entry_id]).fetchone()
        headline, _ = articles.headline(self.db, article_id)
        wait = timedelta(0)
        if headline == item.entry.title and articles.has_page(self.db, article_id):
            # A summary that counts points or comments changes with every poll: its page is read again now and then.
            has_page, wait = True, READ_AGAIN
        else:
            has_page = self._revise(article_id, item.entry)
        self.db.execute(
            "UPDATE entries SET identity = :identity, guid = :guid, link = :link, host = :host, digest = :digest,"
            " last_document = :poll, state = :state, attempts = 0, last_error = '',"
            " next_try = CASE WHEN state = 'unread' THEN min(next_try, :next) ELSE :next END WHERE id = :id",
            {
                "id": entry_id,
                "identity": item.identity,
                "guid": item.entry.guid,
                "link": item.entry.link,
                "host": host(item.entry.link),
                "digest": item.digest,
                "poll": self.poll_id,
                "next": stamp(self.now + wait),
                "state": "unread" if has_page else "read",
            },
        )

    def _revise(self, article_id: int, entry: Entry) -> bool:
        """Store the feed's text as a revision; true when there is a page that may say more."""
        has_page = self.read_pages and bool(entry.link)
        revision = NewRevision(
            title=entry.title,
            text=entry.content or entry.summary,
            related=entry.related,
            text_source=TextSource.FEED if entry.content else TextSource.SUMMARY,
            language=self.language,
            published=min(entry.published, self.now) if entry.published else None,
        )
        judge_at = self.now + self.read_within if has_page else self.now
        articles.revise(self.db, article_id, revision, self.now, judge_at=judge_at)
        return has_page


def status(db: Database) -> list[FeedStatus]:
    """Every feed of the configuration, by name."""
    rows = db.query(
        "SELECT feeds.*, (SELECT count(*) FROM entries WHERE feed_id = feeds.id) AS entry_count,"
        " (SELECT held_until FROM hosts WHERE hosts.host = feeds.host) AS held_until"
        " FROM feeds WHERE active ORDER BY lower(coalesce(nullif(name, ''), nullif(title, ''), nullif(host, ''), url))"
    )
    return [_status(row) for row in rows]


def _status(row: dict[str, object]) -> FeedStatus:
    values = {key: str(value) if value is not None else "" for key, value in row.items()}
    next_poll = moment(max(values["next_poll"], values["held_until"]))
    state = "new" if not values["last_poll"] else "failing" if values["error"] else "ok"
    return FeedStatus(
        url=values["url"],
        name=values["name"] or values["title"] or values["host"] or values["url"],
        state=state,
        last_ok=moment(values["last_ok"]) if values["last_ok"] else None,
        last_new=moment(values["last_new"]) if values["last_new"] else None,
        next_poll=next_poll,
        next_reason=values["next_reason"],
        failures=int(values["failures"]),
        error=values["error"],
        entries=int(values["entry_count"]),
    )


def _known(db: Database, feed_id: int, items: Sequence[Identified]) -> Iterable[Known]:
    """The stored entries that share an identity or a link with the document."""
    keys = json.dumps([item.identity for item in items])
    links = json.dumps([item.canonical for item in items if item.canonical])
    rows = db.query(
        "SELECT id, identity, canonical, digest FROM entries"
        " WHERE feed_id = :feed AND identity IN (SELECT value FROM json_each(:keys))"
        " UNION SELECT id, identity, canonical, digest FROM entries"
        " WHERE feed_id = :feed AND canonical IN (SELECT value FROM json_each(:links))",
        {"feed": feed_id, "keys": keys, "links": links},
    )
    return [Known(row["id"], row["identity"], row["canonical"], row["digest"]) for row in rows]


def _younger_than(entry: Entry, backfill: timedelta, now: datetime) -> bool:
    return bool(backfill) and entry.published is not None and entry.published >= now - backfill


def _add_poll(db: Database, poll: PollRecord) -> int:
    cursor = db.execute(
        "INSERT INTO polls (feed_id, started, finished, outcome, status, bytes, problems, error, next_poll,"
        " next_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            poll.feed_id,
            stamp(poll.started),
            stamp(poll.finished),
            poll.outcome,
            poll.status,
            poll.bytes,
            json.dumps(list(poll.problems)),
            poll.error,
            stamp(poll.next_poll),
            poll.next_reason,
        ],
    )
    return int(cursor.lastrowid or 0)


def _mark_answered(db: Database, poll: PollRecord) -> None:
    db.execute(
        "UPDATE feeds SET last_poll = :now, last_ok = :now, next_poll = :next, next_reason = :reason,"
        " failures = 0, error = '' WHERE id = :id",
        {
            "id": poll.feed_id,
            "now": stamp(poll.finished),
            "next": stamp(poll.next_poll),
            "reason": poll.next_reason,
        },
    )


def _count(db: Database, poll_id: int, entries: int, found: Reconciled, baseline: int) -> Taken:
    taken = Taken(len(found.new) - baseline, len(found.updated), baseline, found.guids_changed)
    db.execute(
        "UPDATE polls SET entries = ?, new = ?, updated = ? WHERE id = ?",
        [entries, len(found.new), len(found.updated), poll_id],
    )
    return taken
