"""`monitor feeds` list, show and refresh."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor import urls
from monitor.store import Database, feeds
from tests.command import FEED, NVIDIA, Desk
from tests.store.newsroom import URL, entry, fail, poll, set_up

HELD = "https://held.example/feed"


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """A feed that was read, and one whose host asks to wait for two hours from now."""
    desk = Desk(tmp_path, capsys)
    desk.write(FEED, f'[[feed]]\nurl = "{HELD}"\nname = "Held"\ntier = 1\ntags = ["wire"]\n', NVIDIA)
    with desk.store() as store:
        store.write_now(lambda db: set_up(db, URL, HELD))
        store.write_now(lambda db: poll(db, entry("1"), entry("2"), etag='"v1"'))
        store.write_now(
            lambda db: db.execute("UPDATE feeds SET name = 'Held', tier = 1, tags = '[\"wire\"]' WHERE id = 2")
        )
        store.write_now(hold)
    return desk


def hold(db: Database) -> None:
    wait = timedelta(hours=2)
    now = datetime.now(UTC)
    fail(db, "429 Too Many Requests", url=HELD, now=now, status=429, retry_after=wait, host=urls.host(HELD))


def test_feeds_are_listed_by_the_group_itself_and_by_list(desk: Desk) -> None:
    for command in (["feeds", "--json"], ["feeds", "list", "--json"], ["feeds", "--json", "list"]):
        listed = desk.run(*command).json()

        assert [(item["name"], item["state"], item["entries"]) for item in listed] == [
            ("Held", "held", 0),
            ("The Outlet", "ok", 2),
        ]
    assert "The Outlet ok 2" in desk.run("feeds").words


@pytest.mark.parametrize("wanted", [URL, "the outlet", "The Outlet", "https://www.outlet.example/feed/"])
def test_a_feed_is_shown_by_name_or_address(desk: Desk, wanted: str) -> None:
    shown = desk.run("feeds", "show", wanted).words

    assert shown.startswith(f"feed The Outlet address {URL} tier, tags tier 2 state ok")
    assert "next poll 01 Mar 12:05:00 (now): every 5m" in shown
    assert 'asks with "v1" entries 2, of them 2 there at first contact' in shown
    assert "01 Mar 12:00:00 0.0 s 200 read 2 2" in shown


def test_a_feed_on_a_held_host_says_until_when_and_why(desk: Desk) -> None:
    shown = desk.run("feeds", "show", "held").words

    assert "tier, tags tier 1, wire state held next poll" in shown
    assert "(in 2h): its host asked to wait held host until" in shown.replace("in 1h 59m", "in 2h")
    assert "(in 2h): 429 Too Many Requests last answer none yet" in shown.replace("in 1h 59m", "in 2h")


def test_a_feed_is_shown_to_scripts_with_its_polls(desk: Desk) -> None:
    [shown] = desk.run("feeds", "show", URL, "--json").json()

    assert (shown["url"], shown["etag"], shown["baseline"], shown["held_until"]) == (URL, '"v1"', 2, None)
    assert [(one["outcome"], one["status"], one["entries"]) for one in shown["polls"]] == [("read", 200, 2)]


def test_a_feed_that_is_not_there_is_corrected(desk: Desk) -> None:
    done = desk.run("feeds", "show", "The Outlt")

    assert done.code == 2
    assert 'there is no feed "The Outlt"; did you mean "The Outlet"?' in done.problem


def test_a_feed_that_no_daemon_knows_yet_is_called_new(desk: Desk) -> None:
    desk.write(FEED, '[[feed]]\nurl = "https://new.example/feed"\nname = "New"\n', NVIDIA)

    done = desk.run("feeds", "show", "New")

    assert done.code == 1
    assert "New is new in the configuration; the daemon takes it up" in done.problem


def test_feeds_of_one_name_are_told_apart_by_address(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: db.execute("UPDATE feeds SET name = '', title = 'News'"))

    done = desk.run("feeds", "show", "News")

    assert done.code == 2
    assert f'2 feeds are called "News"; name its address: {URL} or {HELD}' in done.problem


def test_refreshed_feeds_are_due_and_those_of_a_held_host_are_not(desk: Desk) -> None:
    done = desk.run("feeds", "refresh")

    assert "1 feed due; no daemon runs; monitor run polls." in done.words
    assert "Held: its host asked to wait, so it is polled then:" in done.words
    with desk.store() as store:
        due = store.read_now(lambda db: feeds.due(db, datetime.now(UTC), 10))
    assert [state.url for state in due] == [URL]


def test_only_the_feeds_named_are_refreshed(desk: Desk) -> None:
    [done] = desk.run("feeds", "refresh", "the outlet", "--json").json()

    assert (done["url"], done["held_until"]) == (URL, None)


def test_a_feed_whose_address_holds_a_key_is_found_and_shown_without_it(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NEWS_KEY", "hunter2")
    url = "https://keyed.example/feed?key=${NEWS_KEY}"
    desk.write(f'[[feed]]\nurl = "{url}"\n', NVIDIA)
    with desk.store() as store:
        store.write_now(lambda db: set_up(db, url))

    by_what_is_fetched = desk.run("feeds", "show", "https://keyed.example/feed?key=hunter2")
    as_written = desk.run("feeds", "show", url)

    assert f"address {url}" in by_what_is_fetched.words
    assert "hunter2" not in by_what_is_fetched.out + as_written.out
