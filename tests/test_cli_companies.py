"""`monitor companies` update and find."""

from pathlib import Path

import pytest

from monitor.rules.directory import built_in, sec
from monitor.store import companies
from tests.command import Desk
from tests.house import House, eventually
from tests.server import Server
from tests.test_rules_sec import NVIDIA, SAMPLE, table

COUNT = len(sec.firms(sec.parse(SAMPLE.read_bytes())))


@pytest.fixture
def desk(tmp_path: Path, capsys: pytest.CaptureFixture[str], server: Server) -> Desk:
    desk = Desk(tmp_path, capsys)
    desk.write(f'[settings]\ncontact = "desk@example.com"\nallow_private_hosts = ["{server.authority}"]\n')
    return desk


# ---------------------------------------------------------------- update


def test_the_list_is_fetched_with_our_name_and_contact(desk: Desk, server: Server) -> None:
    url = server.answer("/list.json", SAMPLE.read_bytes(), headers={"Content-Type": "application/json"})

    done = desk.run("companies", "update", url)

    assert (done.code, done.words) == (0, f"{COUNT} companies stored, {COUNT} new.")
    asked = server.last("/list.json").headers
    assert asked["user-agent"].endswith("(+desk@example.com)")
    assert asked["accept"].startswith("application/json")


def test_the_list_is_read_from_a_file_and_says_what_changed(desk: Desk, tmp_path: Path) -> None:
    desk.write()  # a file needs no contact
    file = tmp_path / "list.json"
    file.write_bytes(table(NVIDIA, [1, "Harbor Light Inc", "HL", ""]))
    desk.run("companies", "update", str(file))
    file.write_bytes(table([1, "Harbor Light Inc", "HL", ""], [2, "Second Light Inc", "SL", ""], [2, "", "SL-A", ""]))

    assert desk.run("companies", "update", str(file)).words == "2 companies stored, 1 new, 1 gone."
    [done] = desk.run("companies", "update", str(file), "--json").json()
    assert {key: done[key] for key in ("companies", "new", "gone", "listings")} == {
        "companies": 2,
        "new": 0,
        "gone": 0,
        "listings": 2,
    }


def test_the_sec_is_not_asked_without_a_contact(desk: Desk) -> None:
    desk.write()

    for arguments in ([], ["https://www.sec.gov/files/company_tickers.json"], ["https://SEC.gov./list"]):
        done = desk.run("companies", "update", *arguments)

        assert done.code == 2
        assert done.problem.startswith(
            'monitor: the SEC asks programs for a contact; set contact = "you@example.com" under [settings]'
        )
    assert not desk.database.exists()


@pytest.mark.parametrize(
    ("status", "body", "problem"),
    [
        (403, b"", "127.0.0.1 answered 403 Forbidden; nothing was changed"),
        (200, b"<html>Undeclared Automated Tool</html>", "127.0.0.1: this is no JSON, so it is not the SEC's list"),
        (200, b'{"fields": []}', "127.0.0.1: this JSON is not the SEC's list of companies"),
        (200, table(NVIDIA), f"this list holds 1 of {COUNT} companies, as if it were cut off; the one before is kept"),
    ],
)
def test_a_bad_answer_changes_nothing(desk: Desk, server: Server, status: int, body: bytes, problem: str) -> None:
    desk.run("companies", "update", str(SAMPLE))
    before = desk.run("companies", "--json").json()

    done = desk.run("companies", "update", server.status("/list.json", status, body=body))

    assert done.code == 1
    assert done.problem.startswith(f"monitor: {problem}")
    assert desk.run("companies", "--json").json() == before


def test_a_short_list_is_taken_by_force(desk: Desk, tmp_path: Path) -> None:
    desk.run("companies", "update", str(SAMPLE))
    (tmp_path / "short.json").write_bytes(table(NVIDIA))

    done = desk.run("companies", "update", str(tmp_path / "short.json"), "--force")

    assert done.words == f"1 company stored, 0 new, {COUNT - 1} gone."


def test_what_is_neither_a_file_nor_an_address_is_wrong_usage(desk: Desk, tmp_path: Path) -> None:
    for source in (str(tmp_path), "none.json", "ftp://www.sec.gov/list", ""):
        done = desk.run("companies", "update", source)

        assert done.code == 2
        assert "is neither a file nor an http(s) address" in done.problem


def test_the_list_is_written_beside_a_running_daemon(house: House, server: Server) -> None:
    house.write()
    house.publish()
    with house.daemon():
        eventually(lambda: server.hits("/rss"))

        done = house.run("companies", "update", str(SAMPLE))

        assert (done.stderr, done.stdout) == ("", f"{COUNT} companies stored, {COUNT} new.\n")


# ---------------------------------------------------------------- the group, and find


def test_the_group_says_how_many_are_known_and_how_old_the_list_is(desk: Desk) -> None:
    known = len(built_in().firms)
    assert "SEC's list not loaded; monitor companies update" in desk.run("companies").words
    assert desk.run("companies", "--json").json() == [{"built_in": known, "sec": 0, "updated": None}]
    assert not desk.database.exists()

    desk.run("companies", "update", str(SAMPLE))

    assert f"SEC's list {COUNT}, loaded 0s ago" in desk.run("companies").words
    [told] = desk.run("companies", "--json").json()
    assert (told["built_in"], told["sec"]) == (known, COUNT)


def test_a_hand_written_company_is_found_without_configuration_and_database(house: House) -> None:
    done = house.run("companies", "find", "nvidia")

    assert done.returncode == 0, done.stderr
    words = " ".join(done.stdout.split())
    assert words.startswith("company Nvidia tickers NASDAQ:NVDA")
    assert "people Jensen Huang" in words
    assert words.endswith("from built in")
    assert list(house.folder.iterdir()) == []


def test_a_company_of_the_list_is_found_by_name_and_by_ticker(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(table([1, "ZYVO NORDHOLM A S", "ZVN", "NYSE"]))
    desk.run("companies", "update", str(tmp_path / "list.json"))

    for wanted in ("Zyvo Nordholm A/S", "ZYVO NORDHOLM A S/ADR", "ZVN", "NYSE:ZVN", "zyvo"):
        words = desk.run("companies", "find", wanted).words
        assert words == "company Zyvo Nordholm tickers NYSE:ZVN from SEC"


def test_ambiguous_names_are_marked(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(
        table([1, "Harbor Holdings Inc", "HBRX", "NYSE"], [2, "HARBOR LIGHT", "HL", ""])
    )
    desk.run("companies", "update", str(tmp_path / "list.json"))

    one = desk.run("companies", "find", "HBRX").words
    several = desk.run("companies", "find", "har").words

    assert "also Harbor ambiguous Harbor: an article must support it" in one
    assert "Harbor Holdings NYSE:HBRX Harbor* SEC" in several
    assert "Harbor Light HL SEC * an article must support it" in several


def test_a_company_is_told_to_scripts(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(
        table([1, "ZYVOSHIRE NORDHOLM INC", "ZYV-B", "NYSE"], [1, "ZYVOSHIRE NORDHOLM INC", "ZYV-A", "NYSE"])
    )
    desk.run("companies", "update", str(tmp_path / "list.json"))

    [found] = desk.run("companies", "find", "ZYV-B", "--json").json()

    assert found == {
        "name": "Zyvoshire Nordholm",
        "tickers": ["NYSE:ZYV.B", "NYSE:ZYV.A"],
        "names": ["Zyvoshire Nordholm"],
        "units": [],
        "ambiguous": [],
        "people": [],
        "products": [],
        "not": [],
        "source": "SEC",
    }


def test_many_hits_are_cut_for_people_and_not_for_scripts(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "list.json").write_bytes(table(*([n, f"Zyvo Line {n}", f"ZL{n}", "OTC"] for n in range(1, 43))))
    desk.run("companies", "update", str(tmp_path / "list.json"))

    assert "and 12 more; write more of the name, or --json for all" in desk.run("companies", "find", "zyvo").words
    assert len(desk.run("companies", "find", "zyvo", "--json").json()) == 42


@pytest.mark.parametrize("wanted", ["Zzyzx Unheard", "", "-", "[bold]"])
def test_a_company_that_is_not_known_is_said_so_with_what_to_do(desk: Desk, wanted: str) -> None:
    done = desk.run("companies", "find", wanted)

    assert done.code == 1
    assert done.problem == (
        f'monitor: no company "{wanted}" is known; load the SEC\'s list (monitor companies update), '
        "or write its names into the companies of a watch"
    )
    desk.run("companies", "update", str(SAMPLE))
    assert "companies update" not in desk.run("companies", "find", "Zzyzx").problem


def test_the_store_gives_what_the_commands_wrote(desk: Desk) -> None:
    desk.run("companies", "update", str(SAMPLE))

    with desk.store() as store:
        assert len(store.read_now(companies.firms)) == COUNT
