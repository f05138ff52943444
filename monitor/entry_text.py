"""What a feed says, as plain text: titles, summaries and contents of entries, whatever they were written in."""

import re
from datetime import datetime

from monitor import boilerplate, text
from monitor.model import Entry

MAX_ENTRIES = 50_000
MAX_TITLE = 1_000
MAX_TEXT = 200_000


def title(value: str, kind: str = "text/plain") -> str:
    """One plain line of a title of the media type `kind`, which is HTML more often than it says."""
    # Plain by declaration, and without a closing tag: "Vec<T>" is meant so. A reference never is.
    is_plain = kind == "text/plain" and "</" not in value
    found = text.unescape(value) if is_plain else text.from_html(value)
    return text.one_line(text.from_html(found) if "</" in found else found)[:MAX_TITLE]


def body(value: str, kind: str = "text/html") -> str:
    """Plain text, a paragraph a line, of a summary or content; "" for what is no text."""
    if not (kind.startswith("text/") or "html" in kind):
        return ""
    plain = _plain(value, kind)
    return (_plain(plain, kind) if text.is_markup(plain) else plain)[:MAX_TEXT]  # some escape twice


def _plain(value: str, kind: str) -> str:
    if text.is_markup(value) or (kind != "text/plain" and "<" in value):
        return text.from_html(value)
    paragraphs = re.split(r"\n[ \t\r]*\n", text.unescape(value))
    return "\n".join(filter(None, map(text.one_line, paragraphs)))


def entry(*, guid: str, link: str, title: str, summary: str, content: str, published: datetime | None) -> Entry:
    """The entry with its teasers set apart. Content that says less than the summary is none."""
    content = content if len(content) >= len(summary) else ""
    summary, aside = boilerplate.separate(summary)
    content, more = boilerplate.separate(content)
    related = "\n".join(dict.fromkeys(f"{aside}\n{more}".strip().split("\n")))
    return Entry(text.one_line(guid)[:MAX_TITLE], link, title, summary, content, related, published)


def too_many(count: int) -> tuple[str, ...]:
    """What to say of a feed of `count` entries, of which `MAX_ENTRIES` are read."""
    return (f"only the first {MAX_ENTRIES} of {count} entries were read",) if count > MAX_ENTRIES else ()
