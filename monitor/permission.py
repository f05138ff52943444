"""Whether a site lets robots read a page: its robots.txt, asked for once a day and remembered."""

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urljoin, urlsplit
from weakref import WeakValueDictionary

from monitor import robots
from monitor.errors import BlockedError, FetchError
from monitor.http import Response
from monitor.robots import Rules
from monitor.urls import host

# Seconds for which an answer counts (RFC 9309, 2.4), and one that could not be had.
KNOWN_FOR = 86_400.0
UNKNOWN_FOR = 300.0

# What is remembered of all sites together: a hostile one may have many names, and fill its file.
MOST_SITES = 1_000
_MOST_CHARACTERS = 10_000_000

Ask = Callable[[str, str], Awaitable[Response]]


@dataclass(frozen=True, slots=True)
class _Known:
    """What one site said. `problem` is why it could not be read, else ""."""

    until: float
    rules: Rules
    problem: str = ""


class Permission:
    """Vets addresses of pages. `ask(url, user_agent)` fetches a robots.txt, or raises FetchError where asking again may
    help; `user_agent` is the one used where a feed has none, and `clock` counts seconds.
    """

    def __init__(self, ask: Ask, *, user_agent: str, clock: Callable[[], float]) -> None:
        self._ask, self._user_agent, self._clock = ask, user_agent, clock
        self._sites: OrderedDict[tuple[str, str], _Known] = OrderedDict()
        self._characters = 0
        # Of those who need the same file, one asks and the others wait.
        self._asking: WeakValueDictionary[tuple[str, str], asyncio.Lock] = WeakValueDictionary()

    async def vet(self, url: str, user_agent: str = "") -> float:
        """Seconds that it took to ask, without waiting. Raises FetchError where the page is not to be read, or where
        that cannot be known for now.
        """
        parts = urlsplit(url)
        site = f"{parts.scheme}://{parts.netloc}", user_agent
        took = 0.0
        async with self._asking.setdefault(site, asyncio.Lock()):
            known = self._sites.get(site)
            if known is None or known.until <= self._clock():
                known, took = await self._asked(url, user_agent)
                self._remember(site, known)
            self._sites.move_to_end(site)
        if known.problem:
            raise FetchError(known.problem)
        if not known.rules.allows(f"{parts.path}?{parts.query}" if parts.query else parts.path):
            raise FetchError(f"{host(url)} asks robots not to read this page (robots.txt)", permanent=True)
        return took

    async def _asked(self, url: str, user_agent: str) -> tuple[_Known, float]:
        try:
            response = await self._ask(urljoin(url, "/robots.txt"), user_agent)
        except BlockedError:
            # Where that is the site itself, the request for the page says so; else its robots.txt leads nowhere.
            return _Known(self._clock() + UNKNOWN_FOR, Rules()), 0.0
        except FetchError as error:
            problem = f"{host(url)}: robots.txt cannot be read ({error})"
            if error.retry_after is not None:  # its host is held, which is remembered elsewhere
                raise FetchError(problem, retry_after=error.retry_after, host=error.host) from error
            return _Known(self._clock() + UNKNOWN_FOR, Rules(), problem), 0.0
        robot = robots.token(user_agent or self._user_agent)
        rules = await asyncio.to_thread(robots.parse, response.body, robot)
        return _Known(self._clock() + KNOWN_FOR, rules), response.seconds

    def _remember(self, site: tuple[str, str], known: _Known) -> None:
        before = self._sites.pop(site, None)
        self._sites[site] = known
        self._characters += len(known.rules.lines) - (len(before.rules.lines) if before else 0)
        while len(self._sites) > MOST_SITES or self._characters > _MOST_CHARACTERS:
            _, forgotten = self._sites.popitem(last=False)
            self._characters -= len(forgotten.rules.lines)
