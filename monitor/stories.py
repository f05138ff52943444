"""Article → Story: for now, the same canonical URL or the same text.

A signature is what two articles of one story share. Signatures are stored with `VERSION`, so that a better scheme can
be computed beside the old one; whatever has to do with wording in other words is a further kind of signature.
"""

import hashlib
import re
import unicodedata
from dataclasses import dataclass

VERSION = 1

# Under this many words, a text alone ("Read more at our site") identifies nothing; then the title is part of it.
SHORT = 40

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Signature:
    kind: str
    value: str


def signatures(identity: str, title: str, text: str, page_canonical: str = "") -> tuple[Signature, ...]:
    """What identifies the story of an article: its URLs and the words of its text, whatever their form."""
    found = [Signature("url", identity)]
    if page_canonical and page_canonical != identity:
        found.append(Signature("url", page_canonical))
    words = _WORD.findall(unicodedata.normalize("NFKC", text).casefold())
    if len(words) < SHORT:
        words = [*_WORD.findall(unicodedata.normalize("NFKC", title).casefold()), "|", *words]
    if len(words) > 1:
        found.append(Signature("text", hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32]))
    return tuple(found)
