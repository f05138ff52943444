"""The command that tries watches on what is stored."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from monitor import backtest, chart, config
from monitor.backtest import Backtest, Case, Difference, Result, Sample
from monitor.cli.console import ConfigOption, JsonOption, checks, err, load, out, print_json
from monitor.cli.names import complete_watch, named
from monitor.cli.show import add, clock, inert, marked, print_facts, show, since, table
from monitor.model import Hold
from monitor.options import Watch
from monitor.store import Database, read_only, rules
from monitor.text import numbered

# Days in the chart of a line.
DRAWN = 14

_WAITS = {Hold.DIGEST: "for a digest", Hold.QUIET: "for the end of quiet hours", Hold.CAP: "as the hour was full"}


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command(
        "backtest",
        epilog="Examples: monitor backtest Nvidia · monitor backtest --watchlist mine.toml --since 7d",
    )(backtest_command)


def backtest_command(
    name: Annotated[
        str | None,
        typer.Argument(help="The watch's name; else all.", metavar="[WATCH]", autocompletion=complete_watch),
    ] = None,
    since_age: Annotated[
        str, typer.Option("--since", help="On what was first seen in the last 2h, 7d ...", metavar="AGE")
    ] = "30d",
    watchlist: Annotated[
        Path | None, typer.Option("--watchlist", "-w", help="Try this file's watches.", metavar="FILE")
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try watches on what is stored: what each would have alerted on, and when, had it been in force all along.

    Nothing is sent or stored.
    """
    found = load(config_file)
    now = datetime.now(UTC)
    start = since(since_age, now) or now
    among = config.load(watchlist, os.environ, checks(), watchlist=True).watches if watchlist else found.watches
    tried = _tried(among, name)
    if not tried:
        out.print(f"There is no watch in {watchlist or found.path} to try; add a [[watch]].", markup=False)
        return
    settings = found.settings
    in_force = read_only(settings.database, _in_force)
    with _progress() as progress:
        cases = [backtest.case(watch, in_force) for watch in tried]
        done = backtest.run(settings.database, cases, found.channels, start, now, settings.timezone, progress)
    if as_json:
        for case, result in zip(cases, done.results, strict=True):
            print_json(_json(case, result, done))
    elif not done.articles:
        out.print(
            f"Nothing stored was first seen in the last {since_age}. `monitor run` fills the archive; a longer --since"
            " looks further back.",
            markup=False,
        )
    elif len(tried) == 1 and (name or watchlist):
        _print_page(done.results[0], tried[0], in_force.get(tried[0].name), done, settings.timezone)
    else:
        _print_table(done, settings.timezone)


def _tried(among: Sequence[Watch], name: str | None) -> list[Watch]:
    """The one that is meant, else all that are switched on. Raises UsageError."""
    if name is None:
        return [watch for watch in among if watch.enabled]
    meant = named("watch", name, [watch.name for watch in among])
    return [watch for watch in among if watch.name == meant]


def _in_force(db: Database) -> dict[str, Watch]:
    return {rule.watch.name: rule.watch for rule in rules.in_force(db)}


@contextmanager
def _progress() -> Iterator[Callable[[int, int], None]]:
    """A bar on standard error while it goes on, where that is a terminal."""
    columns = (TextColumn("reading the archive"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as bar:
        task = bar.add_task("", total=None)
        yield lambda done, of: bar.update(task, completed=done, total=of)


# ---------------------------------------------------------------- many watches


def _print_table(done: Backtest, zone: ZoneInfo) -> None:
    compared = any(result.difference for result in done.results)
    right = ("alerts", "stories", "duplicates", "held", "useful", *(["+/−"] if compared else []))
    made = table("watch", *right, "days", narrow=("days", "+/−"), right=right)
    for result in done.results:
        difference = result.difference
        against = f"+{difference.plus:,} −{difference.minus:,}" if difference else ""
        add(
            made,
            result.watch,
            f"{result.alerts:,}",
            f"{result.stories:,}",
            _share(result.duplicates, result.articles),
            _share(sum(result.held.values()), result.alerts),
            _share(result.useful, result.judged),
            *([against] if compared else []),
            chart.bars([count for _, count in result.days][-DRAWN:]),
            style="" if result.stories else "dim",
        )
    show(made)
    out.print(_looked_at(done, zone), style="dim")


def _a_day(result: Result) -> str:
    """Alerts a day, of as many days as there are articles of."""
    each = result.alerts / len(result.days)
    return f"{each:.0f}" if each >= 10 or not each else f"{each:.1f}" if each >= 0.1 else "<0.1"


def _share(part: int, of: int) -> str:
    return f"{part / of:.0%}" if of else "-"


def _looked_at(done: Backtest, zone: ZoneInfo) -> str:
    return f"{numbered(done.articles, 'article')}, the first seen {clock(done.began, zone)}"


# ---------------------------------------------------------------- one watch


def _print_page(result: Result, watch: Watch, in_force: Watch | None, done: Backtest, zone: ZoneInfo) -> None:
    print_facts(
        {
            "watch": result.watch + ("" if watch.enabled else ", which is switched off"),
            "looked at": _looked_at(done, zone),
            "stories": _found(result),
            "alerts": _alerts(result),
            "days": _days(result.days),
            "held": _held(result),
            "in force": _against(result.difference, in_force),
            "useful": _useful(result),
        }
    )
    if result.difference:
        for sign, titles in (("+", result.difference.found), ("−", result.difference.lost)):
            for title in titles:
                show(Text(f"  {sign} ").append(inert(title)))
    if result.samples:
        out.print("\nThe latest alerts of these, newest first", style="dim")
    for sample in result.samples:
        _print_sample(sample, zone)


def _found(result: Result) -> str:
    if not result.stories:
        return "none: it fires on nothing of this"
    copies = f", {_share(result.duplicates, result.articles)} of them duplicates" if result.duplicates else ""
    there = f", {result.already_there:,} already in their feed when it was first read" if result.already_there else ""
    return f"{result.stories:,}, in {numbered(result.articles, 'article')}{copies}{there}"


def _alerts(result: Result) -> str:
    if not result.alerts:
        return "none"
    day, most = max(result.days, key=lambda item: item[1])
    return f"{result.alerts:,}, {_a_day(result)} a day; at most {most:,}, on {day:%d %b}"


def _days(days: Sequence[tuple[date, int]]) -> str:
    return f"{chart.bars([count for _, count in days])} {days[0][0]:%d %b} to {days[-1][0]:%d %b}"


def _held(result: Result) -> str:
    if not result.alerts:
        return ""
    waits = ", ".join(f"{count:,} {_WAITS.get(hold, hold)}" for hold, count in result.held.items())
    nowhere = f"{result.nowhere:,} go to no channel" if result.nowhere else ""
    share = f"{_share(sum(result.held.values()), result.alerts)} of the alerts: {waits}" if waits else "none"
    return "; ".join(filter(None, (share, nowhere)))


def _against(difference: Difference | None, in_force: Watch | None) -> str:
    if difference:
        return f"+{numbered(difference.plus, 'story', 'stories')}, −{difference.minus:,} against the watch in force"
    return "finds the same as the watch in force" if in_force else "no watch of this name is in force"


def _useful(result: Result) -> str:
    if not result.judged:
        return "nobody said of any of these alerts whether it was useful"
    share, judged = _share(result.useful, result.judged), numbered(result.judged, "story", "stories")
    return f"{share} of the {judged} that people judged"


def _print_sample(sample: Sample, zone: ZoneInfo) -> None:
    out.print()
    out.print(inert(sample.title or "(no headline)"), style="bold")
    if sample.excerpt:
        show(marked(sample.excerpt, sample.marks))
    for line in sample.evidence:
        show(inert(line))
    out.print(inert(f"{sample.outlet} · seen {clock(sample.first_seen, zone)} · article {sample.article}"), style="dim")


# ---------------------------------------------------------------- for scripts


def _json(case: Case, result: Result, done: Backtest) -> dict[str, Any]:
    return {
        "watch": case.watch.name,
        "looked_at": done.articles,
        "first_seen": done.began,
        "stories": result.stories,
        "articles": result.articles,
        "alerts": result.alerts,
        "duplicates": result.duplicates,
        "already_there": result.already_there,
        "held": result.held,
        "nowhere": result.nowhere,
        "days": [{"day": day.isoformat(), "alerts": count} for day, count in result.days],
        "difference": result.difference,
        "judged": result.judged,
        "useful": result.useful,
        "samples": result.samples,
    }
