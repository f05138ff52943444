"""Stories: which articles are one, by the signatures that they share, or by what they tell.

The table `features` says what articles of the last days tell; an `Index` in memory is a copy of part of it, and reads
on where it stopped before it is asked. So it never holds what was rolled back, and a restart only has to read more.
"""

import json
import sys
from array import array
from collections import defaultdict
from collections.abc import Container, Iterable
from dataclasses import astuple, dataclass
from datetime import datetime

from monitor import headlines, stories
from monitor.events import Figure, Told
from monitor.store.database import Database, moment, stamp
from monitor.stories import VERSION, WINDOW, How, Index, Member, Reading, Signature, Verdict
from monitor.urls import host

# Of what is too old to be compared, so many rows go with each article that comes.
_PRUNED = 20

# Of a story, so many headlines are compared.
_HEADLINES = 50


@dataclass(frozen=True, slots=True)
class Joined:
    """The story of an article, and how and why it came there. `update_of` is the story that its story goes on from."""

    story_id: int
    how: How
    reason: str
    update_of: int | None


def load(db: Database, now: datetime) -> Index:
    """What articles of the window tell, as it was committed."""
    index = Index()
    _read_on(db, index, now)
    return index


def join_story(
    db: Database,
    index: Index,
    article_id: int,
    first_seen: datetime,
    found: Iterable[Signature],
    reading: Reading,
    now: datetime,
) -> Joined:
    """The story of an article: the one it is in, else one that it shares a signature with or tells the event of, else
    a new one, which is linked to the story whose event it takes further.

    Stories that share a signature are linked: they never merge, since alerts refer to them. An article that is alone in
    a story without an alert moves instead, so that a copy whose page was read late is still recognised. At most one
    article a transaction.
    """
    found = tuple(found)
    _read_on(db, index, now)
    (own,) = db.execute("SELECT story_id FROM articles WHERE id = ?", [article_id]).fetchone()
    others = [(story, kind) for story, kind in _sharing(db, found, now) if story != own]
    update_of, update = None, ""
    if own is None or _is_movable(db, own):
        verdicts = _verdicts(db, index, article_id, first_seen, own, others, reading)
        joining = [each for each in verdicts if each[1].how is not How.FIRST]
        if joining:
            story, verdict = joining[0]
            _move(db, article_id, own, story, verdict)
            own = story
            others = [other for other in others if other[0] != own]
        elif verdicts:
            update_of, update = verdicts[0][0], verdicts[0][1].reason
    if own is None:
        own = int(db.execute("INSERT INTO stories (created) VALUES (?)", [stamp(now)]).lastrowid or 0)
        _set_story(db, article_id, own, Verdict(How.FIRST, 0, update or "first of its story"))
    if update_of is not None:
        db.execute("UPDATE stories SET update_of = ? WHERE id = ?", [update_of, own])
        _link(db, update_of, own, update, now)
    for signature in found:
        db.execute(
            "INSERT OR IGNORE INTO signatures (version, kind, value, story_id, article_id, created)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            [VERSION, signature.kind, signature.value, own, article_id, stamp(now)],
        )
    for other, _ in others:
        _link(db, min(own, other), max(own, other), "share a signature", now)
    keep(db, article_id, first_seen, reading, now)
    return _joined(db, article_id)


def _joined(db: Database, article_id: int) -> Joined:
    story, how, reason, update_of = db.execute(
        "SELECT story_id, story_how, story_reason, update_of FROM articles JOIN stories ON stories.id = story_id"
        " WHERE articles.id = ?",
        [article_id],
    ).fetchone()
    return Joined(story, How(how), reason, update_of)


# ---------------------------------------------------------------- what articles tell


def _read_on(db: Database, index: Index, now: datetime) -> None:
    """Bring the index up to what the table holds."""
    since = now - WINDOW
    (last,) = db.execute("SELECT coalesce(max(id), 0) FROM features").fetchone()
    if last > index.read_to:
        rows = db.execute(
            "SELECT article_id, seen, terms, weights FROM features WHERE id > ? AND version = ? AND seen >= ?",
            [index.read_to, VERSION, stamp(since)],
        )
        for article_id, seen, terms, weights in rows:
            index.put(article_id, moment(seen), _unpacked(terms), weights)
        index.read_to = last
    index.expire(since)


def keep(db: Database, article_id: int, first_seen: datetime, reading: Reading, now: datetime) -> None:
    """Store what the article's newest wording tells, and drop some of what is too old to matter."""
    since = stamp(now - WINDOW)
    db.execute(
        "DELETE FROM features WHERE id IN (SELECT id FROM features WHERE seen < ? ORDER BY seen LIMIT ?)",
        [since, _PRUNED],
    )
    if stamp(first_seen) < since:
        return
    told = reading.features
    db.execute(
        "INSERT OR REPLACE INTO features (article_id, version, seen, terms, weights, headline, whom, sketch, told)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        [
            article_id,
            VERSION,
            stamp(first_seen),
            _packed(told.terms),
            told.weights,
            _packed(told.headline),
            _packed(told.whom),
            _packed(told.sketch),
            _told_as_json(told.told),
        ],
    )


def _verdicts(
    db: Database,
    index: Index,
    article_id: int,
    first_seen: datetime,
    own: int | None,
    others: Iterable[tuple[int, str]],
    reading: Reading,
) -> list[tuple[int, Verdict]]:
    """What the article is to stories but its `own`, the strongest first; the `others` share a signature with it."""
    verdicts: list[tuple[int, Verdict]] = []
    for story, kind in others:
        how = How.SAME_ARTICLE if kind == "url" else How.SAME_TEXT
        verdicts.append((story, Verdict(how, 3, f"same {kind}")))
    title = _headline(db, article_id)
    correction = headlines.taken_back(title) is not None
    if correction:  # what it says otherwise is the same event, told right
        reading = reading.without_news()
    near = {each.article_id: each for each in index.find(reading, first_seen, but=article_id)}
    members: defaultdict[int, list[Member]] = defaultdict(list)
    rows = db.execute(
        "SELECT articles.id, story_id, headline, whom, sketch, told FROM articles"
        " JOIN features ON article_id = articles.id"
        " WHERE articles.id IN (SELECT value FROM json_each(?)) AND story_id IS NOT NULL AND version = ?",
        [json.dumps(list(near)), VERSION],
    )
    for other_id, story, headline, whom, sketch, told in rows:
        features = _unpacked(headline), _unpacked(whom), _unpacked(sketch)
        members[story].append(Member(near[other_id], *features, _told(told)))
    for story, listed in members.items():
        verdict = stories.decide(reading, listed) if story != own else None
        if verdict is None:
            continue
        if verdict.how is How.FIRST or correction or _belongs(db, article_id, title, story, verdict, near):
            verdicts.append((story, verdict))
    return sorted(verdicts, key=lambda each: (-each[1].strength, each[0]))


def _belongs(db: Database, article_id: int, title: str, story: int, verdict: Verdict, near: Container[int]) -> bool:
    """Whether nothing tells an article of this title apart from a story that seems to be its own.

    That is a number in the headline, or its outlet. What tells of the same event is also like what the story began
    with: else one thing would lead to another, and in the end to everything.
    """
    members = [number for (number,) in db.execute("SELECT id FROM articles WHERE story_id = ? ORDER BY id", [story])]
    if verdict.how is How.SAME_EVENT and members[0] not in near:
        return False
    apart = any(headlines.numbered_apart(title, _headline(db, other)) for other in members[:_HEADLINES])
    return not apart and not _has_one_of_its_outlet(db, story, article_id)


def _headline(db: Database, article_id: int) -> str:
    row = db.execute(
        "SELECT title FROM revisions WHERE article_id = ? ORDER BY number DESC LIMIT 1", [article_id]
    ).fetchone()
    return row[0] if row else ""


def _has_one_of_its_outlet(db: Database, story: int, article_id: int) -> bool:
    """Whether another article of the story is on the same host and in the same feed.

    An outlet that lists two articles has two things to tell, however alike they are: filings, releases, incidents.
    """
    rows = db.execute(
        "SELECT DISTINCT own.url, other.url FROM sightings AS here JOIN articles AS own ON own.id = here.article_id"
        " JOIN sightings AS there ON there.feed_id = here.feed_id JOIN articles AS other ON other.id = there.article_id"
        " WHERE here.article_id = ? AND other.story_id = ? AND other.id != own.id",
        [article_id, story],
    )
    return any(host(one) == host(other) for one, other in rows.fetchall())


def _packed(values: "array[int]") -> bytes:
    return _little(array("I", values)).tobytes()


def _unpacked(blob: bytes) -> "array[int]":
    return _little(array("I", blob))


def _little(values: "array[int]") -> "array[int]":
    if sys.byteorder == "big":
        values.byteswap()
    return values


def _told_as_json(told: Told) -> str:
    return json.dumps(
        {
            "figures": [astuple(figure) for figure in told.figures],
            "developments": sorted(told.developments),
            "all_figures": [astuple(figure) for figure in told.all_figures],
            "all_developments": sorted(told.all_developments),
            "subjects": sorted(told.subjects),
            "firms": sorted(told.firms),
        },
        ensure_ascii=False,
    )


def _told(text: str) -> Told:
    value = json.loads(text)
    return Told(
        tuple(Figure(*figure) for figure in value["figures"]),
        frozenset(value["developments"]),
        tuple(Figure(*figure) for figure in value["all_figures"]),
        frozenset(value["all_developments"]),
        frozenset(value["subjects"]),
        frozenset(value["firms"]),
    )


# ---------------------------------------------------------------- stories


def _sharing(db: Database, found: Iterable[Signature], now: datetime) -> list[tuple[int, str]]:
    """Stories that carry one of the signatures, oldest first, each with the kind that is shared; a text for a while."""
    shared: dict[int, str] = {}
    for signature in found:
        since = "" if signature.kind == "url" else stamp(now - WINDOW)
        rows = db.query(
            "SELECT story_id FROM signatures WHERE version = ? AND kind = ? AND value = ? AND created >= ?",
            [VERSION, signature.kind, signature.value, since],
        )
        for row in rows:
            shared.setdefault(row["story_id"], signature.kind)
    return sorted(shared.items())


def _is_movable(db: Database, story_id: int) -> bool:
    (referred,) = db.execute(
        "SELECT EXISTS (SELECT 1 FROM alerts WHERE story_id = :story)"
        " OR EXISTS (SELECT 1 FROM silences WHERE story_id = :story)"
        " OR EXISTS (SELECT 1 FROM stories WHERE update_of = :story)"
        " OR (SELECT count(*) FROM articles WHERE story_id = :story) > 1",
        {"story": story_id},
    ).fetchone()
    return not referred


def _move(db: Database, article_id: int, own: int | None, other: int, verdict: Verdict) -> None:
    _set_story(db, article_id, other, verdict)
    if own is not None:
        db.execute("UPDATE OR IGNORE signatures SET story_id = ? WHERE story_id = ?", [other, own])
        db.execute("DELETE FROM stories WHERE id = ?", [own])


def _set_story(db: Database, article_id: int, story_id: int, verdict: Verdict) -> None:
    db.execute(
        "UPDATE articles SET story_id = ?, story_how = ?, story_reason = ? WHERE id = ?",
        [story_id, verdict.how, verdict.reason, article_id],
    )


def _link(db: Database, one: int, other: int, reason: str, now: datetime) -> None:
    db.execute(
        "INSERT OR IGNORE INTO story_links (story_id, other_id, reason, created) VALUES (?, ?, ?, ?)",
        [one, other, reason, stamp(now)],
    )
