"""One term of a list looked up in one article, as a match looks it up."""

from dataclasses import dataclass
from functools import lru_cache

from monitor.model import Document
from monitor.rules import article as articles
from monitor.rules import companies, people, tickers, topics
from monitor.rules.article import Article, Span
from monitor.rules.companies import Company
from monitor.rules.people import Person
from monitor.rules.tickers import Ticker
from monitor.rules.topics import Topic


@dataclass(frozen=True, slots=True)
class Reading:
    """An article with the symbols in it."""

    article: Article
    symbols: dict[str, list[tickers.Mention]]


@lru_cache(maxsize=1)
def read(document: Document) -> tuple[Reading, Reading]:
    """What may be evidence, and what stands in teasers; kept, since one document is tried on many watches."""
    live, teasers = (Reading(article, tickers.scan(article)) for article in articles.read(document))
    return live, teasers


def parse(kind: str, written: str) -> Ticker | Company | Person | Topic | None:
    """A term of the list or query field `kind` ("ticker", "company" …); None where it can match nothing."""
    match kind:
        case "ticker":
            try:
                return tickers.parse(written)
            except tickers.TickerError:
                return None
        case "company":
            return companies.parse(written)
        case "person":
            return people.parse(written)
        case _:
            return topics.parse(written)


def find(kind: str, written: str, reading: Reading, *, supported: bool = False, named: bool = False) -> list[Span]:
    """Where the term is found. `supported` as for a company, `named` as for a ticker by others of its watch."""
    article = reading.article
    match parse(kind, written):
        case Ticker() as ticker:
            return tickers.find(ticker, reading.symbols.get(ticker.symbol, []), article, named=named)
        case Company() as company:
            found = companies.find(company, article)
            return found.spans if found.points + supported >= companies.FIRES_AT else []
        case Person() as person:
            return people.find(person, article)
        case Topic() as topic:
            return topics.find(topic, article)
        case _:
            return []
