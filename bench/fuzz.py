"""Whether anything can break the readers: mutated feeds and pages, at least 100,000 of them.

Each input follows from the seed and its number alone, so that what fails can be read again:

    INPUTS=100000 PAGES=5000 SEED=1 python -m bench fuzz
    ONLY="feeds 4711" SEED=1 python -m bench fuzz        that one again, with the traceback of what it raises

The exit code is 1 where anything but a refusal was raised, or where an input took more than ten seconds of CPU time.
"""

import io
import os
import random
import signal
import statistics
import sys
import time
import traceback
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache, partial
from pathlib import Path
from types import FrameType
from typing import Any

import feedparser

from monitor.errors import MonitorError
from monitor.extract import extract
from monitor.parse import parse
from tests import corpora

DATA = Path(__file__).parents[1] / "tests" / "data"
URL = "https://feeds.example/feed"
CHUNK = 250
HANG = 10  # seconds of CPU time, as the machine may have other things to do
LARGEST = 400_000

SEED = int(os.environ.get("SEED", "1"))

TOKENS = (
    *(b"&#x110000;", b"&#xD800;", b"&#0;", b"&x;", b"&#99999999999999999999;", b"&amp;lt;", b"&", b"&nbsp;", b"&e9;"),
    *(b"<![CDATA[", b"]]>", b"<!--", b"-->", b"<?xml version='1.0' encoding='utf-16'?>", b"<?", b"<!", b"<", b">"),
    *(b"<item>", b"</item>", b"<entry>", b"</entry>", b"<channel>", b"</rss>", b"<title>", b"</title>", b"<link>"),
    *(b"<guid isPermaLink='true'>", b"<media:group>", b"<media:credit/>", b"<itunes:image/>", b"<geo:lat>x</geo:lat>"),
    *(b"<georss:point>1</georss:point>", b"<gml:pos>a b</gml:pos>", b"<psc:chapter start='x'/>", b"<cc:license/>"),
    *(b"<content type='xhtml'><div>", b"<description><p>", b"<image><url>", b"<textInput>", b"<source url='x'>"),
    *(b"<ul><li>" * 30, b"<div>" * 300, b"<item>" * 40, b"<b", b"<a href='", b" xml:base='http://[::1'", b"'", b'"'),
    *(
        b"<script>",
        b"<style>",
        b"<svg><title>",
        b"<math>",
        b"<base href='http://['>",
        b"<enclosure url='x' length=''/>",
    ),
    *(b"<!DOCTYPE rss [<!ENTITY e9 'boom'>]>", b"<!ENTITY e9 SYSTEM 'file:///etc/passwd'>", b"<!DOCTYPE html>"),
    *(
        b"<!ENTITY a '&b;&b;&b;'><!ENTITY b '&a;&a;'>",
        b"xmlns:x='",
        b"xmlns=''",
        b"\x00",
        b"\xff",
        b"\xfe\xff",
        b"\x1b$B",
    ),
    *(b"<pubDate>Tue, 31 Feb 2024 25:61:61 +9999</pubDate>", b"<updated>0000-00-00T00:00:00Z</updated>"),
    *(b"<pubDate>99999999999999</pubDate>", b"<dc:date>-1</dc:date>", b"<updated>2024-07-23T14:05:00+99:99</updated>"),
    *(
        b"<ttl>1e9</ttl>",
        b"<skipHours><hour>-1</hour>",
        b"http://[",
        b"http://a:b:c/",
        b"//",
        b"javascript:",
        b"\\u0000",
    ),
    *(b"\\ud800", b"1e999", b"[[[[", b'{"items":', b"null", b"NaN", b"-" * 50, b"\r", b"\n" * 60, b" " * 200),
)
CHARSETS = ("utf-8", "utf-16", "utf-16-le", "utf-32", "cp1252", "shift_jis", "gb18030", "cp037", "utf-7", "iso-2022-jp")
TYPES = (
    "",
    "",
    "",
    "text/xml",
    "text/html; charset=iso-8859-1",
    "application/xml; charset=utf-16",
    "x; charset=punycode",
)


class Hang(BaseException):
    """Not an Exception, which the readers would take for the library's."""


@dataclass(slots=True)
class Tally:
    """What became of inputs."""

    outcomes: Counter[str] = field(default_factory=Counter)
    failed: list[str] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    slowest: tuple[float, int] = (0.0, 0)

    def add(self, other: "Tally") -> None:
        self.outcomes += other.outcomes
        self.failed += other.failed
        self.seconds += other.seconds
        self.slowest = max(self.slowest, other.slowest)


# ---------------------------------------------------------------- inputs


@cache
def samples(kind: str) -> tuple[bytes, ...]:
    """What is mutated: our own first, then the corpus where it is there."""
    found = [path.read_bytes() for path in sorted((DATA / kind).iterdir())]
    # Our own feeds are few and rich, the corpus has many small ones: one in four is ours.
    if kind == "feeds" and not corpora.missing("feeds.tar.xz"):
        theirs = [feed.data for feed in corpora.feeds()]
        found = found * (len(theirs) // (3 * len(found))) + theirs
    if kind == "pages" and not corpora.missing("pages.tar.xz"):
        found += [page.data for page in corpora.pages() if len(page.data) < LARGEST]
    return tuple(found)


def mutated(kind: str, number: int, seed: int) -> tuple[bytes, str]:
    """The input of that number, and a Content-Type for it."""
    chance = random.Random(f"{seed} {kind} {number}")
    data = chance.choice(samples(kind))
    for _ in range(chance.choice((1, 1, 2, 3, 5, 8, 20))):
        data = chance.choice(MUTATIONS)(data, chance, samples(kind))[:LARGEST]
    return data, chance.choice(TYPES)


def _flip(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    changed = bytearray(data)
    for _ in range(chance.choice((1, 1, 4, 30)) if data else 0):
        changed[chance.randrange(len(changed))] = chance.randrange(256)
    return bytes(changed)


def _cut(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    start, end = sorted(chance.choices(range(len(data) + 1), k=2))
    return data[:start] if chance.random() < 0.4 else data[:start] + data[end:]


def _insert(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    position = chance.randrange(len(data) + 1)
    if chance.random() < 0.5:  # where markup is
        position = max(0, data.find(chance.choice((b"<", b">", b'"')), position))
    return data[:position] + chance.choice(TOKENS) * chance.choice((1, 1, 1, 2, 50)) + data[position:]


def _repeat(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    start, end = sorted(chance.choices(range(len(data) + 1), k=2))
    return data[:end] + data[start:end] * chance.choice((1, 2, 10)) + data[end:]


def _splice(data: bytes, chance: random.Random, others: tuple[bytes, ...]) -> bytes:
    other = chance.choice(others)
    return data[: chance.randrange(len(data) + 1)] + other[chance.randrange(len(other) + 1) :]


def _recode(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    characters = data.decode(chance.choice(("utf-8", "cp1252")), "replace")
    return characters.encode(chance.choice(CHARSETS), "replace")


def _relabel(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    label = chance.choice((*CHARSETS, "zlib", "idna", "unicode_escape", "x" * 300)).encode()
    return b'<?xml version="1.0" encoding="' + label + b'"?>' + data


def _redate(data: bytes, chance: random.Random, _others: tuple[bytes, ...]) -> bytes:
    date = bytes(chance.choice(b"0123456789-:TZ+., JulMonGMT") for _ in range(chance.randrange(40)))
    tag = chance.choice((b"pubDate", b"updated", b"published", b"dc:date", b"created"))
    position = data.find(b"<", chance.randrange(len(data) + 1))
    return data[:position] + b"<" + tag + b">" + date + b"</" + tag + b">" + data[position:]


Mutation = Callable[[bytes, random.Random, tuple[bytes, ...]], bytes]
MUTATIONS: tuple[Mutation, ...] = (_flip, _cut, _insert, _insert, _insert, _repeat, _splice, _recode, _relabel, _redate)


# ---------------------------------------------------------------- reading them


def _alarm(_signal: int, _frame: FrameType | None) -> None:
    raise Hang


def read_chunk(kind: str, numbers: range, seed: int) -> Tally:
    """Read the inputs of these numbers, as the worker does."""
    signal.signal(signal.SIGPROF, _alarm)
    tally = Tally()
    for number in numbers:
        data, content_type = mutated(kind, number, seed)
        read = extract if kind == "pages" else parse
        started, wall = time.process_time(), time.perf_counter()
        outcome = _outcome(lambda: read(data, url=URL, content_type=content_type))  # noqa: B023
        took = time.process_time() - started
        tally.outcomes[outcome if outcome in ("read", "refused", "hang") else "other"] += 1
        if outcome not in ("read", "refused"):
            tally.failed.append(f"{kind} {number}: {outcome}")
        # Of the clock, as CPU time comes in steps of milliseconds.
        tally.seconds.append(time.perf_counter() - wall)
        tally.slowest = max(tally.slowest, (took, number))
        if kind == "feeds":
            headers = {"content-type": content_type or "application/xml"}
            theirs = _outcome(lambda: feedparser.parse(io.BytesIO(data), response_headers=headers))  # noqa: B023
            tally.outcomes["feedparser raised"] += theirs not in ("read", "hang")
            tally.outcomes["feedparser hung"] += theirs == "hang"
    return tally


def _outcome(read: Callable[[], Any]) -> str:
    signal.setitimer(signal.ITIMER_PROF, HANG)
    try:
        read()
    except MonitorError:
        return "refused"
    except Hang:
        return "hang"
    except Exception as error:
        return f"{type(error).__name__}: {error}"[:200]
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
    return "read"


def main() -> None:
    """Print what became of the inputs; exit 1 where one raised or hung."""
    if only := os.environ.get("ONLY"):
        kind, number = only.split()
        _one(kind, int(number))
        return
    for kind in ("feeds", "pages"):
        if why := corpora.missing(f"{kind}.tar.xz"):
            print(f"only our own {kind} are mutated: {why}")
    counts = {"feeds": int(os.environ.get("INPUTS", "100000")), "pages": int(os.environ.get("PAGES", "5000"))}
    tallies = {kind: _run(kind, count) for kind, count in counts.items() if count}
    for kind, tally in tallies.items():
        _print(kind, tally)
    if any(tally.failed for tally in tallies.values()):
        sys.exit(1)


def _run(kind: str, count: int) -> Tally:
    chunks = [range(start, min(start + CHUNK, count)) for start in range(0, count, CHUNK)]
    total = Tally()
    with ProcessPoolExecutor(max_workers=min(2, os.cpu_count() or 1)) as pool:
        for tally in pool.map(partial(read_chunk, kind, seed=SEED), chunks):
            total.add(tally)
    return total


def _print(kind: str, tally: Tally) -> None:
    slowest, number = tally.slowest
    outcomes = tally.outcomes
    print(
        f"{kind:6} {len(tally.seconds):7,} inputs   {outcomes['read']:7,} read   {outcomes['refused']:6,} refused"
        f"   {outcomes['other']} other exceptions   {outcomes['hang']} hangs (over {HANG} s)"
        f"   median {statistics.median(tally.seconds) * 1000:.2f} ms   slowest {slowest:.2f} s (number {number})"
    )
    if kind == "feeds":
        print(f"       feedparser alone: {outcomes['feedparser raised']:,} raise, {outcomes['feedparser hung']:,} hang")
    for line in tally.failed[:20]:
        print(f"       seed {SEED}, {line}")


def _one(kind: str, number: int) -> None:
    data, content_type = mutated(kind, number, SEED)
    print(f"{len(data)} bytes, Content-Type {content_type!r}: {data[:2000]!r}")
    started = time.process_time()
    try:
        print((extract if kind == "pages" else parse)(data, url=URL, content_type=content_type))
    except Exception:
        traceback.print_exc()
    print(f"{time.process_time() - started:.2f} s")
