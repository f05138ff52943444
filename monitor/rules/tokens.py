"""Text → tokens whose words compare equal however they are written, with the raw offsets they came from.

`fold` makes forms equal: NFKC, no accents, no zero-width characters, plain quotes and hyphens. A token is a run of
letters and digits with what belongs to it inside ("AT&T", "Nvidia's", "U.S.", "100,000", "C++"). Scripts written
without spaces give one token per character, so that a term in them is found anywhere.
"""

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7a3"
    "\uf900-\ufaff\U00020000-\U0003ffff"
)
_LETTERS = rf"[^\W_{_UNSPACED}]"
# Each branch consumes what it looked at, so that no text makes the scan quadratic.
_TOKEN = re.compile(
    rf"[{_UNSPACED}]|(?<=\s)&(?=\s)"
    rf"|\d+(?:[.,]\d+)*{_LETTERS}*"
    rf"|[^\W\d_{_UNSPACED}](?:\.[^\W\d_{_UNSPACED}])+(?!{_LETTERS})"
    rf"|{_LETTERS}+(?:[&']{_LETTERS}+)*[+#]*"
)
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_PLAIN = str.maketrans(
    {
        **dict.fromkeys("‘’‚‛ʼ′`´", "'"),
        **dict.fromkeys("“”„‟«»″", '"'),
        **dict.fromkeys("‐‑‒–—―−", "-"),
        **dict.fromkeys("\u2028\u2029", "\n"),
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


def tokenise(text: str) -> list[Token]:
    """The tokens of `text`, in order."""
    folded, offsets = fold(text)
    tokens = []
    previous = 0
    for found in _TOKEN.finditer(folded):
        start, end = found.span()
        written = found[0]
        cased = written
        if not written.isalnum():
            written, cased = _inner(written)
        word = written.casefold()
        gap = folded[previous:start]
        # "$NVDA" is a cashtag; "US$4", "A$AP" and "$$$" are not.
        if gap.endswith("$") and written[0].isalpha() and (previous == 0 or len(gap) > 1) and gap[-2:-1] != "$":
            start -= 1
        raw_start, raw_end = (start, end) if offsets is None else _raw(text, offsets, start, end)
        tokens.append(Token(word, word if cased == written else cased.casefold(), cased, raw_start, raw_end, gap))
        previous = end
    return tokens


@lru_cache(maxsize=65536)
def words(term: str) -> tuple[Token, ...]:
    """The tokens of a term a user wrote; empty where it holds no letter or digit."""
    return tuple(tokenise(term.replace("\n", " ")))


def fold(text: str) -> tuple[str, list[int] | None]:
    """`text` with equal forms made equal, and the raw offset of each of its characters (None: they are the same)."""
    if text.isascii():
        return text.replace("`", "'"), None
    table: dict[str, str] = {
        character: _fold_character(character) for character in set(text) if not character.isascii()
    }
    if all(len(folded) == 1 for folded in table.values()):
        return text.replace("`", "'").translate({ord(key): value for key, value in table.items()}), None
    pieces = []
    offsets = []
    for offset, character in enumerate(text):
        folded = table.get(character, "'" if character == "`" else character)
        pieces.append(folded)
        offsets.extend([offset] * len(folded))
    return "".join(pieces), offsets


@lru_cache(maxsize=4096)
def _fold_character(character: str) -> str:
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
    return unicodedata.normalize("NFC", kept)


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


def _raw(text: str, offsets: list[int], start: int, end: int) -> tuple[int, int]:
    raw_end = offsets[end - 1] + 1
    while raw_end < len(text) and unicodedata.category(text[raw_end]).startswith("M"):
        raw_end += 1
    return offsets[start], raw_end
