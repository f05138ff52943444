"""Feed bytes → ParsedFeed: RSS, Atom, RDF and CDF through feedparser, and JSON Feed.

Feeds are broken in every way there is. Whatever can be read of one is returned, with a word in `problems` for what was
repaired or dropped; ParseError means that these bytes are no feed at all.
"""

import calendar
import codecs
import io
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from html.entities import name2codepoint
from typing import Any
from xml.sax import SAXParseException

from monitor import dates, entry_text, hints, jsonfeed, text, urls
from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed

_UTF8 = "application/xml; charset=utf-8"
# Atomic, as comments could otherwise be divided in exponentially many ways.
_HTML = re.compile(
    rb"(?>\s*<(?:!--.{0,2000}?--|\?[^>]{0,500})>)*+\s*<(?:!doctype\s+html|html|head|body|meta|title)\b"
    # A feed with the wrong document type is one.
    rb"(?![^>]{0,500}>\s*(?:<!--.{0,2000}?-->\s*)?<(?:rss|feed|rdf:rdf)\b)",
    re.IGNORECASE | re.DOTALL,
)
_ROOT = re.compile(rb"<(?:rss|feed|channel|(?:[a-z]{1,20}:)?rdf)\b", re.IGNORECASE)
_PROLOG = (b"<?xml", b"<!--", b"<!DOCTYPE")
# feedparser's search for entities takes time in the square of what stands before the root.
_LONGEST_PROLOG = 10_000
_CLOSING = re.compile(rb"</(?:item|entry|rss|feed|channel|(?:[a-z]{1,20}:)?rdf)\b", re.IGNORECASE)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}\?>")
# Elements that say nothing we read, but whose oddities make feedparser raise.
_NOT_READ = re.compile(
    r"</?(?:(?:cc|creativecommons|geo|georss|gml|icbm|itunes|media|psc):|(?:height|width)\b)[^<>]{0,4000}>",
    re.IGNORECASE,
)

# In a CDATA section ampersands stand for themselves.
_AMPERSAND = re.compile(
    rb"<!\[CDATA\[.*?(?:\]\]>|\Z)|&(?:([A-Za-z][A-Za-z0-9]{0,30});|(?!#?[A-Za-z0-9]{1,31};))", re.DOTALL
)
_XML_NAMES = frozenset({"amp", "lt", "gt", "quot", "apos"})


def parse(data: bytes, *, url: str, content_type: str = "") -> ParsedFeed:
    """The feed in `data`, which came from `url`. Raises ParseError, with the reason in one line, and nothing else.

    Links are absolute http(s) or "". `published` is what the feed claims, as aware UTC; None when unreadable or before
    1990. What lies in the future is left to the caller, who knows the time.
    """
    if not data.strip():
        raise ParseError("the answer is empty")
    if jsonfeed.is_json(data):
        return jsonfeed.read(data, url=url)
    if text.is_wide(data):  # feedparser reads such documents only with the right header
        data, content_type = _DECLARATION.sub("", text.decode(data), count=1).encode("utf-8", "replace"), _UTF8
    if _HTML.match(data[:4096].removeprefix(codecs.BOM_UTF8)):
        raise ParseError("this is a web page, not a feed")
    document, problems = _document(data)
    try:
        found = _read(document, content_type)
    except Exception:  # feedparser lets ValueError, KeyError, AttributeError and more out, for one bad character
        problems.append("characters or elements that cannot be read were dropped")
        try:
            found = _read(_repaired(document, content_type), _UTF8)
        except Exception as error:
            raise ParseError(f"this feed cannot be read: {type(error).__name__}") from error
    if isinstance(found.get("bozo_exception"), SAXParseException) and b"&" in document and b"<!ENTITY" not in document:
        found = _with_ampersands(found, document, content_type)
    if not found.get("version") and not found["entries"] and not _is_channel(document):
        raise ParseError("this is no feed: no RSS, Atom, RDF or JSON Feed in it")
    if found.get("bozo"):
        problems.append(_complaint(found.get("bozo_exception")))
    return _feed(found, url, problems, document)


def _document(data: bytes) -> tuple[bytes, list[str]]:
    """`data` from where its XML begins, and what to say of it: warnings of a script may stand before it."""
    begin = data.removeprefix(codecs.BOM_UTF8).lstrip()
    root = _ROOT.search(begin)
    if root is None:
        return data, []
    if begin.startswith((*_PROLOG, root[0])) and root.start() < _LONGEST_PROLOG:
        return begin, []
    declared = begin.find(b"<?xml", max(0, root.start() - _LONGEST_PROLOG), root.start())
    return begin[declared if declared >= 0 else root.start() :], ["what stood before the feed was dropped"]


def _complaint(error: object) -> str:
    """What the parser had to say, in one line."""
    if isinstance(error, SAXParseException):
        # Without its line: feedparser puts one before the others.
        return f"not well-formed: {text.one_line(error.getMessage())[:200]}"
    return text.one_line(str(error or ""))[:200] or "not well-formed"


def _is_channel(document: bytes) -> bool:
    """Whether this is CDF: feedparser names it only where its channel has attributes."""
    root = _ROOT.search(document[:_LONGEST_PROLOG])
    return root is not None and root[0].lower() == b"<channel"


# ---------------------------------------------------------------- feedparser


def _read(data: bytes, content_type: str) -> Any:
    # Imported here because the main process imports this module only to name `parse` to the worker processes.
    import feedparser  # noqa: PLC0415

    if not content_type or "utf-16" in content_type.lower() or (not data.isascii() and _is_utf8(data)):
        # Declared charsets are often wrong, validity as UTF-8 hardly ever is, and wide characters were seen before.
        content_type = _UTF8 if _is_utf8(data) else "application/xml"
    # As a stream: feedparser takes a str for an address and opens bytes that happen to name a file. Without
    # content-location it leaves relative links to us.
    headers = {"content-type": content_type}
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _with_ampersands(found: Any, document: bytes, content_type: str) -> Any:
    """What feedparser finds once bare ampersands and HTML's names are escaped, if that makes the document XML.

    Else it reads it as HTML of old, takes "AT&T" for a reference, and says "AT&T;".
    """
    try:
        again = _read(_AMPERSAND.sub(_as_xml, document), content_type)
    except Exception:  # as in `parse`; what was found stands
        return found
    return found if isinstance(again.get("bozo_exception"), SAXParseException) else again


def _as_xml(match: re.Match[bytes]) -> bytes:
    if match[0].startswith(b"<"):
        return match[0]
    name = (match[1] or b"").decode("ascii")
    if name in _XML_NAMES:
        return match[0]
    # "M&A; L&D" is no reference either.
    return f"&#{name2codepoint[name]};".encode() if name in name2codepoint else match[0].replace(b"&", b"&amp;")


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.isascii()


def _repaired(data: bytes, content_type: str) -> bytes:
    """`data` as UTF-8, without its declaration, without what is no character of XML and without elements not read."""
    markup = _NOT_READ.sub("", _DECLARATION.sub("", text.decode(data, content_type), count=1))
    return text.only_characters(markup).encode("utf-8", "replace")


def _is_cut_off(data: bytes) -> bool:
    """Whether the document ends within an entry: neither it nor what is around it is closed."""
    last = max(data.rfind(b"<item"), data.rfind(b"<entry"))
    return last >= 0 and data.find(b">", last) >= 0 and not _CLOSING.search(data, last)


def _feed(found: Any, url: str, problems: list[str], document: bytes) -> ParsedFeed:
    feed = found["feed"]
    items = found["entries"]
    if found.get("bozo") and _is_cut_off(document):
        # Half a title or half a link would pass for news and then for changed news.
        problems.append("the document is cut off; its last entry was dropped")
        items = items[:-1]
    link = urls.absolute(_link(feed), url)
    # In Atom links are relative to the document, in RSS writers mean the site.
    base = url if str(found.get("version", "")).startswith("atom") else link or url
    asked = {"ttl": "ttl", "period": "sy_updateperiod", "frequency": "sy_updatefrequency"}
    return ParsedFeed(
        title=_title(feed),
        link=link,
        language=text.primary_language(_string(feed.get("language"))),
        entries=tuple(_entry(item, base) for item in items[: entry_text.MAX_ENTRIES]),
        problems=(*problems, *entry_text.too_many(len(items))),
        hints=hints.read(document, **{name: _string(feed.get(key)) for name, key in asked.items()}),
    )


def _entry(item: Any, base: str) -> Entry:
    contents = [_body(content) for content in item.get("content") or () if isinstance(content, dict)]
    detail = item.get("summary_detail") or {"value": item.get("summary")}
    return entry_text.entry(
        guid=_string(item.get("id")),
        link=urls.absolute(_link(item), base),
        title=_title(item),
        summary=_body({**detail, "value": item.get("summary")}),
        content=max(contents, key=len, default=""),
        published=_published(item),
    )


def _link(item: Any) -> str:
    """The address of the page: the first alternate link, HTML before others, else a guid that is one."""
    links = [link for link in item.get("links") or () if link.get("rel") == "alternate" and link.get("href")]
    links.sort(key=lambda link: "html" not in _string(link.get("type")))
    if links:
        return _string(links[0]["href"])
    guid = _string(item.get("id"))
    # Beside an empty <link/> feedparser takes no guid for a link.
    is_link = item.get("guidislink") or item.get("link") == ""
    return guid if is_link and urls.is_web(guid) else ""


def _title(item: Any) -> str:
    detail = item.get("title_detail") or {}
    return entry_text.title(_string(item.get("title")), _string(detail.get("type")))


def _body(content: Mapping[str, Any]) -> str:
    return entry_text.body(_string(content.get("value")), _string(content.get("type")) or "text/html")


def _published(item: Any) -> datetime | None:
    """The first date that can be: as we read it, else as feedparser, which knows more languages and stranger forms."""
    for name in ("published", "updated", "created"):
        # dict.get: feedparser's own answers for a missing "updated" with a warning
        written = _string(dict.get(item, name))
        parsed = None if dates.is_number(written) else dict.get(item, f"{name}_parsed")
        if found := dates.read(written) or _time(parsed):
            return found
    return None


def _time(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        found = datetime.fromtimestamp(calendar.timegm(value), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return found if found >= dates.EARLIEST else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""
