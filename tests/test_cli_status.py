"""`monitor status`, completion of names, and what all commands of inspection share."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from monitor.store import Store, delivery
from tests.command import Desk
from tests.house import House
from tests.server import serve
from tests.store.newsroom import SECOND, entry, fail, give_up, judge, poll, set_up


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A day on which everything happened: news, an ill feed, a dead message, a page given up."""
    desk = Desk(tmp_path, capsys)
    now = datetime.now(UTC)
    with desk.store() as store:
        store.write_now(lambda db: set_up(db, now=now))
        store.write_now(lambda db: poll(db, now=now))
        store.write_now(lambda db: poll(db, entry("1"), entry("2", "Nvidia hires"), read_pages=True, now=now))
        store.write_now(lambda db: give_up(db, "no text", now))
        store.write_now(lambda db: judge(db, now))
        store.write_now(lambda db: delivery.claim(db, 1, now))
        store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 404", now, next_try=None))
        store.write_now(lambda db: fail(db, "HTTP 500", now=now + SECOND))
    return desk


def test_status_tells_everything_on_one_screen(desk: Desk) -> None:
    done = desk.run("status")

    assert "daemon does not run; start it with: monitor run feeds 1: 1 failing" in done.words
    assert "last 24 h 2 new entries, 2 new articles, 1 alert" in done.words
    assert "waiting 1 page to read, 1 text to judge, 0 messages to send" in done.words
    assert "given up 1 message (monitor deliveries --state dead), 1 article (monitor why 1)" in done.words
    assert "ill feed since what is wrong next poll" in done.words
    assert "The Outlet last answer" in done.words
    assert len(done.out.splitlines()) < 24


def test_status_tells_scripts_the_same(desk: Desk) -> None:
    [status] = desk.run("status", "--json").json()

    assert status["daemon"] is None
    assert status["feeds"] == {"total": 1, "ok": 0, "failing": 1, "held": 0, "gone": 0, "new": 0}
    assert status["last_24h"] == {"entries": 2, "articles": 2, "alerts": 1}
    assert status["queues"] == {"unread": 1, "unjudged": 1, "waiting": 0, "held": 0}
    assert (status["dead"], status["quarantined"]) == (1, [1])
    assert [(item["name"], item["error"], item["failures"]) for item in status["ill"]] == [
        ("The Outlet", "HTTP 500", 1)
    ]


def test_status_names_the_process_of_a_daemon_and_leaves_it_its_lock(desk: Desk) -> None:
    with Store(desk.database, exclusive=True):
        [status] = desk.run("status", "--json").json()
        again = desk.run("status").words

    assert status["daemon"]["process"] == str(os.getpid())
    assert f"as process {os.getpid()}" in again


def test_status_of_a_monitor_that_never_ran_says_what_to_do(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Desk(tmp_path, capsys).run("status")

    assert done.code == 1
    assert "start the daemon first: monitor run" in done.problem


@pytest.mark.parametrize(
    ("line", "names"),
    [
        ("monitor watch show N", "Nvidia"),
        ("monitor watch test x --watch N", "Nvidia"),
        ("monitor deliveries --channel d", "desk"),
        ("monitor channels test m", "mail"),
        ("monitor feeds show h", "https://outlet.example/feed"),
        ("monitor companies find Nvid", "Nvidia"),
        ("monitor sta", "status"),
    ],
)
def test_a_shell_completes_commands_and_names(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], line: str, names: str
) -> None:
    with serve() as server:
        house = House(tmp_path, server)
        Desk(tmp_path, capsys)

        done = house.run(
            _MONITOR_COMPLETE="complete_fish", _TYPER_COMPLETE_ARGS=line, _TYPER_COMPLETE_FISH_ACTION="get-args"
        )

    assert done.stdout.split("\t")[0].strip() == names, done.stderr


def test_completion_of_a_broken_configuration_offers_nothing_and_complains_about_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, capsys)
    desk.config.write_text("[[watch")
    with serve() as server:
        done = House(tmp_path, server).run(
            _MONITOR_COMPLETE="complete_fish",
            _TYPER_COMPLETE_ARGS="monitor watch show N",
            _TYPER_COMPLETE_FISH_ACTION="get-args",
        )

    assert (done.stdout.strip(), done.stderr) == ("", "")


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["why", "1"],
        ["search", "nvidia"],
        ["deliveries"],
        ["deliveries", "show", "1"],
        ["channels"],
        ["watch"],
        ["watch", "show", "Nvidia"],
        ["watch", "test", "x"],
        ["feeds"],
        ["feeds", "show", "The Outlet"],
        ["feeds", "refresh"],
    ],
)
def test_every_command_that_prints_data_prints_json_too(desk: Desk, command: list[str]) -> None:
    assert all(isinstance(item, dict) for item in desk.run(*command, "--json").json())


def test_a_database_is_read_while_a_daemon_writes(desk: Desk) -> None:
    with Store(desk.database, exclusive=True) as store:
        store.write_now(lambda db: poll(db, entry("3", "Nvidia moves")))

        assert desk.run("status").code == 0
        assert desk.run("deliveries", "retry", "--all").code == 0
        assert desk.run("feeds", "refresh").code == 0
