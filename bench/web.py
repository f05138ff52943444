"""How long the pages take on a large database while the daemon polls, reads and alerts.

200,000 articles and 50,000 alerts of 30 days, 150 watches, 60 feeds polled every 5 s that bring an article a second in
all: about ten times what brought the archive. The yardstick is /healthz, which asks nothing.
"""

import http.client
import itertools
import os
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from urllib.parse import quote

from bench import archive
from monitor.store import Database, Store
from tests.house import ENVIRON, House, eventually
from tests.server import serve

ARTICLES, ALERTS = int(os.environ.get("ARTICLES", "200000")), int(os.environ.get("ALERTS", "50000"))
REQUESTS = 60
SEEDS = Path(__file__).parent.parent / "seeds" / "watchlists"


def main() -> None:
    """Print milliseconds, median and 95th percentile, and kilobytes of each page."""
    with serve() as server, tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), server)
        started = time.monotonic()
        archive.build(house.database, ARTICLES, ALERTS)
        size = house.database.stat().st_size / 1e6
        took = time.monotonic() - started
        print(f"archive of {ARTICLES:,} articles and {ALERTS:,} alerts: {size:,.0f} MB in {took:.0f} s")
        with Store(house.database) as store:
            store.write_now(lambda db: _move(db, server.url))
            paths = store.read_now(_paths)
        _write(house)
        over = threading.Event()
        publisher = threading.Thread(target=_publish, args=(house, over))
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run"],
            cwd=house.folder,
            env=ENVIRON,
            stdout=(house.folder / "log").open("w"),
            stderr=subprocess.STDOUT,
        )
        try:
            publisher.start()
            eventually(lambda: "The dashboard is at" in (house.folder / "log").read_text(), timeout=120)
            address = (house.folder / "log").read_text().split("The dashboard is at http://")[1].split()[0]
            time.sleep(20)  # until what was due at the start is done
            _measure(address, paths)
        finally:
            over.set()
            publisher.join()
            process.terminate()
            process.wait(15)


def _measure(address: str, paths: dict[str, str]) -> None:
    connection = http.client.HTTPConnection(address, timeout=30)
    print(f"{'page':24} {'p50':>8} {'p95':>8} {'worst':>8}      size")
    slowest = 0.0
    for name, path in paths.items():
        times, length = [], 0
        for _ in range(REQUESTS):
            began = time.perf_counter()
            connection.request("GET", path, headers={"Accept": "text/html"})
            answer = connection.getresponse()
            length = len(answer.read())
            times.append((time.perf_counter() - began) * 1000)
            if answer.status != 200:
                print(f"{name}: {answer.status}")
                break
            time.sleep(0.02)
        last = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
        slowest = max(slowest, last)
        print(
            f"{name:24} {statistics.median(times):5.1f} ms {last:5.1f} ms {max(times):5.1f} ms {length / 1000:6.1f} kB"
        )
    print(f"slowest 95th percentile: {slowest:.1f} ms")


def _move(db: Database, url: str) -> None:
    """Have the feeds of the archive on the server of this machine."""
    for number, (feed_id,) in enumerate(db.execute("SELECT id FROM feeds ORDER BY id").fetchall()):
        db.execute(
            "UPDATE feeds SET url = ?, host = '127.0.0.1', next_poll = added WHERE id = ?",
            [f"{url}/f{number}", feed_id],
        )


def _paths(db: Database) -> dict[str, str]:
    (article,) = db.execute("SELECT max(article_id) FROM matches WHERE action = 'alert'").fetchone()
    (feed,) = db.execute("SELECT max(id) FROM feeds").fetchone()
    (busy,) = db.execute(
        "SELECT name FROM rules JOIN alerts ON alerts.rule_id = rules.id GROUP BY rules.id"
        " ORDER BY count(*) DESC LIMIT 1"
    ).fetchone()
    watch = quote(busy, safe="")
    return {
        "/healthz": "/healthz",
        "Now": "/",
        "Now, one watch": f"/?watch={watch}",
        "Watches": "/watches",
        "a watch": f"/watches/{watch}",
        "Feeds": "/feeds",
        "a feed": f"/feeds/{feed}",
        "Trends": "/trends",
        "Deliveries": "/deliveries",
        "Deliveries, dead": "/deliveries?state=dead",
        "Search": "/search?q=nvidia",
        "Article": f"/articles/{article}",
        "/readyz": "/readyz",
        "/metrics": "/metrics",
        "/api/v1/alerts": "/api/v1/alerts",
        "Atom": f"/watches/{watch}/atom",
    }


def _write(house: House) -> None:
    feeds = "".join(
        f'[[feed]]\nurl = "{house.server.url}/f{number}"\nname = "Outlet {number + 1}"\n'
        for number in range(archive.FEEDS)
    )
    channels = "".join(house.webhook(name, f"/{name}") for name in archive.CHANNELS)
    house.config.write_text(
        f'include = ["{SEEDS}/*.toml"]\n[settings]\ninterval = "5s"\n'
        f'allow_private_hosts = ["{house.server.authority}"]\n'
        f'[web]\nlisten = "127.0.0.1:0"\n{feeds}{channels}'
    )


def _publish(house: House, over: threading.Event) -> None:
    """An article a second, on the feeds in turn."""
    for number in itertools.count():
        if over.wait(1):
            return
        item = house.article(f"a{number}", f"Nvidia opens plant number {number}", f"Nvidia tells of plant {number}.")
        house.publish(item, path=f"/f{number % archive.FEEDS}")
