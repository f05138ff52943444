"""The page Now, and what is clicked on it."""

from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from monitor.options import Watch
from monitor.store import Database, alerts, feedback, latest, silences
from tests.site import Site, site
from tests.store.newsroom import BOTH, NOW, entry, judge, poll, raise_one, set_up


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        yield made


def poll_one(db: Database, slug: str, now: datetime) -> None:
    poll(db, entry(slug, f"Nvidia opens plant {slug}"), now=now)


async def test_an_empty_page_says_what_to_do_next(pages: Site) -> None:
    answer = await pages.get("/")

    assert answer.status == 200
    assert "Nothing has alerted yet" in answer.words


async def test_a_story_stands_there_with_its_evidence_and_its_deliveries(pages: Site) -> None:
    raise_one(pages.store)

    answer = await pages.get("/")

    assert "<mark>Nvidia</mark> opened a plant." in answer.text
    assert "desk pending mail pending" in answer.words


async def test_useful_is_noted_and_taken_back(pages: Site) -> None:
    raise_one(pages.store)

    done = await pages.post("/alerts/a0/feedback", useful="useful", back="/?watch=Nvidia")
    noted = pages.read(lambda db: feedback.of(db, "a0"))
    await pages.post("/alerts/a0/feedback", useful="cleared")

    assert (done.status, done.headers["Location"]) == (303, "/?watch=Nvidia&told=useful#alert-a0")
    assert noted is True
    assert pages.read(lambda db: feedback.of(db, "a0")) is None


async def test_a_muted_story_is_silenced_for_all_watches_and_alerts_again_when_it_is_not(pages: Site) -> None:
    raise_one(pages.store)

    await pages.post("/stories/1/mute")
    await pages.post("/stories/1/mute")
    muted = pages.read(lambda db: silences.listed(db, NOW))
    await pages.post("/stories/1/unmute")

    assert [(each.watch, each.story, each.ends) for each in muted] == [("", 1, None)]
    assert pages.read(lambda db: silences.listed(db, NOW)) == []


async def test_a_watch_is_snoozed_and_woken(pages: Site) -> None:
    raise_one(pages.store)

    await pages.post("/watches/Nvidia/snooze", **{"for": "4h"})
    snoozed = pages.read(lambda db: silences.snoozed(db, NOW))
    await pages.post("/watches/Nvidia/wake")

    assert snoozed["Nvidia"].ends == NOW + timedelta(hours=4)
    assert pages.read(lambda db: silences.snoozed(db, NOW)) == {}


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/alerts/a0/feedback", {"useful": "perhaps"}),
        ("/watches/Nvidia/snooze", {"for": "90y"}),
        ("/watches/Nvidia/snooze", {}),
    ],
)
async def test_a_form_that_says_nothing_known_is_refused(pages: Site, path: str, form: dict[str, str]) -> None:
    raise_one(pages.store)

    answer = await pages.post(path, **form)

    assert answer.status == 400


@pytest.mark.parametrize(
    "path", ["/alerts/none/feedback", "/stories/99/mute", "/watches/Nobody/snooze", f"/stories/{10**17}/unmute"]
)
async def test_what_is_gone_is_said_to_be(pages: Site, path: str) -> None:
    answer = await pages.post(path, useful="useful", **{"for": "1h"})

    assert answer.status == 303
    assert pages.read(lambda db: silences.listed(db, NOW)) == []


@pytest.mark.parametrize(
    "back",
    ["//evil.example/", "https://evil.example/", "/\\evil.example", "javascript:alert(1)", "", "x", "/%0d%0aa:b"],
)
async def test_a_click_never_leads_to_another_site(pages: Site, back: str) -> None:
    raise_one(pages.store)

    done = await pages.post("/stories/1/mute", back=back)

    assert done.status == 303
    assert done.headers["Location"].startswith("/")
    assert not done.headers["Location"].startswith(("//", "/\\"))


async def test_older_stories_are_on_further_pages_and_none_is_on_two(pages: Site) -> None:
    raise_one(pages.store)
    for number in range(2, 40):
        later = NOW + timedelta(minutes=number)
        pages.write(partial(poll_one, slug=str(number), now=later))
        pages.write(partial(judge, now=later))

    seen: list[int] = []
    before = None
    while found := pages.read(partial(latest.stories, now=NOW, limit=15, before=before)):
        seen += [story.id for story in found]
        before = found[-1].last

    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len(pages.read(alerts.status))


async def test_older_stories_of_a_watch_are_reached_though_another_watch_told_of_them_since(pages: Site) -> None:
    other = Watch(name="Other", companies=("Nvidia",), channels=("desk",))
    pages.write(lambda db: set_up(db, watches=(BOTH, other)))
    pages.write(poll)
    for number in range(20):
        pages.write(partial(poll_one, slug=f"s{number}", now=NOW + timedelta(minutes=number)))
        pages.write(partial(judge, now=NOW + timedelta(minutes=number)))
    # The other watch told of each of them hours later.
    pages.write(
        lambda db: db.execute(
            "UPDATE alerts SET created = '2026-03-02' || substr(created, 11)"
            " WHERE rule_id = (SELECT max(id) FROM rules)"
        )
    )

    seen: list[int] = []
    before = None
    while found := pages.read(partial(latest.stories, now=NOW, limit=6, before=before, watch="Nvidia")):
        seen += [story.id for story in found]
        before = found[-1].last

    assert seen == list(range(20, 0, -1))


@pytest.mark.parametrize(
    "before", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00", "x", "", "2026-03-01T12:00:00", "%00", "%FF"]
)
async def test_any_time_in_an_address_is_answered(pages: Site, before: str) -> None:
    assert (await pages.get(f"/?before={before}")).status == 200
