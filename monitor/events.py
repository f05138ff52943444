"""What an article tells of: its terms, its figures and its developments, read from the headline and the lead.

Two articles in wholly other words have in common whom they are about, how much it is about, and a few rare words. So a
term is a word, a name (a word that is written with a capital within a sentence) or a figure (an amount with its
magnitude), and the headline counts more than what follows. All of it is cheap: a few hundred words are looked at,
however long the text is.
"""

import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterable, Sequence, Set
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import islice

from monitor import vocabulary

# Characters of a headline and of a text, and words of a lead, that are looked at.
TITLE, TEXT, LEAD = 300, 4_000, 160
# Amounts of an article that are remembered; a table of figures has no end.
FIGURES = 64
# A headline's terms count so much more than those of the lead.
IN_TITLE = 3


class Kind(IntEnum):
    """What a term is. A name says more than a word, and an exact amount more than a name."""

    COMMON = 0
    WORD = 1
    NAME = 2
    NUMBER = 3
    FIGURE = 4
    FIRM = 5


@dataclass(frozen=True, slots=True)
class Term:
    """`shown` is how the article wrote it."""

    key: str
    kind: Kind
    count: int
    in_title: bool
    shown: str


@dataclass(frozen=True, slots=True)
class Figure:
    """An amount. `unit` is "%", a currency sign, "" for a bare number; `digits` is how exactly it was given."""

    unit: str
    value: float
    digits: int
    shown: str

    def agrees(self, other: "Figure") -> bool:
        """Whether both may say the same amount, one of them rounded."""
        digits = max(2, min(self.digits, other.digits))
        rounded = f"{self.value:.{digits - 1}e}" == f"{other.value:.{digits - 1}e}"
        return rounded or abs(self.value - other.value) <= 0.02 * max(abs(self.value), abs(other.value))


@dataclass(frozen=True, slots=True)
class Told:
    """The figures and developments of a headline, which may be news, and all, with the lead's, which are told."""

    figures: tuple[Figure, ...] = ()
    developments: frozenset[str] = frozenset()
    all_figures: tuple[Figure, ...] = ()
    all_developments: frozenset[str] = frozenset()
    subjects: frozenset[str] = frozenset()
    firms: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as an event."""

    terms: tuple[Term, ...]
    told: Told


# ---------------------------------------------------------------- words

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*|[^\W_]*\d[^\W_]*")
_SENTENCE_END = re.compile(r"[.!?:;\"“”\n]\W*$")
# Scripts without spaces between words: of these, two characters are a word.
_UNSPACED = re.compile("[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\u0e00-\u0eff\uf900-\ufaff]")
_SUFFIXES = ("ingly", "ments", "ment", "ings", "ing", "ions", "ion", "ers", "ed", "es", "er", "ly", "s")
_STEM = 7


def words(text: str) -> list[str]:
    """The words of a text, whatever their form; of a script without spaces, its characters."""
    found = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if not _UNSPACED.search(text):
        return found
    return [part for word in found for part in (word if _UNSPACED.search(word) else (word,))]


@lru_cache(16384)
def stem(word: str) -> str:
    """What the inflections of a word, and often its noun and verb, have in common."""
    word = word.casefold().replace("’", "'").removesuffix("'s")
    for suffix in _SUFFIXES:
        if word.endswith(suffix) and len(word) - len(suffix) >= 4:
            word = word[: -len(suffix)]
            break
    return (word[:-1] if word.endswith("e") and len(word) > 4 else word)[:_STEM]


_COMMON = frozenset(map(stem, vocabulary.COMMON))


# ---------------------------------------------------------------- figures

_MAGNITUDE = r"trillion|trln|tn|billion|bln|bn|b|million|mln|mn|m|thousand|k"
_FIGURE = re.compile(
    rf"""(?<![\w.,])(?P<sign>US\$|[$€£¥₩₹])?\s?
    (?P<value>\d{{1,3}}(?:,\d{{3}})+(?:\.\d+)?|\d{{1,15}}(?:\.\d{{1,6}})?)
    (?:[\s-]?(?P<magnitude>{_MAGNITUDE})\b)?
    (?:\s?(?P<percent>%|per\s?cent\b|pct\b)|[\s-](?P<currency>euros?|dollars?|pounds?|yen|won|yuan|rupees?)\b)?
    (?![^\W\d_])""",
    re.VERBOSE | re.IGNORECASE,
)
_SCALE = {"t": 12, "b": 9, "m": 6, "k": 3}
_SIGNS = {"us$": "$", "dollar": "$", "euro": "€", "pound": "£", "yen": "¥", "won": "₩", "rupee": "₹", "yuan": "¥"}
_RANGE = re.compile(r"\s*(?:-|–|—|to|and)\s*", re.IGNORECASE)


_UNITS = "one two three four five six seven eight nine"
_TEENS = "ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen"
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_DIGITS = {word: value for value, word in enumerate(f"{_UNITS} {_TEENS}".split(), 1)}
_DIGITS |= {word: 10 * value for value, word in enumerate(_TENS.split(), 2)}
# "twenty-two billion", "four hundred thousand": words count where a magnitude follows.
_SPELT = re.compile(
    rf"\b({'|'.join(_DIGITS)})(?:[- ]({_UNITS.replace(' ', '|')}))?(\shundred)?"
    r"(?=[\s-](?:thousand|million|billion|trillion)\b)",
    re.IGNORECASE,
)


def _in_digits(match: re.Match[str]) -> str:
    value = _DIGITS[match[1].lower()] + _DIGITS.get((match[2] or "").lower(), 0)
    return str(value * 100 if match[3] else value)


def figures(text: str) -> list[Figure]:
    """The amounts in a text, in order, in digits or words. Both ends of "34-37 billion" are billions."""
    found: list[Figure] = []
    end = -1
    if "illion" in text or "thousand" in text:
        text = _SPELT.sub(_in_digits, text)
    for match in _FIGURE.finditer(text):
        scale = (match["magnitude"] or "").lower()
        power = 3 if scale == "thousand" else _SCALE.get(scale[:1], 0)
        written = match["value"].replace(",", "")
        unit = "%" if match["percent"] else (match["sign"] or match["currency"] or "").lower().removesuffix("s")
        unit = _SIGNS.get(unit, unit)
        digits = len(written.replace(".", "").lstrip("0"))
        if "." not in written:
            digits = len(written.strip("0"))
        figure = Figure(unit, float(written) * 10**power, digits, " ".join(match[0].split()))
        if found and _RANGE.fullmatch(text, end, match.start()) and not found[-1].unit and (unit or power):
            first = found[-1]
            scaled = first.value * 10**power if first.value < 1000 else first.value
            found[-1] = Figure(unit, scaled, first.digits, first.shown)
        found.append(figure)
        end = match.end()
    return found


def _tells(figure: Figure) -> bool:
    """Whether the amount says something: not a day, a year, or a number that everything comes in."""
    return bool(figure.unit) or not (figure.value < 13 or (1900 <= figure.value <= 2100 and figure.digits == 4))


# ---------------------------------------------------------------- developments

_DEVELOPMENTS = {
    "raised": "raise raises raised sweeten sweetens sweetened hike hikes hiked",
    "rejected": "reject rejects rejected rejection rebuff rebuffs rebuffed spurn spurns spurned",
    "approved": "approve approves approved approval clear clears cleared clearance",
    "closed": "complete completes completed completion finalise finalises finalised finalize finalizes finalized",
    "sued": "sue sues sued suing lawsuit lawsuits",
    "recalled": "recall recalls recalled",
    "withdrawn": "retract retracts retracted withdraw withdraws withdrew withdrawn scrap scraps scrapped abandon"
    " abandons abandoned cancel cancels cancelled canceled",
    "corrected": "correct corrects corrected correction",
    "denied": "deny denies denied denial",
    "settled": "settle settles settled settlement",
    "appealed": "appeal appeals appealed",
    "blocked": "block blocks blocked",
    "delayed": "delay delays delayed postpone postpones postponed",
    "resigned": "resign resigns resigned resignation quit quits",
    "restored": "restore restores restored resume resumes resumed",
}
_DEVELOPMENT = {form: name for name, forms in _DEVELOPMENTS.items() for form in forms.split()}


def developments(words: Iterable[str]) -> frozenset[str]:
    """What turns an affair into another one: a bid that is raised, a plan that is approved, a suit."""
    return frozenset(_DEVELOPMENT[word] for word in map(str.casefold, words) if word in _DEVELOPMENT)


# ---------------------------------------------------------------- an article


def read(title: str, text: str, firms: Callable[[str], Iterable[str]] = lambda _: ()) -> Reading:
    """What an article tells of; `firms` finds these in a text. Looks at a bounded part of whatever it is given."""
    title, text = title[:TITLE], text[:TEXT]
    found = list(islice(_WORD.finditer(text), 2 * LEAD))
    lead = text[: found[LEAD].start()] if len(found) > LEAD else text
    named = Counter(firms(lead))
    titled = Counter(firms(title))
    of_title, of_lead = figures(title), figures(lead)
    for firm, count in titled.items():
        named[firm] += IN_TITLE * count
    names = (_names(title, text, found) - _COMMON) | {stem(word) for firm in named for word in _WORD.findall(firm)}
    terms = [
        *_word_terms(title, found, names),
        *_figure_terms(of_title, of_lead),
        *(Term(f"@{firm}", Kind.FIRM, count, firm in titled, firm) for firm, count in named.items()),
    ]
    most = max(named.values(), default=0)
    told = Told(
        figures=tuple(filter(_tells, of_title))[:FIGURES],
        developments=developments(_WORD.findall(title)),
        all_figures=tuple(filter(_tells, of_title + of_lead))[:FIGURES],
        all_developments=developments([*_WORD.findall(title), *(match[0] for match in found[:LEAD])]),
        subjects=frozenset(titled) | {firm for firm, count in named.items() if count == most},
        firms=frozenset(named),
    )
    return Reading(tuple(terms), told)


def news(told: Told, before: Sequence[Told]) -> str:
    """What a headline says that contradicts, or goes beyond, what was told of the event before; "" for nothing.

    An amount contradicts one of the same unit in an earlier headline, unless either article has the other's, too.
    """
    known = [figure for each in before for figure in each.all_figures]
    for figure in told.figures:
        rivals = [other for each in before for other in each.figures if figure.unit and other.unit == figure.unit]
        same = any(figure.agrees(other) for other in known)
        kept = any(rival.agrees(other) for rival in rivals for other in told.all_figures)
        if rivals and not same and not kept:
            return f"{figure.shown} instead of {rivals[0].shown}"
    fresh = told.developments - frozenset().union(*(each.all_developments for each in before))
    return ", ".join(sorted(fresh))


def _names(title: str, text: str, found: Sequence[re.Match[str]]) -> set[str]:
    """Words that are written with a capital within a sentence, or begin several, and never without one."""
    within: set[str] = set()
    small: set[str] = set()
    beginning = Counter([stem(first[0])] if (first := _WORD.search(title)) else [])
    for match in found:
        word = match[0]
        if word[0].islower():
            small.add(word)
        elif word[0].isupper():
            if _is_within(text, match.start()):
                within.add(stem(word))
            else:
                beginning[stem(word)] += 1
    return (within | {word for word, count in beginning.items() if count > 1}) - set(map(stem, small))


def _is_within(text: str, start: int) -> bool:
    """Whether no sentence begins here. Mostly a word and a space come before, which is told at once."""
    if start > 1 and text[start - 1] == " " and text[start - 2].isalpha():
        return True
    return start > 0 and not _SENTENCE_END.search(text, max(0, start - 4), start)


def _word_terms(title: str, found: Sequence[re.Match[str]], names: Set[str]) -> list[Term]:
    counts: Counter[str] = Counter()
    shown: dict[str, str] = {}
    for match in found[:LEAD]:
        for term, written in _keys(match[0]):
            counts[term] += 1
            shown.setdefault(term, written)
    in_title = dict(pair for word in _WORD.findall(title) for pair in _keys(word))
    for term, written in in_title.items():
        counts[term] += IN_TITLE
        shown.setdefault(term, written)
    name, common, word = Kind.NAME, Kind.COMMON, Kind.WORD
    return [
        Term(term, name if term in names else common if term in _COMMON else word, count, term in in_title, shown[term])
        for term, count in counts.items()
    ]


@lru_cache(16384)
def _keys(word: str) -> tuple[tuple[str, str], ...]:
    """The terms of a word, with how they are written; none for one that says nothing."""
    if _UNSPACED.search(word):
        parts = [word[place : place + 2] for place in range(max(1, len(word) - 1))]
    elif word[0].isdigit() or word.casefold().removesuffix("'s") in vocabulary.SMALL:
        parts = []
    else:
        parts = [word]
    return tuple((stem(part), part) for part in parts)


def _figure_terms(of_title: list[Figure], of_lead: list[Figure]) -> list[Term]:
    counts: Counter[str] = Counter()
    kinds: dict[str, Kind] = {}
    shown: dict[str, str] = {}
    titled = set()
    for by, listed in ((IN_TITLE, of_title), (1, of_lead)):
        for figure in listed:
            if _tells(figure):
                sign = "%" if figure.unit == "%" else "#"
                kind = _kind(figure)
                for key in {f"{sign}{figure.value:.1e}", f"{sign}{figure.value:.2e}"}:
                    kinds[key] = kind
                    counts[key] += by
                    shown.setdefault(key, figure.shown)
                    if by == IN_TITLE:
                        titled.add(key)
    return [Term(key, kinds[key], count, key in titled, shown[key]) for key, count in counts.items()]


def _kind(figure: Figure) -> Kind:
    """An amount of thousands or more that is no round one hardly comes twice by chance; 20% and 300 do each day."""
    return Kind.FIGURE if figure.value >= 1000 and figure.digits >= 2 else Kind.NUMBER
