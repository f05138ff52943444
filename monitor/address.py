"""The addresses that are requested: read so that no two parsers see different hosts, and shown without secrets."""

import re

from yarl import URL

from monitor.errors import BlockedError, FetchError


def parse(address: str, base: URL | None = None) -> URL:
    """An absolute http(s) address; a relative one is resolved against `base`.

    Refuses what different parsers read as different hosts: backslashes, credentials, percent signs and
    control characters around the host.
    """
    # What a Location header holds beside UTF-8 arrives as surrogates, which stand for its bytes.
    text = re.sub("[\udc80-\udcff]", lambda found: f"%{ord(found[0]) & 0xFF:02X}", address.strip(" "))
    shown = _shown(text)
    if base is not None and text.startswith("//"):
        text = f"{base.scheme}:{text}"
    if re.search(r"[\x00-\x1f\x7f]", text):
        raise BlockedError(f"{shown} is not fetched: it has control characters")
    try:
        if base is not None and not re.match(r"[A-Za-z][A-Za-z0-9+.-]*:", text):
            return base.join(URL(text))
        authority = re.match(r"(?i)https?://([^/?#]*)", text)
        if authority is None:
            raise BlockedError(f"{shown} is not fetched: it is no http or https address")
        if re.search(r"[\\@%\s]", authority[1]):
            raise BlockedError(f"{shown} is not fetched: only a host and a port may stand before the path")
        url = URL(text)
    except ValueError as error:
        raise FetchError(f"{shown} is not a valid address", permanent=True) from error
    if not url.raw_host:
        raise FetchError(f"{shown} is not a valid address", permanent=True)
    return url


def shares_secrets(before: str, after: str) -> bool:
    """Whether credentials meant for the address `before` may be sent to `after`.

    Only to the same scheme, host and port, or from http to https of the same host.
    """
    try:
        return same_keeper(parse(before), parse(after))
    except FetchError:
        return False


def same_keeper(before: URL, after: URL) -> bool:
    """`shares_secrets` of addresses that are parsed."""
    same = (before.scheme, before.port) == (after.scheme, after.port)
    upgrade = (before.scheme, before.port, after.scheme, after.port) == ("http", 80, "https", 443)
    return before.raw_host == after.raw_host and (same or upgrade)


def _shown(address: str) -> str:
    """How an error names an address: user name, path and query may hold secrets and are left out."""
    start = re.findall(r"^(?:[A-Za-z][A-Za-z0-9+.-]*:)?(?://[^/?#]*)?", address)[0]
    return ascii(re.sub("//.*@", "//...@", start)[:200] + ("" if start == address else "/..."))
