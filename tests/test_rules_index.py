"""The engine loses nothing: a ruleset of many gives what each rule gives when it is tried on every line of the text."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import rules
from monitor.model import Document, Match, Part
from monitor.options import Watch
from monitor.rules import index
from monitor.rules.compile import Ruleset
from monitor.rules.lines import lines
from monitor.rules.tokens import parts, tokenise

_PIECES = st.sampled_from(
    ["Nvidia", "NVIDIA's", "nvidia", "Super Micro", "super", "micro", "supermicro", "Apple", "apples", "said", "Jo",
     "J.K. Rowling", "J. K.", "Rowling", "GPU", "GPUs", "cluster", "clusters", "data", "center", "data-center",
     "datacentre", "AT&T", "AT & T", "U.S.", "US", "A.I.", "AI", "100,000", "100000", "$AI", "(NYSE: BRK.B)", "BRK-B",
     "(U.N)", "0700.HK", "HKEX: 700", "C++", "and", "&", "é", "e\u0301", "…", "™", "½", "ﬁne", "英伟达", "-", "’s",
     "\n", "\u2028", "\r", "\x85", ". ", ", ", "See also: ", "About Nvidia", "straße", "STRASSE", "İ", "\ud800"]
)  # fmt: skip
_TEXTS = st.lists(_PIECES, max_size=25).flatmap(lambda pieces: st.sampled_from([" ".join(pieces), "".join(pieces)]))
_TERMS = st.lists(_PIECES, min_size=1, max_size=3).map(" ".join)
_LISTS = st.lists(_TERMS, max_size=2).map(tuple)
_ATOMS = st.sampled_from(
    ["nvidia", "clust*", '"data center"', '"AT and T"', "=Nvidia", '="Super Micro"~2', "/gpu.?clu/", "u.s.", "100,000",
     'company:"Super Micro"', 'person:"J.K. Rowling"', 'topic:"data center"', "ticker:BRK.B", "title:ai", "英伟达"]
)  # fmt: skip
_QUERIES = st.recursive(
    _ATOMS,
    lambda inner: st.one_of(
        st.tuples(inner, st.sampled_from([" AND ", " OR "]), inner).map(lambda parts: f"({''.join(parts)})"),
        inner.map(lambda one: f"(NOT {one})"),
    ),
    max_leaves=4,
) | st.just('(gpu OR nvidia) NEAR/3 "data center"')


@st.composite
def watches(draw: st.DrawFn) -> list[Watch]:
    found = []
    for number in range(draw(st.integers(1, 4))):
        lists: dict[str, Any] = {name: draw(_LISTS) for name in ("companies", "people", "topics", "exclude")}
        tickers = draw(st.sampled_from([(), ("AI",), ("NYSE:BRK.B",), ("HKEX:700",), ("U",), ("NVDA",)]))
        found.append(
            Watch.model_construct(
                name=str(number),
                tickers=tickers,
                query=draw(st.just("") | _QUERIES),
                require=draw(st.sampled_from(["any", "all"])),
                within=draw(st.sampled_from(["any", "title"])),
                **lists,
            )
        )
    return found


def tried_on_everything(ruleset: Ruleset) -> Ruleset:
    """The same rules, none of which is left out, on articles that are read whole."""
    every = index.Index(always=list(range(len(ruleset.rules))))
    return Ruleset(ruleset.rules, every, ruleset.directory, dict.fromkeys(every.always))


def evident(matches: Iterable[Match]) -> list[Match]:
    """What fires and why, without what is only shown of teasers, where lines that are read whole tell a little less."""
    return [
        replace(match, evidence=tuple(found for found in match.evidence if found.part is not Part.RELATED))
        for match in matches
    ]


@settings(max_examples=600)
@given(watches(), _TEXTS, _TEXTS, _TEXTS)
def test_no_match_is_lost_to_the_index(chosen: list[Watch], title: str, text: str, related: str) -> None:
    document = Document(title, text, related)
    ruleset = rules.compile(chosen)

    assert evident(rules.match(document, ruleset)) == evident(rules.match(document, tried_on_everything(ruleset)))


@settings(max_examples=200)
@given(watches(), _TEXTS)
def test_what_is_known_of_frequencies_changes_no_match(chosen: list[Watch], text: str) -> None:
    known = index.frequencies([text, text, "Nvidia Super cluster"])

    assert rules.match(Document("", text), rules.compile(chosen)) == rules.match(
        Document("", text), rules.compile(chosen, frequencies=known)
    )


@given(_TEXTS | st.text())
def test_the_words_of_its_lines_hold_every_token_of_a_text(text: str) -> None:
    words = {word for line in lines(Document("", text)) for word in line.words}

    for token in tokenise(text):
        assert token.word in words or token.word == "and" or words.issuperset(parts(token.word))


@pytest.mark.parametrize("query", ["/GPU.\\d/", "NOT nvidia", "source:Reuters", "nvidia OR NOT apple"])
def test_a_rule_that_may_hold_without_any_word_is_always_tried(query: str) -> None:
    ruleset = rules.compile([Watch(name="words", query="nvidia"), Watch(name="always", query=query)])

    assert ruleset.index.always == [1]


@pytest.mark.parametrize("query", ["nvidia AND NOT apple", "clust*", "title:a source:b", "a NEAR/2 (b OR c)", "/a/ b"])
def test_a_rule_that_needs_a_word_is_filed_under_it(query: str) -> None:
    ruleset = rules.compile([Watch(name="words", query=query)])

    assert ruleset.index.always == []
