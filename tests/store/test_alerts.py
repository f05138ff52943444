"""Alerts, and the messages that they are put into."""

import sqlite3
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import Hold, MessageKind, Occasion, Route
from monitor.store import Database, Store, alerts, delivery
from tests.store.newsroom import BOTH, MINUTE, NOW, entry, judge, poll, raise_one, set_up

AT_ONCE = {"desk": Route(NOW, "at once")}


def test_an_alert_commits_with_a_message_for_each_channel(store: Store) -> None:
    raise_one(store)

    due = store.read_now(lambda db: delivery.due(db, NOW, 10))

    assert [message.channel for message in due] == ["desk", "mail"]


def test_a_claimed_message_carries_what_it_will_show(store: Store) -> None:
    raise_one(store)

    message = store.write_now(lambda db: delivery.claim(db, 1, NOW))

    assert message is not None
    (alert,) = message.alerts
    assert (message.channel, message.attempts, message.possible_repeat) == ("desk", 1, False)
    assert (alert.id, alert.watch, alert.outlet, alert.score) == ("a0", "Nvidia", "The Outlet", 80)
    assert alert.excerpt[slice(*alert.marks[0])] == "Nvidia"


def test_an_alert_id_that_was_drawn_before_is_an_error_and_loses_nothing(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: poll(db, entry("2", "Nvidia closes a plant"), now=NOW + MINUTE))
    store.write_now(lambda db: db.execute("UPDATE alerts SET cause = 'second'"))

    with pytest.raises(sqlite3.IntegrityError):
        store.write_now(lambda db: alerts.raise_alert(db, "a0", 1, 1, 1, Occasion.FIRST, AT_ONCE, NOW))


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


def test_a_notice_is_a_message_with_words_of_its_own(store: Store) -> None:
    store.write_now(set_up)

    store.write_now(lambda db: alerts.add_notice(db, ["desk", "unknown"], "Something broke.\nThis did.", NOW))

    (due,) = store.read_now(lambda db: delivery.due(db, NOW, 10))
    message = store.write_now(lambda db: delivery.claim(db, due.id, NOW))
    assert message is not None
    assert (message.channel, message.kind, message.alerts) == ("desk", MessageKind.NOTICE, ())
    assert message.body == "Something broke.\nThis did."


def raise_held(db: Database, *ids: str, hold: Hold = Hold.QUIET, due: timedelta = 8 * MINUTE) -> None:
    """Alerts on stories of their own, held for `desk`."""
    for alert_id in ids:
        story = db.execute("INSERT INTO stories (created) VALUES ('2026-03-01T12:00:00.000000Z')").lastrowid
        routes = {"desk": Route(NOW + due, "quiet hours until 12:08", hold)}
        alerts.raise_alert(db, alert_id, 1, story or 0, 1, Occasion.FIRST, routes, NOW)


def test_what_is_held_for_the_same_until_the_same_time_is_one_message(store: Store) -> None:
    raise_one(store)

    store.write_now(lambda db: raise_held(db, "b1", "b2"))
    store.write_now(lambda db: raise_held(db, "b3", hold=Hold.DIGEST))
    store.write_now(lambda db: raise_held(db, "b4", due=9 * MINUTE))

    carried = store.read_now(
        lambda db: db.execute("SELECT alert_id, message_id FROM deliveries WHERE alert_id > 'b' ORDER BY 1").fetchall()
    )
    first = carried[0][1]
    assert carried == [("b1", first), ("b2", first), ("b3", first + 1), ("b4", first + 2)]


def test_what_is_held_is_due_at_its_time_and_says_what_it_waited_for(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: db.execute("UPDATE messages SET state = 'sent'"))
    store.write_now(lambda db: raise_held(db, "b1", "b2"))

    assert store.read_now(lambda db: delivery.due(db, NOW + 8 * MINUTE - timedelta(seconds=1), 10)) == []
    (due,) = store.read_now(lambda db: delivery.due(db, NOW + 8 * MINUTE, 10))
    message = store.write_now(lambda db: delivery.claim(db, due.id, NOW + 8 * MINUTE))

    assert message is not None
    assert (message.kind, message.hold, message.reason) == (MessageKind.DIGEST, Hold.QUIET, "quiet hours until 12:08")
    assert [alert.id for alert in message.alerts] == ["b1", "b2"]


def test_what_comes_after_a_held_message_was_taken_goes_into_the_next(store: Store) -> None:
    raise_one(store)
    store.write_now(lambda db: raise_held(db, "b1", due=timedelta(0)))
    (held,) = [due.id for due in store.read_now(lambda db: delivery.due(db, NOW, 10, busy=["mail"]))] or [0]
    store.write_now(lambda db: delivery.record_sent(db, held, NOW))
    store.write_now(lambda db: db.execute("UPDATE messages SET state = 'sent'"))

    store.write_now(lambda db: raise_held(db, "b2", due=timedelta(0)))

    (due,) = store.read_now(lambda db: delivery.due(db, NOW, 10))
    message = store.write_now(lambda db: delivery.claim(db, due.id, NOW))
    assert message is not None
    assert [alert.id for alert in message.alerts] == ["b2"]


def test_a_digest_counts_what_its_watches_found_on_each_of_seven_days(store: Store) -> None:
    raise_one(store)
    for days in (1, 1, 6, 7):
        match = (
            "INSERT INTO matches (rule_revision_id, revision_id, rule_id, article_id, score, evidence, excerpt, marks,"
        )
        match += " matched, action, reason) SELECT 1, ?, 1, ?, 1, '[]', '', '[]', ?, 'suppress', ''"
        store.write_now(lambda db, days=days, match=match: add_match(db, match, days))  # type: ignore[misc]

    (found,) = store.read_now(lambda db: alerts.mentions(db, ["Nvidia", "Nvidia"], ZoneInfo("UTC"), NOW))

    assert (found.watch, found.counts) == ("Nvidia", (1, 0, 0, 0, 0, 2, 1))


def add_match(db: Database, sql: str, days: int) -> None:
    now = NOW - timedelta(days=days)
    poll(db, entry(f"m{days}{db.execute('SELECT count(*) FROM articles').fetchone()[0]}", "Nvidia again"), now=NOW)
    number, article = db.execute("SELECT id, article_id FROM revisions ORDER BY id DESC").fetchone()
    db.execute(sql, [number, article, f"{now:%Y-%m-%dT%H:%M:%S.%fZ}"])
