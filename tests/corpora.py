"""Feeds and pages that no one here wrote: feedparser's own test feeds, and Mozilla Readability's labelled pages.

They lie beside the project, or where the environment variable CORPORA says.
"""

import os
import re
import tarfile
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from monitor import text

PLACE = Path(os.environ.get("CORPORA") or Path(__file__).parents[2] / "shared" / "corpora")
# Shorter ones test other things than articles.
SHORTEST = 200


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed with the Content-Type that it says it was served with. `name` is its path in the corpus."""

    name: str
    data: bytes
    content_type: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """A page with the plain text that a reader should get, and what it says of itself as JSON."""

    name: str
    data: bytes
    expected: str
    metadata: str


def missing(archive: str) -> str:
    """Why the corpus cannot be read; "" where it can."""
    path = PLACE / archive
    return "" if path.exists() else f"the corpus is not there: {path} (CORPORA=folder names another place)"


def feeds() -> list[Feed]:
    """All feeds, by name."""
    found = []
    for name, data in sorted(_files("feeds.tar.xz")):
        if name.endswith((".xml", ".json")):
            header = re.search(rb"Content-type:\s*(.*)", data)
            found.append(Feed(name, data, header[1].decode("ascii", "replace").strip() if header else ""))
    return found


def pages() -> list[Labelled]:
    """All pages, by name."""
    files = dict(_files("pages.tar.xz"))
    found = []
    for name in sorted(files):
        folder, _, file = name.rpartition("/")
        if file == "source.html":
            expected = text.from_html(files[f"{folder}/expected.html"].decode())
            metadata = files[f"{folder}/expected-metadata.json"].decode()
            found.append(Labelled(folder.rpartition("/")[2], files[name], expected, metadata))
    return found


def _files(archive: str) -> Iterator[tuple[str, bytes]]:
    with tarfile.open(PLACE / archive) as tar:
        for member in tar:
            if content := tar.extractfile(member) if member.isfile() else None:
                yield member.name.partition("/")[2], content.read()


def f1(found: str, expected: str) -> float:
    """Agreement of the words, as a multiset."""
    words, wanted = (Counter(re.findall(r"\w+", value.lower())) for value in (found, expected))
    common = sum((words & wanted).values())
    return 2 * common / (sum(words.values()) + sum(wanted.values())) if common else 0.0
