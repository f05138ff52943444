"""Feed health: what polls show becomes ailments, and what began or ended is told in one notice, not in one a feed.

So are dead letters, and channels that are down.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from monitor import health
from monitor.health import Kind
from monitor.schedule import MINUTE
from monitor.store import Database, ailments, alerts, letters
from monitor.store.letters import Dead

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
    if feeds_only and _is_too_soon(last, now):
        return False
    if not settled and now - max(times) < SETTLED and now - min(times) < UNSETTLED:
        return False
    changes = [item.change for item in waiting]
    moments = {time for change in changes for time in (change.began, change.ended) if time}
    when = {time: f"{time.astimezone(zone):%a %d %b, %H:%M %Z}" for time in moments}
    alerts.add_notice(db, channels, health.notice(changes, when), now)
    ailments.mark_told(db, [item.id for item in waiting], now)
    return True


def tell_of_letters(db: Database, channels: Sequence[str], others: Sequence[str], now: datetime) -> bool:
    """Queue one notice of all dead letters since the last, and of channels that are down or no longer; true if any.

    To `channels`, but not to those that refuse what they are sent; if all do, to `others`; if those do, too, not yet.
    """
    letters.settle(db)
    dead, back = letters.untold(db), letters.recovered(db)
    last = letters.last_told(db)
    if not (dead or back) or (not back and _is_too_soon(last, now)):
        return False
    ill = letters.refusing(db)
    well = [name for name in channels if name not in ill] or [name for name in others if name not in ill]
    if not well:
        return False
    lines = [_of_dead(item) for item in dead]
    lines += [f"{name} takes messages again." + f" {_again(name, count)}" * (count > 0) for name, count in back]
    title = "messages were given up" if dead else "a channel is well again"
    alerts.add_notice(db, well, "\n".join([title, *lines]), now)
    letters.mark_told(db, [number for item in dead for number in item.messages], now)
    return True


def _is_too_soon(last: datetime | None, now: datetime) -> bool:
    """Whether there was a notice just now; a clock that was set back does not count."""
    return last is not None and timedelta(0) <= now - last < APART


def _of_dead(dead: Dead) -> str:
    count = len(dead.messages)
    words = f"{count} message{'s' * (count > 1)} to {dead.channel}: {dead.error}."
    words += f" Sent to {' and '.join(dead.instead)} instead." if dead.instead else ""
    words += f" {dead.channel} is down, and is tried now and then." if dead.down else ""
    if dead.gone:
        return f"{words} Put it back, and it gets what waited for it."
    return f"{words} {_again(dead.channel, count)}"


def _again(channel: str, count: int) -> str:
    what = "it" if count == 1 else "them"
    return f"To send {what} again: monitor deliveries retry --channel {channel}"
