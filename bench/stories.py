"""How well stories are told apart: pairwise precision and recall on labelled articles, and what an article costs.

A line of a labelled set is an article: `event` (what it tells of, as people see it), `outlet`, `minutes` since the set
begins, `title`, `text`. Two articles of one event that are in one story are found, two of different events wrong. Sets
whose name begins with "unseen" were written by people who did not see the code, and tuning never looked at them.
STORIES_SET names another file to measure.
"""

import gc
import json
import os
import random
import statistics
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate, combinations, islice
from pathlib import Path

from monitor import extract, rules
from monitor.model import Document
from monitor.options import Watch
from monitor.store import Database, Store
from monitor.store import stories as stored
from monitor.store.database import stamp
from monitor.stories import Index, read, signatures
from monitor.web.newsroom import Newsroom
from tests.simulation import folder_in_memory

SETS = Path(__file__).parent / "stories"
BEGINNING = datetime(2026, 3, 2, 8, 0, tzinfo=UTC)
DEMO = Path(__file__).parent.parent / "seeds" / "demo"
FIRMS = rules.spotter(rules.built_in())
ARTICLES, BATCH, MEASURED, WATCHES = 50_000, 5_000, 500, 1_000


@dataclass(frozen=True, slots=True)
class Article:
    """A labelled article."""

    event: str
    outlet: str
    minutes: float
    title: str
    text: str


def main() -> None:
    """Print precision and recall of each set, with the errors of the development set, and then the costs."""
    named = os.environ.get("STORIES_SET")
    for file in [Path(named)] if named else sorted(SETS.glob("*.jsonl")):
        _accuracy(file)
    if not named:
        _costs()


def labelled(file: Path) -> list[Article]:
    """The articles of a set, in the order in which they came."""
    lines = file.read_text("utf-8").splitlines()
    return sorted((Article(**json.loads(line)) for line in lines if line.strip()), key=lambda article: article.minutes)


def stories_of(articles: Sequence[Article]) -> tuple[list[int], list[str]]:
    """The story that each article ends in, and why, when they come one after the other."""
    with folder_in_memory() as folder, Store(folder / "stories.db") as store:
        index = Index()
        for number, article in enumerate(articles):
            store.write_now(partial(_join, index=index, number=number, article=article))
        return store.read_now(_told)


def _told(db: Database) -> tuple[list[int], list[str]]:
    rows = list(db.query("SELECT story_id, story_reason FROM articles ORDER BY id"))
    return [row["story_id"] for row in rows], [row["story_reason"] for row in rows]


def _join(db: Database, index: Index, number: int, article: Article) -> None:
    now = BEGINNING + timedelta(minutes=article.minutes)
    url = f"https://outlet.example/{number}"
    db.execute("INSERT INTO articles (identity, url, first_seen) VALUES (?, ?, ?)", [url, url, stamp(now)])
    found = signatures(url, article.title, article.text)
    stored.join_story(db, index, number + 1, now, found, read(article.title, article.text, FIRMS), now)


def _accuracy(file: Path) -> None:
    articles = labelled(file)
    found, reasons = stories_of(articles)
    right: list[tuple[int, int]] = []
    wrong: list[tuple[int, int]] = []
    missed: list[tuple[int, int]] = []
    for one, other in combinations(range(len(articles)), 2):
        together, alike = found[one] == found[other], articles[one].event == articles[other].event
        if together or alike:
            (right if together and alike else wrong if together else missed).append((one, other))
    precision = len(right) / max(1, len(right) + len(wrong))
    recall = len(right) / max(1, len(right) + len(missed))
    both = 2 * precision * recall / max(1e-9, precision + recall)
    events = len({article.event for article in articles})
    print(
        f"{file.stem}: {len(articles)} articles of {events} events, {len(set(found))} stories; pairs: precision"
        f" {precision:.3f}, recall {recall:.3f}, F1 {both:.3f} ({len(right)} right, {len(wrong)} wrong,"
        f" {len(missed)} missed)"
    )
    if not file.stem.startswith("unseen"):
        for one, other in wrong:
            print(
                f"  wrong: {articles[one].event} {articles[one].title[:60]} | {articles[other].event}"
                f" {articles[other].title[:60]} | {reasons[other][:90]}"
            )


# ---------------------------------------------------------------- costs


def _costs() -> None:
    """Print time, memory and the time of a rebuild, with many articles in the window."""
    texts = _made(random.Random(7))
    firms = [firm.name for firm in rules.built_in().firms[:WATCHES]]
    ruleset = rules.compile([Watch(name=firm, companies=(firm,)) for firm in firms])
    with folder_in_memory() as folder, Store(folder / "stories.db") as store:
        index = Index()
        for first in range(0, ARTICLES, BATCH):
            store.write_now(partial(_fill, first=first, texts=list(islice(texts, BATCH))))
        now = BEGINNING + timedelta(seconds=ARTICLES)
        gc.collect()
        before, started = _resident(), time.perf_counter()
        index = store.write_now(lambda db: stored.load(db, now))
        rebuilt, held = time.perf_counter() - started, _resident() - before
        reading, joining, matching = [], [], []
        for number, (title, text) in enumerate(islice(texts, MEASURED), ARTICLES):
            started = time.perf_counter()
            rules.match(Document(title, text), ruleset)
            matching.append(time.perf_counter() - started)
            article = Article("", "", number / 60, title, text)
            started = time.perf_counter()
            signatures("", title, text)
            read(title, text, FIRMS)
            reading.append(time.perf_counter() - started)
            joining.append(store.write_now(partial(_timed, index=index, number=number, article=article)))
    both = [one + other for one, other in zip(reading, joining, strict=True)]
    print(
        f"{ARTICLES:,} articles in the window: {_spread(both)} an article, of which {_spread(reading)} to read it;"
        f" {statistics.median(both) / statistics.median(matching):.1f} times what it takes to"
        f" match it with {WATCHES:,} watches"
    )
    print(f"index of {held / 1e6:.0f} MB, made anew from the database in {rebuilt:.1f} s")


def _spread(times: Sequence[float]) -> str:
    return f"{statistics.median(times) * 1000:.2f} ms (mean {statistics.mean(times) * 1000:.2f})"


def _timed(db: Database, index: Index, number: int, article: Article) -> float:
    """Seconds that it takes to find the story of an article that was read."""
    now, url = BEGINNING + timedelta(minutes=article.minutes), f"https://outlet.example/{number}"
    db.execute("INSERT INTO articles (identity, url, first_seen) VALUES (?, ?, ?)", [url, url, stamp(now)])
    found, reading = signatures(url, article.title, article.text), read(article.title, article.text, FIRMS)
    started = time.perf_counter()
    stored.join_story(db, index, number + 1, now, found, reading, now)
    return time.perf_counter() - started


def _fill(db: Database, first: int, texts: Sequence[tuple[str, str]]) -> None:
    """Store articles as stories of their own, without asking what they are like."""
    for number, (title, text) in enumerate(texts, first):
        now, url = BEGINNING + timedelta(seconds=number), f"https://outlet.example/{number}"
        story = db.execute("INSERT INTO stories (created) VALUES (?)", [stamp(now)]).lastrowid
        db.execute(
            "INSERT INTO articles (identity, url, first_seen, story_id) VALUES (?, ?, ?, ?)",
            [url, url, stamp(now), story],
        )
        stored.keep(db, number + 1, now, read(title, text, FIRMS), now)


def _made(chosen: random.Random) -> Iterator[tuple[str, str]]:
    """Headlines and texts without end, in which words are as frequent as in a language: the n-th 1/n as the first."""
    words = sorted({word for _, text in demo() for word in text.split()})
    chosen.shuffle(words)
    names = [
        "".join(chosen.choice("bdfgklmnprstvz") + chosen.choice("aeiou") for _ in range(chosen.randint(2, 4))).title()
        for _ in range(5_000)
    ]
    words += [name.lower() for name in names]
    common, rare = (list(accumulate(1 / rank for rank in range(1, len(each) + 1))) for each in (words, names))
    while True:
        subjects = chosen.choices(names, cum_weights=rare, k=4)
        text = chosen.choices(words, cum_weights=common, k=chosen.randint(60, 500))
        for place in range(3, len(text), 11):
            text[place] = chosen.choice(subjects)
        for place in range(8, len(text), 40):
            text[place] = f"${chosen.randint(10, 999) / 10} million."
        yield f"{subjects[0]} {' '.join(chosen.choices(words, cum_weights=common, k=7))}", " ".join(text)


def demo() -> Iterator[tuple[str, str]]:
    """Headlines and texts of the demo newsroom, as they are read from its pages."""
    newsroom = Newsroom(DEMO, started=BEGINNING)
    for item in newsroom.items:
        if not item.link:
            found = extract.extract(newsroom.render(item).encode(), url="")
            yield found.title, found.text


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096
