"""`monitor watch` list, show and test."""

from pathlib import Path

import pytest

from tests.command import DESK, FEED, MAIL, NVIDIA, Desk
from tests.store.newsroom import entry, judge, poll, set_up

CLUSTERS = """[[watch]]
name = "GPU clusters"
topics = ["GPU cluster", "AI supercomputer"]
people = ["Jensen Huang"]
query = "(H100 OR H200) NEAR/8 cluster"
exclude = ["gaming laptop"]
sources = ["tag:press", "tier:1", "!Some Blog"]
require = "all"
in = "title"
language = "en"
min_score = 30
backfill = "12h"
channels = ["mail"]
priority = "urgent"
"""
OFF = '[[watch]]\nname = "Off"\ncompanies = ["Apple"]\nenabled = false\n'
PRESS = '[[feed]]\nurl = "https://press.example/feed"\nname = "The Press"\ntags = ["press"]\n'


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    desk = Desk(tmp_path, capsys)
    desk.write(FEED, PRESS, NVIDIA, CLUSTERS, OFF, DESK, MAIL)
    return desk


def alert_once(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(poll)
        store.write_now(lambda db: poll(db, entry("1")))
        store.write_now(judge)


def test_watches_are_listed_also_before_the_first_start(desk: Desk) -> None:
    listed = desk.run("watch", "--json").json()
    words = desk.run("watch", "list").words

    assert [(item["name"], item["priority"], item["enabled"]) for item in listed] == [
        ("Nvidia", "normal", True),
        ("GPU clusters", "urgent", True),
        ("Off", "normal", False),
    ]
    assert "Nvidia normal all 0 0 - GPU clusters urgent mail 0 0 - Off off all 0 0 -" in words
    assert not desk.database.exists()


def test_a_watch_tells_what_it_brought(desk: Desk) -> None:
    alert_once(desk)

    [nvidia, *_] = desk.run("watch", "list", "--json").json()

    assert (nvidia["alerts_7d"], nvidia["last_alert"]) == (0, "a0")
    assert nvidia["last_alerted"] == nvidia["in_force_since"] == "2026-03-01T12:00:00.000Z"


def test_a_watch_is_said_in_words(desk: Desk) -> None:
    shown = desk.run("watch", "show", "gpu clusters").words

    assert shown == (
        "watch GPU clusters, urgent fires when something from each of these is found in the title"
        " - person Jensen Huang - topic GPU cluster, AI supercomputer - query (H100 OR H200) NEAR/8 cluster"
        " not when one of these stands anywhere: gaming laptop"
        " sources only feeds tagged press, feeds of tier 1; not Some Blog"
        " language only en, as far as it is known score 30 or more of 100"
        " backfill also what was there before it, up to 12h old alerts to mail"
        " in force not yet: no daemon has taken it up alerts 0 in 7 days, 0 in 30 days"
    )


def test_a_plain_watch_says_little(desk: Desk) -> None:
    shown = desk.run("watch", "show", "Nvidia").words

    assert shown.startswith(
        "watch Nvidia, normal fires when any of these is found in title or text - company Nvidia - Nvidia, also as"
        " NASDAQ:NVDA alerts to desk, mail"
    )
    assert desk.run("watch", "show", "Off").words.startswith("watch Off, normal, switched off")


def test_a_watch_is_shown_to_scripts_as_it_is_written(desk: Desk) -> None:
    [shown] = desk.run("watch", "show", "GPU clusters", "--json").json()

    assert (shown["in"], shown["require"], shown["exclude"]) == ("title", "all", ["gaming laptop"])
    assert shown["alerts_30d"] == 0


@pytest.mark.parametrize("command", [["show", "Nvida"], ["test", "x", "--watch", "Nvida"]])
def test_a_watch_that_is_not_there_is_corrected(desk: Desk, command: list[str]) -> None:
    done = desk.run("watch", *command)

    assert done.code == 2
    assert 'there is no watch "Nvida"; did you mean "Nvidia"?' in done.problem


def test_a_text_typed_in_shows_which_watches_fire_and_what_is_evidence(desk: Desk) -> None:
    shown = desk.run("watch", "test", "Shares of Nvidia rose on Tuesday.", "--title", "Chips gain").words

    assert shown == ('Nvidia fires, score 41 company "Nvidia" in the lead: “Shares of »Nvidia« rose on Tuesday.”')


def test_a_watch_that_comes_close_says_why_it_does_not_fire(desk: Desk) -> None:
    shown = desk.run("watch", "test", "Apple shares rose, said Apple Inc.").words

    assert "No watch fires. Off does not fire: it is switched off (enabled = false) company" in shown


def test_a_watch_that_does_not_fire_says_what_came_closest(desk: Desk) -> None:
    shown = desk.run("watch", "test", "", "--title", "Then Huang spoke of a GPU and the H100.").words

    assert shown == (
        "No watch fires. GPU clusters does not fire: nothing in title or text fits"
        ' person "Jensen Huang" does not hold: only the surname "Huang" stands there, never the full name:'
        " “Then »Huang« spoke of a GPU and the H100.”"
        ' topic "GPU cluster" does not hold: "GPU" stands there, "cluster" does not:'
        " “Then Huang spoke of a »GPU« and the H100.”"
        ' query "(h100 OR h200) NEAR/8 cluster" does not hold: (h100 OR h200) stands there, "cluster" does not:'
        " “Then Huang spoke of a GPU and the »H100«.”"
    )


def test_a_watch_that_is_asked_for_says_also_what_hardly_counts(desk: Desk) -> None:
    shown = desk.run("watch", "test", "He ate an apple.", "--watch", "Off").words

    assert 'company "Apple" does not hold: stands only in lower case: “He ate an »apple«.”' in shown
    assert desk.run("watch", "test", "He ate an apple.").words == "No watch fires."


def test_watches_of_which_little_stands_there_are_told_in_a_line_each(desk: Desk) -> None:
    desk.write(
        '[[watch]]\nname = "A"\ntopics = ["salt mine", "salt lake"]\n',
        '[[watch]]\nname = "B"\ntopics = ["salt cellar"]\n',
        DESK,
    )

    shown = desk.run("watch", "test", "Add salt.").words

    assert shown.count('"salt" stands there') == 2
    assert desk.run("watch", "test", "Add salt.", "--watch", "A").words.count('"salt" stands there') == 2


def test_no_more_is_said_of_a_watch_than_can_be_read(desk: Desk) -> None:
    topics = ", ".join(f'"salt {number}"' for number in range(20))
    desk.write(f'[[watch]]\nname = "Salt"\ntopics = [{topics}]\n', DESK)

    assert desk.run("watch", "test", "Add salt.").words.count("does not hold") == 8


def test_one_watch_is_tried_and_says_that_nothing_fits(desk: Desk) -> None:
    shown = desk.run("watch", "test", "Nothing of note.", "--watch", "nvidia").words

    assert shown == "No watch fires. Nvidia does not fire: nothing in title or text fits"


def test_a_text_may_come_from_a_feed(desk: Desk) -> None:
    desk.write(PRESS, NVIDIA + 'sources = ["tag:press"]\n', DESK)
    text = "Shares of Nvidia rose."

    assert desk.run("watch", "test", text, "--json").json()[0]["matches"] == []
    [fired] = desk.run("watch", "test", text, "--feed", "the press", "--json").json()
    assert [match["watch"] for match in fired["matches"]] == ["Nvidia"]


def test_scripts_are_told_as_match_tells_them(desk: Desk) -> None:
    [done] = desk.run("watch", "test", "Shares of Nvidia rose.", "--json").json()

    [match] = done["matches"]
    assert match["watch"] == "Nvidia"
    assert match["evidence"][0] == {
        "list": "companies",
        "term": "Nvidia",
        "field": "text",
        "part": "lead",
        "start": 10,
        "end": 16,
        "text": "Nvidia",
    }
    assert [item["watch"] for item in done["missed"]] == ["GPU clusters", "Off"]
    assert done["missed"][1]["clauses"] == [
        {
            "list": "companies",
            "term": "Apple",
            "held": False,
            "evidence": [],
            "closest": "nothing like it stands there",
            "spans": [],
            "nearness": "far",
            "needed": False,
        }
    ]


def test_a_text_is_printed_inert(desk: Desk) -> None:
    done = desk.run("watch", "test", "[bold]Shares[/bold] of Nvidia\x1b[31m rose [/x]")

    assert "“[bold]Shares[/bold] of »Nvidia«[31m rose [/x]”" in done.words
    assert "\x1b" not in done.out
