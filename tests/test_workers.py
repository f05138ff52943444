"""Worker processes that die, hang or eat memory cost one task, and never the next."""

import asyncio
import os
import signal
import time

import pytest

from monitor.errors import WorkerError
from monitor.workers import Workers


def test_work_is_done_in_another_process() -> None:
    async def main() -> int:
        with Workers(1) as workers:
            return await workers.run(os.getpid)

    assert asyncio.run(main()) != os.getpid()


def test_a_worker_that_is_killed_while_it_waits_costs_nothing() -> None:
    async def main() -> list[int]:
        with Workers(2, time_limit=2) as workers:
            first = await workers.run(os.getpid)
            os.kill(first, signal.SIGKILL)
            await asyncio.sleep(0.5)
            return [first, *await asyncio.gather(*(workers.run(os.getpid) for _ in range(6)))]

    first, *later = asyncio.run(main())

    assert len(later) == 6
    assert first not in later


def test_all_workers_killed_are_replaced() -> None:
    async def main() -> int:
        with Workers(2, time_limit=2) as workers:
            for pid in {await workers.run(os.getpid) for _ in range(20)}:
                os.kill(pid, signal.SIGKILL)
            return await workers.run(os.getpid)

    assert asyncio.run(main())


def test_work_that_takes_long_leaves_a_process_for_the_rest() -> None:
    async def main() -> tuple[int, int]:
        with Workers(2, time_limit=1) as workers:
            await workers.run(abs, -1)
            long = [asyncio.create_task(workers.run_apart(time.sleep, 60)) for _ in range(3)]
            found = await workers.run(abs, -5)
            over = sum(task.done() for task in long)
            for task in long:
                task.cancel()
            return found, over

    assert asyncio.run(main()) == (5, 0)


@pytest.mark.parametrize(
    ("work", "arguments", "words"),
    [
        (time.sleep, [60], "took longer than 1 s"),
        (os._exit, [3], "exit code 3"),
        (bytes, [1 << 33], "failed|needed more than"),
        (int, ["x"], "ValueError"),
    ],
    ids=["hangs", "exits", "eats memory", "raises"],
)
def test_a_task_that_goes_wrong_is_an_error_in_one_line_and_the_next_one_works(
    work: object, arguments: list[object], words: str
) -> None:
    async def main() -> int:
        with Workers(1, time_limit=1) as workers:
            with pytest.raises(WorkerError, match=words):
                await workers.run(work, *arguments)  # type: ignore[arg-type]
            return await workers.run(abs, -5)

    assert asyncio.run(main()) == 5
