"""What a watch found, alerted on or not."""

import json
from dataclasses import dataclass
from datetime import datetime

from monitor.model import Action, Evidence
from monitor.store.database import Database, moment
from monitor.store.rules import evidence


@dataclass(frozen=True, slots=True)
class Found:
    """A match on an article as it reads now. `reason` says why it alerted or did not; `alert` is "" where it did not.

    `useful` is what was said of the alert.
    """

    article: int
    title: str
    outlet: str
    matched: datetime
    score: int
    action: Action
    reason: str
    excerpt: str
    marks: tuple[tuple[int, int], ...]
    evidence: tuple[Evidence, ...]
    alert: str
    useful: bool | None


def latest(db: Database, watch: str, limit: int) -> list[Found]:
    """The matches of a watch that were decided on last, newest first."""
    rows = db.query(
        "SELECT matches.*, revisions.title, alerts.id AS alert, feedback.useful,"
        " (SELECT coalesce(nullif(feeds.name, ''), nullif(feeds.title, ''), nullif(feeds.host, ''), feeds.url)"
        "  FROM sightings JOIN feeds ON feeds.id = sightings.feed_id WHERE sightings.article_id = matches.article_id"
        "  ORDER BY sightings.seen, feeds.id LIMIT 1) AS outlet"
        # First those that are shown, by the index alone.
        " FROM (SELECT id FROM matches WHERE rule_id = (SELECT id FROM rules WHERE name = :watch)"
        "  ORDER BY matched DESC, id DESC LIMIT :limit) AS shown"
        " CROSS JOIN matches ON matches.id = shown.id JOIN revisions ON revisions.id = matches.revision_id"
        " LEFT JOIN alerts ON alerts.id = (SELECT id FROM alerts WHERE match_id = matches.id ORDER BY created LIMIT 1)"
        " LEFT JOIN feedback ON feedback.alert_id = alerts.id"
        " ORDER BY matches.matched DESC, matches.id DESC",
        {"watch": watch, "limit": limit},
    )
    return [_found(row) for row in rows]


def _found(row: dict[str, object]) -> Found:
    return Found(
        article=int(str(row["article_id"])),
        title=str(row["title"]),
        outlet=str(row["outlet"] or ""),
        matched=moment(str(row["matched"])),
        score=int(str(row["score"])),
        action=Action(str(row["action"])),
        reason=str(row["reason"]),
        excerpt=str(row["excerpt"]),
        marks=tuple((start, end) for start, end in json.loads(str(row["marks"]))),
        evidence=evidence(str(row["evidence"])),
        alert=str(row["alert"] or ""),
        useful=None if row["useful"] is None else bool(row["useful"]),
    )
