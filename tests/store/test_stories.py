"""Which articles become one story, that a restart changes nothing in it, and that nothing uncommitted is remembered."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import rules
from monitor.errors import StoreError
from monitor.store import Database, Store, stories
from monitor.store.database import stamp
from monitor.store.stories import Joined
from monitor.stories import WINDOW, How, Index, read, signatures
from tests.simulation import folder_in_memory
from tests.store.newsroom import MINUTE, NOW, SECOND

HOUR = timedelta(hours=1)
FIRMS = rules.spotter(rules.built_in())

WIRE = (
    "Helvar to buy Northgate for $10 billion in chip push",
    "Helvar agreed on Tuesday to buy Northgate Semiconductor for $10 billion in cash, the largest purchase in its"
    " history. The Finnish company will pay $84 a share for the Oregon maker of sensors, a premium of 31%. Chief"
    " Executive Aino Saarinen said that the deal would close by March if regulators in Brussels agree to it. Northgate"
    " employs 6,200 people at plants in Portland and Eindhoven and had revenue of $2.3 billion in the past year.",
)
OTHER_WORDS = (
    "Northgate sold to Helvar in $10 billion sensor deal",
    "Finland's Helvar is taking over the Portland sensor specialist Northgate Semiconductor, paying $84 for each share."
    " Saarinen, who runs Helvar, has long looked for a way into cars. At $10 billion it is by far her biggest bet; the"
    " 6,200 employees of Northgate learned of it from an e-mail.",
)
RAISED = (
    "Helvar raises Northgate bid to $12 billion",
    "Helvar has raised its bid for Northgate Semiconductor to $12 billion, or $101 a share, after the Oregon maker of"
    " sensors drew a rival offer. Aino Saarinen said the Finnish company would not go further.",
)
PLANT = ("Helvar opens a plant in Tampere", "Helvar opened a plant for lighting controls in Tampere that employs 90.")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Store(tmp_path / "monitor.db") as opened:
        yield opened


def join(db: Database, index: Index, slug: str, article: tuple[str, str], now: datetime = NOW) -> Joined:
    """An article as the pipeline has it judged; the same slug again is a further wording of it."""
    url = f"https://outlet.example/{slug}"
    db.execute("INSERT OR IGNORE INTO articles (identity, url, first_seen) VALUES (?, ?, ?)", [url, url, stamp(now)])
    (article_id,) = db.execute("SELECT id FROM articles WHERE identity = ?", [url]).fetchone()
    found = signatures(url, *article)
    return stories.join_story(db, index, article_id, now, found, read(*article, FIRMS), now)


def joined(store: Store, *articles: tuple[str, str]) -> list[Joined]:
    """Articles that come a minute after each other."""
    index = Index()
    return [
        store.write_now(partial(join, index=index, slug=str(number), article=article, now=NOW + number * MINUTE))
        for number, article in enumerate(articles)
    ]


def test_an_event_in_other_words_is_one_story_and_says_by_what(store: Store) -> None:
    wire, other = joined(store, WIRE, OTHER_WORDS)

    assert (wire.how, wire.reason) == (How.FIRST, "first of its story")
    assert other.story_id == wire.story_id
    assert other.how is How.SAME_EVENT
    assert other.reason.startswith("same event as article 1: ")
    assert "Northgate" in other.reason


def test_a_copy_with_another_headline_and_its_end_cut_off_is_the_same_text(store: Store) -> None:
    cut = WIRE[1].partition(" Northgate employs")[0]

    wire, copy = joined(store, WIRE, ("Finns in big chip purchase of Northgate", "(Wire) " + cut))

    assert copy.story_id == wire.story_id
    assert copy.how is How.SAME_TEXT
    assert copy.reason.startswith("same text as article 1, ")


def test_another_amount_in_the_headline_is_an_update_and_a_story_of_its_own(store: Store) -> None:
    wire, raised = joined(store, WIRE, RAISED)

    assert raised.story_id != wire.story_id
    assert raised.how is How.FIRST
    assert raised.update_of == wire.story_id
    assert raised.reason == "an update: $12 billion instead of $10 billion"


def test_an_update_stays_linked_when_it_is_judged_again(store: Store) -> None:
    index = Index()
    store.write_now(lambda db: join(db, index, "wire", WIRE))
    first = store.write_now(lambda db: join(db, index, "raised", RAISED))

    again = store.write_now(lambda db: join(db, index, "raised", (RAISED[0], RAISED[1] + " Shares rose.")))

    assert again == first


def test_a_further_amount_that_contradicts_nothing_splits_nothing(store: Store) -> None:
    also = ("Northgate jumps 28% as Helvar buys it for $10 billion", OTHER_WORDS[1])

    wire, other = joined(store, WIRE, also)

    assert other.story_id == wire.story_id


def test_what_else_a_firm_does_is_another_story(store: Store) -> None:
    wire, plant = joined(store, WIRE, PLANT)

    assert plant.story_id != wire.story_id
    assert plant.update_of is None


def test_an_event_of_last_week_is_another_one(store: Store) -> None:
    index = Index()
    store.write_now(lambda db: join(db, index, "wire", WIRE))

    late = store.write_now(lambda db: join(db, index, "late", OTHER_WORDS, NOW + WINDOW + SECOND))

    assert late.how is How.FIRST
    assert len(index) == 0


def test_a_further_wording_stays_in_its_story_and_is_what_others_are_compared_with(store: Store) -> None:
    index = Index()
    first = store.write_now(lambda db: join(db, index, "1", PLANT))
    second = store.write_now(lambda db: join(db, index, "2", ("Helvar plant opens in Tampere", PLANT[1])))
    revised = store.write_now(lambda db: join(db, index, "1", WIRE))

    other = store.write_now(lambda db: join(db, index, "3", OTHER_WORDS))

    assert first.story_id == second.story_id == revised.story_id == other.story_id
    assert other.reason.startswith("same event as article 1: ")


def test_what_was_rolled_back_is_not_remembered(store: Store) -> None:
    index = Index()

    def break_off(db: Database) -> None:
        join(db, index, "wire", WIRE)
        raise StoreError("the disk is full")

    with pytest.raises(StoreError):
        store.write_now(break_off)

    assert store.write_now(lambda db: join(db, index, "other", OTHER_WORDS)).how is How.FIRST


def test_what_is_too_old_to_be_compared_is_dropped_from_the_database(store: Store) -> None:
    index = Index()
    store.write_now(lambda db: join(db, index, "wire", WIRE))

    store.write_now(lambda db: join(db, index, "plant", PLANT, NOW + WINDOW + HOUR))

    assert store.read_now(lambda db: db.execute("SELECT count(*) FROM features").fetchone()) == (1,)


# ---------------------------------------------------------------- laws

_TOPICS = (WIRE, OTHER_WORDS, RAISED, PLANT)
_ARTICLES = st.lists(st.tuples(st.sampled_from(_TOPICS), st.integers(0, 30), st.booleans()), max_size=12)


def partition(store: Store) -> list[tuple[int, str, int | None]]:
    return store.read_now(
        lambda db: db.execute(
            "SELECT story_id, story_reason, update_of FROM articles JOIN stories ON stories.id = story_id"
            " ORDER BY articles.id"
        ).fetchall()
    )


def told(articles: Sequence[tuple[tuple[str, str], int, bool]], *, restarts: bool) -> list[tuple[int, str, int | None]]:
    """The stories of articles that come some hours after each other, if with restarts after some of them."""
    with folder_in_memory() as folder, Store(folder / "monitor.db") as store:
        index, now = Index(), NOW
        for number, (article, hours, restart) in enumerate(articles):
            now += hours * HOUR
            store.write_now(partial(join, index=index, slug=str(number), article=article, now=now))
            if restarts and restart:
                index = store.read_now(partial(stories.load, now=now))
        return partition(store)


@settings(max_examples=25, deadline=None)
@given(_ARTICLES)
def test_a_restart_at_any_time_changes_no_story(articles: list[tuple[tuple[str, str], int, bool]]) -> None:
    assert told(articles, restarts=True) == told(articles, restarts=False)


@settings(max_examples=15, deadline=None)
@given(_ARTICLES)
def test_a_replay_in_the_order_of_first_seen_gives_the_same_stories(
    articles: list[tuple[tuple[str, str], int, bool]],
) -> None:
    assert told(articles, restarts=False) == told(articles, restarts=False)


def test_firms_that_have_nothing_to_do_with_each_other_share_no_event(store: Store) -> None:
    nvidia = ("Nvidia to invest $2.35 billion in Texas plant", "Nvidia will invest $2.35 billion in a plant in Texas.")
    intel = ("Intel to invest $2.35 billion in Texas plant", "Intel will invest $2.35 billion in a plant in Texas.")

    first, second = joined(store, nvidia, intel)

    assert second.story_id != first.story_id
