"""How work that is due is picked up, and what happens when the database fails."""

import asyncio

from monitor.errors import StoreError
from monitor.machine import Stage


class Queue:
    """Numbers that are due until they are done; working on one of `bad` raises."""

    def __init__(self, *items: int, bad: tuple[int, ...] = ()) -> None:
        self.items, self.bad = list(items), bad
        self.tried: list[int] = []
        self.at_once = self.most_at_once = 0

    async def due(self, room: int, in_hand: frozenset[int]) -> list[int]:
        return [item for item in self.items if item not in in_hand][:room]

    async def work(self, item: int) -> None:
        self.tried.append(item)
        self.at_once += 1
        self.most_at_once = max(self.at_once, self.most_at_once)
        await asyncio.sleep(0.001)
        self.at_once -= 1
        if item in self.bad:
            raise StoreError("disk is full")
        self.items.remove(item)


def stage(queue: Queue, limit: int = 2) -> Stage[int]:
    return Stage(queue.due, queue.work, lambda item: item, limit)


def test_everything_due_is_done_once_and_a_few_at_a_time() -> None:
    queue = Queue(*range(10))
    worker = stage(queue, limit=3)

    asyncio.run(worker.drain())

    assert sorted(queue.tried) == list(range(10))
    assert queue.most_at_once == 3
    assert not worker.failed


def test_a_stage_whose_database_fails_rests_instead_of_trying_without_end() -> None:
    queue = Queue(1, bad=(1,))
    worker = stage(queue)

    async def busy() -> None:
        await worker.drain()
        for _ in range(20):
            await worker.tick()
        await worker.drain()

    asyncio.run(busy())

    assert queue.tried == [1]
    assert worker.failed


def test_a_queue_that_cannot_be_read_is_a_failure_and_no_end() -> None:
    async def broken(_room: int, _in_hand: frozenset[int]) -> list[int]:
        raise StoreError("no such table")

    async def work(_item: int) -> None:
        raise AssertionError

    worker = Stage(broken, work, lambda item: item, 1)

    asyncio.run(worker.drain())

    assert worker.failed
