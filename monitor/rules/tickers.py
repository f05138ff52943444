"""Ticker symbols: what a watch may write, and every way an article writes one.

Qualified forms name the venue: "(NASDAQ:NVDA)", "Nasdaq: GOOG, GOOGL", "NYSE/TSX: SHOP", "NVDA:US", the RIC "NVDA.O"
and Bloomberg's "NVDA US". venues.py knows the venues.
"""

import difflib
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from monitor.rules.article import Article, Span
from monitor.rules.lexicon import AMBIGUOUS_SYMBOLS, GIVEN_NAMES, SMALL_WORDS
from monitor.rules.tokens import Token
from monitor.rules.usage import BELONGINGS, DEEDS, INFINITIVES
from monitor.rules.venues import CODES, PLACES, VENUES, WORD_CODES, ric_families, venue_name

_SYMBOL = re.compile(r"[A-Z0-9]{1,12}(?:[.\-/][A-Z0-9]{1,3})?")


_COMMON = SMALL_WORDS | INFINITIVES | DEEDS | BELONGINGS | GIVEN_NAMES
_RIC_CLASS = re.compile(r"([A-Z]{1,5})([a-z])")


@dataclass(frozen=True, slots=True)
class Ticker:
    """A symbol, "." before its class ("BRK.B"); `families` is empty where the watch names no venue."""

    written: str
    symbol: str
    families: frozenset[str] = frozenset()

    @property
    def ambiguous(self) -> bool:
        """The symbol is a word, an abbreviation, a number or too short to mean anything by itself."""
        plain = self.symbol
        return len(plain) <= 2 or is_common_word(plain) or plain.isdigit()


def is_common_word(symbol: str) -> bool:
    """Whether a symbol of three letters or more is a word or a common abbreviation, too."""
    return symbol in AMBIGUOUS_SYMBOLS or symbol.casefold() in _COMMON


class TickerError(ValueError):
    """`str()` is the problem, `fix` the way out."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.fix = fix


@lru_cache(maxsize=2048)
def parse(written: str) -> Ticker:
    """ "NASDAQ:NVDA", "NVDA", "$NVDA" or "NVDA.O" → Ticker; raises TickerError."""
    venue, colon, symbol = written.strip().rpartition(":")
    symbol = symbol.strip().removeprefix("$")
    if not _SYMBOL.fullmatch(symbol):
        upper = symbol.upper()
        fix = f'write "{venue + colon}{upper}"' if _SYMBOL.fullmatch(upper) and " " not in symbol else ""
        raise TickerError(
            f'"{written}" is no ticker symbol', fix or 'write it like "NASDAQ:NVDA"; names go in companies'
        )
    symbol = canonical(symbol.replace("-", ".").replace("/", "."))
    if not colon:
        base, _, suffix = symbol.partition(".")
        families = ric_families(suffix)
        return Ticker(written, canonical(base), families) if families else Ticker(written, symbol)
    name = venue_name(venue)
    if name not in VENUES:
        near = difflib.get_close_matches(name, VENUES, 1)
        fix = f'did you mean "{near[0].upper()}:{symbol}"?' if near else 'write "NASDAQ:", "NYSE:", "TSX:", "LSE:" …'
        raise TickerError(f'"{venue.strip()}" is no venue we know', fix)
    return Ticker(written, symbol, VENUES[name])


def canonical(symbol: str) -> str:
    """Numbers without leading zeros: "0700.HK" is HKEX:700."""
    return symbol.lstrip("0") or symbol if symbol.isdigit() else symbol


@dataclass(frozen=True, slots=True)
class Mention:
    """A symbol in an article. `families` is empty for a cashtag and a bare symbol, `bare` only for the latter.

    `weak` marks a Bloomberg form without its last word ("AI US"), which an ambiguous symbol does not accept.
    """

    symbol: str
    span: Span
    families: frozenset[str] = frozenset()
    bare: bool = False
    weak: bool = False


Symbols = dict[str, list[Mention]]


def scan(article: Article, wanted: Iterable[Ticker] | None = None) -> Symbols:
    """All mentions of anything that may be a symbol, by symbol, each token in its most telling form.

    `wanted`: only those in paragraphs that may hold one of these tickers.
    """
    found: Symbols = {}
    taken: set[int] = set()
    if wanted is None:
        candidates = sorted({position for places in article.places.values() for position in places})
    else:
        bases = {word for ticker in wanted for word in spellings(ticker)}
        paragraphs = {article.paragraph[place] for base in bases for place in _mentioned(base, article)}
        candidates = [position for paragraph in sorted(paragraphs) for position in article.tokens_of(paragraph)]
    for position in candidates:
        if article.tokens[position].gap == " " and "(" not in article.tokens[position - 1].gap:
            continue  # as most tokens: nothing that could join it to a venue
        for mention in _qualified(article, position):
            if mention.span.first not in taken:
                taken.update(range(*mention.span))
                found.setdefault(mention.symbol, []).append(mention)
    for position in candidates:
        symbol, last = _symbol(article, position)
        if position not in taken and (class_of := _of_class(article, position)):
            found.setdefault(class_of.symbol, []).append(class_of)
        elif symbol and position not in taken:
            mention = _single(article, position, symbol, last)
            taken.update(range(*mention.span))
            found.setdefault(mention.symbol, []).append(mention)
    return found


def spellings(ticker: Ticker) -> tuple[str, ...]:
    """The word, folded, that stands wherever the symbol does, without its class; a number also with zeros before."""
    base, _, share = ticker.symbol.casefold().partition(".")
    if share:
        return base, base + share
    return tuple(base.zfill(count) for count in range(len(base), 7)) if base.isdigit() else (base,)


def _symbol(article: Article, position: int) -> tuple[str, int]:
    """The symbol that begins at the token, with its class, and the position after it; "" if there is none."""
    token = article.tokens[position]
    plain = token.cased
    if not plain.isascii() or not plain.isalnum() or plain != plain.upper() or len(plain) > 12 or _is_dotted(token):
        return "", position
    after = position + 1
    if article.together(position, after) and article.tokens[after].gap in (".", "-", "/"):
        share = article.tokens[after].cased
        if len(share) == 1 and share.isalpha() and share.isupper():
            return f"{plain}.{share}", after + 1
    return canonical(plain), after


def _of_class(article: Article, position: int) -> Mention | None:
    """The RIC of a class of shares: "BRKb.N" is BRK.B."""
    written = _RIC_CLASS.fullmatch(article.tokens[position].cased)
    if written is None or not article.together(position, position + 1):
        return None
    suffix = article.tokens[position + 1]
    families = ric_families(suffix.cased) if suffix.gap == "." else frozenset()
    symbol = f"{written[1]}.{written[2].upper()}"
    return Mention(symbol, Span(position, position + 2), families) if families else None


def _is_dotted(token: Token) -> bool:
    """Whether the token is written with stops inside ("U.N"), which its folded form does not show."""
    return token.word == token.stem and not token.gap.endswith("$") and token.end - token.start > len(token.cased)


def _single(article: Article, position: int, symbol: str, last: int) -> Mention:
    """A cashtag, a RIC, a Bloomberg form or a bare symbol."""
    token = article.tokens[position]
    if token.gap.endswith("$") and token.end - token.start > len(token.cased):
        return Mention(symbol, Span(position, last))
    if article.together(position, last):
        after = article.tokens[last]
        if after.gap == " " and after.cased.isupper() and after.word in CODES:
            end = last + 1
            named = article.together(position, end) and article.tokens[end].cased == "Equity"
            if named or after.word not in WORD_CODES:
                return Mention(symbol, Span(position, end + named), CODES[after.word], weak=not named)
    if article.together(position, position + 1):
        suffix = article.tokens[position + 1]
        if suffix.gap == "." and suffix.cased.isupper() and (families := ric_families(suffix.cased)):
            return Mention(canonical(token.cased), Span(position, position + 2), families)
    return Mention(symbol, Span(position, last), bare=True)


def _qualified(article: Article, position: int) -> Iterator[Mention]:
    """Mentions whose venue stands before ("NASDAQ: A, B", "(NYSE ABC)") or after ("NVDA:US") a mark at the token."""
    token = article.tokens[position]
    if len(token.cased) == 2 and token.gap.endswith(("(", "<")) and _is_dotted(token) and _closes(article, position):
        if families := ric_families(token.cased[1]):
            yield Mention(token.cased[0], Span(position, position + 1), families)
        return
    mark = token.gap.strip(" \"'$")
    if mark in (":", "|") and not article.opens(position):
        if families := _venues_before(article, position):
            yield from _listed(article, position, families)
        elif (families := VENUES.get(token.word, frozenset())) and token.cased[0].isupper():
            symbol, _ = _symbol(article, position - 1)
            if symbol:
                yield Mention(symbol, Span(position - 1, position + 1), families)
    elif mark in ("-", "") and not article.opens(position) and token.gap.strip() == mark:
        before = article.tokens[position - 1]
        if "(" in before.gap and _closes(article, position) and before.cased[0].isupper() and before.word in VENUES:
            symbol, last = _symbol(article, position)
            if symbol:
                yield Mention(symbol, Span(position, last), VENUES[before.word])


def _closes(article: Article, position: int) -> bool:
    """Whether a bracket closes right after the token."""
    raw: str = getattr(article.document, article.field(position))
    end = article.tokens[position].end
    return raw[end : end + 1] in ")]>"


def _venues_before(article: Article, position: int) -> frozenset[str]:
    """The families of the venues that end before the token: the longest name of up to four words, and its fellows."""
    families: frozenset[str] = frozenset()
    end = position
    while end > 0:
        for count in (4, 3, 2, 1):
            first = end - count
            if not article.together(first, position) or not article.tokens[first].cased[0].isupper():
                continue
            gaps = [article.tokens[index].gap for index in range(first + 1, end)]
            name = "".join(article.tokens[index].word for index in range(first, end))
            enclosed = name not in PLACES or "(" in article.tokens[first].gap
            if name in VENUES and enclosed and all(gap.strip() in ("", "-") for gap in gaps):
                break
        else:
            return families
        families |= VENUES[name]
        # "NYSE/TSX: SHOP" and "NYSE and TSX: SHOP" name two venues of one symbol.
        joint = article.tokens[first].gap.strip()
        if joint == "" and first > 0 and article.tokens[first - 1].word == "and":
            first -= 1
        elif joint not in ("/", ",", "|", "&"):
            return families
        end = first
    return families


def _listed(article: Article, position: int, families: frozenset[str]) -> Iterator[Mention]:
    """The symbol at the token and those listed after it, until something else than a symbol follows."""
    # "NASDAQ:AI" and "(Nasdaq: AI" are that symbol whatever follows, "Nasdaq: AI stocks rally" is not.
    clear = not article.tokens[position].gap.endswith(" ") or any(
        "(" in token.gap for token in article.tokens[max(0, position - 6) : position]
    )
    while position < len(article.tokens):
        symbol, last = _symbol(article, position)
        if not symbol or not (clear or _ends_item(article, last)):
            return
        yield Mention(symbol, Span(position, last), families)
        clear = False
        if last >= len(article.tokens) or not article.together(position, last):
            return
        gap = article.tokens[last].gap.strip(" \"'$")
        if gap == "" and article.tokens[last].word == "and":
            last += 1
        elif gap not in (",", ";", "/", "&"):
            return
        if not article.together(position, last):
            return
        position = last


def _ends_item(article: Article, position: int) -> bool:
    """Whether a list of symbols may end or go on before the token: "NASDAQ: NVDA, CEO Huang" holds one symbol."""
    if position >= len(article.tokens) or article.opens(position):
        return True
    gap = article.tokens[position].gap.strip()
    return gap.startswith((",", ";", ")", "]", "/", "&")) or (gap == "" and article.tokens[position].word == "and")


def find(ticker: Ticker, symbols: Symbols, article: Article, *, named: bool) -> list[Span]:
    """Where the article mentions the ticker. `named`: the firm's name stands elsewhere in it."""
    return sorted(find_explicit(ticker, symbols) + find_bare(ticker, symbols, article, named=named))


def find_explicit(ticker: Ticker, symbols: Symbols) -> list[Span]:
    """The mentions that are sure by themselves: cashtags, and forms with the right venue."""
    return [
        mention.span
        for mention in symbols.get(ticker.symbol, ())
        if not mention.bare and _same_venue(ticker, mention) and not (mention.weak and ticker.ambiguous)
    ]


def find_bare(ticker: Ticker, symbols: Symbols, article: Article, *, named: bool) -> list[Span]:
    """The bare symbols that count: unless the article means another venue's, or leaves an ambiguous one open."""
    mentions = symbols.get(ticker.symbol, [])
    explicit = find_explicit(ticker, symbols)
    if not explicit:
        foreign = any(not _same_venue(ticker, mention) for mention in mentions if not mention.weak)
        if foreign or (ticker.ambiguous and not named):
            return []
    bare = [mention.span for mention in mentions if mention.bare or (mention.weak and ticker.ambiguous)]
    if ticker.ambiguous and not (explicit and len(ticker.symbol) > 2 and ticker.symbol.casefold() not in SMALL_WORDS):
        bare = [span for span in bare if not article.is_loud(span.first)]
    return [span for span in bare if not _is_in_address(article, span)]


def _is_in_address(article: Article, span: Span) -> bool:
    """Whether the symbol stands in a link or an e-mail address."""
    raw: str = getattr(article.document, article.field(span.first))
    start, end = article.tokens[span.first].start, article.tokens[span.last - 1].end
    marked = f"{raw[max(0, start - 200) : start]}\0{raw[end : end + 200]}"
    around = next(piece for piece in marked.split() if "\0" in piece)
    return "://" in around or "@" in around or around.startswith("www.")


def _mentioned(base: str, article: Article) -> Iterable[int]:
    """The positions of the word; also of one that is written together with a stop ("U.N")."""
    places = article.places.get(base, [])
    return (
        places
        if len(base) > 1
        else (
            position
            for word, found in article.places.items()
            if word.startswith(base) and len(word) <= 2
            for position in found
        )
    )


def _same_venue(ticker: Ticker, mention: Mention) -> bool:
    return not (ticker.families and mention.families) or bool(ticker.families & mention.families)
