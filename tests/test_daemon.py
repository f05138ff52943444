"""What the daemon does beside its work: it keeps time, and takes up an edited configuration."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor import rules
from monitor.daemon import assemble, keep_time
from monitor.errors import StoreError
from monitor.model import Document
from monitor.options import Config, Settings, Watch
from monitor.rules.directory.sec import Listing
from monitor.store import Store, companies

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


def test_a_clock_that_was_set_back_stalls_no_job() -> None:
    async def main() -> list[timedelta]:
        scheduler = AsyncIOScheduler(timezone=UTC)
        scheduler.start(paused=True)
        job = scheduler.add_job(print, "interval", seconds=30, next_run_time=NOW + timedelta(hours=3))
        near = scheduler.add_job(print, "interval", seconds=30, next_run_time=NOW + timedelta(seconds=20))
        keep_time(scheduler, NOW)
        waits = [job.next_run_time - NOW, near.next_run_time - NOW]
        scheduler.shutdown(wait=False)
        return waits

    assert asyncio.run(main()) == [timedelta(0), timedelta(seconds=20)]


def config(folder: Path, *watches: Watch) -> Config:
    return Config(settings=Settings(database=str(folder / "monitor.db")), watches=watches)


def store_list(folder: Path) -> None:
    with Store(folder / "monitor.db") as beside:
        listing = Listing(1, "ZYVOSHIRE NORDHOLM INC", "ZYVN", "NYSE")
        beside.write_now(lambda db: companies.replace(db, [listing], NOW))


ZYVN = Watch(name="zyvn", tickers=("NYSE:ZYVN",))
ARTICLE = Document("", "Zyvoshire Nordholm opened a plant.")


def test_a_running_daemon_takes_up_the_list_of_companies_that_a_command_stored(tmp_path: Path) -> None:
    async def main() -> list[int]:
        async with assemble(config(tmp_path, ZYVN), lambda *_: None, print) as daemon:
            before = len(rules.match(ARTICLE, daemon.machine.pipeline.ruleset.compiled))
            await asyncio.to_thread(store_list, tmp_path)
            await daemon.heed_companies()
            return [before, len(rules.match(ARTICLE, daemon.machine.pipeline.ruleset.compiled))]

    assert asyncio.run(main()) == [0, 1]


def test_a_list_that_could_not_be_taken_up_is_tried_again(tmp_path: Path) -> None:
    async def main() -> int:
        async with assemble(config(tmp_path, ZYVN), lambda *_: None, print) as daemon:
            await asyncio.to_thread(store_list, tmp_path)
            made, daemon._pipeline = daemon._pipeline, _fails  # type: ignore[assignment, method-assign]  # the one step that can
            try:
                await daemon.heed_companies()
            except StoreError:
                daemon._pipeline = made  # type: ignore[method-assign]
            await daemon.heed_companies()
            return len(rules.match(ARTICLE, daemon.machine.pipeline.ruleset.compiled))

    assert asyncio.run(main()) == 1


def test_a_list_taken_up_beside_an_edit_does_not_bring_the_old_configuration_back(tmp_path: Path) -> None:
    edited = config(tmp_path, ZYVN, Watch(name="new", companies=("Nvidia",)))

    async def main() -> list[str]:
        async with assemble(config(tmp_path, ZYVN), lambda *_: None, print) as daemon:
            await asyncio.to_thread(store_list, tmp_path)
            await asyncio.gather(daemon.heed_companies(), daemon.adopt(edited), daemon.heed_companies())
            return [rule.watch.name for rule in daemon.machine.pipeline.ruleset.compiled.rules]

    assert asyncio.run(main()) == ["zyvn", "new"]


async def _fails(*_: object) -> None:
    raise StoreError("database is locked")
