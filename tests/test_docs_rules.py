"""docs/rules.md: every watch, sentence, score, query and command in it is tried, and does what the page says.

A table whose header has "fires" or "finds" holds trials. They go to the block of TOML above, or to the query in their
own row; "headline" and "text" are the article, "from" one of the block's feeds, and the words in bold the evidence.
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from monitor import config, rules
from monitor.cli.console import checks
from monitor.errors import ConfigError
from monitor.model import Document, Evidence, Match, Part, Source
from monitor.options import Config
from monitor.rules.score import EARLY, FREQUENCY, LEAD, TITLE
from tests.command import Desk

ROOT = Path(__file__).parent.parent
PAGE = (ROOT / "docs" / "rules.md").read_text()
QUERY = "[[watch]]\nname = \"Query\"\nquery = '''{}'''\n"
_BLOCK = re.compile(r"```(\w+)\n(.*?)```|((?:^\|[^\n]*\n)+)", re.DOTALL | re.MULTILINE)
_FILLER = re.compile(r"\[([\d,]+) other characters\] ")


@dataclass(frozen=True, slots=True)
class Trial:
    """A row: an article, and the watches that fire on it; what the page does not say of it is ""."""

    toml: str
    headline: str
    text: str
    fires: tuple[str, ...]
    outlet: str = ""
    language: str = ""
    points: str = ""
    share: str = ""
    score: str = ""


def tables() -> Iterator[tuple[str, list[dict[str, str]]]]:
    """Each table as rows by header, with the block of TOML before it."""
    toml = ""
    for kind, block, table in _BLOCK.findall(PAGE):
        if kind == "toml":
            toml = block
        elif table:
            header, _, *rows = ([cell.strip() for cell in row.split("|")[1:-1]] for row in table.splitlines())
            yield toml, [dict(zip(header, row, strict=True)) for row in rows]


def trials() -> Iterator[Trial]:
    for toml, rows in tables():
        for row in rows:
            if "finds" in row:
                for query in queries(row["query"]):
                    yield Trial(QUERY.format(query), "", row["finds"], ("Query",))
                    yield Trial(QUERY.format(query), "", row["but not"], ())
            elif "fires" in row:
                yield trial(toml, row)


def trial(toml: str, row: dict[str, str]) -> Trial:
    fires = () if row["fires"] in ("no", "none") else tuple(row["fires"].split(", "))
    feeds = toml[: toml.find("[[watch]]")]
    for query in queries(row.get("query", "")):
        toml = feeds + QUERY.format(query)
    if fires == ("yes",):
        fires = names(toml)
        assert len(fires) == 1, f'write which watch, not "yes": {row}'
    rest = {key: row.get(key, "") for key in ("language", "points", "share", "score")}
    return Trial(toml, row.get("headline", ""), row.get("text", ""), fires, row.get("from", ""), **rest)


def names(toml: str) -> tuple[str, ...]:
    return tuple(re.findall(r'^\[\[watch\]\]\nname = "([^"]*)"', toml, re.MULTILINE))


def queries(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


TOML = re.findall(r"```toml\n(.*?)```", PAGE, re.DOTALL)
WATCHES = [block for block in TOML if "[[watch]]" in block]
TRIALS = list(trials())
REFUSED = [
    pytest.param(query, row["refused, since"], id=query)
    for _, rows in tables()
    for row in rows
    if "refused, since" in row
    for query in queries(row["query"])
]
COMMANDS = [
    pytest.param(command, output, id=command)
    for block in re.findall(r"```console\n(.*?)```", PAGE, re.DOTALL)
    for command, output in re.findall(r"^\$ (.*)\n((?:[^$\n].*\n|\n)*)", block, re.MULTILINE)
]


def loaded(toml: str, folder: Path) -> Config:
    file = folder / "config.toml"
    file.write_text(toml)
    return config.load(file, {}, checks())


def read(cell: str) -> tuple[str, list[tuple[int, int]]]:
    """A cell as the article has it, and the spans of what is bold."""
    cell = _FILLER.sub(lambda found: "x" * (int(found[1].replace(",", "")) - 2) + ".\n", cell).replace("<br>", "\n")
    text, spans = "", []
    for number, piece in enumerate(cell.split("**")):
        if number % 2:
            spans.append((len(text), len(text) + len(piece)))
        text += piece
    return text, spans


def document(wanted: Trial, found: Config) -> Document:
    feeds = [feed for feed in found.feeds if feed.name == wanted.outlet]
    assert len(feeds) == bool(wanted.outlet), f'no feed "{wanted.outlet}"'
    sources = tuple(Source(feed.name, feed.url, feed.tier, feed.tags) for feed in feeds)
    return Document(read(wanted.headline)[0], read(wanted.text)[0], "", wanted.language, sources)


def tried(wanted: Trial, folder: Path) -> tuple[Match, ...]:
    found = loaded(wanted.toml, folder)
    return rules.match(document(wanted, found), rules.compile(found.watches))


def marked(evidence: list[Evidence], field: str) -> list[tuple[int, int]]:
    """The spans of the evidence in the field, those that overlap as one."""
    merged: list[tuple[int, int]] = []
    for start, end in sorted({(each.start, each.end) for each in evidence if each.field == field}):
        if merged and start < merged[-1][1]:
            merged[-1] = merged[-1][0], max(end, merged[-1][1])
        else:
            merged.append((start, end))
    return merged


@pytest.mark.parametrize("wanted", TRIALS, ids=[f"{each.headline} / {each.text}"[:90] for each in TRIALS])
def test_a_sentence_fires_what_the_page_says_on_the_words_in_bold(wanted: Trial, tmp_path: Path) -> None:
    matches = tried(wanted, tmp_path)

    evidence = [each for match in matches for each in match.evidence if each.part is not Part.RELATED]
    assert tuple(match.watch for match in matches) == wanted.fires
    assert read(wanted.headline)[1] == marked(evidence, "title")
    assert read(wanted.text)[1] == marked(evidence, "text")


@pytest.mark.parametrize("wanted", [each for each in TRIALS if each.score], ids=lambda each: each.headline)
def test_a_score_is_as_stated_and_as_its_parts_make_it(wanted: Trial, tmp_path: Path) -> None:
    [match] = tried(wanted, tmp_path)

    points = sum(map(float, wanted.points.split(" + ")))
    assert match.score == int(wanted.score) == round(points * float(wanted.share))


def test_the_parts_of_the_score_are_those_of_the_program() -> None:
    [parts] = [[row["points"] for row in rows] for _, rows in tables() if set(rows[0]) == {"points", "for"}]

    assert [int(part.split()[-1]) for part in parts] == [TITLE, LEAD, FREQUENCY, EARLY]


@pytest.mark.parametrize(("query", "problem"), REFUSED)
def test_a_query_is_refused_for_the_reason_given(query: str, problem: str, tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as refused:
        loaded(QUERY.format(query), tmp_path)

    assert problem in str(refused.value)


@pytest.mark.parametrize(("command", "output"), COMMANDS)
def test_a_command_prints_what_the_page_shows(
    command: str, output: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    desk = Desk(tmp_path, capsys)
    desk.write(WATCHES[0])

    done = desk.run(*shlex.split(command)[1:])

    assert done.words == " ".join(output.split())


def test_every_watch_on_the_page_fires_once_at_least() -> None:
    fired = {(each.toml, name) for each in TRIALS for name in each.fires}

    assert WATCHES
    assert not [block for block in WATCHES for name in names(block) if (block, name) not in fired]


def test_every_block_has_an_article_on_which_nothing_fires() -> None:
    silent = {each.toml for each in TRIALS if not each.fires}

    assert not [block for block in WATCHES if block not in silent]


def test_the_page_has_enough_to_try() -> None:
    assert len(TRIALS) >= 60
    assert [each for each in TRIALS if each.score]
    assert COMMANDS
    assert REFUSED
