"""The demo newsroom: its script, its feeds and pages over HTTP, and what each article must fire."""

import asyncio
import shutil
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path

import aiohttp
import pytest

from monitor import rules
from monitor.config import load
from monitor.errors import ConfigError
from monitor.extract import extract
from monitor.model import Document, Extracted, ParsedFeed, Source
from monitor.options import Config
from monitor.parse import parse
from monitor.web.newsroom import Item, Newsroom, read_article

DEMO = Path(__file__).parent.parent / "seeds" / "demo"
STARTED = datetime(2026, 11, 23, 9, 30, 0, 250_000, tzinfo=UTC)
SCRIPT = Newsroom(DEMO, started=STARTED)
PAGES = [item for item in SCRIPT.items if not item.link]
LAST = max(item.last for item in SCRIPT.items)


@dataclass
class Clock:
    """Seconds, moved by hand; at speed 60 one of them is a simulated minute."""

    seconds: float = 1000.0

    def __call__(self) -> float:
        return self.seconds


class Reader:
    """A client of one newsroom: gets paths, parses feeds, lets time pass."""

    def __init__(self, newsroom: Newsroom, clock: Clock, session: aiohttp.ClientSession) -> None:
        self.newsroom, self.clock, self.session = newsroom, clock, session

    async def get(self, path: str, **headers: str) -> tuple[int, str, Mapping[str, str]]:
        async with self.session.get(self.newsroom.url + path, headers=headers) as answer:
            return answer.status, await answer.text(), answer.headers

    async def feed(self, slug: str) -> ParsedFeed:
        path = f"/{slug}/{self.newsroom.outlets[slug].feed}"
        status, text, headers = await self.get(path)
        assert status == 200
        return parse(text.encode(), url=self.newsroom.url + path, content_type=headers["Content-Type"])

    async def begin(self) -> None:
        """The first request for a feed, with which the hour begins."""
        await self.feed("meridian")


@pytest.fixture
async def reader() -> AsyncIterator[Reader]:
    clock = Clock()
    async with (
        Newsroom(DEMO, started=STARTED, clock=clock) as newsroom,
        aiohttp.ClientSession() as session,
    ):
        yield Reader(newsroom, clock, session)


def find(outlet: str, slug: str) -> Item:
    return next(item for item in SCRIPT.items if (item.outlet, item.slug) == (outlet, slug))


def played(minute: float) -> Newsroom:
    """The newsroom as it stands at a minute, without a server."""
    clock = Clock(0.0)
    newsroom = Newsroom(DEMO, started=STARTED, clock=clock)
    newsroom.begin()
    clock.seconds = minute
    return newsroom


def demo_config() -> Config:
    return load(DEMO / "config.toml", {"NEWSROOM": "http://127.0.0.1:8000", "NEWSROOM_HOST": "127.0.0.1:8000"})


# ---------------------------------------------------------------- the script


def test_script_has_the_promised_size_and_pacing() -> None:
    live = sorted(item.at for item in SCRIPT.items if item.at > 0)

    pauses = [after - before for before, after in pairwise(live)]

    assert len(SCRIPT.items) >= 60
    assert len({item.key for item in SCRIPT.items}) == len(SCRIPT.items)
    assert len(SCRIPT.outlets) >= 8
    assert {outlet.format for outlet in SCRIPT.outlets.values()} == {"rss2", "atom", "rss1"}
    assert live[0] == 3
    assert max(pauses) <= 2
    assert 55 <= live[-1] < 60


def test_every_article_file_is_scheduled() -> None:
    files = {str(path.relative_to(DEMO / "articles").with_suffix("")) for path in DEMO.glob("articles/*/*.html")}

    assert files == set(SCRIPT.articles)


def test_every_page_renders_with_its_title_author_and_canonical_address() -> None:
    newsroom = played(LAST)

    for item in PAGES:
        page, article = newsroom.render(item), newsroom.version(item)
        assert page.count("<h1") + page.count("<h2 class=") == 1, item.key
        assert f'<link rel="canonical" href="{newsroom.page_path(item)}">' in page
        assert article.body in page
        assert article.author in page


def test_configuration_polls_every_outlet_under_its_name_tier_and_tags() -> None:
    configured = {(feed.address, feed.name, feed.tier, feed.tags) for feed in demo_config().feeds}

    outlets = {
        (f"http://127.0.0.1:8000/{outlet.slug}/{outlet.feed}", outlet.name, outlet.tier, outlet.tags)
        for outlet in SCRIPT.outlets.values()
    }
    assert configured == outlets


def test_expectations_name_watches_of_the_configuration() -> None:
    watches = {watch.name for watch in demo_config().watches}

    named = {name for article in SCRIPT.articles.values() for name in article.expect}

    assert watches - named == {"Apple", "Microsoft", "Retail and databases"}
    assert named <= watches


def test_scheduled_article_without_a_file_is_named(tmp_path: Path) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    (folder / "articles" / "bluff" / "storms.html").unlink()

    with pytest.raises(ConfigError, match=r"storms\.html.*scheduled"):
        Newsroom(folder, started=STARTED)


@pytest.mark.parametrize("text", ["", "+++\ntitle = \n+++\n<p>x</p>", '+++\ntitle = "only a title"\n+++\n<p>x</p>'])
def test_article_with_bad_front_matter_is_named(tmp_path: Path, text: str) -> None:
    path = tmp_path / "bad.html"
    path.write_text(text)

    with pytest.raises(ConfigError, match=r"bad\.html"):
        read_article(path)


@pytest.mark.parametrize(
    ("written", "instead", "problem"),
    [
        ('outlet = "bluff"\n', 'outlet = "bluf"\n', "bluf/storms: its outlet is unknown"),
        ('link = "circuit/memphis-fabric?', 'link = "circuit/memphis?', "circuit/memphis"),
        ("at = 3\n", 'at = "soon"\n', "at"),
    ],
)
def test_script_that_names_what_is_not_there_is_refused(
    tmp_path: Path, written: str, instead: str, problem: str
) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    script = folder / "newsroom.toml"
    text = script.read_text()
    assert written in text
    script.write_text(text.replace(written, instead))

    with pytest.raises(ConfigError, match=problem):
        Newsroom(folder, started=STARTED)


# ---------------------------------------------------------------- over HTTP


async def test_hour_begins_with_the_first_request_for_a_feed(reader: Reader) -> None:
    reader.clock.seconds += 30
    before = reader.newsroom.minute

    await reader.begin()
    reader.clock.seconds += 3

    assert before == 0
    assert reader.newsroom.minute == 3


@pytest.mark.parametrize("outlet", sorted(SCRIPT.outlets))
async def test_feed_parses_with_every_entry_that_is_due(reader: Reader, outlet: str) -> None:
    await reader.begin()
    reader.clock.seconds += LAST

    feed = await reader.feed(outlet)

    due = [item for item in SCRIPT.items if item.outlet == outlet]
    assert feed.problems == ()
    assert feed.title == SCRIPT.outlets[outlet].name
    assert len(feed.entries) == min(12, len(due))
    for entry in feed.entries:
        assert entry.link.startswith(reader.newsroom.url)
        assert entry.title
        assert entry.summary
        assert bool(entry.content) == SCRIPT.outlets[outlet].full


async def test_nothing_is_published_before_its_minute(reader: Reader) -> None:
    await reader.begin()
    page = reader.newsroom.page_path(find("meridian", "meta-llama"))
    reader.clock.seconds += 2.9
    early_page, _, _ = await reader.get(page)
    early = await reader.feed("meridian")
    reader.clock.seconds += 0.1

    due_page, _, _ = await reader.get(page)
    due = await reader.feed("meridian")

    assert (early_page, due_page) == (404, 200)
    assert len(due.entries) == len(early.entries) + 1
    assert due.entries[0].link == reader.newsroom.url + page


async def test_publish_times_are_real_ones(reader: Reader) -> None:
    reader.clock.seconds += 2
    await reader.begin()
    reader.clock.seconds += 3

    entries = (await reader.feed("meridian")).entries

    begun = STARTED + timedelta(seconds=2)
    assert entries[0].published == (begun + timedelta(seconds=3)).replace(microsecond=0)
    assert entries[-1].published == (STARTED - timedelta(minutes=545)).replace(microsecond=0)


@pytest.mark.parametrize("validator", ["ETag", "Last-Modified"])
async def test_unchanged_feed_answers_304_until_something_is_published(reader: Reader, validator: str) -> None:
    conditional = {"ETag": "If-None-Match", "Last-Modified": "If-Modified-Since"}[validator]
    _, _, first = await reader.get("/meridian/rss.xml")
    reader.clock.seconds += 2

    unchanged, body, _ = await reader.get("/meridian/rss.xml", **{conditional: first[validator]})
    reader.clock.seconds += 2
    changed, _, second = await reader.get("/meridian/rss.xml", **{conditional: first[validator]})

    assert (unchanged, body) == (304, "")
    assert changed == 200
    assert second["ETag"] != first["ETag"]
    assert parsedate_to_datetime(second["Last-Modified"]) > parsedate_to_datetime(first["Last-Modified"])


async def test_page_answers_304_too(reader: Reader) -> None:
    path = reader.newsroom.page_path(find("salt", "knife-guide"))
    _, _, first = await reader.get(path)

    status, _, _ = await reader.get(path, **{"If-None-Match": first["ETag"]})

    assert status == 304


async def test_correction_changes_the_page_and_the_feed_entry(reader: Reader) -> None:
    await reader.begin()
    item = find("meridian", "xai-memphis")
    reader.clock.seconds += item.at
    _, page, _ = await reader.get(reader.newsroom.page_path(item))
    entry = (await reader.feed("meridian")).entries[0]
    reader.clock.seconds += item.corrected - item.at

    _, page_after, _ = await reader.get(reader.newsroom.page_path(item))
    entry_after = (await reader.feed("meridian")).entries[0]

    assert "10,000-chip" in entry.title
    assert "100,000" in entry_after.title
    assert (entry_after.guid, entry_after.link, entry_after.published) == (entry.guid, entry.link, entry.published)
    assert "Correction:" not in page
    assert "Correction:" in page_after


async def test_page_carried_by_two_feeds_is_one_page_under_two_addresses(reader: Reader) -> None:
    await reader.begin()
    reader.clock.seconds += 26

    carrying = next(entry for entry in (await reader.feed("token")).entries if "utm_source" in entry.link)
    status, page, _ = await reader.get(carrying.link.removeprefix(reader.newsroom.url))

    plain = [entry.link for entry in (await reader.feed("circuit")).entries]
    assert carrying.link.partition("?")[0] in plain
    assert status == 200
    assert carrying.title.partition(":")[0] in page


@pytest.mark.parametrize("path", ["/nobody/rss.xml", "/meridian/atom.xml", "/meridian/2024/07/nothing.html", "/"])
async def test_unknown_address_is_404(reader: Reader, path: str) -> None:
    status, _, _ = await reader.get(path)

    assert status == 404


async def test_hour_is_over_when_the_last_article_is_out(reader: Reader) -> None:
    await reader.begin()
    at_start, over_at_start = reader.newsroom.published, reader.newsroom.over
    reader.clock.seconds += LAST

    assert (at_start, over_at_start) == (sum(item.at <= 0 for item in SCRIPT.items), False)
    assert (reader.newsroom.published, reader.newsroom.over) == (reader.newsroom.total, True)


async def test_many_readers_at_once_get_the_same_feed(reader: Reader) -> None:
    answers = await asyncio.gather(*(reader.get("/bluff/feed.rdf") for _ in range(20)))

    assert {status for status, _, _ in answers} == {200}
    assert len({body for _, body, _ in answers}) == 1


async def test_pages_escape_what_the_front_matter_says(tmp_path: Path) -> None:
    folder = shutil.copytree(DEMO, tmp_path / "demo")
    path = folder / "articles" / "bluff" / "storms.html"
    path.write_text(path.read_text().replace('title = "', 'title = "<script>alert(1)</script> '))
    newsroom = Newsroom(folder, started=STARTED)

    page = newsroom.render(find("bluff", "storms"))

    assert "<script>alert(1)" not in page
    assert "&lt;script&gt;alert(1)" in page


# ---------------------------------------------------------------- the labelled play-through


RULESET = rules.compile(demo_config().watches)


def read_page(newsroom: Newsroom, item: Item) -> Extracted:
    address = f"http://127.0.0.1:8000{newsroom.page_path(item)}"
    return extract(newsroom.render(item).encode(), url=address, content_type="text/html; charset=utf-8")


def fired(newsroom: Newsroom, item: Item) -> set[str]:
    """The watches of the demo's configuration that fire on the page of an item as it stands."""
    outlet, read = newsroom.outlets[item.outlet], read_page(newsroom, item)
    source = Source(name=outlet.name, tier=outlet.tier, tags=outlet.tags)
    document = Document(title=read.title, text=read.text, related=read.related, sources=(source,))
    return {match.watch for match in rules.match(document, RULESET)}


PLAYED = [(item, minute) for item in PAGES for minute in sorted({max(item.at, 0.0), max(item.last, 0.0)})]


@pytest.mark.parametrize(("item", "minute"), PLAYED, ids=[f"{item.key}@{minute:g}" for item, minute in PLAYED])
def test_page_fires_exactly_the_watches_it_is_labelled_with(item: Item, minute: float) -> None:
    newsroom = played(minute)

    assert fired(newsroom, item) == newsroom.version(item).expect


def test_reprints_of_wire_copy_read_the_same_in_every_outlet() -> None:
    newsroom = played(LAST)
    reprints = [item for item in PAGES if item.versions[0] == "meridian/xai-power"]

    texts = {read_page(newsroom, item).text for item in reprints}

    assert [item.outlet for item in reprints] == ["meridian", "harbor", "bluff"]
    assert len(texts) == 1


def test_tickers_surname_and_company_fire_but_a_teaser_does_not() -> None:
    item = find("tape", "zuck-overbuild")
    newsroom = played(item.at)

    watches = fired(newsroom, item)

    body = newsroom.version(item).body
    assert all(
        words in body
        for words in (
            "(NASDAQ:GOOG)(NASDAQ:GOOGL)",
            "NVIDIA Corp (NASDAQ:NVDA)",
            'Read Also:</strong> <a href="#">Microsoft',
        )
    )
    assert {"Alphabet", "Mark Zuckerberg", "Nvidia"} <= watches
    assert "Microsoft" not in watches
