"""What Discord, Telegram, ntfy and signed webhooks are sent, as it arrives."""

import base64
import json
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from monitor import samples
from monitor.errors import NotifyError
from monitor.model import Rendered
from monitor.notify import Notifier
from monitor.outgoing import signature
from monitor.render import Kind, message
from tests.messages import ALERT, NEW_YORK, NOW, many, one
from tests.sending import RENDERED, deliver, failure, hook
from tests.server import Server

EVIL = '<@&1> @everyone <!channel> [a](http://evil.example) <b>x</b> *bold* & "q" \\ {{ 7 * 7 }}'
TELEGRAM = "tgram://123456789:abcdefg_hijklmnop/12315544"
DISCORD = "discord://417429632418316298/JHZ7lQml277CDHmQKMHI8qBe7bk2ZwO5UKjCiOAF7711o33MyqU344Qpgv7YTpadV_js"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


@pytest.fixture
def telegram(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Telegram, played by `server`: where messages are posted."""
    from apprise.plugins.telegram import NotifyTelegram

    monkeypatch.setattr(NotifyTelegram, "notify_url", server.url + "/bot")
    path = "/bot123456789:abcdefg_hijklmnop/sendMessage"
    server.answer(path, b'{"ok": true}')
    return path


@pytest.fixture
def discord(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """Discord, played by `server`: where messages are posted."""
    from apprise.plugins.discord import NotifyDiscord

    monkeypatch.setattr(NotifyDiscord, "notify_url", server.url + "/webhooks")
    path = "/webhooks/" + DISCORD.removeprefix("discord://")
    server.answer(path, b"")
    return path


@pytest.fixture
def ntfy(server: Server) -> str:
    server.answer("/", b"{}")
    return f"ntfy://{server.authority}/alerts"


def posted(server: Server, path: str) -> Any:
    """What arrived, once."""
    assert server.hits(path) == 1
    return json.loads(server.last(path).body)


def rendered(kind: Kind, **changes: object) -> Rendered:
    return message(one(**changes), kind, NEW_YORK, NOW)


# ---------------------------------------------------------------- each service


async def test_discord_gets_our_embed_which_pings_nobody(server: Server, discord: str) -> None:
    await deliver(DISCORD, rendered(Kind.DISCORD))

    sent = posted(server, discord)
    assert sent["content"] == "`Nvidia`\n**Will Nvidia sell more?**"
    assert sent["allowed_mentions"] == {"parse": []}
    (embed,) = sent["embeds"]
    assert "> The winner is **Nvidia** (NASDAQ:NVDA), they say." in embed["description"]
    assert f"[Read at wire.example →]({ALERT.url})" in embed["description"]
    assert 'Why: company "Nvidia"' in embed["footer"]["text"]


async def test_discord_keeps_the_name_and_the_ping_that_the_address_asks_for(server: Server, discord: str) -> None:
    address = DISCORD.replace("//", "//Desk@") + "?ping=<@%26321>,<@7>&format=markdown"

    await deliver(address, rendered(Kind.DISCORD, title=EVIL))

    sent = posted(server, discord)
    assert sent["username"] == "Desk"
    assert sent["content"].endswith("\n👉 <@&321> <@7>")
    assert sent["allowed_mentions"] == {"parse": [], "users": ["7"], "roles": ["321"]}


async def test_telegram_gets_html_without_a_preview(server: Server, telegram: str) -> None:
    await deliver(TELEGRAM, rendered(Kind.TELEGRAM, title=EVIL))

    sent = posted(server, telegram)
    assert sent["chat_id"] == 12315544
    assert sent["parse_mode"] == "HTML"
    assert sent["link_preview_options"] == {"is_disabled": True}
    assert "disable_web_page_preview" not in sent
    assert "<b>&lt;\u200b@\u200b&amp;1&gt; @\u200beveryone" in sent["text"]
    assert sent["text"].count("<a ") == 1
    assert f'<a href="{ALERT.url.replace("&", "&amp;")}">' in sent["text"]


async def test_ntfy_gets_title_priority_click_and_tags(server: Server, ntfy: str) -> None:
    await deliver(ntfy, rendered(Kind.NTFY, title="Größer"))

    sent = posted(server, "/")
    assert (sent["topic"], sent["title"], sent["priority"]) == ("alerts", "Nvidia: Größer", 3)
    assert (sent["click"], sent["tags"]) == (ALERT.url, ["newspaper"])
    assert "“The winner is »Nvidia« (NASDAQ:NVDA), they say.”" in sent["message"]


async def test_what_the_address_says_to_ntfy_wins(server: Server, ntfy: str) -> None:
    await deliver(ntfy + "?priority=min&tags=desk&click=https://desk.example", rendered(Kind.NTFY))

    sent = posted(server, "/")
    assert not {"priority", "tags", "click"} & sent.keys()
    headers = server.last("/").headers
    assert (headers["x-priority"], headers["x-tags"], headers["x-click"]) == ("min", "desk", "https://desk.example")


@pytest.mark.parametrize("text", ["Ж", "字", "\U0001f600", '"', "\\", "&"])
async def test_the_longest_list_is_one_message_everywhere(
    server: Server, discord: str, telegram: str, ntfy: str, text: str
) -> None:
    long = many(200, title=text * 300, excerpt=text * 700, marks=())

    for kind, address in ((Kind.DISCORD, DISCORD), (Kind.TELEGRAM, TELEGRAM), (Kind.NTFY, ntfy)):
        await deliver(address, message(long, kind, NEW_YORK, NOW))

    assert len(posted(server, discord)["embeds"]) == 1
    assert "more: monitor alerts lists them" in posted(server, telegram)["text"]
    assert len(server.last("/").body) <= 8192
    assert "more: `monitor alerts`" in posted(server, "/")["message"]


@pytest.mark.parametrize("kind", [Kind.DISCORD, Kind.TELEGRAM, Kind.NTFY, Kind.SLACK])
async def test_should_apprise_post_in_another_way_the_plain_text_goes_out(
    server: Server, discord: str, telegram: str, ntfy: str, kind: Kind, monkeypatch: pytest.MonkeyPatch
) -> None:
    import requests
    from apprise.plugins import discord as discord_plugin
    from apprise.plugins import ntfy as ntfy_plugin
    from apprise.plugins import slack as slack_plugin
    from apprise.plugins import telegram as telegram_plugin

    def otherwise(self: object, body: str, title: str = "", **_: object) -> bool:
        return bool(requests.post(server.url + "/new", data={"subject": title, "note": body}, timeout=5).ok)

    server.answer("/new", b"ok")
    services: dict[Kind, tuple[str, Any]] = {
        Kind.DISCORD: (DISCORD, discord_plugin.NotifyDiscord),
        Kind.TELEGRAM: (TELEGRAM, telegram_plugin.NotifyTelegram),
        Kind.NTFY: (ntfy, ntfy_plugin.NotifyNtfy),
        Kind.SLACK: ("slack://TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape", slack_plugin.NotifySlack),
    }
    address, plugin = services[kind]
    monkeypatch.setattr(plugin, "send", otherwise)

    await deliver(address, rendered(kind))

    assert server.hits("/new") == 1
    assert b"Why" in server.last("/new").body
    assert b"a1b2c3" in server.last("/new").body


async def test_what_discord_refuses_in_our_form_goes_out_as_plain_text(server: Server, discord: str) -> None:
    collector = server.collector(discord)
    collector.answer(400)

    await deliver(DISCORD, rendered(Kind.DISCORD))

    first, second = map(json.loads, collector.bodies)
    assert first["embeds"]
    assert "embeds" not in second
    assert second["content"].startswith("Nvidia: Will Nvidia sell more?")
    assert "Alert a1b2c3" in second["content"]


async def test_what_telegram_refuses_in_any_form_is_refused_for_good(server: Server, telegram: str) -> None:
    server.status(telegram, 400)

    error = await failure(TELEGRAM, rendered(Kind.TELEGRAM))

    assert error.permanent
    assert server.hits(telegram) == 2


# ---------------------------------------------------------------- signatures


def test_a_signature_is_that_of_the_specification() -> None:
    made = signature(SECRET, "msg_p5jXN8AQM9LWM0D4loKWxJek", 1614265330, b'{"test": 2432232314}')

    assert made == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


async def send_signed(server: Server, secret: str, what: Rendered) -> None:
    await Notifier(print).send(hook(server, "/hook"), what, Kind.WEBHOOK, secret)


async def test_a_signed_webhook_is_verified_by_the_reference_package(server: Server) -> None:
    server.answer("/hook", b"ok")
    what = message(one(title=f"Größer – {EVIL}"), Kind.WEBHOOK, NEW_YORK, NOW)

    await send_signed(server, SECRET, what)

    request = server.last("/hook")
    verified = Webhook(SECRET).verify(request.body, dict(request.headers))
    assert verified["message_id"] == request.headers["webhook-id"] == what.id
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body + b" ", dict(request.headers))


async def test_each_attempt_has_the_same_id(server: Server) -> None:
    collector = server.collector("/hook")
    collector.answer(503)
    what = message(samples.storm(50), Kind.WEBHOOK, NEW_YORK, NOW)

    with pytest.raises(NotifyError):
        await send_signed(server, SECRET, what)
    await send_signed(server, SECRET, what)

    ids = [request.headers["webhook-id"] for request in server.requests]
    assert ids == [what.id, what.id]
    assert len(json.loads(collector.bodies[1])["alerts"]) == 50


async def test_two_secrets_both_sign_so_that_one_can_be_exchanged(server: Server) -> None:
    server.answer("/hook", b"ok")
    other = "whsec_" + base64.b64encode(b"another secret of 32 bytes here!").decode()

    await send_signed(server, f"{other} {SECRET}", message(one(), Kind.WEBHOOK, NEW_YORK, NOW))

    request = server.last("/hook")
    for secret in (other, SECRET):
        Webhook(secret).verify(request.body, dict(request.headers))


async def test_without_a_secret_nothing_is_signed(server: Server) -> None:
    server.answer("/hook", b"ok")

    await deliver(hook(server, "/hook"), message(one(), Kind.WEBHOOK, NEW_YORK, NOW))

    assert not [name for name in server.last("/hook").headers if name.startswith("webhook-")]


async def test_the_secret_is_in_no_error(server: Server) -> None:
    server.status("/hook", 500)

    with pytest.raises(NotifyError) as caught:
        await send_signed(server, SECRET, RENDERED)

    assert SECRET not in str(caught.value)
    assert str(await failure(hook(server, "/hook"))) == str(caught.value)
