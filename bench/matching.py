"""How the time to judge an article grows with the number of rules, beside what it could be compared with.

Articles are those of the demo newsroom, joined to about 5 kB. Rules are made up, of all kinds, as watchlists grow: most
name what no article of the day is about, and one in a hundred is made of words of these articles, so that it may fire
or nearly does. Beside them, in the same run: a compiled regular expression for each rule, a bare look for the same
literals (normalise, then one Aho-Corasick automaton), and the extraction of the same articles.
"""

import gc
import math
import random
import re
import subprocess
import sys
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path
from typing import Any

import ahocorasick_rs

from monitor import extract, rules
from monitor.model import Document
from monitor.options import Watch
from monitor.rules.index import frequencies
from monitor.rules.lexicon import GIVEN_NAMES
from monitor.web.newsroom import Newsroom

DEMO = Path(__file__).parent.parent / "seeds" / "demo"
COUNTS = (1_000, 10_000, 100_000)
# How many pages make an article, and how many articles a regular expression for each rule is tried on.
JOINED, TRIED = 4, 3
# One rule in so many is made of words of the articles.
KNOWN = 100
_NORMAL = "".join(character if character.isalnum() else " " for character in map(chr, range(128)))


def main() -> None:
    """Print milliseconds an article for each count of rules, and what they are beside the alternatives."""
    pages, articles = _articles()
    size = sum(len(article.text) for article in articles) / len(articles)
    watches = {count: list(_watches(count)) for count in COUNTS}
    known = frequencies(article.text for article in articles)
    rulesets = {count: rules.compile(each, frequencies=known) for count, each in watches.items()}
    automata = {count: _automaton(each) for count, each in watches.items()}
    gc.collect()
    gc.freeze()  # as the daemon does
    # Taken in turns, so that all are measured in the same conditions.
    works: dict[str, Callable[[], object]] = {"extraction": lambda: [extract.extract(page, url="") for page in pages]}
    for count in COUNTS:
        works[f"match {count}"] = partial(_match_all, articles, rulesets[count])
        works[f"bare {count}"] = partial(_scan_all, articles, automata[count])
    best = {name: time / len(articles) for name, time in _times(works).items()}
    print(f"{len(articles)} articles of {size / 1000:.1f} kB; extraction {best['extraction'] * 1000:.1f} ms an article")
    for count in COUNTS:
        each = best[f"match {count}"]
        fired = sum(len(rules.match(article, rulesets[count])) for article in articles) / len(articles)
        line = (
            f"{count:7,} rules {each * 1000:6.3f} ms an article, {fired:.1f} fire, {len(rulesets[count].index.always)}"
            f" always tried; {each / best[f'bare {count}']:.1f} times a bare scan,"
            f" {each / best['extraction']:.1%} of extraction"
        )
        if count <= 10_000:
            line += f", {_naive(watches[count], articles) / each:,.0f} times faster than a regex for each rule"
        print(line)
    print(f"100,000 rules take {best['match 100000'] / best['match 1000']:.1f} times the time of 1,000")
    real = rules.compile(_real(), frequencies=known)
    each = _times({"real": partial(_match_all, articles, real)})["real"] / len(articles)
    fired = sum(len(rules.match(article, real)) for article in articles) / len(articles)
    print(
        f"the starter lists and a watch for each firm of the directory, {len(real.rules):,} rules: {each * 1000:.3f} ms"
        f" an article, {fired:.1f} fire; {each / best['extraction']:.1%} of extraction"
    )
    for count in COUNTS[1:]:
        sys.stdout.flush()
        subprocess.run([sys.executable, "-c", f"from bench import matching; matching.compiling({count})"], check=True)


def _match_all(articles: Sequence[Document], ruleset: rules.Ruleset) -> None:
    for article in articles:
        rules.match(article, ruleset)


def _scan_all(articles: Sequence[Document], automaton: ahocorasick_rs.BytesAhoCorasick) -> None:
    for article in articles:
        automaton.find_matches_as_indexes(_padded(article.text), overlapping=True)


def _automaton(watches: Sequence[Watch]) -> ahocorasick_rs.BytesAhoCorasick:
    return ahocorasick_rs.BytesAhoCorasick([_padded(literal) for literal in map(_literal, watches)])


def _naive(watches: Sequence[Watch], articles: Sequence[Document]) -> float:
    """Seconds an article for a compiled expression of each rule, on a few of the articles."""
    patterns = [re.compile(rf"\b{re.escape(_literal(watch))}\b", re.IGNORECASE) for watch in watches]
    some = articles[:TRIED]
    found = _times({"naive": lambda: [[p for p in patterns if p.search(a.text)] for a in some]}, rounds=1)
    return found["naive"] / len(some)


def _real() -> list[Watch]:
    """What a user may have: the starter lists, and every firm that the directory knows."""
    files = sorted((DEMO.parent / "watchlists").glob("*.toml"))
    starters = [Watch(**table) for file in files for table in tomllib.loads(file.read_text("utf-8"))["watch"]]
    firms = [Watch(name=f"firm {firm.name}", companies=(firm.name,)) for firm in rules.built_in().firms]
    return starters + firms


def compiling(count: int) -> None:
    """Print what parsing and compiling so many rules takes, and the memory that they hold, in a process of its own."""
    watches = list(_watches(count))
    gc.collect()
    before = _resident()
    started = time.perf_counter()
    first = rules.compile(watches)
    cold = time.perf_counter() - started
    held = _resident() - before
    again = _times({"again": lambda: rules.compile(watches, previous=first)}, rounds=1)["again"]
    print(
        f"{count:7,} rules: parsed and compiled in {cold:.2f} s, compiled from what is parsed in {again:.2f} s;"
        f" {held / 1e6:.0f} MB"
    )


def _articles() -> tuple[list[bytes], list[Document]]:
    newsroom = Newsroom(DEMO, started=datetime.now(UTC))
    pages = [newsroom.render(item).encode() for item in newsroom.items if not item.link]
    found = [extract.extract(page, url="") for page in pages]
    groups = [found[index : index + JOINED] for index in range(0, len(found) - JOINED + 1, JOINED)]
    articles = [Document(group[0].title, "\n".join(item.text for item in group)) for group in groups]
    return pages[: len(articles) * JOINED], articles


@cache
def _vocabulary() -> list[str]:
    words = {word for article in _articles()[1] for word in re.findall(r"[a-z]{4,}", article.text)}
    return sorted(words)


def _watches(count: int) -> Iterator[Watch]:
    """Made-up rules of all kinds; the same for the same count."""
    chosen = random.Random(7)
    vocabulary = _vocabulary()
    given = sorted(GIVEN_NAMES)

    def made() -> str:
        return "".join(chosen.choice("bdfgklmnprstvz") + chosen.choice("aeiou") for _ in range(chosen.randint(3, 5)))

    for number in range(count):
        known = chosen.randrange(KNOWN) == 0
        common = chosen.choice(vocabulary)
        rare = chosen.choice(vocabulary) if known else made()
        kind = number % 10
        if kind < 4:
            terms: dict[str, Any] = {"companies": (f"{rare.title()} {common.title()}",)}
        elif kind < 6:
            terms = {"people": (f"{chosen.choice(given).title()} {rare.title()}",)}
        elif kind < 8:
            terms = {"topics": (f"{common} {rare}",)}
        elif kind == 8:
            terms = {"tickers": ("NASDAQ:" + "".join(chosen.choices("ABCDEFGHIJKLMNOPQRSTUVWXYZ", k=4)),)}
        else:
            terms = {"query": f'"{common} {rare}" OR ({made()} AND {common})'}
        yield Watch(name=f"watch {number}", expand=False, **terms)


def _literal(watch: Watch) -> str:
    """What a naive program would look for."""
    if watch.query:
        return watch.query.split('"')[1]
    (term,) = (*watch.companies, *watch.people, *watch.topics, *watch.tickers)
    return term.removeprefix("NASDAQ:")


def _padded(text: str) -> bytes:
    return f" {' '.join(text.lower().translate(_NORMAL).split())} ".encode()


def _times(works: Mapping[str, Callable[[], object]], rounds: int = 7) -> dict[str, float]:
    """Seconds that each takes, at best of so many rounds in which they take turns."""
    best: dict[str, float] = {}
    for _ in range(rounds):
        for name, work in works.items():
            started = time.perf_counter()
            work()
            best[name] = min(best.get(name, math.inf), time.perf_counter() - started)
    return best


def _resident() -> int:
    return int(Path("/proc/self/statm").read_text("ascii").split()[1]) * 4096
