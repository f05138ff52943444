"""The dashboard as a server: its pages put together, and served for as long as the daemon runs."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog
from aiohttp import web

from monitor.errors import MonitorError
from monitor.formats import split_host
from monitor.web import (
    api,
    article,
    atom,
    dashboard,
    deliveries,
    feeds,
    firms,
    health,
    live,
    login,
    metrics,
    now,
    safety,
    search,
    trends,
    trying,
    watches,
)
from monitor.web.dashboard import DASHBOARD, STATIC, Dashboard
from monitor.web.safety import Handler

log = structlog.get_logger()

# A form of ours is small; the largest thing that is sent is a rule that is tried.
LARGEST = 100_000

# Seconds after which an address that another program had is tried again.
AGAIN = 30.0

# Seconds that answers in hand get at the end.
GRACE = 1.0

# Files of ours carry their digest in their address.
FOREVER = "public, max-age=31536000, immutable"


def application(desk: Dashboard) -> web.Application:
    """All pages, behind the checks that every request passes."""
    app = web.Application(middlewares=[errors, safety.check, login.check], client_max_size=LARGEST)
    app[DASHBOARD] = desk
    app.on_response_prepare.append(safety.add_headers)
    app.router.add_get("/static/{name}", static)
    for part in (
        login,
        now,
        live,
        feeds,
        deliveries,
        search,
        trying,
        watches,
        firms,
        article,
        trends,
        atom,
        health,
        metrics,
        api,
    ):
        part.add_to(app)
    return app


@asynccontextmanager
async def serving(desk: Dashboard, served: Callable[[str], None] = lambda _address: None) -> AsyncIterator[None]:
    """Serve the pages while the block runs, where the configuration has an address; `served` is told which it is.

    News goes on without pages: an address that is taken is told of, and tried again.
    """
    if not desk.config().web.listen:
        yield
        return
    runner = web.AppRunner(application(desk), access_log=None, handle_signals=False, shutdown_timeout=GRACE)
    await runner.setup()
    listening = asyncio.create_task(_listen(runner, desk.config().web.listen, served))
    try:
        yield
    finally:
        listening.cancel()
        done = await asyncio.gather(listening, runner.cleanup(), return_exceptions=True)
        for error in done:
            if isinstance(error, Exception):  # the daemon has more to end than its pages
                log.error("no clean end of the dashboard", error=repr(error), exc_info=error)


async def _listen(runner: web.AppRunner, address: str, served: Callable[[str], None]) -> None:
    host, port = split_host(address)
    told = False
    while True:
        try:
            await web.TCPSite(runner, host, port, reuse_address=True).start()
        except OSError as error:
            if not told:
                fix = "free it, or set another one: listen below [web]"
                log.warning("no dashboard", address=address, error=error.strerror or str(error), fix=fix)
            told = True
            await asyncio.sleep(AGAIN)
            continue
        name, number = runner.addresses[0][:2]
        url = f"http://{f'[{name}]' if ':' in name else name}:{number}"
        log.info("dashboard", address=url)
        served(url)
        return


async def static(request: web.Request) -> web.StreamResponse:
    """A file of ours."""
    name = request.match_info["name"]
    if name not in {path.name for path in STATIC.iterdir()}:
        raise web.HTTPNotFound(text="There is no such file.")
    return web.FileResponse(STATIC / name, headers={"Cache-Control": FOREVER})


@web.middleware
async def errors(request: web.Request, handler: Handler) -> web.StreamResponse:
    """What went wrong as a page, or as JSON where programs ask; a traceback is for the log only."""
    try:
        return await handler(request)
    except web.HTTPRedirection:
        raise
    except web.HTTPException as refused:
        answer = await _explain(request, refused.status, refused.reason, refused.text or "")
        for name in ("Allow", "Retry-After", "WWW-Authenticate"):
            if name in refused.headers:
                answer.headers[name] = refused.headers[name]
        return answer
    except MonitorError as error:  # the database is locked, damaged or full
        log.error("page", path=request.path, error=str(error))
        return await _explain(request, 503, "Service Unavailable", str(error))
    except (ConnectionError, asyncio.CancelledError):
        raise
    except Exception as error:
        log.error("page", path=request.path, error=repr(error), exc_info=error)
        return await _explain(request, 500, "Internal Server Error", "This page failed; the log says where.")


async def _explain(request: web.Request, status: int, title: str, words: str) -> web.Response:
    """Without a question to the database, which may be what is wrong."""
    words = words.removeprefix(f"{status}: ")
    if request.path.startswith("/api/") or "text/html" not in request.headers.get("Accept", ""):
        return web.json_response({"error": words or title}, status=status)
    shown = dashboard.of(request).pages.get_template("error.html").render(status=status, title=title, words=words)
    return web.Response(status=status, text=shown, content_type="text/html", charset="utf-8")
