"""A whole monitor for end-to-end tests: a folder with a configuration, and the real process run on it.

house = House(tmp_path, server)
house.write(feeds=[house.feed("/rss")], watches=NVIDIA, channels=...)
assert house.once().returncode == 0
with house.daemon() as process: ...
"""

import asyncio
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from monitor import config, daemon
from monitor.store import read_only
from tests.server import Item, Server

NVIDIA = '[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia"]\ntickers = ["NASDAQ:NVDA"]\n'

# Daemons that run at a time would want the same address.
NO_PAGES = '[web]\nlisten = ""\n'

# What an article page holds around its text. The paragraphs are long enough to be an article.
_PAGE = """<!doctype html><html lang="en"><head><title>{title} | The Outlet</title></head><body>
<nav><a href="/">Home</a> <a href="/markets">Markets</a></nav><article><h1>{title}</h1>
{paragraphs}
<p>Analysts had expected the announcement for several weeks, and described the timing as sensible given the season.</p>
<p>The outlook for the coming quarter was left unchanged, and the board is to meet again at the end of the month.</p>
</article><footer>All rights reserved</footer></body></html>"""


class House:
    """One configuration and its database in `folder`; feeds and pages come from `server`."""

    def __init__(self, folder: Path, server: Server) -> None:
        self.folder = folder
        self.server = server
        self.config = folder / "config.toml"
        self.database = folder / "monitor.db"

    def write(
        self, *tables: str, feeds: Sequence[str] = ("/rss",), interval: str = "1s", watches: str = NVIDIA
    ) -> None:
        """The configuration: these feeds of the server, the watches, and further tables."""
        settings = f'[settings]\ninterval = "{interval}"\nallow_private_hosts = ["{self.server.authority}"]\n{NO_PAGES}'
        listed = "".join(f'[[feed]]\nurl = "{self.server.url}{path}"\n' for path in feeds)
        self.config.write_text("\n".join([settings, listed, watches, *tables]))

    def webhook(self, name: str, path: str) -> str:
        """A channel that posts JSON to the server."""
        return f'[[channel]]\nname = "{name}"\nurl = "json://{self.server.authority}{path}"\n'

    def publish(self, *items: Item, path: str = "/rss") -> None:
        """Put these items into the feed, each with its page unless that was set before."""
        self.server.feed(path, items)

    def article(self, slug: str, title: str, *paragraphs: str) -> Item:
        """An item and its page."""
        body = "\n".join(f"<p>{paragraph}</p>" for paragraph in paragraphs)
        self.server.page(f"/{slug}", _PAGE.format(title=title, paragraphs=body))
        return Item(title, link=f"/{slug}", summary=f"{title}, in short.")

    def run(self, *arguments: str, module: str = "monitor", **environ: str) -> subprocess.CompletedProcess[str]:
        """A command, to its end."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env={**ENVIRON, **environ},
            capture_output=True,
            text=True,
            timeout=50,
            check=False,
        )

    def once(self, **environ: str) -> subprocess.CompletedProcess[str]:
        """`monitor run --once`."""
        return self.run("run", "--once", **environ)

    def prepare(self) -> None:
        """The same pass in this process, which is much quicker: for what was there before a test begins."""
        done, waiting = asyncio.run(
            daemon.run_once(config.load(self.config, ENVIRON), lambda _, __: None, lambda _: None)
        )
        assert (done, waiting) == (True, 0)

    def alerts(self) -> list[dict[str, Any]]:
        """What `monitor alerts --json` prints."""
        done = self.run("alerts", "--json")
        assert done.returncode == 0, done.stderr
        return [json.loads(line) for line in done.stdout.splitlines()]

    def all_sent(self) -> bool:
        """Whether every message was sent, by the database."""
        states = read_only(self.database, lambda db: db.execute("SELECT DISTINCT state FROM messages").fetchall())
        return states == [("sent",)]

    @contextmanager
    def daemon(self) -> "Iterator[subprocess.Popen[str]]":
        """`monitor run`, killed at the end of the block if it still runs."""
        process = subprocess.Popen(
            [sys.executable, "-m", "monitor", "run"],
            cwd=self.folder,
            env=ENVIRON,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        try:
            yield process
        finally:
            process.kill()
            process.communicate()


def stop(process: "subprocess.Popen[str]", number: int = signal.SIGTERM) -> tuple[int, str, str]:
    """Stop a daemon; gives its exit code and what it wrote. Raises TimeoutExpired after 10 s."""
    process.send_signal(number)
    written, complaints = process.communicate(timeout=10)
    return process.returncode, written, complaints


def eventually(condition: Callable[[], object], timeout: float = 30.0) -> None:
    """Wait until `condition` holds. Raises AssertionError after `timeout` seconds."""
    deadline = time.monotonic() + timeout
    while not condition():
        assert time.monotonic() < deadline, f"not within {timeout:g} s: {condition}"
        time.sleep(0.05)


def alert_ids(bodies: Sequence[bytes]) -> list[str]:
    """The alert ids in what a webhook was sent, in order, with repeats."""
    return [alert["id"] for body in bodies for alert in json.loads(body)["alerts"]]


def plain(text: str) -> str:
    """Terminal output without colours."""
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


ENVIRON = {**{name: value for name, value in os.environ.items() if not name.startswith("MONITOR_")}, "COLUMNS": "120"}
