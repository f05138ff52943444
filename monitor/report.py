"""What the archive says of watches, feeds and companies: noise, latency, who was first, and what is spoken of.

`volume` and `noise` ask the database; all else is a pure function of the figures that `monitor.store.mentions` and
`monitor.store.report` give.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import combinations
from zoneinfo import ZoneInfo

from monitor.calendar import midnights
from monitor.options import LISTS, Settings, Watch
from monitor.rules import Directory, expansions, tickers
from monitor.rules.directory import Firm
from monitor.rules.tickers import TickerError
from monitor.rules.tokens import words
from monitor.store import Database, mentions
from monitor.store import report as stored
from monitor.store.mentions import Called, Counted
from monitor.store.report import Delays, Judged, Noise
from monitor.vocabulary import SMALL

# Days that are shown, and those before each of them that it is measured by.
SHOWN = 30
BASE = 14
COUNTED = SHOWN + BASE
# With fewer of these, nobody can say what is usual.
ENOUGH = 7
# Spikes of so many days count as current.
CURRENT = 7

# ---------------------------------------------------------------- volume


@dataclass(frozen=True, slots=True)
class Trend:
    """How many stories a day mention a thing: a "company", "person" or "topic".

    `counts` are those of the last 30 days, oldest first; the last is today so far. `base` is the mean of the 14 days
    before today, as far as the archive and the watch reach back; `enough` says whether that is far enough to call
    spikes. `spikes` are the places in `counts` of days far above their own base, and `strength` is that of the
    strongest of the last seven days: how many times what makes a spike it had; under 1 is none.
    """

    kind: str
    name: str
    counts: tuple[int, ...]
    base: float
    enough: bool
    spikes: tuple[int, ...]
    strength: float

    @property
    def spike(self) -> bool:
        """Whether one of the last seven days is a spike."""
        return self.strength >= 1

    @property
    def total(self) -> int:
        """All stories of the days shown."""
        return sum(self.counts)


def volume(db: Database, settings: Settings, now: datetime, directory: Directory) -> list[Trend]:
    """What is spoken of in the last 30 days, in the zone of the settings: strongest spike first, then most."""
    counted = mentions.daily(db, settings.timezone, now, COUNTED, called(directory))
    return trends(counted, settings.timezone, now, settings.retention)


def called(directory: Directory) -> Called:
    """What a term is counted as: tickers under the name of their firm, as far as it is known, and so its names."""

    def name(kind: str, term: str) -> tuple[str, str]:
        if kind not in ("tickers", "companies"):
            return LISTS[kind], term
        firm = _trading(directory, term) if kind == "tickers" else directory.of_name(term)
        return LISTS["companies"], firm.name if firm else term

    return name


def _trading(directory: Directory, ticker: str) -> Firm | None:
    try:
        return directory.of_ticker(tickers.parse(ticker))
    except TickerError:  # a watch of long ago may name what is no ticker any more
        return None


def trends(
    counted: Mapping[tuple[str, str], Counted], zone: ZoneInfo, now: datetime, kept: timedelta = timedelta.max
) -> list[Trend]:
    """What `mentions.daily` counted over `COUNTED` days, under the names of `called`: strongest spike first, then most.

    What is older than `kept` may be gone. What was mentioned before the days that are shown only is left out.
    """
    starts = [start for start in midnights(zone, now, COUNTED)[:-1] if now - start <= kept]
    found = [
        trend(kind, name, item.counts, sum(start >= item.since for start in starts))
        for (kind, name), item in counted.items()
    ]
    shown = (each for each in found if each.total)
    return sorted(
        shown, key=lambda each: (-max(each.strength, 1), -each.total, each.kind, each.name.casefold(), each.name)
    )


def trend(kind: str, name: str, counts: Sequence[int], known: int) -> Trend:
    """The trend of a thing with these `counts`, of which the last `known` are of whole days it was looked for."""
    judged = {
        day: counts[day] / threshold(base)
        for day in range(max(0, len(counts) - SHOWN), len(counts))
        if (base := base_of(counts, day, known)) is not None
    }
    first = max(0, len(counts) - SHOWN)
    base = base_of(counts, len(counts) - 1, known)
    return Trend(
        kind,
        name,
        tuple(counts[first:]),
        base if base is not None else _mean(counts[-1 - BASE : -1]),
        enough=base is not None,
        spikes=tuple(day - first for day, strength in judged.items() if strength >= 1),
        strength=max((judged.get(day, 0.0) for day in range(len(counts) - CURRENT, len(counts))), default=0.0),
    )


def base_of(counts: Sequence[int], day: int, known: int) -> float | None:
    """The mean of the 14 days before a day, of those among the last `known`; None where these are too few."""
    before = counts[max(0, day - BASE, len(counts) - known) : day]
    return _mean(before) if len(before) >= ENOUGH else None


def threshold(base: float) -> float:
    """From how many stories on a day is a spike, where `base` is the mean of the days before.

    Thrice the mean, and five at least; and more than chance gives, which scatters by the root of the mean.
    """
    return max(5.0, 3 * base, base + 1 + 4 * math.sqrt(base))


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values) if values else 0.0


# ---------------------------------------------------------------- watches


@dataclass(frozen=True, slots=True)
class Overlap:
    """Two watches of which `smaller` alerted on `stories`, and the other on so many of these too: the `share`."""

    smaller: str
    larger: str
    both: int
    stories: int

    @property
    def share(self) -> float:
        """Of the smaller one's stories."""
        return self.both / self.stories


@dataclass(frozen=True, slots=True)
class Exclude:
    """A word that stands in the headlines of so many alerts of a watch that were useful, and that were not."""

    watch: str
    word: str
    not_useful: int
    useful: int


@dataclass(frozen=True, slots=True)
class WatchReport:
    """A watch with what it brought, and what may be done about it.

    `silent_since`: it is enabled and nothing has matched since then. `dead_terms`: nothing that matched rests on these,
    each as list and term, although something matched. `overlaps` are those with other watches.
    """

    noise: Noise
    silent_since: datetime | None
    dead_terms: tuple[tuple[str, str], ...]
    overlaps: tuple[Overlap, ...]
    excludes: tuple[Exclude, ...]


# Watches that share less than half of the smaller one's stories, or fewer than five, are left alone.
SHARED = 0.5
SHARED_STORIES = 5

# A word is worth excluding that stands in so many headlines that were not useful, and that tells them from the others.
TIMES = 3
TELLING = 1.5


def noise(db: Database, since: datetime, directory: Directory) -> list[WatchReport]:
    """What each watch in force brought since a time, and what may be done about it; the noisiest first."""

    def own(watch: Watch) -> Iterable[str]:  # only worked out where there is something to suggest
        for names in expansions(watch, directory).values():
            yield from names

    figures = stored.noise(db, since), stored.stories(db, since), stored.judged(db), mentions.terms(db, since)
    return watches(*figures, since, own)


def watches(
    noise: Iterable[Noise],
    stories: Mapping[str, Collection[int]],
    judged: Iterable[Judged],
    mentioned: Collection[tuple[str, str]],
    since: datetime,
    own: Callable[[Watch], Iterable[str]],
) -> list[WatchReport]:
    """What `store.report` and `mentions.terms` say of watches since a time; `own` are the names a watch goes by.

    The noisiest come first: by alerts that were not useful, then by alerts.
    """
    found = overlaps(stories)
    said: defaultdict[str, list[Judged]] = defaultdict(list)
    for item in judged:
        said[item.watch].append(item)
    reports = [
        WatchReport(
            each,
            silent_since=silent_since(each, since),
            dead_terms=_dead_terms(each, mentioned) if each.alerts or each.held_back else (),
            overlaps=tuple(one for one in found if each.watch.name in (one.smaller, one.larger)),
            excludes=excludes(each.watch, said[each.watch.name], own(each.watch)),
        )
        for each in noise
    ]
    return sorted(reports, key=lambda one: (-one.noise.not_useful, -one.noise.alerts, one.noise.watch.name.casefold()))


def silent_since(each: Noise, since: datetime) -> datetime | None:
    """Since when nothing has matched a watch that is enabled, looking back to a time; None where something has."""
    since = max(since, each.added)
    silent = each.watch.enabled and (each.last_match is None or each.last_match < since)
    return since if silent else None


def _dead_terms(each: Noise, mentioned: Collection[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    lists = {name: getattr(each.watch, name) for name in LISTS if name != "query"}
    return tuple(
        (LISTS[name], term) for name, terms in lists.items() for term in terms if (name, term) not in mentioned
    )


def overlaps(stories: Mapping[str, Collection[int]]) -> list[Overlap]:
    """Pairs of watches that mostly alert on the same, the largest share first; `stories` are those of each watch."""
    together: Counter[tuple[str, str]] = Counter()
    watching: defaultdict[int, list[str]] = defaultdict(list)
    sizes = {name: len(set(found)) for name, found in stories.items()}
    for name in sorted(stories):
        for story in set(stories[name]):
            watching[story].append(name)
    for names in watching.values():
        together.update(combinations(names, 2))
    found = []
    for (one, other), both in together.items():
        smaller, larger = sorted((one, other), key=lambda name: (sizes[name], name))
        count = sizes[smaller]
        if both >= SHARED_STORIES and both >= SHARED * count:
            found.append(Overlap(smaller, larger, both, count))
    return sorted(found, key=lambda each: (-each.share, -each.both, each.smaller, each.larger))


def excludes(watch: Watch, judged: Iterable[Judged], own: Iterable[str] = ()) -> tuple[Exclude, ...]:
    """Words that would keep away what was not useful, the most telling first; never the watch's own.

    They stand in three or more headlines that were not useful, and the odds (in logarithms) to stand in one of these
    are well above those to stand in a useful one.
    """
    titles = {(item.title, item.useful) for item in judged if item.watch == watch.name}
    sides = {side: [_told(title) for title, useful in titles if useful is side] for side in (True, False)}
    good, bad = (Counter(word for said in sides[side] for word in said) for side in (True, False))
    found = {
        word: telling
        for word, count in bad.items()
        if count >= TIMES
        and (telling := _odds(count, len(sides[False])) - _odds(good[word], len(sides[True]))) >= TELLING
    }
    if found:
        kept = SMALL | {word for text in (*own, *_written(watch)) for word in _told(text)}
        found = {word: telling for word, telling in found.items() if word not in kept}
    return tuple(
        Exclude(watch.name, word, bad[word], good[word])
        for word in sorted(found, key=lambda word: (-found[word], word))
    )


def _told(title: str) -> frozenset[str]:
    """The words of a headline that may say what it is about."""
    return frozenset(token.stem for token in words(title) if len(token.stem) > 1 and not token.stem.isdigit())


def _written(watch: Watch) -> Iterable[str]:
    """All that the configuration says in the watch."""
    return (watch.name, watch.query, *watch.exclude, *watch.tickers, *watch.companies, *watch.people, *watch.topics)


def _odds(times: int, of: int) -> float:
    """The logarithm of the odds; a half more on either side keeps those of never and always finite."""
    return math.log((times + 0.5) / (of - times + 0.5))


# ---------------------------------------------------------------- feeds


@dataclass(frozen=True, slots=True)
class Spread:
    """Half of the times are no longer than `p50` seconds, and 95 of 100 no longer than `p95`; `count` were measured."""

    count: int
    p50: float
    p95: float


@dataclass(frozen=True, slots=True)
class Latency:
    """How long the alerts that came by a feed took from stage to stage; None where none tells."""

    alerts: int
    to_seen: Spread | None
    to_matched: Spread | None
    to_sent: Spread | None


def spread(seconds: Iterable[float | None]) -> Spread | None:
    """What is typical of these times. A clock that runs ahead makes none of them negative; None are left out."""
    known = sorted(max(0.0, each) for each in seconds if each is not None)
    return Spread(len(known), percentile(known, 0.5), percentile(known, 0.95)) if known else None


def percentile(ordered: Sequence[float], share: float) -> float:
    """The smallest of the ordered values that so large a share of them does not exceed."""
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def latency(delays: Iterable[Delays]) -> Latency:
    """What these alerts took."""
    found = list(delays)
    return Latency(
        len(found),
        spread(each.to_seen for each in found),
        spread(each.to_matched for each in found),
        spread(each.to_sent for each in found),
    )


def latencies(delays: Iterable[Delays]) -> dict[str, Latency]:
    """What the alerts of each feed took, by its address."""
    by_feed: defaultdict[str, list[Delays]] = defaultdict(list)
    for each in delays:
        by_feed[each.feed].append(each)
    return {feed: latency(found) for feed, found in by_feed.items()}


def a_day(count: int, since: datetime, first: datetime | None, now: datetime) -> float:
    """So many since a time, or since the first of them could come, as a number a day; at first, those of one day."""
    days = (now - max(since, first or since)) / timedelta(days=1)
    return count / max(days, 1.0)
