"""An edited configuration takes effect in the running process, and a broken one does no harm."""

import json
import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from monitor.edits import Edits
from tests.house import NVIDIA, House, alert_ids, eventually, stop
from tests.server import Collector, Item, Server

INTEL = '[[watch]]\nname = "Intel"\ncompanies = ["Intel"]\n'


@pytest.fixture
def desk(server: Server) -> Collector:
    return server.collector("/hook")


@pytest.fixture
def running(house: House, server: Server, desk: Collector) -> Iterator["subprocess.Popen[str]"]:
    """The daemon with a watch for Nvidia and a webhook, past its first contact with an empty feed."""
    assert not desk.bodies
    house.write(house.webhook("desk", "/hook"))
    house.publish()
    with house.daemon() as process:
        eventually(lambda: server.hits("/rss") >= 2)
        yield process


def news(house: House, name: str) -> Item:
    return house.article(name, f"{name} opens a plant", f"{name} opened a plant on Tuesday, it said.")


def watches(desk: Collector) -> list[str]:
    bodies = [json.loads(body) for body in desk.bodies]
    return [alert["watch"] for body in bodies for alert in body["alerts"]]


def notices(desk: Collector) -> list[str]:
    bodies = [json.loads(body) for body in desk.bodies]
    return [body["text"] for body in bodies if not body["alerts"]]


def test_a_watch_added_while_the_daemon_runs_fires_on_the_next_matching_item(
    house: House, server: Server, desk: Collector, running: "subprocess.Popen[str]"
) -> None:
    house.publish(news(house, "Nvidia"))
    eventually(lambda: watches(desk) == ["Nvidia"])

    house.write(house.webhook("desk", "/hook"), watches=NVIDIA + INTEL)
    eventually(lambda: "watches=2" in _log(running, "configuration reloaded"), timeout=5)
    house.publish(news(house, "Intel"), news(house, "Nvidia"))

    eventually(lambda: watches(desk) == ["Nvidia", "Intel"])


def test_a_removed_watch_stops_and_a_new_feed_is_polled(
    house: House, server: Server, desk: Collector, running: "subprocess.Popen[str]"
) -> None:
    house.publish(path="/other")

    house.write(house.webhook("desk", "/hook"), feeds=["/rss", "/other"], watches=INTEL)
    eventually(lambda: server.hits("/other") >= 2)
    house.publish(news(house, "Nvidia"), news(house, "Intel"), path="/other")

    eventually(lambda: watches(desk) == ["Intel"])


def test_a_broken_edit_keeps_the_old_configuration_and_says_so_in_the_words_of_check(
    house: House, server: Server, desk: Collector, running: "subprocess.Popen[str]"
) -> None:
    good = house.config.read_text()

    house.config.write_text(good.replace("companies", "companeis"))
    eventually(lambda: notices(desk))
    house.publish(news(house, "Nvidia"))
    eventually(lambda: watches(desk) == ["Nvidia"])

    mistakes = [line.removeprefix("monitor: ") for line in house.run("check").stderr.splitlines()]
    (notice,) = notices(desk)
    assert "companeis" in mistakes[0]
    assert all(mistake.partition(": ")[2] in notice for mistake in mistakes)
    house.config.write_text(good)
    code, _, log = stop(running)
    assert code == 0
    assert "configuration not used" in log
    assert "companeis" in log


def test_sighup_reads_the_configuration_again(house: House, running: "subprocess.Popen[str]") -> None:
    running.send_signal(signal.SIGHUP)

    eventually(lambda: "watches=1" in _log(running, "configuration reloaded"), timeout=5)
    assert running.poll() is None


def test_an_edit_of_an_included_file_is_noticed_also_to_mend_it(
    house: House, server: Server, desk: Collector, running: "subprocess.Popen[str]"
) -> None:
    (house.folder / "more.toml").write_text("[[watch]]\n")
    house.config.write_text('include = ["more.toml"]\n' + house.config.read_text())
    eventually(lambda: notices(desk))

    (house.folder / "more.toml").write_text(INTEL)
    eventually(lambda: "watches=2" in _log(running, "configuration reloaded"), timeout=5)
    house.publish(news(house, "Intel"))

    eventually(lambda: watches(desk) == ["Intel"])


def test_a_channel_that_is_replaced_takes_over_and_loses_no_alert(
    house: House, server: Server, desk: Collector, running: "subprocess.Popen[str]"
) -> None:
    other = server.collector("/elsewhere")

    house.write(house.webhook("desk", "/elsewhere"))
    eventually(lambda: "configuration reloaded" in _log(running, "configuration reloaded"), timeout=5)
    house.publish(news(house, "Nvidia"))

    other.wait_for(1)
    assert len(alert_ids(other.bodies)) == 1


def test_a_look_is_the_same_until_a_file_is_edited_added_or_removed(tmp_path: Path) -> None:
    main, more = tmp_path / "config.toml", tmp_path / "watchlists"
    more.mkdir()
    main.write_text('include = ["watchlists/*.toml"]\n[[channel]]\nname = "desk"\nurl_file = "secret"\n')
    edits = Edits(main, {})
    looks = [edits.look()]

    for change in (
        lambda: (more / "a.toml").write_text("[[watch]]"),
        lambda: (more / "b.toml").write_text("not TOML at all"),
        lambda: (tmp_path / "secret").write_text("json://localhost"),
        (more / "a.toml").unlink,
        lambda: os.utime(main, ns=(1, 1)),
        lambda: main.write_text("not TOML at all"),
        main.unlink,
    ):
        change()
        looks += [edits.look()]
        assert looks[-1] == edits.look()

    assert len(set(looks)) == len(looks)


_LOGS: dict[int, bytes] = {}


def _log(process: "subprocess.Popen[str]", event: str) -> str:
    """The last line so far with this event; reads what there is without waiting."""
    assert process.stderr is not None
    pipe = process.stderr.fileno()
    os.set_blocking(pipe, False)
    with suppress(BlockingIOError):
        _LOGS[process.pid] = _LOGS.get(process.pid, b"") + os.read(pipe, 1_000_000)
    lines = [line for line in _LOGS.get(process.pid, b"").decode().splitlines() if f'event="{event}"' in line]
    return lines[-1] if lines else ""
