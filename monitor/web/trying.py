"""A rule that is tried on what is stored before it may ring, and, where that is allowed, saved as a watch."""

import asyncio
import os
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import quote

from aiohttp import web

from monitor import backtest, notify, proofs, rules, saving
from monitor.backtest import Trial
from monitor.config import Checks
from monitor.errors import ConfigError, Mistake, WorkerError
from monitor.options import Config, Watch
from monitor.web import dashboard
from monitor.web.dashboard import Dashboard, back, page

# Characters of a rule that is tried; the longest query alone is half of that.
LONGEST = 20_000

# A trial takes a process, for so many seconds; more than these at a time are refused.
TRIALS, SECONDS = 2, 3.0
PERIOD = timedelta(days=30)

CHECKS = Checks(
    address=notify.problem, signs=notify.signs, watch=rules.check, sources=rules.misfits, templates=proofs.problems
)

EXAMPLE = """[[watch]]
name = "Export controls"
topics = ["export controls"]
query = "(chip OR chips OR semiconductor) NEAR/8 (export OR curbs)"
exclude = ["potato chips"]
"""

_LINE = re.compile(r"line (\d+), column (\d+)")
_COLUMN = re.compile(r"column (\d+): ")

RUNNING = web.AppKey("running trials", asyncio.Semaphore)


def add_to(app: web.Application) -> None:
    """Add the page on which a rule is tried, and what is done from it."""
    app[RUNNING] = asyncio.Semaphore(TRIALS)
    app.router.add_get("/watches/try", ask)
    app.router.add_post("/watches/try", try_rule)
    app.router.add_post("/watches/save", save)


@dataclass(frozen=True, slots=True)
class Problem:
    """A mistake in a rule: `place` is the line in question with a caret below the column, "" where none is known."""

    key: str
    problem: str
    fix: str
    place: str = ""


def box(text: str, name: str = "") -> dict[str, Any]:
    """What the box shows before anything was tried; `name` is that of the watch on whose page it stands."""
    return {"rule": text, "name": name, "problems": (), "trial": None, "longest": LONGEST}


def written(config: Config, watch: Watch, environ: Mapping[str, str]) -> str:
    """A watch of the configuration as its file has it, or else as it could be written."""
    return saving.written(config.path, environ, watch.name) or saving.as_toml(watch)


def directory(desk: Dashboard) -> rules.Directory:
    """The companies that are known to the rules in force."""
    machine = desk.machine()
    return machine.pipeline.ruleset.compiled.directory if machine else rules.built_in()


async def ask(request: web.Request) -> web.Response:
    """The box with an example."""
    return await page(request, "try.html", **box(EXAMPLE), **_tried(dashboard.of(request)))


async def try_rule(request: web.Request) -> web.Response:
    """What a rule would have brought. Nothing is changed."""
    desk, form = dashboard.of(request), await dashboard.form(request)
    text = _text(form)
    config = desk.config()
    running = request.app[RUNNING]
    if running.locked():
        raise web.HTTPTooManyRequests(text="Other rules are being tried just now; try again in a few seconds.")
    try:
        async with running:
            watch = await asyncio.to_thread(_read, text, config)
            in_force = next((each for each in config.watches if each.name == watch.name), None)
            seen = await asyncio.to_thread(saving.mark, config.path, os.environ)
            trial = await _trial(desk, watch, in_force)
    except ConfigError as error:
        problems = [explained(mistake, text) for mistake in error.mistakes]
        return await page(request, "try.html", status=422, **{**box(text), "problems": problems}, **_tried(desk))
    except WorkerError as error:
        problems = [Problem("", str(error), "look for less")]
        return await page(request, "try.html", status=422, **{**box(text), "problems": problems}, **_tried(desk))
    days = [count for _, count in trial.alerts_per_day]
    shown = {
        **box(text, in_force.name if in_force else ""),
        "trial": trial,
        "days": days,
        "most": max(days, default=0),
        "a_day": f"{trial.alerts / max(1, len(days)):.1f}",
    }
    return await page(request, "try.html", **shown, **_tried(desk, watch, seen, is_new=in_force is None))


async def save(request: web.Request) -> web.Response:
    """Put a tried rule into the configuration, where that is allowed."""
    desk, form = dashboard.of(request), await dashboard.form(request)
    config = desk.config()
    if not config.web.edit:
        raise web.HTTPForbidden(text="Pages may not change the configuration; set edit = true below [web] to let them.")
    text, seen = _text(form), str(form.get("seen", ""))
    try:
        watch = await asyncio.to_thread(_save, text, config, seen)
    except ConfigError as error:
        problems = [explained(mistake, text) for mistake in error.mistakes]
        return await page(request, "try.html", status=422, **{**box(text), "problems": problems}, **_tried(desk))
    known = any(each.name == watch.name for each in config.watches)
    raise back({"back": f"/watches/{quote(watch.name, safe='')}" if known else "/watches"}, "saved")


def _text(form: Any) -> str:
    text = form.get("rule", "")
    if not isinstance(text, str):
        raise web.HTTPBadRequest(text="Send the rule as text.")
    if len(text) > LONGEST:
        raise web.HTTPRequestEntityTooLarge(LONGEST, len(text), text=f"Keep the rule below {LONGEST:,} characters.")
    return text.replace("\r\n", "\n")


def _read(text: str, config: Config) -> Watch:
    """The rule. Raises ConfigError."""
    watch = saving.read(text, config.path, os.environ, CHECKS)
    known = [channel.name for channel in config.channels]
    if unknown := [name for name in watch.channels if name not in known]:
        fix = f"known are {', '.join(known)}" if known else "add a [[channel]] with this name to the configuration"
        raise ConfigError([Mistake("", "channels", f"“{unknown[0]}” is no channel", fix)])
    return watch


def _save(text: str, config: Config, seen: str) -> Watch:
    watch = _read(text, config)
    saving.save(text, config.path, os.environ, CHECKS, seen)
    return watch


async def _trial(desk: Dashboard, watch: Watch, in_force: Watch | None) -> Trial:
    at = desk.now()
    return await desk.workers.run_apart(
        backtest.trial, str(desk.store.path), watch, in_force, at - PERIOD, at, SECONDS, desk.zone.key
    )


def _tried(desk: Dashboard, watch: Watch | None = None, seen: str = "", *, is_new: bool = False) -> dict[str, Any]:
    config = desk.config()
    return {"tried": watch, "seen": seen, "is_new": is_new, "edit": config.web.edit, "file": config.path.name}


# ---------------------------------------------------------------- mistakes


def explained(mistake: Mistake, text: str) -> Problem:
    """A mistake with the place in the rule, as far as that is known."""
    key = mistake.key
    place, problem = "", mistake.problem
    if found := _LINE.fullmatch(key):
        place = _caret(text, int(found[1]) - 1, int(found[2]) - 1)
    elif key == "end of document":
        place = _caret(text, text.count("\n"), len(text))
    elif key.endswith(".query") and (found := _COLUMN.match(problem)):
        query = _query(text)
        at = text.find(query) + int(found[1]) - 1
        if query and at >= 0 and query in text:
            line = text.count("\n", 0, at)
            column = at - (text.rfind("\n", 0, at) + 1)
            place, key = _caret(text, line, column), f"query, line {line + 1}, column {column + 1}"
            problem = problem.removeprefix(found[0])
        else:  # it is written with escapes
            place = _caret(query, 0, int(found[1]) - 1)
    elif mistake.file not in ("", str(saving.RULE)):
        key = f"{mistake.file}: {key}".removesuffix(": ")
    return Problem(key, problem, mistake.fix, place)


def _query(text: str) -> str:
    """The query of the rule, which is TOML."""
    return str(tomllib.loads(text)["watch"][0]["query"]).strip()


# Characters of a long line on either side of its caret.
_AROUND = 60


def _caret(text: str, line: int, column: int) -> str:
    """A line of the text, and below it a caret at the column; both count from 0."""
    lines = text.split("\n")
    written = lines[min(line, len(lines) - 1)]
    start = max(0, column - _AROUND)
    shown = ("…" if start else "") + written[start : column + _AROUND]
    before = shown[: column - start + bool(start)]
    return f"{shown}\n{''.join(' ' if each != chr(9) else each for each in before)}^"
