"""Room in memory for large bodies: few at a time, from when they turn out to be large until they are worked off."""

import asyncio
import gc
from weakref import WeakSet


class Room:
    """So many `places`; who needs one and finds none waits, first come, first served.

    A place belongs to the task that took it and is free again when that task ends: the body is alive in its pipeline
    while it is parsed and stored. A task needs one place, however many bodies it reads.
    """

    def __init__(self, places: int) -> None:
        self._free = asyncio.Semaphore(places)
        self._inside: WeakSet[asyncio.Task[object]] = WeakSet()

    async def enter(self, timer: asyncio.Timeout) -> None:
        """Take a place for the task that calls; meanwhile `timer` stands still."""
        task = asyncio.current_task()
        if task is None or task in self._inside:
            return
        clock = asyncio.get_running_loop().time
        due, started = timer.when(), clock()
        timer.reschedule(None)
        await self._free.acquire()
        self._inside.add(task)
        task.add_done_callback(self._leave)
        timer.reschedule(due and due + clock() - started)

    def _leave(self, task: "asyncio.Task[object]") -> None:
        self._inside.discard(task)
        # After a failure the error and its traceback refer to each other, and with them to the body.
        gc.collect()
        self._free.release()
