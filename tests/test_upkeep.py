"""The real process: backup beside a daemon, restore, damage, retention, and files that others can read."""

import json
import sqlite3
from pathlib import Path

import pytest

from monitor.store import read_only
from tests.house import NVIDIA, House, eventually, stop
from tests.server import Server


@pytest.fixture
def house(tmp_path: Path, server: Server) -> House:
    """A monitor that has met its feed and alerted on one article."""
    opened = House(tmp_path, server)
    opened.write()
    opened.publish()
    opened.prepare()
    opened.publish(opened.article("plant", "Nvidia opens a plant", "Nvidia opens a plant in the valley."))
    opened.once()
    return opened


def damage(house: House) -> None:
    """Overwrite a page of articles."""
    find = "SELECT rootpage FROM sqlite_schema WHERE name = 'articles'"
    (page,) = read_only(house.database, lambda db: db.execute(find).fetchone())
    with house.database.open("r+b") as file:
        file.seek((page - 1) * 4096)
        file.write(b"\xff" * 4096)


def set_retention(house: House, duration: str) -> None:
    text = house.config.read_text()
    house.config.write_text(text.replace("[settings]\n", f'[settings]\nretention = "{duration}"\n'))


def test_a_backup_beside_a_running_daemon_is_whole_and_nothing_is_overwritten(house: House, server: Server) -> None:
    with house.daemon() as process:
        hits = server.hits("/rss")
        eventually(lambda: server.hits("/rss") > hits)

        done = house.run("db", "backup", "copy.db")
        again = house.run("db", "backup", "copy.db")
        unnamed = house.run("db", "backup")
        checked = house.run("db", "check", "copy.db", "--json")
        beside = house.run("db", "check")

        code, _, complaints = stop(process)
    assert (code, complaints.count("level=error")) == (0, 0), complaints
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Wrote copy.db: ")
    assert "1 article." in done.stdout
    assert again.returncode == 2
    assert "exists already" in again.stderr
    assert unnamed.returncode == 0
    assert len(list(house.folder.glob("monitor-2*.db"))) == 1
    report = json.loads(checked.stdout)
    assert (report["ok"], report["rows"]["alerts"]) == (True, 1)
    assert beside.returncode == 0, beside.stderr
    assert "monitor.db is sound" in beside.stdout


def test_after_a_restore_nothing_that_was_told_since_is_told_again_and_news_is(house: House) -> None:
    house.run("db", "backup", "copy.db")
    since = house.article("since", "Nvidia hires a thousand", "Nvidia hires, it said.")
    house.publish(since)
    house.once()
    assert len(house.alerts()) == 2

    restored = house.run("db", "restore", "copy.db")

    assert restored.returncode == 0, restored.stderr
    assert "does not alert" in restored.stdout
    aside = min(house.folder.glob("monitor.db.before-*"))
    assert f"{aside};" in restored.stdout
    first = house.once()
    assert "1 there already at first contact" in first.stdout
    house.publish(house.article("news", "Nvidia cuts its prices", "Nvidia cuts prices."), since)
    house.once()
    assert [alert["title"] for alert in house.alerts()] == ["Nvidia opens a plant", "Nvidia cuts its prices"]


def test_a_restore_below_a_running_daemon_is_refused(house: House, server: Server) -> None:
    house.run("db", "backup", "copy.db")
    with house.daemon() as process:
        hits = server.hits("/rss")
        eventually(lambda: server.hits("/rss") > hits)

        done = house.run("db", "restore", "copy.db")

        stop(process)
    assert done.returncode == 1
    assert f"process {process.pid}" in done.stderr


def test_a_damaged_database_is_one_line_with_a_way_out_and_the_daemon_does_not_touch_it(house: House) -> None:
    house.run("db", "backup", "copy.db")
    damage(house)
    before = house.database.read_bytes()

    refused, checked = house.once(), house.run("db", "check")
    as_json, no_backup = house.run("db", "check", "--json"), house.run("db", "backup", "more.db")

    assert refused.returncode == checked.returncode == as_json.returncode == no_backup.returncode == 1
    (line,) = refused.stderr.splitlines()
    assert "is damaged" in line
    assert "monitor db check" in line
    assert "monitor db restore" in checked.stderr
    assert json.loads(as_json.stdout)["problems"]
    assert house.database.read_bytes() == before
    assert house.run("db", "restore", "copy.db").returncode == 0
    assert house.once().returncode == 0


def test_a_pass_lets_go_of_what_is_older_than_the_retention_and_no_longer_listed(house: House) -> None:
    kept = house.article("kept", "Nvidia hires a thousand", "Nvidia hires, it said.")
    house.publish(kept)
    set_retention(house, "1s")

    passes = [house.once(), house.once()]

    assert [done.returncode for done in passes] == [0, 0]
    assert "event=pruned" in passes[0].stderr + passes[1].stderr
    assert [alert["title"] for alert in house.alerts()] == ["Nvidia hires a thousand"]
    with sqlite3.connect(house.database) as db:
        assert db.execute("SELECT count(*) FROM entries").fetchone() == (1,)
    house.prepare()
    assert len(house.alerts()) == 1


@pytest.mark.parametrize("command", ["check", "run"])
def test_a_file_with_a_secret_that_others_can_read_is_warned_of(house: House, command: str) -> None:
    house.write('[[channel]]\nname = "desk"\nurl = "json://me:hunter2@hooks.example.com/a"\n', watches=NVIDIA)
    house.config.chmod(0o644)
    arguments = ["run", "--once"] if command == "run" else ["check"]

    warned = house.run(*arguments)
    house.config.chmod(0o600)
    silent = house.run(*arguments)

    assert "chmod 600 config.toml" in warned.stderr
    assert "hunter2" not in warned.stderr
    assert "chmod" not in silent.stderr
