"""How things stand, one feed in full, and polls asked for by hand."""

from datetime import timedelta

from monitor import urls
from monitor.options import Feed
from monitor.store import Store, feeds, overview, sync
from monitor.store.overview import Refreshed
from tests.store.newsroom import MINUTE, NOW, URL, entry, fail, give_up, judge, poll, set_up

HELD = "https://held.example/feed"
DAY = timedelta(days=1)


def fails(store: Store, url: str, *, retry_after: timedelta | None = None) -> None:
    store.write_now(lambda db: fail(db, "busy", url=url, status=429, retry_after=retry_after, host=urls.host(url)))


def test_counts_are_those_of_the_last_day_and_of_the_queues(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("old"), now=NOW - 2 * DAY))
    store.write_now(lambda db: poll(db, entry("new"), entry("newer", "Nvidia hires"), read_pages=True))
    store.write_now(lambda db: judge(db, NOW + MINUTE))

    counts = store.read_now(lambda db: overview.counts(db, NOW - DAY))

    assert (counts.entries, counts.articles, counts.alerts) == (2, 2, 2)
    assert (counts.unread, counts.unjudged, counts.waiting, counts.dead) == (2, 0, 2, 0)
    assert (counts.last_poll, counts.quarantined) == (NOW, ())


def test_articles_whose_page_was_given_up_are_named(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))
    store.write_now(lambda db: give_up(db, "no text"))

    assert store.read_now(lambda db: overview.counts(db, NOW - DAY)).quarantined == (1,)


def test_a_feed_in_full_tells_validators_entries_and_its_last_polls_newest_first(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), entry("2"), etag='"v1"'))
    for minute in range(1, 12):
        store.write_now(lambda db, m=minute: poll(db, entry("3"), etag='"v2"', now=NOW + m * MINUTE))  # type: ignore[misc]

    detail = store.read_now(lambda db: overview.feed(db, URL, NOW))

    assert detail is not None
    assert (detail.etag, detail.first_contact, detail.held_until) == ('"v2"', NOW, None)
    assert (detail.status.entries, detail.baseline) == (3, 2)
    assert [one.started for one in detail.polls] == [NOW + minute * MINUTE for minute in range(11, 1, -1)]


def test_a_feed_that_is_not_taken_up_is_none(store: Store) -> None:
    assert store.read_now(lambda db: overview.feed(db, URL, NOW)) is None


def test_a_refreshed_feed_is_due_now_and_a_held_host_stays_held(store: Store) -> None:
    store.write_now(lambda db: set_up(db, URL, HELD))
    store.write_now(poll)
    fails(store, HELD, retry_after=timedelta(hours=2))
    now = NOW + MINUTE

    done = store.write_now(lambda db: overview.refresh(db, [URL, HELD], now))

    until = NOW + timedelta(hours=2)
    assert done == [Refreshed(URL, "The Outlet", None), Refreshed(HELD, HELD, until)]
    assert [state.url for state in store.read_now(lambda db: feeds.due(db, now, 10))] == [URL]
    detail = store.read_now(lambda db: overview.feed(db, HELD, now))
    assert detail is not None
    assert (detail.held_until, detail.held_because) == (until, "busy")
    assert (detail.status.state, detail.status.next_poll) == ("held", until)
    assert detail.status.next_reason == "its host asked to wait"


def test_a_feed_that_left_the_configuration_is_not_refreshed(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=HELD)], NOW))

    assert store.write_now(lambda db: overview.refresh(db, [URL], NOW)) == []


def test_a_watch_tells_its_alerts_of_a_week_and_a_month_and_its_last_one(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(poll)
    for age, slug in ((20, "hires"), (2, "buys"), (1, "opens")):
        then = NOW + timedelta(days=30 - age)
        store.write_now(lambda db, s=slug, t=then: poll(db, entry(s, f"Nvidia {s}"), now=t))  # type: ignore[misc]
        store.write_now(lambda db, t=then: judge(db, t))  # type: ignore[misc]
    now = NOW + timedelta(days=30)

    found = store.read_now(lambda db: overview.watches(db, week=now - 7 * DAY, month=now - 30 * DAY))

    counts = found["Nvidia"]
    assert (counts.week, counts.month, counts.since) == (2, 3, NOW)
    assert (counts.last, counts.last_alert) == (now - DAY, "a2")


def test_a_watch_without_alerts_has_none(store: Store) -> None:
    store.write_now(set_up)

    counts = store.read_now(lambda db: overview.watches(db, week=NOW, month=NOW))["Nvidia"]

    assert (counts.week, counts.month, counts.last, counts.last_alert) == (0, 0, None, "")
