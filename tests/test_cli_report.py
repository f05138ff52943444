"""`monitor report`: its sections as tables and as JSON."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from monitor.model import Evidence, Part
from monitor.options import Watch
from monitor.store import feedback, mentions
from tests.command import DESK, FEED, MAIL, Desk
from tests.store.newsroom import MINUTE, SECOND, URL, entry, judge, poll, set_up

CHIPS = Watch(name="Chips", companies=("Nvidia",), topics=("GPU cluster",))
IDLE = Watch(name="Idle", topics=("tariffs",))
SETTINGS = '[settings]\ntimezone = "America/New_York"\n'
WATCHES = (
    '[[watch]]\nname = "Chips"\ncompanies = ["Nvidia"]\ntopics = ["GPU cluster"]\n'
    '[[watch]]\nname = "Idle"\ntopics = ["tariffs"]\n'
)
OTHER = "https://other.example/feed"
# Two days ago: a day before it has ended, and the default window has not.
THEN = datetime.now(UTC) - timedelta(days=2)
TITLES = ("Nvidia podcast: one", "Nvidia podcast: two", "Nvidia podcast, three", "Nvidia opens a plant", "Nvidia hires")


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Desk:
    """Five alerts of one watch, of which those on podcasts were not useful; the second watch found nothing."""
    desk = Desk(tmp_path, capsys)
    desk.write(SETTINGS, FEED, f'[[feed]]\nurl = "{OTHER}"\n', WATCHES, DESK, MAIL)
    with desk.store() as store:
        store.write_now(lambda db: set_up(db, URL, OTHER, watches=(CHIPS,), now=THEN))
        store.write_now(lambda db: [poll(db, url=url, now=THEN) for url in (URL, OTHER)])
        items = [entry(title[-4:], title, published=THEN - MINUTE) for title in TITLES]
        store.write_now(lambda db: poll(db, *items, now=THEN))
        store.write_now(lambda db: poll(db, items[-1], url=OTHER, now=THEN + SECOND))
        store.write_now(lambda db: judge(db, THEN + 2 * SECOND))
        store.write_now(
            lambda db: db.execute("UPDATE messages SET state = 'sent', sent = created WHERE id IN (1, 2, 3)")
        )
        store.write_now(lambda db: set_up(db, URL, OTHER, watches=(CHIPS, IDLE), now=THEN + MINUTE))
        store.write_now(_rate)
        store.write_now(_mention)
    return desk


def _rate(db: Any) -> None:
    rows = db.execute(
        "SELECT alerts.id, title FROM alerts JOIN matches ON matches.id = match_id"
        " JOIN revisions ON revisions.id = revision_id"
    ).fetchall()
    for alert_id, title in rows:
        feedback.give(db, alert_id, useful="podcast" not in title, now=THEN)


def _mention(db: Any) -> None:
    for kind, term in (("companies", "Nvidia"), ("tickers", "NVDA")):
        mentions.record(db, 1, [Evidence(kind, term, "title", Part.TITLE, 0, 6, term)], THEN)


def told(desk: Desk, *arguments: str) -> list[dict[str, Any]]:
    return desk.run("report", *arguments, "--json").json()


def test_every_section_is_printed(desk: Desk) -> None:
    done = desk.run("report")

    assert done.code == 0
    places = [done.out.index(head) for head in ("Watches, since", "Feeds, since", "Coverage, since", "Stories a day")]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("section", "rows"), [("watches", 2), ("feeds", 2), ("coverage", 2), ("volume", 1), ("", 2 + 2 + 2 + 1)]
)
def test_scripts_get_a_line_for_each_thing_that_says_its_section(desk: Desk, section: str, rows: int) -> None:
    found = told(desk, *([section] if section else []))

    assert len(found) == rows
    assert {each["section"] for each in found} == ({section} if section else {"watches", "feeds", "coverage", "volume"})


def test_watches_are_printed_with_what_may_be_done_about_them(desk: Desk) -> None:
    words = desk.run("report", "watches").words

    assert "watch alerts repeats stories kept back useful not useful last alert" in words
    assert "Chips 5 0 5 0 2 3" in words
    assert "Idle: not one match since" in words
    assert 'Chips: no match rests on topic "GPU cluster"' in words
    assert (
        'Chips: "podcast" may be worth excluding: it stands in 3 headlines that were not useful and none that' in words
    )


def test_scripts_get_all_that_is_known_of_a_watch(desk: Desk) -> None:
    chips, idle = told(desk, "watches")

    assert (chips["watch"], chips["alerts"], chips["useful"], chips["not_useful"]) == ("Chips", 5, 2, 3)
    assert chips["dead_terms"] == [{"list": "topic", "term": "GPU cluster"}]
    assert chips["excludes"] == [{"word": "podcast", "not_useful": 3, "useful": 0}]
    assert (chips["silent_since"], chips["overlaps"]) == (None, [])
    assert (idle["watch"], idle["last_alert"]) == ("Idle", None)
    assert idle["silent_since"]


def test_feeds_say_how_fast_they_are_and_who_was_first(desk: Desk) -> None:
    words = desk.run("report", "feeds").words

    assert "feed a day alerts published → seen seen → matched matched → sent first" in words
    assert "The Outlet 2.5 5 1m / 1m 2.0s / 2.0s 0.0s / 0.0s 1 of 1" in words
    assert "The Outlet 0.5 0 - - - 0 of 1" in words
    assert "all 5 1m / 1m" in words
    first = next(each for each in told(desk, "feeds") if each["url"] == URL)
    assert (first["articles"], first["stories_others_had"], first["first"]) == (5, 1, 1)
    assert first["latency"]["to_sent"] == {"count": 3, "p50": 0.0, "p95": 0.0}


def test_coverage_is_in_shares(desk: Desk) -> None:
    assert "The Outlet 5 0% 0% 100% 0% 0%" in desk.run("report", "coverage").words
    [first, _] = sorted(told(desk, "coverage"), key=lambda each: -int(each["articles"]))
    assert first["texts"] == {"page": 0, "feed": 0, "summary": 5}


def test_a_ticker_counts_as_its_firm_and_each_story_once(desk: Desk) -> None:
    [nvidia] = told(desk, "volume")

    assert (nvidia["kind"], nvidia["name"], sum(nvidia["counts"])) == ("company", "Nvidia", 1)
    assert (nvidia["enough"], nvidia["spike"]) == (False, False)
    assert "company Nvidia 0 1 -" in desk.run("report", "volume").words
    assert "too little history" in desk.run("report", "volume").words


def test_the_window_can_be_shorter(desk: Desk) -> None:
    chips, _ = sorted(told(desk, "watches", "--since", "1d"), key=lambda each: str(each["watch"]))

    assert (chips["alerts"], chips["stories"]) == (0, 0)
    assert chips["last_alert"]
    assert "- - - -" in desk.run("report", "feeds", "--since", "1d").words


def test_with_nothing_to_count_it_says_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    desk = Desk(tmp_path, capsys)
    with desk.store() as store:
        store.write_now(set_up)

    done = desk.run("report")

    assert done.code == 0
    assert "Nothing that watches list was mentioned." in done.out


@pytest.mark.parametrize(
    ("arguments", "code", "problem"),
    [
        (("gossip",), 2, "is not one of 'watches', 'feeds', 'coverage', 'volume'"),
        (("--since", "soon"), 2, "--since: 'soon' is no duration"),
        ((), 1, "there is no database"),
    ],
)
def test_a_mistake_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, problem: str
) -> None:
    done = Desk(tmp_path, capsys).run("report", *arguments)

    assert done.code == code
    assert problem in done.problem


def test_what_feeds_and_watches_are_called_is_inert(desk: Desk) -> None:
    with desk.store() as store:
        store.write_now(lambda db: db.execute("UPDATE feeds SET title = '[red]\x1b[2J' WHERE url = ?", [URL]))

    assert "\x1b" not in desk.run("report").out
    assert "[red][2J" in desk.run("report", "coverage").words
