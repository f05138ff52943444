"""Evaluates a query's syntax tree on an article, with the evidence.

A node that holds gives the evidence for it, which is empty for NOT, `source:` and `tag:`; one that doesn't gives None.
Nodes with a place (words, phrases, names, NEAR) are found as token spans first.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from itertools import chain, islice

from monitor.model import Evidence, Source
from monitor.rules.article import Article, Span
from monitor.rules.language import (
    And,
    Mention,
    Near,
    Node,
    Not,
    Or,
    Origin,
    Phrase,
    Regex,
    Within,
    Word,
    compile_regex,
)

# A text that repeats a word thousands of times gives NEAR no more pairs than this, and no more evidence.
MAX_SPANS = 20_000
MAX_HITS = 50
_LIST = "query"


@dataclass(frozen=True, slots=True)
class Context:
    """What a query is evaluated on; `mentions` finds ticker, person, company and topic terms as the lists do."""

    article: Article
    mentions: Callable[[Mention], list[Span]]


def evaluate(node: Node, context: Context, *, title_only: bool = False) -> list[Evidence] | None:
    """The evidence for a query that holds, None for one that doesn't. `title_only`: words count in the title alone."""
    return _holds(node, context, "title" if title_only else "")


def _holds(node: Node, context: Context, field: str) -> list[Evidence] | None:
    match node:
        case And(items) | Or(items):
            held = [result for item in items if (result := _holds(item, context, field)) is not None]
            enough = len(items) if isinstance(node, And) else 1
            return list(chain.from_iterable(held)) if len(held) >= enough else None
        case Not(item):
            return [] if _holds(item, context, field) is None else None
        case Within(part, item):
            return _holds(item, context, _narrow(field, part))
        case Origin():
            return [] if any(_is_from(node, source) for source in context.article.document.sources) else None
        case Regex():
            return list(islice(_regex_hits(node, context.article, field), MAX_HITS)) or None
        case Phrase() | Mention() | Near():
            spans = _places(node, context, field)[:MAX_HITS]
            return [context.article.evidence(_LIST, str(node), span) for span in spans] or None


def _narrow(outer: str, inner: str) -> str:
    """`title:(body:x)` holds nowhere."""
    field = "title" if inner == "title" else "text"
    return field if outer in ("", field) else "nowhere"


def _is_from(origin: Origin, source: Source) -> bool:
    if origin.kind == "tag":
        return origin.value.casefold() in {tag.casefold() for tag in source.tags}
    return is_named(source, origin.value)


def is_named(source: Source, name: str) -> bool:
    """Whether `name` is the name or the address of a feed, scheme, case and a closing slash aside."""
    return name.casefold() == source.name.casefold() or _bare_address(name) == _bare_address(source.url)


def _bare_address(url: str) -> str:
    return url.casefold().removeprefix("https://").removeprefix("http://").rstrip("/") or "-"


# ---------------------------------------------------------------- places


def _places(node: Node, context: Context, field: str) -> list[Span]:
    """Where a node with a place stands, in order."""
    match node:
        case Phrase():
            spans = _phrase(node, context.article)
        case Mention():
            spans = context.mentions(node)
        case Near(left, right, distance):
            return _near(_places(left, context, field), _places(right, context, field), distance, context.article)
        case Or(items):
            return sorted({span for item in items for span in _places(item, context, field)})
        case Within(part, item):
            return _places(item, context, _narrow(field, part))
        case _:
            return []
    return [span for span in spans if field in ("", context.article.field(span.first))]


def _phrase(phrase: Phrase, article: Article) -> list[Span]:
    positions = [_positions(word, article, phrase.exact) for word in phrase.words]
    if not all(positions):
        return []
    spans = [span for first in positions[0] if (span := _follow(first, positions, phrase.slop, article)) is not None]
    return spans[:MAX_SPANS]


def _positions(word: Word, article: Article, exact: bool) -> list[int]:
    wanted = word.text.casefold() if exact else word.text
    found = article.beginning_with(wanted) if word.prefix else article.places.get(wanted, [])
    if not exact:
        return found
    cased = ((place, article.tokens[place].cased) for place in found)
    return [place for place, text in cased if text == word.text or (word.prefix and text.startswith(word.text))]


def _follow(first: int, positions: list[list[int]], slop: int, article: Article) -> Span | None:
    """The shortest span from `first` on that holds the words in order with at most `slop` others, in one paragraph."""
    last = first
    for places in positions[1:]:
        index = bisect_right(places, last)
        if index == len(places):
            return None
        last = places[index]
    fits = last - first - len(positions) + 1 <= slop and article.together(first, last)
    return Span(first, last + 1) if fits else None


def _near(left: list[Span], right: list[Span], distance: int, article: Article) -> list[Span]:
    """The spans of all pairs with at most `distance` words between them, in one paragraph."""
    candidates = chain(_in_order(left, right, distance, article), _in_order(right, left, distance, article))
    pairs = islice(candidates, MAX_SPANS)
    return sorted({span for span in pairs if article.together(span.first, span.last - 1)})


def _in_order(before: list[Span], after: list[Span], distance: int, article: Article) -> Iterable[Span]:
    """The pairs whose second begins in the paragraph of the first, with at most `distance` words between."""
    starts = [span.first for span in after]
    for span in before:
        end = bisect_right(article.paragraph, article.paragraph[span.first], span.first)
        first = bisect_left(starts, span.last)
        for index in range(first, bisect_left(starts, min(span.last + distance + 1, end), first)):
            yield Span(span.first, after[index].last)


# ---------------------------------------------------------------- regular expressions


def _regex_hits(node: Regex, article: Article, field: str) -> Iterable[Evidence]:
    """Hits in the title and in the paragraphs of the text that are no teasers."""
    pattern = compile_regex(node)
    for name, start, end, part, _ in article.regions:
        if field not in ("", name):
            continue
        raw: str = getattr(article.document, name)
        # A lone surrogate has no UTF-8; the replacement is as long, so offsets stay.
        segment = raw[start:end].encode("utf-8", "replace").decode("utf-8")
        for hit in pattern.finditer(segment):
            first, last = start + hit.start(), start + hit.end()
            if last > first:
                yield Evidence(_LIST, str(node), name, part, first, last, raw[first:last])
