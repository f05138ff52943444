"""Text → tokens whose words compare equal however they are written, with the raw offsets they came from.

`fold` makes forms equal: NFKC, no accents, no zero-width characters, plain quotes and hyphens. A token is a run of
letters and digits with what belongs to it inside ("AT&T", "Nvidia's", "U.S.", "100,000", "C++"). Scripts written
without spaces give one token per character, so that a term in them is found anywhere.
"""

import html
import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

from monitor.sentences import LINE_BREAKS

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_LETTERS = rf"[^\W_{_UNSPACED}]"
# Each branch consumes what it looked at, so that no text makes the scan quadratic.
_TOKEN = re.compile(
    r"([a-zA-Z]{2,}(?=[ ,]|$)"  # most tokens, found at once
    rf"|[{_UNSPACED}]|(?<=\s)&(?=\s)"
    rf"|\d+(?:[.,]\d+)*{_LETTERS}*"
    rf"|[^\W\d_{_UNSPACED}](?:\.[^\W\d_{_UNSPACED}])+(?!{_LETTERS})"
    rf"|{_LETTERS}+(?:[&']{_LETTERS}+)*[+#]*)"
)
_FRAGMENT = re.compile(rf"[{_UNSPACED}]|{_LETTERS}+")
_ENTITY = re.compile(r"&(?:#\d{1,6}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z]{2,8}\d{0,2});")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
# Two, since a pattern that begins with one certain character is found ten times as fast.
_JOINTS = re.compile(rf"\.[^\W\d_](?!{_LETTERS})"), re.compile(r",\d{3}")
_PLAIN_ASCII = "".join(
    character if character.isalnum() else "\n" if character in LINE_BREAKS else " "
    for character in map(chr, range(128))
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        "…": ".",
        **dict(zip("øØłŁđĐı", "oOlLdDi", strict=True)),
        "æ": "ae",
        "Æ": "Ae",
        "œ": "oe",
        "Œ": "Oe",
    }
)


class Token(NamedTuple):
    """One token of a text.

    `word` is folded without case, `stem` the same without a possessive or a trailing "+", `cased` is the stem with
    its case. `start:end` are raw offsets. `gap` is the folded text between the previous token and this one; the
    "$" of a cashtag ends it and is part of `start:end`.
    """

    word: str
    stem: str
    cased: str
    start: int
    end: int
    gap: str


def tokenise(text: str, base: int = 0) -> list[Token]:
    """The tokens of `text`, in order, with offsets that count from `base`."""
    folded, offsets = fold(text)
    # Gap, token, gap, token … gap: one call finds all tokens and where they stand.
    pieces = _TOKEN.split(folded)
    ends = list(accumulate(map(len, pieces), initial=0 if offsets else base))
    gaps, cased, starts, ends = pieces[:-1:2], pieces[1::2], ends[1:-1:2], ends[2:-1:2]
    words = list(map(str.casefold, cased))
    stems = words.copy()
    for index in [place for place, written in enumerate(cased) if not written.isalnum()]:
        whole, cased[index] = _inner(cased[index])
        words[index], stems[index] = whole.casefold(), cased[index].casefold()
    if "$" in folded:
        for index, gap in enumerate(gaps):
            if gap[-1:] == "$" and _is_cashtag(gap, cased[index], first=index == 0 and len(gap) == 1):
                starts[index] -= 1
    if offsets is not None:
        places = [_raw(text, offsets, start, end) for start, end in zip(starts, ends, strict=True)]
        starts, ends = [base + start for start, _ in places], [base + end for _, end in places]
    return [_new_tuple(Token, each) for each in zip(words, stems, cased, starts, ends, gaps, strict=True)]


# Token._make without its check of the length: a third of the time of all this.
_new_tuple = tuple.__new__


def _is_cashtag(gap: str, written: str, *, first: bool) -> bool:
    """ "$NVDA" is a cashtag; "US$4", "A$AP" and "$$$" are not."""
    return written[0].isalpha() and (first or len(gap) > 1) and gap[-2:-1] != "$"


@lru_cache(maxsize=2048)
def words(term: str) -> tuple[Token, ...]:
    """The tokens of a term a user wrote; empty where it holds no letter or digit."""
    return tuple(tokenise(term.replace("\n", " ")))


def fold(text: str) -> tuple[str, Sequence[int] | None]:
    """`text` with equal forms made equal, and the raw offset of each of its characters (None: they are the same)."""
    text = text.replace("`", "'")
    if "&" in text and _ENTITY.search(text):
        return _folded_apart(text)
    if text.isascii():
        return text, None
    table = {character: _fold_character(character) for character in set(_NOT_ASCII.findall(text))}
    if all(len(folded) == 1 for folded in table.values()):
        if len(table) > 12 or not all(map(str.isascii, table.values())):
            return text.translate({ord(key): value for key, value in table.items()}), None
        for character, folded in table.items():
            text = text.replace(character, folded)  # a tenth of the time of translate
        return text, None
    return _folded_apart(text)


def _folded_apart(text: str) -> tuple[str, Sequence[int]]:
    """`text` folded character by character, HTML entities as those they stand for ("AT&amp;T"), with raw offsets."""
    pieces = []
    offsets: list[int] = []
    entities = {found.start(): found for found in _ENTITY.finditer(text)}
    offset = 0
    while offset < len(text):
        entity = entities.get(offset)
        written = html.unescape(entity[0]) if entity else text[offset]
        folded = "".join(each if each.isascii() else _fold_character(each) for each in written)
        pieces.append(folded)
        offsets.extend([offset] * len(folded))
        offset = entity.end() if entity else offset + 1
    return "".join(pieces), offsets


def fragments(folded: str) -> list[str]:
    """The runs of letters and digits in a folded text, without case: what its tokens consist of, in order.

    A token is made of one or more of them, but for "and" written as "&", and for what `joints` tells.
    """
    return plain(folded).split() if folded.isascii() else _FRAGMENT.findall(folded.casefold())


def plain(folded: str) -> str:
    """An ASCII text without case, with a space for all that is no letter or digit, and its line breaks."""
    return folded.lower().translate(_PLAIN_ASCII)


def parts(word: str) -> list[str]:
    """The fragments of one folded word."""
    word = word.casefold()
    return [word] if word.isalnum() and word.isascii() else _FRAGMENT.findall(word)


def joints(folded: str) -> list[int]:
    """Where a token may be written apart ("U.S.", "100,000")."""
    return [found.start() for joint in _JOINTS for found in joint.finditer(folded)]


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
    if character in LINE_BREAKS:
        return "\n"
    plain = character.translate(_PLAIN)
    if plain != character:
        return plain
    category = unicodedata.category(character)
    if category == "Cf" or category.startswith("M"):
        return ""
    if unicodedata.decomposition(character).startswith("<super>"):
        return " "  # "Nvidia™" and "Nvidia²" are Nvidia
    decomposed = unicodedata.normalize("NFKD", character)
    kept = "".join(part for part in decomposed if not unicodedata.category(part).startswith("M"))
    folded = unicodedata.normalize("NFC", kept)
    # Of signs only those matter that are ASCII by now; any other will do, so long as it is no space.
    return folded if folded.isascii() or folded.isalnum() else "~"


def _inner(written: str) -> tuple[str, str]:
    """A token with punctuation inside → (as compared, as compared without possessive or trailing sign)."""
    if written == "&":
        return "and", "and"
    if _THOUSANDS.fullmatch(written):
        written = written.replace(",", "")
    elif len(written) >= 3 and written[1] == "." and written[0].isalpha():
        written = written.replace(".", "")
    if written.lower().endswith("'s"):
        return written, written[:-2]
    base = written.rstrip("+#")
    return written, base if len(base) > 1 else written


def _raw(text: str, offsets: Sequence[int], start: int, end: int) -> tuple[int, int]:
    entity = _ENTITY.match(text, offsets[end - 1])
    raw_end = entity.end() if entity else offsets[end - 1] + 1
    while raw_end < len(text) and unicodedata.category(text[raw_end]).startswith("M"):
        raw_end += 1
    return offsets[start], raw_end
