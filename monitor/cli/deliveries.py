"""Commands about messages on their way: deliveries list, show, retry, drop."""

from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer

from monitor import daemon
from monitor.cli.console import ConfigOption, JsonOption, complain, load, out, print_json
from monitor.cli.names import complete_channel, hand_down, named
from monitor.cli.show import SHOWN, add, clock, print_facts, show, since, table
from monitor.errors import MonitorError, UsageError
from monitor.model import MessageState
from monitor.store import Store, holder, outbox, read_only
from monitor.store.outbox import MessageStatus, Retried
from monitor.tables import quoted
from monitor.text import due, numbered, one_line

StateOption = Annotated[MessageState | None, typer.Option("--state", help="Only those in this state.")]
ChannelOption = Annotated[
    str | None,
    typer.Option("--channel", help="Only those to this channel.", metavar="NAME", autocompletion=complete_channel),
]
SinceOption = Annotated[str | None, typer.Option("--since", help="Only those of the last 2h, 7d ...", metavar="AGE")]
LimitOption = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Only the newest so many.")]

IdsArgument = Annotated[list[str] | None, typer.Argument(help="Messages' numbers or alerts' ids.", metavar="ID ...")]

_WAITING = (MessageState.HELD, MessageState.PENDING, MessageState.RETRY)

group = typer.Typer(help="Messages to channels: list them, look into one, send dead ones again, let go of some.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True)(deliveries)
    group.command("list", epilog="Example: monitor deliveries list --state dead --since 1d")(list_command)
    group.command("show", epilog="Examples: monitor deliveries show 17 · monitor deliveries show 2f03c7f380")(
        show_command
    )
    group.command("retry", epilog="Examples: monitor deliveries retry 17 18 · monitor deliveries retry --channel desk")(
        retry_command
    )
    group.command("drop", epilog="Examples: monitor deliveries drop 17 · monitor deliveries drop --channel desk")(
        drop_command
    )
    app.add_typer(group, name="deliveries")


def deliveries(
    context: typer.Context,
    state: StateOption = None,
    channel: ChannelOption = None,
    since_age: SinceOption = None,
    limit: LimitOption = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages to channels and how each stands; further: show, retry, drop."""
    if hand_down(
        context,
        ("list", "show", "retry", "drop"),
        state=state,
        channel=channel,
        since_age=since_age,
        limit=limit,
        config_file=config_file,
        as_json=as_json,
    ):
        list_command(state, channel, since_age, limit, config_file, as_json)


def list_command(
    state: StateOption = None,
    channel: ChannelOption = None,
    since_age: SinceOption = None,
    limit: LimitOption = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List messages to channels and how each stands, newest last."""
    settings = load(config_file).settings
    now = datetime.now(UTC)
    start = since(since_age, now)
    shown = limit if limit or as_json or start else SHOWN
    if channel:
        channel = _channel(settings.database, channel)
    listed = read_only(
        settings.database,
        lambda db: outbox.messages(db, state=state, channel=channel or "", since=start, limit=shown),
    )
    if as_json:
        for item in listed:
            print_json(_json(item))
        return
    if not listed:
        out.print("No messages" + (" like that." if state or channel or start else " yet."))
        return
    made = table(
        "message",
        "when",
        "to",
        "state",
        "what",
        narrow=("message", "when", "state"),
        right=("message",),
        wide="what",
    )
    for item in listed:
        dead = item.state is MessageState.DEAD
        add(
            made,
            str(item.id),
            f"{item.created.astimezone(settings.timezone):%d %b %H:%M}",
            item.channel,
            item.state,
            _what(item, now),
            style="red" if dead else "",
        )
    show(made)


def show_command(
    wanted: Annotated[str, typer.Argument(help="A message's number, or an alert's id.", metavar="ID")],
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a message, or those of an alert, with each attempt to send it."""
    settings = load(config_file).settings
    for item in _find(settings.database, wanted):
        print_json(_json(item)) if as_json else _print(item, settings.timezone, datetime.now(UTC))


def retry_command(
    wanted: IdsArgument = None,
    channel: Annotated[
        str | None,
        typer.Option(
            "--channel", help="All that are dead of this channel.", metavar="NAME", autocompletion=complete_channel
        ),
    ] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are dead.")] = False,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send dead messages again: they are due at once, also beside a running daemon, and are tried for a day."""
    if bool(wanted) + bool(channel) + everything != 1:
        raise UsageError(
            "say which dead messages to send again: monitor deliveries retry ID ... | --channel NAME | --all"
        )
    found = load(config_file)
    database = found.settings.database
    numbers = _chosen(database, wanted, channel)
    configured = tuple(daemon.targets_of(found))
    with Store(database) as store:
        done = store.write_now(lambda db: outbox.retry(db, configured, datetime.now(UTC), numbers))
    if as_json:
        print_json(
            {"queued": sum(done.queued.values()), "refused": sum(done.refused.values()), "channels": asdict(done)}
        )
    else:
        _print_retried(done, running=holder(database) is not None)
    for name, count in done.refused.items():
        complain(
            MonitorError(
                f"{numbered(count, 'message')} to {name} stayed dead, as no such channel is in force; "
                "add it to the configuration and start the daemon, then retry"
            )
        )
    if done.refused and not everything:
        raise typer.Exit(1)


def drop_command(
    wanted: IdsArgument = None,
    channel: Annotated[
        str | None,
        typer.Option(
            "--channel", help="All that wait for this channel.", metavar="NAME", autocompletion=complete_channel
        ),
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Let go of messages that wait or are dead: they are not sent, and stay listed as dead, dropped by hand."""
    if bool(wanted) + bool(channel) != 1:
        raise UsageError("say which messages to let go of: monitor deliveries drop ID ... | --channel NAME")
    database = load(config_file).settings.database
    if channel:
        name = _channel(database, channel)
        listed = read_only(database, lambda db: outbox.messages(db, channel=name))
        numbers = [item.id for item in listed if item.state in _WAITING]
    else:
        found = [item for each in wanted or () for item in _find(database, each)]
        numbers = [item.id for item in found if item.state in (*_WAITING, MessageState.DEAD)]
        if not numbers:
            raise MonitorError(f"nothing to let go of: {', '.join(f'{item.id} is {item.state}' for item in found)}")
    with Store(database) as store:
        dropped = store.write_now(lambda db: outbox.drop(db, numbers))
    if as_json:
        print_json({"dropped": dropped})
    else:
        again = "; monitor deliveries retry ID sends one all the same" if dropped else ""
        out.print(f"{numbered(dropped, 'message')} dropped{again}.")


def _chosen(database: str, wanted: list[str] | None, channel: str | None) -> list[int] | None:
    """The numbers of the messages meant, all dead; None for all that are. Raises MonitorError."""
    if channel:
        name = _channel(database, channel)
        dead = read_only(database, lambda db: outbox.messages(db, state=MessageState.DEAD, channel=name))
        return [item.id for item in dead if item.reason != outbox.DROPPED]
    if not wanted:
        read_only(database, lambda _: None)  # where there is no database, none is made
        return None
    numbers = []
    for each in wanted:
        found = _find(database, each)
        dead_ones = [item.id for item in found if item.state is MessageState.DEAD]
        if not dead_ones:
            raise MonitorError(f"{each} is not dead but {found[0].state}; see: monitor deliveries show {each}")
        numbers += dead_ones
    return numbers


def _channel(database: str, wanted: str) -> str:
    """The channel that is meant, also one that is no longer configured. Raises UsageError."""
    return named("channel", wanted, [channel.name for channel in read_only(database, outbox.channels)])


def _find(database: str, wanted: str) -> list[MessageStatus]:
    """The messages that are meant, at least one. Raises MonitorError."""
    found = read_only(database, lambda db: [outbox.message(db, number) for number in outbox.find(db, wanted)])
    if not found:
        raise MonitorError(
            f"there is no message or alert {quoted(wanted)}, or several begin so; see: monitor deliveries"
        )
    return found


def _what(item: MessageStatus, now: datetime) -> str:
    """What it carries, and what is to be known of how it went."""
    watches = ", ".join(item.watches) or item.kind
    more = f" and {len(item.alerts) - 1} more" if len(item.alerts) > 1 else ""
    words = f"{watches}: {one_line(item.title)}{more}"
    if item.state is MessageState.HELD:
        words += f"; {item.reason}"
    if item.state in _WAITING:
        words += f"; due {due(item.due, now)}"
    if item.error and item.state is not MessageState.SENT:
        words += f"; {numbered(item.attempts, 'attempt')}: {item.error}"
    return words


def _print(item: MessageStatus, zone: ZoneInfo, now: datetime) -> None:
    print_facts(
        {
            "message": f"{item.id} ({item.kind}) to {item.channel}",
            "state": item.state,
            "because": item.reason,
            "carries": ", ".join(item.watches) and f"{', '.join(item.watches)}: {one_line(item.title)}",
            "alerts": ", ".join(item.alerts),
            "says": one_line(item.title) if not item.alerts else "",
            "created": clock(item.created, zone),
            "due": f"{clock(item.due, zone)}, {due(item.due, now)}" if item.state in _WAITING else "",
            "sent": clock(item.sent, zone) if item.sent else "",
            "last error": item.error,
            "in place of": ", ".join(f"message {number}" for number in item.instead_of),
            "instead": f"message {item.instead} to the fallback" if item.instead else "",
            "repeat": "the channel may have had it before" if item.possible_repeat else "",
        }
    )
    print_facts(
        {
            clock(attempt.started, zone): "under way" if attempt.finished is None else attempt.error or "accepted"
            for attempt in item.history
        }
    )
    out.print()


def _json(item: MessageStatus) -> dict[str, Any]:
    values = asdict(item)
    values["history"] = [asdict(attempt) for attempt in item.history]
    return values


def _print_retried(done: Retried, *, running: bool) -> None:
    if not done.queued:
        out.print("Nothing is sent again" + ("." if done.refused else ": nothing is dead."))
        return
    each = ", ".join(f"{count} to {name}" for name, count in done.queued.items())
    total = numbered(sum(done.queued.values()), "message")
    how = "the daemon sends them now" if running else "no daemon runs; monitor run sends them"
    out.print(f"{total} queued again ({each}); {how}.", markup=False)
