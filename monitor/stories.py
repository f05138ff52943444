"""Article → Story: for now, the same canonical URL, or the same text within three days.

A signature is what two articles of one story share. Signatures are stored with `VERSION`, so that a better scheme can
be computed beside the old one; whatever has to do with wording in other words is a further kind of signature.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import timedelta

VERSION = 1

# Copies of a wire text appear within days; a form letter that comes back every week is news each time.
WINDOW = timedelta(hours=72)

# Under this many words, a text alone ("Read more at our site") identifies nothing.
SHORT = 40

_WORD = re.compile(r"\w+")
# Inflections of a word mostly share its beginning.
_STEM = 4


@dataclass(frozen=True, slots=True)
class Signature:
    kind: str
    value: str


def signatures(identity: str, title: str, text: str, page_canonical: str = "") -> tuple[Signature, ...]:
    """What identifies the story of an article: its URLs and the words of its text, whatever their form.

    A text that is short or does not speak of what its title says (a login page, a cookie notice) identifies nothing
    alone: then the title is part of the signature, or all articles of a publisher would be one story.
    """
    found = [Signature("url", identity)]
    if page_canonical and page_canonical != identity:
        found.append(Signature("url", page_canonical))
    headline, words = _words(title), _words(text)
    if len(words) < SHORT or not _speaks_of(headline, words):
        words = [*headline, "|", *words]
    if len(words) > 1:
        found.append(Signature("text", hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32]))
    return tuple(found)


def _words(text: str) -> list[str]:
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def _speaks_of(headline: list[str], words: list[str]) -> bool:
    """Whether at least half of a headline's longer words stand in the text."""
    wanted = {word[:_STEM] for word in headline if len(word) >= _STEM}
    stems = {word[:_STEM] for word in words}
    return 2 * len(wanted & stems) >= len(wanted) > 0
