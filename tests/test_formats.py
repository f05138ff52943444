"""The syntax of single values: what is taken, what is refused, and that nothing else is ever raised."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import SecretStr
from pydantic_core import PydanticCustomError

from monitor import formats

TAKEN: dict[Callable[[Any], object], list[str]] = {
    formats.duration: ["0h", "1s", "5m", "1h30m", "7d", "3650d"],
    formats.interval: ["1s", "180d"],
    formats.zone: ["UTC", "America/New_York"],
    formats.clock: ["00:00", "23:59"],
    formats.digest_time: [
        "07:30",
        "30 7 * * mon-fri",
        "*/15 8-18 1,15 jan-jun/2 0-7",
        "0 0 31 12 7",
        "0 0 29 2 *",
        "0 0 31 2 mon",
    ],
    formats.line: ["", "Zürich – 東京 👩‍💻"],
    formats.name: ["x", "a" * 100],
    formats.term: ["AT&T", "C++", "東京", "7"],
    formats.ticker: ["NVDA", "NASDAQ:NVDA", "NYSE:BRK.B", "BRK-B", "TYO:7203", "LSE:BP.", "NYSE AMERICAN:X", "F"],
    formats.source: ["Some Blog", "!Some Blog", "tag:press", "!tier:3", "https://a.example.com/feed", "tags: a"],
    formats.language: ["", "en", "pt-BR"],
    formats.private_host: ["10.0.0.5", "intranet.example", "127.0.0.1:8080", "[::1]:80", "::1", "[::1]", "nas"],
    formats.listen: ["", "127.0.0.1:8787", "[::1]:0", "localhost:80", "0.0.0.0:8787"],
    formats.feed_address: ["https://a.example.com/?a=b&c=d", "http://127.0.0.1:81/x", "feeds/a.xml"],
    formats.proxy: ["", "http://user:word@proxy.example.com:3128"],
    formats.cluster: ["", "tcp://scheduler:8786", "tls://10.0.0.1:1"],
    formats.header_name: ["Accept-Language"],
}
REFUSED: dict[Callable[[Any], object], list[str]] = {
    formats.duration: ["", "5", "5 minutes", "-5m", "5m2h", "3651d", "9" * 30 + "d", "9" * 5000 + "d"],
    formats.interval: ["0s", "0d"],
    formats.zone: ["", "Mars/Phobos", "America", "../etc/passwd", "x" * 300, "a\0b", "/etc/localtime"],
    formats.clock: ["", "24:00", "7:30", "07:60", "07.30", "07:30:00"],
    formats.digest_time: [
        "",
        "7:30",
        "noon",
        "* * * *",
        "* * * * * *",
        "60 * * * *",
        "* 24 * * *",
        "* * 0 * *",
        "* * * 13 *",
        "* * * * 8",
        "*/0 * * * *",
        "30-10 * * * *",
        "1, * * * *",
        "* * mon * *",
        "²3 * * * *",
        "0 0 31 2 *",
        "0 0 30,31 2 */2",
        "0 0 31 4,6 *",
    ],
    formats.line: ["a\nb", "a\0", "a\u2028b", "\ud800", "x" * 501],
    formats.name: ["", " ", "a\tb", "a" * 101],
    formats.term: ["", "  ", "—", "&", "a\nb"],
    formats.ticker: ["", "nvda", "$NVDA", "NASDAQ: NVDA", "Nasdaq:NVDA", "NVDA US", "NVDA\n", ":NVDA", "NASDAQ:"],
    formats.source: ["", "!", "tag:", "!tag: ", "! tag:", "! tier:4", "tier:4", "tier:one", "tier:"],
    formats.language: ["English", "EN", "e", "en_US"],
    formats.private_host: [
        "",
        "10.0.0.0/8",
        "http://10.0.0.5",
        "10.0.0.256",
        "127.0.0.1:0",
        "127.0.0.1:65536",
        "[::1",
        "a b",
        "*.example",
        "-a.example",
        "user@host",
        "[10.0.0.1]:80",
    ],
    formats.listen: ["8787", ":8787", "127.0.0.1", "127.0.0.1:", "127.0.0.1:http", "::1"],
    formats.feed_address: ["", " ", "ftp://a.example.com", "https://", "https://a b.example.com", "http://a\\b/"],
    formats.proxy: ["proxy.example.com:3128", "socks5://proxy.example.com:1080", "http://"],
    formats.cluster: ["scheduler", "scheduler:8786", "tcp://scheduler", "http://scheduler:8786"],
    formats.header_name: ["", "Accept Language", "Accept:", "Ä"],
}


@pytest.mark.parametrize(("read", "value"), [(read, value) for read, values in TAKEN.items() for value in values])
def test_a_well_formed_value_is_taken(read: Callable[[str], object], value: str) -> None:
    read(value)


@pytest.mark.parametrize(("read", "value"), [(read, value) for read, values in REFUSED.items() for value in values])
def test_a_malformed_value_is_refused_with_a_fix(read: Callable[[str], object], value: str) -> None:
    with pytest.raises(PydanticCustomError) as caught:
        read(value)

    context = caught.value.context or {}
    assert context["problem"]
    assert context["fix"]


@given(read=st.sampled_from(list(TAKEN)), value=st.text(st.characters(codec=None), max_size=40))
def test_no_text_raises_anything_else(read: Callable[[str], object], value: str) -> None:
    try:
        read(value)
    except PydanticCustomError as error:
        assert "\n" not in str(error)


@given(value=st.text("0123456789abcdef.:[]%-", max_size=25))
def test_whatever_is_split_into_host_and_port_splits_the_same_again(value: str) -> None:
    try:
        host, port = formats.split_host(value)
    except ValueError:
        return

    written = f"[{host}]" if ":" in host else host

    assert formats.split_host(written if port is None else f"{written}:{port}") == (host, port)


@pytest.mark.parametrize(
    ("listen", "expected"),
    [
        ("127.0.0.1:1", True),
        ("127.8.8.8:1", True),
        ("[::1]:1", True),
        ("LOCALHOST:1", True),
        ("0.0.0.0:1", False),
        ("[::]:1", False),
        ("10.0.0.5:1", False),
        ("localhost.example.com:1", False),
    ],
)
def test_only_this_machine_reaches_a_loopback_address(listen: str, expected: bool) -> None:
    assert formats.is_loopback(listen) is expected


def test_credentials_need_a_colon() -> None:
    formats.credentials(SecretStr("user:word"))
    formats.credentials(SecretStr(""))

    with pytest.raises(PydanticCustomError):
        formats.credentials(SecretStr("hunter2"))


def test_a_misspelt_timezone_gets_the_right_one_proposed() -> None:
    with pytest.raises(PydanticCustomError) as caught:
        formats.zone("Europe/Berln")

    assert (caught.value.context or {})["fix"] == 'did you mean "Europe/Berlin"?'


@pytest.mark.parametrize("name", ["Host", "if-none-match", "Range", "Content-Length"])
def test_a_header_that_says_how_the_request_is_made_is_refused(name: str) -> None:
    with pytest.raises(PydanticCustomError, match="is a header that the monitor sets itself"):
        formats.header_name(name)
