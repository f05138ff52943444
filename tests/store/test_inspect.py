"""What happened to an article, and by what names it is found."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.model import Action, Entry
from monitor.store import Database, Store, articles, delivery, feedback, inspect, outbox
from monitor.store.inspect import ArticleHistory, Found
from tests.store.newsroom import MINUTE, NOW, SECOND, WATCH, entry, judge, page, poll, set_up

OTHER = "https://other.example/feed"


def bring_in(store: Store) -> None:
    """An article comes in as news, its page is read, and it alerts."""
    store.write_now(lambda db: set_up(db, "https://outlet.example/feed", OTHER))
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))
    store.write_now(read)
    store.write_now(judge)


def read(db: Database) -> None:
    [unread] = articles.unread(db, NOW, 10)
    articles.record_page(db, unread, page("Nvidia opened a plant.", canonical="https://outlet.example/plant-1"), NOW)


def told(store: Store) -> ArticleHistory:
    return store.read_now(lambda db: inspect.history(db, 1))


@pytest.mark.parametrize(
    "form",
    [
        "https://outlet.example/plant",
        "http://www.outlet.example/plant/?utm_source=x#top",
        "outlet.example/plant",
        "https://m.outlet.example/amp/plant",
        "https://outlet.example/plant-1",
        "a0",
        "1",
        "  1 ",
    ],
)
def test_an_article_is_found_by_any_form_of_its_address_by_its_alert_and_by_its_number(store: Store, form: str) -> None:
    bring_in(store)

    assert store.read_now(lambda db: inspect.find(db, form)) == Found((1,))


@pytest.mark.parametrize(
    "other", ["2", "https://outlet.example/", "", "99999999999999999999999", "a1", "½", "%", "\udcff", "\x00"]
)
def test_what_nothing_is_known_by_finds_nothing(store: Store, other: str) -> None:
    bring_in(store)

    assert store.read_now(lambda db: inspect.find(db, other)) == Found()


def test_the_beginning_of_an_alerts_id_will_do_unless_several_begin_so(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: db.execute("DELETE FROM deliveries"))
    store.write_now(lambda db: db.execute("UPDATE alerts SET id = 'beef01'"))
    assert store.read_now(lambda db: inspect.find(db, "beef")) == Found((1,))

    store.write_now(
        lambda db: db.execute(
            "INSERT INTO alerts SELECT 'beef02', rule_id, story_id, 'again', match_id, created FROM alerts"
        )
    )

    assert store.read_now(lambda db: inspect.find(db, "beef")) == Found(alerts=("beef01", "beef02"))
    assert store.read_now(lambda db: inspect.find(db, "beef02")) == Found((1,))
    assert store.read_now(lambda db: inspect.find(db, "bee")) == Found()


def test_a_page_that_is_not_judged_yet_is_found_by_the_address_it_names(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))
    store.write_now(read)

    assert store.read_now(lambda db: inspect.find(db, "https://outlet.example/plant-1")) == Found((1,))


def test_articles_that_share_an_address_are_all_found_newest_first(store: Store) -> None:
    store.write_now(set_up)
    shared = "https://outlet.example/status"
    outages = [Entry(guid=day, link=shared, title=f"Outage on {day}") for day in ("monday", "tuesday")]
    store.write_now(lambda db: poll(db, *outages))

    assert store.read_now(lambda db: inspect.find(db, shared)) == Found((2, 1))


def test_a_history_tells_feeds_texts_story_match_and_messages_with_their_attempts(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: delivery.claim(db, 1, NOW + SECOND))
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 500", NOW + SECOND, next_try=NOW + MINUTE))

    history = told(store)

    [sighting] = history.sightings
    assert (sighting.feed, sighting.baseline, sighting.state, sighting.attempts) == ("The Outlet", False, "read", 1)
    assert [(each.text_source, each.state) for each in history.revisions] == [
        ("summary", "superseded"),
        ("page", "judged"),
    ]
    assert history.latest.number == 2
    assert history.story is not None
    assert (history.story.reason, history.story.count, history.story.others) == ("first of its story", 1, ())
    [match] = history.matches
    assert (match.watch, match.revision, match.action, match.alert) == (WATCH.name, 2, Action.ALERT, "a0")
    assert match.evidence[0].term == "Nvidia"
    [to_desk] = match.messages
    assert (to_desk.channel, to_desk.state, to_desk.error) == ("desk", "retry", "HTTP 500")
    assert [(each.finished, each.error) for each in to_desk.history] == [(NOW + SECOND, "HTTP 500")]


def test_a_sighting_says_what_the_poll_and_the_page_answered(store: Store) -> None:
    bring_in(store)
    assert (told(store).sightings[0].polled, told(store).sightings[0].status) == (200, None)

    store.write_now(lambda db: poll(db, entry("other"), read_pages=True, now=NOW + MINUTE))
    [unread] = store.read_now(lambda db: articles.unread(db, NOW + MINUTE, 10))
    store.write_now(lambda db: articles.record_page(db, unread, page("It rained."), NOW + MINUTE, status=200))
    store.write_now(lambda db: db.execute("DELETE FROM polls"))

    [sighting] = store.read_now(lambda db: inspect.history(db, unread.article_id)).sightings
    assert (sighting.polled, sighting.status) == (None, 200)


@pytest.mark.parametrize("useful", [True, False, None])
def test_a_match_says_what_people_said_of_its_alert(store: Store, useful: bool | None) -> None:
    bring_in(store)
    store.write_now(lambda db: feedback.give(db, "a0", useful=True, now=NOW))

    store.write_now(lambda db: feedback.give(db, "a0", useful=useful, now=NOW + MINUTE))

    assert told(store).matches[0].useful is useful


def test_a_second_article_of_a_story_names_the_first_and_why_it_is_suppressed(store: Store) -> None:
    bring_in(store)
    copy = entry("copy", summary="Nvidia opened a plant.")
    store.write_now(lambda db: poll(db, url=OTHER))
    store.write_now(lambda db: poll(db, copy, url=OTHER, now=NOW + MINUTE))
    store.write_now(lambda db: judge(db, NOW + MINUTE))

    history = store.read_now(lambda db: inspect.history(db, 2))

    assert history.story is not None
    assert history.story.reason == "same text"
    assert [(other.article, other.title) for other in history.story.others] == [(1, "Nvidia opens a plant")]
    [match] = history.matches
    assert (match.action, match.reason) == (Action.SUPPRESS, "this story was already alerted as a0")
    assert (match.alert, match.messages) == ("", ())


def test_a_linked_story_is_told_from_both_sides(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: db.execute("INSERT INTO stories (created) SELECT created FROM stories"))
    store.write_now(
        lambda db: db.execute("INSERT INTO story_links SELECT 1, 2, 'share a signature', created FROM stories LIMIT 1")
    )

    story = told(store).story

    assert story is not None
    assert [(link.story, link.reason) for link in story.links] == [(2, "share a signature")]


def test_what_was_there_at_first_contact_is_called_baseline(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("old")))
    store.write_now(judge)

    history = told(store)

    assert history.sightings[0].baseline
    assert history.matches[0].reason == "would have matched: already in the feed when it was first read"


@given(st.text())
def test_whatever_is_looked_for_nothing_raises(tmp_path_factory: pytest.TempPathFactory, wanted: str) -> None:
    path = tmp_path_factory.getbasetemp() / "inspected.db"
    with Store(path) as store:
        assert store.read_now(lambda db: inspect.find(db, wanted)) == Found()
        assert store.read_now(lambda db: outbox.find(db, wanted)) == ()
