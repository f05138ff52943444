"""A watch clause by clause: what holds on a document, and what came closest to the clauses that do not.

A clause is a term of a list, or an operand of the query. Conditions of the watch as a whole (`sources`, `exclude` …)
are none; only `in` narrows where a term counts.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from monitor.model import Document, Evidence, Part
from monitor.options import LISTS, Watch
from monitor.rules import nearest, parser, topics
from monitor.rules.article import Span
from monitor.rules.language import And, Mention, Near, Node, Or, Within
from monitor.rules.nearest import Nearness
from monitor.rules.nearest_query import Asked
from monitor.rules.query import Context
from monitor.rules.reading import Reading, find, read

# Of one clause: enough to mark.
_MAX_HITS = 50


@dataclass(frozen=True, slots=True)
class Clause:
    """A term of a list, or an operand of the query: `evidence` is where it holds.

    Where it does not hold, `closest` says what came nearest and what is missing, `nearness` how near that is, and
    `spans` where it stands.
    Clauses that ask for no words (`source:`) or for their absence (NOT) hold without evidence. `needed` are the
    operands without which the query cannot hold.
    """

    list: str
    term: str
    held: bool
    evidence: tuple[Evidence, ...] = ()
    closest: str = ""
    spans: tuple[Evidence, ...] = ()
    nearness: Nearness = Nearness.FAR
    needed: bool = False


def closest(document: Document, watch: Watch) -> tuple[Clause, ...]:
    """Every clause of the watch, in the order of its lists with the query last; terms support one another as ever."""
    live, teasers = read(document)
    query, problem = _parsed(watch.query)
    found = _found(watch, query, live)
    clauses = [
        _listed(name, term, found[name, term], live, teasers, title_only=watch.within == "title")
        for name, term in found
    ]
    order = list(LISTS)
    clauses.sort(key=lambda clause: order.index(clause.list))
    if problem:
        clauses.append(Clause("query", watch.query, held=False, closest=problem))
    if query is not None:
        context = Context(live.article, _mentions(found, query, live))
        asked = Asked(live, teasers, context, title_only=watch.within == "title")
        parts = query.items if isinstance(query, And | Or) else (query,)
        clauses += [_operand(part, asked, needed=not isinstance(query, Or)) for part in parts]
    return tuple(clauses)


def _parsed(query: str) -> tuple[Node | None, str]:
    """The query, or what is wrong with it."""
    try:
        return (parser.parse(query) if query else None), ""
    except parser.QueryError as error:
        return None, f"is no query: {error}"


# ---------------------------------------------------------------- lists


_Found = dict[tuple[str, str], list[Span]]


def _found(watch: Watch, query: Node | None, live: Reading) -> _Found:
    """Where the terms of the lists are found, (list, term) each, with the support that they give one another."""
    found: _Found = {
        (name, term): find(LISTS[name], term, live)
        for name in ("tickers", "people", "topics")
        for term in getattr(watch, name)
    }
    products = [term for term in watch.topics if (topic := topics.parse(term)) and topic.proper]
    supported = _any(found, "tickers", "people") or any(found["topics", term] for term in products)
    supported = supported or _named(query, live)
    found |= {("companies", term): find("company", term, live, supported=supported) for term in watch.companies}
    if _any(found, "companies"):
        found |= {("tickers", term): find("ticker", term, live, named=True) for term in watch.tickers}
    return found


def _any(found: _Found, *names: str) -> bool:
    return any(spans for (name, _), spans in found.items() if name in names)


def _named(query: Node | None, live: Reading) -> bool:
    """Whether a person or ticker that the query names is found; such a one supports a company."""
    names = _asked_for(query) if query else ()
    return any(find(name.kind, name.term, live) for name in names if name.kind in ("ticker", "person"))


def _asked_for(node: Node) -> Iterator[Mention]:
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from _asked_for(item)
        case Near(left, right):
            yield from _asked_for(left)
            yield from _asked_for(right)
        case Within(_, item):
            yield from _asked_for(item)
        case Mention():
            yield node


def _listed(name: str, term: str, spans: list[Span], live: Reading, teasers: Reading, *, title_only: bool) -> Clause:
    def evidence(spans: Sequence[Span]) -> tuple[Evidence, ...]:
        return tuple(live.article.evidence(name, term, span) for span in spans[:_MAX_HITS])

    hits = evidence(spans)
    if counted := tuple(item for item in hits if item.part is Part.TITLE or not title_only):
        return Clause(name, term, held=True, evidence=counted)
    if hits:
        words = "stands only in the text, and the watch looks into the title"
        return Clause(name, term, held=False, closest=words, spans=hits, nearness=Nearness.CLOSE)
    near = nearest.nearest(LISTS[name], term, live, teasers)
    return Clause(name, term, held=False, closest=near.words, spans=evidence(near.spans), nearness=near.nearness)


# ---------------------------------------------------------------- the query


def _operand(part: Node, asked: Asked, *, needed: bool) -> Clause:
    held = asked.holds(part)
    if held is not None:
        return Clause("query", str(part), held=True, evidence=tuple(held[:_MAX_HITS]), needed=needed)
    short = asked.short(part)
    spans = tuple(dict.fromkeys(short.spans))[:_MAX_HITS]
    return Clause("query", str(part), False, (), short.words, spans, short.nearness, needed)


def _mentions(found: _Found, query: Node, live: Reading) -> Callable[[Mention], list[Span]]:
    """What `ticker:`, `person:` … find, with the support of the lists and of one another."""
    named = _any(found, "companies")
    supported = _any(found, "tickers", "people") or _named(query, live)
    return lambda node: find(node.kind, node.term, live, supported=supported, named=named)
