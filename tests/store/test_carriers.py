"""Which feeds would carry a page."""

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from monitor.model import Entry
from monitor.options import Feed
from monitor.store import Store, sync
from monitor.store.carriers import Carrier, carriers
from monitor.urls import is_web
from tests.store.newsroom import MINUTE, NOW, entry, poll, set_up

AGENCY = "https://agency.example/feed"
OUTLET = "https://feeds.outlet.example/all"


def found(store: Store, url: str) -> tuple[Carrier, ...]:
    return store.read_now(lambda db: carriers(db, url, NOW))


def names(store: Store, url: str) -> list[str]:
    return [one.source.url for one in found(store, url)]


def linking_to(*links: str) -> list[Entry]:
    return [entry(link, link=link) for link in links]


def test_feeds_that_link_to_the_site_come_first_those_that_link_nearby_before_others(store: Store) -> None:
    other = "https://aggregator.example/feed"
    store.write_now(lambda db: set_up(db, OUTLET, AGENCY, other))
    near = linking_to("https://www.outlet.example/tech/a", "https://outlet.example/sport/b")
    far = linking_to(*(f"https://outlet.example/sport/{number}" for number in range(3)))
    store.write_now(lambda db: poll(db, *near, url=AGENCY))
    store.write_now(lambda db: poll(db, *far, url=other, now=NOW + MINUTE))

    told = found(store, "https://outlet.example/tech/new")

    assert [(one.source.url, one.links, one.near, one.last) for one in told] == [
        (AGENCY, 2, 1, NOW),
        (other, 3, 0, NOW + MINUTE),
        (OUTLET, 0, 0, None),
    ]


@pytest.mark.parametrize(
    ("page", "fits"),
    [
        ("https://outlet.example/x", True),
        ("https://www.outlet.example/x", True),
        ("https://news.outlet.example/x", True),
        ("https://otheroutlet.example/x", False),
        ("https://outlet.example.net/x", False),
        ("https://example/x", False),
    ],
)
def test_a_feed_without_links_there_would_carry_pages_of_its_own_domain(store: Store, page: str, fits: bool) -> None:
    store.write_now(lambda db: set_up(db, OUTLET))

    assert names(store, page) == [OUTLET] * fits


def test_one_blog_of_many_at_a_host_is_no_carrier_of_another(store: Store) -> None:
    store.write_now(lambda db: set_up(db, "https://one.blogs.example/feed"))

    assert names(store, "https://two.blogs.example/x") == []


def test_links_to_hosts_that_only_begin_alike_do_not_count(store: Store) -> None:
    store.write_now(lambda db: set_up(db, AGENCY))
    store.write_now(
        lambda db: poll(db, *linking_to("https://outlet.example.net/a", "https://outlet.example:8000/b"), url=AGENCY)
    )

    assert names(store, "https://outlet.example/x") == []
    assert names(store, "https://outlet.example:8000/x") == [AGENCY]


def test_a_feed_that_left_the_configuration_carries_nothing(store: Store) -> None:
    store.write_now(lambda db: set_up(db, AGENCY, OUTLET))
    store.write_now(lambda db: poll(db, *linking_to("https://outlet.example/a"), url=AGENCY))

    store.write_now(lambda db: sync.sync_feeds(db, [Feed(url=OUTLET)], NOW))

    assert names(store, "https://outlet.example/x") == [OUTLET]


@given(st.text())
def test_whatever_the_address_nothing_raises(tmp_path_factory: pytest.TempPathFactory, rest: str) -> None:
    url = f"https://{rest}"
    assume(is_web(url))
    with Store(tmp_path_factory.getbasetemp() / "carriers.db") as store:
        assert found(store, url) == ()
