"""Alert → the words that messages show of it, for templates to arrange.

Everything from a feed is hostile: what leaves here is clean text on one line of limited length, or a plain http(s)
address. What a service might read as markup is still in it; `render` escapes that.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import quote, urlsplit, urlunsplit
from zoneinfo import ZoneInfo

from monitor.model import REPEAT, UPDATE, Alert, Evidence, Occasion, Part
from monitor.options import LISTS, Priority
from monitor.text import clean, format_duration, one_line

TITLE = 200  # characters: what ntfy takes; Slack and Discord take 250
EXCERPT = 600  # `excerpts.excerpt` gives no more than half of them
_LINK = 1000  # a longer one is left out: cut, it would lead elsewhere
_LATE = timedelta(minutes=10)  # a message sent later than this after its match says so
# What a repeat is called; its reason says more.
_LABELS = {
    Occasion.FIRST: "",
    Occasion.CONFIRMED: "confirmed",
    Occasion.HEADLINE: "new headline",
    Occasion.CORRECTION: "corrected",
    Occasion.RETRACTION: "retracted",
    Occasion.OUTLETS: "widely reported",
}


class Link(str):
    """An address that is inert as it is, and would break if it were escaped."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Shown:
    """An alert as a template shows it: clean single lines. `excerpt` alternates (text, is it the term).

    `label` is "" for the first alert of a story, and calls a repeat what it is. `also` names other outlets that have
    the story. In a list an alert may stand for those of other watches on the same story: `others` names these watches,
    and `ids` holds the ids of all, as `alert 1ab5` or `alerts 1ab5, 2bc6`. `delay` is "" in a list that waited.
    """

    id: str
    watch: str
    priority: Priority
    headline: str
    outlet: str
    tier: int
    time: str
    delay: str
    excerpt: tuple[tuple[str, bool], ...]
    why: tuple[str, ...]
    score: int
    reason: str
    link: Link
    host: str
    label: str
    also: str
    others: str
    ids: str


def show(alert: Alert, zone: ZoneInfo, now: datetime, room: int = EXCERPT, others: Sequence[Alert] = ()) -> Shown:
    """The alert in clean lines, none of them longer than `room`; it stands for the `others`, too."""
    link = plain_link(alert.url)
    watches = dict.fromkeys(other.watch for other in others if other.watch != alert.watch)
    ids = [line(item.id, 64) for item in (alert, *others)]
    return Shown(
        id=line(alert.id, 64),
        watch=line(alert.watch, 60) or "(no name)",
        priority=alert.priority,
        headline=line(alert.title, min(room, TITLE)) or "(no headline)",
        outlet=line(alert.outlet, min(room, 80)) or "(no name)",
        tier=alert.tier,
        time=_time(alert, zone, now),
        delay=_delay(alert, now),
        excerpt=pieces(alert.excerpt[:room], alert.marks),
        why=_why(alert.evidence),
        score=alert.score,
        reason=line(alert.reason.removeprefix(REPEAT), min(room, TITLE)),
        link=link,
        host=urlsplit(link).hostname or "",
        label=_LABELS[alert.occasion] or ("update" if alert.reason.startswith(UPDATE) else ""),
        also=some(alert.also, room),
        others=some(tuple(watches), room),
        ids=f"alert{'s' if others else ''} {', '.join(ids[:4])}" + (f" and {len(ids) - 4} more" if ids[4:] else ""),
    )


def some(names: Sequence[str], room: int = EXCERPT) -> str:
    """`Reuters, CNBC and 4 more`: two names and a count, or all of three."""
    lines = [line(name, min(room, 40)) or "(no name)" for name in names[:3]]
    if len(names) > 3:
        return f"{lines[0]}, {lines[1]} and {len(names) - 2} more"
    return " and ".join(filter(None, (", ".join(lines[:-1]), *lines[-1:])))


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, at a word's end where one is near, with … for the rest."""
    if len(text) <= limit:
        return text
    kept = text[: max(0, limit - 1)]
    at = kept.rfind(" ", len(kept) // 2)
    return ((kept[:at] if at > 0 else kept) + "…")[: max(0, limit)]


def keep_end(text: str, limit: int) -> str:
    """Like `cut`, keeping the end."""
    return cut(text[::-1], limit)[::-1]


def line(value: str, limit: int = TITLE) -> str:
    """One clean line of at most `limit` characters."""
    return cut(one_line(value), limit)


def plain_link(url: str) -> Link:
    """A plain http(s) address in ASCII, or "" for anything else.

    Names in other scripts show as punycode, and what markup or a mention could be made of is percent-encoded.
    An address with a user name is refused: `https://bank.example@evil.example/` reads like another host.
    """
    try:
        parts = urlsplit(clean(url).strip())
        host = (parts.hostname or "").encode("idna").decode("ascii")
        port = f":{parts.port}" if parts.port else ""
    except ValueError:  # UnicodeError is one, for a name that IDNA refuses
        return Link()
    name = f"[{host}]" if re.fullmatch(r"[0-9a-f:.]*:[0-9a-f:.]*", host) else host
    if parts.scheme not in ("http", "https") or "@" in parts.netloc or not re.fullmatch(r"[\w.:\[\]-]+", name):
        return Link()
    path, query, fragment = (
        quote(part, safe="%/:=&?~+!$,;", errors="replace") for part in (parts.path, parts.query, parts.fragment)
    )
    link = Link(urlunsplit((parts.scheme, name + port, path, query, fragment)))
    return link if len(link) <= _LINK else Link()


def _time(alert: Alert, zone: ZoneInfo, now: datetime) -> str:
    if alert.published is None:
        return f"no publish time, first seen {_clock(alert.first_seen, zone, now)}"
    return f"published {_clock(alert.published, zone, now)}"


def _clock(moment: datetime, zone: ZoneInfo, now: datetime) -> str:
    """`Tue 23 Jul, 10:03 EDT`; with the year where it is not this one."""
    local = moment.astimezone(zone)
    year = "" if local.year == now.astimezone(zone).year else f" {local.year}"
    return f"{local:%a} {local.day} {local:%b}{year}, {local:%H:%M %Z}"


def _delay(alert: Alert, now: datetime) -> str:
    """How long the news took to get here: `seen 2m later, matched 3s after that`."""
    words = f"matched {format_duration(alert.matched - alert.first_seen)} after that"
    if alert.published is not None:
        words = f"seen {format_duration(alert.first_seen - alert.published)} later, {words}"
    late = now - alert.matched
    return f"{words}, sent {format_duration(late)} after the match" if late > _LATE else words


def pieces(text: str, marks: Iterable[tuple[int, int]]) -> tuple[tuple[str, bool], ...]:
    """The text in clean pieces, split at the marks, so that cleaning cannot move a mark."""
    pieces = []
    at = 0
    for start, end in sorted(marks):
        if at <= start < end <= len(text):
            pieces += [(text[at:start], False), (text[start:end], True)]
            at = end
    pieces.append((text[at:], False))
    return tuple((tidy, marked) for piece, marked in pieces if (tidy := _tidy(piece)))


def _tidy(piece: str) -> str:
    """Clean text on one line that keeps a space at its ends, where its neighbours are."""
    words = one_line(piece)
    if not words:
        return " " if piece[:1].isspace() else ""
    return " " * piece[:1].isspace() + words + " " * piece[-1:].isspace()


def _other_name(item: Evidence) -> str:
    """What stands for the term of a firm, where that shares no word with it."""
    if item.list not in ("tickers", "companies"):
        return ""
    term, text = (set(re.findall(r"\w+", words.casefold())) for words in (item.term, item.text))
    return "" if term & text or not text else line(item.text, 60)


def _why(evidence: Iterable[Evidence]) -> tuple[str, ...]:
    """One line a term: `company "Nvidia" in the title and the lead`; at most five and a count of the rest.

    Where the directory's name for a firm stands instead, it is told: `ticker NASDAQ:GOOG as "Alphabet" in the title`.
    """
    places: dict[tuple[str, str, str], list[str]] = {}
    for item in evidence:
        parts = places.setdefault((item.list, item.term, _other_name(item)), [])
        if item.part is not Part.RELATED and item.part.value not in parts:
            parts.append(item.part.value)
    lines = []
    for (name, term, other), parts in places.items():
        shown = line(term, 60) if name == "tickers" else f'"{line(term, 60)}"'
        shown += f' as "{other}"' if other else ""
        if parts:
            lines.append(f"{LISTS.get(name, name)} {shown} in the " + " and the ".join(parts))
    if not lines:  # a query may fire on what is absent
        return ("the query as a whole",)
    rest = len(lines) - 5
    return tuple(lines) if rest < 2 else (*lines[:5], f"{rest} more")
