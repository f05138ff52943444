"""An article's history in words: events in the order of time, and the watches that do not fire."""

import unicodedata
from datetime import datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import timeline
from monitor.missed import Missed, missed
from monitor.model import Document, Evidence, PageOutcome, Part
from monitor.options import Watch
from monitor.store import Store, articles, delivery, feedback, sync
from monitor.timeline import Event, Line
from tests.store.newsroom import MINUTE, NOW, SECOND, WATCH, entry, judge, page, poll, set_up

TEXT = "Nvidia opened a plant, it said. Shares of Nvidia rose."


def bring_in(store: Store) -> None:
    """An article comes in as news, its page is read, it alerts, and the message fails once."""
    store.write_now(set_up)
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))
    store.write_now(lambda db: articles.record_page(db, articles.unread(db, NOW, 1)[0], page(TEXT), NOW))
    store.write_now(judge)
    store.write_now(lambda db: delivery.claim(db, 1, NOW + SECOND))
    store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 503", NOW + SECOND, next_try=NOW + MINUTE))


def told(store: Store, now: datetime = NOW) -> tuple[Event, ...]:
    return timeline.events(store.read_now(lambda db: timeline.tell(db, 1)).article, now)


def test_events_stand_in_the_order_of_time(store: Store) -> None:
    bring_in(store)

    events = told(store)

    assert [event.what for event in events] == ["seen", "text", "text", "story", "alert", "message", "failed"]
    assert [event.when for event in events] == sorted(event.when for event in events)


def test_an_alert_names_its_watch_first_and_marks_its_evidence(store: Store) -> None:
    bring_in(store)

    [alert] = [event for event in told(store) if event.what == "alert"]

    assert alert.lines == (
        Line("on text 2, score 80, alert a0: first article of this story for this watch", strong="Nvidia"),
        Line('company "Nvidia" in the title'),
    )


def test_an_alert_says_whether_it_was_judged_useful(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: feedback.give(db, "a0", useful=False, now=NOW))

    [alert] = [event for event in told(store) if event.what == "alert"]

    assert alert.lines[-1] == Line("judged not useful")


def test_a_sighting_says_what_its_poll_and_its_page_answered(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: db.execute("UPDATE entries SET status = 200 WHERE state = 'read'"))

    seen = told(store)[0]

    assert seen.lines == (Line("in The Outlet (tier 2), as news; polled 200"), Line("its page answered 200"))


@pytest.mark.parametrize(
    ("outcome", "status", "next_try", "words"),
    [
        (
            PageOutcome.WALLED,
            403,
            NOW + MINUTE,
            "page behind a login or a paywall (403), asked for again in 1m: oh",
        ),
        (
            PageOutcome.WALLED,
            403,
            None,
            "page behind a login or a paywall (403) at 1 attempt, so the feed's text stands: oh",
        ),
        (PageOutcome.FAILED, 503, NOW + MINUTE, "page not read yet (1 attempt, answered 503, next in 1m): oh"),
        (PageOutcome.FAILED, None, NOW + MINUTE, "page not read yet (1 attempt, next in 1m): oh"),
        (PageOutcome.FAILED, None, None, "page given up after 1 attempt: oh"),
        (
            PageOutcome.REFUSED,
            404,
            None,
            "page gave nothing after 1 attempt (404), so the feed's text stands: oh",
        ),
        (PageOutcome.EMPTY, 200, None, "page gave nothing after 1 attempt (200), so the feed's text stands: oh"),
    ],
)
def test_how_reading_the_page_went_is_told_with_the_status(
    store: Store, outcome: PageOutcome, status: int | None, next_try: datetime | None, words: str
) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))
    [unread] = store.read_now(lambda db: articles.unread(db, NOW, 1))

    store.write_now(
        lambda db: articles.record_unreadable(db, unread, "oh", NOW, outcome=outcome, next_try=next_try, status=status)
    )

    assert told(store)[0].lines[-1] == Line(words)


def test_a_page_that_is_in_the_queue_says_when_it_is_due(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))

    assert told(store)[0].lines[-1] == Line("page not read yet: in the queue, due now")


def test_of_an_entry_that_was_pruned_only_the_feed_is_told(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: db.execute("DELETE FROM entries"))

    assert told(store)[0].lines == (Line("in The Outlet (tier 2); polled 200"),)


def test_waiting_times_are_measured_from_now(store: Store) -> None:
    bring_in(store)

    early, late = (
        next(event.lines[0].text for event in told(store, now) if event.what == "message")
        for now in (NOW, NOW + 2 * MINUTE)
    )

    assert early == "1 for Nvidia to desk, at once: retry, due in 1m"
    assert late == "1 for Nvidia to desk, at once: retry, due now"


def test_evidence_is_quoted_with_its_sentence_and_marked() -> None:
    evidence = Evidence("companies", "Nvidia", "text", Part.LEAD, 42, 48, "Nvidia")

    [line] = timeline.found([evidence], TEXT)

    assert line.text == 'company "Nvidia" in the lead: “Shares of Nvidia rose.”'
    assert [line.text[start:end] for start, end in line.marks] == ["Nvidia"]


def test_watches_that_come_close_are_told_apart_from_those_of_which_nothing_fits() -> None:
    watches = [
        Watch(name="No plants", companies=("Nvidia",), exclude=("plant",)),
        Watch(name="Near", query='"plant said"'),
        Watch(name="Far", companies=("Apple",)),
    ]
    document = Document("Nvidia opens a plant", TEXT)

    found = timeline.misses(missed(document, watches), document.text)

    assert [item.watch for item in found.near] == ["No plants", "Near"]
    assert found.near[0].reason == 'it excludes "plant", which stands here'
    [line] = found.near[1].lines
    assert line.text.endswith("“Nvidia opened a plant, it said.”")
    assert [line.text[start:end] for start, end in line.marks] == ["plant, it said"]
    assert found.far == ("Far",)


def test_a_watch_that_fires_by_now_is_told_with_why_there_is_no_match(store: Store) -> None:
    bring_in(store)
    store.write_now(lambda db: sync.sync_rules(db, [WATCH, Watch(name="Shares", topics=("shares",))], NOW))
    store.write_now(lambda db: db.execute("UPDATE revisions SET state = 'judged'"))

    silent = store.read_now(lambda db: timeline.tell(db, 1)).missed

    because = "fires on this text as the watch now reads; when it was judged, the watch read differently"
    assert silent == (Missed("Shares", because),)


@given(st.text(min_size=1, max_size=40), st.data())
def test_whatever_the_text_a_line_is_clean_and_its_marks_lie_in_it(text: str, data: st.DataObject) -> None:
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))

    [line] = timeline.found([Evidence("topics", text, "text", Part.BODY, start, end, text[start:end])], text)

    assert not any(unicodedata.category(char) in ("Cc", "Cs") for char in line.text)
    assert all(0 <= start < end <= len(line.text) for start, end in line.marks)
