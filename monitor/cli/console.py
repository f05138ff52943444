"""What the commands share: options, the configuration in force, and how things are printed."""

import errno
import json
import logging
import os
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import structlog
import typer
from rich.console import Console

from monitor import config, notify, plain, proofs, rules
from monitor.errors import MonitorError, StoreError
from monitor.model import Document
from monitor.options import Config, Watch
from monitor.store import archive, companies, read_only


class _Console(Console):
    """Says that nobody reads the output any more, where rich would end the process."""

    def on_broken_pipe(self) -> None:
        raise BrokenPipeError(errno.EPIPE, os.strerror(errno.EPIPE))


# What goes into a pipe or a file is not wrapped.
out = _Console(highlight=False, soft_wrap=True, width=None if sys.stdout.isatty() else 300)
err = Console(highlight=False, soft_wrap=True, stderr=True)


# So many of the latest articles tell whether a watch fires on everything.
_JUDGED = 500

ConfigOption = Annotated[
    Path | None,
    typer.Option(
        "--config", "-c", help="The configuration. Default: $MONITOR_CONFIG, else ./config.toml", metavar="FILE"
    ),
]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line, for scripts.")]


def checks(*, templates: bool = True) -> config.Checks:
    """What the configuration is checked for by the modules that will use it: `templates` by those that send."""
    found = config.Checks(address=notify.problem, signs=notify.signs, watch=rules.check, sources=rules.misfits)
    return replace(found, templates=proofs.problems) if templates else found


def _lint(watches: Sequence[Watch], found: Config | None) -> list[list[tuple[str, str, str]]]:
    """What is no mistake in the watches, also against the archive, as far as that can be read."""
    documents: Sequence[Document] = ()
    known = firms(found) if found else rules.built_in()
    if found:
        with suppress(StoreError, OSError):
            documents = read_only(found.settings.database, lambda db: archive.latest(db, _JUDGED))
    return rules.lint(watches, documents, known)


def firms(found: Config) -> rules.Directory:
    """The companies known: those that the program brings, and those of the stored list, where there is one."""
    with suppress(StoreError, OSError):
        if Path(found.settings.database).exists():
            return read_only(found.settings.database, companies.directory)
    return rules.built_in()


def config_path(given: Path | None) -> Path:
    """The configuration file in force."""
    return given or Path(os.environ.get("MONITOR_CONFIG") or "config.toml")


def examine(given: Path | None) -> config.Report:
    """The configuration in force, with all there is to say of it."""
    return config.examine(config_path(given), os.environ, replace(checks(), lint=_lint))


def load(given: Path | None, *, templates: bool = False) -> Config:
    """The configuration in force, validated, if asked for with its `templates`. Raises ConfigError."""
    return config.load(config_path(given), os.environ, checks(templates=templates))


def load_if_there(given: Path | None) -> Config:
    """The configuration in force, or the defaults where none is named and there is no ./config.toml."""
    if given is None and not os.environ.get("MONITOR_CONFIG") and not Path("config.toml").exists():
        return Config()
    return load(given)


def print_json(value: Mapping[str, Any]) -> None:
    """One JSON object on a line of its own. Raises ValueError for NaN and infinite numbers, which JSON has not."""
    sys.stdout.write(json.dumps(value, default=plain.value, ensure_ascii=False, allow_nan=False) + "\n")


def complain(error: Exception) -> None:
    """The error as lines on standard error: one, or one for each mistake of a configuration."""
    text = str(error)
    if not isinstance(error, MonitorError):
        text = f"{type(error).__name__}: {error}; this is a defect, please report it with what --debug shows"
    for line in text.splitlines():
        err.print(f"monitor: {line}", style="red", markup=False)


def set_up_logging(console: Console | None, *, debug: bool = False) -> None:
    """Log lines: `key=value` on standard error, or, above a live line in a terminal, warnings only and in colour.

    An error is one line; `debug` adds where in the code.
    """
    logging.getLogger().addHandler(logging.NullHandler())
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info if debug else _without_traceback,
            _Above(console)
            if console
            else structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        logger_factory=lambda *_: _Log(sys.stderr),
        cache_logger_on_first_use=False,
    )


class _Log(structlog.PrintLogger):
    """Loses what nobody reads: a daemon must not stumble over a log that was closed or a full disk."""

    def msg(self, message: str) -> None:
        with suppress(OSError, ValueError):
            super().msg(message)

    debug = info = warning = error = critical = msg


def _without_traceback(_logger: Any, _method: str, event: structlog.types.EventDict) -> structlog.types.EventDict:
    event.pop("exc_info", None)
    return event


# What someone at a terminal is told although it is no warning.
TOLD = ("configuration reloaded",)


class _Above:
    """Prints warnings and errors above the live line, and drops most of the rest, which the line counts."""

    def __init__(self, console: Console) -> None:
        self._console = console

    def __call__(self, _logger: Any, _method: str, event: structlog.types.EventDict) -> str:
        level = event.pop("level")
        if level in ("warning", "error", "critical") or event["event"] in TOLD:
            event.pop("timestamp", None)
            words = f"{event.pop('event')}: " + ", ".join(f"{key} {value}" for key, value in event.items())
            style = {"info": "green", "warning": "yellow"}.get(level, "red")
            self._console.print(words.removesuffix(": "), style=style, markup=False)
        raise structlog.DropEvent
