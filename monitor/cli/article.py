"""Commands about one article, or the one that is looked for: why, search."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor import plain_article, timeline
from monitor.cli.console import ConfigOption, JsonOption, load, out, print_json
from monitor.cli.show import SHOWN, clock, inert, marked, show, since
from monitor.cli.timeline import print_history
from monitor.cli.unseen import tell_unseen
from monitor.errors import MonitorError, UsageError
from monitor.store import Database, inspect, read_only
from monitor.store.inspect import Found
from monitor.store.search import Hit, expression, search
from monitor.tables import one_line
from monitor.text import clean
from monitor.urls import is_web


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command("why", epilog="Examples: monitor why 2f03c7f380 · monitor why https://outlet.example/story")(why)
    app.command(
        "search",
        epilog="""Examples: monitor search "AT&T" merger · monitor search '"gpu cluster"' --since 7d""",
        # What begins with a dash is a word too.
        context_settings={"ignore_unknown_options": True},
    )(search_command)


def why(
    wanted: Annotated[
        str,
        typer.Argument(help="An alert's id or its beginning, an article's number, or its address.", metavar="ID|URL"),
    ],
    config_file: ConfigOption = None,
    no_fetch: Annotated[
        bool, typer.Option("--no-fetch", help="Do not read the page of an address that is not stored.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Tell everything that happened to an article: where it was seen, what was read, what fired and what did not.

    What was decided is shown with its reason, and each message with its attempts. Of an address that is not stored:
    which feed would carry it, and what reading it now gives.
    """
    config = load(config_file)
    settings = config.settings
    found = read_only(settings.database, lambda db: _find(db, wanted))
    if not found.articles:
        tell_unseen(config, _address(wanted), read=not no_fetch, as_json=as_json)
        return
    told = read_only(settings.database, lambda db: timeline.tell(db, found.articles[0]))
    if as_json:
        print_json(asdict(plain_article.why(told)))
        return
    print_history(told, settings.timezone, datetime.now(UTC))
    if others := found.articles[1:]:
        numbers = ", ".join(str(number) for number in others[:SHOWN])
        out.print(f"\nOther articles have this address too; see: monitor why {numbers}", style="dim")


def search_command(
    words: Annotated[
        list[str], typer.Argument(help='Words that all must occur; "words in quotation marks" as they stand; begin*.')
    ],
    limit: Annotated[int, typer.Option("--limit", min=1, help="At most so many.")] = 20,
    since_age: Annotated[
        str | None, typer.Option("--since", help="Only what was first seen in the last 2h, 7d ...", metavar="AGE")
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Search headlines and texts of everything stored, best first."""
    query = " ".join(words)
    if not expression(query):
        raise UsageError("there is nothing to search for; write at least one word, such as: monitor search nvidia")
    settings = load(config_file).settings
    start = since(since_age, datetime.now(UTC))
    hits = read_only(settings.database, lambda db: search(db, query, limit, since=start))
    if not hits and not as_json:
        out.print(f"Nothing stored holds all of this{f' since {since_age} ago' if since_age else ''}.")
    for hit in hits:
        print_json(asdict(plain_article.hit(hit))) if as_json else _print_hit(hit, settings.timezone)


def _print_hit(hit: Hit, zone: ZoneInfo) -> None:
    out.print(marked(hit.title.text, hit.title.marks), style="bold")
    if hit.excerpt.text:
        show(marked(hit.excerpt.text, hit.excerpt.marks))
    out.print(inert(f"{hit.outlet} · seen {clock(hit.first_seen, zone)} · article {hit.article}"), style="dim")
    out.print(inert(hit.url), style="dim")
    out.print()


# ---------------------------------------------------------------- why: what there is to tell


def _find(db: Database, wanted: str) -> Found:
    """What is meant, nothing for a web address that is not stored. Raises MonitorError for several alerts, or none."""
    found = inspect.find(db, wanted)
    if found.alerts:
        raise MonitorError(f"several alerts begin with {wanted}: {', '.join(found.alerts[:5])}; write more of the id")
    if not found.articles and not _address(wanted):
        kind = "with this address" if "/" in wanted else "or alert with this id"
        raise MonitorError(
            f'there is no article {kind}: "{one_line(wanted, 200)}"; look for it with: monitor search WORDS'
        )
    return found


def _address(wanted: str) -> str:
    """The web address that is meant; "" where it is none."""
    wanted = clean(wanted)
    url = wanted if "://" in wanted else f"https://{wanted}"
    return url if is_web(url) and ("." in wanted or "/" in wanted) else ""
