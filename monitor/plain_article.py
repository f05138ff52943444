"""What scripts get of articles: found, in their latest wording, and all that happened to them; see `plain`."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor.excerpts import excerpt
from monitor.missed import Missed
from monitor.model import Action, Evidence, Part, TextSource
from monitor.plain import same
from monitor.rules import Clause
from monitor.store.inspect import ArticleHistory, Revision, Sighting, StoredMatch, StoryOf
from monitor.store.outbox import MessageStatus
from monitor.store.search import Hit
from monitor.timeline import Event, Told


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

    return tuple(ProofJson(**same(item), sentence=sentence(item)) for item in evidence)


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
        return ClauseJson(**{**same(one), "nearness": one.nearness.name.lower()})

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
    return MatchJson(**{**same(one), "evidence": proofs(one.evidence, text)})


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
    return LifeJson(**same(why(told)), events=events)
