"""The SEC's list in the database."""

import sqlite3
from pathlib import Path

import pytest

from monitor.errors import StoreError
from monitor.rules.directory import built_in
from monitor.rules.directory.sec import Listing
from monitor.store import Store, companies, database
from monitor.store.companies import Loaded, Replaced
from tests.store.newsroom import MINUTE, NOW

BERKSHIRE = [
    Listing(1067983, "BERKSHIRE HATHAWAY INC", "BRK-B", "NYSE"),
    Listing(1067983, "BERKSHIRE HATHAWAY INC", "BRK-A", "NYSE"),
]
NVIDIA = Listing(1045810, "NVIDIA CORP", "NVDA", "Nasdaq")
LIST = [NVIDIA, *BERKSHIRE]


def invented(count: int) -> list[Listing]:
    return [Listing(number, f"Firm {number}", f"F{number}") for number in range(1, count + 1)]


def fill(store: Store, listings: list[Listing]) -> Replaced:
    return store.write_now(lambda db: companies.replace(db, listings, NOW))


def test_a_list_comes_back_as_firms_in_its_order(store: Store) -> None:
    assert fill(store, LIST) == Replaced(companies=2, new=2, gone=0)

    nvidia, berkshire = store.read_now(companies.firms)

    assert nvidia.names == ("Nvidia",)
    assert (berkshire.name, berkshire.tickers) == ("Berkshire Hathaway", ("NYSE:BRK.B", "NYSE:BRK.A"))


def test_a_symbol_that_is_listed_twice_is_stored_once(store: Store) -> None:
    fill(store, [NVIDIA, NVIDIA])

    [nvidia] = store.read_now(companies.firms)
    assert nvidia.tickers == ("NASDAQ:NVDA",)


def test_there_is_nothing_before_the_first_list(store: Store) -> None:
    assert store.read_now(companies.firms) == []
    assert store.read_now(companies.loaded) == Loaded(0, None)
    assert store.read_now(companies.version) == ""
    assert store.read_now(companies.directory) is built_in()


def test_a_list_takes_the_place_of_the_one_before_and_says_what_changed(store: Store) -> None:
    fill(store, invented(4))
    before = store.read_now(companies.version)

    done = store.write_now(
        lambda db: companies.replace(db, [NVIDIA, *invented(9)[2:4], *invented(9)[6:]], NOW + MINUTE)
    )

    assert done == Replaced(companies=6, new=4, gone=2)
    assert store.read_now(companies.loaded) == Loaded(6, NOW + MINUTE)
    assert store.read_now(companies.version) not in ("", before)


@pytest.mark.parametrize(
    ("listings", "problem"),
    [
        ([], "a list without any company is not stored; the one before is kept"),
        (invented(4), "this list holds 4 of 10 companies, as if it were cut off; the one before is kept"),
    ],
)
def test_a_list_that_was_cut_off_is_refused(store: Store, listings: list[Listing], problem: str) -> None:
    fill(store, invented(10))

    with pytest.raises(StoreError, match=problem):
        store.write_now(lambda db: companies.replace(db, listings, NOW + MINUTE))

    assert store.read_now(companies.loaded) == Loaded(10, NOW)


def test_a_short_list_is_taken_where_that_is_meant_and_an_empty_one_never(store: Store) -> None:
    fill(store, invented(10))

    with pytest.raises(StoreError, match="without any company"):
        store.write_now(lambda db: companies.replace(db, [], NOW, force=True))
    done = store.write_now(lambda db: companies.replace(db, invented(1), NOW, force=True))

    assert done == Replaced(companies=1, new=0, gone=9)


def test_half_as_many_are_no_cut(store: Store) -> None:
    fill(store, invented(10))

    assert fill(store, invented(5)) == Replaced(companies=5, new=0, gone=5)


def test_the_directory_knows_both_and_prefers_what_was_written_by_hand(store: Store) -> None:
    fill(store, LIST)

    directory = store.read_now(companies.directory)

    assert directory.of_name("NVIDIA Corp.") is built_in().of_name("Nvidia")
    assert [firm.name for firm in directory.search("berkshire")] == ["Berkshire Hathaway"]


def test_a_locked_database_keeps_the_list_it_has_and_is_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(database, "BUSY_MS", 50)
    with Store(tmp_path / "monitor.db") as store:
        fill(store, LIST)
        other = sqlite3.connect(store.path, isolation_level=None)
        other.execute("BEGIN IMMEDIATE")

        with pytest.raises(StoreError, match="locked; another program holds it"):
            fill(store, invented(9))

        assert len(store.read_now(companies.firms)) == 2
        assert store.read_now(companies.loaded) == Loaded(2, NOW)
        assert store.read_now(companies.version) == database.stamp(NOW)
        assert store.read_now(companies.directory).of_name("Berkshire Hathaway")
        other.execute("COMMIT")
        other.close()
        assert fill(store, invented(9)).companies == 9
