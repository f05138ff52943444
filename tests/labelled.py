"""The labelled snippets in data/match: what a watch fires on, and look-alikes that it must not.

Files whose name begins with "blind_" were written by people who had read the contract only. `known` says why the rules
get a snippet wrong: it is there to be mended.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor.model import Document, Source
from monitor.options import Watch

Snippet = dict[str, Any]


def snippets() -> Iterator[tuple[str, int, Snippet]]:
    """(file, number in it from 1, snippet) for all of them."""
    for path in sorted((Path(__file__).parent / "data" / "match").glob("*.toml")):
        for number, snippet in enumerate(tomllib.loads(path.read_text("utf-8"))["case"], 1):
            yield path.stem, number, snippet


def read(snippet: Snippet) -> tuple[Watch, Document]:
    """The watch of a snippet, and what it is tried on."""
    each = snippet.get("sources", ())
    sources = tuple(Source(**{**source, "tags": tuple(source.get("tags", ()))}) for source in each)
    title, text, related, language = (snippet.get(key, "") for key in ("title", "text", "related", "language"))
    return Watch(name="watch", **snippet["watch"]), Document(title, text, related, language, sources)
