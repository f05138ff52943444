import json
import pickle
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.entry_text import MAX_ENTRIES, MAX_TITLE
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


# ---------------------------------------------------------------- broken feeds


@pytest.mark.parametrize("broken", ["&#x110000;", "&#xD800;", "&#99999999999;", "&#x&#x110000;110000;", "\x00", "\x0b"])
def test_bad_character_costs_no_entry(broken: str) -> None:
    data = rss(f"<item><title>one{broken}</title></item>", "<item><title>two &amp; three</title></item>")

    entries = parse(data, url=URL).entries

    assert [entry.title.rstrip("\ufffd10;&#x") for entry in entries] == ["one", "two & three"]


def test_odd_module_costs_no_entry() -> None:
    data = rss("<item><title>one</title><media:credit/><media:player/></item>", "<item><title>two</title></item>")

    entries = parse(data, url=URL).entries

    assert [entry.title for entry in entries] == ["one", "two"]


def test_feed_cut_off_within_an_entry_gives_the_whole_ones_and_says_so() -> None:
    data = rss("<item><title>whole</title></item>", "<item><title>half of a headl")

    feed = parse(data.removesuffix(b"</channel></rss>"), url=URL)

    assert [entry.title for entry in feed.entries] == ["whole"]
    assert any("cut off" in problem for problem in feed.problems)


@pytest.mark.parametrize(
    ("encoding", "content_type"),
    [
        ("utf-8", "text/xml; charset=iso-8859-1"),
        ("utf-8", "text/xml"),
        ("utf-8", ""),
        ("cp1252", "text/xml; charset=iso-8859-1"),
        ("cp1252", "text/xml; charset=utf-8"),
        ("utf-16", "application/rss+xml"),
    ],
)
def test_mislabelled_characters_are_read(encoding: str, content_type: str) -> None:
    data = rss("<item><title>Zürich – “gut”</title></item>").decode().encode(encoding)

    feed = parse(data, url=URL, content_type=content_type)

    assert feed.entries[0].title == "Zürich – “gut”"


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("AT&amp;T &lt;b&gt;up&lt;/b&gt;", "AT&T up"),
        ("R&amp;amp;D &amp;#8217;24", "R&D ’24"),
        ("<![CDATA[a&nbsp;b — AT&T]]>", "a b — AT&T"),
        ("5 &lt; 6", "5 < 6"),
        ("two\n  lines", "two lines"),
        ("\u202egnp.exe\u200b", "gnp.exe"),
    ],
)
def test_title_is_one_plain_line(title: str, plain: str) -> None:
    assert only_entry(f"<title>{title}</title>").title == plain


def test_summary_escaped_twice_is_read_as_text() -> None:
    entry = only_entry(
        "<description>&amp;lt;p&amp;gt;One.&amp;lt;/p&amp;gt;&amp;lt;p&amp;gt;Two.&amp;lt;/p&amp;gt;</description>"
    )

    assert entry.summary == "One.\nTwo."


def test_guid_that_is_no_address_is_no_link() -> None:
    entry = only_entry("<guid>12345</guid><title>t</title>")

    assert (entry.guid, entry.link) == ("12345", "")


def test_endless_title_is_cut() -> None:
    assert len(only_entry(f"<title>{'long ' * 10_000}</title>").title) <= MAX_TITLE


def test_more_entries_than_the_limit_are_cut_and_named() -> None:
    items = [{"id": str(number)} for number in range(MAX_ENTRIES + 1)]
    data = json.dumps({"version": "https://jsonfeed.org/version/1", "items": items}).encode()

    feed = parse(data, url=URL)

    assert len(feed.entries) == MAX_ENTRIES
    assert any(str(MAX_ENTRIES) in problem for problem in feed.problems)


def test_entities_are_not_expanded_into_a_bomb() -> None:
    entities = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
    bomb = f'<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY e0 "boom">{entities}]>'.encode()

    feed = parse(bomb + rss("<item><title>t &e9;</title></item>"), url=URL)

    assert len(feed.entries[0].title) < 100


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
