"""What the figures of the archive mean: spikes, overlaps, words worth excluding, percentiles."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import report
from monitor.options import Watch
from monitor.report import COUNTED, CURRENT, SHOWN, Overlap, Spread, Trend
from monitor.rules import built_in
from monitor.store.mentions import Counted
from monitor.store.report import Delays, Judged, Noise

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
LONG_AGO = NOW - 100 * DAY
ZONE = ZoneInfo("America/New_York")
NVIDIA = Watch(name="Nvidia", companies=("Nvidia",), topics=("GPU cluster",), tickers=("NVDA",))

counts = st.lists(st.integers(0, 60), min_size=COUNTED, max_size=COUNTED)


def trend(*last: int, usual: int = 1, known: int = COUNTED) -> Trend:
    """Of a thing with these counts on the last days, and a usual one before."""
    return report.trend("company", "Nvidia", [usual] * (COUNTED - len(last)) + list(last), known)


# ---------------------------------------------------------------- volume


def test_a_day_far_above_the_two_weeks_before_it_is_a_spike() -> None:
    found = trend(1, 9, 1)

    assert found.spike
    assert found.spikes == (SHOWN - 2,)
    assert found.enough
    assert found.base == pytest.approx(22 / 14)


@pytest.mark.parametrize(
    ("usual", "count"),
    [
        pytest.param(0, 4, id="four stories are few, whatever is usual"),
        pytest.param(2, 8, id="what is four times as much may still be chance"),
        pytest.param(10, 29, id="less than thrice as much"),
    ],
)
def test_a_day_is_no_spike(usual: int, count: int) -> None:
    assert not trend(count, usual=usual).spike
    assert trend(count + 1, usual=usual).spike


def test_a_spike_of_two_weeks_ago_is_shown_but_is_not_current() -> None:
    found = trend(40, *[1] * 13)

    assert found.spikes == (SHOWN - 14,)
    assert not found.spike


def test_a_spike_raises_what_is_usual_on_the_days_after() -> None:
    assert trend(9, 9, 9, 9).spikes == (SHOWN - 4, SHOWN - 3, SHOWN - 2)


@pytest.mark.parametrize(("known", "enough"), [(7, False), (8, True)])
def test_spikes_are_called_once_there_are_seven_days_before_the_day(known: int, enough: bool) -> None:
    found = trend(50, known=known)

    assert (found.enough, found.spike) == (enough, enough)
    assert found.base == 1


def test_days_before_something_was_looked_for_are_no_days_without_it() -> None:
    quiet = [0] * (COUNTED - 8)

    assert report.trend("topic", "tariffs", [*quiet, *[5] * 8], COUNTED).spike
    assert not report.trend("topic", "tariffs", [*quiet, *[5] * 8], 8).spike


@given(st.integers(0, 10_000), st.integers(0, COUNTED))
def test_a_constant_series_never_spikes(count: int, known: int) -> None:
    assert trend(usual=count, known=known).spikes == ()


@given(counts, st.integers(COUNTED - SHOWN, COUNTED - 1), st.integers(0, 1_000), st.integers(0, COUNTED))
def test_more_stories_on_a_day_never_take_its_spike_away(series: list[int], day: int, more: int, known: int) -> None:
    before = report.trend("topic", "tariffs", series, known)
    series[day] += more
    after = report.trend("topic", "tariffs", series, known)

    place = day - (COUNTED - SHOWN)
    assert place not in before.spikes or place in after.spikes


@given(counts, st.integers(0, COUNTED))
def test_it_spikes_where_a_day_of_the_last_week_is_one(series: list[int], known: int) -> None:
    found = report.trend("topic", "tariffs", series, known)

    assert found.spike == any(day >= SHOWN - CURRENT for day in found.spikes)
    assert found.total == sum(series[-SHOWN:])


@given(st.permutations([("company", name) for name in ("Arm", "Intel", "Nvidia", "SAP")]))
def test_the_order_of_what_was_counted_is_no_matter(names: list[tuple[str, str]]) -> None:
    series = {"Arm": 3, "Intel": 3, "Nvidia": 1, "SAP": 0}
    counted = {name: Counted((*[1] * (COUNTED - 1), series[name[1]] * 4), LONG_AGO) for name in names}

    found = report.trends(counted, ZONE, NOW)

    assert [each.name for each in found] == ["Arm", "Intel", "Nvidia", "SAP"]
    assert [each.spike for each in found] == [True, True, False, False]


def test_what_was_mentioned_long_ago_only_is_left_out() -> None:
    assert report.trends({("topic", "tariffs"): Counted((3, *[0] * (COUNTED - 1)), LONG_AGO)}, ZONE, NOW) == []


def test_history_counts_from_the_first_whole_day() -> None:
    counted = {("topic", "tariffs"): Counted(tuple([1] * COUNTED), NOW - 7 * DAY)}
    [found] = report.trends(counted, ZONE, NOW)
    assert not found.enough

    counted = {("topic", "tariffs"): Counted(tuple([1] * COUNTED), NOW - 8 * DAY)}
    [found] = report.trends(counted, ZONE, NOW)
    assert found.enough


def test_days_that_retention_has_cleared_are_no_history() -> None:
    counted = {("topic", "tariffs"): Counted((*[0] * (COUNTED - 8), *[5] * 8), LONG_AGO)}

    assert report.trends(counted, ZONE, NOW)[0].spike
    assert not report.trends(counted, ZONE, NOW, 8 * DAY)[0].spike


def test_a_ticker_and_the_names_of_its_firm_are_one_thing() -> None:
    called = report.called(built_in())

    names = {called("tickers", "NASDAQ:NVDA"), called("tickers", "NVDA"), called("companies", "NVIDIA Corp")}

    assert names == {("company", "Nvidia")}
    assert called("companies", "Halvorsen Thermal") == ("company", "Halvorsen Thermal")
    assert called("tickers", "ZZZZQ") == ("company", "ZZZZQ")
    assert called("tickers", "no ticker at all") == ("company", "no ticker at all")
    assert called("topics", "GPU cluster") == ("topic", "GPU cluster")
    assert called("people", "Elon Musk") == ("person", "Elon Musk")


# ---------------------------------------------------------------- watches


def noise(watch: Watch = NVIDIA, **more: object) -> Noise:
    values: dict[str, object] = {
        "watch": watch,
        "added": LONG_AGO,
        "alerts": 3,
        "repeats": 0,
        "stories": 3,
        "held_back": 0,
        "useful": 0,
        "not_useful": 0,
        "last_alert": NOW,
        "last_match": NOW,
        **more,
    }
    return Noise(**values)  # type: ignore[arg-type]


def watches(*found: Noise, mentioned: tuple[tuple[str, str], ...] = ()) -> list[report.WatchReport]:
    return report.watches(found, {}, [], mentioned, NOW - 30 * DAY, lambda _: ())


def test_a_watch_without_a_match_in_all_the_time_is_silent() -> None:
    since = NOW - 30 * DAY
    old, young = noise(last_match=since - DAY), noise(last_match=None, added=NOW - 2 * DAY)
    off = noise(NVIDIA.model_copy(update={"enabled": False}), last_match=None)

    found = watches(old, young, off, noise())

    assert [each.silent_since for each in found] == [since, NOW - 2 * DAY, None, None]


def test_a_term_is_dead_that_no_match_rests_on() -> None:
    [found] = watches(noise(), mentioned=(("companies", "Nvidia"), ("topics", "NVDA")))

    assert found.dead_terms == (("ticker", "NVDA"), ("topic", "GPU cluster"))
    [quiet] = watches(noise(alerts=0))
    assert quiet.dead_terms == ()


def test_the_noisiest_watch_comes_first() -> None:
    quiet, busy, bad = (Watch(name=name, topics=("tariffs",)) for name in ("quiet", "busy", "bad"))

    found = watches(noise(quiet, alerts=1), noise(busy, alerts=9), noise(bad, alerts=2, not_useful=2))

    assert [each.noise.watch.name for each in found] == ["bad", "busy", "quiet"]


def test_watches_that_share_half_of_the_smaller_ones_stories_overlap() -> None:
    stories = {"Nvidia": range(20), "GPU": range(12, 22), "Arm": range(17, 40), "few": range(4)}

    assert report.overlaps(stories) == [Overlap("GPU", "Nvidia", 8, 10), Overlap("GPU", "Arm", 5, 10)]
    assert report.overlaps(stories)[0].share == 0.8


@given(st.dictionaries(st.sampled_from("abcde"), st.lists(st.integers(0, 15), max_size=15), max_size=5))
def test_overlaps_are_the_same_in_any_order_and_never_more_than_all(stories: dict[str, list[int]]) -> None:
    turned = {name: list(reversed(stories[name])) for name in reversed(stories)}

    found = report.overlaps(stories)

    assert report.overlaps(turned) == found
    assert all(0.5 <= each.share <= 1 and each.both >= 5 for each in found)


def judged(*titles: str, useful: bool = False) -> list[Judged]:
    return [Judged("Nvidia", title, useful) for title in titles]


NOT_USEFUL = judged(
    "Nvidia podcast: week 1", "The Nvidia Podcast, week 2", "Podcast on NVDA's GPU clusters", "Nvidia up"
)


def test_a_word_of_headlines_that_were_not_useful_is_worth_excluding() -> None:
    useful = judged("Nvidia opens a plant", "Nvidia buys a week of power", useful=True)

    [found] = report.excludes(NVIDIA, [*NOT_USEFUL, *useful])

    assert (found.watch, found.word, found.not_useful, found.useful) == ("Nvidia", "podcast", 3, 0)


def test_a_word_of_useful_headlines_is_not() -> None:
    useful = judged("Nvidia tells a podcast of its plant", "A podcast breaks news on Nvidia", useful=True)

    assert report.excludes(NVIDIA, [*NOT_USEFUL, *useful]) == ()


def test_a_word_that_is_hardly_ever_in_useful_ones_is_worth_it_all_the_same() -> None:
    useful = judged(*(f"Nvidia opens plant {chr(97 + number)}" for number in range(20)), "A podcast", useful=True)

    assert [each.useful for each in report.excludes(NVIDIA, [*NOT_USEFUL, *useful])] == [1]


def test_nothing_is_suggested_without_enough_to_go_by() -> None:
    assert report.excludes(NVIDIA, NOT_USEFUL[:2]) == ()
    assert report.excludes(NVIDIA, judged(*["Nvidia podcast"] * 5)) == ()  # one headline, however often
    assert report.excludes(Watch(name="Arm", companies=("Arm",)), NOT_USEFUL) == ()


def test_what_the_watch_looks_for_is_never_suggested() -> None:
    watch = Watch(name="Chips", query='podcast AND "machine learning"')
    said = [Judged("Chips", f"Podcast {word}: Jensen learns machine learning", False) for word in ("one", "two", "six")]

    assert [each.word for each in report.excludes(watch, said)] == ["jensen", "learns"]
    assert [each.word for each in report.excludes(watch, said, own=["Jensen Huang*"])] == ["learns"]


# ---------------------------------------------------------------- feeds


def test_half_of_the_times_are_no_longer_than_the_median() -> None:
    assert report.spread([3, None, 1, 2, 100]) == Spread(4, 2, 100)
    assert report.spread(range(1, 101)) == Spread(100, 50, 95)
    assert report.spread([None]) is None


def test_a_clock_that_runs_ahead_makes_no_time_negative() -> None:
    assert report.spread([-5, -3, 1]) == Spread(3, 0, 1)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1))
def test_percentiles_are_times_that_were_measured_in_any_order(times: list[float]) -> None:
    found = report.spread(times)

    assert found is not None
    assert found.p50 <= found.p95 <= max(0, *times, 0)
    assert {found.p50, found.p95} <= {max(0.0, each) for each in times}
    assert report.spread(sorted(times)) == found
    assert 2 * sum(max(0.0, each) <= found.p50 for each in times) >= len(times)


def test_latency_is_of_each_feed() -> None:
    delays = [Delays("a", 60, 1, 2), Delays("a", None, 3, None), Delays("b", 5, 5, 5)]

    found = report.latencies(delays)

    assert found["a"].alerts == 2
    assert (found["a"].to_seen, found["a"].to_matched) == (Spread(1, 60, 60), Spread(2, 1, 3))
    assert found["a"].to_sent == Spread(1, 2, 2)
    assert found["b"].alerts == 1


def test_entries_a_day_count_from_when_the_first_could_come() -> None:
    since = NOW - 30 * DAY

    assert report.a_day(60, since, LONG_AGO, NOW) == 2
    assert report.a_day(60, since, NOW - 10 * DAY, NOW) == 6
    assert report.a_day(60, since, NOW - DAY / 24, NOW) == 60
