"""Cron lines: minute, hour, day of month, month and day of week, as in crontab(5).

A field is `*`, a number or a name, a range `a-b`, each with a step `/n`, or several of them with commas. A single
number with a step goes on to the end of its range. Where day of month and day of week both say something (neither
begins with `*`), a day that fits either will do.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, time

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
_FIELDS = ((0, 59, ()), (0, 23, ()), (1, 31, ()), (1, 12, _MONTHS), (0, 7, _DAYS))
_PART = re.compile(r"(?:\*|(?P<first>\w{1,3})(?:-(?P<last>\w{1,3}))?)(?:/(?P<step>[0-9]{1,3}))?", re.ASCII)

_LEAP_YEAR = 2000


@dataclass(frozen=True, slots=True)
class Cron:
    """A cron line. `either`: a day that fits `days` or `weekdays` (0: Sunday) will do; else it has to fit both."""

    times: tuple[time, ...]
    days: frozenset[int]
    months: frozenset[int]
    weekdays: frozenset[int]
    either: bool

    def falls_on(self, day: date) -> bool:
        """Whether it comes on this day."""
        in_month, in_week = day.day in self.days, day.isoweekday() % 7 in self.weekdays
        return day.month in self.months and ((in_month or in_week) if self.either else (in_month and in_week))

    @property
    def never(self) -> bool:
        """Whether no month that it names is long enough for a day that it wants: `0 0 31 2 *`."""
        longest = max(monthrange(_LEAP_YEAR, month)[1] for month in self.months)
        return not self.either and min(self.days) > longest


def parse(line: str) -> Cron:
    """A line in any case. Raises ValueError."""
    fields = line.lower().split()
    if len(fields) != len(_FIELDS):
        raise ValueError("a cron line has five fields")
    minutes, hours, days, months, weekdays = (
        frozenset(_numbers(field, *bounds)) for field, bounds in zip(fields, _FIELDS, strict=True)
    )
    return Cron(
        times=tuple(time(hour, minute) for hour in sorted(hours) for minute in sorted(minutes)),
        days=days,
        months=months,
        weekdays=frozenset(number % 7 for number in weekdays),
        either=not fields[2].startswith("*") and not fields[4].startswith("*"),
    )


def _numbers(field: str, low: int, high: int, names: tuple[str, ...]) -> Iterator[int]:
    for part in field.split(","):
        found = _PART.fullmatch(part)
        if not found:
            raise ValueError(f"{part!r} is no part of a cron line")
        step = int(found["step"] or 1)
        first = _number(found["first"], low, names) if found["first"] else low
        alone = found["first"] and not found["step"]
        last = _number(found["last"], low, names) if found["last"] else first if alone else high
        if not low <= first <= last <= high or step == 0:
            raise ValueError(f"{part!r} is out of bounds")
        yield from range(first, last + 1, step)


def _number(text: str, low: int, names: tuple[str, ...]) -> int:
    return names.index(text) + low if text in names else int(text)
