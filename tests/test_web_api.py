"""The read-only API: what it answers, what it refuses, and whether its document tells the truth."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from pydantic import SecretStr
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi import checks as conformance

from monitor.options import Channel, Web
from monitor.store import Database, silences
from tests.site import Site, site
from tests.store.newsroom import BOTH, NOW, SECOND, entry, judge, poll, raise_one

HOSTILE = "<script>alert(1)</script>"


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        made.headers = {}
        yield made


async def ask(pages: Site, path: str) -> Any:
    answer = await pages.get(f"/api/v1{path}")
    assert answer.status == 200, answer.text
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    return json.loads(answer.text)


async def refused(pages: Site, path: str) -> tuple[int, str]:
    answer = await pages.get(f"/api/v1{path}")
    told = json.loads(answer.text)
    assert list(told) == ["error"]
    return answer.status, told["error"]


def more(db: Database, slug: str, number: int) -> None:
    poll(db, entry(slug, f"Nvidia opens {slug} {HOSTILE}"), now=NOW + number * SECOND)
    judge(db, NOW + number * SECOND)


def fill(pages: Site) -> None:
    raise_one(pages.store)
    for number, slug in enumerate("abc", start=1):
        pages.write(partial(more, slug=slug, number=number))
    pages.write(lambda db: silences.add(db, watch="Nvidia", ends=NOW + timedelta(hours=1), comment="call", now=NOW))
    pages.now = NOW + timedelta(minutes=1)


async def test_the_index_leads_to_everything(pages: Site) -> None:
    fill(pages)

    index = await ask(pages, "/")

    for path in index["links"].values():
        where = path.replace("{id}", "1") + ("?q=nvidia" if path.endswith("/search") else "")
        assert (await pages.get(where)).status == 200
    assert (await pages.get(index["openapi"])).status == 200


async def test_alerts_are_those_that_the_command_prints(pages: Site, tmp_path: Path) -> None:
    fill(pages)

    [alert] = (await ask(pages, "/alerts?limit=1"))["alerts"]

    assert alert["id"] == "a3"
    assert alert["watch"] == "Nvidia"
    assert alert["first_seen"] == "2026-03-01T12:00:03.000Z"
    assert [each["channel"] for each in alert["deliveries"]] == ["desk", "mail"]
    assert alert["evidence"][0]["term"] == "Nvidia"


async def test_alerts_are_narrowed_by_time_and_watch(pages: Site) -> None:
    fill(pages)

    def ids(found: Any) -> list[str]:
        return [each["id"] for each in found["alerts"]]

    assert ids(await ask(pages, "/alerts?since=58s")) == ["a3", "a2"]
    assert ids(await ask(pages, "/alerts?since=2026-03-01T13:00:02%2B01:00")) == ["a3", "a2"]
    assert ids(await ask(pages, "/alerts?since=2026-03-01T13:00:02+01:00&limit=1")) == ["a3"]
    assert ids(await ask(pages, "/alerts?before=2026-03-01T12:00:01Z&watch=Nvidia")) == ["a0"]


async def test_stories_watches_feeds_deliveries_and_silences_are_listed(pages: Site) -> None:
    fill(pages)

    stories = (await ask(pages, "/stories"))["stories"]
    [watch] = (await ask(pages, "/watches"))["watches"]
    [feed] = (await ask(pages, "/feeds"))["feeds"]
    pending = (await ask(pages, "/deliveries?state=pending&channel=mail"))["deliveries"]
    [silence] = (await ask(pages, "/silences"))["silences"]

    assert [story["alerts"][0]["id"] for story in stories] == ["a3", "a2", "a1", "a0"]
    assert (watch["name"], watch["alerts_7d"]) == ("Nvidia", 4)
    assert watch["snoozed_until"] == "2026-03-01T13:00:00.000Z"
    assert (feed["name"], feed["state"], feed["entries"]) == ("The Outlet", "ok", 4)
    assert [each["alerts"] for each in pending] == [["a3"], ["a2"], ["a1"], ["a0"]]
    assert (silence["watch"], silence["running"]) == ("Nvidia", True)


async def test_an_article_is_told_with_its_life(pages: Site) -> None:
    fill(pages)

    article = await ask(pages, "/articles/1")
    why = await ask(pages, "/articles/1/why")

    assert (article["article"], article["text"]) == (1, "Nvidia opened a plant, says 1.")
    assert why["matches"][0]["alert"] == "a0"
    assert [event["what"] for event in why["events"]][:2] == ["seen", "text"]


async def test_text_is_searched_and_never_markup(pages: Site) -> None:
    fill(pages)

    answer = await pages.get("/api/v1/search?q=script")

    assert answer.headers["Content-Type"].startswith("application/json")
    assert HOSTILE in json.loads(answer.text)["hits"][0]["title"]
    assert (await ask(pages, "/search?q=%22%22%27%2A"))["hits"] == []


async def test_an_empty_monitor_answers_empty_lists(pages: Site) -> None:
    for name in ("alerts", "stories", "feeds", "deliveries", "trends", "silences"):
        assert await ask(pages, f"/{name}") == {name: []}


@pytest.mark.parametrize(
    ("path", "words"),
    [
        ("/alerts?limit=0", "limit: write a whole number from 1 to 500"),
        ("/alerts?limit=501", "limit: write a whole number from 1 to 500"),
        ("/alerts?limit=1e2", "limit: write a whole number from 1 to 500"),
        ("/alerts?limit=", "limit: write a whole number from 1 to 500"),
        ("/alerts?limit=1&limit=2", "limit: write it once"),
        ("/alerts?since=yesterday", 'since: write a time with its zone, such as "2026-03-01T12:00:00Z", or an age'),
        ("/alerts?since=2026-03-01T12:00:00", "since: write a time with its zone"),
        ("/alerts?before=2026-13-01T12:00:00Z", "before: write a time with its zone"),
        ("/alerts?id=1", 'there is no parameter "id" here; it takes before, limit, since, watch'),
        ("/feeds?limit=1", 'there is no parameter "limit" here; it takes none'),
        ("/search", "q: it is missing; words that all must occur"),
        ("/search?q=", "q: write 1 to 500 characters"),
        ("/deliveries?state=lost", "state: write one of held, pending, sending, sent, retry, dead"),
        ("/articles/one", "id: write a whole number"),
        ("/articles/1?id=1", 'there is no parameter "id" here'),
    ],
)
async def test_a_wrong_parameter_is_said_with_what_to_write(pages: Site, path: str, words: str) -> None:
    status, error = await refused(pages, path)

    assert status == 400
    assert error.startswith(words)


@pytest.mark.parametrize(
    "path",
    ["/articles/99", f"/articles/{2**53}", "/articles/99/why", "/alerts?watch=Nobody", "/deliveries?channel=x", "/no"],
)
async def test_what_is_not_there_is_said_not_to_be(pages: Site, path: str) -> None:
    assert (await refused(pages, path))[0] == 404


@pytest.mark.parametrize("since", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
async def test_the_ends_of_the_calendar_are_times(pages: Site, since: str) -> None:
    assert await ask(pages, f"/alerts?since={since}") == {"alerts": []}


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH"])
async def test_nothing_is_changed_through_it(pages: Site, method: str) -> None:
    answer = await pages.ask(method, "/api/v1/alerts", {"Origin": pages.url})

    assert answer.status == 405
    assert set(answer.headers["Allow"].split(",")) == {"GET", "HEAD"}


async def test_a_head_without_the_body_is_answered_too(pages: Site) -> None:
    for path in ("/api/v1/alerts", "/healthz", "/metrics"):
        answer = await pages.ask("HEAD", path)
        assert (answer.status, answer.text) == (200, "")


async def test_it_wants_the_token_and_a_name_of_ours(tmp_path: Path) -> None:
    async with site(tmp_path, BOTH, web_options=Web(token=SecretStr("secret"))) as guarded:
        guarded.headers = {}

        assert (await refused(guarded, "/alerts"))[0] == 401
        assert (await guarded.get("/api/v1/alerts", Authorization="Bearer secret")).status == 200
        assert (await guarded.get("/api/v1/alerts", Host="evil.example")).status == 403
        assert (await guarded.get("/api/v1/alerts", Origin="https://evil.example")).status == 403


async def test_no_address_of_a_channel_is_told(pages: Site) -> None:
    fill(pages)
    secret = Channel(name="desk", url=SecretStr("https://hooks.example/T0P-S3CRET"))
    pages.config = pages.config.model_copy(update={"channels": (secret,)})

    for path in (await ask(pages, "/"))["links"].values():
        where = path.replace("{id}", "1") + ("?q=nvidia" if path.endswith("/search") else "")
        assert "S3CRET" not in (await pages.get(where)).text


# ---------------------------------------------------------------- fuzzed

CHECKS = [
    not_a_server_error,
    conformance.status_code_conformance,
    conformance.content_type_conformance,
    conformance.response_schema_conformance,
    conformance.positive_data_acceptance,
    conformance.negative_data_rejection,
]


def fuzz(url: str, mode: GenerationMode) -> int:
    """Ask every endpoint what its document allows, or does not; gives how many requests were made."""
    schema = schemathesis.openapi.from_url(f"{url}/api/v1/openapi.json")
    made = 0
    found: Any = schema.get_all_operations()
    for result in found:
        operation = result.ok()  # raises where the document is wrong

        @settings(
            max_examples=15,
            deadline=None,
            database=None,
            derandomize=True,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(generation_mode=mode))
        def one(case: Any) -> None:
            nonlocal made
            made += 1
            case.call_and_validate(checks=CHECKS)

        if mode is GenerationMode.POSITIVE or operation.query or operation.path_parameters:
            one()
    return made


@pytest.mark.parametrize("mode", list(GenerationMode))
async def test_whatever_is_asked_is_answered_as_the_document_says(pages: Site, mode: GenerationMode) -> None:
    fill(pages)

    assert await asyncio.to_thread(fuzz, pages.url, mode) > 50
