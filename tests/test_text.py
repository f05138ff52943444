from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.text import (
    clean,
    decode,
    format_duration,
    from_html,
    one_line,
    only_characters,
    parse_duration,
    primary_language,
    unescape,
)


@pytest.mark.parametrize(
    ("written", "seconds"),
    [("30s", 30), ("5m", 300), ("1h30m", 5400), ("180d", 15_552_000), ("0h", 0), (" 2h 5s ", 7205)],
)
def test_duration_is_read_as_written(written: str, seconds: int) -> None:
    assert parse_duration(written) == timedelta(seconds=seconds)


@pytest.mark.parametrize("value", ["", "5", "m", "-5m", "5 minutes", "1m1h", 5, None])
def test_what_is_no_duration_is_refused_with_a_fix(value: object) -> None:
    with pytest.raises(ValueError, match="write a number and a unit"):
        parse_duration(value)


@pytest.mark.parametrize(
    ("seconds", "shown"), [(0, "0s"), (12, "12s"), (3_900, "1h 5m"), (259_200, "3d"), (90_061, "1d 1h"), (-5, "0s")]
)
def test_duration_is_shown_in_its_two_largest_units(seconds: int, shown: str) -> None:
    assert format_duration(timedelta(seconds=seconds)) == shown


@pytest.mark.parametrize(
    ("value", "cleaned"),
    [
        ("  two   words ", "two words"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("tab\there", "tab here"),
        ("bell\x07 and nul\x00", "bell and nul"),
        ("Nvi\u200bdia\ufeff so\u00adft", "Nvidia soft"),
        ("\u202egpj.exe\u202c \u2066x\u2069", "gpj.exe x"),
        ("lone \ud800 surrogate", "lone surrogate"),
        ("cafe\u0301", "café"),
        ("non\u00a0breaking", "non breaking"),
    ],
)
def test_clean_leaves_only_what_can_be_seen(value: str, cleaned: str) -> None:
    assert clean(value) == cleaned


@given(st.text())
def test_cleaning_twice_is_cleaning_once(value: str) -> None:
    once = clean(value)

    assert clean(once) == once


@given(st.text())
def test_one_line_has_no_line_break(value: str) -> None:
    assert len(one_line(value).splitlines()) <= 1


@pytest.mark.parametrize(
    ("tag", "language"), [("en-US", "en"), ("de_AT", "de"), (" EN ", "en"), ("", ""), ("english", ""), ("x" * 99, "")]
)
def test_primary_language_is_the_first_subtag(tag: str, language: str) -> None:
    assert primary_language(tag) == language


@pytest.mark.parametrize(
    ("data", "content_type", "decoded"),
    [
        ("Zürich".encode(), "", "Zürich"),
        ("Zürich".encode("utf-16"), "text/html; charset=utf-8", "Zürich"),
        ("Zürich".encode("utf-8-sig"), "text/html; charset=iso-8859-1", "Zürich"),
        ("Zürich".encode(), "text/html; charset=iso-8859-1", "Zürich"),
        ("Zürich “x”".encode("cp1252"), "text/html; charset=ISO-8859-1", "Zürich “x”"),
        ("Zürich “x”".encode("cp1252"), "", "Zürich “x”"),
        ('<meta charset="koi8-r">Привет'.encode("koi8-r"), "", '<meta charset="koi8-r">Привет'),
        (
            '<?xml version="1.0" encoding="gb2312"?>中国'.encode("gb2312"),
            "",
            '<?xml version="1.0" encoding="gb2312"?>中国',
        ),
        ('<meta charset="iso-2022-jp">日本'.encode("iso-2022-jp"), "", '<meta charset="iso-2022-jp">日本'),
        ("Zürich und Genève, größer".encode() + b"\xc3", "", "Zürich und Genève, größer\ufffd"),
        (b"plain", "text/html; charset=punycode", "plain"),
        (b"\xfc", "text/html; charset=unicode_escape", "ü"),
    ],
)
def test_bytes_are_decoded_as_they_were_meant(data: bytes, content_type: str, decoded: str) -> None:
    assert decode(data, content_type) == decoded


@given(st.binary(), st.text())
def test_decoding_never_raises(data: bytes, content_type: str) -> None:
    assert isinstance(decode(data, content_type), str)


@pytest.mark.parametrize(
    ("html", "plain"),
    [
        ("AT&amp;T <b>up</b>", "AT&T up"),
        ("<p>One.</p><p>Two.</p>", "One.\nTwo."),
        ("One<br>two<br/>three", "One\ntwo\nthree"),
        ("<ul><li>a<li>b</ul>", "a\nb"),
        ("hard\nwrapped\r\nline", "hard wrapped line"),
        ("<b>Nvi</b>dia", "Nvidia"),
        ("<td>1</td><td>2</td>", "1 2"),
        ("x<script>if (a<b) alert('</p>')</script>y", "xy"),
        ("x<style>p{}</style >y", "xy"),
        ("x<script src=a />y", "xy"),
        ("x<!-- <p>no</p> -->y", "xy"),
        ('<a title="a > b" href="/">link</a>', "link"),
        ("5 < 6 and 7 > 6", "5 < 6 and 7 > 6"),
        ("I <3 it", "I <3 it"),
        ("<![CDATA[text]]>", "text"),
        ("&lt;b&gt; stays text", "<b> stays text"),
        ("&#8217;&nbsp;&copy;", "’ ©"),
        ("&#" + "9" * 5000 + ";", "\ufffd"),
        ("text <a href='unclosed", "text"),
        ("text <!-- unclosed", "text"),
        ("", ""),
    ],
)
def test_html_becomes_plain_text(html: str, plain: str) -> None:
    assert from_html(html) == plain


def test_html_beyond_the_limit_is_not_read() -> None:
    assert from_html("abcdef", limit=3) == "abc"


@given(st.text(alphabet="<>/!-ab p'\"=&#x9;[]CDATA\n", max_size=200))
def test_html_to_text_never_raises_and_gives_clean_lines(html: str) -> None:
    plain = from_html(html)

    assert plain == clean(plain)
    assert "\n\n" not in plain


@given(
    st.lists(st.sampled_from(["<p>", "</p>", "<b>", "</b>", "<br/>", '<a href="x">', "</a>", "word", " ", "<!-- -->"]))
)
def test_html_to_text_leaves_no_tag(pieces: list[str]) -> None:
    plain = from_html("".join(pieces))

    assert "<" not in plain
    assert plain.count("word") == pieces.count("word")


@pytest.mark.parametrize(
    "unit", ["<a ", "<a '", '<a x="', "<!--", "<!", "<?", "</", "<script>", "<a/", "&#", "<![CDATA["]
)
def test_repeated_broken_markup_is_read_in_linear_time(unit: str) -> None:
    # The test's own time limit would end a quadratic reader: html.parser needs hours for this.
    assert isinstance(from_html(unit * 300_000), str)


@given(st.text(alphabet="&#x0123456789;ampltg ", max_size=80))
def test_unescape_never_raises(value: str) -> None:
    assert isinstance(unescape(value), str)


@pytest.mark.parametrize(
    ("markup", "left"),
    [
        ("a\x00b\x07c\x0bd\ufffee\ud800f", "abcdef"),
        ("one\ftwo\tthree\r\n", "one two\tthree\r\n"),
        ("&#7;&#x0;&#12;&#xFFFF;&#xd800;&#1114112;&#99999999999999999999999;", "\ufffd" * 7),
        ("&#8217;&#x2019;&#8217d&#65", "&#8217;&#x2019;&#8217d&#65"),
        ("&#x&#x110000;110000;", "&#x\ufffd110000;"),
        ("&amp;&#;&#x;&# 7;", "&amp;&#;&#x;&# 7;"),
    ],
)
def test_what_is_no_character_is_taken_out_of_markup(markup: str, left: str) -> None:
    assert only_characters(markup) == left


@pytest.mark.parametrize(
    ("data", "text"),
    [
        ("<p>Zürich".encode("utf-16-le"), "<p>Zürich"),
        ("<p>Zürich".encode("utf-16-be"), "<p>Zürich"),
        ("<p>Zürich".encode("utf-32-le"), "<p>Zürich"),
        ("<p>Zürich".encode("utf-32-be"), "<p>Zürich"),
        (b'<script charset="utf-8"><meta charset="windows-1251">\xcf\xf0', "Пр"),
        (b'<meta charset="x-sjis">' + "日本".encode("shift_jis"), "日本"),
        (b'<meta charset="shift_jis">' + "日本".encode("shift_jis") * 60 + b"\x81", "日本"),
        (b'<meta charset="punycode">\xfc', "ü"),
    ],
)
def test_characters_follow_what_the_document_says_and_is(data: bytes, text: str) -> None:
    assert text in decode(data)
