"""Numbers for Prometheus."""

import re
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from monitor.options import Web
from monitor.steps import Step, both
from monitor.web.metrics import Meters
from tests.fakes import Steps
from tests.site import Site, site
from tests.store.newsroom import BOTH, MINUTE, NOW, URL, entry, fail, poll, raise_one

DOCUMENT = Path(__file__).parent.parent / "docs" / "metrics.md"
HOSTILE = '"} 1\nnews_monitor_fake 1\n<script>'


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        yield made


async def scrape(pages: Site) -> dict[tuple[str, str], float]:
    answer = await pages.get("/metrics")
    assert answer.status == 200
    assert answer.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    return samples(answer.text)


def samples(text: str) -> dict[tuple[str, str], float]:
    """Values by name and labels."""
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


async def test_an_empty_monitor_has_zeros_and_no_gaps(pages: Site) -> None:
    found = await scrape(pages)

    assert found["news_monitor_messages", "dead"] == 0
    assert found["news_monitor_ailments", "gone"] == 0
    assert found["news_monitor_polls_total", "failed"] == 0


async def test_the_database_is_measured(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(lambda db: fail(db, HOSTILE, now=NOW + MINUTE))
    pages.now = NOW + 2 * MINUTE

    found = await scrape(pages)

    assert found["news_monitor_feeds", "failing"] == 1
    assert found["news_monitor_messages", "pending"] == 2
    assert found["news_monitor_alerts", ""] == 1
    assert found["news_monitor_articles", ""] == 1
    assert found["news_monitor_overdue_seconds", ""] == 120
    assert found["news_monitor_latency_seconds", "0.5,seen_to_matched"] == pytest.approx(0, abs=0.001)


async def test_nothing_of_a_feed_is_a_label(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(lambda db: poll(db, entry("x", HOSTILE)))
    pages.write(lambda db: fail(db, HOSTILE))

    answer = await pages.get("/metrics")

    assert "<script" not in answer.text
    assert URL not in answer.text
    assert "Nvidia" not in answer.text


def test_what_a_pipeline_does_is_counted() -> None:
    meters, steps = Meters(), Steps()
    watcher = both(meters, steps)

    watcher(Step.POLL_COMMITTED, {"feed": "x", "new": 3, "updated": 1, "baseline": 0})
    watcher(Step.POLL_FAILED, {"feed": "x", "error": "500"})
    watcher(Step.JUDGE_COMMITTED, {"title": "x", "matches": 2, "alerts": 1})
    watcher(Step.NOT_ACCEPTED, {"dead": True})
    watcher(Step.ACCEPTED, {"channel": "desk"})

    def value(name: str, **labels: str) -> float | None:
        return meters.registry.get_sample_value(f"news_monitor_{name}_total", labels)

    assert value("polls", outcome="answered") == value("polls", outcome="failed") == 1
    assert value("entries", kind="new") == 3
    assert (value("matches"), value("alerts_raised")) == (2, 1)
    assert value("sends", outcome="accepted") == value("sends", outcome="not_accepted") == 1
    assert value("dead_letters_made") == 1
    assert len(steps.passed) == 5


def test_two_monitors_in_one_process_count_by_themselves() -> None:
    one, other = Meters(), Meters()

    one(Step.ACCEPTED, {})

    assert other.registry.get_sample_value("news_monitor_sends_total", {"outcome": "accepted"}) == 0


async def test_numbers_want_the_token(tmp_path: Path) -> None:
    async with site(tmp_path, BOTH, web_options=Web(token=SecretStr("secret"))) as guarded:
        guarded.headers = {}

        assert (await guarded.get("/metrics")).status == 401
        assert (await guarded.get("/metrics", Authorization="Bearer secret")).status == 200


async def test_every_metric_is_documented_and_no_other(pages: Site) -> None:
    answer = await pages.get("/metrics")

    told = set(re.findall(r"^# HELP (news_monitor_\w+)", answer.text, re.M))
    told = {name for name in told if not name.endswith("_created")}
    written = set(re.findall(r"^\| `(news_monitor_\w+)", DOCUMENT.read_text(encoding="utf-8"), re.M))

    assert told == written
