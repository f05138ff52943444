"""Feeds that are broken give what is good in them, or one line that says why not."""

import asyncio
import json
from pathlib import Path

import pytest

from monitor.entry_text import MAX_ENTRIES, MAX_TITLE
from monitor.errors import MonitorError, ParseError, WorkerError
from monitor.model import ParsedFeed
from monitor.parse import parse
from monitor.workers import Workers
from tests.test_parse import URL, only_entry, rss

# ---------------------------------------------------------------- characters and elements


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
        ("utf-16", ""),
        ("utf-16", "text/xml; charset=utf-8"),
        ("utf-16-le", "text/xml"),
        ("utf-16-be", ""),
        ("utf-32", "text/xml"),
        ("utf-8-sig", "text/xml; charset=iso-8859-1"),
        ("utf-8", "text/xml; charset=utf-16"),
        ("utf-8", "text/xml; charset=nonsense"),
        ("cp1252", ""),
        ("cp1252", "text/xml"),
        ("cp1252", "text/html; charset=nonsense"),
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
        ("a&amp;#x202e;b&#8203;c\u00add", "abcd"),
        ("&lt;script&gt;alert(1)&lt;/script&gt;News", "News"),
        ("&lt;a href='x'&gt;News&lt;/a&gt; &lt;img src=x&gt;", "News"),
        ("Why &lt;div&gt; is not enough", "Why <div> is not enough"),
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


def test_summary_is_cleaned_of_what_cannot_be_seen() -> None:
    entry = only_entry("<description>Nvi\u200bdia\u202e &amp;#8206;rose&amp;#7;</description>")

    assert entry.summary == "Nvidia rose"


@pytest.mark.parametrize("encoding", ["shift_jis", "euc-jp", "gb2312", "big5", "koi8-r", "windows-1251", "iso-8859-2"])
def test_declared_encoding_is_followed(encoding: str) -> None:
    word = {"koi8-r": "Новости", "windows-1251": "Новости", "iso-8859-2": "Příšerně"}.get(encoding, "日本")
    declared = f'<?xml version="1.0" encoding="{encoding}"?>'.encode()
    data = declared + rss(f"<item><title>{word}</title></item>").decode().encode(encoding)

    assert parse(data, url=URL, content_type="application/xml").entries[0].title == word


# ---------------------------------------------------------------- what stands around a feed

ONE = rss("<item><title>one</title></item>")
WARNING = b"<br />\n<b>Warning</b>: Undefined variable $x in <b>/var/www/feed.php</b> on line <b>7</b><br />\n"


@pytest.mark.parametrize("declaration", [b"", b'<?xml version="1.0" encoding="utf-8"?>'])
@pytest.mark.parametrize(
    ("before", "is_told"),
    [
        (b"\n \r\n\t", False),
        (b"\xef\xbb\xbf", False),
        (b"\xef\xbb\xbf\n", False),
        (b"<!-- a cache -->\n", False),
        (b"\n\xef\xbb\xbf", True),
        (WARNING, True),
        (b"Notice: it is late\n", True),
        (b"<!-- " + b"x" * 20_000 + b" -->", True),
        (b"\n" * 200_000, False),
        (b"<!--" + b"\n" * 200_000 + b"-->", True),
    ],
)
def test_what_stands_before_a_feed_costs_nothing(before: bytes, is_told: bool, declaration: bytes) -> None:
    feed = parse(before + declaration + ONE, url=URL)

    assert [entry.title for entry in feed.entries] == ["one"]
    assert (feed.problems[:1] == ("what stood before the feed was dropped",)) is is_told


@pytest.mark.parametrize("after", [b"\n<!-- cached -->\n", b"<script>x()</script>", b"\x00\x00", ONE])
def test_what_stands_after_a_feed_costs_nothing(after: bytes) -> None:
    assert parse(ONE + after, url=URL).entries[0].title == "one"


@pytest.mark.parametrize(
    "page",
    [
        b"<!DOCTYPE html><html><body><rss><channel><item><title>t</title></item></channel></rss></body></html>",
        b"<?xml version='1.0'?>\n<!DOCTYPE html PUBLIC 'XHTML'><html><item><title>t</title></item></html>",
        b"<head><title>502</title></head><body><entry><title>t</title></entry></body>",
        b"\n<HTML lang=en>" + b" " * 20_000 + ONE,
    ],
)
def test_page_with_parts_of_a_feed_is_a_page(page: bytes) -> None:
    with pytest.raises(ParseError, match="web page"):
        parse(page, url=URL)


def test_only_half_entry_is_none() -> None:
    feed = parse(ONE.partition(b"ne</title>")[0], url=URL)

    assert feed.entries == ()
    assert any("cut off" in problem for problem in feed.problems)


def test_item_that_is_never_closed_is_one() -> None:
    assert [entry.title for entry in parse(ONE.replace(b"</item>", b""), url=URL).entries] == ["one"]


# ---------------------------------------------------------------- bombs, in a worker as the daemon has it


def in_worker(data: bytes, seconds: float = 15) -> ParsedFeed:
    async def main() -> ParsedFeed:
        with Workers(1, time_limit=seconds) as workers:
            try:
                return await workers.run(parse, data, url=URL)
            finally:
                assert await workers.run(abs, -5) == 5

    return asyncio.run(main())


def declaring(*entities: str, item: str) -> bytes:
    declared = "".join(f"<!ENTITY {entity}>" for entity in entities)
    return f'<?xml version="1.0"?><!DOCTYPE rss [{declared}]>'.encode() + rss(f"<item><title>{item}</title></item>")


@pytest.mark.timeout(300)
def test_feed_of_30_000_items_is_read_within_the_limits_of_a_worker() -> None:
    summary = "<description>&lt;p&gt;Harbor Chips switched on a cluster.&lt;/p&gt;</description>"
    items = (
        f"<item><title>Item {number}</title><link>/{number}</link>{summary}"
        "<pubDate>Tue, 23 Jul 2024 14:05:00 -0400</pubDate></item>"
        for number in range(30_000)
    )

    entries = in_worker(rss(*items), seconds=200).entries

    assert len(entries) == 30_000
    assert entries[-1].link == "https://site.example/29999"


BOMBS = {
    "billion laughs": declaring('e0 "boom"', *(f'e{n} "{f"&e{n - 1};" * 10}"' for n in range(1, 12)), item="t &e11;"),
    "quadratic": declaring(f'e "{"boom " * 20_000}"', item="t" + "&e;" * 20_000),
    "quadratic, short": declaring(f'e "{"boom " * 1_500}"', item="t" + "&e;" * 200_000),
    "circle": declaring('a "&b;"', 'b "&a;"', item="t &a;"),
    "parameters": declaring('% a "x"', '% b "%a;%a;"', item="t %b;"),
}


@pytest.mark.parametrize("data", BOMBS.values(), ids=BOMBS)
def test_bomb_is_harmless_or_refused(data: bytes) -> None:
    try:
        entries = in_worker(data).entries
    except MonitorError as refusal:
        assert isinstance(refusal, ParseError | WorkerError)
    else:
        assert [len(entry.title) <= MAX_TITLE for entry in entries] == [True]


@pytest.mark.parametrize("kind", ["SYSTEM '{}'", "SYSTEM 'file://{}'", "PUBLIC 'x' '{}'"])
def test_external_entity_reads_no_file(tmp_path: Path, kind: str) -> None:
    secret = tmp_path / "secret"
    secret.write_text("secret words")
    data = declaring(f"e {kind.format(secret)}", item="t &e;")

    assert "secret words" not in repr(parse(data, url=URL))


@pytest.mark.parametrize("element", ["<a>", "<item>"])
def test_elements_nested_100_000_deep_are_read_or_refused(element: str) -> None:
    data = rss("<item><title>one</title></item>" + element * 100_000)

    try:
        entries = in_worker(data).entries
    except MonitorError as refusal:
        assert "\n" not in str(refusal)
    else:
        assert entries[0].title == "one"
