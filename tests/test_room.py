"""Large bodies find room one after the other, and whoever waits for it loses nothing by that."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from monitor import http
from monitor.http import Client
from tests.server import Server

LARGE = b"x" * (http._LARGE + 1)


@pytest.fixture
async def opened(server: Server) -> AsyncIterator[Client]:
    async with Client(user_agent="x", allow_private=[server.authority], deadline=5) as running:
        yield running


async def work_on(opened: Client, url: str, done: asyncio.Event, held: list[str]) -> None:
    """Read a body, and keep it until `done`."""
    response = await opened.get(url)
    held.append(response.url)
    await done.wait()


async def until(count: int, held: list[str]) -> None:
    while len(held) < count:
        await asyncio.sleep(0.005)


async def test_only_so_many_large_bodies_are_in_memory_until_they_are_worked_off(
    server: Server, opened: Client
) -> None:
    urls = [server.answer(f"/{number}", LARGE) for number in range(http._LARGE_AT_ONCE + 2)]
    done, held = asyncio.Event(), list[str]()
    working = [asyncio.create_task(work_on(opened, url, done, held)) for url in urls]

    await until(http._LARGE_AT_ONCE, held)
    await asyncio.sleep(0.1)
    held_at_once = len(held)
    small = await opened.get(server.answer("/small", b"x"))
    done.set()
    await asyncio.gather(*working)

    assert (held_at_once, small.body, sorted(held)) == (http._LARGE_AT_ONCE, b"x", sorted(urls))


async def test_waiting_for_room_does_not_count_against_the_deadline(server: Server, opened: Client) -> None:
    url = server.answer("/large", LARGE)
    done, held = asyncio.Event(), list[str]()
    working = [asyncio.create_task(work_on(opened, url, done, held)) for _ in range(http._LARGE_AT_ONCE)]
    await until(http._LARGE_AT_ONCE, held)

    waiting = asyncio.create_task(opened.get(url, deadline=0.5))
    await asyncio.sleep(0.8)
    still_waiting = not waiting.done()
    done.set()
    response = await waiting
    await asyncio.gather(*working)

    assert (still_waiting, response.body) == (True, LARGE)


async def test_a_task_that_reads_several_large_bodies_needs_one_place(server: Server, opened: Client) -> None:
    url = server.answer("/large", LARGE)

    bodies = [(await opened.get(url)).body for _ in range(http._LARGE_AT_ONCE + 1)]

    assert set(bodies) == {LARGE}


@pytest.mark.parametrize("how", ["fails", "is cancelled"])
async def test_a_task_that_ends_in_any_way_gives_its_place_back(server: Server, opened: Client, how: str) -> None:
    url = server.answer("/large", LARGE)

    async def ends() -> None:
        await opened.get(url)
        if how == "fails":
            raise ZeroDivisionError
        asyncio.current_task().cancel()  # type: ignore[union-attr]  # there is one
        await asyncio.sleep(0)

    for _ in range(http._LARGE_AT_ONCE + 1):
        await asyncio.gather(asyncio.create_task(ends()), return_exceptions=True)
    response = await asyncio.create_task(opened.get(url))

    assert response.body == LARGE
