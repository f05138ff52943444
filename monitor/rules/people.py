"""People in an article: the full name, and then the surname bound to it.

"Mark Zuckerberg" is found with middle names and initials; where it stands, "Zuckerberg" alone is he. Not so with
another given name before it, nor anywhere in an article that names two people of that surname.
"""

from dataclasses import dataclass
from functools import lru_cache

from monitor.rules.article import Article, Span
from monitor.rules.lexicon import (
    COMMON_SURNAMES,
    GENERATIONS,
    GIVEN_NAMES,
    HONORIFICS,
    NAME_PARTICLES,
    PERSON_VERBS,
    SMALL_WORDS,
    TIMES,
    TITLES,
)
from monitor.rules.tokens import Token, words
from monitor.rules.usage import CUES_AFTER, DEEDS

# At most so many middle names or initials between the given name and the surname.
_MIDDLE = 3
_NO_NAMES = TITLES | TIMES | SMALL_WORDS
_DOES = PERSON_VERBS | DEEDS
_OF_FIRMS = CUES_AFTER - PERSON_VERBS
_JOINTS = frozenset(["", ".", "-", "'", '"', "(", ")", '."', '("', '")'])


@dataclass(frozen=True, slots=True)
class Person:
    """A name: `given` are its first names, as one or more words; `surname` includes particles ("von der Leyen")."""

    written: str
    given: tuple[str, ...]
    middle: tuple[str, ...]
    surname: tuple[str, ...]
    generation: str
    cased: frozenset[str]


@lru_cache(maxsize=2048)
def parse(written: str) -> Person | None:
    """A person's name → Person; None where it holds no letter or digit."""
    tokens = list(words(written))
    while len(tokens) > 1 and tokens[0].word in HONORIFICS:
        tokens = tokens[1:]
    generation = ""
    while len(tokens) > 1 and tokens[-1].word in GENERATIONS:
        generation = tokens.pop().word
    if not tokens:
        return None
    if (
        len(tokens) > 1
        and 2 <= len(tokens[0].cased) <= 3
        and tokens[0].cased.isupper()
        and tokens[-1].cased[1:].islower()
    ):
        initials = words(" ".join(tokens[0].cased))  # "J.K." and "JK" are "J. K."
        tokens = [*initials, *tokens[1:]]
    start = len(tokens) - 1
    while start > 0 and tokens[start].gap in ("", "-", "'"):  # "Bankman-Fried" is one surname
        start -= 1
    while start > 1 and tokens[start - 1].word in NAME_PARTICLES:
        start -= 1
    end_of_given = min(1, start)
    while 0 < end_of_given < start and tokens[end_of_given].gap == "-":  # "Jen-Hsun" is one given name
        end_of_given += 1
    while 0 < end_of_given < start and all(len(token.word) == 1 for token in tokens[: end_of_given + 1]):
        end_of_given += 1  # "J. K. Rowling" has no other given name
    names = [token.word for token in tokens]
    cased = frozenset(token.cased for token in tokens)
    given, middle, surname = names[:end_of_given], names[end_of_given:start], names[start:]
    return Person(written, tuple(given), tuple(middle), tuple(surname), generation, cased)


def find(person: Person, article: Article) -> list[Span]:
    """Where the article names the person; empty unless the full name stands somewhere in it."""
    surnames = [span for span in article.phrase(person.surname) if _is_cased(person, article, span)]
    if not person.given:
        return [span for span in surnames if _is_named(article, span) or _stands_alone(person, article, span)]
    ending = [span for span in surnames if _ends_name(person, article, span.last)]
    full = [found for span in ending if (found := _full_name(person, article, span)) is not None]
    if not full:
        return []
    ends = {span.last for span in full}
    others = [span for span in surnames if span.last not in ends]
    if any(_is_someone_else(person, article, span) for span in others):
        return full
    return sorted(full + [span for span in others if _stands_alone(person, article, span)])


def _is_named(article: Article, span: Span) -> bool:
    """Whether a given name stands before, which a watch with the surname alone leaves open."""
    before = given_before(article, span)
    return before is not None and before.word in GIVEN_NAMES


def _is_cased(person: Person, article: Article, span: Span) -> bool:
    return all(
        token.cased[0].isupper() or not token.cased.islower() or token.cased in person.cased
        for token in article.tokens[span.first : span.last]
    )


def _full_name(person: Person, article: Article, surname: Span) -> Span | None:
    """The span from the given name on, with nothing but middle names and initials between."""
    initials = "".join(person.given)
    written_together = len(initials) <= 3 and len(initials) == len(person.given)
    position = surname.first
    for _ in range(_MIDDLE + len(person.given)):
        if article.opens(position) or article.tokens[position].gap.strip(" ") not in _JOINTS:
            return None
        position -= 1
        token = article.tokens[position]
        if not token.cased[0].isupper() and token.cased not in person.cased:
            return None
        first = position - len(person.given) + 1
        given = tuple(each.word for each in article.tokens[max(0, first) : position + 1])
        if given == person.given and article.together(first, position):
            return Span(first, surname.last)
        if written_together and token.word == initials:
            return Span(position, surname.last)
        if not _is_middle(person, article, position):
            return None
    return None


def _ends_name(person: Person, article: Article, position: int) -> bool:
    """Whether the name ends before the token: not so in "Tim Cook-Hughes"; "Trump Jr." is another than Trump."""
    after = article.next(position - 1)
    if after is None:
        return not person.generation
    # "Donald Trump Jr." is another than Donald Trump, while "Vernon Jordan, Jr." is Vernon Jordan in full.
    given = after.word if after.word in GENERATIONS else ""
    if given != person.generation and (person.generation or after.gap == " "):
        return False
    return not (after.gap == "-" and after.cased.istitle() and not article.is_loud(position))


def _is_middle(person: Person, article: Article, position: int) -> bool:
    """Whether the capitalised token may be a middle name; in a headline, where all are capitals, an initial only."""
    token = article.tokens[position]
    if len(token.word) == 1 or token.word in person.middle or token.stem != token.word:
        return token.stem == token.word
    return not article.is_loud(position) and token.stem not in _NO_NAMES


def given_before(article: Article, span: Span) -> Token | None:
    """The capitalised token directly before the surname, where it may be a name."""
    before = article.previous(span.first)
    if before is None or not before.cased[0].isupper() or before.stem != before.word:
        return None
    if article.tokens[span.first].gap.strip(" ") not in _JOINTS or before.word in _NO_NAMES:
        return None
    return before


def _is_same_given(person: Person, word: str) -> bool:
    """Whether a given name or an initial may be short for the person's own: "J. Huang", "Timothy Cook"."""
    own = person.given[0] if person.given else ""
    return bool(own) and (own.startswith(word) or (len(own) >= 3 and word.startswith(own)))


def _is_someone_else(person: Person, article: Article, span: Span) -> bool:
    """Whether the surname stands behind another given name, so that the surname alone may be either."""
    before = given_before(article, span)
    if before is None or _is_same_given(person, before.word):
        return False
    if before.word in GIVEN_NAMES:
        return True
    position = span.first - 1
    after = article.next(span.last - 1)
    # "Tesla Musk" is no one; "Kimbal Musk said" and "with K. Musk" are someone.
    company = before.cased.isupper() or (after is not None and after.word in _OF_FIRMS)
    if article.opens(position) and not article.is_loud(position) and _does(after) and before.word.isalpha():
        return len(before.word) > 2 and not before.word.endswith(("ed", "ing", "ly"))  # "Lachlan Murdoch will"
    return article.capital_counts(position) and (len(before.word) == 1 or not company)


def _does(after: Token | None) -> bool:
    """Whether what follows a name is what people do."""
    return after is not None and after.gap == " " and after.word in _DOES


def _stands_alone(person: Person, article: Article, span: Span) -> bool:
    """Whether the surname stands by itself, capitalised, and is no common word there."""
    before = given_before(article, span)
    if before is not None and not _is_same_given(person, before.word):
        position = span.first - 1
        if before.word in GIVEN_NAMES or article.capital_counts(position):
            return False
        loud = article.is_loud(position)
        if loud and not article.opens(position) and not before.word.endswith(("s", "ed", "ing")):
            return False
    if len(person.surname) > 1 or person.surname[0] not in COMMON_SURNAMES:
        return True
    after = article.next(span.last - 1)
    if _does(after):
        return True
    longer = after is not None and after.gap == " " and after.cased[0].isupper()
    return article.capital_counts(span.first) and article.tokens[span.first].cased[0].isupper() and not longer
