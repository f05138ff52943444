"""Feed health: what polls show becomes ailments, and what began or ended is told in one notice, not in one a feed."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import health
from monitor.health import Kind
from monitor.schedule import MINUTE
from monitor.store import Database, ailments, alerts

# What an outage brings comes bit by bit: a notice waits until nothing was added for so long, or for so long at most.
SETTLED = timedelta(seconds=30)
UNSETTLED = 3 * MINUTE
# No more than a notice in so long, whatever happens.
APART = 10 * MINUTE


def examine(db: Database, now: datetime) -> bool:
    """Note what is wrong with feeds, and what no longer is; true when this machine has just come online again."""
    ailments.forget(db, now)
    machine = ailments.lasting(db)
    offline = ailments.is_offline(db)
    found = {Kind.OFFLINE: "most likely this machine has no network"} if offline else {}
    back = bool(machine) and not offline
    if back:
        ailments.back_online(db, now)
    ailments.record(db, None, machine, found, now)
    for patient in ailments.patients(db, now):
        wrong = health.ailments(patient.vitals, now, patient.lasting, offline=offline)
        ailments.record(db, patient.feed_id, patient.lasting, wrong, now, patient.vitals)
    return back


def tell(db: Database, channels: Sequence[str], zone: ZoneInfo, now: datetime, *, settled: bool = False) -> bool:
    """Queue one notice of all that changed, once that has `settled`; true when there is one."""
    waiting = ailments.untold(db)
    if not waiting:
        return False
    times = [item.noticed for item in waiting]
    last = ailments.last_told(db)
    # That the machine is offline, or back, is not kept waiting.
    feeds_only = all(item.change.feed_id for item in waiting)
    if feeds_only and last and timedelta(0) <= now - last < APART:
        return False
    if not settled and now - max(times) < SETTLED and now - min(times) < UNSETTLED:
        return False
    changes = [item.change for item in waiting]
    moments = {time for change in changes for time in (change.began, change.ended) if time}
    when = {time: f"{time.astimezone(zone):%a %d %b, %H:%M %Z}" for time in moments}
    alerts.add_notice(db, channels, health.notice(changes, when), now)
    ailments.mark_told(db, [item.id for item in waiting], now)
    return True
