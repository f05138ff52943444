"""The page of an article: its text with the evidence marked, its wordings, and what happened to it."""

from collections.abc import Iterable
from dataclasses import dataclass
from itertools import pairwise

from aiohttp import web

from monitor import timeline
from monitor.model import Evidence, TextSource
from monitor.store import Database, inspect, latest
from monitor.store.inspect import ArticleHistory, Revision
from monitor.timeline import Misses
from monitor.web import dashboard
from monitor.web.dashboard import page
from monitor.web.firms import FIRMS

# Characters and paragraphs of a text that are shown, and characters of the teasers beside it.
SHOWN, PARAGRAPHS, TEASERS = 20_000, 500, 2_000

# Events, alerts and revisions that are shown; few articles have more.
EVENTS, ALERTS, REVISIONS = 120, 30, 20

SOURCES = {
    TextSource.PAGE: "its page",
    TextSource.FEED: "the feed, in full",
    TextSource.SUMMARY: "the feed's summary",
}

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Paragraph:
    """A part of a text, and the spans of it that are marked: ordered, and none overlaps another."""

    text: str
    marks: tuple[Span, ...]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the database says of an article; `misses` where they were asked for."""

    history: ArticleHistory
    story: latest.Story | None
    misses: Misses | None


def add_to(app: web.Application) -> None:
    """Add the page, and the way to it by an address."""
    app.router.add_get("/articles/by", by_address)
    app.router.add_get("/articles/{id}", article)


async def article(request: web.Request) -> web.Response:
    """An article; `?revision=` another of its wordings, `?misses=1` with the watches that nearly fire on it."""
    desk, firms, article_id = dashboard.of(request), request.app[FIRMS], _number(request.match_info["id"])
    wants_misses, at = request.query.get("misses") == "1", desk.now()

    def ask(db: Database) -> _Asked | None:
        if not inspect.exists(db, article_id):
            return None
        # Matching takes tens of milliseconds, and long texts more: only who asks waits for it.
        told = timeline.tell(db, article_id, firms.directory(db)) if wants_misses else None
        history = told.article if told else inspect.history(db, article_id)
        story = latest.story(db, history.story.id, at) if history.story else None
        misses = timeline.misses(told.missed, history.latest.document.text) if told else None
        return _Asked(history, story, misses)

    asked = await desk.readers.read(ask)
    if asked is None:
        raise web.HTTPNotFound(text="There is no such article, or not any more: old ones are let go.")
    history, revision = asked.history, chosen(asked.history, request.query.get("revision", ""))
    document, evidence = revision.document, evidence_on(history, revision)
    events = timeline.events(history, at)
    text = paragraphs(document.text, spans(evidence, "text"))
    return await page(
        request,
        "article.html",
        article=history,
        revision=revision,
        title_marks=merged(spans(evidence, "title")),
        text=text,
        cut=len(document.text) > SHOWN or len(text) == PARAGRAPHS,
        related=paragraphs(document.related, spans(evidence, "related"), TEASERS),
        sources=SOURCES,
        revisions=history.revisions[-REVISIONS:],
        # Beside each revision, the headline before it: what changed is told.
        before={each.number: old.document.title for old, each in pairwise(history.revisions)},
        events=events[:EVENTS],
        more_events=max(0, len(events) - EVENTS),
        alerts=[match for match in history.matches if match.alert][-ALERTS:],
        story=asked.story,
        misses=asked.misses,
    )


async def by_address(request: web.Request) -> web.Response:
    """`?url=` any form of an article's address: leads to its page."""
    url = request.query.get("url", "").strip()
    found = await dashboard.of(request).readers.read(lambda db: inspect.find(db, url)) if url else None
    if found is None or not found.articles:
        raise web.HTTPNotFound(text="No stored article has this address. `monitor why URL` tells which feed would.")
    raise web.HTTPSeeOther(f"/articles/{found.articles[0]}")


def chosen(article: ArticleHistory, number: str) -> Revision:
    """The revision of this number; the one that counts where there is none."""
    return next((each for each in article.revisions if str(each.number) == number), article.latest)


def evidence_on(article: ArticleHistory, revision: Revision) -> list[Evidence]:
    """Why watches fired on this wording."""
    return [item for match in article.matches if match.revision == revision.number for item in match.evidence]


def spans(evidence: Iterable[Evidence], field: str) -> list[Span]:
    """Where it stands in a field of the document."""
    return [(item.start, item.end) for item in evidence if item.field == field]


def merged(found: Iterable[Span]) -> tuple[Span, ...]:
    """The spans in order, with those that overlap or touch as one."""
    kept: list[Span] = []
    for start, end in sorted(found):
        if kept and start <= kept[-1][1]:
            kept[-1] = kept[-1][0], max(end, kept[-1][1])
        elif start < end:
            kept.append((start, end))
    return tuple(kept)


def paragraphs(text: str, found: Iterable[Span], limit: int = SHOWN) -> list[Paragraph]:
    """The first `limit` characters of a text by paragraphs, each with its share of the spans; empty ones are left out.

    A span that begins in one paragraph and ends in another is marked in both.
    """
    waiting, at, made = list(reversed(merged(found))), 0, list[Paragraph]()
    for part in text[:limit].split("\n"):
        start, end = at, at + len(part)
        at = end + 1
        marks = []
        while waiting and waiting[-1][0] < end:
            first, last = waiting[-1]
            if max(first, start) < min(last, end):
                marks.append((max(first, start) - start, min(last, end) - start))
            if last > end:
                break
            waiting.pop()
        if part.strip():
            made.append(Paragraph(part, tuple(marks)))
        if len(made) == PARAGRAPHS:
            break
    return made


def _number(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise web.HTTPNotFound(text="There is no such article: its number is that of no article.")
    return int(text)
