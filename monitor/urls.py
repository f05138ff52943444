"""Web addresses: which ones are fetched and shown, and which of them are the same article.

Nothing here raises: feeds and pages carry every kind of broken address.
"""

import re
import zlib
from urllib.parse import SplitResult, quote, urljoin, urlsplit

MAX_LENGTH = 8_192

_UNSAFE = re.compile("[\x00-\x20\x7f-\xa0\ud800-\udfff]")
# What no one sees and what turns text around has no place in an address as it is; see text.clean.
_INVISIBLE = re.compile(
    "[\xad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb\U000e0000-\U000e007f]"
)
_AUTHORITY = re.compile(r"https?://[^/?#]*", re.IGNORECASE)

# Hosts that serve the same articles as the one without the prefix.
_SAME_HOST = ("www.", "m.", "mobile.", "amp.")
_AMP_PATH = re.compile(r"^/amp(?=/)|/amp/?$|\.amp(?=\.html$|$)", re.IGNORECASE)
# Whole parameters, only such as never select an article: `id`, `p`, `story`, `v`, `cid` and their like stay.
_TRACKING = re.compile(
    r"""
    ( (utm|mtm|hsa|ns|at|guce|oly|vero|mc) _ [a-z0-9_]* | pk_(campaign|kwd|source|medium) | _hs(enc|mi)
    | (g|fb|d|y|tw|tt)clid | msclkid | gclsrc | gad_source | [gw]braid | igsh(id)? | mibextid | mkt_tok
    | _g[al] | \.tsrc | __source | __twitter_impression | yptr | xtor | spm | amp
    | cmp(id)? | ncid | s_cid | icid | ocid | cvid | emc | smid | smtyp | sref | srnd | leadsource
    | taid | tpcc | ftag | guccounter
    | ref | ref_src | ref_url | refsrc | referr?er | recirc | ito | trk | trkcampaign | traffic_source
    ) (=.*)?
    | outputtype=amp
    # These may select something, but not with such values.
    | (source|src|from|via|feed|partner|mod|rss|soc_src|medium) =
      (rss|atom|feed|feedburner|twitter|facebook|linkedin|newsletter|email|1|(rss_|mw_|djem).*)
    """,
    re.VERBOSE,
)


def is_web(url: str) -> bool:
    """Whether `url` is an absolute http(s) address that every parser reads alike."""
    if len(url) > MAX_LENGTH or _UNSAFE.search(url):
        return False
    authority = _AUTHORITY.match(url)
    # Some parsers take a backslash for a slash and so see another host.
    if authority is None or "\\" in authority[0]:
        return False
    parts = _split(url)
    return parts is not None and bool(parts.hostname)


def absolute(url: str, base: str) -> str:
    """`url` resolved against `base`; "" when it is empty or the result is no web address, or one with a user name."""
    trimmed = re.sub("[\t\r\n]", "", url).strip()
    if not trimmed:
        return ""
    try:
        joined = urljoin(base, trimmed)
    except ValueError:
        return ""
    joined = _INVISIBLE.sub(lambda found: quote(found[0]), joined.replace(" ", "%20"))
    # A user name before the host is there to be taken for it.
    return joined if is_web(joined) and "@" not in urlsplit(joined).netloc else ""


def host(url: str) -> str:
    """The host of a web address in lower case, international names as punycode; "" when there is none."""
    parts = _split(url)
    name = ((parts.hostname if parts else "") or "").rstrip(".")
    if name.isascii() or len(name) > 253:
        return name.lower()
    try:
        return name.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return name.lower()


def checksum(url: str) -> int:
    """A number that thousands of addresses share: it says that an address is another one, not which it was."""
    return 1 + (zlib.crc32(url.encode("utf-8", "replace")) & 0xFFFFF)


def canonical(url: str) -> str:
    """The identity of the article at `url`: one for all addresses it is known under. Never shown or fetched.

    Scheme, `www.`, mobile and AMP forms, default ports, user names, fragments, tracking parameters, the order
    of parameters, trailing slashes and percent-encoding make no difference. Idempotent; what is no web
    address comes back trimmed.
    """
    url = _UNSAFE.sub("", url.strip())
    parts = _split(url) if is_web(url) else None
    if parts is None:
        return url
    name = _bare(host(url))
    name = f"[{name}]" if ":" in name else name
    port = f":{parts.port}" if parts.port not in {None, 80, 443} else ""
    query = "&".join(
        sorted(
            part
            for part in map(percent_encoded, parts.query.split("&"))
            if part and not _TRACKING.fullmatch(part.lower())
        )
    )
    return f"https://{name}{port}{_path(parts.path)}{'?' if query else ''}{query}"


def _split(url: str) -> SplitResult | None:
    try:
        parts = urlsplit(url)
        _ = parts.port  # raises here, once, rather than wherever it is read
    except ValueError:
        return None
    return parts


def _bare(name: str) -> str:
    """`name` without the prefixes of mobile and AMP hosts, as long as a domain is left."""
    while prefix := next((prefix for prefix in _SAME_HOST if name.startswith(prefix)), ""):
        if "." not in name[len(prefix) :]:
            break
        name = name[len(prefix) :]
    return name


def _path(path: str) -> str:
    path = percent_encoded(path).rstrip("/")
    while (shorter := _AMP_PATH.sub("", path).rstrip("/")) != path:
        path = shorter
    return path


def percent_encoded(component: str) -> str:
    """`component` with only what needs it percent-encoded, in capitals."""
    even = re.sub(r"%(?![0-9A-Fa-f]{2})", "%25", component)
    even = re.sub(r"%[0-9A-Fa-f]{2}", lambda match: _decoded(match[0].upper()), even)
    return quote(even, safe="%/:@!$&'()*+,;=-._~?", errors="replace")


def _decoded(reference: str) -> str:
    char = chr(int(reference[1:], 16))
    return char if char.isascii() and (char.isalnum() or char in "-._~") else reference
