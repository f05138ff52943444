"""Sentences: where they end, where they don't, and that every span is a slice of the text."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import sentences


def split(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences.spans(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", []),
        (" \n\t ", []),
        ("One sentence", ["One sentence"]),
        ("It rose. It fell.", ["It rose.", "It fell."]),
        ("Really? Yes! Fine.", ["Really?", "Yes!", "Fine."]),
        ("No stop here\nNext line", ["No stop here", "Next line"]),
        ("One\u2028Two\r\nThree", ["One", "Two", "Three"]),
        ("“It rose.” He left.", ["“It rose.”", "He left."]),
        ('"Why?" he asked.', ['"Why?" he asked.']),
        ("(It rose.) Then it fell.", ["(It rose.)", "Then it fell."]),
        ("Wait… Then it fell.", ["Wait…", "Then it fell."]),
        ("決算です。次です！", ["決算です。", "次です！"]),
    ],
)
def test_sentences_end_at_stops_and_line_breaks(text: str, expected: list[str]) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "The U.S. Treasury moved",
        "The U.S.A. Team won",
        "Nvidia Inc. Chief Jensen Huang spoke",
        "NVIDIA Corp. Chief Jensen Huang spoke",
        "Mr. Huang and Dr. Su met Mrs. Smith in St. Louis",
        "It is the No. 1 seller",
        "Ranked No. One by analysts",
        "said J. Smith and J. P. Morgan",
        "it costs 3.5 Billion",
        "about approx. 400 people",
        "on Jan. 3 and Sept. 5",
        "the yahoo. com page",
    ],
)
def test_abbreviations_initials_and_numbers_end_no_sentence(text: str) -> None:
    assert split(text) == [text]


def test_a_plain_no_ends_a_sentence() -> None:
    assert split("He said no. Then he left.") == ["He said no.", "Then he left."]


def test_around_gives_the_sentence_that_holds_the_span() -> None:
    text = "It rose. Nvidia fell 3.5% today. The end."
    start = text.index("fell")

    span = sentences.around(text, start, start + 4)

    assert text[slice(*span)] == "Nvidia fell 3.5% today."


def test_around_joins_the_sentences_that_a_span_touches() -> None:
    text = "It rose. Nvidia fell. The end."

    span = sentences.around(text, 3, 12)

    assert text[slice(*span)] == "It rose. Nvidia fell."


@pytest.mark.parametrize(("text", "start", "end"), [("", 0, 0), ("  \n ", 1, 2), ("One. Two.", 40, 50)])
def test_around_gives_back_a_span_outside_every_sentence(text: str, start: int, end: int) -> None:
    assert sentences.around(text, start, end) == (start, end)


@pytest.mark.parametrize("garbage", ["!" * 100_000, "." * 100_000, ". " * 50_000, '"' * 100_000, "a" * 100_000])
def test_garbage_of_any_length_gives_spans(garbage: str) -> None:
    assert all(garbage[start:end].strip() for start, end in sentences.spans(garbage))


@given(st.text(alphabet=st.sampled_from("aB1 .!?\"'”\n\u2028。") | st.characters(), max_size=80))
def test_spans_are_ordered_and_hold_everything_but_white_space(text: str) -> None:
    found = sentences.spans(text)

    assert all(start < end for start, end in found)
    assert all(before[1] <= after[0] for before, after in pairwise(found))
    assert "".join("".join(split(text)).split()) == "".join(text.split())


@given(st.text(alphabet="aB .!?\n", min_size=1, max_size=60), st.data())
def test_the_sentence_around_a_character_holds_it(text: str, data: st.DataObject) -> None:
    position = data.draw(st.integers(0, len(text) - 1))

    start, end = sentences.around(text, position, position + 1)

    assert start <= position < end
