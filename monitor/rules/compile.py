"""Watches → ruleset, and what is wrong with them as only the rule language can see.

What `check` refuses is left out of a ruleset, since it can match nothing; a query that does not parse never holds.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, TypeVar

from monitor.options import Watch
from monitor.rules import companies, parser, people, tickers, topics
from monitor.rules.companies import Company
from monitor.rules.language import And, Mention, Near, Node, Or, Within
from monitor.rules.people import Person
from monitor.rules.tickers import Ticker
from monitor.rules.tokens import words
from monitor.rules.topics import Topic

_Term = TypeVar("_Term")


@dataclass(frozen=True, slots=True)
class Exclusion:
    """A phrase that silences a watch: `head` as written, then one of `tails` (the last word, singular or plural)."""

    head: tuple[str, ...]
    tails: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SourceTest:
    """One item of `sources`: compares `kind` ("tag", "tier" or "name") with a feed; `excludes` if it had a "!"."""

    kind: Literal["tag", "tier", "name"]
    value: str
    excludes: bool


@dataclass(frozen=True, slots=True)
class Rule:
    """A watch ready to be matched. `watch` is as the user wrote it; `present` names the lists that it has."""

    watch: Watch
    present: frozenset[str]
    tickers: tuple[Ticker, ...]
    companies: tuple[Company, ...]
    people: tuple[Person, ...]
    topics: tuple[Topic, ...]
    query: Node | None
    exclude: tuple[Exclusion, ...]
    sources: tuple[SourceTest, ...]
    # The people and tickers that the query names; they support an ambiguous company as those of the lists do.
    named_in_query: tuple[Ticker | Person, ...]


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All enabled watches, in the order of the file."""

    rules: tuple[Rule, ...]


def compile(watches: Iterable[Watch]) -> Ruleset:  # noqa: A001  (rules.compile reads as re.compile does)
    """The enabled ones of `watches`, ready for `match`; the same watches give an equal ruleset."""
    return Ruleset(tuple(_rule(watch) for watch in watches if watch.enabled))


def _rule(watch: Watch) -> Rule:
    query = _query(watch.query)
    present = ("tickers", "companies", "people", "topics", "query")
    return Rule(
        watch,
        frozenset(name for name in present if getattr(watch, name)),
        _parsed(_ticker, watch.tickers),
        _parsed(companies.parse, watch.companies),
        _parsed(people.parse, watch.people),
        _parsed(topics.parse, watch.topics),
        query,
        _parsed(_exclusion, watch.exclude),
        tuple(map(source_test, watch.sources)),
        tuple(_named(query)) if query else (),
    )


def _parsed(parse: Callable[[str], _Term | None], terms: Iterable[str]) -> tuple[_Term, ...]:
    return tuple(parsed for term in terms if (parsed := parse(term)) is not None)


def _ticker(term: str) -> Ticker | None:
    try:
        return tickers.parse(term)
    except tickers.TickerError:
        return None


def _query(text: str) -> Node | None:
    try:
        return parser.parse(text) if text else None
    except parser.QueryError:
        return None


def _named(node: Node) -> Iterator[Ticker | Person]:
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from _named(item)
        case Near(left, right):
            yield from _named(left)
            yield from _named(right)
        case Within(_, item):
            yield from _named(item)
        case Mention("ticker", term):
            yield tickers.parse(term)
        case Mention("person", term):
            person = people.parse(term)
            if person is not None:
                yield person
        case _:
            pass


@lru_cache(maxsize=16384)
def _exclusion(term: str) -> Exclusion | None:
    tokens = [token.word for token in words(term)]
    if not tokens:
        return None
    last = tokens[-1]
    tails = {last}
    if last.isalpha() and last.isascii() and len(last) > 2:
        tails |= {f"{last}s", f"{last}es"} if not last.endswith("s") else {last[:-1]}
    return Exclusion(tuple(tokens[:-1]), tuple(sorted(tails)))


def source_test(item: str) -> SourceTest:
    """One item of `sources`."""
    text = item.strip()
    excludes = text.startswith("!")
    text = text.removeprefix("!").strip()
    kind, colon, value = text.partition(":")
    if colon and kind == "tag":
        return SourceTest("tag", value.strip().casefold(), excludes)
    if colon and kind == "tier":
        return SourceTest("tier", value.strip(), excludes)
    return SourceTest("name", text, excludes)


# ---------------------------------------------------------------- mistakes


def check(watch: Watch) -> list[tuple[str, str, str]]:
    """Mistakes of a watch as (key, problem, fix), in the order of the keys; items count from 1, as people do."""
    found: list[tuple[str, str, str]] = []
    for number, term in enumerate(watch.tickers, start=1):
        try:
            tickers.parse(term)
        except tickers.TickerError as error:
            found.append((f"tickers[{number}]", str(error), error.fix))
    parsers: tuple[tuple[str, tuple[str, ...], Callable[[str], object]], ...] = (
        ("companies", watch.companies, companies.parse),
        ("people", watch.people, people.parse),
        ("topics", watch.topics, topics.parse),
        ("exclude", watch.exclude, _exclusion),
    )
    for key, terms, parse in parsers:
        for number, term in enumerate(terms, start=1):
            if parse(term) is None:
                problem = f'"{term}" holds no letter or digit, so it can never match'
                found.append((f"{key}[{number}]", problem, "write a word, or remove it"))
    if watch.query:
        try:
            parser.parse(watch.query)
        except parser.QueryError as error:
            found.append(("query", str(error), error.fix))
    return [*found, *_contradictions(watch)]


def _contradictions(watch: Watch) -> Iterator[tuple[str, str, str]]:
    """Terms that an exclusion of the same watch always silences, since the one holds the other."""
    excluded = {tuple(token.word for token in words(term)) for term in watch.exclude}
    for key in ("companies", "people"):
        for number, term in enumerate(getattr(watch, key), start=1):
            if term.strip() and tuple(token.word for token in words(term)) in excluded:
                yield f"{key}[{number}]", f'"{term}" is also excluded, so it can never match', "remove one of them"
