"""Where the characters and the text of an article come from: charsets, linked data, AMP."""

import json

import pytest

from monitor.errors import ExtractError
from monitor.extract import extract

URL = "https://www.harborhill.example/2024/07/23/harbor-chips"
FIRST = "Harbor Chips switched on a cluster of 100,000 accelerators in Memphis on Tuesday, its largest one so far. "
REST = "\n".join(
    f"In its {number}. hall the company cools the machines with water from the river. " * 3 for number in range(9)
)
OTHER = "\n".join(
    f"The orchestra of the {number}. district played a symphony that nobody had heard. " * 3 for number in range(9)
)
WALL = "<p>Subscribe to continue reading this article. Already a subscriber? Sign in to your account here.</p>"


def page(body: str, linked: str = "", html: str = "<html>") -> bytes:
    data = json.dumps({"@context": "https://schema.org", "@type": "NewsArticle", "articleBody": linked})
    script = f"<script type='application/ld+json'>{data}</script>" if linked else ""
    return f"<!DOCTYPE html>{html}<head>{script}</head><body><article>{body}</article></body></html>".encode()


# ---------------------------------------------------------------- linked data


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<div id=root></div><noscript>Enable JavaScript</noscript>",
        WALL,
        f"<p>{FIRST}</p>{WALL}",
        WALL * 5,
        f"<p>{FIRST}</p>" * 4,
    ],
)
def test_text_that_the_page_does_not_show_is_taken_from_its_linked_data(body: str) -> None:
    text = extract(page(body, f"{FIRST}\n{REST}"), url=URL).text

    assert text.startswith(FIRST.strip())
    assert "In its 8. hall" in text


def paragraphs(text: str) -> str:
    return "".join(f"<p>{line}</p>" for line in text.split("\n"))


@pytest.mark.parametrize("linked", ["Short.", FIRST, OTHER, OTHER * 5, f"{FIRST}\n{REST}"])
def test_text_that_the_page_shows_stays(linked: str) -> None:
    text = extract(page(paragraphs(f"{FIRST}\n{REST}"), linked), url=URL).text

    assert "In its 8. hall" in text
    assert "orchestra" not in text


def test_linked_data_that_says_too_little_makes_no_article() -> None:
    with pytest.raises(ExtractError, match="login or subscription"):
        extract(page(f"<form>{WALL}</form>", "Harbor Chips."), url=URL)


def test_teasers_in_linked_data_are_no_text() -> None:
    found = extract(page("", f"{FIRST}\nRead Also: Why Verizon Is Worried\n{REST}"), url=URL)

    assert "Verizon" not in found.text
    assert "Verizon" in found.related


# ---------------------------------------------------------------- AMP

AMP = f"<amp-img src=a.jpg width=1 height=1></amp-img>{paragraphs(FIRST + chr(10) + REST)}<amp-ad>Buy</amp-ad>"


@pytest.mark.parametrize("html", ["<html ⚡ lang=en>", "<html amp>", "<html ⚡4email>"])
def test_amp_page_is_read(html: str) -> None:
    text = extract(page(AMP, html=html), url=URL).text

    assert text.startswith("Harbor Chips switched on")
    assert "In its 8. hall" in text
    assert "Buy" not in text


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("https://www.harborhill.example/amp/a-story", "https://www.harborhill.example/a-story"),
        ("https://amp.harborhill.example/a-story", "https://www.harborhill.example/a-story"),
        ("https://www-harborhill-example.cdn.ampproject.example/c/s/www.harborhill.example/amp/a-story", ""),
        ("https://www.google.example/amp/s/www.harborhill.example/amp/a-story", ""),
    ],
)
def test_canonical_address_of_an_amp_page_is_trusted_on_its_own_site_only(url: str, canonical: str) -> None:
    head = "<html ⚡><link rel=canonical href='https://www.harborhill.example/a-story'>"

    assert extract(page(AMP, html=head), url=url).canonical == canonical


def test_address_of_the_amp_version_is_no_canonical_one() -> None:
    head = "<html><link rel=amphtml href='https://www.harborhill.example/amp/harbor-chips'>"

    assert extract(page(AMP, html=head), url=URL).canonical == ""


# ---------------------------------------------------------------- charsets

WORDS = {
    "shift_jis": "日本の半導体メーカーは火曜日に新しい工場を開いた。",
    "euc-jp": "日本の半導体メーカーは火曜日に新しい工場を開いた。",
    "iso-2022-jp": "日本の半導体メーカーは火曜日に新しい工場を開いた。",
    "gbk": "半导体公司星期二在孟菲斯开设了一家新工厂。",
    "gb2312": "半导体公司星期二在孟菲斯开设了一家新工厂。",
    "big5": "半導體公司星期二在孟菲斯開設了一家新工廠。",
    "euc-kr": "반도체 회사는 화요일 멤피스에 새 공장을 열었다.",
    "windows-1251": "Компания открыла во вторник новый завод в Мемфисе. ",
    "koi8-r": "Компания открыла во вторник новый завод в Мемфисе. ",
    "windows-1252": "Das Unternehmen „Größe“ eröffnete am Dienstag – endlich – ein Werk. ",
    "iso-8859-2": "Společnost otevřela v úterý nový závod v Memphisu. ",
    "utf-8": "Das Unternehmen „Größe“ eröffnete am Dienstag – endlich – ein Werk. ",
}
SAME = {"gb2312": "gb2312", "windows-1252": "cp1252", "windows-1251": "cp1251"}


def written(charset: str, head: str) -> bytes:
    return f"<html><head>{head}</head><body><p>{WORDS[charset] * 12}</p></body></html>".encode(
        SAME.get(charset, charset)
    )


@pytest.mark.parametrize("charset", WORDS)
@pytest.mark.parametrize(
    ("head", "content_type"),
    [
        ("<meta charset={}>", "text/html"),
        ("<meta http-equiv='Content-Type' content='text/html; charset={}'>", ""),
        ("", "text/html; charset={}"),
        ("<script charset='utf-8' src='a.js'></script><meta charset='{}'>", "text/html"),
        ("<meta charset='utf-8'>", "text/html; charset={}"),
        ("<meta charset='{}'>", "text/html; charset=utf-8"),
    ],
    ids=["meta", "http-equiv", "header", "after a script's", "header against meta", "meta against header"],
)
def test_characters_follow_the_declaration_that_fits(charset: str, head: str, content_type: str) -> None:
    data = written(charset, head.format(charset))

    assert WORDS[charset].strip() in extract(data, url=URL, content_type=content_type.format(charset)).text


@pytest.mark.parametrize("label", ["x-sjis", "Shift-JIS", "Windows-31J", "SJIS"])
def test_other_names_of_a_charset_are_known(label: str) -> None:
    data = written("shift_jis", f"<meta charset={label}>")

    assert WORDS["shift_jis"] in extract(data, url=URL).text


@pytest.mark.parametrize("charset", ["shift_jis", "gbk", "euc-kr", "utf-8", "windows-1252"])
def test_a_bad_byte_costs_a_character_and_not_the_page(charset: str) -> None:
    data = written(charset, f"<meta charset={charset}>").replace(b"</p>", b"\x81</p>")

    assert WORDS[charset].strip() in extract(data, url=URL).text


def test_byte_order_mark_wins_over_every_declaration() -> None:
    data = b"\xef\xbb\xbf" + written("utf-8", "<meta charset=iso-8859-1>")

    assert WORDS["utf-8"].strip() in extract(data, url=URL, content_type="text/html; charset=shift_jis").text


def test_what_cannot_be_seen_is_taken_out_of_titles_and_text() -> None:
    hidden = FIRST.replace("Chips", "Ch\u200bi\u00adps\u202e")
    body = f"<p>{hidden}\x07 &#8206;&#x2066;</p>{paragraphs(REST)}"

    found = extract(page(body, html="<html><title>Har\u200bbor\u202e up&#8207;</title>"), url=URL)

    assert found.title == "Harbor up"
    assert found.text.startswith(FIRST.strip())


@pytest.mark.parametrize(
    "broken", ["\x00", "\x07", "\x0c", "\ufffe", "&#7;", "&#12;", "&#xFFFF;", "&#xD800;", "&#x110000;"]
)
def test_what_is_no_character_costs_no_page(broken: str) -> None:
    assert "In its 8. hall" in extract(page(f"<p>{FIRST}{broken}</p>{paragraphs(REST)}"), url=URL).text
