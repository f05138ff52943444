"""Watches → ruleset, and what is wrong with them as only the rule language can see.

What `check` refuses is left out of a ruleset, since it can match nothing; a query that does not parse never holds.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Literal, TypeVar

from monitor.options import LISTS, Watch
from monitor.rules import companies, names, parser, people, tickers, topics
from monitor.rules.directory import Directory, built_in
from monitor.rules.index import Filed, Index
from monitor.rules.language import Mention, Node, leaves
from monitor.rules.names import Name
from monitor.rules.needs import Need, Needs, Rarity, Term, needs, of_exclusion, of_query, spots, spots_of_query
from monitor.rules.people import Person
from monitor.rules.tokens import words
from monitor.rules.topics import Topic

_Term = TypeVar("_Term")
_NONE: dict[Mention, Term] = {}
# So many rules keep what they ask of a line; the others have it worked out again.
_REMEMBERED = 10_000


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


@dataclass(frozen=True, slots=True, eq=False)
class Rule:
    """A watch ready to be matched. `watch` is as the user wrote it; `present` names the lists that it has.

    `terms` are what the query names with `ticker:`, `person:`, `company:` and `topic:`.
    """

    watch: Watch
    present: frozenset[str]
    tickers: tuple[Name, ...]
    companies: tuple[Name, ...]
    people: tuple[Person, ...]
    topics: tuple[Topic, ...]
    query: Node | None
    terms: Mapping[Mention, Term]
    exclude: tuple[Exclusion, ...]
    sources: tuple[SourceTest, ...]

    @property
    def lists(self) -> dict[str, tuple[Name, ...] | tuple[Person, ...] | tuple[Topic, ...]]:
        """The terms of each list but the query."""
        return {
            "tickers": self.tickers,
            "companies": self.companies,
            "people": self.people,
            "topics": self.topics,
        }


@dataclass(frozen=True, slots=True, eq=False)
class Ruleset:
    """All enabled watches, in the order of the file, and the index that says which may hold on a document."""

    rules: tuple[Rule, ...]
    index: Index
    directory: Directory
    _spots: dict[int, list[Filed] | None] = field(default_factory=dict)

    def reading(self, numbers: Iterable[int]) -> Index:
        """Says which lines matter to these rules."""
        index = Index(self.index.rarity)
        for number in numbers:
            if number not in self._spots:
                if len(self._spots) >= _REMEMBERED:
                    self._spots.clear()
                self._spots[number] = index.filed(number, list(_spots(self.rules[number])))
            index.add(number, self._spots[number])
        return index


def compile(  # noqa: A001  (rules.compile reads as re.compile does)
    watches: Iterable[Watch],
    *,
    directory: Directory | None = None,
    frequencies: Mapping[str, int] | None = None,
    previous: Ruleset | None = None,
) -> Ruleset:
    """The enabled ones of `watches`, ready for `match`; the same watches give the same matches.

    `frequencies` says in how many lines of the archive a word stands, which makes matching faster, not different. What
    is unchanged since `previous` is taken over from it.
    """
    directory = directory or built_in()
    known = {rule.watch.name: rule for rule in previous.rules} if previous and previous.directory is directory else {}
    rules = []
    for watch in watches:
        if watch.enabled:
            old = known.get(watch.name)
            rules.append(old if old is not None and old.watch == watch else compile_one(watch, directory))
    return Ruleset(tuple(rules), _index(rules, Rarity(frequencies)), directory)


def compile_one(watch: Watch, directory: Directory) -> Rule:
    """A watch, enabled or not, by itself."""

    def company(term: str) -> Name | None:
        return names.of_company(term, directory, expand=watch.expand)

    def ticker(term: str) -> Name | None:
        try:
            return names.of_ticker(term, directory, expand=watch.expand)
        except tickers.TickerError:
            return None

    def symbol(term: str) -> Name | None:
        return names.of_ticker(term, directory, expand=False)

    parsers: dict[str, Callable[[str], Term | None]] = {
        "ticker": symbol,
        "company": company,
        "person": people.parse,
        "topic": topics.parse,
    }
    query = _query(watch.query)
    terms = (
        {node: term for node in leaves(query) if isinstance(node, Mention) and (term := parsers[node.kind](node.term))}
        if query
        else _NONE
    )
    return Rule(
        watch,
        _present(watch),
        _parsed(ticker, watch.tickers),
        _parsed(company, watch.companies),
        _parsed(people.parse, watch.people),
        _parsed(topics.parse, watch.topics),
        query,
        terms,
        _parsed(_exclusion, watch.exclude),
        tuple(map(source_test, watch.sources)),
    )


def expansions(watch: Watch, directory: Directory) -> dict[str, list[str]]:
    """What the directory adds to the watch for each firm it knows; "*" marks what an article must support."""
    rule = compile_one(watch, directory)
    written = {*watch.tickers, *watch.companies}
    found: dict[str, list[str]] = {}
    for name in (*rule.tickers, *rule.companies):
        known = found.setdefault(name.firm, [])
        known += [more for more in names.added(name) if more not in known and more.rstrip("*") not in written]
    return {firm: more for firm, more in found.items() if firm and more}


def _present(watch: Watch) -> frozenset[str]:
    return _interned(tuple(name for name in LISTS if getattr(watch, name)))


@cache
def _interned(names: tuple[str, ...]) -> frozenset[str]:
    return frozenset(names)


def _parsed(parse: Callable[[str], _Term | None], terms: Iterable[str]) -> tuple[_Term, ...]:
    return tuple(parsed for term in terms if (parsed := parse(term)) is not None)


def _query(text: str) -> Node | None:
    try:
        return parser.parse(text) if text else None
    except parser.QueryError:
        return None


def _index(rules: Iterable[Rule], rarity: Rarity) -> Index:
    index = Index(rarity)
    for number, rule in enumerate(rules):
        index.file(number, _needs(rule, rarity))
    return index


def _needs(rule: Rule, rarity: Rarity) -> Needs:
    """What a rule needs to hold: anything of its lists, or where it requires all of them, the rarest list."""
    found: list[Needs] = [[need for term in terms for need in needs(term)] for terms in rule.lists.values() if terms]
    if rule.query is not None:
        found.append(of_query(rule.query, rule.terms, rarity))
    known = [each for each in found if each is not None]
    if rule.watch.require == "all":
        return min(known, key=lambda each: sum(map(rarity.of, each))) if known else None
    return [need for each in known for need in each] if len(known) == len(found) else None


def _spots(rule: Rule) -> Iterator[Need]:
    for terms in rule.lists.values():
        for term in terms:
            yield from spots(term)
    if rule.query is not None:
        yield from spots_of_query(rule.query, rule.terms)
    for item in rule.exclude:
        yield of_exclusion(item.head, item.tails)


@lru_cache(maxsize=2048)
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
