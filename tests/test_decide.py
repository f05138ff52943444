"""Alert or suppress, and where to: a row for every branch."""

import pytest

from monitor.decide import History, decide, route
from monitor.model import Action


@pytest.mark.parametrize(
    ("history", "action", "reason"),
    [
        (History(), Action.ALERT, "first article"),
        (History(alerted="a1"), Action.SUPPRESS, "already alerted as a1"),
        (History(feed_baseline=True), Action.SUPPRESS, "in the feed when it was first read"),
        (History(rule_baseline=True), Action.SUPPRESS, "before the watch was added or edited"),
        (History(story_baseline=True), Action.SUPPRESS, "the story was already in this feed"),
        (History(alerted="a1", feed_baseline=True), Action.SUPPRESS, "already alerted as a1"),
    ],
)
def test_every_outcome_says_why(history: History, action: Action, reason: str) -> None:
    decision = decide(history)

    assert decision.action is action
    assert reason in decision.reason


@pytest.mark.parametrize(
    ("wanted", "available", "expected"),
    [
        ((), ("desk", "mail"), ("desk", "mail")),
        (("mail",), ("desk", "mail"), ("mail",)),
        (("desk", "mail"), ("terminal",), ("terminal",)),
    ],
)
def test_an_alert_goes_to_the_channels_its_watch_names_else_to_all(
    wanted: tuple[str, ...], available: tuple[str, ...], expected: tuple[str, ...]
) -> None:
    assert route(wanted, available) == expected
