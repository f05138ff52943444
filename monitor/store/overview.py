"""How things stand: the queues at a glance, one feed in full, what watches brought; and polls asked for by hand."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from zoneinfo import ZoneInfo

from monitor.calendar import midnights
from monitor.store import delivery, feeds, outbox
from monitor.store.database import Database, moment, stamp
from monitor.store.feeds import FeedStatus
from monitor.urls import host

# Of a feed's history, so much is shown.
POLLS = 10
# Of how reading pages ended, the entries of about the last days.
PAGES = 100


@dataclass(frozen=True, slots=True)
class Poll:
    """One poll of a feed. `outcome` is "read", "not modified" or "failed"."""

    started: datetime
    finished: datetime
    outcome: str
    status: int | None
    bytes: int
    entries: int
    new: int
    updated: int
    problems: tuple[str, ...]
    error: str


@dataclass(frozen=True, slots=True)
class FeedDetail:
    """A feed in full. `held_until`: its host takes no requests before that. `moved_to`: a host; more may be secret.

    `pages` says how reading ended for its latest entries, and for how many each.
    """

    status: FeedStatus
    tier: int
    tags: tuple[str, ...]
    moved_to: str
    etag: str
    last_modified: str
    first_contact: datetime | None
    baseline: int
    unread: int
    quarantined: int
    held_until: datetime | None
    held_because: str
    pages: Mapping[str, int]
    polls: tuple[Poll, ...]


@dataclass(frozen=True, slots=True)
class Refreshed:
    """A feed that is due now, or, where its host is held, at `held_until`."""

    url: str
    name: str
    held_until: datetime | None


@dataclass(frozen=True, slots=True)
class WatchCounts:
    """What a watch brought. `since`: when it began to read as it does; None where it is gone."""

    since: datetime | None
    week: int
    month: int
    last: datetime | None
    last_alert: str


@dataclass(frozen=True, slots=True)
class Counts:
    """The whole monitor in numbers; `entries`, `articles` and `alerts` are those since a time.

    `held` messages have a time of their own; `down` are the channels that are. `quarantined`: the articles whose
    page or text was given up.
    """

    entries: int
    articles: int
    alerts: int
    unread: int
    unjudged: int
    waiting: int
    held: int
    dead: int
    down: tuple[str, ...]
    quarantined: tuple[int, ...]
    last_poll: datetime | None


def counts(db: Database, since: datetime) -> Counts:
    """How much came in since a time, and how long the queues are."""
    (raised,) = db.execute("SELECT count(*) FROM alerts WHERE created >= ?", [stamp(since)]).fetchone()
    (last_poll,) = db.execute("SELECT max(last_poll) FROM feeds WHERE active").fetchone()
    queued = db.execute(
        "SELECT (SELECT count(*) FROM entries WHERE state = 'unread'),"
        " (SELECT count(*) FROM revisions WHERE state = 'unjudged'),"
        " (SELECT count(*) FROM messages WHERE state = 'held')"
    ).fetchone()
    down = db.execute("SELECT name FROM channels WHERE down_since IS NOT NULL AND active ORDER BY name").fetchall()
    quarantined = db.execute(
        "SELECT article_id FROM entries WHERE state = 'quarantined'"
        " UNION SELECT article_id FROM revisions WHERE state = 'quarantined' ORDER BY 1"
    ).fetchall()
    return Counts(
        entries=_newer(db, "entries", since),
        articles=_newer(db, "articles", since),
        alerts=raised,
        unread=queued[0],
        unjudged=queued[1],
        waiting=delivery.waiting(db),
        held=queued[2],
        dead=outbox.dead(db),
        down=tuple(name for (name,) in down),
        quarantined=tuple(article_id for (article_id,) in quarantined),
        last_poll=moment(last_poll) if last_poll else None,
    )


def ill(db: Database) -> int:
    """How many feeds there is something wrong with that lasts."""
    (count,) = db.execute(
        "SELECT count(*) FROM feeds WHERE active AND (gone IS NOT NULL"
        " OR id IN (SELECT feed_id FROM ailments WHERE ended IS NULL))"
    ).fetchone()
    return int(count)


def _newer(db: Database, table: str, since: datetime) -> int:
    """Rows first seen since a time. Their numbers rise with it, so only those are looked at, not the whole table."""
    older = db.execute(
        f"SELECT id FROM {table} WHERE first_seen < ? ORDER BY id DESC LIMIT 1",  # noqa: S608
        [stamp(since)],
    ).fetchone()
    (count,) = db.execute(
        f"SELECT count(*) FROM {table} WHERE id > ?",  # noqa: S608
        [older[0] if older else 0],
    ).fetchone()
    return int(count)


# ---------------------------------------------------------------- feeds


def feed(db: Database, url: str, now: datetime) -> FeedDetail | None:
    """A feed of the configuration in full; None when the daemon has not taken it up."""
    status = next(iter(feeds.status(db, now, url)), None)
    if status is None:
        return None
    row = next(
        db.query(
            "SELECT feeds.*, hosts.held_until, hosts.reason FROM feeds LEFT JOIN hosts ON hosts.host = feeds.asked_host"
            " WHERE url = ?",
            [url],
        )
    )
    entries = db.execute(
        "SELECT coalesce(sum(baseline), 0), coalesce(sum(state = 'unread'), 0),"
        " coalesce(sum(state = 'quarantined'), 0) FROM entries WHERE feed_id = ?",
        [row["id"]],
    ).fetchone()
    polls = db.query("SELECT * FROM polls WHERE feed_id = ? ORDER BY id DESC LIMIT ?", [row["id"], POLLS])
    return FeedDetail(
        status=status,
        tier=row["tier"],
        tags=tuple(json.loads(row["tags"])),
        moved_to=host(row["moved_to"]),
        etag=row["etag"],
        last_modified=row["last_modified"],
        first_contact=moment(row["first_contact"]) if row["first_contact"] else None,
        baseline=entries[0],
        unread=entries[1],
        quarantined=entries[2],
        held_until=moment(row["held_until"]) if row["held_until"] else None,
        held_because=row["reason"] or "",
        pages=_pages(db, row["id"]),
        polls=tuple(_poll(item) for item in polls),
    )


def items(db: Database, feed_id: int, zone: ZoneInfo, now: datetime, days: int = 30) -> tuple[int, ...]:
    """What a feed brought on each of the last days in this zone, oldest first; the last is today so far.

    What was there at the first contact was not brought.
    """
    bounds = [stamp(each) for each in midnights(zone, now, days)]
    rows = db.execute(
        "SELECT (SELECT count(*) FROM entries WHERE feed_id = :feed AND first_seen >= days.value ->> 0"
        "  AND first_seen < days.value ->> 1 AND NOT baseline) FROM json_each(:days) AS days ORDER BY days.key",
        {"feed": feed_id, "days": json.dumps(list(pairwise(bounds)))},
    )
    return tuple(count for (count,) in rows.fetchall())


def _pages(db: Database, feed_id: int) -> dict[str, int]:
    rows = db.query(
        "SELECT page, count(*) AS count FROM (SELECT page FROM entries WHERE feed_id = ? ORDER BY id DESC LIMIT ?)"
        " WHERE page != '' GROUP BY page ORDER BY count DESC",
        [feed_id, PAGES],
    )
    return {row["page"]: row["count"] for row in rows}


def _poll(row: dict[str, object]) -> Poll:
    values = {key: str(value) for key, value in row.items()}
    return Poll(
        started=moment(values["started"]),
        finished=moment(values["finished"]),
        outcome=values["outcome"],
        status=int(values["status"]) if row["status"] is not None else None,
        bytes=int(values["bytes"]),
        entries=int(values["entries"]),
        new=int(values["new"]),
        updated=int(values["updated"]),
        problems=tuple(json.loads(values["problems"])),
        error=values["error"],
    )


def refresh(db: Database, urls: Iterable[str], now: datetime) -> list[Refreshed]:
    """Make these feeds due now. A host that asked to wait is left alone until then all the same."""
    rows = db.query(
        "SELECT feeds.id, feeds.url, feeds.name, feeds.title, hosts.held_until FROM feeds"
        " LEFT JOIN hosts ON hosts.host = feeds.asked_host AND hosts.held_until > :now"
        " WHERE feeds.active AND feeds.url IN (SELECT value FROM json_each(:urls)) ORDER BY feeds.id",
        {"now": stamp(now), "urls": json.dumps(list(urls))},
    )
    done = []
    for row in list(rows):
        held = moment(row["held_until"]) if row["held_until"] else None
        db.execute(
            "UPDATE feeds SET next_poll = ?, next_reason = 'asked for by hand', gone = NULL WHERE id = ?",
            [stamp(now), row["id"]],
        )
        done.append(Refreshed(row["url"], row["name"] or row["title"] or row["url"], held))
    return done


# ---------------------------------------------------------------- watches


def watches(db: Database, *, week: datetime, month: datetime) -> dict[str, WatchCounts]:
    """What each watch brought since these two times, by its name."""
    rows = db.query(
        "SELECT rules.name, (SELECT created FROM rule_revisions WHERE rule_id = rules.id AND ended IS NULL) AS since,"
        " coalesce(sum(alerts.created >= :week), 0) AS week, coalesce(sum(alerts.created >= :month), 0) AS month,"
        " max(alerts.created) AS last, alerts.id AS last_alert"  # SQLite takes the other columns from the row of max()
        " FROM rules LEFT JOIN alerts ON alerts.rule_id = rules.id GROUP BY rules.id",
        {"week": stamp(week), "month": stamp(month)},
    )
    return {
        row["name"]: WatchCounts(
            since=moment(row["since"]) if row["since"] else None,
            week=row["week"],
            month=row["month"],
            last=moment(row["last"]) if row["last"] else None,
            last_alert=row["last_alert"] or "",
        )
        for row in rows
    }
