"""The labelled table: snippets that a watch fires on, and look-alikes that it must not."""

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

    assert len(labels) >= 150
    assert labels.count(True) > 80
    assert labels.count(False) > 80


@pytest.mark.parametrize("case", _CASES)
def test_snippet_fires_as_labelled(case: dict[str, Any]) -> None:
    watch = Watch(name="watch", **case["watch"])
    sources = tuple(Source(**{**source, "tags": tuple(source.get("tags", ()))}) for source in case.get("sources", ()))
    document = Document(case.get("title", ""), case["text"], case.get("related", ""), case.get("language", ""), sources)

    matches = rules.match(document, rules.compile([watch]))

    assert rules.check(watch) == []
    assert bool(matches) == case["fires"], f"{watch!r} on {document!r} gave {matches!r}"
