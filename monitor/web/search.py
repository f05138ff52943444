"""The page that searches all stored articles; whatever is typed is a query."""

from datetime import timedelta

from aiohttp import web

from monitor.store import search as stored
from monitor.web import dashboard
from monitor.web.dashboard import page
from monitor.web.feeds import page_number

# Articles on a page, and the last page: who has not found it by then wants other words.
PAGE, LAST = 20, 20

# How old an article may be.
AGES = {"1d": timedelta(days=1), "7d": timedelta(days=7), "30d": timedelta(days=30)}

# Characters of what is typed; more is left out.
LONGEST = 500


def add_to(app: web.Application) -> None:
    """Add the page."""
    app.router.add_get("/search", search)


async def search(request: web.Request) -> web.Response:
    """Articles that hold all of `?q=`; `?since=` newer ones, `?outlet=` those of a feed, `?page=` further ones."""
    desk = dashboard.of(request)
    query, outlet = (request.query.get(name, "").strip()[:LONGEST] for name in ("q", "outlet"))
    wanted = request.query.get("since", "")
    age, number = wanted if wanted in AGES else "", min(page_number(request), LAST)
    since = desk.now() - AGES[age] if age else None
    hits = await desk.readers.read(
        lambda db: stored.page(db, query, PAGE + 1, PAGE * (number - 1), since=since, outlet=outlet)
    )
    return await page(
        request,
        "search.html",
        query=query,
        searched=bool(stored.expression(query)),
        outlet=outlet,
        age=age,
        ages=list(AGES),
        hits=hits[:PAGE],
        number=number,
        more=len(hits) > PAGE and number < LAST,
        ended=len(hits) > PAGE and number == LAST,
        fields={name: value for name, value in (("q", query), ("since", age), ("outlet", outlet)) if value},
    )
