"""The SEC's list of companies: what is read from it, and the names that articles write."""

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.rules import tickers
from monitor.rules.directory import Directory, Firm, built_in, filed, sec
from monitor.rules.directory.sec import LONGEST, MOST_ROWS, Listing

SAMPLE = Path(__file__).parent / "data" / "sec" / "company_tickers_exchange.json"
NVIDIA = [1045810, "NVIDIA CORP", "NVDA", "Nasdaq"]


def table(*rows: object) -> bytes:
    return json.dumps({"fields": ["cik", "name", "ticker", "exchange"], "data": rows}).encode()


@pytest.fixture(scope="module")
def firms() -> dict[str, Firm]:
    return {firm.name: firm for firm in sec.firms(sec.parse(SAMPLE.read_bytes()))}


# ---------------------------------------------------------------- the list


def test_firms_come_in_the_order_of_the_list_each_once(firms: dict[str, Firm]) -> None:
    assert list(firms)[:5] == ["Nvidia", "Apple", "Alphabet", "Amazon.com", "Berkshire Hathaway"]


@pytest.mark.parametrize(
    ("name", "symbols"),
    [
        ("Nvidia", ("NASDAQ:NVDA",)),
        ("Alphabet", ("NASDAQ:GOOGL", "NASDAQ:GOOG")),
        ("Berkshire Hathaway", ("NYSE:BRK.B", "NYSE:BRK.A")),
        ("Bank of America", ("NYSE:BAC", "NYSE:BAC.PB", "OTC:BACRP")),
        ("Cboe Global Markets", ("CBOE:CBOE",)),
        ("Harbor Light Acquisition Corp. II", ("HLAQU", "HLAQ.WT")),
    ],
)
def test_a_firm_has_all_its_symbols_as_a_watch_writes_them(
    firms: dict[str, Firm], name: str, symbols: tuple[str, ...]
) -> None:
    assert firms[name].tickers == symbols


def test_the_older_form_is_read_too() -> None:
    rows = {"0": {"cik_str": 320193, "ticker": "AAPL", "title": "Apple Inc."}, "1": {"cik_str": 1}, "2": None}

    assert sec.parse(json.dumps(rows).encode()) == [Listing(320193, "Apple Inc.", "AAPL")]


def test_columns_may_change_places() -> None:
    data = json.dumps({"fields": ["ticker", "new", "name", "cik"], "data": [["NVDA", 0, "NVIDIA CORP", "0001045810"]]})

    assert sec.parse(data.encode()) == [Listing(1045810, "NVIDIA CORP", "NVDA")]


@pytest.mark.parametrize(
    "junk",
    [
        None,
        [],
        {},
        "NVDA",
        [1],
        [1, "Firm", None, "NYSE"],
        [1, "Firm", "no symbol", "NYSE"],
        [1, "Firm", "ABC-TO", ""],  # without an exchange that would be Toronto
        [1, "  -- ", "ABC", "NYSE"],
        [1, "F" * (LONGEST + 1), "ABC", "NYSE"],
        [True, "Firm", "ABC", "NYSE"],
        [0, "Firm", "ABC", "NYSE"],
        [10**10, "Firm", "ABC", "NYSE"],
        [1.5, "Firm", "ABC", "NYSE"],
        NVIDIA,  # again
    ],
)
def test_rows_that_say_nothing_new_are_passed_over(junk: object) -> None:
    assert sec.parse(table(NVIDIA, junk)) == [Listing(1045810, "NVIDIA CORP", "NVDA", "Nasdaq")]


def test_what_cannot_be_seen_is_dropped_from_a_name() -> None:
    data = b'{"fields": ["cik", "name", "ticker"], "data": [[1, "Fi\\ud800rm\\u0000\\n \\u202eInc", "abc"]]}'

    assert sec.parse(data) == [Listing(1, "Firm Inc", "ABC")]


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (b"", "this is no JSON, so it is not the SEC's list"),
        (b"<html>Your Request Originates from an Undeclared Automated Tool</html>", "this is no JSON"),
        (b"[" * 100_000, "this is no JSON"),
        (SAMPLE.read_bytes()[:500], "this is no JSON"),
        (b"[]", 'it has no "fields" with "data"'),
        (b"{}", 'it has no "fields" with "data"'),
        (b'{"fields": ["cik", ["name"]], "data": []}', 'it has no "fields" with "data"'),
        (table(), "holds no company"),
        (table(*[None] * (MOST_ROWS + 1)), "this list has 50,001 rows"),
    ],
)
def test_what_is_no_such_list_is_refused(data: bytes, problem: str) -> None:
    with pytest.raises(ParseError, match=problem) as caught:
        sec.parse(data)

    assert "\n" not in str(caught.value)


cells = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.sampled_from(["A/S & CO", "COM", "BRK-B"]),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=8,
)
filings = st.text(st.sampled_from("AB cdéßИ&.,/\\'()-0") | st.characters(), max_size=30)
endings = st.sampled_from(["", " INC", " /DE/", " & CO", " COM", " A S", " Class A", " GROUP", " HOLDINGS LTD/NEW"])
listed = st.tuples(st.integers(1, 9), st.builds(str.__add__, filings, endings), st.sampled_from(["A", "BRK-B"]), cells)


@given(st.binary() | st.lists(cells | listed, max_size=6).map(lambda rows: table(*rows)) | cells.map(json.dumps))
def test_any_bytes_are_read_or_refused(data: bytes | str) -> None:
    try:
        listings = sec.parse(data.encode() if isinstance(data, str) else data)
    except ParseError:
        return

    firms = sec.firms(listings)

    assert firms
    for firm in firms:
        assert all(tickers.parse(ticker) for ticker in firm.tickers)
        assert firm.name == firm.names[0]
        assert set(firm.ambiguous) <= set(firm.names)
        assert Directory(tuple(firms)).of_name(firm.name)


def test_the_hand_written_firms_come_first() -> None:
    known = built_in().extended(sec.firms(sec.parse(SAMPLE.read_bytes())))

    nvidia = known.of_name("Nvidia")
    assert nvidia is built_in().of_name("Nvidia")
    assert [firm.name for firm in known.search("BRK.B")] == ["Berkshire Hathaway"]
    assert ("target", "hospitality") in known.longer["target"]


# ---------------------------------------------------------------- names


@pytest.mark.parametrize(
    ("as_filed", "symbol", "name"),
    [
        ("NVIDIA CORP", "NVDA", "Nvidia"),
        ("Apple Inc.", "AAPL", "Apple"),
        ("BERKSHIRE HATHAWAY INC", "BRK", "Berkshire Hathaway"),
        ("BANK OF AMERICA CORP /DE/", "BAC", "Bank of America"),
        ("COSTCO WHOLESALE CORP /NEW", "COST", "Costco Wholesale"),
        ("WELLS FARGO & COMPANY/MN", "WFC", "Wells Fargo"),
        ("QUALCOMM INC/DE", "QCOM", "Qualcomm"),
        ("RE/MAX", "RMAX", "Re/Max"),
        ("Merck & Co., Inc.", "MRK", "Merck"),
        ("ELI LILLY & Co", "LLY", "Eli Lilly"),
        ("NOVO NORDISK A S", "NVO", "Novo Nordisk"),
        ("UNILEVER N V", "UN", "Unilever"),
        ("ANHEUSER-BUSCH INBEV SA/NV", "BUD", "Anheuser-Busch Inbev"),
        ("GRUPO TELEVISA, S.A.B. DE C.V.", "TV", "Grupo Televisa"),
        ("BANCO DE CHILE", "BCH", "Banco de Chile"),
        ("Alphabet Inc. - Class A", "GOOGL", "Alphabet"),
        ("Firm Corp. American Depositary Shares", "FIRM", "Firm"),
        ("SAP SE", "SAP", "SAP"),
        ("ASML HOLDING NV", "ASML", "ASML Holding"),
        ("CVS HEALTH Corp", "CVS", "CVS Health"),
        ("AT&T INC.", "T", "AT&T"),
        ("SPDR S&P 500 ETF TRUST", "SPY", "SPDR S&P 500 ETF Trust"),
        ("L3HARRIS TECHNOLOGIES, INC. /DE/", "LHX", "L3Harris Technologies"),
        ("3M CO", "MMM", "3M"),
        ("T-MOBILE US, INC.", "TMUS", "T-Mobile US"),
        ("O'REILLY AUTOMOTIVE INC", "ORLY", "O'Reilly Automotive"),
        ("KOHL'S CORP", "KSS", "Kohl's"),
        ("MCKESSON CORP", "MCK", "McKesson"),
        ("AMAZON COM INC", "AMZN", "Amazon.com"),
        ("CHURCHILL CAPITAL CORP VII", "CVII", "Churchill Capital Corp VII"),
        ("ST JOE Co", "JOE", "St JOE"),
        ("J M SMUCKER Co", "SJM", "J.M. Smucker"),
        ("SMITH A O CORP", "AOS", "A.O. Smith"),
        ("HUNT J B TRANSPORT SERVICES INC", "JBHT", "J.B. Hunt Transport Services"),
        ("U S PHYSICAL THERAPY INC /NV", "USPH", "U.S. Physical Therapy"),
        ("AST SpaceMobile, Inc.", "ASTS", "AST SpaceMobile"),
        ("Meta Platforms, Inc.", "META", "Meta Platforms"),
        ("Inc", "INC", "Inc"),
    ],
)
def test_a_name_is_as_articles_write_it(as_filed: str, symbol: str, name: str) -> None:
    assert filed.written(as_filed, {symbol}) == name


@pytest.mark.parametrize(
    ("as_filed", "names", "ambiguous"),
    [
        ("Alibaba Group Holding Ltd", ("Alibaba Group Holding", "Alibaba Group", "Alibaba"), ("Alibaba",)),
        ("AMAZON COM INC", ("Amazon.com", "Amazon"), ("Amazon",)),
        ("The Cigna Group", ("The Cigna Group", "Cigna"), ("Cigna",)),
        ("Palantir Technologies Inc.", ("Palantir Technologies", "Palantir"), ("Palantir",)),
        ("Applied Therapeutics Inc.", ("Applied Therapeutics",), ()),
        ("BROADCOM INC", ("Broadcom",), ()),
        ("Group Holdings", ("Group Holdings",), ()),
    ],
)
def test_what_people_leave_out_makes_another_name(
    as_filed: str, names: tuple[str, ...], ambiguous: tuple[str, ...]
) -> None:
    assert filed.names(as_filed, ()) == (names, ambiguous)


@pytest.mark.parametrize(
    ("name", "ambiguous"),
    [
        ("Berkshire Hathaway", False),
        ("Target Hospitality", False),
        ("Broadcom", False),
        ("Nintendo", False),
        ("Target", True),
        ("Snowflake", True),  # known to the rules
        ("Apple Inc.", True),
        ("SAP", True),
        ("Nvidia", True),  # too short to be sure
        ("Premier", True),  # an ordinary ending
        ("Liberty", True),
    ],
)
def test_one_word_needs_support_unless_it_is_long_and_unlike_any_other(name: str, ambiguous: bool) -> None:
    assert filed.is_ambiguous(name) is ambiguous
