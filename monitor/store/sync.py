"""Configuration → tables: a diff decides what is new, changed and gone. Secrets stay in the file."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from monitor.options import Feed, Watch
from monitor.schedule import JITTER
from monitor.store.database import Database, stamp
from monitor.urls import host

# How far back a new or edited watch is tried on what is stored, to show what it would have matched.
LOOK_BACK = timedelta(days=7)
LOOK_BACK_MOST = 5_000

# Why messages to a channel that was taken out are dead.
GONE = "the channel is no longer in the configuration"


@dataclass(frozen=True, slots=True)
class Diff:
    """Names of what a sync found new, changed and gone."""

    new: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    gone: tuple[str, ...] = ()


def sync_feeds(db: Database, feeds: Iterable[Feed], now: datetime) -> Diff:
    """Make the feeds table say what the configuration says.

    A feed that comes back, or whose address as filled in leads to another host, meets its baseline again.
    """
    rows = {row["url"]: row for row in db.query("SELECT url, host, name, tier, tags, active FROM feeds")}
    wanted = {feed.url: feed for feed in feeds}
    new, changed = [], []
    for url, feed in wanted.items():
        values = {
            "host": host(feed.address),
            "name": feed.name,
            "tier": feed.tier,
            "tags": json.dumps(list(feed.tags)),
        }
        row = rows.get(url)
        if row is None:
            new.append(url)
            db.execute(
                "INSERT INTO feeds (url, host, asked_host, name, tier, tags, active, added, next_poll, next_reason)"
                " VALUES (:url, :host, :host, :name, :tier, :tags, 1, :now, :now, 'never read yet')",
                {"url": url, "now": stamp(now), **values},
            )
        elif not row["active"] or row["host"] != values["host"]:
            new.append(url)
            db.execute(
                "UPDATE feeds SET host = :host, asked_host = :host, name = :name, tier = :tier, tags = :tags,"
                # What it holds by now is met anew, and what is asked of it just now is of no use.
                " active = 1, epoch = epoch + 1, first_contact = NULL, etag = '', last_modified = '', moved_to = '',"
                " moving_to = '', moved_since = NULL, gone = NULL, failures = 0, error = '', cause = '',"
                " failing_since = NULL, answers = 0, last_new = NULL, gap = NULL, longest = NULL, arrivals = 0,"
                " rolled = 0, next_poll = :now, next_reason = 'new in the configuration' WHERE url = :url",
                {"url": url, "now": stamp(now), **values},
            )
        elif any(row[key] != value for key, value in values.items()):
            changed.append(url)
            db.execute(
                "UPDATE feeds SET name = :name, tier = :tier, tags = :tags WHERE url = :url",
                {"url": url, **values},
            )
    if new:  # what a feed left unread when it went is no news when it comes back
        db.execute(
            "UPDATE entries SET state = 'read' WHERE state = 'unread' AND feed_id IN"
            " (SELECT id FROM feeds WHERE first_contact IS NULL)"
        )
    gone = [url for url, row in rows.items() if row["active"] and url not in wanted]
    for url in gone:
        db.execute("UPDATE feeds SET active = 0 WHERE url = ?", [url])
    return Diff(tuple(new), tuple(changed), tuple(gone))


def shorten_waits(db: Database, feeds: Iterable[Feed], default: timedelta, now: datetime) -> None:
    """Feeds that wait for nothing but an interval which is longer than it now is are polled when that has passed.

    So are those whose own interval is now set, whatever they asked for before.
    """
    for feed in feeds:
        db.execute(
            "UPDATE feeds SET next_poll = :latest WHERE url = :url AND next_poll > :latest AND failures = 0"
            " AND (:own OR next_reason LIKE 'every %')",
            {
                "url": feed.url,
                "own": feed.interval is not None,
                "latest": stamp(now + (feed.interval or default) * (1 + JITTER)),
            },
        )


def sync_channels(db: Database, kinds: Mapping[str, str], now: datetime) -> Diff:
    """Make `kinds` (name → kind) the active channels. What waits for a channel that is gone dies, visibly."""
    rows = {row["name"]: row for row in db.query("SELECT name, kind, active FROM channels")}
    new = [name for name in kinds if name not in rows or not rows[name]["active"]]
    changed = [name for name in kinds if name not in new and rows[name]["kind"] != kinds[name]]
    gone = [name for name, row in rows.items() if row["active"] and name not in kinds]
    for name in [*new, *changed]:
        db.execute(
            "INSERT INTO channels (name, kind, active, added) VALUES (:name, :kind, 1, :now)"
            " ON CONFLICT (name) DO UPDATE SET kind = :kind, active = 1",
            {"name": name, "kind": kinds[name], "now": stamp(now)},
        )
    for name in new:  # one that comes back gets what waited for it
        db.execute(
            "UPDATE messages SET state = 'pending', next_try = ?, last_error = '' WHERE state = 'dead'"
            " AND last_error = ? AND channel_id = (SELECT id FROM channels WHERE name = ?)",
            [stamp(now), GONE, name],
        )
    for name in gone:
        db.execute("UPDATE channels SET active = 0 WHERE name = ?", [name])
        db.execute(
            "UPDATE messages SET state = 'dead', last_error = ?"
            " WHERE channel_id = (SELECT id FROM channels WHERE name = ?)"
            # What is being sent may yet arrive.
            " AND state IN ('held', 'pending', 'retry')",
            [GONE, name],
        )
    return Diff(tuple(new), tuple(changed), tuple(gone))


def sync_rules(db: Database, watches: Iterable[Watch], now: datetime) -> Diff:
    """Give every new or edited watch a revision of its own, and end those of watches that are gone.

    What is stored is then judged again, so that the baseline of a new wording shows what it would have matched.
    """
    in_force: dict[str, Mapping[str, Any]] = {
        row["name"]: row
        for row in db.query(
            "SELECT rules.id, rules.name, rule_revisions.definition FROM rules"
            " JOIN rule_revisions ON rule_revisions.rule_id = rules.id AND rule_revisions.ended IS NULL"
        )
    }
    wanted = {watch.name: watch for watch in watches}
    in_force = _renamed(db, in_force, wanted, now)
    new, changed, same = [], [], set()
    for name, watch in wanted.items():
        definition = watch.model_dump_json(by_alias=True)
        if name not in in_force:
            new.append(name)
        elif in_force[name]["definition"] != definition:
            changed.append(name)
            same |= {name} if _matches_the_same(in_force[name]["definition"], watch) else set()
            _end(db, name, now)
        else:
            continue
        _begin(db, name, definition, now)
    gone = [name for name in in_force if name not in wanted]
    for name in gone:
        _end(db, name, now)
    if another := [name for name in (*new, *changed) if name not in same]:
        since = now - max(LOOK_BACK, *(wanted[name].backfill for name in another))
        _judge_again(db, since, now)
    return Diff(tuple(new), tuple(changed), tuple(gone))


def _renamed(
    db: Database, in_force: Mapping[str, Mapping[str, Any]], wanted: Mapping[str, Watch], now: datetime
) -> dict[str, Mapping[str, Any]]:
    """The rules in force under the names they now have: one that only changed its name keeps its past.

    That holds for several at once, which may take each other's names. A rule whose name another one takes is left
    behind under a name that says until when it had it.
    """
    definitions = {name: _nameless(Watch.model_validate_json(row["definition"])) for name, row in in_force.items()}
    stays = {name for name, found in definitions.items() if name in wanted and _nameless(wanted[name]) == found}
    free = {_nameless(watch): name for name, watch in wanted.items() if name not in stays}
    moves = {name: free.pop(found) for name, found in definitions.items() if name not in stays and found in free}
    left = {name: f"{name} (until {stamp(now)})" for name in moves.values() if name not in moves}
    # In two steps, since names are unique and one may take the place of another.
    for old in moves:
        _rename(db, old, f"\x1f{old}")
    for old, new in left.items():
        _rename(db, old, new)
    for old, new in moves.items():
        _rename(db, f"\x1f{old}", new)
    names = {**left, **moves}
    return {names.get(name, name): row for name, row in in_force.items()}


def _matches_the_same(definition: str, watch: Watch) -> bool:
    """Whether a watch now differs only in what becomes of its alerts."""
    about_alerts = {"channels", "priority", "cooldown"}
    return Watch.model_validate_json(definition).model_dump(exclude=about_alerts) == watch.model_dump(
        exclude=about_alerts
    )


def _rename(db: Database, old: str, new: str) -> None:
    db.execute("UPDATE rules SET name = ? WHERE name = ?", [new, old])


def _nameless(watch: Watch) -> Watch:
    return watch.model_copy(update={"name": ""})


def _begin(db: Database, name: str, definition: str, now: datetime) -> None:
    db.execute("INSERT OR IGNORE INTO rules (name, added) VALUES (?, ?)", [name, stamp(now)])
    db.execute(
        "INSERT INTO rule_revisions (rule_id, number, definition, created)"
        " SELECT rules.id, 1 + coalesce(max(rule_revisions.number), 0), :definition, :now FROM rules"
        " LEFT JOIN rule_revisions ON rule_revisions.rule_id = rules.id WHERE rules.name = :name GROUP BY rules.id",
        {"name": name, "definition": definition, "now": stamp(now)},
    )


def _end(db: Database, name: str, now: datetime) -> None:
    db.execute(
        "UPDATE rule_revisions SET ended = ? WHERE ended IS NULL AND rule_id = (SELECT id FROM rules WHERE name = ?)",
        [stamp(now), name],
    )


def _judge_again(db: Database, since: datetime, now: datetime) -> None:
    db.execute(
        "UPDATE revisions SET state = 'unjudged', next_try = :now WHERE state = 'judged' AND id IN"
        " (SELECT max(revisions.id) FROM articles JOIN revisions ON revisions.article_id = articles.id"
        "  WHERE articles.first_seen >= :since AND revisions.state = 'judged'"
        "  GROUP BY articles.id ORDER BY articles.id DESC LIMIT :most)",
        {"now": stamp(now), "since": stamp(since), "most": LOOK_BACK_MOST},
    )
