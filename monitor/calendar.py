"""When quiet hours hold and end, when the next digest is, and where days begin: pure functions of a zone's clock.

Clocks are put forward and back. A time of day that is skipped counts from the end of the gap; of one that comes twice,
a digest takes the first, and quiet hours begin at the first and end at the last, so rather too late.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from monitor import cron
from monitor.options import Quiet

_DAY = timedelta(days=1)
_WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

# The 29th of February on a Sunday comes every 28 years, or after 40 where a century has no leap day.
_FARTHEST = 41 * 366

# Windows meet only where the clock is put forward over both their ends; that happens twice a year.
_MEETING = 4


def midnights(zone: ZoneInfo, now: datetime, days: int) -> list[datetime]:
    """Where the last days in the zone begin, oldest first, the last of them today; and where today ends."""
    today = now.astimezone(zone).date()
    return [datetime.combine(today - _DAY * ago, time(), zone).astimezone(UTC) for ago in range(days - 1, -2, -1)]


def quiet_until(quiet: Quiet, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The end, in UTC, of the quiet hours that `now` is in; None outside of them. It is itself in none.

    `quiet.days` are those on which they begin: Friday's, from 22:00 to 06:30, last until Saturday.
    """
    end = _end_of_window(quiet, zone, now)
    for _ in range(_MEETING):
        further = _end_of_window(quiet, zone, end) if end else None
        if further is None:
            break
        end = further
    return end


def _end_of_window(quiet: Quiet, zone: ZoneInfo, now: datetime) -> datetime | None:
    start, end = time.fromisoformat(quiet.start), time.fromisoformat(quiet.end)
    over_midnight = _DAY if end <= start else timedelta(0)
    today = now.astimezone(zone).date()
    ends = []
    # A clock that is put back over midnight leads from one day into the day before.
    for day in (today + ahead * _DAY for ahead in (-2, -1, 0, 1)):
        if quiet.days and _WEEKDAYS[day.weekday()] not in quiet.days:
            continue
        until = _instant(day + over_midnight, end, zone, last=True)
        if _instant(day, start, zone) <= now < until:
            ends.append(until)
    return max(ends, default=None)


def next_digest(times: Sequence[str], zone: ZoneInfo, now: datetime) -> datetime:
    """The first time after `now`, in UTC, at which one of `times` falls: times of day ("07:30") and cron lines.

    All are as `formats.digest_time` takes them, and there is at least one.
    """
    lines = [cron.parse(each if " " in each else _as_cron(each)) for each in times]
    return min(found for line in lines if (found := _next(line, zone, now)))


def _as_cron(clock: str) -> str:
    hour, minute = clock.split(":")
    return f"{minute} {hour} * * *"


def _next(line: cron.Cron, zone: ZoneInfo, now: datetime) -> datetime | None:
    today = now.astimezone(zone).date()
    for day in (today + ahead * _DAY for ahead in range(_FARTHEST)):
        if line.falls_on(day):
            coming = _first_after(now, (_instant(day, clock, zone) for clock in line.times))
            if coming:
                return coming
    return None


def _first_after(now: datetime, instants: Iterable[datetime]) -> datetime | None:
    return next((instant for instant in instants if instant > now), None)


def _instant(day: date, clock: time, zone: ZoneInfo, *, last: bool = False) -> datetime:
    """When the wall clock shows a time, in UTC: the end of the gap for one that it skips."""
    wall = datetime.combine(day, clock, tzinfo=zone)
    first, second = wall.astimezone(UTC), wall.replace(fold=1).astimezone(UTC)
    # PEP 495: in a gap, the two readings stand in the wrong order, on both sides of the change.
    return _change(second, first, zone) if second < first else second if last else first


def _change(before: datetime, after: datetime, zone: ZoneInfo) -> datetime:
    """When the clock was changed, to the second, between two times of which it was changed once."""
    offset = before.astimezone(zone).utcoffset()
    while after - before > timedelta(seconds=1):
        middle = before + (after - before) // 2
        before, after = (middle, after) if middle.astimezone(zone).utcoffset() == offset else (before, middle)
    return after.replace(microsecond=0)
