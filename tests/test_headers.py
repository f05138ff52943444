"""What headers say of time, also those that say nothing sensible."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.headers import fresh_for, retry_after
from tests.clients import NOW

DAY = timedelta(days=1)
HEADERS = ("Cache-Control", "Age", "Expires", "Date")


@pytest.mark.parametrize(
    ("value", "wait"),
    [
        (" 0 ", timedelta(0)),
        ("9" * 400, timedelta(days=1)),
        ("-5", None),
        ("1.5", None),
        ("٣", None),
        ("", None),
        ("Tue, 23 Jul 2024 13:59:59 GMT", timedelta(0)),
        ("Tuesday, 23-Jul-24 14:00:30 GMT", timedelta(seconds=30)),
        ("Tue Jul 23 14:01:00 2024", timedelta(minutes=1)),
        ("Fri, 31 Dec 9999 23:59:59 -1200", timedelta(days=1)),
    ],
)
def test_retry_after_is_a_wait_between_nothing_and_a_day(value: str, wait: timedelta | None) -> None:
    assert retry_after(value, NOW) == wait


@given(st.text(max_size=40))
def test_any_retry_after_is_a_wait_or_none(value: str) -> None:
    wait = retry_after(value, NOW)

    assert wait is None or timedelta(0) <= wait <= timedelta(days=1)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, 0),
        ({"Cache-Control": "max-age=600"}, 600),
        ({"Cache-Control": 'Public, MAX-AGE="600" , must-revalidate'}, 600),
        ({"Cache-Control": "max-age=600", "Age": "60"}, 540),
        ({"Cache-Control": "max-age=600", "Age": "9000"}, 0),
        ({"Cache-Control": "max-age=600", "Age": "young"}, 600),
        ({"Cache-Control": "max-age=600, max-age=5"}, 600),
        ({"Cache-Control": "max-age=31536000"}, 86_400),
        ({"Cache-Control": "max-age=" + "9" * 400}, 86_400),
        ({"Cache-Control": "max-age=-1"}, 0),
        ({"Cache-Control": "max-age"}, 0),
        ({"Cache-Control": "max-age=soon", "Expires": "Tue, 23 Jul 2024 14:10:00 GMT"}, 0),
        ({"Cache-Control": "s-maxage=600"}, 0),
        ({"Cache-Control": "s-maxage=600, max-age=30"}, 30),
        ({"Cache-Control": "max-age=600, no-cache"}, 0),
        ({"Cache-Control": "no-store", "Expires": "Tue, 23 Jul 2024 14:10:00 GMT"}, 0),
        ({"Cache-Control": 'private="a, no-cache, b", max-age=30'}, 30),
        ({"Cache-Control": 'private="a, max-age=600'}, 0),
        ({"Expires": "Tue, 23 Jul 2024 14:10:00 GMT"}, 600),
        ({"Expires": "Tue, 23 Jul 2024 14:10:00 GMT", "Date": "Tue, 23 Jul 2024 14:05:00 GMT"}, 300),
        ({"Expires": "Tue, 23 Jul 2024 14:10:00 GMT", "Date": "today"}, 600),
        ({"Expires": "Tue, 23 Jul 2024 13:00:00 GMT"}, 0),
        ({"Expires": "Fri, 31 Dec 9999 23:59:59 -1200"}, 86_400),
        ({"Expires": "0"}, 0),
        ({"Expires": "-1", "Cache-Control": "public"}, 0),
    ],
)
def test_a_response_holds_as_long_as_its_headers_say(headers: dict[str, str], seconds: int) -> None:
    assert fresh_for(headers, NOW) == timedelta(seconds=seconds)


@given(st.dictionaries(st.sampled_from(HEADERS), st.text(max_size=40) | st.from_regex("max-age ?=[0-9a-z,]*")))
def test_whatever_headers_say_is_between_nothing_and_a_day(headers: dict[str, str]) -> None:
    assert timedelta(0) <= fresh_for(headers, NOW) <= DAY
