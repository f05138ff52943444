"""The command line: one file per group of commands, thin. Commands parse, call, print; errors become one line here."""

import os
import sys
from collections.abc import Sequence
from typing import Annotated, Any

import typer
from typer.exceptions import TyperException

from monitor import __version__
from monitor.cli import (
    article,
    backtest,
    channels,
    companies,
    database,
    deliveries,
    feeds,
    lists,
    report,
    running,
    silences,
    stages,
    status,
    watches,
)
from monitor.cli.console import complain
from monitor.errors import MonitorError, UsageError

app = typer.Typer(
    name="monitor",
    help="Watch tech-finance news: polls feeds, reads the articles, matches them against your watchlist, and "
    "alerts once per story, with the reason.",
    epilog="First steps: monitor demo · monitor init · monitor check · monitor run",
    no_args_is_help=True,
    context_settings={"help_option_names": ["--help", "-h"]},
    pretty_exceptions_enable=False,
    rich_markup_mode="rich",
)
for commands in (
    running,
    status,
    lists,
    article,
    backtest,
    feeds,
    watches,
    silences,
    report,
    companies,
    channels,
    deliveries,
    stages,
    database,
):
    commands.add_to(app)


def _print_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"news-monitor {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[bool, typer.Option("--version", callback=_print_version, is_eager=True)] = False,
    debug: Annotated[
        bool, typer.Option("--debug", help="On an error, show where in the code; works anywhere.")
    ] = False,
) -> None:
    """What every command takes; `main` sees to --debug, which may stand behind the command too."""


def main(arguments: Sequence[str] | None = None) -> None:
    """Entry point of the `monitor` command. Exits 0 when fine, 1 when it failed, 2 on wrong usage or configuration."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    debug = "--debug" in given
    try:
        # Also for `python -m monitor`: completion goes by this name.
        code = app(
            [argument for argument in given if argument != "--debug"],
            prog_name="monitor",
            obj=debug,
            standalone_mode=False,
        )
        sys.stdout.flush()
        sys.exit(code if isinstance(code, int) else 0)
    except TyperException as error:
        _wrong_usage(error)
        sys.exit(2)
    except typer.Abort:
        sys.exit(130)
    except BrokenPipeError:
        # The reader (`head`, say) has gone; keep the interpreter from complaining when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except OSError as error:  # ours are MonitorErrors: this is the output
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        complain(MonitorError(f"the output cannot be written: {error.strerror or error}"))
        sys.exit(1)
    except Exception as error:
        if debug:
            raise
        complain(error)
        sys.exit(error.exit_code if isinstance(error, MonitorError) else 1)


def _wrong_usage(error: Any) -> None:
    """One line, with where to read on; a command that was called without anything shows its help."""
    context = getattr(error, "ctx", None)
    if not error.format_message():
        error.show()
        return
    path = context.command_path if context else "monitor"
    complain(UsageError(f"{' '.join(error.format_message().split())}; see: {path} --help"))
