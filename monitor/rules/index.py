"""Which rules may hold on a document, from the words of its lines alone.

Every term that a rule needs stands within one line. So each is filed under its rarest word, with the others that must
stand in the same line; a document then costs one look-up a word, however many rules there are. Nothing that a rule
could match is lost: only what cannot hold is left out. Rules that may hold without any word (a regular expression,
`NOT`, `source:`) are always tried, and counted.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from monitor.model import Document
from monitor.rules.lines import Line
from monitor.rules.needs import Needs, Rarity
from monitor.rules.tokens import fold, fragments

# Rule, other words, choices; a run of words or "", a symbol or "", and what lies within how many fragments.
_Entry = tuple[int, tuple[str, ...], tuple[frozenset[str], ...], str, str, int, tuple[frozenset[str], ...]]
Filed = tuple[frozenset[str], str, _Entry]
# A token may go on after each of these, so that it is of one fragment more.
_JOINT = re.compile(r"(?<=\w)[^\w\s](?=\w)")


@dataclass(slots=True)
class Index:
    """Rule numbers, filed under words and under beginnings of words; `always` are those that need no word."""

    rarity: Rarity = field(default_factory=Rarity)
    words: dict[str, list[_Entry]] = field(default_factory=dict)
    prefixes: dict[int, dict[str, list[_Entry]]] = field(default_factory=dict)
    always: list[int] = field(default_factory=list)

    def file(self, number: int, found: Needs) -> None:
        """File a rule under what it needs."""
        self.add(number, self.filed(number, found))

    def add(self, number: int, filed: Iterable[Filed] | None) -> None:
        """File a rule as `filed` has worked out."""
        if filed is None:
            self.always.append(number)
            return
        for anchor, prefix, entry in filed:
            if not anchor:
                self.prefixes.setdefault(len(prefix), {}).setdefault(prefix, []).append(entry)
            for word in anchor:
                self.words.setdefault(word, []).append(entry)

    def filed(self, number: int, needed: Needs) -> list[Filed] | None:
        """Under which words, or which beginning of one, to file what of a rule; None: it is always to be tried."""
        if needed is None or any(not (need.words or need.choices or need.prefix) for need in needed):
            return None
        found = []
        for need in needed:
            anchor = self.rarity.anchor(need)
            rest = tuple(word for word in need.words if word not in anchor)
            choices = tuple(choice for choice in need.choices if choice is not anchor)
            run = f" {' '.join(need.words)} " if need.run and rest else ""
            units = need.choices if need.within else ()
            entry = number, rest, choices, run, need.symbol, need.within, units
            found.append((anchor, need.prefix, entry))
        return found

    def candidates(self, document: Document, lines: Sequence[Line]) -> set[int]:
        """The numbers of the rules that may hold on these lines."""
        found = set(self.always)
        for line, entries in self._filed(lines):
            found.update(_met(entries, document, line))
        return found

    def meeting(self, document: Document, lines: Sequence[Line]) -> list[Line]:
        """Those lines that hold what one of the rules needs."""
        if self.always:
            return list(lines)
        found = []
        for line, entries in self._filed(lines):
            if any(True for _ in _met(entries, document, line)):
                found.append(line)
        return found

    def _filed(self, lines: Sequence[Line]) -> Iterator[tuple[Line, list[_Entry]]]:
        """The lines that hold a word under which something is filed, with that."""
        words = self.words
        present = set[str]().union(*[line.words for line in lines])
        hits = words.keys() & present
        begun = {
            length: found
            for length, beginnings in self.prefixes.items()
            if (found := beginnings.keys() & {word[:length] for word in present})
        }
        for line in lines:
            entries = [entry for word in hits.intersection(line.words) for entry in words[word]] if hits else []
            for length, found in begun.items():
                for beginning in found.intersection(word[:length] for word in line.words):
                    entries += self.prefixes[length][beginning]
            if entries:
                yield line, entries


def _met(entries: Iterable[_Entry], document: Document, line: Line) -> Iterator[int]:
    """The rules of those entries of which all else stands in the line as well."""
    present = set(line.words)
    seen: _Seen | None = None
    for entry in entries:  # without a call for each: at many rules this is where the time goes
        number, rest, choices, run, symbol, within, _ = entry
        if rest and not present.issuperset(rest):
            continue
        if choices and any(map(present.isdisjoint, choices)):
            continue
        if run or symbol or within:
            seen = seen or _Seen(document, line, present)
            if not seen.meets(entry):
                continue
        yield number


class _Seen:
    """A line being asked for many entries: what several of them need is worked out once."""

    def __init__(self, document: Document, line: Line, present: set[str]) -> None:
        self._document = document
        self._line = line
        self._present = present

    def meets(self, entry: _Entry) -> bool:
        """Whether words that all stand in the line do so as the entry asks."""
        _, _, _, run, symbol, within, units = entry
        if run and self._line.plain:
            return run in self._text
        if symbol:
            return symbol in self._raw or not self._raw.isascii()
        return not within or not self._line.plain or self._are_near(units, within + self._joints)

    @cached_property
    def _text(self) -> str:
        return f" {' '.join(self._line.words)} "

    @cached_property
    def _raw(self) -> str:
        raw: str = getattr(self._document, self._line.field)
        return raw[self._line.start : self._line.end]

    @cached_property
    def _joints(self) -> int:
        return len(_JOINT.findall(self._raw))

    @cached_property
    def _places(self) -> dict[str, list[int]]:
        places: dict[str, list[int]] = {}
        for place, word in enumerate(self._line.words):
            places.setdefault(word, []).append(place)
        return places

    def _are_near(self, units: tuple[frozenset[str], ...], within: int) -> bool:
        """Whether one word of each unit stands within so many of each other."""
        marked = sorted(
            (place, number)
            for number, unit in enumerate(units)
            for word in unit & self._present
            for place in self._places[word]
        )
        latest = [-within - 1] * len(units)
        for place, number in marked:
            latest[number] = place
            if place - min(latest) <= within:
                return True
        return False


def frequencies(texts: Iterable[str]) -> Counter[str]:
    """In how many lines of these texts each word stands."""
    counter: Counter[str] = Counter()
    for text in texts:
        for line in text.split("\n"):
            counter.update(set(fragments(fold(line)[0])))
    return counter
