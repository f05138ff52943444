"""Requests through a client that may fetch from the given test servers and from no other private address."""

import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.fetch import Fetcher
from monitor.http import Client, Response
from tests.server import Server

CAP = 1_000_000
NOW = datetime(2024, 7, 23, 14, 0, tzinfo=UTC)


def client(*servers: Server) -> Client:
    allowed = [server.authority for server in servers]
    return Client(user_agent="news-monitor/test", allow_private=allowed, max_bytes=CAP, deadline=10.0)


async def get(target: str, *servers: Server, **options: Any) -> Response:
    async with client(*servers) as opened:
        return await opened.get(target, **options)


async def failure(target: str, *servers: Server, **options: Any) -> FetchError:
    """The error of a request, which is one line whatever happened."""
    with pytest.raises(FetchError) as caught:
        await get(target, *servers, **options)
    assert len(str(caught.value).splitlines()) == 1
    return caught.value


@asynccontextmanager
async def fetching(*servers: Server, **options: Any) -> AsyncIterator[Fetcher]:
    """A fetcher whose wall clock stands still, with small caps."""
    allowed = [server.authority for server in servers]
    async with Client(user_agent="news-monitor/test", allow_private=allowed, max_bytes=100_000, deadline=10) as opened:
        yield Fetcher(opened, **{"now": lambda: NOW} | options)


def resolver(names: Mapping[str, Sequence[str]]) -> Callable[..., list[Any]]:
    """A `socket.getaddrinfo` that knows these names and addresses, and asks no server."""

    def look_up(host: str, port: int, family: int = 0, kind: int = 0, protocol: int = 0, flags: int = 0) -> list[Any]:
        numeric = flags | socket.AI_NUMERICHOST
        found = [_getaddrinfo(each, port, family, kind, protocol, numeric) for each in names.get(host, [host])]
        return [info for infos in found for info in infos]

    return look_up


_getaddrinfo = socket.getaddrinfo
