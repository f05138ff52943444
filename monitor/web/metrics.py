"""Numbers for Prometheus: how things stand, by the database, and what the running process did; see docs/metrics.md.

Labels have values of ours only: neither feeds nor watches, of which there may be thousands, nor anything they wrote.
"""

from collections.abc import Iterator, Mapping
from datetime import timedelta

from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, GCCollector, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4

from monitor import report
from monitor.report import Latency
from monitor.steps import Step
from monitor.store import Database, gauges
from monitor.store import report as stored
from monitor.store.gauges import Gauges
from monitor.web import dashboard

PREFIX = "news_monitor_"

# The alerts of so long tell how fast the monitor is now.
LATELY = timedelta(hours=1)

# Name, what it counts, its label, and of each value the step that counts.
_STEPS: tuple[tuple[str, str, dict[str, Step]], ...] = (
    (
        "polls",
        "Polls of feeds, by how they ended; held: the host had asked to wait.",
        {"answered": Step.POLL_COMMITTED, "failed": Step.POLL_FAILED, "held": Step.HELD},
    ),
    ("pages", "Pages of articles that were asked for.", {"read": Step.READ_COMMITTED, "failed": Step.PAGE_FAILED}),
    (
        "judgements",
        "Texts that were matched against the watches.",
        {"judged": Step.JUDGE_COMMITTED, "failed": Step.NOT_JUDGED},
    ),
    (
        "sends",
        "Attempts to send a message, by whether the channel accepted it.",
        {"accepted": Step.ACCEPTED, "not_accepted": Step.NOT_ACCEPTED},
    ),
)


class Meters:
    """Counts what a pipeline does, from the start of the process. Call it as a watcher."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        GCCollector(registry=self.registry)
        self._by_step: dict[Step, Counter] = {}
        for name, words, outcomes in _STEPS:
            counter = Counter(PREFIX + name, words, ["outcome"], registry=self.registry)
            self._by_step |= {step: counter.labels(outcome) for outcome, step in outcomes.items()}
        entries = Counter(PREFIX + "entries", "Entries of feeds that were taken up.", ["kind"], registry=self.registry)
        self._by_fact = {kind: entries.labels(kind) for kind in ("new", "updated", "baseline")}
        self._by_fact["matches"] = self._counter("matches", "Watches that fired on a text.")
        self._by_fact["alerts"] = self._counter("alerts_raised", "Alerts that were raised.")
        self._dead = self._counter("dead_letters_made", "Messages that were given up.")

    def __call__(self, step: Step, facts: Mapping[str, object]) -> None:
        if step in self._by_step:
            self._by_step[step].inc()
        if step in (Step.POLL_COMMITTED, Step.JUDGE_COMMITTED):
            for fact, counter in self._by_fact.items():
                number = facts.get(fact)
                counter.inc(number if isinstance(number, int) else 0)
        if step is Step.NOT_ACCEPTED and facts.get("dead"):
            self._dead.inc()

    def _counter(self, name: str, words: str) -> Counter:
        return Counter(PREFIX + name, words, registry=self.registry)


class _Measured:
    """What was measured of the database, for a registry."""

    def __init__(self, found: Gauges, lately: Latency) -> None:
        self._found, self._lately = found, lately

    def collect(self) -> Iterator[Metric]:
        found = self._found
        yield _gauge("feeds", "Feeds of the configuration.", "state", found.feeds)
        yield _gauge("ailments", "What lasts that is wrong with feeds, or with the network.", "kind", found.ailments)
        yield _gauge("messages", "Messages to channels that are stored.", "state", found.messages)
        plain = {
            "pages_unread": ("Pages of articles that wait to be read.", found.unread),
            "texts_unjudged": ("Texts that wait to be matched.", found.unjudged),
            "dead_letters": ("Messages that were given up and want attention.", found.dead),
            "channels_down": ("Channels that take nothing.", found.down),
            "articles": ("Articles that are stored.", found.articles),
            "alerts": ("Alerts that are stored.", found.alerts),
            "overdue_seconds": (
                "For how long the message that waits longest is due, where its channel is well.",
                found.overdue.total_seconds(),
            ),
        }
        for name, (words, number) in plain.items():
            yield GaugeMetricFamily(PREFIX + name, words, number)
        spreads = {"seen_to_matched": self._lately.to_matched, "matched_to_sent": self._lately.to_sent}
        metric = GaugeMetricFamily(
            PREFIX + "latency_seconds", "How long alerts of the last hour took.", labels=["stage", "quantile"]
        )
        for stage, spread in spreads.items():
            if spread:
                metric.add_metric([stage, "0.5"], spread.p50)
                metric.add_metric([stage, "0.95"], spread.p95)
        yield metric


METERS = web.AppKey("meters", Meters)


def add_to(app: web.Application) -> None:
    """Add the address that Prometheus asks."""
    app[METERS] = app[dashboard.DASHBOARD].meters or Meters()
    app.router.add_get("/metrics", metrics)


async def metrics(request: web.Request) -> web.Response:
    """All numbers."""
    desk = dashboard.of(request)
    now = desk.now()

    def measure(db: Database) -> _Measured:
        return _Measured(gauges.gauges(db, now), report.latency(stored.delays(db, now - LATELY)))

    measured = CollectorRegistry(auto_describe=False)
    measured.register(await desk.readers.read(measure))
    body = generate_latest(measured) + generate_latest(request.app[METERS].registry)
    return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})


def _gauge(name: str, words: str, label: str, numbers: Mapping[str, int]) -> Metric:
    metric = GaugeMetricFamily(PREFIX + name, words, labels=[label])
    for each, number in numbers.items():
        metric.add_metric([each], number)
    return metric
