"""`monitor check` on watches that are sound and cannot be meant, also against a real database."""

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from monitor.store import Store, database
from tests.command import FEED, NVIDIA, Desk
from tests.store.newsroom import entry, poll, set_up

FLOOD = 'watch "Nvidia": it fires on 60 of the latest 60 articles; narrow it with min_score, exclude or require = "all"'


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path, capsys)
    desk.write(FEED, NVIDIA)
    return desk


def fill(desk: Desk, count: int = 60) -> None:
    """An archive of so many articles about Nvidia."""
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(lambda db: poll(db, *(entry(f"a{number}") for number in range(count))))


def test_check_warns_of_a_watch_that_fires_on_everything_in_the_archive(desk: Desk) -> None:
    fill(desk)

    done = desk.run("check")

    assert done.code == 0
    assert "is fine" in done.out
    assert done.err.splitlines() == [f"{desk.config}: {FLOOD}"]


def test_check_warns_beside_a_running_daemon_too(desk: Desk) -> None:
    fill(desk)

    with Store(desk.database, exclusive=True):
        assert FLOOD in desk.run("check").err


def test_check_says_nothing_of_a_small_archive(desk: Desk) -> None:
    fill(desk, 40)

    assert desk.run("check").err == ""


def test_check_lists_what_cannot_be_meant_in_the_order_of_the_file_and_as_json(desk: Desk) -> None:
    twice = '[[watch]]\nname = "A"\ncompanies = ["Nvidia", "NVIDIA Corp."]\n'
    misfit = '[[watch]]\nname = "B"\ntopics = ["fab", "gaming laptop"]\nexclude = ["laptop"]\nsources = ["tag:x"]\n'
    desk.write(FEED, twice, misfit)

    done, [found] = desk.run("check"), desk.run("check", "--json").json()

    assert done.code == 0
    assert [line.partition(": ")[2].partition(": ")[0] for line in done.err.splitlines()] == [
        'watch "A".companies[2]',
        'watch "B".sources[1]',
        'watch "B".topics[2]',
    ]
    assert found["ok"] is True
    assert found["warnings"][0] == {
        "file": str(desk.config),
        "key": 'watch "A".companies[2]',
        "problem": '"NVIDIA Corp." adds nothing to "Nvidia", which finds as much',
        "fix": "delete it",
    }


def test_check_warns_of_sound_watches_beside_mistakes(desk: Desk) -> None:
    broken = '[[watch]]\nname = "A"\ntopics = ["the", ""]\n'
    sound = '[[watch]]\nname = "B"\ntopics = ["the"]\n'
    fill(desk)
    desk.write(FEED, broken, sound)

    done = desk.run("check")

    assert done.code == 2
    assert [line.removeprefix("monitor: ").split(": ")[1] for line in done.err.splitlines()] == [
        'watch "B".topics[1]',
        'watch "A".topics[2]',
    ]


def test_other_commands_read_no_archive_and_do_not_warn(desk: Desk) -> None:
    fill(desk)

    assert desk.run("watch", "list").err == ""


def garbage(path: Path) -> None:
    path.write_text("Buy milk. " * 1000)


def older(path: Path) -> None:
    sqlite3.connect(path).close()


@pytest.mark.parametrize("spoil", [garbage, older, Path.mkdir])
def test_check_is_fine_without_an_archive_that_can_be_read(desk: Desk, spoil: Callable[[Path], object]) -> None:
    path = desk.config.parent / "data" / "monitor.db"
    path.parent.mkdir()
    desk.write('[settings]\ndatabase = "data/monitor.db"\n', FEED, '[[watch]]\nname = "A"\ntopics = ["fab"]\n')
    spoil(path)

    done = desk.run("check")

    assert (done.code, done.err) == (0, "")


def test_check_is_fine_beside_a_program_that_locks_the_database(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(desk)
    monkeypatch.setattr(database, "BUSY_MS", 50)
    other = sqlite3.connect(desk.database, isolation_level=None)
    other.execute("PRAGMA journal_mode = DELETE")
    other.execute("BEGIN EXCLUSIVE")

    done = desk.run("check")

    other.close()
    assert (done.code, done.err) == (0, "")
