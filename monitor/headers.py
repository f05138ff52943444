"""What the headers of a response say of time. Whatever they hold, the answer is between nothing and a day."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

# A server may ask for a year, or be set wrong: news comes back within a day.
LONGEST = timedelta(days=1)

_NOTHING = timedelta(0)
# A directive may hold a comma in quotes: private="set-cookie, x".
_DIRECTIVE = re.compile(r'([^\s,="]+)(?:\s*=\s*("[^"]*"?|[^\s,"]*))?')


def retry_after(value: str, now: datetime) -> timedelta | None:
    """A Retry-After header, seconds or a date (RFC 9110, 10.2.3), as a wait from `now`; None if it is neither."""
    if (wait := _seconds(value)) is not None:
        return min(wait, LONGEST)
    date = _date(value)
    return None if date is None else _bounded(date - now)


def fresh_for(headers: Mapping[str, str], now: datetime) -> timedelta:
    """How long a response says that it holds: max-age less Age, else Expires less Date (RFC 9111, 4.2).

    `headers` ignores case. Nothing where it says nothing, or nothing that can be read, or is not to be reused unasked.
    """
    directives: dict[str, str] = {}
    for name, argument in _DIRECTIVE.findall(headers.get("Cache-Control", "")):
        directives.setdefault(name.lower(), argument.strip('"'))
    if directives.keys() & {"no-cache", "no-store"}:
        return _NOTHING
    if "max-age" in directives:
        age = _seconds(headers.get("Age", "")) or _NOTHING
        return _bounded((_seconds(directives["max-age"]) or _NOTHING) - age)
    expires = _date(headers.get("Expires", ""))
    return _NOTHING if expires is None else _bounded(expires - (_date(headers.get("Date", "")) or now))


def _seconds(value: str) -> timedelta | None:
    text = value.strip()
    return timedelta(seconds=int(text[:9])) if text.isascii() and text.isdecimal() else None


def _date(value: str) -> datetime | None:
    try:
        date = parsedate_to_datetime(value.strip())
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date if date.tzinfo else date.replace(tzinfo=UTC)


def _bounded(wait: timedelta) -> timedelta:
    return min(max(wait, _NOTHING), LONGEST)
