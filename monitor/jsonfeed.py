"""JSON Feed → ParsedFeed. https://www.jsonfeed.org/version/1.1/

Each value may be of any type: one that is not of its own counts as missing.
"""

import json
import math
from collections.abc import Mapping
from typing import Any

from monitor import dates, entry_text, text, urls
from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed


def is_json(data: bytes) -> bool:
    """Whether `data` begins as a JSON object does."""
    return text.decode(data[:200]).lstrip("\ufeff \t\r\n").startswith("{")


def read(data: bytes, *, url: str) -> ParsedFeed:
    """The feed in `data`, which came from `url`. Raises ParseError, and nothing else."""
    try:
        found = json.loads(text.decode(data).lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        raise ParseError("this is no feed: it begins like JSON and is none") from error
    if not isinstance(found, dict) or "jsonfeed.org/version" not in _string(found.get("version")):
        raise ParseError("this is no feed: JSON without the version of a JSON Feed")
    items = found.get("items")
    objects = [item for item in items if isinstance(item, dict)] if isinstance(items, list) else []
    return ParsedFeed(
        title=entry_text.title(_string(found.get("title"))),
        link=urls.absolute(_string(found.get("home_page_url")), url),
        language=text.primary_language(_string(found.get("language"))),
        entries=tuple(_entry(item, url) for item in objects[: entry_text.MAX_ENTRIES]),
        problems=_problems(items, objects),
    )


def _problems(items: Any, objects: list[Any]) -> tuple[str, ...]:
    if not isinstance(items, list):
        return ("there is no list of items",)
    odd = len(items) - len(objects)
    return (*((f"{odd} items that are no objects were dropped",) if odd else ()), *entry_text.too_many(len(objects)))


def _entry(item: Mapping[str, Any], base: str) -> Entry:
    html, plain = _string(item.get("content_html")), _string(item.get("content_text"))
    when = (dates.read(_written(item.get(name))) for name in ("date_published", "date_modified"))
    return entry_text.entry(
        guid=_written(item.get("id")),
        link=urls.absolute(_string(item.get("url")), base) or urls.absolute(_string(item.get("external_url")), base),
        title=entry_text.title(_string(item.get("title"))),
        summary=entry_text.body(_string(item.get("summary")), "text/plain"),
        content=entry_text.body(html) if html else entry_text.body(plain, "text/plain"),
        published=next(filter(None, when), None),
    )


def _string(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _written(value: Any) -> str:
    """A text or a number as text."""
    is_number = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return str(value) if is_number else _string(value)
