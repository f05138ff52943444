"""Commands about the companies that the monitor knows: companies update, find."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer

from monitor import fetch, urls
from monitor.cli.console import ConfigOption, JsonOption, load, load_if_there, out, print_json
from monitor.cli.names import complete_company, hand_down
from monitor.cli.show import SHOWN, add, inert, print_facts, show, table
from monitor.errors import FetchError, MonitorError, ParseError, UsageError
from monitor.fetch import Fetcher
from monitor.model import NotModified, Validators
from monitor.options import Feed, Settings
from monitor.rules.directory import Firm, built_in, filed, key, sec
from monitor.store import Store, companies, read_only
from monitor.store.companies import Loaded
from monitor.tables import quoted
from monitor.text import ago, numbered

BUILT_IN, SEC = "built in", "SEC"

group = typer.Typer(help="Companies the monitor knows: their tickers, names and people; load the SEC's list.")


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `monitor` command."""
    group.callback(invoke_without_command=True)(companies_command)
    group.command(
        "update",
        epilog="Examples: monitor companies update · monitor companies update company_tickers_exchange.json",
    )(update_command)
    group.command("find", epilog="Examples: monitor companies find nvidia · monitor companies find NYSE:BRK.B --json")(
        find_command
    )
    app.add_typer(group, name="companies")


def companies_command(context: typer.Context, config_file: ConfigOption = None, as_json: JsonOption = False) -> None:
    """Say how many companies are known, and how old the SEC's list is; further: update, find."""
    if not hand_down(context, ("update", "find"), config_file=config_file, as_json=as_json):
        return
    database = load_if_there(config_file).settings.database
    loaded = read_only(database, companies.loaded) if Path(database).exists() else Loaded(0, None)
    known = len(built_in().firms)
    if as_json:
        print_json({"built_in": known, "sec": loaded.companies, "updated": loaded.updated})
        return
    listed = f"{loaded.companies:,}, loaded {ago(loaded.updated, datetime.now(UTC))}" if loaded.updated else ""
    print_facts(
        {
            "built in": numbered(known, "company", "companies"),
            "SEC's list": listed or "not loaded; monitor companies update",
        }
    )


# ---------------------------------------------------------------- update


def update_command(
    source: Annotated[
        str, typer.Argument(help="The list, as a file or from elsewhere.", metavar="FILE|URL", show_default="the SEC's")
    ] = sec.URL,
    force: Annotated[
        bool, typer.Option("--force", help="Take a list that is less than half as long as the one before.")
    ] = False,
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Load the SEC's list of companies into the database, in the place of the one before, also beside the daemon."""
    settings = load(config_file).settings
    try:
        listings = sec.parse(asyncio.run(_read(source, settings)))
    except (FetchError, ParseError) as error:
        where = "" if isinstance(error, FetchError) else f"{urls.host(source) or source}: "
        raise MonitorError(f"{where}{error}; nothing was changed") from error
    with Store(settings.database) as store:
        now = datetime.now(UTC)
        done = store.write_now(lambda db: companies.replace(db, listings, now, force=force))
    if as_json:
        print_json({**asdict(done), "listings": len(listings), "updated": now})
        return
    gone = f", {done.gone:,} gone" if done.gone else ""
    show(inert(f"{numbered(done.companies, 'company', 'companies')} stored, {done.new:,} new{gone}."))


async def _read(source: str, settings: Settings) -> bytes:
    """The bytes of a file or an address. Raises UsageError, FetchError."""
    if not urls.is_web(source):
        if not os.path.isfile(source):  # noqa: ASYNC240, PTH113
            raise UsageError(f"{quoted(source)} is neither a file nor an http(s) address")
    elif f".{urls.host(source)}".endswith(".sec.gov") and not settings.contact:
        raise UsageError(
            'the SEC asks programs for a contact; set contact = "you@example.com" under [settings] of the configuration'
        )
    async with fetch.client(settings) as client:
        asked = Feed(url=source, headers={"Accept": "application/json, */*;q=0.5"})
        page = await Fetcher(client, now=lambda: datetime.now(UTC)).feed(asked, Validators())
    if isinstance(page, NotModified):
        raise FetchError("the answer was 'not modified', to an unconditional request")
    return page.body


# ---------------------------------------------------------------- find


def find_command(
    wanted: Annotated[str, typer.Argument(help="A name or a ticker.", metavar="NAME", autocompletion=complete_company)],
    config_file: ConfigOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look up a company by name or ticker: the other names it goes by, its people and products."""
    database = load_if_there(config_file).settings.database
    known = read_only(database, companies.directory) if Path(database).exists() else built_in()
    # Also as filed: "NOVO NORDISK A/S", "BANK OF AMERICA CORP /DE/".
    found = known.search(wanted) or (known.search(filed.written(wanted)) if key(wanted) else ())
    if not found:
        has_list = len(known.firms) > len(built_in().firms)
        load_it = "" if has_list else "load the SEC's list (monitor companies update), or "
        raise MonitorError(
            f"no company {quoted(wanted)} is known; {load_it}write its names into the companies of a watch"
        )
    if as_json:
        for firm in found:
            print_json(_json(firm))
    elif len(found) == 1:
        print_facts(_facts(found[0]))
    else:
        _print_several(found)


def _origin(firm: Firm) -> str:
    return BUILT_IN if any(firm is known for known in built_in().firms) else SEC


def _names(firm: Firm) -> str:
    """Its other names; a star marks those that need support."""
    return ", ".join(f"{name}*" if name in firm.ambiguous else name for name in firm.names if name != firm.name)


def _facts(firm: Firm) -> Mapping[str, str]:
    return {
        "company": firm.name,
        "tickers": ", ".join(firm.tickers),
        "also": ", ".join(name for name in firm.names if name != firm.name),
        "ambiguous": f"{', '.join(firm.ambiguous)}: an article must support it" if firm.ambiguous else "",
        "people": ", ".join(firm.people),
        "products": ", ".join(firm.products),
        "not": ", ".join(firm.hiding),
        "from": _origin(firm),
    }


def _print_several(found: tuple[Firm, ...]) -> None:
    made = table("company", "tickers", "also", "from", narrow=("from",))
    for firm in found[:SHOWN]:
        star = "*" if firm.name in firm.ambiguous else ""
        add(made, f"{firm.name}{star}", ", ".join(firm.tickers), _names(firm), _origin(firm))
    show(made)
    if any(firm.ambiguous for firm in found[:SHOWN]):
        out.print("* an article must support it", style="dim", markup=False)
    if len(found) > SHOWN:
        out.print(f"and {len(found) - SHOWN:,} more; write more of the name, or --json for all", markup=False)


def _json(firm: Firm) -> dict[str, Any]:
    values = asdict(firm)
    values["not"] = values.pop("hiding")
    return {**values, "source": _origin(firm)}
