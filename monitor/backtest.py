"""What watches would have alerted on: stored articles read again, in the order in which they came.

numbers of articles → parts, matched in several processes → hits → a Replay for each watch → Results
"""

import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from itertools import islice
from zoneinfo import ZoneInfo

from pebble import ProcessExpired, ProcessPool

from monitor import judging, rules
from monitor.errors import WorkerError
from monitor.model import Hold, Match
from monitor.options import Channel, Watch
from monitor.replay import Hit, Replay, hits, in_words, numbered, per_day
from monitor.store import Database, archive, companies, feedback, read_only
from monitor.store.archive import Stored

# Articles that are read and matched at a time; so many are in memory, in each process.
PART, TRIED = 500, 100
# Fewer articles are matched sooner than processes start.
WORTH_PROCESSES = 3_000
PROCESSES = 8  # at most; else as many as there are processors

# Headlines that are shown of a difference.
NAMED = 3

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

    `difference` is None where the case is set against none in force.
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
class Case:
    """A watch to try, and the one in force that it is set against, if any."""

    watch: Watch
    in_force: Watch | None = None


def case(watch: Watch, in_force: Mapping[str, Watch]) -> Case:
    """The watch, set against the one in force of its name where that finds something else."""
    same = in_force.get(watch.name)
    return Case(watch, same if same and _what_it_finds(same) != _what_it_finds(watch) else None)


def _what_it_finds(watch: Watch) -> object:
    return watch.model_dump(exclude={"channels", "priority", "cooldown", "enabled"})


@dataclass(frozen=True, slots=True)
class Backtest:
    """A result for each watch; `articles` were looked at, the first seen at `began`: None where there are none."""

    articles: int
    began: datetime | None
    results: tuple[Result, ...]


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


# ---------------------------------------------------------------- over a database


def run(
    path: str,
    cases: Sequence[Case],
    channels: Sequence[Channel],
    since: datetime,
    now: datetime,
    zone: ZoneInfo,
    progress: Callable[[int, int], None] = lambda _done, _of: None,
) -> Backtest:
    """What watches would have done since a time; `progress` is told how many of how many articles were looked at.

    Each watch is replayed by itself, as if the others were silent. Raises StoreError.
    """
    numbers = read_only(path, lambda db: archive.seen_between(db, since, now))
    if not numbers:
        return Backtest(0, None, ())
    tried = numbered([case.watch for case in cases] + [case.in_force for case in cases if case.in_force])
    news = [Replay(case.watch, tuple(channels), zone) for case in cases]
    olds = {place: Replay(case.in_force, (), zone) for place, case in enumerate(cases) if case.in_force}
    replays = [*news, *olds.values()]
    parts = [numbers[first : first + PART].tolist() for first in range(0, len(numbers), PART)]
    done = 0
    for part, found in zip(parts, _matched(path, tried, parts), strict=True):
        for hit in found:
            for number in hit.watches:
                replays[number].add(hit)
        done += len(part)
        progress(done, len(numbers))
    pairs = [(replay, olds.get(place)) for place, replay in enumerate(news)]
    return read_only(path, lambda db: _told(db, path, numbers, pairs, now, zone))


def _matched(path: str, tried: tuple[Watch, ...], parts: Sequence[list[int]]) -> Iterator[list[Hit]]:
    """The hits of each part, in their order."""
    processes = min(PROCESSES, os.cpu_count() or 1)
    if processes == 1 or sum(map(len, parts)) < WORTH_PROCESSES:
        yield from (_match_part(path, tried, part) for part in parts)
        return
    # A fork server loads modules from the folder it was started in first; what is spawned looks where this process did.
    context = multiprocessing.get_context("spawn")
    pool = ProcessPool(processes, initializer=_ignore_interrupts, context=context)
    try:
        waiting = deque(pool.schedule(_match_part, args=[path, tried, part]) for part in parts)
        while waiting:
            yield waiting.popleft().result()
    except ProcessExpired as error:
        raise WorkerError("a process that matched articles died; try a shorter --since") from error
    finally:
        pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates most of itself, not this
        pool.join()


def _ignore_interrupts() -> None:
    # Ctrl-C reaches the whole process group; stopping is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _match_part(path: str, tried: tuple[Watch, ...], numbers: list[int]) -> list[Hit]:
    def matched(db: Database) -> list[Hit]:
        return hits(archive.load(db, numbers), _ruleset(path, companies.version(db), tried))

    return read_only(path, matched)


def _told(
    db: Database,
    path: str,
    numbers: Sequence[int],
    pairs: Iterable[tuple[Replay, Replay | None]],
    now: datetime,
    zone: ZoneInfo,
) -> Backtest:
    first = archive.load(db, numbers[:1])
    began = first[0].first_seen if first else now
    said = feedback.by_story(db)
    results = tuple(_result(db, path, replay, other, said, began, now, zone) for replay, other in pairs)
    return Backtest(len(numbers), began, results)


def _result(
    db: Database,
    path: str,
    replay: Replay,
    other: Replay | None,
    said: Mapping[int, bool],
    began: datetime,
    now: datetime,
    zone: ZoneInfo,
) -> Result:
    judged = [said[story] for story in replay.alerted if story in said]
    alone = _ruleset(path, companies.version(db), numbered([replay.watch]))
    duplicates, there = replay.counts["duplicates"], replay.counts["there"]
    return Result(
        watch=replay.watch.name,
        articles=len(replay.alerted) + duplicates + there,
        stories=len(replay.first),
        alerts=len(replay.alerted),
        duplicates=duplicates,
        already_there=there,
        held=dict(replay.held),
        nowhere=replay.counts["nowhere"],
        days=per_day(replay.days, began.astimezone(zone).date(), now.astimezone(zone).date()),
        judged=len(judged),
        useful=sum(judged),
        difference=_difference(db, replay, other) if other else None,
        samples=_samples(db, replay.samples, alone),
    )


def _difference(db: Database, replay: Replay, other: Replay) -> Difference:
    plus, minus = (
        [one.first[story] for story in one.first if story not in another.first]
        for one, another in ((replay, other), (other, replay))
    )
    found, lost = (tuple(stored.document.title for stored in archive.load(db, ids[-NAMED:])) for ids in (plus, minus))
    return Difference(len(plus), len(minus), found, lost)


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
        samples=_samples(db, one.samples, ruleset),
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


def _samples(db: Database, numbers: Iterable[int], ruleset: rules.Ruleset) -> tuple[Sample, ...]:
    """What the first watch of a ruleset found in these articles, the last of them first."""
    found = []
    for stored in reversed(archive.load(db, numbers)):
        match = next((each for each in rules.match(stored.document, ruleset) if each.watch == "0"), None)
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
