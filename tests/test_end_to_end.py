"""The real process against a real newsroom, a webhook collector and a mail server."""

import signal
import sqlite3
from pathlib import Path

import pytest

from monitor.steps import Step
from tests.house import NVIDIA, House, alert_ids, eventually, stop
from tests.mailbox import Mailbox
from tests.server import Item, Server

META = '[[watch]]\nname = "Meta"\ncompanies = ["Meta Platforms"]\nchannels = ["mail"]\n'
DESK_NVIDIA = NVIDIA + 'channels = ["desk"]\n'
PLANT = "NVIDIA Corp (NASDAQ:NVDA) said on Tuesday that it would build a plant in the valley."


def stories(house: House, count: int, subject: str = "Nvidia") -> list[Item]:
    """Articles about different things that the subject did."""
    deeds = ("opens a plant", "hires a thousand", "buys a startup", "cuts its prices", "moves its office")
    return [
        house.article(
            f"{subject}-{number}", f"{subject} {deed}", f"{subject} {deed}, it said on day {number} of the week."
        )
        for number, deed in enumerate(deeds[:count], start=1)
    ]


def test_first_contact_floods_nothing_and_news_alerts_once_on_the_right_channel(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    with Mailbox() as mailbox:
        mail = (
            f'[[channel]]\nname = "mail"\nurl = "mailto://127.0.0.1:{mailbox.port}?from=m@a.example&to=me@b.example"\n'
        )
        house.write(house.webhook("desk", "/hook"), mail, watches=DESK_NVIDIA + META)
        old = [*stories(house, 5, "Intel"), house.article("old", "Nvidia was busy", PLANT)]
        house.publish(*old)
        with house.daemon() as process:
            eventually(lambda: house.database.exists() and server.hits("/rss") >= 2)
            news = stories(house, 5)
            house.publish(house.article("m", "Meta Platforms plans", "Meta Platforms plans a campus."), *news, *old)
            desk.wait_for(5)
            mailbox.wait_for(1)
            code, _, complaints = stop(process)
        assert (code, complaints.count("level=error")) == (0, 0), complaints

        house.publish(*news, *old)
        again = house.once()

        assert again.returncode == 0, again.stderr
        assert len(mailbox.messages) == 1
        assert "Meta Platforms plans" in mailbox.messages[0]["Subject"]
    ids = alert_ids(desk.bodies)
    assert len(ids) == len(set(ids)) == 5
    assert {alert["watch"] for alert in house.alerts()} == {"Nvidia", "Meta"}
    assert all(delivery["state"] == "sent" for alert in house.alerts() for delivery in alert["deliveries"])


def test_an_alert_says_everything_a_reader_needs(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    house.write(house.webhook("desk", "/hook"))
    house.publish(house.article("old", "An old story", "Nothing of note."))
    house.prepare()

    house.publish(house.article("plant", "A plant for the valley", "The valley waited.", PLANT + " Others may follow."))
    house.once()

    (body,) = desk.wait_for(1)
    (alert,) = house.alerts()
    text = body.decode()
    assert alert["title"] == "A plant for the valley"
    assert alert["url"] == f"{server.url}/plant"
    assert alert["deliveries"][0] | {"sent": None, "due": None} == {
        "channel": "desk",
        "state": "sent",
        "attempts": 1,
        "sent": None,
        "error": "",
        "due": None,
        "reason": "at once",
    }
    for part in (
        alert["id"],
        "Nvidia",
        "A plant for the valley",
        "Test feed",
        "said on Tuesday",
        f"{server.url}/plant",
    ):
        assert part in text


# What takes a defect or a full disk to be passed is in test_pipeline.py.
KILLED_AT = [step for step in Step if step not in (Step.NOT_JUDGED, Step.NOT_RECORDED)]


@pytest.mark.parametrize("step", KILLED_AT, ids=lambda step: step.name.lower())
def test_kill_9_at_any_point_loses_nothing(house: House, server: Server, step: Step) -> None:
    desk = server.collector("/hook")
    house.write(house.webhook("desk", "/hook"))
    house.publish(house.article("old", "An old story", "Nothing of note."))
    house.prepare()
    house.publish(*stories(house, 3))
    # Steps that stand for failures are passed when something fails once.
    if step is Step.POLL_FAILED:
        server.status("/rss", 500)
    if step is Step.HELD:
        server.status("/rss", 429, {"Retry-After": "2"})
    if step is Step.PAGE_FAILED:
        server.status("/Nvidia-1", 500)
    if step is Step.NOT_ACCEPTED:
        desk.answer(500)

    killed = house.run(step, module="tests.killed", PYTHONPATH=str(Path(__file__).parent.parent))

    assert killed.returncode == -signal.SIGKILL, killed.stderr
    accepted_before = len(desk.bodies) - (step is Step.NOT_ACCEPTED)
    house.publish(*stories(house, 3))
    with house.daemon() as process:
        eventually(lambda: len(set(alert_ids(desk.bodies))) == 3 and house.all_sent())
        code, _, complaints = stop(process)
    assert code == 0, complaints
    repeats = len(desk.bodies) - (step is Step.NOT_ACCEPTED) - 3
    # A repeat is possible only where the channel had accepted and that was not recorded, and then it says so.
    assert repeats <= (1 if step is Step.ACCEPTED else 0)
    if repeats:
        assert accepted_before >= 1
        assert sum(b'"possible_repeat": true' in body for body in desk.bodies) == 1


def test_killed_while_the_channel_holds_its_answer_repeats_with_the_same_id_and_says_so(
    house: House, server: Server
) -> None:
    desk = server.collector("/hook")
    house.write(house.webhook("desk", "/hook"))
    house.publish()
    house.prepare()
    release = desk.hang()
    house.publish(*stories(house, 1))
    with house.daemon() as process:
        desk.wait_for(1)
        process.kill()
        process.wait()
    release.set()

    house.once()

    first, second = desk.wait_for(2)
    assert alert_ids([first]) == alert_ids([second])
    assert b'"possible_repeat": false' in first
    assert b'"possible_repeat": true' in second


def test_an_outage_of_a_channel_delays_and_loses_nothing(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    other = server.collector("/other")
    house.write(house.webhook("desk", "/hook"), house.webhook("other", "/other"))
    house.publish()
    house.prepare()
    desk.answer(500)
    house.publish(*stories(house, 1))

    failing = house.once()
    with house.daemon() as process:
        desk.wait_for(2)
        eventually(house.all_sent)
        stop(process)

    assert failing.returncode == 1
    assert "not every message was sent" in failing.stderr
    assert alert_ids(desk.bodies)[0] == alert_ids(desk.bodies)[1]
    assert len(other.bodies) == 1


def test_a_channel_that_refuses_for_good_is_dead_at_once_and_visibly(house: House, server: Server) -> None:
    house.write(house.webhook("desk", "/nowhere"))
    house.publish()
    house.prepare()
    house.publish(*stories(house, 1))

    done = house.once()

    assert "1 dead" in done.stdout
    (alert,) = house.alerts()
    assert alert["deliveries"][0]["state"] == "dead"
    assert "404" in alert["deliveries"][0]["error"]


def test_a_page_that_cannot_be_read_loses_no_match_on_the_title(house: House, server: Server) -> None:
    house.write()
    house.publish()
    house.prepare()
    house.publish(Item("Nvidia opens a plant", link="/missing"), Item("Nvidia hires", link="/hangs"))
    server.status("/hangs", 503)

    house.once()

    assert {alert["title"] for alert in house.alerts()} == {"Nvidia opens a plant", "Nvidia hires"}


def test_the_article_of_the_issue_fires_its_three_watches_and_not_the_teased_one(house: House) -> None:
    house.write(
        '[[watch]]\nname = "Google"\ntickers = ["NASDAQ:GOOGL"]\n',
        '[[watch]]\nname = "Zuckerberg"\npeople = ["Mark Zuckerberg"]\n',
        '[[watch]]\nname = "Microsoft"\ntickers = ["NASDAQ:MSFT"]\ncompanies = ["Microsoft"]\n',
    )
    house.publish()
    house.prepare()
    house.publish(
        house.article(
            "race",
            "The race for compute goes on",
            "Mark Zuckerberg told reporters that many companies may be building too much.",
            "Being behind for the next ten years is the greater risk, Zuckerberg said.",
            "So far the winners are chipmakers such as NVIDIA Corp (NASDAQ:NVDA).",
            "Alphabet Inc (NASDAQ:GOOG)(NASDAQ:GOOGL) is in the race, too.",
            "Read Also: Microsoft Corp (NASDAQ:MSFT) Shares Rise As Azure Grows",
        )
    )

    house.once()

    assert {alert["watch"] for alert in house.alerts()} == {"Nvidia", "Google", "Zuckerberg"}


def test_one_pass_over_twenty_feeds_says_in_one_line_what_it_did(house: House) -> None:
    paths = [f"/feed/{number}" for number in range(20)]
    house.write(feeds=paths)
    for number, path in enumerate(paths):
        house.publish(house.article(f"a{number}", f"Story {number}", "A text of its own."), path=path)

    done = house.once()

    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    assert line.startswith("polled 20 feeds; 0 new entries, 20 there already at first contact")
    assert "read 20 pages" in line


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT], ids=["sigterm", "ctrl-c"])
def test_the_daemon_stops_in_time_whatever_hangs(house: House, server: Server, number: int) -> None:
    desk = server.collector("/hook")
    house.write(house.webhook("desk", "/hook"), feeds=["/rss", "/slow"])
    house.publish()
    house.prepare()
    server.slow("/slow", 60)
    desk.hang()
    house.publish(*stories(house, 1))

    with house.daemon() as process:
        desk.wait_for(1)
        code, _, complaints = stop(process, number)

    assert code == 0
    assert "Traceback" not in complaints


def test_a_second_daemon_on_the_same_database_is_refused_and_names_the_first(house: House, server: Server) -> None:
    house.write()
    house.publish()
    with house.daemon() as process:
        eventually(lambda: server.hits("/rss"))

        second = house.once()

        stop(process)
    assert second.returncode == 1
    assert f"process {process.pid}" in second.stderr
    assert len(second.stderr.splitlines()) == 1


def test_a_dead_network_is_one_clear_line_and_exit_code_1(house: House, server: Server) -> None:
    house.write()
    server.reset("/rss")

    done = house.once()

    assert done.returncode == 1
    assert done.stderr.splitlines()[-1].startswith("monitor: no feed gave anything")
    assert "Traceback" not in done.stderr


def test_a_pass_that_cannot_write_fails_and_says_so_and_the_next_one_catches_up(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    house.write(house.webhook("desk", "/hook"))
    house.publish()
    house.prepare()
    house.publish(*stories(house, 1))
    with sqlite3.connect(house.database) as db:
        db.execute("CREATE TRIGGER full BEFORE INSERT ON polls BEGIN SELECT raise(FAIL, 'disk is full'); END")

    failed = house.once()

    assert failed.returncode == 1
    assert "monitor/" not in failed.stderr  # no traceback of ours; a worker that is stopped as it starts may have one
    with sqlite3.connect(house.database) as db:
        db.execute("DROP TRIGGER full")
    assert house.once().returncode == 0
    assert len(desk.bodies) == 1


def test_a_wrong_configuration_starts_nothing(house: House) -> None:
    house.config.write_text('[[feed]]\nurl = "https://outlet.example/rss"\nintervall = "5m"\n')

    done = house.once()

    assert done.returncode == 2
    assert "did you mean" in done.stderr
    assert not house.database.exists()


def test_an_edit_between_an_articles_arrival_and_its_judgement_loses_no_alert(house: House, server: Server) -> None:
    house.write()
    house.publish()
    house.prepare()
    house.publish(*stories(house, 1))
    house.run(Step.POLL_COMMITTED, module="tests.killed", PYTHONPATH=str(Path(__file__).parent.parent))

    house.write(watches=NVIDIA + 'exclude = ["gaming laptop"]\n')
    house.once()

    assert len(house.alerts()) == 1


def test_a_new_watch_does_not_alert_on_what_was_there_and_does_on_what_comes(house: House) -> None:
    house.write(watches='[[watch]]\nname = "Intel"\ncompanies = ["Intel"]\n')
    house.publish()
    house.prepare()
    first, second = stories(house, 2)
    house.publish(first)
    house.once()

    house.write()
    house.once()
    assert not house.alerts()
    house.publish(second, first)
    house.once()

    assert [alert["title"] for alert in house.alerts()] == ["Nvidia hires a thousand"]


def test_a_watch_with_backfill_alerts_on_what_is_young_enough(house: House) -> None:
    house.write(watches='[[watch]]\nname = "Intel"\ncompanies = ["Intel"]\n')
    house.publish()
    house.prepare()
    house.publish(*stories(house, 1))
    house.once()

    house.write(watches=NVIDIA + 'backfill = "1h"\n')
    house.once()

    assert len(house.alerts()) == 1
