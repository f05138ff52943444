"""What kill -9 costs: a daemon is killed at random moments while news streams in. Nothing may be lost.

`KILLS=300 STORIES=500 SEED=1 python -m bench kills`. Each run of the daemon lives for a random time, from within its
start to some seconds; meanwhile articles are published, and a webhook takes what comes, slowly. A repeat is right where
the webhook had accepted the message and the daemon was killed before that was recorded: then it must say so.
"""

import json
import os
import random
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

from monitor.store import pending, read_only
from tests.house import House, stop
from tests.server import Item, serve

KILLS = int(os.environ.get("KILLS", "300"))
STORIES = int(os.environ.get("STORIES", "500"))
SEED = int(os.environ.get("SEED", "1"))
SYLLABLES = ("ba", "de", "fi", "go", "lu", "mo", "na", "pe", "ri", "su", "ta", "vo", "wi", "xe", "yo", "zu")


def main() -> None:
    """Stream, kill, wait until all is done, count."""
    chance = random.Random(SEED)
    with tempfile.TemporaryDirectory() as folder, serve() as server:
        house = House(Path(folder), server)
        house.write(house.webhook("desk", "/hook"))
        desk = server.collector("/hook")
        desk.latency = 0.03
        house.publish()
        house.prepare()
        stories = list(_stories(house, chance))
        begun = time.monotonic()
        for kill in range(KILLS):
            published = STORIES * (kill + 1) // KILLS
            house.publish(*reversed(stories[:published]))
            with house.daemon():
                time.sleep(chance.uniform(0.5, 3.0))  # the block ends it by SIGKILL
            if kill % 50 == 49:
                print(f"  {kill + 1} kills, {len(desk.bodies)} messages, {time.monotonic() - begun:.0f} s")
        with house.daemon() as process:
            done_at = 0.0
            while not done_at or time.monotonic() < done_at:  # nothing was left for five seconds
                time.sleep(0.2)
                if read_only(house.database, pending):
                    done_at = 0.0
                elif not done_at:
                    done_at = time.monotonic() + 5
            stop(process)
        _report(desk.bodies, len(house.alerts()))


def _stories(house: House, chance: random.Random) -> Iterator[Item]:
    """Articles that share nothing but the firm they are about."""
    for number in range(STORIES):
        words = ["".join(chance.choices(SYLLABLES, k=4)) for _ in range(60)]
        yield house.article(f"story-{number}", f"Nvidia {' '.join(words[:4])}", " ".join(words))


def _ids(bodies: Sequence[bytes]) -> Counter[str]:
    return Counter(alert["id"] for body in bodies for alert in json.loads(body)["alerts"])


def _report(bodies: Sequence[bytes], alerts: int) -> None:
    ids = _ids(bodies)
    repeats = sum(ids.values()) - len(ids)
    marked = sum(alert["possible_repeat"] for body in bodies for alert in json.loads(body)["alerts"])
    silent = _unmarked_repeats(bodies)
    print(f"{KILLS} kills, {STORIES} stories: {STORIES - len(ids)} lost, {alerts} alerts in the database")
    print(f"{repeats} repeats, {silent} of them unmarked; {marked} messages said that they may be one")
    assert len(ids) == alerts == STORIES
    assert silent == 0


def _unmarked_repeats(bodies: Sequence[bytes]) -> int:
    """Messages that came again without saying so."""
    seen: set[str] = set()
    silent = 0
    for body in bodies:
        for alert in json.loads(body)["alerts"]:
            silent += alert["id"] in seen and not alert["possible_repeat"]
            seen.add(alert["id"])
    return silent
