"""Stories pushed to the page Now as they come, as server-sent events: each is the story as the page would show it."""

import asyncio
import hashlib
from collections.abc import Mapping

import structlog
from aiohttp import web

from monitor.errors import StoreError
from monitor.store import latest
from monitor.web import now
from monitor.web.dashboard import DASHBOARD, Dashboard

log = structlog.get_logger()

# Seconds between two looks at whether something changed; nobody looks while no page is open.
LOOK = 0.5

# The newest stories, which are looked at for changes.
WATCHED = 10

# Seconds after which a line is sent so that nobody between takes the connection for dead.
HEARTBEAT = 15.0

# Pages that are open at a time, and events that one of them may be behind before it has to come again.
PAGES, BEHIND = 50, 100


class Live:
    """The open pages, each with what is still to be sent to it."""

    def __init__(self, desk: Dashboard) -> None:
        self._desk = desk
        self._pages: set[asyncio.Queue[str | None]] = set()
        self._shown: Mapping[int, str] = {}
        self._mark: tuple[object, ...] = ()

    async def run(self) -> None:
        """Send what is new or changed to all open pages, for good."""
        while True:
            await asyncio.sleep(LOOK)
            if not self._pages:
                continue
            try:
                changed = await self.changed()
            except Exception as error:  # whatever it was, the next look may go well
                log.warning("live page", error=str(error), exc_info=not isinstance(error, StoreError))
                continue
            for shown in changed:
                for waiting in list(self._pages):
                    self._put(waiting, shown)

    def _put(self, waiting: "asyncio.Queue[str | None]", shown: str | None) -> None:
        try:
            waiting.put_nowait(shown)
        except asyncio.QueueFull:  # it does not read; the browser comes again and gets what counts
            self._pages.discard(waiting)

    async def changed(self) -> list[str]:
        """The newest stories that are not as they were at the last look, oldest first."""
        mark = await self._desk.readers.read(latest.mark)
        if mark == self._mark:
            return []
        before, self._shown, self._mark = self._shown, await self.newest(), mark
        return [shown for story_id, shown in self._shown.items() if before.get(story_id) != shown]

    async def newest(self) -> Mapping[int, str]:
        """The newest stories as the page shows them, oldest first."""
        desk = self._desk
        stories = await desk.readers.read(lambda db: latest.stories(db, desk.now(), WATCHED))
        template = desk.pages.get_template("story.html")
        return {
            story.id: template.render(now.card(desk, story), here="/", zone=desk.zone, now=desk.now())
            for story in reversed(stories)
        }

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Send events to a page until it is closed."""
        if len(self._pages) >= PAGES:
            raise web.HTTPServiceUnavailable(text="Too many live pages are open.", headers={"Retry-After": "30"})
        response = web.StreamResponse(headers={"Content-Type": "text/event-stream", "X-Accel-Buffering": "no"})
        await response.prepare(request)
        waiting: asyncio.Queue[str | None] = asyncio.Queue(BEHIND)
        self._pages.add(waiting)
        try:
            # What came between the page and this; the page leaves alone what it shows already.
            for story in (await self.newest()).values():
                await response.write(_event(story))
            while waiting in self._pages:
                try:
                    async with asyncio.timeout(HEARTBEAT):
                        shown = await waiting.get()
                except TimeoutError:
                    await response.write(b": still here\n\n")
                    continue
                if shown is None:
                    break
                await response.write(_event(shown))
        finally:
            self._pages.discard(waiting)
        return response

    def close(self) -> None:
        """Let all pages go."""
        for waiting in list(self._pages):
            self._put(waiting, None)


def _event(shown: str) -> bytes:
    lines = "".join(f"data: {line}\n" for line in shown.splitlines())
    return f"event: story\nid: {hashlib.sha256(shown.encode()).hexdigest()[:12]}\n{lines}\n".encode()


LIVE = web.AppKey("live", Live)


def add_to(app: web.Application) -> None:
    """Add the stream of events, and whoever feeds it."""
    app[LIVE] = Live(app[DASHBOARD])
    app.router.add_get("/live", stream)
    app.on_startup.append(_start)
    app.on_shutdown.append(_end)


async def stream(request: web.Request) -> web.StreamResponse:
    """Server-sent events, each a story."""
    return await request.app[LIVE].send(request)


_TASK = web.AppKey("live task", asyncio.Task[None])


async def _start(app: web.Application) -> None:
    app[_TASK] = asyncio.create_task(app[LIVE].run())


async def _end(app: web.Application) -> None:
    app[LIVE].close()
    app[_TASK].cancel()
    await asyncio.gather(app[_TASK], return_exceptions=True)
