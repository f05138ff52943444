"""A document as rules read it: tokens with their place, looked up by word.

An `Article` is built once for a document and shared by all rules. `live` tokens are those that may be evidence;
teasers and other boilerplate (the field `related`, and such lines inside the text) are a second article of their own.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from monitor import boilerplate, sentences
from monitor.model import Document, Evidence, Part
from monitor.rules.lexicon import SMALL_WORDS
from monitor.rules.tokens import Token, tokenise

# The lead is the first paragraphs up to the one that holds the 400th character; where that one runs beyond twice as
# much (a page without paragraphs), up to the sentence that holds it.
LEAD = 400


class Span(NamedTuple):
    """Tokens `first` to `last`, the latter not included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Article:
    """Tokens of title, text and related in this order; `sentence`, `paragraph` and `part` hold one item for each.

    `places` maps a word or its stem to the positions that may be evidence. `loud` are the sentences whose capitals
    mean nothing: headlines In Title Case and ALL CAPITALS. `title_end` and `text_end` are token positions.
    """

    document: Document
    tokens: list[Token]
    sentence: list[int]
    paragraph: list[int]
    part: list[Part]
    title_end: int
    text_end: int
    places: dict[str, list[int]]
    compounds: dict[str, list[int]]
    loud: frozenset[int]

    def opens(self, position: int) -> bool:
        """Whether the token is the first of its sentence, so that its capital means nothing."""
        return position == 0 or self.sentence[position - 1] != self.sentence[position]

    def capital_counts(self, position: int) -> bool:
        return not self.opens(position) and self.sentence[position] not in self.loud

    def together(self, first: int, last: int) -> bool:
        """Whether both positions exist and stand in one paragraph."""
        return first >= 0 and last < len(self.tokens) and self.paragraph[first] == self.paragraph[last]

    def phrase(self, wanted: Sequence[str]) -> list[Span]:
        """Where the words stand one after the other; the last may carry a possessive."""
        found = []
        count = len(wanted)
        for position in self.places.get(wanted[0], ()):
            last = position + count - 1
            if (
                self.together(position, last)
                and all(self.tokens[position + index].word == wanted[index] for index in range(count - 1))
                and wanted[-1] in self.tokens[last][:2]
            ):
                found.append(Span(position, last + 1))
        return found

    def previous(self, position: int) -> Token | None:
        """The token before in the same sentence."""
        return None if self.opens(position) else self.tokens[position - 1]

    def next(self, position: int) -> Token | None:
        """The token after in the same sentence."""
        after = position + 1
        return None if after >= len(self.tokens) or self.opens(after) else self.tokens[after]

    def field(self, position: int) -> str:
        if position < self.title_end:
            return "title"
        return "text" if position < self.text_end else "related"

    def evidence(self, kind: str, term: str, span: Span) -> Evidence:
        field = self.field(span.first)
        start, end = self.tokens[span.first].start, self.tokens[span.last - 1].end
        text: str = getattr(self.document, field)
        return Evidence(kind, term, field, self.part[span.first], start, end, text[start:end])


def read(document: Document) -> tuple[Article, Article]:
    """The article that may be evidence, and the one of what stands in its teasers and boilerplate."""
    title = tokenise(document.title)
    text = tokenise(document.text)
    related = tokenise(document.related)
    tokens = title + text + related
    parts = [Part.TITLE] * len(title) + _parts(document.text, text) + [Part.RELATED] * len(related)
    sentence: list[int] = []
    paragraph: list[int] = []
    begin = 0
    for raw, field in ((document.title, title), (document.text, text), (document.related, related)):
        _number(raw, field, parts[begin : begin + len(field)], sentence, paragraph)
        begin += len(field)
    loud = _loud(tokens, sentence)
    live: dict[str, list[int]] = {}
    teasers: dict[str, list[int]] = {}
    for position, token in enumerate(tokens):
        places = teasers if parts[position] is Part.RELATED else live
        places.setdefault(token.word, []).append(position)
        if token.stem != token.word:
            places.setdefault(token.stem, []).append(position)
    ends = len(title), len(title) + len(text)
    return (
        Article(document, tokens, sentence, paragraph, parts, *ends, live, _compounds(tokens, sentence, parts), loud),
        Article(document, tokens, sentence, paragraph, parts, *ends, teasers, {}, loud),
    )


def _parts(text: str, tokens: list[Token]) -> list[Part]:
    related = boilerplate.related_spans(text)
    starts = [start for start, _ in related]
    lead = _lead_end(text, related)
    parts = []
    for token in tokens:
        index = bisect_right(starts, token.start) - 1
        if index >= 0 and token.start < related[index][1]:
            parts.append(Part.RELATED)
        else:
            parts.append(Part.LEAD if token.start < lead else Part.BODY)
    return parts


def _lead_end(text: str, related: list[tuple[int, int]]) -> int:
    mark = LEAD
    for start, end in related:
        if start < mark:
            mark += end - start
    end = text.find("\n", mark)
    end = len(text) if end < 0 else end
    if end <= mark + LEAD:
        return end
    return sentences.around(text[: mark + 4 * LEAD], mark, mark + 1)[1]


def _number(raw: str, tokens: list[Token], parts: list[Part], sentence: list[int], paragraph: list[int]) -> None:
    """Append the sentence and the paragraph of each token of one field, counting on from the field before."""
    starts = [start for start, _ in sentences.spans(raw)]
    current = sentence[-1] + 1 if sentence else 0
    block = paragraph[-1] + 1 if paragraph else 0
    previous = None
    for token, part in zip(tokens, parts, strict=True):
        place = bisect_right(starts, token.start)
        turns = previous is not None and (part is Part.RELATED) != (previous[1] is Part.RELATED)
        if previous is not None and (turns or place != previous[0]):
            current += 1
            block += turns or any(line_break in token.gap for line_break in "\n\r\v\f\x85")
        sentence.append(current)
        paragraph.append(block)
        previous = place, part


def _loud(tokens: list[Token], sentence: list[int]) -> frozenset[int]:
    """Sentences of which at least four in five words that need no capital have one."""
    capitals: dict[int, list[bool]] = {}
    for before, position in pairwise(range(len(tokens))):
        token = tokens[position]
        inside = sentence[before] == sentence[position]
        if inside and token.cased[0].isalpha() and token.stem not in SMALL_WORDS:
            capitals.setdefault(sentence[position], []).append(token.cased[0].isupper())
    return frozenset(number for number, seen in capitals.items() if len(seen) >= 2 and sum(seen) >= 0.8 * len(seen))


def _compounds(tokens: list[Token], sentence: list[int], parts: list[Part]) -> dict[str, list[int]]:
    """Neighbours written as one word ("data center" → "datacenter") → the position of the first."""
    found: dict[str, list[int]] = {}
    for position, (token, after) in enumerate(pairwise(tokens)):
        glued = after.gap == "-"
        if sentence[position] != sentence[position + 1] or parts[position] is Part.RELATED:
            continue
        if glued or (after.gap == " " and len(token.word) > 1 and len(after.stem) > 1):
            found.setdefault(token.word + after.stem, []).append(position)
    return found
