"""The page Now: stories as they come, and what is clicked on them."""

from datetime import UTC, datetime

from aiohttp import web

from monitor.shown import show
from monitor.store import Database, feedback, latest, rules, silences
from monitor.store.latest import Story
from monitor.text import parse_duration
from monitor.web import dashboard
from monitor.web.dashboard import Dashboard, back, page

# Stories on a page.
PAGE = 15

# For how long a watch may be snoozed with a click.
SNOOZES = ("1h", "4h", "1d", "7d")


def add_to(app: web.Application) -> None:
    """Add the page, and what is done from it and from others."""
    app.router.add_get("/", now)
    app.router.add_post("/alerts/{id}/feedback", give_feedback)
    app.router.add_post("/stories/{id}/mute", mute)
    app.router.add_post("/stories/{id}/unmute", unmute)
    app.router.add_post("/watches/{name:.+}/snooze", snooze)
    app.router.add_post("/watches/{name:.+}/wake", wake)


async def now(request: web.Request) -> web.Response:
    """The stories that alerted last; `?watch=` those of one, `?before=` older ones."""
    desk = dashboard.of(request)
    watch, before = request.query.get("watch", ""), _moment(request.query.get("before", ""))
    stories = await desk.readers.read(lambda db: latest.stories(db, desk.now(), PAGE + 1, before=before, watch=watch))
    shown, more = stories[:PAGE], len(stories) > PAGE
    return await page(
        request,
        "now.html",
        stories=[card(desk, story) for story in shown],
        watches=sorted((each.name for each in desk.config().watches), key=str.lower),
        watch=watch,
        # Live where the newest stories of all watches stand.
        live=not watch and before is None,
        older=shown[-1].last.isoformat() if more else "",
        older_of=before is not None,
    )


def card(desk: Dashboard, story: Story) -> dict[str, object]:
    """A story as its template shows it."""
    zone, at = desk.zone, desk.now()
    return {
        "story": story,
        "alerts": [(each, show(each.status.alert, zone, at)) for each in story.alerts],
        "snoozes": SNOOZES,
    }


def _moment(text: str) -> datetime | None:
    """The time in an address; None where it is none."""
    try:
        when = datetime.fromisoformat(text)
        return when.astimezone(UTC) if when.tzinfo else None
    except (ValueError, OverflowError):
        return None


# ---------------------------------------------------------------- clicks


async def give_feedback(request: web.Request) -> web.Response:
    """Useful, not useful, or neither."""
    desk, form = dashboard.of(request), await dashboard.form(request)
    said = {"useful": True, "not-useful": False, "cleared": None}
    told = str(form.get("useful", ""))
    if told not in said:
        raise web.HTTPBadRequest(text="Say useful, not-useful or cleared.")
    alert_id = request.match_info["id"]
    known = await desk.store.write(lambda db: feedback.give(db, alert_id, useful=said[told], now=desk.now()))
    raise back(form, told if known else "gone", f"alert-{alert_id}" if known else "")


async def mute(request: web.Request) -> web.Response:
    """Nothing more of a story alerts."""
    desk, form, story_id = dashboard.of(request), await dashboard.form(request), _number(request)
    at = desk.now()

    def unit(db: Database) -> bool:
        if latest.story(db, story_id, at) is None:
            return False
        if silences.in_force(db, None, story_id, at) is None:
            silences.add(db, story=story_id, ends=None, comment="muted on the dashboard", now=at)
        return True

    known = await desk.store.write(unit)
    raise back(form, "muted" if known else "gone", f"story-{story_id}")


async def unmute(request: web.Request) -> web.Response:
    """A story alerts again."""
    desk, form, story_id = dashboard.of(request), await dashboard.form(request), _number(request)
    await desk.store.write(lambda db: silences.unmute(db, story_id, desk.now()))
    raise back(form, "unmuted", f"story-{story_id}")


async def snooze(request: web.Request) -> web.Response:
    """A watch does not alert for a while."""
    desk, form, name = dashboard.of(request), await dashboard.form(request), request.match_info["name"]
    wanted = str(form.get("for", ""))
    if wanted not in SNOOZES:
        raise web.HTTPBadRequest(text=f"Snooze for one of {', '.join(SNOOZES)}.")
    ends = desk.now() + parse_duration(wanted)
    done = await desk.store.write(
        lambda db: (
            silences.add(db, watch=name, ends=ends, comment="snoozed on the dashboard", now=desk.now())
            if name in {rule.watch.name for rule in rules.in_force(db)}
            else None
        )
    )
    raise back(form, "snoozed" if done else "gone")


async def wake(request: web.Request) -> web.Response:
    """A watch alerts again."""
    desk, form, name = dashboard.of(request), await dashboard.form(request), request.match_info["name"]
    await desk.store.write(lambda db: silences.wake(db, name, desk.now()))
    raise back(form, "woken")


def _number(request: web.Request) -> int:
    text = request.match_info["id"]
    if not (text.isascii() and text.isdecimal() and len(text) < 19):
        raise web.HTTPNotFound(text="There is no such story.")
    return int(text)
