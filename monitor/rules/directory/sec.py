"""The SEC's list of who trades in the United States, as it is published: bytes → listings → firms.

https://www.sec.gov/files/company_tickers_exchange.json is {"fields": ["cik", "name", "ticker", "exchange"], "data":
[[1045810, "NVIDIA CORP", "NVDA", "Nasdaq"], …]}; company_tickers.json, its older form, {"0": {"cik_str": 320193,
"ticker": "AAPL", "title": "Apple Inc."}, …}. Both begin with the most valuable firms.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from monitor.errors import ParseError
from monitor.rules import tickers
from monitor.rules.directory import Firm, filed, key
from monitor.rules.tickers import TickerError
from monitor.rules.venues import VENUES, venue_name
from monitor.text import one_line

URL = "https://www.sec.gov/files/company_tickers_exchange.json"

# The list has about 10,000 rows; more than this is something else.
MOST_ROWS = 50_000
LONGEST = 200

# SEC: "Central Index Key", ten digits.
_MOST_CIK = 9_999_999_999


@dataclass(frozen=True, slots=True)
class Listing:
    """A row: a firm by its number at the SEC, its name as filed, a symbol ("BRK-B"), and where it trades or ""."""

    cik: int
    name: str
    ticker: str
    exchange: str = ""


def parse(data: bytes) -> list[Listing]:
    """The rows that can be used, in order, each symbol of a firm once. Raises ParseError where it is no such list."""
    try:
        content = json.loads(data)
    except (ValueError, RecursionError) as error:
        raise ParseError(
            f"this is no JSON, so it is not the SEC's list of companies ({one_line(str(error))})"
        ) from error
    rows = _rows(content)
    if rows is None:
        raise ParseError('this JSON is not the SEC\'s list of companies: it has no "fields" with "data", or "cik_str"')
    if len(rows) > MOST_ROWS:
        raise ParseError(
            f"this list has {len(rows):,} rows; the SEC's has about 10,000, and at most {MOST_ROWS:,} are read"
        )
    listings: dict[tuple[int, str], Listing] = {}
    for row in rows:
        if listing := _listing(row):
            listings.setdefault((listing.cik, listing.ticker), listing)
    if not listings:
        raise ParseError("this list holds no company with a number, a name and a symbol")
    return list(listings.values())


def firms(listings: Iterable[Listing]) -> list[Firm]:
    """One firm for each number, with all its symbols, in the order of the list."""
    grouped: dict[int, list[Listing]] = {}
    for listing in listings:
        grouped.setdefault(listing.cik, []).append(listing)
    return [_firm(group) for group in grouped.values()]


def ticker(listing: Listing) -> str:
    """The symbol as a watch may write it: "NYSE:BRK.B", "XYZ" where no exchange is said; "" where it cannot be."""
    symbol = listing.ticker.replace("-", ".").replace("/", ".")
    known = venue_name(listing.exchange) in VENUES
    written = f"{listing.exchange.upper()}:{symbol}" if known else symbol
    try:
        # Without an exchange the class may read as one: "ABC.T" is Toronto.
        return written if tickers.parse(written).symbol == symbol else ""
    except TickerError:
        return ""


def _firm(group: list[Listing]) -> Firm:
    symbols = {listing.ticker.replace("-", ".").partition(".")[0] for listing in group}
    names, ambiguous = filed.names(group[0].name, symbols)
    written = dict.fromkeys(written for listing in group if (written := ticker(listing)))
    return Firm(names[0], tickers=tuple(written), names=names, ambiguous=ambiguous)


def _rows(content: object) -> list[Mapping[str, object]] | None:
    """The rows of either form by the names of the first; None where it is neither."""
    if not isinstance(content, dict):
        return None
    fields, data = content.get("fields"), content.get("data")
    if isinstance(fields, list) and isinstance(data, list):
        if not {"cik", "name", "ticker"} <= {field for field in fields if isinstance(field, str)}:
            return None
        return list(_of_table(fields, data))
    rows = [row for row in content.values() if isinstance(row, dict) and "cik_str" in row]
    return [{**row, "cik": row["cik_str"], "name": row.get("title")} for row in rows] or None


def _of_table(fields: list[object], data: list[object]) -> Iterator[Mapping[str, object]]:
    for row in data:
        cells = zip(fields, row, strict=False) if isinstance(row, list) else ()
        yield {field: cell for field, cell in cells if isinstance(field, str)}


def _listing(row: Mapping[str, object]) -> Listing | None:
    """The row where it says who trades under what."""
    cik = row.get("cik")
    if isinstance(cik, str) and cik.isascii() and cik.isdigit() and len(cik) <= len(str(_MOST_CIK)):
        cik = int(cik)
    if not isinstance(cik, int) or isinstance(cik, bool) or not 0 < cik <= _MOST_CIK:
        return None
    name, symbol, exchange = (_text(row.get(field)) for field in ("name", "ticker", "exchange"))
    listing = Listing(cik, name, symbol.upper(), exchange)
    return listing if key(name) and ticker(listing) else None


def _text(value: object) -> str:
    return one_line(value) if isinstance(value, str) and len(value) <= LONGEST else ""
