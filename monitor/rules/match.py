"""Document × ruleset → matches, each with its evidence.

The document is read once; each list then looks up its words. Lists are tried in an order in which one supports the
other: tickers and people make an ambiguous company certain, and a company establishes a bare symbol.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import partial

from monitor.model import Document, Evidence, Match, Part, Source
from monitor.options import Feed, Watch
from monitor.rules import companies, people, tickers, topics
from monitor.rules.article import Article, Span, read
from monitor.rules.compile import Rule, Ruleset, SourceTest, source_test
from monitor.rules.language import Mention
from monitor.rules.query import Context, evaluate, is_named
from monitor.rules.score import score
from monitor.rules.tickers import Ticker
from monitor.tables import did_you_mean, quoted

# Of one term, in one article: enough to mark, and an article that repeats a word stays cheap.
MAX_HITS = 50
MAX_RELATED = 10


@dataclass(frozen=True, slots=True)
class _Scanned:
    """An article with the symbols in it."""

    article: Article
    symbols: dict[str, list[tickers.Mention]]


@dataclass(slots=True)
class _Hits:
    """What the lists of one rule find in one article: (list, term, span)."""

    found: list[tuple[str, str, Span]] = field(default_factory=list)

    def add(self, kind: str, term: str, spans: list[Span]) -> None:
        self.found += [(kind, term, span) for span in spans[:MAX_HITS]]

    def has(self, *kinds: str) -> bool:
        return any(kind in kinds for kind, _, _ in self.found)


def match(document: Document, ruleset: Ruleset) -> tuple[Match, ...]:
    """The watches that fire on the document, in their order; evidence in order of the text, teasers last."""
    if not ruleset.rules:
        return ()
    live, teasers = (_Scanned(article, tickers.scan(article)) for article in read(document))
    matches = (_match_one(rule, live, teasers) for rule in ruleset.rules)
    return tuple(found for found in matches if found is not None)


def _match_one(rule: Rule, live: _Scanned, teasers: _Scanned) -> Match | None:
    watch = rule.watch
    document = live.article.document
    if not _passes_language(watch.language, document.language) or not _passes_sources(rule.sources, document.sources):
        return None
    hits = _search(rule, live)
    evidence = [live.article.evidence(*hit) for hit in hits.found]
    if watch.within == "title":
        evidence = [found for found in evidence if found.part is Part.TITLE]
    held = {found.list for found in evidence}
    if rule.query is not None:
        context = Context(live.article, partial(_mentions, rule, live, hits))
        result = evaluate(rule.query, context, title_only=watch.within == "title")
        if result is not None:
            evidence += result
            held.add("query")
    if not (held >= rule.present if watch.require == "all" else held) or _is_excluded(rule, live.article):
        return None
    points = score(evidence)
    if not held or points < watch.min_score:
        return None
    related = _search(rule, teasers).found[:MAX_RELATED]
    shown = [*_in_order(evidence), *_in_order([teasers.article.evidence(*hit) for hit in related])]
    return Match(watch.name, points, tuple(shown))


def _in_order(evidence: list[Evidence]) -> list[Evidence]:
    fields = ("title", "text", "related")
    return sorted(dict.fromkeys(evidence), key=lambda found: (fields.index(found.field), found.start, found.end))


# ---------------------------------------------------------------- lists


def _search(rule: Rule, scanned: _Scanned) -> _Hits:
    """The evidence that the lists of the rule find, as far as it is strong enough."""
    article = scanned.article
    hits = _Hits()
    for ticker in rule.tickers:
        hits.add("tickers", ticker.written, _ticker(ticker, scanned, named=False))
    for person in rule.people:
        hits.add("people", person.written, people.find(person, article))
    supported = hits.has("tickers", "people") or any(_named_in_query(rule, scanned))
    for topic in rule.topics:
        spans = topics.find(topic, article)
        hits.add("topics", topic.written, spans)
        supported = supported or bool(spans and topic.proper)
    for company in rule.companies:
        hits.add("companies", company.written, _company(company, article, supported=supported))
    if hits.has("companies"):
        established = _Hits([hit for hit in hits.found if hit[0] != "tickers"])
        for ticker in rule.tickers:
            established.add("tickers", ticker.written, _ticker(ticker, scanned, named=True))
        return established
    return hits


def _ticker(ticker: Ticker, scanned: _Scanned, *, named: bool) -> list[Span]:
    return tickers.find(ticker, scanned.symbols.get(ticker.symbol, []), scanned.article, named=named)


def _company(company: companies.Company, article: Article, *, supported: bool) -> list[Span]:
    found = companies.find(company, article)
    return found.spans if found.points + supported >= companies.FIRES_AT else []


def _named_in_query(rule: Rule, scanned: _Scanned) -> list[Span]:
    spans = []
    for name in rule.named_in_query:
        if isinstance(name, Ticker):
            spans += _ticker(name, scanned, named=False)
        else:
            spans += people.find(name, scanned.article)
    return spans


def _mentions(rule: Rule, scanned: _Scanned, hits: _Hits, node: Mention) -> list[Span]:
    """What `ticker:`, `person:`, `company:` and `topic:` find, with the support that the rule's lists give."""
    match node.kind:
        case "ticker":
            return _ticker(tickers.parse(node.term), scanned, named=hits.has("companies"))
        case "person":
            person = people.parse(node.term)
            return people.find(person, scanned.article) if person else []
        case "company":
            company = companies.parse(node.term)
            supported = hits.has("tickers", "people") or any(_named_in_query(rule, scanned))
            return _company(company, scanned.article, supported=supported) if company else []
        case "topic":
            topic = topics.parse(node.term)
            return topics.find(topic, scanned.article) if topic else []


# ---------------------------------------------------------------- conditions


def _is_excluded(rule: Rule, article: Article) -> bool:
    return any(article.phrase((*item.head, tail)) for item in rule.exclude for tail in item.tails)


def _passes_language(wanted: str, given: str) -> bool:
    """Whether the languages agree as far as both are known: "en" takes "en-GB", and the other way round."""
    want, have = (tag.casefold().replace("_", "-").strip() for tag in (wanted, given))
    shorter = min(want, have, key=len)
    return not shorter or all(f"{tag}-".startswith(f"{shorter}-") for tag in (want, have))


def _passes_sources(tests: tuple[SourceTest, ...], sources: tuple[Source, ...]) -> bool:
    """Whether a feed that carried the article is wanted: one of those named, if any, and none of those excluded."""
    if not sources:
        return all(test.excludes for test in tests)
    wanted = [test for test in tests if not test.excludes]
    unwanted = [test for test in tests if test.excludes]
    return any(
        (not wanted or any(_is_of(test, source) for test in wanted))
        and not any(_is_of(test, source) for test in unwanted)
        for source in sources
    )


def _is_of(test: SourceTest, source: Source) -> bool:
    if test.kind == "tag":
        return test.value in {tag.casefold() for tag in source.tags}
    return test.value == str(source.tier) if test.kind == "tier" else is_named(source, test.value)


def misfits(watch: Watch, feeds: Iterable[Feed]) -> list[tuple[str, str, str]]:
    """The items of `sources` that fit none of these feeds, most likely misspelt, as (key, problem, fix)."""
    known = [Source(feed.name, feed.url, feed.tier, feed.tags) for feed in feeds]
    words = [word for feed in known for word in (feed.name, feed.url, *(f"tag:{tag}" for tag in feed.tags)) if word]
    found = []
    for number, item in enumerate(watch.sources, start=1):
        test = source_test(item)
        if any(_is_of(test, source) for source in known):
            continue
        otherwise = "correct or delete it"
        if test.kind == "name" and not all(source.name for source in known):
            otherwise = "if it is the title of a feed without a name, give that feed this name"
        mark = "!" if test.excludes else ""
        fix = did_you_mean(item, [mark + word for word in words], otherwise)
        found.append((f"sources[{number}]", f"{quoted(item)} fits no feed", fix))
    return found
