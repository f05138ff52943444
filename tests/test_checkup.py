"""Feed health as it is stored and told: one notice for many feeds, one when they are well again, none twice."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from monitor import checkup
from monitor.model import Cause
from monitor.options import Feed
from monitor.store import Database, Store, feeds, sync
from tests.store.newsroom import MINUTE, NOW, SECOND, entry, fail, poll, set_up

WIRE, PRESS, BLOG = (f"https://{name}.example/feed" for name in ("wire", "press", "blog"))
URLS = (WIRE, PRESS, BLOG)
ZONE = ZoneInfo("America/New_York")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "monitor.db") as opened:
        opened.write_now(lambda db: set_up(db, *URLS))
        for url in URLS:
            opened.write_now(lambda db, u=url: poll(db, entry(u), url=u))  # type: ignore[misc]
        opened.write_now(lambda db: db.execute("UPDATE feeds SET name = host"))
        yield opened


def break_down(store: Store, *urls: str, cause: Cause = Cause.ANSWER) -> None:
    """Three failures of each within two minutes."""
    for n in range(3):
        for url in urls:
            now = NOW + n * MINUTE
            store.write_now(lambda db, u=url, w=now: fail(db, "it broke", url=u, now=w, cause=cause))  # type: ignore[misc]


def answer(store: Store, *urls: str, after: timedelta) -> None:
    for n in range(2):
        for url in urls:
            now = NOW + after + n * SECOND
            store.write_now(lambda db, u=url, w=now: poll(db, entry(u), url=u, now=w))  # type: ignore[misc]


def check(store: Store, after: timedelta, *, settled: bool = False) -> list[str]:
    """Look at the feeds so long after the first failure; gives the notices there are, oldest first."""

    def unit(db: Database) -> list[str]:
        now = NOW + after
        checkup.examine(db, now)
        checkup.tell(db, ["mail"], ZONE, now, settled=settled)
        return [row["body"] for row in db.query("SELECT body FROM messages ORDER BY id")]

    return store.write_now(unit)


def test_feeds_that_break_down_together_are_told_in_one_notice_once(store: Store) -> None:
    break_down(store, WIRE, PRESS)

    assert check(store, 3 * MINUTE) == []  # more may come
    [body] = check(store, 4 * MINUTE)
    assert body.split("\n") == [
        "2 feeds to look at",
        "press.example: it gives no feed: it broke (since Sun 01 Mar, 07:00 EST)",
        "wire.example: it gives no feed: it broke (since Sun 01 Mar, 07:00 EST)",
    ]
    assert check(store, 60 * MINUTE) == [body]
    states = {item.url: item.ailments for item in store.read_now(lambda db: feeds.status(db, NOW))}
    assert [ailment.kind for ailment in states[WIRE]] == ["down"]
    assert states[BLOG] == ()


def test_recovery_is_told_once(store: Store) -> None:
    break_down(store, WIRE)
    check(store, 3 * MINUTE)
    check(store, 4 * MINUTE)
    answer(store, WIRE, after=10 * MINUTE)

    told = [check(store, minutes * MINUTE) for minutes in (11, 12, 15, 40)]

    assert [len(notices) for notices in told] == [1, 1, 2, 2]  # no more than one in ten minutes
    assert told[-1][1].split("\n")[0] == "1 feed well again"


def test_what_is_over_before_it_was_told_is_never_told(store: Store) -> None:
    break_down(store, WIRE)
    check(store, 3 * MINUTE)
    answer(store, WIRE, after=3 * MINUTE + SECOND)

    assert check(store, 4 * MINUTE) == []
    assert check(store, 60 * MINUTE) == []


def test_an_outage_that_goes_on_growing_is_told_all_the_same(store: Store) -> None:
    break_down(store, WIRE)
    check(store, 3 * MINUTE)
    break_down(store, PRESS)
    check(store, 5 * MINUTE + 50 * SECOND)
    break_down(store, BLOG)

    [body] = check(store, 6 * MINUTE)
    assert body.startswith("3 feeds to look at")


def test_a_single_pass_does_not_wait_for_more(store: Store) -> None:
    break_down(store, WIRE)

    assert len(check(store, 3 * MINUTE, settled=True)) == 1


def test_an_offline_machine_is_one_notice_and_back_online_all_feeds_are_due(store: Store) -> None:
    break_down(store, *URLS, cause=Cause.NETWORK)
    check(store, 3 * MINUTE)
    [body] = check(store, 4 * MINUTE)
    store.write_now(lambda db: db.execute("UPDATE feeds SET next_poll = replace(next_poll, '2026', '2099')"))

    answer(store, WIRE, after=20 * MINUTE)
    check(store, 21 * MINUTE)
    notices = check(store, 22 * MINUTE)

    assert body.split("\n")[0] == "This machine seems to be offline"
    assert [notice.split("\n")[0] for notice in notices[1:]] == ["This machine was offline and is back"]
    due = store.read_now(lambda db: feeds.due(db, NOW + 22 * MINUTE, 10))
    assert {PRESS, BLOG} <= {state.url for state in due}


def test_hosts_that_hang_are_no_sign_of_an_offline_machine_although_they_are_the_last_to_fail(store: Store) -> None:
    for minute in range(8):
        now = NOW + minute * MINUTE
        store.write_now(lambda db, w=now: poll(db, entry(BLOG), url=BLOG, now=w))  # type: ignore[misc]
        for url in (WIRE, PRESS):
            store.write_now(
                lambda db, u=url, w=now + 30 * SECOND: fail(db, "hangs", url=u, now=w, cause=Cause.NETWORK)  # type: ignore[misc]
            )

    check(store, 8 * MINUTE)
    [body] = check(store, 9 * MINUTE)

    assert body.split("\n")[0] == "2 feeds to look at"


def test_back_online_a_host_that_was_silent_before_is_still_to_blame(store: Store) -> None:
    break_down(store, WIRE, cause=Cause.NETWORK)
    answer(store, PRESS, BLOG, after=3 * MINUTE)
    for url in (PRESS, BLOG):
        store.write_now(lambda db, u=url: fail(db, "no network", url=u, now=NOW + 4 * MINUTE, cause=Cause.NETWORK))  # type: ignore[misc]
    check(store, 5 * MINUTE)
    answer(store, PRESS, after=10 * MINUTE)
    check(store, 11 * MINUTE)

    states = {item.url: item.failures for item in store.read_now(lambda db: feeds.status(db, NOW))}

    assert (states[WIRE], states[BLOG]) == (3, 0)


def test_a_feed_that_left_the_configuration_is_no_longer_told_of(store: Store) -> None:
    break_down(store, WIRE)
    check(store, 3 * MINUTE)
    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=PRESS), Feed(url=BLOG)], NOW))

    assert check(store, 60 * MINUTE) == []
