"""The syntax of single values in a configuration: durations, names, tickers, times of day, addresses.

One function for each kind takes a value as written and gives it back as it is used. What it refuses it
raises as `wrong(problem, fix)`, with the problem as a predicate ("is no duration"): the value itself may be a
secret and is never part of the words.
"""

import base64
import ipaddress
import re
import unicodedata
from datetime import timedelta
from difflib import get_close_matches
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from monitor import cron
from monitor.text import parse_duration
from monitor.urls import is_web

LONGEST = timedelta(days=3650)

# NVDA, BRK.B, 7203 or BP., after a venue such as NASDAQ, NYSE AMERICAN or TSX where there is one.
_TICKER = re.compile(r"(?:[A-Z][A-Z ]{0,19}:)?[A-Z0-9]{1,10}(?:[.\-/][A-Z0-9]{0,4})?")
_CLOCK = re.compile(r"(?:[01]\d|2[0-3]):[0-5]\d", re.ASCII)
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[A-Za-z0-9]{2,8}){0,3}")
_LABEL = re.compile(r"(?!-)[\w-]{1,63}(?<!-)")
_HOST_PORT = re.compile(r"(?:\[(?P<six>[^\[\]]*)\]|(?P<host>[^\[\]:]+))(?::(?P<port>[0-9]{1,5}))?")
_HEADER = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")


def wrong(problem: str, fix: str) -> PydanticCustomError:
    """What a value is not, as a predicate, and what to write instead."""
    return PydanticCustomError("mistake", "{problem}", {"problem": problem, "fix": fix})


# ---------------------------------------------------------------- times


def duration(value: object) -> timedelta:
    """`"2h"` → timedelta, from nothing to ten years."""
    try:
        parsed = parse_duration(value)
    except OverflowError:
        parsed = timedelta.max
    except ValueError:
        raise wrong("is no duration", 'write a number and a unit, such as "30s", "5m", "2h" or "7d"') from None
    if parsed > LONGEST:
        raise wrong("is longer than ten years", 'write at most "3650d"')
    return parsed


def interval(value: object) -> timedelta:
    """A duration of at least a second."""
    parsed = duration(value)
    if parsed < timedelta(seconds=1):
        raise wrong("is too short", 'write "1s" or more')
    return parsed


def in_seconds(value: timedelta) -> str:
    """The one way to write a duration that equal ones share: `"7200s"`."""
    return f"{round(value.total_seconds())}s"


def zone(value: object) -> ZoneInfo:
    """`"America/New_York"` → its rules."""
    if isinstance(value, ZoneInfo):
        return value
    name = value if isinstance(value, str) else ""
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        near = get_close_matches(name, available_timezones(), n=1)
        fix = f'did you mean "{near[0]}"?' if near else 'write a name such as "America/New_York" or "UTC"'
        raise wrong("is no known timezone", fix) from None


def clock(value: str) -> str:
    """A time of day as `"22:00"`."""
    if not _CLOCK.fullmatch(value):
        raise wrong("is no time of day", 'write hours and minutes, from "00:00" to "23:59"')
    return value


def digest_time(value: str) -> str:
    """A time of day, or a cron line of minute, hour, day of month, month and day of week, in lower case."""
    if _CLOCK.fullmatch(value):
        return value
    try:
        line = cron.parse(value)
    except ValueError:
        fix = 'write a time such as "07:30" or a cron line such as "30 7 * * mon-fri"'
        raise wrong("is no digest time", fix) from None
    if line.never:
        raise wrong("never comes, as no month that it names has such a day", 'write "*" for the day or for the month')
    return " ".join(value.lower().split())


# ---------------------------------------------------------------- words


def line(value: str) -> str:
    """One line of text without control characters, at most 500 characters; surrounding space is dropped."""
    if any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in value):
        raise wrong("holds a line break or another control character", "write it on one line")
    if len(value) > 500:
        raise wrong("is longer than 500 characters", "shorten it")
    return value.strip()


def name(value: str) -> str:
    """What a person calls a feed, channel or watch: one line of 1 to 100 characters."""
    if not line(value):
        raise wrong("is empty", "give it a name")
    if len(value) > 100:
        raise wrong("is longer than 100 characters", "shorten it")
    return value.strip()


def term(value: str) -> str:
    """Something to look for: at least one letter or digit."""
    if not line(value):
        raise wrong("is empty", "write a word or phrase, or delete the entry")
    if not any(character.isalnum() for character in value):
        raise wrong("holds no letter or digit and could never match", "write a word or phrase")
    return value.strip()


def ticker(value: str) -> str:
    """`NVDA`, `NASDAQ:NVDA` or `NYSE:BRK.B`."""
    if not _TICKER.fullmatch(value):
        raise wrong("is no ticker", 'write it in capitals without "$", such as "NVDA", "NASDAQ:NVDA" or "NYSE:BRK.B"')
    return value


def source(value: str) -> str:
    """A feed's name or address, `tag:NAME` or `tier:N`; `!` in front excludes."""
    kind, colon, rest = line(value).removeprefix("!").strip().partition(":")
    if not kind or (kind in {"tag", "tier"} and colon and not rest.strip()):
        raise wrong("names no source", 'write a feed\'s name or address, "tag:press" or "tier:1"')
    if kind == "tier" and colon and rest.strip() not in {"1", "2", "3"}:
        raise wrong("is no tier", 'write "tier:1", "tier:2" or "tier:3"')
    return value.strip()


def language(value: str) -> str:
    """`"en"` or `"pt-BR"`; "" for any."""
    if value and not _LANGUAGE.fullmatch(value):
        raise wrong("is no language code", 'write a code such as "en" or "de"')
    return value


# ---------------------------------------------------------------- addresses


def split_host(text: str) -> tuple[str, int | None]:
    """`"intranet.example:8080"`, `"[::1]:80"` → host in lower case, port or None. Raises ValueError."""
    found = _HOST_PORT.fullmatch(text)
    if not found:
        return str(ipaddress.IPv6Address(text)), None
    port = int(found["port"]) if found["port"] else None
    if port is not None and port > 65535:
        raise ValueError("no port")
    if found["six"] is not None:
        return str(ipaddress.IPv6Address(found["six"])), port
    host = found["host"].lower()
    labels = host.removesuffix(".").split(".")
    if labels[-1].isdigit():
        return str(ipaddress.IPv4Address(host)), port
    if len(host) > 253 or not all(map(_LABEL.fullmatch, labels)):
        raise ValueError("no host name")
    return host, port


def private_host(value: str) -> str:
    """One host, or one port of it: `"10.0.0.5"`, `"intranet.example"`, `"127.0.0.1:8080"`, `"[::1]:80"`."""
    try:
        if split_host(value)[1] == 0:
            raise ValueError("no port")
    except ValueError:
        fix = 'write a host or host and port, such as "10.0.0.5", "intranet.example" or "127.0.0.1:8080"'
        raise wrong("is no host", fix) from None
    return value.lower()


def listen(value: str) -> str:
    """`"127.0.0.1:8787"`, `"[::1]:8787"`; "" for not at all, port 0 for any free one."""
    try:
        if value and split_host(value)[1] is None:
            raise ValueError("no port")
    except ValueError:
        fix = 'write host and port, such as "127.0.0.1:8787", or "" to switch it off'
        raise wrong("is no address to listen on", fix) from None
    return value.lower()


def host_name(value: str) -> str:
    """`"news.example.com"`: a name by itself, as browsers send it in the header Host."""
    if not all(_LABEL.fullmatch(label) for label in value.split(".")):
        raise wrong("is no host name", 'write it without scheme, port or path, such as "news.example.com"')
    return value.lower()


def is_loopback(listen: str) -> bool:
    """Whether only this machine reaches a valid, non-empty listen address."""
    host, _ = split_host(listen)
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def feed_address(value: str) -> str:
    """An http(s) address, or what may be the path of a file."""
    if not value.strip():
        raise wrong("is empty", "write the address of a feed")
    if "://" in value and not is_web(value):
        raise wrong("is no http(s) address", 'write "https://…", or the path of a local file')
    return value


def proxy(value: str) -> str:
    """`"http://host:port"`; "" for none."""
    if value and not is_web(value):
        raise wrong("is no address of a proxy", 'write "http://host:port"')
    return value


def cluster(value: str) -> str:
    """`"tcp://scheduler:8786"`; "" for none."""
    scheme, _, rest = value.partition("://")
    try:
        if value and (scheme not in {"tcp", "tls"} or not split_host(rest)[1]):
            raise ValueError("no scheme or no port")
    except ValueError:
        raise wrong("is no address of a cluster", 'write "tcp://host:port"') from None
    return value


_OUR_HEADERS = frozenset(
    {"accept-encoding", "connection", "content-length", "expect", "host", "if-match", "if-modified-since"}
    | {"if-none-match", "if-range", "if-unmodified-since", "keep-alive", "range", "te", "trailer"}
    | {"transfer-encoding", "upgrade"}
)


def header_name(value: str) -> str:
    """A token as in RFC 9110, section 5.1, other than those that say how the request itself is made."""
    if not _HEADER.fullmatch(value):
        raise wrong("is no name of an HTTP header", 'write a name such as "Accept-Language"')
    if value.lower() in _OUR_HEADERS:
        raise wrong("is a header that the monitor sets itself", "delete it")
    return value


def header_value(value: SecretStr) -> SecretStr:
    """One line, so that it can't smuggle in another header."""
    line(value.get_secret_value())
    return value


def credentials(value: SecretStr) -> SecretStr:
    """`"user:password"`; "" for none."""
    if value.get_secret_value() and ":" not in header_value(value).get_secret_value():
        raise wrong("has no colon between user and password", 'write "${USER}:${PASSWORD}"')
    return value


def webhook_secret(value: SecretStr) -> SecretStr:
    """`whsec_` and 24 to 64 bytes as base64, as Standard Webhooks has it, or several between spaces; "" for none."""
    for secret in value.get_secret_value().split():
        try:
            key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
        except ValueError:
            key = b""
        if not secret.startswith("whsec_") or not 24 <= len(key) <= 64:
            fix = 'write "${WEBHOOK_SECRET}", made with: echo "whsec_$(openssl rand -base64 32)"'
            raise wrong('is not "whsec_" and 24 to 64 bytes as base64', fix)
    return value
