"""What the archive holds on watches and feeds since a time: the raw figures that `monitor.report` makes sense of."""

import json
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from monitor.calendar import midnights
from monitor.model import PageOutcome, TextSource
from monitor.options import Watch
from monitor.store import rules
from monitor.store.database import Database, moment, stamp
from monitor.store.feeds import called

# Of alerts, so many of the latest tell how fast a feed is.
TIMED = 5_000


@dataclass(frozen=True, slots=True)
class Noise:
    """What a watch in force brought. `added`: when it was, whatever it read like then.

    `alerts` are on `stories`, and `repeats` are those of them that were raised once more; `held_back` are articles that
    matched and did not alert. `useful` and `not_useful` are what was said of the alerts. The last two are of all time.
    """

    watch: Watch
    added: datetime
    alerts: int
    repeats: int
    stories: int
    held_back: int
    useful: int
    not_useful: int
    last_alert: datetime | None
    last_match: datetime | None


@dataclass(frozen=True, slots=True)
class Judged:
    """What was said of an alert of a watch, and its headline."""

    watch: str
    title: str
    useful: bool


@dataclass(frozen=True, slots=True)
class Carried:
    """What a feed of the configuration brought. `since`: the first good poll; what it held then is the `baseline`.

    `articles` are news; `unread` are those of them whose page is still to be read, and `pages` says how reading ended.
    """

    url: str
    name: str
    since: datetime | None
    baseline: int
    articles: int
    unread: int
    pages: Mapping[PageOutcome, int]


@dataclass(frozen=True, slots=True)
class Race:
    """How many stories a feed had that others had, too, and in how many it was the first."""

    stories: int
    first: int


@dataclass(frozen=True, slots=True)
class Delays:
    """Of one alert, whose article the feed of this address had first: seconds from each stage to the next.

    None where the article gives no time of its own or was there at first contact, and where nothing was sent (yet).
    """

    feed: str
    to_seen: float | None
    to_matched: float
    to_sent: float | None


# ---------------------------------------------------------------- watches


def noise(db: Database, since: datetime, watch: str = "", *, held_back: bool = True) -> list[Noise]:
    """What each watch in force, or only this one, brought since a time, in the order in which they were added.

    Without `held_back`, that is 0: to count it takes most of the time.
    """
    at = {"since": stamp(since), "watch": watch}
    raised = _by_rule(
        db,
        "SELECT rule_id, count(*) AS alerts, sum(cause != 'first') AS repeats, count(DISTINCT story_id) AS stories"
        " FROM rules CROSS JOIN alerts ON rule_id = rules.id"
        " WHERE :watch IN ('', rules.name) AND created >= :since GROUP BY rules.id",
        at,
    )
    kept = held_back and _by_rule(
        db,
        "SELECT rule_id, count(*) AS held_back FROM (SELECT rule_id"
        "  FROM rules CROSS JOIN matches ON rule_id = rules.id WHERE :watch IN ('', rules.name) AND matched >= :since"
        "  GROUP BY rules.id, article_id HAVING sum(action = 'alert') = 0) GROUP BY rule_id",
        at,
    )
    said = _by_rule(
        db,
        "SELECT rule_id, sum(useful) AS useful, sum(NOT useful) AS not_useful FROM feedback"
        " CROSS JOIN alerts ON alerts.id = alert_id CROSS JOIN rules ON rules.id = rule_id"
        " WHERE :watch IN ('', rules.name) AND created >= :since GROUP BY rule_id",
        at,
    )
    ever = _by_rule(
        db,
        "SELECT id AS rule_id, added, (SELECT max(created) FROM alerts WHERE rule_id = rules.id) AS last_alert,"
        " (SELECT max(matched) FROM matches WHERE rule_id = rules.id) AS last_match FROM rules"
        " WHERE :watch IN ('', rules.name)",
        {"watch": watch},
    )
    return [
        _noise(rule.watch, raised.get(rule.id, {}), (kept or {}).get(rule.id, {}), said.get(rule.id, {}), ever[rule.id])
        for rule in rules.in_force(db)
        if rule.id in ever
    ]


def _by_rule(db: Database, query: str, values: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    return {row["rule_id"]: row for row in db.query(query, dict(values))}


def _noise(
    watch: Watch, raised: Mapping[str, Any], kept: Mapping[str, Any], said: Mapping[str, Any], ever: Mapping[str, Any]
) -> Noise:
    return Noise(
        watch=watch,
        added=moment(ever["added"]),
        alerts=raised.get("alerts", 0),
        repeats=raised.get("repeats", 0),
        stories=raised.get("stories", 0),
        held_back=kept.get("held_back", 0),
        useful=said.get("useful", 0),
        not_useful=said.get("not_useful", 0),
        last_alert=moment(ever["last_alert"]) if ever["last_alert"] else None,
        last_match=moment(ever["last_match"]) if ever["last_match"] else None,
    )


def stories(db: Database, since: datetime) -> dict[str, frozenset[int]]:
    """The stories that each watch in force alerted on since a time; a watch without any is left out."""
    rows = db.execute(
        "SELECT rules.name, story_id FROM rules JOIN rule_revisions ON rule_revisions.rule_id = rules.id"
        " AND ended IS NULL JOIN alerts ON alerts.rule_id = rules.id AND alerts.created >= ?",
        [stamp(since)],
    )
    found: defaultdict[str, set[int]] = defaultdict(set)
    for name, story in rows.fetchall():
        found[name].add(story)
    return {name: frozenset(ids) for name, ids in found.items()}


def judged(db: Database, watch: str = "") -> list[Judged]:
    """All that was ever said of alerts that are kept, or of those of this watch, oldest first."""
    rows = db.execute(
        "SELECT rules.name, revisions.title, useful FROM feedback CROSS JOIN alerts ON alerts.id = alert_id"
        " CROSS JOIN rules ON rules.id = alerts.rule_id JOIN matches ON matches.id = alerts.match_id"
        " JOIN revisions ON revisions.id = matches.revision_id WHERE ? IN ('', rules.name) ORDER BY alerts.created",
        [watch],
    )
    return [Judged(watch, title, bool(useful)) for watch, title, useful in rows.fetchall()]


def sparklines(db: Database, zone: ZoneInfo, now: datetime, days: int = 30) -> dict[str, tuple[int, ...]]:
    """Alerts of each watch in force on each of the last days in this zone, oldest first; the last is today so far."""
    bounds = [stamp(each) for each in midnights(zone, now, days)]
    rows = db.execute(
        "SELECT rules.name, json_group_array((SELECT count(*) FROM alerts WHERE rule_id = rules.id"
        "  AND created >= days.value ->> 0 AND created < days.value ->> 1))"
        " FROM rules JOIN rule_revisions ON rule_revisions.rule_id = rules.id AND ended IS NULL"
        # The days of a watch stay in order: it is the inner loop, and each watch is one row.
        " CROSS JOIN json_each(?) AS days GROUP BY rules.id",
        [json.dumps(list(pairwise(bounds)))],
    )
    return {name: tuple(json.loads(counts)) for name, counts in rows.fetchall()}


# ---------------------------------------------------------------- feeds


def carried(db: Database, since: datetime) -> list[Carried]:
    """What each feed of the configuration brought since a time, by name."""
    outcomes = ", ".join(f"coalesce(sum(NOT baseline AND page = '{each}'), 0) AS \"{each}\"" for each in PageOutcome)
    sums = {
        row["feed_id"]: row
        for row in db.query(
            "SELECT feed_id, sum(baseline) AS baseline, sum(NOT baseline) AS articles,"  # noqa: S608
            f" sum(NOT baseline AND state = 'unread') AS unread, {outcomes}"
            " FROM feeds CROSS JOIN entries ON feed_id = feeds.id"
            " WHERE active AND entries.first_seen >= ? GROUP BY feeds.id",
            [stamp(since)],
        )
    }
    found = [_carried(row, sums.get(row["id"], {})) for row in db.query("SELECT * FROM feeds WHERE active")]
    return sorted(found, key=lambda feed: feed.name.lower())


def _carried(feed: dict[str, Any], sums: Mapping[str, int]) -> Carried:
    return Carried(
        url=feed["url"],
        name=called(feed),
        since=moment(feed["first_contact"]) if feed["first_contact"] else None,
        baseline=sums.get("baseline", 0),
        articles=sums.get("articles", 0),
        unread=sums.get("unread", 0),
        pages={each: sums.get(each, 0) for each in PageOutcome},
    )


def texts(db: Database, since: datetime) -> dict[str, Mapping[TextSource, int]]:
    """Where the texts of the news came from that each feed, by its address, brought since a time."""
    rows = db.query(
        # Materialized, or else each text is looked up three times.
        "WITH texts AS MATERIALIZED (SELECT feeds.id, feeds.url,"
        "  (SELECT text_source FROM revisions WHERE article_id = entries.article_id ORDER BY number DESC LIMIT 1)"
        "  AS source FROM feeds CROSS JOIN entries ON feed_id = feeds.id"
        "  WHERE active AND entries.first_seen >= ? AND NOT baseline)"
        " SELECT url, sum(source = 'page') AS page, sum(source = 'feed') AS feed, sum(source = 'summary') AS summary"
        " FROM texts GROUP BY id",
        [stamp(since)],
    )
    return {row["url"]: {each: row[each] or 0 for each in TextSource} for row in rows}


def races(db: Database, since: datetime) -> dict[str, Race]:
    """How the feeds, by their addresses, did on stories that came since a time and that two or more of them had.

    What was there at first contact, or came while the monitor was off, says nothing of who was first.
    """
    rows = db.execute(
        # SQLite takes the feed beside min() from the row of the earliest.
        "SELECT feed_id, min(entries.first_seen), group_concat(DISTINCT feed_id)"
        " FROM articles CROSS JOIN entries ON entries.article_id = articles.id WHERE articles.first_seen >= ?"
        # The index over stories would read all of them.
        " AND +story_id IS NOT NULL AND NOT baseline AND NOT catch_up"
        " GROUP BY +story_id HAVING count(DISTINCT feed_id) > 1",
        [stamp(since)],
    ).fetchall()
    first = Counter(feed_id for feed_id, _, _ in rows)
    had = Counter(int(feed_id) for _, _, carriers in rows for feed_id in carriers.split(","))
    urls = db.execute("SELECT id, url FROM feeds WHERE active").fetchall()
    return {url: Race(had[feed_id], first[feed_id]) for feed_id, url in urls if had[feed_id]}


def delays(db: Database, since: datetime, limit: int | None = TIMED) -> list[Delays]:
    """How long the latest alerts since a time took, newest first; all of them where there is no `limit`."""
    rows = db.execute(
        "SELECT feeds.url,"
        " CASE WHEN NOT baseline AND NOT catch_up THEN 86400 * (julianday(entries.first_seen)"
        "  - julianday((SELECT min(published) FROM revisions WHERE article_id = entries.article_id))) END,"
        " 86400 * (julianday(matched) - julianday(entries.first_seen)),"
        " 86400 * (julianday((SELECT min(sent) FROM deliveries JOIN messages ON messages.id = message_id"
        "  WHERE alert_id = alerts.id)) - julianday(matched))"
        " FROM (SELECT * FROM alerts WHERE created >= :since ORDER BY created DESC LIMIT :limit) AS alerts"
        " CROSS JOIN matches ON matches.id = match_id"
        " CROSS JOIN entries ON entries.id = (SELECT id FROM entries WHERE article_id = matches.article_id"
        "  ORDER BY first_seen, id LIMIT 1)"
        " JOIN feeds ON feeds.id = entries.feed_id WHERE feeds.active",
        {"since": stamp(since), "limit": -1 if limit is None else limit},
    )
    return [Delays(url, *times) for url, *times in rows.fetchall()]
