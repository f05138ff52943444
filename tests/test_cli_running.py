"""The commands that set up: what `check` and `init` print, and how they exit."""

import json
from pathlib import Path

import pytest

from monitor.cli import main

FEED = '[[feed]]\nurl = "https://a.example.com/rss"\nname = "The Outlet"\ntags = ["press"]\n'
WATCH = '[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia"]\nsources = ["tag:pres", "The Outlet"]\n'
LATER = '[workers]\ncluster = "tcp://a.example:1"\n'
MISFIT = 'watch "Nvidia".sources[1]: "tag:pres" fits no feed; did you mean "tag:press"?'


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The current folder, empty."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("MONITOR_CONFIG", raising=False)
    return tmp_path


def run(*arguments: str) -> int:
    """The exit code of a command."""
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    return int(caught.value.code or 0)


# ---------------------------------------------------------------- check


def test_check_warns_of_sources_that_fit_no_feed_and_of_what_is_not_in_effect(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (folder / "config.toml").write_text(FEED + WATCH + LATER)

    code = run("check")

    printed, warned = capsys.readouterr()
    assert code == 0
    assert "config.toml is fine" in printed
    assert warned.splitlines() == [
        "workers.cluster: not in effect yet; a later release brings it",
        f"config.toml: {MISFIT}",
    ]


def test_check_warns_beside_mistakes_too(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "config.toml").write_text(f'[settings]\ninterval = "soon"\n{FEED}{WATCH}{LATER}')

    code = run("check")

    printed, warned = capsys.readouterr()
    assert (code, printed) == (2, "")
    assert [line.split("; ")[0] for line in warned.splitlines()] == [
        "workers.cluster: not in effect yet",
        'config.toml: watch "Nvidia".sources[1]: "tag:pres" fits no feed',
        'monitor: config.toml: settings.interval: "soon" is no duration',
    ]


@pytest.mark.parametrize("mistake", ["", '[settings]\ninterval = "soon"\n'], ids=["fine", "with a mistake"])
def test_check_says_the_same_as_json(folder: Path, capsys: pytest.CaptureFixture[str], mistake: str) -> None:
    (folder / "config.toml").write_text(mistake + FEED + WATCH + LATER)

    code = run("check", "--json")

    printed, warned = capsys.readouterr()
    found = json.loads(printed)
    assert (code, warned) == (2 if mistake else 0, "")
    assert found["ok"] is not bool(mistake)
    assert [item["key"] for item in found["mistakes"]] == ["settings.interval"] * bool(mistake)
    assert [item["key"] for item in found["warnings"]] == ['watch "Nvidia".sources[1]']
    assert found["not_in_effect"] == ["workers.cluster"]


# ---------------------------------------------------------------- init


def test_init_writes_a_configuration_that_check_finds_fine(folder: Path) -> None:
    assert run("init") == 0
    assert run("check") == 0


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("there", "there is a folder; name a file in it: monitor init there/config.toml"),
        ("missing/a.toml", "there is no folder missing; create it first, or name another file: monitor init FILE"),
        ("a.toml", "a.toml exists already and was left as it is; name another file: monitor init FILE"),
    ],
)
def test_init_says_in_one_line_why_a_file_cannot_be_written(
    folder: Path, capsys: pytest.CaptureFixture[str], path: str, line: str
) -> None:
    (folder / "there").mkdir()
    (folder / "a.toml").write_text("mine")

    code = run("init", path)

    assert (code, capsys.readouterr().err) == (2, f"monitor: {line}\n")
    assert (folder / "a.toml").read_text() == "mine"


def test_check_tries_the_templates_and_lists_their_mistakes(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (folder / "config.toml").write_text('[settings]\ntemplates = "templates"\n')
    (folder / "templates").mkdir()
    (folder / "templates" / "text.txt").write_text("{{ title }}\n{{ alert.headlin }}")
    (folder / "templates" / "mail.html").write_text("<p>{{ title }}</p>")

    code = run("check")

    assert code == 2
    [line] = capsys.readouterr().err.splitlines()
    assert line == 'monitor: templates/text.txt: line 2: there is no "headlin"; did you mean "headline"?'
