"""CPU time of polling 200 feeds of 20 entries: first contact, nothing changed, a tenth changed.

Beside it: urllib and feedparser on the same feeds, keeping nothing. CPU is of the whole process with its workers.
"""

import json
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.house import House
from tests.server import Item, serve

FEEDS, ENTRIES = 200, 20

NAIVE = """
import json, sys, urllib.request, urllib.error, feedparser
store = sys.argv[1]
try: known = json.load(open(store))
except OSError: known = {}
for url in sys.argv[2:]:
    request = urllib.request.Request(url, headers={"If-None-Match": known[url]} if url in known else {})
    try:
        with urllib.request.urlopen(request) as answer:
            feedparser.parse(answer.read())
            known[url] = answer.headers["ETag"]
    except urllib.error.HTTPError as error:
        if error.code != 304: raise
json.dump(known, open(store, "w"))
"""


def main() -> None:
    """Print CPU seconds for both, and the ratio."""
    with serve() as server, tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), server)
        paths = [f"/feed/{number}" for number in range(FEEDS)]
        house.write(feeds=paths)
        # Pages would be ten times the work, and are another measurement.
        text = house.config.read_text()
        house.config.write_text(text.replace("[[feed]]\n", "[[feed]]\nfull_text = false\n"))
        for label, edition in (("first contact", 0), ("nothing changed", 0), ("a tenth changed", 1)):
            for number, path in enumerate(paths):
                changed = edition if number % 10 == 0 else 0
                server.feed(path, [_item(number, entry - changed) for entry in range(ENTRIES)])
            naive = _cpu([sys.executable, "-c", NAIVE, f"{folder}/naive.json", *(server.url + path for path in paths)])
            ours = _cpu([sys.executable, "-m", "monitor", "run", "--once", "--config", str(house.config)])
            print(f"{label:16} naive {naive:5.2f} s   monitor {ours:5.2f} s   ratio {ours / naive:4.1f}")
        stored = json.loads(house.run("feeds", "--json").stdout.splitlines()[0])["entries"]
        print(f"stored for each feed: {stored} entries or more")


def _item(feed: int, entry: int) -> Item:
    summary = f"A summary of some length for entry {entry} of feed {feed}. " * 5
    return Item(f"Entry {entry} of feed {feed}", link=f"https://outlet.example/{feed}/{entry}", summary=summary)


def _cpu(command: list[str]) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, check=True, capture_output=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
