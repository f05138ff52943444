"""When to try again."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import schedule
from monitor.schedule import DAY, DEAD_AFTER, QUARANTINE_AFTER

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
FIVE = timedelta(minutes=5)
chances = st.floats(0, 1)
durations = st.timedeltas(timedelta(seconds=1), timedelta(days=30))


def test_an_interval_set_on_the_feed_wins_over_its_hints_to_the_second() -> None:
    due = schedule.after_success(NOW, own=FIVE, default=timedelta(hours=1), ttl=DAY, chance=1.0)

    assert due.at == NOW + FIVE
    assert "as set on the feed" in due.reason


def test_a_hint_lengthens_the_default_interval_and_says_so() -> None:
    due = schedule.after_success(NOW, own=None, default=FIVE, ttl=timedelta(hours=1), chance=0.0)

    assert due.at == NOW + timedelta(hours=1)
    assert "the feed asks for 1h" in due.reason


@given(durations, st.none() | durations, chances)
def test_a_feed_that_answers_is_never_polled_sooner_than_its_interval(
    default: timedelta, ttl: timedelta | None, chance: float
) -> None:
    assert schedule.after_success(NOW, own=None, default=default, ttl=ttl, chance=chance).at >= NOW + default


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
