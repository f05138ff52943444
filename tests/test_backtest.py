"""What a watch would have alerted on, by articles that came into a real database."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import backtest
from monitor.backtest import Case, Difference, Trial, case, run, trial
from monitor.model import Hold
from monitor.options import Channel, Priority, Watch
from monitor.replay import Hit, Replay
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


# ---------------------------------------------------------------- replay


DESK = Channel(name="desk", max_per_hour=3)
HITS = st.lists(
    st.builds(
        Hit,
        article=st.integers(1, 10_000),
        story=st.integers(1, 8),
        seen=st.integers(0, 3_000).map(lambda minutes: NOW + minutes * MINUTE),
        published=st.just(NOW),
        baseline=st.booleans(),
        same_event=st.booleans(),
        feeds=st.frozensets(st.integers(1, 4), min_size=1),
        tier=st.integers(1, 3),
        watches=st.just((0,)),
    ),
    max_size=40,
).map(lambda hits: sorted(hits, key=lambda hit: hit.seen))


def replayed(*hits: Hit, watch: Watch = WATCH, channels: tuple[Channel, ...] = ()) -> Replay:
    replay = Replay(watch, channels, ZoneInfo("America/New_York"))
    for hit in hits:
        replay.add(hit)
    return replay


def hit(story: int = 1, minutes: float = 0, feed: int = 1, **more: object) -> Hit:
    values: dict[str, object] = {"baseline": False, "same_event": False, "tier": 1, "watches": (0,), **more}
    seen = NOW + minutes * MINUTE
    return Hit(1, story, seen, published=seen, feeds=frozenset({feed}), **values)  # type: ignore[arg-type]


@given(HITS)
def test_each_article_alerts_or_is_a_duplicate_or_was_there(hits: list[Hit]) -> None:
    replay = replayed(*hits, channels=(DESK,))

    assert len(replay.alerted) + replay.counts["duplicates"] + replay.counts["there"] == len(hits)
    assert replay.alerted <= replay.first.keys() == {hit.story for hit in hits}
    assert sum(replay.days.values()) == len(replay.alerted)
    assert replay.held.total() <= len(replay.alerted)


@given(HITS)
def test_a_story_alerts_unless_all_of_it_was_there(hits: list[Hit]) -> None:
    news = [hit for hit in hits if not hit.baseline]

    assert replayed(*news).alerted == {hit.story for hit in news}


def test_a_copy_in_a_feed_that_had_the_story_at_first_contact_does_not_alert() -> None:
    there = hit(baseline=True)

    assert not replayed(there, hit(minutes=9)).alerted
    assert replayed(there, hit(minutes=9, same_event=True)).alerted  # told in other words
    assert replayed(there, hit(minutes=9, feed=2)).alerted  # news to another feed


def test_what_was_there_alerts_where_the_watch_asks_for_it() -> None:
    young = WATCH.model_copy(update={"backfill": timedelta(hours=1)})

    assert replayed(hit(baseline=True), watch=young).alerted


def test_a_day_is_one_of_the_users_zone() -> None:
    replay = replayed(hit(minutes=15 * 60))  # 03:00 of the next day, UTC

    assert list(replay.days) == [NOW.date()]


def test_above_the_cap_alerts_would_wait() -> None:
    replay = replayed(*(hit(story, minutes=story) for story in range(1, 8)), channels=(DESK,))

    assert replay.held == {Hold.CAP: 5}  # 2 at once, and the rest in the third message of the hour


def test_an_alert_that_one_channel_has_at_once_is_not_held() -> None:
    mail = Channel(name="mail", digest=("07:30",))

    assert replayed(hit(), channels=(mail,)).held == {Hold.DIGEST: 1}
    assert not replayed(hit(), channels=(mail, DESK)).held


def test_alerts_that_no_channel_takes_are_counted() -> None:
    wires = Channel(name="wires", tiers=(1,))

    assert replayed(hit(tier=3), channels=(wires,)).counts["nowhere"] == 1


# ---------------------------------------------------------------- several processes


def test_processes_find_what_one_finds(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    day, path = timedelta(days=1), str(store.path)
    cases = [Case(BOTH, WATCH), Case(TESLA)]
    alone = run(path, cases, (DESK,), NOW - day, NOW + day, ZoneInfo("UTC"))
    monkeypatch.setattr(backtest, "WORTH_PROCESSES", 0)
    monkeypatch.setattr(backtest, "PART", 2)
    told: list[tuple[int, int]] = []

    together = run(path, cases, (DESK,), NOW - day, NOW + day, ZoneInfo("UTC"), lambda *done: told.append(done))

    assert together == alone
    assert told == [(2, 3), (3, 3)]
    both, tesla = alone.results
    assert both.difference == Difference(1, 0, ("Tesla opens a plant",), ())
    assert (both.stories, tesla.stories, tesla.difference) == (3, 1, None)


def test_a_watch_that_only_rings_elsewhere_finds_the_same() -> None:
    louder = WATCH.model_copy(update={"priority": Priority.URGENT, "channels": ("mail",)})

    assert case(louder, {"Nvidia": WATCH}).in_force is None
    assert case(BOTH, {"Nvidia": WATCH}).in_force == WATCH
