import pickle
import random
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ExtractError
from monitor.extract import extract
from monitor.model import Extracted

PAGES = Path(__file__).parent / "data" / "pages"
URL = "https://www.harborhill.example/2024/07/23/harbor-chips"
PARAGRAPH = "Harbor Chips switched on a cluster of 100,000 accelerators in Memphis on Tuesday, its largest one so far. "


def page(head: str = "", body: str = "", paragraphs: int = 5) -> bytes:
    text = f"<p>{PARAGRAPH * 2}</p>" * paragraphs
    return f"<!DOCTYPE html><html><head>{head}</head><body><article>{body}{text}</article></body></html>".encode()


def test_article_is_read_with_its_metadata() -> None:
    found = extract((PAGES / "article.html").read_bytes(), url=URL)

    assert found.title == "Harbor Chips Opens Memphis Cluster"
    assert found.published == datetime(2024, 7, 23, 18, 5, tzinfo=UTC)
    assert found.language == "en"
    assert found.canonical == "https://www.harborhill.example/2024/07/23/harbor-chips?utm_source=self"
    assert pickle.loads(pickle.dumps(found)) == found


def test_text_has_a_paragraph_a_line_and_neither_navigation_nor_teasers() -> None:
    found = extract((PAGES / "article.html").read_bytes(), url=URL)

    lines = found.text.split("\n")
    assert (
        sum(
            line.startswith(("Harbor Chips switched", "The company put", "“We are early", "The state"))
            for line in lines
        )
        == 4
    )
    assert not any(word in found.text for word in ("Verizon", "Oracle", "Markets", "Jane Doe"))
    assert "Read Also: Why Verizon Is Worried" in found.related.split("\n")


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>Cluster opens | Site</title><meta property='og:site_name' content='Site'>", "", "Cluster opens"),
        ("<title>Cluster opens - Site</title>", "<h1>Cluster opens</h1>", "Cluster opens"),
        ("<title>Cluster opens - in stages</title>", "", "Cluster opens - in stages"),
        ("<title>Cluster opens at dawn</title>", "<h1>Health Center</h1>", "Cluster opens at dawn"),
        ("<title>A long enough headline of V8</title>", "<h1>V8</h1>", "A long enough headline of V8"),
        ("", "<h1>Cluster &amp; co\n opens</h1>", "Cluster & co opens"),
        ("", "", ""),
    ],
)
def test_title_is_the_headline_without_the_site(head: str, body: str, title: str) -> None:
    assert extract(page(head, body), url=URL).title == title


@pytest.mark.parametrize(
    ("head", "canonical"),
    [
        ("<link rel=canonical href='https://harborhill.example/a'>", "https://harborhill.example/a"),
        ("<meta property='og:url' content='https://m.harborhill.example/b'>", "https://m.harborhill.example/b"),
        ("<link rel=canonical href='https://evil.example/a'>", ""),
        ("<link rel=canonical href='javascript:alert(1)'>", ""),
        ("<link rel=canonical href='https://[broken'>", ""),
        ("", ""),
    ],
)
def test_canonical_address_is_taken_only_from_the_same_site(head: str, canonical: str) -> None:
    assert extract(page(head), url=URL).canonical == canonical


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        ("/news/markets/a-story", "/"),
        ("/news/markets/a-story", "https://harborhill.example"),
        ("/news/markets/a-story", "https://m.harborhill.example/?from=story"),
        ("/news/markets/a-story", "/news/markets"),
        ("/news/markets/a-story", "/News/"),
        ("/news/markets/a-story", "/en/"),
        ("/en/news/a-story", "/de"),
        ("/en-us/news/a-story", "/en-US"),
        ("/2024/07/23/a-story", "/2024/07/23"),
        ("/news/12345", "/news"),
        ("/?p=123", "/"),
    ],
)
@pytest.mark.parametrize("other", ["", "/news/markets/the-story"])
def test_canonical_address_is_no_front_page_or_section(url: str, claimed: str, other: str) -> None:
    data = page(f"<link rel=canonical href='{claimed}'><meta property='og:url' content='{other}'>")

    found = extract(data, url=f"https://www.harborhill.example{url}")

    assert found.canonical == (f"https://www.harborhill.example{other}" if other else "")


@pytest.mark.parametrize(
    ("url", "claimed"),
    [
        ("/story/amp", "/story"),
        ("/story/amp.html", "/story"),
        ("/amp/story", "/story"),
        ("/story/m", "/story"),
        ("/story/2", "/story"),
        ("/story/page/2/", "/story/"),
        ("/story?utm_source=rss", "/story"),
        ("/story", "/story/"),
        ("/story", "/news/story"),
        ("/news/story-2", "/news/story"),
        ("/", "/"),
        ("/en", "/en"),
        ("/?p=123&theme=dark", "/?p=123"),
        ("/?p=123", "/story"),
    ],
)
def test_canonical_address_of_another_form_of_the_article_is_taken(url: str, claimed: str) -> None:
    data = page(f"<link rel=canonical href='{claimed}'>")

    found = extract(data, url=f"https://www.harborhill.example{url}")

    assert found.canonical == f"https://www.harborhill.example{claimed}"


def test_canonical_address_under_a_two_part_suffix_is_no_other_site() -> None:
    data = page("<link rel=canonical href='https://evil.co.uk/a'>")

    assert extract(data, url="https://harborhill.co.uk/a").canonical == ""


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        (
            "<meta property='article:published_time' content='2024-07-23T14:05:00Z'>",
            "",
            datetime(2024, 7, 23, 14, 5, tzinfo=UTC),
        ),
        (
            '<script type=\'application/ld+json\'><![CDATA[ {"datePublished": "2024-07-23"} ]]></script>',
            "",
            datetime(2024, 7, 23, tzinfo=UTC),
        ),
        (
            "<script type='application/ld+json'>{broken</script>",
            "<time datetime='2024-07-23T10:00-04:00'>x</time>",
            datetime(2024, 7, 23, 14, tzinfo=UTC),
        ),
        ("<meta property='article:published_time' content='yesterday'>", "", None),
        ("<meta property='article:published_time' content='0001-01-01T00:00:00+14:00'>", "", None),
    ],
)
def test_publish_time_is_what_the_page_claims(head: str, body: str, published: datetime | None) -> None:
    assert extract(page(head, body), url=URL).published == published


def test_characters_follow_the_header_where_the_page_is_no_utf8() -> None:
    data = f"<html><body><p>{'Zürich “größer” – ' * 30}</p><p>x</p></body></html>".encode("cp1252")

    assert "Zürich “größer” –" in extract(data, url=URL, content_type="text/html; charset=iso-8859-1").text


def test_same_text_is_found_however_often_it_is_read() -> None:
    data = page()

    texts = {extract(data, url=URL).text for _ in range(6)}

    assert len(texts) == 1


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"<html><body></body></html>", "no article text"),
        ((PAGES / "login.html").read_bytes(), "login or subscription"),
        (b"<html><body><p>Please solve the captcha below.</p></body></html>", "robots"),
        (b"\x00\x01\xff\xfe", "this is no web page \\(it looks like binary data"),
        (b"\xff\xfe\x00\x01", "no article"),
        (f'{{"text": "{PARAGRAPH}"}}'[:70].encode(), "no article"),
    ],
)
def test_page_without_article_is_refused_with_the_reason(data: bytes, reason: str) -> None:
    with pytest.raises(ExtractError, match=reason) as caught:
        extract(data, url=URL)

    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("begin", "what"),
    [
        (b"%PDF-1.7\n", "a PDF"),
        (b"\n%PDF-1.7\n", "a PDF"),
        (b"\x89PNG\r\n\x1a\n", "a PNG image"),
        (b"\xff\xd8\xff\xe0", "a JPEG image"),
        (b"GIF89a", "a GIF image"),
        (b"PK\x03\x04", "a zip archive or an office document"),
        (b"\x1f\x8b\x08", "a gzip archive"),
        (b"", "binary data"),
        (b"<html><p>", "binary data"),
        (b"\xff\xfe", "binary data"),
    ],
)
def test_data_that_is_no_page_is_refused_by_what_it_looks_like(begin: bytes, what: str) -> None:
    data = begin + random.Random(7).randbytes(50_000)

    with pytest.raises(ExtractError) as caught:
        extract(data, url=URL, content_type="text/html")

    assert str(caught.value) == f"this is no web page (it looks like {what})"


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le", "utf-32-be"])
def test_page_in_wide_characters_is_read(encoding: str) -> None:
    data = f"<html><body><p>{'Zürich “größer” – ' * 30}</p><p>x</p></body></html>".encode(encoding)

    assert "Zürich “größer” –" in extract(data, url=URL).text


def test_stray_nul_in_a_page_is_passed_over() -> None:
    assert "accelerators" in extract(page().replace(b"Memphis", b"Mem\0phis"), url=URL).text


def test_plain_text_is_read() -> None:
    assert "accelerators" in extract((PARAGRAPH * 5).encode(), url=URL, content_type="text/plain").text


@pytest.mark.parametrize(
    ("head", "heading"),
    [
        ("<title>Cluster opens | Site</title><meta property='og:site_name' content='Site'>", "Cluster opens"),
        ("<title>Cluster opens in Memphis</title>", "CLUSTER OPENS — in\nMemphis!"),
        ("", "Cluster opens"),
    ],
)
def test_text_does_not_begin_with_the_headline(head: str, heading: str) -> None:
    found = extract(page(head, f"<h1>{heading}</h1>"), url=URL)

    assert found.text.startswith("Harbor Chips switched on")


@pytest.mark.parametrize("line", ["Cluster opens in Memphis, and more follow.", "Cluster opens today", "Cluster"])
def test_first_line_that_says_other_than_the_headline_stays(line: str) -> None:
    found = extract(page("<title>Cluster opens</title>", f"<h1>Cluster opens</h1><p>{line}</p>"), url=URL)

    assert found.title == "Cluster opens"
    assert found.text.startswith(line)


def test_headline_repeated_within_the_text_stays() -> None:
    found = extract(page("<title>Cluster opens</title>", f"<p>{PARAGRAPH}</p><p>Cluster opens</p>"), url=URL)

    assert "Cluster opens" in found.text.split("\n")


@pytest.mark.parametrize(
    "blocks",
    [
        "<div><h1>Cluster opens</h1><div>{}</div></div>",
        "<div><h1>Cluster opens</h1>{}</div>",
        "<div><div>{}</div><div><p>Prices and the rest of the market data are delayed by an hour.</p></div></div>",
        "<div><div><p>Harbor Chips goes it alone, and the state helps to pay.</p></div><div>{}</div></div>",
    ],
)
def test_list_and_heading_between_paragraphs_of_bare_blocks_are_text(blocks: str) -> None:
    listed = "<h3>Who else wins</h3><ul><li>Vertiv cools the halls with water</li><li>Micron makes memory</li></ul>"
    body = blocks.format(f"<p>{PARAGRAPH}</p>{listed}<p>The board is to meet again at the end of the month.</p>")
    data = f"<html><head><title>Cluster opens</title></head><body>{body}<div>© 2024</div></body></html>"

    text = extract(data.encode(), url=URL).text

    assert PARAGRAPH.strip() in text.split("\n")
    assert all(words in text for words in ("Who else wins", "Vertiv cools", "Micron makes", "The board is to meet"))
    assert ("goes it alone" in text) == ("goes it alone" in body)


@pytest.mark.parametrize("tag", ["div", "b", "table><tr><td", "ul><li", "span"])
def test_deep_nesting_gives_text_or_a_refusal(tag: str) -> None:
    data = f"<html><body>{f'<{tag}>' * 100_000}{PARAGRAPH * 5}".encode()

    try:
        found = extract(data, url=URL)
    except ExtractError as refusal:
        assert str(refusal)
    else:
        assert "accelerators" in found.text


@settings(max_examples=60, deadline=None)
@given(st.floats(0, 1), st.integers(0, 400), st.binary(max_size=20))
def test_mutated_page_is_read_or_refused(place: float, dropped: int, inserted: bytes) -> None:
    data = (PAGES / "article.html").read_bytes()
    position = int(place * len(data))

    try:
        found = extract(data[:position] + inserted + data[position + dropped :], url=URL)
    except ExtractError as refusal:
        assert str(refusal)
    else:
        assert isinstance(found, Extracted)
        assert found.text
