"""Which silence covers a watch and a story, and until when."""

from datetime import timedelta
from zoneinfo import ZoneInfo

from monitor.options import Watch
from monitor.store import Database, Store, rules, silences, sync
from monitor.store.silences import Silence
from tests.store.newsroom import MINUTE, NOW, WATCH, entry, judge, poll, set_up

HOUR = timedelta(hours=1)
NEW_YORK = ZoneInfo("America/New_York")
ARM = Watch(name="Arm", companies=("Arm",))


def newsroom(store: Store) -> None:
    """Story 1 is that of alert a0, article 1; story 2 that of a1, article 2."""
    store.write_now(lambda db: set_up(db, watches=(WATCH, ARM)))
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1"), entry("2", "Nvidia hires")))
    store.write_now(judge)


def add(store: Store, watch: str = "", story: int | None = None, lasting: timedelta | None = HOUR) -> Silence:
    ends = NOW + lasting if lasting else None
    done = store.write_now(
        lambda db: silences.add(db, watch=watch, story=story, ends=ends, comment="earnings week", now=NOW)
    )
    assert done is not None
    return done


def silenced(store: Store, watch: str, story: int, after: timedelta = MINUTE) -> int | None:
    def query(db: Database) -> Silence | None:
        [rule] = [rule for rule in rules.in_force(db) if rule.watch.name == watch]
        return silences.in_force(db, rule.id, story, NOW + after)

    found = store.read_now(query)
    return found.id if found else None


def test_a_watch_is_silent_on_every_story_and_others_are_not(store: Store) -> None:
    newsroom(store)
    add(store, "Nvidia")

    assert (silenced(store, "Nvidia", 1), silenced(store, "Nvidia", 2)) == (1, 1)
    assert silenced(store, "Arm", 1) is None


def test_a_story_is_silent_for_every_watch_and_other_stories_are_not(store: Store) -> None:
    newsroom(store)
    add(store, story=1)

    assert (silenced(store, "Nvidia", 1), silenced(store, "Arm", 1)) == (1, 1)
    assert silenced(store, "Nvidia", 2) is None


def test_a_watch_may_be_silent_on_one_story(store: Store) -> None:
    newsroom(store)
    add(store, "Nvidia", 1)

    assert silenced(store, "Nvidia", 1) == 1
    assert silenced(store, "Nvidia", 2) is silenced(store, "Arm", 1) is None


def test_it_ends_to_the_second_and_at_once_when_it_is_lifted(store: Store) -> None:
    newsroom(store)
    add(store, "Nvidia")

    assert (silenced(store, "Nvidia", 1, HOUR - MINUTE), silenced(store, "Nvidia", 1, HOUR)) == (1, None)

    assert store.write_now(lambda db: silences.lift(db, 1, NOW + MINUTE))
    assert silenced(store, "Nvidia", 1, 2 * MINUTE) is None
    assert store.write_now(lambda db: silences.lift(db, 1, NOW + MINUTE)) is None


def test_of_several_the_one_that_lasts_longest_is_named(store: Store) -> None:
    newsroom(store)
    add(store, "Nvidia", lasting=3 * HOUR)
    add(store, "Nvidia")
    assert silenced(store, "Nvidia", 1) == 1

    add(store, story=1, lasting=None)
    assert silenced(store, "Nvidia", 1) == 3
    assert store.read_now(lambda db: silences.snoozed(db, NOW))["Nvidia"].id == 1


def test_a_silence_outlives_the_name_of_its_watch(store: Store) -> None:
    newsroom(store)
    add(store, "Nvidia")

    store.write_now(lambda db: sync.sync_rules(db, (WATCH.model_copy(update={"name": "Chips"}), ARM), NOW + MINUTE))

    assert silenced(store, "Chips", 1, 2 * MINUTE) == 1
    assert list(store.read_now(lambda db: silences.snoozed(db, NOW))) == ["Chips"]


def test_a_reason_says_until_when_and_why(store: Store) -> None:
    newsroom(store)

    assert add(store, "Nvidia").reason(NEW_YORK, NOW) == "silenced until 08:00: earnings week (silence 1)"
    assert add(store, "Nvidia", lasting=24 * HOUR).until(NEW_YORK, NOW) == "until 02 Mar 07:00"
    assert add(store, story=1, lasting=None).reason(NEW_YORK, NOW) == "silenced for good: earnings week (silence 3)"


def test_it_knows_what_it_kept_back(store: Store) -> None:
    newsroom(store)
    add(store, "Nvidia", 2)

    store.write_now(lambda db: db.execute("UPDATE matches SET silence_id = 1 WHERE article_id = 2"))

    [found] = store.read_now(lambda db: silences.listed(db, NOW))
    assert (found.held_back, found.headline) == (2, "Nvidia opens a plant")


def test_a_watch_that_no_daemon_has_taken_up_is_not_silenced(store: Store) -> None:
    newsroom(store)

    assert store.write_now(lambda db: silences.add(db, watch="New", ends=None, comment="", now=NOW)) is None
