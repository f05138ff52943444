"""What in an article comes nearest to a ticker, company, person or topic that it does not name."""

from dataclasses import dataclass
from enum import IntEnum
from itertools import groupby

from monitor.rules import companies, people, topics
from monitor.rules.article import Article, Span
from monitor.rules.companies import Company
from monitor.rules.lexicon import AMBIGUOUS_NAMES, DETERMINERS, SMALL_WORDS
from monitor.rules.names import Name
from monitor.rules.needs import Term
from monitor.rules.people import Person
from monitor.rules.search import Reading
from monitor.rules.tickers import Ticker
from monitor.rules.topics import Topic, Unit
from monitor.text import one_line

TEASER = "stands only in a teaser or other boilerplate"
LOWER = "stands only in lower case"

# Words shown of a name that a longer one hides, on either side of it.
_WIDER = 2
_SHOWN = 60


class Nearness(IntEnum):
    """How near something comes: nothing that tells, a part of it, or all its words, so that little is missing."""

    FAR = 0
    TRACE = 1
    CLOSE = 2


@dataclass(frozen=True, slots=True)
class Nearest:
    """What came nearest and what is missing, in words a user reads, and where it stands."""

    words: str
    nearness: Nearness = Nearness.FAR
    spans: tuple[Span, ...] = ()


NOTHING = Nearest("nothing like it stands there")


def nearest(term: Term | None, live: Reading, teasers: Reading) -> Nearest:
    """What comes nearest to a term that the live article does not name."""
    match term:
        case Name(_, symbols, names):
            parts: list[Term] = [*symbols, *names]
            each = [nearest(part, live, teasers) for part in parts]
            return max(each, key=lambda near: (near.nearness, near is not NOTHING), default=NOTHING)
        case Ticker():
            return _ticker(term, live, teasers)
        case Company():
            return _company(term, live.article, teasers.article)
        case Person():
            return _person(term, live.article, teasers.article)
        case Topic():
            return _topic(term, live.article, teasers.article)
        case _:
            return Nearest("can match nothing as it is written")


def said(article: Article, span: Span) -> str:
    """The text of a span in quotation marks, on one line."""
    text = one_line(article.evidence("", "", span).text)
    return f'"{text if len(text) <= _SHOWN else text[: _SHOWN - 1] + "…"}"'


# ---------------------------------------------------------------- tickers


def _ticker(ticker: Ticker, live: Reading, teasers: Reading) -> Nearest:
    article = live.article
    mentions = live.symbols.get(ticker.symbol, [])
    foreign = [
        each.span
        for each in mentions
        if ticker.families and each.families and not each.weak and not ticker.families & each.families
    ]
    if foreign:
        spans = tuple(_with_venue(article, span) for span in foreign)
        return Nearest(f"{said(article, spans[0])} is on another exchange", Nearness.CLOSE, spans)
    if mentions:
        spans = tuple(each.span for each in mentions)
        words = f'"{ticker.symbol}" stands there bare, and nothing in the article establishes the symbol'
        # "A", "AI" and "IT" stand in most texts.
        return Nearest(words, Nearness.CLOSE if len(ticker.symbol) > 2 else Nearness.TRACE, spans)
    if elsewhere := teasers.symbols.get(ticker.symbol):
        return Nearest(TEASER, Nearness.CLOSE, tuple(each.span for each in elsewhere))
    base = ticker.symbol.partition(".")[0]
    for symbol, others in live.symbols.items():
        if symbol.partition(".")[0] == base and not others[0].bare:
            words = f'"{symbol}" stands there, "{ticker.symbol}" does not'
            return Nearest(words, Nearness.TRACE, tuple(each.span for each in others))
    if lower := article.places.get(ticker.symbol.casefold(), ()):
        nearness = Nearness.FAR if ticker.ambiguous else Nearness.TRACE
        words = f"{said(article, Span(lower[0], lower[0] + 1))} stands there, but not in capitals"
        return Nearest(words, nearness, tuple(Span(position, position + 1) for position in lower))
    return NOTHING


def _with_venue(article: Article, span: Span) -> Span:
    """The span with the word before a colon."""
    joined = article.tokens[span.first].gap.strip() == ":" and not article.opens(span.first)
    return Span(span.first - joined, span.last)


# ---------------------------------------------------------------- companies


def _company(company: Company, live: Article, teasers: Article) -> Nearest:
    counted = companies.find(company, live).spans
    if counted:
        lacks = "but is also a common word, and nothing shows that the firm is meant"
        return Nearest(f"{said(live, counted[0])} stands there, {lacks}", Nearness.CLOSE, tuple(counted))
    spans = live.phrase(company.words)
    if capital := [span for span in spans if _is_capital(live, span)]:
        longest = max((_widened(live, span) for span in capital), key=lambda span: span.last - span.first)
        return Nearest(_otherwise(company, live, longest), Nearness.CLOSE, (longest,))
    if spans:
        nearness = Nearness.FAR if company.ambiguous else Nearness.CLOSE
        return Nearest(LOWER, nearness, tuple(spans))
    if elsewhere := [span for span in teasers.phrase(company.words) if _is_capital(teasers, span)]:
        return Nearest(TEASER, Nearness.CLOSE, tuple(elsewhere))
    first = [span for span in live.phrase(company.words[:1]) if _is_capital(live, span)]
    if first and company.words[0] not in AMBIGUOUS_NAMES | SMALL_WORDS:
        words = f"only {said(live, first[0])} stands there, not the rest of the name"
        return Nearest(words, Nearness.TRACE, tuple(first))
    return NOTHING


def _is_capital(article: Article, span: Span) -> bool:
    return all(not token.cased.islower() for token in article.tokens[span.first : span.last])


def _otherwise(company: Company, article: Article, longest: Span) -> str:
    """What the name stands for where it is not the company."""
    if longest.last - longest.first == len(company.words):
        return "its words stand there, but not as one name"
    is_name = not article.tokens[longest.last - 1].cased.islower()
    return f"{said(article, longest)} {'is another name' if is_name else 'means something else'}"


def _widened(article: Article, span: Span) -> Span:
    """The span with the capitalised words beside it; where there are none, with the word it is joined to."""
    first, last = span
    tokens = article.tokens
    while span.first - first < _WIDER and not article.opens(first) and tokens[first].gap == " ":
        before = tokens[first - 1]
        if before.cased.islower() or before.word in DETERMINERS | SMALL_WORDS:
            break
        first -= 1
    while last - span.last < _WIDER and (after := article.next(last - 1)) and after.gap in (" ", "-"):
        further = article.next(last)
        hops = after.word in SMALL_WORDS and further and further.gap == " " and not further.cased.islower()
        if after.cased.islower() and not hops:
            break
        last += 2 if hops else 1
    if (first, last) == span and (after := article.next(last - 1)) and after.gap in (" ", "-"):
        last += 1
    return Span(first, last)


# ---------------------------------------------------------------- people


def _person(person: Person, live: Article, teasers: Article) -> Nearest:
    full = live.phrase((*person.given, *person.surname))
    if full and not all(_is_capital(live, span) for span in full):
        return Nearest(LOWER, Nearness.CLOSE if person.given else Nearness.FAR, tuple(full))
    if elsewhere := people.find(person, teasers):
        return Nearest(TEASER, Nearness.CLOSE, tuple(elsewhere))
    surnames = [span for span in live.phrase(person.surname) if _is_capital(live, span)]
    if not surnames:
        return NOTHING
    for span in surnames:
        if people.given_before(live, span):
            wider = Span(span.first - 1, span.last)
            return Nearest(f"stands as {said(live, wider)}", Nearness.TRACE, (wider,))
    words = f"only the surname {said(live, surnames[0])} stands there, never the full name"
    if not person.given:
        words = f"{said(live, surnames[0])} stands there, but as another word or name"
    return Nearest(words, Nearness.TRACE, tuple(surnames))


# ---------------------------------------------------------------- topics


def _topic(topic: Topic, live: Article, teasers: Article) -> Nearest:
    labels = _labels(topic)
    readings = [[(unit, topics.unit_spans(unit, live, topic.capitals)) for unit in each] for each in topic.variants]
    variant = min(readings, key=lambda each: sum(not spans for _, spans in each))
    there, missing = (
        [f'"{labels.get(unit) or _plain(unit)}"' for unit, spans in variant if bool(spans) is wanted]
        for wanted in (True, False)
    )
    if not missing:
        return _apart([spans for _, spans in variant], live)
    if elsewhere := topics.find(topic, teasers):
        return Nearest(TEASER, Nearness.CLOSE, tuple(elsewhere))
    if not there:
        return NOTHING
    spans = tuple(spans[0] for _, spans in variant if spans)
    return Nearest(lacking(there, missing), Nearness.TRACE, spans)


def lacking(there: list[str], missing: list[str]) -> str:
    """Which of these, in quotation marks, stand there and which do not: '"cluster" stands there, "GPU" does not'."""
    stand = "stand" if len(there) > 1 else "stands"
    do = "do" if len(missing) > 1 else "does"
    return f"{' and '.join(there)} {stand} there, {' and '.join(missing)} {do} not"


def _labels(topic: Topic) -> dict[Unit, str]:
    """Each unit of a topic as the watch writes it."""
    pieces = ((piece, topics.parse(piece)) for piece in topic.written.split())
    return {unit: piece for piece, parsed in pieces if parsed for unit in parsed.variants[0]}


def _plain(unit: Unit) -> str:
    return min((" ".join(form) for form in unit.forms), key=lambda text: (len(text), text))


def _apart(places: list[list[Span]], article: Article) -> Nearest:
    """All words of a topic stand there, but too far from each other."""
    marked = sorted((span, unit) for unit, spans in enumerate(places) for span in spans)
    for numbers in (article.sentence, article.paragraph):
        groups = (list(group) for _, group in groupby(marked, key=lambda item: numbers[item[0].first]))
        windows = [found for group in groups if (found := _window(group, len(places)))]
        if windows:
            best = min(windows, key=lambda window: window[-1].last - window[0].first)
            if numbers is article.sentence:
                return Nearest(_in_one_sentence(best), Nearness.CLOSE, (Span(best[0].first, best[-1].last),))
            return Nearest("its words stand in different sentences", Nearness.CLOSE, tuple(best))
    spans = tuple(_window(marked, len(places)) or ())
    return Nearest("its words stand in different paragraphs", Nearness.TRACE, spans)


def _in_one_sentence(window: list[Span]) -> str:
    others = window[-1].last - window[0].first - sum(span.last - span.first for span in window)
    if others <= topics.OTHERS:
        return "its words stand there, but share a word"
    return f"its words stand in one sentence with {others} others among them; {topics.OTHERS} may"


def _window(marked: list[tuple[Span, int]], count: int) -> list[Span] | None:
    """The shortest run of the marked spans that holds each of `count` units; one span for each."""
    best: list[Span] | None = None
    latest: dict[int, Span] = {}
    for span, unit in marked:
        latest[unit] = span
        if len(latest) == count:
            window = sorted(latest.values())
            if best is None or window[-1].last - window[0].first < best[-1].last - best[0].first:
                best = window
    return best
