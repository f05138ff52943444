"""The archive as rules read it: stored articles in their latest wording."""

import json
from array import array
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Document, Source
from monitor.store import articles
from monitor.store.database import Database, moment, stamp
from monitor.stories import How


@dataclass(frozen=True, slots=True)
class Stored:
    """An article with what decides whether a match on it may alert.

    `story` is None where it was never judged; `same_event`: it came into its story for what it tells, not as a
    copy. `baseline`: it was in each of its feeds when that was first read. `feeds` are their numbers.
    """

    id: int
    url: str
    first_seen: datetime
    published: datetime | None
    story: int | None
    same_event: bool
    baseline: bool
    feeds: frozenset[int]
    document: Document


def texts(db: Database, limit: int) -> list[str]:
    """The texts that came last, newest first."""
    rows = db.query("SELECT text FROM revisions ORDER BY id DESC LIMIT :limit", {"limit": limit})
    return [str(row["text"]) for row in rows]


def latest(db: Database, limit: int) -> list[Document]:
    """The articles that came last, newest first, each in the wording that counts."""
    rows = db.query(
        "SELECT article_id, title, text, related, language FROM revisions WHERE id IN (SELECT coalesce("
        "  (SELECT max(id) FROM revisions WHERE article_id = newest.id AND state != 'superseded'),"
        "  (SELECT max(id) FROM revisions WHERE article_id = newest.id))"
        " FROM (SELECT id FROM articles ORDER BY first_seen DESC, id DESC LIMIT :limit) AS newest)"
        " ORDER BY article_id DESC",
        {"limit": limit},
    )
    return [
        Document(row["title"], row["text"], row["related"], row["language"], articles.sources(db, row["article_id"]))
        for row in list(rows)
    ]


def seen_between(db: Database, since: datetime, until: datetime) -> "array[int]":
    """The numbers of the articles first seen in a span of time, ends included, in that order: eight bytes each."""
    rows = db.execute(
        "SELECT id FROM articles WHERE first_seen BETWEEN ? AND ? ORDER BY first_seen, id", [stamp(since), stamp(until)]
    )
    return array("q", (article_id for (article_id,) in rows))


def load(db: Database, numbers: Iterable[int]) -> list[Stored]:
    """These articles, in this order, each in the wording that counts; without those that are gone."""
    sources = _sources(db)
    rows = db.execute(
        "SELECT articles.id, url, first_seen, published, story_id, story_how,"
        " NOT EXISTS (SELECT 1 FROM entries WHERE article_id = articles.id AND NOT entries.baseline),"
        " (SELECT json_group_array(feed_id) FROM"
        "  (SELECT feed_id FROM sightings WHERE article_id = articles.id ORDER BY seen, feed_id)),"
        " title, text, related, language"
        " FROM json_each(?) AS wanted JOIN articles ON articles.id = wanted.value"
        " JOIN revisions ON revisions.id = coalesce("
        "  (SELECT max(id) FROM revisions WHERE article_id = articles.id AND state != 'superseded'),"
        "  (SELECT max(id) FROM revisions WHERE article_id = articles.id))"
        " ORDER BY wanted.key",
        [json.dumps(list(numbers))],
    )
    return [_stored(row, sources) for row in rows]


def _stored(row: tuple[object, ...], sources: Mapping[int, Source]) -> Stored:
    number, url, first_seen, published, story, how, baseline, carried, *wording = row
    feeds = json.loads(str(carried))
    title, text, related, language = map(str, wording)
    return Stored(
        id=int(str(number)),
        url=str(url),
        first_seen=moment(str(first_seen)),
        published=moment(str(published)) if published else None,
        story=int(str(story)) if story else None,
        same_event=how == How.SAME_EVENT,
        baseline=bool(baseline),
        feeds=frozenset(feeds),
        document=Document(title, text, related, language, tuple(sources[feed] for feed in feeds)),
    )


def _sources(db: Database) -> dict[int, Source]:
    """All feeds, by their numbers, as rules see them."""
    rows = db.query("SELECT id, name, title, url, tier, tags FROM feeds")
    return {
        row["id"]: Source(
            row["name"] or row["title"] or row["url"], row["url"], row["tier"], tuple(json.loads(row["tags"]))
        )
        for row in rows
    }
