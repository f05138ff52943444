"""Alerts and the outbox."""

import sqlite3
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor.model import MessageKind, MessageState, Occasion, Route
from monitor.options import Watch
from monitor.store import Database, Store, alerts, delivery, sync
from tests.store.newsroom import MINUTE, NOW, entry, judge, poll, set_up

BOTH = Watch(name="Nvidia", companies=("Nvidia",), channels=("desk", "mail"))

AT_ONCE = {"desk": Route(NOW, "at once")}


def raise_one(store: Store, *watches: Watch) -> None:
    """One article comes in and alerts."""
    store.write_now(lambda db: set_up(db, watches=watches or (BOTH,)))
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)


def states(store: Store) -> list[str]:
    return [
        row[0] for row in store.read_now(lambda db: db.execute("SELECT state FROM messages ORDER BY id").fetchall())
    ]


def test_an_alert_commits_with_a_message_for_each_channel(store: Store) -> None:
    raise_one(store)

    due = store.read_now(lambda db: delivery.due(db, NOW, 10))

    assert [message.channel for message in due] == ["desk", "mail"]


def test_a_busy_channel_gets_no_second_message_and_delays_no_other(store: Store) -> None:
    raise_one(store)

    due = store.read_now(lambda db: delivery.due(db, NOW, 10, busy=["desk"]))

    assert [message.channel for message in due] == ["mail"]


def test_a_claimed_message_carries_what_it_will_show(store: Store) -> None:
    raise_one(store)

    message = store.write_now(lambda db: delivery.claim(db, 1, NOW))

    assert message is not None
    (alert,) = message.alerts
    assert (message.channel, message.attempts, message.possible_repeat) == ("desk", 1, False)
    assert (alert.id, alert.watch, alert.outlet, alert.score) == ("a0", "Nvidia", "The Outlet", 80)
    assert alert.excerpt[slice(*alert.marks[0])] == "Nvidia"


def test_a_message_is_claimed_once(store: Store) -> None:
    raise_one(store)

    first = store.write_now(lambda db: delivery.claim(db, 1, NOW))
    second = store.write_now(lambda db: delivery.claim(db, 1, NOW))

    assert first is not None
    assert second is None


def test_a_message_that_was_not_taken_is_due_again_and_then_dead(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 500", NOW, next_try=NOW + MINUTE))
    assert states(store) == ["retry", "pending"]
    assert 1 not in [message.id for message in store.read_now(lambda db: delivery.due(db, NOW, 10))]

    store.write_now(lambda db: delivery.claim(db, 1, NOW + MINUTE))
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 404", NOW + MINUTE, next_try=None))

    assert states(store) == ["dead", "pending"]
    (status,) = store.read_now(alerts.status)
    assert [(item.channel, item.state, item.attempts, item.error) for item in status.deliveries] == [
        ("desk", MessageState.DEAD, 2, "HTTP 404"),
        ("mail", MessageState.PENDING, 0, ""),
    ]


def test_what_a_crash_left_half_sent_is_sent_once_more_and_says_so(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))

    recovered = store.write_now(lambda db: delivery.recover(db, NOW + MINUTE))

    assert recovered == 1
    message = store.write_now(lambda db: delivery.claim(db, 1, NOW + MINUTE))
    assert message is not None
    assert message.possible_repeat
    assert message.attempts == 2


def test_a_message_whose_answer_never_came_says_that_it_may_be_a_repeat(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))
    store.write_now(
        lambda db: delivery.record_not_sent(db, 1, "no answer within 60 s", NOW, next_try=NOW, uncertain=True)
    )

    message = store.write_now(lambda db: delivery.claim(db, 1, NOW))

    assert message is not None
    assert message.possible_repeat


def test_an_alert_id_that_was_drawn_before_is_an_error_and_loses_nothing(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: poll(db, entry("2", "Nvidia closes a plant"), now=NOW + MINUTE))
    store.write_now(lambda db: db.execute("UPDATE alerts SET cause = 'second'"))

    with pytest.raises(sqlite3.IntegrityError):
        store.write_now(lambda db: alerts.raise_alert(db, "a0", 1, 1, 1, Occasion.FIRST, AT_ONCE, NOW))


def test_a_clock_that_was_set_back_puts_no_message_out_of_reach(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))
    later = NOW + timedelta(days=400)
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 500", NOW, next_try=later))

    store.write_now(lambda db: delivery.clamp(db, NOW))

    assert 1 in [message.id for message in store.read_now(lambda db: delivery.due(db, NOW, 10))]


def test_what_waits_for_a_channel_that_is_gone_is_dead_visibly(store: Store) -> None:
    raise_one(store)

    store.write_now(lambda db: sync.sync_channels(db, {"mail": "mail"}, NOW))

    assert states(store) == ["dead", "pending"]


def test_alerts_are_listed_oldest_first_all_or_the_newest(store: Store) -> None:
    store.write_now(lambda db: set_up(db, watches=(BOTH,)))
    store.write_now(poll)
    for number in range(3):
        now = NOW + number * MINUTE
        article = entry(f"{number}", f"Nvidia story {number}")
        store.write_now(lambda db, article=article, now=now: poll(db, article, now=now))  # type: ignore[misc]
        store.write_now(lambda db, now=now: judge(db, now))  # type: ignore[misc]

    def titles(**options: object) -> list[str]:
        listed = store.read_now(lambda db: alerts.status(db, **options))  # type: ignore[arg-type]
        return [item.alert.title[-1] for item in listed]

    assert titles() == ["0", "1", "2"]
    assert titles(limit=2) == ["1", "2"]
    assert titles(since=NOW + MINUTE) == ["1", "2"]


class Outbox(RuleBasedStateMachine):
    """Whatever happens to a message, it is sent, dead, or will be due again; what was taken is never lost."""

    def __init__(self) -> None:
        super().__init__()
        self.store = Store(":memory:")
        self.now = NOW
        self.claimed = False
        raise_one(self.store, Watch(name="Nvidia", companies=("Nvidia",), channels=("desk",)))

    def write(self, unit: str, **options: object) -> object:
        return self.store.write_now(lambda db: getattr(delivery, unit)(db, 1, now=self.now, **options))

    @rule()
    def wait(self) -> None:
        self.now += MINUTE

    @precondition(lambda self: not self.claimed)
    @rule()
    def claim(self) -> None:
        self.claimed = self.write("claim") is not None

    @precondition(lambda self: self.claimed)
    @rule()
    def accept(self) -> None:
        self.write("record_sent")
        self.claimed = False

    @precondition(lambda self: self.claimed)
    @rule(again=st.booleans())
    def refuse(self, again: bool) -> None:
        self.write("record_not_sent", error="no", next_try=self.now + MINUTE if again else None)
        self.claimed = False

    @rule()
    def crash(self) -> None:
        self.store.write_now(lambda db: delivery.recover(db, self.now))
        self.claimed = False

    @invariant()
    def it_is_in_exactly_one_place(self) -> None:
        def look(db: Database) -> tuple[str, int, int]:
            state = db.execute("SELECT state FROM messages").fetchone()[0]
            due = len(delivery.due(db, self.now + 10 * MINUTE, 10))
            running = db.execute("SELECT count(*) FROM attempts WHERE finished IS NULL").fetchone()[0]
            return state, due, running

        state, due, running = self.store.write_now(look)
        assert (state == "sending") == self.claimed == bool(running)
        assert bool(due) == (state in ("pending", "retry"))

    def teardown(self) -> None:
        self.store.close()


Outbox.TestCase.settings = settings(max_examples=20, stateful_step_count=15, deadline=None)
TestOutbox = Outbox.TestCase


def test_a_message_that_fails_when_its_channel_has_gone_meanwhile_is_dead(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))
    store.write_now(lambda db: sync.sync_channels(db, {"mail": "mail"}, NOW))
    assert states(store) == ["sending", "pending"]

    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 500", NOW, next_try=NOW + MINUTE))

    assert states(store) == ["dead", "pending"]


def test_a_notice_is_a_message_with_words_of_its_own(store: Store) -> None:
    store.write_now(set_up)

    store.write_now(lambda db: alerts.add_notice(db, ["desk", "unknown"], "Something broke.\nThis did.", NOW))

    (due,) = store.read_now(lambda db: delivery.due(db, NOW, 10))
    message = store.write_now(lambda db: delivery.claim(db, due.id, NOW))
    assert message is not None
    assert (message.channel, message.kind, message.alerts) == ("desk", MessageKind.NOTICE, ())
    assert message.body == "Something broke.\nThis did."
