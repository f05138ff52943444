"""A real HTTP server on loopback whose pages, feeds and faults the tests set, also while it runs.

    with serve() as server:
        server.feed("/rss", [Item("Nvidia opens a plant", link="/a")])
        server.status("/busy", 429, {"Retry-After": "120"})
        ...
        assert server.hits("/rss") == 1

It speaks HTTP by hand, since a fault is what an HTTP library prevents, and runs in a thread of its own, so that it
serves synchronous tests, asynchronous ones and other processes alike. Handlers may be set from any thread.
"""

import asyncio
import hashlib
import socket
import struct
import threading
import zlib
from collections import deque
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from types import TracebackType
from typing import Self


@dataclass(frozen=True, slots=True)
class Request:
    """A request as it arrived. `path` is without the query; header names are in lower case."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True, slots=True)
class Item:
    """One entry of a feed. A `link` that begins with "/" is on this server; `guid` is the link unless given."""

    title: str
    link: str = ""
    guid: str = ""
    summary: str = ""
    content: str = ""
    published: datetime | None = None


@dataclass(frozen=True, slots=True)
class Answer:
    """A well-formed answer; Content-Length is added."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


Handler = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


class Collector:
    """A webhook's receiving end. `bodies` holds what was posted, recorded `latency` seconds before it is answered."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.latency = 0.0
        self._arrived = threading.Condition()
        self._statuses: deque[int] = deque()
        self._released = threading.Event()
        self._released.set()

    def answer(self, *statuses: int) -> None:
        """Answer the next requests with these statuses, and with 200 from then on."""
        self._statuses.extend(statuses)

    def hang(self) -> threading.Event:
        """From now on record bodies, but answer none until the event returned here is set."""
        self._released = threading.Event()
        return self._released

    def wait_for(self, count: int, timeout: float = 20.0) -> list[bytes]:
        """The bodies, as soon as there are `count` of them. Raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.bodies) >= count, timeout):
                raise TimeoutError(f"{len(self.bodies)} of {count} messages arrived within {timeout:g} s")
            return list(self.bodies)

    async def handle(self, request: Request, writer: asyncio.StreamWriter) -> None:
        released = self._released
        with self._arrived:
            self.bodies.append(request.body)
            self._arrived.notify_all()
        await asyncio.sleep(self.latency)
        while not released.is_set():  # set by another thread
            await asyncio.sleep(0.01)
        await respond(writer, Answer(b"ok", self._statuses.popleft() if self._statuses else 200))


class Server:
    """The server; `url` is its address. A path that was not set answers 404.

    `requests` logs all requests, `connections` counts the connections accepted and `peak` is the largest number of
    requests that were being answered at once. `listens_on` may be "0.0.0.0", for a server of many hosts: all of
    127.0.0.0/8 lead to it.
    """

    def __init__(self, listens_on: str = "127.0.0.1") -> None:
        self._listens_on = listens_on
        self.requests: list[Request] = []
        self.connections = 0
        self.peak = 0
        self._active = 0
        self._handlers: dict[str, Handler] = {}
        self._loop = asyncio.new_event_loop()
        self._tasks: set[asyncio.Task[None]] = set()
        self._thread = threading.Thread(target=self._loop.run_forever, name="test-server", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        listening = asyncio.start_server(self._connected, self._listens_on, 0)
        self._server = asyncio.run_coroutine_threadsafe(listening, self._loop).result()
        self.port: int = self._server.sockets[0].getsockname()[1]
        self.authority = f"127.0.0.1:{self.port}"
        self.url = f"http://{self.authority}"
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._stop(), self._loop).result()
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def __aenter__(self) -> Self:
        return self.__enter__()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.__exit__(kind, error, trace)

    def hits(self, path: str) -> int:
        """How often `path` was asked for."""
        return sum(request.path == path for request in list(self.requests))

    def last(self, path: str) -> Request:
        """The last request for `path`."""
        return next(request for request in reversed(self.requests) if request.path == path)

    # ------------------------------------------------------------ what a path answers

    def handle(self, path: str, handler: Handler) -> str:
        """Answer `path` with `handler`; returns the address, as all methods below do."""
        self._handlers[path] = handler
        return self.url + path

    def answer(self, path: str, body: bytes, status: int = 200, headers: Mapping[str, str] | None = None) -> str:
        """A fixed answer."""
        answer = Answer(body, status, headers or {})
        return self.handle(path, lambda request, writer: respond(writer, answer))

    def page(self, path: str, html: str, content_type: str = "text/html; charset=utf-8") -> str:
        """An HTML page."""
        return self.answer(path, html.encode(), headers={"Content-Type": content_type})

    def status(self, path: str, status: int, headers: Mapping[str, str] | None = None, body: bytes = b"") -> str:
        """A bare status."""
        return self.answer(path, body, status, headers)

    def redirect(self, path: str, to: str, status: int = 302) -> str:
        """A redirect to `to`, sent as given."""
        return self.answer(path, b"", status, {"Location": to})

    def feed(self, path: str, entries: Sequence[Item], *, title: str = "Test feed") -> str:
        """An RSS 2.0 feed with ETag and Last-Modified, which answers conditional requests with 304."""
        body = self._rss(entries, title).encode()
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        modified = format_datetime(datetime.now(UTC), usegmt=True)
        headers = {"ETag": etag, "Last-Modified": modified, "Content-Type": "application/rss+xml"}

        async def conditional(request: Request, writer: asyncio.StreamWriter) -> None:
            unchanged = request.headers.get("if-none-match") == etag
            await respond(writer, Answer(b"", 304, headers) if unchanged else Answer(body, 200, headers))

        return self.handle(path, conditional)

    def collector(self, path: str) -> Collector:
        """A webhook collector at `path`."""
        collector = Collector()
        self.handle(path, collector.handle)
        return collector

    # ------------------------------------------------------------ faults

    def slow(self, path: str, seconds: float, body: bytes = b"late") -> str:
        """Answers after `seconds`."""

        async def late(request: Request, writer: asyncio.StreamWriter) -> None:
            await asyncio.sleep(seconds)
            await respond(writer, Answer(body))

        return self.handle(path, late)

    def drip(self, path: str, interval: float = 0.01) -> str:
        """One byte of the body every `interval` seconds, for ever."""
        return self._endless(path, b".", interval)

    def endless(self, path: str) -> str:
        """A body without an end, as fast as it is read."""
        return self._endless(path, b"." * 65_536, 0)

    def truncated(self, path: str) -> str:
        """Announces more than it sends, then closes."""
        return self.raw(path, b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this")

    def reset(self, path: str) -> str:
        """Answers with a TCP reset."""

        async def reset(request: Request, writer: asyncio.StreamWriter) -> None:
            connection: socket.socket = writer.get_extra_info("socket")
            connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            writer.transport.abort()

        return self.handle(path, reset)

    def oversized(self, path: str, size: int) -> str:
        """A body of `size` bytes, announced by its Content-Length."""
        return self.answer(path, b"." * size)

    def wrong_encoding(self, path: str, says: str = "utf-8") -> str:
        """A cp1252 feed whose header lies: it says "utf-8", "bogus" (an unknown charset) or "gzip"."""
        body = self._rss([Item("Café prices – up 5 €", link="/cafe")], "Wrong").encode("cp1252")
        headers = {
            "utf-8": {"Content-Type": "application/rss+xml; charset=utf-8"},
            "bogus": {"Content-Type": "application/rss+xml; charset=x-no-such"},
            "gzip": {"Content-Type": "application/rss+xml", "Content-Encoding": "gzip"},
        }[says]
        return self.answer(path, body, headers=headers)

    def gzip_bomb(self, path: str, size: int = 200_000_000, layers: int = 1) -> str:
        """`size` zero bytes as gzip, of which about a thousandth goes over the wire; `layers` wraps it again."""
        body = gzip_zeros(size)
        for _ in range(layers - 1):
            packer = zlib.compressobj(wbits=31)
            body = packer.compress(body) + packer.flush()
        return self.answer(path, body, headers={"Content-Encoding": ", ".join(["gzip"] * layers)})

    def raw(self, path: str, data: bytes) -> str:
        """Sends `data` as it is and closes."""

        async def send(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(data)
            await writer.drain()
            writer.close()

        return self.handle(path, send)

    # ------------------------------------------------------------ inside

    def _endless(self, path: str, chunk: bytes, interval: float) -> str:
        async def send(request: Request, writer: asyncio.StreamWriter) -> None:
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")
            while not writer.is_closing():
                writer.write(chunk)
                await writer.drain()
                await asyncio.sleep(interval)

        return self.handle(path, send)

    def _rss(self, entries: Sequence[Item], title: str) -> str:
        parts = [
            '<?xml version="1.0"?><rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/">',
            f"<channel><title>{escape(title)}</title><link>{self.url}/</link><description/>",
        ]
        for item in entries:
            link = self.url + item.link if item.link.startswith("/") else item.link
            fields = {
                "title": item.title,
                "link": link,
                "guid": item.guid or link,
                "description": item.summary,
                "content:encoded": item.content,
                "pubDate": format_datetime(item.published) if item.published else "",
            }
            inner = "".join(f"<{name}>{escape(text)}</{name}>" for name, text in fields.items() if text)
            parts.append(f"<item>{inner}</item>")
        return "".join([*parts, "</channel></rss>"])

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        self.connections += 1
        try:
            while (request := await _receive(reader)) is not None and not writer.is_closing():
                self.requests.append(request)
                self._active += 1
                self.peak = max(self.peak, self._active)
                try:
                    await self._handlers.get(request.path, _not_found)(request, writer)
                finally:
                    self._active -= 1
        except (ConnectionError, asyncio.CancelledError):
            pass  # the client went away, or the test ended
        finally:
            self._tasks.discard(task)
            writer.close()

    async def _stop(self) -> None:
        self._server.close()
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # transports close in the loop's next round


def serve() -> Server:
    """A server for a `with` block."""
    return Server()


def gzip_zeros(size: int) -> bytes:
    """`size` zero bytes (rounded up to a million) as one gzip stream, without compressing each of them."""
    packer = zlib.compressobj(9, wbits=31)
    head = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    block = packer.compress(bytes(1_000_000)) + packer.flush(zlib.Z_FULL_FLUSH)
    count = max(0, -(-size // 1_000_000) - 1)
    # Blocks after a full flush are independent, so that one can be repeated; the checksum at the end is never
    # reached by a reader that caps.
    return head + block * count + packer.flush()


async def _receive(reader: asyncio.StreamReader) -> Request | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
        lines = head.decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        pairs = (line.partition(":") for line in lines[1:] if line)
        headers = {name.lower(): value.strip() for name, _, value in pairs}
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    except asyncio.IncompleteReadError:
        return None
    path, _, query = target.partition("?")
    return Request(method, path, query, headers, body)


async def respond(writer: asyncio.StreamWriter, answer: Answer) -> None:
    """Sends a well-formed answer; for handlers that tests write themselves."""
    headers = {"Content-Length": str(len(answer.body))} | dict(answer.headers)
    if answer.status == 304:
        del headers["Content-Length"]
    lines = [f"HTTP/1.1 {answer.status} Status", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode() + answer.body)
    await writer.drain()


async def _not_found(request: Request, writer: asyncio.StreamWriter) -> None:
    await respond(writer, Answer(b"not here", 404))
