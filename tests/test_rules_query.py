"""The query language: errors with a column, round trips, and evaluation against a naive reading."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.model import Document
from monitor.rules.article import read
from monitor.rules.language import And, Mention, Near, Node, Not, Or, Origin, Phrase, Regex, Within, Word
from monitor.rules.parser import QueryError, parse
from monitor.rules.query import Context, evaluate


def _two(inner: st.SearchStrategy[Node]) -> st.SearchStrategy[tuple[Node, ...]]:
    return st.lists(inner, min_size=2, max_size=3).map(tuple)


_LETTERS = st.sampled_from("abc")
_PHRASES = st.builds(
    Phrase, st.lists(st.builds(Word, _LETTERS), min_size=1, max_size=3).map(tuple), st.integers(0, 2), st.booleans()
)
_PLACED = st.recursive(
    _PHRASES,
    lambda inner: st.builds(Near, _PHRASES, inner, st.integers(0, 3)) | st.builds(Or, _two(inner)),
    max_leaves=3,
)


_LEAVES: st.SearchStrategy[Node] = st.one_of(
    _PLACED,
    st.builds(Regex, st.sampled_from(["a b", r"\bb\b", "a\\/b"]), st.booleans()),
    st.builds(Origin, st.sampled_from(["source", "tag"]), st.sampled_from(["Reuters", "some blog"])),
    st.builds(Mention, st.sampled_from(["person", "company", "topic"]), st.sampled_from(["Tim Cook", "Apple", "x"])),
)
NODES: st.SearchStrategy[Node] = st.recursive(
    _LEAVES,
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Within, st.sampled_from(["title", "body"]), inner),
        st.builds(And, _two(inner)),
        st.builds(Or, _two(inner)),
    ),
    max_leaves=8,
)
WORDS = st.lists(st.sampled_from(["a", "b", "c", "d", "A", "x"]), max_size=8).map(" ".join)
TEXTS = st.lists(WORDS, max_size=3).map("\n".join)


def holds(node: Node, title: str, text: str) -> bool:
    article, _ = read(Document(title, text))
    return evaluate(node, Context(article, lambda mention: [])) is not None


# ---------------------------------------------------------------- parsing


@pytest.mark.parametrize(
    ("query", "problem"),
    [
        ("", "the query is empty"),
        ("a OR", "column 5: the query ends too early"),
        ("OR a", "column 1: OR has nothing to join"),
        ("a AND OR b", "column 7: OR has nothing to join"),
        ("(a b", "column 4: a ( is never closed"),
        ("a)", "column 2: this ) closes nothing"),
        ('x "abc', "column 3: this quote is never closed"),
        ("x /abc", "column 3: this regex is never closed"),
        ("a*b", "column 2: * stands only at the end of a word"),
        ("a~3", "column 2: ~ stands only after a phrase"),
        ("10:30", 'column 3: ":" stands only after the name of a field'),
        ("titel:x", 'column 1: unknown field "titel:"'),
        ("a NEAR b", "column 3: NEAR needs a distance"),
        ("a NEAR/x b", "column 3: NEAR needs a distance"),
        ("a NEAR/9999 b", "column 3: NEAR/9999 is more than 1000 words"),
        ("a NEAR/9999999 b", "column 3: NEAR/9999999 is more than 1000 words"),
        ("a NEAR/" + "9" * 5_000 + " b", "column 3: NEAR/999999999… is more than 1000 words"),
        ('b "a"~9999999', "column 3: ~9999999 is more than 1000 words"),
        ('b "a"~1' + "0" * 5_000, "column 3: ~100000000… is more than 1000 words"),
        ("a NEAR/3 (b AND c)", "column 3: NEAR takes words, phrases, names and OR of these"),
        ("-gaming", 'column 1: "-" excludes nothing here'),
        ('a "!!"', 'column 3: "!!" holds no letter or digit'),
        ("ticker:nvda", 'column 8: "nvda" is no ticker symbol'),
        ('ticker:"NASDQ:NVDA"', 'column 8: "NASDQ" is no venue we know'),
        ('company:"..."', 'column 9: "..." holds no letter or digit'),
        ("source:(a b)", "column 1: source: takes a name"),
        ("/(?=a)/", "column 1: the regex uses look-around or another construct that RE2 has not"),
        (r"/(a)\1/", "column 1: the regex uses a back-reference or an escape that RE2 has not"),
        ("/(a/", "column 1: bad regex: missing ): (a"),
        ("/a*/", "column 1: the regex matches empty text"),
        ("NOT " * 50 + "a", "the query nests deeper than 40 levels"),
        ("a " * 6_000, "the query is longer than 10000 characters"),
    ],
)
def test_a_mistake_is_named_with_its_column(query: str, problem: str) -> None:
    with pytest.raises(QueryError) as caught:
        parse(query)

    assert str(caught.value).startswith(problem)
    assert caught.value.fix


@pytest.mark.parametrize(
    ("query", "printed"),
    [
        ("a b OR c NOT d", "(a AND b) OR (c AND (NOT d))"),
        ("a AND (b AND c)", "a AND b AND c"),
        ("NOT a NEAR/2 b", "NOT (a NEAR/2 b)"),
        ("a NEAR/0000000002 b", "a NEAR/2 b"),
        ('"a b"~00 "a b"~0000000001', '"a b" AND "a b"~1'),
        ("a NEAR/2 b NEAR/3 c", "(a NEAR/2 b) NEAR/3 c"),
        ("“smart quotes”~2", '"smart quotes"~2'),
        ("title:a body:(b OR c)", "title:a AND body:(b OR c)"),
        ("AT&T C++ U.S. data-center", 'at&t AND c++ AND us AND "data center"'),
        ("and or ORACLE", "and AND or AND oracle"),
        ('="Apple Pay" =Exact clust*', '="Apple Pay" AND =Exact AND clust*'),
        ('ticker:SMCI person:"Jensen Huang" /a\\/b/', 'ticker:"SMCI" AND person:"Jensen Huang" AND /a\\/b/'),
    ],
)
def test_a_query_prints_as_it_is_understood(query: str, printed: str) -> None:
    assert str(parse(query)) == printed


@settings(max_examples=300)
@given(NODES)
def test_printing_and_parsing_give_the_same_tree(node: Node) -> None:
    once = parse(str(node))

    assert parse(str(once)) == once


@settings(max_examples=300)
@given(st.text(alphabet=st.sampled_from('ab ()":~*/=\\-ANDORT1“é') | st.characters(), max_size=40))
def test_any_text_parses_or_is_refused(text: str) -> None:
    try:
        node = parse(text)
    except QueryError as error:
        assert str(error)
    else:
        assert parse(str(node)) == node


# ---------------------------------------------------------------- evaluation


def naive(node: Node, title: str, text: str, field: str = "") -> bool:
    """The contract read word by word, on lists of words and sets of their positions."""
    match node:
        case And(items):
            return all(naive(item, title, text, field) for item in items)
        case Or(items):
            return any(naive(item, title, text, field) for item in items)
        case Not(item):
            return not naive(item, title, text, field)
        case Within(part, item):
            inner = "title" if part == "title" else "text"
            return naive(item, title, text, inner if field in ("", inner) else "nowhere")
        case _:
            paragraphs = [title.split()] * (field in ("", "title")) + [
                line.split() for line in text.split("\n") * (field in ("", "text"))
            ]
            return any(naive_places(node, paragraph) for paragraph in paragraphs)


def naive_places(node: Node, words: list[str]) -> set[tuple[int, int]]:
    spans = [(first, last) for first in range(len(words)) for last in range(first + 1, len(words) + 1)]
    match node:
        case Phrase(wanted, slop, exact):
            fit = [
                (first, last)
                for first, last in spans
                if last - first - len(wanted) <= slop and naive_follow(wanted, words[first:last], exact)
            ]
            # Of several ends from one beginning, NEAR measures from the nearest.
            return {(first, min(last for start, last in fit if start == first)) for first, _ in fit}
        case Or(items):
            return {span for item in items for span in naive_places(item, words)}
        case Near(left, right, distance):
            pairs = [(a, b) for a in naive_places(left, words) for b in naive_places(right, words)]
            return {(min(a, b)[0], max(a, b)[1]) for a, b in pairs if 0 <= max(a, b)[0] - min(a, b)[1] <= distance}
        case _:
            return set()


def naive_follow(wanted: tuple[Word, ...], words: list[str], exact: bool) -> bool:
    """Whether the words stand in `words` in order, the first of them first and the last one last."""
    seen = [word if exact else word.lower() for word in words]
    texts = [word.text for word in wanted]
    if seen[0] != texts[0] or seen[-1] != texts[-1] or len(seen) < len(texts):
        return False
    rest = iter(seen[1:])
    return all(text in rest for text in texts[1:])


_PLAIN = st.recursive(
    _PHRASES | st.builds(Near, _PHRASES, _PHRASES, st.integers(0, 3)),
    lambda inner: st.one_of(
        st.builds(Not, inner),
        st.builds(Within, st.sampled_from(["title", "body"]), inner),
        st.builds(And, _two(inner)),
        st.builds(Or, _two(inner)),
    ),
    max_leaves=6,
)


@settings(max_examples=400)
@given(_PLAIN, WORDS, TEXTS)
def test_evaluation_agrees_with_a_naive_reading(node: Node, title: str, text: str) -> None:
    assert holds(node, title, text) == naive(node, title, text)


# Without slop: of the spans that begin at one word the evaluation takes the shortest, the naive reading all.
_TIGHT = st.builds(Phrase, st.lists(st.builds(Word, _LETTERS), min_size=1, max_size=2).map(tuple))
_NESTED = st.recursive(_TIGHT, lambda inner: st.builds(Near, inner, inner, st.integers(0, 3)), max_leaves=4)


@settings(max_examples=400)
@given(_NESTED, WORDS, TEXTS)
def test_nested_near_agrees_with_a_naive_reading(node: Node, title: str, text: str) -> None:
    assert holds(node, title, text) == naive(node, title, text)


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("a NEAR/1000 b", "a\nb\n" * 10_000),
        ("(a NEAR/1000 c) NEAR/1000 b", "a c\nb\n" * 7_000),
        ("(a NEAR/1000 c) NEAR/1000 (b NEAR/1000 d)", "a c c c\nb d d d\n" * 3_000),
    ],
)
def test_near_takes_no_time_for_pairs_on_different_lines(query: str, text: str) -> None:
    node = parse(query)
    article, _ = read(Document("", text))
    started = time.process_time()

    assert evaluate(node, Context(article, lambda mention: [])) is None
    assert time.process_time() - started < 1.5


@given(_PLAIN, _PLAIN, WORDS, TEXTS)
def test_negation_obeys_de_morgan(left: Node, right: Node, title: str, text: str) -> None:
    assert holds(Not(And((left, right))), title, text) == holds(Or((Not(left), Not(right))), title, text)
    assert holds(Not(Or((left, right))), title, text) == holds(And((Not(left), Not(right))), title, text)
    assert holds(Not(Not(left)), title, text) == holds(left, title, text)


def test_a_regex_does_not_reach_across_paragraphs() -> None:
    assert holds(parse(r"/a\s+b/"), "", "a b")
    assert not holds(parse(r"/a\s+b/"), "", "a\nb")


def test_title_inside_body_holds_nowhere() -> None:
    assert not holds(parse("body:(title:a)"), "a", "a")
