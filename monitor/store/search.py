"""Full text over stored articles. Whatever a person types is a query, and none of it is FTS5's own syntax."""

import re
from dataclasses import dataclass
from datetime import datetime

from monitor.store.database import Database, moment, stamp
from monitor.text import clean

# More words than this narrow nothing down any further.
MOST_WORDS = 64

# How much more a word in the headline counts.
HEADLINE = 5.0

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
    # Snippets are cut for those that are shown only.
    return [_hit(db, wanted, revision_id) for (revision_id,) in best]


def _hit(db: Database, wanted: str, revision_id: int) -> Hit:
    row = next(
        db.query(
            "SELECT articles.id, articles.url, articles.first_seen, revisions.published,"
            " highlight(search, 0, :open, :close) AS title,"
            " snippet(search, 1, :open, :close, '…', :words) AS excerpt,"
            " (SELECT coalesce(nullif(feeds.name, ''), nullif(feeds.title, ''), feeds.url) FROM sightings"
            "  JOIN feeds ON feeds.id = sightings.feed_id WHERE sightings.article_id = articles.id"
            "  ORDER BY sightings.seen, feeds.id LIMIT 1) AS outlet"
            " FROM search JOIN revisions ON revisions.id = search.rowid"
            " JOIN articles ON articles.id = revisions.article_id WHERE search MATCH :wanted AND search.rowid = :id",
            {"open": _OPEN, "close": _CLOSE, "words": SNIPPET, "wanted": wanted, "id": revision_id},
        )
    )
    return Hit(
        article=row["id"],
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
