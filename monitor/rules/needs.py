"""What a line must hold for a term to stand in it, and which of its words is the rarest."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from monitor.rules import tickers
from monitor.rules.companies import Company
from monitor.rules.language import And, Mention, Near, Node, Or, Phrase, Within, leaves
from monitor.rules.lexicon import GIVEN_NAMES, SMALL_WORDS, TIMES, TITLES
from monitor.rules.names import Name
from monitor.rules.people import Person
from monitor.rules.tickers import Ticker
from monitor.rules.tokens import parts
from monitor.rules.topics import OTHERS, Topic, Unit
from monitor.rules.usage import BELONGINGS, CUES_NEAR, DEEDS, INFINITIVES

Term = Name | Ticker | Company | Person | Topic
# Words that stand in a tenth of all lines or so; of others nothing is known but that longer ones are rarer.
_COMMON = BELONGINGS | CUES_NEAR | DEEDS | GIVEN_NAMES | INFINITIVES | TIMES | TITLES
# "&" and "and" are one word, but only one of them is made of letters.
_ANY_FORM = "and"


@dataclass(frozen=True, slots=True)
class Need:
    """What a line must hold for a term to stand in it: all of `words`, and of each of `choices` at least one.

    `run`: the words must follow one another. `symbol` must stand there as it is written. `within`: no more than so many
    fragments lie between the first of each choice, but for tokens of several ("AT&T"); 0: anywhere in the line.
    """

    words: tuple[str, ...] = ()
    choices: tuple[frozenset[str], ...] = ()
    prefix: str = ""
    run: bool = False
    symbol: str = ""
    within: int = 0


Needs = Sequence[Need] | None  # None: it may hold where no word of it stands


class Rarity:
    """Which of several words is the rarest: by how often each stands in the archive, and what is known of English."""

    def __init__(self, frequencies: Mapping[str, int] | None = None) -> None:
        self._frequencies = frequencies or {}

    def cost(self, word: str) -> float:
        """About how many lines hold the word."""
        known = self._frequencies.get(word)
        return (1000 if word in SMALL_WORDS else 10 if word in _COMMON else 1 / len(word)) if known is None else known

    def of(self, need: Need) -> float:
        return min(self._costs(need), default=1e9)

    def anchor(self, need: Need) -> frozenset[str]:
        """The words of which one stands wherever the term stands; empty where only a prefix is known."""
        if not need.words and not need.choices:
            return frozenset()
        index = min(range(len(need.words) + len(need.choices)), key=self._costs(need).__getitem__)
        count = len(need.words)
        return frozenset((need.words[index],)) if index < count else need.choices[index - count]

    def _costs(self, need: Need) -> list[float]:
        return [self.cost(word) for word in need.words] + [sum(map(self.cost, choice)) for choice in need.choices]


# ---------------------------------------------------------------- what terms need


def needs(term: Term) -> list[Need]:
    """The ways in which a term can stand in a line: it does not stand where no need is met."""
    match term:
        case Name(_, symbols, companies):
            return [need for symbol in symbols for need in needs(symbol)] + [
                need for each in companies for need in needs(each)
            ]
        case Ticker(_, symbol):
            base, _, share = symbol.partition(".")
            if share:  # "BRK.B", or the RIC "BRKb"
                return [_need((base, share)), _need((base + share,))]
            need = _need((), (frozenset(tickers.spellings(term)),))
            return [replace(need, symbol="" if base.isdigit() else base)]
        case Company(_, words):
            return [replace(_need(words), run=_ANY_FORM not in words)]
        case Person(_, given, _, surname):
            first = {*parts(given[0])[:1], "".join(given)} if given else set()
            return [_need(surname, (frozenset(first),) if first else ())]
        case Topic(_, variants):
            return [_of_units(variant) for variant in variants]


def spots(term: Term) -> list[Need]:
    """The lines that matter once the term may hold: for a person also those with the surname alone."""
    match term:
        case Person(_, _, _, surname):
            return [_need(surname)]
        case Name(_, _, _, support):
            return [*needs(term), *(need for part in support for need in spots(part))]
        case _:
            return needs(term)


def _of_units(variant: Sequence[Unit]) -> Need:
    heads = tuple(unit.heads for unit in variant)
    if any(_ANY_FORM in each for each in heads):
        return _need((), heads)
    lengths = [max(len(parts("".join(f"{word} " for word in form))) for form in unit.forms) for unit in variant]
    return Need(choices=heads, within=OTHERS + sum(lengths) - min(lengths) if len(heads) > 1 else 0)


def _need(words: Iterable[str], choices: Iterable[frozenset[str]] = (), prefix: str = "") -> Need:
    found = dict.fromkeys(part for word in words for part in parts(word) if word != _ANY_FORM)
    made = [choice for choice in choices if _ANY_FORM not in choice]
    single = [word for choice in made if len(choice) == 1 for word in choice]
    return Need((*found, *single), tuple(choice for choice in made if len(choice) > 1), prefix)


def of_query(node: Node, terms: Mapping[Mention, Term], rarity: Rarity) -> Needs:
    """Of what a query needs the rarest: it does not hold where none of them is met."""
    found: Needs = None
    match node:
        case Phrase():
            found = [_of_phrase(node)]
        case Mention():
            found = needs(terms[node]) if node in terms else []
        case Within(_, item):
            found = of_query(item, terms, rarity)
        case Near(left, right):
            found = of_query(And((left, right)), terms, rarity)
        case And(items):
            known = [each for item in items if (each := of_query(item, terms, rarity)) is not None]
            found = min(known, key=lambda each: sum(map(rarity.of, each)), default=None)
        case Or(items):
            either = [of_query(item, terms, rarity) for item in items]
            found = None if None in either else [need for some in either for need in some or ()]
        case _:
            pass
    return found


def spots_of_query(query: Node, terms: Mapping[Mention, Term]) -> Iterator[Need]:
    """The lines that matter for any part of a query, `NOT` included."""
    for node in leaves(query):
        if isinstance(node, Phrase):
            yield _of_phrase(node)
        elif isinstance(node, Mention) and node in terms:
            yield from spots(terms[node])


def _of_phrase(phrase: Phrase) -> Need:
    whole = _need(word.text for word in phrase.words if not word.prefix)
    begun = [parts(word.text) for word in phrase.words if word.prefix]
    words = (*whole.words, *(part for each in begun for part in each[:-1]))
    run = not phrase.slop and not begun and _ANY_FORM not in words and len(words) == len(phrase.words)
    return Need(words, run=run) if words else Need(prefix=begun[0][0] if begun else "")


def of_exclusion(head: Sequence[str], tails: Sequence[str]) -> Need:
    """The lines that matter for an excluded phrase."""
    return _need(head, [frozenset(part for tail in tails for part in parts(tail)[:1])])
