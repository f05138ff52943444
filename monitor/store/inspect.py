"""Everything that happened to an article, as `monitor why` tells it: found by alert, number or address."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.model import Action, Document, Evidence, TextSource
from monitor.store import articles
from monitor.store.database import Database, moment
from monitor.store.outbox import MessageStatus, alerts_like, is_number, of_alert
from monitor.store.rules import evidence
from monitor.stories import VERSION
from monitor.text import clean
from monitor.urls import canonical

__all__ = ["ArticleHistory", "exists", "find", "history"]

# Other articles of a story that are named; of the rest there is a count.
NAMED = 10


@dataclass(frozen=True, slots=True)
class Found:
    """What an id or an address stands for: article numbers, newest first, or alerts whose ids begin with it."""

    articles: tuple[int, ...] = ()
    alerts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Sighting:
    """A feed that carried the article, and how reading the page went. `state` is "" where the entry was pruned.

    `page` is a PageOutcome: how reading ended, or its last attempt did; `status` is the HTTP status of the answer to
    that, None where the page was not asked for or nothing answered. `polled` is the status of the poll that brought the
    article, None where that is no longer stored.
    """

    feed: str
    feed_url: str
    tier: int
    seen: datetime
    baseline: bool
    link: str
    state: str
    attempts: int
    next_try: datetime | None
    error: str
    page: str
    status: int | None
    polled: int | None


@dataclass(frozen=True, slots=True)
class Revision:
    """A wording of the article. `error`: why judging it failed."""

    number: int
    created: datetime
    text_source: TextSource
    document: Document
    published: datetime | None
    canonical: str
    state: str
    judged: datetime | None
    attempts: int
    next_try: datetime
    error: str


@dataclass(frozen=True, slots=True)
class StoredMatch:
    """A watch that fired on a revision, and what was decided. `alert` is "" where it was suppressed.

    `useful` is what somebody said of the alert, None where nobody did.
    """

    watch: str
    revision: int
    matched: datetime
    score: int
    action: Action
    reason: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    evidence: tuple[Evidence, ...]
    alert: str
    useful: bool | None
    messages: tuple[MessageStatus, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """Another article of the same story."""

    article: int
    title: str
    url: str
    first_seen: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Link:
    """Another story that shares something with this one."""

    story: int
    reason: str
    created: datetime


@dataclass(frozen=True, slots=True)
class StoryOf:
    """The story of an article: why it is in it, `others` of its articles (`count` in all), and linked stories."""

    id: int
    reason: str
    count: int
    others: tuple[Member, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True)
class ArticleHistory:
    """An article with all that happened to it, each part oldest first. There is at least one revision."""

    id: int
    url: str
    identity: str
    first_seen: datetime
    sightings: tuple[Sighting, ...]
    revisions: tuple[Revision, ...]
    story: StoryOf | None
    matches: tuple[StoredMatch, ...]

    @property
    def latest(self) -> Revision:
        """The wording that counts: the newest, unless a page that was read took its place."""
        return next((each for each in reversed(self.revisions) if each.state != "superseded"), self.revisions[-1])


def find(db: Database, wanted: str) -> Found:
    """What `wanted` stands for: an article's number, an alert's id or its beginning, or any form of an address."""
    wanted = clean(wanted)
    if is_number(wanted) and db.execute("SELECT 1 FROM articles WHERE id = ?", [int(wanted)]).fetchone():
        return Found((int(wanted),))
    alert_ids = alerts_like(db, wanted)
    if len(alert_ids) > 1:
        return Found(alerts=alert_ids)
    return Found(_articles_of(db, alert_ids[0]) if alert_ids else _with_address(db, wanted))


def exists(db: Database, article_id: int) -> bool:
    """Whether there is an article of this number."""
    return db.execute("SELECT 1 FROM articles WHERE id = ?", [article_id]).fetchone() is not None


def _articles_of(db: Database, alert_id: str) -> tuple[int, ...]:
    return _ids(
        db.execute(
            "SELECT matches.article_id FROM alerts JOIN matches ON matches.id = alerts.match_id WHERE alerts.id = ?",
            [alert_id],
        )
    )


def _with_address(db: Database, url: str) -> tuple[int, ...]:
    """Articles under this address, or whose feed or page named it as theirs."""
    key = canonical(url if "://" in url else f"https://{url}")
    found = _ids(
        db.execute(
            # Each from an index; that of entries begins with the feed.
            "SELECT id FROM articles WHERE identity = :key UNION SELECT article_id FROM entries"
            " WHERE feed_id IN (SELECT id FROM feeds) AND canonical = :key UNION SELECT article_id FROM signatures"
            " WHERE version = :version AND kind = 'url' AND value = :key ORDER BY 1 DESC",
            {"key": key, "version": VERSION},
        )
    )
    # What a page that was not judged yet says of itself, or one of another version.
    return found or _ids(
        # The second condition is that of the index.
        db.execute("SELECT DISTINCT article_id FROM revisions WHERE canonical = ? AND canonical != '' LIMIT 10", [key])
    )


def _ids(rows: Iterable[Any]) -> tuple[int, ...]:
    return tuple(int(row[0]) for row in rows)


def history(db: Database, article_id: int) -> ArticleHistory:
    """All that is known of an article that exists."""
    row = next(db.query("SELECT * FROM articles WHERE id = ?", [article_id]))
    return ArticleHistory(
        id=article_id,
        url=row["url"],
        identity=row["identity"],
        first_seen=moment(row["first_seen"]),
        sightings=_sightings(db, article_id),
        revisions=_revisions(db, article_id),
        story=_story(db, article_id, row["story_id"], row["story_reason"]) if row["story_id"] else None,
        matches=_matches(db, article_id),
    )


def _sightings(db: Database, article_id: int) -> tuple[Sighting, ...]:
    rows = db.query(
        "SELECT feeds.*, sightings.seen, entries.baseline, entries.link, entries.state, entries.attempts,"
        " entries.next_try, entries.last_error, entries.page, entries.status,"
        " (SELECT status FROM polls WHERE feed_id = feeds.id AND finished = sightings.seen"
        "  AND outcome = 'read') AS polled"
        " FROM sightings JOIN feeds ON feeds.id = sightings.feed_id"
        " LEFT JOIN entries ON entries.article_id = sightings.article_id AND entries.feed_id = feeds.id"
        " WHERE sightings.article_id = ? ORDER BY sightings.seen, feeds.id, entries.id",
        [article_id],
    )
    return tuple(
        Sighting(
            feed=row["name"] or row["title"] or row["url"],
            feed_url=row["url"],
            tier=row["tier"],
            seen=moment(row["seen"]),
            baseline=bool(row["baseline"]),
            link=row["link"] or "",
            state=row["state"] or "",
            attempts=row["attempts"] or 0,
            next_try=moment(row["next_try"]) if row["state"] == "unread" else None,
            error=row["last_error"] or "",
            page=row["page"] or "",
            status=row["status"],
            polled=row["polled"],
        )
        for row in rows
    )


def _revisions(db: Database, article_id: int) -> tuple[Revision, ...]:
    sources = articles.sources(db, article_id)
    rows = db.query("SELECT * FROM revisions WHERE article_id = ? ORDER BY number", [article_id])
    return tuple(
        Revision(
            number=row["number"],
            created=moment(row["created"]),
            text_source=TextSource(row["text_source"]),
            document=Document(row["title"], row["text"], row["related"], row["language"], sources),
            published=moment(row["published"]) if row["published"] else None,
            canonical=row["canonical"],
            state=row["state"],
            judged=moment(row["judged"]) if row["judged"] else None,
            attempts=row["attempts"],
            next_try=moment(row["next_try"]),
            error=row["last_error"],
        )
        for row in rows
    )


def _matches(db: Database, article_id: int) -> tuple[StoredMatch, ...]:
    rows = db.query(
        "SELECT matches.*, rules.name, revisions.number, alerts.id AS alert, feedback.useful FROM matches"
        " JOIN rules ON rules.id = matches.rule_id JOIN revisions ON revisions.id = matches.revision_id"
        " LEFT JOIN alerts ON alerts.match_id = matches.id LEFT JOIN feedback ON feedback.alert_id = alerts.id"
        " WHERE matches.article_id = ? ORDER BY matches.id",
        [article_id],
    )
    return tuple(
        StoredMatch(
            watch=row["name"],
            revision=row["number"],
            matched=moment(row["matched"]),
            score=row["score"],
            action=Action(row["action"]),
            reason=row["reason"],
            excerpt=row["excerpt"],
            marks=tuple((start, end) for start, end in json.loads(row["marks"])),
            evidence=evidence(row["evidence"]),
            alert=row["alert"] or "",
            useful=None if row["useful"] is None else bool(row["useful"]),
            messages=of_alert(db, row["alert"]) if row["alert"] else (),
        )
        for row in list(rows)
    )


def _story(db: Database, article_id: int, story_id: int, reason: str) -> StoryOf:
    (count,) = db.execute("SELECT count(*) FROM articles WHERE story_id = ?", [story_id]).fetchone()
    others = db.query(
        "SELECT articles.*, (SELECT title FROM revisions WHERE article_id = articles.id ORDER BY number DESC LIMIT 1)"
        " AS title FROM articles WHERE story_id = ? AND id != ? ORDER BY id LIMIT ?",
        [story_id, article_id, NAMED],
    )
    links = db.query(
        "SELECT other_id AS story, reason, created FROM story_links WHERE story_id = :id"
        " UNION ALL SELECT story_id, reason, created FROM story_links WHERE other_id = :id ORDER BY created",
        {"id": story_id},
    )
    return StoryOf(
        id=story_id,
        reason=reason,
        count=count,
        others=tuple(
            Member(row["id"], row["title"] or "", row["url"], moment(row["first_seen"]), row["story_reason"])
            for row in others
        ),
        links=tuple(Link(row["story"], row["reason"], moment(row["created"])) for row in links),
    )
