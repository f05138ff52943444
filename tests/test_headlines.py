"""What became of a headline: a row for every kind of change, and for what is none."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.headlines import change, numbered_apart, taken_back
from monitor.model import Occasion

CORRECTION, RETRACTION = Occasion.CORRECTION, Occasion.RETRACTION


@pytest.mark.parametrize(
    ("headline", "expected"),
    [
        ("CORRECTED-Nvidia to build plant in Texas", CORRECTION),
        ("CORRECTED-UPDATE 2-Nvidia to build plant in Texas", CORRECTION),
        ("UPDATE 1-CORRECTED-Nvidia to build plant", CORRECTION),
        ("CORRECTED: Nvidia to build plant", CORRECTION),
        ("Correction: Nvidia story", CORRECTION),
        ("Corrected: Nvidia to build plant", CORRECTION),
        ("Nvidia to build plant in Texas (corrected)", CORRECTION),
        ("Nvidia to build plant (corrects name of state)", CORRECTION),
        ("[Correction] Nvidia to build plant", CORRECTION),
        ("Editor’s note: This story has been corrected", CORRECTION),
        ("RETRACTION: Nvidia story", RETRACTION),
        ("WITHDRAWN-Nvidia to build plant", RETRACTION),
        ("Story withdrawn: Nvidia to build plant", RETRACTION),
        ("Nvidia to build plant (withdrawn)", RETRACTION),
        ("The Press retracts its report on Nvidia plant", RETRACTION),
        ("The Press retracted a story about Nvidia", RETRACTION),
        ("This article has been withdrawn", RETRACTION),
        ("UPDATE 2-Nvidia to build plant", None),
        ("REFILE-Nvidia to build plant", None),
        ("Nvidia shares enter correction territory", None),
        ("Stocks fall 10% (correction territory)", None),
        ("Correction ahead? What analysts say", None),
        ("Correction - or crash?", None),
        ("Correction-proof your portfolio", None),
        ("Nvidia corrects course in China", None),
        ("Arm's IPO withdrawn after market rout", None),
        ("Landing gear retracts too early, Boeing says", None),
        ("Offer withdrawn: Broadcom walks away", None),
        ("", None),
    ],
)
def test_a_headline_takes_a_story_back_in_the_usual_words_only(headline: str, expected: Occasion | None) -> None:
    assert taken_back(headline) is expected


@pytest.mark.parametrize(
    ("before", "after", "words"),
    [
        ("Nvidia to cut 500 jobs", "Nvidia to cut 900 jobs", "with other numbers"),
        ("Nvidia to buy Arm for $40 bln", "Nvidia to buy Arm for $40 mln", "with other numbers"),
        ("Nvidia falls 1.5%", "Nvidia falls 15%", "with other numbers"),
        ("Two killed at plant", "Three killed at plant", "with other numbers"),
        ("Nvidia to buy Arm", "Nvidia to buy Arm for $40 billion", "with a number"),
        ("Nvidia will buy Arm, sources say", "Nvidia won’t buy Arm, sources say", "the opposite of before"),
        ("Nvidia in talks to buy Arm", "Nvidia denies talks to buy Arm", "the opposite of before"),
        ("Nvidia not to buy Arm", "Nvidia to buy Arm", "without the denial"),
        ("Nvidia to build plant in Texas", "Chipmaker scraps Arizona factory over water", "in other words"),
        ("Nvidia shares fall", "Nvidia names a new finance chief from Intel", "in other words"),
    ],
)
def test_a_headline_that_says_something_else_is_told(before: str, after: str, words: str) -> None:
    assert change(before, after) == words


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("Nvidia's “Blackwell” delayed", "Nvidia’s 'Blackwell' delayed"),
        ("Nvidia to build plant in Texas", "NVIDIA TO BUILD PLANT IN TEXAS"),
        ("Nvidia to build plant in Texas", "Nvidia to build plant in Texas - The Press"),
        ("Nvidia to build plant in Texas | The Press", "Nvidia to build plant in Texas – Another Outlet"),
        ("Nvidia to build plant in Texas", "UPDATE 2-Nvidia to build plant in Texas"),
        ("UPDATE 1-Nvidia to build plant in Texas", "UPDATE 2-Nvidia to build plant in Texas"),
        ("Stocks slip (14:05 ET)", "Stocks slip (15:35 ET)"),
        ("LIVE: Stocks slip, 2:05 pm", "LIVE: Stocks slip, 3:30 p.m."),
        ("09:30 Uhr: Nvidia baut Werk", "11.15 Uhr: Nvidia baut Werk"),
        ("Nvidia pays $5bn for chips", "Nvidia pays $5 billion for chips"),
        ("Nvidia cuts 1,000 jobs", "Nvidia cuts 1000 jobs"),
        ("Nvidia up 5%", "Nvidia up 5 percent"),
        ("Nvidia falls 5% on export curbs", "Nvidia falls on export curbs"),
        ("Nvidia is the new No. 1", "Nvidia is the new no 1"),
        ("Nvidia builds a plant in Texas", "Nvidia is building its Texas plant"),
        ("Stocks slip on Fed worries as Nvidia leads losses", "Nvidia leads losses"),
        ("Nvidia plans", "Nvidia plans a plant in Texas with partners from Taiwan"),
        ("Nvidia opens plant", "Nvidia opens plant…"),
        ("", ""),
    ],
)
def test_what_changes_while_nothing_happens_is_no_change(before: str, after: str) -> None:
    assert change(before, after) == ""
    assert change(after, before) == "" or any(character.isdigit() for character in before)


def test_a_number_is_the_same_however_it_is_written() -> None:
    assert change("Five killed at plant", "5 killed at plant") == ""
    assert change("Nvidia pays $5.5bn", "Nvidia pays $5.5 billion") == ""


@given(st.text())
def test_a_headline_is_never_a_change_of_itself(headline: str) -> None:
    assert change(headline, headline) == ""
    taken_back(headline)


@given(st.text(alphabet="abc DE.:5-'\"’“”–%§²٣\u200b", max_size=60), st.text(max_size=60))
def test_any_two_headlines_can_be_compared(before: str, after: str) -> None:
    for text in (before, after):
        assert isinstance(change(before, text) + change(text, before), str)


@given(st.text(alphabet="abcdefg 0123456789'\"-,.$", max_size=80))
def test_typography_and_case_are_no_change_in_either_direction(headline: str) -> None:
    dressed = headline.replace("'", "’").replace('"', "“").replace("-", "–").replace(" ", "\u00a0").upper()

    assert change(headline, dressed) == change(dressed, headline) == ""


@pytest.mark.parametrize(
    ("one", "other", "apart"),
    [
        ("Apple releases iOS 18.1", "Apple releases iOS 18.2", True),
        ("8-K - NVIDIA CORP (0001045810)", "4 - NVIDIA CORP (0001045811)", True),
        ("Nvidia bomb number 1", "Nvidia bomb number 12", True),
        ("Issue 217: the week in chips", "The week in chips, issue 218", True),
        ("Apple releases iOS 18.1", "Apple releases iOS 18.1 for iPhones", False),
        ("Apple releases iOS 18.1", "Apple releases a new iOS", False),
        ("Tesla delivers 443,956 cars", "Tesla deliveries fall 4.8% in the quarter", False),
        ("Nvidia to buy Groq", "Nvidia buys Groq", False),
        ("", "1", False),
    ],
)
def test_headlines_that_differ_in_a_number_are_told_apart(one: str, other: str, apart: bool) -> None:
    assert numbered_apart(one, other) is apart
    assert numbered_apart(other, one) is apart
