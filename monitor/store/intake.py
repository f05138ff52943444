"""The entries of a feed document → articles, their feed text as revisions, and pages to be read."""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.entries import Identified, Known
from monitor.model import Entry, TextSource
from monitor.store import articles
from monitor.store.articles import NewRevision
from monitor.store.database import Database, stamp
from monitor.urls import host

# A page whose headline stays is read again after so long, when its feed says something else of it.
READ_AGAIN = timedelta(hours=1)


def known(db: Database, feed_id: int, items: Sequence[Identified]) -> Iterable[Known]:
    """The stored entries of the feed that share an identity or a link with the document."""
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


@dataclass(frozen=True, slots=True)
class Intake:
    """Writes the entries of one document. `catch_up`: it is the feed's first one after an outage of ours."""

    db: Database
    feed_id: int
    poll_id: int
    now: datetime
    language: str
    read_pages: bool
    read_within: timedelta
    catch_up: bool = False

    def add(self, item: Identified, *, baseline: bool, read: bool) -> None:
        identity = item.canonical if item.canonical and not item.link_is_shared else f"{self.feed_id}:{item.identity}"
        article_id = articles.sight(self.db, identity, item.entry.link, self.feed_id, self.now)
        unread = False
        # What another feed has carried is read once, and what was read says more than a further teaser.
        if not articles.has_page(self.db, article_id):
            has_page = self._revise(article_id, item.entry, background=baseline)
            unread = has_page and read and not articles.is_unread(self.db, article_id)
        if not baseline:
            articles.bring_forward(self.db, article_id)
        self.db.execute(
            "INSERT INTO entries (feed_id, identity, canonical, guid, link, digest, first_seen, baseline,"
            " catch_up, last_document, article_id, host, state, next_try)"
            " VALUES (:feed, :identity, :canonical, :guid, :link, :digest, :now, :baseline,"
            " :catch_up, :poll, :article, :host, :state, :now)",
            {
                "feed": self.feed_id,
                "identity": item.identity,
                "canonical": item.canonical,
                "guid": item.entry.guid,
                "link": item.entry.link,
                "digest": item.digest,
                "now": stamp(self.now),
                "baseline": baseline,
                "catch_up": self.catch_up,
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
            background = articles.is_baseline(self.db, article_id)
            has_page = self._revise(article_id, item.entry, background=background)
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

    def keep(self, entry_id: int, item: Identified) -> None:
        """An entry that is as it was, but for its guid, perhaps."""
        self.db.execute(
            "UPDATE entries SET identity = ?, digest = ?, last_document = ? WHERE id = ?",
            [item.identity, item.digest, self.poll_id, entry_id],
        )

    def _revise(self, article_id: int, entry: Entry, *, background: bool) -> bool:
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
        articles.revise(self.db, article_id, revision, self.now, judge_at=judge_at, background=background)
        return has_page
