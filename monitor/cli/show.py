"""How commands print what is stored: inert text, tables that fit, times."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from zoneinfo import ZoneInfo

from rich import box
from rich.console import RenderableType
from rich.table import Table
from rich.text import Text

from monitor import timeline
from monitor.cli.console import out
from monitor.errors import UsageError
from monitor.missed import Missed
from monitor.model import Evidence
from monitor.shown import pieces
from monitor.text import one_line, parse_duration
from monitor.timeline import CLAUSES, Line

# What a person is shown without asking for more; scripts get everything.
SHOWN = 30

# Columns of a terminal in which a table has to save room.
SMALL_WINDOW = 110

_MARK = "bold yellow"


def since(age: str | None, now: datetime) -> datetime | None:
    """The time that `--since 7d` means. Raises UsageError."""
    try:
        return now - parse_duration(age) if age else None
    except (ValueError, OverflowError) as error:
        problem = str(error) if isinstance(error, ValueError) else "that is before the calendar begins"
        raise UsageError(f"--since: {problem}") from error


# ---------------------------------------------------------------- text


def inert(text: str) -> Text:
    """Text from anywhere on one line: no control characters, no markup."""
    return Text(one_line(text))


def marked(text: str, marks: Iterable[tuple[int, int]]) -> Text:
    """Text on one line with the spans that matched between » and «, as in messages."""
    shown = Text()
    for piece, is_term in pieces(text, marks):
        shown.append(f"»{piece}«" if is_term else piece, style=_MARK if is_term else "")
    return shown


def rich_line(line: Line) -> Text:
    """A line of a timeline, with what stands before it in bold and the spans that matched between » and «."""
    strong = Text(f"{line.strong} ", style="bold") if line.strong else Text()
    return strong.append(marked(line.text, line.marks))


def clauses(evidence: Iterable[Evidence], text: str, title: str = "") -> list[Text]:
    """One line for each term that was found: where, and the first sentence of the text, or the title, that holds it."""
    return [rich_line(line) for line in timeline.found(evidence, text, title)]


def told(item: Missed, text: str, title: str = "", limit: int = CLAUSES) -> list[Text]:
    """Why a watch does not fire, clause by clause: what holds, then what came closest to what does not."""
    return [rich_line(line) for line in timeline.closest(item, text, title, limit)]


# ---------------------------------------------------------------- tables


def table(*headers: str, narrow: Iterable[str] = (), right: Iterable[str] = (), wide: str = "") -> Table:
    """A table whose cells fold at words: `narrow` columns stay on one line, in a small window the others leave room
    for the `wide` one. Numbers stand on the `right`.
    """
    made = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for header in headers:
        gives_way = wide and header not in (*narrow, wide) and out.width < SMALL_WINDOW
        made.add_column(
            header,
            overflow="fold",
            no_wrap=header in narrow,
            justify="right" if header in right else "left",
            max_width=12 if gives_way else None,
        )
    return made


def add(to: Table, *cells: str | Text, style: str = "") -> None:
    """Add a row of inert cells."""
    to.add_row(*(cell if isinstance(cell, Text) else inert(cell) for cell in cells), style=style)


def print_facts(facts: Mapping[str, str | Text]) -> None:
    """What is known of one thing, a name and a value a line; values without anything are left out."""
    grid = Table.grid(padding=(0, 2))
    grid.add_column(no_wrap=True, style="dim")
    grid.add_column(overflow="fold")
    for name, value in facts.items():
        if value:
            add(grid, name, value)
    show(grid)


def show(what: RenderableType) -> None:
    """Print something that folds into the width there is."""
    out.print(what, soft_wrap=False)


def clock(when: datetime | None, zone: ZoneInfo) -> str:
    """A time with seconds, as the user's clock shows it."""
    return f"{when.astimezone(zone):%d %b %H:%M:%S}" if when else "-"
