"""Companies the monitor knows: their tickers, names, people and products, and the phrases that only look like them.

    built_in() → Directory               the hand-written .ini files beside this one
    directory.extended(firms)            with more, as the SEC's list that `monitor companies update` keeps
    directory.of_ticker("NASDAQ:NVDA"), .of_name("Nvidia Corp"), .search("nvid")

Every section of a file is a firm; lists are separated by commas:

    tickers     venue and symbol of each listing; none for a private firm
    names       the legal name, aliases and former names, which mean only this firm
    units       parts of the firm under a name of their own; who watches one of these does not watch the firm
    ambiguous   those of its names that also mean something else, so that an article must support them
    people      who leads it; products: what tells that an article is about it (neither is evidence by itself)
    not         phrases that hold the name and mean something else ("apple pie", "h&r block")
"""

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache
from importlib import resources
from typing import Any

from monitor.rules import tickers
from monitor.rules.article import Article, Firms
from monitor.rules.lexicon import HIDING, LEGAL_SUFFIXES, WEAK_SUFFIXES, without_endings
from monitor.rules.tickers import Ticker, TickerError
from monitor.rules.tokens import parts, words

Phrase = tuple[str, ...]
# As configparser reads the files, in a tenth of its time, which every command that knows firms would pay.
_SECTION = re.compile(r"^\[(.+)\]\n((?:(?!\[).*\n?)*)", re.MULTILINE)
_OPTION = re.compile(r"^(\w+) = (.*(?:\n[ \t]+.*)*)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Firm:
    """A company. `name` is what people call it, and the first of `names`; `units` and `ambiguous` are among these."""

    name: str
    tickers: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    units: tuple[str, ...] = ()
    ambiguous: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    products: tuple[str, ...] = ()
    hiding: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, eq=False)
class Directory:
    """Firms, looked up by ticker and by name; where two share a name, the one that was there first has it.

    `longer` maps each word to the phrases of two or more words that hold it, and that mean one firm or none.
    """

    firms: tuple[Firm, ...]
    _symbols: dict[str, list[tuple[frozenset[str], Firm]]] = field(default_factory=dict, repr=False)
    _names: dict[Phrase, Firm] = field(default_factory=dict, repr=False)
    longer: dict[str, list[Phrase]] = field(default_factory=dict, repr=False)
    _certain: dict[str, list[Phrase]] = field(default_factory=dict, repr=False)
    _plain: dict[str, list[tuple[Phrase, str]]] = field(default_factory=dict, repr=False)
    # What rules work out of a firm, by its name; it goes with the directory.
    worked_out: dict[str, Any] = field(default_factory=dict, repr=False)

    def __post_init__(self) -> None:
        for firm in self.firms:
            for ticker in listings(firm):
                self._symbols.setdefault(ticker.symbol, []).append((ticker.families, firm))
            for name in firm.names:
                self._names.setdefault(key(name), firm)
                if len(key(name)) > 2 and key(name)[-1] in WEAK_SUFFIXES:
                    self._names.setdefault(key(name)[:-1], firm)
                if name not in firm.ambiguous:
                    phrase = key(name)
                    self._certain.setdefault(phrase[0], []).append(phrase)
                    plain = tuple(part for word in phrase for part in parts(word))
                    self._plain.setdefault(plain[0], []).append((plain, firm.name))
        phrases = set(self._names) | HIDING | {stems(phrase) for firm in self.firms for phrase in firm.hiding}
        for phrase in sorted(phrases | {_spaced(phrase) for phrase in phrases}):
            if len(phrase) > 1:
                for word in dict.fromkeys(phrase):
                    self.longer.setdefault(word, []).append(phrase)

    def of_ticker(self, ticker: Ticker) -> Firm | None:
        """The firm that trades under the symbol; without a venue only where the symbol means one firm."""
        firms = {id(firm): firm for firm in self._trading(ticker)}
        return next(iter(firms.values())) if len(firms) == 1 else None

    def _trading(self, ticker: Ticker) -> list[Firm]:
        return [
            firm
            for families, firm in self._symbols.get(ticker.symbol, ())
            if not (families and ticker.families) or families & ticker.families
        ]

    def of_name(self, written: str) -> Firm | None:
        """The firm of this name, its legal form aside."""
        return self._names.get(key(written))

    def owner(self, phrase: Phrase) -> Firm | None:
        """The firm whose name, folded, these words are."""
        return self._names.get(phrase)

    def named(self, article: Article) -> Firms:
        """Where the article names firms for sure."""
        found: dict[int, int] = {}
        for word in self._certain.keys() & article.places.keys():
            for phrase in self._certain[word]:
                for first, last in article.phrase(phrase):
                    if article.tokens[first].cased[0].isupper() and last > found.get(first, 0):
                        found[first] = last
        return Firms(found, {last: first for first, last in found.items()})

    def firms_in(self, lines: Sequence[Sequence[str]]) -> frozenset[str]:
        """The firms that are named for sure in any of these lines, each given as the fragments of its words."""
        hits = self._plain.keys() & set[str]().union(*lines)
        return frozenset(
            firm
            for line in lines
            if not hits.isdisjoint(line)
            for place, word in enumerate(line)
            if word in hits
            for phrase, firm in self._plain[word]
            if phrase == tuple(line[place : place + len(phrase)])
        )

    def search(self, text: str) -> tuple[Firm, ...]:
        """Firms with this ticker or name, else those with a name that begins with `text`, else those that hold it."""
        exact = [self.of_name(text)]
        with suppress(TickerError):
            exact += self._trading(tickers.parse(text.strip().upper()))
        found = {id(firm): firm for firm in exact if firm}
        if found:
            return tuple(found.values())
        wanted = " ".join(_folded(text))
        named = [(" ".join(_folded(name)), firm) for firm in self.firms for name in firm.names] if wanted else []
        starting = {id(firm): firm for name, firm in named if name.startswith(wanted)}
        return tuple((starting or {id(firm): firm for name, firm in named if wanted in name}).values())

    def extended(self, firms: Iterable[Firm]) -> "Directory":
        """This directory with those firms that none of its tickers and names knows already."""
        new = tuple(firm for firm in firms if not self._knows(firm))
        return Directory(self.firms + new) if new else self

    def _knows(self, firm: Firm) -> bool:
        return self.of_name(firm.name) is not None or any(self.of_ticker(ticker) for ticker in listings(firm))


def key(written: str) -> Phrase:
    """A name's words, folded, without the article and the legal form: "The Boeing Co." → ("boeing",)."""
    found = _folded(written)
    if len(found) > 1 and found[0] == "the":
        found = found[1:]
    return without_endings(found, LEGAL_SUFFIXES)


def _spaced(phrase: Phrase) -> Phrase:
    """ "H&R Block" as "H & R Block"."""
    return tuple(part for word in phrase for part in word.replace("&", " and ").split())


def stems(phrase: str) -> Phrase:
    """The words of a phrase, folded, without possessives."""
    return tuple(token.stem for token in words(phrase))


def _folded(text: str) -> Phrase:
    if text.isascii() and text.replace(" ", "").isalnum():
        return tuple(text.lower().split())
    return tuple(token.word for token in words(text))


def listings(firm: Firm) -> Iterable[Ticker]:
    for written in firm.tickers:
        try:
            yield tickers.parse(written)
        except TickerError:  # a list from elsewhere may hold symbols that no watch can name
            continue


@cache
def built_in() -> Directory:
    """The directory in the package."""
    files = sorted(file.name for file in resources.files(__name__).iterdir() if file.name.endswith(".ini"))
    return Directory(
        tuple(firm for name in files for firm in read(resources.files(__name__).joinpath(name).read_text("utf-8")))
    )


def read(text: str) -> list[Firm]:
    """The firms of a file."""
    firms = []
    for name, section in _SECTION.findall(text):
        lists = {
            option: tuple(item for each in value.split(",") if (item := " ".join(each.split())))
            for option, value in _OPTION.findall(section)
        }
        more = (*lists.pop("names", ()), *lists.get("units", ()), *lists.get("ambiguous", ()))
        names = tuple(dict.fromkeys((name, *more)))
        firms.append(Firm(name, names=names, hiding=lists.pop("not", ()), **lists))
    return firms
