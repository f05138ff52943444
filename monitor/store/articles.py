"""Articles, their revisions and sightings, and the two queues that read and judge them."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Document, PageOutcome, Source, TextSource
from monitor.schedule import PER_HOST
from monitor.store.database import Database, moment, stamp

# What says that pages of a feed cannot be read any more, rather than that this one cannot.
_ABOUT_THE_PAGE = (PageOutcome.WALLED, PageOutcome.EMPTY)


@dataclass(frozen=True, slots=True)
class NewRevision:
    """A wording of an article that is about to be stored."""

    title: str
    text: str
    related: str
    text_source: TextSource
    language: str
    published: datetime | None
    canonical: str = ""


@dataclass(frozen=True, slots=True)
class Unread:
    """An entry whose page is to be read, as its feed gave it; `feed_url` says with which feed's settings."""

    entry_id: int
    article_id: int
    feed_url: str
    link: str
    attempts: int
    digest: str


@dataclass(frozen=True, slots=True)
class Unjudged:
    """A revision to be judged, with what rules and decisions look at.

    `catch_up`: the article came while the monitor was off. `is_news`: it was never judged, or not since a further feed
    has it; else it is only judged again.
    """

    revision_id: int
    article_id: int
    identity: str
    page_canonical: str
    first_seen: datetime
    published: datetime | None
    baseline: bool
    catch_up: bool
    is_news: bool
    attempts: int
    document: Document


def sight(db: Database, identity: str, url: str, feed_id: int, now: datetime) -> int:
    """The article with this identity, made when it is new; a feed that carries it for the first time is noted.

    A new carrying feed has its article judged again: its name, tier or tags may matter to a rule.
    """
    db.execute(
        "INSERT OR IGNORE INTO articles (identity, url, first_seen) VALUES (?, ?, ?)", [identity, url, stamp(now)]
    )
    (article_id,) = db.execute("SELECT id FROM articles WHERE identity = ?", [identity]).fetchone()
    seen = db.execute(
        "INSERT OR IGNORE INTO sightings (article_id, feed_id, seen) VALUES (?, ?, ?)",
        [article_id, feed_id, stamp(now)],
    )
    if seen.rowcount:
        db.execute(
            "UPDATE revisions SET state = 'unjudged', next_try = :now WHERE state = 'judged'"
            " AND id = (SELECT max(id) FROM revisions WHERE article_id = :article AND state = 'judged')",
            {"now": stamp(now), "article": article_id},
        )
    return int(article_id)


def revise(
    db: Database,
    article_id: int,
    revision: NewRevision,
    now: datetime,
    *,
    judge_at: datetime,
    background: bool = False,
) -> bool:
    """Store a wording, to be judged at `judge_at`, if in the `background` after the news.

    False when the article has had the same one before.
    """
    cursor = db.execute(
        "INSERT OR IGNORE INTO revisions (article_id, number, title, text, related, text_source, language, canonical,"
        " published, created, digest, state, next_try, background)"
        " SELECT :article, 1 + coalesce(max(number), 0), :title, :text, :related, :source, :language, :canonical,"
        " :published, :now, :digest, 'unjudged', :judge_at, :background FROM revisions WHERE article_id = :article",
        {
            "article": article_id,
            "title": revision.title,
            "text": revision.text,
            "related": revision.related,
            "source": revision.text_source,
            "language": revision.language,
            "canonical": revision.canonical,
            "published": stamp(revision.published) if revision.published else None,
            "now": stamp(now),
            "digest": _digest(revision),
            "judge_at": stamp(judge_at),
            "background": background,
        },
    )
    return cursor.rowcount > 0


def _digest(revision: NewRevision) -> str:
    text = "\x1f".join((revision.title, revision.text, revision.related))
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()[:32]


# ---------------------------------------------------------------- reading


def has_page(db: Database, article_id: int) -> bool:
    """Whether the article's page was read."""
    row = db.execute(
        "SELECT 1 FROM revisions WHERE article_id = ? AND text_source = 'page' LIMIT 1", [article_id]
    ).fetchone()
    return bool(row)


def is_baseline(db: Database, article_id: int) -> bool:
    """Whether every entry that carries the article was there at its feed's first contact."""
    row = db.execute("SELECT 1 FROM entries WHERE article_id = ? AND NOT baseline LIMIT 1", [article_id]).fetchone()
    return not row


def bring_forward(db: Database, article_id: int) -> None:
    """The article is news now: what of it waits to be judged in the background waits no longer."""
    db.execute(
        "UPDATE revisions SET background = 0 WHERE article_id = ? AND state = 'unjudged' AND background", [article_id]
    )


def is_unread(db: Database, article_id: int) -> bool:
    """Whether an entry of the article waits for its page to be read."""
    row = db.execute(
        "SELECT 1 FROM entries JOIN feeds ON feeds.id = entries.feed_id"
        " WHERE article_id = ? AND state = 'unread' AND feeds.active LIMIT 1",
        [article_id],
    ).fetchone()
    return bool(row)


def unread(db: Database, now: datetime, limit: int, *, in_hand: Iterable[int] = ()) -> list[Unread]:
    """Entries whose page is due to be read, without those `in_hand`: news before what was there at first contact.

    At most `PER_HOST` of one host are in hand, and none of a host that asked to wait.
    """
    in_hand = list(in_hand)
    rows = db.query(
        # A few of each host from the index alone: the backlog may be long.
        "WITH first AS (SELECT entries.*, row_number() OVER (PARTITION BY entries.host"
        "   ORDER BY entries.id IN (SELECT value FROM json_each(:in_hand)) DESC, baseline, next_try, id) AS place"
        "  FROM (SELECT DISTINCT host FROM entries WHERE state = 'unread') AS found"
        "  JOIN entries ON entries.id IN (SELECT entries.id FROM entries JOIN feeds ON feeds.id = entries.feed_id"
        "   WHERE entries.state = 'unread' AND entries.host = found.host AND entries.next_try <= :now AND feeds.active"
        "   ORDER BY entries.baseline, entries.next_try, entries.id LIMIT :per_host + :busy)"
        "  WHERE found.host NOT IN (SELECT host FROM hosts WHERE held_until > :now))"
        " SELECT first.id, first.article_id, feeds.url, first.link, first.attempts, first.digest FROM first"
        " JOIN feeds ON feeds.id = first.feed_id"
        " WHERE first.place <= :per_host AND first.id NOT IN (SELECT value FROM json_each(:in_hand))"
        " ORDER BY first.baseline, first.next_try, first.id LIMIT :limit",
        {
            "now": stamp(now),
            "limit": limit,
            "in_hand": json.dumps(in_hand),
            "busy": len(in_hand),
            "per_host": PER_HOST,
        },
    )
    return [
        Unread(row["id"], row["article_id"], row["url"], row["link"], row["attempts"], row["digest"]) for row in rows
    ]


def headline(db: Database, article_id: int) -> tuple[str, datetime | None]:
    """Title and publish time as the feed last gave them."""
    title, published = db.execute(
        "SELECT title, published FROM revisions WHERE article_id = ? ORDER BY number DESC LIMIT 1",
        [article_id],
    ).fetchone()
    return title, moment(published) if published else None


def feed_text_length(db: Database, article_id: int) -> int:
    """Characters of what feeds last said of the article."""
    (length,) = db.execute(
        "SELECT coalesce(max(length(text)), 0) FROM revisions WHERE article_id = ? AND text_source != 'page'",
        [article_id],
    ).fetchone()
    return int(length)


def record_page(
    db: Database, entry: Unread, revision: NewRevision, now: datetime, *, status: int | None = None
) -> None:
    """The page was read: it is judged instead of what the feed said, where that was not judged in the meantime.

    Where the feed has changed the entry while its page was being read, both are judged, and the page is read again.
    `status` is the HTTP status that the page came with.
    """
    background = is_baseline(db, entry.article_id)
    if not revise(db, entry.article_id, revision, now, judge_at=now, background=background):
        # The page says word for word what the feed said: then that wording is the page's, and is judged now.
        db.execute(
            "UPDATE revisions SET text_source = 'page', canonical = :canonical, next_try = :now,"
            " state = CASE state WHEN 'superseded' THEN 'unjudged' ELSE state END"
            " WHERE article_id = :article AND digest = :digest",
            {
                "canonical": revision.canonical,
                "now": stamp(now),
                "article": entry.article_id,
                "digest": _digest(revision),
            },
        )
    if _close_entry(db, entry, "read", "", PageOutcome.READ, status):
        _count_page(db, entry, good=True)
        db.execute(
            "UPDATE revisions SET state = 'superseded' WHERE article_id = ? AND state = 'unjudged'"
            " AND text_source != 'page'",
            [entry.article_id],
        )


def record_unreadable(
    db: Database,
    entry: Unread,
    error: str,
    now: datetime,
    *,
    outcome: PageOutcome,
    next_try: datetime | None,
    status: int | None = None,
) -> None:
    """The page gave nothing. It is tried again at `next_try`, never when that is None; the feed's text is judged now.

    `status` is that of the answer, None where there was none.

    What failed to the last, for no reason that lies in the page, is quarantined: left alone, visibly.
    """
    if next_try is None:
        state = "quarantined" if outcome is PageOutcome.FAILED else "read"
        if _close_entry(db, entry, state, error, outcome, status) and outcome in _ABOUT_THE_PAGE:
            _count_page(db, entry, good=False)
    else:
        db.execute(
            "UPDATE entries SET attempts = attempts + 1, next_try = ?, last_error = ?, page = ?, status = ?"
            " WHERE id = ?",
            [stamp(next_try), error, outcome, status, entry.entry_id],
        )
    _judge_feed_text(db, entry.article_id, now)


def _close_entry(db: Database, entry: Unread, state: str, error: str, outcome: PageOutcome, status: int | None) -> bool:
    """False, and nothing is closed, when its feed has changed the entry meanwhile."""
    closed = db.execute(
        "UPDATE entries SET state = ?, attempts = attempts + 1, last_error = ?, page = ?, status = ?"
        " WHERE id = ? AND digest = ?",
        [state, error, outcome, status, entry.entry_id, entry.digest],
    )
    return bool(closed.rowcount)


def _count_page(db: Database, entry: Unread, *, good: bool) -> None:
    """How well the pages of a feed can be read: means that at first weigh all alike and then forget."""
    db.execute(
        "UPDATE feeds SET pages = pages + 1, pages_lately = pages_lately + (:good - pages_lately) / min(pages + 1, 5),"
        " pages_mostly = pages_mostly + (:good - pages_mostly) / min(pages + 1, 50)"
        " WHERE id = (SELECT feed_id FROM entries WHERE id = :id)",
        {"good": float(good), "id": entry.entry_id},
    )


def _judge_feed_text(db: Database, article_id: int, at: datetime) -> None:
    db.execute(
        "UPDATE revisions SET next_try = min(next_try, :at) WHERE article_id = :article AND state = 'unjudged'"
        " AND text_source != 'page'",
        {"at": stamp(at), "article": article_id},
    )


# ---------------------------------------------------------------- judging


def unjudged(db: Database, now: datetime, limit: int, *, skip: Iterable[int] = ()) -> list[Unjudged]:
    """Revisions due to be judged: news first, then never judged ones, oldest first."""
    # Ids first, from the index alone: texts are long, and so may the queue be.
    rows = db.query(
        "SELECT revisions.*, articles.identity, articles.first_seen,"
        " NOT EXISTS (SELECT 1 FROM entries WHERE article_id = articles.id AND NOT entries.baseline) AS baseline,"
        " (SELECT min(catch_up) FROM entries WHERE article_id = articles.id AND NOT entries.baseline) AS catch_up,"
        " revisions.judged IS NULL OR EXISTS"
        "  (SELECT 1 FROM sightings WHERE article_id = articles.id AND seen > revisions.judged) AS is_news"
        " FROM revisions JOIN articles ON articles.id = revisions.article_id"
        " WHERE revisions.id IN (SELECT id FROM revisions WHERE state = 'unjudged' AND next_try <= :now"
        "  AND id NOT IN (SELECT value FROM json_each(:skip))"
        "  ORDER BY background, judged IS NOT NULL, next_try, id LIMIT :limit)"
        " ORDER BY revisions.background, revisions.judged IS NOT NULL, revisions.next_try, revisions.id",
        {"now": stamp(now), "limit": limit, "skip": json.dumps(list(skip))},
    )
    return [
        Unjudged(
            revision_id=row["id"],
            article_id=row["article_id"],
            identity=row["identity"],
            page_canonical=row["canonical"],
            first_seen=moment(row["first_seen"]),
            published=moment(row["published"]) if row["published"] else None,
            baseline=bool(row["baseline"]),
            catch_up=bool(row["catch_up"]),
            is_news=bool(row["is_news"]),
            attempts=row["attempts"],
            document=Document(
                row["title"], row["text"], row["related"], row["language"], sources(db, row["article_id"])
            ),
        )
        for row in list(rows)
    ]


def clamp(db: Database, latest: datetime) -> None:
    """Bring back what a clock which was set back has put out of reach."""
    for table, state in (("entries", "unread"), ("revisions", "unjudged")):
        db.execute(
            f"UPDATE {table} SET next_try = :latest WHERE state = '{state}' AND next_try > :latest",  # noqa: S608
            {"latest": stamp(latest)},
        )


def judged(db: Database, item: Unjudged, now: datetime) -> None:
    """The revision was judged against the rules in force; once more, where a further feed has carried it meanwhile."""
    same = sources(db, item.article_id) == item.document.sources
    db.execute(
        "UPDATE revisions SET state = :state, judged = :now, attempts = 0, last_error = '', next_try = :now"
        " WHERE id = :id",
        {"state": "judged" if same else "unjudged", "now": stamp(now), "id": item.revision_id},
    )


def record_unjudgeable(db: Database, revision_id: int, error: str, *, next_try: datetime | None) -> None:
    """Judging failed; None for `next_try` quarantines the revision, and what the feed said is judged in its place."""
    db.execute(
        "UPDATE revisions SET attempts = attempts + 1, last_error = :error, next_try = coalesce(:next, next_try),"
        " state = CASE WHEN :next IS NULL THEN 'quarantined' ELSE state END WHERE id = :id",
        {"error": error, "next": stamp(next_try) if next_try else None, "id": revision_id},
    )
    if next_try is None:
        db.execute(
            "UPDATE revisions SET state = 'unjudged' WHERE id = (SELECT max(id) FROM revisions"
            " WHERE state = 'superseded' AND article_id = (SELECT article_id FROM revisions WHERE id = ?))",
            [revision_id],
        )


def sources(db: Database, article_id: int) -> tuple[Source, ...]:
    """The feeds that carried the article, as rules see them, the first to carry it first."""
    rows = db.query(
        "SELECT feeds.name, feeds.title, feeds.url, feeds.tier, feeds.tags FROM sightings"
        " JOIN feeds ON feeds.id = sightings.feed_id WHERE article_id = ? ORDER BY seen, feeds.id",
        [article_id],
    )
    return tuple(
        Source(row["name"] or row["title"] or row["url"], row["url"], row["tier"], tuple(json.loads(row["tags"])))
        for row in rows
    )
