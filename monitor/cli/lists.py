"""Commands about alerts: alerts list, rate."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor import plain
from monitor.cli.console import ConfigOption, JsonOption, load, out, print_json
from monitor.cli.names import hand_down
from monitor.cli.show import SHOWN, add, inert, show, since, table
from monitor.errors import MonitorError, UsageError
from monitor.model import MessageState
from monitor.store import Database, Store, alerts, feedback, outbox, read_only
from monitor.store.alerts import DeliveryStatus
from monitor.tables import quoted
from monitor.text import clean

LimitOption = Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Only the newest so many.")]
SinceOption = Annotated[str | None, typer.Option("--since", help="Only those of the last 2h, 7d ...", metavar="AGE")]

group = typer.Typer(help="Alerts: list them and how each was delivered, and say which were useful.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True, epilog="Examples: monitor alerts · monitor alerts --since 1d --json")(
        alerts_command
    )
    group.command("list", epilog="Example: monitor alerts list --limit 100")(list_command)
    group.command(
        "rate", epilog="Examples: monitor alerts rate 929469e8dc --useful · monitor alerts rate a27d b0ac --not-useful"
    )(rate_command)
    app.add_typer(group, name="alerts")


def alerts_command(
    context: typer.Context,
    limit: LimitOption = None,
    since_age: SinceOption = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List alerts and how each of their deliveries stands, newest last; further: rate."""
    given = {"limit": limit, "since_age": since_age, "config_file": config_file, "as_json": as_json}
    if hand_down(context, ("list", "rate"), **given):
        list_command(limit, since_age, config_file, as_json)


def list_command(
    limit: LimitOption = None,
    since_age: SinceOption = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List alerts and how each of their deliveries stands, newest last; --json adds reason and evidence."""
    found = load(config_file)
    now = datetime.now(UTC)
    start = since(since_age, now)
    shown = limit if limit or since_age or as_json else SHOWN
    listed = read_only(found.settings.database, lambda db: alerts.status(db, since=start, limit=shown))
    if as_json:
        for item in listed:
            print_json(asdict(plain.alert(item)))
        return
    if not listed:
        none = "yet. What was there at first contact is stored, and does not alert."
        out.print(f"No alerts {f'in the last {since_age}.' if since_age else none}")
        return
    zone = found.settings.timezone
    made = table("alert", "when", "watch", "headline", "delivered", narrow=("alert", "when"), wide="headline")
    rated = any(item.useful is not None for item in listed)
    if rated:
        made.add_column("useful", no_wrap=True)
    for item in listed:
        alert = item.alert
        deliveries = ", ".join(_stands(delivery) for delivery in item.deliveries) or "no channel takes it"
        when = f"{alert.matched.astimezone(zone):%d %b %H:%M}"
        said = [_said(item.useful)] if rated else []
        add(made, alert.id, when, alert.watch, f"{alert.title} ({alert.outlet})", deliveries, *said)
    show(made)


def rate_command(
    wanted: Annotated[
        list[str], typer.Argument(help="Alerts' ids, or beginnings that no other has.", metavar="ID ...")
    ],
    useful: Annotated[bool, typer.Option("--useful", help="They were worth it.")] = False,
    not_useful: Annotated[bool, typer.Option("--not-useful", help="They were noise.")] = False,
    clear: Annotated[bool, typer.Option("--clear", help="Take back what was said of them.")] = False,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether alerts were useful: `monitor report` shows it by watch, and suggests what to exclude."""
    if useful + not_useful + clear != 1:
        raise UsageError("say one of --useful, --not-useful and --clear")
    database = load(config_file).settings.database
    now = datetime.now(UTC)
    ids = read_only(database, lambda db: [_alert(db, each) for each in wanted])
    said = None if clear else useful
    with Store(database) as store:
        rated = store.write_now(lambda db: _rate(db, list(dict.fromkeys(ids)), said, now))
    for alert_id, title in rated:
        if as_json:
            print_json({"id": alert_id, "useful": said})
        else:
            show(inert(f"{alert_id} is {_RATED[said]}: {title}"))


_RATED = {True: "useful", False: "not useful", None: "not rated any more"}


def _alert(db: Database, wanted: str) -> str:
    """The id of the alert that is meant. Raises MonitorError."""
    found = outbox.alerts_like(db, clean(wanted))
    if not found:
        raise MonitorError(f"there is no alert {quoted(wanted)}; see: monitor alerts")
    if len(found) > 1:
        raise MonitorError(f"{quoted(wanted)} stands for {len(found):,} alerts; say more of the id: {found[0]}")
    return found[0]


def _rate(db: Database, ids: Sequence[str], useful: bool | None, now: datetime) -> list[tuple[str, str]]:
    """Note it for all of them or, where one has gone meanwhile, for none. Gives each id with its headline."""
    for alert_id in ids:
        if not feedback.give(db, alert_id, useful=useful, now=now):
            raise MonitorError(f"there is no alert {quoted(alert_id)} any more; see: monitor alerts")
    return [(alert_id, alerts.load(db, alert_id).title) for alert_id in ids]


def _said(useful: bool | None) -> str:
    return "" if useful is None else "yes" if useful else "no"


def _stands(delivery: DeliveryStatus) -> str:
    """How an alert stands on a channel; what is held says why."""
    why = f" ({delivery.reason})" if delivery.state is MessageState.HELD else ""
    return f"{delivery.channel}: {delivery.state}{why}"
