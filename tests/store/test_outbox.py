"""The outbox as people look at it, and dead letters sent again."""

from datetime import timedelta

import pytest

from monitor.model import MessageState
from monitor.options import Watch
from monitor.store import Store, delivery, outbox, sync
from monitor.store.outbox import Retried
from tests.store.newsroom import MINUTE, NOW, SECOND, entry, judge, poll, set_up

BOTH = Watch(name="Nvidia", companies=("Nvidia",), channels=("desk", "mail"))
LATER = NOW + timedelta(days=2)


@pytest.fixture
def sent(store: Store) -> Store:
    """One alert: message 1 to desk is dead, message 2 to mail was sent."""
    store.write_now(lambda db: set_up(db, watches=(BOTH,)))
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)
    for number in (1, 2):
        store.write_now(lambda db, number=number: delivery.claim(db, number, NOW))  # type: ignore[misc]
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 404", NOW + SECOND, next_try=None))
    store.write_now(lambda db: delivery.record_sent(db, 2, NOW + MINUTE))
    return store


def test_messages_are_listed_oldest_first_with_what_they_carry(sent: Store) -> None:
    dead, accepted = sent.read_now(outbox.messages)

    assert (dead.id, dead.channel, dead.state, dead.error) == (1, "desk", MessageState.DEAD, "HTTP 404")
    assert (accepted.id, accepted.channel, accepted.sent) == (2, "mail", NOW + MINUTE)
    assert (dead.alerts, dead.watches, dead.title) == (("a0",), ("Nvidia",), "Nvidia opens a plant")


def test_messages_are_narrowed_by_state_channel_and_time_and_the_newest_are_kept(sent: Store) -> None:
    def listed(**wanted: object) -> list[int]:
        return [item.id for item in sent.read_now(lambda db: outbox.messages(db, **wanted))]  # type: ignore[arg-type]

    assert listed(state=MessageState.DEAD) == [1]
    assert listed(channel="mail") == [2]
    assert listed(since=NOW) == [1, 2]
    assert listed(since=LATER) == []
    assert listed(limit=1) == [2]


@pytest.mark.parametrize(("wanted", "found"), [("2", (2,)), ("a0", (1, 2)), ("3", ()), ("x", ()), ("", ()), ("²", ())])
def test_a_message_is_found_by_its_number_and_those_of_an_alert_by_its_id(
    sent: Store, wanted: str, found: tuple[int, ...]
) -> None:
    assert sent.read_now(lambda db: outbox.find(db, wanted)) == found


def test_a_channel_tells_what_it_sent_what_waits_and_what_failed_last(sent: Store) -> None:
    desk, mail = sent.read_now(outbox.channels)

    assert (desk.name, desk.active, desk.dead, desk.waiting) == ("desk", True, 1, 0)
    assert (desk.last_sent, desk.last_error, desk.failed) == (None, "HTTP 404", NOW + SECOND)
    assert (mail.name, mail.dead, mail.last_sent, mail.last_error) == ("mail", 0, NOW + MINUTE, "")


def test_a_dead_message_sent_again_is_due_at_once_with_a_day_before_it(sent: Store) -> None:
    done = sent.write_now(lambda db: outbox.retry(db, ["desk", "mail"], LATER))

    assert done == Retried({"desk": 1}, {})
    assert [item.id for item in sent.read_now(lambda db: delivery.due(db, LATER, 10))] == [1]
    claimed = sent.write_now(lambda db: delivery.claim(db, 1, LATER))
    assert claimed is not None
    assert (claimed.attempts, claimed.first_try) == (1, LATER)


def test_the_attempts_before_it_was_sent_again_stay_in_its_history(sent: Store) -> None:
    sent.write_now(lambda db: outbox.retry(db, ["desk"], LATER, [1]))
    sent.write_now(lambda db: delivery.claim(db, 1, LATER))
    sent.write_now(lambda db: delivery.record_sent(db, 1, LATER))

    message = sent.read_now(lambda db: outbox.message(db, 1))

    assert (message.state, message.reason) == (MessageState.SENT, "sent again by hand")
    assert [attempt.error for attempt in message.history] == ["HTTP 404", ""]


def test_what_was_sent_is_never_sent_again(sent: Store) -> None:
    done = sent.write_now(lambda db: outbox.retry(db, ["desk", "mail"], LATER, [2]))

    assert done == Retried({}, {})
    assert sent.read_now(lambda db: outbox.message(db, 2)).state is MessageState.SENT


def test_messages_of_a_channel_that_is_gone_stay_dead(sent: Store) -> None:
    sent.write_now(lambda db: sync.sync_channels(db, {"mail": "mail"}, NOW))

    not_taken_up = sent.write_now(lambda db: outbox.retry(db, ["desk", "mail"], LATER))
    not_configured = sent.write_now(lambda db: outbox.retry(db, ["mail"], LATER))

    assert not_taken_up == not_configured == Retried({}, {"desk": 1})
    assert sent.read_now(lambda db: outbox.message(db, 1)).state is MessageState.DEAD


def test_a_notice_says_what_it_says(sent: Store) -> None:
    sent.write_now(
        lambda db: db.execute(
            "INSERT INTO messages (channel_id, kind, body, state, reason, created, next_try)"
            " SELECT 1, 'notice', 'The feed is ill.', 'pending', 'health', created, created FROM messages LIMIT 1"
        )
    )

    notice = sent.read_now(outbox.messages)[-1]

    assert (notice.kind, notice.title, notice.alerts) == ("notice", "The feed is ill.", ())
