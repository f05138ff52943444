"""Names on the command line: found whatever their capitals, completed, and corrected where they are wrong."""

import os
from collections.abc import Iterable, Sequence
from pathlib import Path

import typer

from monitor import config
from monitor.cli.console import config_path
from monitor.errors import MonitorError, UsageError
from monitor.options import Config
from monitor.rules.directory import built_in
from monitor.tables import did_you_mean, quoted

_SHOWN = 10


def named(what: str, wanted: str, known: Sequence[str]) -> str:
    """The one of the known names that is meant. Raises UsageError."""
    alike = [name for name in known if name.casefold() == wanted.strip().casefold()]
    if wanted in known or len(alike) == 1:
        return wanted if wanted in known else alike[0]
    listed = ", ".join(known[:_SHOWN]) + ", …" * (len(known) > _SHOWN)
    advice = did_you_mean(wanted, list(known), f"known are {listed}" if known else f"there is no {what} yet")
    raise UsageError(f"there is no {what} {quoted(wanted)}; {advice}")


def hand_down(context: typer.Context, commands: Iterable[str], **options: object) -> bool:
    """Whether a group was called by itself; else options that stand before the command's name count for it."""
    given = {name: value for name, value in options.items() if value}
    context.default_map = dict.fromkeys(commands, given)
    return context.invoked_subcommand is None


def complete_watch(context: typer.Context, incomplete: str) -> list[str]:
    """Names of watches that begin so."""
    return _beginning(incomplete, (watch.name for watch in _config(context).watches))


def complete_feed(context: typer.Context, incomplete: str) -> list[str]:
    """Names of feeds that begin so; addresses of those without."""
    return _beginning(incomplete, (feed.name or feed.url for feed in _config(context).feeds))


def complete_channel(context: typer.Context, incomplete: str) -> list[str]:
    """Names of channels that begin so."""
    return _beginning(incomplete, (channel.name for channel in _config(context).channels))


def complete_company(incomplete: str) -> list[str]:
    """Names of companies that begin so, of those in the program."""
    return _beginning(incomplete, (firm.name for firm in built_in().firms))


def _beginning(incomplete: str, names: Iterable[str]) -> list[str]:
    return [name for name in names if name.startswith(incomplete)]


def _config(context: typer.Context) -> Config:
    """The configuration of a command line that is not finished; an empty one where it has mistakes."""
    given = context.params.get("config_file")
    try:
        return config.load(config_path(Path(given) if given else None), os.environ)
    except MonitorError:
        return Config()
