"""The query language: its syntax tree, and back to text (parser.py reads it).

    supply AND (Nvidia OR TSMC) NOT rumour      juxtaposition is AND; NOT binds tighter than AND, AND than OR
    "export controls"~3                         three further words may stand inside, in order
    cluster* =Blackwell ="Apple Pay"            a prefix; a word and a phrase in exactly this case
    (H100 OR H200) NEAR/8 cluster               words and phrases at most eight words apart, either order
    title:Nvidia body:(a OR b)                  where it stands
    ticker:SMCI person:"Jensen Huang" company:Nvidia topic:"data center"
    source:Reuters tag:press /H\\d{3}/           where it comes from; a regular expression of RE2

Words are folded as in tokens.py, so that a tree holds no two spellings of one thing; `str(node)` parses to the same
tree.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Literal

import re2


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a phrase: folded, without case unless the phrase is exact; `prefix`: only its beginning."""

    text: str
    prefix: bool = False

    def __str__(self) -> str:
        return self.text + "*" * self.prefix


@dataclass(frozen=True, slots=True)
class Phrase:
    """One word, or several in order with at most `slop` others among them."""

    words: tuple[Word, ...]
    slop: int = 0
    exact: bool = False

    def __str__(self) -> str:
        text = " ".join(map(str, self.words))
        quoted = text if len(self.words) == 1 and not self.slop else f'"{text}"'
        return "=" * self.exact + quoted + (f"~{self.slop}" if self.slop else "")


@dataclass(frozen=True, slots=True)
class Regex:
    pattern: str
    exact: bool = False

    def __str__(self) -> str:
        return "=" * self.exact + f"/{self.pattern}/"


@dataclass(frozen=True, slots=True)
class Mention:
    """`ticker:`, `person:`, `company:` or `topic:`, found as the list of that name finds it."""

    kind: Literal["ticker", "person", "company", "topic"]
    term: str

    def __str__(self) -> str:
        return f'{self.kind}:"{self.term}"'


@dataclass(frozen=True, slots=True)
class Origin:
    """`source:` compares with the feeds' names and addresses, `tag:` with their tags."""

    kind: Literal["source", "tag"]
    value: str

    def __str__(self) -> str:
        return f'{self.kind}:"{self.value}"'


@dataclass(frozen=True, slots=True)
class Within:
    """`title:` or `body:` (lead and body) around something."""

    field: Literal["title", "body"]
    item: "Node"

    def __str__(self) -> str:
        return f"{self.field}:{_inner(self.item)}"


@dataclass(frozen=True, slots=True)
class Near:
    """Both within `distance` words of each other, either order, in one paragraph."""

    left: "Node"
    right: "Node"
    distance: int

    def __str__(self) -> str:
        return f"{_inner(self.left)} NEAR/{self.distance} {_inner(self.right)}"


@dataclass(frozen=True, slots=True)
class Not:
    item: "Node"

    def __str__(self) -> str:
        return f"NOT {_inner(self.item)}"


@dataclass(frozen=True, slots=True)
class And:
    items: tuple["Node", ...]

    def __str__(self) -> str:
        return " AND ".join(map(_inner, self.items))


@dataclass(frozen=True, slots=True)
class Or:
    items: tuple["Node", ...]

    def __str__(self) -> str:
        return " OR ".join(map(_inner, self.items))


Node = Phrase | Regex | Mention | Origin | Within | Near | Not | And | Or


def children(node: Node) -> tuple[Node, ...]:
    """The nodes right below a node."""
    match node:
        case And(items) | Or(items):
            return items
        case Near(left, right):
            return left, right
        case Within(_, item) | Not(item):
            return (item,)
        case _:
            return ()


def leaves(node: Node) -> Iterator[Node]:
    """The words, names, sources and expressions that a query is made of, in order."""
    below = children(node)
    if not below:
        yield node
    for child in below:
        yield from leaves(child)


def _inner(node: Node) -> str:
    return f"({node})" if isinstance(node, Near | Not | And | Or) else str(node)


@lru_cache(maxsize=1024)
def compile_regex(node: Regex) -> Any:
    """The compiled pattern; raises re2.error."""
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = node.exact
    options.never_capture = True
    return re2.compile(node.pattern.replace("\\/", "/"), options)
