"""The lists of one rule looked up in one article, where one supports the other.

Tickers and people make a company sure whose name is a common word; a company establishes a bare symbol.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from monitor.rules import companies, names, people, topics
from monitor.rules.article import Article, Firms, Span
from monitor.rules.compile import Rule
from monitor.rules.language import Mention
from monitor.rules.names import Name
from monitor.rules.needs import Term
from monitor.rules.people import Person
from monitor.rules.tickers import Symbols
from monitor.rules.topics import Topic

# Of one term, in one article: enough to mark, and an article that repeats a word stays cheap.
MAX_HITS = 50


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with the symbols in it, and the firms that it names for sure."""

    article: Article
    symbols: Symbols
    firms: Firms


@dataclass(slots=True)
class Hits:
    """What the lists of one rule find in one article: (list, term, span).

    `supported`: something shows that the watch's firms are meant; `named`: one of its companies is.
    """

    found: list[tuple[str, str, Span]] = field(default_factory=list)
    supported: bool = False
    named: bool = False

    def add(self, kind: str, term: str, spans: Sequence[Span]) -> None:
        self.found += [(kind, term, span) for span in spans[:MAX_HITS]]


def search(rule: Rule, reading: Reading) -> Hits:
    """The evidence that the lists of the rule find, as far as it is strong enough."""
    article = reading.article
    hits = Hits()
    for person in rule.people:
        hits.add("people", person.written, people.find(person, article))
    hits.supported = bool(hits.found) or any(_is_sure(term, reading) for term in rule.terms.values())
    for topic in rule.topics:
        spans = topics.find(topic, article)
        hits.add("topics", topic.written, spans)
        hits.supported = hits.supported or bool(spans and topic.proper)
    ticker_names, company_names = (
        [(name, names.find(name, article, reading.symbols, reading.firms)) for name in each]
        for each in (rule.tickers, rule.companies)
    )
    hits.supported = hits.supported or any(found.explicit for _, found in ticker_names)
    hits.named = any(_is_meant(found, hits) for _, found in company_names)
    for kind, each in (("tickers", ticker_names), ("companies", company_names)):
        for name, found in each:
            hits.add(kind, name.written, _spans(kind, name, found, reading, hits))
    return hits


def _is_sure(term: Term, reading: Reading) -> bool:
    """Whether a name in the query stands there so that it supports others."""
    if isinstance(term, Person):
        return bool(people.find(term, reading.article))
    return isinstance(term, Name) and bool(names.find(term, reading.article, reading.symbols, reading.firms).explicit)


def _is_meant(found: names.Found, hits: Hits) -> bool:
    return found.points > 0 and found.points + hits.supported >= companies.FIRES_AT


def _spans(kind: str, name: Name, found: names.Found, reading: Reading, hits: Hits) -> list[Span]:
    """Where the name stands for the firm: a bare symbol is one where the firm's own name, or the watch's, says so."""
    meant = _is_meant(found, hits)
    named = meant if name.companies else hits.named
    added = kind == "companies" and not found.explicit
    bare = names.find_bare(name, reading.article, reading.symbols, reading.firms, named=named, added=added)
    return sorted({*found.explicit, *(found.names if meant else ()), *bare})


def mentions(rule: Rule, reading: Reading, hits: Hits, node: Mention) -> list[Span]:
    """What `ticker:`, `person:`, `company:` and `topic:` find, with the support that the rule's lists give."""
    term = rule.terms.get(node)
    match term:
        case Name():
            found = names.find(term, reading.article, reading.symbols, reading.firms)
            return _spans("tickers" if node.kind == "ticker" else "companies", term, found, reading, hits)
        case Person():
            return people.find(term, reading.article)
        case Topic():
            return topics.find(term, reading.article)
        case _:
            return []
