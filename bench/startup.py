"""How long the daemon takes from its start to its first request, and what memory it holds when idle.

Beside it: a bare Python that imports the HTTP client, from start to end and at its peak.
"""

import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from tests.house import House, eventually, stop
from tests.server import serve

RUNS = 5
BARE = "import aiohttp; print(open('/proc/self/status').read().split('VmRSS:')[1].split()[0])"


def main() -> None:
    """Print medians over some runs."""
    bare_times, bare_sizes = zip(*(_bare() for _ in range(RUNS)), strict=True)
    with serve() as server, tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder), server)
        house.write(interval="10m", feeds=[f"/feed/{number}" for number in range(20)])
        for number in range(20):
            article = house.article(f"a{number}", f"Story {number}", "A text of its own.")
            house.publish(article, path=f"/feed/{number}")
        times, sizes = zip(*(_daemon(house) for _ in range(RUNS)), strict=True)
    bare_time, bare_size = statistics.median(bare_times), statistics.median(bare_sizes)
    first, idle = statistics.median(times), statistics.median(sizes)
    print(f"bare Python with aiohttp   {bare_time:6.2f} s   {bare_size:6.0f} MB")
    print(f"monitor to its first poll  {first:6.2f} s   {idle:6.0f} MB idle, main process")
    print(f"ratio                      {first / bare_time:6.1f}     {idle / bare_size:6.1f}")


def _bare() -> tuple[float, float]:
    started = time.perf_counter()
    done = subprocess.run([sys.executable, "-c", BARE], capture_output=True, text=True, check=True)
    return time.perf_counter() - started, int(done.stdout) / 1024


def _daemon(house: House) -> tuple[float, float]:
    """Seconds to the first request, and megabytes once everything was read and the queue is empty."""
    house.database.unlink(missing_ok=True)
    hits = len(house.server.requests)
    started = time.perf_counter()
    with house.daemon() as process:
        eventually(lambda: len(house.server.requests) > hits)
        first = time.perf_counter() - started
        eventually(lambda: len(house.server.requests) >= hits + 40)
        time.sleep(3)
        size = _resident(process.pid)
        stop(process)
    return first, size


def _resident(pid: int) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return int(status.split("VmRSS:")[1].split()[0]) / 1024
