"""The archive as rules read it."""

from monitor.model import TextSource
from monitor.store import Store, archive, articles
from monitor.store.articles import NewRevision
from tests.store.newsroom import MINUTE, NOW, SECOND, URL, entry, page, poll, set_up


def test_the_latest_articles_come_first_each_in_the_wording_that_counts(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("a"), entry("b"), read_pages=True))
    store.write_now(lambda db: poll(db, entry("c", "Weather", summary="Rain."), now=NOW + MINUTE))
    [first, *_] = store.read_now(lambda db: articles.unread(db, NOW, 1))
    store.write_now(lambda db: articles.record_page(db, first, page("The whole page."), NOW + SECOND))

    found = store.read_now(lambda db: archive.latest(db, 10))

    assert [document.text for document in found] == ["Rain.", "Nvidia opened a plant, says a.", "The whole page."]
    assert found[0].title == "Weather"
    assert {source.url for document in found for source in document.sources} == {URL}
    assert store.read_now(lambda db: archive.latest(db, 1)) == found[:1]


def test_a_correction_takes_the_place_of_what_was_said_before(store: Store) -> None:
    store.write_now(set_up)
    store.write_now(lambda db: poll(db, entry("a")))
    corrected = NewRevision("Nvidia shuts a plant", "It did.", "", TextSource.FEED, "en", NOW)
    store.write_now(lambda db: articles.revise(db, 1, corrected, NOW + SECOND, judge_at=NOW + SECOND))

    [found] = store.read_now(lambda db: archive.latest(db, 10))

    assert found.title == "Nvidia shuts a plant"
