"""`monitor why` and `monitor search`."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.errors import FetchError
from monitor.model import PageOutcome
from monitor.options import Watch
from monitor.store import Store, articles, delivery, outbox, sync
from tests.command import Desk
from tests.store.newsroom import MINUTE, NOW, SECOND, WATCH, entry, judge, page, poll, set_up

APPLE = Watch(name="Apple", companies=("Apple",))
NO_PLANTS = Watch(name="No plants", companies=("Nvidia",), exclude=("plant",))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """One article with an alert whose message to desk failed once; watches that do not fire."""
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(lambda db: set_up(db, watches=(WATCH,)))
        store.write_now(poll)
        store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))
        read(store)
        store.write_now(judge)
        store.write_now(lambda db: delivery.claim(db, 1, NOW + SECOND))
        store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 503", NOW + SECOND, next_try=NOW + MINUTE))
        store.write_now(lambda db: sync.sync_rules(db, [WATCH, APPLE, NO_PLANTS], NOW + MINUTE))
        store.write_now(lambda db: db.execute("UPDATE revisions SET state = 'judged' WHERE state = 'unjudged'"))
    return desk


def read(store: Store) -> None:
    text = "Nvidia opened a plant, it said. Shares of Nvidia rose."
    store.write_now(lambda db: articles.record_page(db, articles.unread(db, NOW, 1)[0], page(text), NOW))


def test_why_tells_the_whole_story_in_the_order_of_time(desk: Desk) -> None:
    told = desk.run("why", "a0").words
    steps = (
        "Nvidia opens a plant https://outlet.example/plant article 1",
        "seen in The Outlet (tier 2), as news",
        "text 1: the feed's summary, 34 characters, en; the page took its place before it was judged",
        "text 2: read from its page, 54 characters, en; judged",
        "story 1: first of its story",
        "alert Nvidia on text 2, score 80, alert a0: first article of this story for this watch",
        'company "Nvidia" in the title',
        "message 1 for Nvidia to desk, at once: retry, due now",
        "failed 1 for Nvidia to desk: HTTP 503",
    )
    places = [told.find(step) for step in steps]
    assert -1 not in places, told
    assert places == sorted(places)


def test_why_tells_what_became_of_each_message(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: delivery.claim(db, 1, NOW + MINUTE))
        store.write_now(lambda db: delivery.record_not_sent(db, 1, "HTTP 404", NOW + MINUTE, next_try=None))
    assert "failed 1 for Nvidia to desk: HTTP 503 01 Mar 12:01:00 dead 1 for Nvidia to desk: HTTP 404" in told(desk)

    with desk.store() as store:
        store.write_now(lambda db: outbox.retry(db, ["desk"], NOW + MINUTE))
        store.write_now(lambda db: delivery.claim(db, 1, NOW + MINUTE))
    assert "message 1 for Nvidia to desk, sent again by hand: sending" in told(desk)
    assert "attempt 1 for Nvidia to desk: under way" in told(desk)

    with desk.store() as store:
        store.write_now(lambda db: delivery.record_sent(db, 1, NOW + 3 * MINUTE))
    assert "sent 1 for Nvidia to desk after 2m" in told(desk)


def told(desk: Desk) -> str:
    return desk.run("why", "1").words


def test_why_tells_that_a_message_died_with_its_channel(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: sync.sync_channels(db, {"mail": "mail"}, NOW + MINUTE))

    assert "message 1 for Nvidia to desk, at once: dead, the channel is no longer in the configuration" in told(desk)


def test_why_says_which_watches_do_not_fire_and_how_close_they_came(desk: Desk) -> None:
    told = desk.run("why", "1").words

    assert 'No plants it excludes "plant", which stands here company "Nvidia" in the title and the lead' in told
    assert "nothing in title or text fits: Apple" in told


def test_why_says_what_came_closest_where_little_was_missing(desk: Desk) -> None:
    near = Watch(name="Plants", query='"plant said"')
    far = Watch(name="Glass", topics=("shares of glass",))
    with desk.store() as store:
        store.write_now(lambda db: sync.sync_rules(db, [WATCH, near, far], NOW + MINUTE))

    told = desk.run("why", "1").words

    close = 'query ""plant said"" does not hold: its words stand with 1 other among them; 0 may'
    assert f"Plants nothing in title or text fits {close}: “Nvidia opened a »plant, it said«" in told
    assert "nothing in title or text fits: Glass" in told


def test_why_tells_scripts_the_same(desk: Desk) -> None:
    [told] = desk.run("why", "https://www.outlet.example/plant?utm_source=x", "--json").json()

    assert (told["article"], told["url"]) == (1, "https://outlet.example/plant")
    assert told["sightings"][0]["seen"] == "2026-03-01T12:00:00.000Z"
    assert [revision["text_source"] for revision in told["revisions"]] == ["summary", "page"]
    [match] = told["matches"]
    assert (match["watch"], match["action"], match["alert"], match["evidence"][0]["part"]) == (
        "Nvidia",
        "alert",
        "a0",
        "title",
    )
    assert [(message["channel"], message["error"]) for message in match["messages"]] == [("desk", "HTTP 503")]
    assert match["messages"][0]["history"][0]["error"] == "HTTP 503"
    assert {item["watch"] for item in told["missed"]} == {"Apple", "No plants"}


def test_why_shows_what_was_there_before_anyone_asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(lambda db: poll(db, entry("old")))
        store.write_now(judge)

    told = desk.run("why", "1").words

    assert "already there when the feed was first read (baseline); polled 200 page not asked for" in told
    assert (
        "suppressed Nvidia on text 1, score 80: would have matched: already in the feed when it was first read" in told
    )


@pytest.mark.parametrize(
    ("next_try", "words"),
    [
        (NOW + timedelta(days=10_000), "page not read yet (1 attempt, next in"),
        (None, "page gave nothing after 1 attempt, so the feed's text stands: 404 Not Found"),
    ],
)
def test_why_says_how_reading_the_page_went(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], next_try: datetime | None, words: str
) -> None:
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(lambda db: poll(db, entry("plant"), read_pages=True))
        [unread] = store.read_now(lambda db: articles.unread(db, NOW, 1))
        problem = str(FetchError("404 Not Found"))
        store.write_now(
            lambda db: articles.record_unreadable(
                db, unread, problem, NOW, outcome=PageOutcome.REFUSED, next_try=next_try
            )
        )

    assert words in desk.run("why", "1").words


def test_why_says_that_a_text_is_still_to_be_judged(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(lambda db: poll(db, entry("plant")))

    assert "Nvidia fires on this text, which is still to be judged" in desk.run("why", "1").words


@pytest.mark.parametrize(
    ("wanted", "problem"),
    [
        ("ftp://elsewhere.example/x", 'no article with this address: "ftp://elsewhere.example/x"; look for it with'),
        ("cafe", 'no article or alert with this id: "cafe"; look for it with: monitor search WORDS'),
        ("99", 'no article or alert with this id: "99"'),
        ("a\x1b[31mb", 'no article or alert with this id: "a\\u001b[31mb"'),
    ],
)
def test_why_says_in_one_line_that_nothing_is_known_and_what_to_try(desk: Desk, wanted: str, problem: str) -> None:
    done = desk.run("why", wanted)

    assert done.code == 1
    assert problem in done.problem


def test_why_asks_for_more_of_an_id_that_several_begin_with(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: db.execute("DELETE FROM deliveries"))
        store.write_now(lambda db: db.execute("UPDATE alerts SET id = 'beef01'"))
        store.write_now(
            lambda db: db.execute(
                "INSERT INTO alerts SELECT 'beef02', rule_id, story_id, 'again', match_id, created FROM alerts"
            )
        )

    done = desk.run("why", "beef")

    assert done.code == 1
    assert "several alerts begin with beef: beef01, beef02; write more of the id" in done.problem


def test_what_a_feed_says_is_printed_inert(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(set_up)
        store.write_now(
            lambda db: poll(db, entry("x", "[bold red]Nvidia[/] \x1b[2J\x07 opens", summary="[/x] Nvidia \x9b31m"))
        )
        store.write_now(lambda db: db.execute("UPDATE feeds SET name = '[blink]\x1b[5mOutlet'"))

    for command in (["why", "1"], ["search", "nvidia"]):
        done = desk.run(*command)
        assert done.code == 0
        assert "[bold red]" in done.out
        assert "Nvidia" in done.out
        assert not any(sign in done.out for sign in "\x1b\x07\x9b")


def test_without_a_database_there_is_one_line_that_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)

    for command in (["why", "1"], ["search", "x"]):
        done = desk.run(*command)
        assert (done.code, "start the daemon first" in done.problem) == (1, True)
    assert not desk.database.exists()


def test_search_shows_what_it_found_with_the_words_marked(desk: Desk) -> None:
    found = desk.run("search", "plant", "nvidia").words

    assert found.startswith("»Nvidia« opens a »plant« »Nvidia« opened a »plant«, it said.")
    assert "The Outlet · seen 01 Mar 12:00:00 · article 1 https://outlet.example/plant" in found


def test_search_tells_scripts_where_the_words_stand(desk: Desk) -> None:
    [hit] = desk.run("search", "shares", "--json").json()

    assert (hit["article"], hit["title"], hit["outlet"]) == (1, "Nvidia opens a plant", "The Outlet")
    assert [hit["excerpt"][slice(*mark)] for mark in hit["marks"]] == ["Shares"]


def test_search_takes_words_with_dashes_and_signs(desk: Desk) -> None:
    assert "article 1" in desk.run("search", "-nvidia").out
    assert "Nothing stored holds all of this." in desk.run("search", "-x", 'C++"', "AT&T").out


def test_a_search_for_nothing_is_wrong_usage(desk: Desk) -> None:
    done = desk.run("search", '"')

    assert done.code == 2
    assert "nothing to search for" in done.problem


def test_a_search_since_no_age_is_wrong_usage(desk: Desk) -> None:
    done = desk.run("search", "nvidia", "--since", "yesterday")

    assert done.code == 2
    assert "is no duration" in done.problem


def test_search_leaves_out_what_is_older(desk: Desk) -> None:
    age = datetime.now(UTC) - NOW

    assert desk.run("search", "nvidia", "--since", f"{age.days + 2}d", "--json").json()
    assert desk.run("search", "nvidia", "--since", "1s", "--json").json() == []
