"""The inputs of `python -m bench fuzz` can be had again, and the first of them break nothing."""

import pytest

from bench.fuzz import mutated, read_chunk
from tests import corpora


@pytest.mark.parametrize("kind", ["feeds", "pages"])
def test_input_follows_from_the_seed_and_its_number(kind: str) -> None:
    again = mutated(kind, 7, seed=1)

    assert mutated(kind, 7, seed=1) == again
    assert mutated(kind, 7, seed=2) != again != mutated(kind, 8, seed=1)


@pytest.mark.parametrize(("kind", "count"), [("feeds", 300), ("pages", 20)])
def test_mutated_inputs_are_read_or_refused(kind: str, count: int) -> None:
    tally = read_chunk(kind, range(count), seed=20)

    assert tally.failed == []
    assert tally.outcomes["read"] + tally.outcomes["refused"] == count


def test_corpus_that_is_not_there_is_named() -> None:
    assert corpora.missing("none.tar.xz").startswith("the corpus is not there: ")
