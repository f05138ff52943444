"""Commands that look after the database file: db backup, db check, db restore."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.filesize import decimal
from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn

from monitor.cli.console import ConfigOption, JsonOption, err, load, out, print_json
from monitor.cli.progress import count
from monitor.errors import MonitorError
from monitor.store import backup


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    commands = typer.Typer(help="Back up, check and restore the database.", no_args_is_help=True)
    commands.command("backup", epilog="Examples: monitor db backup · monitor db backup /backups/")(backup_command)
    commands.command("check", epilog="Examples: monitor db check · monitor db check old.db --json")(check_command)
    commands.command("restore", epilog="Example: monitor db restore monitor-20260301-120000.db")(restore_command)
    app.add_typer(commands, name="db")


def backup_command(
    target: Annotated[
        Path | None,
        typer.Argument(
            help="A new file, or a folder. Default: beside the database.", metavar="FILE", show_default=False
        ),
    ] = None,
    config_file: ConfigOption = None,
) -> None:
    """Copy the database, also beside a running daemon, and check the copy. Nothing is ever overwritten."""
    settings = load(config_file).settings
    database = Path(settings.database)
    folder = database.parent if target is None else target
    if folder.is_dir():
        target = folder / f"{database.stem}-{datetime.now(settings.timezone):%Y%m%d-%H%M%S}.db"
    with _bar("Copying") as progress:
        health = backup.backup(database, target or folder, progress)
    out.print(f"Wrote {target}: {decimal(health.size)}, {count(health.rows['articles'], 'article')}.", markup=False)
    _note(health)


def check_command(
    file: Annotated[
        Path | None, typer.Argument(help="Another database, such as a backup.", metavar="FILE", show_default=False)
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look for damage in the database, also beside a running daemon; exit code 1 and what to do when there is any."""
    path = file or Path(load(config_file).settings.database)
    with out.status(f"Checking {path}"):
        health = backup.check(path)
    if as_json:
        print_json(
            {
                "ok": not health.problems,
                "database": str(path),
                "problems": list(health.problems),
                "unchecked": health.unchecked,
                "schema": health.schema,
                "size": health.size,
                "rows": health.rows,
            }
        )
    elif not health.problems:
        rows = ", ".join(f"{number:,} {table}" for table, number in health.rows.items())
        out.print(f"{path} is sound: {decimal(health.size)}, schema {health.schema}; {rows}.", markup=False)
        _note(health)
    if health.problems:
        for problem in health.problems if not as_json else ():
            err.print(problem, style="yellow", markup=False)
        raise MonitorError(
            f"{path} is damaged; stop the daemon, keep the file, and put a backup in its place: monitor db restore FILE"
        )


def restore_command(
    source: Annotated[Path, typer.Argument(help="What `monitor db backup` wrote.", metavar="FILE")],
    config_file: ConfigOption = None,
) -> None:
    """Put a backup in the place of the database, which is moved aside. The daemon must not run.

    What each feed holds at its next poll is stored and does not alert: it may have been told since the backup was made.
    """
    database = Path(load(config_file).settings.database)
    with _bar("Copying") as progress:
        done = backup.restore(database, source, datetime.now(UTC), progress)
    out.print(
        f"Put {source} in the place of {database}: {count(done.feeds, 'feed')}, {count(done.articles, 'article')}.",
        markup=False,
    )
    if done.aside:
        out.print(f"The database that was there is now {done.aside}; delete it when you need it no more.", markup=False)
    out.print("What each feed holds at its next poll does not alert: it may have been told since the backup was made.")
    if done.waiting:
        out.print(f"{count(done.waiting, 'message')} of the backup, still to be sent, will say: may be a repeat.")


def _note(health: backup.Health) -> None:
    if health.unchecked:
        err.print(health.unchecked, style="yellow", markup=False)


@contextmanager
def _bar(what: str) -> Iterator[Callable[[int, int], None]]:
    """A progress bar in a terminal, nothing elsewhere."""
    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn())
    with Progress(*columns, console=out, transient=True, disable=not out.is_terminal) as bar:
        task = bar.add_task(what, total=None)
        yield lambda done, total: bar.update(task, completed=done, total=total)
