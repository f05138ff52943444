"""Firms as `tickers` and `companies` name them: every way to write one, and what shows that it is meant.

With `expand`, a term that the directory knows also stands for the firm's other names; people and products of the firm
are no evidence, but support a name that is a common word, too.
"""

from dataclasses import dataclass, replace

from monitor.rules import companies, people, tickers
from monitor.rules.article import Article, Firms, Span
from monitor.rules.companies import Company
from monitor.rules.directory import Directory, Firm, key, listings
from monitor.rules.lexicon import LEGAL_SUFFIXES, WEAK_SUFFIXES, without_endings
from monitor.rules.people import Person
from monitor.rules.tickers import Symbols, Ticker

_FORMS = WEAK_SUFFIXES | LEGAL_SUFFIXES


@dataclass(frozen=True, slots=True)
class Name:
    """A term of a list: it is found where one of its tickers or companies is; `support` makes unsure ones sure.

    `firm` is the name by which the directory knows it, "" where it does not.
    """

    written: str
    tickers: tuple[Ticker, ...] = ()
    companies: tuple[Company, ...] = ()
    support: tuple[Company | Person, ...] = ()
    firm: str = ""


def of_ticker(written: str, directory: Directory, *, expand: bool) -> Name:
    """A term of `tickers`. Raises TickerError."""
    ticker = tickers.parse(written)
    firm = directory.of_ticker(ticker)
    if firm is None or not expand:
        return Name(written, (ticker,), firm=firm.name if firm else "")
    return replace(_known(firm, directory), written=written, tickers=(ticker,))


def of_company(written: str, directory: Directory, *, expand: bool) -> Name | None:
    """A term of `companies`; None where it holds no letter or digit."""
    company = companies.parse(written)
    if company is None:
        return None
    firm = directory.of_name(written)
    ambiguous = company.ambiguous or (firm is not None and _is_ambiguous(written, firm))
    own = (replace(company, ambiguous=ambiguous, longer=_longer(company, directory, firm)),)
    if firm is None or not expand or key(written) in map(key, firm.units):
        short = _shortened(company) if firm is None else None
        names = (*own, replace(short, longer=_longer(short, directory, firm))) if short else own
        return Name(written, (), names, firm=firm.name if firm else "")
    known = _known(firm, directory)
    aliases = tuple(alias for alias in known.companies if alias.words != company.words)
    return replace(known, written=written, companies=own + aliases)


def _shortened(company: Company) -> Company | None:
    """ "Acme Holdings" is called Acme, too; but Acme may be someone else, so the article must support it."""
    words = without_endings(company.words, WEAK_SUFFIXES)
    return (
        replace(company, words=words, cased=company.cased[: len(words)], ambiguous=True)
        if words != company.words
        else None
    )


def _is_ambiguous(written: str, firm: Firm) -> bool:
    return key(written) in {key(name) for name in firm.ambiguous}


def _known(firm: Firm, directory: Directory) -> Name:
    """All that the directory knows of a firm; worked out once for each directory."""
    if firm.name not in directory.worked_out:
        products = (companies.parse(product) for product in firm.products)
        leaders = (people.parse(person) for person in firm.people)
        directory.worked_out[firm.name] = Name(
            firm.name,
            tuple(listings(firm)),
            _companies(firm, directory),
            tuple(found for found in (*products, *leaders) if found is not None),
            firm.name,
        )
    known: Name = directory.worked_out[firm.name]
    return known


def _companies(firm: Firm, directory: Directory) -> tuple[Company, ...]:
    found = {}
    for name in firm.names:
        company = companies.parse(name)
        if company is not None and company.words not in found:
            # What the directory says of its own names goes: "Snowflake" in it is no snow.
            ambiguous = _is_ambiguous(name, firm)
            found[company.words] = replace(company, ambiguous=ambiguous, longer=_longer(company, directory, firm))
    return tuple(found.values())


def _longer(company: Company, directory: Directory, firm: Firm | None) -> tuple[tuple[str, ...], ...]:
    """The longer phrases in which the company's name means someone or something else."""
    words = company.words
    return tuple(
        phrase
        for phrase in directory.longer.get(words[-1], ())
        if len(phrase) > len(words) and _holds(phrase, words) and _is_other(phrase, words, directory, firm)
    )


def _is_other(phrase: tuple[str, ...], words: tuple[str, ...], directory: Directory, firm: Firm | None) -> bool:
    owner = directory.owner(phrase)
    if without_endings(phrase, _FORMS) == words or (owner is not None and owner is firm):
        return False
    # "Figure Technology" is short for "Figure Technology Solutions", but "Target" not for "Target Hospitality".
    return owner is None or firm is not None or len(words) == 1 or phrase[: len(words)] != words


def _holds(phrase: tuple[str, ...], words: tuple[str, ...]) -> bool:
    count = len(words)
    return any(phrase[index : index + count] == words for index in range(len(phrase) - count + 1))


def added(name: Name) -> list[str]:
    """The names and tickers that a term finds beside what is written."""
    names = [company.written + "*" * company.ambiguous for company in name.companies if company.written != name.written]
    return [*names, *(ticker.written for ticker in name.tickers if ticker.written != name.written)]


# ---------------------------------------------------------------- finding


@dataclass(frozen=True, slots=True)
class Found:
    """Where a name stands: `explicit` tickers, which are sure by themselves, and the spans of the firm's names.

    `points` are those of the names: the firm is meant from `companies.FIRES_AT` on.
    """

    explicit: list[Span]
    names: list[Span]
    points: int


def find(name: Name, article: Article, symbols: Symbols, firms: Firms) -> Found:
    """What stands in the article of a name, with the support of the firm's own people, products and tickers."""
    explicit = [span for ticker in name.tickers for span in tickers.find_explicit(ticker, symbols)]
    found = [companies.find(company, article, firms) for company in name.companies]
    points = max((each.points for each in found), default=0)
    spans = sorted({span for each in found for span in each.spans})
    if points == 1 and (
        explicit
        or any(_stands(support, article) for support in name.support)
        or any(_stands_after(ticker, spans, article, symbols) for ticker in name.tickers)
    ):
        points += 1
    return Found(explicit, spans, points)


def _stands_after(ticker: Ticker, names: list[Span], article: Article, symbols: Symbols) -> bool:
    """Whether the symbol stands in brackets after a name: "Block (XYZ)"."""
    ends = {span.last for span in names}
    mentions = symbols.get(ticker.symbol, ())
    return any(each.span.first in ends and article.tokens[each.span.first].gap.endswith("(") for each in mentions)


def find_bare(name: Name, article: Article, symbols: Symbols, firms: Firms, *, named: bool, added: bool) -> list[Span]:
    """Where bare symbols of the name stand and count.

    `named`: the firm's name stands in the article, too. `added`: the directory added the tickers to a company; then
    a short or foreign symbol is a sign of the firm only where that is named: "TLS" is no Telstra.
    """
    found = [
        span
        for ticker in name.tickers
        if named or not added or ("US" in ticker.families and len(ticker.symbol) >= 4)
        for span in tickers.find_bare(ticker, symbols, article, named=named)
    ]
    # "MSI Gaming" is another firm than Motorola Solutions.
    return [span for span in found if firms.starts.get(span.first, 0) <= span.last]


def _stands(support: Company | Person, article: Article) -> bool:
    if isinstance(support, Person):
        return bool(people.find(support, article))
    return companies.find(support, article).points >= companies.FIRES_AT
