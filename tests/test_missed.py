"""Why a watch does not fire: a row for each of its conditions."""

import pytest

from monitor.missed import NOTHING, OPEN, missed
from monitor.model import Document, Source
from monitor.options import Watch

ARTICLE = Document(
    "Chipmakers gain",
    "NVIDIA Corp (NASDAQ:NVDA) rose on Tuesday. A gaming laptop was shown.",
    language="en",
    sources=(Source("The Blog", tier=3, tags=("blog",)),),
)


def watch(**more: object) -> Watch:
    return Watch(name="Nvidia", companies=("Nvidia",), expand=False, **more)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ({"enabled": False}, "it is switched off (enabled = false)"),
        ({"sources": ("tag:press",)}, "its sources are tag:press, and this comes from The Blog"),
        ({"language": "de"}, "it takes articles in 'de', and this one is in 'en'"),
        ({"within": "title"}, "it looks into the title only, where nothing fits"),
        (
            {"require": "all", "topics": ("wind farm",)},
            "it requires something from each of its lists, and topics found nothing",
        ),
        ({"exclude": ("tablet", "gaming laptop")}, 'it excludes "gaming laptop", which stands here'),
        ({"min_score": 99}, "it wants a score of 99, and this one is 41"),
        (
            {"enabled": False, "language": "de"},
            "it is switched off (enabled = false); it takes articles in 'de', and this one is in 'en'",
        ),
    ],
)
def test_the_condition_that_keeps_a_watch_from_firing_is_named_with_what_it_found(
    condition: dict[str, object], reason: str
) -> None:
    [found] = missed(ARTICLE, [watch(**condition)])

    assert (found.watch, found.reason) == ("Nvidia", reason)
    assert [item.text for item in found.evidence if item.list == "companies"] == ["NVIDIA"]


def test_a_watch_that_fires_is_not_missed() -> None:
    assert missed(ARTICLE, [watch()]) == ()


def test_a_watch_that_finds_nothing_says_so() -> None:
    [found] = missed(ARTICLE, [Watch(name="Apple", companies=("Apple",), exclude=("gaming laptop",))])

    assert (found.reason, found.evidence) == (NOTHING, ())


def test_a_watch_that_is_switched_off_and_finds_nothing_says_both() -> None:
    [found] = missed(ARTICLE, [Watch(name="Apple", companies=("Apple",), enabled=False)])

    assert found.reason == f"it is switched off, and {NOTHING}"


def test_a_text_from_no_feed_passes_no_named_source() -> None:
    [found] = missed(Document("", ARTICLE.text), [watch(sources=("The Wire",))])

    assert found.reason == "its sources are The Wire, and this comes from no feed"


def test_conditions_that_fail_only_together_are_called_so() -> None:
    both = watch(within="title", min_score=80)

    [found] = missed(Document("Nvidia shares gain", ARTICLE.text), [both])

    assert found.reason == "its conditions do not hold together"


def test_every_condition_of_a_watch_is_known() -> None:
    lists = {"tickers", "companies", "people", "topics", "query"}
    about_alerts = {"name", "channels", "priority", "cooldown", "expand", "backfill"}

    assert set(Watch.model_fields) == lists | about_alerts | set(OPEN)


def test_a_watch_says_of_each_clause_whether_it_holds_and_what_came_closest() -> None:
    [found] = missed(ARTICLE, [watch(require="all", topics=("laptop chips", "wind farm"))])

    assert [(clause.term, clause.held, clause.closest) for clause in found.clauses] == [
        ("Nvidia", True, ""),
        ("laptop chips", False, '"laptop" stands there, "chips" does not'),
        ("wind farm", False, "nothing like it stands there"),
    ]
    assert [clause.term for clause in found.telling] == ["Nvidia", "laptop chips"]


@pytest.mark.parametrize(
    ("term", "comes_close", "nearly_fires"),
    [("gaming on the laptop", True, True), ("gaming chair", True, False), ("chair", False, False)],
)
def test_a_watch_that_finds_nothing_may_still_come_close(term: str, comes_close: bool, nearly_fires: bool) -> None:
    apart = Document("", "Gaming on one, two, three, four, five and six: the laptop.")

    [found] = missed(apart, [Watch(name="Gaming", topics=(term,))])

    assert (found.reason, found.comes_close, found.nearly_fires) == (NOTHING, comes_close, nearly_fires)


def test_of_a_query_that_holds_in_part_what_is_missing_is_told_too() -> None:
    [found] = missed(ARTICLE, [Watch(name="x", query="Nvidia AND wafers AND tag:press NOT gaming")])

    assert [(clause.term, clause.held) for clause in found.telling] == [
        ("nvidia", True),
        ('tag:"press"', False),
        ("NOT gaming", False),
        ("wafers", False),
    ]


@pytest.mark.parametrize(
    ("query", "nearly_fires"),
    [("Nvidia AND wafers", False), ("Nvidia AND tag:press", True), ("Nvidia NOT gaming", True), ("tag:press", False)],
)
def test_a_query_nearly_fires_if_all_words_that_it_needs_stand_there(query: str, nearly_fires: bool) -> None:
    [found] = missed(ARTICLE, [Watch(name="x", query=query)])

    assert found.nearly_fires == nearly_fires


def test_a_query_of_which_only_the_unwanted_stands_there_does_not_come_close() -> None:
    [found] = missed(ARTICLE, [Watch(name="x", query="wafers NOT gaming")])

    assert (found.comes_close, found.telling) == (False, ())
