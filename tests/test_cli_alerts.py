"""`monitor alerts` list and rate."""

import json
from pathlib import Path

import pytest

from tests.command import Desk
from tests.store.newsroom import entry, judge, poll, set_up


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Alerts a0, a1 and a2, on a story each, the last of them on "Nvidia one"."""
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(poll)
        store.write_now(lambda db: poll(db, *(entry(slug, f"Nvidia {slug}") for slug in ("one", "two", "three"))))
        store.write_now(judge)
    return desk


def said(desk: Desk) -> dict[str, bool | None]:
    return {item["id"]: item["useful"] for item in desk.run("alerts", "--json").json()}


def repeats(desk: Desk, *ids: str) -> None:
    """More alerts on what there is."""
    with desk.store() as store:
        for alert_id in ids:
            store.write_now(
                lambda db, alert_id=alert_id: db.execute(  # type: ignore[misc]
                    "INSERT INTO alerts SELECT :id, rule_id, story_id, :cause, match_id, created FROM alerts LIMIT 1",
                    {"id": alert_id, "cause": ["correction", "outlets"][ids.index(alert_id)]},
                )
            )


def test_nothing_is_said_of_alerts_at_first_and_no_column_tells_of_it(desk: Desk) -> None:
    assert said(desk) == {"a0": None, "a1": None, "a2": None}
    assert "useful" not in desk.run("alerts").out


def test_alerts_are_rated_and_listed_with_it(desk: Desk) -> None:
    done = desk.run("alerts", "rate", "a0", "a2", "--useful")

    assert done.code == 0
    assert done.out.splitlines() == ["a0 is useful: Nvidia three", "a2 is useful: Nvidia one"]
    desk.run("alerts", "rate", "a1", "--not-useful")
    assert said(desk) == {"a0": True, "a1": False, "a2": True}
    lines = {line.split()[0]: line.split()[-1] for line in desk.run("alerts").out.splitlines() if " Nvidia " in line}
    assert lines == {"a0": "yes", "a1": "no", "a2": "yes"}


def test_what_was_said_is_changed_and_taken_back(desk: Desk) -> None:
    desk.run("alerts", "rate", "a0", "a1", "--useful")
    desk.run("alerts", "rate", "a0", "--not-useful")

    done = desk.run("alerts", "rate", "a1", "--clear")

    assert done.words == "a1 is not rated any more: Nvidia two"
    assert said(desk) == {"a0": False, "a1": None, "a2": None}


def test_the_beginning_of_an_id_is_enough(desk: Desk) -> None:
    repeats(desk, "abcd01", "abce02")

    assert desk.run("alerts", "rate", "abcd", "--useful", "--json").json() == [{"id": "abcd01", "useful": True}]


def test_an_alert_named_twice_is_rated_once_and_scripts_get_lines(desk: Desk) -> None:
    done = desk.run("alerts", "rate", "a0", "a0", "--useful", "--json")

    assert [json.loads(line) for line in done.out.splitlines()] == [{"id": "a0", "useful": True}]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (("a0", "zzzz", "--useful"), 'monitor: there is no alert "zzzz"; see: monitor alerts'),
        (("a0", "abcd", "--useful"), 'monitor: "abcd" stands for 2 alerts; say more of the id: abcd01'),
        (("a0", "a*", "--useful"), 'monitor: there is no alert "a*"; see: monitor alerts'),
    ],
)
def test_one_id_that_is_wrong_leaves_all_as_they_were(desk: Desk, arguments: tuple[str, ...], problem: str) -> None:
    repeats(desk, "abcd01", "abcd02")

    done = desk.run("alerts", "rate", *arguments)

    assert (done.code, done.problem) == (1, problem)
    assert set(said(desk).values()) == {None}


@pytest.mark.parametrize("given", [(), ("--useful", "--clear"), ("--useful", "--not-useful")])
def test_one_thing_is_said(desk: Desk, given: tuple[str, ...]) -> None:
    done = desk.run("alerts", "rate", "a0", *given)

    assert (done.code, done.problem) == (2, "monitor: say one of --useful, --not-useful and --clear")


def test_which_alerts_must_be_said(desk: Desk) -> None:
    assert desk.run("alerts", "rate", "--useful").code == 2


def test_there_is_nothing_to_rate_before_the_first_start(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)

    done = desk.run("alerts", "rate", "a0", "--useful")

    assert done.code == 1
    assert "there is no database" in done.problem
    assert not desk.database.exists()


@pytest.mark.parametrize(
    "command",
    [
        ("alerts", "--limit", "1"),
        ("alerts", "list", "--limit", "1"),
        ("alerts", "--limit", "1", "list"),
        ("alerts", "-n", "1", "list", "--since", "3650d"),
        ("alerts", "--since", "3650d", "list", "-n", "1"),
    ],
)
def test_options_count_before_and_after_the_word_list(desk: Desk, command: tuple[str, ...]) -> None:
    assert [item["id"] for item in desk.run(*command, "--json").json()] == ["a2"]


def test_json_may_stand_before_the_word_list(desk: Desk) -> None:
    assert len(desk.run("alerts", "--json", "list").json()) == 3


def test_headlines_are_inert_when_rated(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: db.execute("UPDATE revisions SET title = 'Nvidia \x1b[2J[red]up'"))

    assert desk.run("alerts", "rate", "a0", "--useful").out == "a0 is useful: Nvidia [2J[red]up\n"
