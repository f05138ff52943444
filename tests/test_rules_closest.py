"""What came closest to a watch's terms that do not hold: a row for each way to miss, and laws for any text."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor import rules
from monitor.model import Document, Source
from monitor.options import LISTS, Watch
from monitor.rules import Clause, Nearness, closest, parser
from monitor.rules.language import Or

CLOSE, TRACE, FAR = Nearness.CLOSE, Nearness.TRACE, Nearness.FAR
NOTHING = "nothing like it stands there"
TEASER = "stands only in a teaser or other boilerplate"
SUPPORT = "but is also a common word, and nothing shows that the firm is meant"
FIRST = 'only "Goldman" stands there, not the rest of the name'
SURNAME = 'only the surname "Musk" stands there, never the full name'
SENTENCES = "its words stand in different sentences"
PARAGRAPHS = "its words stand in different paragraphs"
BARE = "stands there bare, and nothing in the article establishes the symbol"
BLOG = Source("The Blog", tier=3, tags=("blog",))


def watch(**keys: Any) -> Watch:
    """A watch with these keys, whatever the configuration would say of them."""
    return Watch.model_construct(name="x", **{"expand": False, **keys})


def one(document: Document | str, tried: Watch) -> Clause:
    document = Document("", document) if isinstance(document, str) else document
    [clause] = closest(document, tried)
    return clause


def told(clause: Clause) -> tuple[bool, str, Nearness, list[str]]:
    return clause.held, clause.closest, clause.nearness, [item.text for item in clause.spans]


LISTED = [
    # companies
    ("companies", "Nvidia", "Shares of AMD rose.", NOTHING, FAR, []),
    ("companies", "Nvidia", "all about nvidia here", "stands only in lower case", CLOSE, ["nvidia"]),
    ("companies", "Apple", "He ate an apple.", "stands only in lower case", FAR, ["apple"]),
    ("companies", "Apple", "I saw Apple there.", f'"Apple" stands there, {SUPPORT}', CLOSE, ["Apple"]),
    ("companies", "Target", "It owns Target Hospitality.", '"Target Hospitality" is another name', CLOSE, None),
    ("companies", "Oracle", "The Oracle of Omaha spoke.", '"Oracle of Omaha" is another name', CLOSE, None),
    ("companies", "Block", "It sued H&R Block there.", '"H&R Block" is another name', CLOSE, None),
    ("companies", "Apple", "They ate Apple pie there.", '"Apple pie" means something else', CLOSE, None),
    ("companies", "Ford", "We met Harrison Ford there.", '"Harrison Ford" is another name', CLOSE, None),
    ("companies", "Nvidia", "It rose.\nSee also: Nvidia falls", TEASER, CLOSE, ["Nvidia"]),
    ("companies", "Goldman Sachs", "Then Goldman rose.", FIRST, TRACE, None),
    ("companies", "Goldman Sachs", "Goldman, Sachs", "its words stand there, but not as one name", CLOSE, None),
    # tickers
    ("tickers", "NASDAQ:META", "The META of it rose.", f'"META" {BARE}', CLOSE, ["META"]),
    ("tickers", "AI", "More AI is sold.", f'"AI" {BARE}', TRACE, ["AI"]),
    ("tickers", "NYSE:X", "It (TSX:X) rose.", '"TSX:X" is on another exchange', CLOSE, ["TSX:X"]),
    ("tickers", "NASDAQ:NVDA", "It (NVDA.TO) rose.", '"NVDA.TO" is on another exchange', CLOSE, None),
    ("tickers", "BRK.B", "It (NYSE: BRK.A) rose.", '"BRK.A" stands there, "BRK.B" does not', TRACE, None),
    ("tickers", "NVDA", "He bought nvda then.", '"nvda" stands there, but not in capitals', TRACE, ["nvda"]),
    ("tickers", "META", "This is meta.", '"meta" stands there, but not in capitals', FAR, ["meta"]),
    ("tickers", "NVDA", "It rose.\nSee also: Chips (NASDAQ:NVDA)", TEASER, CLOSE, ["NVDA"]),
    ("tickers", "NVDA", "It rose.", NOTHING, FAR, []),
    # people
    ("people", "Elon Musk", "Then Musk said no.", SURNAME, TRACE, ["Musk"]),
    ("people", "Elon Musk", "Then Kimbal Musk said no.", 'stands as "Kimbal Musk"', TRACE, ["Kimbal Musk"]),
    ("people", "Elon Musk", "it was elon musk again", "stands only in lower case", CLOSE, ["elon musk"]),
    ("people", "Elon Musk", "It rose.\nRead also: Elon Musk on chips", TEASER, CLOSE, ["Elon Musk"]),
    ("people", "Tim Cook", "They cook with salt.", NOTHING, FAR, []),
    ("people", "Cook", "Cook it.", '"Cook" stands there, but as another word or name', TRACE, ["Cook"]),
    # topics
    (
        "topics",
        "GPU cluster",
        "The cluster of one two three four five six GPUs runs.",
        "its words stand in one sentence with 7 others among them; 4 may",
        CLOSE,
        ["cluster of one two three four five six GPUs"],
    ),
    ("topics", "GPU cluster", "A GPU runs. The cluster too.", SENTENCES, CLOSE, ["GPU", "cluster"]),
    ("topics", "GPU cluster", "A GPU runs.\nThe cluster too.", PARAGRAPHS, TRACE, ["GPU", "cluster"]),
    ("topics", "GPU cluster", "The clusters run.", '"cluster" stands there, "GPU" does not', TRACE, ["clusters"]),
    ("topics", "AI data center", "A datacenter runs.", '"datacenter" stands there, "AI" does not', TRACE, None),
    ("topics", "GPU cluster", "It rose.\nSee also: GPU clusters sell", TEASER, CLOSE, None),
    ("topics", "GPT-4 GPT", "The GPT-4 runs.", "its words stand there, but share a word", CLOSE, None),
    ("topics", "GPU cluster", "It rose.", NOTHING, FAR, []),
]  # fmt: skip


@pytest.mark.parametrize(("name", "term", "text", "words", "nearness", "spans"), LISTED)
def test_a_term_that_is_not_found_says_what_came_closest(
    name: str, term: str, text: str, words: str, nearness: Nearness, spans: list[str] | None
) -> None:
    clause = one(text, watch(**{name: (term,)}))

    assert (clause.list, clause.term) == (name, term)
    assert told(clause)[:3] == (False, words, nearness)
    assert spans is None or told(clause)[3] == spans


ASKED = [
    ("blackwell", "Hopper sells.", NOTHING, FAR),
    ("blackwell", "It rose.\nSee also: Blackwell sells", TEASER, CLOSE),
    ("cluster", "Two clusters run.", 'stands only as "clusters"', CLOSE),
    ("=Blackwell", "The blackwell sells.", 'stands only as "blackwell"', CLOSE),
    ('"export controls"', "The export rules.", '"export" stands there, "controls" does not', TRACE),
    ('"export controls"', "The export of many controls.", "its words stand with 2 others among them; 0 may", CLOSE),
    ('"export controls"', "Controls of export.", "its words stand there, but not in this order and together", TRACE),
    ("H100 NEAR/8 cluster", "H100 a b c d e f g h i j k l cluster.", "12 words apart, 8 allowed", CLOSE),
    ("H100 NEAR/8 cluster", "H100.\nA cluster.", "its words stand in different paragraphs or far apart", TRACE),
    ("H100 NEAR/8 cluster", "An H100.", '"h100" stands there, "cluster" does not', TRACE),
    ("(H100 OR H200) NEAR/8 cluster", "A cluster.", '"cluster" stands there, (h100 OR h200) does not', TRACE),
    ("(H100 OR H200) NEAR/8 cluster", "Two clusters.", '"cluster": stands only as "clusters"', TRACE),
    (
        "(H100 OR clusters) NEAR/8 grids",
        "A cluster.",
        '"clusters": stands only as "cluster"',
        TRACE,
    ),
    ("title:Nvidia", "Shares of Nvidia.", "stands only in the text", CLOSE),
    ('body:"chips gain"', "Chips and more gain.", "its words stand with 2 others among them; 0 may", CLOSE),
    ('title:"chips gain"', "Chips and more gain.", NOTHING, FAR),
    ("title:(chips OR cuts)", "Chips.", '"chips": stands only in the text', CLOSE),
    ("NOT rumour", "A rumour.", '"rumour" stands there', CLOSE),
    ("NOT source:Blog", "A rumour.", "", FAR),
    ("source:Reuters", "A rumour.", "comes from The Blog (tags: blog)", CLOSE),
    ("tag:press", "A rumour.", "comes from The Blog (tags: blog)", CLOSE),
    (r"/H\d{3}/", "A rumour.", "fits nowhere", FAR),
    ('person:"Elon Musk"', "Then Kimbal Musk said.", 'stands as "Kimbal Musk"', TRACE),
    ("company:Apple", "I saw Apple there.", f'"Apple" stands there, {SUPPORT}', CLOSE),
    ("ticker:META", "The META of it.", f'"META" {BARE}', CLOSE),
    ('topic:"GPU cluster"', "The clusters run.", '"cluster" stands there, "GPU" does not', TRACE),
]


@pytest.mark.parametrize(("query", "text", "words", "nearness"), ASKED)
def test_a_query_that_does_not_hold_says_what_came_closest(
    query: str, text: str, words: str, nearness: Nearness
) -> None:
    clause = one(Document("", text, sources=(BLOG,)), Watch(name="x", query=query))

    assert told(clause)[:3] == (not words, words, nearness)
    assert bool(clause.spans) == (nearness is not FAR and not words.startswith("comes from"))


def test_a_query_is_told_operand_by_operand() -> None:
    query = "Nvidia AND (H100 OR H200) NOT rumour AND tag:press"

    found = closest(Document("Nvidia gains", "A rumour.", sources=(BLOG,)), Watch(name="x", query=query))

    assert [(clause.term, clause.held, clause.closest) for clause in found] == [
        ("nvidia", True, ""),
        ("h100 OR h200", False, NOTHING),
        ("NOT rumour", False, '"rumour" stands there'),
        ('tag:"press"', False, "comes from The Blog (tags: blog)"),
    ]


def test_an_alternative_of_several_words_says_which_of_them_are_missing() -> None:
    tried = Watch(name="x", query="(Nvidia AND H100) OR (AMD NOT rumour) OR Intel")

    found = closest(Document("", "Nvidia and AMD: a rumour."), tried)

    assert [clause.closest for clause in found] == [
        '"nvidia" stands there, "h100" does not',
        '"rumour" stands there',
        NOTHING,
    ]


def test_what_a_watch_for_titles_finds_in_the_text_is_told_as_such() -> None:
    tried = Watch(name="x", companies=("Nvidia",), query="chips", within="title")
    listed, asked = closest(Document("It gains", "Nvidia sells chips."), tried)

    assert told(listed)[1:] == ("stands only in the text, and the watch looks into the title", CLOSE, ["Nvidia"])
    assert told(asked)[1:] == ("stands only in the text", CLOSE, ["chips"])


def test_a_term_supports_another_of_its_watch() -> None:
    tried = Watch(name="x", companies=("Apple",), people=("Tim Cook",), query="company:Apple AND plums")

    found = closest(Document("", "I saw Apple and Tim Cook."), tried)

    assert [(clause.list, clause.held) for clause in found] == [
        ("companies", True),
        ("people", True),
        ("query", True),
        ("query", False),
    ]


def test_what_can_match_nothing_says_so() -> None:
    assert one("It rose.", watch(tickers=("a b",))).closest == "can match nothing as it is written"
    assert one("It rose.", watch(topics=("$",))).closest == "can match nothing as it is written"
    assert one("It rose.", watch(query="(")).closest.startswith("is no query: ")


# ---------------------------------------------------------------- laws

_TERMS = {
    "tickers": ["NASDAQ:NVDA", "META", "TSX:X", "BRK.B", "AI"],
    "companies": ["Nvidia", "Apple", "Target", "Goldman Sachs", "$"],
    "people": ["Mark Zuckerberg", "Tim Cook", "Elon Musk", "Madonna"],
    "topics": ["GPU cluster", "AI data center", "GPT-4", "Siri", "US chips"],
}
_LEAVES = st.sampled_from(
    ["nvidia", "clust*", "=Apple", '"GPU cluster"', '"gpu runs"~2', "/G.U/", "source:Wire", "tag:press", "ticker:META",
     "company:Apple", 'person:"Tim Cook"', 'topic:"GPU cluster"', "nvidia NEAR/2 (gpu OR tag:press)"]
)  # fmt: skip
_QUERIES = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        inner.map(lambda item: f"NOT ({item})"),
        st.tuples(st.sampled_from(["title", "body"]), inner).map(lambda both: f"{both[0]}:({both[1]})"),
        st.tuples(inner, st.sampled_from(["AND", "OR", "NEAR/3"]), inner).map("({0[0]}) {0[1]} ({0[2]})".format),
    ),
    max_leaves=5,
)
_PIECES = st.sampled_from(
    ["Nvidia", "nvidia", "NVIDIA Corp.", "Apple", "apple", "Target Hospitality", "Mark Zuckerberg", "Kimbal Musk",
     "tim cook", "Tim Cook", "Cook", "said", "GPU", "clusters", "data-center", "(NASDAQ:NVDA)", "(TSX: X)", "META",
     "$AI", "AI", "NVDA.O", "BRK.A", "Goldman", "Sachs", "of", "shares", "\n", ". ", ", ", "See also: ", "é", "’s",
     "-", "英伟达", "\ud800", "one two three four five"]
)  # fmt: skip
_TEXTS = st.one_of(st.lists(_PIECES, max_size=25).map(" ".join), st.text())
_DOCUMENTS = st.builds(Document, _TEXTS, _TEXTS, _TEXTS, sources=st.sampled_from([(), (Source("Wire"),)]))


def fires(document: Document, tried: Watch) -> bool:
    return bool(rules.match(document, rules.compile([tried])))


@settings(max_examples=300)
@given(_DOCUMENTS, st.sampled_from(["any", "title"]))
def test_a_clause_holds_if_and_only_if_its_term_alone_fires(document: Document, within: str) -> None:
    for name, terms in _TERMS.items():
        for term in terms:
            tried = watch(within=within, **{name: (term,)})
            assert one(document, tried).held == fires(document, tried), term


@settings(max_examples=300)
@given(_DOCUMENTS, _QUERIES, st.sampled_from(["any", "title"]))
def test_an_operand_holds_if_and_only_if_it_alone_fires(document: Document, query: str, within: str) -> None:
    tried = watch(query=query, within=within)
    try:
        either = isinstance(parser.parse(query), Or)
    except parser.QueryError:
        either = False

    held = [clause.held for clause in closest(document, tried)]

    assert (any(held) if either else all(held)) == fires(document, tried)


@settings(max_examples=300)
@given(_DOCUMENTS, st.fixed_dictionaries({name: st.lists(st.sampled_from(terms)) for name, terms in _TERMS.items()}))
def test_terms_hold_together_as_the_watch_finds_them(document: Document, lists: dict[str, list[str]]) -> None:
    tried = watch(query="person:Madonna", **{name: tuple(each) for name, each in lists.items()})
    found = rules.match(document, rules.compile([tried]))

    held = {(clause.list, clause.term) for clause in closest(document, tried) if clause.held and clause.list != "query"}

    live = {(item.list, item.term) for match in found for item in match.evidence if item.part != "related"}
    assert held == {(name, term) for name, term in live if name != "query"}


@settings(max_examples=300)
@given(_DOCUMENTS, _QUERIES)
def test_what_is_said_and_marked_is_there(document: Document, query: str) -> None:
    tried = watch(query=query, **{name: tuple(terms) for name, terms in _TERMS.items()})

    for clause in closest(document, tried):
        assert clause.held == (not clause.closest)
        assert not (clause.held and clause.spans)
        assert clause.list in LISTS
        for item in clause.evidence + clause.spans:
            assert getattr(document, item.field)[item.start : item.end] == item.text


@given(st.builds(Document, st.text(), st.text()), st.text(min_size=1), st.sampled_from([*_TERMS, "query"]))
def test_no_text_and_no_term_is_too_odd(document: Document, term: str, name: str) -> None:
    tried = watch(**{name: term if name == "query" else (term,)})

    assert [clause.held for clause in closest(document, tried)].count(True) >= fires(document, tried)
