"""Writes feed documents: RSS 2.0, Atom 1.0 (RFC 4287) and RSS 1.0."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from xml.etree import ElementTree as ET

_DC = "{http://purl.org/dc/elements/1.1/}"
_CONTENT = "{http://purl.org/rss/1.0/modules/content/}"
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
for _prefix, _namespace in {"dc": _DC, "content": _CONTENT, "rdf": _RDF}.items():
    ET.register_namespace(_prefix, _namespace[1:-1])


@dataclass(frozen=True, slots=True)
class Publication:
    """A feed as a whole: `home` is the site, `address` the feed's own URL."""

    title: str
    about: str
    home: str
    address: str
    changed: datetime


@dataclass(frozen=True, slots=True)
class Published:
    """One entry. `summary` is plain text, `content` HTML or "" where the feed only summarises; times are aware UTC."""

    guid: str
    link: str
    title: str
    author: str
    summary: str
    content: str
    tags: tuple[str, ...]
    published: datetime
    changed: datetime


def write_rss2(feed: Publication, entries: Sequence[Published]) -> bytes:
    """RSS 2.0, with Dublin Core authors and `content:encoded`."""
    root = ET.Element("rss", version="2.0")
    channel = _add(root, "channel")
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.about)
    _add(channel, "lastBuildDate", format_datetime(feed.changed, usegmt=True))
    for entry in entries:
        item = _add(channel, "item")
        _add(item, "title", entry.title)
        _add(item, "link", entry.link)
        _add(item, "guid", entry.guid, isPermaLink="false")
        _add(item, "pubDate", format_datetime(entry.published, usegmt=True))
        _add(item, f"{_DC}creator", entry.author)
        for tag in entry.tags:
            _add(item, "category", tag)
        _add(item, "description", entry.summary)
        if entry.content:
            _add(item, f"{_CONTENT}encoded", entry.content)
    return _document(root)


def write_atom(feed: Publication, entries: Sequence[Published]) -> bytes:
    """Atom 1.0."""
    root = ET.Element("feed", xmlns="http://www.w3.org/2005/Atom")
    _add(root, "id", feed.address)
    _add(root, "title", feed.title)
    _add(root, "subtitle", feed.about)
    _add(root, "updated", feed.changed)
    _add(root, "link", rel="self", href=feed.address)
    _add(root, "link", rel="alternate", href=feed.home)
    for entry in entries:
        item = _add(root, "entry")
        _add(item, "id", entry.guid)
        _add(item, "title", entry.title)
        _add(item, "link", rel="alternate", type="text/html", href=entry.link)
        _add(item, "published", entry.published)
        _add(item, "updated", entry.changed)
        _add(_add(item, "author"), "name", entry.author)
        for tag in entry.tags:
            _add(item, "category", term=tag)
        _add(item, "summary", entry.summary)
        if entry.content:
            _add(item, "content", entry.content, type="html")
    return _document(root)


def write_rss1(feed: Publication, entries: Sequence[Published]) -> bytes:
    """RSS 1.0; it carries summaries only."""
    root = ET.Element(f"{_RDF}RDF", xmlns="http://purl.org/rss/1.0/")
    channel = _add(root, "channel", **{f"{_RDF}about": feed.address})
    _add(channel, "title", feed.title)
    _add(channel, "link", feed.home)
    _add(channel, "description", feed.about)
    _add(channel, f"{_DC}date", feed.changed)
    contents = _add(_add(channel, "items"), f"{_RDF}Seq")
    for entry in entries:
        _add(contents, f"{_RDF}li", **{f"{_RDF}resource": entry.link})
        item = _add(root, "item", **{f"{_RDF}about": entry.link})
        _add(item, "title", entry.title)
        _add(item, "link", entry.link)
        _add(item, "description", entry.summary)
        _add(item, f"{_DC}creator", entry.author)
        _add(item, f"{_DC}date", entry.published)
    return _document(root)


WRITERS: dict[str, tuple[str, Callable[[Publication, Sequence[Published]], bytes]]] = {
    "rss2": ("application/rss+xml", write_rss2),
    "atom": ("application/atom+xml", write_atom),
    "rss1": ("application/rdf+xml", write_rss1),
}


def _add(parent: ET.Element, tag: str, text: str | datetime = "", /, **attributes: str) -> ET.Element:
    element = ET.SubElement(parent, tag, attributes)
    element.text = text.isoformat(timespec="seconds") if isinstance(text, datetime) else text or None
    return element


def _document(root: ET.Element) -> bytes:
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document
