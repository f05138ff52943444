"""The page that searches what is stored."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.store import search
from tests.site import Site, site
from tests.store.newsroom import NOW, entry, poll, raise_one, set_up

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path) as made:
        yield made


async def test_without_words_the_page_says_how_to_search(pages: Site) -> None:
    answer = await pages.get("/search")

    assert answer.status == 200
    assert "An article is found when it holds all words" in answer.words


async def test_what_is_found_is_marked_and_leads_to_its_article(pages: Site) -> None:
    raise_one(pages.store)

    answer = await pages.get("/search?q=nvidia")

    assert '<a href="/articles/1"><bdi><mark>Nvidia</mark> opens a plant</bdi></a>' in answer.text
    assert "<mark>Nvidia</mark> opened a plant, says 1." in answer.text
    assert '<a href="https://outlet.example/1" rel="noreferrer">' in answer.text
    assert 'name="q" value="nvidia"' in answer.text


async def test_where_nothing_is_found_the_page_says_what_to_try(pages: Site) -> None:
    answer = await pages.get("/search?q=unheard&since=7d")

    assert "Try fewer words" in answer.words
    assert 'href="/search?q=unheard"' in answer.text
    assert "<option selected>7d</option>" in answer.text


async def test_articles_are_narrowed_by_age_and_outlet(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: poll(db, entry("old", "Nvidia of old"), now=NOW - timedelta(days=3)))
    pages.write(lambda db: poll(db, entry("new", "Nvidia of new")))

    def found(answer_words: str) -> tuple[bool, bool]:
        return "of old" in answer_words, "of new" in answer_words

    assert found((await pages.get("/search?q=nvidia")).words) == (True, True)
    assert found((await pages.get("/search?q=nvidia&since=1d")).words) == (False, True)
    assert found((await pages.get("/search?q=nvidia&outlet=OUTLET")).words) == (True, True)
    assert found((await pages.get("/search?q=nvidia&outlet=reuters")).words) == (False, False)


async def test_what_is_found_beyond_a_page_is_on_further_ones(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: poll(db, *(entry(str(n), f"Nvidia opens plant {n}") for n in range(45))))

    counts = [(await pages.get(f"/search?q=nvidia&page={n}")).text.count('<li class="card">') for n in (1, 2, 3, 4)]
    first, last = await pages.get("/search?q=nvidia&since=7d"), await pages.get("/search?q=nvidia&page=3")

    assert counts == [20, 20, 5, 0]
    assert 'href="/search?q=nvidia&amp;since=7d&amp;page=2"' in first.text
    assert 'rel="next"' not in last.text
    assert len(first.text) < 100_000


async def test_pages_hold_the_same_as_a_search_for_all(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: poll(db, *(entry(str(n), f"Nvidia {'Nvidia ' * (n % 4)}{n}") for n in range(30))))

    whole = pages.read(lambda db: search.search(db, "nvidia", 100))
    parts = [hit for at in range(0, 40, 7) for hit in pages.read(lambda db, at=at: search.page(db, "nvidia", 7, at))]  # type: ignore[misc]

    assert parts == whole


async def test_an_article_is_found_once_by_its_newest_wording(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(lambda db: poll(db, entry("1", "Nvidia opens two plants")))

    hits = pages.read(lambda db: search.page(db, "nvidia", 10))

    assert [hit.title.text for hit in hits] == ["Nvidia opens two plants"]


@pytest.mark.parametrize(
    "query",
    [
        "q=%22",
        "q=*",
        "q=AT%26T",
        "q=NEAR(a,b)",
        "q=a%20AND%20OR%20NOT",
        "q=title:x",
        "q=%00%FF",
        "q=-",
        "q=" + "x" * 3000,
        "q=nvidia&page=-1",
        "q=nvidia&page=x",
        f"q=nvidia&page={10**17}",
        "q=nvidia&since=forever",
        "q=nvidia&outlet=%25'%22",
        "q=nvidia&outlet=%00",
        "q=a&q=b",
    ],
)
async def test_any_query_has_an_answer(pages: Site, query: str) -> None:
    raise_one(pages.store)

    answer = await pages.get(f"/search?{query}")

    assert answer.status == 200


async def test_neither_what_is_stored_nor_what_is_typed_is_ever_markup(pages: Site) -> None:
    pages.write(set_up)
    pages.write(lambda db: poll(db, entry("1", f"Nvidia {HOSTILE}", link="javascript:alert(1)")))

    found = await pages.get("/search?q=nvidia")
    typed = await pages.get(
        "/search?q=%22%3E%3Cscript%3Ealert(1)%3C/script%3E&outlet=%22%3E%3Cscript%3Ealert(1)%3C/script%3E"
    )

    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in found.text
    for answer in (found, typed):
        assert HOSTILE not in answer.text
        assert "javascript:" not in answer.text
