"""The raw figures of the report: noise of watches, what feeds carried, races and delays."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest

from monitor.model import PageOutcome, TextSource
from monitor.options import Feed, Watch
from monitor.store import Store, articles, feedback, report, sync
from monitor.store.report import Carried, Judged, Noise, Race
from tests.store.newsroom import MINUTE, NOW, SECOND, URL, WATCH, entry, feed_id, give_up, judge, page, poll, set_up

ZONE = ZoneInfo("America/New_York")
DAY = timedelta(days=1)
HOUR = timedelta(hours=1)
SINCE = NOW - DAY
OTHER, THIRD = "https://other.example/feed", "https://third.example/feed"
ARM = Watch(name="Arm", companies=("Arm",))


def newsroom(store: Store, *watches: Watch) -> None:
    """Three feeds that were read an hour ago, when the first held an article."""
    store.write_now(lambda db: set_up(db, URL, OTHER, THIRD, watches=watches or (WATCH,), now=NOW - HOUR))
    store.write_now(lambda db: poll(db, entry("old", "Nvidia was there"), now=NOW - HOUR))
    store.write_now(lambda db: [poll(db, url=url, now=NOW - HOUR) for url in (OTHER, THIRD)])
    store.write_now(lambda db: judge(db, NOW - HOUR))


def comes(store: Store, slug: str, *, url: str = URL, after: timedelta = timedelta(0), title: str = "") -> None:
    """An article comes in and is judged a second later."""
    item = entry(slug, title or f"Nvidia {slug}", published=NOW + after - MINUTE)
    store.write_now(lambda db: poll(db, item, url=url, now=NOW + after))
    store.write_now(lambda db: judge(db, NOW + after + SECOND))


def rate(store: Store, alert_id: str, *, useful: bool) -> None:
    store.write_now(lambda db: feedback.give(db, alert_id, useful=useful, now=NOW))


def noise(store: Store) -> list[Noise]:
    return store.read_now(lambda db: report.noise(db, SINCE))


# ---------------------------------------------------------------- watches


def test_noise_counts_alerts_what_was_kept_back_and_what_was_said(store: Store) -> None:
    newsroom(store)
    for slug in ("one", "two", "three"):
        comes(store, slug)
    rate(store, "a0", useful=True)
    rate(store, "a1", useful=False)

    [found] = noise(store)

    assert found == Noise(
        watch=WATCH,
        added=NOW - HOUR,
        alerts=3,
        repeats=0,
        stories=3,
        held_back=1,
        useful=1,
        not_useful=1,
        last_alert=NOW + SECOND,
        last_match=NOW + SECOND,
    )


def test_a_repeat_is_counted_as_one(store: Store) -> None:
    newsroom(store)
    comes(store, "one")
    store.write_now(
        lambda db: db.execute(
            "INSERT INTO alerts SELECT 'b0', rule_id, story_id, 'correction', match_id, created FROM alerts"
        )
    )

    [found] = noise(store)

    assert (found.alerts, found.repeats, found.stories) == (2, 1, 1)


def test_an_article_that_alerted_was_not_kept_back_whatever_its_later_texts_did(store: Store) -> None:
    newsroom(store)
    comes(store, "one")
    comes(store, "one", after=MINUTE, title="Nvidia, one more word")

    [found] = noise(store)

    assert (found.alerts, found.held_back) == (1, 1)


def test_a_watch_without_anything_has_a_line_all_the_same_and_one_that_is_gone_has_none(store: Store) -> None:
    newsroom(store, WATCH)
    comes(store, "one")
    store.write_now(lambda db: sync.sync_rules(db, [ARM], NOW))

    [found] = noise(store)

    assert (found.watch.name, found.alerts, found.last_alert, found.last_match) == ("Arm", 0, None, None)
    assert store.read_now(lambda db: report.stories(db, SINCE)) == {}
    assert list(store.read_now(lambda db: report.sparklines(db, ZONE, NOW))) == ["Arm"]


def test_what_is_older_counts_for_the_last_times_only(store: Store) -> None:
    newsroom(store)
    comes(store, "one")

    [found] = store.read_now(lambda db: report.noise(db, NOW + HOUR))

    assert (found.alerts, found.held_back, found.last_alert) == (0, 0, NOW + SECOND)


def test_stories_are_those_a_watch_alerted_on(store: Store) -> None:
    newsroom(store, WATCH, Watch(name="Chips", companies=("Nvidia",)))
    comes(store, "one")
    comes(store, "two")

    found = store.read_now(lambda db: report.stories(db, SINCE))

    assert len(found["Nvidia"]) == 2
    assert found["Nvidia"] == found["Chips"]


def test_what_was_said_comes_with_the_headline(store: Store) -> None:
    newsroom(store)
    comes(store, "one")
    comes(store, "two", after=MINUTE)
    rate(store, "a0", useful=True)
    rate(store, "a1", useful=False)

    found = store.read_now(report.judged)

    assert found == [Judged("Nvidia", "Nvidia one", useful=True), Judged("Nvidia", "Nvidia two", useful=False)]


def test_sparklines_are_alerts_a_day_of_the_zone(store: Store) -> None:
    newsroom(store, WATCH, ARM)
    store.write_now(lambda db: sync.sync_rules(db, [WATCH], NOW - HOUR))
    comes(store, "evening", after=16 * HOUR + 30 * MINUTE)  # half past eleven in New York
    comes(store, "night", after=17 * HOUR + 30 * MINUTE)

    assert store.read_now(lambda db: report.sparklines(db, ZONE, NOW + 18 * HOUR, 3)) == {"Nvidia": (0, 1, 1)}
    assert store.read_now(lambda db: report.sparklines(db, ZoneInfo("UTC"), NOW + 18 * HOUR, 3)) == {
        "Nvidia": (0, 0, 2)
    }


# ---------------------------------------------------------------- feeds


def carried(store: Store) -> dict[str, Carried]:
    return {each.url: each for each in store.read_now(lambda db: report.carried(db, SINCE))}


def test_coverage_says_where_texts_came_from_and_how_pages_ended(store: Store) -> None:
    newsroom(store)
    store.write_now(lambda db: poll(db, entry("whole", content="Nvidia, all of it.")))
    store.write_now(lambda db: poll(db, entry("read"), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 1))
    store.write_now(lambda db: articles.record_page(db, unread, page("Nvidia, read."), NOW))
    store.write_now(lambda db: poll(db, entry("gone"), read_pages=True))
    store.write_now(lambda db: give_up(db, "it hangs"))

    found = carried(store)[URL]

    assert (found.articles, found.baseline, found.unread, found.since) == (3, 1, 0, NOW - HOUR)
    assert store.read_now(lambda db: report.texts(db, SINCE))[URL] == {
        TextSource.PAGE: 1,
        TextSource.FEED: 1,
        TextSource.SUMMARY: 1,
    }
    assert {outcome: count for outcome, count in found.pages.items() if count} == {
        PageOutcome.READ: 1,
        PageOutcome.FAILED: 1,
    }


def test_feeds_without_news_are_there_and_those_no_longer_configured_are_not(store: Store) -> None:
    newsroom(store)
    comes(store, "one")
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL), Feed(url=OTHER)], NOW))

    found = carried(store)

    assert {url: each.articles for url, each in found.items()} == {URL: 1, OTHER: 0}


def test_the_first_feed_of_a_story_wins_and_those_alone_do_not_race(store: Store) -> None:
    newsroom(store)
    comes(store, "alone", url=THIRD)
    comes(store, "shared", url=OTHER, after=MINUTE)
    comes(store, "shared", url=URL, after=2 * MINUTE)
    comes(store, "old", url=OTHER, after=3 * MINUTE)  # which the first feed had at first contact

    found = store.read_now(lambda db: report.races(db, SINCE))

    assert found == {OTHER: Race(stories=1, first=1), URL: Race(stories=1, first=0)}


def test_what_came_while_the_monitor_was_off_says_nothing_of_who_was_first(store: Store) -> None:
    newsroom(store)
    comes(store, "shared", url=OTHER)
    comes(store, "shared", url=URL, after=MINUTE)
    store.write_now(lambda db: db.execute("UPDATE entries SET catch_up = 1 WHERE feed_id = ?", [feed_id(db, OTHER)]))

    assert store.read_now(lambda db: report.races(db, SINCE)) == {}


def test_delays_go_from_stage_to_stage(store: Store) -> None:
    newsroom(store)
    comes(store, "one")
    sent = "UPDATE messages SET state = 'sent', sent = '2026-03-01T12:00:04.000000Z'"
    store.write_now(lambda db: db.execute(sent))
    comes(store, "two", after=MINUTE)

    found = store.read_now(lambda db: report.delays(db, SINCE))

    assert [each.feed for each in found] == [URL, URL]
    assert [each.to_seen for each in found] == pytest.approx([60, 60], abs=0.01)
    assert [each.to_matched for each in found] == pytest.approx([1, 1], abs=0.01)
    assert found[0].to_sent is None
    assert found[1].to_sent == pytest.approx(3, abs=0.01)
    assert len(store.read_now(lambda db: report.delays(db, SINCE, limit=1))) == 1
