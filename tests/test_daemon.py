"""What the daemon does beside its work: it keeps time, and takes up an edited configuration."""

import asyncio
from datetime import UTC, datetime, timedelta

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from monitor.daemon import keep_time

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
