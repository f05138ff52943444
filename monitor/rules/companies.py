"""Company names in an article, and how sure we may be that they mean the company.

Points add up: a legal name 3, a name of several words or of no other meaning 2, a name that is also a common word 1;
such a name needs one more for support: a ticker form, one of the watch's people or products, or use as a company.
It fires at 2.
"""

from dataclasses import dataclass
from functools import lru_cache

from monitor.rules import tickers
from monitor.rules.article import NOBODY, Article, Firms, Span
from monitor.rules.lexicon import (
    AMBIGUOUS_NAMES,
    BRAND_WORDS,
    COMMON_SURNAMES,
    DETERMINERS,
    GIVEN_NAMES,
    HONORIFICS,
    LEGAL_SUFFIXES,
    PLACES,
    SMALL_WORDS,
    TIMES,
    TITLES,
    WEAK_SUFFIXES,
    without_endings,
)
from monitor.rules.tokens import Token, words
from monitor.rules.usage import BELONGINGS, CUES_BEFORE, DEEDS, INFINITIVES, MODALS
from monitor.rules.use import is_used_as_company

FIRES_AT = 2
# "Apple-owned" is Apple, "Meta-analysis" is not Meta.
_HYPHENATED = frozenset(
    ["backed", "based", "branded", "built", "designed", "developed", "funded", "led", "like", "made", "owned", "run"]
)
# What may stand beside a name without being part of it.
_FOLLOWING = BRAND_WORDS | WEAK_SUFFIXES | BELONGINGS | DEEDS
_BEFORE_IN_HEADLINES = SMALL_WORDS | CUES_BEFORE | DEEDS | INFINITIVES | MODALS
_OPENING = SMALL_WORDS | CUES_BEFORE | DEEDS | INFINITIVES | DETERMINERS | BELONGINGS
_NO_NAMES = TITLES | TIMES
_ALSO_NAMES = AMBIGUOUS_NAMES | COMMON_SURNAMES
# What may stand between the words of one name.
_JOINTS = frozenset(["", "-", ".", "'"])


@dataclass(frozen=True, slots=True)
class Company:
    """A name as a watch writes it: `words` and `cased` without article and legal form.

    `ambiguous`: it is a common word, too. `longer` are phrases that hold the name and mean something else.
    """

    written: str
    words: tuple[str, ...]
    cased: tuple[str, ...]
    ambiguous: bool
    longer: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """Where a company is named, and the points that the mentions have by themselves."""

    spans: list[Span]
    points: int


@lru_cache(maxsize=2048)
def parse(written: str) -> Company | None:
    """A company name → Company; None where it holds no letter or digit."""
    tokens = list(words(written))
    if len(tokens) > 1 and tokens[0].word == "the":
        tokens = tokens[1:]
    tokens = tokens[: len(without_endings(tuple(token.word for token in tokens), LEGAL_SUFFIXES))]
    if not tokens:
        return None
    return Company(
        written,
        tuple(token.word for token in tokens),
        tuple(token.cased for token in tokens),
        len(tokens) == 1 and is_common_word(tokens[0].word),
    )


def is_common_word(word: str) -> bool:
    """Whether a name of this one word, folded, is a common word or the name of other things as well."""
    return word in _ALSO_NAMES or len(word) <= 2 or tickers.is_common_word(word.upper())


def find(company: Company, article: Article, firms: Firms = NOBODY) -> Found:
    """The mentions of the company, best first in points; a longer name that holds them hides them.

    `firms` are those that the article names for sure.
    """
    spans = []
    points = 0
    named = [span for span in article.phrase(company.words) if _is_written_as_name(company, article, span)]
    # Where "Fiona Apple" stands, "Apple said" is hers.
    shared = company.ambiguous and any(_is_surname(article, span) for span in named)
    for span in named:
        if _is_hidden(company, article, span) or _is_surname(article, span) or _is_place(article, span):
            continue
        if company.words[-1].endswith("'s") and _is_possessive_of_person(article, span):
            continue
        legal = _is_legal(article, span) and not (company.ambiguous and _is_preceded_by_name(article, span, firms))
        if company.ambiguous and not legal and not _is_capitals(company, article, span):
            if shared or _is_part_of_longer_name(article, span, firms):
                continue
            points = max(points, 1 + is_used_as_company(article, span, firms))
        else:
            points = max(points, 3 if legal else 2)
        spans.append(span)
    return Found(spans, points)


def _is_written_as_name(company: Company, article: Article, span: Span) -> bool:
    """Capitalised, in capitals or as in the watch, word by word, with nothing but hyphens and stops between."""
    for index, position in enumerate(range(*span)):
        token = article.tokens[position]
        if index and token.gap.strip(" ") not in _JOINTS:
            return False
        if token.cased != company.cased[index] and not token.cased[0].isupper() and token.cased != token.cased.upper():
            return False
    return True


def _is_hidden(company: Company, article: Article, span: Span) -> bool:
    """Whether a longer known phrase covers the name: "Apple pie", "Oracle of Omaha", "H&R Block"."""
    beside = {article.tokens[place].stem for place in (span.first - 1, span.last) if 0 <= place < len(article.tokens)}
    return any(not beside.isdisjoint(phrase) and _covers(phrase, company, article, span) for phrase in company.longer)


def _covers(phrase: tuple[str, ...], company: Company, article: Article, span: Span) -> bool:
    tokens = article.tokens
    count = len(company.words)
    for index in range(len(phrase) - count + 1):
        first = span.first - index
        last = first + len(phrase) - 1
        if (
            phrase[index : index + count] == company.words
            and article.together(first, last)
            and all(tokens[first + place].stem == word for place, word in enumerate(phrase))
        ):
            return True
    return False


def _is_surname(article: Article, span: Span) -> bool:
    """Whether a given name or "Mr" stands before: "Harrison Ford", "Ms. Block"."""
    before = article.previous(span.first)
    if before is None or span.last - span.first > 1 or not before.cased[0].isupper():
        return False
    gap = article.tokens[span.first].gap
    return (before.word in HONORIFICS and gap in (" ", ". ")) or (before.word in GIVEN_NAMES and gap == " ")


def _is_possessive_of_person(article: Article, span: Span) -> bool:
    """Whether "Kohl's" is of a person: "Chancellor Kohl's role", "Fats Domino's house"."""
    before = article.previous(span.first)
    if before is None or article.is_loud(span.first) or not before.cased[0].isupper():
        return False
    gap = article.tokens[span.first].gap
    initial = gap == ". " and len(before.word) == 1
    return initial or (gap == " " and before.word not in _BEFORE_IN_HEADLINES and before.word == before.stem)


def _is_legal(article: Article, span: Span) -> bool:
    """Whether a legal form follows: "Acme Inc", "Acme Holdings plc"."""
    position = span.last - 1
    while (after := article.next(position)) is not None and after.gap.strip(" ") in ("", ","):
        if after.word in LEGAL_SUFFIXES and (after.cased[0].isupper() or after.word == "plc"):
            return after.word != "as" or not article.is_loud(position)
        if after.word not in WEAK_SUFFIXES or not after.cased[0].isupper():
            return False
        position += 1
    return False


def _is_capitals(company: Company, article: Article, span: Span) -> bool:
    """Whether the capitals are those of the name ("SAP", "xAI"), so that it is no common word."""
    cased = company.cased[0]
    if len(cased) <= 2:  # "GM" and "BP" mean other things even so
        return False
    if article.tokens[span.first].cased != cased:
        return False
    # "xAI" and "PayPal" are no words anyhow; "SAP" is none where not all is in capitals.
    return (not cased.islower() and not cased[1:].islower() and not cased.isupper()) or (
        cased.isupper() and not article.is_loud(span.first)
    )


def _is_place(article: Article, span: Span) -> bool:
    """Whether the name is that of a county, an arena or a school: "Marvell County", "Capital One Arena"."""
    after = article.next(span.last - 1)
    return after is not None and after.gap == " " and after.word in PLACES and not after.cased.islower()


def _is_part_of_longer_name(article: Article, span: Span, firms: Firms) -> bool:
    """Whether a neighbour makes the common word part of another name, or of a compound: "Target Hospitality"."""
    after = article.next(span.last - 1)
    whole = article.tokens[span.last - 1].word == article.tokens[span.last - 1].stem
    if after is not None and span.last not in firms.starts:
        if after.gap == "-" and after.cased.islower() and after.word not in _HYPHENATED:
            return True
        if _is_ampersand(article, span.last) and span.last + 1 not in firms.starts:
            return True
        if (
            after.gap == " "
            and whole
            and article.capital_counts(span.last)
            and _makes_name(after)
            and after.stem not in _FOLLOWING
        ):
            return True
    return _is_preceded_by_name(article, span, firms)


def _is_preceded_by_name(article: Article, span: Span, firms: Firms) -> bool:
    before = article.previous(span.first)
    if before is None or article.tokens[span.first].gap != " " or span.first in firms.ends or before.word == "the":
        return False
    if article.capital_counts(span.first - 1):
        return _makes_name(before) and before.stem not in CUES_BEFORE
    if article.opens(span.first - 1) and not article.is_loud(span.first) and article.capital_counts(span.first):
        return _makes_name(before) and _is_no_opener(before)  # "Jeep Compass recalled", not "But Compass"
    # In a headline "Wage Gap" and "Price Target" are no firms, "Trump Urges Apple" and "Why Apple" are.
    return (
        article.is_loud(span.first)
        and before.cased[0].isupper()
        and before.word == before.stem
        and before.word not in _BEFORE_IN_HEADLINES
        and not before.word.endswith(("ed", "ing"))
    )


def _is_no_opener(token: Token) -> bool:
    """Whether a capitalised word at the start of a sentence is most likely a name itself."""
    return (
        token.word not in _OPENING and token.stem not in _OPENING and not token.word.endswith(("ly", "ing", "ed", "s"))
    )


def _is_ampersand(article: Article, position: int) -> bool:
    token = article.tokens[position]
    return token.word == "and" and token.end - token.start == 1


def _makes_name(token: Token) -> bool:
    return (
        token.cased[0].isupper()
        and not (token.cased.isupper() and len(token.cased) <= 4)
        and token.word == token.stem
        and token.stem not in _NO_NAMES
    )
