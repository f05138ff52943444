"""What is wrong with feeds, with hysteresis, and how it is told."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import health
from monitor.health import Change, Kind, Vitals
from monitor.model import Cause
from monitor.schedule import DAY, HOUR, Rhythm

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
AGO = NOW - HOUR
FAILING = Vitals(failures=3, failing_since=AGO, cause=Cause.ANSWER, error="500")
BUSY = Rhythm(last_new=NOW - 2 * DAY, gap=HOUR, longest=10 * HOUR, arrivals=50)


def kinds(vitals: Vitals, *lasting: Kind, offline: bool = False) -> list[Kind]:
    return list(health.ailments(vitals, NOW, lasting, offline=offline))


@pytest.mark.parametrize(
    ("vitals", "lasting", "found"),
    [
        (Vitals(), [], []),
        (FAILING, [], [Kind.DOWN]),
        (Vitals(failures=2, failing_since=AGO, cause=Cause.ANSWER), [], []),
        (Vitals(failures=9, failing_since=NOW, cause=Cause.ANSWER), [], []),  # nine in a second
        (Vitals(failures=3, failing_since=AGO, cause=Cause.CONTENT), [], [Kind.NO_FEED]),
        (Vitals(failures=3, failing_since=AGO, cause=Cause.OURS), [], [Kind.DOWN]),
        (Vitals(failures=4, failing_since=AGO, cause=Cause.CONTENT), [Kind.DOWN], [Kind.DOWN]),  # told once
        (Vitals(failures=0, answers=1), [Kind.DOWN], [Kind.DOWN]),
        (Vitals(failures=1, failing_since=NOW, cause=Cause.ANSWER), [Kind.DOWN], [Kind.DOWN]),
        (Vitals(failures=0, answers=2), [Kind.DOWN], []),
        (Vitals(gone=NOW, failures=1, cause=Cause.GONE), [], [Kind.GONE]),
        (Vitals(moved_to="new.example"), [], [Kind.MOVED]),
        (Vitals(rhythm=Rhythm(rolled=1)), [], [Kind.ROLLED]),
        (Vitals(answered=NOW, rhythm=BUSY), [], [Kind.SILENT]),
        (Vitals(answered=NOW, rhythm=BUSY, failures=1, cause=Cause.NETWORK), [], []),  # it is ill
        (Vitals(answered=NOW, rhythm=BUSY, failures=1, cause=Cause.ANSWER), [Kind.SILENT], [Kind.SILENT]),
        (Vitals(answered=NOW - 2 * DAY + HOUR, rhythm=BUSY), [], []),  # nobody has asked since
        (Vitals(asked=NOW - DAY), [], [Kind.DOWN]),  # its host still asks to wait
        (Vitals(asked=NOW - DAY, answers=9), [Kind.DOWN], [Kind.DOWN]),
        (Vitals(asked=NOW - 23 * HOUR), [], []),
        (Vitals(answered=NOW, rhythm=Rhythm(BUSY.last_new, HOUR, 30 * HOUR, 50)), [], []),  # as over every weekend
        (Vitals(answered=NOW, rhythm=Rhythm(BUSY.last_new, HOUR, HOUR, 9)), [], []),  # too new to have a rhythm
        (Vitals(answered=NOW, rhythm=Rhythm(NOW - 23 * HOUR, HOUR, HOUR, 50)), [], []),
        (Vitals(pages=30, pages_lately=0.1, pages_mostly=0.8), [], [Kind.PAGES]),
        (Vitals(pages=30, pages_lately=0.3, pages_mostly=0.8), [], []),
        (Vitals(pages=30, pages_lately=0.3, pages_mostly=0.4), [Kind.PAGES], [Kind.PAGES]),
        (Vitals(pages=30, pages_lately=0.6, pages_mostly=0.4), [Kind.PAGES], []),
        (Vitals(pages=30, pages_lately=0.0, pages_mostly=0.3), [], []),  # it never could be read
        (Vitals(pages=19, pages_lately=0.0, pages_mostly=0.9), [], []),
    ],
)
def test_an_ailment_begins_late_and_ends_late(vitals: Vitals, lasting: list[Kind], found: list[Kind]) -> None:
    assert kinds(vitals, *lasting) == found


def test_offline_no_feed_is_blamed_for_not_answering() -> None:
    dead = Vitals(failures=5, failing_since=AGO, cause=Cause.NETWORK)

    assert kinds(dead, offline=True) == []
    assert kinds(dead) == [Kind.DOWN]
    assert kinds(FAILING, offline=True) == [Kind.DOWN]


@given(st.lists(st.booleans(), max_size=60))
def test_a_feed_that_flaps_does_not_ring_all_day(polls: list[bool]) -> None:
    failures = answers = changes = 0
    lasting: list[Kind] = []

    for good in polls:
        failures, answers = (0, answers + 1) if good else (failures + 1, 0)
        vitals = Vitals(failures=failures, failing_since=AGO if failures else None, answers=answers)
        found = kinds(vitals, *lasting)
        changes += found != lasting
        lasting = found

    # To begin takes three polls in a row, to end two.
    assert changes <= 2 * (len(polls) // 5) + 1


@pytest.mark.parametrize(
    ("silent", "hosts", "offline"),
    [
        (3, 4, True),
        (3, 6, True),
        (3, 7, False),
        (250, 500, True),
        (2, 2, True),
        (1, 2, False),
        (1, 1, False),
        (0, 0, False),
    ],
)
def test_a_machine_is_offline_when_half_of_its_hosts_fall_silent_and_none_answers(
    silent: int, hosts: int, offline: bool
) -> None:
    assert health.is_offline(silent, hosts) is offline


# ---------------------------------------------------------------- the notice

TIMES = {AGO: "11:00", NOW: "12:00"}


def change(feed: str, kind: Kind, ended: datetime | None = None) -> Change:
    return Change(sum(feed.encode()), feed, kind, "it gives no feed: 500", AGO, ended)


def test_what_began_and_what_is_over_stand_in_one_notice() -> None:
    changes = [change("Wire", Kind.DOWN), change("Blog", Kind.SILENT, NOW), change("Press", Kind.GONE)]

    assert health.notice(changes, TIMES).split("\n") == [
        "2 feeds to look at; 1 feed well again",
        "Press: it gives no feed: 500 (since 11:00)",
        "Wire: it gives no feed: 500 (since 11:00)",
        "Blog: it has published again (since 11:00, over at 12:00)",
    ]


def test_a_long_notice_is_cut() -> None:
    lines = health.notice([change(f"feed {n:03} {'x' * n}", Kind.DOWN) for n in range(500)], TIMES).split("\n")

    assert lines[0] == "500 feeds to look at"
    assert len(lines) == health.SHOWN + 2
    assert lines[-1] == "… and 480 more; see: monitor feeds"


def test_the_machine_itself_is_told_of_first() -> None:
    begun = health.notice([Change(None, "", Kind.OFFLINE, "most likely this machine has no network", AGO, None)], TIMES)
    over = health.notice([Change(None, "", Kind.OFFLINE, "", AGO, NOW), change("Wire", Kind.DOWN)], TIMES)

    assert begun.split("\n") == [
        "This machine seems to be offline",
        "No host has answered since 11:00: most likely this machine has no network",
    ]
    assert over.split("\n") == [
        "This machine was offline and is back; 1 feed to look at",
        "No host answered from 11:00 to 12:00",
        "Wire: it gives no feed: 500 (since 11:00)",
    ]


def test_every_kind_can_begin_and_end_in_words() -> None:
    for kind in Kind:
        assert health.notice([change("Wire", kind, NOW)], TIMES)
