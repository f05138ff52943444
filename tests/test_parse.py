import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed
from monitor.parse import parse

FEEDS = Path(__file__).parent / "data" / "feeds"
URL = "https://feeds.example/feed"


def read(name: str) -> ParsedFeed:
    return parse((FEEDS / name).read_bytes(), url=URL)


def rss(*items: str, channel: str = "<title>t</title><link>https://site.example/</link>") -> bytes:
    return f'<rss version="2.0"><channel>{channel}{"".join(items)}</channel></rss>'.encode()


def only_entry(item: str) -> Entry:
    (entry,) = parse(rss(f"<item>{item}</item>"), url=URL).entries
    return entry


# ---------------------------------------------------------------- formats


def test_rss_feed_is_read_with_its_hints() -> None:
    feed = read("rss20.xml")

    assert (feed.title, feed.link, feed.language) == ("Harbor & Hill Markets", "https://harborhill.example/", "en")
    assert feed.hints.ttl == timedelta(minutes=30)
    assert feed.problems == ()
    assert [entry.guid for entry in feed.entries][:2] == ["hh-1", "hh-2"]


def test_rss_entry_has_plain_title_text_and_its_teasers_apart() -> None:
    entry = read("rss20.xml").entries[0]

    assert entry.title == "AT&T up on results"
    assert entry.link == "https://harborhill.example/att?utm_source=rss"
    assert entry.summary == "The carrier added 419,000 subscribers."
    assert entry.content == "The carrier added 419,000 subscribers.\nShares rose 3%."
    assert entry.related == "Read Also: Verizon Slips\nSee also: Microsoft's chip"
    assert entry.published == datetime(2024, 7, 23, 18, 5, tzinfo=UTC)


def test_links_are_absolute_web_addresses_or_nothing() -> None:
    links = [entry.link for entry in read("rss20.xml").entries[1:]]

    assert links == ["https://harborhill.example/relative", "https://harborhill.example/permalink", ""]


def test_dates_that_cannot_be_are_none() -> None:
    _, _, year_1970, missing = (entry.published for entry in read("rss20.xml").entries)

    assert (year_1970, missing) == (None, None)


def test_seconds_since_1970_are_a_date() -> None:
    assert read("rss20.xml").entries[1].published == datetime(2024, 7, 23, 18, 5, tzinfo=UTC)


def test_atom_feed_is_read() -> None:
    feed = read("atom10.xml")

    first, second = feed.entries
    assert (feed.title, feed.link, feed.language) == ("Werk & Chip", "https://werkchip.example/", "de")
    assert (first.title, first.summary) == ("Vec<T> in Rust", "Kurz.")
    assert first.link == "https://feeds.example/a.html"
    assert first.content == "Erster Absatz.\nZweiter Absatz."
    assert first.published == datetime(2024, 7, 23, 14, tzinfo=UTC)
    assert second.published == datetime(2024, 7, 22, 8, tzinfo=UTC)
    assert (second.summary, second.content) == ("First paragraph wrapped by hand.\nSecond paragraph.", "")


def test_rdf_feed_is_read() -> None:
    feed = read("rss10.xml")

    assert feed.entries == (
        Entry(
            guid="https://quarry.example/1",
            link="https://quarry.example/1",
            title="Foundry orders rise",
            summary="Orders rose by a tenth.",
            published=datetime(2024, 7, 23, 12, 30, tzinfo=UTC),
        ),
    )


def test_json_feed_is_read() -> None:
    feed = read("feed.json")

    first, second = feed.entries
    assert (feed.title, feed.link, feed.language) == ("Ledger Notes", "https://ledger.example/", "en")
    assert (first.guid, first.link, first.title) == ("7", "https://feeds.example/seven", "Seven & eight")
    assert (first.summary, first.content) == ("Short.", "One paragraph.\nAnother one.")
    assert first.published == datetime(2024, 7, 23, 13, 5, tzinfo=UTC)
    assert (second.link, second.content, second.published) == ("https://elsewhere.example/8", "Only text.", None)


# ---------------------------------------------------------------- what is no feed


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<!DOCTYPE html><html><body>Maintenance</body></html>", "web page"),
        (b"\xef\xbb\xbf<!-- x --> <HTML><body>x</body></HTML>", "web page"),
        (b"<?xml version='1.0'?><opml version='2.0'><body/></opml>", "no feed"),
        (b"Service unavailable", "no feed"),
        (b"<!---->" * 500, "no feed"),
        (b"{", "JSON"),
        (b'{"version": "1"}', "JSON"),
        (b"\x00\x01\x02\xff", "no feed"),
        (b'{"a":' * 100_000, "JSON"),
        (b"/etc/hostname", "no feed"),
    ],
)
def test_what_is_no_feed_is_refused_with_the_reason_in_one_line(data: bytes, reason: str) -> None:
    with pytest.raises(ParseError, match=reason) as caught:
        parse(data, url=URL)

    assert "\n" not in str(caught.value)


def test_bytes_that_name_a_file_do_not_open_it(tmp_path: Path) -> None:
    file = tmp_path / "feed.xml"
    file.write_bytes(rss("<item><title>secret</title></item>"))

    with pytest.raises(ParseError):
        parse(str(file).encode(), url=URL)


def test_feed_without_entries_is_a_feed() -> None:
    feed = parse(rss(), url=URL)

    assert (feed.title, feed.entries, feed.problems) == ("t", (), ())


# ---------------------------------------------------------------- links and dates


@pytest.mark.parametrize(
    ("elements", "link"),
    [
        ("<link>/a</link>", "https://site.example/a"),
        ("<link>a?b=1 2</link>", "https://site.example/a?b=1%202"),
        ("<link>//other.example/a</link>", "https://other.example/a"),
        ("<link>\n https://site.example/\na </link>", "https://site.example/a"),
        ("<link>javascript:alert(1)</link>", ""),
        ("<link>mailto:a@b.example</link>", ""),
        ("<link>http://[broken</link>", ""),
        ("<link/><guid>https://site.example/guid</guid>", "https://site.example/guid"),
        ("<guid isPermaLink='false'>https://site.example/guid</guid>", ""),
        ("<link>https://site.example/l</link><guid>https://site.example/guid</guid>", "https://site.example/l"),
        (
            "<a:link xmlns:a='http://www.w3.org/2005/Atom' href='https://site.example/atom'/>",
            "https://site.example/atom",
        ),
        ("<a:link xmlns:a='http://www.w3.org/2005/Atom' rel='self' href='https://site.example/self'/>", ""),
        ("<enclosure url='https://site.example/a.mp3' type='audio/mpeg' length='1'/>", ""),
    ],
)
def test_link_of_an_item_is_the_address_of_its_page(elements: str, link: str) -> None:
    assert only_entry(f"{elements}<title>t</title>").link == link


def test_relative_links_of_atom_follow_the_innermost_base() -> None:
    entry = '<entry{}><title>t</title><link href="{}"/></entry>'
    entries = entry.format(' xml:base="2024/"', "a") + entry.format("", "b") + entry.format("", "/c")
    feed = f'<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://site.example/news/">{entries}</feed>'

    links = [each.link for each in parse(feed.encode(), url=URL).entries]

    assert links == ["https://site.example/news/2024/a", "https://site.example/news/b", "https://site.example/c"]


@pytest.mark.parametrize(
    ("written", "published"),
    [
        ("Tue, 23 Jul 2024 14:05:00 EDT", datetime(2024, 7, 23, 18, 5, tzinfo=UTC)),
        ("Tue, 23 Jul 2024 19:05:00 BST", datetime(2024, 7, 23, 18, 5, tzinfo=UTC)),
        ("2024-07-23T23:35:00+0530", datetime(2024, 7, 23, 18, 5, tzinfo=UTC)),
        ("1721757900000", datetime(2024, 7, 23, 18, 5, tzinfo=UTC)),
        ("Κυρ, 11 Ιούλ 2004 12:00:00 EST", datetime(2004, 7, 11, 17, tzinfo=UTC)),  # feedparser's
        ("2099-01-01T00:00:00Z", datetime(2099, 1, 1, tzinfo=UTC)),
        ("16725312000000000", None),
        ("demnächst", None),
    ],
)
def test_date_of_an_item_is_ours_else_that_of_feedparser(written: str, published: datetime | None) -> None:
    assert only_entry(f"<title>t</title><pubDate>{written}</pubDate>").published == published


def test_date_that_cannot_be_gives_way_to_the_next() -> None:
    dates = "<pubDate>soon</pubDate><dc:date>2024-07-23T18:05:00Z</dc:date>"

    assert only_entry(f"<title>t</title>{dates}").published == datetime(2024, 7, 23, 18, 5, tzinfo=UTC)


# ---------------------------------------------------------------- laws

SAMPLES = [path.read_bytes() for path in sorted(FEEDS.iterdir())]
SPLICES = st.sampled_from(
    [
        b"&#x110000;",
        b"\x00",
        b"\xff",
        b"<![CDATA[",
        b"]]>",
        b"<item>",
        b"</item>",
        b"&x;",
        b"<media:group>",
        b"<!--",
        b"{",
    ]
)


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(SAMPLES), st.lists(st.tuples(st.floats(0, 1), st.integers(0, 40), SPLICES), max_size=5))
def test_mutated_feed_parses_or_is_refused(sample: bytes, changes: list[tuple[float, int, bytes]]) -> None:
    data = sample
    for place, dropped, inserted in changes:
        position = int(place * len(data))
        data = data[:position] + inserted + data[position + dropped :]

    try:
        feed = parse(data, url=URL)
    except ParseError as refusal:
        assert str(refusal)
    else:
        assert pickle.loads(pickle.dumps(feed)) == feed


@settings(deadline=None)
@given(st.binary(max_size=200), st.text(max_size=40))
def test_any_bytes_parse_or_are_refused(data: bytes, content_type: str) -> None:
    try:
        feed = parse(data, url=URL, content_type=content_type)
    except ParseError as refusal:
        assert str(refusal)
    else:
        assert isinstance(feed, ParsedFeed)


def test_importing_the_module_does_not_load_feedparser() -> None:
    program = (
        "import sys, monitor.parse, monitor.extract; print({'feedparser', 'trafilatura', 'lxml'} & set(sys.modules))"
    )

    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.strip()

    assert loaded == "set()"


def test_bare_ampersands_are_ampersands() -> None:
    item = """<item><title>AT&T, M&A; S&P 500 &amp; P&amp;L</title><link>http://a.example/?a=1&b=2</link>
        <description><![CDATA[Q&A <b>S&amp;P</b> &c]]> R&D&nbsp;&copy;</description></item>"""

    feed = parse(rss(item, channel="<title>R&D</title>"), url=URL)

    (entry,) = feed.entries
    assert (feed.title, entry.title) == ("R&D", "AT&T, M&A; S&P 500 & P&L")
    assert entry.link == "http://a.example/?a=1&b=2"
    assert entry.summary == "Q&A S&P &c R&D ©"
