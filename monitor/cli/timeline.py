"""How `monitor why` prints what happened to an article: a line for each event, in the order of time."""

from collections.abc import Iterable
from datetime import datetime
from zoneinfo import ZoneInfo

from rich.table import Table
from rich.text import Text

from monitor import timeline
from monitor.cli.console import out
from monitor.cli.show import clock, inert, rich_line, show
from monitor.missed import NOTHING, Missed
from monitor.timeline import Told

_STYLES = {"alert": "bold green", "failed": "yellow", "dead": "red", "suppressed": "yellow"}


def print_history(told: Told, zone: ZoneInfo, now: datetime) -> None:
    """The article, its timeline, and the watches that do not fire on it."""
    article, latest = told.article, told.article.latest
    out.print(inert(latest.document.title or "(no headline)"), style="bold")
    out.print(inert(article.url), style="dim")
    published = f" · published {clock(latest.published, zone)}" if latest.published else ""
    out.print(inert(f"article {article.id} · first seen {clock(article.first_seen, zone)}{published}"), style="dim")
    out.print()
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(no_wrap=True)
    grid.add_column(overflow="fold")
    for event in timeline.events(article, now):
        for number, line in enumerate(event.lines):
            when, what = (clock(event.when, zone), event.what) if number == 0 else ("", "")
            grid.add_row(when, Text(what, style=_STYLES.get(what, "")), rich_line(line))
    show(grid)
    print_misses(f"No match on text {latest.number}", told.missed, latest.document.text)


def print_misses(heading: str, silent: Iterable[Missed], text: str) -> None:
    """Watches that do not fire: those that come close each by itself, the others together; nothing without any."""
    missed = timeline.misses(silent, text)
    if not missed.near and not missed.far:
        return
    out.print(f"\n{heading}", style="bold")
    grid = Table.grid(padding=(0, 2))
    grid.add_column(overflow="fold")
    grid.add_column(overflow="fold")
    for item in missed.near:
        grid.add_row(inert(item.watch), inert(item.reason))
        for line in item.lines:
            grid.add_row("", rich_line(line))
    show(grid)
    if missed.far:
        show(inert(f"{NOTHING}: {', '.join(missed.far)}"))
