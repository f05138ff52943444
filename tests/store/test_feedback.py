"""What people said of alerts."""

from monitor.store import Store, alerts, feedback
from tests.store.newsroom import NOW, entry, judge, poll, raise_one, set_up


def give(store: Store, useful: bool | None, alert_id: str = "a0") -> bool:
    return store.write_now(lambda db: feedback.give(db, alert_id, useful=useful, now=NOW))


def said(store: Store) -> bool | None:
    return store.read_now(lambda db: feedback.of(db, "a0"))


def test_what_was_said_last_counts(store: Store) -> None:
    raise_one(store)
    assert said(store) is None

    assert give(store, useful=True)
    assert said(store) is True
    assert give(store, useful=False)
    assert said(store) is False
    assert store.read_now(lambda db: db.execute("SELECT count(*) FROM feedback").fetchall()) == [(1,)]


def test_it_can_be_taken_back(store: Store) -> None:
    raise_one(store)
    give(store, useful=True)

    assert give(store, useful=None)
    assert said(store) is None


def test_there_is_nothing_to_say_of_an_alert_that_never_was(store: Store) -> None:
    raise_one(store)

    assert not give(store, True, "nope")
    assert store.read_now(lambda db: db.execute("SELECT count(*) FROM feedback").fetchall()) == [(0,)]


def test_the_list_of_alerts_says_it_of_each(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(poll)
    store.write_now(lambda db: poll(db, *(entry(slug, f"Nvidia {slug}") for slug in "123")))
    store.write_now(judge)
    give(store, True, "a0")
    give(store, False, "a2")

    listed = store.read_now(alerts.status)

    assert sorted((item.alert.id, item.useful) for item in listed) == [("a0", True), ("a1", None), ("a2", False)]


def test_it_goes_with_its_alert(store: Store) -> None:
    raise_one(store)
    give(store, useful=True)

    store.write_now(lambda db: [db.execute(f"DELETE FROM {table}") for table in ("deliveries", "alerts")])

    assert said(store) is None
