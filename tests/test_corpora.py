"""Feeds and pages that no one here wrote: feedparser's own test feeds, and Mozilla Readability's labelled pages."""

import io
import json
import re
import tarfile
from collections import Counter
from pathlib import Path

import feedparser
import pytest

from monitor import text, urls
from monitor.errors import ExtractError, ParseError
from monitor.extract import extract
from monitor.model import Extracted
from monitor.parse import parse

pytestmark = pytest.mark.corpus

CORPORA = Path(__file__).parents[2] / "shared" / "corpora"
URL = "http://example.com/feed"


def unpacked(name: str, target: Path) -> Path:
    archive = CORPORA / name
    if not archive.exists():
        pytest.skip(f"the corpus {name} is not beside the project")
    with tarfile.open(archive) as tar:
        tar.extractall(target, filter="data")
    return target


@pytest.fixture(scope="module")
def feeds(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, bytes, str]]:
    """Each feed with the Content-Type that it says it was served with."""
    root = unpacked("feeds.tar.xz", tmp_path_factory.mktemp("feeds"))
    files = sorted(path for path in root.rglob("*") if path.suffix in {".xml", ".json"})
    found = []
    for path in files:
        data = path.read_bytes()
        header = re.search(rb"Content-type:\s*(.*)", data)
        found.append((path, data, header[1].decode("ascii", "replace").strip() if header else ""))
    return found


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[Path, Extracted | None]]:
    """Each page's folder with what was extracted from it."""
    root = unpacked("pages.tar.xz", tmp_path_factory.mktemp("pages"))
    return [(source.parent, extracted(source)) for source in sorted(root.rglob("source.html"))]


def extracted(source: Path) -> Extracted | None:
    try:
        return extract(source.read_bytes(), url="http://fakehost/test/page.html")
    except ExtractError:
        return None


def test_every_feed_is_read_or_refused(feeds: list[tuple[Path, bytes, str]]) -> None:
    refused = []

    for path, data, content_type in feeds:
        try:
            parse(data, url=URL, content_type=content_type)
        except ParseError:
            refused.append(path.name)

    assert len(feeds) > 2_000
    assert len(refused) <= 10  # documents that are no feed, for feedparser neither


def test_entries_and_links_are_those_that_feedparser_finds(feeds: list[tuple[Path, bytes, str]]) -> None:
    compared, links, same_links = 0, 0, 0

    for path, data, content_type in feeds:
        headers = {"content-type": content_type or "application/xml", "content-location": URL}
        theirs = feedparser.parse(io.BytesIO(data), response_headers=headers)
        if not theirs.entries:
            continue
        ours = parse(data, url=URL, content_type=content_type)
        assert len(ours.entries) == len(theirs.entries), path
        compared += 1
        for entry, their in zip(ours.entries, theirs.entries, strict=True):
            if urls.is_web(their.get("link", "")):
                links += 1
                same_links += entry.link == their.link

    assert compared > 1_000
    # It takes an enclosure for the link where an element has both, and any guid, also one that is no address.
    assert links - same_links <= 12


def test_titles_of_encoded_feeds_are_those_that_feedparser_finds(feeds: list[tuple[Path, bytes, str]]) -> None:
    encoded = [feed for feed in feeds if "encoding" in feed[0].parts]

    for path, data, content_type in encoded:
        theirs = feedparser.parse(
            io.BytesIO(data), response_headers={"content-type": content_type or "application/xml"}
        )
        if theirs.feed.get("title") and "<" not in theirs.feed.title:
            assert parse(data, url=URL, content_type=content_type).title == text.one_line(theirs.feed.title), path

    assert encoded


def test_articles_are_found_and_their_text_is_the_expected(pages: list[tuple[Path, Extracted | None]]) -> None:
    scores = []

    for folder, found in pages:
        expected = text.from_html((folder / "expected.html").read_text("utf-8"))
        if len(expected) >= 200:  # shorter ones test other things than articles
            scores.append(f1(found.text if found else "", expected))

    assert len(scores) > 110
    assert sum(scores) / len(scores) > 0.92
    assert sum(score < 0.5 for score in scores) <= 4


def test_titles_and_dates_are_the_expected_for_most_pages(pages: list[tuple[Path, Extracted | None]]) -> None:
    same_title = dated = same_date = 0

    for folder, found in pages:
        expected = json.loads((folder / "expected-metadata.json").read_text("utf-8"))
        if found is None:
            continue
        same_title += found.title == text.one_line(expected["title"] or "")
        if expected.get("publishedTime"):
            dated += 1
            same_date += found.published is not None

    assert same_title / len(pages) > 0.7  # most others differ in the site's name, which we leave out
    assert same_date / dated > 0.9


def f1(found: str, expected: str) -> float:
    """Agreement of the words, as a multiset."""
    words, wanted = (Counter(re.findall(r"\w+", value.lower())) for value in (found, expected))
    common = sum((words & wanted).values())
    return 2 * common / (sum(words.values()) + sum(wanted.values())) if common else 0.0
