"""Commands that run one stage by itself, as the daemon runs it: parse, extract, match."""

import asyncio
import os
import sys
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import dropwhile
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor import config, extract, fetch, parse, rules
from monitor.cli import json_lines
from monitor.cli.console import (
    ConfigOption,
    JsonOption,
    checks,
    complain,
    config_path,
    firms,
    load,
    load_if_there,
    out,
    print_json,
)
from monitor.errors import ExtractError, MonitorError, UsageError
from monitor.fetch import Fetcher
from monitor.model import Document, Extracted, Match, NotModified, Page, ParsedFeed, Source, TextSource, Validators
from monitor.options import Feed
from monitor.pipeline import READ_WITHIN
from monitor.text import from_html, one_line
from monitor.urls import is_web
from monitor.workers import Workers

InputsArgument = Annotated[
    list[str],
    typer.Argument(help="Files or http(s) addresses, or - for standard input.", metavar="FILE|URL|- ..."),
]

# A feed or a page on standard input, generously.
MOST_INPUT = 50_000_000
# What `extract` says of HTML that is no more than a few words, as feeds have it.
_TOO_SHORT = ("no article text on this page", "the page is empty")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command("parse", epilog="Example: monitor parse https://example.com/feed.xml")(parse_command)
    app.command("extract", epilog="Example: monitor extract page.html --json")(extract_command)
    app.command("match", epilog="Example: monitor match --watchlist mine.toml articles.ndjson --json")(match_command)


def parse_command(inputs: InputsArgument, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show what a feed holds, as the daemon reads it."""

    async def one(tools: "_Tools", source: str) -> None:
        page = await tools.get(source)
        feed = await tools.workers.run(parse.parse, page.body, url=page.url, content_type=page.content_type)
        if as_json:
            print_json({"input": source, **_feed_json(feed)})
            return
        _print_feed(feed)
        if len(inputs) > 1:
            out.print()

    _each(inputs, config_file, one)


def extract_command(inputs: InputsArgument, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Show the article in a page, as the daemon reads it."""

    async def one(tools: "_Tools", source: str) -> None:
        page = await tools.page(source)
        address = page.url if is_web(source) else ""
        found = await tools.workers.run(extract.extract, page.body, url=address, content_type=page.content_type)
        url = address or found.canonical or source
        if as_json:
            print_json({"input": source, **_article_json(url, found)})
            return
        _print_article(url, found)
        if len(inputs) > 1:
            out.print()

    _each(inputs, config_file, one)


def match_command(
    source: Annotated[
        str, typer.Argument(help="A file with articles as JSON, one a line, or - for standard input.", metavar="FILE|-")
    ],
    watchlist: Annotated[
        Path | None, typer.Option("--watchlist", "-w", help="Match against this file's watches.", metavar="FILE")
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Match articles against the watchlist, and show which words made each watch fire.

    An article is a JSON object: {"id", "title", "text" or "html", "url", "feed", "published"}.
    """
    if watchlist is None and not (path := config_path(config_file)).exists():
        raise UsageError(
            f"{path}: there is no such file; `monitor init` writes one, --config FILE names another,"
            " and --watchlist FILE matches against the watches in a file"
        )
    found = config.load(watchlist, os.environ, checks(), watchlist=True) if watchlist else load(config_file)
    feeds = {key: feed for feed in found.feeds for key in (feed.url, feed.name) if key}
    ruleset = rules.compile(found.watches, directory=firms(found))

    async def run(lines: Iterable[tuple[int, str | None]]) -> bool:
        good = True
        with Workers(1) as workers:
            for number, line in lines:
                try:
                    article = await _article(line, workers)
                    matches = rules.match(article.document(feeds), ruleset)
                except MonitorError as error:
                    complain(type(error)(f"{source}:{number}: {error}"))
                    good = False
                    continue
                print_json(article.json(matches)) if as_json else article.show(matches)
        return good

    with json_lines.opened(source) as file:
        if not asyncio.run(run(json_lines.read(file))):
            raise typer.Exit(1)


# ---------------------------------------------------------------- files and addresses


@dataclass(frozen=True, slots=True)
class _Tools:
    """What fetches and works through inputs, as in the daemon."""

    fetcher: Fetcher
    workers: Workers
    standard_input: bytes

    async def page(self, source: str) -> Page:
        """A page, asked for as the daemon asks for one."""
        if not is_web(source):
            return await self.get(source)
        return await self.fetcher.page(Feed(url=source), source, deadline=READ_WITHIN.total_seconds())

    async def get(self, source: str) -> Page:
        """The bytes of a file or an address, or for - of standard input."""
        if source == "-":
            return Page(url="", status=200, content_type="", body=self.standard_input)
        if not is_web(source) and not os.path.isfile(source):  # noqa: ASYNC240, PTH113
            raise UsageError("it is neither a file nor an http(s) address")
        page = await self.fetcher.feed(Feed(url=source), Validators())
        if isinstance(page, NotModified):
            raise MonitorError(f"{source}: answered 'not modified' to an unconditional request")
        return page


def _each(inputs: Collection[str], config_file: Path | None, one: Callable[[_Tools, str], Awaitable[None]]) -> None:
    """Do one after the other, in order; one that fails is told on standard error, and the exit code is 1."""
    settings = load_if_there(config_file).settings
    # Before the loop starts, which would hold back Ctrl-C.
    given = _standard_input() if "-" in inputs else b""

    async def run() -> int:
        worst = 0
        with Workers(1) as workers:
            async with fetch.client(settings) as client:
                tools = _Tools(Fetcher(client, now=lambda: datetime.now(UTC)), workers, given)
                for source in inputs:
                    try:
                        await one(tools, source)
                    except MonitorError as error:
                        complain(MonitorError(f"{source}: {error}"))
                        worst = max(worst, error.exit_code)
        return worst

    if worst := asyncio.run(run()):
        raise typer.Exit(worst)


def _standard_input() -> bytes:
    found = sys.stdin.buffer.read(MOST_INPUT + 1)
    if len(found) > MOST_INPUT:
        raise UsageError(f"-: standard input is longer than {MOST_INPUT:,} bytes")
    return found


def _feed_json(feed: ParsedFeed) -> dict[str, Any]:
    return {
        "title": feed.title,
        "link": feed.link,
        "entries": [asdict(entry) for entry in feed.entries],
        "problems": list(feed.problems),
    }


def _print_feed(feed: ParsedFeed) -> None:
    out.print(feed.title or "(no title)", style="bold", markup=False)
    for entry in feed.entries:
        when = f"{entry.published:%Y-%m-%d %H:%M}" if entry.published else "no date"
        out.print(f"{when:>16}  {entry.title}", markup=False)
        out.print(f"{'':>16}  {entry.link}", style="dim", markup=False)
    if not feed.entries:
        out.print(f"{'':>16}  (no entries)", style="dim")
    for problem in feed.problems:
        out.print(f"problem: {problem}", style="yellow", markup=False)


def _article_json(url: str, found: Extracted) -> dict[str, Any]:
    return {
        "url": url,
        "title": found.title,
        "text": found.text,
        "related": found.related,
        "published": found.published,
        "language": found.language,
        "text_source": TextSource.PAGE,
    }


def _print_article(url: str, found: Extracted) -> None:
    out.print(found.title or "(no title)", style="bold", markup=False)
    when = f"{found.published:%Y-%m-%d %H:%M} UTC · " if found.published else ""
    out.print(f"{when}{found.language or 'language unknown'} · {url}\n", style="dim", markup=False)
    out.print(found.text, markup=False)
    if found.related:
        out.print(f"\nrelated (never evidence):\n{found.related}", style="dim", markup=False)


# ---------------------------------------------------------------- articles to match


@dataclass(frozen=True, slots=True)
class _Article:
    """One article of the input. `extracted`: its text comes from HTML, and is returned for the offsets to refer to."""

    id: object
    title: str
    text: str
    related: str
    language: str
    feed: str
    extracted: bool

    def document(self, feeds: Mapping[str, Feed]) -> Document:
        known = feeds.get(self.feed)
        source = (
            Source(known.name or known.url, known.url, known.tier, known.tags)
            if known
            else Source(self.feed, self.feed)
        )
        return Document(self.title, self.text, self.related, self.language, (source,) if self.feed else ())

    def json(self, matches: Iterable[Match]) -> dict[str, Any]:
        found = {
            "id": self.id,
            "matches": [
                {"watch": match.watch, "score": match.score, "evidence": [asdict(item) for item in match.evidence]}
                for match in matches
            ],
        }
        return {**found, "title": self.title, "text": self.text} if self.extracted else found

    def show(self, matches: Iterable[Match]) -> None:
        matches = tuple(matches)
        out.print(self.title or str(self.id), style="bold", markup=False)
        for match in matches:
            words = ", ".join(
                f"{item.list} {item.term!r} as {item.text!r} in the {item.part}" for item in match.evidence[:5]
            )
            out.print(f"  {match.watch} (score {match.score}): {words}", markup=False)
        if not matches:
            out.print("  no watch fires", style="dim")


async def _article(line: str | None, workers: Workers) -> _Article:
    """The article in one JSON object. Raises UsageError where it is none, ExtractError where its HTML is no article."""
    values = json_lines.values(line)
    texts = {}
    for key in ("title", "text", "html", "url", "feed"):
        value = values.get(key)
        if value is not None and not isinstance(value, str):
            raise UsageError(f'"{key}" is no text')
        texts[key] = value or ""
    if not texts["html"] or texts["text"]:
        return _Article(values.get("id"), texts["title"], texts["text"], "", "", texts["feed"], extracted=False)
    found = await _in_html(texts["html"], texts["title"], texts["url"], workers)
    title = texts["title"] or found.title
    return _Article(values.get("id"), title, found.text, found.related, found.language, texts["feed"], extracted=True)


async def _in_html(html: str, title: str, url: str, workers: Workers) -> Extracted:
    """The article in HTML; its plain text, without the title above it, where that is too short to be told from others.

    Raises ExtractError where it is no web page, or one in the article's place.
    """
    page = html.encode("utf-8", "replace")
    try:
        return await workers.run(extract.extract, page, url=url, content_type="text/html; charset=utf-8")
    except ExtractError as error:
        if str(error) not in _TOO_SHORT:
            raise
    plain = (await workers.run(from_html, html))[: extract.MAX_TEXT]
    headline = one_line(title).casefold()
    lines = dropwhile(lambda line: line.casefold() == headline, plain.split("\n"))
    return Extracted("", "\n".join(lines))
