"""The rules on the labelled snippets: each fires as its label says, but for those few that are known to be wrong."""

import pytest

from monitor import rules
from tests.labelled import Snippet, read, snippets

_CASES = [pytest.param(snippet, id=f"{file}-{number}") for file, number, snippet in snippets()]


def test_the_table_is_large_and_balanced() -> None:
    labels = [case.values[0]["fires"] for case in _CASES]  # type: ignore[index]  # pytest types parameters as objects

    assert len(labels) >= 2000
    assert labels.count(True) > 1000
    assert labels.count(False) > 1000


def test_few_snippets_are_known_to_be_wrong() -> None:
    known = [case for case in _CASES if "known" in case.values[0]]  # type: ignore[operator]  # as above

    assert len(known) <= 0.005 * len(_CASES)


@pytest.mark.parametrize("case", _CASES)
def test_snippet_fires_as_labelled(case: Snippet) -> None:
    watch, document = read(case)

    matches = rules.match(document, rules.compile([watch]))

    assert rules.check(watch) == []
    right = "known" not in case
    assert (bool(matches) == case["fires"]) == right, f"{watch!r} on {document!r} gave {matches!r}"
