"""The labelled tables: snippets that a watch fires on, and look-alikes that it must not.

Those that begin with "blind_" were written by people who had read the contract only. `known` says why the rules get a
snippet wrong: it is there to be mended, and `python -m bench accuracy` counts it as wrong.
"""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from monitor import rules
from monitor.model import Document, Source
from monitor.options import Watch

_TABLES = sorted((Path(__file__).parent / "data" / "match").glob("*.toml"))
_CASES = [
    pytest.param(case, id=f"{path.stem}-{number}")
    for path in _TABLES
    for number, case in enumerate(tomllib.loads(path.read_text("utf-8"))["case"], 1)
]


def test_the_table_is_large_and_balanced() -> None:
    labels = [case.values[0]["fires"] for case in _CASES]  # type: ignore[index]  # pytest types parameters as objects

    assert len(labels) >= 2000
    assert labels.count(True) > 1000
    assert labels.count(False) > 1000


def test_few_snippets_are_known_to_be_wrong() -> None:
    known = [case for case in _CASES if "known" in case.values[0]]  # type: ignore[operator]  # as above

    assert len(known) <= 0.005 * len(_CASES)


@pytest.mark.parametrize("case", _CASES)
def test_snippet_fires_as_labelled(case: dict[str, Any]) -> None:
    watch = Watch(name="watch", **case["watch"])
    sources = tuple(Source(**{**source, "tags": tuple(source.get("tags", ()))}) for source in case.get("sources", ()))
    document = Document(
        case.get("title", ""), case.get("text", ""), case.get("related", ""), case.get("language", ""), sources
    )

    matches = rules.match(document, rules.compile([watch]))

    assert rules.check(watch) == []
    right = "known" not in case
    assert (bool(matches) == case["fires"]) == right, f"{watch!r} on {document!r} gave {matches!r}"
