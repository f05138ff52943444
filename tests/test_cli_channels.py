"""`monitor channels` list and test."""

import json
from pathlib import Path

import pytest
from standardwebhooks.webhooks import Webhook

from monitor.store import delivery, sync
from tests.command import DESK, FEED, MAIL, NVIDIA, Desk
from tests.mailbox import Mailbox
from tests.server import Server
from tests.store.newsroom import NOW, SECOND, entry, judge, poll, set_up


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    return Desk(tmp_path, capsys)


def webhook(server: Server, name: str, path: str) -> str:
    return f'[[channel]]\nname = "{name}"\nurl = "json://{server.authority}{path}"\n'


def fail_one(desk: Desk) -> None:
    """A message to desk is dead."""
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(poll)
        store.write_now(lambda db: poll(db, entry("1")))
        store.write_now(judge)
        store.write_now(lambda db: delivery.claim(db, 1, NOW))
        store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 404", NOW + SECOND, next_try=None))


def test_channels_are_listed_with_what_they_did_and_never_with_their_address(desk: Desk) -> None:
    fail_one(desk)

    done = desk.run("channels")
    [first, second] = desk.run("channels", "list", "--json").json()

    assert "desk webhook - 0 1 HTTP 404 (" in done.words.replace("desk slack", "desk webhook")
    assert "127.0.0.1" not in done.out
    assert (first["name"], first["state"], first["dead"], first["waiting"]) == ("desk", "in force", 1, 0)
    assert (first["last_error"], first["failed"]) == ("HTTP 404", "2026-03-01T12:00:01.000Z")
    assert (second["name"], second["dead"]) == ("mail", 0)
    assert "url" not in first


def test_a_channel_that_no_daemon_knows_yet_is_new_also_before_the_first_start(desk: Desk) -> None:
    assert [item["state"] for item in desk.run("channels", "--json").json()] == ["new", "new"]
    assert "desk (new: not taken up yet)" in desk.run("channels").words


def test_a_channel_that_is_gone_is_shown_while_something_of_it_is_left(desk: Desk) -> None:
    fail_one(desk)
    desk.write(FEED, NVIDIA)
    with desk.store() as store:
        store.write_now(lambda db: sync.sync_channels(db, {"terminal": "terminal"}, NOW))

    listed = desk.run("channels", "--json").json()

    assert [(item["name"], item["state"]) for item in listed] == [("terminal", "in force"), ("desk", "gone")]


def test_a_test_message_arrives_at_every_channel_and_says_that_it_is_one(desk: Desk, server: Server) -> None:
    hook = server.collector("/hook")
    with Mailbox() as mailbox:
        mail = MAIL.replace("127.0.0.1:9", f"127.0.0.1:{mailbox.port}")
        desk.write(FEED, NVIDIA, webhook(server, "desk", "/hook"), mail)

        done = desk.run("channels", "test")

        [mailed] = mailbox.wait_for(1)
    assert done.code == 0
    assert "desk (webhook): accepted" in done.words
    assert "mail (mail): accepted" in done.words
    assert mailed["Subject"] == "news monitor: a test of the channel mail"
    assert "a test of the channel mail" in mailed.as_string()
    posted = json.loads(hook.bodies[0])
    assert (posted["kind"], posted["alerts"]) == ("notice", [])
    assert posted["text"].startswith("a test of the channel desk")


def test_only_the_channels_named_are_tested_and_each_once(desk: Desk, server: Server) -> None:
    one, two = server.collector("/one"), server.collector("/two")
    desk.write(FEED, NVIDIA, webhook(server, "one", "/one"), webhook(server, "two", "/two"))

    done = desk.run("channels", "test", "two", "TWO", "--json")

    assert [(item["channel"], item["accepted"]) for item in done.json()] == [("two", True)]
    assert (len(one.bodies), len(two.bodies)) == (0, 1)


def test_a_refusal_is_named_with_its_reason_and_exit_code_1(desk: Desk, server: Server) -> None:
    server.collector("/good")
    server.status("/bad", 403)
    desk.write(FEED, NVIDIA, webhook(server, "good", "/good"), webhook(server, "bad", "/bad"))

    done = desk.run("channels", "test")

    assert done.code == 1
    assert "good (webhook): accepted" in done.words
    assert "bad (webhook): HTTP 403 Forbidden" in done.words
    assert "1 of 2 channels did not accept the test message: bad" in done.problem


def test_without_channels_the_terminal_is_tested(desk: Desk) -> None:
    desk.write(FEED, NVIDIA)

    done = desk.run("channels", "test")

    assert done.code == 0
    assert "a test of the channel terminal" in done.words


def test_a_channel_that_is_not_configured_is_corrected(desk: Desk) -> None:
    desk.write(FEED, NVIDIA, DESK)

    done = desk.run("channels", "test", "dsek")

    assert done.code == 2
    assert 'there is no channel "dsek"; did you mean "desk"?' in done.problem


def test_a_channel_that_is_down_is_shown_so_and_tried_again_at_once_after_a_test_that_it_accepts(
    desk: Desk, server: Server
) -> None:
    server.collector("/hook")
    desk.write(FEED, NVIDIA, webhook(server, "desk", "/hook"))
    fail_one(desk)
    down = "UPDATE channels SET deaths = 3, down_since = '2026-03-01T12:00:00.000000Z', held_until = '2099'"
    with desk.store() as store:
        store.write_now(lambda db: db.execute(down + " || '-01-01T00:00:00.000000Z' WHERE name = 'desk'"))
    assert "down, since" in desk.run("channels").words
    assert "down desk: see monitor channels" in desk.run("status").words
    assert desk.run("status", "--json").json()[0]["channels_down"] == ["desk"]

    assert desk.run("channels", "test", "desk").code == 0

    (listed, *_) = desk.run("channels", "--json").json()
    assert (listed["rests_until"], listed["down_since"]) == (None, "2026-03-01T12:00:00.000Z")


def test_a_test_message_is_signed_and_in_the_user_s_own_form(desk: Desk, server: Server) -> None:
    collector = server.collector("/hook")
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    (desk.config.parent / "templates").mkdir()
    (desk.config.parent / "templates" / "text.txt").write_text("Ahoy! {% for line in notice %}{{ line }} {% endfor %}")
    desk.write('[settings]\ntemplates = "templates"\n', webhook(server, "hook", "/hook"), f'secret = "{secret}"\n')

    assert desk.run("channels", "test").code == 0

    posted = Webhook(secret).verify(collector.bodies[0], dict(server.last("/hook").headers))
    assert posted["message"].startswith("Ahoy! a test of the channel hook Sent by hand")
