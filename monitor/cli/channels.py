"""Commands about where messages go: channels list, test."""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor import daemon, render
from monitor.cli.console import ConfigOption, JsonOption, load, out, print_json
from monitor.cli.names import complete_channel, hand_down, named
from monitor.cli.show import add, inert, show, table
from monitor.errors import MonitorError, NotifyError
from monitor.in_force import Target
from monitor.model import Message, MessageKind
from monitor.notify import Notifier
from monitor.render import Kind
from monitor.store import Store, outbox, read_only
from monitor.store.outbox import ChannelStatus
from monitor.text import ago

IN_FORCE, NEW, GONE = "in force", "new", "gone"

group = typer.Typer(help="Channels: list them and how they do, send a test message.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True)(channels)
    group.command("list", epilog="Example: monitor channels list --json")(list_command)
    group.command("test", epilog="Examples: monitor channels test · monitor channels test desk")(test_command)
    app.add_typer(group, name="channels")


def channels(context: typer.Context, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List channels: what each has sent, what waits, what failed; further: test."""
    if hand_down(context, ("list", "test"), config_file=config_file, as_json=as_json):
        list_command(config_file, as_json)


def list_command(config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List channels: what each has sent, what waits, and what failed. Addresses are secrets and are not shown."""
    found = load(config_file)
    listed = _listed(found.settings.database, daemon.targets_of(found))
    if as_json:
        for state, item in listed:
            values = {**asdict(item), "state": state}
            del values["active"]
            print_json(values)
        return
    now = datetime.now(UTC)
    made = table(
        "channel",
        "kind",
        "last sent",
        "waiting",
        "dead",
        "last error",
        narrow=("kind", "waiting", "dead"),
        right=("waiting", "dead"),
    )
    for state, item in listed:
        wrong = f"down, since {ago(item.down_since, now)}; {item.last_error}" if item.down_since else item.last_error
        waiting = f"{item.waiting} ({item.held} held)" if item.held else str(item.waiting)
        name = {NEW: f"{item.name} (new: not taken up yet)", GONE: f"{item.name} (gone from the configuration)"}
        failed = f"{wrong} ({ago(item.failed, now)})" if item.last_error else ""
        cells = (item.kind, ago(item.last_sent, now), waiting, str(item.dead), failed)
        add(made, name.get(state, item.name), *cells, style="red" if item.dead else "")
    show(made)


def _listed(database: str, targets: Mapping[str, Target]) -> list[tuple[str, ChannelStatus]]:
    """The channels that are configured, and those gone for which something is left, each with its state."""
    known = {}
    # Before the first start there is no database, but there are channels to look at.
    if Path(database).exists():
        known = {item.name: item for item in read_only(database, outbox.channels)}
    listed = []
    for name, target in targets.items():
        item = known.pop(name, None)
        state = IN_FORCE if item and item.active else NEW
        listed.append((state, item or ChannelStatus(name, target.kind, False, None, 0, 0, "", None)))
    return listed + [(GONE, item) for item in known.values() if item.dead or item.waiting]


# ---------------------------------------------------------------- test


@dataclass(frozen=True, slots=True)
class _Tested:
    """What a channel made of a test message; `error` is "" where it was accepted."""

    channel: str
    kind: Kind
    accepted: bool
    seconds: float
    error: str


def test_command(
    names: Annotated[
        list[str] | None,
        typer.Argument(help="Channels; all of them without.", metavar="NAME ...", autocompletion=complete_channel),
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Send a test message, marked as one, to each channel, and say which accepted it; exit code 1 if one did not."""
    found = load(config_file, templates=True)
    targets = daemon.targets_of(found)
    chosen = dict.fromkeys(named("channel", name, list(targets)) for name in names or targets)
    notifier = Notifier(lambda text: out.print(text, highlight=False, emoji=False), proxy=found.settings.proxy)
    zone = found.settings.timezone
    templates = daemon.templates_of(found.settings)

    async def run() -> list[_Tested]:
        return await asyncio.gather(*(_test(notifier, name, targets[name], templates, zone) for name in chosen))

    tested = asyncio.run(run())
    _wake(found.settings.database, [item.channel for item in tested if item.accepted])
    for item in tested:
        if as_json:
            print_json(asdict(item))
            continue
        outcome = "accepted" if item.accepted else item.error
        show(inert(f"{item.channel} ({item.kind}): {outcome} ({item.seconds:.1f} s)"))
    if failed := [item.channel for item in tested if not item.accepted]:
        count = f"{len(failed)} of {len(tested)} channels" if len(tested) > 1 else "the channel"
        raise MonitorError(
            f"{count} did not accept the test message: {', '.join(failed)}; check the address in the configuration"
        )


def _wake(database: str, accepting: Sequence[str]) -> None:
    """Have the daemon try these channels again at once, should it let them rest."""
    if not Path(database).exists() or not any(
        item.rests_until for item in read_only(database, outbox.channels) if item.name in accepting
    ):
        return
    with Store(database) as store:
        for name in accepting:
            store.write_now(lambda db, name=name: outbox.wake(db, name))  # type: ignore[misc]


async def _test(notifier: Notifier, name: str, target: Target, templates: render.Templates, zone: ZoneInfo) -> _Tested:
    now = datetime.now(zone)
    started = time.monotonic()
    error = ""
    try:
        rendered = render.message(_message(name, now), target.kind, zone, now, templates)
        await notifier.send(target.address, rendered, target.kind, target.channel.secret.get_secret_value())
    except NotifyError as problem:
        error = f"{problem}; it may have arrived all the same" if problem.uncertain else str(problem)
    return _Tested(name, target.kind, not error, round(time.monotonic() - started, 3), error)


def _message(name: str, now: datetime) -> Message:
    """What no one takes for an alert."""
    body = (
        f"a test of the channel {name}\nSent by hand with `monitor channels test`, at {now:%H:%M:%S %Z} on {now.day} "
        f"{now:%B}. This is no news: alerts will arrive here like this."
    )
    return Message(id=0, channel=name, alerts=(), kind=MessageKind.NOTICE, body=body)
