import codecs
import json
import math
import pickle
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.errors import ParseError
from monitor.model import Entry, ParsedFeed
from monitor.parse import parse

URL = "https://feeds.example/feed"
VERSION = "https://jsonfeed.org/version/1.1"


def read(feed: dict[str, Any], **dumps: Any) -> ParsedFeed:
    return parse(json.dumps({"version": VERSION, **feed}, **dumps).encode(), url=URL, content_type="application/json")


def only(item: dict[str, Any]) -> Entry:
    (entry,) = read({"items": [item]}).entries
    return entry


@pytest.mark.parametrize("version", ["https://jsonfeed.org/version/1", "https://jsonfeed.org/version/1.1"])
def test_both_versions_are_read_and_authors_and_attachments_passed_over(version: str) -> None:
    item = {
        "id": "1",
        "url": "/one",
        "title": "One",
        "author": {"name": "A"},
        "authors": [{"name": "A"}, None],
        "attachments": [{"url": "https://feeds.example/a.mp3", "mime_type": "audio/mpeg"}],
        "tags": ["x"],
    }

    feed = read({"version": version, "title": "T", "authors": [], "items": [item], "expired": True})

    assert feed == ParsedFeed("T", "", entries=(Entry("1", "https://feeds.example/one", "One"),))


@pytest.mark.parametrize(
    "encoded",
    [
        lambda text: codecs.BOM_UTF8 + text.encode(),
        lambda text: b"\n\r\t " + text.encode(),
        lambda text: text.encode("utf-16"),
        lambda text: text.encode("utf-32"),
    ],
    ids=["byte order mark", "white space", "utf-16", "utf-32"],
)
def test_encodings_of_json_are_read(encoded: Any) -> None:
    text = json.dumps({"version": VERSION, "items": [{"id": "1", "title": "Zürich – “gut”"}]}, ensure_ascii=False)

    assert parse(encoded(text), url=URL).entries == (Entry("1", "", "Zürich – “gut”"),)


@pytest.mark.parametrize(("written", "guid"), [(7, "7"), (7.5, "7.5"), (True, ""), (None, ""), (["x"], ""), ("x", "x")])
def test_id_is_a_text_or_a_number(written: object, guid: str) -> None:
    assert only({"id": written}).guid == guid


@pytest.mark.parametrize(
    "item",
    [
        {"date_published": "2024-07-23T14:05:00-04:00"},
        {"date_published": "Tue, 23 Jul 2024 14:05:00 EDT"},
        {"date_published": 1721757900},
        {"date_published": 1721757900000},
        {"date_published": "soon", "date_modified": "2024-07-23T18:05:00Z"},
    ],
)
def test_date_is_read_in_whatever_form(item: dict[str, object]) -> None:
    assert only(item).published == datetime(2024, 7, 23, 18, 5, tzinfo=UTC)


def test_link_that_is_none_gives_way_to_the_external_one() -> None:
    assert only({"url": "javascript:x", "external_url": "//other.example/a"}).link == "https://other.example/a"


def test_title_and_texts_are_cleaned() -> None:
    entry = only(
        {"title": "<b>A&amp;B</b>\u202e\u200b up\x07", "content_text": "x\ufeffy\ud800", "summary": "<i>s</i>"}
    )

    assert (entry.title, entry.summary, entry.content) == ("A&B up", "s", "xy")


def test_items_that_are_no_objects_are_dropped_and_told() -> None:
    feed = read({"items": [1, {"id": "2"}, None, []]})

    assert [entry.guid for entry in feed.entries] == ["2"]
    assert feed.problems == ("3 items that are no objects were dropped",)


def test_items_that_are_no_list_are_told() -> None:
    assert read({"items": {"id": "1"}}).problems == ("there is no list of items",)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just("\ud800 <b>&#x110000;"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)
ITEM_KEYS = ["id", "url", "external_url", "title", "summary", "content_html", "content_text", "date_published"]
ITEMS = st.dictionaries(st.sampled_from([*ITEM_KEYS, "date_modified", "authors"]), JSON)


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from(["title", "home_page_url", "language", "items", "authors"]), JSON), ITEMS)
def test_values_of_any_type_cost_no_more_than_themselves(feed: dict[str, Any], item: dict[str, Any]) -> None:
    found = read({**feed, "items": [item, {"id": "good", "title": "Good"}]})

    assert found.entries[-1] == Entry("good", "", "Good")
    assert len(found.entries) == 2
    assert pickle.loads(pickle.dumps(found)) == found


@settings(deadline=None)
@given(JSON)
def test_any_json_is_a_feed_or_refused(value: object) -> None:
    try:
        found = parse(json.dumps(value).encode(), url=URL)
    except ParseError as refusal:
        assert "\n" not in str(refusal)
    else:
        assert not isinstance(value, float) or not math.isfinite(value) or found


@pytest.mark.parametrize("data", ['{"version": "', '{"a":' * 100_000, '{"version": 1' + "0" * 5_000 + "}", "{}"])
def test_json_that_is_no_feed_is_refused(data: str) -> None:
    with pytest.raises(ParseError, match="this is no feed"):
        parse(data.encode(), url=URL)
