"""What identifies a story."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import events, rules
from monitor.events import figures, news
from monitor.stories import SKETCH, TERMS, Index, containment, read, signatures
from tests.store.newsroom import NOW

LONG = "Chipmakers rose on Tuesday after the largest cloud companies said that they would spend more. " * 5


def test_a_copy_word_for_word_has_the_same_text_signature() -> None:
    wire = signatures("https://wire.example/1", "Chipmakers rise", LONG)
    copy = signatures("https://paper.example/2", "Chipmakers up on cloud spending", LONG)

    assert {item for item in wire if item.kind == "text"} == {item for item in copy if item.kind == "text"}


def test_form_does_not_count_only_words_do() -> None:
    plain = signatures("a", "Chipmakers rise", LONG)
    formed = signatures("a", "Chipmakers rise", LONG.upper().replace(" ", " \n "))

    assert plain == formed


def test_a_short_text_identifies_nothing_without_its_title() -> None:
    one = signatures("a", "Nvidia rises", "Read more at our site.")
    other = signatures("b", "Meta falls", "Read more at our site.")

    assert not set(one) & set(other)


def test_the_address_a_page_names_as_its_own_identifies_it_too() -> None:
    amp = signatures("https://outlet.example/amp-copy", "T", LONG, page_canonical="https://outlet.example/story")
    story = signatures("https://outlet.example/story", "T", "Another text. " * 50)

    assert set(amp) & set(story)


def test_a_login_page_under_every_headline_of_a_publisher_joins_none_of_them() -> None:
    wall = "Subscribe now for full access to our award-winning journalism, on every device and at any time. " * 5
    one = signatures("a", "Nvidia unveils its next chip", wall)
    other = signatures("b", "Regulator sues Nvidia over sales practices", wall)

    assert not set(one) & set(other)


@given(st.text(), st.text())
def test_any_text_has_signatures(title: str, text: str) -> None:
    found = signatures("id", title, text)

    assert found[0].value == "id"
    assert found == signatures("id", title, text)


# ---------------------------------------------------------------- reading, and the index


@given(st.text(), st.text())
def test_any_text_can_be_read(title: str, text: str) -> None:
    reading = read(title, text)

    assert len(reading.features.terms) == len(reading.features.weights) <= TERMS
    assert reading == read(title, text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        " ",
        "word " * 500_000,
        "a" * 3_000_000,
        "1," * 1_000_000,
        "9" * 2_000_000,
        "$1 billion " * 200_000,
        "。" * 10**6,
    ],
)
def test_what_is_read_of_a_hostile_text_is_bounded(text: str) -> None:
    features = read(text, text).features

    assert len(features.terms) <= TERMS
    assert len(features.sketch) <= SKETCH
    assert len(features.headline) <= 300
    assert len(features.told.all_figures) <= 1_000


@pytest.mark.parametrize(
    ("title", "text"),
    [
        (
            "輝達將在台灣興建新廠",
            "輝達週二表示將在台灣南部興建一座新的晶片廠,預計雇用兩千名員工,並於明年開始動工。" * 3,
        ),
        (
            "إنفيديا تبني مصنعا جديدا",
            "قالت شركة إنفيديا يوم الثلاثاء إنها ستبني مصنعا جديدا للرقائق وتوظف ألفي عامل في العام المقبل",
        ),
        (
            "NVIDIA TO BUILD PLANT IN VALLEY",
            "NVIDIA SAID ON TUESDAY THAT IT WOULD BUILD A PLANT AND HIRE A THOUSAND PEOPLE.",
        ),
    ],
)
def test_other_scripts_and_capitals_are_read_too(title: str, text: str) -> None:
    reading, copy = read(title, text * 4), read(title, f"{text * 4} .")

    assert reading.features.headline
    assert reading.features.sketch
    assert set(reading.features.sketch) <= set(copy.features.sketch)


@given(st.lists(st.integers(0, 2**32 - 1), unique=True), st.lists(st.integers(0, 2**32 - 1), unique=True))
def test_containment_is_a_symmetric_share(one: list[int], other: list[int]) -> None:
    first, second = sorted(one)[:SKETCH], sorted(other)[:SKETCH]

    assert 0 <= containment(first, second) <= 1
    assert containment(first, second) == containment(second, first)


@given(st.lists(st.tuples(st.integers(1, 9), st.integers(0, 100), st.text("abcdefg ", max_size=40)), max_size=20))
def test_an_index_answers_the_same_whatever_the_order_of_its_articles(articles: list[tuple[int, int, str]]) -> None:
    latest = {article_id: (hours, text) for article_id, hours, text in articles}
    grown, sorted_one = Index(), Index()
    for article_id, hours, text in articles:
        put(grown, article_id, hours, text)
    for article_id in sorted(latest):
        put(sorted_one, article_id, *latest[article_id])

    for index in (grown, sorted_one):
        index.expire(NOW + timedelta(hours=20))

    asked = read("ab cd ef", "abc def gab")
    assert grown.find(asked, NOW) == sorted_one.find(asked, NOW)
    assert len(grown) == len(sorted_one) == sum(hours >= 20 for hours, _ in latest.values())


def put(index: Index, article_id: int, hours: int, text: str) -> None:
    features = read(text, text).features
    index.put(article_id, NOW + timedelta(hours=hours), features.terms, features.weights)


# ---------------------------------------------------------------- figures


@pytest.mark.parametrize(
    ("text", "unit", "value"),
    [
        ("$10 billion", "$", 10e9),
        ("US$10bn", "$", 10e9),
        ("34-37 billion euros", "€", 34e9),
        ("€640m", "€", 640e6),
        ("4.6 per cent", "%", 4.6),
        ("2,400 jobs", "", 2400),
        ("35k wafers", "", 35000),
        ("twenty-two billion dollars", "$", 22e9),
        ("four hundred thousand cars", "", 400_000),
    ],
)
def test_amounts_are_read_as_they_are_written(text: str, unit: str, value: float) -> None:
    figure = figures(text)[0]

    assert figure.unit == unit
    assert figure.value == pytest.approx(value)


@pytest.mark.parametrize(
    ("before", "after", "said"),
    [
        ("Helvar bids $10 bn for Northgate", "Helvar bids $12 bn for Northgate", "$12 bn instead of $10 bn"),
        ("Helvar bids $10 bn for Northgate", "Northgate rejects Helvar", "rejected"),
        ("Helvar bids $10 bn for Northgate", "Helvar bids $10.0 billion for Northgate", ""),
        ("Helvar bids $10 bn for Northgate", "Northgate up 28% on bid", ""),
        ("Helvar bids $10 bn for Northgate", "Helvar bids €9 bn for Northgate", ""),
        ("Tesla recalls cars", "Tesla recalls 412,000 cars", ""),
    ],
)
def test_what_contradicts_or_goes_further_is_news(before: str, after: str, said: str) -> None:
    assert news(events.read(after, "").told, [events.read(before, "").told]) == said


def test_a_number_is_no_firm_though_a_ticker_or_a_name_is_one() -> None:
    spot = rules.spotter(rules.built_in())

    assert spot("100 of the 1,100 cost 1.1 trillion yen") == []
    assert spot("Nvidia and 100 others") == ["Nvidia"]
