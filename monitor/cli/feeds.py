"""Commands about feeds: feeds list, show, refresh."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from monitor import plain
from monitor.cli.console import ConfigOption, JsonOption, load, print_json
from monitor.cli.names import complete_feed, hand_down, named
from monitor.cli.show import add, clock, inert, print_facts, show, table
from monitor.errors import MonitorError, UsageError
from monitor.options import Config
from monitor.store import Store, feeds, holder, overview, read_only
from monitor.store.feeds import FeedStatus
from monitor.store.overview import FeedDetail, Poll
from monitor.text import ago, due, numbered
from monitor.urls import canonical, is_web

group = typer.Typer(help="Feeds: list them and how they do, look into one, poll now.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True)(feeds_command)
    group.command("list", epilog="Example: monitor feeds list --json")(list_command)
    group.command("show", epilog='Example: monitor feeds show "SEC 8-K"')(show_command)
    group.command("refresh", epilog='Examples: monitor feeds refresh · monitor feeds refresh "SEC 8-K"')(
        refresh_command
    )
    app.add_typer(group, name="feeds")


def feeds_command(context: typer.Context, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List feeds: how each is doing, and when it is polled next and why; further: show, refresh."""
    if hand_down(context, ("list", "show", "refresh"), config_file=config_file, as_json=as_json):
        list_command(config_file, as_json)


def list_command(config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """List feeds: how each is doing, when it was last new, and when it is polled next and why."""
    now = datetime.now(UTC)
    listed = read_only(load(config_file).settings.database, lambda db: feeds.status(db, now))
    if as_json:
        for item in listed:
            print_json(asdict(plain.feed(item)))
        return
    made = table(
        "feed",
        "state",
        "entries",
        "last new",
        "next poll",
        "because",
        narrow=("state", "next poll"),
        right=("entries",),
        wide="because",
    )
    for item in listed:
        cells = (item.name, item.state, str(item.entries), ago(item.last_new, now), due(item.next_poll, now))
        style = "red" if item.error else "yellow" if item.wrong else ""
        add(made, *cells, item.wrong or item.next_reason, style=style)
    show(made)


def show_command(
    wanted: Annotated[
        str, typer.Argument(help="Its name or address.", metavar="NAME|URL", autocompletion=complete_feed)
    ],
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Show a feed: its state, what the next poll asks with, when that is and why, and the last ten polls."""
    found = load(config_file)
    database = found.settings.database
    now = datetime.now(UTC)
    [url] = _urls(found, read_only(database, lambda db: feeds.status(db, now)), [wanted])
    detail = read_only(database, lambda db: overview.feed(db, url, now))
    if detail is None:
        raise MonitorError(f"{wanted} went out of the configuration just now")
    if as_json:
        print_json(
            {
                **asdict(plain.feed(detail.status)),
                **{key: value for key, value in asdict(detail).items() if key != "status"},
            }
        )
    else:
        _print(detail, found.settings.timezone, now)


def refresh_command(
    wanted: Annotated[
        list[str] | None,
        typer.Argument(
            help="Names or addresses; all feeds without.", metavar="NAME|URL ...", autocompletion=complete_feed
        ),
    ] = None,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make feeds due now, also beside a running daemon. A host that asked to wait is left alone until then."""
    found = load(config_file)
    database = found.settings.database
    now = datetime.now(UTC)
    urls = _urls(found, read_only(database, lambda db: feeds.status(db, now)), wanted)
    with Store(database) as store:
        done = store.write_now(lambda db: overview.refresh(db, urls, now))
    if as_json:
        for item in done:
            print_json(asdict(item))
        return
    names = [item.name for item in done if item.held_until is None]
    how = "the daemon polls now" if holder(database) else "no daemon runs; monitor run polls"
    listed = f" ({', '.join(names)})" if wanted and names else ""
    show(inert(f"{numbered(len(names), 'feed')} due{listed}; {how}."))
    for item in done:
        if item.held_until:
            until = f"{clock(item.held_until, found.settings.timezone)}, {ago(item.held_until, now)}"
            show(inert(f"{item.name}: its host asked to wait, so it is polled then: {until}"))


def _urls(config: Config, listed: Sequence[FeedStatus], wanted: Sequence[str] | None) -> list[str]:
    """The addresses of the feeds that are meant; all without any. Raises UsageError, MonitorError."""
    if not wanted:
        return [item.url for item in listed]
    return [_url(config, listed, each) for each in wanted]


def _url(config: Config, listed: Sequence[FeedStatus], wanted: str) -> str:
    known = {item.url for item in listed}
    # A feed is known by its address as written; `address` has filled in what stands there as ${NAME}.
    for feed in config.feeds:
        same = is_web(wanted) and canonical(wanted) == canonical(feed.address)
        if not same and wanted not in (feed.url, feed.name):
            continue
        if feed.url not in known:
            raise MonitorError(
                f"{wanted} is new in the configuration; the daemon takes it up when it starts: monitor run"
            )
        return feed.url
    name = named("feed", wanted, list(dict.fromkeys(item.name for item in listed)))
    meant = [item.url for item in listed if item.name == name]
    if len(meant) > 1:
        raise UsageError(f'{len(meant)} feeds are called "{name}"; name its address: {meant[0]} or {meant[1]}')
    return meant[0]


def _print(detail: FeedDetail, zone: ZoneInfo, now: datetime) -> None:
    status = detail.status
    held = detail.held_until if detail.held_until and detail.held_until > now else None
    failures = f"{numbered(status.failures, 'failure')} in a row: " if status.failures else ""
    waiting = f", {numbered(detail.unread, 'page')} to be read" if detail.unread else ""
    print_facts(
        {
            "feed": status.name,
            "address": status.url,
            "moved to": detail.moved_to,
            "tier, tags": ", ".join([f"tier {detail.tier}", *detail.tags]),
            "state": f"{status.state}{f', {failures}{status.error}' if status.error else ''}",
            "wrong": "\n".join(f"{each.detail} (since {clock(each.since, zone)})" for each in status.ailments),
            "next poll": f"{clock(status.next_poll, zone)} ({due(status.next_poll, now)}): {status.next_reason}"
            if status.next_poll
            else f"none: {status.next_reason}; ask again with: monitor feeds refresh",
            "held host": f"until {clock(held, zone)} ({ago(held, now)}): {detail.held_because}" if held else "",
            "last answer": f"{clock(status.last_ok, zone)} ({ago(status.last_ok, now)})"
            if status.last_ok
            else "none yet",
            "last new": f"{clock(status.last_new, zone)} ({ago(status.last_new, now)})"
            if status.last_new
            else "nothing yet",
            "first read": clock(detail.first_contact, zone) if detail.first_contact else "not yet",
            "asks with": ", ".join(filter(None, [detail.etag, detail.last_modified])) or "no validators",
            "entries": f"{status.entries:,}, of them {detail.baseline:,} there at first contact{waiting}"
            + f", {detail.quarantined} given up" * bool(detail.quarantined),
            "pages": ", ".join(f"{count} {_PAGES[outcome]}" for outcome, count in detail.pages.items()),
        }
    )
    if not detail.polls:
        return
    made = table(
        "polled",
        "took",
        "answer",
        "size",
        "entries",
        "new",
        narrow=("polled", "took", "size", "new"),
        right=("size", "entries", "new"),
    )
    for poll in detail.polls:
        took = poll.finished - poll.started
        add(
            made,
            clock(poll.started, zone),
            f"{took.total_seconds():.1f} s",
            _answer(poll),
            f"{poll.bytes:,}" if poll.bytes else "",
            str(poll.entries or ""),
            f"{poll.new}{f' + {poll.updated} changed' if poll.updated else ''}" if poll.entries else "",
            style="red" if poll.error else "",
        )
    show(made)


# How reading pages ended.
_PAGES = {
    "read": "read",
    "walled": "behind a login or a paywall",
    "empty": "without an article",
    "refused": "gone, no page, or closed to robots",
    "failed": "without an answer",
}


def _answer(poll: Poll) -> str:
    if poll.error:
        return poll.error
    return "; ".join([f"{poll.status or ''} {poll.outcome}", *poll.problems])
