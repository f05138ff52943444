"""The page of an article: text with evidence, wordings, what happened, and which watches nearly fired."""

from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.options import Watch
from monitor.store import Database, Store, articles, feedback, silences
from monitor.store.database import stamp
from monitor.web.article import PARAGRAPHS, merged, paragraphs
from tests.site import Site, site
from tests.store.newsroom import BOTH, MINUTE, NOW, entry, judge, page, poll, raise_one, set_up
from tests.store.newsroom import URL as FEED

HOSTILE = "<script>alert(1)</script> Nvidia & \u202ecod.exe"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        yield made


def read_page(store: Store, text: str, title: str = "Nvidia opens a plant", related: str = "") -> None:
    """An article comes in by its feed, and then its page says this."""
    store.write_now(lambda db: set_up(db, watches=(BOTH,)))
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))
    read = replace(page(text), title=title, related=related)
    store.write_now(lambda db: articles.record_page(db, articles.unread(db, NOW, 1)[0], read, NOW))
    store.write_now(judge)


async def test_an_article_shows_its_facts_its_text_and_what_happened(pages: Site) -> None:
    raise_one(pages.store)

    answer = await pages.get("/articles/1")

    assert answer.status == 200
    assert "<mark>Nvidia</mark> opens a plant" in answer.text
    assert "Nvidia opened a plant, says 1." in answer.words
    assert "from the feed&#39;s summary" in answer.words
    assert 'href="https://outlet.example/1" rel="noreferrer"' in answer.text
    assert "Nvidia on text 1, score 80, alert a0: first article of this story for this watch" in answer.words


async def test_useful_and_mute_can_be_clicked_on_it(pages: Site) -> None:
    raise_one(pages.store)

    await pages.post("/alerts/a0/feedback", useful="useful", back="/articles/1")
    await pages.post("/stories/1/mute", back="/articles/1")
    answer = await pages.get("/articles/1")

    assert pages.read(lambda db: feedback.of(db, "a0")) is True
    assert [each.story for each in pages.read(lambda db: silences.listed(db, NOW))] == [1]
    assert 'aria-label="Useful for Nvidia" aria-pressed="true"' in answer.text
    assert "Unmute story" in answer.words


async def test_markup_of_a_page_is_text(pages: Site) -> None:
    read_page(pages.store, HOSTILE, HOSTILE, related=HOSTILE)

    answer = await pages.get("/articles/1?misses=1")

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in answer.text
    assert "\u202e" not in answer.text


async def test_of_a_long_text_the_beginning_is_shown_and_said_to_be(pages: Site) -> None:
    read_page(pages.store, "Nvidia said so. " * 6_000)

    answer = await pages.get("/articles/1")

    assert "Only the beginning is shown" in answer.words
    assert len(answer.text) < 100_000


async def test_an_older_wording_is_shown_when_it_is_asked_for(pages: Site) -> None:
    read_page(pages.store, "The page tells more of it.", "Nvidia opens a second plant")

    latest, first = await pages.get("/articles/1"), await pages.get("/articles/1?revision=1")

    assert "The page tells more" in latest.words
    assert "Nvidia opened a plant, says 1." not in latest.words
    assert "Nvidia opened a plant, says 1." in first.words
    assert "the latest is 2" in first.words
    assert "Nvidia opens a second plant" in first.words


async def test_watches_that_nearly_fired_are_told_when_asked_for(pages: Site) -> None:
    near = Watch(name="Plants <b>", companies=("Nvidia",), exclude=("plant",))
    raise_one(pages.store, BOTH, near)
    pages.write(lambda db: set_up(db, watches=(BOTH, near, Watch(name="Far", topics=("whales",)))))

    plain, asked = await pages.get("/articles/1"), await pages.get("/articles/1?misses=1")

    assert "Which watches nearly fired?" in plain.words
    assert 'it excludes "plant", which stands here' in asked.text.replace("&#34;", '"')
    assert "Plants &lt;b&gt;" in asked.text


@pytest.mark.parametrize(
    "path",
    ["/articles/99", "/articles/0", "/articles/abc", f"/articles/{9**40}", "/articles/%C2%B2", "/articles/1%20OR%201"],
)
async def test_an_article_that_is_not_there_is_said_not_to_be(pages: Site, path: str) -> None:
    answer = await pages.get(path)

    assert answer.status == 404
    assert "There is no such article" in answer.words


@pytest.mark.parametrize("query", ["revision=99", "revision=-1", "revision=x", "misses=2", "told=%00", "a=1&a=2"])
async def test_any_parameters_are_taken(pages: Site, query: str) -> None:
    raise_one(pages.store)

    answer = await pages.get(f"/articles/1?{query}")

    assert answer.status == 200


async def test_an_address_leads_to_its_article(pages: Site) -> None:
    raise_one(pages.store)

    found = await pages.get("/articles/by?url=http%3A%2F%2Foutlet.example%2F1%3Futm_source%3Dx")

    assert (found.status, found.headers["Location"]) == (303, "/articles/1")


@pytest.mark.parametrize("url", ["", "https://nowhere.example/", "http://[", "%00", "%ED%A0%80", "javascript:alert(1)"])
async def test_an_address_of_nothing_is_told(pages: Site, url: str) -> None:
    raise_one(pages.store)

    answer = await pages.get(f"/articles/by?url={url}")

    assert answer.status == 404


async def test_the_whole_of_many_events_stays_a_small_page(pages: Site) -> None:
    raise_one(pages.store)

    def see_often(db: Database) -> None:
        set_up(db, FEED, *(f"https://other{number}.example/feed" for number in range(300)), watches=(BOTH,))
        db.execute(
            "INSERT OR IGNORE INTO sightings (article_id, feed_id, seen) SELECT 1, id, ? FROM feeds",
            [stamp(NOW + MINUTE)],
        )

    pages.write(see_often)
    answer = await pages.get("/articles/1")

    assert "more; monitor why 1 prints all" in answer.words
    assert len(answer.text) < 100_000


SPANS = st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), max_size=8)


@given(SPANS)
def test_merged_spans_cover_the_same_and_stand_apart(found: list[tuple[int, int]]) -> None:
    made = merged(found)

    assert {at for start, end in made for at in range(start, end)} == {at for s, e in found for at in range(s, e)}
    assert all(one[1] < other[0] for one, other in pairwise(made))


@given(st.text("a \nb", max_size=60), SPANS)
def test_every_marked_letter_is_marked_in_its_paragraph(text: str, found: list[tuple[int, int]]) -> None:
    parts = paragraphs(text, found)

    marked = {at for start, end in merged(found) for at in range(start, min(end, len(text)))}
    wanted = [text[at] for at in sorted(marked) if text[at] not in " \n"]
    shown = [part.text[at] for part in parts for start, end in part.marks for at in range(start, end)]
    assert [letter for letter in shown if letter != " "] == wanted
    assert all(0 <= start < end <= len(part.text) for part in parts for start, end in part.marks)


def test_of_a_text_of_crumbs_so_many_are_shown() -> None:
    assert len(paragraphs("a\n" * 5_000, [])) == PARAGRAPHS
