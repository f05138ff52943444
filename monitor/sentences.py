"""Sentence spans of plain text.

A line break always ends a sentence. A stop before white space ends one unless it belongs to an abbreviation, an
initial or a number, or lower case follows. Every character is looked at a bounded number of times, so that hostile
text costs linear time.
"""

import re
from bisect import bisect_right

LINE_BREAKS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_CLOSERS = "\"')]}»”’"
_OPENERS = "\"'([{«“‘"
# What may end a sentence, with the white space after it.
_BOUNDARY = re.compile(rf"[.!?…][{re.escape(_CLOSERS)}]*(?P<gap>\s+)|[。！？]|(?P<break>[{LINE_BREAKS}]\s*)")


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


# "u.s." and "a.m." need no entry: single letters joined by stops are initials.
_ABBREVIATIONS = _words("""
    adm approx apr asst assn aug ave bros ca capt cf co col corp cos dec dept dr est et etc feb gen gov hon inc incl
    jr jul jun lt ltd maj messrs mfg mgr mr mrs ms mt nov oct pct ph.d pres prof pty pvt rep reps rev sen sens sep
    sept sgt sr st ste tel thu thurs tue tues univ vol vs
""")
# These are also words, and abbreviate only before a number ("No. 5", "Mar. 3", "Fig. 2", "op. 4").
_BEFORE_NUMBERS = _words("ed fig figs jan mar mon no nos op pp ref sat sun wed")
_FORMS = _words("bros co corp cos inc ltd")
_STARTERS = frozenset(
    ["A", "An", "And", "As", "At", "But", "By", "For", "He", "Her", "His", "If", "In", "It", "Its", "On", "She", "So",
     "That", "The", "Their", "There", "These", "They", "This", "Those", "We", "When", "While", "With", "You"]
)  # fmt: skip
_NO_WORD = re.compile(r"\W")
_INITIALS = re.compile(r"(?:[^\W\d_]\.)+")


def spans(text: str) -> list[tuple[int, int]]:
    """The sentences of `text` as (start, end) code-point offsets, in order, without surrounding white space."""
    found = []
    start = len(text) - len(text.lstrip())
    for boundary in _BOUNDARY.finditer(text, start):
        end = boundary.end() if boundary.lastgroup is None else boundary.start(boundary.lastgroup)
        if boundary.lastgroup == "gap" and not _ends_sentence(text, start, end, boundary.end()):
            continue
        while end > start and text[end - 1].isspace():
            end -= 1
        if end > start:
            found.append((start, end))
        start = boundary.end()
    if start < len(text):
        found.append((start, len(text)))
    return found


def around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span of the sentence that holds `start:end`, or of all those it touches; (start, end) if it touches none."""
    sentences = spans(text)
    first = max(0, bisect_right(sentences, start, key=lambda span: span[0]) - 1)
    touched = []
    for span in sentences[first:]:
        if span[0] >= max(end, start + 1):
            break
        if span[1] > start:
            touched.append(span)
    return (touched[0][0], touched[-1][1]) if touched else (start, end)


def _ends_sentence(text: str, start: int, end: int, following: int) -> bool:
    """Whether the white space at `end:following`, after a stop, closes the sentence begun at `start`."""
    if any(character in LINE_BREAKS for character in text[end:following]):
        return True
    if following < len(text) and text[following].islower():
        return False
    while text[end - 1] in _CLOSERS:
        end -= 1
    return text[end - 1] != "." or not _is_abbreviation(text, start, end, following)


def _is_abbreviation(text: str, start: int, end: int, following: int) -> bool:
    """Whether the word that ends with the stop before `end` is an abbreviation or initials."""
    begin = end
    # Nothing longer than 12 characters abbreviates, which also bounds the walk back.
    while begin > start and end - begin <= 12 and not text[begin - 1].isspace():
        begin -= 1
    word = text[begin:end].lstrip(_OPENERS)
    name = word[:-1].lower()
    # "… in the U.S. The company" and "… Acme Inc. It said" go on with another sentence.
    if (_INITIALS.fullmatch(word) and len(word) > 2) or name in _FORMS:
        return _NO_WORD.split(text[following : following + 10], maxsplit=1)[0] not in _STARTERS
    if _INITIALS.fullmatch(word):
        return True
    if name in _BEFORE_NUMBERS:
        return text[following : following + 1].isdigit() or (name == "no" and word[0] == "N")
    return name in _ABBREVIATIONS
