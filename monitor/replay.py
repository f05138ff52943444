"""What becomes of the articles on which watches fire, one after the other: pure, by the rules of `decide`.

    articles → hits → Replay.add, in the order in which they came

The first alert on each story is replayed, as if the watch had always been in force; see docs/backtest.md for what is
simulated and what is not.
"""

from collections import Counter, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import decide, rules
from monitor.decide import Facts, History, Traffic
from monitor.model import Action, Evidence, Hold, Match, Part, Route
from monitor.options import LISTS, Channel, Watch
from monitor.store.archive import Stored

# Of the alerts, so many of the latest are shown.
SAMPLES = 8
_HOUR = timedelta(hours=1)

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
