"""The HTTP client: one guarded GET with a deadline and caps.

A server can be slow, broken or hostile. So every address is vetted where the socket is opened (see `guard`),
the deadline is wall-clock time over all redirects, bytes are counted as received and again as decoded, and
each failure is a `FetchError` of one line that names the host.

aiohttp is used here and in web/ only.
"""

import asyncio
import base64
import os
import socket
import ssl
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass, replace
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.http_exceptions import HttpProcessingError
from yarl import URL

from monitor import inflate
from monitor.address import parse, same_keeper
from monitor.errors import BlockedError, FetchError, UnreachableError
from monitor.guard import Guard, literal
from monitor.room import Room
from monitor.text import one_line

Gate = Callable[[str], AbstractAsyncContextManager[object]]
Vet = Callable[[str], Awaitable[float]]

_MAX_REDIRECTS = 5
_PERMANENT_REDIRECTS = frozenset({301, 308})
_REDIRECTS = _PERMANENT_REDIRECTS | {302, 303, 307}
# Content security policies of large sites pass aiohttp's 8 KB.
_MAX_HEADER_BYTES = 32_768
_MAX_HEADERS = 128
# All polls and reads in hand may be sent as much as the cap allows; what passes this waits until there is room for it.
_LARGE = 500_000
_LARGE_AT_ONCE = 4
_PAGE_TYPES = frozenset(
    {"text/html", "application/xhtml+xml", "application/xml", "text/xml", "text/plain", ""}  # "" is not said
)
# All other headers may be secrets (Cookie, X-Api-Key …), so they stay with the host they were written for.
_HARMLESS_HEADERS = frozenset(
    {"Accept", "Accept-Encoding", "Accept-Language", "If-Modified-Since", "If-None-Match", "User-Agent"}
)

# What each failure means: the nearest class on the exception's MRO speaks, `{detail}` is the library's word.
_MEANINGS: Mapping[type[object], str] = {
    aiohttp.ClientError: "{host}: the request failed ({detail})",
    aiohttp.ClientConnectionError: "{host}: the connection failed ({detail})",
    aiohttp.ClientOSError: "{host}: the connection broke ({detail})",
    aiohttp.ClientConnectorError: "{host}: no connection ({detail})",
    aiohttp.ClientConnectorDNSError: "{host}: name not known",
    aiohttp.ClientProxyConnectionError: "{host}: the proxy cannot be reached ({detail})",
    aiohttp.ClientSSLError: "TLS with {host} failed ({detail})",
    aiohttp.ClientConnectorCertificateError: "TLS certificate of {host} is not valid: {detail}",
    aiohttp.ServerFingerprintMismatch: "TLS certificate of {host} is not valid: another one was expected",
    aiohttp.ServerDisconnectedError: "{host} closed the connection without an answer",
    aiohttp.ServerTimeoutError: "no answer from {host}",
    aiohttp.ClientPayloadError: "{host} closed the connection before the whole body arrived",
    aiohttp.UploadAbortedError: "{host} did not take the request",
    aiohttp.ClientResponseError: "{host} sent no valid HTTP ({detail})",
    aiohttp.ClientHttpProxyError: "{host}: the proxy refused the connection ({detail})",
    aiohttp.InvalidURL: "{host}: not a valid address",
    aiohttp.NonHttpUrlClientError: "{host}: only http and https are fetched",
    aiohttp.RedirectClientError: "{host} redirects to no valid address",
    HttpProcessingError: "{host} sent no valid HTTP ({detail})",
    OSError: "{host}: the connection broke ({detail})",
    ValueError: "{host}: the request cannot be sent ({detail})",  # a header or a host name has no legal form
}


@dataclass(frozen=True, slots=True)
class Response:
    """An answer. `url` is the final address, `headers` ignores case, `body` is decoded and empty unless 2xx.

    The lines of a Cache-Control header are one. `moved_to` is the final address when every redirect on the way was
    permanent (301 or 308), else "". `seconds` is what it took of its deadline.
    """

    url: str
    status: int
    headers: Mapping[str, str]
    body: bytes
    redirected: bool = False
    moved_to: str = ""
    seconds: float = 0.0


@dataclass(slots=True)
class _Hop:
    """The request in flight, for the socket factory, which is told nothing but an address."""

    host: str
    port: int
    refusal: str = ""
    answered: bool = False


_hop: ContextVar[_Hop] = ContextVar("hop")


@dataclass(frozen=True, slots=True)
class _Wanted:
    """What of an answer is read, and how long it may take."""

    pages_only: bool
    cut_at: int | None
    timer: asyncio.Timeout


async def _no_objection(_url: str) -> float:
    return 0.0


class Client:
    """Fetches over http and https; an async context manager, to be used by one event loop.

    `allow_private` names the only private hosts that are fetched (see `guard`). `max_bytes` caps a body, as
    received and as decoded; `deadline` is in seconds. Neither cookies nor the environment's proxies are used.
    Behind `proxy` the guard cannot see what names resolve to, which is the proxy's to vet: only addresses written
    as numbers and `localhost` are refused.
    """

    def __init__(
        self,
        *,
        user_agent: str,
        allow_private: Sequence[str] = (),
        proxy: str = "",
        max_bytes: int = 10_000_000,
        deadline: float = 30.0,
    ) -> None:
        self.max_bytes = max_bytes
        self.user_agent = user_agent
        self._guard = Guard(allow_private)
        self._proxy = proxy
        self._deadline = deadline
        self._room = Room(_LARGE_AT_ONCE)

    async def __aenter__(self) -> Self:
        self._session = aiohttp.ClientSession(
            # No limits here: waiting for a connection must not count against a deadline, see `gate`.
            connector=aiohttp.TCPConnector(limit=0, socket_factory=None if self._proxy else self._open_socket),
            cookie_jar=aiohttp.DummyCookieJar(),
            timeout=aiohttp.ClientTimeout(total=None),  # `deadline` rules; per-read timeouts are none
            trust_env=False,
            auto_decompress=False,
            max_line_size=8190,
            max_field_size=_MAX_HEADER_BYTES,
            max_headers=_MAX_HEADERS,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    def is_own(self, url: str) -> bool:
        """Whether the user has named the host of `url` as one of their own, which is fetched although it is private."""
        target = parse(url)
        return self._guard.exempts(target.raw_host or "", target.port or 0)

    async def get(
        self,
        url: str,
        *,
        headers: Mapping[str, str] | None = None,
        auth: str = "",
        user_agent: str = "",
        deadline: float | None = None,
        pages_only: bool = False,
        cut_at: int | None = None,
        vet: Vet = _no_objection,
        gate: Gate = nullcontext,
    ) -> Response:
        """GET `url`, following at most 5 redirects; an error status is a Response, too.

        `auth` is `user:password`. It and all but harmless headers are dropped when a redirect leaves the host
        or https. `pages_only` refuses what is no text before its body is read; of a body longer than `cut_at` no
        more is read. `vet(url)` is awaited before each request: it may raise, and gives the seconds that it takes from
        the deadline. `gate(url)` is held during each request; waiting for it is no part of the deadline, nor
        is waiting for room for a large body, which is taken until the task ends that calls.
        Raises FetchError or BlockedError.
        """
        target = parse(url)
        sent = self._headers(headers or {}, auth, user_agent)
        allowed = self._deadline if deadline is None else deadline
        clock = asyncio.get_running_loop().time
        left, hops = allowed, list[int]()
        while True:
            left -= await vet(str(target))
            async with gate(str(target)):
                started = clock()
                try:
                    async with asyncio.timeout(left) as timer:
                        response = await self._request(target, sent, _Wanted(pages_only, cut_at, timer))
                except TimeoutError as error:
                    kind = FetchError if _hop.get().answered else UnreachableError
                    raise kind(f"no complete answer from {target.host} within {allowed:g} s") from error
                left -= clock() - started
            if response.status not in _REDIRECTS or "Location" not in response.headers:
                moved = bool(hops) and _PERMANENT_REDIRECTS.issuperset(hops)
                moved_to = response.url if moved else ""
                return replace(response, redirected=bool(hops), moved_to=moved_to, seconds=allowed - left)
            hops.append(response.status)
            if len(hops) > _MAX_REDIRECTS:
                raise FetchError(f"{target.host} redirects more than {_MAX_REDIRECTS} times")
            after = parse(response.headers["Location"], target)
            if not same_keeper(target, after):
                sent = {name: value for name, value in sent.items() if name in _HARMLESS_HEADERS}
            target = after

    def _headers(self, given: Mapping[str, str], auth: str, user_agent: str) -> dict[str, str]:
        headers = {"User-Agent": self.user_agent, "Accept": "*/*"}
        headers |= {name.strip().title(): value for name, value in given.items()}
        if user_agent:
            headers["User-Agent"] = user_agent
        if auth:
            headers["Authorization"] = "Basic " + base64.b64encode(auth.encode()).decode()
        # Whatever a user asks for: these are what we decode.
        return headers | {"Accept-Encoding": inflate.ACCEPTED}

    async def _request(self, target: URL, headers: Mapping[str, str], wanted: _Wanted) -> Response:
        hop = _Hop(target.raw_host or "", target.port or 0)
        address = literal(hop.host)
        if address and (refusal := self._guard.refusal(hop.host, hop.port, address)):
            raise BlockedError(refusal)
        _hop.set(hop)
        try:
            async with self._session.get(
                target, headers=headers, allow_redirects=False, proxy=self._proxy or None
            ) as answer:
                hop.answered = True
                if wanted.pages_only:
                    _require_page(answer)
                body = await self._read(answer, wanted) if 200 <= answer.status < 300 else b""
                return Response(str(target), answer.status, _headers_of(answer), body)
        except (aiohttp.ClientError, HttpProcessingError, OSError, ValueError) as error:
            if hop.refusal:
                raise BlockedError(hop.refusal) from None
            # Behind a proxy, only its own name is looked up here.
            of_proxy = self._proxy and isinstance(error, aiohttp.ClientConnectorDNSError)
            raise _explain(error, "the proxy" if of_proxy else hop.host) from error

    def _open_socket(self, address: tuple[int, int, int, str, tuple[object, ...]]) -> socket.socket:
        family, kind, protocol, _, sockaddr = address
        hop = _hop.get()
        refusal = self._guard.refusal(hop.host, hop.port, str(sockaddr[0]))
        if refusal:
            hop.refusal = refusal
            # An OSError lets aiohttp go on to the name's other addresses.
            raise PermissionError(refusal)
        return socket.socket(family, kind, protocol)

    async def _read(self, answer: aiohttp.ClientResponse, wanted: _Wanted) -> bytes:
        host = str(answer.url.host)
        if wanted.cut_at is None and (answer.content_length or 0) > self.max_bytes:
            raise inflate.too_large(host, self.max_bytes)
        encodings = ",".join(answer.headers.getall("Content-Encoding", ()))
        pieces = inflate.pieces(answer.content.iter_any(), encodings, self.max_bytes, host)
        body = bytearray()
        async for piece in pieces:
            if len(body) <= _LARGE < len(body) + len(piece):
                await self._room.enter(wanted.timer)
            body += piece
            if wanted.cut_at is not None and len(body) >= wanted.cut_at:
                del body[wanted.cut_at :]
                break
        return bytes(body)


def _headers_of(answer: aiohttp.ClientResponse) -> Mapping[str, str]:
    headers = answer.headers.copy()
    if several := headers.getall("Cache-Control", []):
        headers["Cache-Control"] = ", ".join(several)
    return headers


def _require_page(answer: aiohttp.ClientResponse) -> None:
    media = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    if answer.status == 200 and media not in _PAGE_TYPES:
        raise FetchError(f"{answer.url.host}: the link is {media[:80]}, not a page", permanent=True)


def _explain(error: Exception, host: str) -> FetchError:
    meaning = next(_MEANINGS[kind] for kind in type(error).__mro__ if kind in _MEANINGS)
    match error:
        case aiohttp.ClientConnectorCertificateError(certificate_error=ssl.SSLCertVerificationError() as reason):
            detail = reason.verify_message
        case aiohttp.ClientConnectorError(os_error=reason):
            # asyncio puts words of its own in the place of the system's.
            number = reason.errno or 0
            detail = os.strerror(number) if number > 0 else reason.strerror or str(reason) or type(reason).__name__
        case aiohttp.ClientResponseError(message=detail) | HttpProcessingError(message=detail):
            pass
        case _:
            detail = str(error) or type(error).__name__
    # The detail may quote what the server sent.
    message = meaning.format(host=host, detail=one_line(detail[:200]))
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        return UnreachableError(message)
    return FetchError(message, permanent=isinstance(error, ValueError))
