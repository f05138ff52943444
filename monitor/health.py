"""What is wrong with a feed, by what its polls brought: pure, with hysteresis, and in words.

An ailment begins later than it could and ends later than it could, so that a feed at the edge does not ring all day.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.model import Cause
from monitor.schedule import DAY, MINUTE, Rhythm
from monitor.text import format_duration

# A feed is ill after so many failures in a row, over so long at least, and well after so many answers.
FAILURES = 3
FAILING_FOR = MINUTE
ANSWERS = 2

# A rhythm is known from so many arrivals; silence begins at so many times the longest pause.
ARRIVALS = 10
SILENCE = 2

# Pages were mostly read, and now are hardly, of so many at least; and well again once every second one is.
PAGES = 20
MOSTLY, HARDLY, AGAIN = 0.5, 0.15, 0.5

# So many hosts that fall silent together, while none answers, are no coincidence.
HOSTS = 3


class Kind(StrEnum):
    """What may be wrong, in the order in which it is told."""

    OFFLINE = "offline"
    GONE = "gone"
    DOWN = "down"
    NO_FEED = "no feed"
    PAGES = "pages"
    ROLLED = "rolled over"
    SILENT = "silent"
    MOVED = "moved"


@dataclass(frozen=True, slots=True)
class Vitals:
    """A feed as its polls show it. `moved_to` is a host; `pages_lately` and `pages_mostly` are shares.

    `asked` is when it was first asked since it last answered, `answered` when that was: with a host that goes on asking
    to wait there is no failure, and no feed either.
    """

    answered: datetime | None = None
    asked: datetime | None = None
    failures: int = 0
    failing_since: datetime | None = None
    cause: Cause | None = None
    error: str = ""
    answers: int = 0
    gone: datetime | None = None
    moved_to: str = ""
    rhythm: Rhythm = field(default_factory=Rhythm)
    pages: int = 0
    pages_lately: float = 0.0
    pages_mostly: float = 0.0


def ailments(vitals: Vitals, now: datetime, lasting: Collection[Kind], *, offline: bool) -> Mapping[Kind, str]:
    """What is wrong with a feed, each with its words; `lasting` is what was wrong with it before.

    While the machine is `offline`, no feed is to blame for not answering.
    """
    found: dict[Kind, str] = {}
    if vitals.gone:
        return {Kind.GONE: "its server says that it is gone for good (410); it is no longer polled"}
    if kind := _failing(vitals, now, lasting, offline=offline):
        found[kind] = f"{_FAILING[kind]}: {vitals.error or 'its host asks to wait, again and again'}"
    # A failure in between is no news.
    if (vitals.cause is None or Kind.SILENT in lasting) and _is_silent(vitals):
        found[Kind.SILENT] = _silence(vitals.rhythm)
    if vitals.pages >= PAGES and _pages_collapsed(vitals, lasting):
        found[Kind.PAGES] = "its pages can hardly be read any more, so what the feed carries is matched instead"
    if vitals.rhythm.rolled:
        found[Kind.ROLLED] = "a poll shared no entry with the one before; some may have been missed"
    if vitals.moved_to:
        found[Kind.MOVED] = f"it has moved to {vitals.moved_to} for good; put the new address into the configuration"
    return found


def began(kind: Kind, vitals: Vitals, now: datetime) -> datetime:
    """When an ailment that is noticed now began, as far as the feed shows it."""
    starts = {
        Kind.GONE: vitals.gone,
        Kind.DOWN: vitals.failing_since or vitals.asked,
        Kind.NO_FEED: vitals.failing_since,
        Kind.ROLLED: vitals.rhythm.rolled_at,
        Kind.SILENT: vitals.rhythm.last_new,
    }
    return min(starts.get(kind) or now, now)


_FAILING = {Kind.DOWN: "it gives no feed", Kind.NO_FEED: "what it gives is no feed any more"}

# A host that asks to wait, and so long after still does, is no longer busy but closed.
WAITED = DAY


def _failing(vitals: Vitals, now: datetime, lasting: Collection[Kind], *, offline: bool) -> Kind | None:
    before = next((kind for kind in _FAILING if kind in lasting), None)
    waits = vitals.asked is not None and now - vitals.asked >= WAITED
    if before:
        return before if waits or vitals.failures or vitals.answers < ANSWERS else None
    if waits and not vitals.failures:
        return Kind.DOWN
    if vitals.failures < FAILURES or vitals.failing_since is None or now - vitals.failing_since < FAILING_FOR:
        return None
    if offline and vitals.cause is Cause.NETWORK:
        return None
    return Kind.NO_FEED if vitals.cause is Cause.CONTENT else Kind.DOWN


def _is_silent(vitals: Vitals) -> bool:
    """By what polls saw: while nobody asked, nothing is known."""
    rhythm = vitals.rhythm
    if rhythm.arrivals < ARRIVALS or rhythm.longest is None or rhythm.last_new is None or vitals.answered is None:
        return False
    return vitals.answered - rhythm.last_new >= max(DAY, SILENCE * rhythm.longest)


def _silence(rhythm: Rhythm) -> str:
    usual, longest = (format_duration(max(gap or timedelta(0), MINUTE)) for gap in (rhythm.gap, rhythm.longest))
    return f"nothing new; there used to be something about every {usual}, and after {longest} at the latest"


def _pages_collapsed(vitals: Vitals, lasting: Collection[Kind]) -> bool:
    if Kind.PAGES in lasting:
        return vitals.pages_lately < AGAIN
    return vitals.pages_lately < HARDLY and vitals.pages_mostly > MOSTLY


def is_offline(silent: int, hosts: int) -> bool:
    """Whether it is this machine that has no network, rather than hosts that are down.

    `hosts` answered until any of them last did; of these, `silent` have been asked since, in vain. Half of them, and
    three where there are so many, are no coincidence. With a single host nobody can tell.
    """
    return hosts > 1 and silent >= min(HOSTS, hosts) and 2 * silent >= hosts


@dataclass(frozen=True, slots=True)
class Change:
    """An ailment that began, or has `ended`; of the machine itself where there is no `feed_id`."""

    feed_id: int | None
    feed: str
    kind: Kind
    detail: str
    began: datetime
    ended: datetime | None


SHOWN = 20


def notice(changes: Iterable[Change], when: Mapping[datetime, str]) -> str:
    """One message for all changes: what began, then what is over. `when` says times as the user reads them."""
    order = list(Kind)
    listed = sorted(changes, key=lambda change: (_is_over(change), order.index(change.kind), change.feed))
    ill = {change.feed_id for change in listed if change.ended is None} - {None}
    well = {change.feed_id for change in listed if change.ended is not None} - {None} - ill
    offline = next((change for change in listed if change.feed_id is None), None)
    parts = []
    if offline:
        parts.append("This machine was offline and is back" if offline.ended else "This machine seems to be offline")
    parts += [f"{_feeds(len(ill))} to look at"] * bool(ill) + [f"{_feeds(len(well))} well again"] * bool(well)
    lines = [_line(change, when) for change in listed[:SHOWN]]
    if len(listed) > SHOWN:
        lines.append(f"… and {len(listed) - SHOWN} more; see: monitor feeds")
    return "\n".join(["; ".join(parts), *lines])


def _is_over(change: Change) -> bool:
    """Whether it is told of at the end; what the machine went through comes first in either case."""
    return change.ended is not None and change.feed_id is not None


def _feeds(count: int) -> str:
    return f"{count} feed{'s' * (count != 1)}"


def _line(change: Change, when: Mapping[datetime, str]) -> str:
    began = when[change.began]
    if change.feed_id is None and change.ended:
        return f"No host answered from {began} to {when[change.ended]}"
    if change.feed_id is None:
        return f"No host has answered since {began}: {change.detail}"
    if change.ended:
        return f"{change.feed}: {_OVER[change.kind]} (since {began}, over at {when[change.ended]})"
    return f"{change.feed}: {change.detail} (since {began})"


_OVER = {
    Kind.GONE: "it is polled again",
    Kind.DOWN: "it answers again",
    Kind.NO_FEED: "it is a feed again",
    Kind.PAGES: "its pages can be read again",
    Kind.ROLLED: "its window has not rolled over for days",
    Kind.SILENT: "it has published again",
    Kind.MOVED: "it is no longer asked for elsewhere",
    Kind.OFFLINE: "it is online again",
}
