"""A document as its lines, with the words in each: the cheap first look, before anything is tokenised.

Every line break ends a paragraph, and no term reaches across one. So a rule can hold only through lines that have
certain words, and lines without any word that a rule asks about need not be read for it.
"""

from bisect import bisect_left
from itertools import accumulate
from typing import NamedTuple

from monitor.model import Document
from monitor.rules.tokens import fold, fragments, joints, plain, tokenise
from monitor.sentences import LINE_BREAKS

_BREAKS = dict.fromkeys(map(ord, LINE_BREAKS), "\n")


class Line(NamedTuple):
    """One line of a field: `start:end` are raw offsets, `words` its fragments in order.

    Where tokens are written apart ("U.S."), `words` goes on with these, and is not `plain`.
    """

    field: str
    start: int
    end: int
    words: list[str]
    plain: bool


def lines(document: Document) -> list[Line]:
    """All lines of title, text and related that hold a letter or digit, in this order."""
    found = _lines("title", document.title) + _lines("text", document.text)
    return found + _lines("related", document.related) if document.related else found


def _lines(field: str, raw: str) -> list[Line]:
    folded, offsets = fold(raw)
    if folded.isascii() and offsets is None:
        found = [(len(line), line.split()) for line in plain(folded).split("\n")]
    else:
        found = [(len(line), fragments(fold(line)[0])) for line in raw.translate(_BREAKS).split("\n")]
    ends = [end - 1 for end in accumulate(length + 1 for length, _ in found)]
    # Folding may have moved the places, so that every line is looked at.
    apart = {bisect_left(ends, place) for place in joints(folded)} if offsets is None else range(len(ends))
    for number in apart:
        length, words = found[number]
        line = raw[ends[number] - length : ends[number]]
        words += [word for token in tokenise(line) for word in token[:2]]
    return [
        Line(field, end - length, end, words, number not in apart)
        for number, (end, (length, words)) in enumerate(zip(ends, found, strict=True))
        if words
    ]
