"""What a watch would have alerted on: stored articles read again, in the order in which they came.

    numbers of articles → parts, each in a process → hits → Replay, in order → Result

What is replayed is the first alert on each story; see docs/backtest.md for what is simulated and what is not.
"""

import time
from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from monitor import decide, judging, rules
from monitor.decide import Facts, History, Traffic
from monitor.model import Action, Evidence, Hold, Match, Part, Route
from monitor.options import LISTS, Channel, Watch
from monitor.store import Database, archive, companies, feedback, read_only
from monitor.store.archive import Stored

# Articles that are read and matched at a time; so many are in memory, in each process.
PART, TRIED = 500, 100
# Fewer articles are matched sooner than a process starts.
WORTH_A_PROCESS = 2_000

SAMPLES = 8
_HOUR = timedelta(hours=1)

# ---------------------------------------------------------------- what comes of it


@dataclass(frozen=True, slots=True)
class Sample:
    """An article that would have alerted. `evidence` says in words what was found and where."""

    article: int
    title: str
    url: str
    outlet: str
    first_seen: datetime
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    evidence: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """Stories that only the watch finds, and those that only the one in force does, with a few headlines of each."""

    plus: int
    minus: int
    found: tuple[str, ...] = ()
    lost: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Result:
    """What a watch would have done. `articles` fired it: each alerted, was a duplicate, or was already there.

    `stories` are all that it found, `days` the alerts on each day of the user's zone. Of the alerts, `held` would not
    have gone at once on any channel, by what the first to have it waits for, and `nowhere` are those that no channel
    takes. People judged `judged` of the stories alerted on, and called `useful` so many of them so.

    `difference` is None where no watch of this name is in force.
    """

    watch: str
    articles: int
    stories: int
    alerts: int
    duplicates: int
    already_there: int
    held: Mapping[Hold, int]
    nowhere: int
    days: tuple[tuple[date, int], ...]
    judged: int
    useful: int
    difference: Difference | None
    samples: tuple[Sample, ...]


@dataclass(frozen=True, slots=True)
class Trial:
    """What a watch would have done on the latest articles, as far back as the time allowed: to `back_to`.

    `complete`: that is all there is since the time asked for. `plus` and `minus` are the stories that only this watch
    finds, and that only the one in force does; 0 where there is none in force.
    """

    looked_at: int
    back_to: datetime
    complete: bool
    stories: int
    alerts: int
    alerts_per_day: tuple[tuple[date, int], ...]
    samples: tuple[Sample, ...]
    plus: int
    minus: int
    judged: int
    useful: int


# ---------------------------------------------------------------- which articles


@dataclass(frozen=True, slots=True)
class Hit:
    """An article on which `watches` fire, numbers among those tried. An article without a story is one by itself."""

    article: int
    story: int
    seen: datetime
    published: datetime
    baseline: bool
    same_event: bool
    feeds: frozenset[int]
    tier: int
    watches: tuple[int, ...]


def hits(stored: Iterable[Stored], ruleset: rules.Ruleset) -> list[Hit]:
    """The articles on which a watch fires, by a ruleset of `numbered` watches."""
    found = ((each, rules.match(each.document, ruleset)) for each in stored)
    return [_hit(each, matches) for each, matches in found if matches]


def numbered(watches: Iterable[Watch]) -> tuple[Watch, ...]:
    """The watches under their numbers, as two of them may have one name; one that is switched off is tried all the
    same."""
    return tuple(
        watch.model_copy(update={"name": str(number), "enabled": True}) for number, watch in enumerate(watches)
    )


def _hit(stored: Stored, matches: Iterable[Match]) -> Hit:
    return Hit(
        article=stored.id,
        story=stored.story or -stored.id,
        seen=stored.first_seen,
        published=stored.published or stored.first_seen,
        baseline=stored.baseline,
        same_event=stored.same_event,
        feeds=stored.feeds,
        tier=min((source.tier for source in stored.document.sources), default=2),
        watches=tuple(int(match.watch) for match in matches),
    )


# ---------------------------------------------------------------- what becomes of them


@dataclass(slots=True)
class _Outbox:
    """A channel, and the messages that it had lately or is to have."""

    channel: Channel
    lately: list[datetime] = field(default_factory=list)
    held: dict[datetime, Hold] = field(default_factory=dict)

    def take(self, alert: Facts, zone: ZoneInfo, now: datetime) -> Route:
        """When an alert goes; it is then one of the channel's messages."""
        for due in [due for due in self.held if due <= now]:
            self.lately.append(due)
            del self.held[due]
        self.lately = [sent for sent in self.lately if sent > now - _HOUR]
        route = decide.route(alert, self.channel, Traffic(tuple(self.lately), self.held), zone, now)
        if route.hold:
            self.held[route.due] = route.hold
        else:
            self.lately.append(now)
        return route


@dataclass(slots=True)
class Replay:
    """One watch, told its hits one after the other, in the order in which they came.

    Of a story it keeps the first article, and, until it alerts, the feeds in which it already was.
    """

    watch: Watch
    channels: tuple[Channel, ...]
    zone: ZoneInfo
    first: dict[int, int] = field(default_factory=dict)
    alerted: set[int] = field(default_factory=set)
    counts: Counter[str] = field(default_factory=Counter)
    held: Counter[Hold] = field(default_factory=Counter)
    days: Counter[date] = field(default_factory=Counter)
    samples: deque[int] = field(default_factory=lambda: deque(maxlen=SAMPLES))
    _was_in: dict[int, frozenset[int]] = field(default_factory=dict)
    _outboxes: dict[str, _Outbox] = field(default_factory=dict)

    def add(self, hit: Hit) -> None:
        """Decide on a hit as on a match that comes in, as if the watch had always been in force."""
        self.first.setdefault(hit.story, hit.article)
        known = hit.story in self.alerted
        was_there = self._was_in.get(hit.story, frozenset())
        backfilled = bool(self.watch.backfill) and hit.published >= hit.seen - self.watch.backfill
        history = History(
            alerted="before" if known else "",
            feed_baseline=hit.baseline and not backfilled,
            story_baseline=not hit.same_event and bool(was_there & hit.feeds),
        )
        if decide.decide(history).action is Action.ALERT:
            self._alert(hit)
        elif known:
            self.counts["duplicates"] += 1
        else:
            self.counts["there"] += 1
            self._was_in[hit.story] = was_there | hit.feeds

    def _alert(self, hit: Hit) -> None:
        self.alerted.add(hit.story)
        self._was_in.pop(hit.story, None)
        self.days[hit.seen.astimezone(self.zone).date()] += 1
        self.samples.append(hit.article)
        names = decide.channels_for(self.watch.channels, self.channels, self.watch.priority, hit.tier)
        if not names:
            self.counts["nowhere"] += bool(self.channels)  # without any channel, alerts go to the terminal
            return
        alert = Facts(self.watch.priority)
        for channel in self.channels:
            if channel.name in names and channel.name not in self._outboxes:
                self._outboxes[channel.name] = _Outbox(channel)
        routes = [self._outboxes[name].take(alert, self.zone, hit.seen) for name in names]
        soonest = min(routes, key=lambda route: route.due)
        if soonest.hold:
            self.held[soonest.hold] += 1


def per_day(days: Mapping[date, int], first: date, last: date) -> tuple[tuple[date, int], ...]:
    """The count of each day from the first to the last, those without any too."""
    every = (first + timedelta(days=ahead) for ahead in range((last - first).days + 1))
    return tuple((day, days.get(day, 0)) for day in every)


def in_words(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """One line for each term that was found: in which parts of the article."""
    found: dict[tuple[str, str], dict[Part, None]] = {}
    for item in evidence:
        found.setdefault((item.list, item.term), {})[item.part] = None
    return tuple(
        f'{LISTS.get(kind, kind)} "{term}" in '
        + " and ".join("a teaser (no evidence)" if part is Part.RELATED else f"the {part}" for part in parts)
        for (kind, term), parts in found.items()
    )


# ---------------------------------------------------------------- over a database


def trial(
    path: str, watch: Watch, in_force: Watch | None, since: datetime, now: datetime, seconds: float, zone: str
) -> Trial:
    """What a watch would have done since a time, newest articles first for so many seconds; days are the zone's.

    For a worker process. Raises StoreError.
    """
    end = time.monotonic() + seconds
    return read_only(path, lambda db: _trial(db, path, watch, in_force, since, now, end, ZoneInfo(zone)))


def _trial(
    db: Database,
    path: str,
    watch: Watch,
    in_force: Watch | None,
    since: datetime,
    now: datetime,
    end: float,
    zone: ZoneInfo,
) -> Trial:
    numbers = archive.seen_between(db, since, now)
    ruleset = _ruleset(path, companies.version(db), numbered([watch, in_force] if in_force else [watch]))
    newest, looked_at, back_to = reversed(numbers), 0, now
    found: list[Hit] = []
    while time.monotonic() < end and (part := list(islice(newest, TRIED))):
        stored = archive.load(db, part)
        found += hits(stored, ruleset)
        looked_at += len(part)
        back_to = min([back_to, *(each.first_seen for each in stored)])
    complete = looked_at == len(numbers)
    one, other = Replay(watch, (), zone), Replay(watch, (), zone)
    for hit in reversed(found):
        for number in hit.watches:
            (other if number else one).add(hit)
    said = feedback.by_story(db)
    judged = [said[story] for story in one.alerted if story in said]
    return Trial(
        looked_at=looked_at,
        back_to=back_to,
        complete=complete,
        stories=len(one.first),
        alerts=len(one.alerted),
        alerts_per_day=per_day(one.days, back_to.astimezone(zone).date(), now.astimezone(zone).date()),
        samples=_samples(db, one.samples, ruleset, 0),
        plus=len(one.first.keys() - other.first.keys()) if in_force else 0,
        minus=len(other.first.keys() - one.first.keys()),
        judged=len(judged),
        useful=sum(judged),
    )


@lru_cache(maxsize=1)
def _directory(path: str, _version: str) -> rules.Directory:
    return read_only(path, companies.directory)


@lru_cache(maxsize=2)
def _ruleset(path: str, version: str, watches: tuple[Watch, ...]) -> rules.Ruleset:
    """Kept, as a process is asked for one part after the other; `version` is that of the list of companies."""
    return rules.compile(watches, directory=_directory(path, version))


def _samples(db: Database, numbers: Iterable[int], ruleset: rules.Ruleset, number: int) -> tuple[Sample, ...]:
    """The newest first."""
    found = []
    for stored in reversed(archive.load(db, numbers)):
        match = next((each for each in rules.match(stored.document, ruleset) if int(each.watch) == number), None)
        if match:
            found.append(_sample(stored, match))
    return tuple(found)


def _sample(stored: Stored, match: Match) -> Sample:
    document, shown = stored.document, judging.shown(match, stored.document)
    return Sample(
        article=stored.id,
        title=document.title,
        url=stored.url,
        outlet=document.sources[0].name if document.sources else "",
        first_seen=stored.first_seen,
        excerpt=shown.excerpt,
        marks=shown.marks,
        evidence=in_words(match.evidence),
    )
