"""What is measured of the database again and again: queues, states and totals, each by one cheap question."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.health import Kind
from monitor.model import MessageState
from monitor.store import outbox
from monitor.store.database import Database, moment, stamp

# As feeds.FeedStatus has them.
FEED_STATES = ("new", "ok", "failing", "held", "gone")


@dataclass(frozen=True, slots=True)
class Gauges:
    """The monitor in numbers. `feeds`, `ailments` and `messages` are counts by state, kind and state, also of none.

    `articles` and `alerts` are those stored; `overdue` is as `overdue` gives it.
    """

    feeds: Mapping[str, int]
    ailments: Mapping[str, int]
    messages: Mapping[str, int]
    unread: int
    unjudged: int
    dead: int
    down: int
    articles: int
    alerts: int
    overdue: timedelta


def gauges(db: Database, now: datetime) -> Gauges:
    """Measure all."""
    unread, unjudged, down, articles, alerts = db.execute(
        "SELECT (SELECT count(*) FROM entries WHERE state = 'unread'),"
        " (SELECT count(*) FROM revisions WHERE state = 'unjudged'),"
        " (SELECT count(*) FROM channels WHERE active AND down_since IS NOT NULL),"
        " (SELECT count(*) FROM articles), (SELECT count(*) FROM alerts)"
    ).fetchone()
    return Gauges(
        feeds=dict.fromkeys(FEED_STATES, 0) | _feeds(db, now),
        ailments=dict.fromkeys(map(str, Kind), 0)
        | _counts(db, "SELECT kind, count(*) FROM ailments WHERE ended IS NULL GROUP BY kind"),
        messages=dict.fromkeys(map(str, MessageState), 0)
        | _counts(db, "SELECT state, count(*) FROM messages GROUP BY state"),
        unread=unread,
        unjudged=unjudged,
        dead=outbox.dead(db),
        down=down,
        articles=articles,
        alerts=alerts,
        overdue=overdue(db, now),
    )


def overdue(db: Database, now: datetime) -> timedelta:
    """For how long a message is due already, of those on channels of the configuration that neither rest nor are down.

    What waited for its channel to be well again counts from then.
    """
    (since,) = db.execute(
        "SELECT min(max(next_try, coalesce(held_until, ''))) FROM channels CROSS JOIN messages"
        " ON channel_id = channels.id AND state IN ('held', 'pending', 'retry') AND next_try <= :now"
        " WHERE active AND down_since IS NULL AND coalesce(held_until, '') <= :now",
        {"now": stamp(now)},
    ).fetchone()
    return now - moment(since) if since else timedelta(0)


def _feeds(db: Database, now: datetime) -> dict[str, int]:
    return _counts(
        db,
        "SELECT CASE WHEN gone IS NOT NULL THEN 'gone' WHEN error != '' THEN 'failing'"
        "  WHEN asked_host IN (SELECT host FROM hosts WHERE held_until > :now) THEN 'held'"
        "  WHEN last_ok IS NOT NULL THEN 'ok' ELSE 'new' END AS state, count(*)"
        " FROM feeds WHERE active GROUP BY state",
        now=stamp(now),
    )


def _counts(db: Database, query: str, **values: str) -> dict[str, int]:
    return {name: int(count) for name, count in db.execute(query, values).fetchall()}
