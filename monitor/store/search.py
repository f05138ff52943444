"""Full text over stored articles. Whatever a person types is a query, and none of it is FTS5's own syntax."""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from monitor.store.database import Database, moment, stamp
from monitor.text import clean

# More words than this narrow nothing down any further.
MOST_WORDS = 64

# How much more a word in the headline counts.
HEADLINE = 5.0

# On a page so many of the newest wordings that hold the words are ranked: for a common word, all would take seconds.
RANKED = 3000

# Words of the text shown around what was found.
SNIPPET = 32

_PART = re.compile(r'"([^"]*)"?|([^\s"]+)')
# Around what was found in a result: stored text holds no control characters.
_OPEN, _CLOSE = "\x02", "\x03"


@dataclass(frozen=True, slots=True)
class Marked:
    """Text with the spans of what was found in it."""

    text: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Hit:
    """An article that was found: its newest wording that fits."""

    article: int
    url: str
    outlet: str
    first_seen: datetime
    published: datetime | None
    title: Marked
    excerpt: Marked


def expression(query: str) -> str:
    """The FTS5 expression for what a person typed: all words, "phrases" as such, `word*` as a beginning.

    Each word stands in quotation marks, where nothing has a meaning of its own: `AT&T` is AT next to T, as the index
    has it. "" when there is no letter or digit in it.
    """
    parts = []
    for phrase, word in _PART.findall(clean(query)):
        text = phrase or word
        if any(char.isalnum() for char in text):
            parts.append(f'"{text}"' + "*" * word.endswith("*"))
    return " ".join(parts[:MOST_WORDS])


def search(db: Database, query: str, limit: int, *, since: datetime | None = None) -> list[Hit]:
    """Articles that hold all of the query in one wording, best first. Never raises for what the query says."""
    wanted = expression(query)
    if not wanted:
        return []
    best = db.execute(
        "SELECT search.rowid FROM search JOIN revisions ON revisions.id = search.rowid"
        " JOIN articles ON articles.id = revisions.article_id WHERE search MATCH :wanted"
        " AND articles.first_seen >= :since AND revisions.id IN (SELECT max(revisions.id) FROM search"
        "  JOIN revisions ON revisions.id = search.rowid WHERE search MATCH :wanted GROUP BY revisions.article_id)"
        " ORDER BY bm25(search, :headline, 1.0), search.rowid DESC LIMIT :limit",
        {"headline": HEADLINE, "wanted": wanted, "since": stamp(since) if since else "", "limit": limit},
    ).fetchall()
    return _hits(db, wanted, [revision_id for (revision_id,) in best])


def page(
    db: Database, query: str, limit: int, offset: int = 0, *, since: datetime | None = None, outlet: str = ""
) -> list[Hit]:
    """Like `search`, in pages and at a steady speed: the best of the newest `RANKED` wordings that hold all of it.

    `outlet` is a part of the name or address of a feed that carried the article.
    """
    wanted = expression(query)
    if not wanted:
        return []
    best = db.execute(
        # The newest come first in the index, so that reading it ends with the last that is ranked.
        "WITH found AS MATERIALIZED (SELECT rowid AS id, bm25(search, :headline, 1.0) AS rank FROM search"
        "  WHERE search MATCH :wanted ORDER BY rowid DESC LIMIT :ranked),"
        " carriers AS MATERIALIZED (SELECT id FROM feeds"
        "  WHERE instr(lower(name || ' ' || title || ' ' || host), :outlet)),"
        # SQLite takes the rank beside max() from the row of the newest wording.
        " newest AS (SELECT max(found.id) AS id, rank, article_id FROM found CROSS JOIN revisions"
        "  ON revisions.id = found.id GROUP BY article_id)"
        " SELECT newest.id FROM newest CROSS JOIN articles ON articles.id = article_id WHERE first_seen >= :since"
        " AND (:outlet = '' OR EXISTS (SELECT 1 FROM sightings WHERE sightings.article_id = newest.article_id"
        "  AND feed_id IN carriers)) ORDER BY rank, newest.id DESC LIMIT :limit OFFSET :offset",
        {
            "headline": HEADLINE,
            "wanted": wanted,
            "ranked": RANKED,
            "since": stamp(since) if since else "",
            "outlet": clean(outlet).strip().lower(),
            "limit": limit,
            "offset": offset,
        },
    ).fetchall()
    return _hits(db, wanted, [revision_id for (revision_id,) in best])


def _hits(db: Database, wanted: str, ids: list[int]) -> list[Hit]:
    """These wordings, in this order. Snippets are cut for them only."""
    rows = db.query(
        "SELECT search.rowid AS id, articles.id AS article, articles.url, articles.first_seen, revisions.published,"
        " highlight(search, 0, :open, :close) AS title,"
        " snippet(search, 1, :open, :close, '…', :words) AS excerpt,"
        " (SELECT coalesce(nullif(feeds.name, ''), nullif(feeds.title, ''), feeds.url) FROM sightings"
        "  JOIN feeds ON feeds.id = sightings.feed_id WHERE sightings.article_id = articles.id"
        "  ORDER BY sightings.seen, feeds.id LIMIT 1) AS outlet"
        " FROM search CROSS JOIN revisions ON revisions.id = search.rowid"
        " CROSS JOIN articles ON articles.id = revisions.article_id WHERE search MATCH :wanted"
        # In one pass: asked for each by itself, the index would collect all words with a beginning each time.
        " AND search.rowid >= :lowest AND +search.rowid IN (SELECT value FROM json_each(:ids))",
        {
            "open": _OPEN,
            "close": _CLOSE,
            "words": SNIPPET,
            "wanted": wanted,
            "lowest": min(ids, default=0),
            "ids": json.dumps(ids),
        },
    )
    found = {row["id"]: _hit(row) for row in rows}
    return [found[revision_id] for revision_id in ids]


def _hit(row: dict[str, Any]) -> Hit:
    return Hit(
        article=row["article"],
        url=row["url"],
        outlet=row["outlet"] or "",
        first_seen=moment(row["first_seen"]),
        published=moment(row["published"]) if row["published"] else None,
        title=_marked(row["title"]),
        excerpt=_marked(row["excerpt"]),
    )


def _marked(text: str) -> Marked:
    """FTS5's marks as spans, on one line: text of several paragraphs is shown as one."""
    found = ""
    marks = []
    for piece in text.split(_OPEN):
        inside, closed, after = piece.partition(_CLOSE)
        if closed:
            marks.append((len(found), len(found) + len(inside)))
        found += inside + after
    return Marked(re.sub(r"\s", " ", found), tuple(marks))
