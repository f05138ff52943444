"""The command that says how everything stands, on one screen: status."""

from collections import Counter
from dataclasses import asdict
from datetime import UTC, datetime, timedelta

import typer

from monitor.cli.console import ConfigOption, JsonOption, load, out, print_json
from monitor.cli.show import add, clock, print_facts, show, table
from monitor.store import Database, ailments, feeds, holder, overview, read_only
from monitor.store.feeds import FeedStatus
from monitor.store.overview import Counts
from monitor.text import ago, due, numbered

DAY = timedelta(days=1)

# How feeds may be, with the words for it.
STATES = {"ok": "ok", "failing": "failing", "held": "held", "gone": "gone", "new": "not read yet"}

# On one screen; `monitor feeds` lists them all.
ILL_SHOWN = 10
ARTICLES_SHOWN = 3


def add_to(app: typer.Typer) -> None:
    """Add this command to the `monitor` command."""
    app.command("status", epilog="Example: monitor status --json")(status)


def status(config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say how everything stands: the daemon, feeds, what came in today, what waits, and what is wrong."""
    settings = load(config_file).settings
    now = datetime.now(UTC)

    def ask(db: Database) -> tuple[Counts, list[FeedStatus], datetime | None]:
        return overview.counts(db, now - DAY), feeds.status(db, now), ailments.offline_since(db)

    counts, listed, offline = read_only(settings.database, ask)
    daemon = holder(settings.database)
    states = Counter(item.state for item in listed)
    ill = [item for item in listed if item.wrong]
    next_poll = min((item.next_poll for item in listed if item.next_poll), default=None)
    if as_json:
        print_json(
            {
                "daemon": asdict(daemon) if daemon else None,
                "feeds": {"total": len(listed), **{state: states[state] for state in STATES}},
                "offline_since": offline,
                "last_poll": counts.last_poll,
                "next_poll": next_poll,
                "last_24h": {"entries": counts.entries, "articles": counts.articles, "alerts": counts.alerts},
                "queues": {"unread": counts.unread, "unjudged": counts.unjudged, "waiting": counts.waiting}
                | {"held": counts.held},
                "channels_down": counts.down,
                "dead": counts.dead,
                "quarantined": counts.quarantined,
                "ill": [
                    {"url": item.url, "name": item.name, "error": item.error, "failures": item.failures}
                    | {"last_ok": item.last_ok, "next_poll": item.next_poll, "ailments": item.ailments}
                    for item in ill
                ],
            }
        )
        return
    runs = f"runs since {clock(daemon.since, settings.timezone)} as process {daemon.process}" if daemon else ""
    print_facts(
        {
            "daemon": runs or "does not run; start it with: monitor run",
            "feeds": f"{len(listed)}: {_states(states)}" if listed else "none",
            "network": f"this machine seems to be offline since {clock(offline, settings.timezone)}" if offline else "",
            "last poll": ago(counts.last_poll, now),
            "next poll": due(next_poll, now),
            "last 24 h": f"{numbered(counts.entries, 'new entry', 'new entries')}, "
            f"{numbered(counts.articles, 'new article')}, {numbered(counts.alerts, 'alert')}",
            "waiting": f"{numbered(counts.unread, 'page')} to read, {numbered(counts.unjudged, 'text')} to judge, "
            f"{numbered(counts.waiting, 'message')} to send"
            + (f", {counts.held} held until their time (monitor deliveries --state held)" if counts.held else ""),
            "down": f"{', '.join(counts.down)}: see monitor channels" if counts.down else "",
            "given up": _given_up(counts),
        }
    )
    _print_ill(ill, now)


def _states(states: Counter[str]) -> str:
    return ", ".join(f"{states[state]} {word}" for state, word in STATES.items() if states[state])


def _given_up(counts: Counts) -> str:
    """What needs a person, with where to look."""
    parts = []
    if counts.dead:
        parts.append(f"{numbered(counts.dead, 'message')} (monitor deliveries --state dead)")
    if counts.quarantined:
        some = ", ".join(str(number) for number in counts.quarantined[-ARTICLES_SHOWN:])
        parts.append(f"{numbered(len(counts.quarantined), 'article')} (monitor why {some})")
    return ", ".join(parts) or "nothing"


def _print_ill(ill: list[FeedStatus], now: datetime) -> None:
    if not ill:
        return
    made = table("ill feed", "since", "what is wrong", "next poll")
    for item in ill[:ILL_SHOWN]:
        since = f"last answer {ago(item.last_ok, now)}" if item.last_ok else "never answered"
        add(made, item.name, since, item.wrong, due(item.next_poll, now), style="red" if item.error else "yellow")
    show(made)
    if len(ill) > ILL_SHOWN:
        out.print(f"and {len(ill) - ILL_SHOWN} more; see: monitor feeds", style="red")
