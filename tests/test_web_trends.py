"""The page Trends and its charts."""

from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from monitor.options import Watch
from monitor.store import Database
from monitor.store.database import stamp
from monitor.web import charts
from tests.site import Site, site
from tests.store.newsroom import NOW, entry, poll, set_up

DAY = timedelta(days=1)
EVIL = "<script>alert(1)</script>"
WATCHES = (Watch(name="All", companies=("Nvidia", "AMD"), topics=(EVIL,), people=("Ada Lovelace",)),)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, *WATCHES) as made:
        yield made


def mention(db: Database, kind: str, term: str, ago: int, times: int) -> None:
    """So many stories of a day mention a thing."""
    told = stamp(NOW - ago * DAY)
    for _ in range(times):
        story = db.execute("INSERT INTO stories (created) VALUES (?)", [told]).lastrowid
        db.execute("INSERT INTO mentions (list, term, story_id, told) VALUES (?, ?, ?, ?)", [kind, term, story, told])


def fill(db: Database) -> None:
    """A month in which Nvidia is spoken of every day, and today far more."""
    set_up(db, watches=WATCHES, now=NOW - 60 * DAY)
    poll(db, entry("first"), now=NOW - 60 * DAY)
    for ago in range(50):
        mention(db, "companies", "Nvidia", ago, 20 if ago == 0 else 1)
    mention(db, "companies", "AMD", 3, 2)
    mention(db, "topics", EVIL, 1, 1)


async def test_an_empty_page_says_what_to_do_next(pages: Site) -> None:
    answer = await pages.get("/trends")

    assert answer.status == 200
    assert "Nothing that a watch lists was mentioned" in answer.words


async def test_a_young_archive_calls_nothing_a_spike_and_says_so(pages: Site) -> None:
    pages.write(lambda db: set_up(db, watches=WATCHES))
    pages.write(lambda db: mention(db, "companies", "Nvidia", 0, 20))

    answer = await pages.get("/trends")

    assert "The archive is too young" in answer.words
    assert ">spike<" not in answer.text


async def test_spikes_of_today_come_first_with_their_base(pages: Site) -> None:
    pages.write(fill)

    answer = await pages.get("/trends")

    assert "Nvidia company today 20 1.0" in answer.words
    assert answer.words.index("Spikes of today") < answer.words.index("Companies 2 in 30 days")


async def test_a_chart_stands_beside_its_numbers(pages: Site) -> None:
    pages.write(fill)

    answer = await pages.get("/trends?kind=company&name=Nvidia&name=AMD")

    assert answer.status == 200
    assert '<img src="/trends/chart.svg?kind=company&amp;name=Nvidia&amp;name=AMD' in answer.text
    assert "49 stories in 30 days, most today (20)" in answer.text
    assert "today 20 spike 0" in answer.words


async def test_a_chart_is_drawn_without_script_and_may_load_nothing(pages: Site) -> None:
    pages.write(fill)

    answer = await pages.get("/trends/chart.svg?kind=topic&name=%3Cscript%3Ealert(1)%3C/script%3E")

    assert answer.status == 200
    assert answer.headers["Content-Type"].startswith("image/svg+xml")
    assert answer.headers["Content-Security-Policy"] == charts.POLICY
    assert "<script" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_hostile_names_are_text(pages: Site) -> None:
    pages.write(fill)

    answer = await pages.get("/trends?kind=topic&name=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert(1)" in answer.text


async def test_a_kind_has_pages_of_fifty(pages: Site) -> None:
    pages.write(fill)
    for number in range(120):
        pages.write(partial(mention, kind="topics", term=f"thing {number:03}", ago=2, times=1))

    first, last = await pages.get("/trends?kind=topic"), await pages.get("/trends?kind=topic&page=3")

    assert first.text.count('type="checkbox"') == 50
    assert last.text.count('type="checkbox"') == 21
    assert len(first.text) < 100_000


@pytest.mark.parametrize(
    "query",
    [
        "kind=none",
        "kind=person",
        "page=0",
        "kind=topic&page=999999",
        "kind=topic&page=-1",
        "kind=topic&page=x",
        "name=",
        "name=nobody",
        "&".join(f"name={number}" for number in range(50)),
        "name=%00%ED%A0%80",
    ],
)
async def test_any_parameters_are_taken(pages: Site, query: str) -> None:
    pages.write(fill)

    page, chart = await pages.get(f"/trends?{query}"), await pages.get(f"/trends/chart.svg?{query}")

    assert page.status == 200
    assert chart.status == 404


@given(
    st.text(max_size=20),
    st.dictionaries(
        st.text(st.characters(), max_size=20), st.lists(st.integers(0, 10**6), min_size=3, max_size=3), max_size=7
    ),
)
def test_whatever_it_is_of_a_chart_is_well_formed_and_holds_no_script(title: str, series: dict[str, list[int]]) -> None:
    drawn = etree.fromstring(charts.days(title, ["a", "b", "c"], series))

    names = {etree.QName(each).localname for each in drawn.iter() if isinstance(each.tag, str)}
    assert not names & {"script", "a", "image", "foreignObject", "use", "iframe"}
    assert not [name for each in drawn.iter() for name in each.attrib if str(name).startswith("on")]


def test_lines_are_told_apart_without_colours() -> None:
    series = {str(number): [1, 2] for number in range(9)}

    drawn = etree.fromstring(charts.days("Days", ["a", "b"], series))

    dashes = drawn.xpath("//*[starts-with(@id, 'activate-serie-')]/*[local-name()='line']/@style")
    assert len(dashes) == len(set(dashes)) == charts.LINES
