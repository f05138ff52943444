"""What `monitor why` says of an address that is not stored: which feed would carry it, and what reading it gives."""

import asyncio
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from rich.text import Text

from monitor import extract, fetch, missed, outcomes, plain_article, rules
from monitor.cli.console import out, print_json
from monitor.cli.show import clauses, clock, inert, show
from monitor.cli.timeline import print_misses
from monitor.errors import FetchError, MonitorError
from monitor.fetch import Fetcher
from monitor.missed import Missed
from monitor.model import Document, Match, PageOutcome
from monitor.options import Config, Feed, Watch
from monitor.pipeline import READ_WITHIN
from monitor.store import Database, companies, feeds, inspect, read_only
from monitor.store import rules as stored_rules
from monitor.store.carriers import Carrier, carriers
from monitor.text import ago, due, numbered
from monitor.urls import host
from monitor.workers import Workers

# Feeds that each get a line; of others only the names.
_LISTED = 5


@dataclass(frozen=True, slots=True)
class _Known:
    """What the database says: feeds, the watches in force, companies, and hosts that asked to wait."""

    carriers: tuple[Carrier, ...]
    watches: tuple[Watch, ...]
    directory: rules.Directory
    held: dict[str, datetime]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What reading the page gave. `error` says why there is no text, "" where there is one; `url` is the final one."""

    outcome: PageOutcome
    status: int | None
    error: str = ""
    document: Document | None = None
    published: datetime | None = None
    url: str = ""
    canonical: str = ""


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What the watches in force make of the page. `article`: one that is stored under the address the page gives."""

    matches: tuple[Match, ...] = ()
    missed: tuple[Missed, ...] = ()
    article: int | None = None


def tell_unseen(found: Config, url: str, *, read: bool, as_json: bool) -> None:
    """Print what is known of a web address that is not stored; its page is read now if `read`."""
    now = datetime.now(UTC)
    database = found.settings.database
    known = read_only(database, lambda db: _known(db, url, now))
    reading = asyncio.run(_read(found, url, known)) if read else None
    verdict = read_only(database, lambda db: _verdict(db, reading, known)) if reading else _Verdict()
    if as_json:
        print_json(_json(url, known, reading, verdict))
        return
    out.print(inert(f"No article with this address is stored: {url}"), style="bold")
    _print_carriers(url, known.carriers, reading, found.settings.timezone, now)
    if reading:
        _print_reading(reading, verdict, known.carriers, found.settings.timezone)


def _known(db: Database, url: str, now: datetime) -> _Known:
    watches = tuple(rule.watch for rule in stored_rules.in_force(db))
    return _Known(carriers(db, url, now), watches, companies.directory(db), feeds.held(db, now))


async def _read(found: Config, url: str, known: _Known) -> _Reading:
    """Read the page as the daemon would; the settings of a feed are used for the sites that its entries link to."""
    carrying = [one.source.url for one in known.carriers if one.links]
    feed = next((feed for feed in found.feeds if feed.url in carrying[:1]), Feed(url=url))
    status = None
    try:
        with Workers(1) as workers:
            async with fetch.client(found.settings) as client:
                fetcher = Fetcher(client, now=lambda: datetime.now(UTC))
                for name, until in known.held.items():
                    fetcher.hold(name, until)
                page = await fetcher.page(feed, url, deadline=READ_WITHIN.total_seconds())
                status = page.status
                article = await workers.run_apart(
                    extract.extract, page.body, url=page.url, content_type=page.content_type
                )
    except MonitorError as error:
        answered = error.status if isinstance(error, FetchError) else status
        return _Reading(outcomes.of_page(error), answered, str(error))
    sources = tuple(one.source for one in known.carriers[:1])
    document = Document(article.title, article.text, article.related, feed.language or article.language, sources)
    return _Reading(
        PageOutcome.READ, status, "", document, article.published, url=page.url, canonical=article.canonical
    )


def _verdict(db: Database, reading: _Reading, known: _Known) -> _Verdict:
    if reading.document is None:
        return _Verdict()
    ruleset = rules.compile(known.watches, directory=known.directory)
    stored = [number for url in (reading.canonical, reading.url) if url for number in inspect.find(db, url).articles]
    return _Verdict(
        matches=tuple(rules.match(reading.document, ruleset)),
        missed=missed.missed(reading.document, known.watches, known.directory),
        article=next(iter(stored), None),
    )


# ---------------------------------------------------------------- for people


def _print_carriers(
    url: str, found: tuple[Carrier, ...], reading: _Reading | None, zone: ZoneInfo, now: datetime
) -> None:
    out.print("\nWhich feed would carry it", style="bold")
    if not found:
        show(inert(f"No feed of the configuration is known to carry {host(url)}."))
        return
    # Where some link to the same part of the site, the others are less likely.
    likely = [one for one in found if one.near] or list(found)
    listed = likely[:_LISTED]
    for one in listed:
        show(inert(f"{one.source.name} (tier {one.source.tier}): {_carries(one, url, reading, zone, now)}"))
    if others := [one.source.name for one in found if one not in listed]:
        show(inert(f"also of this site: {', '.join(others)}"))


def _carries(one: Carrier, url: str, reading: _Reading | None, zone: ZoneInfo, now: datetime) -> str:
    words = f"it is of {host(url)} by its address, though no stored entry links there"
    if one.links:
        verb = "links" if (one.near or one.links) == 1 else "link"
        entries = numbered(one.near or one.links, "entry", "entries")
        elsewhere = f" ({numbered(one.links - one.near, 'other')} elsewhere on it)" if 0 < one.near < one.links else ""
        place = f"this part of {host(url)}" if one.near else host(url)
        words = f"{entries} {verb} to {place}{elsewhere}, the newest seen {clock(one.last, zone)}"
    status = one.status
    published = reading.published if reading else None
    if published and status.last_ok:
        polled = f"polled {ago(status.last_ok, now)}, after it was published, without it"
        words += f"; {polled if status.last_ok >= published else 'not polled since it was published'}"
    if status.wrong:
        words += f"; it is ill: {status.wrong}"
    if status.next_poll is None:
        return f"{words}; it is not polled: {status.next_reason}"
    return f"{words}; next poll {due(status.next_poll, now)} ({status.next_reason})"


def _print_reading(reading: _Reading, verdict: _Verdict, found: tuple[Carrier, ...], zone: ZoneInfo) -> None:
    out.print("\nWhat reading it now gives", style="bold")
    document = reading.document
    if document is None:
        wall = "a login or a paywall" if reading.outcome is PageOutcome.WALLED else "no text"
        told = not reading.status or str(reading.status) in reading.error
        show(inert(f"{wall}{'' if told else f' (it answered {reading.status})'}: {reading.error}"))
        return
    published = f"published {clock(reading.published, zone)}" if reading.published else "no publish time"
    size = numbered(len(document.text), "character")
    show(inert(f"answered {reading.status}: {size}, {document.language or 'language unknown'}, {published}"))
    show(inert(document.title or "(no headline)"))
    if verdict.article is not None:
        show(inert(f"This is stored under the address that the page gives; see: monitor why {verdict.article}"))
    out.print()
    if found:
        show(Text(f"As if {inert(found[0].source.name)} carried it:", style="dim"))
    for match in verdict.matches:
        show(Text().append(inert(match.watch).plain, style="bold green").append(f" fires, score {match.score}"))
        for line in clauses(match.evidence, document.text, document.title):
            show(Text("  ").append(line))
    if not verdict.matches:
        out.print("No watch fires.")
    print_misses("No match on this text", verdict.missed, document.text)


# ---------------------------------------------------------------- for scripts


def _json(url: str, known: _Known, reading: _Reading | None, verdict: _Verdict) -> dict[str, Any]:
    text = reading.document.text if reading and reading.document else ""
    return {
        "article": None,
        "url": url,
        "feeds": [_carrier_json(one) for one in known.carriers],
        "page": _page_json(reading, verdict) if reading else None,
        "matches": [
            {"watch": match.watch, "score": match.score, "evidence": plain_article.proofs(match.evidence, text)}
            for match in verdict.matches
        ],
        "missed": [plain_article.missed(item) for item in verdict.missed],
    }


def _carrier_json(one: Carrier) -> dict[str, Any]:
    status = one.status
    return {
        "name": one.source.name,
        "url": one.source.url,
        "tier": one.source.tier,
        "entries": one.links,
        "entries_near": one.near,
        "last": one.last,
        "state": status.state,
        "wrong": status.wrong,
        "last_ok": status.last_ok,
        "next_poll": status.next_poll,
        "next_reason": status.next_reason,
    }


def _page_json(reading: _Reading, verdict: _Verdict) -> dict[str, Any]:
    document = reading.document
    told = {key: value for key, value in asdict(reading).items() if key != "document"}
    return {
        **told,
        "title": document.title if document else "",
        "characters": len(document.text) if document else 0,
        "language": document.language if document else "",
        "stored_as": verdict.article,
    }
