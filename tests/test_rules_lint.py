"""What is no mistake in a watch but cannot be meant: each finding beside a look-alike that is fine."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given

from monitor import config, rules
from monitor.cli.console import checks
from monitor.model import Document
from monitor.options import Watch
from monitor.rules import dead, lint, parser
from monitor.rules.directory import Directory, Firm
from monitor.rules.language import Node
from tests.test_rules_query import NODES, TEXTS, WORDS

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
FORD = Directory(
    (
        Firm("Ford", ("NYSE:F",), ("Ford", "Ford Motor"), ("Ford",)),
        Firm("Kraken", names=("Kraken",), ambiguous=("Kraken",)),
    )
)


def findings(*, directory: Directory | None = None, **keys: Any) -> list[tuple[str, str, str]]:
    """Those of a single watch, with a directory that knows no one unless another is given."""
    [found] = lint([Watch(name="w", **keys)], directory=directory or Directory(()))
    return found


def keys_of(**keys: Any) -> list[str]:
    return [key for key, _, _ in findings(**keys)]


# ---------------------------------------------------------------- what an exclusion silences


@pytest.mark.parametrize(
    ("terms", "silenced"),
    [
        ({"topics": ["GPU cluster", "gaming laptop deals"]}, ["topics[2]"]),
        ({"topics": ["gaming laptops"]}, ["topics[1]"]),
        ({"topics": ["gaming cluster", "laptop gaming", "gaming and laptops"]}, []),
        ({"companies": ["Gaming Laptop Factory"]}, ["companies[1]"]),
        ({"companies": ["Gaming Factory"]}, []),
        ({"query": 'title:"gaming laptop" OR cluster'}, ["query"]),
        ({"query": 'GPU AND topic:"cheap gaming laptop"'}, ["query"]),
        ({"query": 'cluster NOT "gaming laptop"'}, []),
        ({"query": '"gaming laptop"~3 OR gaming OR "gaming laptop*"'}, []),
    ],
)
def test_a_term_that_holds_an_exclusion_of_its_watch_is_silenced(terms: dict[str, Any], silenced: list[str]) -> None:
    assert keys_of(exclude=["gaming laptop"], **terms) == silenced


@pytest.mark.parametrize(
    ("terms", "excluded", "silenced"),
    [
        ({"tickers": ["NASDAQ:NVDA"]}, "NVDA", ["tickers[1]"]),
        ({"tickers": ["NASDAQ:NVDA"]}, "NASDAQ", []),
        ({"people": ["Jensen Huang"]}, "Huang", ["people[1]"]),
        ({"people": ["Jensen Huang"]}, "Jensen", ["people[1]"]),
        ({"people": ["Jensen Huang"]}, "Mr Huang", []),
        ({"people": ["Jen-Hsun Huang"]}, "Hsun Huang", []),
        ({"companies": ["Tesla"]}, "Nikola Tesla", []),
        ({"companies": ["Apple Hospitality"]}, "Apple", ["companies[1]"]),
    ],
)
def test_what_an_exclusion_always_meets_is_silenced(terms: dict[str, Any], excluded: str, silenced: list[str]) -> None:
    assert keys_of(exclude=[excluded], **terms) == silenced


def test_what_silences_is_named() -> None:
    [(_, problem, fix)] = findings(topics=["gaming laptop deals"], exclude=["gaming laptop"])

    assert problem == 'the excluded "gaming laptop" stands in "gaming laptop deals" and silences it'
    assert fix == "delete one of the two"


# ---------------------------------------------------------------- queries


@pytest.mark.parametrize(
    ("query", "never"),
    [
        ("title:(Nvidia AND body:lawsuit)", ["title:(nvidia AND body:lawsuit)"]),
        ("title:body:/H1\\d+/", ["title:body:/H1\\d+/"]),
        ("title:a NEAR/5 body:b", ["title:a NEAR/5 body:b"]),
        ("chip OR title:body:a", ["title:body:a"]),
        ("(title:a OR title:b) NEAR/2 (body:c OR body:d)", ["(title:a OR title:b) NEAR/2 (body:c OR body:d)"]),
        ("chip AND NOT chip", ["chip AND (NOT chip)"]),
        ("title:chip AND NOT chip", ["title:chip AND (NOT chip)"]),
        ("x OR (chip a) NOT (b OR chip)", ["chip AND a AND (NOT (b OR chip))"]),
        ('"chip makers" NOT makers', ['"chip makers" AND (NOT makers)']),
        ("=Chip NOT chip", ["=Chip AND (NOT chip)"]),
        ("chip NEAR/3 fab AND NOT fab", ["(chip NEAR/3 fab) AND (NOT fab)"]),
        ("tag:press NOT tag:press", ['tag:"press" AND (NOT tag:"press")']),
        ("title:(a OR body:b)", ["body:b"]),
    ],
)
def test_a_part_of_a_query_that_can_never_hold_is_found(query: str, never: list[str]) -> None:
    assert [str(node) for node, _ in dead.parts(parser.parse(query))] == never


@pytest.mark.parametrize(
    "query",
    [
        "title:a AND body:b",
        "title:(a NOT body:b)",
        "title:chip NOT body:chip",
        "chip AND NOT chips",
        "chip NOT =Chip",
        "chip AND NOT (chip AND fab)",
        "chip AND NOT (title:chip)",
        "chip NEAR/3 chip",
        "chip OR NOT chip",
        "title:a NEAR/5 b",
        "(title:a OR b) NEAR/2 body:c",
        "source:A source:B",
    ],
)
def test_a_query_that_may_hold_is_left_alone(query: str) -> None:
    assert list(dead.parts(parser.parse(query))) == []


@given(NODES, WORDS, TEXTS)
def test_what_never_holds_fires_on_no_article(node: Node, title: str, text: str) -> None:
    document = Document(title, text)
    for within in ("any", "title"):
        for never, _ in dead.parts(node, within):
            if never == node:
                watch = Watch(name="w", query=str(node), within=within)
                assert rules.match(document, rules.compile([watch])) == ()


def test_a_query_for_the_body_never_holds_where_only_titles_count() -> None:
    assert keys_of(query="chip OR body:fab", within="title") == ["query"]
    assert keys_of(query="chip NOT body:fab", within="title") == []
    assert keys_of(query="chip OR body:fab") == []


# ---------------------------------------------------------------- conditions that nothing meets


def test_sources_of_which_none_is_left() -> None:
    assert keys_of(topics=["fab"], sources=["tag:press", "!tag:Press"]) == ["sources"]
    assert keys_of(topics=["fab"], sources=["tag:press", "!tag:blog", "!Some Blog"]) == []
    assert keys_of(topics=["fab"], sources=["tag:press", "tier:1", "!tag:press"]) == []


def test_a_score_that_no_headline_reaches() -> None:
    assert keys_of(topics=["fab"], within="title", min_score=76) == ["min_score"]
    assert keys_of(topics=["fab"], within="title", min_score=75) == []
    assert keys_of(topics=["fab"], min_score=80) == []


def test_a_score_that_a_query_without_words_never_has() -> None:
    assert keys_of(query="tag:filing", min_score=1) == ["min_score"]
    assert keys_of(query="tag:filing") == []
    assert keys_of(query="tag:filing AND 8-K", min_score=1) == []
    assert keys_of(query="tag:filing", topics=["fab"], min_score=1) == []


# ---------------------------------------------------------------- twice the same


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [
        ("tickers", "NASDAQ:NVDA", "NVDA.O"),
        ("tickers", "NYSE:BRK.B", "NYSE:BRK-B"),
        ("tickers", "NVDA", "NASDAQ:NVDA"),
        ("companies", "Nvidia", "NVIDIA Corp."),
        ("companies", "SK hynix", "SK Hynix"),
        ("companies", "SAP", "Sap"),
        ("people", "Mark Zuckerberg", "Mr. Mark Zuckerberg"),
        ("topics", "GPU clusters", "cluster GPU"),
        ("topics", "us export", "US export"),
        ("topics", "gpu clusters", "GPU cluster"),
        ("topics", "data center", "data centres"),
        ("topics", "GPU", "GPU cluster"),
        ("exclude", "laptop", "gaming laptops"),
        ("exclude", "ETH Zurich", "ETH Zürich"),
    ],
)
def test_a_term_that_another_finds_is_told_whatever_their_order(key: str, first: str, second: str) -> None:
    base: dict[str, Any] = {"companies": ["Acme"], "people": ["Ann Other"]}

    there = findings(**{**base, key: [first, second]})
    back = findings(**{**base, key: [second, first]})

    assert [(found, problem) for found, problem, _ in there] == [
        (f"{key}[2]", f'"{second}" adds nothing to "{first}", which finds as much')
    ]
    assert len(back) == 1


@pytest.mark.parametrize(
    ("key", "first", "second"),
    [
        ("tickers", "NASDAQ:ASML", "AMS:ASML"),
        ("tickers", "NYSE:BRK.A", "NYSE:BRK.B"),
        ("companies", "Meta Platforms", "Meta"),
        ("companies", "Arm Holdings", "Arm"),
        ("companies", "Super Micro Computer", "Super Micro"),
        ("people", "Elon Musk", "Kimbal Musk"),
        ("people", "Mark Zuckerberg", "Mark Elliot Zuckerberg"),
        ("topics", "GPU cluster", "GPU farm"),
        ("topics", "chip", "chip maker"),
        ("topics", "GPU cluster", "AI GPU cluster"),
        ("topics", "GPU clusters", "cluster of GPU"),
        ("exclude", "gaming laptop", "laptop gaming"),
        ("exclude", "intel agency", "intel agencies"),
    ],
)
def test_terms_that_only_look_alike_are_left_alone(key: str, first: str, second: str) -> None:
    base: dict[str, Any] = {"companies": ["Acme"], "people": ["Ann Other"]}

    assert findings(**{**base, key: [first, second]}) == []


def test_a_company_and_its_ticker_are_no_duplicates() -> None:
    assert findings(tickers=["NASDAQ:META", "NYSE:SAP"], companies=["Meta", "SAP"]) == []


def test_two_watches_that_look_for_the_same_with_the_same_conditions_are_told() -> None:
    watch = Watch(name="A", companies=("Nvidia", "AMD"), query="a  AND b", channels=("desk",))
    same = watch.model_copy(update={"name": "B", "companies": ("AMD", "Nvidia"), "query": "a b", "priority": "low"})

    [first, second] = lint([watch, same])

    assert first == []
    assert [(key, problem) for key, problem, _ in second] == [
        ("", 'it looks for exactly what watch "A" does, so that each article alerts twice')
    ]


@pytest.mark.parametrize(
    "changed",
    [{"min_score": 3}, {"channels": ("mail",)}, {"within": "title"}, {"exclude": ("x",)}, {"enabled": False}],
)
def test_two_watches_that_differ_in_what_matters_are_left_alone(changed: dict[str, Any]) -> None:
    watch = Watch(name="A", topics=("fab",), channels=("desk",))

    assert lint([watch, watch.model_copy(update={"name": "B", **changed})]) == [[], []]


# ---------------------------------------------------------------- names without support


@pytest.mark.parametrize(
    ("ticker", "written"),
    [
        ("NYSE:F", '"$F" or "(NYSE:F)"'),
        ("NASDAQ:META", '"$META" or "(NASDAQ:META)"'),
        ("AI", '"$AI" or "(NYSE:AI)"'),
        ("HKEX:0700", '"(HKEX:700)"'),
    ],
)
def test_an_ambiguous_ticker_by_itself_is_told_with_the_forms_that_count(ticker: str, written: str) -> None:
    [(key, problem, fix)] = findings(tickers=[ticker])

    assert (key, problem) == ("tickers[1]", f"it counts only where an article writes it as {written}")
    assert fix == "add the company's name to companies"
    assert findings(tickers=[ticker], companies=["Acme"]) == []


def test_a_ticker_that_is_no_word_needs_no_support() -> None:
    assert findings(tickers=["NASDAQ:NVDA", "GOOGL", "NYSE:BRK.B"]) == []


def test_the_directory_supports_a_ticker_unless_the_watch_declines() -> None:
    assert findings(tickers=["NYSE:F"], directory=FORD) == []
    [(key, _, fix)] = findings(tickers=["NYSE:F"], expand=False, directory=FORD)
    assert (key, fix) == ("tickers[1]", 'add "Ford" to companies')


def test_an_ambiguous_company_by_itself_is_told() -> None:
    [(key, problem, _)] = findings(companies=["Acme", "Kraken"])

    assert key == "companies[2]"
    assert problem == '"Kraken" means other things, too: it counts only as "Kraken Inc", "Kraken shares" …'


@pytest.mark.parametrize(
    "support",
    [
        {"people": ["Jesse Powell"]},
        {"tickers": ["NASDAQ:KRKN"]},
        {"query": 'person:"Jesse Powell"'},
        {"topics": ["Kraken Pro"]},
        {"directory": FORD},
    ],
)
def test_an_ambiguous_company_with_support_is_fine(support: dict[str, Any]) -> None:
    assert findings(companies=["Kraken"], **support) == []


def test_a_company_that_is_written_in_capitals_or_means_one_thing_is_fine() -> None:
    assert findings(companies=["SAP", "Nvidia", "Kraken Digital"]) == []
    assert keys_of(companies=["Kraken"], expand=False, directory=FORD) == ["companies[1]"]


def test_a_person_who_is_only_a_common_surname() -> None:
    assert keys_of(people=["Cook"]) == ["people[1]"]
    assert keys_of(people=["Tim Cook", "Zuckerberg"]) == []


# ---------------------------------------------------------------- everything


@pytest.mark.parametrize(
    ("terms", "told"),
    [
        ({"topics": ["fab", "the company"]}, ["topics[2]"]),
        ({"topics": ["said"]}, ["topics[1]"]),
        ({"topics": ["US", "IT", "AI company", "company car"]}, []),
        ({"topics": ["said"], "within": "title"}, []),
        ({"topics": ["said"], "companies": ["Nvidia"], "require": "all"}, []),
        ({"query": "said"}, ["query"]),
        ({"query": "Nvidia OR said"}, ["query"]),
        ({"query": "the AND company"}, ["query"]),
        ({"query": "NOT rumour"}, ["query"]),
        ({"query": "NOT rumour AND NOT tag:blog"}, ["query"]),
        ({"query": "said", "require": "all"}, ["query"]),
        ({"query": "said AND Nvidia"}, []),
        ({"query": "=Said OR NOT the"}, []),
        ({"query": "tag:filing NOT amended"}, []),
        ({"query": "NOT amended", "sources": ["tag:filing"]}, []),
        ({"query": "NOT rumour", "companies": ["Nvidia"], "require": "all"}, []),
    ],
)
def test_what_holds_in_almost_every_article_is_told(terms: dict[str, Any], told: list[str]) -> None:
    assert keys_of(**terms) == told


def archive(count: int, of_nvidia: int) -> list[Document]:
    return [Document("Chips", "Nvidia said so." if n < of_nvidia else "Nobody did.") for n in range(count)]


def test_a_watch_that_fires_on_too_much_of_the_archive_is_told() -> None:
    watches = [Watch(name="A", companies=("Nvidia",)), Watch(name="B", companies=("AMD",))]

    assert lint(watches, archive(60, 16)) == [
        [("", "it fires on 16 of the latest 60 articles", 'narrow it with min_score, exclude or require = "all"')],
        [],
    ]


@pytest.mark.parametrize(("count", "of_nvidia"), [(60, 15), (49, 49), (0, 0)])
def test_a_quarter_of_the_archive_or_a_small_one_tells_nothing(count: int, of_nvidia: int) -> None:
    assert lint([Watch(name="A", companies=("Nvidia",))], archive(count, of_nvidia)) == [[]]


def test_a_watch_that_rests_is_left_alone() -> None:
    watch = Watch(name="A", companies=("Nvidia", "NVIDIA"), tickers=("F",), topics=("the",), enabled=False)

    assert lint([watch], archive(60, 60)) == [[]]


# ---------------------------------------------------------------- what is shipped


@pytest.mark.parametrize(
    "file",
    [*sorted((SEEDS / "watchlists").glob("*.toml")), SEEDS / "demo" / "config.toml", ROOT / "config.example.toml"],
    ids=lambda file: f"{file.parent.name}/{file.name}",
)
@pytest.mark.parametrize("directory", [None, Directory(())], ids=["built in", "none"])
def test_what_is_shipped_is_free_of_warnings(file: Path, directory: Directory | None) -> None:
    environ = {"NEWSROOM": "http://127.0.0.1:9", "NEWSROOM_HOST": "127.0.0.1:9"}

    watches = config.load(file, environ, checks(), watchlist=True).watches

    assert lint(watches, directory=directory) == [[] for _ in watches]


def test_all_starter_lists_together_are_free_of_warnings() -> None:
    files = sorted((SEEDS / "watchlists").glob("*.toml"))
    watches = [watch for file in files for watch in config.load(file, {}, checks(), watchlist=True).watches]

    assert [finding for found in rules.lint(watches) for finding in found] == []
