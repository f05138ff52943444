"""CPU work in processes of its own, so that hostile input can stall or crash neither the event loop nor the daemon."""

import asyncio
import multiprocessing
import resource
import signal
import threading
import time
from collections.abc import Callable
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from typing import Any, Self, TypeVar

import structlog
from pebble import ProcessExpired, ProcessPool

from monitor.errors import MonitorError, WorkerError

log = structlog.get_logger()

T = TypeVar("T")

# A worker is replaced after so many tasks: lxml and trafilatura keep what they once took.
RECYCLE_AFTER = 500
MEMORY_BYTES = 1 << 30

# Seconds beyond its limit after which a task that got no answer says that the pool is stuck.
PATIENCE = 10.0


class _BrokenError(Exception):
    """The pool does not work any more."""


class Workers:
    """A pool of `processes` workers; each task has `time_limit` seconds and a gigabyte. Use as a context manager.

    A pool that breaks is replaced: pebble's does when a worker is killed while it waits for work, as by the kernel for
    want of memory.
    """

    def __init__(self, processes: int = 2, time_limit: float = 20.0) -> None:
        self._processes, self._time_limit = processes, time_limit
        self._context = multiprocessing.get_context("forkserver")
        # Loaded once in the fork server, so that a new worker starts in milliseconds and shares the pages.
        self._context.set_forkserver_preload(["feedparser", "trafilatura", "monitor.parse", "monitor.extract"])
        self._pool = self._new_pool()
        # No task waits inside the pool, so that one without an answer tells a pool that is stuck.
        self._free = asyncio.Semaphore(processes)
        self._most = asyncio.Semaphore(max(1, processes - 1))
        # When each task that has no answer yet was given, the oldest first.
        self._begun: dict[object, float] = {}

    @property
    def overdue(self) -> float:
        """Seconds for which the oldest task has gone without the answer that it should have by now; 0.0 for none."""
        oldest = next(iter(self._begun.values()), time.monotonic())
        return max(0.0, time.monotonic() - oldest - self._time_limit - PATIENCE)

    async def run(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """Run a module-level function in a worker. Raises what it raises of ours, else WorkerError."""
        task = object()
        self._begun[task] = time.monotonic()
        try:
            async with self._free:
                try:
                    return await self._run(function, args, kwargs)
                except _BrokenError:
                    try:
                        return await self._run(function, args, kwargs)
                    except _BrokenError as error:
                        raise WorkerError(f"{function.__name__} got no answer from its process, twice") from error
        finally:
            del self._begun[task]

    async def run_apart(self, function: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        """`run`, but never in all processes at once: what may take long leaves one for the rest."""
        async with self._most:
            return await self.run(function, *args, **kwargs)

    async def _run(self, function: Callable[..., T], args: tuple[Any, ...], kwargs: dict[str, Any]) -> T:
        pool = self._pool
        try:
            future = pool.schedule(function, args=args, kwargs=kwargs, timeout=self._time_limit)
        except RuntimeError as error:
            self._replace(pool, error)
            raise _BrokenError from error
        waiting = asyncio.wrap_future(future)
        try:
            done, _ = await asyncio.wait([waiting], timeout=self._time_limit + PATIENCE)
            if not done:
                self._replace(pool, TimeoutError("no answer"))
                raise _BrokenError
            return waiting.result()
        except (MonitorError, _BrokenError):
            raise
        except BrokenProcessPool as error:
            self._replace(pool, error)
            raise _BrokenError from error
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
        finally:
            waiting.cancel()

    def close(self) -> None:
        """Stop at once: a task in hand is lost, and its input is still queued in the database."""
        _end(self._pool)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _new_pool(self) -> ProcessPool:
        return ProcessPool(self._processes, max_tasks=RECYCLE_AFTER, initializer=_prepare, context=self._context)

    def _replace(self, broken: ProcessPool, error: Exception) -> None:
        if self._pool is broken:  # another task may have seen it before
            log.warning("worker processes replaced", reason=f"{type(error).__name__}: {error}")
            self._pool = self._new_pool()
            # It may wait for a lock that nobody holds any more.
            threading.Thread(target=_end, args=[broken], daemon=True).start()


def _end(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]  # pebble annotates most of itself, not this
    pool.join()


def _prepare() -> None:
    # Ctrl-C and the end of a terminal reach the whole process group; stopping is the parent's decision.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGHUP, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
