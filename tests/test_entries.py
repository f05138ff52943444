"""What is new in a feed document."""

from collections.abc import Sequence

from hypothesis import given
from hypothesis import strategies as st

from monitor.entries import Known, Reconciled, identify, reconcile
from monitor.model import Entry

SITE = "https://outlet.example"


def entry(guid: str = "", link: str = "", title: str = "A headline", summary: str = "Text.") -> Entry:
    return Entry(guid=guid, link=f"{SITE}/{link}" if link else "", title=title, summary=summary)


def stored(entries: Sequence[Entry]) -> list[Known]:
    """What the store knows after a first poll that held these entries."""
    found = reconcile(identify(entries), [])
    return [Known(number, item.identity, item.canonical, item.digest) for number, item in enumerate(found.new, start=1)]


def poll(before: Sequence[Entry], after: Sequence[Entry]) -> Reconciled:
    return reconcile(identify(after), stored(before))


def test_a_first_document_is_all_new() -> None:
    found = poll([], [entry("1", "a"), entry("2", "b")])

    assert [item.entry.guid for item in found.new] == ["1", "2"]


def test_the_same_document_brings_nothing() -> None:
    document = [entry("1", "a"), entry("2", "b")]

    found = poll(document, document)

    assert not found.new
    assert not found.updated
    assert len(found.same) == 2


def test_a_changed_headline_is_an_update() -> None:
    found = poll([entry("1", "a")], [entry("1", "a", title="A corrected headline")])

    assert not found.new
    assert [item.entry.title for _, item in found.updated] == ["A corrected headline"]


def test_a_known_link_under_a_new_guid_is_no_news() -> None:
    found = poll([entry("1", "a")], [entry("rotated", "a")])

    assert not found.new
    assert [(number, item.identity) for number, item in found.same] == [(1, "rotated")]


def test_tracking_parameters_make_no_new_entry() -> None:
    found = poll([entry("", "a?utm_source=rss")], [entry("", "a?utm_source=feed&utm_campaign=x")])

    assert not found.new


def test_a_link_that_several_entries_share_identifies_nothing() -> None:
    status = [entry("1", "status", "Outage in the east"), entry("2", "status", "Outage in the west")]

    found = poll(status, [*status, entry("3", "status", "Outage in the north")])

    assert [item.entry.title for item in found.new] == ["Outage in the north"]
    assert all(item.link_is_shared for item in found.new)


def test_entries_that_share_a_link_and_have_no_guid_are_told_apart_by_content() -> None:
    status = [entry("", "status", "Outage in the east"), entry("", "status", "Outage in the west")]

    first = poll([], status)
    second = poll(status, [*status, entry("", "status", "Outage in the north")])

    assert len(first.new) == 2
    assert [item.entry.title for item in second.new] == ["Outage in the north"]


def test_an_entry_stays_known_when_its_link_comes_to_be_shared() -> None:
    one = entry("", "status", "Outage in the east")

    found = poll([one], [one, entry("", "status", "Outage in the west")])

    assert [item.entry.title for item in found.new] == ["Outage in the west"]


def test_a_guid_that_stands_on_every_entry_identifies_nothing() -> None:
    found = poll([], [entry("same", "a", "First"), entry("same", "b", "Second")])

    assert [item.entry.title for item in found.new] == ["First", "Second"]


def test_entries_without_guid_and_link_are_known_by_their_content() -> None:
    document = [entry(title="First"), entry(title="Second")]

    found = poll(document, [entry(title="Third"), *document])

    assert [item.entry.title for item in found.new] == ["Third"]


def test_a_new_guid_scheme_is_absorbed_also_where_texts_differ_a_little() -> None:
    before = [entry(str(number), f"{number}") for number in range(10)]
    after = [entry(f"urn:{number}", f"{number}", title="A headline, retouched") for number in range(10)]

    found = poll(before, after)

    assert found.guids_changed
    assert not found.new
    assert not found.updated
    assert len(found.same) == 10


ENTRIES = st.lists(
    st.builds(
        entry,
        guid=st.sampled_from(["", "1", "2", "3"]),
        link=st.sampled_from(["", "a", "b", "c"]),
        title=st.sampled_from(["One", "Two", "Three"]),
    ),
    max_size=8,
)


@given(ENTRIES)
def test_no_document_is_news_the_second_time(document: list[Entry]) -> None:
    found = poll(document, document)

    assert not found.new
    assert not found.updated


@given(ENTRIES, ENTRIES)
def test_every_identity_of_a_document_ends_in_exactly_one_place(before: list[Entry], after: list[Entry]) -> None:
    found = poll(before, after)

    placed = [item.identity for item in found.new]
    placed += [item.identity for _, item in (*found.updated, *found.same)]
    assert sorted(placed) == sorted(item.identity for item in identify(after))
