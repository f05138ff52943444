"""What scripts get: the shapes of `--json` and of the API, as dataclasses, and how their values stand in JSON.

Keys are never renamed; others may be added. Times are UTC.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any

from monitor.excerpts import excerpt
from monitor.missed import Missed
from monitor.model import Action, Evidence, MessageState, Occasion, Part, TextSource
from monitor.options import Priority, Watch
from monitor.rules import Clause
from monitor.store.alerts import AlertStatus
from monitor.store.feeds import Ailment, FeedStatus
from monitor.store.inspect import ArticleHistory, Revision, Sighting, StoredMatch, StoryOf
from monitor.store.latest import Story
from monitor.store.outbox import MessageStatus
from monitor.store.overview import WatchCounts
from monitor.store.search import Hit
from monitor.store.silences import Silence
from monitor.timeline import Event, Told


def value(found: object) -> object:
    """What stands in JSON for a value that JSON has not, as `default` of json.dumps: times as 2026-03-01T12:00:00.000Z.

    Raises TypeError.
    """
    if isinstance(found, datetime):
        return found.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if is_dataclass(found) and not isinstance(found, type):
        return asdict(found)
    raise TypeError(f"{type(found).__name__} has no JSON form")


def _same(shown: object) -> dict[str, Any]:
    """The fields of a dataclass, each as it is."""
    return {each.name: getattr(shown, each.name) for each in fields(shown)}  # type: ignore[arg-type]


# ---------------------------------------------------------------- alerts and stories


@dataclass(frozen=True, slots=True)
class DeliveryJson:
    """How an alert stands on one channel."""

    channel: str
    state: MessageState
    attempts: int
    sent: datetime | None
    error: str
    due: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class AlertJson:
    """An alert with its deliveries. `url` and `title` are those of the article that triggered it."""

    id: str
    watch: str
    story: int
    article: int
    title: str
    url: str
    reason: str
    score: int
    published: datetime | None
    first_seen: datetime
    matched: datetime
    deliveries: tuple[DeliveryJson, ...]
    occasion: Occasion
    outlet: str
    also: tuple[str, ...]
    excerpt: str
    evidence: tuple[Evidence, ...]
    useful: bool | None


def alert(item: AlertStatus) -> AlertJson:
    one = item.alert
    return AlertJson(
        id=one.id,
        watch=one.watch,
        story=item.story,
        article=item.article,
        title=one.title,
        url=one.url,
        reason=one.reason,
        score=one.score,
        published=one.published,
        first_seen=one.first_seen,
        matched=one.matched,
        deliveries=tuple(
            DeliveryJson(each.channel, each.state, each.attempts, each.sent, each.error, each.due, each.reason)
            for each in item.deliveries
        ),
        occasion=one.occasion,
        outlet=one.outlet,
        also=one.also,
        excerpt=one.excerpt,
        evidence=one.evidence,
        useful=item.useful,
    )


@dataclass(frozen=True, slots=True)
class SilenceJson:
    """What shall not alert until `ends`, null for good: `watch`, null for all, on `story`, null for all."""

    id: int
    watch: str | None
    story: int | None
    headline: str
    comment: str
    created: datetime
    ends: datetime | None
    lifted: datetime | None
    held_back: int
    running: bool


def silence(one: Silence, now: datetime) -> SilenceJson:
    return SilenceJson(**{**_same(one), "watch": one.watch or None}, running=one.is_running(now))


@dataclass(frozen=True, slots=True)
class StoryJson:
    """A story that alerted, last at `last`, `count` times; `alerts` are the newest of them, oldest first."""

    id: int
    last: datetime
    count: int
    outlets: tuple[str, ...]
    muted: SilenceJson | None
    alerts: tuple[AlertJson, ...]


def story(one: Story, now: datetime) -> StoryJson:
    muted = silence(one.muted, now) if one.muted else None
    return StoryJson(one.id, one.last, one.count, one.outlets, muted, tuple(alert(each.status) for each in one.alerts))


# ---------------------------------------------------------------- watches and feeds


@dataclass(frozen=True, slots=True)
class BroughtJson:
    """What a watch brought."""

    in_force_since: datetime | None
    alerts_7d: int
    alerts_30d: int
    last_alert: str | None
    last_alerted: datetime | None
    snoozed_until: datetime | None


@dataclass(frozen=True, slots=True)
class WatchJson:
    """A watch of the configuration and what it brought."""

    name: str
    priority: Priority
    enabled: bool
    channels: tuple[str, ...]
    in_force_since: datetime | None
    alerts_7d: int
    alerts_30d: int
    last_alert: str | None
    last_alerted: datetime | None
    snoozed_until: datetime | None


def brought(count: WatchCounts, snooze: Silence | None) -> BroughtJson:
    ends = snooze.ends if snooze else None
    return BroughtJson(count.since, count.week, count.month, count.last_alert or None, count.last, ends)


def watch(one: Watch, count: WatchCounts, snooze: Silence | None) -> WatchJson:
    return WatchJson(one.name, one.priority, one.enabled, one.channels, **_same(brought(count, snooze)))


@dataclass(frozen=True, slots=True)
class FeedJson:
    """A feed and how it does; `url` is its address as written in the configuration."""

    url: str
    name: str
    state: str
    last_ok: datetime | None
    last_new: datetime | None
    next_poll: datetime | None
    failures: int
    error: str
    entries: int
    id: int
    next_reason: str
    ailments: tuple[Ailment, ...]


def feed(item: FeedStatus) -> FeedJson:
    return FeedJson(**_same(item))


# ---------------------------------------------------------------- articles


@dataclass(frozen=True, slots=True)
class HitJson:
    """An article that was found; `marks` are the spans of `excerpt` in which words of the query stand."""

    article: int
    title: str
    url: str
    outlet: str
    published: datetime | None
    first_seen: datetime
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    title_marks: tuple[tuple[int, int], ...]


def hit(one: Hit) -> HitJson:
    return HitJson(
        one.article,
        one.title.text,
        one.url,
        one.outlet,
        one.published,
        one.first_seen,
        one.excerpt.text,
        one.excerpt.marks,
        one.title.marks,
    )


@dataclass(frozen=True, slots=True)
class ProofJson:
    """Evidence with the sentence of the text that holds it."""

    list: str
    term: str
    field: str
    part: Part
    start: int
    end: int
    text: str
    sentence: str


def proofs(evidence: Iterable[Evidence], text: str) -> tuple[ProofJson, ...]:
    def sentence(item: Evidence) -> str:
        return excerpt(text, item.start, item.end)[0] if item.field == "text" else ""

    return tuple(ProofJson(**_same(item), sentence=sentence(item)) for item in evidence)


@dataclass(frozen=True, slots=True)
class ClauseJson:
    """A term of a watch's list or an operand of its query; `nearness` is "far", "trace" or "close"."""

    list: str
    term: str
    held: bool
    evidence: tuple[Evidence, ...]
    closest: str
    spans: tuple[Evidence, ...]
    nearness: str
    needed: bool


@dataclass(frozen=True, slots=True)
class MissedJson:
    """A watch that does not fire, and why."""

    watch: str
    reason: str
    evidence: tuple[Evidence, ...]
    clauses: tuple[ClauseJson, ...]


def missed(item: Missed) -> MissedJson:
    def clause(one: Clause) -> ClauseJson:
        return ClauseJson(**{**_same(one), "nearness": one.nearness.name.lower()})

    return MissedJson(item.watch, item.reason, item.evidence, tuple(map(clause, item.clauses)))


@dataclass(frozen=True, slots=True)
class RevisionJson:
    """A wording of an article, without its text."""

    number: int
    created: datetime
    text_source: TextSource
    title: str
    characters: int
    language: str
    published: datetime | None
    canonical: str
    state: str
    judged: datetime | None
    attempts: int
    error: str


def revision(one: Revision) -> RevisionJson:
    document = one.document
    return RevisionJson(
        number=one.number,
        created=one.created,
        text_source=one.text_source,
        title=document.title,
        characters=len(document.text),
        language=document.language,
        published=one.published,
        canonical=one.canonical,
        state=one.state,
        judged=one.judged,
        attempts=one.attempts,
        error=one.error,
    )


@dataclass(frozen=True, slots=True)
class MatchJson:
    """A watch that fired on a wording, and what was decided; `alert` is "" where it was suppressed."""

    watch: str
    revision: int
    matched: datetime
    score: int
    action: Action
    reason: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    evidence: tuple[ProofJson, ...]
    alert: str
    useful: bool | None
    messages: tuple[MessageStatus, ...]


def match(one: StoredMatch, text: str) -> MatchJson:
    return MatchJson(**{**_same(one), "evidence": proofs(one.evidence, text)})


@dataclass(frozen=True, slots=True)
class ArticleJson:
    """An article in its latest wording."""

    article: int
    title: str
    url: str
    first_seen: datetime
    published: datetime | None
    language: str
    text_source: TextSource
    text: str
    story: int | None
    outlets: tuple[str, ...]
    alerts: tuple[str, ...]


def article(found: ArticleHistory) -> ArticleJson:
    latest = found.latest
    return ArticleJson(
        article=found.id,
        title=latest.document.title,
        url=found.url,
        first_seen=found.first_seen,
        published=latest.published,
        language=latest.document.language,
        text_source=latest.text_source,
        text=latest.document.text,
        story=found.story.id if found.story else None,
        outlets=tuple(dict.fromkeys(each.feed for each in found.sightings)),
        alerts=tuple(each.alert for each in found.matches if each.alert),
    )


@dataclass(frozen=True, slots=True)
class WhyJson:
    """Everything that happened to an article, and the watches that do not fire on it."""

    article: int
    title: str
    url: str
    identity: str
    first_seen: datetime
    sightings: tuple[Sighting, ...]
    revisions: tuple[RevisionJson, ...]
    story: StoryOf | None
    matches: tuple[MatchJson, ...]
    missed: tuple[MissedJson, ...]


@dataclass(frozen=True, slots=True)
class LifeJson(WhyJson):
    """Everything that happened to an article, also as `events` in words, in the order of time."""

    events: tuple[Event, ...]


def why(told: Told) -> WhyJson:
    found = told.article
    texts = {each.number: each.document.text for each in found.revisions}
    return WhyJson(
        article=found.id,
        title=found.latest.document.title,
        url=found.url,
        identity=found.identity,
        first_seen=found.first_seen,
        sightings=found.sightings,
        revisions=tuple(map(revision, found.revisions)),
        story=found.story,
        matches=tuple(match(each, texts[each.revision]) for each in found.matches),
        missed=tuple(map(missed, told.missed)),
    )


def life(told: Told, events: tuple[Event, ...]) -> LifeJson:
    return LifeJson(**_same(why(told)), events=events)
