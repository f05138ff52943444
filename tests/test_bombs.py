"""The whole daemon among feeds and pages that are built to fill its memory, or never end."""

import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from monitor.machine import POLLS
from tests.house import House, eventually
from tests.server import Item, Server

MOST_MEGABYTES = 300

FEEDS = ("/bomb", "/nested", "/drip", "/endless")
PAGES = ("/page/bomb", "/page/nested", "/page/drip", "/page/endless")
PLANT = "NVIDIA Corp (NASDAQ:NVDA) said on Tuesday that it would build a plant in the valley."


@pytest.fixture
def server() -> Iterator[Server]:
    """A server of many hosts: 127.0.0.1, and all others of 127.0.0.0/8."""
    with Server("0.0.0.0") as opened:
        yield opened


def plant(server: Server) -> None:
    for prefix in ("", "/page"):
        server.gzip_bomb(f"{prefix}/bomb")
        server.gzip_bomb(f"{prefix}/nested", layers=2)
        server.drip(f"{prefix}/drip", 1.0)
        server.endless(f"{prefix}/endless")


def elsewhere(server: Server, number: int) -> str:
    """The same server, as another host."""
    return f"127.0.{number // 100 + 1}.{number % 100 + 1}:{server.port}"


def write(house: House, server: Server, feeds: list[str], hosts: int) -> None:
    """A configuration with the good feed, these ones, and a webhook."""
    allowed = [server.authority, *(elsewhere(server, number) for number in range(hosts))]
    house.config.write_text(
        f'[settings]\ninterval = "1s"\nallow_private_hosts = {allowed}\n'
        + "".join(f'[[feed]]\nurl = "{url}"\n' for url in [f"{server.url}/rss", *feeds])
        + house.webhook("desk", "/hook")
        + '[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia"]\n'
    )


def peaks(process: "subprocess.Popen[str]") -> list[int]:
    """The most memory that the daemon, and then each process below it, ever took, in megabytes."""
    found, waiting = [], [process.pid]
    while waiting:
        folder = Path(f"/proc/{waiting.pop(0)}")
        try:
            status = (folder / "status").read_text()
            found.append(int(status.split("VmHWM:")[1].split()[0]) // 1024)
            for task in (folder / "task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
        except (OSError, IndexError):  # a worker may end at any time
            continue
    return found


@pytest.mark.timeout(120)
def test_good_news_arrives_among_bombs_and_memory_stays_bounded(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    plant(server)
    feeds = [f"http://{elsewhere(server, number)}{path}" for number, path in enumerate(FEEDS * 2)]
    write(house, server, feeds, hosts=30)
    house.publish(Item("An old story", link="/old"))

    with house.daemon() as process:
        eventually(lambda: server.hits("/rss") >= 2, 60)
        bad = [
            Item(f"Nvidia bomb number {number}", link=f"http://{elsewhere(server, 10 + number)}{path}")
            for number, path in enumerate(PAGES * 3)
        ]
        house.publish(house.article("plant", "A plant for the valley", PLANT), *bad)
        eventually(lambda: any(b"A plant for the valley" in body for body in desk.bodies), 60)
        # What the pages hold back is judged by its title.
        eventually(lambda: sum(body.count(b"Nvidia bomb number") > 0 for body in desk.bodies) >= len(bad), 60)
        eventually(lambda: all(server.hits(path) for path in (*FEEDS, *PAGES)))
        used = peaks(process)

    assert max(used) < MOST_MEGABYTES, used


@pytest.mark.timeout(120)
def test_feeds_that_all_send_as_much_as_they_may_at_once_do_not_fill_the_memory(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    size = 9_900_000
    server.oversized("/large", size)
    server.answer("/large/page", b"<html>" + b"x" * size, headers={"Content-Type": "text/html"})
    feeds = [f"http://{elsewhere(server, number)}/large" for number in range(POLLS)]
    write(house, server, feeds, hosts=40)
    house.publish(Item("An old story", link="/old"))

    with house.daemon() as process:
        eventually(lambda: server.hits("/rss") >= 2, 60)
        links = [f"http://{elsewhere(server, POLLS + number)}/large/page" for number in range(6)]
        large = [Item(f"Nvidia page number {number}", link=link) for number, link in enumerate(links)]
        house.publish(house.article("plant", "A plant for the valley", PLANT), *large)
        eventually(lambda: any(b"A plant for the valley" in body for body in desk.bodies), 60)
        eventually(lambda: server.hits("/large") >= POLLS and server.hits("/large/page") >= 6, 60)
        time.sleep(2)
        used = peaks(process)

    assert used[0] < MOST_MEGABYTES, used  # a worker may take up to its own limit for one page
