"""What no one here wrote is read as it should be: feedparser's own test feeds, and Mozilla Readability's pages."""

import calendar
import io
import json
import time
from datetime import UTC, datetime
from typing import Any

import feedparser
import pytest

from monitor import entry_text, text
from monitor.errors import ExtractError, ParseError
from monitor.extract import extract
from monitor.model import Entry, Extracted, ParsedFeed
from monitor.parse import parse
from tests import corpora
from tests.corpora import Feed, Labelled, f1

pytestmark = pytest.mark.corpus

URL = "http://example.com/feed"
# Far more than any takes: what hangs takes minutes.
SECONDS = 5

ID_IS_NO_ADDRESS = "feedparser makes an address of any id; one that is no web address by itself is no link here"
ENCLOSURE = "feedparser takes the enclosure where there is one; the page is the alternate link"
COMMENT = "what feedparser's sanitiser leaves of broken comments and scripts is shown as nothing, as in browsers"
CUT_OFF = "half an entry is none"
JSON = "feedparser reads no JSON Feed"
# Files in which what we read differs from what feedparser reads, with what differs and why.
DIFFERENCES = {
    "illformed/rss_incomplete_cdata.xml": ("entries", CUT_OFF),
    "json/example.json": ("entries", JSON),
    "wellformed/atom/entry_link_no_href_link_priority.xml": ("link", ENCLOSURE),
    "wellformed/atom/entry_link_rel_enclosure_no_href.xml": ("link", ENCLOSURE),
    "wellformed/atom10/entry_link_no_href_link_priority.xml": ("link", ENCLOSURE),
    "wellformed/atom10/entry_link_rel_enclosure_no_href.xml": ("link", ENCLOSURE),
    "wellformed/atom10/entry_id_with_attributes.xml": ("link", ID_IS_NO_ADDRESS),
    "wellformed/base/http_entry_id_base_content_location.xml": ("link", ID_IS_NO_ADDRESS),
    "wellformed/base/http_entry_id_base_docuri.xml": ("link", ID_IS_NO_ADDRESS),
    "wellformed/base/http_feed_id_base_content_location.xml": ("feed link", ID_IS_NO_ADDRESS),
    "wellformed/base/http_feed_id_base_docuri.xml": ("feed link", ID_IS_NO_ADDRESS),
    "wellformed/lang/http_content_language_entry_title_inherit_2.xml": ("link", ID_IS_NO_ADDRESS),
    "wellformed/node_precedence/atom10_id.xml": ("link", ID_IS_NO_ADDRESS),
    "wellformed/sanitize/entry_title_crazy.xml": ("title", COMMENT),
    "wellformed/sanitize/feed_title_crazy.xml": ("feed title", COMMENT),
    "wellformed/sanitize/xml_declaration_unexpected_character.xml": ("feed title", COMMENT),
    "wellformed/sanitize/xml_malicious_comment.xml": ("feed title", COMMENT),
}
REFUSED = {"illformed/rss_empty_document.xml": "an empty document is an error of the poll"}


@pytest.fixture(scope="module")
def feeds() -> list[Feed]:
    if why := corpora.missing("feeds.tar.xz"):
        pytest.skip(why)
    return corpora.feeds()


@pytest.fixture(scope="module")
def pages() -> list[tuple[Labelled, Extracted | None]]:
    """Each page with what was extracted from it."""
    if why := corpora.missing("pages.tar.xz"):
        pytest.skip(why)
    return [(page, extracted(page.data)) for page in corpora.pages()]


def extracted(data: bytes) -> Extracted | None:
    try:
        return extract(data, url="http://fakehost/test/page.html")
    except ExtractError:
        return None


def refusal(feed: Feed) -> str:
    try:
        parse(feed.data, url=URL, content_type=feed.content_type)
    except ParseError as error:
        return str(error)
    return ""


def by_feedparser(feed: Feed) -> Any:
    headers = {"content-type": feed.content_type or "application/xml", "content-location": URL}
    return feedparser.parse(io.BytesIO(feed.data), response_headers=headers)


def differences(ours: ParsedFeed, theirs: Any) -> set[str]:
    """What `ours` has other than the library, which resolves links and cleans HTML in a way of its own."""
    found = set()
    if len(ours.entries) != len(theirs.entries):
        return {"entries"}
    found |= {"feed title"} if ours.title != plain_title(theirs.feed) else set()
    found |= {"feed link"} if ours.link != theirs.feed.get("link", "") else set()
    for entry, their in zip(ours.entries, theirs.entries, strict=True):
        found |= entry_differences(entry, their)
    return found


def entry_differences(entry: Entry, their: Any) -> set[str]:
    same = {
        "title": entry.title == plain_title(their),
        "link": entry.link == their.get("link", ""),
        "date": entry.published == date(their),
    }
    return {name for name, is_same in same.items() if not is_same}


def plain_title(their: Any) -> str:
    kind = (their.get("title_detail") or {}).get("type") or ""
    return entry_text.title(their.get("title") or "", kind)


def date(their: Any) -> datetime | None:
    parsed = (dict.get(their, f"{name}_parsed") for name in ("published", "updated", "created"))
    first = next(filter(None, parsed), None)
    return datetime.fromtimestamp(calendar.timegm(first), UTC) if first else None


def test_every_feed_is_read_or_refused_in_time(feeds: list[Feed]) -> None:
    refused, slowest = {}, 0.0

    for feed in feeds:
        started = time.perf_counter()
        if reason := refusal(feed):
            refused[feed.name] = reason
        slowest = max(slowest, time.perf_counter() - started)

    assert len(feeds) > 2_100
    assert refused.keys() == REFUSED.keys()
    assert slowest < SECONDS


def test_entries_titles_links_and_dates_are_those_that_feedparser_finds(feeds: list[Feed]) -> None:
    found, entries = {}, 0

    for feed in feeds:
        if feed.name not in REFUSED:
            theirs = by_feedparser(feed)
            ours = parse(feed.data, url=URL, content_type=feed.content_type)
            entries += len(theirs.entries)
            if differing := differences(ours, theirs):
                found[feed.name] = ", ".join(sorted(differing))

    assert entries > 1_000
    assert found == {name: what for name, (what, _) in DIFFERENCES.items()}


def test_articles_are_found_and_their_text_is_the_expected(pages: list[tuple[Labelled, Extracted | None]]) -> None:
    labelled = [(page, found) for page, found in pages if len(page.expected) >= corpora.SHORTEST]

    scores = [f1(found.text if found else "", page.expected) for page, found in labelled]

    assert len(scores) > 110
    assert sum(scores) / len(scores) > 0.93  # the precision mode of trafilatura has 0.929; see `python -m bench`
    assert sum(score < 0.5 for score in scores) <= 4


def test_titles_and_dates_are_the_expected_for_most_pages(pages: list[tuple[Labelled, Extracted | None]]) -> None:
    same_title = dated = same_date = 0

    for page, found in pages:
        expected = json.loads(page.metadata)
        if found is None:
            continue
        same_title += found.title == text.one_line(expected["title"] or "")
        if expected.get("publishedTime"):
            dated += 1
            same_date += found.published is not None

    assert same_title / len(pages) > 0.7  # most others differ in the site's name, which we leave out
    assert same_date / dated > 0.9
