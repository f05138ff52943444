"""`monitor backtest`, on articles that came into a real database."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from monitor.store import Store, feedback
from tests.command import DESK, FEED, NVIDIA, Desk
from tests.store.newsroom import BOTH, URL, entry, judge, poll, set_up

TESLA = '[[watch]]\nname = "Tesla"\ncompanies = ["Tesla"]\n'
NOW = datetime.now(UTC) - timedelta(hours=2)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Desk]:
    """Two articles on Nvidia, of which one alerted, and one on Tesla; the watch Nvidia is in force."""
    desk = Desk(tmp_path, capsys)
    desk.write(FEED, NVIDIA, TESLA, DESK)
    with desk.store() as store:
        fill(store)
        yield desk


def fill(store: Store) -> None:
    tesla = entry("2", "Tesla opens a plant", summary="Tesla opened a plant.")
    store.write_now(lambda db: set_up(db, URL, watches=(BOTH,), now=NOW))
    store.write_now(lambda db: poll(db, entry("0", "Nvidia was here before"), now=NOW))
    store.write_now(lambda db: poll(db, entry("1", "Nvidia opens [red]a[/] plant"), now=NOW + MINUTE))
    store.write_now(lambda db: poll(db, tesla, now=NOW + 2 * MINUTE))
    store.write_now(lambda db: judge(db, now=NOW + 3 * MINUTE))


def test_without_a_name_all_watches_are_told_in_a_line_each(desk: Desk) -> None:
    done = desk.run("backtest")

    assert done.code == 0
    assert "Nvidia 1 2 0% 0% -" in done.words
    assert "Tesla 1 1 0% 0% -" in done.words
    assert "3 articles, the first seen" in done.out
    assert done.err == ""  # no progress bar where nobody watches


def test_one_watch_is_told_in_full(desk: Desk) -> None:
    done = desk.run("backtest", "nvidia")

    assert "stories 2, in 2 articles, 1 already in their feed when it was first read" in done.words
    assert "alerts 1, " in done.words
    assert "finds the same as the watch in force" in done.words
    assert "nobody said of any of these alerts" in done.words
    assert "Nvidia opens [red]a[/] plant" in done.out
    assert 'company "Nvidia" in the title and the lead' in done.words


def test_feedback_tells_how_many_alerts_were_useful(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: feedback.give(db, "a0", useful=True, now=NOW))

    assert "100% of the 1 story that people judged" in desk.run("backtest", "Nvidia").words


def test_a_watchlist_is_set_against_what_is_in_force(desk: Desk, tmp_path: Path) -> None:
    mine = tmp_path / "mine.toml"
    mine.write_text(NVIDIA.replace('["Nvidia"]', '["Tesla"]') + TESLA)

    done = desk.run("backtest", "Nvidia", "--watchlist", str(mine))

    assert "+1 story, −2 against the watch in force" in done.words
    assert "+ Tesla opens a plant" in done.words
    assert "− Nvidia was here before" in done.words


def test_scripts_get_an_object_for_each_watch(desk: Desk) -> None:
    nvidia, tesla = desk.run("backtest", "--json").json()

    assert (nvidia["watch"], nvidia["looked_at"], nvidia["stories"], nvidia["alerts"]) == ("Nvidia", 3, 2, 1)
    assert nvidia["already_there"] == 1
    assert sum(day["alerts"] for day in nvidia["days"]) == 1
    assert nvidia["difference"] is None
    [sample] = tesla["samples"]
    assert sample["title"] == "Tesla opens a plant"
    assert sample["evidence"] == ['company "Tesla" in the title and the lead']


def test_what_would_wait_is_counted_by_what_it_waits_for(desk: Desk) -> None:
    desk.write(FEED, NVIDIA, TESLA, DESK + 'digest = "07:30"\n')

    assert "held 100% of the alerts: 1 for a digest" in desk.run("backtest", "Nvidia").words


def test_a_wrong_name_is_corrected(desk: Desk) -> None:
    done = desk.run("backtest", "Nvida")

    assert done.code == 2
    assert 'there is no watch "Nvida"; did you mean "Nvidia"?' in done.problem


def test_an_age_that_is_none_is_refused(desk: Desk) -> None:
    done = desk.run("backtest", "--since", "soon")

    assert done.code == 2
    assert "--since" in done.problem


def test_without_a_database_it_says_how_to_get_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = Desk(tmp_path, capsys).run("backtest")

    assert done.code == 1
    assert "monitor run" in done.problem


def test_where_nothing_came_in_that_time_it_says_so(desk: Desk) -> None:
    done = desk.run("backtest", "--since", "1m")

    assert done.code == 0
    assert done.out.startswith("Nothing stored was first seen in the last 1m.")


def test_a_watch_that_is_switched_off_can_be_tried(desk: Desk) -> None:
    desk.write(FEED, NVIDIA + "enabled = false\n", TESLA)

    assert "Nvidia, which is switched off" in desk.run("backtest", "Nvidia").words
    assert "Nvidia" not in desk.run("backtest").out
