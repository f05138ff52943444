"""The query language: text → syntax tree, with every mistake at its column.

NEAR binds tightest, then NOT, AND (also juxtaposition) and OR.
"""

import difflib
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Literal, get_args

import lark
import re2

from monitor.rules import companies, people, tickers, topics
from monitor.rules.language import (
    And,
    Mention,
    Near,
    Node,
    Not,
    Or,
    Origin,
    Phrase,
    Regex,
    Within,
    Word,
    children,
    compile_regex,
)
from monitor.rules.tokens import words

MAX_LENGTH = 10_000
MAX_DEPTH = 40
MAX_NEAR = 1_000
_PART = Literal["title", "body"]
_ORIGIN = Literal["source", "tag"]
FIELDS = ("title", "body", "ticker", "person", "company", "topic", "source", "tag")
_HINT = 'use AND, OR, NOT, NEAR/8, (…), "a phrase", word*, =Exact, /regex/ and ' + ", ".join(f"{f}:" for f in FIELDS)

_GRAMMAR = r"""
    ?start: either
    ?either: both (_OR both)*
    ?both: negation (_AND? negation)*
    ?negation: _NOT negation -> negated | near
    ?near: near NEAR scoped | scoped
    ?scoped: FIELD scoped -> field | atom
    ?atom: WORD -> word | PHRASE -> phrase | REGEX -> regex | "(" either ")"

    _OR.3: /OR(?![^\s()"])/
    _AND.3: /AND(?![^\s()"])/
    _NOT.3: /NOT(?![^\s()"])/
    NEAR.3: /NEAR\/\d+(?![^\s()"])/
    FIELD.2: /[A-Za-z]+:/
    PHRASE.2: /=?"[^"]*"(~\d+)?/
    REGEX.2: /=?\/([^\/\\]|\\.)+\//
    WORD: /[^\s()":~*\/][^\s()":~*]*(\*(?![^\s()"]))?/
    %ignore /\s+/
"""


class QueryError(ValueError):
    """A query that does not parse: `str()` says where and why, `fix` what to do."""

    def __init__(self, problem: str, column: int = 0, fix: str = _HINT) -> None:
        super().__init__(f"column {column}: {problem}" if column else problem)
        self.fix = fix


@dataclass(frozen=True, slots=True)
class _Raw:
    """An atom as written, until it is known whether a field takes its text or a phrase its words."""

    text: str
    slop: int
    exact: bool
    place: lark.Token


@lark.v_args(inline=True)
class _Builder(lark.Transformer[lark.Token, Node]):
    """Grammar rules → nodes, called by the parser from the leaves up, so that depth costs no recursion."""

    def word(self, token: lark.Token) -> _Raw:
        if token.value == "NEAR" or token.value.startswith("NEAR/"):
            raise QueryError("NEAR needs a distance", _column(token), "write NEAR/8 for at most eight words between")
        if token.value in ("AND", "OR", "NOT"):
            raise QueryError(f"{token} has nothing to join", _column(token), 'quote it to search for the word: "or"')
        if token[0] in "-!" and len(token) > 1:
            raise QueryError(f'"{token[0]}" excludes nothing here', _column(token), f"write NOT {token[1:]}")
        return _Raw(token.removeprefix("="), 0, token.startswith("="), token)

    def phrase(self, token: lark.Token) -> _Raw:
        text, _, slop = token.rpartition('"')
        distance = _distance("~", slop[1:] or "0", token, "use AND for anywhere")
        return _Raw(text.removeprefix("=")[1:], distance, token.startswith("="), token)

    def regex(self, token: lark.Token) -> Regex:
        pattern = token.removeprefix("=")[1:-1]
        node = Regex(pattern, token.startswith("="))
        try:
            matches_nothing = compile_regex(node).search("") is not None
        except (re2.error, UnicodeError) as error:
            raise QueryError(_regex_problem(error), _column(token), "regular expressions are those of RE2") from error
        if matches_nothing:
            raise QueryError("the regex matches empty text", _column(token), "ask for at least one character")
        return node

    def field(self, token: lark.Token, value: Node | _Raw) -> Node:
        name = token[:-1]
        if name not in FIELDS:
            near = difflib.get_close_matches(name.lower(), FIELDS, 1)
            fix = f'did you mean "{near[0]}:"?' if near else f'fields are {", ".join(FIELDS)}; quote text with ":"'
            raise QueryError(f'unknown field "{token}"', _column(token), fix)
        if name in get_args(_PART):
            return Within(name, _node(value))  # type: ignore[arg-type]  # narrowed by the line above
        if not isinstance(value, _Raw) or value.slop or value.exact:
            raise QueryError(f"{token} takes a name", _column(token), f'write {name}:"…"')
        term = " ".join(value.text.split())
        if name in get_args(_ORIGIN):
            if not term:
                raise QueryError(f"{token} is empty", _column(token), f'write {name}:"…"')
            return Origin(name, term)  # type: ignore[arg-type]  # narrowed by the line above
        _check_term(name, term, _column(value.place))
        return Mention(name, term)  # type: ignore[arg-type]  # FIELDS has no others

    def near(self, left: Node | _Raw, operator: lark.Token, right: Node | _Raw) -> Near:
        distance = _distance("NEAR/", operator.removeprefix("NEAR/"), operator, "use AND instead")
        node = Near(_node(left), _node(right), distance)
        if not (_has_place(node.left) and _has_place(node.right)):
            fix = "put AND, NOT, /regex/, source: and tag: outside of NEAR"
            raise QueryError("NEAR takes words, phrases, names and OR of these", _column(operator), fix)
        return node

    def negated(self, item: Node | _Raw) -> Not:
        return Not(_node(item))

    def both(self, *items: Node | _Raw) -> And:
        nodes = [_node(item) for item in items]
        return And(tuple(part for node in nodes for part in (node.items if isinstance(node, And) else (node,))))

    def either(self, *items: Node | _Raw) -> Or:
        nodes = [_node(item) for item in items]
        return Or(tuple(part for node in nodes for part in (node.items if isinstance(node, Or) else (node,))))


def _column(token: lark.Token) -> int:
    return (token.start_pos or 0) + 1


def _distance(sign: str, digits: str, token: lark.Token, fix: str) -> int:
    """A number of words; raises QueryError where it is too large, however many digits it has."""
    digits = digits.lstrip("0") or "0"
    if len(digits) > 9 or int(digits) > MAX_NEAR:
        shown = digits if len(digits) <= 9 else f"{digits[:9]}…"
        raise QueryError(f"{sign}{shown} is more than {MAX_NEAR} words", _column(token), fix)
    return int(digits)


def _node(value: Node | _Raw) -> Node:
    """The phrase of an atom; raises QueryError where it holds no letter or digit."""
    if not isinstance(value, _Raw):
        return value
    found: list[Word] = []
    for written in value.text.split():
        tokens = words(written.rstrip("*"))
        texts = [token.cased if value.exact else token.word for token in tokens]
        found += [
            Word(text, prefix=written.endswith("*") and index == len(texts) - 1) for index, text in enumerate(texts)
        ]
    if not found:
        raise QueryError(f'"{value.text}" holds no letter or digit', _column(value.place))
    return Phrase(tuple(found), value.slop, value.exact)


def _check_term(kind: str, term: str, column: int) -> None:
    if kind == "ticker":
        try:
            tickers.parse(term)
        except tickers.TickerError as error:
            raise QueryError(str(error), column, error.fix) from error
        return
    parsers = {"person": people.parse, "company": companies.parse, "topic": topics.parse}
    if parsers[kind](term) is None:
        raise QueryError(f'"{term}" holds no letter or digit', column)


def _has_place(node: Node) -> bool:
    """Whether the node stands at places in the text, so that a distance to it means something."""
    match node:
        case Or(items):
            return all(_has_place(item) for item in items)
        case Within(_, item):
            return _has_place(item)
        case _:
            return isinstance(node, Phrase | Mention | Near)


def _regex_problem(error: Exception) -> str:
    reason = error.args[0] if error.args else ""
    text = reason.decode("utf-8", "replace") if isinstance(reason, bytes) else str(reason)
    if text.startswith("invalid perl operator"):
        return f"the regex uses look-around or another construct that RE2 has not ({text})"
    if text.startswith("invalid escape sequence"):
        return f"the regex uses a back-reference or an escape that RE2 has not ({text})"
    return f"bad regex: {text}"


@cache
def _parser() -> lark.Lark:
    return lark.Lark(_GRAMMAR, parser="lalr", transformer=_Builder(), propagate_positions=False)


@lru_cache(maxsize=2048)
def parse(query: str) -> Node:
    """A query → its tree; raises QueryError."""
    if len(query) > MAX_LENGTH:
        raise QueryError(f"the query is longer than {MAX_LENGTH} characters", 0, "split it into several watches")
    text = query.translate(str.maketrans("“”„’‘", '"""\'\''))
    if not text.strip():
        raise QueryError("the query is empty", 0, "write what to look for, or leave the key out")
    try:
        node = _node(_parser().parse(text))  # type: ignore[arg-type]  # lark types the result as a tree
    except lark.exceptions.VisitError as error:
        raise error.orig_exc from error
    except lark.exceptions.UnexpectedInput as error:
        raise _syntax_error(text, error) from error
    if _depth(node) > MAX_DEPTH:
        raise QueryError(f"the query nests deeper than {MAX_DEPTH} levels", 0, "split it into several watches")
    return node


_STRAY = {
    '"': ("this quote is never closed", 'write "a phrase"'),
    "/": ("this regex is never closed", "write /regex/, and \\/ for a slash in it"),
    "*": ("* stands only at the end of a word", "write clust*"),
    "~": ("~ stands only after a phrase", 'write "export controls"~3'),
    ":": ('":" stands only after the name of a field', f'fields are {", ".join(FIELDS)}; quote text with ":"'),
}


def _syntax_error(text: str, error: lark.exceptions.UnexpectedInput) -> QueryError:
    if isinstance(error, lark.exceptions.UnexpectedCharacters):
        place = error.pos_in_stream or 0
        problem, fix = _STRAY.get(text[place], (f'unexpected "{text[place]}"', _HINT))
        return QueryError(problem, place + 1, fix)
    token = getattr(error, "token", None)
    if token is None or token.type == "$END":
        if text.count("(") > text.count(")"):
            return QueryError("a ( is never closed", len(text), "add the )")
        return QueryError("the query ends too early", len(text) + 1, "write something after the last operator")
    if token.type == "RPAR":
        return QueryError("this ) closes nothing", _column(token), "remove it, or add the (")
    return QueryError(f'unexpected "{token}"', _column(token), "an operator stands between two things to look for")


def _depth(node: Node) -> int:
    deepest = 0
    waiting = [(node, 1)]
    while waiting:
        current, depth = waiting.pop()
        deepest = max(deepest, depth)
        waiting += [(child, depth + 1) for child in children(current)]
    return deepest
