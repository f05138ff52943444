"""A large database that looks as a month of use would leave it, for measurements: built in bulk, without the pipeline.

    build(Path("big.db"), articles=200_000, alerts=50_000)

Texts are paragraphs of the demo newsroom put together anew. The articles of a story that a watch alerts on begin with
a name that the watch lists, and that is the evidence stored; what else its rules would find in them is not. Nothing
here was polled, matched or sent.
"""

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import islice
from pathlib import Path
from typing import Any

from bench.archive_texts import Texts, starters
from monitor.model import Evidence, Part
from monitor.options import Feed
from monitor.store import Database, Store, rules, sync
from monitor.store.database import stamp

FEEDS, POLLED_EVERY, POLLS_FOR = 60, timedelta(minutes=10), timedelta(days=14)
CHANNELS = {"desk": "slack", "mail": "mail", "phone": "ntfy"}
_BATCH = 5_000
_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# How many articles come in each hour of a day, UTC: few at night, most when the markets open.
_RHYTHM = (2, 2, 2, 2, 3, 4, 6, 8, 10, 11, 12, 13, 14, 16, 16, 14, 13, 12, 11, 10, 8, 6, 4, 3)
_AGAIN = "this story was already alerted as "

Row = tuple[Any, ...]
# What is written, each after what it refers to.
_COLUMNS = {
    "stories": "id, created",
    "articles": "id, identity, url, first_seen, story_id, story_reason, story_how",
    "entries": "feed_id, identity, canonical, guid, link, digest, first_seen, baseline, article_id, host, state,"
    " attempts, next_try, last_error, page, status",
    "sightings": "article_id, feed_id, seen",
    "revisions": "id, article_id, number, title, text, related, text_source, language, canonical, published, created,"
    " digest, state, judged, next_try",
    "matches": "id, rule_revision_id, revision_id, rule_id, article_id, score, evidence, excerpt, marks, matched,"
    " action, reason",
    "mentions": "list, term, story_id, told",
    "alerts": "id, rule_id, story_id, cause, match_id, created",
    "messages": "id, channel_id, kind, state, reason, created, attempts, next_try, last_error, first_try, sent, hold,"
    " told",
    "attempts": "message_id, started, finished, error",
    "deliveries": "alert_id, channel_id, message_id",
    "feedback": "alert_id, useful, given",
}


def feeds() -> list[Feed]:
    """The feeds of the database, as a configuration would have them."""
    return [
        Feed(
            url=f"https://outlet{number}.example/feed.xml",
            name=f"Outlet {number}",
            tier=1 + number % 3,
            tags=("press", "markets")[: 1 + number % 2],
        )
        for number in range(1, FEEDS + 1)
    ]


def build(path: Path, articles: int, alerts: int, days: int = 30, watches: int = 150) -> None:
    """Make a database at `path` whose last article has just come; the same but for the times, whenever it is made.

    About so many alerts, on stories of 1 to 5 articles; the watches are those of seeds/watchlists.
    """
    now = datetime.now(UTC).replace(microsecond=0)
    chosen = random.Random(7)
    with Store(path) as store:
        began = now - timedelta(days=days)
        store.write_now(partial(_set_up, watches=watches, began=began))
        ruleset = store.read_now(rules.in_force)
        made = _Made(chosen, ruleset, _plan(chosen, articles, alerts, began, now, ruleset), now)
        for first in range(0, articles, _BATCH):
            store.write_now(partial(made.write, first=first, last=min(articles, first + _BATCH)))
        store.write_now(made.finish)
        store.write_now(partial(_poll, chosen=chosen, began=began, now=now))


def _set_up(db: Database, watches: int, began: datetime) -> None:
    sync.sync_feeds(db, feeds(), began)
    sync.sync_rules(db, starters()[:watches], began)
    sync.sync_channels(db, CHANNELS, began)


# ---------------------------------------------------------------- which articles there are


@dataclass(frozen=True, slots=True)
class _Slot:
    """An article to be: of which story, the how manyth of it, and when it is seen in which feeds."""

    seen: datetime
    story: int
    place: int
    feeds: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class _Plan:
    """The articles in the order in which they come, and the rules that alert on each story, numbers of `in_force`."""

    slots: list[_Slot]
    alerting: dict[int, list[int]]


def _plan(
    chosen: random.Random, articles: int, alerts: int, began: datetime, now: datetime, ruleset: Sequence[rules.Rule]
) -> _Plan:
    times = _times(chosen, articles, began, now)
    # Few watches bring most of the alerts.
    lists = [number for number, rule in enumerate(ruleset) if rule.watch.companies or rule.watch.people]
    weights = [1 / place for place in range(1, len(lists) + 1)]
    slots: list[_Slot] = []
    stories = 0
    while len(slots) < articles:
        first, members = times[len(slots)], chosen.choices(range(1, 6), (45, 25, 15, 10, 5))[0]
        stories += 1
        among = chosen.sample(range(1, FEEDS + 1), members + 1)
        for place in range(min(members, articles - len(slots))):
            seen = first if place == 0 else min(now, first + chosen.expovariate(1 / 90) * _MINUTE)
            also = among[-1:] if chosen.random() < 0.15 else []
            slots.append(_Slot(seen, stories, place, (among[place], *also)))
    slots.sort(key=lambda slot: (slot.seen, slot.story, slot.place))
    alerting: dict[int, list[int]] = {}
    for _ in range(alerts):
        watching = alerting.setdefault(chosen.randint(1, stories), [])
        while (rule := chosen.choices(lists, weights)[0]) in watching:
            pass
        watching.append(rule)
    return _Plan(slots, alerting)


def _times(chosen: random.Random, count: int, began: datetime, now: datetime) -> list[datetime]:
    """Times with the rhythm of days, in no order."""
    seconds = int((now - began).total_seconds())
    found: list[datetime] = []
    while len(found) < count:
        when = began + timedelta(seconds=chosen.randrange(seconds), microseconds=chosen.randrange(1_000_000))
        weekend = 0.4 if when.weekday() >= 5 else 1
        if chosen.random() < weekend * _RHYTHM[when.hour] / max(_RHYTHM):
            found.append(when)
    return found


# ---------------------------------------------------------------- their rows


@dataclass(slots=True)
class _Made:
    """Writes the articles of a plan, with what hangs on them; counts what it numbers."""

    chosen: random.Random
    ruleset: Sequence[rules.Rule]
    plan: _Plan
    now: datetime
    texts: Texts = field(init=False)
    rows: dict[str, list[Row]] = field(default_factory=dict)
    matches: int = 0
    messages: int = 0
    alerts: dict[tuple[int, int], str] = field(default_factory=dict)
    digests: dict[datetime, int] = field(default_factory=dict)
    mentioned: set[tuple[str, str, int]] = field(default_factory=set)
    begun: set[int] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.texts = Texts(self.chosen)

    def write(self, db: Database, first: int, last: int) -> None:
        """The articles of these places in the plan."""
        for number, slot in enumerate(islice(self.plan.slots, first, last), first + 1):
            self._article(number, slot)
        self._flush(db)

    def finish(self, db: Database) -> None:
        """What people said of alerts."""
        alerts = sorted(self.alerts.values())
        for alert in self.chosen.sample(alerts, len(alerts) // 20):
            self._put("feedback", alert, int(self.chosen.random() < 0.7), stamp(self.now))
        self._flush(db)

    def _put(self, table: str, *values: Any) -> None:
        self.rows.setdefault(table, []).append(values)

    def _flush(self, db: Database) -> None:
        for table, columns in _COLUMNS.items():  # what others refer to comes first
            if rows := self.rows.pop(table, []):
                marks = ", ".join("?" * len(columns.split(",")))
                db.conn.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)

    def _article(self, number: int, slot: _Slot) -> None:
        found = self.plan.alerting.get(slot.story, [])
        terms = [_term(self.ruleset[rule]) for rule in found]
        title, text = self.texts.article([name for _, name in terms])
        seen, host = stamp(slot.seen), f"outlet{slot.feeds[0]}.example"
        url = f"https://{host}/{slot.seen:%Y/%m/%d}/{number}-{'-'.join(title.lower().split()[:6])}"
        baseline = slot.seen < self.plan.slots[0].seen + _HOUR
        if slot.story not in self.begun:
            self.begun.add(slot.story)
            self._put("stories", slot.story, seen)
        how = ("first article of its story", "first") if slot.place == 0 else ("same event as the first", "same event")
        self._put("articles", number, url, url, seen, slot.story, *how)
        for feed in slot.feeds:
            carried = stamp(slot.seen + (_MINUTE * 7 if feed != slot.feeds[0] else timedelta(0)))
            guid, page = f"{feed}-{number}", "read" if number % 20 else "walled"
            self._put(
                "entries", feed, guid, url, guid, url, f"{number:032x}", carried, int(baseline), number, host, "read",
                1, carried, "" if number % 20 else "HTTP 403", page, 200 if number % 20 else 403,
            )  # fmt: skip
            self._put("sightings", number, feed, carried)
        published = stamp(slot.seen - timedelta(seconds=self.chosen.expovariate(1 / 240)))
        for place, (wording, source, state) in enumerate(
            ((text[:250], "summary", "superseded"), (text, "page", "judged")), start=1
        ):
            self._put(
                "revisions", 2 * number - 2 + place, number, place, title, wording, "", source, "en", url, published,
                seen, f"{number:030x}{place:02}", state, seen if state == "judged" else None, seen,
            )  # fmt: skip
        for rule, (kind, name) in zip(found, terms, strict=True):
            self._match(number, slot, rule, kind, name, title, text, baseline=baseline)

    def _match(
        self, number: int, slot: _Slot, index: int, kind: str, name: str, title: str, text: str, *, baseline: bool
    ) -> None:
        rule, self.matches = self.ruleset[index], self.matches + 1
        matched = slot.seen + timedelta(seconds=self.chosen.uniform(1, 20))
        at, there = title.find(name), text.find(name)
        evidence = [Evidence(kind, name, "text", Part.LEAD, there, there + len(name), name)]
        if at >= 0:
            evidence.insert(0, Evidence(kind, name, "title", Part.TITLE, at, at + len(name), name))
        sentence = text[: text.find(". ") + 1]
        known = self.alerts.get((rule.id, slot.story))
        alerts = not (baseline or known)
        reason = "first article of this story for this watch"
        if not alerts:
            reason = f"{_AGAIN}{known}" if known else "would have matched: already in the feed when it was first read"
        self._put(
            "matches", self.matches, rule.revision_id, 2 * number, rule.id, number, self.chosen.randint(20, 95),
            json.dumps([asdict(item) for item in evidence], ensure_ascii=False), sentence,
            json.dumps([[there, there + len(name)]]), stamp(matched), "alert" if alerts else "suppress", reason,
        )  # fmt: skip
        if (kind, name, slot.story) not in self.mentioned:
            self.mentioned.add((kind, name, slot.story))
            self._put("mentions", kind, name, slot.story, stamp(slot.seen))
        if alerts:
            alert = f"{self.chosen.getrandbits(40):010x}"
            self.alerts[rule.id, slot.story] = alert
            self._put("alerts", alert, rule.id, slot.story, "first", self.matches, stamp(matched))
            self._deliver(alert, matched)

    def _deliver(self, alert: str, now: datetime) -> None:
        """To the desk, at once, and a quarter of them also in the digest of the next morning."""
        self.messages += 1
        message, sent = self.messages, now + timedelta(seconds=self.chosen.uniform(0.2, 4))
        channel = 1 if self.chosen.random() < 0.8 else 3
        state, attempts, error = "sent", 1, ""
        late = self.now - now < timedelta(hours=6)
        if self.chosen.random() < (0.03 if late else 0.004):
            state, attempts, error = ("retry", 2, "HTTP 503") if late else ("dead", 4, "HTTP 404: no_service")
        ended = stamp(sent) if state == "sent" else None
        self._put(
            "messages", message, channel, "alert", state, "at once", stamp(now), attempts,
            stamp(self.now + _MINUTE if state == "retry" else now), error, stamp(now), ended, "",
            stamp(sent) if state == "dead" else None,
        )  # fmt: skip
        for attempt in range(attempts):
            begun = now + attempt * 5 * _MINUTE
            self._put("attempts", message, stamp(begun), stamp(begun + (sent - now)), error)
        self._put("deliveries", alert, channel, message)
        if self.chosen.random() < 0.25:
            self._put("deliveries", alert, 2, self._digest(now))

    def _digest(self, now: datetime) -> int:
        """The message of the next morning; the last one is still to come."""
        due = now.replace(hour=7, minute=30, second=0, microsecond=0)
        due += _DAY if due <= now else timedelta(0)
        if due not in self.digests:
            self.messages += 1
            self.digests[due] = self.messages
            sent = stamp(due + timedelta(seconds=3)) if due <= self.now else None
            state, first_try, attempts = ("sent", stamp(due), 1) if sent else ("held", None, 0)
            self._put(
                "messages", self.messages, 2, "digest", state, "digest at 07:30", stamp(now), attempts, stamp(due), "",
                first_try, sent, "digest", None,
            )  # fmt: skip
            if sent:
                self._put("attempts", self.messages, first_try, sent, "")
        return self.digests[due]


def _term(rule: rules.Rule) -> tuple[str, str]:
    watch = rule.watch
    return ("companies", watch.companies[0]) if watch.companies else ("people", watch.people[0])


# ---------------------------------------------------------------- polls


def _poll(db: Database, chosen: random.Random, began: datetime, now: datetime) -> None:
    """The polls of the last days, and how the feeds stand: two of them are ill."""
    kept = max(began, now - POLLS_FOR)
    ill = (FEEDS - 1, FEEDS)
    rows: list[Row] = []
    when = kept
    while when < now:
        for feed in range(1, FEEDS + 1):
            at = when + timedelta(seconds=10 * feed)
            rows.append(_polled(chosen, feed, at, failed=feed in ill and now - when < _DAY))
        when += POLLED_EVERY
    db.conn.executemany(
        "INSERT INTO polls (feed_id, started, finished, outcome, status, bytes, entries, new, error, cause, next_poll,"
        " next_reason) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        rows,
    )
    db.execute(
        "UPDATE feeds SET title = name, first_contact = :began, last_poll = :now, last_ok = :now, last_new ="
        " (SELECT max(first_seen) FROM entries WHERE feed_id = feeds.id), gap = 780, longest = 21600, arrivals = 3000,"
        " next_poll = :later, next_reason = 'every 10m', answers = 100, pages = 3000, pages_lately = 0.9,"
        " pages_mostly = 0.95",
        {"began": stamp(began), "now": stamp(now), "later": stamp(now + POLLED_EVERY)},
    )
    db.execute(
        "UPDATE feeds SET failures = 144, answers = 0, error = 'HTTP 503', cause = 'answer', failing_since = ?,"
        " last_ok = ? WHERE id IN (?, ?)",
        [stamp(now - _DAY), stamp(now - _DAY), *ill],
    )
    db.conn.executemany(
        "INSERT INTO ailments (feed_id, kind, detail, began, noticed, told) VALUES (?, 'down', 'HTTP 503', ?, ?, ?)",
        [(feed, *[stamp(now - _DAY)] * 3) for feed in ill],
    )


def _polled(chosen: random.Random, feed: int, at: datetime, *, failed: bool) -> Row:
    finished, following = stamp(at + timedelta(seconds=chosen.uniform(0.1, 2))), stamp(at + POLLED_EVERY)
    if failed or chosen.random() < 0.01:
        answer: Row = ("failed", 503, 0, 0, 0, "HTTP 503", "answer")
    elif chosen.random() < 0.4:
        answer = ("read", 200, chosen.randint(8_000, 90_000), 30, chosen.randint(0, 3), "", "")
    else:
        answer = ("not modified", 304, 0, 0, 0, "", "")
    return feed, stamp(at), finished, *answer, following, "every 10m"
