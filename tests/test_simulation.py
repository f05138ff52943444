"""Feeds that misbehave leave the others on time, and nothing is lost: hours of polling on a clock that jumps."""

import asyncio
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from monitor.schedule import JITTER, PER_HOST
from tests.internet import GOOD, Kind, mixed, town
from tests.simulation import TICK, Clock, Loop, Outcome, folder_in_memory, simulate

# Half an hour rather than five minutes: a sixth of the polls, which are the time that it takes, and the same lateness.
INTERVAL = timedelta(minutes=60)


@pytest.fixture
def database() -> Iterator[Path]:
    with folder_in_memory() as folder:
        yield folder / "monitor.db"


def polls_of_good(outcome: Outcome) -> set[int]:
    """Without those whose window rolled over, which are rightly polled more often."""
    return {outcome.polls[site.url] for site in outcome.of(GOOD) if not site.rolled}


@pytest.mark.timeout(240)  # a dozen seconds, on a machine that does nothing else
def test_feeds_that_misbehave_in_every_way_leave_the_others_on_time(database: Path) -> None:
    sites = town(mixed(500, 5), huge=3_000)

    outcome = simulate(database, sites, hours=6, interval=INTERVAL)

    assert not outcome.failed
    assert outcome.late(GOOD, 1) < 1
    assert outcome.late_at_first(GOOD, 1) < 30
    rounds = timedelta(hours=6) / INTERVAL
    assert polls_of_good(outcome) <= set(range(int(rounds / (1 + JITTER)), int(rounds) + 1))
    assert outcome.wrong == []
    assert outcome.asked_while_held == []
    assert max(outcome.most_at_once.values()) <= PER_HOST


def test_a_host_on_which_every_feed_hangs_holds_up_no_other(database: Path) -> None:
    sites = town([*[Kind.HANGS_TOGETHER] * 60, *[Kind.GOOD] * 60])

    outcome = simulate(database, sites, hours=1, interval=INTERVAL)

    assert outcome.late(GOOD, 1) < 1
    assert outcome.late_at_first(GOOD, 1) < 10


def test_three_hosts_that_hang_are_asked_ever_less_often(database: Path) -> None:
    sites = town([*[Kind.GOOD] * 10, *[Kind.HANGS] * 3])

    outcome = simulate(database, sites, hours=2, interval=timedelta(minutes=5))

    assert max(outcome.polls[site.url] for site in outcome.of([Kind.HANGS])) <= 6


def test_a_simulation_is_the_same_every_time(database: Path) -> None:
    kinds = mixed(80, 0)

    one = simulate(database, town(kinds, huge=100), hours=1, interval=INTERVAL)
    other = simulate(database.with_name("other.db"), town(kinds, huge=100), hours=1, interval=INTERVAL)

    assert one.polls == other.polls
    assert one.late(GOOD, 1) == pytest.approx(other.late(GOOD, 1), abs=TICK)


def test_simulated_time_passes_at_once_and_waits_for_threads() -> None:
    clock = Clock()

    async def an_hour_beside_a_thread() -> None:
        waiting = asyncio.create_task(asyncio.sleep(3600))
        await asyncio.to_thread(time.sleep, 0.05)
        assert clock.seconds == 0
        await waiting

    before = time.monotonic()
    with asyncio.Runner(loop_factory=lambda: Loop(clock)) as runner:
        runner.run(an_hour_beside_a_thread())

    assert clock.seconds == pytest.approx(3600)
    assert time.monotonic() - before < 10
