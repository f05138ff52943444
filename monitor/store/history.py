"""What is known of a match before it is decided on: what was alerted on its story, and what was there before."""

from datetime import datetime, timedelta
from typing import Any

from monitor.decide import History
from monitor.model import Occasion
from monitor.store.articles import Unjudged
from monitor.store.database import Database, moment, stamp
from monitor.store.stories import Joined
from monitor.stories import How

_HOUR = timedelta(hours=1)


def of_match(
    db: Database,
    rule_id: int,
    item: Unjudged,
    joined: Joined,
    *,
    feed_baseline: bool,
    rule_baseline: bool,
    silenced: str = "",
) -> History:
    """What decides whether a match of this rule on this article, which has just joined its story, may alert."""
    story_id = joined.story_id
    told = list(
        db.query(
            "SELECT alerts.id, alerts.cause, alerts.created, matches.article_id, revisions.title FROM alerts"
            " JOIN matches ON matches.id = alerts.match_id JOIN revisions ON revisions.id = matches.revision_id"
            " WHERE alerts.rule_id = ? AND alerts.story_id = ? ORDER BY alerts.created, alerts.id",
            [rule_id, story_id],
        )
    )
    if not told:
        return History(
            feed_baseline=feed_baseline,
            rule_baseline=rule_baseline,
            # Only what says the same: what is told in other words may well be another thing.
            story_baseline=joined.how is not How.SAME_EVENT and _was_there(db, rule_id, item.article_id, story_id),
            silenced=silenced,
            update_of=_first_alert(db, rule_id, joined.update_of),
            update_words=_update_words(db, joined),
        )
    first = told[0]
    # The wording that was alerted on last, where it was one of this article.
    own = next((row for row in reversed(told) if row["article_id"] == item.article_id), None)
    best = min(item.document.sources, key=lambda source: source.tier, default=None)
    return History(
        alerted=first["id"],
        feed_baseline=feed_baseline,
        rule_baseline=rule_baseline,
        silenced=silenced,
        told=frozenset(Occasion(row["cause"]) for row in told),
        first_tier=_tier_then(db, first),
        tier=best.tier if best else 1,
        outlet=best.name if best else "",
        same_text=joined.how in (How.SAME_ARTICLE, How.SAME_TEXT) or own is not None,
        headline_before=own["title"] if own else "",
        headline=item.document.title,
        outlets_last_hour=_outlets(db, story_id),
        is_news=item.is_news,
    )


def _was_there(db: Database, rule_id: int, article_id: int, story_id: int) -> bool:
    """Whether the rule matched another article of the story, of the same feed, and did not alert.

    Only of the same feed: what one feed held at its first contact is news when another one brings it.
    """
    known = db.execute(
        "SELECT 1 FROM matches JOIN articles ON articles.id = matches.article_id"
        " JOIN sightings AS there ON there.article_id = articles.id"
        " JOIN sightings AS here ON here.feed_id = there.feed_id AND here.article_id = :article"
        " WHERE matches.rule_id = :rule AND articles.story_id = :story AND matches.article_id != :article"
        " AND matches.action = 'suppress' AND matches.silence_id IS NULL LIMIT 1",
        {"rule": rule_id, "story": story_id, "article": article_id},
    ).fetchone()
    return bool(known)


def _first_alert(db: Database, rule_id: int, story_id: int | None) -> str:
    """The id of the rule's first alert on a story; "" without one."""
    row = db.execute(
        "SELECT id FROM alerts WHERE rule_id = ? AND story_id = ? ORDER BY created LIMIT 1", [rule_id, story_id]
    ).fetchone()
    return row[0] if row else ""


def _update_words(db: Database, joined: Joined) -> str:
    """In which way the story goes on from another."""
    row = db.execute(
        "SELECT reason FROM story_links WHERE story_id = ? AND other_id = ?",
        sorted([joined.story_id, joined.update_of or joined.story_id]),
    ).fetchone()
    return row[0].removeprefix("an update: ") if row else ""


def _tier_then(db: Database, alert: dict[str, Any]) -> int:
    """The best tier of the feeds that had an alert's article by then."""
    (tier,) = db.execute(
        "SELECT min(feeds.tier) FROM sightings JOIN feeds ON feeds.id = sightings.feed_id"
        " WHERE article_id = ? AND seen <= ?",
        [alert["article_id"], alert["created"]],
    ).fetchone()
    return tier or 1


def _outlets(db: Database, story_id: int) -> int:
    """How many outlets had a story within an hour of the first: each has a feed and an article of its own."""
    (first,) = db.execute(
        "SELECT min(first_seen) FROM articles WHERE story_id = ?",
        [story_id],
    ).fetchone()
    until: datetime = moment(first) + _HOUR
    feeds, articles = db.execute(
        "SELECT count(DISTINCT coalesce(nullif(feeds.name, ''), nullif(feeds.title, ''), feeds.host)),"
        " count(DISTINCT articles.id) FROM articles JOIN sightings ON sightings.article_id = articles.id"
        " JOIN feeds ON feeds.id = sightings.feed_id WHERE articles.story_id = ? AND sightings.seen <= ?"
        # What was found after an outage, or at first contact, says nothing of when it came.
        " AND EXISTS (SELECT 1 FROM entries WHERE entries.article_id = articles.id"
        "  AND entries.feed_id = sightings.feed_id AND NOT entries.baseline AND NOT entries.catch_up)",
        [story_id, stamp(until)],
    ).fetchone()
    return int(min(feeds, articles))
