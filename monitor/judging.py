"""Article revision × rules → matches, its story, alerts and messages: the two halves of `pipeline.judge`."""

import secrets
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from monitor import decide, render, rules, stories
from monitor.in_force import Ruleset
from monitor.model import Action, Document, Match
from monitor.routing import Router
from monitor.store import Database, articles, mentions, silences
from monitor.store import history as stored_history
from monitor.store import rules as stored_rules
from monitor.store import stories as stored_stories
from monitor.store.articles import Unjudged
from monitor.store.rules import Rule, Shown
from monitor.store.stories import Joined


@dataclass(frozen=True, slots=True)
class Read:
    """What a revision says: the watches it fires, and what decides which story it is of."""

    found: tuple[Shown, ...]
    reading: stories.Reading


@dataclass(frozen=True, slots=True)
class Judge:
    """The rules and channels in force, what articles of the last days tell, and how firms are found in a text."""

    ruleset: Ruleset
    router: Router
    index: stories.Index
    firms: Callable[[str], Iterable[str]]

    def read(self, document: Document) -> Read:
        """All that takes time and no database."""
        found = tuple(shown(match, document) for match in rules.match(document, self.ruleset.compiled))
        return Read(found, stories.read(document.title, document.text, self.firms))

    def commit(self, db: Database, item: Unjudged, read: Read, now: datetime) -> int:
        """Store matches with what was decided on each, their story, alerts and messages; returns how many alerts."""
        document = item.document
        signatures = stories.signatures(item.identity, document.title, document.text, item.page_canonical)
        joined = stored_stories.join_story(
            db, self.index, item.article_id, item.first_seen, signatures, read.reading, now
        )
        raised = sum(self._commit_match(db, item, joined, shown, now) for shown in read.found)
        articles.judged(db, item, now)
        return raised

    def _commit_match(self, db: Database, item: Unjudged, joined: Joined, shown: Shown, now: datetime) -> bool:
        rule, router = self.ruleset.by_name[shown.match.watch], self.router
        told = min(item.published or item.first_seen, item.first_seen)
        mentions.record(db, joined.story_id, shown.match.evidence, told)
        silence = silences.covering(db, rule.id, item.article_id, joined.story_id, router.zone, now)
        history = stored_history.of_match(
            db,
            rule.id,
            item,
            joined,
            feed_baseline=item.baseline and not _backfills(rule, item, item.first_seen),
            rule_baseline=self._is_baseline_of(db, rule, item),
            silenced=silence.reason if silence else "",
        )
        decision = decide.decide(history)
        kept_back = silence.id if silence and decision.reason == silence.reason else None
        match_id = stored_rules.record_match(
            db, rule, item.revision_id, item.article_id, shown, decision, now, kept_back
        )
        if decision.action is Action.ALERT:
            alert_id, occasion = secrets.token_hex(5), decision.occasion
            return router.raise_alert(db, alert_id, rule, item, joined.story_id, match_id, occasion, now)
        if history.alerted and item.is_news:
            router.tell_others(db, history.alerted, rule.watch, item, now)
        return False

    def _is_baseline_of(self, db: Database, rule: Rule, item: Unjudged) -> bool:
        """Whether the article was there before this wording of the rule, and the wording of its time missed it."""
        if item.first_seen >= rule.since or _backfills(rule, item, rule.since):
            return False
        earlier = stored_rules.in_force_at(db, rule.id, item.first_seen)
        return earlier is None or not rules.match(item.document, self.ruleset.alone(earlier.watch))


def shown(match: Match, document: Document) -> Shown:
    """A match with the sentence that a message shows."""
    if not match.evidence:  # a query may fire on what is absent
        return Shown(match, "", ())
    best = render.best(match.evidence)
    text = document.title if best.field == "title" else document.text
    excerpt, mark = render.excerpt(text, best.start, best.end)
    return Shown(match, excerpt, (mark,))


def _backfills(rule: Rule, item: Unjudged, since: datetime) -> bool:
    """Whether the watch asks for articles this young although they were there before it."""
    return bool(rule.watch.backfill) and (item.published or item.first_seen) >= since - rule.watch.backfill
