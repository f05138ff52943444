"""Whose turn it is at a host: few requests at once, not too close together, and none while the host asks for peace."""

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from weakref import WeakValueDictionary

from monitor.errors import FetchError
from monitor.headers import LONGEST
from monitor.text import format_duration
from monitor.urls import host

# Seconds between the starts of two requests: at a stranger's host, and at one that the user has named as their own.
SPACING = 0.2
OWN_SPACING = 0.02

# Its limit of 10 requests a second is for the whole site: https://www.sec.gov/os/accessing-edgar-data
_ONE_SITE = "sec.gov"


class Turns:
    """Requests of any number of tasks wait here for their turn, first come, first served.

    Of one host `at_once` are in hand, and their starts are `spacing(url)` seconds apart. `clock` counts seconds; `now`
    gives the aware UTC time. Memory is kept for the hosts of the moment only.
    """

    def __init__(
        self,
        spacing: Callable[[str], float],
        *,
        at_once: int,
        now: Callable[[], datetime],
        clock: Callable[[], float],
        sleep: Callable[[float], Awaitable[None]],
    ) -> None:
        self._spacing, self._at_once = spacing, at_once
        self._now, self._clock, self._sleep = now, clock, sleep
        # A line lives as long as someone stands in it, or the next may not start yet.
        self._lines: WeakValueDictionary[str, _Line] = WeakValueDictionary()
        self._started: OrderedDict[_Line, None] = OrderedDict()
        self._holds: dict[str, _Hold] = {}

    @asynccontextmanager
    async def turn(self, url: str) -> AsyncIterator[None]:
        """Wait for a turn at the host of `url`, and have it during the block. Raises FetchError while it is held."""
        self.heed(url)
        line = self._lines.setdefault(_authority(url), _Line(self._at_once))
        async with line.slots:
            async with line.door:
                while (wait := line.next_start - self._clock()) > 0:
                    await self._sleep(wait)
                self.heed(url)  # it may have answered those before with a wish to be left alone
                self._start(line, self._spacing(url))
            yield

    def hold(self, name: str, until: datetime) -> None:
        """The host `name` is asked nothing until then, but for no more than a day."""
        now, clock = self._now(), self._clock()
        self._holds = {site: held for site, held in self._holds.items() if held.left(now, clock)}
        left, before = min(until - now, LONGEST), self._holds.get(_site(name))
        if left > (before.left(now, clock) if before else timedelta(0)):
            self._holds[_site(name)] = _Hold(now + left, clock + left.total_seconds())

    def heed(self, url: str) -> None:
        """Raises FetchError, which says how much longer, while the host of `url` is held."""
        name = host(url)
        if (held := self._holds.get(_site(name))) is None:
            return
        if left := held.left(self._now(), self._clock()):
            raise FetchError(
                f"{name} asked to be left alone for another {format_duration(left)}", retry_after=left, host=name
            )
        del self._holds[_site(name)]

    def _start(self, line: "_Line", spacing: float) -> None:
        now = self._clock()
        line.next_start = now + spacing
        self._started[line] = None
        self._started.move_to_end(line)
        while next(iter(self._started)).next_start <= now:
            self._started.popitem(last=False)


class _Line:
    """Those who wait for one host."""

    def __init__(self, at_once: int) -> None:
        self.slots = asyncio.Semaphore(at_once)
        self.door = asyncio.Lock()  # one of those with a slot waits until the next may start
        self.next_start = float("-inf")


class _Hold:
    """Until when a host is held: by the wall clock and by the steady one, since either may stop or be set back."""

    def __init__(self, until: datetime, end: float) -> None:
        self._until, self._end = until, end

    def left(self, now: datetime, clock: float) -> timedelta:
        """How much longer; nothing when it is over."""
        return max(min(self._until - now, timedelta(seconds=self._end - clock)), timedelta(0))


def _authority(url: str) -> str:
    """What requests are counted by: http and https of a host are one, an unusual port is another."""
    site, port = _site(host(url)), urlsplit(url).port
    return site if port in (None, 80, 443) or site == _ONE_SITE else f"{site} {port}"


def _site(name: str) -> str:
    return _ONE_SITE if f".{name}".endswith(f".{_ONE_SITE}") else name
