"""What no other site can do: read the pages, click on them, or put markup into them. And who may see them at all."""

import asyncio
import base64
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.options import Web
from monitor.store import Database, silences, sync
from monitor.web.login import COOKIE, WRONG, Attempts
from monitor.web.safety import HEADERS
from tests.site import Site, site
from tests.store.newsroom import BOTH, NOW, entry, judge, poll, raise_one, set_up

TOKEN = "a token with ünusual characters"
HOSTILE = "</bdi><script>alert(1)</script> <img src=x onerror=alert(2)> \" ' & {{ 7 * 7 }} \u202e"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        yield made


@pytest.fixture
async def guarded(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH, web_options=Web(token=SecretStr(TOKEN))) as made:
        yield made


# ---------------------------------------------------------------- names and origins


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "evil.example:8787",
        "127.0.0.1.evil.example",
        "localhost.evil.example",
        "",
        "a b",
        "[::1",
        "\xff",
    ],
)
async def test_a_name_that_is_not_ours_is_not_answered(pages: Site, host: str) -> None:
    for path in ("/", "/static/style.css", "/nowhere", "/live"):
        answer = await pages.get(path, Host=host)
        assert answer.status in (400, 403), path
        assert "Nothing has alerted" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:1", "127.0.0.1:9", "[::1]:8787", "192.0.2.7", "localhost."])
async def test_an_address_or_this_machine_is_answered(pages: Site, host: str) -> None:
    answer = await pages.get("/", Host=host)

    assert answer.status == 200


async def test_a_name_of_the_configuration_is_answered(tmp_path: Path) -> None:
    async with site(tmp_path, web_options=Web(hosts=("News.Example.com",))) as pages:
        answer = await pages.get("/", Host="news.example.com")
        clicked = await pages.ask(
            "POST", "/stories/1/mute", {"Host": "127.0.0.1:8787", "Origin": "https://news.example.com"}, {}
        )

    assert (answer.status, clicked.status) == (200, 303)


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://127.0.0.1.evil.example"},
        {"Origin": "file://"},
        {"Origin": "http://[::1"},
        {},
    ],
)
async def test_a_click_on_another_site_changes_nothing(pages: Site, headers: dict[str, str]) -> None:
    raise_one(pages.store)

    answer = await pages.ask("POST", "/stories/1/mute", headers, {"back": "/"})

    assert answer.status == 403
    assert pages.read(lambda db: silences.listed(db, NOW)) == []


async def test_a_browser_that_says_cross_site_changes_nothing(pages: Site) -> None:
    answer = await pages.ask("POST", "/stories/1/mute", {"Origin": pages.url, "Sec-Fetch-Site": "cross-site"}, {})

    assert answer.status == 403


async def test_another_site_cannot_read_with_a_script(pages: Site) -> None:
    answer = await pages.get("/", Origin="https://evil.example")

    assert answer.status == 403
    assert "Access-Control-Allow-Origin" not in answer.headers


# ---------------------------------------------------------------- methods


@pytest.mark.parametrize(
    "path", ["/stories/1/mute", "/stories/1/unmute", "/alerts/a0/feedback", "/watches/Nvidia/snooze", "/logout"]
)
@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE", "PATCH"])
async def test_nothing_is_changed_but_by_post(pages: Site, path: str, method: str) -> None:
    raise_one(pages.store)

    answer = await pages.ask(method, path, {"Origin": pages.url})

    assert answer.status in (404, 405)
    assert pages.read(lambda db: silences.listed(db, NOW)) == []


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "OPTIONS", "PROPFIND"])
async def test_a_page_is_only_read(pages: Site, method: str) -> None:
    answer = await pages.ask(method, "/", {"Origin": pages.url})

    assert answer.status == 405


# ---------------------------------------------------------------- markup


async def test_what_a_feed_says_is_never_markup(tmp_path: Path) -> None:
    async with site(tmp_path, BOTH) as pages:
        pages.write(lambda db: set_up(db, watches=(BOTH,)))
        pages.write(poll)
        pages.write(lambda db: poll(db, entry("1", f"Nvidia {HOSTILE}", link="javascript:alert(3)")))
        pages.write(judge)
        pages.write(lambda db: db.execute("UPDATE feeds SET title = ?", [HOSTILE]))
        pages.write(lambda db: db.execute("UPDATE matches SET excerpt = ?", [HOSTILE]))
        answer = await pages.get("/")

    assert "alert(1)" in answer.text
    assert "<script>" not in answer.text
    assert "<img" not in answer.text
    assert "javascript:" not in answer.text
    assert "{{" in answer.text


async def test_a_watch_may_be_called_anything(tmp_path: Path) -> None:
    odd = BOTH.model_copy(update={"name": 'a/b?c="d" <e>&'})
    async with site(tmp_path, odd) as pages:
        raise_one(pages.store, odd)
        answer = await pages.get("/")
        snoozed = await pages.post("/watches/a%2Fb%3Fc%3D%22d%22%20%3Ce%3E%26/snooze", **{"for": "1h"})

    assert "<e>" not in answer.text
    assert snoozed.headers["Location"].endswith("told=snoozed")


@pytest.mark.parametrize("path", ["/", "/nowhere", "/static/style.css", "/static/nothing"])
async def test_every_answer_says_what_it_may_load(pages: Site, path: str) -> None:
    answer = await pages.get(path)

    assert {name: answer.headers.get(name) for name in HEADERS} == HEADERS
    assert "unsafe" not in answer.headers["Content-Security-Policy"]


@pytest.mark.parametrize("path", ["/static/../server.py", "/static/..%2fserver.py", "/static/%2e%2e%2fserver.py"])
async def test_only_files_of_ours_are_served(pages: Site, path: str) -> None:
    answer = await pages.get(path)

    assert answer.status == 404
    assert "import" not in answer.text


async def test_a_form_that_is_too_large_is_refused(pages: Site) -> None:
    answer = await pages.post("/stories/1/mute", back="x" * 200_000)

    assert answer.status == 413


async def test_an_error_shows_no_code(pages: Site) -> None:
    def spoil(db: Database) -> None:
        db.execute("DROP TABLE silences")

    pages.write(lambda db: sync.sync_rules(db, (BOTH,), NOW))
    raise_one(pages.store)
    pages.write(spoil)

    answer = await pages.get("/")

    assert answer.status == 503
    assert "Traceback" not in answer.text


# ---------------------------------------------------------------- login


async def test_without_the_token_nothing_is_shown(guarded: Site) -> None:
    raise_one(guarded.store)

    page = await guarded.get("/")
    program = await guarded.get("/", Accept="application/json")
    clicked = await guarded.post("/stories/1/mute")

    assert (page.status, page.headers["Location"]) == (303, "/login")
    assert program.status == 401
    assert clicked.status == 401
    assert guarded.read(lambda db: silences.listed(db, NOW)) == []


async def test_the_token_gives_a_session_that_scripts_cannot_read(guarded: Site) -> None:
    done = await guarded.post("/login", token=TOKEN)
    page = await guarded.get("/")

    cookie = done.headers["Set-Cookie"]
    assert done.status == 303
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert TOKEN not in cookie
    assert page.status == 200


async def test_another_token_in_the_configuration_ends_all_sessions(guarded: Site) -> None:
    await guarded.post("/login", token=TOKEN)
    guarded.config = guarded.config.model_copy(update={"web": Web(token=SecretStr("another"))})

    assert (await guarded.get("/")).status == 303


async def test_logging_out_ends_the_session(guarded: Site) -> None:
    await guarded.post("/login", token=TOKEN)
    await guarded.post("/logout")

    assert (await guarded.get("/")).status == 303


@pytest.mark.parametrize("cookie", ["", ".", "9999999999.", "9999999999.00", "1.x", "x.y", "٣.a", "9" * 40 + ".a"])
async def test_a_forged_session_is_none(guarded: Site, cookie: str) -> None:
    answer = await guarded.get("/", Cookie=f"{COOKIE}={cookie}")

    assert answer.status == 303


async def test_programs_send_the_token_themselves(guarded: Site) -> None:
    basic = base64.b64encode(f"reader:{TOKEN}".encode()).decode()
    allowed = [
        await guarded.get("/", Authorization=f"Basic {basic}", Accept="*/*"),
        await guarded.get("/", Authorization=f"Bearer {TOKEN}".encode().decode("latin-1"), Accept="*/*"),
    ]
    refused = [
        await guarded.get("/", Authorization=value, Accept="*/*")
        for value in ("Bearer wrong", "Basic !!", f"Basic {base64.b64encode(b'x:wrong').decode()}", "Digest x")
    ]

    assert allowed[0].status == 200
    assert [answer.status for answer in refused] == [401, 401, 401, 401]


@pytest.mark.parametrize(
    "headers",
    [{"Authorization": "Bearer \udcff"}, {"Authorization": "Basic \udcff"}, {"Cookie": f"{COOKIE}=123.\udcff"}],
)
async def test_what_is_no_text_is_no_token(guarded: Site, headers: dict[str, str]) -> None:
    name, value = next(iter(headers.items()))
    status = await raw(guarded, f"GET / HTTP/1.1\r\nHost: localhost\r\n{name}: {value}\r\nConnection: close\r\n\r\n")

    assert status == 401


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/x-www-form-urlencoded; charset=foo", "token=a"),
        ("application/x-www-form-urlencoded", "token=\udcff"),
        ("multipart/form-data", "token"),
    ],
)
async def test_what_is_no_form_is_refused(guarded: Site, kind: str, body: str) -> None:
    status = await raw(
        guarded,
        f"POST /login HTTP/1.1\r\nHost: localhost\r\nOrigin: http://localhost\r\nContent-Type: {kind}\r\n"
        f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n{body}",
    )

    assert status in (400, 403)


async def raw(pages: Site, request: str) -> int:
    """The status of an answer to these bytes."""
    port = int(pages.url.rpartition(":")[2])
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(request.encode("utf-8", "surrogateescape"))
    answer = await reader.read()
    writer.close()
    return int(answer.split()[1])


async def test_wrong_tokens_that_come_at_once_are_counted_too(guarded: Site) -> None:
    tried = await asyncio.gather(*(guarded.post("/login", token=f"guess {number}") for number in range(30)))

    assert [answer.status for answer in tried].count(403) == WRONG


async def test_after_some_wrong_tokens_none_is_looked_at_for_a_while(guarded: Site) -> None:
    wrong = [(await guarded.post("/login", token=f"guess {number}")).status for number in range(WRONG)]
    right = await guarded.post("/login", token=TOKEN)

    assert wrong == [403] * WRONG
    assert right.status == 429
    assert int(right.headers["Retry-After"]) > 0


def test_wrong_tokens_are_forgotten_and_counted_over_all_addresses() -> None:
    seconds = [0.0]
    attempts = Attempts()
    attempts.clock = lambda: seconds[0]
    for number in range(50):
        attempts.note(f"192.0.2.{number}")

    assert attempts.wait("198.51.100.1") > 0
    seconds[0] = 301.0
    assert attempts.wait("198.51.100.1") == 0


async def test_a_session_is_not_stopped_by_the_wrong_tokens_of_others(guarded: Site) -> None:
    await guarded.post("/login", token=TOKEN)
    for _ in range(WRONG + 1):
        await guarded.post("/login", token="guess")

    assert (await guarded.get("/")).status == 200


async def test_health_and_the_login_page_need_no_token(guarded: Site) -> None:
    assert (await guarded.get("/login")).status == 200
    assert (await guarded.get("/static/style.css")).status == 200


async def test_without_a_token_there_is_nothing_to_log_in_to(pages: Site) -> None:
    assert (await pages.get("/login")).headers["Location"] == "/"
    assert (await pages.post("/login", token="")).headers["Location"] == "/"
