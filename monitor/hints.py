"""When a feed asks to be polled: `<ttl>`, the syndication module, `<skipHours>` and `<skipDays>` → Hints."""

import re
from datetime import timedelta

from monitor import text
from monitor.model import Hints

_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}
_LONGEST = timedelta(days=366)
_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")

# feedparser keeps only the last hour and the last day, so they are read from the bytes: before the first item, where
# the channel's own elements stand.
_HEAD = 65_536
_FIRST_ITEM = re.compile(r"<(?:item|entry)\b")
_HOUR = re.compile(r"<hour>\s*([0-9]{1,2})\s*</hour>")
_DAY = re.compile(r"<day>\s*([a-z]{6,9})\s*</day>")


def read(data: bytes, *, ttl: str, period: str, frequency: str) -> Hints:
    """The hints of the feed in `data`, of which feedparser found the texts of `ttl`, `updatePeriod` and -`Frequency`.

    What is no number or no day of the week is passed over; who skips all hours or all days means none.
    """
    head = _without_comments(text.decode(data[:_HEAD]).lower())
    first = _FIRST_ITEM.search(head)
    head = head[: first.start()] if first else head
    hours = {int(hour) % 24 for hour in _HOUR.findall(_inside(head, "skiphours")) if int(hour) <= 24}
    days = {_DAYS.index(day) for day in _DAY.findall(_inside(head, "skipdays")) if day in _DAYS}
    return Hints(
        ttl=_ttl(ttl, period, frequency),
        skip_hours=frozenset(hours if len(hours) < 24 else ()),
        skip_days=frozenset(days if len(days) < 7 else ()),
    )


def _ttl(ttl: str, period: str, frequency: str) -> timedelta | None:
    """How long the feed asks to be left alone: the longer of RSS's minutes and the syndication module's periods."""
    hours = _PERIODS.get(period.strip().lower(), 0)
    asked = timedelta(minutes=max(_number(ttl), hours * 60 // max(1, _number(frequency))))
    return asked if timedelta(0) < asked <= _LONGEST else None


def _number(value: str) -> int:
    return int(value) if re.fullmatch(r"\s*[0-9]{1,9}\s*", value) else 0


def _without_comments(markup: str) -> str:
    before, *commented = markup.split("<!--")
    return before + "".join(each.partition("-->")[2] for each in commented)


def _inside(markup: str, name: str) -> str:
    """What the first element of that name holds."""
    return markup.partition(f"<{name}>")[2].partition(f"</{name}>")[0]
