"""A watch's alerts as an Atom feed (RFC 4287), so that any reader can follow them."""

import hashlib
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from xml.etree import ElementTree as ET
from zoneinfo import ZoneInfo

from aiohttp import ETag, web

from monitor.model import Alert
from monitor.shown import show
from monitor.store import alerts
from monitor.store.alerts import OfWatch
from monitor.web import dashboard

# Alerts in a feed.
ENTRIES = 50

_ATOM = "http://www.w3.org/2005/Atom"

# What no document of XML 1.0 may hold, not even escaped.
_ILLEGAL = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")

# Names are told apart from all others' by being drawn in this room of ours.
_OURS = uuid.uuid5(uuid.NAMESPACE_URL, "urn:news-monitor:atom")


def add_to(app: web.Application) -> None:
    """Add the feeds."""
    app.router.add_get("/watches/{name}/atom", atom)


async def atom(request: web.Request) -> web.Response:
    """The latest alerts of a watch; 304 where the reader has them."""
    desk, name = dashboard.of(request), request.match_info["name"]
    if name not in {watch.name for watch in desk.config().watches}:
        raise web.HTTPNotFound(text="There is no such watch in the configuration.")
    found = await desk.readers.read(lambda db: alerts.of_watch(db, name, ENTRIES))
    body = feed(name, found, str(request.url.origin()), request.rel_url.raw_path, desk.zone)
    tag = ETag(hashlib.sha256(body).hexdigest()[:24], is_weak=True)  # compressed or not, it says the same
    if any(has.value in (tag.value, "*") for has in request.if_none_match or ()):
        response = web.Response(status=304)
    else:
        response = web.Response(body=body, content_type="application/atom+xml", charset="utf-8")
    response.etag = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return response


def feed(name: str, found: OfWatch, origin: str, path: str, zone: ZoneInfo) -> bytes:
    """The document, which says the same as long as the alerts do. `origin` is where the pages are, without a slash."""
    ET.register_namespace("", _ATOM)
    root = ET.Element(f"{{{_ATOM}}}feed")
    newest = max((each.alert.matched for each in found.alerts), default=found.added)
    _put(root, "id", _name("watch", name, found.added))
    _put(root, "title", f"{name} · news monitor")
    _put(root, "updated", _time(newest))
    _put(root, "link", rel="self", type="application/atom+xml", href=origin + path)
    _put(root, "link", rel="alternate", type="text/html", href=origin + path.removesuffix("/atom"))
    _put(_put(root, "author"), "name", "news monitor")
    for each in found.alerts:
        _entry(root, each.alert, f"{origin}/articles/{each.article}", zone)
    return bytes(ET.tostring(root, encoding="utf-8", xml_declaration=True))


def _entry(root: ET.Element, alert: Alert, page: str, zone: ZoneInfo) -> None:
    shown = show(alert, zone, alert.matched)
    entry = _put(root, "entry")
    _put(entry, "id", _name("alert", alert.id, alert.matched))
    _put(entry, "title", shown.headline, type="text")
    _put(entry, "updated", _time(alert.matched))
    _put(entry, "published", _time(alert.published or alert.first_seen))
    _put(_put(entry, "author"), "name", shown.outlet)
    _put(entry, "link", rel="alternate", href=shown.link or page)
    if shown.link:
        _put(entry, "link", rel="related", type="text/html", href=page)
    _put(entry, "category", term=shown.priority.value)
    said = (_joined(shown.excerpt), f"{'; '.join(shown.why)} (score {shown.score})", shown.reason)
    _put(entry, "summary", "\n".join(filter(None, said)), type="text")


def _put(parent: ET.Element, tag: str, text: str = "", **attributes: str) -> ET.Element:
    made = ET.SubElement(parent, f"{{{_ATOM}}}{tag}", {name: legal(value) for name, value in attributes.items()})
    made.text = legal(text) or None
    return made


def legal(text: str) -> str:
    """Without the characters that XML cannot hold."""
    return _ILLEGAL.sub("", text)


def _joined(pieces: Iterable[tuple[str, bool]]) -> str:
    return "".join(text for text, _ in pieces)


def _name(kind: str, name: str, when: datetime) -> str:
    """What names a thing for good, also beside those of another monitor."""
    return f"urn:uuid:{uuid.uuid5(_OURS, f'{kind} {when.isoformat()} {legal(name)}')}"


def _time(when: datetime) -> str:
    return when.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
