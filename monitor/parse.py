"""Feed bytes → ParsedFeed: RSS, Atom, RDF and CDF through feedparser, and JSON Feed.

Feeds are broken in every way there is. Whatever can be read of one is returned, with a word in `problems` for what was
repaired or dropped; ParseError means that these bytes are no feed at all.
"""

import calendar
import io
import json
import re
import time
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from monitor import boilerplate, text, urls
from monitor.errors import ParseError
from monitor.model import Entry, Hints, ParsedFeed

MAX_ENTRIES = 50_000
MAX_TITLE = 1_000
MAX_TEXT = 200_000

# Atomic, as comments could otherwise be divided in exponentially many ways.
_HTML = re.compile(rb"(?>\s*<!--.{0,2000}?-->)*+\s*<(?:!doctype\s+html|html)\b", re.IGNORECASE | re.DOTALL)
_DECLARATION = re.compile(r"\s*<\?xml[^>]{0,500}\?>")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,20})|([0-9]{1,20}))[0-9a-fx]*;?", re.IGNORECASE)
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
# Elements that say nothing we read, but whose oddities make feedparser raise.
_NOT_READ = re.compile(
    r"</?(?:(?:cc|creativecommons|geo|georss|gml|icbm|itunes|media|psc):|(?:height|width)\b)[^<>]{0,4000}>",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"</[a-zA-Z]|<(?:p|br|a|img|div|li|b|i)\b", re.IGNORECASE)
_PERIODS = {"hourly": 1, "daily": 24, "weekly": 168, "monthly": 720, "yearly": 8760}


def parse(data: bytes, *, url: str, content_type: str = "") -> ParsedFeed:
    """The feed in `data`, which came from `url`. Raises ParseError, with the reason in one line, and nothing else.

    Links are absolute http(s) or "". `published` is what the feed claims, as aware UTC; None when unreadable or before
    1990. What lies in the future is left to the caller, who knows the time.
    """
    if not data.strip():
        raise ParseError("the answer is empty")
    if data.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] == b"{":
        return _json_feed(data, url)
    if _HTML.match(data[:4096].removeprefix(b"\xef\xbb\xbf")):
        raise ParseError("this is a web page, not a feed")
    problems: list[str] = []
    try:
        found = _read(data, content_type)
    except Exception:  # feedparser lets ValueError, KeyError, AttributeError and more out, for one bad character
        problems.append("characters or elements that cannot be read were dropped")
        try:
            found = _read(_repaired(data, content_type), "application/xml; charset=utf-8")
        except Exception as error:
            raise ParseError(f"this feed cannot be read: {type(error).__name__}") from error
    if not found.get("version") and not found["entries"]:
        raise ParseError("this is no feed: no RSS, Atom, RDF or JSON Feed in it")
    if found.get("bozo"):
        problems.append(text.one_line(str(found.get("bozo_exception", "")))[:200] or "not well-formed")
    return _feed(found, url, problems, cut_off=_is_cut_off(data))


# ---------------------------------------------------------------- feedparser


def _read(data: bytes, content_type: str) -> Any:
    # Imported here because the main process imports this module only to name `parse` to the worker processes.
    import feedparser  # noqa: PLC0415

    if not content_type or (not data.isascii() and _is_utf8(data)):
        # Declared charsets are often wrong, validity as UTF-8 hardly ever is.
        content_type = "application/xml; charset=utf-8" if _is_utf8(data) else "application/xml"
    # As a stream: feedparser takes a str for an address and opens bytes that happen to name a file. Without
    # content-location it leaves relative links to us.
    headers = {"content-type": content_type}
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _is_utf8(data: bytes) -> bool:
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return False
    return not data.isascii()


def _repaired(data: bytes, content_type: str) -> bytes:
    """`data` as UTF-8, without its declaration, without what is no character of XML and without elements not read."""
    markup = _NOT_READ.sub("", _DECLARATION.sub("", text.decode(data, content_type), count=1))
    return _REFERENCE.sub(_valid_reference, _NO_XML.sub("", markup)).encode("utf-8", "replace")


def _valid_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    # Not removed: what stood around it could then read as another reference.
    return f"&#{code};" if code <= 0x10FFFF and not _NO_XML.match(chr(code)) else "\ufffd"


def _is_cut_off(data: bytes) -> bool:
    """Whether the document ends within an entry."""
    return any(0 <= data.rfind(b"</" + name) < data.rfind(b"<" + name) for name in (b"item", b"entry"))


def _feed(found: Any, url: str, problems: list[str], *, cut_off: bool) -> ParsedFeed:
    feed = found["feed"]
    items = found["entries"]
    if found.get("bozo") and cut_off:
        # Half a title or half a link would pass for news and then for changed news.
        problems.append("the document is cut off; its last entry was dropped")
        items = items[:-1]
    link = urls.absolute(_link(feed), url)
    # In Atom links are relative to the document, in RSS writers mean the site.
    base = url if str(found.get("version", "")).startswith("atom") else link or url
    return ParsedFeed(
        title=_title(feed),
        link=link,
        language=text.primary_language(_string(feed.get("language"))),
        entries=tuple(_entry(item, base) for item in _capped(items, problems)),
        problems=tuple(problems),
        hints=Hints(_ttl(feed)),
    )


def _capped(items: list[Any], problems: list[str]) -> list[Any]:
    if len(items) > MAX_ENTRIES:
        problems.append(f"only the first {MAX_ENTRIES} of {len(items)} entries were read")
    return items[:MAX_ENTRIES]


def _entry(item: Any, base: str) -> Entry:
    contents = [_body(content) for content in item.get("content") or () if isinstance(content, dict)]
    detail = item.get("summary_detail") or {"value": item.get("summary")}
    return _assembled(
        guid=_string(item.get("id")),
        link=urls.absolute(_link(item), base),
        title=_title(item),
        summary=_body({**detail, "value": item.get("summary")}),
        content=max(contents, key=len, default=""),
        published=_published(item),
    )


def _assembled(*, guid: str, link: str, title: str, summary: str, content: str, published: datetime | None) -> Entry:
    """The entry with its teasers set apart. Content that says less than the summary is none."""
    content = content if len(content) >= len(summary) else ""
    summary, aside = boilerplate.separate(summary)
    content, more = boilerplate.separate(content)
    related = "\n".join(dict.fromkeys(f"{aside}\n{more}".strip().split("\n")))
    return Entry(text.one_line(guid)[:MAX_TITLE], link, title, summary, content, related, published)


def _link(item: Any) -> str:
    """The address of the page: the first alternate link, HTML before others, else a guid that is one."""
    links = [link for link in item.get("links") or () if link.get("rel") == "alternate" and link.get("href")]
    links.sort(key=lambda link: "html" not in _string(link.get("type")))
    if links:
        return _string(links[0]["href"])
    guid = _string(item.get("id"))
    return guid if item.get("guidislink") and urls.is_web(guid) else ""


def _title(item: Any) -> str:
    detail = item.get("title_detail") or {}
    value = _string(item.get("title"))
    # Plain by declaration, and without a closing tag: "Vec<T>" is meant so. A reference never is.
    is_plain = detail.get("type") == "text/plain" and "</" not in value
    title = text.unescape(value) if is_plain else text.from_html(value)
    return text.one_line(text.from_html(title) if "</" in title else title)[:MAX_TITLE]


def _body(content: Mapping[str, Any]) -> str:
    """Plain text, a paragraph a line, of a summary or content; "" for what is no text."""
    value, kind = _string(content.get("value")), _string(content.get("type")) or "text/html"
    if not (kind.startswith("text/") or "html" in kind):
        return ""
    plain = _plain(value, kind)
    return (_plain(plain, kind) if _MARKUP.search(plain) else plain)[:MAX_TEXT]  # some escape twice


def _plain(value: str, kind: str) -> str:
    if _MARKUP.search(value) or (kind != "text/plain" and "<" in value):
        return text.from_html(value)
    paragraphs = re.split(r"\n[ \t\r]*\n", text.unescape(value))
    return "\n".join(filter(None, map(text.one_line, paragraphs)))


def _published(item: Any) -> datetime | None:
    """The first date that can be; feedparser takes seconds since 1970 for a date written without dashes."""
    for name in ("published", "updated", "created"):
        # dict.get: feedparser's own answers for a missing "updated" with a warning
        written = _string(dict.get(item, name)).strip()
        parsed = time.gmtime(int(written)) if re.fullmatch(r"\d{10}", written) else dict.get(item, f"{name}_parsed")
        if found := _time(parsed):
            return found
    return None


def _time(value: Any) -> datetime | None:
    if not value:
        return None
    try:
        found = datetime.fromtimestamp(calendar.timegm(value), UTC)
    except (ValueError, OverflowError, OSError, TypeError):
        return None
    return found if found >= text.EARLIEST else None


def _ttl(feed: Any) -> timedelta | None:
    """How long the feed asks to be left alone, in RSS's minutes or the syndication module's periods."""
    minutes = _number(feed.get("ttl"))
    hours = _PERIODS.get(_string(feed.get("sy_updateperiod")).strip().lower(), 0)
    asked = max(minutes, hours * 60 // max(1, _number(feed.get("sy_updatefrequency"))))
    return timedelta(minutes=asked) if 0 < asked <= 60 * 24 * 366 else None


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _number(value: Any) -> int:
    return int(value) if re.fullmatch(r"\s*\d{1,9}\s*", _string(value)) else 0


# ---------------------------------------------------------------- JSON Feed


def _json_feed(data: bytes, url: str) -> ParsedFeed:
    """https://www.jsonfeed.org/version/1.1/"""
    try:
        found = json.loads(text.decode(data))
    except (ValueError, RecursionError) as error:
        raise ParseError("this is no feed: it begins like JSON and is none") from error
    if not isinstance(found, dict) or "jsonfeed.org/version" not in _string(found.get("version")):
        raise ParseError("this is no feed: JSON without the version of a JSON Feed")
    items = found.get("items")
    problems = [] if isinstance(items, list) else ["there is no list of items"]
    objects = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    link = urls.absolute(_string(found.get("home_page_url")), url)
    return ParsedFeed(
        title=text.one_line(_string(found.get("title")))[:MAX_TITLE],
        link=link,
        language=text.primary_language(_string(found.get("language"))),
        entries=tuple(_json_entry(item, url) for item in _capped(objects, problems)),
        problems=tuple(problems),
    )


def _json_entry(item: Mapping[str, Any], base: str) -> Entry:
    html, plain = _string(item.get("content_html")), _string(item.get("content_text"))
    identity = item.get("id")
    return _assembled(
        guid=str(identity) if isinstance(identity, str | int) else "",
        link=urls.absolute(_string(item.get("url")) or _string(item.get("external_url")), base),
        title=text.one_line(_string(item.get("title")))[:MAX_TITLE],
        summary=_body({"value": item.get("summary"), "type": "text/plain"}),
        content=_body({"value": html or plain, "type": "text/html" if html else "text/plain"}),
        published=text.parse_time(_string(item.get("date_published"))),
    )
