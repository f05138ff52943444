import asyncio
import json
import threading
from collections.abc import Iterator
from datetime import timedelta

import pytest

from monitor.errors import NotifyError
from monitor.model import Rendered
from monitor.notify import Notifier, kind, problem
from monitor.render import Kind
from tests.sending import RENDERED, SECRET, PickyMailbox, deliver, failure, hook, mail_to
from tests.server import Server, serve


@pytest.fixture
def mailbox() -> Iterator[PickyMailbox]:
    with PickyMailbox() as mailbox:
        yield mailbox


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
        ("ntfy://topic", Kind.NTFY),
        ("https://ntfy.sh/topic", Kind.NTFY),
        ("tgram://123:abc/1", Kind.TELEGRAM),
        ("discord://1/abc", Kind.DISCORD),
        ("https://discord.com/api/webhooks/1/abc", Kind.DISCORD),
        ("https://discord.com.evil.example/api/webhooks/1/abc", Kind.TEXT),
        ("msteams://x", Kind.TEXT),
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


@pytest.mark.parametrize("fault", ["endless", "oversized"])
async def test_an_endless_answer_is_not_read_to_its_end(server: Server, fault: str) -> None:
    if fault == "endless":
        server.endless("/hook")
    else:
        server.oversized("/hook", 30_000_000)

    await deliver(hook(server, "/hook"))

    assert server.hits("/hook") == 1


async def test_an_endless_redirect_is_not_read_to_its_end(server: Server) -> None:
    server.raw("/hook", b"HTTP/1.1 302 Found\r\nLocation: /x\r\n\r\n" + b"." * 5_000_000)

    error = await failure(hook(server, "/hook"))

    assert "HTTP 302" in str(error)


async def test_an_answer_that_breaks_off_counts_by_its_status(server: Server) -> None:
    server.truncated("/hook")

    await deliver(hook(server, "/hook"))

    assert server.hits("/hook") == 1


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
