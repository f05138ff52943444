"""Commands about what shall not alert for a while: silences list, add, remove; and how watches are snoozed."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor import plain
from monitor.cli.console import ConfigOption, JsonOption, load, out, print_json
from monitor.cli.names import complete_watch, hand_down, named
from monitor.cli.show import add, show, table
from monitor.errors import MonitorError, UsageError
from monitor.formats import LONGEST
from monitor.options import Config
from monitor.store import Store, read_only, silences
from monitor.store.silences import Silence
from monitor.tables import quoted
from monitor.text import due, numbered, one_line, parse_duration

ForOption = Annotated[str | None, typer.Option("--for", help="For so long: 2h, 7d ...", metavar="DURATION")]
UntilOption = Annotated[
    str | None, typer.Option("--until", help='Until this time, in the zone of the settings: "2026-11-24 07:00".')
]
CommentOption = Annotated[str, typer.Option("--comment", "-m", help="Why, for whoever asks later.")]
AllOption = Annotated[bool, typer.Option("--all", help="Also those that have ended.")]

group = typer.Typer(help="What shall not alert for a while: watches, and stories that are known well enough.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True)(silences_command)
    group.command("list", epilog="Example: monitor silences list --all")(list_command)
    group.command(
        "add",
        epilog='Examples: monitor silences add --watch Nvidia --for 2h --comment "earnings week"'
        " · monitor silences add --story 2f03c7f380",
    )(add_command)
    group.command("remove", epilog="Example: monitor silences remove 3")(remove_command)
    app.add_typer(group, name="silences")


def silences_command(
    context: typer.Context,
    everything: AllOption = False,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what shall not alert for a while; further: add, remove."""
    given = {"everything": everything, "config_file": config_file, "as_json": as_json}
    if hand_down(context, ("list", "add", "remove"), **given):
        list_command(everything, config_file, as_json)


def list_command(everything: AllOption = False, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List silences: what each covers, until when, why, and how many matches it kept back."""
    settings = load(config_file).settings
    now = datetime.now(UTC)
    found = read_only(settings.database, lambda db: silences.listed(db, now, ended=everything))
    if as_json:
        for each in found:
            print_json(asdict(plain.silence(each, now)))
        return
    if not found:
        out.print("Nothing is silenced." if not everything else "Nothing was ever silenced.")
        return
    made = table(
        "silence",
        "watch",
        "story",
        "until",
        "kept back",
        "comment",
        narrow=("silence", "until", "kept back"),
        right=("silence", "kept back"),
        wide="story",
    )
    for each in found:
        story = f"{each.story}: {one_line(each.headline)}" if each.story else "all"
        style = "" if each.is_running(now) else "dim"
        until = _until(each, settings.timezone, now)
        add(made, str(each.id), each.watch or "all", story, until, str(each.held_back), each.comment, style=style)
    show(made)


def add_command(
    watch: Annotated[
        str | None,
        typer.Option("--watch", "-w", help="This watch.", metavar="NAME", autocompletion=complete_watch),
    ] = None,
    story: Annotated[
        str | None,
        typer.Option(
            "--story",
            "-s",
            help="This story: its number, or an alert's id, an article's number or address.",
            metavar="ID",
        ),
    ] = None,
    duration: ForOption = None,
    until: UntilOption = None,
    comment: CommentOption = "",
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep alerts back: of a watch for a while, of a story for a while or for good, or of a watch on a story.

    What matches meanwhile is stored, and `monitor why` says that it was silenced.
    """
    if not watch and not story:
        raise UsageError("say what is to be silent: --watch NAME, --story ID, or both")
    found = load(config_file)
    silence(found, watch or "", story or "", duration, until, comment, as_json=as_json)


def remove_command(
    wanted: Annotated[list[str], typer.Argument(help="Silences' numbers.", metavar="ID ...")],
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Lift silences: what comes from now on alerts again. They stay on record, with what they kept back."""
    settings = load(config_file).settings
    now = datetime.now(UTC)
    running = {str(each.id) for each in read_only(settings.database, lambda db: silences.listed(db, now))}
    for each in wanted:
        if each not in running:
            raise MonitorError(f"there is no silence {quoted(each)} that holds; see: monitor silences --all")
    with Store(settings.database) as store:
        lifted = store.write_now(lambda db: [silences.lift(db, int(each), now) for each in dict.fromkeys(wanted)])
    print_lifted([each for each in lifted if each], now, as_json=as_json)


def silence(
    found: Config, watch: str, story: str, duration: str | None, until: str | None, comment: str, *, as_json: bool
) -> None:
    """Store a silence and say so. Raises UsageError and MonitorError."""
    settings = found.settings
    now = datetime.now(UTC)
    ends = _end(duration, until, settings.timezone, now)
    if watch:
        watch = named("watch", watch, [each.name for each in found.watches])
        if ends is None and not story:
            raise UsageError(
                "say for how long, with --for 2h or --until; for good, write `enabled = false` in the watch"
            )
    story_id = _story(settings.database, story) if story else None
    read_only(settings.database, lambda _: None)  # where there is no database, none is made
    with Store(settings.database) as store:
        done = store.write_now(
            lambda db: silences.add(db, watch=watch, story=story_id, ends=ends, comment=one_line(comment), now=now)
        )
    if done is None:
        raise MonitorError(f"no daemon has taken up the watch {quoted(watch)} yet; start it first: monitor run")
    if as_json:
        print_json(asdict(plain.silence(done, now)))
        return
    left = f" ({due(done.ends, now)})" if done.ends else ""
    until = done.until(settings.timezone, now)
    out.print(f"Silence {done.id}: {_covered(done)}, {until}{left}.", markup=False)


def print_lifted(lifted: list[Silence], now: datetime, *, as_json: bool) -> None:
    """Say which silences no longer hold."""
    for each in lifted:
        if as_json:
            print_json(asdict(plain.silence(each, now)))
        else:
            back = numbered(each.held_back, "match", "matches")
            out.print(f"Silence {each.id} is lifted: {_covered(each)}; it kept back {back}.", markup=False)


def _covered(one: Silence) -> str:
    story = f"story {one.story}, {quoted(one.headline)}" if one.story else ""
    return " on ".join(part for part in (one.watch, story) if part)


def _until(one: Silence, zone: ZoneInfo, now: datetime) -> str:
    return f"lifted {one.lifted.astimezone(zone):%d %b %H:%M}" if one.lifted else one.until(zone, now)


def _end(duration: str | None, until: str | None, zone: ZoneInfo, now: datetime) -> datetime | None:
    """The time that --for or --until means; None without either. Raises UsageError."""
    if duration and until:
        raise UsageError("say --for or --until, not both")
    end = _in(duration, now) if duration else _at(until, zone) if until else None
    if end and end <= now:
        raise UsageError("that would be over before it begins; write a time to come")
    if end and end - now > LONGEST:
        raise UsageError("that is more than ten years off; write a nearer time")
    return end


def _in(duration: str, now: datetime) -> datetime:
    try:
        return now + parse_duration(duration)
    except OverflowError:
        return datetime.max.replace(tzinfo=UTC)
    except ValueError as error:
        raise UsageError(f"--for: {error}") from error


def _at(text: str, zone: ZoneInfo) -> datetime:
    try:
        when = datetime.fromisoformat(text)
        return (when if when.tzinfo else when.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError('--until: that is no date and time; write it as "2026-11-24 07:00"') from error


def _story(database: str, wanted: str) -> int:
    """The story that is meant. Raises MonitorError."""
    found = read_only(database, lambda db: silences.stories_of(db, wanted))
    if not found:
        raise MonitorError(f"there is no story, alert or judged article {quoted(wanted)}; see: monitor alerts")
    if len(found) > 1:
        numbers = ", ".join(map(str, found[:10]))
        raise MonitorError(f"{quoted(wanted)} stands for several stories; say which by its number: {numbers}")
    return found[0]
