"""What a poll says of its feed: where it has moved, whether its window rolled over, whether it is gone."""

from datetime import timedelta
from typing import Any

from monitor.health import Kind
from monitor.model import Cause, Validators
from monitor.options import Feed
from monitor.schedule import Next, Rhythm
from monitor.store import Store, ailments, feeds, overview, polls, sync
from monitor.store.feeds import PollState
from monitor.store.polls import PollRecord
from tests.store.newsroom import MINUTE, NOW, URL, entry, every_five, fail, poll, set_up

DAY = timedelta(days=1)
NEW = "https://new.example/feed"


def state(store: Store, now: Any = NOW) -> PollState:
    (found,) = store.read_now(lambda db: feeds.due(db, now, 1, anyway=True))
    return found


def window(first: int, size: int = 3) -> list[Any]:
    return [entry(str(number)) for number in range(first, first + size)]


# ---------------------------------------------------------------- moves


def test_a_permanent_redirect_is_believed_after_a_day_of_the_same_answer(store: Store) -> None:
    store.write_now(set_up)
    moved = []

    for hours in (0, 12, 23, 24, 25):
        store.write_now(lambda db, h=hours: poll(db, entry("1"), now=NOW + timedelta(hours=h), moved_to=NEW))  # type: ignore[misc]
        moved.append(state(store).moved_to)

    assert moved == ["", "", "", NEW, NEW]


def test_another_answer_within_the_day_begins_it_anew(store: Store) -> None:
    store.write_now(set_up)

    for hours, to in ((0, NEW), (12, ""), (13, NEW), (24, NEW), (25, "https://other.example/"), (36, NEW), (48, NEW)):
        store.write_now(lambda db, h=hours, t=to: poll(db, entry("1"), now=NOW + timedelta(hours=h), moved_to=t))  # type: ignore[misc]
        assert state(store).moved_to == ""


def test_a_redirect_to_a_document_without_a_known_entry_is_not_believed(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), moved_to=NEW))

    store.write_now(lambda db: poll(db, entry("hotel"), now=NOW + 2 * DAY, moved_to=NEW))

    assert state(store).moved_to == ""


def test_an_unchanged_document_counts_as_the_same_answer(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), etag="1", moved_to=NEW))
    record = PollRecord(1, NOW + DAY, NOW + DAY, "not modified", 304, moved_to=NEW)

    store.write_now(lambda db: polls.record_not_modified(db, record, every_five))

    assert state(store).moved_to == NEW


def test_a_feed_that_fails_at_its_new_address_is_asked_for_at_the_old_one_again(store: Store) -> None:
    store.write_now(set_up)
    for hours in (0, 25):
        store.write_now(
            lambda db, h=hours: poll(db, entry("1"), etag="1", now=NOW + timedelta(hours=h), moved_to=NEW)  # type: ignore[misc]
        )

    for _ in range(3):
        assert state(store).moved_to == NEW
        store.write_now(fail)

    assert state(store).moved_to == ""


def test_offline_nothing_is_held_against_a_new_address(store: Store) -> None:
    store.write_now(set_up)
    for hours in (0, 25):
        store.write_now(lambda db, h=hours: poll(db, entry("1"), now=NOW + timedelta(hours=h), moved_to=NEW))  # type: ignore[misc]
    store.write_now(lambda db: ailments.record(db, None, {}, {Kind.OFFLINE: "no network"}, NOW))

    for _ in range(4):
        store.write_now(lambda db: fail(db, cause=Cause.NETWORK))

    assert state(store).moved_to == NEW


def test_what_is_gone_at_its_new_address_is_not_gone(store: Store) -> None:
    store.write_now(set_up)
    for hours in (0, 25):
        store.write_now(lambda db, h=hours: poll(db, entry("1"), now=NOW + timedelta(hours=h), moved_to=NEW))  # type: ignore[misc]

    store.write_now(lambda db: fail(db, "gone", status=410, cause=Cause.GONE))

    assert state(store).moved_to == ""


# ---------------------------------------------------------------- gone


def test_a_feed_that_is_gone_is_not_polled_until_it_is_asked_for(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: fail(db, "gone for good (410)", status=410, cause=Cause.GONE))
    year = NOW + 365 * DAY

    assert not store.read_now(lambda db: feeds.due(db, year, 1, anyway=True))
    assert store.read_now(feeds.next_due) is None
    (status,) = store.read_now(lambda db: feeds.status(db, year))
    assert (status.state, status.next_poll) == ("gone", None)

    store.write_now(lambda db: overview.refresh(db, [URL], year))
    assert store.read_now(lambda db: feeds.due(db, year, 1))


# ---------------------------------------------------------------- the window


def test_a_window_that_rolled_over_is_told_in_the_poll_and_to_the_plan(store: Store) -> None:
    seen: list[Rhythm] = []

    def plan(rhythm: Rhythm) -> Next:
        seen.append(rhythm)
        return every_five(rhythm)

    store.write_now(set_up)
    store.write_now(lambda db: poll(db, *window(0), plan=plan))
    store.write_now(lambda db: poll(db, *window(2), plan=plan, now=NOW + 5 * MINUTE))
    taken = store.write_now(lambda db: poll(db, *window(5), plan=plan, now=NOW + 10 * MINUTE))

    assert taken.rolled
    assert [rhythm.rolled for rhythm in seen] == [0, 0, 1]
    detail = store.read_now(lambda db: overview.feed(db, URL, NOW))
    assert detail is not None
    assert detail.polls[0].problems == (
        "none of its 3 entries was there 5m before: the window rolled over, and some may have been missed",
    )
    assert detail.polls[1].problems == ()


def test_a_document_of_known_entries_that_left_the_window_before_has_rolled_over_too(store: Store) -> None:
    store.write_now(set_up)
    for first in (0, 3):
        store.write_now(lambda db, f=first: poll(db, *window(f)))  # type: ignore[misc]

    assert store.write_now(lambda db: poll(db, *window(0))).rolled


def test_single_entries_empty_documents_and_new_schemes_of_guids_are_no_window_that_rolled_over(store: Store) -> None:
    store.write_now(set_up)
    documents = [[entry("1")], [entry("2")], [], window(3), []]

    rolled = [store.write_now(lambda db, d=document: poll(db, *d)).rolled for document in documents]  # type: ignore[misc]

    assert rolled == [False] * 5


def test_what_was_missed_while_we_were_off_does_not_shorten_the_interval(store: Store) -> None:
    seen: list[Rhythm] = []

    def plan(rhythm: Rhythm) -> Next:
        seen.append(rhythm)
        return every_five(rhythm)

    store.write_now(set_up)
    store.write_now(lambda db: poll(db, *window(0)))
    taken = store.write_now(lambda db: poll(db, *window(5), plan=plan, now=NOW + DAY))

    assert taken.rolled
    assert seen[0].rolled == 0
    detail = store.read_now(lambda db: overview.feed(db, URL, NOW))
    assert detail is not None
    assert "while it could not be polled" in detail.polls[0].problems[0]


# ---------------------------------------------------------------- rhythm and hints


def test_the_rhythm_is_learned_from_news_and_kept(store: Store) -> None:
    seen: list[Rhythm] = []

    def plan(rhythm: Rhythm) -> Next:
        seen.append(rhythm)
        return every_five(rhythm)

    store.write_now(set_up)
    for hours, first in ((0, 0), (2, 1), (3, 1), (4, 2)):
        now = NOW + timedelta(hours=hours)
        store.write_now(lambda db, n=now, f=first: poll(db, *window(f), now=n, plan=plan))  # type: ignore[misc]

    assert [(rhythm.gap, rhythm.arrivals) for rhythm in seen] == [
        (None, 0),
        (timedelta(hours=2), 1),
        (timedelta(hours=2), 1),
        (timedelta(hours=2), 2),
    ]


# ---------------------------------------------------------------- the configuration


def test_a_poll_in_hand_while_the_feed_is_begun_anew_leaves_no_trace(store: Store) -> None:
    """Its host has changed in the environment, say."""
    old, new = (Feed(url=f"https://{host}.example/feed").known_as(URL) for host in ("old", "new"))
    store.write_now(lambda db: sync.sync_feeds(db, [old], NOW))
    store.write_now(lambda db: sync.sync_feeds(db, [new], NOW))

    taken = store.write_now(lambda db: poll(db, entry("of the old host"), etag="1", epoch=0))
    store.write_now(fail)

    assert taken == polls.Taken()
    assert state(store).validators == Validators()
    assert state(store).failures == 0
    detail = store.read_now(lambda db: overview.feed(db, URL, NOW))
    assert detail is not None
    assert (detail.first_contact, detail.polls) == (None, ())


def test_a_feed_that_comes_back_has_no_window_that_rolled_over(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, *window(0)))
    store.write_now(lambda db: sync.sync_feeds(db, [], NOW))
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL)], NOW))

    assert not store.write_now(lambda db: poll(db, *window(5))).rolled


def test_what_was_missed_while_the_feed_failed_does_not_shorten_the_interval(store: Store) -> None:
    seen: list[Rhythm] = []

    def plan(rhythm: Rhythm) -> Next:
        seen.append(rhythm)
        return every_five(rhythm, NOW + 2 * MINUTE)

    store.write_now(set_up)
    store.write_now(lambda db: poll(db, *window(0)))
    store.write_now(lambda db: fail(db, now=NOW + MINUTE))

    assert store.write_now(lambda db: poll(db, *window(5), plan=plan, now=NOW + 2 * MINUTE)).rolled
    assert seen[0].rolled == 0


def test_feeds_that_have_moved_count_for_the_host_that_they_moved_to(store: Store) -> None:
    blogs = [f"https://blog{number}.example/feed" for number in range(6)]
    store.write_now(lambda db: set_up(db, *blogs, URL))
    for hours in (0, 25):
        for blog in blogs:
            there = f"https://hoster.example/{blog[8:13]}"
            store.write_now(
                lambda db, b=blog, t=there, h=hours: poll(  # type: ignore[misc]
                    db, entry(b), url=b, moved_to=t, now=NOW + timedelta(hours=h)
                )
            )

    due = store.read_now(lambda db: feeds.due(db, NOW + 2 * DAY, 10))
    store.write_now(lambda db: feeds.hold(db, "hoster.example", NOW + 3 * DAY, "429"))
    held = store.read_now(lambda db: feeds.due(db, NOW + 2 * DAY, 10))
    (status, *_) = store.read_now(lambda db: feeds.status(db, NOW + 2 * DAY, blogs[0]))

    assert [found.url for found in due] == [URL, *blogs[:2]]
    assert [found.url for found in held] == [URL]
    assert status.state == "held"


def test_an_interval_that_is_now_set_on_the_feed_wins_over_what_it_asked_for(store: Store) -> None:
    def in_a_day(_rhythm: Rhythm) -> Next:
        return Next(NOW + DAY, "the feed asks for 1d between polls")

    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), plan=in_a_day))
    default = timedelta(minutes=5)

    store.write_now(lambda db: sync.shorten_waits(db, [Feed(url=URL)], default, NOW))
    kept = store.read_now(feeds.next_due)
    store.write_now(lambda db: sync.shorten_waits(db, [Feed(url=URL, interval=default)], default, NOW))

    assert kept == NOW + DAY
    assert store.read_now(feeds.next_due) == NOW + default * 1.1
