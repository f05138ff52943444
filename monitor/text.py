"""Small pure helpers for text: durations, counts, characters, cleaning, and HTML fragments to plain text.

Nothing here raises on hostile input, and everything takes time linear in it.
"""

import codecs
import html as entities
import re
import unicodedata
from datetime import datetime, timedelta
from itertools import islice

# ---------------------------------------------------------------- durations

_DURATION = re.compile(r"(?:(\d+)d)?\s*(?:(\d+)h)?\s*(?:(\d+)m)?\s*(?:(\d+)s)?")


def parse_duration(value: object) -> timedelta:
    """`"1h30m"`, `"5m"`, `"180d"`, `"0h"` → timedelta. Raises ValueError with a fix in its message."""
    if isinstance(value, timedelta):
        return value
    if isinstance(value, str):
        found = _DURATION.fullmatch(value.strip())
        if found and any(found.groups()):
            days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
            return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    raise ValueError(f'{value!r} is no duration: write a number and a unit, such as "30s", "5m", "2h" or "7d"')


def format_duration(value: timedelta) -> str:
    """The two largest units, for people: `1h 5m`, `12s`, `3d`."""
    seconds = max(0, round(value.total_seconds()))
    parts = []
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        count, seconds = divmod(seconds, size)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"


def ago(when: datetime | None, now: datetime) -> str:
    """A time as people read it in a table: how long ago it was, or how far off it is."""
    if when is None:
        return "-"
    return f"in {format_duration(when - now)}" if when > now else f"{format_duration(now - when)} ago"


def due(when: datetime | None, now: datetime) -> str:
    """How far off a time is, or that it has come."""
    return "now" if when and when <= now else ago(when, now)


def numbered(number: int, noun: str, plural: str = "") -> str:
    """`1 message`, `1,200 messages`, `2 entries`."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


# ---------------------------------------------------------------- bytes to characters

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),  # before UTF-16, whose mark begins it
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
# How a tag begins in wide characters without a mark: https://www.w3.org/TR/xml/#sec-guessing-no-ext-info
_WIDE_TAGS = ((b"<\0\0\0", "utf-32-le"), (b"\0\0\0<", "utf-32-be"), (b"<\0", "utf-16-le"), (b"\0<", "utf-16-be"))
_IN_HEADER = re.compile(r"""charset\s{0,9}=\s{0,9}["']?([a-z0-9_.:-]{2,40})""")
_IN_DOCUMENT = re.compile(rb"""(?:charset|encoding)\s{0,9}=\s{0,9}["']?([A-Za-z0-9_.:-]{2,40})""")
# Scripts and style sheets are linked with a charset, too, often before the document's own.
_DECLARATIONS = 8
# What documents are written in. Python has codecs beside these ("punycode") that no document may choose.
_CHARSET = re.compile(
    r"utf-?8|utf-?(16|32)([-_]?[bl]e)?|iso-?8859-\d+|(windows|cp)-?\d+|latin-?\d+|(us-)?ascii|koi8-[ru]|gb\w+|hz"
    r"|big5\S*|shift[-_]jis|s-?jis|windows-31j|euc[-_]\w+|ks_c_5601-\d+|iso-2022-\w+|tis-620|mac(intosh|-cyrillic)"
)
# What the labels mean on the web: https://encoding.spec.whatwg.org/#names-and-labels
_SUPERSETS = {
    **dict.fromkeys(("iso-8859-1", "latin-1", "latin1", "us-ascii", "ascii"), "cp1252"),
    **dict.fromkeys(("gb2312", "gbk", "gb_2312-80"), "gb18030"),
    **dict.fromkeys(("shift_jis", "shift-jis", "sjis", "s-jis", "windows-31j"), "cp932"),
    **dict.fromkeys(("euc-kr", "ks_c_5601-1987", "ks_c_5601-1989", "windows-949"), "cp949"),
    **dict.fromkeys(("tis-620", "iso-8859-11", "windows-874"), "cp874"),
    "iso-8859-9": "cp1254",
    "big5": "big5hkscs",
    "macintosh": "mac_roman",
}


def is_wide(data: bytes) -> bool:
    """Whether a document begins in characters of two or four bytes, as its byte order mark or its first tag says."""
    return data.startswith((*(mark for mark, _ in _BOMS[1:]), *(begin for begin, _ in _WIDE_TAGS)))


def decode(data: bytes, content_type: str = "") -> str:
    """The characters of an HTML or XML document; what cannot be decoded becomes U+FFFD.

    A byte order mark or a tag in wide characters decides; then whether it is valid UTF-8, as text in another
    charset practically never is, and declarations are often wrong; then the Content-Type header; then the
    document's own declarations. A few bad bytes are no reason to take another charset.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return data[len(mark) :].decode(encoding, "replace")
    for begin, encoding in _WIDE_TAGS:
        if data.startswith(begin):
            return data.decode(encoding, "replace")
    declared = _declared(data, content_type)
    seven_bits = [name for name in declared if name.startswith(("iso-2022", "hz"))]  # would pass for UTF-8
    for name in (*seven_bits, "utf-8", *declared):
        try:
            return data.decode(name)
        except (LookupError, UnicodeError):
            continue
    lenient = data.decode("utf-8", "replace")
    beyond_ascii = sum(not char.isascii() for char in lenient)
    # A few bad bytes, or a character cut off at the end, among good ones: still UTF-8.
    if lenient.count("\ufffd") * 2 <= beyond_ascii:
        return lenient
    return _mostly(data, declared) or data.decode("cp1252", "replace")


def _declared(data: bytes, content_type: str) -> list[str]:
    """The codecs of the charsets that the header and then the document name."""
    header = _IN_HEADER.search(content_type.lower())
    inside = (match[1].decode("ascii").lower() for match in _IN_DOCUMENT.finditer(data, 0, 4096))
    names = [*([header[1]] if header else []), *islice(inside, _DECLARATIONS)]
    known = (name.removeprefix("x-") for name in dict.fromkeys(names))
    return [_SUPERSETS.get(name, name) for name in known if _CHARSET.fullmatch(name)]


def _mostly(data: bytes, names: list[str]) -> str:
    """`data` in the first of the charsets in which less than one character in a hundred is bad, else ""."""
    for name in names:
        try:
            found = data.decode(name, "replace")
        except (LookupError, UnicodeError):
            continue
        if found.count("\ufffd") * 100 < len(found):
            return found
    return ""


# https://www.w3.org/TR/xml/#charsets
_NO_CHARACTER = re.compile("[\x00-\x08\x0b\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:x([0-9a-f]{1,20})|([0-9]{1,20}))[0-9a-fx]*;?", re.IGNORECASE)


def only_characters(markup: str) -> str:
    """`markup` without what is no character of XML, written as itself or as a reference."""
    markup = _NO_CHARACTER.sub("", markup.replace("\x0c", " "))
    return _REFERENCE.sub(_valid_reference, markup)


def _valid_reference(match: re.Match[str]) -> str:
    code = int(match[1], 16) if match[1] else int(match[2])
    is_valid = code <= 0x10FFFF and not _NO_CHARACTER.match(chr(code)) and code != 0x0C
    # Not removed: what stood around it could then read as another reference.
    return match[0] if is_valid else "\ufffd"


# ---------------------------------------------------------------- cleaning

_LINE_ENDS = re.compile("\r\n?|[\x85\u2028\u2029]")
# Controls, soft hyphens, zero-width characters, bidirectional controls, byte order marks, lone surrogates,
# noncharacters and tag characters: invisible, and able to hide or reorder what a person reads.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\xad\u061c\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffb"
    "\ufffe\uffff\ud800-\udfff\U000e0000-\U000e007f]"
)
_SPACES = re.compile(r"[^\S\n]+")


def clean(value: str) -> str:
    """What may be shown of `value`: composed (NFC), nothing invisible, single spaces, line breaks kept."""
    visible = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", value))
    composed = _SPACES.sub(" ", unicodedata.normalize("NFC", visible))
    return composed.replace(" \n", "\n").replace("\n ", "\n").strip()


def one_line(value: str) -> str:
    """`clean`, with line breaks as spaces: for titles and names."""
    return " ".join(clean(value).split())


def primary_language(tag: str) -> str:
    """The language of a BCP 47 tag: "en" of "en-US"; "" when it is none."""
    primary = re.split(r"[-_]", tag.strip().lower(), maxsplit=1)[0]
    return primary if re.fullmatch(r"[a-z]{2,3}", primary) else ""


# ---------------------------------------------------------------- HTML fragments

FRAGMENT_LIMIT = 2_000_000
_MARKUP = re.compile(r"</[a-zA-Z]|<(?:p|br|a|img|div|li|b|i)\b", re.IGNORECASE)
_BREAKING = re.compile(
    "address|article|aside|blockquote|body|br|caption|center|d[dlt]|details|dialog|div|fieldset|figcaption|figure|footer"
    "|form|h[1-6]|head|header|hr|html|li|main|menu|nav|[ou]l|option|p|pre|section|select|summary|t(able|body|foot"
    "|head|itle|r)|video"
)
_SPACING = re.compile("td|th|button|img")
_DROPPED = frozenset(("script", "style", "noscript", "iframe", "template", "textarea"))
_TAG_NAME = re.compile(r"/?([a-zA-Z][^\s/>]{0,50})")
# Quotes hide ">" in attributes. Possessive, so that a failure costs one pass.
_TAG_REST = re.compile(r"""(?:[^>"']++|"[^"]*+"|'[^']*+')*+>""")
_WHITE = re.compile(r"\s+")
_ENDS = {name: re.compile(rf"</{name}[\s/>]", re.IGNORECASE) for name in _DROPPED}
# `html.unescape` raises on thousands of digits; no character has so many.
_ENDLESS_REFERENCE = re.compile(r"&#(?:[0-9]{9,}|[xX][0-9a-fA-F]{9,});?")


def is_markup(value: str) -> bool:
    """Whether `value` looks like HTML: it closes an element, or holds one of the commonest."""
    return bool(_MARKUP.search(value))


def unescape(value: str) -> str:
    """`value` with character references decoded: `AT&amp;T` → `AT&T`."""
    return entities.unescape(_ENDLESS_REFERENCE.sub("\ufffd", value)) if "&" in value else value


def from_html(html: str, limit: int = FRAGMENT_LIMIT) -> str:
    """Plain text of an HTML fragment, one paragraph a line; reads at most `limit` characters.

    Scripts and styles are dropped, block elements and `<br>` break lines. Written out because `html.parser`
    needs 20 s for 60 kB of `<a <a <a …` in Python 3.11; here no input takes more than a few passes.
    """
    html = html[:limit]
    pieces: list[str] = []
    position, quotes = 0, True
    while (start := html.find("<", position)) >= 0:
        pieces.append(_WHITE.sub(" ", unescape(html[position:start])))
        if name := _TAG_NAME.match(html, start + 1):
            rest = _TAG_REST.match(html, name.end()) if quotes else None
            # After an unpaired quote each later tag would search to the end in vain: then quotes mean nothing.
            quotes = quotes and rest is not None
            position = rest.end() if rest else _after(html, ">", name.end())
            tag, closing = name[1].lower(), html[start + 1] == "/"
            pieces.append("\n" if _BREAKING.fullmatch(tag) else " " if _SPACING.fullmatch(tag) else "")
            if tag in _DROPPED and not closing and html[position - 2] != "/":
                end = _ENDS[tag].search(html, position)
                position = end.start() if end else len(html)
        elif html.startswith("<![CDATA[", start):
            position = start + len("<![CDATA[")
        elif html.startswith("<!--", start):
            position = _after(html, "-->", start + 2)
        elif html.startswith(("<!", "<?", "</"), start):
            position = _after(html, ">", start + 2)
        else:
            pieces.append("<")
            position = start + 1
    pieces.append(_WHITE.sub(" ", unescape(html[position:])))
    lines = clean("".join(pieces).replace("]]>", "")).split("\n")
    return "\n".join(line for line in lines if line)


def _after(html: str, mark: str, start: int) -> int:
    """The position after the next `mark`; the end where there is none, as browsers have it."""
    found = html.find(mark, start)
    return found + len(mark) if found >= 0 else len(html)
