"""What is no mistake in a watch, but cannot be meant: a finding is (key, problem, fix), as those of `check`.

    lint(watches, documents) → the findings of each watch; `documents` are the latest of the archive, if any

Only what is sure is said, so that a warning is always worth reading: a longer company name beside a shorter one is the
surer of the two and no duplicate, and a watch that rests is left alone. What a query can never find is in dead.py.
"""

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from typing import Any

from monitor.model import Document
from monitor.options import LISTS, Watch
from monitor.rules import companies, dead, parser, people, tickers, topics
from monitor.rules.companies import Company
from monitor.rules.compile import compile  # noqa: A004  (as rules.compile)
from monitor.rules.directory import Directory, built_in
from monitor.rules.language import Mention, Node, Phrase
from monitor.rules.lexicon import COMMON_SURNAMES, SMALL_WORDS
from monitor.rules.match import match
from monitor.rules.score import IN_TITLE_ONLY, TITLE
from monitor.rules.tickers import Ticker
from monitor.rules.tokens import words
from monitor.rules.topics import Topic
from monitor.tables import quoted

Finding = tuple[str, str, str]
_Words = tuple[str, ...]

# A watch that fires on more than this part of the archive tells nothing; fewer articles tell nothing about a watch.
TOO_MANY = 0.25
ENOUGH = 50

# Words that stand in almost every article about business.
_EVERYWHERE = SMALL_WORDS | {
    *("business", "businesses", "companies", "company", "million", "billion", "news", "people", "percent", "report"),
    *("reports", "said", "say", "says", "time", "week", "year", "years"),
}


def lint(
    watches: Sequence[Watch], documents: Sequence[Document] = (), directory: Directory | None = None
) -> list[list[Finding]]:
    """The findings of each watch, in the order of the watches, which `check` must have nothing against."""
    known = directory or built_in()
    floods = _floods(watches, documents, known)
    first: dict[tuple[Hashable, ...], Watch] = {}
    return [
        [*_of_one(watch, known), *_twin(watch, first), *floods.get(watch.name, ())] if watch.enabled else []
        for watch in watches
    ]


def _of_one(watch: Watch, known: Directory) -> Iterator[Finding]:
    query = parser.parse(watch.query) if watch.query else None
    yield from _silenced(watch, query)
    yield from _doubled(watch)
    yield from _tickers_alone(watch, known)
    yield from _companies_alone(watch, query, known)
    yield from _surnames(watch)
    yield from _common(watch, query)
    yield from _unreachable(watch, query)


# ---------------------------------------------------------------- what an exclusion silences


def _silenced(watch: Watch, query: Node | None) -> Iterator[Finding]:
    excluded = {term: _folded(term) for term in watch.exclude}
    parts = [(key, term, _runs(kind, term)) for key, kind, term in _terms(watch)]
    for node in dead.wanted(query) if query else ():
        if isinstance(node, Mention):
            parts.append(("query", str(node), _runs(node.kind, node.term)))
        elif isinstance(node, Phrase) and not node.slop and not any(word.prefix for word in node.words):
            parts.append(("query", str(node), [tuple(word.text.casefold() for word in node.words)]))
    for key, written, runs in parts:
        for term, exclusion in excluded.items():
            if any(_stands_in(exclusion, run) for run in runs):
                problem = f"the excluded {quoted(term)} stands in {quoted(written)} and silences it"
                yield key, problem, "delete one of the two"
                break


def _terms(watch: Watch) -> Iterator[tuple[str, str, str]]:
    """Each term as (key path, what it is, text)."""
    for key, kind in LISTS.items():
        if key != "query":
            for number, term in enumerate(getattr(watch, key), start=1):
                yield f"{key}[{number}]", kind, term


def _runs(kind: str, term: str) -> list[_Words]:
    """The words that stand side by side wherever the term is found."""
    if kind == "ticker":
        symbol = tickers.parse(term).symbol
        return [_folded(symbol)] if len(symbol) > 1 else []
    if kind == "company" and (company := companies.parse(term)):
        return [company.words]
    if kind == "person" and (person := people.parse(term)):
        initials = all(len(name) == 1 for name in person.given)
        return [person.surname] if initials else [person.given, person.surname]
    return [_folded(term)]


def _folded(text: str) -> _Words:
    return tuple(token.word for token in words(text))


def _stands_in(phrase: _Words, run: _Words) -> bool:
    """Whether the words of an exclusion stand in `run`, the last in singular or plural."""
    *head, last = phrase
    tails = {last, f"{last}s", last.removesuffix("s")} if len(last) > 2 else {last}
    return any(
        list(run[start : start + len(head)]) == head and run[start + len(head)] in tails
        for start in range(len(run) - len(head))
    )


# ---------------------------------------------------------------- twice the same


def _doubled(watch: Watch) -> Iterator[Finding]:
    lists: tuple[tuple[str, Callable[[str], Any], Callable[[Any], Iterable[Hashable]], Callable[[Any, Any], bool]], ...]
    lists = (
        ("tickers", tickers.parse, lambda ticker: [ticker.symbol], _ticker_covers),
        ("companies", companies.parse, lambda company: [company.words], _company_covers),
        ("people", people.parse, lambda person: [(person.given, person.middle, person.surname)], lambda *_: True),
        ("topics", topics.parse, lambda topic: {form for unit in topic.variants[0] for form in unit.forms}, _covers),
        ("exclude", _folded, lambda exclusion: [word.removesuffix("s") for word in exclusion], _stands_in),
    )
    for key, parse, marks, covers in lists:
        parsed = [parse(term) for term in getattr(watch, key)]
        alike: dict[Hashable, list[int]] = {}  # only what shares a mark can be the same
        for index, item in enumerate(parsed):
            for mark in marks(item):
                alike.setdefault(mark, []).append(index)
        for index, item in enumerate(parsed):
            others = {other for mark in marks(item) for other in alike[mark] if other != index}
            for other in sorted(others):
                # Of two that are the same, the first stays.
                if covers(parsed[other], item) and (other < index or not covers(item, parsed[other])):
                    written, same = quoted(getattr(watch, key)[index]), quoted(getattr(watch, key)[other])
                    yield f"{key}[{index + 1}]", f"{written} adds nothing to {same}, which finds as much", "delete it"
                    break


def _ticker_covers(one: Ticker, other: Ticker) -> bool:
    return not one.families or (bool(other.families) and one.families >= other.families)


def _company_covers(one: Company, other: Company) -> bool:
    """Of the same words: "Nvidia" is found as "NVIDIA" is, but "xai" also in lower case, "SAP" with less support."""
    if one.ambiguous and other.cased[0].isupper() and not one.cased[0].isupper():
        return False
    return all(
        mine == theirs or theirs[0].isupper() or theirs.isupper()
        for mine, theirs in zip(one.cased, other.cased, strict=True)
    )


def _covers(one: Topic, other: Topic) -> bool:
    """The same words in any order and inflection, or the one word of `one` among those of `other`."""
    if not one.capitals <= other.capitals:
        return False
    mine, theirs = ([frozenset(unit.forms) for unit in topic.variants[0]] for topic in (one, other))
    if len(mine) == 1 < len(theirs):
        # "chip" finds no "chipmaker", which "chip maker" finds; a word with capitals is not written so.
        return one.written.upper() == one.written and any(mine[0] >= forms for forms in theirs)
    return len(mine) == len(theirs) and all(
        ours >= yours for ours, yours in zip(sorted(mine, key=sorted), sorted(theirs, key=sorted), strict=True)
    )


def _twin(watch: Watch, first: dict[tuple[Hashable, ...], Watch]) -> Iterator[Finding]:
    same = first.setdefault(_looks(watch), watch)
    if same is not watch:
        problem = f"it looks for exactly what watch {quoted(same.name)} does, so that each article alerts twice"
        yield "", problem, "delete one of them, or change what it looks for"


def _looks(watch: Watch) -> tuple[Hashable, ...]:
    """What a watch finds, and where it tells so."""
    lists = (*(key for key in LISTS if key != "query"), "exclude", "sources", "channels")
    terms = [frozenset(" ".join(term.split()) for term in getattr(watch, key)) for key in lists]
    query = str(parser.parse(watch.query)) if watch.query else ""
    return (*terms, query, watch.require, watch.within, watch.language.casefold(), watch.min_score, watch.expand)


# ---------------------------------------------------------------- names without support


def _tickers_alone(watch: Watch, known: Directory) -> Iterator[Finding]:
    """Symbols that are words, too, where no company of the watch can establish them."""
    for number, term in enumerate(watch.tickers, start=1):
        ticker = tickers.parse(term)
        firm = known.of_ticker(ticker)
        if watch.companies or not ticker.ambiguous or (firm and watch.expand):
            continue
        venue = term.rpartition(":")[0].strip() or "NYSE"
        forms = f'"({venue}:{ticker.symbol})"'
        if ticker.symbol[0].isalpha():
            forms = f'"${ticker.symbol}" or {forms}'
        name = f"{quoted(firm.name)}" if firm else "the company's name"
        yield f"tickers[{number}]", f"it counts only where an article writes it as {forms}", f"add {name} to companies"


def _companies_alone(watch: Watch, query: Node | None, known: Directory) -> Iterator[Finding]:
    """Names that are words, too, where no ticker, person or product of the watch can support them."""
    mentions = [node.kind for node in dead.wanted(query) if isinstance(node, Mention)] if query else []
    products = any(topic.proper for term in watch.topics if (topic := topics.parse(term)))
    if watch.tickers or watch.people or products or {"ticker", "person"} & set(mentions):
        return
    for number, term in enumerate(watch.companies, start=1):
        company = companies.parse(term)
        in_capitals = company and len(company.cased[0]) > 1 and company.cased[0].isupper()
        if company and company.ambiguous and not in_capitals and not (watch.expand and known.of_name(term)):
            name = company.cased[0]
            problem = f'{quoted(term)} means other things, too: it counts only as "{name} Inc", "{name} shares" …'
            yield f"companies[{number}]", problem, "add its ticker, or people who lead it"


def _surnames(watch: Watch) -> Iterator[Finding]:
    for number, term in enumerate(watch.people, start=1):
        person = people.parse(term)
        if person and not person.given and set(person.surname) <= COMMON_SURNAMES:
            problem = f"{quoted(term)} is a word, too, and finds everybody of that name"
            yield f"people[{number}]", problem, "write the full name"


# ---------------------------------------------------------------- everything, and nothing


def _common(watch: Watch, query: Node | None) -> Iterator[Finding]:
    """Topics and a query that hold in almost every article, where they make the watch fire by themselves."""
    alone = watch.require == "any" or sum(bool(getattr(watch, key)) for key in LISTS) == 1
    if not alone or watch.within == "title":
        return
    for number, term in enumerate(watch.topics, start=1):
        topic = topics.parse(term)
        if topic and not topic.capitals and _EVERYWHERE.issuperset(_folded(term)):
            yield f"topics[{number}]", f"{quoted(term)} stands in almost every article", "add what it is about"
    if query and not watch.sources and dead.holds_without(query, _EVERYWHERE):
        yield "query", "it holds in almost every article", "add what must stand in the article"


def _unreachable(watch: Watch, query: Node | None) -> Iterator[Finding]:
    """What no article can meet."""
    for node, reason in dead.parts(query, watch.within) if query else ():
        yield "query", f"{quoted(str(node))} can never hold: {reason}", "delete or change it"
    wanted = {item.strip().casefold() for item in watch.sources if not item.startswith("!")}
    unwanted = {item.removeprefix("!").strip().casefold() for item in watch.sources if item.startswith("!")}
    if wanted and wanted <= unwanted:
        yield "sources", "what is asked for is excluded, too, so that no feed is left", "delete one of the two"
    if watch.within == "title" and watch.min_score > IN_TITLE_ONLY:
        fix = f"write {IN_TITLE_ONLY} at most, better {TITLE}"
        yield "min_score", f'with in = "title" no article scores more than {IN_TITLE_ONLY}', fix
    only_query = query and not any(getattr(watch, key) for key in LISTS if key != "query")
    if query and only_query and watch.min_score and not any(dead.wanted(query)):
        problem = "what only names sources, or words that must not stand there, scores 0"
        yield "min_score", problem, "delete it, or add words to the query"


def _floods(watches: Sequence[Watch], documents: Sequence[Document], known: Directory) -> dict[str, list[Finding]]:
    """Watches that fire on far too much of the archive, by name."""
    if len(documents) < ENOUGH:
        return {}
    ruleset = compile(watches, directory=known)
    fired = Counter(found.watch for document in documents for found in match(document, ruleset))
    fix = 'narrow it with min_score, exclude or require = "all"'
    return {
        name: [("", f"it fires on {count} of the latest {len(documents)} articles", fix)]
        for name, count in fired.items()
        if count > TOO_MANY * len(documents)
    }
