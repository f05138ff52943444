"""Alerts of a watch as an Atom feed."""

from collections.abc import AsyncIterator
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from monitor.model import Alert, Occasion
from monitor.options import Priority, Watch
from monitor.shown import show
from monitor.store.alerts import AlertStatus, OfWatch
from monitor.web.atom import feed, legal
from tests.site import Site, site
from tests.store.newsroom import BOTH, MINUTE, NOW, entry, judge, poll, raise_one, set_up

ATOM = {"a": "http://www.w3.org/2005/Atom"}
ZONE = ZoneInfo("America/New_York")
ODD = Watch(name="C & <b> ü/x", companies=("Nvidia",))


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH, ODD) as made:
        yield made


def told(body: str, path: str) -> list[str]:
    return [str(each) for each in etree.fromstring(body.encode()).xpath(path, namespaces=ATOM)]


async def test_an_alert_is_an_entry_with_its_evidence_and_its_outlet(pages: Site) -> None:
    raise_one(pages.store)

    answer = await pages.get("/watches/Nvidia/atom")

    assert answer.headers["Content-Type"].startswith("application/atom+xml")
    assert told(answer.text, "/a:feed/a:entry/a:title/text()") == ["Nvidia opens a plant"]
    assert told(answer.text, "/a:feed/a:entry/a:author/a:name/text()") == ["The Outlet"]
    assert told(answer.text, "/a:feed/a:entry/a:link[@rel='alternate']/@href") == ["https://outlet.example/1"]
    assert told(answer.text, "/a:feed/a:entry/a:link[@rel='related']/@href") == [f"{pages.url}/articles/1"]
    [summary] = told(answer.text, "/a:feed/a:entry/a:summary/text()")
    assert 'company "Nvidia" in the title' in summary


async def test_the_feed_names_itself_as_it_was_asked_for(pages: Site) -> None:
    answer = await pages.get("/watches/C%20%26%20%3Cb%3E%20%C3%BC%2Fx/atom", Host="localhost:1")

    assert told(answer.text, "/a:feed/a:link[@rel='self']/@href") == [
        "http://localhost:1/watches/C%20%26%20%3Cb%3E%20%C3%BC%2Fx/atom"
    ]
    assert told(answer.text, "/a:feed/a:title/text()") == ["C & <b> ü/x · news monitor"]


async def test_names_of_entries_stay_and_differ(pages: Site) -> None:
    raise_one(pages.store)
    first = told((await pages.get("/watches/Nvidia/atom")).text, "//a:entry/a:id/text()")
    pages.write(lambda db: poll(db, entry("2", "Nvidia sued"), now=NOW + MINUTE))
    pages.write(lambda db: judge(db, NOW + MINUTE))

    then = told((await pages.get("/watches/Nvidia/atom")).text, "//a:entry/a:id/text()")

    assert len(set(then)) == 2
    assert then[1:] == first


async def test_a_reader_that_has_it_is_told_so(pages: Site) -> None:
    raise_one(pages.store)
    etag = (await pages.get("/watches/Nvidia/atom")).headers["ETag"]

    same = await pages.get("/watches/Nvidia/atom", **{"If-None-Match": etag})
    pages.write(lambda db: poll(db, entry("2", "Nvidia sued"), now=NOW + MINUTE))
    pages.write(lambda db: judge(db, NOW + MINUTE))
    other = await pages.get("/watches/Nvidia/atom", **{"If-None-Match": etag})

    assert (same.status, same.text, same.headers["ETag"]) == (304, "", etag)
    assert other.status == 200


async def test_a_watch_that_never_alerted_has_a_feed_without_entries(pages: Site) -> None:
    pages.write(lambda db: set_up(db, watches=(BOTH,)))

    answer = await pages.get("/watches/Nvidia/atom")

    assert answer.status == 200
    assert told(answer.text, "/a:feed/a:updated/text()") == ["2026-03-01T12:00:00Z"]


@pytest.mark.parametrize("name", ["Nobody", "%00", "..%2F", "%3Cscript%3E"])
async def test_a_watch_that_is_not_there_is_said_not_to_be(pages: Site, name: str) -> None:
    answer = await pages.get(f"/watches/{name}/atom")

    assert answer.status == 404


def alert(title: str, outlet: str = "The Outlet", url: str = "https://outlet.example/1") -> Alert:
    return Alert(
        id="a0",
        watch="Nvidia",
        priority=Priority.NORMAL,
        title=title,
        url=url,
        outlet=outlet,
        tier=1,
        published=None,
        first_seen=NOW,
        matched=NOW,
        score=80,
        reason="first",
        excerpt=title,
        marks=(),
        evidence=(),
        story=1,
        thread="1",
        occasion=Occasion.FIRST,
        also=(),
    )


ANYTHING = st.text(st.characters(), max_size=80)


@given(ANYTHING, ANYTHING, ANYTHING, ANYTHING)
def test_any_headline_is_read_back_as_it_is_shown(title: str, outlet: str, name: str, url: str) -> None:
    raised = alert(title, outlet, url)

    made = etree.fromstring(
        feed(name, OfWatch(NOW, (AlertStatus(raised, 1, 1, (), None),)), "http://h", "/x/atom", ZONE)
    )

    shown = show(raised, ZONE, NOW)
    assert made.findtext("a:entry/a:title", namespaces=ATOM) == shown.headline
    assert made.findtext("a:entry/a:author/a:name", namespaces=ATOM) == shown.outlet


@given(st.text(st.characters(), max_size=30))
def test_what_is_legal_is_left_as_it_is(text: str) -> None:
    kept = legal(text)

    assert legal(kept) == kept
    etree.Element("x").text = kept  # lxml refuses what is not
