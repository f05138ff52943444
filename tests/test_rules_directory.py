"""The directory of companies: its data is sound, and it finds what it holds."""

import configparser
from importlib import resources

import pytest

from monitor.rules import companies, directory, people, tickers
from monitor.rules.directory import Directory, Firm, built_in, key, read, stems

FILES = sorted(file.name for file in resources.files(directory).iterdir() if file.name.endswith(".ini"))
FIRMS = {firm.name: firm for firm in built_in().firms}


def text(name: str) -> str:
    return resources.files(directory).joinpath(name).read_text("utf-8")


def test_it_knows_more_than_two_thousand_firms() -> None:
    assert len(FIRMS) == len(built_in().firms) > 2000


@pytest.mark.parametrize("name", FILES)
def test_a_file_reads_as_an_ini_file_does(name: str) -> None:
    parser = configparser.ConfigParser(interpolation=None, delimiters=("=",), comment_prefixes=("#",))
    parser.read_string(text(name))

    for firm in read(text(name)):
        options = {"tickers": firm.tickers, "people": firm.people, "products": firm.products, "not": firm.hiding}
        for option, items in {**options, "ambiguous": firm.ambiguous}.items():
            written = parser[firm.name].get(option, "").replace("\n", " ")
            assert items == tuple(" ".join(item.split()) for item in written.split(",") if item.strip())
    assert [firm.name for firm in read(text(name))] == parser.sections()


def test_no_name_and_no_ticker_belongs_to_two_firms() -> None:
    names = [(key(name), firm.name) for firm in FIRMS.values() for name in firm.names]
    listed = [(ticker, firm.name) for firm in FIRMS.values() for ticker in map(tickers.parse, firm.tickers)]
    symbols = [(ticker.symbol, family, name) for ticker, name in listed for family in ticker.families]

    assert len({name for name, _ in set(names)}) == len(set(names))
    assert len({(symbol, family) for symbol, family, _ in set(symbols)}) == len(set(symbols))


def test_every_item_can_be_found() -> None:
    for firm in FIRMS.values():
        assert set(firm.ambiguous) <= set(firm.names), firm
        assert all(companies.parse(name) for name in (*firm.names, *firm.products)), firm
        assert all(person is not None and person.given for person in map(people.parse, firm.people)), firm
        assert all(tickers.parse(ticker).families for ticker in firm.tickers), firm


def test_what_hides_a_firm_holds_one_of_its_names_and_more() -> None:
    for firm in FIRMS.values():
        names = [key(name) for name in firm.names]
        for words in map(stems, firm.hiding):
            assert any(
                len(words) > len(name) and words[start : start + len(name)] == name
                for name in names
                for start in range(len(words))
            ), (firm.name, words)


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Nvidia", "Nvidia"),
        ("NVIDIA Corp.", "Nvidia"),
        ("The Boeing Co.", "Boeing"),
        ("google", "Alphabet"),
        ("NASDAQ:META", "Meta"),
        ("nvda", "Nvidia"),
        ("0700.HK", "Tencent"),
        ("brk-b", "Berkshire Hathaway"),
    ],
)
def test_a_firm_is_found_by_any_name_and_ticker(text: str, name: str) -> None:
    assert [firm.name for firm in built_in().search(text)] == [name]


def test_a_part_of_a_name_finds_those_that_begin_with_it() -> None:
    found = [firm.name for firm in built_in().search("nvid")]

    assert found == ["Nvidia"]


def test_what_is_nowhere_finds_nothing() -> None:
    assert built_in().search("no such firm anywhere") == ()
    assert built_in().search("") == ()


def test_a_symbol_without_a_venue_means_a_firm_only_where_one_has_it() -> None:
    firms = Directory((Firm("One", ("NASDAQ:X",), ("One",)), Firm("Two", ("TSX:X",), ("Two",))))

    assert firms.of_ticker(tickers.parse("X")) is None
    assert firms.of_ticker(tickers.parse("TSX:X")) is firms.firms[1]


def test_a_further_list_adds_only_what_is_not_known() -> None:
    more = [Firm("NVIDIA CORP", ("NASDAQ:NVDA",), ("NVIDIA CORP",)), Firm("Acme", ("NYSE:ACMEX",), ("Acme",))]

    extended = built_in().extended(more)

    assert [firm.name for firm in extended.firms[len(built_in().firms) :]] == ["Acme"]
    assert extended.of_name("Acme Inc") is not None
