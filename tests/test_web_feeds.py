"""The page of all feeds and that of one."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.options import Feed
from monitor.store import Database, feeds, overview, sync
from tests.site import Site, site
from tests.store.newsroom import MINUTE, NOW, URL, entry, fail, judge, poll, raise_one, set_up

HOSTILE = "<script>alert(1)</script>"
OTHER = "https://other.example/feed"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


async def test_without_feeds_the_page_says_how_to_add_one(pages: Site) -> None:
    answer = await pages.get("/feeds")

    assert answer.status == 200
    assert "There are no feeds yet" in answer.words


async def test_a_feed_stands_there_with_its_state_its_next_poll_and_what_it_brings(pages: Site) -> None:
    raise_one(pages.store)

    answer = await pages.get("/feeds")

    assert "The Outlet ok 0s ago 0s ago in 5m every 5m 1.0 0s" in answer.words


async def test_ill_feeds_come_first_with_what_is_wrong(pages: Site) -> None:
    pages.write(lambda db: set_up(db, URL, OTHER))
    pages.write(poll)
    pages.write(lambda db: fail(db, "HTTP 500", url=OTHER))

    words = (await pages.get("/feeds")).words

    assert words.index("other.example") < words.index("The Outlet")
    assert "HTTP 500 failing" in words
    assert "all 2 ill 1 failing 1 ok 1" in words


async def test_feeds_are_narrowed_by_state(pages: Site) -> None:
    pages.write(lambda db: set_up(db, URL, OTHER))
    pages.write(poll)

    fine, ill = await pages.get("/feeds?state=ok"), await pages.get("/feeds?state=ill")

    assert "The Outlet" in fine.words
    assert "other.example" not in fine.words
    assert "No feed is ill." in ill.words


async def test_many_feeds_are_on_further_pages(pages: Site) -> None:
    pages.write(lambda db: set_up(db, *(f"https://outlet{n:03}.example/feed" for n in range(130))))

    first, second, beyond = [await pages.get(f"/feeds?page={number}") for number in (1, 2, 10**17)]

    assert "outlet099.example" in first.words
    assert "outlet100.example" not in first.words
    assert "outlet129.example" in second.words
    assert beyond.text.count("<tr>") == second.text.count("<tr>") == 31
    assert len(first.text) < 100_000


@pytest.mark.parametrize(
    "query", ["state=x", "page=-1", "page=0", "page=%00", "page=%C2%B2", "state=%3Cb%3E&page=", "told=x"]
)
async def test_any_query_has_an_answer(pages: Site, query: str) -> None:
    raise_one(pages.store)

    answer = await pages.get(f"/feeds?{query}")

    assert answer.status == 200
    assert "The Outlet" in answer.words


async def test_the_page_of_a_feed_tells_its_polls_its_tags_and_its_items(pages: Site) -> None:
    pages.write(lambda db: sync.sync_feeds(db, [Feed(url=URL, tier=1, tags=("chips",))], NOW))
    pages.write(lambda db: poll(db, entry("old"), now=NOW - timedelta(days=2)))
    pages.write(lambda db: poll(db, entry("1"), entry("2"), etag='"v1"'))

    answer = await pages.get("/feeds/1")

    assert "Tier 1 chips" in answer.words
    assert "3, of them 1 there at first contact" in answer.words
    assert "2 in the last 30 days, 2 today" in answer.words
    assert answer.text.count(">read</span> 200") == 2


async def test_what_is_wrong_stands_on_the_page_of_a_feed(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: fail(db, "HTTP 500"))
    pages.write(lambda db: fail(db, "HTTP 503"))

    answer = await pages.get("/feeds/1")

    assert "What is wrong HTTP 503 · 2 failures in a row" in answer.words


async def test_a_host_that_asked_to_wait_stands_on_the_page_of_a_feed(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: fail(db, "busy", status=429, retry_after=timedelta(hours=2), host="outlet.example"))

    answer = await pages.get("/feeds/1")

    assert "Next poll in 2h · 14:00:00 · its host asked to wait" in answer.words
    assert "Host held until 14:00:00 · busy" in answer.words


async def test_a_feed_is_due_at_once_when_it_is_asked_for(pages: Site) -> None:
    raise_one(pages.store)
    pages.now = NOW + MINUTE

    done = await pages.post("/feeds/1/refresh", back="/feeds/1")

    assert (done.status, done.headers["Location"]) == (303, "/feeds/1?told=refreshed")
    assert [state.id for state in pages.read(lambda db: feeds.due(db, pages.now, 10))] == [1]
    assert "asked for by hand" in (await pages.get("/feeds/1")).words


@pytest.mark.parametrize("number", ["0", "99", "x", "-1", "1" * 30, "%C2%B2"])
async def test_a_feed_that_is_not_there_is_said_not_to_be(pages: Site, number: str) -> None:
    answer = await pages.get(f"/feeds/{number}")

    assert answer.status == 404
    assert "There is no such feed" in answer.words


async def test_a_feed_that_went_meanwhile_is_not_refreshed(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(lambda db: sync.sync_feeds(db, [], NOW))

    done = await pages.post("/feeds/1/refresh")

    assert done.headers["Location"] == "/?told=gone"


async def test_what_a_feed_says_of_itself_is_never_markup(pages: Site) -> None:
    def hostile(db: Database) -> None:
        sync.sync_feeds(db, [Feed(url=URL, name=HOSTILE, tags=(HOSTILE,))], NOW)
        fail(db, f"HTTP 500 {HOSTILE}")

    pages.write(hostile)

    table, one = await pages.get("/feeds"), await pages.get("/feeds/1")

    for answer in (table, one):
        assert HOSTILE not in answer.text
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text


async def test_items_of_a_day_are_counted_without_the_baseline(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: poll(db, entry("old"), now=NOW - timedelta(days=1)))
    pages.write(lambda db: poll(db, entry("1"), entry("2")))
    pages.write(judge)

    counts = pages.read(lambda db: overview.items(db, 1, pages.config.settings.timezone, NOW, 3))

    assert counts == (0, 0, 2)
