"""The command that sums up: noise of watches, latency and coverage of feeds, volume of what is spoken of."""

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated, Any

import typer

from monitor import chart, report
from monitor.cli.console import ConfigOption, JsonOption, firms, load, out, print_json
from monitor.cli.show import SHOWN, add, inert, show, since, table
from monitor.model import PageOutcome, TextSource
from monitor.options import Config
from monitor.report import Latency, Spread, Trend, WatchReport
from monitor.store import read_only
from monitor.store import report as stored
from monitor.store.report import Carried, Race
from monitor.tables import quoted
from monitor.text import ago, format_duration, numbered


class Section(StrEnum):
    WATCHES = "watches"
    FEEDS = "feeds"
    COVERAGE = "coverage"
    VOLUME = "volume"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a section is printed from."""

    config: Config
    since: datetime
    now: datetime
    as_json: bool


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command("report", epilog="Examples: monitor report · monitor report watches --since 7d")(report_command)


def report_command(
    section: Annotated[
        Section | None, typer.Argument(help="Only this part: watches, feeds, coverage or volume.", metavar="SECTION")
    ] = None,
    since_age: Annotated[
        str, typer.Option("--since", help="Of the last 7d, 30d ...; volume is always of 30 days.", metavar="AGE")
    ] = "30d",
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Sum up: which watches are noisy or dead, how fast feeds are and who is first, what is spoken of."""
    found = load(config_file)
    now = datetime.now(UTC)
    asked = Asked(found, since(since_age, now) or now, now, as_json)
    for each in [section] if section else list(Section):
        _SECTIONS[each](asked)


# ---------------------------------------------------------------- watches


def _watches(asked: Asked) -> None:
    known = firms(asked.config)
    found = read_only(asked.config.settings.database, lambda db: report.noise(db, asked.since, known))
    if asked.as_json:
        for each in found:
            print_json({"section": "watches", **_watch_json(each)})
        return
    _heading("Watches", asked)
    rated = any(each.noise.useful or each.noise.not_useful for each in found)
    numbers = ("alerts", "repeats", "stories", "kept back", *(("useful", "not useful") if rated else ()))
    made = table("watch", *numbers, "last alert", right=numbers, narrow=("last alert",))
    for each in found:
        item = each.noise
        said = (item.useful, item.not_useful) if rated else ()
        counts = (item.alerts, item.repeats, item.stories, item.held_back, *said)
        style = "" if item.watch.enabled else "dim"
        add(made, item.watch.name, *(f"{count:,}" for count in counts), ago(item.last_alert, asked.now), style=style)
    show(made)
    for line in _advice(found, asked):
        show(inert(line))


def _advice(found: Sequence[WatchReport], asked: Asked) -> list[str]:
    """What may be done about watches, a line each."""
    zone = asked.config.settings.timezone
    silent = [
        f"{each.noise.watch.name}: not one match since {each.silent_since.astimezone(zone):%d %b %H:%M}"
        for each in found
        if each.silent_since
    ]
    dead = [
        f"{each.noise.watch.name}: no match rests on " + ", ".join(f"{kind} {quoted(term)}" for kind, term in terms)
        for each in found
        if (terms := each.dead_terms)
    ]
    overlaps = [
        f"{one.smaller}: {one.both} of its {numbered(one.stories, 'story', 'stories')} ({one.share:.0%}) are also"
        f" stories of {one.larger}"
        for one in sorted({one for each in found for one in each.overlaps}, key=lambda one: (-one.share, one.smaller))
    ]
    excludes = [
        f"{one.watch}: {quoted(one.word)} may be worth excluding: it stands in {one.not_useful} headlines that were not"
        f" useful and {one.useful or 'none'} that {'was' if one.useful == 1 else 'were'}"
        for each in found
        for one in each.excludes
    ]
    return [*silent, *dead, *overlaps, *excludes]


def _watch_json(each: WatchReport) -> dict[str, Any]:
    counts = {key: value for key, value in asdict(each.noise).items() if key != "watch"}
    return {
        "watch": each.noise.watch.name,
        "enabled": each.noise.watch.enabled,
        **counts,
        "silent_since": each.silent_since,
        "dead_terms": [{"list": kind, "term": term} for kind, term in each.dead_terms],
        "overlaps": [{**asdict(one), "share": round(one.share, 3)} for one in each.overlaps],
        "excludes": [{key: value for key, value in asdict(one).items() if key != "watch"} for one in each.excludes],
    }


# ---------------------------------------------------------------- feeds


def _feeds(asked: Asked) -> None:
    database = asked.config.settings.database
    carried = read_only(database, lambda db: stored.carried(db, asked.since))
    races = read_only(database, lambda db: stored.races(db, asked.since))
    delays = read_only(database, lambda db: stored.delays(db, asked.since, limit=None))
    latencies, none = report.latencies(delays), report.latency([])
    lines = [(each, latencies.get(each.url, none), races.get(each.url, Race(0, 0))) for each in carried]
    if asked.as_json:
        for each, taken, race in lines:
            print_json({"section": "feeds", **_feed_json(each, taken, race, asked)})
        return
    _heading("Feeds", asked)
    times = ("published → seen", "seen → matched", "matched → sent")
    made = table("feed", "a day", "alerts", *times, "first", right=("a day", "alerts", *times, "first"), narrow=times)
    for each, taken, race in lines:
        first = f"{race.first} of {race.stories}" if race.stories else "-"
        add(made, each.name, f"{_a_day(each, asked):.1f}", str(taken.alerts), *_times(taken), first)
    taken = report.latency(delays)
    add(made, "all", "", str(taken.alerts), *_times(taken), "", style="bold")
    show(made)
    out.print("Times: half of the alerts took no longer / 95 of 100. First: of the stories that others had, too.")


def _times(taken: Latency) -> list[str]:
    return [_spread(each) for each in (taken.to_seen, taken.to_matched, taken.to_sent)]


def _spread(found: Spread | None) -> str:
    return f"{_seconds(found.p50)} / {_seconds(found.p95)}" if found else "-"


def _seconds(count: float) -> str:
    return f"{count:.1f}s" if count < 10 else format_duration(timedelta(seconds=count))


def _a_day(each: Carried, asked: Asked) -> float:
    return report.a_day(each.articles, asked.since, each.since, asked.now)


def _feed_json(each: Carried, taken: Latency, race: Race, asked: Asked) -> dict[str, Any]:
    return {
        "url": each.url,
        "name": each.name,
        "articles": each.articles,
        "articles_a_day": round(_a_day(each, asked), 2),
        "latency": asdict(taken),
        "stories_others_had": race.stories,
        "first": race.first,
    }


# ---------------------------------------------------------------- coverage

# What kept a page from being read, besides a wall.
_FAILED = (PageOutcome.EMPTY, PageOutcome.REFUSED, PageOutcome.FAILED)


def _coverage(asked: Asked) -> None:
    carried = read_only(asked.config.settings.database, lambda db: stored.carried(db, asked.since))
    texts = read_only(asked.config.settings.database, lambda db: stored.texts(db, asked.since))
    lines = [(each, texts.get(each.url, dict.fromkeys(TextSource, 0))) for each in carried]
    if asked.as_json:
        for each, sources in lines:
            counts = {"articles": each.articles, "baseline": each.baseline, "unread": each.unread}
            ended = {"texts": dict(sources), "pages": dict(each.pages)}
            print_json({"section": "coverage", "url": each.url, "name": each.name, **counts, **ended})
        return
    _heading("Coverage", asked)
    shares = ("from page", "whole in feed", "summary only", "walled", "failed")
    made = table("feed", "articles", *shares, right=("articles", *shares))
    for each, sources in lines:
        walled, failed = each.pages[PageOutcome.WALLED], sum(each.pages[outcome] for outcome in _FAILED)
        parts = (*(sources[source] for source in TextSource), walled, failed)
        add(made, each.name, f"{each.articles:,}", *(_share(part, each.articles) for part in parts))
    show(made)


def _share(count: int, of: int) -> str:
    return f"{count / of:.0%}" if of else "-"


# ---------------------------------------------------------------- volume


def _volume(asked: Asked) -> None:
    known, settings = firms(asked.config), asked.config.settings
    found = read_only(settings.database, lambda db: report.volume(db, settings, asked.now, known))
    if asked.as_json:
        for each in found:
            print_json({"section": "volume", **asdict(each), "spike": each.spike})
        return
    out.print("\nStories a day that mention it, of the last 30 days", style="bold")
    if not found:
        out.print("Nothing that watches list was mentioned.")
        return
    numbers = ("today", "7 days", "usual")
    made = table("kind", "what", *numbers, "30 days", "spikes of the last 7 days", right=numbers, narrow=("30 days",))
    for each in found[:SHOWN]:
        week = sum(each.counts[-report.CURRENT :])
        cells = (
            str(each.counts[-1]),
            str(week),
            f"{each.base:.1f}" if each.enough else "-",
            chart.bars(each.counts),
            _spikes(each, asked),
        )
        add(made, each.kind, each.name, *cells, style="bold" if each.spike else "")
    show(made)
    if len(found) > SHOWN:
        out.print(f"… and {len(found) - SHOWN:,} more; --json lists all.")


def _spikes(each: Trend, asked: Asked) -> str:
    if not each.enough:
        return "too little history"
    today = asked.now.astimezone(asked.config.settings.timezone).date()
    last = len(each.counts) - 1
    days = [
        (today - timedelta(days=last - day), each.counts[day]) for day in each.spikes if last - day < report.CURRENT
    ]
    return ", ".join(f"{day:%d %b}: {count}" for day, count in days)


def _heading(what: str, asked: Asked) -> None:
    start = asked.since.astimezone(asked.config.settings.timezone)
    out.print(f"\n{what}, since {start:%d %b %H:%M}", style="bold")


_SECTIONS: dict[Section, Callable[[Asked], None]] = {
    Section.WATCHES: _watches,
    Section.FEEDS: _feeds,
    Section.COVERAGE: _coverage,
    Section.VOLUME: _volume,
}
