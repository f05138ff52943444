"""Feeds, polls, and the entries they carry."""

from datetime import timedelta

from monitor.model import Entry, Validators
from monitor.options import Feed
from monitor.store import Store, articles, feeds, sync
from tests.store.newsroom import MINUTE, NOW, URL, entry, fail, judge, poll, set_up


def test_a_new_feed_is_due_at_once(store: Store) -> None:
    store.write_now(set_up)

    (state,) = store.read_now(lambda db: feeds.due(db, NOW, 10))

    assert (state.url, state.validators, state.failures) == (URL, Validators(), 0)


def test_a_polled_feed_is_due_when_its_time_comes(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1")))

    assert not store.read_now(lambda db: feeds.due(db, NOW + 4 * MINUTE, 10))
    assert store.read_now(lambda db: feeds.due(db, NOW + 5 * MINUTE, 10))
    assert store.read_now(lambda db: feeds.due(db, NOW, 10, anyway=True))


def test_validators_are_those_of_the_last_document_whatever_failed_since(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), etag='W/"7"'))
    store.write_now(fail)

    (state,) = store.read_now(lambda db: feeds.due(db, NOW + MINUTE, 10))

    assert state.validators == Validators('W/"7"')
    assert state.failures == 1


def test_validators_that_a_document_omits_are_cleared(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), etag="1"))
    store.write_now(lambda db: poll(db, entry("1"), etag=""))

    (state,) = store.read_now(lambda db: feeds.due(db, NOW, 10, anyway=True))

    assert state.validators == Validators()


def test_a_host_that_asks_to_wait_holds_all_its_feeds_and_is_no_failure(store: Store) -> None:
    other = "https://outlet.example/markets"
    elsewhere = "https://paper.example/feed"
    store.write_now(lambda db: set_up(db, URL, other, elsewhere))

    wait = timedelta(hours=1)
    store.write_now(lambda db: fail(db, "429", status=429, retry_after=wait, host="outlet.example"))

    during = store.read_now(lambda db: feeds.due(db, NOW + 30 * MINUTE, 10, anyway=True))
    after = store.read_now(lambda db: feeds.due(db, NOW + 61 * MINUTE, 10))
    assert [state.url for state in during] == [elsewhere]
    assert len(after) == 3
    assert all(state.failures == 0 for state in after)


def test_a_host_that_hangs_leaves_room_for_the_others(store: Store) -> None:
    slow = [f"https://slow.example/{number}" for number in range(30)]
    store.write_now(lambda db: set_up(db, *slow, URL))

    first = store.read_now(lambda db: feeds.due(db, NOW, 16))
    then = store.read_now(lambda db: feeds.due(db, NOW, 16, in_hand=[state.id for state in first[:2]]))

    assert [state.url for state in first] == [*slow[:2], URL]
    assert [state.url for state in then] == [URL]


def test_files_have_no_host_that_could_be_asked_too_often(store: Store) -> None:
    store.write_now(lambda db: set_up(db, *(f"/feeds/{number}.xml" for number in range(10))))

    assert len(store.read_now(lambda db: feeds.due(db, NOW, 16))) == 10


def test_what_was_there_at_first_contact_is_baseline_and_the_rest_is_news(store: Store) -> None:
    store.write_now(set_up)

    first = store.write_now(lambda db: poll(db, entry("1"), entry("2")))
    second = store.write_now(lambda db: poll(db, entry("3"), entry("1"), entry("2")))

    assert (first.new, first.baseline) == (0, 2)
    assert (second.new, second.baseline) == (1, 0)


def test_backfill_makes_young_entries_news_at_first_contact(store: Store) -> None:
    store.write_now(set_up)
    old = entry("old", published=NOW - timedelta(days=2))
    undated = entry("undated", published=None)

    taken = store.write_now(lambda db: poll(db, entry("young"), old, undated, backfill=timedelta(hours=1)))

    assert (taken.new, taken.baseline) == (1, 2)


def test_a_feed_that_comes_back_meets_its_baseline_again(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(lambda db: sync.sync_feeds(db, [], NOW))
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL)], NOW))

    taken = store.write_now(lambda db: poll(db, entry("2"), entry("1")))

    assert (taken.new, taken.baseline) == (0, 1)


def test_a_feed_whose_address_is_filled_in_with_another_host_meets_its_baseline_again(store: Store) -> None:
    written = "https://${HOST}/feed"
    one, other = (Feed(url=f"https://{host}/feed").known_as(written) for host in ("a.example", "b.example"))
    store.write_now(lambda db: sync.sync_feeds(db, [one], NOW))
    store.write_now(lambda db: poll(db, entry("1"), url=written, etag='"1"'))

    unchanged = store.write_now(lambda db: sync.sync_feeds(db, [one], NOW))
    diff = store.write_now(lambda db: sync.sync_feeds(db, [other], NOW))

    (state,) = store.read_now(lambda db: feeds.due(db, NOW, 10))
    taken = store.write_now(lambda db: poll(db, entry("2"), url=written))
    assert unchanged == sync.Diff()
    assert diff == sync.Diff(new=(written,))
    assert (state.url, state.validators) == (written, Validators())
    assert (taken.new, taken.baseline) == (0, 1)


def test_a_feed_that_comes_back_is_asked_for_everything(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), etag="1"))
    store.write_now(lambda db: sync.sync_feeds(db, [], NOW))

    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL)], NOW))

    (state,) = store.read_now(lambda db: feeds.due(db, NOW, 10))
    assert state.validators == Validators()


def test_news_of_one_feed_is_news_though_a_new_feed_holds_it_at_first_contact(store: Store) -> None:
    other = "https://aggregator.example/feed"
    store.write_now(set_up)
    store.write_now(poll)
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL), Feed(url=other)], NOW))
    store.write_now(lambda db: poll(db, entry("1"), url=other))
    (before,) = store.write_now(judge)

    store.write_now(lambda db: poll(db, entry("1"), now=NOW + MINUTE))

    (after,) = store.write_now(lambda db: judge(db, NOW + MINUTE))
    assert "already in the feed" in before
    assert "first article" in after


def test_a_copy_of_what_a_new_feed_held_is_news_in_another_feed(store: Store) -> None:
    other = "https://aggregator.example/feed"
    text = "Nvidia opened a plant, and said that it would hire a thousand people by the end of the year. " * 4
    copy = Entry("copy", "https://aggregator.example/copy", "Nvidia opens a plant", text)
    store.write_now(set_up)
    store.write_now(poll)
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL), Feed(url=other)], NOW))
    store.write_now(lambda db: poll(db, copy, url=other))
    store.write_now(judge)

    store.write_now(lambda db: poll(db, entry("1", summary=text), now=NOW + MINUTE))

    (reason,) = store.write_now(lambda db: judge(db, NOW + MINUTE))
    assert "first article" in reason


def test_what_a_feed_held_is_no_news_under_new_addresses(store: Store) -> None:
    text = "Nvidia opened a plant, and said that it would hire a thousand people by the end of the year. " * 4
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("old", summary=text)))
    store.write_now(judge)

    store.write_now(lambda db: poll(db, entry("new", summary=text), now=NOW + MINUTE))

    (reason,) = store.write_now(lambda db: judge(db, NOW + MINUTE))
    assert "already in this feed" in reason


def test_a_changed_headline_is_a_further_revision_and_judged_again(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)

    taken = store.write_now(lambda db: poll(db, entry("1", "Nvidia delays its plant")))

    (item,) = store.read_now(lambda db: articles.unjudged(db, NOW, 10))
    assert taken.updated == 1
    assert item.document.title == "Nvidia delays its plant"


def test_one_article_in_two_feeds_is_one_article_with_two_sightings(store: Store) -> None:
    other = "https://outlet.example/markets"
    store.write_now(lambda db: set_up(db, URL, other))
    tracked = Entry(
        "x", "https://www.outlet.example/1?utm_source=rss", "Nvidia opens a plant", "Nvidia opened a plant."
    )
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(lambda db: poll(db, tracked, url=other, now=NOW + MINUTE))

    items = store.read_now(lambda db: articles.unjudged(db, NOW + MINUTE, 10))

    assert len({item.article_id for item in items}) == 1
    assert [source.url for source in items[0].document.sources] == [URL, other]


def test_entries_whose_link_is_shared_are_articles_of_their_own(store: Store) -> None:
    store.write_now(set_up)
    status = "https://outlet.example/status"
    store.write_now(lambda db: poll(db, Entry("1", status, "East is down"), Entry("2", status, "West is down")))

    items = store.read_now(lambda db: articles.unjudged(db, NOW, 10))

    assert len({item.identity for item in items}) == 2


def test_entries_in_the_last_document_are_known_as_such(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), entry("2")))
    store.write_now(lambda db: poll(db, entry("2"), entry("3")))

    rows = store.read_now(lambda db: db.execute("SELECT guid, last_document FROM entries ORDER BY guid").fetchall())

    assert rows == [("1", 1), ("2", 2), ("3", 2)]


def test_a_clock_that_was_set_back_puts_no_poll_and_no_host_out_of_reach(store: Store) -> None:
    future = NOW + timedelta(days=400)
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), now=future))
    store.write_now(lambda db: feeds.hold(db, "outlet.example", future, "429"))

    store.write_now(lambda db: feeds.clamp(db, NOW + timedelta(days=1)))

    assert store.read_now(lambda db: feeds.due(db, NOW + timedelta(days=1), 10))


def test_a_feed_without_name_and_title_goes_by_its_address(store: Store) -> None:
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=f"{URL}?key=1")], NOW))

    (status,) = store.read_now(lambda db: feeds.status(db, NOW))

    assert status.name == "outlet.example/feed"


def test_status_says_how_a_feed_is_and_why_it_is_polled_when(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1"), entry("2")))

    (status,) = store.read_now(lambda db: feeds.status(db, NOW))

    assert (status.name, status.state, status.entries) == ("The Outlet", "ok", 2)
    assert (status.last_ok, status.last_new) == (NOW, NOW)
    assert (status.next_poll, status.next_reason) == (NOW + 5 * MINUTE, "every 5m")
