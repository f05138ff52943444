import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.dates import EARLIEST, is_number, read

WHEN = datetime(2024, 7, 23, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    "written",
    [
        "Tue, 23 Jul 2024 14:05:00 -0400",
        "Tue, 23 Jul 2024 14:05:00 -04:00",
        "Tue, 23 Jul 2024 14:05:00 -0400 (EDT)",
        "Tue, 23 Jul 24 18:05:00 GMT",
        "Tue,23 Jul 2024 18:05 Z",
        "Tuesday, 23 July 2024 18:05:00",
        "  23-Jul-2024\n18:05:00 UTC ",
        "23rd Jul. 2024, 6:05 p.m.",
        "Tue, 23 Jul 2024 06:05:00 PM GMT",
        "Tue, 23 Jul 2024 23:35:00 GMT+5:30",
        "July 23, 2024 at 2:05 p.m. ET",
        "Jul 23, 2024 14:05 EDT",
        "Tue Jul 23 18:05:00 2024",
        "Tue Jul 23 14:05:00 EDT 2024",
        "2024-07-23T18:05:00Z",
        "2024-07-23T18:05:00.999Z",
        "2024-07-23T23:35:00+0530",
        "2024-07-23T18:05",
        "2024-07-23 14:05:00 -0400",
        "2024-07-23 11:05 PDT",
        "2024/7/23 18:05:00",
        "20240723T180500Z",
        "1721757900",
        "1721757900.25",
        "1721757900000",
        "1721757900000000",
    ],
)
def test_one_time_is_read_however_it_is_written(written: str) -> None:
    assert read(written) == WHEN


@pytest.mark.parametrize(
    ("zone", "hours"),
    [
        ("EST", -5),
        ("EDT", -4),
        ("CST", -6),
        ("CDT", -5),
        ("MST", -7),
        ("MDT", -6),
        ("PST", -8),
        ("PDT", -7),
        ("ET", -4),
        ("PT", -7),
        ("BST", 1),
        ("CEST", 2),
        ("IST", 5.5),
        ("JST", 9),
        ("AEST", 10),
        ("UT", 0),
        ("", 0),
    ],
)
def test_zone_by_name_is_the_one_that_news_means(zone: str, hours: float) -> None:
    assert read(f"Tue, 23 Jul 2024 18:05:00 {zone}") == WHEN - timedelta(hours=hours)


def test_zone_without_summer_or_winter_in_its_name_follows_the_date() -> None:
    assert read("Tue, 23 Jan 2024 13:05:00 ET") == datetime(2024, 1, 23, 18, 5, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "when"),
    [
        ("23 Jul 2024", datetime(2024, 7, 23, tzinfo=UTC)),
        ("2024-07-23", datetime(2024, 7, 23, tzinfo=UTC)),
        ("20240723", datetime(2024, 7, 23, tzinfo=UTC)),
        ("Tue, 23 Jul 2024 24:00:00 GMT", datetime(2024, 7, 24, tzinfo=UTC)),
        ("2016-12-31T23:59:60Z", datetime(2017, 1, 1, tzinfo=UTC)),
        ("12 Sept 95", datetime(1995, 9, 12, tzinfo=UTC)),
        ("2099-01-01", datetime(2099, 1, 1, tzinfo=UTC)),
        ("July 23, 2024, 12:05 am", datetime(2024, 7, 23, 0, 5, tzinfo=UTC)),
    ],
)
def test_days_midnights_and_leap_seconds_are_read(written: str, when: datetime) -> None:
    assert read(written) == when


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "yesterday, 14:05",
        "mar., 23 juil. 2024 14:05:00 +0200",
        "Di, 23 Okt 2024 10:00:00 +0200",
        "2024年7月23日",
        "Tue, 31 Feb 2024 14:05:00 GMT",
        "Tue, 23 Jul 2024 25:05:00 GMT",
        "Tue, 23 Jul 2024 14:05:00 +9900",
        "Tue, 23 Jul 2024 14:05:00 XYZ",
        "Tue, 23 Jul 1672 14:05:00 GMT",
        "23 Jul 72",
        "1672531",
        "0",
        "-1721757900",
        "17217579001",
        "9" * 400,
        "1970-01-01T00:00:00Z",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59-12:00",
        "٢٣ Jul 2024",
        "20²4-07-23",
    ],
)
def test_what_is_no_time_for_certain_is_none(written: str) -> None:
    assert read(written) is None


@pytest.mark.parametrize(("written", "number"), [("1721757900", True), (" 99999999999.5", True), ("20240723", False)])
def test_bare_number_of_seconds_is_told_from_a_date(written: str, number: bool) -> None:
    assert is_number(written) is number


@given(st.datetimes(EARLIEST.replace(tzinfo=None)), st.integers(-12 * 60, 14 * 60))
def test_every_time_is_read_as_its_standards_write_it(naive: datetime, minutes: int) -> None:
    when = naive.replace(year=min(naive.year, 9998), day=min(naive.day, 28), microsecond=0, tzinfo=UTC)
    offset = timedelta(minutes=minutes)
    sign, amount = "-" if minutes < 0 else "+", abs(minutes)
    there = f"{(when + offset).replace(tzinfo=None).isoformat()}{sign}{amount // 60:02}{amount % 60:02}"

    assert read(when.isoformat()) == read(there) == read(format_datetime(when)) == when
    assert read(time.asctime(when.timetuple())) == when


@given(st.one_of(st.text(), st.text("0123456789-:+TZ. ,apmJulGMT", max_size=40)))
def test_any_text_is_a_time_since_1990_or_none(value: str) -> None:
    found = read(value)

    assert found is None or (found >= EARLIEST and found.tzinfo is UTC)
