"""Terms as watches write them: what `check` refuses, tickers, inflections and tokens."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import rules
from monitor.options import Feed, Watch
from monitor.rules import people, tickers
from monitor.rules.inflect import inflections
from monitor.rules.tokens import tokenise


def written(**lists: Any) -> Watch:
    """A watch whose terms nobody has looked at yet: the table itself refuses some that `check` refuses, too."""
    return Watch.model_construct(name="w", **lists)


@pytest.mark.parametrize(
    ("watch", "key", "problem"),
    [
        (written(tickers=("NVDA", "nvda")), "tickers[2]", '"nvda" is no ticker symbol'),
        (written(tickers=("Nvidia Corp",)), "tickers[1]", '"Nvidia Corp" is no ticker symbol'),
        (written(tickers=("NASDQ:NVDA",)), "tickers[1]", '"NASDQ" is no venue we know'),
        (written(tickers=("NASDAQ:",)), "tickers[1]", '"NASDAQ:" is no ticker symbol'),
        (written(companies=("...",)), "companies[1]", '"..." holds no letter or digit'),
        (written(people=("-",)), "people[1]", '"-" holds no letter or digit'),
        (written(topics=("a", "")), "topics[2]", '"" holds no letter or digit'),
        (written(topics=("a",), exclude=("!",)), "exclude[1]", '"!" holds no letter or digit'),
        (written(query="a OR"), "query", "column 5: the query ends too early"),
        (written(companies=("Apple",), exclude=("apple",)), "companies[1]", '"Apple" is also excluded'),
    ],
)
def test_check_names_the_key_the_problem_and_a_fix(watch: Watch, key: str, problem: str) -> None:
    ((found, text, fix),) = rules.check(watch)

    assert found == key
    assert text.startswith(problem)
    assert fix


def test_check_reports_all_mistakes_in_the_order_of_the_keys() -> None:
    watch = written(tickers=("x y",), topics=("?",), query="(")

    assert [key for key, _, _ in rules.check(watch)] == ["tickers[1]", "topics[1]", "query"]


def test_check_has_nothing_against_a_good_watch() -> None:
    watch = written(
        tickers=("NASDAQ:NVDA", "NYSE:BRK.B", "HKEX:0700", "SHOP.TO", "$TSLA"),
        companies=("Nvidia", "英伟达"),
        people=("Jensen Huang",),
        topics=("GPU cluster",),
        query="(H100 OR H200 OR Blackwell) NEAR/8 (cluster OR supercluster)",
        exclude=("gaming laptop",),
        sources=("tag:press", "!Some Blog", "tier:1", "https://a.example/feed"),
    )

    assert rules.check(watch) == []


FEEDS = (
    Feed(url="https://a.example/feed/", name="The Outlet", tier=1, tags=("Press",)),
    Feed(url="https://b.example/?key=${KEY}", name="Some Blog", tier=3),
)


@pytest.mark.parametrize(
    "item", ["the outlet", "!Some Blog", "tag:press", "!tier:3", "a.example/feed", "https://b.example/?key=${KEY}"]
)
def test_a_source_fits_a_feed_by_name_address_tag_or_tier(item: str) -> None:
    assert rules.misfits(Watch(name="w", sources=(item,)), FEEDS) == []


@pytest.mark.parametrize(
    ("item", "fix"),
    [
        ("tag:pres", 'did you mean "tag:Press"?'),
        ("!Some Blogg", 'did you mean "!Some Blog"?'),
        ("tier:2", "correct or delete it"),
        ("Reuters", "correct or delete it"),
    ],
)
def test_a_source_that_fits_no_feed_is_named_with_the_nearest_that_does(item: str, fix: str) -> None:
    watch = Watch(name="w", sources=("tag:press", item))

    assert rules.misfits(watch, FEEDS) == [("sources[2]", f'"{item}" fits no feed', fix)]


def test_a_source_may_be_the_title_of_a_feed_without_a_name() -> None:
    watch = Watch(name="w", sources=("Reuters",))

    ((_, _, fix),) = rules.misfits(watch, [*FEEDS, Feed(url="https://c.example/feed")])

    assert fix == "if it is the title of a feed without a name, give that feed this name"


@given(st.text(max_size=30), st.text(max_size=30))
def test_check_and_compile_take_any_term(one: str, two: str) -> None:
    terms = (one, two)
    watch = written(tickers=terms, companies=terms, people=terms, topics=terms, exclude=terms, sources=terms, query=one)

    assert all(key and problem and fix for key, problem, fix in rules.check(watch))
    assert len(rules.compile([watch]).rules) == 1


@pytest.mark.parametrize(
    ("term", "symbol", "families"),
    [
        ("NVDA", "NVDA", set()),
        ("$NVDA", "NVDA", set()),
        ("Nasdaq: NVDA", "NVDA", {"US"}),
        ("NYSE American:UUUU", "UUUU", {"US"}),
        ("NYSE:BRK-B", "BRK.B", {"US"}),
        ("BRK.B", "BRK.B", set()),
        ("VOD.L", "VOD", {"GB"}),
        ("0700.HK", "700", {"HK"}),
        ("TSE:7203", "7203", {"CA", "JP"}),
    ],
)
def test_tickers_are_read_in_all_usual_forms(term: str, symbol: str, families: set[str]) -> None:
    ticker = tickers.parse(term)

    assert ticker.symbol == symbol
    assert ticker.families == families


def test_a_misspelt_venue_is_answered_with_the_right_one() -> None:
    with pytest.raises(tickers.TickerError) as caught:
        tickers.parse("NASDQ:NVDA")

    assert "NASDAQ:NVDA" in caught.value.fix


@pytest.mark.parametrize(
    ("name", "given_name", "surname"),
    [
        ("Mark Zuckerberg", ("mark",), ("zuckerberg",)),
        ("Mr. Mark Elliot Zuckerberg Jr.", ("mark",), ("zuckerberg",)),
        ("Ursula von der Leyen", ("ursula",), ("von", "der", "leyen")),
        ("Sam Bankman-Fried", ("sam",), ("bankman", "fried")),
        ("Jen-Hsun Huang", ("jen", "hsun"), ("huang",)),
        ("J.K. Rowling", ("j", "k"), ("rowling",)),
        ("Madonna", (), ("madonna",)),
    ],
)
def test_names_have_a_given_name_and_a_surname(
    name: str, given_name: tuple[str, ...], surname: tuple[str, ...]
) -> None:
    person = people.parse(name)

    assert person is not None
    assert (person.given, person.surname) == (given_name, surname)


@pytest.mark.parametrize(
    ("word", "found", "not_found"),
    [
        ("cluster", {"clusters", "clustered", "clustering"}, {"clutter"}),
        ("centre", {"center", "centers", "centred"}, {"cent"}),
        ("rating", {"rate", "rated", "ratings"}, {"rat", "rats"}),
        ("mining", {"mine", "mines", "mined"}, set()),
        ("acquire", {"acquired", "acquiring"}, set()),
        ("supply", {"supplies", "supplied", "supplying"}, set()),
        ("supplies", {"supply"}, set()),
        ("buy", {"bought", "buying"}, set()),
        ("analysis", {"analyses"}, {"analysi"}),
        ("news", set(), {"new"}),
        ("organise", {"organized", "organizing"}, set()),
        ("gas", set(), {"ga"}),
        ("h100", {"h100s"}, {"h10"}),
    ],
)
def test_inflections_hold_the_forms_of_a_word_and_not_of_another(
    word: str, found: set[str], not_found: set[str]
) -> None:
    forms = inflections(word)

    assert found | {word} <= forms
    assert not forms & not_found


def test_an_acronym_has_only_a_plural() -> None:
    assert inflections("gpu", acronym=True) == {"gpu", "gpus"}


@pytest.mark.parametrize(
    ("text", "stems"),
    [
        ("AT&T's R&D", ["at&t", "r&d"]),
        ("U.S. and J.P. Morgan", ["us", "and", "jp", "morgan"]),
        ("100,000 of 3.1b, 1,5", ["100000", "of", "3.1b", "1,5"]),
        ("C++ C# Disney+", ["c++", "c#", "disney"]),
        ("data–center Coca‑Cola", ["data", "center", "coca", "cola"]),
        ("Café ﬁrst ＮＶＩＤＩＡ Łódź", ["cafe", "first", "nvidia", "lodz"]),
        ("Nvidia™ and m²", ["nvidia", "and", "m"]),
        ("英伟达", ["英", "伟", "达"]),
        ("snake_case", ["snake", "case"]),
        ("", []),
    ],
)
def test_tokens_are_folded(text: str, stems: list[str]) -> None:
    assert [token.stem for token in tokenise(text)] == stems


@given(st.text())
def test_tokens_stand_in_order_and_inside_the_text(text: str) -> None:
    tokens = tokenise(text)

    assert all(0 <= token.start < token.end <= len(text) for token in tokens)
    assert all(token.word and token.stem and token.cased for token in tokens)
    assert [token.start for token in tokens] == sorted(token.start for token in tokens)
