"""What a process is told by signals: to stop, or to read its configuration again."""

import asyncio
import os
import signal
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

# A name server or a disk that hangs must not hold up the exit: every change of state is a transaction.
LAST_MOMENT = 9.0


@contextmanager
def heeded(stop: asyncio.Event, hangup: asyncio.Event | None = None, *, threads: int) -> Iterator[None]:
    """SIGTERM and SIGINT set `stop` for the length of the block, and bound the time until the process ends.

    SIGHUP sets `hangup` where there is one. `threads` is how many the loop may have; none of them delays the end.
    """
    loop = asyncio.get_running_loop()
    loop.set_default_executor(ThreadPoolExecutor(threads, thread_name_prefix="thread"))

    def told() -> None:
        stop.set()
        last_moment = threading.Timer(LAST_MOMENT, os._exit, [0])
        last_moment.daemon = True
        last_moment.start()

    handlers = {signal.SIGTERM: told, signal.SIGINT: told}
    if hangup:
        on_terminal = _has_terminal()
        # A terminal that was closed sends SIGHUP, too, and nobody would see that the daemon is still there.
        handlers[signal.SIGHUP] = lambda: told() if on_terminal and not _has_terminal() else hangup.set()
    for number, handler in handlers.items():
        loop.add_signal_handler(number, handler)
    try:
        yield
    finally:
        for number in handlers:
            loop.remove_signal_handler(number)


def _has_terminal() -> bool:
    return any(os.isatty(number) for number in range(3))
