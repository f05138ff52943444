"""The frozen dataclasses and enums that flow between the stages, in the order in which they appear.

Times are aware UTC. Text is plain text without markup; paragraphs are separated by a line break. Offsets count code
points.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from monitor.options import Priority

# ---------------------------------------------------------------- fetch


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave for a conditional request, byte for byte; they vouch for the entries stored with them.

    `of` is a sum of the address that gave them, see `urls.checksum`: they say nothing of a document elsewhere.
    """

    etag: str = ""
    last_modified: str = ""
    of: int = 0


@dataclass(frozen=True, slots=True)
class Page:
    """A response with a body: `url` is the final address, `content_type` the header as sent.

    `fresh_for` is how long the response says that it holds. `moved_to` is `url` when every redirect on the way to it
    was permanent, else "".
    """

    url: str
    status: int
    content_type: str
    body: bytes
    validators: Validators = Validators()
    fresh_for: timedelta = timedelta(0)
    moved_to: str = ""


@dataclass(frozen=True, slots=True)
class NotModified:
    """304: what is stored is still all there is; `fresh_for` and `moved_to` as those of a Page."""

    fresh_for: timedelta = timedelta(0)
    moved_to: str = ""


# ---------------------------------------------------------------- parse


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed document. `summary` and `content` are plain text; `related` holds the teasers among them.

    `guid` is "" where the feed gives none; `link` is absolute http(s) or ""; `content` is "" where the feed only
    summarises; `published` is a hint, never used for ordering.
    """

    guid: str
    link: str
    title: str
    summary: str = ""
    content: str = ""
    related: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Hints:
    """When a feed asks to be polled: `ttl` apart, but not in these hours (0 to 23, UTC) and days (0: Monday)."""

    ttl: timedelta | None = None
    skip_hours: frozenset[int] = frozenset()
    skip_days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """A feed document. `problems` says in words what had to be repaired or dropped."""

    title: str
    link: str
    language: str = ""
    entries: tuple[Entry, ...] = ()
    problems: tuple[str, ...] = ()
    hints: Hints = Hints()


class Cause(StrEnum):
    """What kind of failure a poll ended in."""

    NETWORK = "network"  # no server answered
    ANSWER = "answer"  # a server answered, but with an error, or with what cannot be taken
    CONTENT = "content"  # what came is no feed
    GONE = "gone"  # for good, says the server
    HELD = "held"  # the host asked to wait, which is no failure
    OURS = "ours"  # an address that is never connected to, a local file, or a defect of ours


# ---------------------------------------------------------------- extract


class PageOutcome(StrEnum):
    """How reading a page ended, or its last attempt did."""

    READ = "read"
    WALLED = "walled"  # behind a login or a paywall
    EMPTY = "empty"  # it holds no article
    REFUSED = "refused"  # it is gone, no page, or closed to robots
    FAILED = "failed"  # no answer, or an error of the server


class TextSource(StrEnum):
    """Where the text of an article comes from, best first."""

    PAGE = "page"
    FEED = "feed"
    SUMMARY = "summary"


@dataclass(frozen=True, slots=True)
class Extracted:
    """The article in a page. `related` holds teasers, share buttons, bylines and disclosures: never evidence."""

    title: str
    text: str
    related: str = ""
    published: datetime | None = None
    language: str = ""
    canonical: str = ""


# ---------------------------------------------------------------- match


class Part(StrEnum):
    TITLE = "title"
    LEAD = "lead"
    BODY = "body"
    RELATED = "related"


@dataclass(frozen=True, slots=True)
class Source:
    """A feed that carried an article, as rules see it."""

    name: str
    url: str = ""
    tier: int = 2
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Document:
    """What a rule reads."""

    title: str
    text: str
    related: str = ""
    language: str = ""
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """Why a rule matched: `term` of `list` stands at `start:end` of `field` ("title", "text" or "related")."""

    list: str
    term: str
    field: str
    part: Part
    start: int
    end: int
    text: str


@dataclass(frozen=True, slots=True)
class Match:
    """A watch that fires on a document. `score` says, from 0 to 100, how much the document is about it."""

    watch: str
    score: int
    evidence: tuple[Evidence, ...]


# ---------------------------------------------------------------- decide


# How the reasons of alerts begin that are not the first of their kind.
REPEAT = "a repeat: "
UPDATE = "an update of alert "


class Action(StrEnum):
    ALERT = "alert"
    SUPPRESS = "suppress"


class Occasion(StrEnum):
    """Why a watch alerts on a story: at first, or, once each, for what makes a story that was told worth a repeat."""

    FIRST = "first"
    CONFIRMED = "confirmed"  # a source of tier 1 has it, in words of its own
    HEADLINE = "headline"  # the article alerted on says something else now
    CORRECTION = "correction"
    RETRACTION = "retraction"
    OUTLETS = "outlets"  # many outlets within an hour


class Hold(StrEnum):
    """What a message waits for. Alerts that wait for the same on one channel share a message."""

    QUIET = "quiet"  # the end of the channel's quiet hours
    DIGEST = "digest"  # the channel's next digest
    CATCH_UP = "catch-up"  # the rest of what came while the monitor was off
    CAP = "cap"  # the hour's end, as the channel has had its messages of this hour
    COOLDOWN = "cooldown"  # the end of the watch's cooldown, for repeats


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do about a match, and why, in words the user reads."""

    action: Action
    reason: str
    occasion: Occasion = Occasion.FIRST


@dataclass(frozen=True, slots=True)
class Route:
    """When an alert goes to a channel, and why then: at once, or with what else is held for the same and `due` then."""

    due: datetime
    reason: str
    hold: Hold | None = None


# ---------------------------------------------------------------- deliver


class MessageState(StrEnum):
    HELD = "held"
    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    RETRY = "retry"
    DEAD = "dead"


@dataclass(frozen=True, slots=True)
class Alert:
    """One alert with everything a message shows. `excerpt` is the sentence that matched, `marks` the spans in it.

    `also` are the other outlets that have the story by now, in the order in which they had it. `story` is the number of
    the story; `thread` names the story, or the one that it develops, and is the same for all of their alerts.
    """

    id: str
    watch: str
    priority: Priority
    title: str
    url: str
    outlet: str
    tier: int
    published: datetime | None
    first_seen: datetime
    matched: datetime
    score: int
    reason: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    evidence: tuple[Evidence, ...]
    story: int = 0
    thread: str = ""
    occasion: Occasion = Occasion.FIRST
    also: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Mentions:
    """How many articles a watch found on each of the last days, oldest first; the last is today so far."""

    watch: str
    counts: tuple[int, ...]


class MessageKind(StrEnum):
    """What a message tells: one alert, many of them, or something about the monitor itself, in words."""

    ALERT = "alert"
    DIGEST = "digest"
    NOTICE = "notice"


@dataclass(frozen=True, slots=True)
class Message:
    """One send to one channel, with its alerts. `possible_repeat`: an earlier attempt may have arrived.

    A notice has no alerts, but a `body`: lines of plain text, of which the first says what it is about.

    `hold` is what the alerts of a digest waited for, and `reason` says it in words. `mentions` are those of the watches
    in a digest.
    """

    id: int
    channel: str
    alerts: tuple[Alert, ...]
    attempts: int = 0
    first_try: datetime | None = None
    possible_repeat: bool = False
    kind: MessageKind = MessageKind.ALERT
    body: str = ""
    hold: Hold | None = None
    reason: str = ""
    mentions: tuple[Mentions, ...] = ()


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message as a channel takes it. `html` is "" where the channel shows only text.

    `data` is what a webhook gets beside the text, and for Slack what it gets instead of it. `id` is the message's, the
    same for each attempt; `thread` is that of its alert, "" where it has several. `images` are PNGs by the name that
    `html` shows them by (`cid:NAME`).
    """

    title: str
    text: str
    html: str = ""
    urgent: bool = False
    data: dict[str, object] = field(default_factory=dict)
    id: str = ""
    thread: str = ""
    images: dict[str, bytes] = field(default_factory=dict)
