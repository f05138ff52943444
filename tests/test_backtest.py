"""What a watch would have alerted on, by articles that came into a real database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.backtest import Trial, trial
from monitor.options import Watch
from monitor.store import Store, feedback
from tests.store.newsroom import MINUTE, NOW, WATCH, entry, judge, poll, set_up

TESLA = Watch(name="Tesla", companies=("Tesla",))
BOTH = Watch(name="Nvidia", companies=("Nvidia", "Tesla"))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """Three articles, of which the first was already there; one alert."""
    with Store(tmp_path / "monitor.db") as store:
        store.write_now(set_up)
        store.write_now(lambda db: poll(db, entry("0", "Nvidia was here before", summary="Nvidia stays as it is.")))
        store.write_now(lambda db: poll(db, entry("1"), now=NOW + MINUTE))
        tesla = entry("2", "Tesla opens a plant", summary="Tesla opened a plant.")
        store.write_now(lambda db: poll(db, tesla, now=NOW + 2 * MINUTE))
        store.write_now(lambda db: judge(db, now=NOW + 3 * MINUTE))
        yield store


def try_(store: Store, watch: Watch, in_force: Watch | None = None, seconds: float = 60) -> Trial:
    day = timedelta(days=1)
    return trial(str(store.path), watch, in_force, NOW - day, NOW + day, seconds, "UTC")


def test_a_trial_tells_what_a_watch_would_have_alerted_on(store: Store) -> None:
    tried = try_(store, WATCH)

    assert (tried.looked_at, tried.complete, tried.back_to) == (3, True, NOW)
    assert (tried.stories, tried.alerts) == (2, 1)  # one was there before
    assert tried.alerts_per_day == ((NOW.date(), 1), ((NOW + timedelta(days=1)).date(), 0))
    [sample] = tried.samples
    assert (sample.title, sample.outlet) == ("Nvidia opens a plant", "The Outlet")
    assert sample.evidence == ('company "Nvidia" in the title and the lead',)
    [(start, end)] = sample.marks
    assert sample.excerpt[start:end] == "Nvidia"


def test_a_trial_is_set_against_the_watch_in_force(store: Store) -> None:
    wider, narrower = try_(store, BOTH, WATCH), try_(store, TESLA, BOTH)

    assert (wider.plus, wider.minus) == (1, 0)
    assert (narrower.plus, narrower.minus) == (0, 2)


def test_a_trial_counts_what_people_found_useful(store: Store) -> None:
    store.write_now(lambda db: feedback.give(db, "a0", useful=False, now=NOW))

    tried = try_(store, WATCH)

    assert (tried.judged, tried.useful) == (1, 0)


def test_a_trial_without_time_looks_at_nothing_and_says_so(store: Store) -> None:
    tried = try_(store, WATCH, seconds=0)

    assert (tried.looked_at, tried.complete, tried.stories) == (0, False, 0)
