"""The points that work passes on its way, for whoever watches: the live line, the log, totals and tests."""

from collections.abc import Callable, Mapping
from enum import StrEnum


class Step(StrEnum):
    """The points between two steps, in order; whoever watches a pipeline is told when one is passed."""

    POLLED = "polled"
    POLL_FAILED = "poll failed"
    HELD = "host asked to wait"
    POLL_COMMITTED = "poll committed"
    PAGE_FETCHED = "page fetched"
    PAGE_FAILED = "page failed"
    READ_COMMITTED = "read committed"
    MATCHED = "matched"
    NOT_JUDGED = "not judged"
    JUDGE_COMMITTED = "judge committed"
    CLAIMED = "claimed"
    ACCEPTED = "accepted"
    NOT_ACCEPTED = "not accepted"
    NOT_RECORDED = "not recorded"
    DELIVERY_COMMITTED = "delivery committed"


Watcher = Callable[[Step, Mapping[str, object]], None]


def both(one: Watcher, other: Watcher) -> Watcher:
    """A watcher that tells two."""

    def told(step: Step, facts: Mapping[str, object]) -> None:
        one(step, facts)
        other(step, facts)

    return told
