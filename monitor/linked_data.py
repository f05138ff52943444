"""The article in a page's linked data (JSON-LD): what its publisher wrote of it for search engines.

https://schema.org/Article. Everything is bounded: scripts, their size, and how many objects are looked at.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any

from monitor import text

MAX_SCRIPTS = 20
MAX_SIZE = 2_000_000
MAX_OBJECTS = 2_000
MAX_UPDATES = 200
MAX_BODY = 400_000

_ARTICLE = re.compile(r"(?:^|[/:])\w{0,40}(?:Article|Posting|Report)$")
_INNER = ("@graph", "mainEntity", "mainEntityOfPage")


def objects(scripts: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    """The objects in JSON-LD `scripts`, as they stand in the page: alone, in lists and graphs, and as main entities."""
    return islice(_objects(scripts), MAX_OBJECTS)


def _objects(scripts: Iterable[str]) -> Iterator[Mapping[str, Any]]:
    for script in islice(scripts, MAX_SCRIPTS):
        try:
            waiting = [json.loads(_unwrapped(script), strict=False)] if len(script) <= MAX_SIZE else []
        except (ValueError, RecursionError):
            continue
        while waiting:
            value = waiting.pop()
            if isinstance(value, list):
                waiting += reversed(value[:MAX_OBJECTS])
            elif isinstance(value, dict):
                yield value
                waiting += [value[key] for key in reversed(_INNER) if key in value]


def _unwrapped(script: str) -> str:
    """`script` without what hides it from browsers of long ago."""
    script = script.strip().removeprefix("//").lstrip().removeprefix("<![CDATA[").removeprefix("<!--")
    return script.removesuffix(";").removesuffix("-->").removesuffix("]]>").rstrip().removesuffix("//")


def dates(found: Iterable[Mapping[str, Any]]) -> list[str]:
    """When the objects say that they were published."""
    written = (each.get("datePublished") for each in found)
    return [date for date in written if isinstance(date, str)]


def body(found: Iterable[Mapping[str, Any]]) -> str:
    """Plain text, a paragraph a line, of the first article that has any; "" where none has."""
    return next(filter(None, (_body(each) for each in found if _is_article(each))), "")


def _is_article(value: Mapping[str, Any]) -> bool:
    kinds = value.get("@type")
    kinds = kinds[:10] if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and len(kind) < 200 and _ARTICLE.search(kind) for kind in kinds)


def _body(article: Mapping[str, Any]) -> str:
    """The body, and in a live blog its updates."""
    updates = article.get("liveBlogUpdate")
    parts = [article, *(updates[:MAX_UPDATES] if isinstance(updates, list) else ())]
    bodies = (_plain(part.get("articleBody")) for part in parts if isinstance(part, dict))
    return "\n".join(filter(None, bodies))[:MAX_BODY]


def _plain(value: object) -> str:
    """Plain text of a body, which is one text or a list, in HTML or not, and escaped or not."""
    if isinstance(value, list):
        value = "\n".join(each for each in value[:MAX_UPDATES] if isinstance(each, str))
    if not isinstance(value, str):
        return ""
    plain = text.unescape(value[:MAX_BODY])
    for _ in range(2):  # some escape twice
        plain = text.from_html(plain) if text.is_markup(plain) else plain
    return "\n".join(filter(None, text.clean(plain).split("\n")))
