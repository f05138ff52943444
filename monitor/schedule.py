"""When to try again: poll outcome → next poll; failed attempt → next one, or giving up. Chance is an argument."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from monitor.model import Hints
from monitor.text import format_duration

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)

# Where a feed's window rolls over, it is polled more often than it was asked for, but never more often than this.
SHORTEST = MINUTE
ROLLED_MOST = 3

# Jitter spreads feeds that were added together; it only ever adds, since a feed is never polled sooner than asked.
JITTER = 0.1

# Requests in hand at a time to one host, feeds and pages together: what waits for its turn with a slow host must not
# take the place of other hosts.
PER_HOST = 2

READING_AGAIN = (timedelta(seconds=5), 5 * MINUTE, HOUR, 12 * HOUR)

QUARANTINE_AFTER = 5
RETRY_FIRST = timedelta(seconds=5)
RETRY_MOST = timedelta(minutes=30)

# A channel whose messages die so often in a row is down, and is tried after such a wait, doubling up to an hour.
DOWN_AFTER = 3
PROBE = 5 * MINUTE
CHANNEL_REST_MOST = 5 * MINUTE

# Both must have passed: a machine that slept through the day has not tried.
DEAD_AFTER = DAY
DEAD_AFTER_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Next:
    """A due time with its reason."""

    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Rhythm:
    """How a feed publishes, as its polls show: the usual and the longest `gap` between its news, None while unknown.

    `arrivals` counts how many polls that was learned from. `rolled` counts how often of late, last at `rolled_at`, its
    window rolled over: a poll shared no entry with the one before.
    """

    last_new: datetime | None = None
    gap: timedelta | None = None
    longest: timedelta | None = None
    arrivals: int = 0
    rolled: int = 0
    rolled_at: datetime | None = None


def learn(rhythm: Rhythm, now: datetime, *, news: bool, rolled: bool) -> Rhythm:
    """The rhythm after a poll that brought `news`, or none; and whose window `rolled` over, or did not."""
    if rolled:
        rhythm = replace(rhythm, rolled=min(rhythm.rolled + 1, ROLLED_MOST), rolled_at=now)
    elif rhythm.rolled and not (rhythm.rolled_at and timedelta(0) <= now - rhythm.rolled_at < DAY):
        rhythm = replace(rhythm, rolled=rhythm.rolled - 1, rolled_at=now)
    if not news:
        return rhythm
    if rhythm.last_new is None:
        return replace(rhythm, last_new=now)
    gap = max(now - rhythm.last_new, timedelta(0))
    return replace(
        rhythm,
        last_new=now,
        gap=gap if rhythm.gap is None else 0.8 * rhythm.gap + 0.2 * gap,
        # Forgotten slowly, so that a week's worth of news does not make a weekend look like silence.
        longest=gap if rhythm.longest is None else max(gap, 0.998 * rhythm.longest),
        arrivals=rhythm.arrivals + 1,
    )


def after_success(
    now: datetime,
    *,
    own: timedelta | None,
    default: timedelta,
    rhythm: Rhythm,
    hints: Hints,
    fresh_for: timedelta,
    chance: float,
) -> Next:
    """The next poll of a feed that answered: at its `own` interval, which wins over all else, or not before `default`.

    Later, up to a day, where the feed or its server asks for it or where it publishes seldom; sooner only where entries
    were missed.
    """
    if own is not None:
        return Next(now + own, f"every {format_duration(own)}, as set on the feed")
    if rhythm.rolled:
        wait = max(default / 2**rhythm.rolled, min(default, SHORTEST))
        return Next(now + wait, f"its window rolled over, so every {format_duration(wait)}")
    waits = (
        (default, "every {}"),
        (hints.ttl or default, "the feed asks for {} between polls"),
        (fresh_for, "the server says that its answer holds for {}"),
        (_calm(rhythm, now), "it publishes seldom, so every {}"),
    )
    wait, reason = max(((min(wait, max(DAY, default)), reason) for wait, reason in waits), key=lambda each: each[0])
    due = now + wait
    at = _not_skipped(due, hints, max(due, now + DAY))
    reason = reason.format(format_duration(wait)) + ", but not in the hours that the feed skips" * (at > due)
    return Next(at + wait * JITTER * chance, reason)


def _calm(rhythm: Rhythm, now: datetime) -> timedelta:
    """What a poll may be late for a feed that publishes seldom: a hundredth of the time between its news."""
    silent = now - rhythm.last_new if rhythm.last_new else timedelta(0)
    return max(rhythm.gap or timedelta(0), silent / 2) / 100


def _not_skipped(due: datetime, hints: Hints, latest: datetime) -> datetime:
    """`due`, or the next full hour which the feed does not ask to be left alone in; no later than `latest`."""
    while due < latest and (due.hour in hints.skip_hours or due.weekday() in hints.skip_days):
        due = min(due.replace(minute=0, second=0, microsecond=0) + HOUR, latest)
    return due


def after_failure(
    now: datetime,
    *,
    interval: timedelta,
    failures: int,
    retry_after: timedelta | None,
    chance: float,
    answered: bool = True,
) -> Next:
    """The next poll of a feed that failed `failures` times in a row: doubling up to a day, or what the server asks.

    Up to an hour where no server `answered`: most likely it is this machine that has no network.
    """
    if retry_after is not None:
        wait = max(min(retry_after, DAY), interval)
        return Next(now + wait, f"the server asks to wait {format_duration(retry_after)}")
    wait = min(interval * 2 ** min(max(failures - 1, 0), 20), max(DAY if answered else HOUR, interval))
    return Next(
        now + wait * (1 + JITTER * chance),
        f"failed {failures} times in a row" if failures > 1 else "failed once",
    )


def longest_wait(intervals: Iterable[timedelta]) -> timedelta:
    """No poll of feeds with these intervals is ever due later than so long from now."""
    return max([DAY, *intervals]) * (1 + JITTER)


def next_try(now: datetime, *, attempts: int, chance: float) -> datetime | None:
    """When a failed revision is tried again; None after the fifth attempt: quarantine it."""
    return None if attempts >= QUARANTINE_AFTER else now + _backoff(attempts, chance)


def next_reading(now: datetime, *, attempts: int, walled: bool, chance: float) -> datetime | None:
    """When a page that gave nothing is asked for again; None after the fifth attempt.

    At once, as most failures pass; then with patience, as a network may be down for an hour and some walls come down
    in a day. To knock at a wall at once is no use.
    """
    step = attempts - 1 + walled
    return now + READING_AGAIN[step] * (1 + JITTER * chance) if step < len(READING_AGAIN) else None


def longer_wait(retry_after: timedelta | None, attempts: int) -> timedelta | None:
    """What a host asked to wait, but never less than the back-off: a wait of nothing would be asked for without end."""
    return None if retry_after is None else max(retry_after, _backoff(attempts, 1.0))


def next_attempt(
    now: datetime,
    *,
    first_try: datetime,
    attempts: int,
    permanent: bool,
    retry_after: timedelta | None,
    chance: float,
) -> datetime | None:
    """When a message that was not taken is sent again; None when it is dead: refused for good, or a day of attempts."""
    deadline = first_try + DEAD_AFTER
    if permanent or is_given_up(now, first_try, attempts):
        return None
    wait = _backoff(attempts, chance)
    if now >= deadline:
        return now + wait
    if retry_after is not None:
        wait = max(retry_after, wait)
    # There is a try at the end of the day, however long the server asked to wait.
    return min(now + wait, max(deadline, now + RETRY_FIRST))


def is_given_up(now: datetime, first_try: datetime, attempts: int) -> bool:
    """Whether a message was tried for a day, and often enough."""
    return now >= first_try + DEAD_AFTER and attempts >= DEAD_AFTER_ATTEMPTS


def after_interruptions(times: int) -> timedelta:
    """How long a message waits that was being sent when the daemon ended, so many times: at first not at all."""
    return timedelta(0) if times < 3 else _doubled(RETRY_FIRST, times - 3, RETRY_MOST)


def channel_rest(failures: int, deaths: int, *, dead: bool, retry_after: timedelta | None) -> timedelta:
    """How long nothing is sent to a channel that failed `failures` times in a row, of which `deaths` for good.

    As long as it asks for, else from the second failure on, doubling from 5 s to 5 min. One that is down is probed.
    """
    if deaths >= DOWN_AFTER:
        return max(_doubled(PROBE, deaths - DOWN_AFTER, HOUR), min(retry_after or timedelta(0), DAY))
    if retry_after is not None:
        return min(retry_after, DAY)
    if dead or failures < 2:  # what was refused may have been at fault itself
        return timedelta(0)
    return _doubled(RETRY_FIRST, failures - 2, CHANNEL_REST_MOST)


def pauses() -> Iterator[float]:
    """Seconds between attempts to write down what must not be forgotten: doubling from one to thirty, for ever."""
    return itertools.chain((1.0, 2.0, 4.0, 8.0, 16.0), itertools.repeat(30.0))


def _backoff(attempts: int, chance: float) -> timedelta:
    """Doubling from 5 s to 30 min, with full jitter in its upper half."""
    return _doubled(RETRY_FIRST, max(attempts - 1, 0), RETRY_MOST) * (0.5 + 0.5 * chance)


def _doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    wait: timedelta = first * 2 ** min(times, 20)
    return min(wait, most)
