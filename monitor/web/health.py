"""Whether the monitor is alive, and whether it does its work: for whoever restarts it or sends an alarm.

Both are answered without a login; what they say holds neither names nor addresses.
"""

import time
from collections.abc import Mapping
from datetime import datetime, timedelta

from aiohttp import web

from monitor.errors import StoreError
from monitor.machine import Stage
from monitor.store import Database, gauges, outages
from monitor.text import format_duration
from monitor.web import dashboard
from monitor.workers import Workers

OK = "ok"

# Seconds within which every stage asks what is due. The slowest of them asks each second.
TICKED_WITHIN = 30.0

# The daemon gives a sign of life each 30 seconds.
ALIVE_WITHIN = timedelta(seconds=90)

# A message may be due for so long where its channel is well.
SENT_WITHIN = timedelta(minutes=5)


def add_to(app: web.Application) -> None:
    """Add the two addresses."""
    app.router.add_get("/healthz", alive)
    app.router.add_get("/readyz", ready)


async def alive(_request: web.Request) -> web.Response:
    """The event loop answers."""
    return web.Response(text=OK)


async def ready(request: web.Request) -> web.Response:
    """What works and what does not; 503 where something does not."""
    desk = dashboard.of(request)
    now = desk.now()
    try:
        database, deliveries = await desk.readers.read(lambda db: (seen(db, now), sent(db, now)))
    except StoreError:  # which names a file
        database, deliveries = "the database cannot be read; the log says why", "not known"
    checks = {
        "scheduler": ticked(desk.machine().stages, time.monotonic()),
        "workers": answered(desk.workers),
        "database": database,
        "deliveries": deliveries,
    }
    good = all(words == OK for words in checks.values())
    return web.json_response({"ready": good, "checks": checks}, status=200 if good else 503)


def ticked(stages: Mapping[str, Stage[object]], at: float) -> str:
    """Whether every stage asks what is due; `at` is the time of the steady clock."""
    wrong = [f"{name} rests after a failure; the log says which" for name, stage in stages.items() if stage.rests]
    wrong += [
        f"{name} has not asked what is due for {format_duration(timedelta(seconds=at - stage.ticked))}"
        for name, stage in stages.items()
        if not stage.rests and at - stage.ticked > TICKED_WITHIN
    ]
    return "; ".join(wrong) or OK


def answered(workers: Workers) -> str:
    """Whether every task got its answer in time."""
    late = workers.overdue
    return f"a task is {format_duration(timedelta(seconds=late))} past its limit" if late else OK


def seen(db: Database, now: datetime) -> str:
    """Whether the daemon's signs of life are written."""
    last = outages.said_alive(db)
    if last is None:
        return "no sign of life was written yet"
    return OK if now - last <= ALIVE_WITHIN else f"the last sign of life was written {format_duration(now - last)} ago"


def sent(db: Database, now: datetime) -> str:
    """Whether messages leave."""
    late = gauges.overdue(db, now)
    return OK if late <= SENT_WITHIN else f"a message has been due for {format_duration(late)}"
