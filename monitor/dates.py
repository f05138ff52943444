"""Dates as feeds and pages write them → aware UTC, or None.

feedparser takes BST, CET, IST and all other zones that it does not know for UTC, drops the minutes of `+0530`, and
reads seconds since 1970 as a year; so what can be read here for certain is read here.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from zoneinfo import ZoneInfo

# What claims to have been published before the web is a mistake of the publisher's.
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_LONGEST = 80

_MONTHS = (
    *("january", "february", "march", "april", "may", "june"),
    *("july", "august", "september", "october", "november", "december"),
)
# By hours east of UTC. IST is India's: Israel and Ireland, which write so too, have far less news in English to it.
# CST is America's, as in RFC 822, and not China's.
_ZONES = {
    -10: "hst",
    -9: "akst",
    -8: "akdt pst",
    -7: "mst pdt",
    -6: "cst mdt",
    -5: "est cdt",
    -4: "ast edt",
    -3.5: "nst",
    -3: "adt brt art",
    -2.5: "ndt",
    0: "z ut utc gmt wet",
    1: "bst west cet met mez",
    2: "cest mest mesz eet sast",
    3: "eest msk",
    4: "gst",
    5: "pkt",
    5.5: "ist",
    7: "ict wib",
    8: "hkt sgt awst",
    9: "jst kst",
    9.5: "acst",
    10: "aest",
    10.5: "acdt",
    11: "aedt",
    12: "nzst",
    13: "nzdt",
}
_NAMED = {name: timezone(timedelta(hours=hours)) for hours, names in _ZONES.items() for name in names.split()}
# Without "standard" or "daylight" the date tells which of them it is.
_PLACES = {"et": "America/New_York", "ct": "America/Chicago", "mt": "America/Denver", "pt": "America/Los_Angeles"}

_NAMED_DAY = r"(?:(?:mon|tue|wed|thu|fri|sat|sun)[a-z]{0,6}\.?[\s,]*)?"
_DAY = r"(?P<day>\d{1,2})(?:st|nd|rd|th)?"
_MONTH = r"(?P<month>[a-z]{3,9})[.,]?"
_TIME = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:[.,]\d{1,9})?)?\s?(?P<half>[ap]\.?m\b\.?)?"
# " at ", ", " or "T" before the time; "(PDT)" after the offset.
_CLOCK = (
    rf"(?:\D{{1,6}}{_TIME})?\s*\(?(?P<zone>(?:gmt|utc?)?\s?[+-]\d{{1,2}}:?(?:\d\d)?|[a-z]{{0,5}})\)?(?:\s*\(\w*\))?"
)
_FORMS = tuple(
    re.compile(form, re.IGNORECASE | re.ASCII)
    for form in (
        # Tue, 23 Jul 2024 14:05:00 -0400: RFC 822 and what is made of it
        rf"{_NAMED_DAY}{_DAY}[\s-]+{_MONTH}[\s-]+(?P<year>\d{{4}}|\d\d){_CLOCK}",
        # July 23, 2024 at 2:05 p.m. ET
        rf"{_NAMED_DAY}{_MONTH}\s+{_DAY},?\s+(?P<year>\d{{4}}){_CLOCK}",
        # Tue Jul 23 14:05:00 EDT 2024: the C library
        rf"{_NAMED_DAY}{_MONTH}\s+{_DAY}\s+{_TIME}\s+(?:(?P<zone>[a-z]{{1,5}}|[+-]\d{{4}})\s+)?(?P<year>\d{{4}})",
        # 2024-07-23 14:05 EDT, and of ISO 8601 what Python does not take
        rf"(?P<year>\d{{4}})[-/.](?P<month>\d{{1,2}})[-/.]{_DAY}{_CLOCK}",
    )
)
_OFFSET = re.compile(r"([+-])(\d{1,2}):?(\d\d)?")


def read(value: str) -> datetime | None:
    """The time that `value` states, to the second; UTC where it names no zone. None when unreadable or before 1990.

    Reads RFC 822 and its variations, ISO 8601, English dates in the American order and the C library's, and seconds,
    milliseconds or microseconds since 1970. What lies in the future is left to the caller, who knows the time.
    """
    value = " ".join(value[:_LONGEST].split())
    try:
        found = _iso(value) or _epoch(value) or _written(value)
        found = found.astimezone(UTC).replace(microsecond=0) if found else None
    except (ValueError, OverflowError, OSError):
        return None
    return found if found and found >= EARLIEST else None


def is_number(value: str) -> bool:
    """Whether `value` is a bare number: a time that `read` knows, or none."""
    return bool(re.fullmatch(r"\s*-?\d{9,}(?:\.\d*)?\s*", value))


def _iso(value: str) -> datetime | None:
    if not re.match(r"\d{4}-?\d\d-?\d\d(?:$|[tT\s])", value, re.ASCII):
        return None
    try:
        found = datetime.fromisoformat(re.sub(r"\s(?=[+-]\d|Z$)", "", value))
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _epoch(value: str) -> datetime | None:
    if not re.fullmatch(r"\d{9,10}(?:\.\d{1,9})?|\d{13}|\d{16}", value, re.ASCII):
        return None
    unit = {13: 1e3, 16: 1e6}.get(len(value), 1) if value.isdigit() else 1
    return datetime.fromtimestamp(float(value) / unit, UTC)


def _written(value: str) -> datetime | None:
    found = next(filter(None, (form.fullmatch(value) for form in _FORMS)), None)
    month = _month(found["month"]) if found else 0
    zone = _zone((found["zone"] or "").lower()) if found else None
    if not found or not month or not zone:
        return None
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    if half := found["half"]:
        hour = hour % 12 + 12 * half.lower().startswith("p")
    if hour > 24 or minute > 59 or second > 60:  # midnight may be 24:00, and a leap second is one
        return None
    day = datetime(_year(found["year"]), month, int(found["day"]), tzinfo=zone)
    return day + timedelta(hours=hour, minutes=minute, seconds=second)


def _month(name: str) -> int:
    """1 to 12 for a number, an English name or its beginning, else 0: elsewhere the same letters mean other months."""
    if name.isdigit():
        return int(name)
    name = name.lower().replace("sept", "sep") if len(name) == 4 else name.lower()
    return next((number for number, month in enumerate(_MONTHS, start=1) if month.startswith(name)), 0)


def _year(digits: str) -> int:
    """Two digits as in RFC 2822, section 4.3."""
    year = int(digits)
    return year if len(digits) == 4 else year + (2000 if year < 50 else 1900)


def _zone(name: str) -> tzinfo | None:
    """The zone of a name or an offset in lower case; None for a name that is not known."""
    if found := _OFFSET.search(name):
        minutes = 60 * int(found[2]) + int(found[3] or 0)
        return timezone(timedelta(minutes=-minutes if found[1] == "-" else minutes))
    if name in _PLACES:
        return ZoneInfo(_PLACES[name])
    return _NAMED.get(name) if name else UTC
