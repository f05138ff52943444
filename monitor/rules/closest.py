"""A watch clause by clause: what holds on a document, and what came closest to the clauses that do not.

A clause is a term of a list, or an operand of the query. Conditions of the watch as a whole (`sources`, `exclude` …)
are none; only `in` narrows where a term counts.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, partial

from monitor.model import Document, Evidence, Part
from monitor.options import Watch
from monitor.rules import article as articles
from monitor.rules import nearest, parser, tickers
from monitor.rules.compile import compile_one
from monitor.rules.directory import Directory, built_in
from monitor.rules.language import And, Node, Or
from monitor.rules.names import Name
from monitor.rules.nearest import Nearest, Nearness
from monitor.rules.nearest_query import Asked
from monitor.rules.people import Person
from monitor.rules.query import Context
from monitor.rules.search import Reading, mentions, search
from monitor.rules.topics import Topic

Listed = Name | Person | Topic
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


def closest(document: Document, watch: Watch, directory: Directory | None = None) -> tuple[Clause, ...]:
    """Every clause of the watch, in the order of its lists with the query last; terms support one another as ever."""
    directory = directory or built_in()
    rule = compile_one(watch, directory)
    live, teasers = _read(document, directory)
    hits = search(rule, live)
    clauses = []
    for name, terms in rule.lists.items():
        known: dict[str, Listed] = {term.written: term for term in terms}
        for written in getattr(watch, name):
            spans = [span for kind, term, span in hits.found if (kind, term) == (name, written)]
            evidence = tuple(live.article.evidence(name, written, span) for span in spans[:_MAX_HITS])
            near = partial(nearest.nearest, known.get(written), live, teasers)
            clauses.append(_listed(name, written, evidence, live, near, title_only=watch.within == "title"))
    if rule.query is not None:
        context = Context(live.article, partial(mentions, rule, live, hits))
        asked = Asked(live, teasers, context, rule.terms, title_only=watch.within == "title")
        parts = rule.query.items if isinstance(rule.query, And | Or) else (rule.query,)
        clauses += [_operand(part, asked, needed=not isinstance(rule.query, Or)) for part in parts]
    elif watch.query:
        clauses.append(Clause("query", watch.query, held=False, closest=_problem(watch.query)))
    return tuple(clauses)


@lru_cache(maxsize=1)
def _read(document: Document, directory: Directory) -> tuple[Reading, Reading]:
    """What may be evidence, and what stands in teasers; kept, since one document is tried on many watches."""
    live, teasers = articles.read(document)
    return Reading(live, tickers.scan(live), directory.named(live)), Reading(
        teasers, tickers.scan(teasers), articles.NOBODY
    )


def _problem(query: str) -> str:
    try:
        parser.parse(query)
    except parser.QueryError as error:
        return f"is no query: {error}"
    return ""


# ---------------------------------------------------------------- lists


def _listed(
    name: str,
    term: str,
    hits: tuple[Evidence, ...],
    live: Reading,
    nearest_to_it: Callable[[], Nearest],
    *,
    title_only: bool,
) -> Clause:
    if counted := tuple(item for item in hits if item.part is Part.TITLE or not title_only):
        return Clause(name, term, held=True, evidence=counted)
    if hits:
        words = "stands only in the text, and the watch looks into the title"
        return Clause(name, term, held=False, closest=words, spans=hits, nearness=Nearness.CLOSE)
    near = nearest_to_it()
    spans = tuple(live.article.evidence(name, term, span) for span in near.spans[:_MAX_HITS])
    return Clause(name, term, held=False, closest=near.words, spans=spans, nearness=near.nearness)


# ---------------------------------------------------------------- the query


def _operand(part: Node, asked: Asked, *, needed: bool) -> Clause:
    held = asked.holds(part)
    if held is not None:
        return Clause("query", str(part), held=True, evidence=tuple(held[:_MAX_HITS]), needed=needed)
    short = asked.short(part)
    spans = tuple(dict.fromkeys(short.spans))[:_MAX_HITS]
    return Clause("query", str(part), False, (), short.words, spans, short.nearness, needed)
