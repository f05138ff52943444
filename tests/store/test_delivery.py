"""The outbox: what is due, what becomes of an attempt, and how channels do."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from monitor import checkup
from monitor.in_force import Target
from monitor.model import Hold, MessageState, Route
from monitor.options import Channel, Watch
from monitor.render import Kind
from monitor.routing import Router
from monitor.schedule import DOWN_AFTER
from monitor.store import Database, Store, alerts, delivery, fallbacks, outbox, sync
from tests.store.newsroom import BOTH, MINUTE, NOW, SECOND, entry, judge, poll, raise_one, set_up, states


def test_a_busy_channel_gets_no_second_message_and_delays_no_other(store: Store) -> None:
    raise_one(store)

    due = store.read_now(lambda db: delivery.due(db, NOW, 10, busy=["desk"]))

    assert [message.channel for message in due] == ["mail"]


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


def test_a_clock_that_was_set_back_puts_no_message_out_of_reach(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))
    later = NOW + timedelta(days=400)
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 500", NOW, next_try=later))

    store.write_now(lambda db: delivery.clamp(db, NOW, NOW))

    assert 1 in [message.id for message in store.read_now(lambda db: delivery.due(db, NOW, 10))]


def test_what_waits_for_a_channel_that_is_gone_is_dead_visibly(store: Store) -> None:
    raise_one(store)

    store.write_now(lambda db: sync.sync_channels(db, {"mail": "mail"}, NOW))

    assert states(store) == ["dead", "pending"]


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


# ---------------------------------------------------------------- channels


def flood(store: Store, count: int) -> None:
    """So many alerts to desk and mail; messages to desk have odd numbers."""
    store.write_now(lambda db: set_up(db, watches=(BOTH,)))
    store.write_now(poll)
    for number in range(count):
        store.write_now(lambda db, n=number: poll(db, entry(f"{n}", f"Nvidia story {n}")))  # type: ignore[misc]
        store.write_now(judge)


def attempt(store: Store, number: int, after: timedelta = timedelta(0), **how: Any) -> bool:
    """Try to send a message so long after the beginning, in vain; returns whether it is dead."""

    def unit(db: Database) -> bool:
        delivery.claim(db, number, NOW + after)
        values = {"next_try": NOW + after, **how}
        return delivery.record_not_sent(db, number, "HTTP 404", NOW + after, **values)

    return store.write_now(unit)


def due(store: Store, after: timedelta = timedelta(0), **how: Any) -> list[int]:
    return [item.id for item in store.read_now(lambda db: delivery.due(db, NOW + after, 10, **how))]


def test_a_channel_that_asked_to_wait_gets_nothing_until_then_and_others_do(store: Store) -> None:
    flood(store, 2)

    attempt(store, 1, retry_after=10 * MINUTE)

    assert due(store, 9 * MINUTE) == [2]
    assert due(store, 10 * MINUTE) == [1, 2]


def test_a_channel_rests_longer_with_each_failure_in_a_row_and_no_more_once_it_accepts(store: Store) -> None:
    flood(store, 3)

    attempt(store, 1)
    assert due(store) == [1, 2]
    attempt(store, 3)
    assert due(store) == [2]
    assert due(store, 5 * SECOND) == [1, 2]
    attempt(store, 1, 5 * SECOND)
    assert due(store, 10 * SECOND) == [2]

    store.write_now(lambda db: delivery.claim(db, 5, NOW + MINUTE))
    store.write_now(lambda db: delivery.record_sent(db, 5, NOW + MINUTE))

    attempt(store, 3, MINUTE)
    assert due(store, MINUTE) == [1, 2]


def take_down(store: Store) -> None:
    for number in range(DOWN_AFTER):
        assert attempt(store, 2 * number + 1, next_try=None)


def test_a_channel_whose_messages_die_in_a_row_is_down_and_tried_now_and_then(store: Store) -> None:
    flood(store, 6)

    take_down(store)

    (down,) = [item for item in store.read_now(outbox.channels) if item.name == "desk"]
    assert down.down_since == NOW
    assert due(store, 4 * MINUTE) == [2]
    assert due(store, 5 * MINUTE) == [2, 7]
    attempt(store, 7, 5 * MINUTE, next_try=None)
    assert due(store, 14 * MINUTE) == [2]
    assert due(store, 15 * MINUTE) == [2, 9]

    store.write_now(lambda db: delivery.claim(db, 9, NOW + 15 * MINUTE))
    store.write_now(lambda db: delivery.record_sent(db, 9, NOW + 15 * MINUTE))

    assert due(store, 15 * MINUTE) == [2, 11]


def test_messages_to_a_channel_that_is_down_are_due_at_once_where_its_fallback_gets_them(store: Store) -> None:
    flood(store, 4)

    take_down(store)

    assert due(store) == [2]
    assert due(store, diverting=["desk"]) == [2, 7]
    assert [down_until(store, number, NOW) for number in (7, 2)] == [NOW + 5 * MINUTE, None]
    assert down_until(store, 7, NOW + 5 * MINUTE) is None


def down_until(store: Store, number: int, now: datetime) -> datetime | None:
    found = store.read_now(lambda db: delivery.standing(db, number, now))
    assert found is not None
    return found.down_until


def fall_back(store: Store, number: int, channel: str) -> bool:
    return store.write_now(lambda db: fallbacks.fall_back(db, number, channel, Route(NOW, "in place"), NOW))


def test_a_fallback_gets_what_it_does_not_have(store: Store) -> None:
    raise_one(store, Watch(name="Nvidia", companies=("Nvidia",), channels=("desk",)))
    attempt(store, 1, next_try=None)

    assert fall_back(store, 1, "mail")

    (status,) = store.read_now(alerts.status)
    assert [(item.channel, item.state) for item in status.deliveries] == [
        ("desk", MessageState.DEAD),
        ("mail", MessageState.PENDING),
    ]
    assert store.read_now(lambda db: outbox.message(db, 2)).instead_of == (1,)
    assert store.read_now(lambda db: outbox.message(db, 1)).instead == 2


def test_a_fallback_that_has_the_alert_gets_it_no_second_time(store: Store) -> None:
    raise_one(store)
    attempt(store, 1, next_try=None)

    assert not fall_back(store, 1, "mail")
    assert not fall_back(store, 1, "gone")


def test_a_dead_notice_falls_back_but_never_in_a_circle(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: alerts.add_notice(db, ["desk"], "Something broke.", NOW))

    assert fall_back(store, 1, "mail")
    assert not fall_back(store, 2, "desk")
    assert store.read_now(lambda db: outbox.message(db, 2)).title == "Something broke."


def test_what_is_diverted_is_dead_without_an_attempt_that_counts_against_the_channel(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW))

    store.write_now(lambda db: delivery.divert(db, 1, NOW))

    assert states(store) == ["dead", "pending"]
    assert store.read_now(lambda db: db.execute("SELECT failures, deaths FROM channels").fetchall()) == [(0, 0)] * 2


def test_traffic_is_what_a_channel_had_within_the_hour_and_what_is_held(store: Store) -> None:
    flood(store, 3)
    store.write_now(lambda db: delivery.claim(db, 1, NOW + MINUTE))
    store.write_now(lambda db: delivery.record_sent(db, 1, NOW + MINUTE))
    attempt(store, 3, next_try=None)
    later = NOW + 30 * MINUTE
    held = "UPDATE messages SET state = 'held', hold = 'cap', next_try = '2026-03-01T12:30:00.000000Z' WHERE id = 5"
    store.write_now(lambda db: db.execute(held))
    store.write_now(lambda db: alerts.add_notice(db, ["desk"], "Something broke.", NOW))

    found = store.read_now(lambda db: delivery.traffic(db, "desk", NOW + 2 * MINUTE))
    assert (found.lately, found.held) == ((NOW + MINUTE,), {later: Hold.CAP})

    found = store.read_now(lambda db: delivery.traffic(db, "desk", NOW + 61 * MINUTE))
    assert (found.lately, found.held) == ((), {later: Hold.CAP})


def test_a_message_with_which_the_daemon_ends_lets_others_go_first_and_is_given_up_after_a_day(store: Store) -> None:
    flood(store, 2)
    router = Router({"desk": Target(Kind.TEXT, "fake://", Channel(name="desk"))}, ZoneInfo("UTC"))
    now, first = NOW, []

    for _ in range(70):
        waiting = store.read_now(lambda db: delivery.due(db, now, 10, busy=["mail"]))  # noqa: B023
        first.append(waiting[0].id if waiting else 0)
        if 1 in [item.id for item in waiting]:
            store.write_now(lambda db: router.claim(db, 1, now))  # noqa: B023
            store.write_now(lambda db: delivery.recover(db, now))  # noqa: B023
        now += 25 * MINUTE

    assert states(store)[0] == "dead"
    assert (
        store.read_now(lambda db: outbox.message(db, 1)).error == "the monitor ended again and again while it was sent"
    )
    store.write_now(lambda db: delivery.recover(db, NOW))
    assert 3 in first


# ---------------------------------------------------------------- telling of it


def tell(store: Store, after: timedelta, *channels: str) -> list[str]:
    """What was told so far, each with its channel, after looking once more."""

    def unit(db: Database) -> list[str]:
        checkup.tell_of_letters(db, channels or ("desk", "mail"), ("desk", "mail"), NOW + after)
        rows = db.query(
            "SELECT name, body FROM messages JOIN channels ON channels.id = channel_id WHERE messages.kind = 'notice'"
            " ORDER BY messages.id"
        )
        return [f"{row['name']}: {row['body']}" for row in rows]

    return store.write_now(unit)


def test_dead_letters_are_told_of_once_together_and_not_on_their_own_channel(store: Store) -> None:
    flood(store, 5)
    take_down(store)

    (told,) = tell(store, timedelta(0))
    assert told.splitlines() == [
        "mail: messages were given up",
        "3 messages to desk: HTTP 404. desk is down, and is tried now and then."
        " To send them again: monitor deliveries retry --channel desk",
    ]
    assert tell(store, 20 * MINUTE) == [told]


def test_further_dead_letters_wait_for_ten_minutes(store: Store) -> None:
    flood(store, 2)
    attempt(store, 1, next_try=None)
    assert len(tell(store, timedelta(0))) == 1
    attempt(store, 3, next_try=None)

    assert len(tell(store, 9 * MINUTE)) == 1
    assert len(tell(store, 10 * MINUTE)) == 2


def test_a_channel_that_is_well_again_is_told_of(store: Store) -> None:
    flood(store, 5)
    take_down(store)
    tell(store, timedelta(0))
    store.write_now(lambda db: delivery.claim(db, 7, NOW + 5 * MINUTE))
    store.write_now(lambda db: delivery.record_sent(db, 7, NOW + 5 * MINUTE))

    told = tell(store, 6 * MINUTE)

    assert len(told) == 3
    assert "desk takes messages again. To send them again: monitor deliveries retry --channel desk" in told[-1]
    assert tell(store, 30 * MINUTE) == told


def test_a_single_channel_is_told_of_its_own_dead_letters_once_it_takes_messages_again(store: Store) -> None:
    flood(store, 2)
    attempt(store, 1, next_try=None)

    def tell_desk() -> bool:
        return store.write_now(lambda db: checkup.tell_of_letters(db, ("desk",), ("desk",), NOW))

    assert not tell_desk()
    store.write_now(lambda db: delivery.claim(db, 3, NOW))
    store.write_now(lambda db: delivery.record_sent(db, 3, NOW))

    assert tell_desk()
