"""The order of the stages, and nothing else: `poll`, `read`, `judge`, `deliver`.

Each loads what it needs, calls pure code, and commits in one transaction; network calls and CPU work stay outside of
transactions. The database is the queue: whatever is killed between two steps is due again at the next start.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import extract, outcomes, parse, render, schedule, stories
from monitor.errors import ExtractError, FetchError, MonitorError, NotifyError, StoreError
from monitor.fetch import Fetcher
from monitor.in_force import Ruleset, Target
from monitor.judging import Judge
from monitor.model import (
    Cause,
    Extracted,
    Hints,
    Message,
    NotModified,
    Page,
    PageOutcome,
    ParsedFeed,
    TextSource,
)
from monitor.notify import Notifier
from monitor.options import Feed
from monitor.routing import Router
from monitor.schedule import Rhythm
from monitor.steps import Step, Watcher
from monitor.store import Database, Store, articles, delivery, feeds, polls
from monitor.store.articles import NewRevision, Unjudged, Unread
from monitor.store.feeds import PollState
from monitor.store.polls import FeedDocument, Plan, PollRecord, Taken
from monitor.text import format_duration
from monitor.urls import canonical
from monitor.workers import Workers

# An article is judged by what its feed says of it when its page is not read within this time.
READ_WITHIN = timedelta(seconds=15)

LARGE_DOCUMENT = 500_000

# A page that holds less than this part of what its feed says is no article: a login, a consent form, an error.
LESS_THAN_FEED = 2


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Everything the stages work with: `now`, `sleep` and `chance` are the clock and the dice.

    `index` knows what the articles of the last days tell, and `firms` finds these in a text. `watcher` is told every
    step. `notices` are the channels of notices about the monitor itself.
    """

    store: Store
    fetcher: Fetcher
    workers: Workers
    notifier: Notifier
    feeds: Mapping[str, Feed]
    default_interval: timedelta
    ruleset: Ruleset
    targets: Mapping[str, Target]
    zone: ZoneInfo
    templates: render.Templates = render.OURS
    notices: tuple[str, ...] = ()
    index: stories.Index = field(default_factory=stories.Index)
    firms: Callable[[str], Iterable[str]] = lambda _text: ()
    watcher: Watcher = lambda _step, _facts: None
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    chance: Callable[[], float] = field(default=random.random)
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep

    @property
    def router(self) -> Router:
        """Where alerts go by the configuration in force."""
        return Router(self.targets, self.zone)

    @property
    def longest_cooldown(self) -> timedelta:
        """Of all watches."""
        return max((rule.watch.cooldown for rule in self.ruleset.by_name.values()), default=timedelta(0))

    # ------------------------------------------------------------ poll

    async def poll(self, state: PollState) -> None:
        """Ask a feed what it holds, and store what is new together with the validators that vouch for it."""
        feed = self.feeds[state.url]
        started, status = self.now(), None
        try:
            page = await self.fetcher.feed(feed, state.validators, url=state.moved_to)
            if isinstance(page, NotModified):
                await self._commit_nothing_new(feed, state, started, page)
                return
            status = page.status
            base = page.url.partition("?")[0]  # a query may hold a key, which a relative link would inherit
            # What is large, or was too much before, may take long again, and leaves a process for the others.
            apart = len(page.body) > LARGE_DOCUMENT or state.failures > 0
            run = self.workers.run_apart if apart else self.workers.run
            parsed = await run(parse.parse, page.body, url=base, content_type=page.content_type)
            self.watcher(Step.POLLED, {"feed": _name(feed), "entries": len(parsed.entries)})
            await self._commit_document(feed, state, started, page, parsed)
        except StoreError:
            raise
        except Exception as error:  # a feed that breaks us is an ill feed, and must not stop the others
            await self._poll_failed(feed, state, started, status, _explained(error))

    async def _commit_document(
        self, feed: Feed, state: PollState, started: datetime, page: Page, parsed: ParsedFeed
    ) -> None:
        record = PollRecord(
            state.id,
            started,
            self.now(),
            "read",
            page.status,
            len(page.body),
            problems=parsed.problems,
            moved_to=_moved_to(feed, page),
            epoch=state.epoch,
        )
        language = feed.language or parsed.language
        document = FeedDocument(parsed.title, language, parsed.entries, page.validators, parsed.hints)
        plan = self._plan(feed, started, parsed.hints, page.fresh_for)

        def commit(db: Database) -> Taken:
            return polls.record_document(
                db,
                record,
                document,
                plan,
                backfill=feed.backfill,
                read_pages=feed.full_text,
                read_within=READ_WITHIN,
            )

        taken = await self.store.write(commit)
        facts = {"feed": _name(feed), "new": taken.new, "updated": taken.updated, "baseline": taken.baseline}
        self.watcher(Step.POLL_COMMITTED, facts | ({"warning": "its window rolled over"} if taken.rolled else {}))

    async def _commit_nothing_new(self, feed: Feed, state: PollState, started: datetime, answer: NotModified) -> None:
        self.watcher(Step.POLLED, {"feed": _name(feed), "entries": 0})
        moved_to = _moved_to(feed, answer)
        record = PollRecord(state.id, started, self.now(), "not modified", 304, moved_to=moved_to, epoch=state.epoch)
        plan = self._plan(feed, started, state.hints, answer.fresh_for)
        await self.store.write(lambda db: polls.record_not_modified(db, record, plan))
        self.watcher(Step.POLL_COMMITTED, {"feed": _name(feed), "new": 0, "updated": 0, "baseline": 0})

    def _plan(self, feed: Feed, started: datetime, hints: Hints, fresh_for: timedelta) -> Plan:
        """When a feed that answered is polled next; the time counts from when this poll started."""
        is_file = "://" not in feed.address  # to look at it costs nobody anything
        return lambda rhythm: schedule.after_success(
            started,
            own=feed.interval,
            default=self.default_interval,
            rhythm=Rhythm() if is_file else rhythm,
            hints=hints,
            fresh_for=fresh_for,
            chance=self.chance(),
        )

    async def _poll_failed(
        self, feed: Feed, state: PollState, started: datetime, status: int | None, error: MonitorError
    ) -> None:
        now = self.now()
        fetching = error if isinstance(error, FetchError) else FetchError(str(error), status=status)
        cause = outcomes.of_poll(error, feed)
        due = schedule.after_failure(
            now,
            interval=feed.interval or self.default_interval,
            failures=state.failures + 1,
            retry_after=fetching.retry_after,
            answered=cause is not Cause.NETWORK,
            chance=self.chance(),
        )
        record = PollRecord(
            state.id,
            started,
            now,
            "failed",
            fetching.status,
            error=str(error),
            cause=cause,
            retry_after=fetching.retry_after,
            host=fetching.host,
            epoch=state.epoch,
        )
        await self.store.write(lambda db: polls.record_failure(db, record, due))
        self.watcher(
            Step.HELD if cause is Cause.HELD else Step.POLL_FAILED,
            {"feed": _name(feed), "error": str(error), "next": f"in {format_duration(due.at - now)}, {due.reason}"},
        )

    # ------------------------------------------------------------ read

    async def read(self, entry: Unread) -> None:
        """Read the page an entry links to; where it gives nothing, the feed's text stands."""
        feed, status = self.feeds[entry.feed_url], None
        try:
            page = await self.fetcher.page(feed, entry.link, deadline=READ_WITHIN.total_seconds())
            status = page.status
            self.watcher(Step.PAGE_FETCHED, {"url": entry.link})
            found = await self.workers.run_apart(
                extract.extract, page.body, url=page.url, content_type=page.content_type
            )
            await self.store.write(lambda db: self._commit_page(db, feed, entry, found, page.status))
        except StoreError:
            raise
        except Exception as error:  # a page that breaks us must not stop the others
            await self._page_failed(entry, status, _explained(error))
            return
        self.watcher(Step.READ_COMMITTED, {"url": entry.link, "text_source": TextSource.PAGE})

    def _commit_page(self, db: Database, feed: Feed, entry: Unread, found: Extracted, status: int) -> None:
        if len(found.text) * LESS_THAN_FEED < articles.feed_text_length(db, entry.article_id):
            raise ExtractError("the page says far less than the feed; it may want a login or consent")
        now = self.now()
        articles.record_page(db, entry, self._revision(db, feed, entry, found, now), now, status=status)

    def _revision(self, db: Database, feed: Feed, entry: Unread, found: Extracted, now: datetime) -> NewRevision:
        """The page's text under the feed's headline: a page that shows another title must not lose a match on it."""
        title, published = articles.headline(db, entry.article_id)
        published = published or found.published
        return NewRevision(
            title=title or found.title,
            text=found.text,
            related=found.related,
            text_source=TextSource.PAGE,
            language=feed.language or found.language,
            published=min(published, now) if published else None,
            canonical=canonical(found.canonical) if found.canonical else "",
        )

    async def _page_failed(self, entry: Unread, status: int | None, error: MonitorError) -> None:
        """`status`: that of a page which came and held nothing."""
        now, attempts = self.now(), entry.attempts + 1
        outcome = outcomes.of_page(error)
        fetching = error if isinstance(error, FetchError) else FetchError("", status=status)
        wait = schedule.longer_wait(fetching.retry_after, attempts)
        walled = outcome is PageOutcome.WALLED
        next_try = None
        if walled or outcome is PageOutcome.FAILED:
            next_try = schedule.next_reading(now, attempts=attempts, walled=walled, chance=self.chance())

        def commit(db: Database) -> None:
            until = next_try
            if wait is not None:
                feeds.hold(db, fetching.host, now + wait, str(error))
                until = now + wait if next_try else None
            articles.record_unreadable(
                db, entry, str(error), now, outcome=outcome, next_try=until, status=fetching.status
            )

        await self.store.write(commit)
        self.watcher(Step.PAGE_FAILED, {"url": entry.link, "error": str(error)})

    # ------------------------------------------------------------ judge

    async def judge(self, item: Unjudged) -> None:
        """Match a revision against the rules; matches, their story, alerts and messages commit together."""
        judge = Judge(self.ruleset, self.router, self.index, self.firms)
        try:
            read = await asyncio.to_thread(judge.read, item.document)
            self.watcher(Step.MATCHED, {"title": item.document.title, "watches": len(read.found)})
            raised = await self.store.write(lambda db: judge.commit(db, item, read, self.now()))
        except StoreError:
            raise
        except Exception as error:  # a rule or a text that breaks the matcher must not stop the others
            reason = str(_explained(error))
            next_try = schedule.next_try(self.now(), attempts=item.attempts + 1, chance=self.chance())
            await self.store.write(
                lambda db: articles.record_unjudgeable(db, item.revision_id, reason, next_try=next_try)
            )
            self.watcher(Step.NOT_JUDGED, {"title": item.document.title, "error": reason, "given_up": next_try is None})
            return
        facts = {"title": item.document.title, "watches": ", ".join(shown.match.watch for shown in read.found)}
        self.watcher(Step.JUDGE_COMMITTED, {**facts, "matches": len(read.found), "alerts": raised})

    # ------------------------------------------------------------ deliver

    async def deliver(self, message_id: int) -> None:
        """Send one message: it is marked as being sent before, and as sent, due again or dead after."""
        try:
            message = await self.store.write(lambda db: self.router.claim(db, message_id, self.now()))
        except StoreError:
            raise
        except Exception as error:  # what cannot be read must not come up again and again
            await self._not_claimed(message_id, _explained(error))
            return
        if message is None:
            return
        facts = {"channel": message.channel, "alerts": ",".join(alert.id for alert in message.alerts) or "notice"}
        self.watcher(Step.CLAIMED, facts)
        try:
            target = self.targets[message.channel]
            rendered = render.message(message, target.kind, self.zone, self.now(), self.templates)
            secret = target.channel.secret.get_secret_value()
            await self.notifier.send(target.address, rendered, target.kind, secret)
        except Exception as error:  # whatever it was, the message must not stay as it is, being sent
            await self._not_accepted(message, error if isinstance(error, NotifyError) else _broken(error), facts)
            return
        self.watcher(Step.ACCEPTED, facts)
        await self._record(lambda db: delivery.record_sent(db, message_id, self.now()))
        self.watcher(Step.DELIVERY_COMMITTED, facts)

    async def _not_claimed(self, message_id: int, error: MonitorError) -> None:
        await self._record(lambda db: delivery.fail_claim(db, message_id, str(error), self.now()))
        self.watcher(Step.NOT_ACCEPTED, {"message": message_id, "error": str(error), "dead": True})

    async def _not_accepted(self, message: Message, error: NotifyError, facts: Mapping[str, object]) -> None:
        now = self.now()
        next_try = schedule.next_attempt(
            now,
            first_try=message.first_try or now,
            attempts=message.attempts,
            permanent=error.permanent,
            retry_after=error.retry_after,
            chance=self.chance(),
        )

        def commit(db: Database) -> None:
            dead = delivery.record_not_sent(
                db,
                message.id,
                str(error),
                now,
                next_try=next_try,
                uncertain=error.uncertain,
                retry_after=error.retry_after,
            )
            if dead:
                self.router.fall_back(db, message.id, message.channel, str(error), now)

        await self._record(commit)
        self.watcher(Step.NOT_ACCEPTED, {**facts, "error": str(error), "dead": next_try is None})

    async def _record(self, unit: Callable[[Database], None]) -> None:
        """Write down what became of a message, however long the disk is full: else it would be sent twice."""
        for pause in schedule.pauses():
            try:
                await self.store.write(unit)
                return
            except StoreError as error:
                self.watcher(Step.NOT_RECORDED, {"error": str(error)})
                await self.sleep(pause)


def _moved_to(feed: Feed, answer: Page | NotModified) -> str:
    """Where permanent redirects led; not for an address that the environment fills in, as it may hold a secret."""
    return answer.moved_to if feed.address == feed.url else ""


def _explained(error: Exception) -> MonitorError:
    """The error as something to store and to show; what is none of ours is a defect, and its kind says more."""
    return error if isinstance(error, MonitorError) else MonitorError(f"defect: {type(error).__name__}: {error}")


def _broken(error: Exception) -> NotifyError:
    """A message that could not be rendered, or a channel that failed in an unknown way, perhaps after it took it."""
    return NotifyError(str(_explained(error)), uncertain=True)


def _name(feed: Feed) -> str:
    """How the log calls a feed: what follows the ? of an address is long, and may be a key."""
    return feed.name or feed.url.partition("?")[0]
