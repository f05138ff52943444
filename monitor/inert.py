"""Text → the same text where nothing of it is read as markup: one function for each syntax of a message.

What comes in is clean, see `shown`.
"""

import json
import re
from html import escape

from rich.markup import escape as escape_rich

from monitor.shown import Link

# What Telegram makes links of by itself, in any text, beside mentions: tags, commands, addresses, names of hosts.
_TAPPED = re.compile(r"(?<!\w)[#$/](?=\w|\Z)|:(?=//|/?\Z)|(?:\A|(?<=\w))\.(?=[^\W\d]|\Z)")


def parted(value: object) -> str:
    """Text in which no chat service finds a mention, a tag or a masked link.

    A zero-width space parts `@` and `<` from what follows, be it in the next value, and `]` from `(`: some services
    read text as markup.
    """
    return re.sub(r"[@<](?![\s\u200b])|\](?=[(\[]|\Z)", "\\g<0>\u200b", str(value))


def chat(value: object) -> str:
    """`parted`, and without Markdown, which some services read into plain text.

    Emphasis cannot be parted, as no space of any width ends it: its signs become others that look the same.
    """
    if isinstance(value, Link):
        return value
    text = re.sub(r"[~|](?=[~|]|\Z)|^(?=[#>+-])", "\\g<0>\u200b", parted(value))
    return re.sub(r"(?<!\w)_|_(?!\w)", "\u02cd", text).translate({ord("*"): "\u2217", ord("`"): "\u02cb"})


def html(value: object) -> str:
    """Text between the tags of HTML, or within the quotation marks of an attribute."""
    return escape(str(value))


def telegram(value: object) -> str:
    """Text of Telegram's HTML, in which it finds nothing to tap either; a Link stays one."""
    text = str(value)
    return escape(text if isinstance(value, Link) else _TAPPED.sub("\\g<0>\u200b", parted(text)))


def slack(value: object) -> str:
    """Text within the quotation marks of JSON. Slack reads no markup in it; parted all the same, for its clients."""
    return json.dumps(parted(value))[1:-1]


def discord(value: object) -> str:
    """`chat` within the quotation marks of JSON, of which Discord makes no link; a Link stays one."""
    text = str(value) if isinstance(value, Link) else re.sub(r":(?=//|/?\Z)|\\", "\\g<0>\u200b", chat(value))
    return json.dumps(text)[1:-1]


def rich(value: object) -> str:
    """Text that rich shows as it is. A space follows a last backslash, which would escape the next tag.

    A zero-width space parts a bracket that opens no tag here from its word: the next value may hold the closing one.
    """
    text = str(value)
    escaped = escape_rich(text + " " if text.endswith("\\") else text)
    return re.sub(r"(?<!\\)\[(?=[a-z#/@])", "[\u200b", escaped, flags=re.IGNORECASE)
