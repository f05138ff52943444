"""Topics: all words of a phrase in one sentence, close together, in any order and inflection.

Inflections, spellings and closed compounds are expanded when the topic is parsed, not when a text is read.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby

from monitor.rules.article import Article, Span
from monitor.rules.inflect import inflections
from monitor.rules.lexicon import CAPITALS_ONLY, COMPOUND_FIRST, COMPOUND_LAST, PARTICLES
from monitor.rules.tokens import Token, parts, words

# At most so many other words stand among those of the topic.
OTHERS = 4
_MEASURE = re.compile(r"(\d+)([a-z]{1,5})")
# Of shorter words the parts mean nothing: "GP US" is no "GPUs".
_SHORTEST_COMPOUND = 5


@dataclass(frozen=True, slots=True)
class Unit:
    """One word of a topic, or several that stay together: every form of it, and how these begin, as fragments."""

    forms: tuple[tuple[str, ...], ...]
    heads: frozenset[str]


@dataclass(frozen=True, slots=True)
class Topic:
    """A phrase. Each of `variants` is a way to write it: units of one or more words, each in any of its forms.

    `capitals` are the words that count only in capitals ("US"). `proper`: the phrase names something, as a product.
    """

    written: str
    variants: tuple[tuple[Unit, ...], ...]
    capitals: frozenset[str]
    proper: bool


@lru_cache(maxsize=2048)
def parse(written: str) -> Topic | None:
    """A phrase → Topic; None where it holds no letter or digit."""
    tokens = words(written)
    if not tokens:
        return None
    # What hangs together by hyphens, or is written without spaces, stays together: "GPT-4", "e-commerce".
    groups: list[list[Token]] = []
    for index, token in enumerate(tokens):
        if index and token.gap in ("", "-", "."):
            groups[-1].append(token)
        else:
            groups.append([token])
    capitals = frozenset(token.word for token in tokens if token.cased.isupper() and token.word in CAPITALS_ONLY)
    variants = [tuple(_unit(group) for group in groups)]
    for index in range(len(groups) - 1):
        first, second = groups[index : index + 2]
        plain = len(first) == len(second) == 1 and first[0].word.isalnum() and second[0].word.isalpha()
        if plain and first[0].word not in capitals:
            joined = _of_forms({(form,) for form in inflections(first[0].word + second[0].word)})
            variants.append((*map(_unit, groups[:index]), joined, *map(_unit, groups[index + 2 :])))
    proper = any(not token.cased.islower() and not token.cased.isupper() for token in tokens)
    # A word that a topic repeats need not be repeated in a text.
    return Topic(written, tuple(tuple(dict.fromkeys(variant)) for variant in variants), capitals, proper)


def _unit(group: list[Token]) -> Unit:
    head = tuple(token.word for token in group[:-1])
    last = group[-1]
    acronym = last.cased.isupper() and len(last.cased) <= 5
    forms = {(*head, form) for form in inflections(last.stem, acronym=acronym)} | {(*head, last.word)}
    if head:
        forms |= {(form,) for form in inflections("".join(head) + last.stem)}
    else:
        # A verb's own endings are no parts of compounds: "clustering" is no "cluste ring".
        whole = [form for (form,) in forms if form == last.word or not form.endswith(("ed", "ing"))]
        forms |= {apart for form in whole for apart in _apart(form)}
    return _of_forms(forms)


def _apart(word: str) -> Iterator[tuple[str, str]]:
    """A closed compound written as two words: "datacenter" → "data center", "startup" → "start-up", "2nm" → "2 nm"."""
    if unit := _MEASURE.fullmatch(word):
        yield unit[1], unit[2]
    if len(word) < _SHORTEST_COMPOUND or not word.isalpha():
        return
    for place in range(1, len(word) - 1):
        first, second = word[:place], word[place:]
        if first in COMPOUND_FIRST or second in COMPOUND_LAST or second.removesuffix("s") in COMPOUND_LAST:
            yield first, second
        particle = second.removesuffix("s")
        if particle in PARTICLES and len(first) > 2:  # "layoffs" are there where a firm "laid off" staff
            yield from ((form, particle) for form in inflections(first))


def _of_forms(forms: set[tuple[str, ...]]) -> Unit:
    return Unit(tuple(sorted(forms)), frozenset(parts(form[0])[0] for form in forms))


def find(topic: Topic, article: Article) -> list[Span]:
    """Where the words of the topic stand together, as the shortest spans that hold them all."""
    found: set[Span] = set()
    for variant in topic.variants:
        places: list[list[Span]] = []
        for unit in variant:
            places.append(unit_spans(unit, article, topic.capitals))
            if not places[-1]:
                break
        else:
            found.update(_together(places, article))
    return _shortest(found)


def unit_spans(unit: Unit, article: Article, capitals: frozenset[str]) -> list[Span]:
    """Where one of its forms stands, in order; `capitals` are the words that count only in capitals."""
    spans: list[Span] = []
    for form in unit.forms:
        if form[0] not in article.places:
            continue
        if len(form) > 1:
            spans += [span for span in article.phrase(form) if _is_within_sentence(article, span)]
            continue
        places = article.places[form[0]]
        if form[0] in capitals:
            places = [position for position in places if article.tokens[position].cased.isupper()]
        spans += [Span(position, position + 1) for position in places]
    return sorted(set(spans))


def _is_within_sentence(article: Article, span: Span) -> bool:
    return article.sentence[span.first] == article.sentence[span.last - 1]


def _together(places: list[list[Span]], article: Article) -> list[Span]:
    """Spans that hold one of each of `places`, in one sentence, with no more than `OTHERS` other words."""
    if len(places) == 1:
        return places[0]
    marked = sorted((span, unit) for unit, spans in enumerate(places) for span in spans)
    found = []
    for _, group in groupby(marked, key=lambda item: article.sentence[item[0].first]):
        items = list(group)
        if len({unit for _, unit in items}) == len(places):
            dead: set[tuple[int, frozenset[int], int]] = set()
            for index, (span, unit) in enumerate(items):
                last = _complete(items, index + 1, frozenset({unit}), span.last, 0, len(places), dead)
                if last:
                    found.append(Span(span.first, last))
    return found


def _complete(
    items: list[tuple[Span, int]],
    index: int,
    used: frozenset[int],
    last: int,
    others: int,
    count: int,
    dead: set[tuple[int, frozenset[int], int]],
) -> int | None:
    """Where a window ends that goes on from `last` and takes in the units not yet `used`; None if none does.

    `others` words have been passed over; `dead` remembers what led nowhere, so that no choice is made twice.
    """
    if len(used) == count:
        return last
    for following in range(index, len(items)):
        span, unit = items[following]
        if span.first < last or unit in used:
            continue
        passed = others + span.first - last
        if passed > OTHERS:
            break
        choice = (following, used | {unit}, passed)
        if choice not in dead:
            end = _complete(items, following + 1, used | {unit}, span.last, passed, count, dead)
            if end:
                return end
            dead.add(choice)
    return None


def _shortest(spans: set[Span]) -> list[Span]:
    """Of spans that overlap, the shortest; in order."""
    kept: list[Span] = []
    taken: set[int] = set()
    for span in sorted(spans, key=lambda span: (span.last - span.first, span.first)):
        positions = range(*span)
        if taken.isdisjoint(positions):
            taken.update(positions)
            kept.append(span)
    return sorted(kept)
