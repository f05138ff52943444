"""What a match carries, and laws that hold for any text: spans, exclusions, shifts, no exception."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import rules
from monitor.model import Document, Evidence, Match, Part, Source
from monitor.options import Watch
from monitor.rules.score import score

_STORY = """Alphabet (NASDAQ:GOOG)(NASDAQ:GOOGL) and others race for the newest model. Mark Zuckerberg told reporters
that being behind for the next 15 years is the greater risk.
Zuckerberg said companies may be over-building. Winners were chipmakers such as NVIDIA Corp (NASDAQ:NVDA).
Read Also: Microsoft (NASDAQ:MSFT) and Mark Zuckerberg on chips"""

_TERMS = st.one_of(
    st.sampled_from(
        [
            "Nvidia",
            "Apple",
            "Meta",
            "Mark Zuckerberg",
            "Tim Cook",
            "GPU cluster",
            "NASDAQ:NVDA",
            "AI",
            "US",
            "$",
            "",
            "é",
        ]
    ),
    st.text(max_size=20),
)
_PIECES = st.sampled_from(
    ["Nvidia", "NVIDIA Corp.", "Apple", "Meta", "Mark Zuckerberg", "Zuckerberg's", "Tim Cook", "Cook", "said", "GPU",
     "clusters", "data-center", "(NASDAQ:NVDA)", "$AI", "AI", "NVDA.O", "NVDA US", "U.S.", "shares", "\n", ". ", ", ",
     "See also: ", "e\u0301", "\u200b", "\u00a0", "ﬁ", "’s", "-", "&", "英伟达", "\ud800", "İ", "²", "100,000"]
)  # fmt: skip
_TEXTS = st.one_of(st.lists(_PIECES, max_size=25).map(" ".join), st.lists(_PIECES, max_size=25).map("".join), st.text())


def fire(document: Document, *watches: Watch) -> tuple[Match, ...]:
    return rules.match(document, rules.compile(watches))


def names(matches: tuple[Match, ...]) -> list[str]:
    return [match.watch for match in matches]


def test_the_story_fires_for_what_it_is_about_and_not_for_its_teaser() -> None:
    watches = [
        Watch(name="googl", tickers=("NASDAQ:GOOGL",)),
        Watch(name="msft", tickers=("NASDAQ:MSFT",)),
        Watch(name="zuckerberg", people=("Mark Zuckerberg",)),
        Watch(name="microsoft", companies=("Microsoft",)),
        Watch(name="nvidia", companies=("Nvidia",)),
        Watch(name="nvda", tickers=("NASDAQ:NVDA",)),
    ]

    matches = fire(Document("A bet on AI", _STORY), *watches)

    assert names(matches) == ["googl", "zuckerberg", "nvidia", "nvda"]


def test_teaser_hits_follow_the_others_and_count_nothing() -> None:
    watch = Watch(name="watch", people=("Mark Zuckerberg",))

    (match,) = fire(Document("A bet on AI", _STORY), watch)
    (without,) = fire(Document("A bet on AI", _STORY[: _STORY.index("Read Also")]), watch)

    assert [found.part for found in match.evidence] == [Part.LEAD, Part.LEAD, Part.RELATED]
    assert match.score == without.score


def test_hits_in_the_related_field_are_shown_with_a_firing_match() -> None:
    document = Document("Nvidia rises", "It rose.", related="More on Nvidia")

    (match,) = fire(document, Watch(name="watch", companies=("Nvidia",)))

    assert [(found.field, found.text) for found in match.evidence] == [("title", "Nvidia"), ("related", "Nvidia")]


def test_evidence_names_list_term_field_and_span() -> None:
    document = Document("Chips", "Shares of NVIDIA Corp ($NVDA) rose.")

    (match,) = fire(document, Watch(name="watch", tickers=("NASDAQ:NVDA",), companies=("Nvidia",)))

    assert [(found.list, found.term, found.field, found.start, found.text) for found in match.evidence] == [
        ("companies", "Nvidia", "text", 10, "NVIDIA"),
        ("tickers", "NASDAQ:NVDA", "text", 23, "$NVDA"),
    ]


def test_offsets_are_raw_where_folding_changes_lengths() -> None:
    text = "½ e\u0301 \u200bﬁrst Nvi\u200bdia’s Zoe\u0308 Baird"

    matches = fire(Document("", text), Watch(name="watch", companies=("Nvidia",), people=("Zoë Baird",)))

    assert [found.text for found in matches[0].evidence] == ["Nvi\u200bdia’s", "Zoe\u0308 Baird"]


def test_paragraphs_after_four_hundred_characters_are_body() -> None:
    text = "\n".join(["x" * 250, "Nvidia one", "y" * 250, "Nvidia two"])

    (match,) = fire(Document("", text), Watch(name="watch", companies=("Nvidia",)))

    assert [found.part for found in match.evidence] == [Part.LEAD, Part.BODY]


def test_a_page_without_paragraphs_has_a_lead_that_ends_with_a_sentence() -> None:
    text = "Nvidia said one thing. " * 100

    (match,) = fire(Document("", text), Watch(name="watch", companies=("Nvidia",)))

    assert {found.part for found in match.evidence if found.start < 400} == {Part.LEAD}
    assert {found.part for found in match.evidence if found.start > 450} == {Part.BODY}


def test_matches_come_in_the_order_of_the_watches_and_disabled_ones_not_at_all() -> None:
    watches = [Watch(name=name, companies=("Nvidia",), enabled=name != "off") for name in ("b", "off", "a")]

    assert names(fire(Document("Nvidia", ""), *watches)) == ["b", "a"]


def test_a_query_without_words_matches_without_evidence() -> None:
    document = Document("Chips", "", sources=(Source("Reuters"),))

    (match,) = fire(document, Watch(name="watch", query="source:Reuters"))

    assert (match.evidence, match.score) == ((), 0)


def test_what_did_not_change_is_taken_over_from_the_previous_ruleset() -> None:
    kept, edited = Watch(name="kept", topics=("GPU cluster",)), Watch(name="edited", query="a OR b")
    before = rules.compile([kept, edited])

    after = rules.compile([edited.model_copy(update={"query": "b"}), kept], previous=before)

    assert after.rules[1] is before.rules[0]
    assert names(rules.match(Document("b", "GPU clusters"), after)) == ["edited", "kept"]


@pytest.mark.parametrize(
    "text",
    ["a" * 200_000, "A." * 100_000, "1.1." * 50_000, "$" * 100_000, "NASDAQ: AI, " * 10_000, "data center " * 10_000,
     "Mark " * 20_000, "(" * 50_000, "e\u0301" * 50_000, "Apple said " * 10_000,
     "META PLATFORMS INC " * 10_000, "Visa, Mastercard, " * 10_000, "Apple said\n" * 10_000],
    ids=lambda text: text[:8],
)  # fmt: skip
def test_long_garbage_is_read(text: str) -> None:
    watch = Watch(
        name="watch",
        tickers=("NYSE:AI",),
        companies=("Apple", "Meta", "Visa"),
        people=("Mark Zuckerberg",),
        topics=("data center power",),
        query='"a b"~3 OR a* NEAR/5 said OR /a{3}b/',
    )

    matches = fire(Document("", text), watch)

    assert len(matches) <= 1


@settings(max_examples=300)
@given(_TEXTS, _TEXTS, st.lists(_TERMS, max_size=4).map(tuple))
def test_any_text_and_terms_give_true_slices(title: str, text: str, terms: tuple[str, ...]) -> None:
    watches = [
        Watch.model_construct(name="lists", tickers=terms, companies=terms, people=terms, topics=terms),
        Watch.model_construct(name="all", companies=terms, topics=("said",), require="all", exclude=terms[:1]),
        Watch.model_construct(name="query", query=" OR ".join(terms), sources=terms),
        Watch(name="fixed", query='Nvidia OR "said shares"~3 OR (GPU NEAR/3 clusters) OR /[A-Z]{2,}/ OR company:Apple'),
    ]

    matches = fire(Document(title, text, related=text), *watches)

    for match in matches:
        assert 0 <= match.score <= 100
        for found in match.evidence:
            raw = {"title": title, "text": text, "related": text}[found.field]
            assert raw[found.start : found.end] == found.text != ""


@given(_TEXTS, st.sampled_from(["shares", "Cook", "GPU clusters", "said", "100,000"]))
def test_an_excluded_term_always_prevents(text: str, term: str) -> None:
    document = Document("Nvidia chips", f"{text}\nHere stand {term} now.\n{text}")

    assert fire(document, Watch(name="watch", companies=("Nvidia",), exclude=(term,))) == ()


@given(st.lists(st.sampled_from(["Rain fell.", "Prices rose 3.5%.", "“Why?” Ask.", "Zu\u0308rich", "ends in U.S."])))
def test_unrelated_text_before_only_shifts_topics_and_people(before: list[str]) -> None:
    text = "Mark Zuckerberg built a cluster of 100,000 GPUs. Zuckerberg left."
    front = "".join(f"{line}\n" for line in before)
    watch = Watch(name="watch", people=("Mark Zuckerberg",), topics=("GPU cluster",))

    (plain,) = fire(Document("", text), watch)
    (shifted,) = fire(Document("", front + text), watch)

    assert [(found.start + len(front), found.text) for found in plain.evidence] == [
        (found.start, found.text) for found in shifted.evidence
    ]


@given(st.permutations(["title", "lead", "body"]), st.integers(0, 12), st.integers(0, 2))
def test_more_mentions_and_better_places_never_lower_the_score(order: list[str], count: int, upto: int) -> None:
    document = Document(" ".join(["Nvidia"] * 20), "\n".join(["Nvidia " * 10, "x " * 300, "Nvidia " * 10]))
    (match,) = fire(document, Watch(name="watch", companies=("Nvidia",)))
    some = [found for found in match.evidence if found.part in order[:upto]][:count]

    for more in match.evidence:
        assert score([*some, more]) >= score(some)


@given(st.integers(0, 9000), st.integers(0, 9000), st.integers(0, 30), st.integers(0, 30))
def test_an_earlier_mention_never_lowers_the_score_and_another_firm_never_raises_it(
    one: int, other: int, few: int, many: int
) -> None:
    def at(start: int, firms: int) -> int:
        return score([Evidence("companies", "x", "text", Part.BODY, start, start + 1, "x")], firms)

    assert at(min(one, other), few) >= at(max(one, other), few)
    assert at(one, min(few, many)) >= at(one, max(few, many))


@pytest.mark.parametrize(
    ("title", "text", "expected"),
    [
        ("Nvidia", "", 56),
        ("", "Nvidia", 41),
        ("Nvidia", "Nvidia", 86),
        ("", "x " * 400 + "\nNvidia", 12),
        ("", "Nvidia" + "\nIntel and Broadcom, Micron, Qualcomm and AMD fell." * 2, 36),
        ("", "Nvidia\nRead also: Intel and Broadcom, Micron, Qualcomm and AMD fell.", 41),
    ],
)
def test_score_is_as_documented(title: str, text: str, expected: int) -> None:
    (match,) = fire(Document(title, text), Watch(name="watch", companies=("Nvidia",)))

    assert match.score == expected
