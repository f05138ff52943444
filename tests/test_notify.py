import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.errors import NotifyError
from monitor.model import Rendered
from monitor.notify import Notifier, kind, problem
from monitor.render import Kind
from tests.mailbox import Mailbox
from tests.server import Server, serve

RENDERED = Rendered(title="Nvidia: a headline", text="the text", html="<p>the <b>html</b></p>")
SECRET = "s3cr3t-t0ken"


class PickyMailbox(Mailbox):
    """A mailbox that answers some recipients with `answers`."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"


@pytest.fixture
def server() -> Iterator[Server]:
    with serve() as server:
        yield server


@pytest.fixture
def mailbox() -> Iterator[PickyMailbox]:
    with PickyMailbox() as mailbox:
        yield mailbox


def hook(server: Server, path: str) -> str:
    return f"json://{server.authority}{path}"


def mail_to(mailbox: Mailbox, extra: str = "") -> str:
    return f"mailto://127.0.0.1:{mailbox.port}?from=monitor@example.org&to=me@example.com{extra}"


async def failure(address: str, rendered: Rendered = RENDERED, deadline: float = 30) -> NotifyError:
    notifier = Notifier(print, deadline=timedelta(seconds=deadline))
    with pytest.raises(NotifyError) as caught:
        await notifier.send(address, rendered, kind(address))
    return caught.value


async def deliver(address: str, rendered: Rendered = RENDERED) -> None:
    await Notifier(print).send(address, rendered, kind(address))


# ---------------------------------------------------------------- addresses


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("slack://TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape", Kind.SLACK),
        ("https://hooks.slack.com/services/T1/A1/x", Kind.SLACK),
        ("https://hooks.slack.com.evil.example/services/T1/A1/x", Kind.TEXT),
        ("mailto://example.com", Kind.MAIL),
        ("MAILTOS://example.com", Kind.MAIL),
        ("jsons://example.com/x", Kind.WEBHOOK),
        ("ntfy://topic", Kind.TEXT),
        ("", Kind.TEXT),
    ],
)
def test_the_kind_is_read_from_the_scheme(address: str, expected: Kind) -> None:
    assert kind(address) is expected


@pytest.mark.parametrize(
    "address",
    [
        "slack://TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape/#news",
        "https://hooks.slack.com/services/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e",
        "mailtos://user:password@smtp.example.com?to=me@example.com",
        "json://127.0.0.1:80/x?retry=3&optional=yes",
        "ntfy://topic",
    ],
)
def test_an_address_that_apprise_takes_is_no_problem(address: str) -> None:
    assert problem(address) is None


@pytest.mark.parametrize(
    ("address", "reason"),
    [
        (f"slak://{SECRET}/x", 'no service "slak"'),
        (f"slack://{SECRET}", "Slack does not take it; the form is slack://{token_a}/"),
        (f"https://{SECRET}.example/hook", 'no service "https"'),
        (f"{SECRET}", "no address of the form"),
        (f"{SECRET}\n://x", "no address of the form"),
        ("", "no address of the form"),
        (f"mailto://user:{SECRET}@example.com?to={SECRET}", "none of its recipients"),
        (f"mailto://user:{SECRET}@example.com?to=a@example.com,b@example.com", "it has 2 targets"),
        ("slack://TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape/#a/#b", "it has 2 targets"),
        (f"mailtos://{SECRET}?to=me@example.com", "the form is mailtos://{user}:{password}@{host}?from={sender}"),
        (f"json://user:{SECRET}@[::1", "JSON does not take it"),
    ],
)
def test_a_problem_is_one_line_without_the_secret(address: str, reason: str) -> None:
    found = problem(address)

    assert found is not None
    assert reason in found
    assert "\n" not in found
    assert SECRET not in found


# ---------------------------------------------------------------- HTTP


async def test_a_webhook_gets_the_message_once_with_its_data(server: Server) -> None:
    collector = server.collector("/hook")
    data: dict[str, object] = {"id": "a1", "title": "A headline", "alerts": [{"id": "a1"}]}

    await deliver(hook(server, "/hook"), Rendered("A title", "the text", urgent=True, data=data))

    assert [json.loads(body) for body in collector.bodies] == [
        {
            "version": "1.0",
            "title": "A title",
            "message": "the text",
            "attachments": [],
            "type": "warning",
            "id": "a1",
            "alerts": [{"id": "a1"}],
        }
    ]


async def test_a_message_that_is_not_urgent_is_information(server: Server) -> None:
    collector = server.collector("/hook")

    await deliver(hook(server, "/hook"))

    assert json.loads(collector.bodies[0])["type"] == "info"


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 413])
async def test_a_client_error_is_permanent(server: Server, status: int) -> None:
    server.status("/hook", status)

    error = await failure(hook(server, "/hook"))

    assert error.permanent
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 599])
async def test_a_server_error_or_a_busy_server_is_temporary(server: Server, status: int) -> None:
    server.status("/hook", status)

    error = await failure(hook(server, "/hook"))

    assert not error.permanent
    assert f"HTTP {status}" in str(error)


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        ("17", timedelta(seconds=17)),
        ("1.5", timedelta(seconds=1.5)),
        ("Tue, 23 Jul 2024 10:02:00 GMT", timedelta(minutes=2)),
        ("Tue, 23 Jul 2024 09:00:00 GMT", timedelta()),
        ("99999999999999", None),
        ("soon", None),
    ],
)
async def test_retry_after_is_passed_on(server: Server, value: str, wait: timedelta | None) -> None:
    server.status("/hook", 429, {"Retry-After": value, "Date": "Tue, 23 Jul 2024 10:00:00 GMT"})

    error = await failure(hook(server, "/hook"))

    assert not error.permanent
    assert error.retry_after == wait


@pytest.mark.parametrize("option", ["", "?redirect=yes"])
async def test_a_redirect_is_a_failure_and_is_not_followed(server: Server, option: str) -> None:
    login = server.collector("/login")
    server.redirect("/hook", "/login")

    error = await failure(hook(server, "/hook" + option))

    assert "HTTP 302" in str(error)
    assert not login.bodies


async def test_neither_optional_nor_retry_in_the_address_changes_what_is_reported(server: Server) -> None:
    server.status("/hook", 500)

    error = await failure(hook(server, "/hook?optional=yes&retry=3&wait=0"))

    assert not error.permanent
    assert server.hits("/hook") == 1


async def test_a_reset_connection_is_temporary(server: Server) -> None:
    server.reset("/hook")

    error = await failure(hook(server, "/hook"))

    assert not error.permanent
    assert "no connection" in str(error)


async def test_a_refused_connection_is_temporary() -> None:
    with serve() as server:
        gone = server.authority

    web_error = await failure(f"json://{gone}/{SECRET}")
    mail_error = await failure(f"mailto://{gone}?from=a@example.org&to=me@example.com")

    assert not web_error.permanent
    assert "no connection" in str(web_error)
    assert not mail_error.permanent
    assert "could not be reached" in str(mail_error)


async def test_a_hanging_service_meets_the_deadline_and_holds_up_no_other(server: Server) -> None:
    released = server.collector("/hang")
    release = released.hang()
    collector = server.collector("/hook")
    hanging = asyncio.create_task(failure(hook(server, "/hang"), deadline=0.5))

    await deliver(hook(server, "/hook"))
    error = await hanging

    assert not error.permanent
    assert "no answer within 0.5 s" in str(error)
    assert len(collector.bodies) == 1
    assert {thread.daemon for thread in threading.enumerate() if thread.name == "notify"} == {True}
    release.set()


async def test_concurrent_sends_record_their_own_answers(server: Server) -> None:
    statuses = [404, 500, 429, 503, 401, 410]
    collectors = {status: server.collector(f"/{status}") for status in statuses}
    releases = [collector.hang() for collector in collectors.values()]
    tasks = [asyncio.create_task(failure(hook(server, f"/{status}"))) for status in statuses]
    for status, collector in collectors.items():
        collector.answer(status)
        await asyncio.to_thread(collector.wait_for, 1)

    for release in reversed(releases):
        release.set()
    errors = await asyncio.gather(*tasks)

    assert [str(error)[:8] for error in errors] == [f"HTTP {status}" for status in statuses]


async def test_no_proxy_is_taken_from_the_environment(server: Server, monkeypatch: pytest.MonkeyPatch) -> None:
    collector = server.collector("/hook")
    for name in ("http_proxy", "HTTP_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    monkeypatch.setenv("no_proxy", "")

    await deliver(hook(server, "/hook"))

    assert len(collector.bodies) == 1


async def test_the_configured_proxy_is_used(server: Server) -> None:
    # A proxy is asked for the whole address, which no path of this server is.
    with pytest.raises(NotifyError, match="HTTP 404"):
        await Notifier(print, proxy=server.url).send("json://hook.example/x", RENDERED, Kind.WEBHOOK)

    assert server.requests[0].path == "http://hook.example/x"


async def test_slack_gets_plain_text_without_mentions_or_pictures(
    server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    from apprise.plugins.slack import NotifySlack

    address = "slack://TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape"
    collector = server.collector("/TEAMTEAM1/BOTSBOTS2/NotARealTokenOnlyItsShape")
    monkeypatch.setattr(NotifySlack, "webhook_url", server.url)
    hostile = "<!channel> <@U123> <http://evil.example|google.com> *x* & y"

    await deliver(address, Rendered(hostile, hostile))

    (body,) = [json.loads(body) for body in collector.bodies]
    (attachment,) = body["attachments"]
    escaped = "&lt;!channel&gt; &lt;@U123&gt; &lt;http://evil.example|google.com&gt; *x* &amp; y"
    assert attachment["title"] == attachment["text"] == escaped
    assert body["mrkdwn"] is False
    assert "http" not in json.dumps(body).replace("http://evil.example", "")


# ---------------------------------------------------------------- mail


async def test_a_mail_holds_both_texts(mailbox: PickyMailbox) -> None:
    await deliver(mail_to(mailbox), Rendered("Nvidia: “größer”", "plain »text«", "<p>html “ü”</p>", urgent=True))

    (mail,) = mailbox.messages
    assert mail["Subject"] == "Nvidia: “größer”"
    assert mail["To"] == "me@example.com"
    assert mail["From"] == "monitor@example.org"
    assert mail["Importance"] == "high"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content().strip() == "plain »text«"
    assert html.get_content().strip() == "<p>html “ü”</p>"


async def test_a_mail_has_the_name_copies_and_headers_of_its_address(mailbox: PickyMailbox) -> None:
    options = "&cc=c@example.com&bcc=b@example.com&reply=r@example.com&+X-Desk=7"
    address = (
        f"mailto://desk:@127.0.0.1:{mailbox.port}?smtp=127.0.0.1&from=News<n@example.org>&to=me@example.com{options}"
    )

    await deliver(address)

    (mail,) = mailbox.messages
    assert mail["From"] == "News <n@example.org>"
    assert mail["Cc"] == "c@example.com"
    assert mail["Reply-To"] == "r@example.com"
    assert mail["X-Desk"] == "7"
    assert "b@example.com" not in mail.as_string()


async def test_a_hostile_title_adds_no_header(mailbox: PickyMailbox) -> None:
    await deliver(mail_to(mailbox), Rendered("A title\r\nBcc: victim@example.com\r\n\r\nbody", "text"))

    (mail,) = mailbox.messages
    assert mail["Subject"] == "A title Bcc: victim@example.com body"
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("stage", "answer", "permanent"),
    [
        ("me@example.com", "550 5.1.1 no such user", True),
        ("me@example.com", "451 4.7.1 greylisted", False),
        ("message", "554", True),
        ("message", "452", False),
    ],
)
async def test_smtp_answers_say_whether_to_try_again(
    mailbox: PickyMailbox, stage: str, answer: str, permanent: bool
) -> None:
    if stage == "message":
        mailbox.refuse(int(answer))
    else:
        mailbox.answers[stage] = answer

    error = await failure(mail_to(mailbox))

    assert error.permanent is permanent
    assert answer[:3] in str(error)
    assert not mailbox.messages


async def test_one_refused_copy_is_a_failure(mailbox: PickyMailbox) -> None:
    mailbox.answers["cc@example.com"] = "550 no"

    error = await failure(mail_to(mailbox, "&cc=cc@example.com"))

    assert error.permanent


async def test_a_server_without_login_or_starttls_is_a_permanent_failure(mailbox: PickyMailbox) -> None:
    for address in (
        f"mailto://user:{SECRET}@127.0.0.1:{mailbox.port}?from=a@example.org&to=me@example.com",
        mail_to(mailbox, "&mode=starttls"),
    ):
        error = await failure(address)
        assert error.permanent
        assert SECRET not in str(error)


# ---------------------------------------------------------------- terminal, secrets


async def test_the_terminal_prints_the_text_as_rendered() -> None:
    printed: list[str] = []

    await Notifier(printed.append).send("", Rendered("title", "[bold]text[/bold]"), Kind.TERMINAL)

    assert printed == ["[bold]text[/bold]"]


async def test_no_error_names_the_address(
    server: Server, mailbox: PickyMailbox, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    mailbox.answers["me@example.com"] = f"550 {SECRET}"
    server.status("/gone", 404)
    server.redirect(f"/{SECRET}", f"/{SECRET}")
    base = server.authority
    addresses = [
        f"json://user:{SECRET}@{base}/gone?+X-Token={SECRET}",
        f"json://{base}/{SECRET}",
        f"json://user:{SECRET}@127.0.0.1:9/{SECRET}",
        f"slack://{SECRET}",
        mail_to(mailbox),
    ]

    errors = [await failure(address) for address in addresses]

    assert not any(SECRET in str(error) or SECRET in repr(error.__cause__) for error in errors)
    output = capfd.readouterr()
    assert SECRET not in caplog.text + output.out + output.err


async def test_an_address_that_apprise_refuses_is_a_permanent_failure() -> None:
    assert (await failure(f"slack://{SECRET}")).permanent
