"""A day of polling 10,000 feeds of which 1% misbehave, on a simulated clock, beside the same day without those.

Lateness is simulated, and so what the number of slots and the schedule make of it; what the work itself costs is in the
real milliseconds of a poll; feeds are parsed in the same process, and nothing is judged. Feeds are polled every two
hours, so that it takes about a quarter of an hour on two idle cores. FEEDS, HOURS and INTERVAL (minutes) in the
environment make it another one: `FEEDS=2000 HOURS=6 INTERVAL=20 python -m bench simulation`.
"""

import multiprocessing
import os
import resource
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from datetime import timedelta

from tests.internet import GOOD, ILL, Kind, mixed, town
from tests.simulation import Outcome, folder_in_memory, simulate

SHARES = (0.5, 0.99, 1.0)


@dataclass(frozen=True, slots=True)
class Figures:
    """What is told of one simulated day. Lateness in seconds: half, 99 of 100 and all polls stay under it."""

    feeds: int  # good ones, whose window never rolled over
    late: tuple[float, ...]
    late_at_first: tuple[float, ...]
    polls: int
    polls_of_each: tuple[int, int]
    all_polls: int
    wrong: int
    asked_while_held: int
    failed: bool
    seconds: float
    longest_write: float
    database: int
    memory: int


def main() -> None:
    """Print both days, and the ratio of the one to the other."""
    feeds = int(os.environ.get("FEEDS", "10000"))
    hours = float(os.environ.get("HOURS", "24"))
    minutes = float(os.environ.get("INTERVAL", "120"))
    kinds = mixed(feeds, feeds // 100)
    well = [Kind.GOOD if kind in ILL else kind for kind in kinds]
    print(f"{feeds} feeds, {hours:g} h, every {minutes:g} min")
    with ProcessPoolExecutor(2, mp_context=multiprocessing.get_context("spawn")) as pool:
        # Beside each other, each in a process of its own, whose memory is that of one day alone.
        ill_day, well_day = pool.map(_figures, (kinds, well), (hours, hours), (minutes, minutes))
    _print(f"{sum(kind in ILL for kind in kinds)} misbehave", ill_day)
    _print("none does", well_day)
    late = ill_day.late[1] / well_day.late[1]
    each = (ill_day.polls / ill_day.feeds) / (well_day.polls / well_day.feeds)
    print(f"ratio of the good ones: lateness (99%) {late:.2f}, polls of each {each:.3f}")


def _figures(kinds: list[Kind], hours: float, minutes: float) -> Figures:
    with folder_in_memory() as folder:
        database = folder / "monitor.db"
        outcome = simulate(database, town(kinds), hours=hours, interval=timedelta(minutes=minutes))
        size = database.stat().st_size
    return _summed(outcome, size)


def _summed(outcome: Outcome, size: int) -> Figures:
    polls = [outcome.polls[site.url] for site in outcome.of(GOOD) if not site.rolled]
    return Figures(
        feeds=len(polls),
        late=tuple(outcome.late(GOOD, share) for share in SHARES),
        late_at_first=tuple(outcome.late_at_first(GOOD, share) for share in SHARES),
        polls=sum(polls),
        polls_of_each=(min(polls), max(polls)),
        all_polls=outcome.polls.total(),
        wrong=len(outcome.wrong),
        asked_while_held=len(outcome.asked_while_held),
        failed=outcome.failed,
        seconds=outcome.real_seconds,
        longest_write=outcome.longest_write,
        database=size,
        memory=resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024,
    )


def _print(label: str, day: Figures) -> None:
    half, most, worst = day.late
    fewest, highest = day.polls_of_each
    print(f"-- {label}")
    print(f"good feeds on hosts of their own: {day.feeds}, each polled {fewest} to {highest} times")
    print(f"  late, simulated: half {half:.2f} s, 99% {most:.2f} s, worst {worst:.2f} s")
    half, most, worst = day.late_at_first
    print(f"  at the start, when all are due: half {half:.1f} s, 99% {most:.1f} s, worst {worst:.1f} s")
    print(f"items lost or doubled: {day.wrong}; hosts asked while held: {day.asked_while_held}; failed: {day.failed}")
    print(f"{day.all_polls} polls in {day.seconds:.0f} real s, {day.seconds / day.all_polls * 1e3:.2f} ms each")
    print(
        f"longest transaction {day.longest_write:.2f} s; database {day.database >> 20} MB; {day.memory >> 20} MB memory"
    )
