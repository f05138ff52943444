"""What a running pipeline shows: a live line in a terminal, log lines elsewhere, and the totals of a pass."""

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import structlog
from rich.console import Console
from rich.live import Live
from rich.spinner import Spinner

from monitor.steps import Step

log = structlog.get_logger()


class Tally:
    """Counts the steps of a pipeline, and logs those that a reader of the log asks about. Call it as a watcher."""

    def __init__(self, refresh: Callable[[], None] = lambda: None) -> None:
        self.counts: Counter[str] = Counter()
        self.refresh = refresh

    def __call__(self, step: Step, facts: Mapping[str, object]) -> None:
        self._count(step, facts)
        self._log(step, facts)
        self.refresh()

    def _count(self, step: Step, facts: Mapping[str, object]) -> None:
        self.counts[step] += 1
        for key in ("new", "updated", "baseline", "matches"):
            self.counts[key] += _number(facts.get(key))
        if step is Step.JUDGE_COMMITTED:
            self.counts["alerts"] += _number(facts["alerts"])
        if facts.get("dead"):
            self.counts["dead"] += 1

    def _log(self, step: Step, facts: Mapping[str, object]) -> None:
        match step:
            case Step.POLL_COMMITTED if any(facts[key] for key in ("new", "updated", "baseline")):
                log.info("polled", **facts)
            case Step.JUDGE_COMMITTED if facts["alerts"]:
                log.info("alert", **facts)
            case Step.DELIVERY_COMMITTED:
                log.info("sent", **facts)
            case Step.POLL_FAILED:
                log.warning("poll failed", **facts)
            case Step.HELD:
                log.info("host asked to wait", **facts)
            case Step.NOT_ACCEPTED:
                log.warning("not sent", **facts)
            case Step.NOT_JUDGED:
                log.warning("not judged", **facts)
            case Step.NOT_RECORDED:
                log.error("not recorded", **facts)
            case Step.PAGE_FAILED:
                log.info("page not read", **facts)

    @property
    def polls(self) -> int:
        return self.counts[Step.POLL_COMMITTED] + self.counts[Step.POLL_FAILED]

    def line(self) -> str:
        """How far it has come, in one line."""
        read = self.counts[Step.READ_COMMITTED]
        parts = [
            f"{count(self.polls, 'poll')}",
            f"{self.counts['new']} new",
            f"{read} read",
            f"{count(self.counts['alerts'], 'alert')}",
            f"{self.counts[Step.DELIVERY_COMMITTED]} sent",
        ]
        if failed := self.counts[Step.POLL_FAILED]:
            parts.append(f"{count(failed, 'failed poll')}")
        if waiting := self.counts[Step.NOT_ACCEPTED]:
            parts.append(f"{count(waiting, 'failed send')}")
        return " · ".join(parts)

    def summary(self) -> str:
        """What one full pass did, in one line."""
        failed = self.counts[Step.POLL_FAILED]
        held = self.counts[Step.HELD]
        parts = [f"polled {count(self.polls, 'feed')}" + (f" ({failed} failed)" if failed else "")]
        if held:
            parts[0] += f", {held} left alone as their host asked"
        found = f"{count(self.counts['new'], 'new entry')}"
        if self.counts["updated"]:
            found += f", {self.counts['updated']} updated"
        if self.counts["baseline"]:
            found += f", {self.counts['baseline']} there already at first contact (stored, not alerted)"
        parts.append(found)
        pages = f"read {count(self.counts[Step.READ_COMMITTED], 'page')}"
        if unread := self.counts[Step.PAGE_FAILED]:
            pages += f" ({unread} gave nothing, so the feed's text stands)"
        parts.append(pages)
        sent = f"{count(self.counts['alerts'], 'alert')}, {count(self.counts[Step.DELIVERY_COMMITTED], 'message')} sent"
        if self.counts[Step.NOT_ACCEPTED]:
            dead = self.counts["dead"]
            retried = self.counts[Step.NOT_ACCEPTED] - dead
            sent += f", {retried} to be sent again" * bool(retried) + f", {dead} dead" * bool(dead)
        parts.append(sent)
        return "; ".join(parts)


@contextmanager
def live(console: Console, tally: Tally, note: Callable[[], str] = lambda: "") -> Iterator[None]:
    """Show the tally under whatever is printed, for the length of the block."""
    spinner = Spinner("dots", style="cyan")

    def refresh() -> None:
        spinner.update(text=f"{note()}{tally.line()}")

    refresh()
    with Live(spinner, console=console, refresh_per_second=8, transient=True):
        tally.refresh = refresh
        try:
            yield
        finally:
            tally.refresh = lambda: None


def count(number: int, noun: str) -> str:
    """`1 feed`, `2 feeds`, `3 watches`."""
    plural = noun[:-1] + "ies" if noun.endswith("try") else noun + ("es" if noun.endswith("ch") else "s")
    return f"{number} {noun if number == 1 else plural}"


def _number(value: object) -> int:
    return value if isinstance(value, int) else 0
