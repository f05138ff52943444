"""What retention lets go of, and what it never does."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor.model import Entry
from monitor.options import Feed
from monitor.store import Database, Store, delivery, polls, retention, sync
from monitor.store.polls import PollRecord
from monitor.store.retention import POLLS_KEPT, SWEEPS
from tests.store.newsroom import MINUTE, NOW, SECOND, URL, WATCH, entry, every_five, fail, feed_id, judge, poll, set_up

DAY = timedelta(days=1)
KEEP = 30 * DAY
LATER = NOW + 100 * DAY

TABLES = ("entries", "articles", "revisions", "search", "sightings", "signatures", "stories", "matches", "alerts")
OUTBOX = ("deliveries", "messages", "attempts")


@pytest.fixture(autouse=True)
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few rows a step, so that small tests take many."""
    monkeypatch.setattr(retention, "ROWS", 3)
    monkeypatch.setattr(retention, "ARTICLES", 2)


def prune(store: Store, now: datetime = LATER, keep: timedelta = KEEP) -> int:
    """Sweeps to the end; gives how many steps that took."""
    steps = 0
    for sweep in SWEEPS.values():
        after: int | None = 0
        while after is not None:
            after = _step(store, sweep, now, keep, after)
            steps += 1
    return steps


def _step(store: Store, sweep: retention.Sweep, now: datetime, keep: timedelta, after: int) -> int | None:
    return store.write_now(lambda db: sweep(db, now, keep, after)).after


def counts(store: Store, *tables: str) -> dict[str, int]:
    def count(db: Database) -> dict[str, int]:
        return {table: db.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}

    return store.read_now(count)


def left_over(store: Store) -> dict[str, int]:
    """The tables of news that are not empty."""
    return {table: number for table, number in counts(store, *TABLES, *OUTBOX).items() if number}


def is_sound(store: Store) -> bool:
    def check(db: Database) -> bool:
        db.execute("INSERT INTO search (search, rank) VALUES ('integrity-check', 1)")
        return not db.execute("PRAGMA foreign_key_check").fetchall()

    return store.write_now(check)


def day_of(store: Store, *entries: Entry, now: datetime, sent: bool = True) -> list[str]:
    """A poll, its judgement, and the alerts it raised being sent; gives the reasons of the judgement."""
    store.write_now(lambda db: poll(db, *entries, now=now))
    reasons = store.write_now(lambda db: judge(db, now + MINUTE))
    if sent:
        store.write_now(lambda db: _send_all(db, now + MINUTE))
    return reasons


def _send_all(db: Database, now: datetime) -> None:
    while due := delivery.due(db, now, 10):
        for message in due:
            delivery.claim(db, message.id, now)
            delivery.record_sent(db, message.id, now)


@pytest.fixture
def newsroom(store: Store) -> Store:
    """A feed that was met empty, so that all it brings is news."""
    store.write_now(set_up)
    day_of(store, now=NOW)
    return store


def different(*slugs: str) -> list[Entry]:
    """Entries of different stories that the watch wants."""
    return [entry(slug, f"Nvidia {slug}", summary=f"Nvidia did {slug} and said so.") for slug in slugs]


def test_all_of_a_story_that_its_feed_no_longer_lists_is_gone_in_many_small_steps(newsroom: Store) -> None:
    day_of(newsroom, *different(*"abcdefg"), now=NOW + DAY)
    day_of(newsroom, now=LATER)
    assert counts(newsroom, *OUTBOX) == {"deliveries": 7, "messages": 7, "attempts": 7}

    steps = prune(newsroom)

    assert left_over(newsroom) == {}
    assert steps > 7
    assert is_sound(newsroom)


def test_what_is_younger_than_the_retention_stays(newsroom: Store) -> None:
    day_of(newsroom, *different("old"), now=NOW + DAY)
    day_of(newsroom, *different("young"), now=LATER - KEEP + DAY)
    day_of(newsroom, now=LATER)

    prune(newsroom)

    assert counts(newsroom, "entries", "stories", "alerts", "messages") == {
        "entries": 1,
        "stories": 1,
        "alerts": 1,
        "messages": 1,
    }


def test_what_the_last_document_holds_stays_however_old_it_is_and_is_no_news_again(newsroom: Store) -> None:
    listed = different("evergreen", "another", "third", "fourth")
    day_of(newsroom, *listed, now=NOW + DAY)
    newsroom.write_now(
        lambda db: polls.record_not_modified(db, PollRecord(1, LATER, LATER, "not modified"), every_five)
    )
    newsroom.write_now(lambda db: fail(db, now=LATER))

    prune(newsroom)

    assert counts(newsroom, "entries", "alerts") == {"entries": 4, "alerts": 4}
    assert day_of(newsroom, *listed, now=LATER + DAY) == []


def test_what_a_feed_drops_and_lists_again_within_days_is_no_news(newsroom: Store) -> None:
    for day in (NOW + DAY, LATER - DAY):
        day_of(newsroom, *different("evergreen"), now=day)
    day_of(newsroom, now=LATER)

    prune(newsroom)

    assert day_of(newsroom, *different("evergreen"), now=LATER + DAY) == []


def test_a_feed_that_is_no_longer_in_the_configuration_lists_nothing(newsroom: Store) -> None:
    day_of(newsroom, *different("a"), now=NOW + DAY)
    newsroom.write_now(lambda db: sync.sync_feeds(db, [], LATER))

    prune(newsroom)

    assert left_over(newsroom) == {}


def test_a_story_stays_as_long_as_one_of_its_articles_is_listed(newsroom: Store) -> None:
    other = "https://other.example/feed"
    newsroom.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL), Feed(url=other)], NOW))
    text = "Nvidia opens a plant: " + " ".join(f"word{number}" for number in range(60))
    copy = Entry(guid="copy", link="https://other.example/copy", title="Nvidia opens a plant", summary=text)
    day_of(newsroom, entry("first", summary=text), now=NOW + DAY)
    newsroom.write_now(lambda db: poll(db, copy, url=other, now=NOW + DAY + MINUTE))
    newsroom.write_now(lambda db: judge(db, NOW + DAY + 2 * MINUTE))
    day_of(newsroom, now=LATER)
    assert counts(newsroom, "articles", "stories") == {"articles": 2, "stories": 1}

    prune(newsroom)
    assert counts(newsroom, "articles", "alerts") == {"articles": 2, "alerts": 1}
    newsroom.write_now(lambda db: poll(db, url=other, now=LATER))
    prune(newsroom)

    assert left_over(newsroom) == {}


@pytest.mark.parametrize("waits_for", ["reading", "judging", "sending"])
def test_what_is_still_to_be_done_is_never_let_go_of(newsroom: Store, waits_for: str) -> None:
    newsroom.write_now(lambda db: poll(db, *different("a"), now=NOW + DAY, read_pages=waits_for == "reading"))
    if waits_for != "judging":
        newsroom.write_now(lambda db: judge(db, NOW + 2 * DAY))
    if waits_for == "reading":
        newsroom.write_now(lambda db: _send_all(db, NOW + 2 * DAY))
    newsroom.write_now(lambda db: poll(db, now=LATER))

    prune(newsroom)

    assert counts(newsroom, "entries", "revisions") == {"entries": 1, "revisions": 1}


def test_a_dead_message_goes_with_its_alert_and_a_notice_by_its_own_age(newsroom: Store) -> None:
    day_of(newsroom, *different("a"), now=NOW + DAY, sent=False)
    notice = (
        "INSERT INTO messages (channel_id, kind, state, reason, created, next_try) VALUES (1, 'notice', ?, '', ?, '')"
    )
    newsroom.write_now(lambda db: db.execute(notice, ["sent", "2026-03-02"]))
    newsroom.write_now(lambda db: db.execute(notice, ["pending", "2026-03-02"]))
    newsroom.write_now(lambda db: db.execute("UPDATE messages SET state = 'dead' WHERE kind = 'alert'"))
    day_of(newsroom, now=LATER, sent=False)

    prune(newsroom)

    assert left_over(newsroom) == {"messages": 1}


def test_the_history_of_polls_is_shorter_and_keeps_the_last_document(newsroom: Store) -> None:
    day_of(newsroom, *different("a"), now=NOW + DAY)
    old = PollRecord(feed_id_of(newsroom), NOW, NOW + 2 * DAY, "not modified", 304)
    newsroom.write_now(lambda db: polls.record_not_modified(db, old, every_five))
    newsroom.write_now(lambda db: fail(db, now=LATER - POLLS_KEPT + SECOND))

    prune(newsroom, keep=1000 * DAY)

    def outcomes(db: Database) -> list[str]:
        return [outcome for (outcome,) in db.execute("SELECT outcome FROM polls ORDER BY id").fetchall()]

    assert newsroom.read_now(outcomes) == ["read", "failed"]


def feed_id_of(store: Store) -> int:
    return store.read_now(feed_id)


slugs = st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8)


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(slugs, st.integers(1, 60)), min_size=1, max_size=6))
def test_after_pruning_the_last_document_again_brings_nothing_new(
    tmp_path_factory: pytest.TempPathFactory, documents: list[tuple[list[str], int]]
) -> None:
    with Store(tmp_path_factory.mktemp("prune") / "monitor.db") as store:
        store.write_now(lambda db: set_up(db, watches=(WATCH,)))
        day_of(store, now=NOW)
        now = NOW
        for listed, days in documents:
            now += days * DAY
            day_of(store, *different(*listed), now=now)
            prune(store, now, KEEP)
        now += 500 * DAY
        prune(store, now, KEEP)
        before = counts(store, "entries", "alerts")

        reasons = day_of(store, *different(*documents[-1][0]), now=now)

        assert reasons == []
        assert counts(store, "entries", "alerts") == before
        assert before["entries"] == len(documents[-1][0])
        assert is_sound(store)
