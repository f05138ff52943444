"""What identifies a story."""

from hypothesis import given
from hypothesis import strategies as st

from monitor.stories import signatures

LONG = "Chipmakers rose on Tuesday after the largest cloud companies said that they would spend more. " * 5


def test_a_copy_word_for_word_has_the_same_text_signature() -> None:
    wire = signatures("https://wire.example/1", "Chipmakers rise", LONG)
    copy = signatures("https://paper.example/2", "Chipmakers up on cloud spending", LONG)

    assert {item for item in wire if item.kind == "text"} == {item for item in copy if item.kind == "text"}


def test_form_does_not_count_only_words_do() -> None:
    plain = signatures("a", "Chipmakers rise", LONG)
    formed = signatures("a", "Chipmakers rise", LONG.upper().replace(" ", " \n "))

    assert plain == formed


def test_a_short_text_identifies_nothing_without_its_title() -> None:
    one = signatures("a", "Nvidia rises", "Read more at our site.")
    other = signatures("b", "Meta falls", "Read more at our site.")

    assert not set(one) & set(other)


def test_the_address_a_page_names_as_its_own_identifies_it_too() -> None:
    amp = signatures("https://outlet.example/amp-copy", "T", LONG, page_canonical="https://outlet.example/story")
    story = signatures("https://outlet.example/story", "T", "Another text. " * 50)

    assert set(amp) & set(story)


def test_a_login_page_under_every_headline_of_a_publisher_joins_none_of_them() -> None:
    wall = "Subscribe now for full access to our award-winning journalism, on every device and at any time. " * 5
    one = signatures("a", "Nvidia unveils its next chip", wall)
    other = signatures("b", "Regulator sues Nvidia over sales practices", wall)

    assert not set(one) & set(other)


@given(st.text(), st.text())
def test_any_text_has_signatures(title: str, text: str) -> None:
    found = signatures("id", title, text)

    assert found[0].value == "id"
    assert found == signatures("id", title, text)
