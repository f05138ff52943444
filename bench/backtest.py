"""How long `monitor backtest` takes over 100,000 stored articles, beside merely reading them, and the memory it needs.

The database is made by bench.archive in a folder in memory; its articles are about what the starter watches are about,
so that more of them are looked at closely than of a usual day's news. ARTICLES names another number of them.
"""

import os
import resource
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from multiprocessing import active_children
from multiprocessing.process import BaseProcess
from pathlib import Path
from zoneinfo import ZoneInfo

from bench.archive import build
from bench.archive_texts import starters
from monitor import backtest
from monitor.options import Channel, Watch
from monitor.store import Database, archive, read_only
from tests.simulation import folder_in_memory

ZONE = ZoneInfo("America/New_York")
CHANNELS = (Channel(name="desk", max_per_hour=20), Channel(name="mail", digest=("07:30",)))


def main() -> None:
    """Print seconds for one watch, for those of one starter file, and for all; each in a process of its own."""
    articles = int(os.environ.get("ARTICLES", "100000"))
    with folder_in_memory() as folder:
        path = folder / "archive.db"
        started = time.perf_counter()
        build(path, articles, articles // 4)
        took, size = time.perf_counter() - started, path.stat().st_size / 1e6
        print(f"{articles:,} articles, {size:,.0f} MB, built in {took:.0f} s; {os.cpu_count()} processors")
        sys.stdout.flush()
        for count in (1, 25, 150):
            code = f"from bench import backtest; backtest.measure({str(path)!r}, {count})"
            subprocess.run([sys.executable, "-c", code], check=True)


def measure(path: str, count: int) -> None:
    """Print what so many watches take."""
    now = datetime.now(UTC)
    since = now - timedelta(days=60)
    reading = _seconds(partial(read_only, path, partial(_read, since=since, now=now)))
    watches = starters()[:count]
    cases = [backtest.Case(watch) for watch in watches]
    started, before = time.perf_counter(), _worked()
    others = [0.0]
    done = backtest.run(
        path, cases, CHANNELS, since, now, ZONE, lambda _done, _of: others.extend(map(_most, active_children()))
    )
    took, worked = time.perf_counter() - started, _worked() - before
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    alerts, fired = (sum(getattr(result, what) for result in done.results) for what in ("alerts", "articles"))
    print(
        f"{count:4} watches: {took:5.1f} s ({worked:.0f} s of processors, {worked / reading:.1f} times those of"
        f" reading) for {done.articles:,} articles; {fired:,} matches, {alerts:,} alerts; at most {own:.0f} MB, and"
        f" {max(others):.0f} MB in the larger of its processes"
    )
    trial(path, watches[0], now)


def trial(path: str, watch: Watch, now: datetime) -> None:
    """Print how far a trial of three seconds comes."""
    since = now - timedelta(days=60)
    tried = backtest.trial(path, watch, watch, since, now, 3, "UTC")
    print(f"     a trial of 3 s comes {(now - tried.back_to) / timedelta(days=1):.1f} days back: {tried.looked_at:,}")


def _most(process: BaseProcess) -> float:
    """Megabytes that a process had at most."""
    try:
        status = Path(f"/proc/{process.pid}/status").read_text("ascii")
    except OSError:
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in status.splitlines() if line.startswith("VmHWM")), 0.0)


def _read(db: Database, since: datetime, now: datetime) -> None:
    numbers = archive.seen_between(db, since, now)
    for first in range(0, len(numbers), backtest.PART):
        archive.load(db, numbers[first : first + backtest.PART])


def _seconds(work: partial[None]) -> float:
    """Of the processor."""
    before = _worked()
    work()
    return _worked() - before


def _worked() -> float:
    """Seconds of processors that this process has used, and those of its own that have ended."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)
