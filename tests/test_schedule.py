"""When to try again."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import schedule
from monitor.model import Hints
from monitor.schedule import DAY, DEAD_AFTER, HOUR, QUARANTINE_AFTER, Rhythm

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIVE = timedelta(minutes=5)
chances = st.floats(0, 1)
durations = st.timedeltas(timedelta(seconds=1), timedelta(days=30))


def after_success(default: timedelta = FIVE, **more: Any) -> schedule.Next:
    values = {"own": None, "rhythm": Rhythm(), "hints": Hints(), "fresh_for": timedelta(0), "chance": 0.0, **more}
    return schedule.after_success(NOW, default=default, **values)


def test_an_interval_set_on_the_feed_wins_over_its_hints_to_the_second() -> None:
    seldom = Rhythm(last_new=NOW - 300 * DAY, rolled=2)

    due = after_success(own=FIVE, hints=Hints(DAY, frozenset({12})), fresh_for=DAY, rhythm=seldom, chance=1.0)

    assert due.at == NOW + FIVE
    assert "as set on the feed" in due.reason


def test_without_hints_the_default_interval_holds() -> None:
    assert after_success() == schedule.Next(NOW + FIVE, "every 5m")


def test_a_hint_lengthens_the_default_interval_and_says_so() -> None:
    due = after_success(hints=Hints(HOUR))

    assert due.at == NOW + HOUR
    assert "the feed asks for 1h" in due.reason


def test_what_the_server_says_of_its_answer_lengthens_it_too_up_to_a_day() -> None:
    due = after_success(hints=Hints(HOUR), fresh_for=timedelta(days=300))

    assert due == schedule.Next(NOW + DAY, "the server says that its answer holds for 1d")


@pytest.mark.parametrize(
    ("hints", "due"),
    [
        (Hints(skip_hours=frozenset({12})), datetime(2026, 3, 1, 13, tzinfo=UTC)),
        (Hints(skip_hours=frozenset({12, 13, 14})), datetime(2026, 3, 1, 15, tzinfo=UTC)),
        (Hints(skip_hours=frozenset({13})), NOW + FIVE),
        (Hints(skip_days=frozenset({6})), datetime(2026, 3, 2, tzinfo=UTC)),  # a Sunday
        (Hints(skip_days=frozenset({6, 0})), NOW + DAY),  # nobody waits for longer than a day
        (Hints(skip_hours=frozenset(range(24))), NOW + DAY),
    ],
)
def test_hours_and_days_that_a_feed_skips_are_waited_for(hints: Hints, due: datetime) -> None:
    found = after_success(hints=hints)

    assert found.at == due
    assert ("skips" in found.reason) == (due != NOW + FIVE)


@pytest.mark.parametrize(
    ("rhythm", "wait"),
    [
        (Rhythm(last_new=NOW - FIVE, gap=timedelta(minutes=20)), FIVE),
        (Rhythm(last_new=NOW - FIVE, gap=7 * DAY), timedelta(hours=1, minutes=40, seconds=48)),
        (Rhythm(last_new=NOW - timedelta(hours=10)), FIVE),
        (Rhythm(last_new=NOW - 10 * DAY, gap=HOUR), timedelta(hours=1, minutes=12)),
        (Rhythm(last_new=NOW - 999 * DAY, gap=HOUR), DAY),
    ],
)
def test_who_publishes_seldom_is_asked_less_often(rhythm: Rhythm, wait: timedelta) -> None:
    assert after_success(rhythm=rhythm).at == NOW + wait


@pytest.mark.parametrize(
    ("default", "rolled", "wait"),
    [(FIVE, 1, 150), (FIVE, 2, 75), (FIVE, 3, 60), (HOUR, 3, 450), (timedelta(seconds=10), 3, 10)],
)
def test_a_window_that_rolled_over_shortens_the_interval(default: timedelta, rolled: int, wait: int) -> None:
    due = after_success(default, rhythm=Rhythm(rolled=rolled), hints=Hints(DAY), fresh_for=DAY)

    assert due.at == NOW + timedelta(seconds=wait)
    assert "rolled over" in due.reason


@given(
    default=durations,
    hints=st.builds(Hints, st.none() | durations, st.frozensets(st.integers(0, 23)), st.frozensets(st.integers(0, 6))),
    fresh_for=durations,
    gap=st.none() | durations,
    silent=durations,
    chance=chances,
)
def test_a_feed_that_answers_is_polled_between_its_interval_and_a_day(
    default: timedelta, hints: Hints, fresh_for: timedelta, gap: timedelta | None, silent: timedelta, chance: float
) -> None:
    rhythm = Rhythm(last_new=NOW - silent, gap=gap)

    due = after_success(default, hints=hints, fresh_for=fresh_for, rhythm=rhythm, chance=chance)

    assert NOW + default <= due.at <= NOW + max(DAY, default) * (1 + schedule.JITTER)


@given(st.lists(st.tuples(durations, st.booleans(), st.booleans()), max_size=30))
def test_a_rhythm_lies_within_what_was_seen(polls: list[tuple[timedelta, bool, bool]]) -> None:
    rhythm, now, gaps = Rhythm(), NOW, list[timedelta]()

    for wait, news, rolled in polls:
        now += wait
        if news and rhythm.last_new:
            gaps.append(now - rhythm.last_new)
        rhythm = schedule.learn(rhythm, now, news=news, rolled=rolled)

    assert rhythm.arrivals == len(gaps)
    assert 0 <= rhythm.rolled <= schedule.ROLLED_MOST
    if gaps:
        assert rhythm.gap is not None
        assert rhythm.longest is not None
        assert min(gaps) * 0.999 <= rhythm.gap <= max(gaps) * 1.001
        assert rhythm.longest <= max(gaps)


def test_a_window_that_no_longer_rolls_over_is_forgotten_day_by_day() -> None:
    rolled = schedule.learn(schedule.learn(Rhythm(), NOW, news=True, rolled=True), NOW, news=True, rolled=True)

    hour, day, two = (schedule.learn(rolled, NOW + wait, news=False, rolled=False) for wait in (HOUR, DAY, 2 * DAY))
    after_all = schedule.learn(day, NOW + 2 * DAY, news=False, rolled=False)

    assert [each.rolled for each in (rolled, hour, day, two, after_all)] == [2, 2, 1, 1, 0]


def test_where_no_server_answers_the_machine_may_be_offline_and_an_hour_is_the_longest_wait() -> None:
    due = schedule.after_failure(NOW, interval=FIVE, failures=99, retry_after=None, chance=0.0, answered=False)

    assert due.at == NOW + HOUR


@pytest.mark.parametrize(
    ("walled", "waits"),
    [(False, [5, 300, 3600, 43200, None]), (True, [300, 3600, 43200, None, None])],
)
def test_a_page_is_tried_again_at_once_and_then_with_patience(walled: bool, waits: list[int | None]) -> None:
    tries = [schedule.next_reading(NOW, attempts=n, walled=walled, chance=0.0) for n in range(1, 6)]

    assert tries == [NOW + timedelta(seconds=wait) if wait else None for wait in waits]


@given(st.integers(1, 10_000), chances)
def test_failures_back_off_to_a_day_and_never_give_up(failures: int, chance: float) -> None:
    due = schedule.after_failure(NOW, interval=FIVE, failures=failures, retry_after=None, chance=chance)

    assert NOW + FIVE <= due.at <= NOW + DAY * (1 + schedule.JITTER)


def test_what_the_server_asks_to_wait_is_waited() -> None:
    due = schedule.after_failure(NOW, interval=FIVE, failures=3, retry_after=timedelta(hours=2), chance=1.0)

    assert due.at == NOW + timedelta(hours=2)


def test_the_fifth_failure_is_the_last() -> None:
    tries = [schedule.next_try(NOW, attempts=attempts, chance=0.5) for attempts in range(1, QUARANTINE_AFTER + 1)]

    assert tries[-1] is None
    assert None not in tries[:-1]


@pytest.mark.parametrize("age", [DEAD_AFTER, DEAD_AFTER * 2])
def test_a_message_is_dead_after_a_day(age: timedelta) -> None:
    due = schedule.next_attempt(NOW, first_try=NOW - age, attempts=20, permanent=False, retry_after=None, chance=0.5)

    assert due is None


def test_a_machine_that_slept_through_the_day_tries_on() -> None:
    age = timedelta(days=3)

    due = schedule.next_attempt(NOW, first_try=NOW - age, attempts=2, permanent=False, retry_after=DAY, chance=0.5)

    assert due is not None
    assert due <= NOW + schedule.RETRY_MOST


def test_a_message_refused_for_good_is_dead_at_once() -> None:
    due = schedule.next_attempt(NOW, first_try=NOW, attempts=1, permanent=True, retry_after=None, chance=0.5)

    assert due is None


@given(st.integers(1, 1000), st.none() | durations, chances, st.timedeltas(timedelta(0), DAY - timedelta(seconds=1)))
def test_a_message_is_tried_until_its_day_is_over_and_once_at_its_end(
    attempts: int, retry_after: timedelta | None, chance: float, age: timedelta
) -> None:
    due = schedule.next_attempt(
        NOW, first_try=NOW - age, attempts=attempts, permanent=False, retry_after=retry_after, chance=chance
    )

    assert due is not None
    assert NOW < due <= NOW - age + DEAD_AFTER + schedule.RETRY_FIRST
