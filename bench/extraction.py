"""How much of an article is found, and how fast: ours against three modes of trafilatura, on Readability's pages.

F1 of the words against the expected text, on all pages with at least 200 characters of it.
"""

import logging
import statistics
import time
from collections.abc import Callable
from typing import Any

from trafilatura import bare_extraction

from monitor.errors import ExtractError
from monitor.extract import extract
from tests import corpora

Reader = Callable[[bytes], str]


def main() -> None:
    """Print the mean F1, the share of pages below 0.5 and milliseconds of CPU time a page, for each."""
    if why := corpora.missing("pages.tar.xz"):
        print(f"nothing measured: {why}")
        return
    logging.getLogger("trafilatura").setLevel(logging.CRITICAL)
    pages = [page for page in corpora.pages() if len(page.expected) >= corpora.SHORTEST]
    print(f"{len(pages)} pages")
    for name, read in READERS.items():
        read(pages[0].data)  # imports and compiles
        started = time.process_time()
        found = [read(page.data) for page in pages]
        each = (time.process_time() - started) / len(pages)
        scores = [corpora.f1(text, page.expected) for text, page in zip(found, pages, strict=True)]
        low = sum(score < 0.5 for score in scores)
        print(
            f"{name:22} F1 {statistics.mean(scores):.4f}   below 0.5: {low} ({low / len(pages):.1%})"
            f"   {each * 1000:5.1f} ms a page"
        )


def _ours(data: bytes) -> str:
    try:
        return extract(data, url="http://fakehost/test/page.html").text
    except ExtractError:
        return ""


def _theirs(**options: Any) -> Reader:
    def read(data: bytes) -> str:
        found = bare_extraction(data, include_comments=False, **options)
        return getattr(found, "text", None) or ""

    return read


READERS: dict[str, Reader] = {
    "ours": _ours,
    "trafilatura precision": _theirs(favor_precision=True),
    "trafilatura default": _theirs(),
    "trafilatura fast": _theirs(fast=True),
}
