"""Which firms a text speaks of, at a glance: by name, ticker, leader or product, without weighing the evidence.

For what only compares articles with each other. Whether a watch fires is decided by `companies`, with more care.
"""

import re
from collections import defaultdict
from collections.abc import Callable

from monitor.rules.directory import Directory
from monitor.rules.lexicon import AMBIGUOUS_SYMBOLS

_WORD = re.compile(r"[^\W_]+")

Names = dict[str, list[tuple[tuple[str, ...], str]]]


def spotter(directory: Directory) -> Callable[[str], list[str]]:
    """A function that gives the firms of the directory that a text speaks of, in order and with repeats."""
    names: Names = defaultdict(list)
    symbols: dict[str, str] = {}
    for firm in directory.firms:
        written = (*firm.names, *firm.people, *firm.products)
        for name in dict.fromkeys(written):
            phrase = tuple(_WORD.findall(name.lower()))
            if any(map(_is_word, phrase)) and not any(known == phrase for known, _ in names[phrase[0]]):
                names[phrase[0]].append((phrase, firm.name))
        for ticker in firm.tickers:
            symbol = ticker.rpartition(":")[2]
            if len(symbol) > 2 and _is_word(symbol) and symbol not in AMBIGUOUS_SYMBOLS:
                symbols.setdefault(symbol, firm.name)
    for listed in names.values():
        listed.sort(key=lambda item: -len(item[0]))
    return lambda text: _spot(text, names, symbols)


def _is_word(written: str) -> bool:
    """Whether it is more than a number: 0100 is a ticker in Hong Kong and 1&1 a firm, but 100 and 1.1 are amounts."""
    return not written.isdigit()


def _spot(text: str, names: Names, symbols: dict[str, str]) -> list[str]:
    words = _WORD.findall(text)
    lower = [word.lower() for word in words]
    found: list[str] = []
    place = 0
    while place < len(words):
        length = 1
        for phrase, firm in names.get(lower[place], ()) if not words[place].islower() else ():
            if tuple(lower[place : place + len(phrase)]) == phrase:
                found.append(firm)
                length = len(phrase)
                break
        else:
            if words[place] in symbols:
                found.append(symbols[words[place]])
        place += length
    return found
