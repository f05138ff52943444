"""A document as rules read it: tokens with their place, looked up by word.

An `Article` is built once for a document, from those of its lines that may matter, and shared by all rules. `live`
tokens are those that may be evidence; teasers and other boilerplate (the field `related`, and such lines inside the
text) are a second article of their own.
"""

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, partial
from typing import NamedTuple

from monitor import boilerplate, sentences
from monitor.model import Document, Evidence, Part
from monitor.rules.lexicon import SMALL_WORDS
from monitor.rules.lines import Line, lines
from monitor.rules.tokens import Token, tokenise

# The lead is the first paragraphs up to the one that holds the 400th character; where that one runs beyond twice as
# much (a page without paragraphs), up to the sentence that holds it. Teasers that begin before it don't count.
LEAD = 400


class Span(NamedTuple):
    """Tokens `first` to `last`, the latter not included."""

    first: int
    last: int


class Firms(NamedTuple):
    """Where firms are named for sure: the first token of each name with the one after its last, and the other way."""

    starts: Mapping[int, int]
    ends: Mapping[int, int]


NOBODY = Firms({}, {})


class Region(NamedTuple):
    """A stretch of one line that is all boilerplate or free of it; what it has from the offset `lead` on is body."""

    field: str
    start: int
    end: int
    part: Part
    lead: int


@dataclass(slots=True)
class Tokens:
    """The tokens of some lines; `sentence`, `paragraph` and `part` hold one item for each.

    `title_end` and `text_end` are token positions: what follows is of the text, or of the field `related`. `live` and
    `related` map words and stems to positions.
    """

    tokens: list[Token] = field(default_factory=list)
    sentence: list[int] = field(default_factory=list)
    paragraph: list[int] = field(default_factory=list)
    part: list[Part] = field(default_factory=list)
    title_end: int = 0
    text_end: int = 0
    live: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    related: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))


class Article:
    """Tokens of title, text and related, in this order.

    `places` maps a word or its stem to the positions of those that may be evidence, or of those that are `related`.
    """

    def __init__(self, document: Document, read: Tokens, places: dict[str, list[int]]) -> None:
        self.document = document
        self.tokens = read.tokens
        self.sentence = read.sentence
        self.paragraph = read.paragraph
        self.part = read.part
        self.title_end = read.title_end
        self.text_end = read.text_end
        self.places = places
        self._loud: dict[int, bool] = {}

    @cached_property
    def regions(self) -> list[Region]:
        """All that may be evidence, also in lines that were not read as tokens."""
        return [region for region in _regions(self.document, lines(self.document)) if region.part is not Part.RELATED]

    def beginning_with(self, prefix: str) -> list[int]:
        """The positions of all words that begin so."""
        words = self._sorted
        first = bisect_left(words, prefix)
        last = bisect_left(words, prefix + "\U0010ffff", first)
        return sorted({place for word in words[first:last] for place in self.places[word]})

    @cached_property
    def _sorted(self) -> list[str]:
        return sorted(self.places)

    def opens(self, position: int) -> bool:
        """Whether the token is the first of its sentence, so that its capital means nothing."""
        return position == 0 or self.sentence[position - 1] != self.sentence[position]

    def capital_counts(self, position: int) -> bool:
        return not self.opens(position) and not self.is_loud(position)

    def is_loud(self, position: int) -> bool:
        """Whether capitals mean nothing in the sentence: four in five words that need none have one, as in headlines
        In Title Case and in ALL CAPITALS."""
        number = self.sentence[position]
        if number not in self._loud:
            first, last = bisect_left(self.sentence, number), bisect_right(self.sentence, number)
            named = (token for token in self.tokens[first + 1 : last] if token.stem not in SMALL_WORDS)
            seen = [token.cased[0].isupper() for token in named if token.cased[0].isalpha()]
            self._loud[number] = len(seen) >= 2 and sum(seen) >= 0.8 * len(seen)
        return self._loud[number]

    def tokens_of(self, paragraph: int) -> range:
        """The positions of a paragraph, all of which are boilerplate or none."""
        return range(bisect_left(self.paragraph, paragraph), bisect_right(self.paragraph, paragraph))

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


def read(document: Document, kept: Sequence[Line] | None = None) -> tuple[Article, Article]:
    """The article that may be evidence, and the one of what stands in its teasers and boilerplate.

    Of the `kept` lines only, where they are given; about these, both say what they would say if all were read.
    """
    found = Tokens()
    for region in _regions(document, lines(document) if kept is None else kept):
        _add(found, document, region)
    return Article(document, found, dict(found.live)), Article(document, found, dict(found.related))


def _add(found: Tokens, document: Document, region: Region) -> None:
    """Append the tokens of a region, counting sentences and paragraphs on from the one before."""
    raw: str = getattr(document, region.field)[region.start : region.end]
    tokens = tokenise(raw, region.start)
    if not tokens:
        return
    count = len(tokens)
    sentence = found.sentence[-1] + 1 if found.sentence else 0
    paragraph = found.paragraph[-1] + 1 if found.paragraph else 0
    starts = [region.start + start for start, _ in sentences.spans(raw)]
    if len(starts) == 1:
        found.sentence += [sentence] * count
    else:
        within = [bisect_right(starts, token.start) for token in tokens]
        numbers = {place: sentence + index for index, place in enumerate(dict.fromkeys(within))}
        found.sentence += [numbers[place] for place in within]
    if region.part is Part.LEAD and tokens[-1].start >= region.lead:
        found.part += [Part.LEAD if token.start < region.lead else Part.BODY for token in tokens]
    else:
        found.part += [region.part] * count
    places = found.related if region.part is Part.RELATED else found.live
    for position, token in enumerate(tokens, len(found.tokens)):
        word, stem = token[0], token[1]
        places[word].append(position)
        if stem is not word and stem != word:
            places[stem].append(position)
    found.paragraph += [paragraph] * count
    found.tokens += tokens
    if region.field == "title":
        found.title_end = len(found.tokens)
    if region.field != "related":
        found.text_end = len(found.tokens)


def _regions(document: Document, among: Iterable[Line]) -> Iterator[Region]:
    """Lines, cut where a teaser begins or ends."""
    among = list(among)
    text = [(line.start, line.end) for line in among if line.field == "text"]
    related = boilerplate.related_spans(document.text, partial(_is_among, text)) if text else []
    lead = _lead_end(document.text, related)
    ends = [end for _, end in related]
    for line in among:
        if line.field != "text":
            yield Region(line.field, line.start, line.end, Part.TITLE if line.field == "title" else Part.RELATED, lead)
            continue
        start = line.start
        for begin, end in related[bisect_right(ends, line.start) :]:
            if begin >= line.end:
                break
            if start < begin:
                yield Region("text", start, begin, Part.LEAD if start < lead else Part.BODY, lead)
            start = min(end, line.end)
            yield Region("text", max(begin, line.start), start, Part.RELATED, lead)
        if start < line.end:
            yield Region("text", start, line.end, Part.LEAD if start < lead else Part.BODY, lead)


def _is_among(spans: list[tuple[int, int]], start: int, end: int) -> bool:
    """Whether `start:end` meets one of the ascending spans; what begins before the lead may end always does."""
    index = bisect_left(spans, end, key=lambda span: span[0]) - 1
    return start < LEAD or (index >= 0 and spans[index][1] > start)


def _lead_end(text: str, related: list[tuple[int, int]]) -> int:
    mark = LEAD
    for start, end in related:
        if start < LEAD:
            mark += end - start
    end = text.find("\n", mark)
    end = len(text) if end < 0 else end
    if end <= mark + LEAD:
        return end
    return sentences.around(text[: mark + 4 * LEAD], mark, mark + 1)[1]
