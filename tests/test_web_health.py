"""Whether the monitor is alive, and whether it does its work."""

import json
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from pydantic import SecretStr

from monitor.errors import StoreError
from monitor.machine import Stage
from monitor.options import Web
from monitor.store import Database, gauges, outages
from monitor.store.database import stamp
from monitor.web import health
from monitor.workers import Workers
from tests.site import Site, site
from tests.store.newsroom import BOTH, MINUTE, NOW, SECOND, raise_one


def stage(error: Exception | None = None) -> Stage[Any]:
    async def due(_room: int, _in_hand: frozenset[Any]) -> list[int]:
        if error:
            raise error
        return []

    async def work(_item: int) -> None: ...

    return Stage(due, work, lambda item: item, 1)


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        made.machine = SimpleNamespace(stages={"poll": stage(), "deliver": stage()})
        made.write(lambda db: outages.say_alive(db, NOW))
        yield made


async def checks(pages: Site) -> tuple[int, dict[str, str]]:
    answer = await pages.get("/readyz")
    told = json.loads(answer.text)
    assert told["ready"] == (answer.status == 200)
    return answer.status, told["checks"]


async def test_a_monitor_that_answers_is_alive(pages: Site) -> None:
    answer = await pages.get("/healthz")

    assert (answer.status, answer.text) == (200, "ok")


async def test_a_monitor_that_does_its_work_is_ready(pages: Site) -> None:
    raise_one(pages.store)

    status, found = await checks(pages)

    assert status == 200
    assert found == {"scheduler": "ok", "workers": "ok", "database": "ok", "deliveries": "ok"}


async def test_both_are_answered_without_the_token_and_with_any_query(tmp_path: Path) -> None:
    async with site(tmp_path, BOTH, web_options=Web(token=SecretStr("secret"))) as guarded:
        guarded.machine = SimpleNamespace(stages={})

        assert (await guarded.get("/healthz?a=%ff")).status == 200
        assert (await guarded.get("/readyz?a=%ff")).status == 503


async def test_a_stage_that_does_not_ask_for_work_is_named(pages: Site) -> None:
    pages.machine.stages["poll"].ticked = time.monotonic() - 90

    status, found = await checks(pages)

    assert status == 503
    assert found["scheduler"] == "poll has not asked what is due for 1m 30s"


async def test_a_stage_that_asks_has_ticked(pages: Site) -> None:
    polling = pages.machine.stages["poll"]
    polling.ticked -= 90

    await polling.tick()

    assert (await checks(pages))[0] == 200


async def test_a_stage_that_rests_says_so(pages: Site) -> None:
    pages.machine.stages["poll"] = stage(StoreError("/secret/path: disk is full"))
    await pages.machine.stages["poll"].tick()

    status, found = await checks(pages)

    assert status == 503
    assert found["scheduler"] == "poll rests after a failure; the log says which"


async def test_without_a_sign_of_life_the_database_is_not_well(pages: Site) -> None:
    pages.now = NOW + timedelta(seconds=91)

    status, found = await checks(pages)

    assert status == 503
    assert found["database"] == "the last sign of life was written 1m 31s ago"


async def test_a_database_that_cannot_be_read_is_not_named(pages: Site) -> None:
    def break_it(db: Database) -> None:
        db.execute("ALTER TABLE life RENAME TO gone")

    pages.write(break_it)

    status, found = await checks(pages)

    assert status == 503
    assert found["database"] == "the database cannot be read; the log says why"
    assert str(pages.store.path) not in str(found)


async def test_a_message_that_does_not_leave_is_told(pages: Site) -> None:
    raise_one(pages.store)
    pages.now = NOW + 6 * MINUTE

    status, found = await checks(pages)

    assert status == 503
    assert found["deliveries"] == "a message has been due for 6m"


def change(pages: Site, how: str) -> None:
    pages.write(lambda db: db.execute(f"UPDATE channels SET {how}") and None)


@pytest.mark.parametrize(
    "how",
    [
        "active = 0",
        f"down_since = '{stamp(NOW)}'",
        f"held_until = '{stamp(NOW + 20 * MINUTE)}'",
        f"held_until = '{stamp(NOW + 8 * MINUTE)}'",  # it rested until a while ago
    ],
)
async def test_a_channel_that_is_not_well_makes_no_message_overdue(pages: Site, how: str) -> None:
    raise_one(pages.store)
    change(pages, how)

    late = pages.read(lambda db: gauges.overdue(db, NOW + 10 * MINUTE))

    assert late <= 2 * MINUTE


def test_a_task_without_an_answer_is_told() -> None:
    with Workers(1, time_limit=1) as workers:
        assert health.answered(workers) == "ok"

        workers._begun[object()] = time.monotonic() - 30

        assert health.answered(workers).startswith("a task is 19s past")


async def test_tasks_that_were_answered_are_forgotten() -> None:
    with Workers(1, time_limit=5) as workers:
        await workers.run(time.monotonic)

        assert workers._begun == {}


async def test_a_clock_that_was_set_back_harms_nothing(pages: Site) -> None:
    pages.now = NOW - 90 * SECOND

    assert (await checks(pages))[0] == 200
