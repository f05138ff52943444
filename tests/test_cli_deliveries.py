"""`monitor deliveries` list, show and retry."""

from pathlib import Path

import pytest

from monitor.model import MessageState
from monitor.options import Watch
from monitor.store import delivery, outbox, sync
from tests.command import FEED, MAIL, NVIDIA, Desk
from tests.store.newsroom import NOW, SECOND, entry, judge, poll, set_up

BOTH = Watch(name="Nvidia", companies=("Nvidia",), channels=("desk", "mail"))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Two alerts: messages 1 and 3 to desk are dead, 2 to mail was sent, 4 to mail waits."""
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(lambda db: set_up(db, watches=(BOTH,)))
        store.write_now(poll)
        store.write_now(lambda db: poll(db, entry("1"), entry("2", "Nvidia hires")))
        store.write_now(judge)
        for number in (1, 2, 3):
            store.write_now(lambda db, n=number: delivery.claim(db, n, NOW))  # type: ignore[misc]
        for number in (1, 3):
            store.write_now(
                lambda db, n=number: delivery.record_not_sent(db, n, "HTTP 404", NOW + SECOND, next_try=None)  # type: ignore[misc]
            )
        store.write_now(lambda db: delivery.record_sent(db, 2, NOW + SECOND))
    return desk


def states(desk: Desk) -> list[MessageState]:
    with desk.store() as store:
        return [item.state for item in store.read_now(outbox.messages)]


def test_messages_are_listed_with_state_and_error(desk: Desk) -> None:
    listed = desk.run("deliveries").words

    assert "1 01 Mar 12:00 desk dead Nvidia: Nvidia hires; 1 attempt: HTTP 404" in listed
    assert "2 01 Mar 12:00 mail sent Nvidia: Nvidia hires" in listed
    assert "4 01 Mar 12:00 mail pending Nvidia: Nvidia opens a plant; due now" in listed


def test_messages_are_listed_for_scripts(desk: Desk) -> None:
    for command in (["deliveries", "--json"], ["deliveries", "list", "--json"], ["deliveries", "--json", "list"]):
        listed = desk.run(*command).json()

        assert [(item["id"], item["channel"], item["state"]) for item in listed] == [
            (1, "desk", "dead"),
            (2, "mail", "sent"),
            (3, "desk", "dead"),
            (4, "mail", "pending"),
        ]
        assert listed[1]["sent"] == "2026-03-01T12:00:01.000Z"


def test_the_list_is_narrowed(desk: Desk) -> None:
    def ids(*options: str) -> list[int]:
        return [item["id"] for item in desk.run("deliveries", *options, "--json").json()]

    assert ids("--state", "dead") == [1, 3]
    assert ids("--state", "dead", "list", "--limit", "1") == [3]
    assert ids("--channel", "MAIL") == [2, 4]
    assert ids("--since", "1s") == []
    assert desk.run("deliveries", "--since", "1s").words == "No messages like that."


def test_a_channel_that_never_was_is_corrected(desk: Desk) -> None:
    done = desk.run("deliveries", "--channel", "dsk")

    assert done.code == 2
    assert 'there is no channel "dsk"; did you mean "desk"?' in done.problem


@pytest.mark.parametrize(("wanted", "ids"), [("1", [1]), ("a0", [1, 2])])
def test_a_message_is_shown_with_its_attempts_and_an_alert_with_its_messages(
    desk: Desk, wanted: str, ids: list[int]
) -> None:
    shown = desk.run("deliveries", "show", wanted, "--json").json()
    words = desk.run("deliveries", "show", wanted).words

    assert [item["id"] for item in shown] == ids
    assert [attempt["error"] for attempt in shown[0]["history"]] == ["HTTP 404"]
    assert "message 1 (alert) to desk state dead" in words
    assert "01 Mar 12:00:00 HTTP 404" in words


def test_a_message_that_never_was_is_one_line(desk: Desk) -> None:
    for command in ("show", "retry"):
        done = desk.run("deliveries", command, "77")
        assert (done.code, 'there is no message or alert "77"' in done.problem) == (1, True)


@pytest.mark.parametrize(
    ("arguments", "queued", "left"),
    [
        (["1"], "1 message queued again (1 to desk)", "dead"),
        (["1", "a1"], "2 messages queued again (2 to desk)", "pending"),
        (["--channel", "desk"], "2 messages queued again (2 to desk)", "pending"),
        (["--all"], "2 messages queued again (2 to desk)", "pending"),
    ],
)
def test_dead_messages_are_queued_again(desk: Desk, arguments: list[str], queued: str, left: str) -> None:
    done = desk.run("deliveries", "retry", *arguments)

    assert done.code == 0
    assert f"{queued}; no daemon runs; monitor run sends them." in done.words
    assert states(desk) == ["pending", "sent", left, "pending"]


def test_scripts_are_told_how_many_were_queued(desk: Desk) -> None:
    assert desk.run("deliveries", "retry", "--all", "--json").json() == [
        {"queued": 2, "refused": 0, "channels": {"queued": {"desk": 2}, "refused": {}}}
    ]


def test_what_is_not_dead_is_not_sent_again(desk: Desk) -> None:
    done = desk.run("deliveries", "retry", "2")

    assert done.code == 1
    assert "2 is not dead but sent" in done.problem


def test_with_nothing_dead_nothing_happens(desk: Desk) -> None:
    done = desk.run("deliveries", "retry", "--channel", "mail")

    assert (done.code, done.words) == (0, "Nothing is sent again: nothing is dead.")


@pytest.mark.parametrize(("arguments", "code"), [(["1"], 1), (["--channel", "desk"], 1), (["--all"], 0)])
def test_a_channel_that_is_gone_is_refused_and_its_messages_stay_dead(
    desk: Desk, arguments: list[str], code: int
) -> None:
    desk.write(FEED, NVIDIA, MAIL)
    with desk.store() as store:
        store.write_now(lambda db: sync.sync_channels(db, {"mail": "mail"}, NOW))

    done = desk.run("deliveries", "retry", *arguments)

    assert done.code == code
    assert "to desk stayed dead, as no such channel is in force; add it to the configuration" in done.problem
    assert states(desk) == ["dead", "sent", "dead", "pending"]


@pytest.mark.parametrize("arguments", [[], ["1", "--all"], ["--all", "--channel", "desk"]])
def test_retry_wants_to_know_which(desk: Desk, arguments: list[str]) -> None:
    done = desk.run("deliveries", "retry", *arguments)

    assert done.code == 2
    assert "say which dead messages" in done.problem


def test_without_a_database_none_is_made(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)

    for command in (["deliveries"], ["deliveries", "show", "1"], ["deliveries", "retry", "--all"]):
        assert desk.run(*command).code == 1
    assert not desk.database.exists()


# ---------------------------------------------------------------- drop


def test_what_waits_for_a_channel_is_let_go_of_and_stays_listed(desk: Desk) -> None:
    done = desk.run("deliveries", "drop", "--channel", "mail")

    assert (done.code, done.words.split(";")[0]) == (0, "1 message dropped")
    assert states(desk) == ["dead", "sent", "dead", "dead"]
    assert "4 (alert) to mail state dead because dropped by hand" in desk.run("deliveries", "show", "4").words


def test_a_dead_letter_that_was_dropped_is_not_sent_again_with_the_others(desk: Desk) -> None:
    assert desk.run("deliveries", "drop", "1", "--json").json() == [{"dropped": 1}]

    assert "1 message queued again" in desk.run("deliveries", "retry", "--channel", "desk").words
    assert states(desk) == ["dead", "sent", "pending", "pending"]
    assert "1 message queued again" in desk.run("deliveries", "retry", "1").words


def test_what_was_sent_is_not_dropped(desk: Desk) -> None:
    done = desk.run("deliveries", "drop", "2")

    assert (done.code, "nothing to let go of: 2 is sent" in done.problem) == (1, True)


@pytest.mark.parametrize("arguments", [[], ["1", "--channel", "desk"]])
def test_drop_wants_to_know_which(desk: Desk, arguments: list[str]) -> None:
    assert desk.run("deliveries", "drop", *arguments).code == 2


def test_a_dropped_message_needs_no_ones_attention(desk: Desk) -> None:
    desk.run("deliveries", "drop", "1", "3")

    assert desk.run("status", "--json").json()[0]["dead"] == 0
