import random
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from monitor.digest import by_watch, counted, heading, items
from monitor.model import Alert, Hold, MessageKind, Occasion
from monitor.options import Priority
from tests.messages import ALERT, NEW_YORK, NOW, many


def alert(name: str, **changes: object) -> Alert:
    return replace(ALERT, id=name, **changes)  # type: ignore[arg-type]


def leads(alerts: Sequence[Alert]) -> list[str]:
    return [item.lead.id for item in items(alerts)]


def test_urgent_comes_first_then_the_better_tier_the_score_the_outlets_and_the_later_match() -> None:
    later = ALERT.matched + timedelta(minutes=1)
    ranked = [
        alert("urgent", priority=Priority.URGENT, tier=3, score=1),
        alert("wire", tier=1, score=10),
        alert("about it", tier=2, score=90),
        alert("everywhere", tier=2, score=50, also=("A", "B")),
        alert("late", tier=2, score=50, also=("A",), matched=later),
        alert("early", tier=2, score=50, also=("A",)),
        alert("low", tier=1, score=99, priority=Priority.LOW),
    ]

    for seed in range(20):
        mixed = random.Random(seed).sample(ranked, len(ranked))
        assert leads(mixed) == [item.id for item in ranked]


def test_what_is_equal_stays_in_order() -> None:
    assert leads([alert("a"), alert("b"), alert("c")]) == ["a", "b", "c"]


def test_alerts_of_one_story_are_one_item_under_the_most_urgent_watch() -> None:
    low = alert("low", story=7, watch="Chips", priority=Priority.LOW)
    urgent = alert("urgent", story=7, watch="Nvidia", priority=Priority.URGENT)

    (item,) = items([low, urgent])

    assert item.lead is urgent
    assert item.others == (low,)


def test_of_one_watch_the_latest_repeat_speaks_for_the_story() -> None:
    later = ALERT.matched + timedelta(minutes=5)
    first = alert("first", story=7, score=90)
    outlets = alert("outlets", story=7, occasion=Occasion.OUTLETS)
    corrected = alert("corrected", story=7, occasion=Occasion.CORRECTION, matched=later, score=10)

    assert leads([first, corrected, outlets]) == ["corrected"]


def test_an_alert_whose_story_is_not_known_is_an_item_of_its_own() -> None:
    assert len(items([alert("a"), alert("b"), alert("c", story=3)])) == 3


def test_items_stand_under_their_watches_in_the_order_of_what_matters_most() -> None:
    ranked = items([alert("a", watch="A", score=1), alert("b", watch="B", score=5), alert("c", watch="A", score=9)])

    assert {watch: [item.lead.id for item in found] for watch, found in by_watch(ranked).items()} == {
        "A": ["c", "a"],
        "B": ["b"],
    }
    assert list(by_watch(ranked)) == ["A", "B"]


@pytest.mark.parametrize(
    ("hold", "name", "whole"),
    [
        (None, "", "12 alerts"),
        (Hold.QUIET, "While you were quiet", "While you were quiet: 12 alerts"),
        (Hold.CATCH_UP, "Catch-up", "Catch-up: 12 alerts"),
        (Hold.DIGEST, "Digest, Tue 23 Jul 10:04", "Digest, Tue 23 Jul 10:04: 12 alerts"),
        (Hold.CAP, "And 12 more this hour", "And 12 more this hour"),
        (Hold.COOLDOWN, "After the cooldown", "After the cooldown: 12 alerts"),
    ],
)
def test_a_message_says_what_its_alerts_waited_for(hold: Hold | None, name: str, whole: str) -> None:
    held = replace(many(12), hold=hold, kind=MessageKind.DIGEST)

    assert heading(held, NEW_YORK, NOW) == name
    assert counted(held, NEW_YORK, NOW) == whole
