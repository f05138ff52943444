"""Alert or suppress, where to, and when: a row for every branch, and days of random traffic."""

from bisect import bisect_left
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.calendar import next_digest, quiet_until
from monitor.decide import Facts, History, Traffic, channels_for, decide, route
from monitor.model import Action, Hold, Occasion, Route
from monitor.options import Channel, Priority

ALERT, SUPPRESS = Action.ALERT, Action.SUPPRESS
URGENT, NORMAL, LOW = Priority.URGENT, Priority.NORMAL, Priority.LOW
NEW_YORK = ZoneInfo("America/New_York")
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)

# ---------------------------------------------------------------- alert or suppress

PLANT, MORE, OTHER = "Nvidia to build plant in Texas", "Nvidia to build 2 plants in Texas", "Nvidia builds Texas plant"
CORRECTED = f"CORRECTED-{PLANT}"


def told(*occasions: Occasion, **more: Any) -> History:
    return History(alerted="a1", told=frozenset({Occasion.FIRST, *occasions}), outlet="The Wire", **more)


@pytest.mark.parametrize(
    ("history", "action", "reason"),
    [
        (History(), ALERT, "first article of this story for this watch"),
        (History(alerted="a1"), SUPPRESS, "this story was already alerted as a1"),
        (History(feed_baseline=True), SUPPRESS, "would have matched: already in the feed when it was first read"),
        (History(rule_baseline=True), SUPPRESS, "would have matched: seen before the watch was added or edited"),
        (History(story_baseline=True), SUPPRESS, "would have matched: the story was already in this feed"),
        (History(alerted="a1", feed_baseline=True), SUPPRESS, "this story was already alerted as a1"),
        (History(update_of="a1", update_words="same firm"), ALERT, "an update of alert a1: same firm"),
        (History(update_of="a1", feed_baseline=True), SUPPRESS, "would have matched: already in the feed"),
        # Silences come last: only what would have alerted is kept back by one.
        (History(silenced="silenced until 16:00"), SUPPRESS, "silenced until 16:00"),
        (History(silenced="silenced", feed_baseline=True), SUPPRESS, "would have matched"),
        (History(silenced="silenced", alerted="a1"), SUPPRESS, "this story was already alerted as a1"),
        (told(silenced="silenced", first_tier=2, tier=1), SUPPRESS, "silenced"),
    ],
)
def test_every_outcome_says_why(history: History, action: Action, reason: str) -> None:
    decision = decide(history)

    assert (decision.action, decision.reason.startswith(reason)) == (action, True), decision.reason


@pytest.mark.parametrize(
    ("history", "occasion", "reason"),
    [
        (told(headline=CORRECTED), Occasion.CORRECTION, "The Wire corrects it"),
        (told(headline=CORRECTED, headline_before=PLANT), Occasion.CORRECTION, "The Wire corrects it"),
        (told(headline=f"WITHDRAWN-{PLANT}"), Occasion.RETRACTION, "The Wire retracts it"),
        (told(headline=f"WITHDRAWN-{PLANT}", headline_before=CORRECTED), Occasion.RETRACTION, "The Wire retracts it"),
        (
            told(headline_before=PLANT, headline=MORE),
            Occasion.HEADLINE,
            "The Wire has another headline now, with a number",
        ),
        (told(first_tier=3, tier=1), Occasion.CONFIRMED, "The Wire (tier 1) confirms it"),
        (told(outlets_last_hour=6), Occasion.OUTLETS, "6 outlets had it within an hour"),
        # The next occasion where one was told.
        (told(Occasion.CONFIRMED, first_tier=2, outlets_last_hour=7), Occasion.OUTLETS, "7 outlets had it"),
        (told(headline=CORRECTED, story_baseline=True), Occasion.CORRECTION, "The Wire corrects it"),
    ],
)
def test_a_story_is_told_again_on_occasion(history: History, occasion: Occasion, reason: str) -> None:
    decision = decide(history)

    assert (decision.action, decision.occasion) == (ALERT, occasion)
    assert decision.reason.startswith(f"a repeat: {reason}")


@pytest.mark.parametrize(
    "history",
    [
        told(headline=CORRECTED, headline_before=f"Corrected: {PLANT}"),
        told(Occasion.CORRECTION, headline=CORRECTED),
        told(headline=MORE),
        told(headline_before=PLANT, headline=OTHER),
        told(Occasion.HEADLINE, headline_before=PLANT, headline=MORE),
        told(first_tier=2, tier=1, same_text=True),
        told(first_tier=2, tier=2),
        told(first_tier=1, tier=1),
        told(Occasion.CONFIRMED, first_tier=2, tier=1),
        told(outlets_last_hour=5),
        told(Occasion.OUTLETS, outlets_last_hour=9),
        told(headline=CORRECTED, feed_baseline=True),
        told(first_tier=2, tier=1, rule_baseline=True),
        told(update_of="a0"),
    ],
)
def test_what_is_no_occasion_is_not_told_again(history: History) -> None:
    assert decide(history).reason == "this story was already alerted as a1"


# ---------------------------------------------------------------- where

DESK, MAIL = Channel(name="desk"), Channel(name="mail")
PAGER = Channel(name="pager", priorities=(URGENT,))
WIRE = Channel(name="wire", tiers=(1, 2))


@pytest.mark.parametrize(
    ("wanted", "available", "priority", "tier", "expected"),
    [
        ((), (DESK, MAIL), NORMAL, 2, ("desk", "mail")),
        (("mail",), (DESK, MAIL), NORMAL, 2, ("mail",)),
        (("gone",), (DESK, MAIL), NORMAL, 2, ("desk", "mail")),
        (("gone", "mail"), (DESK, MAIL), NORMAL, 2, ("mail",)),
        ((), (DESK, PAGER, WIRE), NORMAL, 3, ("desk",)),
        ((), (DESK, PAGER, WIRE), URGENT, 2, ("desk", "pager", "wire")),
        (("pager",), (DESK, PAGER), LOW, 1, ()),
        (("gone",), (DESK, PAGER), LOW, 1, ("desk",)),
        ((), (), LOW, 1, ()),
    ],
)
def test_an_alert_goes_to_the_channels_its_watch_names_else_to_all_that_take_it(
    wanted: tuple[str, ...], available: tuple[Channel, ...], priority: Priority, tier: int, expected: tuple[str, ...]
) -> None:
    assert channels_for(wanted, available, priority, tier) == expected


# ---------------------------------------------------------------- when


def at(text: str) -> datetime:
    """A time in New York, on a Tuesday in March unless it names the day."""
    day, clock = text.split() if " " in text else ("3", text)
    return datetime.fromisoformat(f"2026-03-{int(day):02} {clock}").replace(tzinfo=NEW_YORK).astimezone(UTC)


def channel(**keys: Any) -> Channel:
    return Channel.model_validate({"name": "desk", **keys})


NIGHT = {"from": "22:00", "to": "06:30"}
HELD = {**NIGHT, "urgent": "hold"}


@pytest.mark.parametrize(
    ("alert", "options", "now", "due", "hold", "reason"),
    [
        (Facts(), {}, "15:00", "15:00", None, "at once"),
        # Digest.
        (Facts(), {"digest": "07:30"}, "07:00", "07:30", Hold.DIGEST, "digest at 07:30"),
        (Facts(), {"digest": "07:30"}, "07:30", "4 07:30", Hold.DIGEST, "digest at Wed 04 Mar 07:30"),
        (Facts(URGENT), {"digest": "07:30"}, "07:00", "07:30", Hold.DIGEST, "digest at 07:30"),
        (Facts(catch_up=True), {"digest": "07:30"}, "07:00", "07:30", Hold.DIGEST, "digest at 07:30"),
        (
            Facts(),
            {"digest": ["23:00", "07:30"], "quiet": NIGHT},
            "22:30",
            "4 06:30",
            Hold.DIGEST,
            "digest at 23:00; quiet hours until 06:30",
        ),
        (Facts(URGENT), {"digest": "23:00", "quiet": NIGHT}, "22:30", "23:00", Hold.DIGEST, "digest at 23:00"),
        # Catch-up.
        (Facts(catch_up=True), {}, "15:00", "15:03", Hold.CATCH_UP, "came while the monitor was off"),
        (
            Facts(URGENT, catch_up=True),
            {},
            "15:00",
            "15:00",
            None,
            "urgent, although it came while the monitor was off",
        ),
        (
            Facts(catch_up=True),
            {"quiet": NIGHT},
            "21:58",
            "4 06:30",
            Hold.QUIET,
            "came while the monitor was off; quiet hours until 06:30",
        ),
        (Facts(catch_up=True), {"quiet": NIGHT}, "06:28", "06:31", Hold.CATCH_UP, "came while the monitor was off"),
        (Facts(URGENT, catch_up=True), {"quiet": HELD}, "23:00", "4 06:30", Hold.QUIET, "quiet hours until 06:30"),
        # Cooldown.
        (
            Facts(occasion=Occasion.CONFIRMED, cooldown_until=at("15:10")),
            {},
            "15:00",
            "15:10",
            Hold.COOLDOWN,
            "cooldown of the story until 15:10",
        ),
        (Facts(cooldown_until=at("15:00")), {}, "15:00", "15:00", None, "at once"),
        (
            Facts(occasion=Occasion.CORRECTION, cooldown_until=at("15:10")),
            {},
            "15:00",
            "15:00",
            None,
            "at once",
        ),
        (
            Facts(occasion=Occasion.RETRACTION, cooldown_until=at("15:10")),
            {},
            "15:00",
            "15:00",
            None,
            "at once",
        ),
        (
            Facts(occasion=Occasion.OUTLETS, cooldown_until=at("22:10")),
            {"quiet": NIGHT},
            "21:00",
            "4 06:30",
            Hold.QUIET,
            "cooldown of the story until 22:10; quiet hours until 06:30",
        ),
        (
            Facts(occasion=Occasion.OUTLETS, cooldown_until=at("07:10")),
            {"quiet": NIGHT},
            "06:00",
            "07:10",
            Hold.COOLDOWN,
            "cooldown of the story until 07:10",
        ),
        # Quiet hours.
        (Facts(), {"quiet": NIGHT}, "22:00", "4 06:30", Hold.QUIET, "quiet hours until 06:30"),
        (Facts(), {"quiet": NIGHT}, "06:30", "06:30", None, "at once"),
        (Facts(LOW), {"quiet": NIGHT}, "05:00", "06:30", Hold.QUIET, "quiet hours until 06:30"),
        (Facts(URGENT), {"quiet": NIGHT}, "23:00", "23:00", None, "at once"),
        (Facts(URGENT), {"quiet": HELD}, "23:00", "4 06:30", Hold.QUIET, "quiet hours until 06:30"),
    ],
)
def test_an_alert_is_due(
    alert: Facts, options: dict[str, Any], now: str, due: str, hold: Hold | None, reason: str
) -> None:
    assert route(alert, channel(**options), Traffic(), NEW_YORK, at(now)) == Route(at(due), reason, hold)


@pytest.mark.parametrize(
    ("most", "lately", "held", "due", "hold"),
    [
        (1, [], {}, "15:00", None),
        (1, ["14:01"], {}, "15:01", Hold.CAP),
        (1, ["14:00"], {}, "15:00", None),
        (2, ["14:01"], {}, "15:01", Hold.CAP),
        (3, ["14:01"], {}, "15:00", None),
        (3, ["13:59", "14:01", "14:02"], {}, "15:01", Hold.CAP),
        (3, ["14:01", "14:02", "14:50"], {}, "15:02", Hold.CAP),
        # Into what is held for the rest of the hour.
        (3, ["14:01", "14:02"], {"15:01": Hold.CAP}, "15:01", Hold.CAP),
        (3, [], {"15:01": Hold.CAP}, "15:01", Hold.CAP),
        (3, [], {"20:00": Hold.CAP}, "15:00", None),
        # What is held counts when it is due.
        (1, [], {"15:30": Hold.COOLDOWN}, "16:30", Hold.CAP),
        (2, [], {"15:30": Hold.COOLDOWN}, "15:00", None),
        (2, ["14:30"], {"15:10": Hold.COOLDOWN, "15:20": Hold.COOLDOWN}, "16:10", Hold.CAP),
        (2, ["14:30"], {"15:30": Hold.COOLDOWN}, "15:30", Hold.COOLDOWN),
        (1, [], {"15:30": Hold.QUIET}, "15:30", Hold.QUIET),
        # More than there should be, as after an edit: not for ever.
        (1, ["14:10", "14:20", "14:59"], {}, "15:59", Hold.CAP),
    ],
)
def test_of_the_messages_of_an_hour_the_last_has_the_rest(
    most: int, lately: list[str], held: dict[str, Hold], due: str, hold: Hold | None
) -> None:
    traffic = Traffic(tuple(map(at, lately)), {at(text): hold for text, hold in held.items()})

    found = route(Facts(), channel(max_per_hour=most), traffic, NEW_YORK, at("15:00"))

    noun = "message" if most == 1 else "messages"
    reason = f"{most} {noun} an hour: the rest comes at {due}" if hold else "at once"
    assert found == Route(at(due), reason, hold)


def test_what_is_too_much_before_quiet_hours_comes_at_their_end_with_the_rest() -> None:
    desk = channel(max_per_hour=1, quiet=NIGHT)
    traffic = Traffic((at("21:30"),))

    found = route(Facts(), desk, traffic, NEW_YORK, at("21:59"))

    assert (found.due, found.hold) == (at("4 06:30"), Hold.QUIET)


def test_what_holds_only_others_is_no_place_for_what_must_be_quiet() -> None:
    desk = channel(max_per_hour=2, quiet=NIGHT)
    traffic = Traffic((at("21:30"),), {at("22:30"): Hold.CAP})

    found = route(Facts(), desk, traffic, NEW_YORK, at("21:59"))

    assert (found.due, found.hold) == (at("4 06:30"), Hold.QUIET)


def test_a_catch_up_is_gathered_in_one_message() -> None:
    traffic = Traffic((at("15:02"),), {at("15:02"): Hold.CATCH_UP})

    assert route(Facts(catch_up=True), channel(), traffic, NEW_YORK, at("15:01")).due == at("15:02")


def test_what_is_due_at_the_same_time_shares_a_message() -> None:
    traffic = Traffic(held={at("06:30"): Hold.CAP})

    assert route(Facts(), channel(quiet=NIGHT, max_per_hour=9), traffic, NEW_YORK, at("03:00")).hold is Hold.CAP


# ---------------------------------------------------------------- days of traffic

clocks = st.sampled_from(["00:00", "02:30", "06:30", "12:00", "12:20", "18:00", "22:00"])
quiets = st.none() | st.builds(
    lambda start, end, days, urgent: (
        {"from": start, "to": end, "days": days, "urgent": urgent} if start != end else None
    ),
    clocks,
    clocks,
    st.lists(st.sampled_from(["mon", "sat", "sun"]), unique=True).map(tuple),
    st.sampled_from(["pass", "hold"]),
)
digests = st.just(()) | st.just(()) | st.lists(clocks | st.sampled_from(["*/20 * * * *", "0 9 * * mon"]), min_size=1)
channels = st.builds(
    lambda quiet, most, digest: channel(quiet=quiet, max_per_hour=most, digest=tuple(digest)),
    quiets,
    st.none() | st.integers(1, 4),
    digests,
)
# Bursts, hours and nights: each alert so long after the one before.
gaps = st.one_of(
    st.integers(0, 90).map(lambda seconds: timedelta(seconds=seconds)),
    st.integers(0, 90).map(lambda minutes: minutes * MINUTE),
    st.integers(0, 20).map(lambda hours: hours * HOUR),
)
stories = st.builds(
    lambda priority, occasion, catch_up, cooldown: (priority, occasion, catch_up, cooldown * MINUTE),
    st.sampled_from(Priority),
    st.sampled_from(Occasion),
    st.booleans(),
    st.just(0) | st.integers(1, 300),
)
# A week before the clocks are put forward, and a day before.
starts = st.sampled_from([datetime(2026, 3, 1, tzinfo=UTC), datetime(2026, 3, 7, 12, tzinfo=UTC)])


def flow(
    desk: Channel, start: datetime, stream: list[tuple[timedelta, tuple[Any, ...]]]
) -> Iterator[tuple[Facts, datetime, Route, dict[datetime, Hold]]]:
    """Route alerts one after another, as the outbox would have it: messages at once, and one for each time held."""
    sent: list[datetime] = []
    held: dict[datetime, Hold] = {}
    now = start
    for gap, (priority, occasion, catch_up, cooldown) in stream:
        now += gap
        until = now + cooldown if cooldown and occasion is not Occasion.FIRST else None
        alert = Facts(priority, occasion, catch_up, until)
        coming = {due: hold for due, hold in held.items() if due > now}
        lately = tuple(due for due in sorted([*sent, *held]) if due > now - HOUR)
        found = route(alert, desk, Traffic(lately, coming), NEW_YORK, now)
        yield alert, now, found, dict(held)
        if found.hold:
            held.setdefault(found.due, found.hold)
        else:
            sent.append(found.due)


@settings(max_examples=300, deadline=None)
@given(channels, starts, st.lists(st.tuples(gaps, stories), min_size=1, max_size=60))
def test_no_hour_has_more_than_its_messages_and_no_quiet_hours_have_any(
    desk: Channel, start: datetime, stream: list[tuple[timedelta, tuple[Any, ...]]]
) -> None:
    sent: list[datetime] = []
    for alert, now, found, held in flow(desk, start, stream):
        assert found.due > now if found.hold else found.due == now
        assert found.reason
        passes = alert.priority is URGENT and desk.quiet is not None and desk.quiet.urgent == "pass"
        if desk.quiet and not passes:
            assert quiet_until(desk.quiet, NEW_YORK, found.due) is None
        if found.hold:
            assert held.get(found.due, found.hold) is found.hold
        if desk.digest and not desk.max_per_hour:
            digest = next_digest(desk.digest, NEW_YORK, now)
            late = quiet_until(desk.quiet, NEW_YORK, digest) if desk.quiet and not passes else None
            assert (found.hold, found.due) == (Hold.DIGEST, late or digest)
        if not found.hold or found.due not in held:
            sent.append(found.due)
    if desk.max_per_hour:
        sent.sort()
        for number, first in enumerate(sent):
            assert bisect_left(sent, first + HOUR) - number <= desk.max_per_hour
