"""CPU work in processes of its own, so that hostile input can stall or crash neither the event loop nor the daemon."""

import asyncio
import multiprocessing
import resource
import signal
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from typing import Any, Self, TypeVar

from pebble import ProcessExpired, ProcessPool

from monitor.errors import MonitorError, WorkerError

T = TypeVar("T")

# A worker is replaced after so many tasks: lxml and trafilatura keep what they once took.
RECYCLE_AFTER = 500
MEMORY_BYTES = 1 << 30


class Workers:
    """A pool of `processes` workers; each task has `time_limit` seconds and a gigabyte. Use as a context manager."""

    def __init__(self, processes: int = 2, time_limit: float = 20.0) -> None:
        context = multiprocessing.get_context("forkserver")
        # Loaded once in the fork server, so that a new worker starts in milliseconds and shares the pages.
        context.set_forkserver_preload(["feedparser", "trafilatura", "monitor.parse", "monitor.extract"])
        self._pool = ProcessPool(processes, max_tasks=RECYCLE_AFTER, initializer=_prepare, context=context)
        self._time_limit = time_limit

    async def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a module-level function in a worker. Raises what it raises of ours, else WorkerError."""
        future = self._pool.schedule(function, args=args, kwargs=kwargs, timeout=self._time_limit)
        try:
            result: T = await asyncio.wrap_future(future)
        except MonitorError:
            raise
        except FutureTimeoutError as error:
            raise WorkerError(f"{function.__name__} took longer than {self._time_limit:g} s and was stopped") from error
        except MemoryError as error:
            raise WorkerError(
                f"{function.__name__} needed more than {MEMORY_BYTES >> 20} MB and was stopped"
            ) from error
        except ProcessExpired as error:
            raise WorkerError(f"{function.__name__} crashed its process (exit code {error.exitcode})") from error
        except Exception as error:
            raise WorkerError(f"{function.__name__} failed: {type(error).__name__}: {error}") from error
        return result

    def close(self) -> None:
        """Stop at once: a task in hand is lost, and its input is still queued in the database."""
        self._pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates most of itself, not this
        self._pool.join()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def _prepare() -> None:
    # Ctrl-C reaches the whole process group; stopping is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
