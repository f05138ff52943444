"""Full text: whatever is typed is a query."""

from datetime import datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.store import Store, articles
from monitor.store.search import Hit, expression, search
from tests.store.newsroom import MINUTE, NOW, entry, page, poll, set_up


@pytest.fixture
def archive(store: Store) -> Store:
    """Three articles; of the first, the page was read later."""
    store.write_now(set_up)
    store.write_now(
        lambda db: poll(
            db,
            entry("c", "Weather", summary="A quiet day. Rain at AT&T Park, said a C++ programmer of the S&P 500."),
            entry("b", "A cluster of chips", summary="The GPU maker sells clusters. Nvidia is no customer."),
            entry("a", "Nvidia opens a plant", summary="Nvidia opened a plant in Zürich."),
        )
    )
    store.write_now(
        lambda db: articles.revise(db, 1, page("The plant of Nvidia makes a GPU cluster."), NOW, judge_at=NOW)
    )
    return store


def hits(store: Store, query: str, since: datetime | None = None) -> list[Hit]:
    return store.read_now(lambda db: search(db, query, 10, since=since))


def titles(store: Store, query: str) -> list[str]:
    return [hit.title.text for hit in hits(store, query)]


def test_all_words_must_occur_and_a_headline_counts_more(archive: Store) -> None:
    assert titles(archive, "nvidia") == ["Nvidia opens a plant", "A cluster of chips"]
    assert titles(archive, "nvidia customer") == ["A cluster of chips"]
    assert titles(archive, "nvidia weather") == []


def test_a_phrase_in_quotation_marks_stays_a_phrase(archive: Store) -> None:
    assert titles(archive, "cluster GPU") == ["A cluster of chips", "Nvidia opens a plant"]
    assert titles(archive, '"GPU cluster"') == ["Nvidia opens a plant"]
    assert titles(archive, '"cluster GPU"') == []
    assert titles(archive, '"cluster of') == ["A cluster of chips"]


@pytest.mark.parametrize(
    "query", ["AT&T", "C++", "S&P 500", "-quiet", "quiet*", "qui*", "(rain", "rain)", "a^", "title:", "weather:"]
)
def test_signs_that_mean_something_to_the_index_mean_nothing_here(archive: Store, query: str) -> None:
    found = titles(archive, query)

    assert found == [] if query == "title:" else "Weather" in found


def test_accents_and_capitals_make_no_difference(archive: Store) -> None:
    assert titles(archive, "ZURICH") == ["Nvidia opens a plant"]


def test_words_that_are_operators_elsewhere_are_words(archive: Store) -> None:
    assert titles(archive, "rain OR nvidia") == []
    assert titles(archive, "rain NEAR quiet") == []


def test_an_article_is_found_once_by_its_newest_wording_that_fits(archive: Store) -> None:
    [newest] = [hit for hit in hits(archive, "plant") if hit.article == 1]
    [only_before] = hits(archive, "zürich")

    assert newest.excerpt.text == "The plant of Nvidia makes a GPU cluster."
    assert only_before.excerpt.text == "Nvidia opened a plant in Zürich."


def test_what_was_found_is_marked_in_headline_and_text(archive: Store) -> None:
    [hit] = hits(archive, "plant nvidia")

    assert [hit.title.text[slice(*mark)] for mark in hit.title.marks] == ["Nvidia", "plant"]
    assert [hit.excerpt.text[slice(*mark)] for mark in hit.excerpt.marks] == ["plant", "Nvidia"]
    assert (hit.outlet, hit.url, hit.published) == ("The Outlet", "https://outlet.example/a", NOW)


def test_only_what_was_seen_since_a_time_is_found(archive: Store) -> None:
    assert len(hits(archive, "nvidia", since=NOW)) == 2
    assert hits(archive, "nvidia", since=NOW + MINUTE) == []


@pytest.mark.parametrize("query", ["", " ", '"', '""', "++", "*", "\x00", "\ud800", "-", "—"])
def test_a_query_without_a_word_finds_nothing(archive: Store, query: str) -> None:
    assert expression(query) == ""
    assert hits(archive, query) == []


@given(
    st.lists(
        st.one_of(st.text(max_size=20), st.sampled_from(['"', "NEAR(", "OR", "*", "gpu", "{", "^", "\x00"])),
        max_size=90,
    )
)
def test_no_query_raises(tmp_path_factory: pytest.TempPathFactory, parts: list[str]) -> None:
    with Store(_archive(tmp_path_factory)) as store:
        assert isinstance(hits(store, " ".join(parts)), list)


def _archive(factory: pytest.TempPathFactory) -> Path:
    """One database for all examples."""
    path = factory.getbasetemp() / "searched.db"
    if not path.exists():
        with Store(path) as store:
            store.write_now(set_up)
            store.write_now(lambda db: poll(db, entry("a")))
    return path


def test_a_query_of_ten_thousand_words_is_answered(archive: Store) -> None:
    assert titles(archive, "nvidia " * 10_000) == ["Nvidia opens a plant", "A cluster of chips"]
    assert titles(archive, '"' + "nvidia " * 10_000) == []
