"""The pages of watches, the box to try a rule in, and saving it."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest

from monitor import config
from monitor.errors import WorkerError
from monitor.options import Watch, Web
from monitor.store import feedback, silences
from monitor.web import trying
from tests.site import Site, site
from tests.store.newsroom import BOTH, NOW, entry, judge, poll, raise_one, set_up

ODD = 'a/b & "c" <script>alert(1)</script> #?'
RULE = '[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia"]\n'
FILE = '# Ours\n[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia"]  # chips\n'


@pytest.fixture
async def pages(tmp_path: Path) -> AsyncIterator[Site]:
    async with site(tmp_path, BOTH) as made:
        yield made


def allow_edits(pages: Site) -> None:
    pages.config.path.write_text(FILE)
    pages.config = pages.config.model_copy(update={"web": Web(edit=True)})


def seen_on(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


# ---------------------------------------------------------------- the list


async def test_a_watch_stands_in_the_list_with_what_it_brought(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(lambda db: feedback.give(db, "a0", useful=False, now=NOW))
    pages.write(lambda db: silences.add(db, watch="Nvidia", ends=NOW + timedelta(hours=1), comment="", now=NOW))
    pages.now = NOW + timedelta(minutes=1)

    answer = await pages.get("/watches")

    assert answer.status == 200
    assert 'href="/watches/Nvidia"' in answer.text
    assert 'aria-label="1 alerts in 30 days"' in answer.text
    assert "1 1 12:00:00 0 1 snoozed until 13:00:00" in answer.words


async def test_without_any_watch_the_page_says_how_to_write_one(pages: Site) -> None:
    pages.config = pages.config.model_copy(update={"watches": ()})

    answer = await pages.get("/watches")

    assert "There is no watch yet" in answer.words
    assert "[[watch]]" in answer.words


async def test_watches_are_sorted_and_there_are_a_hundred_on_a_page(pages: Site) -> None:
    raise_one(pages.store)
    more = tuple(Watch(name=f"W{number:03}", topics=("x",), enabled=False) for number in range(150))
    pages.config = pages.config.model_copy(update={"watches": (*more, BOTH)})
    pages.now = NOW + timedelta(minutes=1)

    by_name, second = await pages.get("/watches"), await pages.get("/watches?page=2&sort=name")
    by_alerts, by_last = await pages.get("/watches?sort=alerts"), await pages.get("/watches?sort=last")

    assert by_name.text.count('<th scope="row">') == 100
    assert second.text.count('<th scope="row">') == 51
    assert by_name.words.index("Nvidia") < by_name.words.index("W000")
    for answer in (by_alerts, by_last):
        assert answer.words.index("Nvidia") < answer.words.index("W000")
    assert len(by_name.text) < 100_000


@pytest.mark.parametrize(
    "query", ["sort=x", "page=-1", "page=99999999999999999999", "page=x", "sort=last&sort=%00", "told=x"]
)
async def test_any_address_is_valid(pages: Site, query: str) -> None:
    assert (await pages.get(f"/watches?{query}")).status == 200
    assert (await pages.get(f"/watches/Nvidia?{query}")).status == 200
    assert (await pages.get(f"/watches/try?{query}")).status == 200


# ---------------------------------------------------------------- one watch


async def test_a_watch_is_said_in_words_with_its_matches(pages: Site) -> None:
    raise_one(pages.store)
    pages.now = NOW + timedelta(minutes=1)

    answer = await pages.get("/watches/Nvidia")

    assert answer.status == 200
    assert "fires when any of these is found in title or text - company Nvidia" in answer.words
    assert "<mark>Nvidia</mark> opened a plant." in answer.text
    assert 'href="/?watch=Nvidia"' in answer.text
    assert 'href="/watches/Nvidia/atom"' in answer.text
    assert "name = &#34;Nvidia&#34;" in answer.text


async def test_the_box_holds_the_rule_as_its_file_has_it(pages: Site) -> None:
    pages.config.path.write_text(FILE)

    answer = await pages.get("/watches/Nvidia")

    assert "[&#34;Nvidia&#34;]  # chips" in answer.text


async def test_nothing_hostile_becomes_markup_and_a_name_holds_any_character(pages: Site) -> None:
    odd = BOTH.model_copy(update={"name": ODD})
    pages.config = pages.config.model_copy(update={"watches": (odd,)})
    pages.write(lambda db: set_up(db, watches=(odd,)))
    pages.write(poll)
    evil = "Nvidia <script>alert(1)</script>"
    pages.write(lambda db: poll(db, entry("1", evil, summary=evil)))
    pages.write(judge)
    pages.now = NOW + timedelta(minutes=1)
    at = f"/watches/{quote(ODD, safe='')}"

    listed, shown = await pages.get("/watches"), await pages.get(at)
    tried = await pages.post("/watches/try", rule="[[watch]]\nname = '''" + ODD + "'''\ncompanies = ['Nvidia']\n")
    wrong = await pages.post("/watches/try", rule="[[watch]]\n<script>alert(1)</script>")
    await pages.post(f"{at}/snooze", **{"for": "1h"})
    snoozed = pages.read(lambda db: silences.snoozed(db, pages.now))
    missing = await pages.get("/watches/%3Cscript%3Ealert(1)%3C%2Fscript%3E")

    assert [each.status for each in (listed, shown, tried, wrong, missing)] == [200, 200, 200, 422, 404]
    assert f'href="{at}"' in listed.text
    assert list(snoozed) == [ODD]
    for answer in (listed, shown, tried, wrong, missing):
        assert "<script" not in answer.text


async def test_a_watch_that_is_not_in_the_configuration_any_more_is_said_to_be_gone(pages: Site) -> None:
    raise_one(pages.store)
    pages.config = pages.config.model_copy(update={"watches": ()})

    answer = await pages.get("/watches/Nvidia")

    assert answer.status == 404
    assert "No watch “Nvidia” is in the configuration." in answer.words


# ---------------------------------------------------------------- trying


async def test_a_rule_is_tried_on_what_is_stored(pages: Site) -> None:
    raise_one(pages.store)
    pages.write(lambda db: poll(db, entry("2", "Tesla opens a plant", summary="Tesla opened a plant."), now=NOW))
    pages.write(judge)
    pages.now = NOW + timedelta(days=1)

    answer = await pages.post("/watches/try", rule='[[watch]]\r\nname = "Nvidia"\r\ncompanies = ["Tesla"]\r\n')

    assert answer.status == 200
    assert "+1 stories, −1" in answer.words
    assert "looked at 2 articles" in answer.words
    assert "<mark>Tesla</mark>" in answer.text
    assert "set edit = true below [web]" in answer.words
    assert "Save as watch" not in answer.words


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        ("[[watch]\n", "line 1, column 8"),
        ('[[watch]]\nname = "x"\nquery = "chip AND (a OR"\n', "query, line 3, column "),
        ('[[watch]]\nname = "x"\nqeury = "a"\n', 'did you mean "query"?'),
        ('[[watch]]\nname = "x"\n', "the watch looks for nothing"),
        ('[[watch]]\nname = "x"\ntopics = ["a"]\nchannels = ["nowhere"]\n', "known are desk, mail"),
        ('[[watch]]\nname = "x"\ntickers = ["not a ticker"]\n', "tickers[1]"),
        ("", "it is not one [[watch]]"),
    ],
)
async def test_mistakes_are_those_of_check(pages: Site, rule: str, said: str) -> None:
    answer = await pages.post("/watches/try", rule=rule)

    assert answer.status == 422
    assert said.replace('"', "&#34;") in answer.text


async def test_a_caret_stands_under_the_mistake(pages: Site) -> None:
    answer = await pages.post("/watches/try", rule='[[watch]]\nname = "x"\nquery = "chip ~ a"\n')

    assert "query = &#34;chip ~ a&#34;\n              ^</pre>" in answer.text


async def test_a_rule_that_is_too_long_or_none_is_refused(pages: Site) -> None:
    long = await pages.post("/watches/try", rule="x" * 20_001)
    none = await pages.post("/watches/try")

    assert (long.status, none.status) == (413, 422)
    assert "Keep the rule below 20,000 characters." in long.words


async def test_no_more_than_two_rules_are_tried_at_a_time(pages: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    let_go, begun = asyncio.Event(), asyncio.Queue[None]()

    async def slow(*_: object) -> None:
        await begun.put(None)
        await let_go.wait()
        raise WorkerError("trial took longer than 20 s and was stopped")

    monkeypatch.setattr(trying, "_trial", slow)
    running = [asyncio.create_task(pages.post("/watches/try", rule=RULE)) for _ in range(2)]
    for _ in running:
        await begun.get()

    third = await pages.post("/watches/try", rule=RULE)
    let_go.set()
    done = await asyncio.gather(*running)

    assert third.status == 429
    assert "try again in a few seconds" in third.words
    assert [each.status for each in done] == [422, 422]
    assert "was stopped" in done[0].words


# ---------------------------------------------------------------- saving


async def test_a_tried_rule_is_saved_where_pages_may_edit(pages: Site) -> None:
    allow_edits(pages)
    rule = FILE.removeprefix("# Ours\n").replace('["Nvidia"]', '["Nvidia", "AMD"]')

    tried = await pages.post("/watches/try", rule=rule)
    done = await pages.post("/watches/save", rule=rule, seen=seen_on(tried.text))

    assert "Save as watch" in tried.words
    assert (done.status, done.headers["Location"]) == (303, "/watches/Nvidia?told=saved")
    assert pages.config.path.read_text() == f"# Ours\n{rule}"
    assert config.load(pages.config.path, {}).watches[0].companies == ("Nvidia", "AMD")


async def test_pages_that_may_not_edit_refuse_to_save(pages: Site) -> None:
    pages.config.path.write_text(FILE)

    answer = await pages.post("/watches/save", rule=RULE, seen="")

    assert answer.status == 403
    assert "set edit = true" in answer.words
    assert pages.config.path.read_text() == FILE


async def test_a_file_that_was_edited_meanwhile_is_not_overwritten(pages: Site) -> None:
    allow_edits(pages)
    tried = await pages.post("/watches/try", rule=RULE)
    pages.config.path.write_text(FILE + "# another hand\n")

    answer = await pages.post("/watches/save", rule=RULE, seen=seen_on(tried.text))

    assert answer.status == 422
    assert "changed since this page was made" in answer.words
    assert "another hand" in pages.config.path.read_text()


async def test_a_rule_with_a_mistake_is_not_saved(pages: Site) -> None:
    allow_edits(pages)

    answer = await pages.post("/watches/save", rule="[[watch]]\nname = ''\n", seen="x")

    assert answer.status == 422
    assert pages.config.path.read_text() == FILE


async def test_the_days_of_a_watch_are_drawn(pages: Site) -> None:
    raise_one(pages.store)

    page = await pages.get("/watches/Nvidia")
    drawn = await pages.get("/watches/Nvidia/chart.svg")
    unknown = await pages.get("/watches/Nobody/chart.svg")

    assert '<img src="/watches/Nvidia/chart.svg"' in page.text
    assert (drawn.status, drawn.headers["Content-Type"].partition(";")[0]) == (200, "image/svg+xml")
    assert "Alerts a day" in drawn.text
    assert unknown.status == 404
