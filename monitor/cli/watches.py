"""Commands about watches: watch list, show, test, snooze, wake."""

import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from monitor import in_words, missed, plain, plain_article, rules
from monitor.cli.console import ConfigOption, JsonOption, firms, load, out, print_json
from monitor.cli.names import complete_feed, complete_watch, hand_down, named
from monitor.cli.show import add, clauses, clock, inert, print_facts, show, table, told
from monitor.cli.silences import CommentOption, ForOption, UntilOption, print_lifted, silence
from monitor.missed import Missed
from monitor.model import Document, Match, Source
from monitor.options import Config, Watch
from monitor.store import Store, overview, read_only, silences
from monitor.store.overview import WatchCounts
from monitor.store.silences import Silence
from monitor.text import ago
from monitor.timeline import CLAUSES

WEEK, MONTH = timedelta(days=7), timedelta(days=30)
NEVER = WatchCounts(None, 0, 0, None, "")

# Of a text on standard input, generously.
LONGEST = 10_000_000

NameArgument = Annotated[str, typer.Argument(help="The watch's name.", metavar="NAME", autocompletion=complete_watch)]

group = typer.Typer(help="Watches: list them and what they bring, read one in words, try or snooze one.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True)(watch)
    group.command("list", epilog="Example: monitor watch list --json")(list_command)
    group.command("show", epilog="Example: monitor watch show Nvidia")(show_command)
    group.command("test", epilog='Example: monitor watch test "NVIDIA Corp (NASDAQ:NVDA) rose." --watch Nvidia')(
        test_command
    )
    group.command("snooze", epilog='Example: monitor watch snooze Nvidia --for 2h --comment "earnings call"')(
        snooze_command
    )
    group.command("wake", epilog="Example: monitor watch wake Nvidia")(wake_command)
    app.add_typer(group, name="watch")


def watch(context: typer.Context, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List watches and what each has brought; further: show, test, snooze, wake."""
    if hand_down(context, ("list", "show", "test", "snooze", "wake"), config_file=config_file, as_json=as_json):
        list_command(config_file, as_json)


def list_command(config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List watches: where each alerts, and how much it brought in a week and in a month."""
    found = load(config_file)
    now = datetime.now(UTC)
    counts, snoozed = _counts(found, now), _snoozed(found, now)
    if as_json:
        for each in found.watches:
            print_json(asdict(plain.watch(each, counts.get(each.name, NEVER), snoozed.get(each.name))))
        return
    made = table(
        "watch",
        "priority",
        "channels",
        "7 days",
        "30 days",
        "last alert",
        narrow=("priority",),
        right=("7 days", "30 days"),
    )
    if snoozed:
        made.add_column("snoozed", overflow="fold")
    for each in found.watches:
        count = counts.get(each.name, NEVER)
        channels = ", ".join(each.channels) or "all"
        priority = each.priority if each.enabled else "off"
        add(
            made,
            each.name,
            priority,
            channels,
            str(count.week),
            str(count.month),
            ago(count.last, now),
            *([snoozed[each.name].until(found.settings.timezone, now)] if each.name in snoozed else []),
            style="" if each.enabled and each.name not in snoozed else "dim",
        )
    show(made)


def show_command(name: NameArgument, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say a watch in words: what it looks for, what it leaves out, where it alerts, and what it brought."""
    found = load(config_file)
    one = _watch(found, name)
    now = datetime.now(UTC)
    count = _counts(found, now).get(one.name, NEVER)
    snooze = _snoozed(found, now).get(one.name)
    expanded = rules.expansions(one, firms(found))
    if as_json:
        print_json(
            {**one.model_dump(mode="json", by_alias=True), "expanded": expanded, **asdict(plain.brought(count, snooze))}
        )
        return
    last = f"; the last {ago(count.last, now)}, {count.last_alert}" if count.last else ""
    since = (
        f"since {clock(count.since, found.settings.timezone)}" if count.since else "not yet: no daemon has taken it up"
    )
    print_facts(
        {
            **in_words.of_watch(one, [channel.name for channel in found.channels], expanded),
            "in force": since,
            "snoozed": snooze.reason(found.settings.timezone, now).removeprefix("silenced ") if snooze else "",
            "alerts": f"{count.week} in 7 days, {count.month} in 30 days{last}",
        }
    )


def test_command(
    text: Annotated[str, typer.Argument(help="The text to try, or - for standard input.", metavar="TEXT|-")],
    title: Annotated[str, typer.Option("--title", "-t", help="A headline for it.")] = "",
    name: Annotated[
        str | None,
        typer.Option("--watch", "-w", help="Only this watch.", metavar="NAME", autocompletion=complete_watch),
    ] = None,
    feed: Annotated[
        str | None,
        typer.Option("--feed", help="As if this feed carried it.", metavar="NAME", autocompletion=complete_feed),
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try watches on a text typed in: which ones fire and on what, and which come close and why they do not."""
    found = load(config_file)
    body = sys.stdin.read(LONGEST) if text == "-" else text
    document = Document(title, body, sources=_sources(found, feed))
    watches = [_watch(found, name)] if name else list(found.watches)
    directory = firms(found)
    matches = rules.match(document, rules.compile(watches, directory=directory))
    silent = missed.missed(document, watches, directory)
    if as_json:
        fired = [
            {"watch": match.watch, "score": match.score, "evidence": [asdict(item) for item in match.evidence]}
            for match in matches
        ]
        print_json({"id": None, "matches": fired, "missed": [plain_article.missed(item) for item in silent]})
        return
    _print_tested(document, matches, [item for item in silent if name or item.comes_close])


def snooze_command(
    name: NameArgument,
    duration: ForOption = None,
    until: UntilOption = None,
    comment: CommentOption = "",
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep the alerts of a watch back for a while; what matches is stored. See `monitor silences`."""
    silence(load(config_file), name, "", duration, until, comment, as_json=as_json)


def wake_command(name: NameArgument, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """End the snooze of a watch. Stories that are silenced stay so; see `monitor silences`."""
    found = load(config_file)
    one = _watch(found, name)
    now = datetime.now(UTC)
    read_only(found.settings.database, lambda _: None)  # where there is no database, none is made
    with Store(found.settings.database) as store:
        lifted = store.write_now(lambda db: silences.wake(db, one.name, now))
    if not lifted and not as_json:
        out.print(f"{one.name} is not snoozed.", markup=False)
    print_lifted(lifted, now, as_json=as_json)


def _print_tested(document: Document, matches: Sequence[Match], silent: Sequence[Missed]) -> None:
    for match in matches:
        show(Text().append(inert(match.watch).plain, style="bold green").append(f" fires, score {match.score}"))
        _print_lines(clauses(match.evidence, document.text, document.title))
    if not matches:
        out.print("No watch fires.")
    for item in silent:
        show(Text().append(inert(item.watch).plain, style="bold").append(" does not fire: ").append(inert(item.reason)))
        # In a long text, a word or two of many watches stand.
        limit = CLAUSES if item.nearly_fires or len(silent) == 1 else 1
        _print_lines(told(item, document.text, document.title, limit))


def _print_lines(lines: Sequence[Text]) -> None:
    for line in lines:
        show(Text("  ").append(line))


def _watch(config: Config, name: str) -> Watch:
    """The watch that is meant. Raises UsageError."""
    meant = named("watch", name, [each.name for each in config.watches])
    return next(each for each in config.watches if each.name == meant)


def _sources(config: Config, name: str | None) -> tuple[Source, ...]:
    """The feed that is meant, as rules see it. Raises UsageError."""
    if not name:
        return ()
    labels = {feed.name or feed.url: feed for feed in config.feeds} | {feed.url: feed for feed in config.feeds}
    feed = labels[named("feed", name, list(labels))]
    return (Source(feed.name or feed.url, feed.url, feed.tier, feed.tags),)


def _counts(config: Config, now: datetime) -> Mapping[str, WatchCounts]:
    """What watches brought; nothing before the first start, when there is no database yet."""
    database = config.settings.database
    if not Path(database).exists():
        return {}
    return read_only(database, lambda db: overview.watches(db, week=now - WEEK, month=now - MONTH))


def _snoozed(config: Config, now: datetime) -> Mapping[str, Silence]:
    database = config.settings.database
    return read_only(database, lambda db: silences.snoozed(db, now)) if Path(database).exists() else {}
