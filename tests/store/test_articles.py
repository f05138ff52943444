"""Articles, the queues that read and judge them, and their stories."""

from datetime import timedelta

from monitor.model import Entry, PageOutcome
from monitor.store import Store, articles, feeds
from tests.store.newsroom import MINUTE, NOW, SECOND, URL, entry, give_up, judge, page, poll, set_up

LONG = "Nvidia opened a plant on Tuesday, and its shares rose as it said that it would hire a thousand people. " * 4


def first_contact(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(poll)


def test_feed_text_waits_for_the_page_and_is_judged_without_it(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))

    at_once = store.read_now(lambda db: articles.unjudged(db, NOW + 14 * SECOND, 10))
    later = store.read_now(lambda db: articles.unjudged(db, NOW + 15 * SECOND, 10))

    assert not at_once
    assert [item.document.title for item in later] == ["Nvidia opens a plant"]


def test_a_page_that_was_read_is_judged_instead_of_the_text_of_its_feed(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))

    store.write_now(lambda db: articles.record_page(db, unread, page(LONG), NOW))

    queue = store.read_now(lambda db: articles.unjudged(db, NOW + MINUTE, 10))
    assert [item.document.text for item in queue] == [LONG]
    assert not store.read_now(lambda db: articles.unread(db, NOW, 10))


def test_a_page_that_says_word_for_word_what_its_feed_said_is_judged(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1", content=LONG), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))

    store.write_now(lambda db: articles.record_page(db, unread, page(LONG), NOW))

    (item,) = store.read_now(lambda db: articles.unjudged(db, NOW, 10))
    assert item.document.text == LONG
    assert store.read_now(lambda db: articles.has_page(db, item.article_id))


def test_a_page_that_goes_back_to_a_text_that_was_never_judged_has_it_judged(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1", content=LONG), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))
    store.write_now(lambda db: articles.record_page(db, unread, page("Nvidia opened a plant, in other words."), NOW))
    store.write_now(judge)

    store.write_now(lambda db: articles.record_page(db, unread, page(LONG), NOW))

    assert [item.document.text for item in store.read_now(lambda db: articles.unjudged(db, NOW, 10))] == [LONG]


def test_a_page_that_says_what_was_judged_before_is_not_judged_again(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1", content=LONG), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))
    store.write_now(lambda db: judge(db, NOW + MINUTE))

    store.write_now(lambda db: articles.record_page(db, unread, page(LONG), NOW + MINUTE))

    assert not store.read_now(lambda db: articles.unjudged(db, NOW + MINUTE, 10))


def test_a_page_that_fails_neither_delays_nor_loses_the_text_of_its_feed(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))

    store.write_now(
        lambda db: articles.record_unreadable(
            db, unread, "reset", NOW, outcome=PageOutcome.FAILED, next_try=NOW + MINUTE
        )
    )

    assert store.read_now(lambda db: articles.unjudged(db, NOW, 10))
    assert not store.read_now(lambda db: articles.unread(db, NOW, 10))
    (again,) = store.read_now(lambda db: articles.unread(db, NOW + MINUTE, 10))
    assert again.attempts == 1


def test_an_entry_in_quarantine_is_not_tried_again(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))

    store.write_now(lambda db: give_up(db, "crashes its process"))

    assert not store.read_now(lambda db: articles.unread(db, NOW + 1000 * MINUTE, 10))
    row = store.read_now(lambda db: db.execute("SELECT state, last_error FROM entries").fetchone())
    assert row == ("quarantined", "crashes its process")


def test_a_revision_in_quarantine_is_not_judged_again(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1")))
    (item,) = store.read_now(lambda db: articles.unjudged(db, NOW, 10))

    store.write_now(lambda db: articles.record_unjudgeable(db, item.revision_id, "breaks the matcher", next_try=None))

    assert not store.read_now(lambda db: articles.unjudged(db, NOW + 1000 * MINUTE, 10))


def test_news_is_read_before_what_was_there_at_first_contact(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("old"), read_pages=True))
    store.write_now(lambda db: poll(db, entry("new"), entry("old"), read_pages=True, now=NOW + MINUTE))

    queue = store.read_now(lambda db: articles.unread(db, NOW + MINUTE, 10))

    assert [unread.link.rpartition("/")[2] for unread in queue] == ["new", "old"]


def test_pages_of_a_host_that_hangs_leave_room_for_the_others(store: Store) -> None:
    first_contact(store)
    slow = [Entry(f"{n}", f"https://slow.example/{n}", f"Nvidia opens plant {n}", "Text.") for n in range(30)]
    store.write_now(lambda db: poll(db, entry("quick"), *slow, read_pages=True))

    first = store.read_now(lambda db: articles.unread(db, NOW, 12))
    then = store.read_now(lambda db: articles.unread(db, NOW, 12, in_hand=[item.entry_id for item in first]))

    assert sorted(item.link.split("/")[2] for item in first) == ["outlet.example", "slow.example", "slow.example"]
    assert not then


def test_pages_of_a_host_that_asked_to_wait_are_left_alone_until_then(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))
    until = NOW + 5 * MINUTE

    store.write_now(
        lambda db: articles.record_unreadable(db, unread, "429", NOW, outcome=PageOutcome.FAILED, next_try=until)
    )
    store.write_now(lambda db: feeds.hold(db, "outlet.example", until, "429"))
    store.write_now(lambda db: poll(db, entry("2"), entry("1"), read_pages=True))

    assert not store.read_now(lambda db: articles.unread(db, NOW + MINUTE, 10))
    assert sorted(item.attempts for item in store.read_now(lambda db: articles.unread(db, until, 10))) == [0, 1]
    assert store.read_now(lambda db: articles.unjudged(db, NOW, 10))


def test_a_clock_that_was_set_back_puts_no_page_and_no_judgement_out_of_reach(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1"), read_pages=True, now=NOW + timedelta(days=400)))

    store.write_now(lambda db: articles.clamp(db, NOW))

    assert store.read_now(lambda db: articles.unread(db, NOW, 10))
    assert store.read_now(lambda db: articles.unjudged(db, NOW, 10))


def test_the_same_wording_is_stored_once(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1")))

    assert not store.write_now(
        lambda db: (
            articles.revise(db, 1, page(LONG), NOW, judge_at=NOW)
            and articles.revise(db, 1, page(LONG), NOW, judge_at=NOW)
        )
    )


def test_title_and_text_of_every_revision_are_searchable(store: Store) -> None:
    first_contact(store)
    store.write_now(lambda db: poll(db, entry("1", "Zürich café opens", summary="Über plant.")))

    found = store.read_now(
        lambda db: db.execute("SELECT rowid FROM search WHERE search MATCH 'zurich cafe'").fetchall()
    )

    assert found == [(1,)]


def copies(store: Store, *slugs: str) -> list[str]:
    """These articles come with the same text, one after the other; gives the reasons of the decisions on them."""
    reasons = []
    for number, slug in enumerate(slugs, start=1):
        now = NOW + number * MINUTE
        article = entry(slug, f"Nvidia opens a plant, {slug} says", summary=LONG)
        store.write_now(lambda db, article=article, now=now: poll(db, article, now=now))  # type: ignore[misc]
        reasons += store.write_now(lambda db, now=now: judge(db, now))  # type: ignore[misc]
    return reasons


def test_a_copy_word_for_word_is_the_same_story_and_alerts_once(store: Store) -> None:
    first_contact(store)

    reasons = copies(store, "wire", "paper", "blog")

    assert reasons[0].startswith("first article")
    assert all("already alerted as a0" in reason for reason in reasons[1:])
    assert store.read_now(lambda db: db.execute("SELECT count(DISTINCT story_id) FROM articles").fetchone()[0]) == 1


def test_a_text_that_comes_back_after_days_is_another_story(store: Store) -> None:
    first_contact(store)
    copies(store, "monday")
    next_week = NOW + timedelta(days=7)
    again = entry("next-monday", "Nvidia opens a plant, as every week", summary=LONG)
    store.write_now(lambda db: poll(db, again, now=next_week))

    (reason,) = store.write_now(lambda db: judge(db, next_week))

    assert reason.startswith("first article")


def test_a_copy_recognised_late_moves_to_the_story_it_belongs_to(store: Store) -> None:
    first_contact(store)
    copies(store, "wire")
    store.write_now(lambda db: poll(db, entry("paper", "Other", summary="A short teaser."), now=NOW + 5 * MINUTE))
    store.write_now(lambda db: judge(db, NOW + 5 * MINUTE))

    store.write_now(lambda db: articles.revise(db, 2, page(LONG), NOW, judge_at=NOW))
    store.write_now(lambda db: judge(db, NOW + 6 * MINUTE))

    assert store.read_now(lambda db: db.execute("SELECT story_id, story_reason FROM articles").fetchall()) == [
        (1, "first of its story"),
        (1, "same text"),
    ]


def test_stories_that_have_alerted_are_linked_and_never_merged(store: Store) -> None:
    first_contact(store)
    copies(store, "wire")
    other = Entry("paper", "https://paper.example/1", "Nvidia expands", "Nvidia expands, our own reporter writes.")
    store.write_now(lambda db: poll(db, other, now=NOW + 5 * MINUTE))
    store.write_now(lambda db: judge(db, NOW + 5 * MINUTE))

    store.write_now(lambda db: articles.revise(db, 2, page(LONG), NOW, judge_at=NOW))
    store.write_now(lambda db: judge(db, NOW + 6 * MINUTE))

    assert store.read_now(lambda db: db.execute("SELECT story_id FROM articles").fetchall()) == [(1,), (2,)]
    assert store.read_now(lambda db: db.execute("SELECT story_id, other_id FROM story_links").fetchall()) == [(1, 2)]


def test_news_is_judged_before_what_was_there_at_first_contact(store: Store) -> None:
    other = "https://paper.example/feed"
    store.write_now(lambda db: set_up(db, URL, other))
    store.write_now(lambda db: poll(db, *(entry(str(number)) for number in range(9))))
    store.write_now(lambda db: poll(db, entry("old", link="https://paper.example/old"), url=other))
    store.write_now(
        lambda db: poll(
            db,
            entry("new", link="https://paper.example/new"),
            entry("3", link="https://outlet.example/3"),  # known from the first feed, and news in this one
            url=other,
            now=NOW + MINUTE,
        )
    )

    queue = store.read_now(lambda db: articles.unjudged(db, NOW + MINUTE, 100))

    assert [item.identity.rpartition("/")[2] for item in queue[:2]] == ["3", "new"]
    assert [item.baseline for item in queue] == [False] * 2 + [True] * 9
