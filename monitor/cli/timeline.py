"""How `monitor why` prints what happened to an article: a line for each event, in the order of time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from monitor.cli.console import out
from monitor.cli.show import clauses, clock, due, inert, numbered, show, told
from monitor.missed import NOTHING, Missed
from monitor.model import Action, MessageState, PageOutcome, TextSource
from monitor.store.inspect import ArticleHistory, Revision, Sighting, StoredMatch, StoryOf
from monitor.store.outbox import MessageStatus
from monitor.text import format_duration

_FROM = {
    TextSource.PAGE: "read from its page",
    TextSource.FEED: "as the feed carries it in full",
    TextSource.SUMMARY: "the feed's summary",
}
_STYLES = {"alert": "bold green", "failed": "yellow", "dead": "red", "suppressed": "yellow"}

# The reason of messages that were not held.
AT_ONCE = "at once"


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that happened, with lines of detail under its first one."""

    when: datetime
    what: str
    lines: Sequence[Text]


def print_history(article: ArticleHistory, silent: Iterable[Missed], zone: ZoneInfo, now: datetime) -> None:
    """The article, its timeline, and the watches that do not fire on it."""
    latest = article.latest
    out.print(inert(latest.document.title or "(no headline)"), style="bold")
    out.print(inert(article.url), style="dim")
    published = f" · published {clock(latest.published, zone)}" if latest.published else ""
    out.print(inert(f"article {article.id} · first seen {clock(article.first_seen, zone)}{published}"), style="dim")
    out.print()
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for event in sorted(_events(article, now), key=lambda event: event.when):
        for number, line in enumerate(event.lines):
            when, what = (clock(event.when, zone), event.what) if number == 0 else ("", "")
            grid.add_row(when, Text(what, style=_STYLES.get(what, "")), line)
    show(grid)
    _print_silent(article, tuple(silent))


def _events(article: ArticleHistory, now: datetime) -> Iterator[_Event]:
    has_page = any(revision.text_source is TextSource.PAGE for revision in article.revisions)
    for sighting in article.sightings:
        yield _Event(sighting.seen, "seen", _sighting(sighting, article, now, has_page=has_page))
    title = ""
    for revision in article.revisions:
        yield _Event(revision.created, "text", _revision(revision, title, now))
        title = revision.document.title
    if article.story:
        judged = [revision.judged for revision in article.revisions if revision.judged]
        first = min([match.matched for match in article.matches] + judged, default=article.first_seen)
        yield _Event(first, "story", _story(article.story))
    texts = {revision.number: revision.document.text for revision in article.revisions}
    for match in article.matches:
        what = "alert" if match.action is Action.ALERT else "suppressed"
        yield _Event(match.matched, what, _match(match, texts.get(match.revision, "")))
        for message in match.messages:
            yield from _message(message, match.watch, now)


def _sighting(sighting: Sighting, article: ArticleHistory, now: datetime, *, has_page: bool) -> list[Text]:
    how = "already there when the feed was first read (baseline)" if sighting.baseline else "as news"
    lines = [inert(f"in {sighting.feed} (tier {sighting.tier}), {how}")]
    if sighting.link and sighting.link != article.url:
        lines.append(inert(f"there as {sighting.link}"))
    if page := _page(sighting, now, has_page=has_page):
        lines.append(inert(page))
    return lines


def _page(sighting: Sighting, now: datetime, *, has_page: bool) -> str:
    """How reading the page went, from this feed's entry; "" where the text that was read says it all."""
    tried = numbered(sighting.attempts, "attempt")
    stands = ""
    match sighting.state:
        case "unread" if sighting.page == PageOutcome.WALLED:
            stands = (
                f"page behind a login or a paywall, asked for again {due(sighting.next_try, now)}: {sighting.error}"
            )
        case "unread":
            next_try = due(sighting.next_try, now)
            stands = f"page not read yet ({tried}, next {next_try}): {sighting.error or 'in the queue'}"
        case "quarantined":
            stands = f"page given up after {tried}: {sighting.error}"
        case "read" if sighting.page == PageOutcome.WALLED:
            stands = f"page behind a login or a paywall at {tried}, so the feed's text stands: {sighting.error}"
        case "read" if sighting.error:
            stands = f"page gave nothing after {tried}, so the feed's text stands: {sighting.error}"
        case "read" if sighting.attempts > 1:
            stands = f"page read at attempt {sighting.attempts}"
        case "read" if not has_page:
            stands = "page not asked for, so the feed's text stands"
    return stands


def _revision(revision: Revision, before: str, now: datetime) -> list[Text]:
    document = revision.document
    size = numbered(len(document.text), "character")
    language = f", {document.language}" if document.language else ""
    lines = [inert(f"{revision.number}: {_FROM[revision.text_source]}, {size}{language}; {_judged(revision, now)}")]
    if before and document.title != before:
        lines.append(inert(f"the headline is now: {document.title}"))
    return lines


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


def _story(story: StoryOf) -> list[Text]:
    lines = [inert(f"{story.id}: {story.reason}")]
    lines += [inert(f"with article {other.article} ({other.reason}): {other.title}") for other in story.others]
    if (rest := story.count - 1 - len(story.others)) > 0:
        lines.append(inert(f"and with {numbered(rest, 'more article')}"))
    lines += [inert(f"linked with story {link.story}: {link.reason}") for link in story.links]
    return lines


def _match(match: StoredMatch, text: str) -> list[Text]:
    alert = f", alert {match.alert}" if match.alert else ""
    first = Text().append(inert(match.watch).plain, style="bold")
    first.append(f" on text {match.revision}, score {match.score}{alert}: ").append(inert(match.reason))
    return [first, *clauses(match.evidence, text)]


def _message(message: MessageStatus, watch: str, now: datetime) -> Iterator[_Event]:
    label = f"{message.id} for {watch} to {message.channel}"
    ended = message.history[-1] if message.history else None
    # What went out at once needs no line beside its attempt.
    told = message.reason == AT_ONCE and ended and ended.error == message.error
    if not told or message.state not in (MessageState.SENT, MessageState.DEAD):
        yield _Event(message.created, "message", [inert(f"{label}, {message.reason}: {_stands(message, now)}")])
    for attempt in message.history:
        if attempt.finished is None:
            yield _Event(attempt.started, "attempt", [inert(f"{label}: under way")])
            continue
        what = "sent" if not attempt.error else "failed"
        if attempt is ended and message.state is MessageState.DEAD:
            what = "dead"
        took = attempt.finished - attempt.started
        lasted = f" after {format_duration(took)}" if took >= timedelta(seconds=1) else ""
        yield _Event(attempt.finished, what, [inert(f"{label}{lasted}{f': {attempt.error}' if attempt.error else ''}")])


def _stands(message: MessageStatus, now: datetime) -> str:
    """How a message stands, beyond its attempts."""
    repeat = ", the channel may have had it before" if message.possible_repeat else ""
    if message.state is MessageState.DEAD:
        return f"dead, {message.error}"
    if message.state in (MessageState.HELD, MessageState.PENDING, MessageState.RETRY):
        return f"{message.state}, due {due(message.due, now)}{repeat}"
    return f"{message.state}{repeat}"


def _print_silent(article: ArticleHistory, silent: Sequence[Missed]) -> None:
    """Watches without a match on the latest text: those that come close each by itself, the others together."""
    if not silent:
        return
    out.print(f"\nNo match on text {article.latest.number}", style="bold")
    text = article.latest.document.text
    far = [item.watch for item in silent if not item.nearly_fires]
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold")
    for item in silent:
        if item.nearly_fires:
            grid.add_row(inert(item.watch), inert(item.reason))
            for line in told(item, text):
                grid.add_row("", line)
    show(grid)
    if far:
        show(inert(f"{NOTHING}: {', '.join(far)}"))
