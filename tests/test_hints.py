from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.hints import read
from monitor.model import Hints
from monitor.parse import parse

FEEDS = Path(__file__).parent / "data" / "feeds"
ITEM = "<item><title>one</title></item>"


def of(channel: str, after: str = ITEM) -> Hints:
    data = f'<rss version="2.0"><channel><title>t</title>{channel}{after}</channel></rss>'.encode()
    return parse(data, url="https://feeds.example/feed").hints


def skipping(hours: str = "", days: str = "") -> Hints:
    return Hints(None, frozenset(map(int, hours.split())), frozenset(map(int, days.split())))


@pytest.mark.parametrize(
    ("channel", "minutes"),
    [
        ("<ttl>30</ttl>", 30),
        ("<ttl> 60 </ttl>", 60),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>0</ttl>", None),
        ("<ttl>99999999</ttl>", None),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 30),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 1440),
        ("<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 60),
        ("<ttl>90</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 90),
        ("", None),
    ],
)
def test_feed_asks_to_be_left_alone_for_so_long(channel: str, minutes: int | None) -> None:
    assert of(channel).ttl == (timedelta(minutes=minutes) if minutes else None)


@pytest.mark.parametrize(
    ("channel", "hints"),
    [
        ("<skipHours><hour>0</hour><hour>23</hour></skipHours>", skipping("0 23")),
        ("<skipHours>\n <hour> 7 </hour>\n <hour>24</hour>\n</skipHours>", skipping("0 7")),
        ("<skipHours><hour>25</hour><hour>-1</hour><hour>x</hour><hour/><hour>3</hour></skipHours>", skipping("3")),
        ("<skipDays><day>Saturday</day><day>SUNDAY</day><day>Samstag</day></skipDays>", skipping(days="5 6")),
        ("<skiphours><hour>1</hour></skiphours><skipDays><day>Monday</day></skipDays>", skipping("1", "0")),
        ("<!-- <skipHours><hour>1</hour></skipHours> --><skipHours><hour>2</hour></skipHours>", skipping("2")),
        ("<hour>3</hour><day>Monday</day>", skipping()),
        ("<skipHours><hour>3</hour>", skipping("3")),
    ],
)
def test_hours_and_days_to_skip_are_read(channel: str, hints: Hints) -> None:
    assert of(channel) == hints


def test_who_skips_every_hour_or_every_day_means_none() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(1, 25))
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    days = "".join(f"<day>{day}</day>" for day in names)

    assert of(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>") == Hints()


def test_what_items_say_is_no_hint() -> None:
    inside = "<item><skipHours><hour>4</hour></skipHours><title>t</title></item>"

    assert of("", after=inside) == Hints()


def test_hints_are_read_in_wide_characters_too() -> None:
    data = '<rss version="2.0"><channel><skipHours><hour>4</hour></skipHours></channel></rss>'.encode("utf-16")

    assert parse(data, url="https://feeds.example/feed").hints == skipping("4")


def test_json_feed_has_no_hints() -> None:
    assert parse((FEEDS / "feed.json").read_bytes(), url="https://feeds.example/feed").hints == Hints()


@given(st.frozensets(st.integers(0, 23), max_size=23), st.frozensets(st.integers(0, 6), max_size=6))
def test_what_is_written_is_what_is_read(hours: frozenset[int], days: frozenset[int]) -> None:
    names = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
    written = "".join(f"<hour>{hour}</hour>" for hour in sorted(hours))
    channel = f"<skipHours>{written}</skipHours>"
    channel += f"<skipDays>{''.join(f'<day>{names[day]}</day>' for day in sorted(days))}</skipDays>"

    assert read(channel.encode(), ttl="", period="", frequency="") == Hints(None, hours, days)


@given(
    st.lists(st.sampled_from(["<skipHours>", "</skipHours>", "<hour>", "</hour>", "7", "<!--", "-->", "<day>"])).map(
        "".join
    ),
    st.text(),
    st.text(),
)
def test_any_text_gives_hours_of_a_day_and_days_of_a_week(markup: str, ttl: str, period: str) -> None:
    found = read(markup.encode(), ttl=ttl, period=period, frequency=ttl)

    assert found.skip_hours < frozenset(range(24))
    assert found.skip_days < frozenset(range(7))
    assert found.ttl is None or found.ttl > timedelta(0)
