"""The command that lists alerts."""

from datetime import UTC, datetime
from typing import Annotated

import typer

from monitor.cli.console import ConfigOption, JsonOption, load, out, print_json
from monitor.cli.show import SHOWN, add, show, since, table
from monitor.model import MessageState
from monitor.store import alerts, read_only
from monitor.store.alerts import AlertStatus, DeliveryStatus


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command("alerts", epilog="Examples: monitor alerts · monitor alerts --since 1d --json")(alerts_command)


def alerts_command(
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Only the newest so many.")] = None,
    since_age: Annotated[
        str | None, typer.Option("--since", help="Only those of the last 2h, 7d ...", metavar="AGE")
    ] = None,
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
            print_json(_alert_json(item))
        return
    if not listed:
        none = "yet. What was there at first contact is stored, and does not alert."
        out.print(f"No alerts {f'in the last {since_age}.' if since_age else none}")
        return
    zone = found.settings.timezone
    made = table("alert", "when", "watch", "headline", "delivered", narrow=("alert", "when"), wide="headline")
    for item in listed:
        alert = item.alert
        deliveries = ", ".join(_stands(delivery) for delivery in item.deliveries) or "no channel takes it"
        when = f"{alert.matched.astimezone(zone):%d %b %H:%M}"
        add(made, alert.id, when, alert.watch, f"{alert.title} ({alert.outlet})", deliveries)
    show(made)


def _stands(delivery: DeliveryStatus) -> str:
    """How an alert stands on a channel; what is held says why."""
    why = f" ({delivery.reason})" if delivery.state is MessageState.HELD else ""
    return f"{delivery.channel}: {delivery.state}{why}"


def _alert_json(item: AlertStatus) -> dict[str, object]:
    alert = item.alert
    return {
        "id": alert.id,
        "watch": alert.watch,
        "story": item.story,
        "article": item.article,
        "title": alert.title,
        "url": alert.url,
        "reason": alert.reason,
        "score": alert.score,
        "published": alert.published,
        "first_seen": alert.first_seen,
        "matched": alert.matched,
        "deliveries": [
            {
                "channel": delivery.channel,
                "state": delivery.state,
                "attempts": delivery.attempts,
                "sent": delivery.sent,
                "error": delivery.error,
                "due": delivery.due,
                "reason": delivery.reason,
            }
            for delivery in item.deliveries
        ],
        "occasion": alert.occasion,
        "outlet": alert.outlet,
        "also": alert.also,
        "excerpt": alert.excerpt,
        "evidence": alert.evidence,
    }
