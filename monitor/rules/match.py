"""Document × ruleset → matches, each with its evidence.

The index names the rules that may hold, and only the lines that matter to these are read; each list then looks up its
words. Lists are tried in an order in which one supports the other: tickers and people make an ambiguous company
certain, and a company establishes a bare symbol.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from functools import partial

from monitor import boilerplate
from monitor.model import Document, Evidence, Match, Part, Source
from monitor.options import Feed, Watch
from monitor.rules import tickers
from monitor.rules.article import NOBODY, Article, read
from monitor.rules.compile import Rule, Ruleset, SourceTest, source_test
from monitor.rules.directory import Directory
from monitor.rules.lines import Line, lines
from monitor.rules.names import Name
from monitor.rules.query import Context, evaluate, is_named
from monitor.rules.score import score
from monitor.rules.search import Reading, mentions, search
from monitor.rules.tokens import fold, fragments
from monitor.tables import did_you_mean, quoted

# Of one article: enough to show.
MAX_RELATED = 10


def match(document: Document, ruleset: Ruleset) -> tuple[Match, ...]:
    """The watches that fire on the document, in their order; evidence in order of the text, teasers last."""
    seen = lines(document)
    evident = [line for line in seen if line.field != "related"]
    numbers = sorted(ruleset.index.candidates(document, evident))
    numbers = [number for number in numbers if _takes(ruleset.rules[number], document)]
    if not numbers:
        return ()
    rules = [ruleset.rules[number] for number in numbers]
    live, teasers = read(document, ruleset.reading(numbers).meeting(document, seen))
    wanted = [ticker for rule in rules for name in _names(rule) for ticker in name.tickers]
    scanned = Reading(live, tickers.scan(live, wanted), ruleset.directory.named(live))
    found = [(rule, evidence) for rule in rules if (evidence := _fires(rule, scanned)) is not None]
    if not found:
        return ()
    aside = Reading(teasers, tickers.scan(teasers, wanted), NOBODY)
    firms = ruleset.directory.firms_in(list(_evident(document, evident)))
    scored = ((rule, evidence, _score(rule, evidence, firms, ruleset.directory)) for rule, evidence in found)
    return tuple(
        Match(rule.watch.name, points, (*_in_order(evidence), *_in_teasers(rule, aside)))
        for rule, evidence, points in scored
        if points >= rule.watch.min_score
    )


def _evident(document: Document, lines: Iterable[Line]) -> Iterator[Sequence[str]]:
    """The words of the lines, teasers among and in them left out."""
    related = boilerplate.related_spans(document.text)
    ends = [end for _, end in related]
    for line in lines:
        index = bisect_right(ends, line.start)
        if line.field != "text" or index == len(related) or related[index][0] >= line.end:
            yield line.words
        elif related[index][0] > line.start:
            yield fragments(fold(document.text[line.start : related[index][0]])[0])


def _names(rule: Rule) -> Iterator[Name]:
    yield from rule.tickers
    yield from rule.companies
    yield from (term for term in rule.terms.values() if isinstance(term, Name))


def _takes(rule: Rule, document: Document) -> bool:
    """Whether the rule wants articles of this language and from these sources."""
    return _passes_language(rule.watch.language, document.language) and _passes_sources(rule.sources, document.sources)


def _fires(rule: Rule, live: Reading) -> list[Evidence] | None:
    """The evidence on which the rule fires, whatever its score; None where it does not."""
    title_only = rule.watch.within == "title"
    hits = search(rule, live)
    evidence = [live.article.evidence(*hit) for hit in hits.found]
    if title_only:
        evidence = [found for found in evidence if found.part is Part.TITLE]
    held = {found.list for found in evidence}
    if rule.query is not None:
        context = Context(live.article, partial(mentions, rule, live, hits))
        result = evaluate(rule.query, context, title_only=title_only)
        if result is not None:
            evidence += result
            held.add("query")
    fires = held >= rule.present if rule.watch.require == "all" else bool(held)
    return evidence if fires and held and not _is_excluded(rule, live.article) else None


def _score(rule: Rule, evidence: list[Evidence], firms: frozenset[str], directory: Directory) -> int:
    """`firms`: all that the article names; those that the rule asks for, also by a query, are no others."""
    own = {name.firm for name in _names(rule)}
    own |= {firm.name for text in {found.text for found in evidence} if (firm := directory.of_name(text))}
    return score(evidence, len(firms - own))


def _in_teasers(rule: Rule, aside: Reading) -> list[Evidence]:
    return _in_order(aside.article.evidence(*hit) for hit in search(rule, aside).found[:MAX_RELATED])


def _in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    fields = ("title", "text", "related")
    unique: dict[tuple[object, ...], Evidence] = {}
    for found in sorted(evidence, key=_reads_as_listed, reverse=True):
        unique.setdefault(_place(found), found)
    return sorted(unique.values(), key=lambda found: (fields.index(found.field), found.start, found.end))


def _place(found: Evidence) -> tuple[object, ...]:
    """What is the same piece of evidence: tickers and companies of a firm that the directory knows find one another."""
    of = ("firm",) if found.list in ("tickers", "companies") else (found.list, found.term)
    return found.field, found.start, found.end, *of


def _reads_as_listed(found: Evidence) -> int:
    """How well the words look like what this list asks for: a symbol is a ticker's, and a name rather a company's."""
    if found.list != "tickers":
        return 1
    return 2 if found.term.rpartition(":")[2].partition(".")[0] in found.text else 0


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
