"""Quiet hours, digests and days on the wall clock, where it is put forward and back too."""

from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import cron
from monitor.calendar import midnights, next_digest, quiet_until
from monitor.options import Quiet

SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)
NEW_YORK, BERLIN, LORD_HOWE = "America/New_York", "Europe/Berlin", "Australia/Lord_Howe"
ZONES = (NEW_YORK, BERLIN, LORD_HOWE, "Asia/Kolkata", "UTC")

NIGHT = {"from": "22:00", "to": "06:30"}
FRIDAYS = {**NIGHT, "days": ("fri",)}
LUNCH = {"from": "12:00", "to": "13:00"}
GAP = {"from": "02:10", "to": "02:40"}
TWICE = {"from": "01:30", "to": "01:45"}


def local(zone: str, text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def quiet(zone: str, hours: Mapping[str, object], now: datetime) -> datetime | None:
    return quiet_until(Quiet.model_validate(hours), ZoneInfo(zone), now)


@pytest.mark.parametrize(
    ("zone", "hours", "now", "until"),
    [
        ("UTC", NIGHT, "2026-03-02 21:59:59.999", None),
        ("UTC", NIGHT, "2026-03-02 22:00", "2026-03-03 06:30"),
        ("UTC", NIGHT, "2026-03-03 06:29:59.999", "2026-03-03 06:30"),
        ("UTC", NIGHT, "2026-03-03 06:30", None),
        ("UTC", NIGHT, "2026-12-31 23:00", "2027-01-01 06:30"),
        ("UTC", NIGHT, "2028-02-28 23:00", "2028-02-29 06:30"),
        ("UTC", NIGHT, "2028-02-29 23:00", "2028-03-01 06:30"),
        ("UTC", NIGHT, "2026-02-28 23:00", "2026-03-01 06:30"),
        ("UTC", LUNCH, "2026-03-02 12:30", "2026-03-02 13:00"),
        ("UTC", {"from": "18:00", "to": "00:00"}, "2026-03-02 23:59", "2026-03-03 00:00"),
        ("UTC", {"from": "00:00", "to": "23:59"}, "2026-03-02 23:59", None),
        # The 6th of March 2026 is a Friday.
        ("UTC", FRIDAYS, "2026-03-06 21:00", None),
        ("UTC", FRIDAYS, "2026-03-06 22:00", "2026-03-07 06:30"),
        ("UTC", FRIDAYS, "2026-03-07 06:00", "2026-03-07 06:30"),
        ("UTC", FRIDAYS, "2026-03-07 22:00", None),
        ("UTC", FRIDAYS, "2026-03-06 06:00", None),
        # Put forward: the night is an hour shorter by the clock on the wall, and half an hour on Lord Howe.
        (NEW_YORK, NIGHT, "2026-03-08 01:00", "2026-03-08 06:30"),
        (BERLIN, NIGHT, "2026-03-29 01:00", "2026-03-29 06:30"),
        (LORD_HOWE, NIGHT, "2026-10-04 01:00", "2026-10-04 06:30"),
        # Put back.
        (NEW_YORK, NIGHT, "2026-11-01 01:00", "2026-11-01 06:30"),
        (BERLIN, NIGHT, "2026-10-25 01:00", "2026-10-25 06:30"),
        (LORD_HOWE, NIGHT, "2026-04-05 01:00", "2026-04-05 06:30"),
        # An end in the gap, a start in it, and both.
        (NEW_YORK, {"from": "22:00", "to": "02:30"}, "2026-03-08 01:59", "2026-03-08 03:00"),
        (NEW_YORK, {"from": "02:30", "to": "04:00"}, "2026-03-08 01:59", None),
        (NEW_YORK, {"from": "02:30", "to": "04:00"}, "2026-03-08 03:00", "2026-03-08 04:00"),
        (NEW_YORK, GAP, "2026-03-08 03:00", None),
        (NEW_YORK, {"from": "02:30", "to": "02:10"}, "2026-03-08 01:00", "2026-03-09 02:10"),
        (LORD_HOWE, {"from": "22:00", "to": "02:15"}, "2026-10-04 01:59", "2026-10-04 02:30"),
    ],
)
def test_quiet_hours_hold_until(zone: str, hours: Mapping[str, object], now: str, until: str | None) -> None:
    assert quiet(zone, hours, local(zone, now)) == (local(zone, until) if until else None)


def test_quiet_hours_that_come_twice_last_from_the_first_start_to_the_last_end() -> None:
    first = local(NEW_YORK, "2026-11-01 01:30").astimezone(UTC)
    end = first + timedelta(minutes=75)

    assert quiet(NEW_YORK, TWICE, first - MINUTE) is None
    assert {quiet(NEW_YORK, TWICE, first + number * MINUTE) for number in range(75)} == {end}
    assert quiet(NEW_YORK, TWICE, end) is None


@pytest.mark.parametrize(
    ("zone", "times", "now", "expected"),
    [
        ("UTC", ["07:30"], "2026-03-02 07:29:59.999", "2026-03-02 07:30"),
        ("UTC", ["07:30"], "2026-03-02 07:30", "2026-03-03 07:30"),
        ("UTC", ["16:00", "07:30"], "2026-03-02 08:00", "2026-03-02 16:00"),
        ("UTC", ["07:30"], "2026-12-31 08:00", "2027-01-01 07:30"),
        ("UTC", ["30 7 * * mon-fri"], "2026-03-06 08:00", "2026-03-09 07:30"),
        ("UTC", ["30 7 * * mon-fri", "09:00"], "2026-03-06 08:00", "2026-03-06 09:00"),
        ("UTC", ["0 9 1 * *"], "2026-03-02 08:00", "2026-04-01 09:00"),
        ("UTC", ["0 9 31 * *"], "2026-04-01 08:00", "2026-05-31 09:00"),
        ("UTC", ["0 9 29 2 *"], "2026-03-02 08:00", "2028-02-29 09:00"),
        ("UTC", ["0 9 29 2 */7"], "2072-03-02 08:00", "2088-02-29 09:00"),
        ("UTC", ["0 9 29 2 */7"], "2088-03-02 08:00", "2128-02-29 09:00"),
        ("UTC", ["0 9 * * 7"], "2026-03-02 08:00", "2026-03-08 09:00"),
        ("UTC", ["0 9 * * 0"], "2026-03-02 08:00", "2026-03-08 09:00"),
        # Day of month or of week, where both say something; and where one begins with a star, both.
        ("UTC", ["0 9 13 * fri"], "2026-03-02 08:00", "2026-03-06 09:00"),
        ("UTC", ["0 9 4 * fri"], "2026-03-02 08:00", "2026-03-04 09:00"),
        ("UTC", ["0 9 */2 * fri"], "2026-03-06 10:00", "2026-03-13 09:00"),
        ("UTC", ["*/20 8-9,17 * jan-jun/2 *"], "2026-03-02 09:41", "2026-03-02 17:00"),
        ("UTC", ["*/20 8-9,17 * jan-jun/2 *"], "2026-03-31 17:41", "2026-05-01 08:00"),
        ("UTC", ["5/25 9 * * *"], "2026-03-02 09:06", "2026-03-02 09:30"),
        # The gap, and once only.
        (NEW_YORK, ["02:30"], "2026-03-08 01:00", "2026-03-08 03:00"),
        (NEW_YORK, ["02:30"], "2026-03-08 03:00", "2026-03-09 02:30"),
        (NEW_YORK, ["02:30", "03:00"], "2026-03-08 03:00", "2026-03-09 02:30"),
        (NEW_YORK, ["0,30 2 * * *"], "2026-03-08 01:00", "2026-03-08 03:00"),
        (BERLIN, ["02:00"], "2026-03-29 01:59", "2026-03-29 03:00"),
        (LORD_HOWE, ["02:15"], "2026-10-04 01:00", "2026-10-04 02:30"),
        (LORD_HOWE, ["*/10 12 * * *"], "2026-10-04 01:00", "2026-10-04 12:00"),
        ("Pacific/Apia", ["07:30"], "2011-12-29 08:00", "2011-12-31 00:00"),
        # What comes twice: the first.
        (NEW_YORK, ["01:30"], "2026-11-01 01:00", "2026-11-01 01:30"),
        (NEW_YORK, ["01:30"], "2026-11-01 01:30", "2026-11-02 01:30"),
        (LORD_HOWE, ["01:45"], "2026-04-05 01:45", "2026-04-06 01:45"),
    ],
)
def test_the_next_digest_is_at(zone: str, times: list[str], now: str, expected: str) -> None:
    assert next_digest(times, ZoneInfo(zone), local(zone, now)) == local(zone, expected)


@pytest.mark.parametrize("line", ["0 0 31 2 *", "0 0 30 2 */2", "0 0 31 4,6,9,11 *"])
def test_a_line_that_never_comes_says_so(line: str) -> None:
    assert cron.parse(line).never


@pytest.mark.parametrize("line", ["0 0 29 2 *", "0 0 31 2 mon", "0 0 31 2,3 *"])
def test_a_line_that_comes_seldom_is_not_taken_for_one(line: str) -> None:
    assert not cron.parse(line).never


# ---------------------------------------------------------------- against a look at every minute


@cache
def minutes(zone: str) -> dict[tuple[date, time], list[datetime]]:
    """Every minute that the wall clock shows, with the instants at which it does, oldest first."""
    shown: dict[tuple[date, time], list[datetime]] = {}
    tz = ZoneInfo(zone)
    for change in (date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), *(date(2026, 10, d) for d in (4, 25))):
        instant = datetime.combine(change - 4 * DAY, time(), UTC)
        while instant.date() < change + 4 * DAY:
            wall = instant.astimezone(tz)
            instants = shown.setdefault((wall.date(), wall.time()), [])
            if instant not in instants:
                instants.append(instant)
            instant += MINUTE
    return shown


def instants(zone: str, day: date, clock: time) -> list[datetime]:
    """The instants at which the wall clock shows a minute; of one that it skips, the next that it shows."""
    wall = datetime.combine(day, clock)
    while (wall.date(), wall.time()) not in minutes(zone):
        wall += MINUTE
    return minutes(zone)[wall.date(), wall.time()]


@st.composite
def moments(draw: st.DrawFn) -> tuple[str, datetime]:
    """A minute, and some seconds, within a day and a half of a change of the clock in one of the zones."""
    change = draw(st.sampled_from([date(2026, 3, 8), date(2026, 3, 29), date(2026, 4, 5), date(2026, 10, 4)]))
    offset = draw(st.integers(-36 * 60, 36 * 60)) * MINUTE + draw(st.integers(0, 59)) * timedelta(seconds=1)
    return draw(st.sampled_from(ZONES)), datetime.combine(change, time(), UTC) + offset


clocks = st.times().map(lambda clock: clock.replace(second=0, microsecond=0))
days = st.lists(st.sampled_from(["mon", "tue", "wed", "thu", "fri", "sat", "sun"]), max_size=3, unique=True)


@settings(max_examples=300, deadline=None)
@given(moments(), clocks, clocks, days)
def test_quiet_hours_are_those_of_a_look_at_every_minute(
    moment: tuple[str, datetime], start: time, end: time, on: list[str]
) -> None:
    zone, now = moment
    if start == end:
        return
    hours = {"from": f"{start:%H:%M}", "to": f"{end:%H:%M}", "days": tuple(on)}

    windows = []
    for day in (now.date() + ahead * DAY for ahead in (-2, -1, 0, 1)):
        if not on or f"{day:%a}".lower() in on:
            last = instants(zone, day + DAY * (end <= start), end)[-1]
            windows.append((instants(zone, day, start)[0], last))
    until = quiet(zone, hours, now)

    assert (until is not None) == any(begin <= now < ending for begin, ending in windows)
    if until:
        assert until > now
        assert quiet(zone, hours, until) is None
        assert until in [ending for _, ending in windows]
        assert quiet(zone, hours, until - timedelta(microseconds=1)) == until


@settings(max_examples=200, deadline=None)
@given(moments(), st.lists(clocks, min_size=1, max_size=3))
def test_digests_are_those_of_a_look_at_every_minute(moment: tuple[str, datetime], clocks: list[time]) -> None:
    zone, now = moment

    coming = next_digest([f"{clock:%H:%M}" for clock in clocks], ZoneInfo(zone), now)

    due = {instants(zone, now.date() + ahead * DAY, clock)[0] for ahead in (-1, 0, 1, 2) for clock in clocks}
    assert coming == min(instant for instant in due if instant > now)


fields = st.tuples(
    st.sampled_from(["0", "30", "*/20", "5-40/7", "59"]),
    st.sampled_from(["0", "2", "*", "1-3", "*/6", "23"]),
    st.sampled_from(["*", "8", "*/3", "1-10", "29"]),
    st.sampled_from(["*", "3,4", "10", "mar-may"]),
    st.sampled_from(["*", "sun", "mon-fri", "*/2", "7"]),
)


@settings(max_examples=100, deadline=None)
@given(moments(), fields)
def test_a_cron_line_comes_ever_later_and_only_when_the_clock_shows_its_time(
    moment: tuple[str, datetime], line: tuple[str, ...]
) -> None:
    zone, now = moment
    parsed = cron.parse(" ".join(line))

    coming = list(series(" ".join(line), zone, now, 5))

    assert all(earlier < later for earlier, later in pairwise([now, *coming]))
    for instant in coming:
        wall = instant.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        shown = (instant - MINUTE).astimezone(ZoneInfo(zone)).replace(tzinfo=None) + MINUTE
        skipped = [shown + number * MINUTE for number in range(int((wall - shown) / MINUTE))]
        assert any(each.time() in parsed.times and parsed.falls_on(each.date()) for each in (wall, *skipped))
    for (day, clock), shown_at in minutes(zone).items():
        if clock in parsed.times and parsed.falls_on(day):
            assert not now < shown_at[0] < coming[0]


def series(line: str, zone: str, now: datetime, count: int) -> Iterator[datetime]:
    for _ in range(count):
        now = next_digest([line], ZoneInfo(zone), now)
        yield now


def test_days_begin_at_midnight_in_the_zone_where_clocks_are_put_forward_too() -> None:
    found = midnights(ZoneInfo(NEW_YORK), local(NEW_YORK, "2026-03-09 23:59"), 3)

    assert found == [local(NEW_YORK, f"2026-03-{day:02} 00:00") for day in (7, 8, 9, 10)]
    assert [(after - before) / timedelta(hours=1) for before, after in pairwise(found)] == [24, 23, 24]


@given(
    now=st.integers(0, 10 * 366 * 24 * 3600).map(lambda after: datetime(2020, 1, 1, tzinfo=UTC) + after * SECOND),
    zone=st.sampled_from((*ZONES, "America/Havana", "America/Santiago", "Africa/Cairo")),
    days=st.integers(1, 50),
)
def test_now_is_always_in_the_last_day_and_every_day_has_its_date(now: datetime, zone: str, days: int) -> None:
    found = midnights(ZoneInfo(zone), now, days)

    assert len(found) == days + 1
    assert found[-2] <= now < found[-1]
    dates = [each.astimezone(ZoneInfo(zone)).date() for each in found]
    assert [after - before for before, after in pairwise(dates)] == [DAY] * days
