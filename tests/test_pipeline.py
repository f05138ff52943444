"""What the stages do with what goes wrong: noted in the database, due again, and no other work stopped."""

import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from monitor.errors import FetchError, NotifyError, StoreError
from monitor.in_force import Ruleset, Target
from monitor.machine import Machine
from monitor.options import Channel, Feed, Settings, Watch
from monitor.pipeline import Pipeline
from monitor.render import Kind
from monitor.steps import Step
from monitor.store import articles, delivery, feeds, inspect, rules, sync
from tests.fakes import FailingStore, FakeFetcher, FakeNotifier, Inline, Steps
from tests.store.newsroom import NOW, URL, entry, judge, poll, set_up

DAY = timedelta(days=1)
STORY = "https://outlet.example/1"
LONG = "Nvidia opened a plant on Tuesday, and said that it would hire a thousand people in the valley. " * 6
WATCH = Watch(name="Nvidia", companies=("Nvidia",), channels=("desk",))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[FailingStore]:
    with FailingStore(tmp_path / "monitor.db") as opened:
        opened.write_now(lambda db: set_up(db, watches=(WATCH,)))
        opened.write_now(poll)
        yield opened


def pipeline(store: FailingStore, **parts: Any) -> Pipeline:
    steps = parts.pop("steps", Steps())
    values: dict[str, Any] = {
        "store": store,
        "fetcher": FakeFetcher(),
        "workers": Inline(),
        "notifier": FakeNotifier(),
        "feeds": {URL: Feed(url=URL)},
        "default_interval": timedelta(minutes=5),
        "ruleset": Ruleset.of(store.read_now(rules.in_force)),
        "targets": {"desk": Target(Kind.TEXT, "fake://", Channel(name="desk"))},
        "zone": ZoneInfo("UTC"),
        "watcher": steps,
        "now": lambda: NOW,
        "chance": lambda: 0.5,
        "sleep": steps.sleep,
    }
    return Pipeline(**{**values, **parts})


def run(work: Any) -> None:
    asyncio.run(work)


def one_alert(store: FailingStore) -> None:
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)


def message(store: FailingStore) -> tuple[Any, ...]:
    return tuple(
        store.read_now(lambda db: db.execute("SELECT state, possible_repeat, last_error FROM messages").fetchone())
    )


def one_unread(store: FailingStore, text: str = "In short.") -> articles.Unread:
    store.write_now(lambda db: poll(db, entry("1", summary=text), read_pages=True))
    (unread,) = store.read_now(lambda db: articles.unread(db, NOW, 10))
    return unread


def texts(store: FailingStore) -> list[str]:
    return [item.document.text for item in store.read_now(lambda db: articles.unjudged(db, NOW, 10))]


def html(text: str) -> str:
    return f"<html><body><article><h1>Nvidia opens a plant</h1><p>{text}</p></article></body></html>"


# ---------------------------------------------------------------- poll


def test_a_feed_that_breaks_us_is_a_failed_poll_and_keeps_its_validators(store: FailingStore) -> None:
    broken = pipeline(store, fetcher=FakeFetcher({URL: ZeroDivisionError("oh")}))
    (state,) = store.read_now(lambda db: feeds.due(db, NOW, 1, anyway=True))

    run(broken.poll(state))

    (after,) = store.read_now(lambda db: feeds.due(db, NOW + DAY, 1))
    (status,) = store.read_now(lambda db: feeds.status(db, NOW))
    assert after.failures == 1
    assert status.error == "defect: ZeroDivisionError: oh"


def test_a_full_disk_is_no_fault_of_the_feed(store: FailingStore) -> None:
    answer = '<rss version="2.0"><channel><title>T</title><item><title>A</title><guid>1</guid></item></channel></rss>'
    working = pipeline(store, fetcher=FakeFetcher({URL: answer}))
    (state,) = store.read_now(lambda db: feeds.due(db, NOW, 1, anyway=True))
    store.failures = 1

    with pytest.raises(StoreError):
        run(working.poll(state))

    (after,) = store.read_now(lambda db: feeds.due(db, NOW, 1, anyway=True))
    assert after.failures == 0


# ---------------------------------------------------------------- read


def test_a_page_that_was_read_is_judged(store: FailingStore) -> None:
    unread = one_unread(store)

    run(pipeline(store, fetcher=FakeFetcher({STORY: html(LONG)})).read(unread))

    (text,) = texts(store)
    assert LONG.strip() in text


def test_a_page_that_says_far_less_than_its_feed_does_not_replace_it(store: FailingStore) -> None:
    unread = one_unread(store, LONG)
    wall = "Please accept our cookies, or subscribe, to read on; we and our partners value your privacy a lot."

    run(pipeline(store, fetcher=FakeFetcher({STORY: html(wall)})).read(unread))

    assert texts(store) == [LONG]


@pytest.mark.parametrize(
    ("answer", "status"),
    [
        (html(LONG), 200),
        (html(""), 200),
        (FetchError("403", status=403, permanent=True), 403),
        (FetchError("503", status=503), 503),
        (FetchError("no answer"), None),
        (ZeroDivisionError("oh"), None),
    ],
)
def test_what_the_page_answered_is_noted(store: FailingStore, answer: Any, status: int | None) -> None:
    unread = one_unread(store)
    store.write_now(lambda db: db.execute("UPDATE entries SET status = 500"))

    run(pipeline(store, fetcher=FakeFetcher({STORY: answer})).read(unread))

    [sighting] = store.read_now(lambda db: inspect.history(db, unread.article_id)).sightings
    assert sighting.status == status


def test_a_page_whose_host_asks_to_wait_holds_the_host(store: FailingStore) -> None:
    unread = one_unread(store)
    busy = FetchError("429", status=429, retry_after=timedelta(hours=1), host="outlet.example")

    run(pipeline(store, fetcher=FakeFetcher({STORY: busy})).read(unread))

    assert texts(store) == ["In short."]
    assert not store.read_now(lambda db: articles.unread(db, NOW + timedelta(minutes=59), 10))
    assert not store.read_now(lambda db: feeds.due(db, NOW + timedelta(minutes=59), 10))
    assert store.read_now(lambda db: articles.unread(db, NOW + timedelta(hours=1), 10))


def test_the_host_that_is_held_is_the_one_that_asked_for_it(store: FailingStore) -> None:
    unread = one_unread(store)
    busy = FetchError("429", status=429, retry_after=timedelta(hours=1), host="publisher.example")

    run(pipeline(store, fetcher=FakeFetcher({STORY: busy})).read(unread))

    assert store.read_now(lambda db: feeds.due(db, NOW + timedelta(minutes=59), 10))


def test_a_host_that_asks_to_wait_no_time_is_not_asked_without_end(store: FailingStore) -> None:
    one_unread(store)
    busy = FetchError("429", status=429, retry_after=timedelta(0), host="outlet.example")
    reading = pipeline(store, fetcher=FakeFetcher({STORY: busy}))

    for _ in range(5):
        (unread,) = store.read_now(lambda db: articles.unread(db, NOW + DAY, 10))
        run(reading.read(unread))
        assert not store.read_now(lambda db: articles.unread(db, NOW, 10))

    assert not store.read_now(lambda db: articles.unread(db, NOW + DAY, 10))


def test_an_entry_that_changes_while_its_page_is_read_is_judged_as_changed_and_read_again(store: FailingStore) -> None:
    unread = one_unread(store)
    changed = entry("1", "Nvidia halts its plant", summary="Halted.")
    store.write_now(lambda db: poll(db, changed, read_pages=True))

    run(pipeline(store, fetcher=FakeFetcher({STORY: html(LONG)})).read(unread))

    assert store.read_now(lambda db: articles.unread(db, NOW, 10))
    later = store.read_now(lambda db: articles.unjudged(db, NOW + DAY, 10))
    assert "Halted." in [item.document.text for item in later]


def test_a_summary_that_counts_its_readers_does_not_have_its_page_read_at_every_poll(store: FailingStore) -> None:
    unread = one_unread(store, "1 point")
    run(pipeline(store, fetcher=FakeFetcher({STORY: html(LONG)})).read(unread))

    for points in range(2, 5):
        store.write_now(lambda db, points=points: poll(db, entry("1", summary=f"{points} points"), read_pages=True))  # type: ignore[misc]

    assert not store.read_now(lambda db: articles.unread(db, NOW + timedelta(minutes=59), 10))
    assert store.read_now(lambda db: articles.unread(db, NOW + timedelta(hours=1), 10))


def test_a_page_that_breaks_us_is_in_quarantine_after_five_attempts(store: FailingStore) -> None:
    one_unread(store)
    reading = pipeline(store, fetcher=FakeFetcher({STORY: ZeroDivisionError("oh")}))

    for _ in range(5):
        (unread,) = store.read_now(lambda db: articles.unread(db, NOW + DAY, 10))
        run(reading.read(unread))

    assert not store.read_now(lambda db: articles.unread(db, NOW + DAY, 10))
    assert texts(store) == ["In short."]


# ---------------------------------------------------------------- judge


def test_an_article_that_breaks_the_matcher_is_in_quarantine_after_five_attempts(store: FailingStore) -> None:
    store.write_now(lambda db: poll(db, entry("1")))
    steps = Steps()
    broken = Ruleset({}, pipeline(store).ruleset.compiled)  # fires a watch that it cannot name

    for _ in range(5):
        (item,) = store.read_now(lambda db: articles.unjudged(db, NOW + DAY, 10))
        run(pipeline(store, ruleset=broken, steps=steps).judge(item))

    assert not store.read_now(lambda db: articles.unjudged(db, NOW + DAY, 10))
    assert steps.passed.count(Step.NOT_JUDGED) == 5
    assert steps.facts[-1]["given_up"]


def test_the_headline_is_judged_when_the_page_breaks_the_matcher(store: FailingStore) -> None:
    unread = one_unread(store)
    run(pipeline(store, fetcher=FakeFetcher({STORY: html(LONG)})).read(unread))
    broken = Ruleset({}, pipeline(store).ruleset.compiled)

    for _ in range(5):
        (item,) = store.read_now(lambda db: articles.unjudged(db, NOW + DAY, 10))
        run(pipeline(store, ruleset=broken).judge(item))

    assert texts(store) == []
    (left,) = store.read_now(lambda db: articles.unjudged(db, NOW + DAY, 10))
    assert left.document.text == "In short."


def test_a_feed_that_carries_an_article_while_it_is_judged_has_it_judged_again(store: FailingStore) -> None:
    other = "https://aggregator.example/feed"
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=URL), Feed(url=other)], NOW))
    store.write_now(lambda db: poll(db, url=other))
    store.write_now(lambda db: poll(db, entry("1")))
    (item,) = store.read_now(lambda db: articles.unjudged(db, NOW, 10))
    store.write_now(lambda db: poll(db, entry("1"), url=other))

    run(pipeline(store).judge(item))

    (again,) = store.read_now(lambda db: articles.unjudged(db, NOW, 10))
    assert [source.url for source in again.document.sources] == [URL, other]
    run(pipeline(store).judge(again))
    assert not store.read_now(lambda db: articles.unjudged(db, NOW + DAY, 10))


# ---------------------------------------------------------------- deliver


@pytest.mark.parametrize("error", [BrokenPipeError("gone"), UnicodeEncodeError("ascii", "é", 0, 1, "no")])
def test_a_message_is_tried_again_whatever_went_wrong_and_says_that_it_may_be_a_repeat(
    store: FailingStore, error: Exception
) -> None:
    one_alert(store)

    run(pipeline(store, notifier=FakeNotifier([error])).deliver(1))

    state, possible_repeat, reason = message(store)
    assert (state, possible_repeat) == ("retry", 1)
    assert type(error).__name__ in reason


def test_a_message_for_a_channel_that_nobody_knows_is_not_left_as_being_sent(store: FailingStore) -> None:
    one_alert(store)

    run(pipeline(store, targets={}).deliver(1))

    assert message(store)[0] == "retry"


def test_what_was_sent_is_written_down_however_long_the_disk_is_full(store: FailingStore) -> None:
    one_alert(store)
    steps, notifier = Steps(), FakeNotifier()

    class FullOnceSent(FakeNotifier):
        async def send(self, *arguments: Any) -> None:
            await notifier.send(*arguments)
            store.failures = 8

    run(pipeline(store, notifier=FullOnceSent(), steps=steps).deliver(1))

    assert message(store)[0] == "sent"
    assert len(notifier.sent) == 1
    assert steps.slept == [1, 2, 4, 8, 16, 30, 30, 30]


def test_a_refusal_is_dead_at_once_and_kept(store: FailingStore) -> None:
    one_alert(store)

    run(pipeline(store, notifier=FakeNotifier([NotifyError("HTTP 404", permanent=True)])).deliver(1))

    assert message(store) == ("dead", 0, "HTTP 404")


# ---------------------------------------------------------------- the clock


def test_a_clock_that_is_set_back_holds_up_no_poll_no_judgement_and_no_message(store: FailingStore) -> None:
    clock = [NOW + 20 * timedelta(hours=1)]
    one_alert_later = clock[0]
    store.write_now(lambda db: poll(db, entry("1"), now=one_alert_later))
    store.write_now(lambda db: judge(db, one_alert_later))
    store.write_now(lambda db: poll(db, entry("2"), now=one_alert_later))
    machine = Machine(pipeline(store, now=lambda: clock[0]), Settings())

    clock[0] = NOW
    run(machine.housekeep())

    assert store.read_now(lambda db: feeds.due(db, NOW, 1))
    assert store.read_now(lambda db: articles.unjudged(db, NOW, 1))
    assert store.read_now(lambda db: delivery.due(db, NOW, 1))
