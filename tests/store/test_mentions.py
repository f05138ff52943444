"""Which stories mention what watches list: recorded when judged, counted by day, gone with the story."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from monitor.model import Evidence, Part
from monitor.options import Feed, Watch
from monitor.store import Database, Store, mentions
from monitor.store.mentions import Counted
from monitor.store.retention import SWEEPS
from tests.server import Item, Server
from tests.store.newsroom import MINUTE, NOW, entry, judge, poll, set_up
from tests.world import World

UTC_ZONE, NEW_YORK = ZoneInfo("UTC"), ZoneInfo("America/New_York")
DAY = timedelta(days=1)
LISTING = Watch(name="Chips", companies=("Nvidia", "Qualcomm"), tickers=("NVDA",), topics=("GPU cluster",))


def newsroom(store: Store) -> None:
    """Stories 1 and 2, of now."""
    store.write_now(lambda db: set_up(db, watches=(LISTING,), now=NOW - 10 * DAY))
    store.write_now(lambda db: poll(db, now=NOW - 10 * DAY))
    store.write_now(lambda db: poll(db, entry("1"), entry("2", "Nvidia hires")))
    store.write_now(judge)


def mention(store: Store, story: int, told: datetime, kind: str = "companies", *terms: str) -> None:
    found = [Evidence(kind, term, "title", Part.TITLE, 0, 6, term) for term in terms or ("Nvidia",)]
    store.write_now(lambda db: mentions.record(db, story, found, told))


def daily(store: Store, zone: ZoneInfo = UTC_ZONE, days: int = 3) -> dict[tuple[str, str], tuple[int, ...]]:
    found = store.read_now(lambda db: mentions.daily(db, zone, NOW, days))
    return {thing: item.counts for thing, item in found.items()}


def test_stories_are_counted_by_the_day_for_each_term(store: Store) -> None:
    newsroom(store)
    mention(store, 1, NOW - 2 * DAY, "companies", "Nvidia", "Qualcomm")
    mention(store, 2, NOW, "companies", "Nvidia")
    mention(store, 2, NOW, "query", "Nvidia")

    assert daily(store) == {("companies", "Nvidia"): (1, 0, 1), ("companies", "Qualcomm"): (1, 0, 0)}


def test_a_story_counts_once_on_the_day_of_its_first_article(store: Store) -> None:
    newsroom(store)
    mention(store, 1, NOW)
    mention(store, 1, NOW - DAY)
    mention(store, 1, NOW - MINUTE)

    assert daily(store) == {("companies", "Nvidia"): (0, 1, 0)}


def test_days_are_those_of_the_zone(store: Store) -> None:
    newsroom(store)
    mention(store, 1, datetime(2026, 3, 1, 4, 59, tzinfo=UTC))
    mention(store, 2, datetime(2026, 3, 1, 5, 0, tzinfo=UTC))

    assert daily(store, NEW_YORK) == {("companies", "Nvidia"): (0, 1, 1)}
    assert daily(store) == {("companies", "Nvidia"): (0, 0, 2)}


def test_what_was_told_before_those_days_is_not_counted(store: Store) -> None:
    newsroom(store)
    mention(store, 1, NOW - 5 * DAY)

    assert daily(store) == {}


def test_terms_that_are_called_the_same_are_one_thing_and_a_story_counts_once_for_it(store: Store) -> None:
    newsroom(store)
    mention(store, 1, NOW - DAY, "tickers", "NVDA")
    mention(store, 1, NOW, "companies", "Nvidia")
    mention(store, 2, NOW, "companies", "Nvidia", "Qualcomm")

    def called(_kind: str, term: str) -> tuple[str, str]:
        return "company", {"NVDA": "Nvidia"}.get(term, term)

    found = store.read_now(lambda db: mentions.daily(db, UTC_ZONE, NOW, 3, called))

    assert {thing: item.counts for thing, item in found.items()} == {
        ("company", "Nvidia"): (0, 1, 1),
        ("company", "Qualcomm"): (0, 0, 1),
    }


def test_history_begins_with_the_archive_and_with_the_first_watch_that_lists_the_term(store: Store) -> None:
    newsroom(store)
    later = LISTING.model_copy(update={"name": "Later", "people": ("Jensen Huang",)})
    store.write_now(lambda db: set_up(db, watches=(LISTING, later), now=NOW + DAY))
    mention(store, 1, NOW)
    mention(store, 1, NOW, "people", "Jensen Huang")

    found = store.read_now(lambda db: mentions.daily(db, UTC_ZONE, NOW + DAY, 2))

    # The first article came at NOW, ten days after the watch.
    assert found == {
        ("companies", "Nvidia"): Counted((1, 0), NOW),
        ("people", "Jensen Huang"): Counted((1, 0), NOW + DAY),
    }


def test_terms_are_those_mentioned_since_a_time(store: Store) -> None:
    newsroom(store)
    mention(store, 1, NOW - DAY)
    mention(store, 2, NOW, "topics", "GPU cluster")

    assert store.read_now(lambda db: mentions.terms(db, NOW)) == {("topics", "GPU cluster")}


async def test_judging_notes_each_story_once_for_each_term(tmp_path: Path, server: Server) -> None:
    text = "The plant in Ohio will make boards for 4,000 servers a month, said the mayor. " * 4
    first = Item("Nvidia opens a plant in Ohio", guid="1", summary=f"{text} Qualcomm looks on.")
    again = Item("Nvidia opens a plant in Ohio, officials say", guid="2", summary=f"{text} Nvidia (NASDAQ: NVDA) rose.")
    world = World(tmp_path, server, *(Feed(url=server.feed(path, []), full_text=False) for path in ("/a", "/b")))
    world.watches = (LISTING,)
    await world.visit()

    server.feed("/a", [first])
    await world.visit(after=10 * MINUTE)
    server.feed("/b", [again])
    await world.visit(after=10 * MINUTE)

    assert world.rows("SELECT count(*) AS stories FROM stories") == [{"stories": 1}]
    assert world.rows("SELECT list, term, count(*) AS stories FROM mentions GROUP BY 1, 2") == [
        {"list": "companies", "term": "Nvidia", "stories": 1},
        {"list": "companies", "term": "Qualcomm", "stories": 1},
        {"list": "tickers", "term": "NVDA", "stories": 1},
    ]


def test_mentions_go_with_their_story(store: Store) -> None:
    newsroom(store)
    mention(store, 1, NOW)
    mention(store, 2, NOW)
    store.write_now(lambda db: poll(db, entry("2", "Nvidia hires"), now=NOW + MINUTE))

    def prune(db: Database) -> None:
        db.execute("UPDATE messages SET state = 'sent'")
        for sweep in SWEEPS.values():
            after: int | None = 0
            while after is not None:
                after = sweep(db, NOW + 100 * DAY, 30 * DAY, after).after

    store.write_now(prune)

    kept = store.read_now(lambda db: db.execute("SELECT story_id FROM mentions").fetchall())
    assert kept == store.read_now(lambda db: db.execute("SELECT id FROM stories").fetchall())
    assert len(kept) == 1
