"""The dashboard as a part of the daemon: it never stands in the way of news."""

import asyncio
import socket
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.daemon import _as_served
from monitor.options import Config, Web
from monitor.store import Store
from monitor.store.database import Readers
from monitor.web.dashboard import Dashboard, environment
from monitor.web.live import LIVE, Live
from monitor.web.server import application, serving


def desk(store: Store, readers: Readers, listen: str) -> Dashboard:
    anything: Any = None
    return Dashboard(
        config=lambda: Config(web=Web(listen=listen)),
        machine=lambda: anything,
        store=store,
        readers=readers,
        workers=anything,
        pages=environment(),
    )


async def test_news_goes_on_where_the_address_is_taken(store: Store) -> None:
    readers = Readers(store.path, 1)
    addresses: list[str] = []
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        async with serving(desk(store, readers, f"127.0.0.1:{port}"), addresses.append):
            await asyncio.sleep(0.1)
    readers.close()

    assert addresses == []


async def test_without_an_address_nothing_is_served(store: Store) -> None:
    readers = Readers(store.path, 1)
    async with serving(desk(store, readers, ""), pytest.fail):
        await asyncio.sleep(0)
    readers.close()


async def test_a_look_that_fails_ends_neither_the_live_page_nor_the_daemon(
    store: Store, monkeypatch: pytest.MonkeyPatch
) -> None:
    readers = Readers(store.path, 1)
    app = application(desk(store, readers, "127.0.0.1:0"))
    looks = 0

    async def fail(_self: Live) -> list[str]:
        nonlocal looks
        looks += 1
        raise TypeError("a defect")

    monkeypatch.setattr(Live, "changed", fail)
    live = app[LIVE]
    live._pages.add(asyncio.Queue())
    task = asyncio.create_task(live.run())
    await asyncio.sleep(1.3)
    ended = task.done()
    task.cancel()
    readers.close()

    assert looks >= 2
    assert not ended


@pytest.mark.parametrize(("token", "wanted"), [("", "old"), ("new", "new")])
def test_an_edit_cannot_open_the_pages_to_everyone(token: str, wanted: str, tmp_path: Path) -> None:
    first = Web(listen="0.0.0.0:8787", token=SecretStr("old"))
    edited = Config(web=Web(listen="127.0.0.1:8787", token=SecretStr(token)))

    served = _as_served(edited, first).web

    assert (served.listen, served.token.get_secret_value()) == ("0.0.0.0:8787", wanted)
