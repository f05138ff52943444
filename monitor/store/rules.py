"""Rules and their revisions, and the matches that refer to them."""

import json
from dataclasses import asdict, dataclass
from datetime import datetime

from monitor.model import Decision, Evidence, Match, Part
from monitor.options import Watch
from monitor.store.database import Database, moment, stamp


@dataclass(frozen=True, slots=True)
class Shown:
    """A match with the sentence that a message shows, and the spans in it that matched."""

    match: Match
    excerpt: str
    marks: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class Rule:
    """A watch in force, with the revision that matches refer to."""

    id: int
    revision_id: int
    since: datetime
    watch: Watch


def in_force(db: Database) -> list[Rule]:
    """The rules as they now read, in the order in which they were added."""
    rows = db.query("SELECT id, rule_id, definition, created FROM rule_revisions WHERE ended IS NULL ORDER BY rule_id")
    return [_rule(row) for row in rows]


def in_force_at(db: Database, rule_id: int, when: datetime) -> Rule | None:
    """The rule as it read at `when`; None before it was added and while it was gone."""
    rows = db.query(
        "SELECT id, rule_id, definition, created FROM rule_revisions WHERE rule_id = :rule AND created <= :when"
        " AND (ended IS NULL OR ended > :when)",
        {"rule": rule_id, "when": stamp(when)},
    )
    return next((_rule(row) for row in rows), None)


def record_match(
    db: Database,
    rule: Rule,
    revision_id: int,
    article_id: int,
    shown: Shown,
    decision: Decision,
    now: datetime,
    silence_id: int | None = None,
) -> int:
    """Store a match with the decision on it, once per rule revision and article revision. Returns its id.

    `silence_id` is what kept it back.
    """
    db.execute(
        "INSERT INTO matches (rule_revision_id, revision_id, rule_id, article_id, score, evidence, excerpt,"
        " marks, matched, action, reason, silence_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
        # Judged again, as for a further feed: what was held back before may alert now.
        " ON CONFLICT (rule_revision_id, revision_id) DO UPDATE SET action = excluded.action,"
        " reason = excluded.reason, matched = excluded.matched, silence_id = NULL WHERE excluded.action = 'alert'",
        [
            rule.revision_id,
            revision_id,
            rule.id,
            article_id,
            shown.match.score,
            json.dumps([asdict(evidence) for evidence in shown.match.evidence], ensure_ascii=False),
            shown.excerpt,
            json.dumps(shown.marks),
            stamp(now),
            decision.action,
            decision.reason,
            silence_id,
        ],
    )
    (match_id,) = db.execute(
        "SELECT id FROM matches WHERE rule_revision_id = ? AND revision_id = ?",
        [rule.revision_id, revision_id],
    ).fetchone()
    return int(match_id)


def evidence(text: str) -> tuple[Evidence, ...]:
    """The evidence of a match as it is stored."""
    return tuple(Evidence(**{**item, "part": Part(item["part"])}) for item in json.loads(text))


def _rule(row: dict[str, object]) -> Rule:
    return Rule(
        id=int(str(row["rule_id"])),
        revision_id=int(str(row["id"])),
        since=moment(str(row["created"])),
        watch=Watch.model_validate_json(str(row["definition"])),
    )
