"""Rules, their revisions, and what decides on their matches."""

from datetime import timedelta

from monitor.options import Watch
from monitor.store import Store, articles, rules, sync
from tests.store.newsroom import MINUTE, NOW, WATCH, entry, judge, poll, set_up

EDITED = WATCH.model_copy(update={"companies": ("Nvidia", "Mellanox")})


def test_a_rule_comes_back_as_the_watch_it_was(store: Store) -> None:
    watch = Watch(
        name="All keys",
        tickers=("NASDAQ:NVDA",),
        topics=("GPU cluster",),
        within="title",
        cooldown=timedelta(hours=2),
        backfill=timedelta(days=1, minutes=30),
        min_score=30,
    )
    store.write_now(lambda db: sync.sync_rules(db, [watch], NOW))

    (rule,) = store.read_now(rules.in_force)

    assert rule.watch == watch


def test_the_diff_says_what_is_new_changed_and_gone(store: Store) -> None:
    other = Watch(name="Meta", companies=("Meta",))
    first = store.write_now(lambda db: sync.sync_rules(db, [WATCH, other], NOW))
    same = store.write_now(lambda db: sync.sync_rules(db, [WATCH, other], NOW + MINUTE))
    edited = store.write_now(lambda db: sync.sync_rules(db, [EDITED], NOW + 2 * MINUTE))

    assert first.new == ("Nvidia", "Meta")
    assert same == sync.Diff()
    assert (edited.changed, edited.gone) == (("Nvidia",), ("Meta",))


def test_each_wording_is_in_force_for_its_own_time(store: Store) -> None:
    store.write_now(lambda db: sync.sync_rules(db, [WATCH], NOW))
    store.write_now(lambda db: sync.sync_rules(db, [EDITED], NOW + MINUTE))
    store.write_now(lambda db: sync.sync_rules(db, [], NOW + 2 * MINUTE))

    def at(minutes: int) -> Watch | None:
        rule = store.read_now(lambda db: rules.in_force_at(db, 1, NOW + minutes * MINUTE))
        return rule.watch if rule else None

    assert (at(-1), at(0), at(1), at(2)) == (None, WATCH, EDITED, None)


def test_a_new_wording_is_tried_on_what_is_stored(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)
    assert not store.read_now(lambda db: articles.unjudged(db, NOW, 10))

    store.write_now(lambda db: sync.sync_rules(db, [EDITED], NOW + MINUTE))

    assert len(store.read_now(lambda db: articles.unjudged(db, NOW + MINUTE, 10))) == 1


def test_news_is_judged_before_what_a_new_wording_is_tried_on(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("old")))
    store.write_now(judge)
    store.write_now(lambda db: sync.sync_rules(db, [EDITED], NOW + MINUTE))
    store.write_now(lambda db: poll(db, entry("new"), entry("old"), now=NOW + 2 * MINUTE))

    queue = store.read_now(lambda db: articles.unjudged(db, NOW + 2 * MINUTE, 10))

    assert [item.identity.rpartition("/")[2] for item in queue] == ["new", "old"]


def test_a_match_is_recorded_once_for_each_pair_of_revisions(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)
    store.write_now(lambda db: db.execute("UPDATE revisions SET state = 'unjudged'"))

    reasons = store.write_now(judge)

    assert reasons == ["this story was already alerted as a0"]
    assert store.read_now(lambda db: db.execute("SELECT count(*), max(action) FROM matches").fetchone()) == (1, "alert")


def test_a_copy_of_what_was_there_at_first_contact_does_not_alert(store: Store) -> None:
    text = "Nvidia opened a plant on Tuesday and said that it would hire a thousand people in the valley. " * 5
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("1", summary=text)))
    store.write_now(judge)

    store.write_now(lambda db: poll(db, entry("2", "Nvidia: a new plant opened", summary=text), now=NOW + MINUTE))
    reasons = store.write_now(lambda db: judge(db, NOW + MINUTE))

    assert reasons == ["would have matched: the story was already in this feed"]


def test_a_renamed_watch_keeps_its_past(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1"), now=NOW + MINUTE))
    store.write_now(lambda db: judge(db, NOW + MINUTE))
    renamed = WATCH.model_copy(update={"name": "Green chips"})

    diff = store.write_now(lambda db: sync.sync_rules(db, [renamed], NOW + 2 * MINUTE))
    (reason,) = store.write_now(lambda db: judge(db, NOW + 2 * MINUTE))

    assert diff == sync.Diff(changed=("Green chips",))
    assert "already alerted" in reason
    (rule,) = store.read_now(rules.in_force)
    before = store.read_now(lambda db: rules.in_force_at(db, rule.id, NOW + MINUTE))
    assert before is not None
    assert before.watch.name == "Nvidia"


def names_by_rule(store: Store) -> dict[int, str]:
    return {rule.id: rule.watch.name for rule in store.read_now(rules.in_force)}


def test_watches_that_are_renamed_in_a_chain_or_swapped_keep_their_pasts(store: Store) -> None:
    a, b = WATCH, Watch(name="Intel", companies=("Intel",))
    store.write_now(lambda db: sync.sync_rules(db, [a, b], NOW))
    before = {name: rule for rule, name in names_by_rule(store).items()}

    swapped = [a.model_copy(update={"name": "Intel"}), b.model_copy(update={"name": "Nvidia"})]
    store.write_now(lambda db: sync.sync_rules(db, swapped, NOW + MINUTE))
    assert names_by_rule(store) == {before["Nvidia"]: "Intel", before["Intel"]: "Nvidia"}

    chain = [a.model_copy(update={"name": "Nvidia"}), b.model_copy(update={"name": "Chips"})]
    store.write_now(lambda db: sync.sync_rules(db, chain, NOW + 2 * MINUTE))
    assert names_by_rule(store) == {before["Nvidia"]: "Nvidia", before["Intel"]: "Chips"}


def test_a_watch_that_takes_the_name_of_another_keeps_its_own_past_and_not_that_ones(store: Store) -> None:
    other = Watch(name="Intel", companies=("Intel",))
    store.write_now(lambda db: set_up(db, watches=(WATCH, other)))
    nvidia = next(rule for rule, name in names_by_rule(store).items() if name == "Nvidia")

    renamed = WATCH.model_copy(update={"name": "Intel"})
    diff = store.write_now(lambda db: sync.sync_rules(db, [renamed], NOW + MINUTE))

    assert names_by_rule(store) == {nvidia: "Intel"}
    assert diff.changed == ("Intel",)
    assert [name.partition(" (")[0] for name in diff.gone] == ["Intel"]
