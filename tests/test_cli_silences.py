"""`monitor silences` list, add and remove; `monitor watch` snooze and wake."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.store import silences, sync
from tests.command import DESK, FEED, MAIL, NVIDIA, Desk
from tests.store.newsroom import NOW, WATCH, entry, judge, poll, set_up

SETTINGS = '[settings]\ntimezone = "America/New_York"\n'
HOUR = timedelta(hours=1)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Alert a0 is article 1 and story 1, "Nvidia hires"; a1 is article 2 and story 2."""
    desk = Desk(tmp_path, capsys)
    desk.write(SETTINGS, FEED, NVIDIA, DESK, MAIL)
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(poll)
        store.write_now(lambda db: poll(db, entry("1"), entry("2", "Nvidia hires")))
        store.write_now(judge)
    return desk


def listed(desk: Desk, *options: str) -> list[dict[str, Any]]:
    return desk.run("silences", *options, "--json").json()


def ends_in(one: dict[str, Any]) -> timedelta:
    return datetime.fromisoformat(one["ends"]) - datetime.now(UTC)


def test_a_watch_is_silenced_for_a_while(desk: Desk) -> None:
    done = desk.run("silences", "add", "--watch", "nvidia", "--for", "2h", "--comment", "earnings week")

    assert done.code == 0
    assert done.words.startswith("Silence 1: Nvidia, until ")
    assert "(in 1h 59m" in done.words or "(in 2h" in done.words
    [one] = listed(desk)
    assert (one["id"], one["watch"], one["story"], one["comment"]) == (1, "Nvidia", None, "earnings week")
    assert timedelta(minutes=119) < ends_in(one) < timedelta(minutes=121)
    assert (one["running"], one["held_back"]) == (True, 0)
    words = desk.run("silences").words
    assert "silence watch story until kept back comment" in words
    assert "1 Nvidia all until" in words
    assert "0 earnings week" in words


def test_until_is_a_time_in_the_zone_of_the_settings(desk: Desk) -> None:
    year = datetime.now(UTC).year + 1

    [one] = desk.run("watch", "snooze", "Nvidia", "--until", f"{year}-11-24 07:00", "--json").json()

    assert one["ends"] == f"{year}-11-24T12:00:00.000Z"


@pytest.mark.parametrize("wanted", ["1", "a0", "https://outlet.example/2", "outlet.example/2?utm_source=x"])
def test_a_story_is_silenced_for_good_whatever_it_is_called(desk: Desk, wanted: str) -> None:
    done = desk.run("silences", "add", "--story", wanted)

    assert done.words == 'Silence 1: story 1, "Nvidia hires", for good.'
    [one] = listed(desk, "list")
    assert (one["watch"], one["story"], one["headline"], one["ends"]) == (None, 1, "Nvidia hires", None)


def test_a_watch_may_be_silenced_on_one_story(desk: Desk) -> None:
    done = desk.run("silences", "add", "--story", "a1", "--watch", "Nvidia")

    assert done.words == 'Silence 1: Nvidia on story 2, "Nvidia opens a plant", for good.'
    assert "snoozed" not in desk.run("watch").words


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ([], "say what is to be silent"),
        (["--watch", "Nvidia"], "say for how long"),
        (["--watch", "Nvida", "--for", "2h"], 'did you mean "Nvidia"?'),
        (["--watch", "Nvidia", "--for", "soon"], "is no duration"),
        (["--watch", "Nvidia", "--for", "0h"], "over before it begins"),
        (["--watch", "Nvidia", "--for", "9999999999d"], "more than ten years off"),
        (["--watch", "Nvidia", "--until", "tomorrow"], 'write it as "2026-11-24 07:00"'),
        (["--watch", "Nvidia", "--until", "2020-01-01 07:00"], "over before it begins"),
        (["--watch", "Nvidia", "--for", "2h", "--until", "2099-01-01"], "not both"),
    ],
)
def test_wrong_usage_is_one_line(desk: Desk, arguments: list[str], problem: str) -> None:
    done = desk.run("silences", "add", *arguments)

    assert (done.code, problem in done.problem) == (2, True), done.problem
    assert listed(desk) == []


def test_a_story_that_never_was_is_one_line(desk: Desk) -> None:
    done = desk.run("silences", "add", "--story", "77")

    assert (done.code, 'there is no story, alert or judged article "77"' in done.problem) == (1, True)


def test_an_address_of_several_stories_wants_to_know_which(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: db.execute("UPDATE revisions SET canonical = 'https://outlet.example/both'"))

    done = desk.run("silences", "add", "--story", "https://outlet.example/both")

    assert (done.code, "stands for several stories; say which by its number: 2, 1" in done.problem) == (1, True)


def test_a_watch_that_no_daemon_has_taken_up_is_one_line(desk: Desk) -> None:
    desk.write(FEED, NVIDIA, '[[watch]]\nname = "Arm"\ncompanies = ["Arm"]\n', DESK, MAIL)

    done = desk.run("watch", "snooze", "Arm", "--for", "2h")

    assert done.code == 1
    assert 'no daemon has taken up the watch "Arm" yet; start it first: monitor run' in done.problem


def test_without_a_database_none_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)

    for command in (
        ["silences"],
        ["silences", "add", "--watch", "Nvidia", "--for", "2h"],
        ["silences", "add", "--story", "1"],
        ["silences", "remove", "1"],
        ["watch", "snooze", "Nvidia", "--for", "2h"],
        ["watch", "wake", "Nvidia"],
    ):
        done = desk.run(*command)
        assert (done.code, "there is no database" in done.problem) == (1, True), command
    assert not desk.database.exists()


def test_a_silence_is_lifted_and_stays_on_record(desk: Desk) -> None:
    desk.run("silences", "add", "--story", "1", "--for", "2h")
    with desk.store() as store:
        store.write_now(lambda db: db.execute("UPDATE matches SET silence_id = 1"))

    done = desk.run("silences", "remove", "1")

    assert done.words == 'Silence 1 is lifted: story 1, "Nvidia hires"; it kept back 2 matches.'
    assert desk.run("silences").words == "Nothing is silenced."
    [one] = listed(desk, "--all")
    assert (one["running"], one["held_back"], bool(one["lifted"])) == (False, 2, True)
    assert " lifted " in desk.run("silences", "list", "--all").words


@pytest.mark.parametrize("wanted", [["2"], ["x"], ["1", "2"]])
def test_what_does_not_hold_cannot_be_lifted(desk: Desk, wanted: list[str]) -> None:
    desk.run("silences", "add", "--story", "1")

    done = desk.run("silences", "remove", *wanted)

    assert (done.code, "that holds; see: monitor silences --all" in done.problem) == (1, True)
    assert len(listed(desk)) == 1


def test_a_silence_that_is_over_is_listed_only_when_all_are(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: silences.add(db, watch="Nvidia", ends=NOW + HOUR, comment="", now=NOW))

    assert listed(desk) == []
    assert [one["running"] for one in listed(desk, "--all")] == [False]
    assert "until 01 Mar 08:00" in desk.run("silences", "--all").words


def test_a_watch_is_snoozed_and_woken(desk: Desk) -> None:
    desk.run("silences", "add", "--story", "1", "--watch", "Nvidia")
    desk.run("watch", "snooze", "nvidia", "--for", "2h", "--comment", "earnings call")

    [shown] = desk.run("watch", "show", "Nvidia", "--json").json()
    assert timedelta(minutes=119) < ends_in({"ends": shown["snoozed_until"]}) < timedelta(minutes=121)
    assert desk.run("watch", "list", "--json").json()[0]["snoozed_until"] == shown["snoozed_until"]
    assert ": earnings call (silence 2)" in desk.run("watch", "show", "Nvidia").words
    assert "last alert snoozed" in desk.run("watch").words

    done = desk.run("watch", "wake", "Nvidia")

    assert done.words == "Silence 2 is lifted: Nvidia; it kept back 0 matches."
    assert "snoozed" not in desk.run("watch").words + desk.run("watch", "show", "Nvidia").words
    assert [one["id"] for one in listed(desk)] == [1]
    assert desk.run("watch", "wake", "Nvidia").words == "Nvidia is not snoozed."


def test_a_watch_that_was_renamed_stays_silent(desk: Desk) -> None:
    desk.run("watch", "snooze", "Nvidia", "--for", "2h")
    renamed = NVIDIA.replace('name = "Nvidia"', 'name = "Chips"')
    desk.write(FEED, renamed, DESK, MAIL)
    with desk.store() as store:
        store.write_now(lambda db: sync.sync_rules(db, (WATCH.model_copy(update={"name": "Chips"}),), NOW + HOUR))

    assert desk.run("watch", "wake", "chips").words == "Silence 1 is lifted: Chips; it kept back 0 matches."
