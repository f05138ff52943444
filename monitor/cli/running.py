"""Commands that set up and run: init, check, run, demo."""

import asyncio
import importlib.resources
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from monitor import config, daemon
from monitor.cli import secrecy
from monitor.cli.console import (
    ConfigOption,
    JsonOption,
    checks,
    config_path,
    err,
    examine,
    load,
    out,
    print_json,
    set_up_logging,
)
from monitor.cli.progress import Tally, count, live
from monitor.errors import ConfigError, Mistake, MonitorError, UsageError
from monitor.options import Config
from monitor.steps import Step
from monitor.store import pending, read_only

if TYPE_CHECKING:
    from monitor.web.newsroom import Newsroom


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command(epilog="Example: monitor init && monitor check")(init)
    app.command(epilog="Example: monitor check --config /etc/news-monitor/config.toml")(check)
    app.command(epilog="Examples: monitor run · monitor run --once (from cron)")(run)
    app.command(epilog="Examples: monitor demo · monitor demo --exit")(demo)


def init(
    path: Annotated[Path, typer.Argument(help="Where to write it.", metavar="FILE")] = Path("config.toml"),
) -> None:
    """Write a commented config.toml to start from. An existing file is never overwritten."""
    if path.is_dir():
        raise UsageError(f"{path} is a folder; name a file in it: monitor init {path / 'config.toml'}")
    if not path.parent.is_dir():
        raise UsageError(f"there is no folder {path.parent}; create it first, or name another file: monitor init FILE")
    try:
        with path.open("x", encoding="utf-8") as file:
            file.write(shipped("config.example.toml").read_text(encoding="utf-8"))
    except FileExistsError as error:
        raise UsageError(
            f"{path} exists already and was left as it is; name another file: monitor init FILE"
        ) from error
    except OSError as error:
        raise MonitorError(
            f"{path} cannot be written: {error.strerror}; name another file: monitor init FILE"
        ) from error
    out.print(f"Wrote {path}. Put in your feeds and watches, then: [bold]monitor check[/] and [bold]monitor run[/]")


def check(config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Validate configuration, rules and channels without sending anything. Every mistake is listed; exit code 2.

    What is no mistake but may not be meant is said, too: options of a later release, sources that fit no feed, terms
    that never match, are there twice or lack support, and watches that fire on everything in the archive.
    """
    report = examine(config_file)
    found, mistakes = report.config, report.mistakes
    if found:
        _warn_of_secrets(found)
    if found and not found.feeds:
        found, mistakes = None, (_no_feed(config_file),)
    if as_json:
        print_json(
            {
                "ok": found is not None,
                "mistakes": mistakes,
                "warnings": report.warnings,
                "not_in_effect": report.not_in_effect,
            }
        )
        raise typer.Exit(0 if found else ConfigError.exit_code)
    for key in report.not_in_effect:
        err.print(f"{key}: not in effect yet; a later release brings it", style="yellow", markup=False)
    for warning in report.warnings:
        err.print(str(warning), style="yellow", markup=False)
    if found is None:
        raise ConfigError(mistakes)
    watches = sum(watch.enabled for watch in found.watches)
    to = count(len(found.channels), "channel") if found.channels else "no channel: alerts go to the terminal"
    out.print(
        f"{config_path(config_file)} is fine: {count(len(found.feeds), 'feed')}, {count(watches, 'watch')}, {to}."
    )


def run(
    context: typer.Context,
    config_file: ConfigOption = None,
    once: Annotated[
        bool, typer.Option("--once", help="One full pass (poll, read, judge, deliver), then exit.")
    ] = False,
) -> None:
    """Poll, read, match and alert until Ctrl-C or SIGTERM.

    With [bold]--once[/] every feed is polled now, and the exit code is 1 if no feed answered or a message was not sent.
    """
    found = load(config_file, templates=True)
    if not found.feeds:
        raise ConfigError([_no_feed(config_file)])
    _warn_of_secrets(found)
    tally, debug = Tally(), bool(context.obj)
    if once:
        set_up_logging(None, debug=debug)
        complete, waiting = asyncio.run(daemon.run_once(found, tally, _show))
        out.print(tally.summary() + f"; {waiting} waiting to be sent" * bool(waiting))
        if tally.polls and tally.counts[Step.POLL_FAILED] == tally.polls:
            raise MonitorError("no feed gave anything, see the lines above")
        if not complete:
            raise MonitorError("not everything could be done, see the lines above; run it again")
        if waiting or tally.counts["dead"]:
            raise MonitorError("not every message was sent; see: monitor alerts")
        return
    out.print(f"Watching {count(len(found.feeds), 'feed')} for {count(len(found.watches), 'watch')}; stop with Ctrl-C.")
    with _shown(tally, debug=debug):
        asyncio.run(
            daemon.run(found, tally, _show, reload=lambda: load(config_file, templates=True), served=_say_where)
        )


def demo(
    leave: Annotated[bool, typer.Option("--exit", help="Exit when the hour is over, with totals.")] = False,
) -> None:
    """Play an hour of demo news in about a minute, through the whole daemon, on loopback only.

    A newsroom of invented outlets is served over HTTP on this machine; the daemon polls it, reads the articles, matches
    a watchlist and alerts here. Nothing leaves the machine, and nothing is kept.
    """
    tally = Tally()
    with tempfile.TemporaryDirectory(prefix="news-monitor-demo-") as folder:
        asyncio.run(_demo(Path(folder), tally, leave=leave))


async def _demo(folder: Path, tally: Tally, *, leave: bool) -> None:
    # Imported here: the web server is not needed by the other commands, and start-up counts.
    from monitor.web.newsroom import Newsroom  # noqa: PLC0415

    source = shipped("demo")
    async with Newsroom(source, started=datetime.now(UTC)) as newsroom:
        environ = {
            "NEWSROOM": newsroom.url,
            "NEWSROOM_HOST": newsroom.host,
            "MONITOR_DATABASE": str(folder / "demo.db"),
        }
        found = config.load(source / "config.toml", environ, checks())
        out.print(
            f"A newsroom of {len(found.feeds)} outlets at {newsroom.url}, {len(found.watches)} watches: "
            f"an hour of news in a minute. Stop with Ctrl-C.\n"
        )
        stop = asyncio.Event()
        ending = asyncio.create_task(_end_of_hour(newsroom, found, tally, stop, leave=leave))
        with _shown(tally, lambda: f"{newsroom.published} of {newsroom.total} articles out · "):
            await daemon.run(found, tally, _show, stop, served=_say_where)
        ending.cancel()


async def _end_of_hour(newsroom: "Newsroom", found: Config, tally: Tally, stop: asyncio.Event, *, leave: bool) -> None:
    """When everything was played, polled and judged: totals, and the end where it is wanted."""
    while not newsroom.over:
        await asyncio.sleep(0.5)
    await asyncio.sleep(2 * found.settings.interval.total_seconds())
    while await asyncio.to_thread(read_only, found.settings.database, pending):
        await asyncio.sleep(0.2)
    out.print(f"\nThe hour is over: {newsroom.total} articles from {len(found.feeds)} outlets; {tally.line()}.")
    if leave:
        stop.set()
    else:
        out.print("Now with your own feeds and watches: monitor init. Stop with Ctrl-C.")


def _no_feed(config_file: Path | None) -> Mistake:
    return Mistake(str(config_path(config_file)), "", "there is no [[feed]]", "add one, or try: monitor init")


def _warn_of_secrets(found: Config) -> None:
    for line in secrecy.warnings(found):
        err.print(f"warning: {line}", style="yellow", markup=False)


@contextmanager
def _shown(tally: Tally, note: Callable[[], str] = lambda: "", *, debug: bool = False) -> Iterator[None]:
    """A live line in a terminal, log lines elsewhere, while the block runs."""
    if not out.is_terminal:
        set_up_logging(None, debug=debug)
        yield
        return
    set_up_logging(out, debug=debug)
    with live(out, tally, note):
        yield


def _show(alert: str) -> None:
    out.print(f"{alert.rstrip()}\n", highlight=False, emoji=False, soft_wrap=not out.is_terminal)


def _say_where(address: str) -> None:
    out.print(f"The dashboard is at {address}\n", soft_wrap=True)


def shipped(name: str) -> Path:
    """A file or folder of seeds/ (or config.example.toml), from the installed package or from a clone."""
    package = Path(str(importlib.resources.files("monitor")))
    inside = package / "seeds" / name
    if inside.exists():
        return inside
    return package.parent / name if name == "config.example.toml" else package.parent / "seeds" / name
