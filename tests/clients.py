"""Requests through a client that may fetch from the given test servers and from no other private address."""

import socket
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pytest

from monitor.errors import FetchError
from monitor.http import Client, Response
from tests.server import Server

CAP = 1_000_000


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


def resolver(names: Mapping[str, Sequence[str]]) -> Callable[..., list[Any]]:
    """A `socket.getaddrinfo` that knows these names and addresses, and asks no server."""

    def look_up(host: str, port: int, family: int = 0, kind: int = 0, protocol: int = 0, flags: int = 0) -> list[Any]:
        numeric = flags | socket.AI_NUMERICHOST
        found = [_getaddrinfo(each, port, family, kind, protocol, numeric) for each in names.get(host, [host])]
        return [info for infos in found for info in infos]

    return look_up


_getaddrinfo = socket.getaddrinfo
