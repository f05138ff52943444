"""Commands that list what is stored: alerts, feeds."""

from datetime import UTC, datetime
from typing import Annotated

import typer
from rich import box
from rich.markup import escape
from rich.table import Table

from monitor.cli.console import ConfigOption, JsonOption, ago, load, out, print_json
from monitor.errors import UsageError
from monitor.store import alerts, feeds, read_only
from monitor.store.alerts import AlertStatus
from monitor.store.feeds import FeedStatus
from monitor.text import clean, parse_duration

# What a person is shown without asking for more; scripts get everything.
SHOWN = 30


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    app.command("alerts", epilog="Examples: monitor alerts · monitor alerts --since 1d --json")(alerts_command)
    app.command("feeds", epilog="Example: monitor feeds --json")(feeds_command)


def alerts_command(
    limit: Annotated[int | None, typer.Option("--limit", "-n", min=1, help="Only the newest so many.")] = None,
    since: Annotated[
        str | None, typer.Option("--since", help="Only those of the last 2h, 7d ...", metavar="AGE")
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """List alerts and how each of their deliveries stands, newest last; --json adds reason and evidence."""
    found = load(config_file)
    now = datetime.now(UTC)
    try:
        start = now - parse_duration(since) if since else None
    except ValueError as error:
        raise UsageError(f"--since: {error}") from error
    shown = limit if limit or since or as_json else SHOWN
    listed = read_only(found.settings.database, lambda db: alerts.status(db, since=start, limit=shown))
    if as_json:
        for item in listed:
            print_json(_alert_json(item))
        return
    if not listed:
        none = "yet. What was there at first contact is stored, and does not alert."
        out.print(f"No alerts {f'in the last {since}.' if since else none}")
        return
    zone = found.settings.timezone
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("alert", "when", "watch", "headline", "outlet", "delivered"):
        table.add_column(column, overflow="fold")
    for item in listed:
        alert = item.alert
        deliveries = ", ".join(f"{delivery.channel}: {delivery.state}" for delivery in item.deliveries)
        when = f"{alert.matched.astimezone(zone):%d %b %H:%M}"
        cells = (alert.id, when, alert.watch, clean(alert.title), alert.outlet, deliveries)
        table.add_row(*(escape(cell) for cell in cells))
    out.print(table)


def feeds_command(config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List feeds: how each is doing, when it was last new, and when it is polled next and why."""
    found = load(config_file)
    listed = read_only(found.settings.database, feeds.status)
    if as_json:
        for item in listed:
            print_json(_feed_json(item))
        return
    now = datetime.now(UTC)
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("feed", "state", "entries", "last new", "next poll", "because"):
        table.add_column(column, overflow="fold", justify="right" if column == "entries" else "left")
    for item in listed:
        because = item.error or item.next_reason
        cells = (
            clean(item.name),
            item.state,
            str(item.entries),
            ago(item.last_new, now),
            ago(item.next_poll, now),
            because,
        )
        table.add_row(*(escape(cell) for cell in cells), style="red" if item.error else "")
    out.print(table)


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
            }
            for delivery in item.deliveries
        ],
        "outlet": alert.outlet,
        "excerpt": alert.excerpt,
        "evidence": alert.evidence,
    }


def _feed_json(item: FeedStatus) -> dict[str, object]:
    return {
        "url": item.url,
        "name": item.name,
        "state": item.state,
        "last_ok": item.last_ok,
        "last_new": item.last_new,
        "next_poll": item.next_poll,
        "failures": item.failures,
        "error": item.error,
        "entries": item.entries,
        "next_reason": item.next_reason,
    }
