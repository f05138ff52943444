"""When to try again: poll outcome → next poll; failed attempt → next one, or giving up. Chance is an argument."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor.text import format_duration

DAY = timedelta(days=1)

# Jitter spreads feeds that were added together; it only ever adds, since a feed is never polled sooner than asked.
JITTER = 0.1

# Requests in hand at a time to one host, feeds and pages together: what waits for its turn with a slow host must not take
# the place of other hosts.
PER_HOST = 2

QUARANTINE_AFTER = 5
RETRY_FIRST = timedelta(seconds=5)
RETRY_MOST = timedelta(minutes=30)

# Both must have passed: a machine that slept through the day has not tried.
DEAD_AFTER = DAY
DEAD_AFTER_ATTEMPTS = 20


@dataclass(frozen=True, slots=True)
class Next:
    """A due time with its reason."""

    at: datetime
    reason: str


def after_success(
    now: datetime, *, own: timedelta | None, default: timedelta, ttl: timedelta | None, chance: float
) -> Next:
    """The next poll of a feed that answered. `own` is the interval set on the feed, which wins over its hints."""
    if own is not None:
        return Next(now + own, f"every {format_duration(own)}, as set on the feed")
    wait, reason = default, f"every {format_duration(default)}"
    if ttl is not None and min(ttl, DAY) > default:
        wait = min(ttl, DAY)
        reason = f"the feed asks for {format_duration(wait)} between polls"
    return Next(now + wait * (1 + JITTER * chance), reason)


def after_failure(
    now: datetime, *, interval: timedelta, failures: int, retry_after: timedelta | None, chance: float
) -> Next:
    """The next poll of a feed that failed `failures` times in a row: doubling up to a day, or what the server asks."""
    if retry_after is not None:
        wait = max(min(retry_after, DAY), interval)
        return Next(now + wait, f"the server asks to wait {format_duration(retry_after)}")
    wait = min(interval * 2 ** min(max(failures - 1, 0), 20), max(DAY, interval))
    return Next(
        now + wait * (1 + JITTER * chance),
        f"failed {failures} times in a row" if failures > 1 else "failed once",
    )


def longest_wait(intervals: Iterable[timedelta]) -> timedelta:
    """No poll of feeds with these intervals is ever due later than so long from now."""
    return max([DAY, *intervals]) * (1 + JITTER)


def next_try(now: datetime, *, attempts: int, chance: float) -> datetime | None:
    """When a failed entry or revision is tried again; None after the fifth attempt: quarantine it."""
    return None if attempts >= QUARANTINE_AFTER else now + _backoff(attempts, chance)


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
    if permanent or (now >= deadline and attempts >= DEAD_AFTER_ATTEMPTS):
        return None
    wait = _backoff(attempts, chance)
    if now >= deadline:
        return now + wait
    if retry_after is not None:
        wait = max(retry_after, wait)
    # There is a try at the end of the day, however long the server asked to wait.
    return min(now + wait, max(deadline, now + RETRY_FIRST))


def pauses() -> Iterator[float]:
    """Seconds between attempts to write down what must not be forgotten: doubling from one to thirty, for ever."""
    return itertools.chain((1.0, 2.0, 4.0, 8.0, 16.0), itertools.repeat(30.0))


def _backoff(attempts: int, chance: float) -> timedelta:
    """Doubling from 5 s to 30 min, with full jitter in its upper half."""
    wait: timedelta = min(RETRY_FIRST * 2 ** min(max(attempts - 1, 0), 20), RETRY_MOST)
    return wait * (0.5 + 0.5 * chance)
