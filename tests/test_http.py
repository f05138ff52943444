"""The client against a real server: what it brings back, and what it says when there is nothing to bring."""

import asyncio
import base64
import errno
import inspect
import socket
import ssl
import threading
import tracemalloc
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from types import SimpleNamespace
from typing import Any

import aiohttp
import pytest
from aiohttp import http_exceptions

from monitor import __version__, fetch, http
from monitor.errors import FetchError
from monitor.http import Client
from tests.clients import CAP, client, failure, get, resolver
from tests.server import Answer, Request, Server, respond, serve


@pytest.fixture
def other() -> Iterator[Server]:
    with serve() as running:
        yield running


# ---------------------------------------------------------------- answers


async def test_a_page_comes_back_with_its_address_and_headers(server: Server) -> None:
    url = server.page("/a", "<p>hello</p>")

    response = await get(url, server)

    assert (response.url, response.status, response.body, response.moved_to) == (url, 200, b"<p>hello</p>", "")
    assert response.headers["content-TYPE"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("status", [304, 404, 410, 429, 500, 503])
async def test_an_error_status_is_an_answer_without_a_body(server: Server, status: int) -> None:
    url = server.status("/a", status, {"Retry-After": "7"})

    response = await get(url, server)

    assert (response.status, response.body, response.headers["Retry-After"]) == (status, b"", "7")


async def test_the_broken_body_of_an_error_does_not_hide_its_status(server: Server) -> None:
    url = server.raw("/a", b"HTTP/1.1 503 Busy\r\nRetry-After: 9\r\nContent-Length: 1000\r\n\r\ncut")

    response = await get(url, server)

    assert (response.status, response.headers["Retry-After"]) == (503, "9")


def test_the_user_agent_names_version_and_contact() -> None:
    assert fetch.user_agent("desk@example.com") == f"news-monitor/{__version__} (+desk@example.com)"
    assert fetch.user_agent("") == f"news-monitor/{__version__}"


async def test_headers_and_credentials_are_sent_and_nothing_of_our_own_besides(server: Server) -> None:
    url = server.page("/a", "")

    await get(url, server, headers={"x-key": "k", "If-None-Match": 'W/"ä"'}, auth="user:pässword")

    assert server.last("/a").query == ""
    assert server.last("/a").headers == {
        "host": server.authority,
        "user-agent": "news-monitor/test",
        "accept": "*/*",
        "accept-encoding": "gzip, deflate",
        "x-key": "k",
        "if-none-match": 'W/"ä"'.encode().decode("latin-1"),
        "authorization": "Basic " + base64.b64encode("user:pässword".encode()).decode(),
    }


async def test_several_lines_of_cache_control_are_one(server: Server) -> None:
    url = server.raw("/a", b"HTTP/1.1 304 x\r\nCache-Control: max-age=60\r\ncache-control: no-cache\r\n\r\n")

    response = await get(url, server)

    assert response.headers["cache-control"] == "max-age=60, no-cache"


async def test_a_request_may_bring_its_own_user_agent(server: Server) -> None:
    url = server.page("/a", "")

    await get(url, server, user_agent="Reader/1")

    assert server.last("/a").headers["user-agent"] == "Reader/1"


async def test_cookies_are_not_kept(server: Server) -> None:
    url = server.status("/a", 200, {"Set-Cookie": "id=1"})

    async with client(server) as opened:
        await opened.get(url)
        await opened.get(url)

    assert "cookie" not in server.last("/a").headers


async def test_a_second_request_uses_the_same_connection(server: Server) -> None:
    url = server.page("/a", "")

    async with client(server) as opened:
        await opened.get(url)
        await opened.get(url)

    assert (server.hits("/a"), server.connections) == (2, 1)


# ---------------------------------------------------------------- faults


async def test_a_slow_server_meets_the_deadline(server: Server) -> None:
    error = await failure(server.slow("/a", 30), server, deadline=0.1)

    assert str(error) == "no complete answer from 127.0.0.1 within 0.1 s"
    assert not error.permanent


async def test_a_drip_meets_the_deadline_although_every_read_is_quick(server: Server) -> None:
    error = await failure(server.drip("/a"), server, deadline=0.2)

    assert str(error) == "no complete answer from 127.0.0.1 within 0.2 s"


async def test_the_deadline_is_for_all_redirects_together(server: Server) -> None:
    async def slow_hop(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.15)
        await respond(writer, Answer(status=302, headers={"Location": "/a"}))

    error = await failure(server.handle("/a", slow_hop), server, deadline=0.4)

    assert str(error) == "no complete answer from 127.0.0.1 within 0.4 s"


async def test_a_truncated_body_is_no_body(server: Server) -> None:
    error = await failure(server.truncated("/a"), server)

    assert str(error) == "127.0.0.1 closed the connection before the whole body arrived"


async def test_a_reset_is_said_to_be_one(server: Server) -> None:
    error = await failure(server.reset("/a"), server)

    assert "127.0.0.1: the connection broke" in str(error)
    assert "reset" in str(error).lower()


async def test_a_closed_connection_without_an_answer_is_said_to_be_one(server: Server) -> None:
    error = await failure(server.raw("/a", b""), server)

    assert str(error) == "127.0.0.1 closed the connection without an answer"


async def test_an_announced_body_above_the_cap_is_not_read(server: Server) -> None:
    url = server.raw("/a", f"HTTP/1.1 200 OK\r\nContent-Length: {CAP + 1}\r\n\r\n".encode())

    error = await failure(url, server)

    assert str(error) == "127.0.0.1 sent more than 1,000,000 bytes"


async def test_a_body_of_just_the_cap_is_read(server: Server) -> None:
    response = await get(server.oversized("/a", CAP), server)

    assert len(response.body) == CAP


async def test_an_endless_body_is_cut_at_the_cap(server: Server) -> None:
    error = await failure(server.endless("/a"), server)

    assert str(error) == "127.0.0.1 sent more than 1,000,000 bytes"


@pytest.mark.parametrize("layers", [1, 2])
async def test_a_gzip_bomb_is_cut_at_the_cap_without_its_memory(server: Server, layers: int) -> None:
    url = server.gzip_bomb("/a", layers=layers)

    tracemalloc.start()
    error = await failure(url, server)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert str(error) == "127.0.0.1 sent more than 1,000,000 bytes"
    assert peak < 10 * CAP


async def test_a_body_that_is_not_the_gzip_it_says_is_no_body(server: Server) -> None:
    error = await failure(server.wrong_encoding("/a", "gzip"), server)

    assert str(error) == "127.0.0.1 sent a body that is not valid gzip"


async def test_bytes_are_not_touched_whatever_charset_is_declared(server: Server) -> None:
    response = await get(server.wrong_encoding("/a", "utf-8"), server)

    assert "Café prices – up 5 €" in response.body.decode("cp1252")


@pytest.mark.parametrize(
    "answer",
    [
        b"SMTP ready\r\n\r\n",
        b"HTTP/1.1 abc\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
        b"HTTP/1.1 200 OK\r\nX: " + b"y" * 100_000 + b"\r\n\r\n",
        b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 5_000 + b"\r\n",
        b"\x00\xff\x00",
    ],
    ids=["banner", "status", "length", "chunks", "long header", "many headers", "binary"],
)
async def test_what_is_no_http_is_said_to_be_none(server: Server, answer: bytes) -> None:
    error = await failure(server.raw("/a", answer), server)

    assert "127.0.0.1" in str(error)
    assert len(str(error)) < 250


async def test_a_header_of_16_kilobytes_is_read(server: Server) -> None:
    url = server.answer("/a", b"", headers={"Content-Security-Policy": "x" * 16_000})

    response = await get(url, server)

    assert len(response.headers["Content-Security-Policy"]) == 16_000


async def test_tls_with_a_server_that_has_none_says_so() -> None:
    plain = await asyncio.start_server(lambda reader, writer: writer.write(b"220 mail\r\n"), "127.0.0.1", 0)
    authority = f"127.0.0.1:{plain.sockets[0].getsockname()[1]}"

    async with plain, Client(user_agent="x", allow_private=[authority]) as opened:
        with pytest.raises(FetchError, match=r"^TLS with 127\.0\.0\.1 failed \("):
            await opened.get(f"https://{authority}/a")


async def test_a_port_that_nobody_listens_on_says_so(server: Server) -> None:
    with serve() as gone:
        url = gone.page("/a", "")

    error = await failure(url, gone)

    assert "127.0.0.1: no connection (" in str(error)


async def test_a_name_that_does_not_exist_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", resolver({}))

    error = await failure("http://gone.example/")

    assert str(error) == "gone.example: name not known"


@pytest.mark.parametrize("headers", [{"X-Key": "a\r\nInjected: 1"}, {"X\nKey": "a"}])
async def test_a_header_that_has_no_legal_form_is_not_sent(server: Server, headers: dict[str, str]) -> None:
    error = await failure(server.page("/a", ""), server, headers=headers)

    assert error.permanent
    assert server.hits("/a") == 0


@pytest.mark.parametrize("media", ["application/pdf", "image/png", "video/mp4", "application/zip"])
async def test_what_is_no_page_is_refused_before_its_body_is_read(server: Server, media: str) -> None:
    url = server.raw("/a", f"HTTP/1.1 200 OK\r\nContent-Type: {media}\r\nContent-Length: 900\r\n\r\n".encode())

    error = await failure(url, server, pages_only=True)

    assert str(error) == f"127.0.0.1: the link is {media}, not a page"
    assert error.permanent


@pytest.mark.parametrize("media", ["text/html", "TEXT/HTML; charset=x", "application/xhtml+xml", "text/plain"])
async def test_pages_of_every_kind_are_read(server: Server, media: str) -> None:
    response = await get(server.page("/a", "<p>", media), server, pages_only=True)

    assert response.body == b"<p>"


# ---------------------------------------------------------------- waiting one's turn


async def test_waiting_for_a_turn_does_not_count_against_the_deadline(server: Server) -> None:
    @asynccontextmanager
    async def crowded(url: str) -> AsyncIterator[None]:
        await asyncio.sleep(1.1)
        yield

    response = await get(server.page("/a", "at last"), server, deadline=1.0, gate=crowded)

    assert response.body == b"at last"


async def test_every_redirect_waits_at_the_gate_of_its_own_host(server: Server, other: Server) -> None:
    server.redirect("/a", other.page("/b", ""))
    asked: list[str] = []

    def gate(url: str) -> asyncio.Semaphore:
        asked.append(url)
        return asyncio.Semaphore(1)

    await get(f"{server.url}/a", server, other, gate=gate)

    assert asked == [f"{server.url}/a", f"{other.url}/b"]


async def test_a_cancelled_request_closes_its_connection(server: Server) -> None:
    arrived = threading.Event()
    closed = threading.Event()

    async def watch(request: Request, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        arrived.set()
        while not writer.transport.is_closing():
            writer.write(b".")
            await asyncio.sleep(0.01)
        closed.set()

    url = server.handle("/a", watch)
    async with client(server) as opened:
        request = asyncio.create_task(opened.get(url))
        await asyncio.to_thread(arrived.wait, 10)
        request.cancel()
        with pytest.raises(asyncio.CancelledError):
            await request

        assert await asyncio.to_thread(closed.wait, 10)


# ---------------------------------------------------------------- the library's exceptions


def descendants(kind: type[Exception]) -> Iterator[type[Exception]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


@pytest.mark.parametrize("kind", sorted({*descendants(aiohttp.ClientError)}, key=str), ids=lambda kind: kind.__name__)
def test_every_exception_of_the_client_library_has_a_meaning(kind: type[Exception]) -> None:
    nearest = next(parent for parent in kind.__mro__ if parent in http._MEANINGS)

    assert nearest is not aiohttp.ClientError


def test_every_exception_of_its_parser_has_a_meaning() -> None:
    classes = [found for _, found in inspect.getmembers(http_exceptions, inspect.isclass)]
    kinds = [found for found in classes if issubclass(found, Exception)]

    assert len(kinds) > 5
    assert all(issubclass(kind, http_exceptions.HttpProcessingError) for kind in kinds)


def certificate_error() -> aiohttp.ClientConnectorCertificateError:
    reason = ssl.SSLCertVerificationError(1, "failed")
    reason.verify_message = "certificate has expired"
    return aiohttp.ClientConnectorCertificateError(connection(), reason)


def connection() -> Any:
    return SimpleNamespace(host="h", port=1, is_ssl=True, ssl=True, proxy=None)


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (certificate_error(), "TLS certificate of h is not valid: certificate has expired"),
        (
            aiohttp.ClientConnectorError(connection(), OSError(errno.ECONNREFUSED, "Connect call failed")),
            "h: no connection (Connection refused)",
        ),
        (aiohttp.ClientConnectorDNSError(connection(), OSError(-3, "try again")), "h: name not known"),
        (
            ConnectionResetError(errno.ECONNRESET, "reset by peer"),
            "h: the connection broke ([Errno 104] reset by peer)",
        ),
        (aiohttp.ClientPayloadError("line\n^ {x}"), "h closed the connection before the whole body arrived"),
        (http_exceptions.HttpProcessingError(message="a\n  b\x1b[31m"), "h sent no valid HTTP (a b[31m)"),
        (ValueError("{host}\n2"), "h: the request cannot be sent ({host} 2)"),
    ],
)
def test_failures_are_told_in_one_line(error: Exception, message: str) -> None:
    assert str(http._explain(error, "h")) == message
