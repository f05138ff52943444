"""What each service takes of a message, and whether a text of ours is that: a test for every form of it.

The tests raise ValueError, with the reason in words, for what is no message at all.
"""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from html.parser import HTMLParser
from typing import Any

from rich.errors import MarkupError
from rich.markup import render as rich_markup

# https://core.telegram.org/bots/api#html-style
_TELEGRAM_TAGS = frozenset(
    ("a", "b", "strong", "i", "em", "u", "ins", "s", "strike", "del", "code", "pre", "blockquote", "tg-spoiler")
)


@dataclass(frozen=True, slots=True)
class Form:
    """A template, with what its output may be: `listed` alerts at most, about `size` characters, and what `fits`."""

    template: str
    size: int
    fits: Callable[[str], bool]
    listed: int = 100


def plain(size: int) -> Callable[[str], bool]:
    """Text of at most so many characters, but some."""

    def fits(text: str) -> bool:
        return len(_something(text)) <= size

    return fits


def ntfy(text: str) -> bool:
    """4,096 bytes; more becomes a file. Apprise counts 8,000 of its JSON, in which a letter may be six characters."""
    return len(_something(text).encode()) <= 4000 and len(json.dumps(text)) <= 7000


def telegram(text: str) -> bool:
    """4,096 characters without the tags, some of which count twice; its tags are known and closed in order."""
    parser = _Tags()
    parser.feed(_something(text))
    parser.close()
    if parser.open:
        raise ValueError(f"<{parser.open[-1]}> is not closed")
    return _utf16(unescape("".join(parser.text))) <= 4096


def terminal(text: str) -> bool:
    try:
        rich_markup(_something(text))
    except MarkupError as error:
        raise ValueError(f"this is no markup that rich reads: {error}") from None
    return len(text) <= 90_000


def slack(text: str) -> bool:
    """A list of at most 50 blocks, with 3,000 characters in a text and 12,000 in all, as Slack's reference has it."""
    blocks = _loaded(text)
    if not isinstance(blocks, list) or not all(isinstance(block, dict) and "type" in block for block in blocks):
        raise ValueError('it gives no list of blocks, each with a "type"')
    if not blocks:
        raise ValueError("it gives nothing")
    lengths = [len(inner) for inner in _texts(blocks)]
    return len(blocks) <= 50 and max(lengths, default=0) <= 3000 and sum(lengths) <= 12_000


def discord(text: str) -> bool:
    """An object with `content` of at most 2,000 characters, and 10 `embeds` of 6,000 in all, as Discord's has it."""
    posted = _loaded(text)
    if not isinstance(posted, dict):
        raise ValueError('it gives no object with "content" and "embeds"')
    content, embeds = posted.get("content", ""), posted.get("embeds", [])
    if not isinstance(content, str) or not isinstance(embeds, list) or not all(isinstance(e, dict) for e in embeds):
        raise ValueError('"content" is no text, or "embeds" no list of objects')
    if not content.strip() and not embeds:
        raise ValueError("it gives nothing")
    parts = [(name, _utf16(part)) for embed in embeds for name, part in _embed_texts(embed)]
    most = {"title": 256, "description": 4096, "author": 256, "footer": 2048, "name": 256, "value": 1024}
    return (
        _utf16(content) <= 2000
        and len(embeds) <= 10
        and sum(length for _, length in parts) <= 6000
        and all(length <= most[name] for name, length in parts)
    )


def _embed_texts(embed: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for name, inner in (("author", "name"), ("footer", "text")):
        if isinstance(part := embed.get(name), dict):
            yield name, str(part.get(inner, ""))
    for field in (embed, *(item for item in embed.get("fields", ()) if isinstance(item, dict))):
        for name in ("title", "description") if field is embed else ("name", "value"):
            yield name, str(field.get(name, ""))


def _something(text: str) -> str:
    if not text.strip():
        raise ValueError("it gives nothing")
    return text


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError as error:
        raise ValueError(f"it gives no JSON ({error})") from None


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
    elif isinstance(value, str):
        yield value


def _utf16(text: str) -> int:
    """Characters as Discord and Telegram may count them: those beyond the first 65,536 count twice."""
    return len(text.encode("utf-16-le")) // 2


class _Tags(HTMLParser):
    """The text of Telegram's HTML. Raises ValueError for a tag that Telegram would refuse."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=False)
        self.open: list[str] = []
        self.text: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:  # noqa: ARG002
        if tag not in _TELEGRAM_TAGS:
            raise ValueError(f"Telegram knows no <{tag}>; it takes {', '.join(sorted(_TELEGRAM_TAGS))}")
        self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            raise ValueError(f"</{tag}> closes what is not open")

    def handle_data(self, data: str) -> None:
        self.text.append(data)

    def handle_entityref(self, name: str) -> None:
        self.text.append(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self.text.append(f"&#{name};")
