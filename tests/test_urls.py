import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.urls import absolute, canonical, host, is_web


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com",
        "HTTPS://Example.com:8443/a?b#c",
        "https://user:secret@example.com/",
        "http://[::1]:8080/",
        "https://bücher.example/ä",
        "http://10.0.0.5/a\\b",
    ],
)
def test_absolute_http_address_is_web(url: str) -> None:
    assert is_web(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "example.com",
        "//example.com/",
        "ftp://example.com/",
        "javascript:alert(1)",
        "http:///path",
        "http://good.example\\@evil.example/",
        "http://exa mple.com/",
        "http://example.com/\n",
        "http://example.com:99999/",
        "http://[::1/",
        "http://example.com/" + "a" * 9000,
    ],
)
def test_anything_else_is_not_web(url: str) -> None:
    assert not is_web(url)


@pytest.mark.parametrize(
    ("url", "base", "expected"),
    [
        ("/a?b=1", "https://example.com/feed", "https://example.com/a?b=1"),
        ("b.html", "https://example.com/a/", "https://example.com/a/b.html"),
        ("//other.example/x", "https://example.com/", "https://other.example/x"),
        (" https://example.com/a b\n", "", "https://example.com/a%20b"),
        ("", "https://example.com/", ""),
        ("mailto:a@example.com", "https://example.com/", ""),
        ("javascript:alert(1)", "https://example.com/", ""),
        ("/a", "", ""),
        ("http://[", "https://example.com/", ""),
        ("http://good.example\\@evil.example/", "https://example.com/", ""),
    ],
)
def test_link_is_resolved_or_dropped(url: str, base: str, expected: str) -> None:
    assert absolute(url, base) == expected


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://Example.COM:8443/a", "example.com"),
        ("https://bücher.example/", "xn--bcher-kva.example"),
        ("https://example.com./", "example.com"),
        ("not an address", ""),
        ("http://[", ""),
    ],
)
def test_host_is_lower_case_ascii(url: str, name: str) -> None:
    assert host(url) == name


@pytest.mark.parametrize(
    "variant",
    [
        "http://example.com/story?b=2&id=1",
        "https://www.example.com/story?id=1&b=2",
        "https://m.example.com/story?id=1&b=2",
        "https://mobile.example.com/story/?id=1&b=2",
        "https://amp.example.com/story?id=1&b=2",
        "https://user:secret@example.com:443/story?id=1&b=2",
        "http://example.com:80/story?id=1&b=2#comments",
        "https://EXAMPLE.com/story/amp?id=1&b=2",
        "https://example.com/story/amp/?id=1&b=2",
        "https://example.com/amp/story?id=1&b=2",
        "https://example.com/story.amp?id=1&b=2",
        "https://example.com/story?id=1&b=2&amp=1",
        "https://example.com/story?id=1&b=2&outputType=amp",
        "https://example.com/s%74ory?id=1&b=%32",
        "https://example.com/story?id=1&b=2&utm_source=x&utm_medium=rss&fbclid=y&gclid=z&mc_cid=1",
        "https://example.com/story?id=1&b=2&ref=home&cmpid=x&ncid=y&guccounter=1&.tsrc=rss&src=rss&partner=rss&emc=rss",
        " https://example.com/story?id=1&b=2\n",
    ],
)
def test_variants_of_an_address_are_one_article(variant: str) -> None:
    assert canonical(variant) == "https://example.com/story?b=2&id=1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://example.com/?p=1", "https://example.com/?p=2"),
        ("https://example.com/a?id=1", "https://example.com/a?id=2"),
        ("https://example.com/a?storyid=1", "https://example.com/a"),
        ("https://example.com/a?attachment=1", "https://example.com/a"),
        ("https://example.com/a?source=reuters", "https://example.com/a"),
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com:8443/a", "https://example.com/a"),
        ("https://blog.example.com/a", "https://example.com/a"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com/champ", "https://example.com/ch"),
        ("https://m.com/", "https://com/"),
    ],
)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    assert canonical(one) != canonical(other)


def test_international_address_is_one_however_it_is_written() -> None:
    assert canonical("https://Bücher.example/ä") == canonical("https://xn--bcher-kva.example/%c3%a4")


@pytest.mark.parametrize("oddity", ["", "no address", "http://[", "mailto:a@example.com"])
def test_what_is_no_address_comes_back(oddity: str) -> None:
    assert canonical(oddity) == oddity.replace(" ", "")


ADDRESSES = st.text() | st.text(alphabet="htps:/\\w.m@[]?&=%2541#ampAé \n;ro", max_size=60).map("http://".__add__)


@given(ADDRESSES)
def test_canonical_of_canonical_is_itself(url: str) -> None:
    once = canonical(url)

    assert canonical(once) == once


@given(ADDRESSES, ADDRESSES)
def test_no_address_raises(url: str, base: str) -> None:
    resolved = absolute(url, base)

    assert resolved == "" or is_web(resolved)
    assert isinstance(host(url), str)


def test_what_nobody_sees_in_an_address_is_encoded_and_a_user_name_makes_it_none() -> None:
    base = "https://a.example/"

    assert absolute("/7\u202egpj.exe?x=\u200b1", base) == "https://a.example/7%E2%80%AEgpj.exe?x=%E2%80%8B1"
    assert absolute("https://bank.example@evil.example/", base) == ""
