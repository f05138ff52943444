"""The page of messages on their way: dead letters, channels, and the outbox; what died is sent again from here."""

from typing import Any

from aiohttp import web

from monitor.model import MessageState
from monitor.options import Config
from monitor.render import Kind
from monitor.store import Database, outbox
from monitor.web import dashboard
from monitor.web.dashboard import back, page

# Messages on a page, and dead letters above them.
PAGE, DEAD = 50, 20


def add_to(app: web.Application) -> None:
    """Add the page, and what is done from it."""
    app.router.add_get("/deliveries", listed)
    app.router.add_post("/deliveries/retry", retry_all)
    app.router.add_post("/deliveries/{id}/retry", retry)
    app.router.add_post("/deliveries/{id}/drop", drop)


async def listed(request: web.Request) -> web.Response:
    """Messages, newest first; `?state=` and `?channel=` narrow them, `?before=` has older ones."""
    desk = dashboard.of(request)
    wanted, channel, before = (request.query.get(name, "") for name in ("state", "channel", "before"))
    state = MessageState(wanted) if wanted in set(MessageState) else None
    limit = int(before) if outbox.is_number(before) else None

    def query(db: Database) -> dict[str, Any]:
        channels = outbox.channels(db)
        known = channel if channel in {each.name for each in channels} else ""
        found = outbox.newest(db, PAGE + 1, state=state, channel=known, before=limit)
        return {
            "channels": channels,
            "channel": known,
            "messages": found[:PAGE],
            "older": found[PAGE - 1].id if len(found) > PAGE else None,
            "letters": outbox.dead_letters(db, DEAD) if limit is None else [],
            "counts": outbox.tally(db),
        }

    found = await desk.readers.read(query)
    return await page(
        request,
        "deliveries.html",
        state=state,
        states=list(MessageState),
        newest=limit is None,
        dropped=outbox.DROPPED,
        **found,
    )


def configured(config: Config) -> list[str]:
    """The names of the channels; without any, messages go to the terminal."""
    return [channel.name for channel in config.channels] or [Kind.TERMINAL.value]


# ---------------------------------------------------------------- clicks


async def retry(request: web.Request) -> web.Response:
    """A dead letter is sent again."""
    form, number = await dashboard.form(request), _number(request)
    raise back(form, await _retry(request, [number]))


async def retry_all(request: web.Request) -> web.Response:
    """All dead letters that nobody dropped are sent again."""
    form = await dashboard.form(request)
    raise back(form, await _retry(request, None))


async def _retry(request: web.Request, wanted: list[int] | None) -> str:
    desk = dashboard.of(request)
    names = configured(desk.config())
    done = await desk.store.write(lambda db: outbox.retry(db, names, desk.now(), wanted))
    return "retried" if done.queued else "refused" if done.refused else "gone"


async def drop(request: web.Request) -> web.Response:
    """A message that waits or is dead is let go of."""
    desk, form, number = dashboard.of(request), await dashboard.form(request), _number(request)
    done = await desk.store.write(lambda db: outbox.drop(db, [number]))
    raise back(form, "dropped" if done else "gone")


def _number(request: web.Request) -> int:
    text = request.match_info["id"]
    if not outbox.is_number(text):
        raise web.HTTPNotFound(text="There is no such message.")
    return int(text)
