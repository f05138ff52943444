"""An article's history as events in the order of time, in words, for whoever shows them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from monitor import missed
from monitor.excerpts import excerpt
from monitor.missed import Missed
from monitor.model import Action, Evidence, MessageState, PageOutcome, Part, TextSource
from monitor.options import LISTS
from monitor.rules import Directory
from monitor.shown import pieces
from monitor.store import Database, companies, inspect, rules
from monitor.store.inspect import ArticleHistory, Revision, Sighting, StoredMatch, StoryOf
from monitor.store.outbox import MessageStatus
from monitor.text import due, format_duration, numbered, one_line

# Lines about the clauses of a watch that does not fire.
CLAUSES = 8

# Characters of a sentence that is shown with a clause.
_SENTENCE = 160

_FROM = {
    TextSource.PAGE: "read from its page",
    TextSource.FEED: "as the feed carries it in full",
    TextSource.SUMMARY: "the feed's summary",
}

# The reason of messages that were not held.
_AT_ONCE = "at once"


@dataclass(frozen=True, slots=True)
class Line:
    """Clean words on one line. `marks` are spans of the text in which a term stands; `strong` is said before it."""

    text: str
    marks: tuple[tuple[int, int], ...] = ()
    strong: str = ""


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened, in a line and lines of detail.

    `what` is "seen", "text", "story", "alert" or "suppressed"; of messages "message", "attempt" (under way), "sent",
    "failed" or "dead".
    """

    when: datetime
    what: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Miss:
    """A watch that comes close, and why it does not fire: the clauses that hold, then what is closest to the others."""

    watch: str
    reason: str
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Misses:
    """The watches that do not fire: those that come close, and the names of those of which nothing fits."""

    near: tuple[Miss, ...]
    far: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Told:
    """An article's history, and the watches in force that do not fire on its latest wording, or did not yet."""

    article: ArticleHistory
    missed: tuple[Missed, ...]


def tell(db: Database, article_id: int, known: Directory | None = None) -> Told:
    """All there is to tell of an article that exists. `known` are the companies, by default read from the database."""
    history = inspect.history(db, article_id)
    in_force = rules.in_force(db)
    watches, directory = [rule.watch for rule in in_force], known or companies.directory(db)
    silent = missed.missed(history.latest.document, watches, directory)
    told = {item.watch for item in silent}
    told |= {match.watch for match in history.matches if match.revision == history.latest.number}
    late = [Missed(rule.watch.name, _not_yet(history.latest)) for rule in in_force if rule.watch.name not in told]
    return Told(history, (*late, *silent))


def _not_yet(latest: Revision) -> str:
    """Why there is no match on a text on which the watch fires."""
    if latest.state == "unjudged":
        return "fires on this text, which is still to be judged"
    if latest.state == "quarantined":
        return "fires on this text, which could not be judged"
    return "fires on this text as the watch now reads; when it was judged, the watch read differently"


# ---------------------------------------------------------------- what fits and what does not


def found(evidence: Iterable[Evidence], text: str, title: str = "") -> tuple[Line, ...]:
    """A line for each term that was found: where, and the first sentence of the text, or the title, that holds it."""
    terms: dict[tuple[str, str], list[Evidence]] = {}
    for item in evidence:
        terms.setdefault((item.list, item.term), []).append(item)
    lines = []
    for (kind, term), items in terms.items():
        parts = dict.fromkeys(item.part for item in items)
        where = " and ".join(f"the {part}" if part is not Part.RELATED else "a teaser (no evidence)" for part in parts)
        lines.append(_quoting(f'{LISTS.get(kind, kind)} "{term}" in {where}', items, text, title))
    return tuple(lines)


def closest(item: Missed, text: str, title: str = "", limit: int = CLAUSES) -> tuple[Line, ...]:
    """Why a watch does not fire, clause by clause: what holds, then what came closest to what does not."""
    telling = item.telling
    evidence = sorted(
        (hit for clause in telling for hit in clause.evidence), key=lambda hit: (hit.field != "title", hit.start)
    )
    lines = list(found(evidence, text, title))
    for clause in telling:
        if not clause.held:
            words = f'{LISTS.get(clause.list, clause.list)} "{clause.term}" does not hold: {clause.closest}'
            lines.append(_quoting(words, clause.spans, text, title))
    return tuple(lines[:limit])


def misses(silent: Iterable[Missed], text: str) -> Misses:
    """Watches that do not fire on an article, with the sentences of its text that come closest."""
    silent = tuple(silent)
    near = (Miss(item.watch, one_line(item.reason), closest(item, text)) for item in silent if item.nearly_fires)
    return Misses(tuple(near), tuple(item.watch for item in silent if not item.nearly_fires))


def _quoting(words: str, items: Iterable[Evidence], text: str, title: str) -> Line:
    """The words with the first sentence of the text, or the title, that holds one of the items."""
    shown = {"text": text, "title": title}
    items = tuple(items)
    first = next((item for field in shown for item in items if item.field == field and shown[field]), None)
    if first is None:
        return _line(words)
    sentence, mark = excerpt(shown[first.field], first.start, first.end, _SENTENCE)
    said, marks = f"{one_line(words)}: “", list[tuple[int, int]]()
    for piece, is_term in pieces(sentence, [mark]):
        if is_term:
            marks.append((len(said), len(said) + len(piece)))
        said += piece
    return Line(f"{said}”", tuple(marks))


def _line(text: str, *, strong: str = "") -> Line:
    return Line(one_line(text), strong=one_line(strong))


# ---------------------------------------------------------------- events


def events(article: ArticleHistory, now: datetime) -> tuple[Event, ...]:
    """What happened to an article, in the order of time; `now` is what waiting times are measured from."""
    return tuple(sorted(_events(article, now), key=lambda event: event.when))


def _events(article: ArticleHistory, now: datetime) -> Iterator[Event]:
    has_page = any(revision.text_source is TextSource.PAGE for revision in article.revisions)
    for sighting in article.sightings:
        yield Event(sighting.seen, "seen", _sighting(sighting, article, now, has_page=has_page))
    title = ""
    for revision in article.revisions:
        yield Event(revision.created, "text", _revision(revision, title, now))
        title = revision.document.title
    if article.story:
        judged = [revision.judged for revision in article.revisions if revision.judged]
        first = min([match.matched for match in article.matches] + judged, default=article.first_seen)
        yield Event(first, "story", _story(article.story))
    texts = {revision.number: revision.document.text for revision in article.revisions}
    for match in article.matches:
        what = "alert" if match.action is Action.ALERT else "suppressed"
        yield Event(match.matched, what, _match(match, texts.get(match.revision, "")))
        for message in match.messages:
            yield from _message(message, match.watch, now)


def _sighting(sighting: Sighting, article: ArticleHistory, now: datetime, *, has_page: bool) -> tuple[Line, ...]:
    how = "already there when the feed was first read (baseline)" if sighting.baseline else "as news"
    how = f", {how}" if sighting.state else ""  # of an entry that was pruned, nothing is known
    polled = f"; polled {sighting.polled}" if sighting.polled else ""
    lines = [_line(f"in {sighting.feed} (tier {sighting.tier}){how}{polled}")]
    if sighting.link and sighting.link != article.url:
        lines.append(_line(f"there as {sighting.link}"))
    if page := _page(sighting, now, has_page=has_page):
        lines.append(_line(page))
    return tuple(lines)


def _page(sighting: Sighting, now: datetime, *, has_page: bool) -> str:
    """How reading the page went, from this feed's entry; "" where the text that was read says it all."""
    tried = numbered(sighting.attempts, "attempt")
    answer = f" ({sighting.status})" if sighting.status else ""
    answered = f", answered {sighting.status}" if sighting.status else ""
    wall = f"page behind a login or a paywall{answer}"
    stands = ""
    match sighting.state:
        case "unread" if sighting.page == PageOutcome.WALLED:
            stands = f"{wall}, asked for again {due(sighting.next_try, now)}: {sighting.error}"
        case "unread" if not sighting.attempts:
            stands = f"page not read yet: in the queue, due {due(sighting.next_try, now)}"
        case "unread":
            next_try = due(sighting.next_try, now)
            stands = f"page not read yet ({tried}{answered}, next {next_try}): {sighting.error}"
        case "quarantined":
            stands = f"page given up after {tried}{answer}: {sighting.error}"
        case "read" if sighting.page == PageOutcome.WALLED:
            stands = f"{wall} at {tried}, so the feed's text stands: {sighting.error}"
        case "read" if sighting.error:
            stands = f"page gave nothing after {tried}{answer}, so the feed's text stands: {sighting.error}"
        case "read" if sighting.attempts > 1:
            stands = f"page read at attempt {sighting.attempts}{answer}"
        case "read" if sighting.status:
            stands = f"its page answered {sighting.status}"
        case "read" if not has_page:
            stands = "page not asked for, so the feed's text stands"
    return stands


def _revision(revision: Revision, before: str, now: datetime) -> tuple[Line, ...]:
    document = revision.document
    size = numbered(len(document.text), "character")
    language = f", {document.language}" if document.language else ""
    lines = [_line(f"{revision.number}: {_FROM[revision.text_source]}, {size}{language}; {_judged(revision, now)}")]
    if before and document.title != before:
        lines.append(_line(f"the headline is now: {document.title}"))
    return tuple(lines)


def _judged(revision: Revision, now: datetime) -> str:
    tried = numbered(revision.attempts, "attempt")
    match revision.state:
        case "superseded":
            return "the page took its place before it was judged"
        case "judged":
            return "judged"
        case "quarantined":
            return f"given up after {tried} to judge it: {revision.error}"
        case _ if revision.error:
            return f"not judged after {tried}, next {due(revision.next_try, now)}: {revision.error}"
    return f"to be judged {due(revision.next_try, now)}" + " again" * bool(revision.judged)


def _story(story: StoryOf) -> tuple[Line, ...]:
    lines = [_line(f"{story.id}: {story.reason}")]
    lines += [_line(f"with article {other.article} ({other.reason}): {other.title}") for other in story.others]
    if (rest := story.count - 1 - len(story.others)) > 0:
        lines.append(_line(f"and with {numbered(rest, 'more article')}"))
    lines += [_line(f"linked with story {link.story}: {link.reason}") for link in story.links]
    return tuple(lines)


def _match(match: StoredMatch, text: str) -> tuple[Line, ...]:
    alert = f", alert {match.alert}" if match.alert else ""
    first = _line(f"on text {match.revision}, score {match.score}{alert}: {match.reason}", strong=match.watch)
    said = () if match.useful is None else (_line(f"judged {'useful' if match.useful else 'not useful'}"),)
    return (first, *found(match.evidence, text), *said)


def _message(message: MessageStatus, watch: str, now: datetime) -> Iterator[Event]:
    label = f"{message.id} for {watch} to {message.channel}"
    ended = message.history[-1] if message.history else None
    # What went out at once needs no line beside its attempt.
    told = message.reason == _AT_ONCE and ended and ended.error == message.error
    if not told or message.state not in (MessageState.SENT, MessageState.DEAD):
        words = _line(f"{label}, {message.reason}: {_stands(message, now)}")
        yield Event(message.created, "message", (words,))
    for attempt in message.history:
        if attempt.finished is None:
            yield Event(attempt.started, "attempt", (_line(f"{label}: under way"),))
            continue
        what = "sent" if not attempt.error else "failed"
        if attempt is ended and message.state is MessageState.DEAD:
            what = "dead"
        took = attempt.finished - attempt.started
        lasted = f" after {format_duration(took)}" if took >= timedelta(seconds=1) else ""
        words = _line(f"{label}{lasted}{f': {attempt.error}' if attempt.error else ''}")
        yield Event(attempt.finished, what, (words,))


def _stands(message: MessageStatus, now: datetime) -> str:
    """How a message stands, beyond its attempts."""
    repeat = ", the channel may have had it before" if message.possible_repeat else ""
    if message.state is MessageState.DEAD:
        return f"dead, {message.error}"
    if message.state in (MessageState.HELD, MessageState.PENDING, MessageState.RETRY):
        return f"{message.state}, due {due(message.due, now)}{repeat}"
    return f"{message.state}{repeat}"
