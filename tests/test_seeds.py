"""The starter watchlists and feeds: they load, say what they mean, and fire on what an editor would send on."""

import json
import re
import shutil
import tomllib
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

from monitor import config, notify, rules
from monitor.config import Checks
from monitor.extract import extract
from monitor.model import Document, Source
from monitor.options import Config, Feed
from monitor.web.newsroom import Item, Newsroom
from tests.house import House

ROOT = Path(__file__).parent.parent
SEEDS = ROOT / "seeds"
DATA = Path(__file__).parent / "data"
CHECKS = Checks(address=notify.problem, watch=rules.check)
THEMES = ["ai-infrastructure", "ai-race", "crypto", "fintech", "mega-caps", "semiconductors"]


@cache
def watchlist(theme: str) -> Config:
    return config.load(SEEDS / "watchlists" / f"{theme}.toml", {}, CHECKS, watchlist=True)


@cache
def ruleset() -> rules.Ruleset:
    """All lists together, as `include` puts them."""
    return rules.compile(watch for theme in THEMES for watch in watchlist(theme).watches)


def names(theme: str) -> list[str]:
    return [watch.name for watch in watchlist(theme).watches]


def fired(document: Document) -> set[str]:
    return {match.watch for match in rules.match(document, ruleset())}


def included(tmp_path: Path, text: str) -> Config:
    """A config.toml with this text."""
    (tmp_path / "config.toml").write_text(text, encoding="utf-8")
    return config.load(tmp_path / "config.toml", {}, CHECKS)


# ---------------------------------------------------------------- watchlists


def test_there_is_a_list_for_each_theme() -> None:
    assert sorted(path.stem for path in (SEEDS / "watchlists").iterdir()) == THEMES


@pytest.mark.parametrize("theme", THEMES)
def test_list_has_watches_for_every_channel_and_nothing_else(theme: str) -> None:
    loaded = watchlist(theme)

    assert 10 <= len(loaded.watches) <= 30
    assert (loaded.feeds, loaded.channels) == ((), ())
    assert not any(watch.channels or watch.sources or not watch.enabled for watch in loaded.watches)
    assert config.examine(SEEDS / "watchlists" / f"{theme}.toml", {}).not_in_effect == ()


@pytest.mark.parametrize("theme", THEMES)
def test_list_says_at_its_top_what_it_is_for(theme: str) -> None:
    text = (SEEDS / "watchlists" / f"{theme}.toml").read_text(encoding="utf-8")

    assert re.match(r"# \w", text)


def test_all_lists_go_together_with_the_example_configuration(tmp_path: Path) -> None:
    example = (ROOT / "config.example.toml").read_text(encoding="utf-8")
    own = included(tmp_path, example)
    hint = '# include = ["watchlists/*.toml"]'
    assert hint in example

    loaded = included(tmp_path, example.replace(hint, f"include = ['{SEEDS}/watchlists/*.toml']"))

    added = [name for theme in THEMES for name in names(theme)]
    assert [watch.name for watch in loaded.watches] == [watch.name for watch in own.watches] + added
    assert len(set(added)) == len(added)


# ---------------------------------------------------------------- feeds


@cache
def feeds() -> tuple[Feed, ...]:
    return config.load(SEEDS / "feeds.toml", {}, CHECKS, watchlist=True).feeds


def outlines() -> list[ElementTree.Element]:
    """The feeds of the OPML file, each of them in a folder."""
    root = ElementTree.parse(SEEDS / "feeds.opml").getroot()
    assert (root.tag, root.get("version")) == ("opml", "2.0")
    folders = root.findall("body/outline")
    assert all(folder.get("text") and folder.get("xmlUrl") is None for folder in folders)
    return [outline for folder in folders for outline in folder]


def test_opml_lists_the_same_feeds_as_the_toml() -> None:
    listed = [(outline.get("xmlUrl"), outline.get("text")) for outline in outlines()]

    assert listed == [(feed.url, feed.name) for feed in feeds()]
    assert {outline.get("type") for outline in outlines()} == {"rss"}


def test_every_feed_has_a_name_tags_and_an_address_of_its_own() -> None:
    assert len(feeds()) >= 30
    assert len({feed.url for feed in feeds()}) == len({feed.name for feed in feeds()}) == len(feeds())
    assert all(feed.name and feed.tags and feed.url.startswith("https://") for feed in feeds())


def test_feeds_that_are_commented_out_are_in_order_too(tmp_path: Path) -> None:
    text = (SEEDS / "feeds.toml").read_text(encoding="utf-8")
    hidden = re.sub(r"(?m)^# (?=\[\[feed\]\]|\w+ = )", "", text)

    everything = included(tmp_path, hidden).feeds

    off = {feed.name for feed in everything} - {feed.name for feed in feeds()}
    assert {"Seeking Alpha", "SEC 8-K of NVDA", "Google News on Nvidia"} <= off


def test_what_is_only_for_personal_use_is_off() -> None:
    assert not any("seekingalpha.com" in feed.url for feed in feeds())


@pytest.mark.parametrize("host", ["sec.gov", "dowjones.io", "bloomberg.com", "ft.com", "stratechery.com"])
def test_pages_that_cannot_be_read_are_not_fetched(host: str) -> None:
    found = [feed for feed in feeds() if host in feed.url]

    assert found
    assert not any(feed.full_text for feed in found)


# ---------------------------------------------------------------- headlines and paragraphs


CASES = tomllib.loads((DATA / "seeds.toml").read_text(encoding="utf-8"))["case"]


@pytest.mark.parametrize("case", CASES, ids=[case["title"] for case in CASES])
def test_article_fires_exactly_the_watches_it_is_about(case: dict[str, Any]) -> None:
    document = Document(case["title"], case.get("text", ""))

    assert fired(document) == set(case["fires"])


@pytest.mark.parametrize("theme", THEMES)
def test_every_watch_of_a_list_fires_on_an_article(theme: str) -> None:
    expected = {name for case in CASES for name in case["fires"]}

    assert set(names(theme)) - expected == set()


def test_look_alikes_are_among_the_articles() -> None:
    assert sum(not case["fires"] for case in CASES) >= 40


# ---------------------------------------------------------------- the demo newsroom


DEMO = tomllib.loads((DATA / "seeds_demo.toml").read_text(encoding="utf-8"))


class Clock:
    seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@cache
def newsroom() -> Newsroom:
    """The demo newsroom at the end of its hour, without a server."""
    clock = Clock()
    played = Newsroom(SEEDS / "demo", started=datetime(2026, 11, 23, 9, 30, tzinfo=UTC), clock=clock)
    played.begin()
    clock.seconds = max(item.last for item in played.items)
    return played


@cache
def fired_on(item: Item) -> set[str]:
    """The watches that fire on the page of an entry."""
    outlet = newsroom().outlets[item.outlet]
    url = f"https://demo.example{newsroom().page_path(item)}"
    read = extract(newsroom().render(item).encode(), url=url, content_type="text/html; charset=utf-8")
    source = Source(outlet.name, tier=outlet.tier, tags=outlet.tags)
    return fired(Document(read.title, read.text, read.related, read.language, (source,)))


PAGES = [item for item in newsroom().items if not item.link]
NOISE = [item for item in PAGES if not newsroom().version(item).expect]


@pytest.mark.parametrize("theme", THEMES)
def test_theme_fires_on_the_entries_of_the_demo_that_are_about_it(theme: str) -> None:
    expected = {watch: set(entries) for watch, entries in DEMO.get(theme, {}).items()}

    hits = {name: {item.key for item in PAGES if name in fired_on(item)} for name in names(theme)}

    assert {name: entries for name, entries in hits.items() if entries} == expected


@pytest.mark.parametrize("item", NOISE, ids=[item.key for item in NOISE])
def test_noise_of_the_demo_fires_nothing(item: Item) -> None:
    assert fired_on(item) == set()


def test_demo_has_noise_and_news() -> None:
    assert len(NOISE) >= 20
    assert len(PAGES) - len(NOISE) >= 30


# ---------------------------------------------------------------- as the README says, in the real process


def test_all_lists_together_are_included_checked_and_matched_as_the_readme_says(house: House) -> None:
    shutil.copytree(SEEDS / "watchlists", house.folder / "watchlists")
    shutil.copy(SEEDS / "feeds.toml", house.folder / "feeds.toml")
    house.config.write_text('include = ["watchlists/*.toml", "feeds.toml"]\n[settings]\ncontact = "me@example.com"\n')
    case = tomllib.loads((DATA / "seeds.toml").read_text())["case"][0]
    (house.folder / "article.json").write_text(json.dumps(case))

    checked, matched = house.run("check"), house.run("match", "--json", "article.json")

    assert checked.returncode == 0, checked.stderr
    assert "152 watches" in checked.stdout
    assert {match["watch"] for match in json.loads(matched.stdout)["matches"]} == set(case["fires"])
