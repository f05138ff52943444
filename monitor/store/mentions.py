"""Which stories mention what watches list, and when: each story counts once for each term."""

import json
from bisect import bisect
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitor.calendar import midnights
from monitor.model import Evidence
from monitor.store.database import Database, moment, stamp

# A query is no thing that is spoken of.
LISTS = ("tickers", "companies", "people", "topics")

# What a term of a list is counted as: a kind of thing, and its name.
Called = Callable[[str, str], tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Counted:
    """How many stories mention a thing on each day, oldest first; the last is today so far.

    `since`: from then on it was looked for, and there was something to find it in.
    """

    counts: tuple[int, ...]
    since: datetime


def record(db: Database, story_id: int, evidence: Iterable[Evidence], told: datetime) -> None:
    """Note what a match on an article of a story shows of; `told` is when the article came out, or was first seen."""
    terms = {(item.list, item.term) for item in evidence if item.list in LISTS}
    db.execute(
        "INSERT INTO mentions (list, term, story_id, told)"
        " SELECT value ->> 0, value ->> 1, :story, :told FROM json_each(:terms) WHERE TRUE"
        " ON CONFLICT (list, term, story_id) DO UPDATE SET told = min(told, excluded.told)",
        {"story": story_id, "told": stamp(told), "terms": json.dumps(sorted(terms))},
    )


def terms(db: Database, since: datetime) -> frozenset[tuple[str, str]]:
    """The list and the term of all that was mentioned since a time."""
    rows = db.execute("SELECT DISTINCT list, term FROM mentions WHERE told >= ?", [stamp(since)])
    return frozenset((kind, term) for kind, term in rows.fetchall())


def as_listed(kind: str, term: str) -> tuple[str, str]:
    """Every term for itself."""
    return kind, term


def daily(
    db: Database, zone: ZoneInfo, now: datetime, days: int = 44, called: Called = as_listed
) -> dict[tuple[str, str], Counted]:
    """Stories a day in this zone, for each thing that was mentioned on one of them.

    Terms that are `called` the same are counted together, and a story that mentions several of them once, on the day
    of the first.
    """
    bounds = [stamp(each) for each in midnights(zone, now, days)]
    counts = _by_term(db, bounds)
    things: defaultdict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for term in counts:
        things[called(*term)].append(term)
    shared = {thing: found for thing, found in things.items() if len(found) > 1}
    counts |= _together(db, shared, bounds)
    began, listed = _began(db, now), _listed(db)
    return {
        thing: Counted(
            counts[thing if thing in shared else found[0]],
            max(began, min((listed[term] for term in found if term in listed), default=began)),
        )
        for thing, found in things.items()
    }


def _by_term(db: Database, bounds: Sequence[str]) -> dict[tuple[str, str], tuple[int, ...]]:
    rows = db.execute(
        "SELECT list, term, days.key, count(*) FROM json_each(?) AS days"
        " CROSS JOIN mentions ON told >= days.value ->> 0 AND told < days.value ->> 1 GROUP BY 1, 2, 3",
        [json.dumps(list(pairwise(bounds)))],
    )
    return _spread((((kind, term), day, count) for kind, term, day, count in rows.fetchall()), len(bounds) - 1)


def _together(
    db: Database, things: Mapping[tuple[str, str], Sequence[tuple[str, str]]], bounds: Sequence[str]
) -> dict[tuple[str, str], tuple[int, ...]]:
    """Of things that go by several terms: a story that was told under one of them before is not new under another."""
    rows = db.execute(
        "WITH named AS MATERIALIZED (SELECT value ->> 0 AS list, value ->> 1 AS term, value ->> 2 AS thing"
        "  FROM json_each(:terms))"
        " SELECT thing, min(told) FROM mentions CROSS JOIN named USING (list, term)"
        " WHERE told >= :first AND told < :last GROUP BY thing, story_id",
        {
            "terms": json.dumps([(*term, number) for number, found in enumerate(things.values()) for term in found]),
            "first": bounds[0],
            "last": bounds[-1],
        },
    )
    names = list(things)
    days = Counter((names[thing], bisect(bounds, told) - 1) for thing, told in rows.fetchall())
    return _spread(((thing, day, count) for (thing, day), count in days.items()), len(bounds) - 1)


def _spread(found: Iterable[tuple[tuple[str, str], int, int]], days: int) -> dict[tuple[str, str], tuple[int, ...]]:
    """Counts by day as one row of counts for each thing."""
    spread: defaultdict[tuple[str, str], list[int]] = defaultdict(lambda: [0] * days)
    for thing, day, count in found:
        spread[thing][day] = count
    return {thing: tuple(counts) for thing, counts in spread.items()}


def _began(db: Database, now: datetime) -> datetime:
    """When the archive begins. What its first articles say of the time before is not all that was said then."""
    (first,) = db.execute("SELECT min(first_seen) FROM articles").fetchone()
    return moment(first) if first else now


def _listed(db: Database) -> dict[tuple[str, str], datetime]:
    """Since when a watch lists each term."""
    rows = db.execute(
        "SELECT lists.value, terms.value, min(rule_revisions.created) FROM rule_revisions, json_each(?) AS lists,"
        " json_each(definition -> lists.value) AS terms GROUP BY 1, 2",
        [json.dumps(LISTS)],
    )
    return {(kind, term): moment(created) for kind, term, created in rows.fetchall()}
