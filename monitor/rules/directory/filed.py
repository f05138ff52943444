"""Names as companies file them with the SEC → as articles write them: "BERKSHIRE HATHAWAY INC" → "Berkshire Hathaway".

Capitals are for whoever reads the name: what matters for matching is that words like "of" come back in lower case.
"""

import re
from collections.abc import Collection

from monitor.rules.directory import key
from monitor.rules.lexicon import AMBIGUOUS_NAMES, LEGAL_SUFFIXES, WEAK_SUFFIXES

# After a stroke at the end: where it is registered, and what tells it from one that had the name before.
_PLACES = frozenset(
    """
    ak al ar az ca co ct dc de fl ga hi ia id il in ks ky la ma md me mi mn mo ms mt nc nd ne nh nj nm nv ny oh ok or pa
    pr ri sc sd tn tx ut va vt wa wi wv wy adr ads adv bc bd can fi gp new old on ont que ta the uk
    """.split()  # noqa: SIM905  (a list of this length reads better as words)
)
_PLACE = re.compile(r"\s*[/\\]\s*([A-Za-z]{2,3})\s*[/\\]?$")
# What the shares are.
_SHARES = re.compile(
    r"[\s,(-](?:class [a-z0-9]\b.*|series [a-z]\b.*|(?:common|ordinary|capital|preferred) (?:stock|shares?|units?)\b.*"
    r"|american depositary (?:shares?|receipts?)\b.*|(?:sponsored )?ad[rs]s?)$",
    re.IGNORECASE,
)
_FORMS = LEGAL_SUFFIXES | {"bhd", "cv", "plc", "sab", "sabdecv", "sadecv", "sanv", "tbk"}
_JOINING = frozenset(["&", "and", "+"])
# People leave these out, too.
_LEFT_OUT = WEAK_SUFFIXES | {"com", "companies", "cos"}
_TRADES = frozenset(["pharmaceuticals", "technologies", "technology", "therapeutics"])

_SMALL = frozenset(["and", "at", "by", "da", "de", "del", "do", "du", "for", "in", "of", "on", "the", "to"])
_ACRONYMS = frozenset(["AI", "EV", "ETF", "LNG", "REIT", "TV", "UK", "US", "USA"])
_ABBREVIATED = frozenset(["DR", "FT", "JR", "MR", "MRS", "MS", "MT", "SR", "ST"])
_NUMERAL = re.compile(r"[IVX]{2,}")
_LETTERS = re.compile(r"[^\W\d_]+(?:'S\b)?")
# Endings of words in a dictionary.
_ORDINARY = tuple(
    """
    able age al ance ed ence ent er ful ible ics ing ion ism ist ity ive less ment ness or ous ry ship some
    ties ture ward
    """.split()  # noqa: SIM905
)
_ORDINARY_WORDS = frozenset(
    """
    america american autumn catalyst celsius century champion chemistry commerce destiny diamond eastern emerald
    empower encompass energies enterprise eternal eureka fortress fortune forward freedom gateway genesis harvest
    heritage history horizon hundred husband insight journey kingdom liberty library lightning machine magnolia marathon
    measure meridian midland momentum monarch mountain nothing notable olympic organic outdoor outlook pacific
    paragon pathway perfect pinnacle pioneer planet premier present primary product program project purpose quantum
    rainbow regency reserve science service silicon simpler solaris southern special sterling summit support supreme
    surface synergy system systems thunder titanium tomorrow together treasure triumph trinity trusted upstart utopia
    various venture ventures verdant vertical viridian western whisper windward workday
    """.split()  # noqa: SIM905
)


def names(filed: str, symbols: Collection[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """A name as filed → (the names of the firm, the first in full; those of them that need support).

    `symbols` are what its shares trade under, which stay in capitals: "SAP".
    """
    name = written(filed, symbols)
    found = {name: is_ambiguous(name)}
    short = name
    while (shorter := _without_last(short, _LEFT_OUT)) != short:
        short = shorter
        found.setdefault(short, len(key(short)) == 1)
    shorter = _without_last(short, _TRADES)
    if not is_ambiguous(shorter):
        found.setdefault(shorter, len(key(shorter)) == 1)
    return tuple(found), tuple(each for each, ambiguous in found.items() if ambiguous)


def is_ambiguous(name: str) -> bool:
    """Whether the name of an unknown firm needs support: one word, unless it is long and looks like no ordinary one."""
    words = key(name)
    if len(words) != 1:
        return False
    [word] = words
    return len(word) < 7 or word in AMBIGUOUS_NAMES | _ORDINARY_WORDS or word.endswith(_ORDINARY)


def written(filed: str, symbols: Collection[str] = ()) -> str:
    """The full name without its legal form, and with capitals as in an article."""
    words = _with_initials(_without_forms(_without_marks(" ".join(filed.split())).split()))
    if any(word.upper() != word and word.casefold() not in _SMALL for word in words):
        return " ".join(words)
    if words[-1] == "COM" and len(words) > 1:
        words[-2:] = [f"{words[-2]}.COM"]
    cased = [_cased(word, symbols, first=not index) for index, word in enumerate(words)]
    return " ".join(cased).replace(".Com", ".com")


def _without_marks(name: str) -> str:
    """Without what follows the name: "BANK OF AMERICA CORP /DE/", "Alphabet Inc. - Class A"."""
    while True:
        place = _PLACE.search(name)
        shares = _SHARES.search(name)
        if place and place[1].casefold() in _PLACES:
            shorter = name[: place.start()]
        elif shares:
            shorter = name[: shares.start()]
        else:
            return name
        if not key(shorter):
            return name
        name = shorter.rstrip(" ,(-–")


def _without_forms(words: list[str]) -> list[str]:
    """Without "Inc.", "& Co", "A/S", "N V", "S.A.B. de C.V." at the end, as long as a word is left."""
    while True:
        last = [re.sub(r"[.,()/]", "", word).casefold() for word in words[-5:]]
        count = next((size for size in (5, 4, 3, 2, 1) if "".join(last[-size:]) in _FORMS), 0)
        if not count and last[-1] in _JOINING:
            count = 1
        if not count or not key(" ".join(words[:-count])):
            break
        words = words[:-count]
    words[-1] = words[-1].rstrip(",") or words[-1]
    return words


def _with_initials(words: list[str]) -> list[str]:
    """Initials together and before the name: "HUNT J B TRANSPORT" → "J.B. HUNT TRANSPORT"."""
    joined: list[str] = []
    run: list[str] = []
    for word in [*words, ""]:
        if len(word) == 1 and word.isalpha():
            run.append(word)
            continue
        if len(run) > 1:
            initials = "".join(f"{letter}." for letter in run)
            joined.insert(0 if len(joined) == 1 and len(joined[0]) > 2 else len(joined), initials)
        else:
            joined += run
        run = []
        joined += [word] if word else []
    return joined


def _cased(word: str, symbols: Collection[str], *, first: bool) -> str:
    plain = word.strip(".,()")
    short = len(plain) <= 4
    consonants = short and plain not in _ABBREVIATED and not set(plain) & set("AEIOUY")
    if consonants or (short and plain in symbols) or plain in _ACRONYMS or _NUMERAL.fullmatch(plain):
        return word
    if not first and word.casefold() in _SMALL:
        return word.casefold()
    mixed = "&" in word or any(letter.isdigit() for letter in word)
    return _LETTERS.sub(lambda run: run[0] if mixed and len(run[0]) <= 3 else _capitalised(run[0]), word)


def _capitalised(word: str) -> str:
    if re.match(r"MC[A-Z]{3}", word):
        return f"Mc{word[2:].capitalize()}"
    return word.capitalize()


def _without_last(name: str, left_out: Collection[str]) -> str:
    """The name without its last word where that is one of these: "Alibaba Group", "Amazon.com"."""
    shorter, _, last = name.rpartition("." if name.endswith(".com") else " ")
    shorter = shorter.removeprefix("The ").rstrip(" ,")
    means = set(key(shorter)) - _FORMS - _LEFT_OUT - _TRADES
    return shorter if means and last.casefold() in left_out else name
