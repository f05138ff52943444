import json
from datetime import timedelta
from typing import Any

import pytest

from monitor.model import Rendered
from monitor.render import Kind, message
from tests.messages import ALERT, NEW_YORK, NOW, one
from tests.sending import deliver, failure
from tests.server import Collector, Server

BLOCKS: dict[str, object] = {"text": "A title", "blocks": [{"type": "rich_text", "elements": []}]}
HOOK = "slack://TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape"
BOT = "slack://xoxb-1-2-NotARealTokenOnlyItsShape/#desk"


@pytest.fixture
def slack(server: Server, monkeypatch: pytest.MonkeyPatch) -> Collector:
    """Slack's two ways in, played by `server`: what is posted to either."""
    from apprise.plugins.slack import NotifySlack

    monkeypatch.setattr(NotifySlack, "webhook_url", server.url)
    monkeypatch.setattr(NotifySlack, "workflow_trigger_url", server.url)
    monkeypatch.setattr(NotifySlack, "api_url", server.url + "/{}")
    collector = server.collector("/TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape")
    server.handle("/T1/123/abc", collector.handle)
    return collector


def refuse(server: Server, error: str, headers: dict[str, str] | None = None) -> None:
    """Let Slack's API answer as it does when it refuses: with a status of 200."""
    server.answer("/chat.postMessage", json.dumps({"ok": False, "error": error}).encode(), headers=headers)


async def test_slack_gets_our_blocks_and_nothing_of_apprise_s(slack: Collector) -> None:
    await deliver(HOOK, Rendered("A title", "the text", data=BLOCKS))

    assert [json.loads(body) for body in slack.bodies] == [BLOCKS]


async def test_a_hostile_alert_is_posted_as_texts_and_one_link(slack: Collector) -> None:
    evil = "<!channel> <@U1> <http://evil.example|google.com> @here *bold* & `code`"

    await deliver(HOOK, message(one(title=evil, outlet=evil, excerpt=evil, marks=()), Kind.SLACK, NEW_YORK, NOW))

    (posted,) = [json.loads(body) for body in slack.bodies]
    assert set(posted) == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert posted["text"].startswith("Nvidia: &lt;\u200b!channel&gt; &lt;\u200b@\u200bU1&gt;")
    elements = [element for block in posted["blocks"] for outer in block["elements"] for element in parts(outer)]
    assert {element["type"] for element in elements} == {"text", "plain_text", "link"}
    assert [element["url"] for element in elements if element["type"] == "link"] == [ALERT.url]
    assert elements[2]["text"].replace("\u200b", "") == evil


def parts(element: dict[str, Any]) -> list[dict[str, Any]]:
    return element.get("elements") or [element]


async def test_slack_s_bot_and_thread_stay_those_of_the_address(server: Server, slack: Collector) -> None:
    server.answer("/chat.postMessage", b'{"ok": true, "channel": "C1"}')

    await deliver(BOT + ":1700000000.1?footer=no", Rendered("A title", "the text", data=BLOCKS))

    request = server.last("/chat.postMessage")
    assert request.headers["authorization"] == "Bearer xoxb-1-2-NotARealTokenOnlyItsShape"
    assert json.loads(request.body) == BLOCKS | {"channel": "#desk", "thread_ts": "1700000000.1"}


async def test_a_slack_workflow_gets_plain_text_as_it_takes_nothing_else(slack: Collector) -> None:
    await deliver("https://hooks.slack.com/triggers/T1/123/abc", Rendered("A title", "a < b", data=BLOCKS))

    assert [json.loads(body) for body in slack.bodies] == [{"text": "A title: a &lt; b"}]


@pytest.mark.parametrize(
    "error",
    [
        "channel_not_found",
        "not_in_channel",
        "is_archived",
        "invalid_auth",
        "account_inactive",
        "token_revoked",
        "no_text",
        "msg_too_long",
        "msg_blocks_too_long",
        "invalid_blocks",
        "missing_scope",
    ],
)
async def test_what_slack_will_never_take_is_permanent(server: Server, slack: Collector, error: str) -> None:
    refuse(server, error)

    refusal = await failure(BOT)

    assert refusal.permanent
    assert str(refusal) == f"Slack says {error}"


@pytest.mark.parametrize("error", ["ratelimited", "internal_error", "service_unavailable", "not_heard_of_yet"])
async def test_what_may_pass_at_slack_is_temporary(server: Server, slack: Collector, error: str) -> None:
    refuse(server, error, {"Retry-After": "30"})

    refusal = await failure(BOT)

    assert not refusal.permanent
    assert refusal.retry_after == timedelta(seconds=30)
    assert error in str(refusal)


async def test_slack_s_429_says_when_to_come_back(server: Server, slack: Collector) -> None:
    server.answer("/chat.postMessage", b'{"ok": false, "error": "ratelimited"}', 429, {"Retry-After": "7"})

    refusal = await failure(BOT)

    assert not refusal.permanent
    assert refusal.retry_after == timedelta(seconds=7)


@pytest.mark.parametrize("body", [b"", b"[]", b"null", b'{"ok": false, "error": 7}', b"<html>", b"\xff", b"[" * 60_000])
async def test_an_answer_that_is_not_slack_s_is_temporary(server: Server, slack: Collector, body: bytes) -> None:
    server.answer("/chat.postMessage", body)

    refusal = await failure(BOT)

    assert not refusal.permanent
    assert "Slack says" not in str(refusal)


async def test_an_unknown_recipient_at_slack_is_permanent(server: Server, slack: Collector) -> None:
    server.answer("/users.lookupByEmail", b'{"ok": false, "error": "users_not_found"}')

    refusal = await failure("slack://xoxb-1-2-NotARealTokenOnlyItsShape/me@example.com")

    assert refusal.permanent
