"""Where the time of an article goes: extraction, matching against 10, 100 and 1,000 watches, and storing.

The articles are the pages of the demo newsroom. Extraction is the yardstick: matching should vanish beside it.
"""

import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from monitor import extract, rules
from monitor.model import Document
from monitor.options import Watch
from monitor.store import Store
from monitor.web.newsroom import Newsroom

T = TypeVar("T")

DEMO = Path(__file__).parent.parent / "seeds" / "demo"


def main() -> None:
    """Print milliseconds an article, and the share of extraction."""
    newsroom = Newsroom(DEMO, started=datetime.now(UTC))
    pages = [newsroom.render(item).encode() for item in newsroom.items if not item.link]
    extract.extract(pages[0], url="")
    extraction, found = _timed(lambda: [extract.extract(page, url="") for page in pages])
    documents = [Document(item.title, item.text, item.related, item.language) for item in found]
    print(f"extraction           {extraction / len(pages) * 1000:8.2f} ms an article")
    for count in (10, 100, 1000):
        ruleset = rules.compile(_watch(number) for number in range(count))
        matching, _ = _timed(lambda: [rules.match(document, ruleset) for document in documents])  # noqa: B023
        each, share = matching / len(documents) * 1000, matching / extraction
        print(f"matching {count:5} rules {each:8.2f} ms an article   {share:6.1%} of extraction")
    with tempfile.TemporaryDirectory() as folder, Store(Path(folder) / "bench.db") as store:
        commits, _ = _timed(
            lambda: [store.write_now(lambda db: db.execute("INSERT INTO stories (created) VALUES ('')")) for _ in pages]
        )
        print(f"a durable commit     {commits / len(pages) * 1000:8.2f} ms")


def _watch(number: int) -> Watch:
    name = f"Company{number}"
    return Watch(
        name=name,
        tickers=(f"NASDAQ:Q{number}",),
        companies=(name,),
        people=(f"Jo Surname{number}",),
        topics=(f"chip {name}",),
    )


def _timed(work: Callable[[], T]) -> tuple[float, T]:
    started = time.perf_counter()
    result = work()
    return time.perf_counter() - started, result
