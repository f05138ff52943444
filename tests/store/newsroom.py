"""Small named steps with which the tests of the store tell their stories."""

from datetime import UTC, datetime, timedelta
from functools import partial

from monitor.decide import decide
from monitor.model import Action, Cause, Entry, Evidence, Hints, Match, PageOutcome, Part, Route, TextSource, Validators
from monitor.options import Feed, Watch
from monitor.schedule import Next, Rhythm
from monitor.store import Database, Store, alerts, articles, history, polls, rules, stories, sync
from monitor.store.articles import NewRevision
from monitor.store.polls import FeedDocument, Plan, PollRecord, Taken
from monitor.store.rules import Shown
from monitor.stories import read, signatures

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SECOND = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
URL = "https://outlet.example/feed"
WATCH = Watch(name="Nvidia", companies=("Nvidia",))


def entry(slug: str, title: str = "Nvidia opens a plant", **more: object) -> Entry:
    values: dict[str, object] = {"summary": f"Nvidia opened a plant, says {slug}.", "published": NOW, **more}
    values.setdefault("link", f"https://outlet.example/{slug}")
    return Entry(guid=slug, title=title, **values)  # type: ignore[arg-type]


def set_up(db: Database, *urls: str, watches: tuple[Watch, ...] = (WATCH,), now: datetime = NOW) -> None:
    sync.sync_feeds(db, [Feed(url=url) for url in urls or (URL,)], now)
    sync.sync_rules(db, watches, now)
    sync.sync_channels(db, {"desk": "slack", "mail": "mail"}, now)


def feed_id(db: Database, url: str = URL) -> int:
    return int(db.execute("SELECT id FROM feeds WHERE url = ?", [url]).fetchone()[0])


def every_five(_rhythm: Rhythm, now: datetime = NOW) -> Next:
    """A plan for the next poll that takes no heed of how the feed publishes."""
    return Next(now + 5 * MINUTE, "every 5m")


def fail(db: Database, error: str = "500 Server Error", *, url: str = URL, now: datetime = NOW, **more: object) -> None:
    """A poll that failed; the next one is a minute later."""
    values: dict[str, object] = {"status": 500, "error": error, "cause": Cause.ANSWER, **more}
    record = PollRecord(feed_id(db, url), now, now, "failed", **values)  # type: ignore[arg-type]
    polls.record_failure(db, record, Next(now + MINUTE, "failed once"))


def poll(
    db: Database,
    *entries: Entry,
    url: str = URL,
    now: datetime = NOW,
    backfill: timedelta = timedelta(0),
    read_pages: bool = False,
    etag: str = "",
    plan: Plan | None = None,
    moved_to: str = "",
    epoch: int | None = None,
) -> Taken:
    """A good poll that found these entries."""
    (current,) = db.execute("SELECT epoch FROM feeds WHERE url = ?", [url]).fetchone()
    epoch = current if epoch is None else epoch
    record = PollRecord(feed_id(db, url), now, now, "read", 200, moved_to=moved_to, epoch=epoch)
    document = FeedDocument("The Outlet", "en", entries, Validators(etag), Hints())
    return polls.record_document(
        db,
        record,
        document,
        plan or partial(every_five, now=now),
        backfill=backfill,
        read_pages=read_pages,
        read_within=15 * SECOND,
    )


def give_up(db: Database, error: str, now: datetime = NOW) -> None:
    """The page to be read next failed to the last."""
    (unread,) = articles.unread(db, now, 1)
    articles.record_unreadable(db, unread, error, now, outcome=PageOutcome.FAILED, next_try=None)


def judge(db: Database, now: datetime = NOW, *, evidence: str = "Nvidia") -> list[str]:
    """Judge what is due: whatever names the evidence matches every rule in force. Gives the reasons, in order."""
    reasons = []
    for item in articles.unjudged(db, now, 100):
        found = signatures(item.identity, item.document.title, item.document.text, item.page_canonical)
        reading = read("", "")  # so that every entry is another event; see test_stories.py for those that are not
        index = stories.load(db, now)
        story = stories.join_story(db, index, item.article_id, item.first_seen, found, reading, now)
        for rule in rules.in_force(db):
            if evidence not in item.document.title + item.document.text:
                continue
            known = history.of_match(db, rule.id, item, story, feed_baseline=item.baseline, rule_baseline=False)
            decision = decide(known)
            match_id = rules.record_match(db, rule, item.revision_id, item.article_id, shown(rule.watch), decision, now)
            if decision.action is Action.ALERT:
                number = db.execute(
                    "SELECT 1 + coalesce(max(CAST(substr(id, 2) AS INTEGER)), -1) FROM alerts"
                ).fetchone()[0]
                routes = dict.fromkeys(rule.watch.channels or ("desk",), Route(now, "at once"))
                alerts.raise_alert(db, f"a{number}", rule.id, story.story_id, match_id, decision.occasion, routes, now)
            reasons.append(decision.reason)
        articles.judged(db, item, now)
    return reasons


def shown(watch: Watch) -> Shown:
    proof = Evidence("companies", "Nvidia", "title", Part.TITLE, 0, 6, "Nvidia")
    return Shown(Match(watch.name, 80, (proof,)), "Nvidia opened a plant.", ((0, 6),))


def page(text: str, **more: object) -> NewRevision:
    values: dict[str, object] = {"published": NOW, **more}
    return NewRevision("Nvidia opens a plant", text, "", TextSource.PAGE, "en", **values)  # type: ignore[arg-type]


BOTH = Watch(name="Nvidia", companies=("Nvidia",), channels=("desk", "mail"))


def raise_one(store: Store, *watches: Watch) -> None:
    """One article comes in and alerts."""
    store.write_now(lambda db: set_up(db, watches=watches or (BOTH,)))
    store.write_now(poll)
    store.write_now(lambda db: poll(db, entry("1")))
    store.write_now(judge)


def states(store: Store) -> list[str]:
    """Of the messages, in order."""
    return [
        row[0] for row in store.read_now(lambda db: db.execute("SELECT state FROM messages ORDER BY id").fetchall())
    ]
