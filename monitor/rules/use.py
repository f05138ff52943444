"""Whether a common word means a firm, by what stands around it: "Apple unveils", "Visa and Mastercard"."""

from monitor.rules.article import Article, Firms, Span
from monitor.rules.lexicon import DETERMINERS, OPENERS, TIMES
from monitor.rules.tokens import Token
from monitor.rules.usage import (
    AUXILIARIES,
    BELONGINGS,
    CUES_BEFORE,
    CUES_NEAR,
    DEEDS,
    INFINITIVES,
    MODALS,
    OBJECTS,
    PASSIVES,
    SIDES,
    STATES,
)

# How far a word that makes a name a company may stand from it, in tokens of the same sentence.
_NEAR = 8
_PREPOSITIONS = frozenset(["against", "at", "by", "for", "from", "in", "of", "over", "to", "with"])


def is_used_as_company(article: Article, span: Span, firms: Firms) -> bool:
    """Whether the words around make the common word a company.

    Where the capital means something, or the sentence opens as only a name can, a word near it will do; elsewhere it
    must stand right beside.
    """
    if article.tokens[span.first].cased[0].islower():
        return False
    before, after = article.previous(span.first), article.next(span.last - 1)
    if before is not None and before.cased == "The" and before.gap == " " and article.capital_counts(span.first - 1):
        return True  # "insurer The Hartford", not the first word of a quotation
    if before is not None and before.word in DETERMINERS:
        # "a Bosch board member" and "the Apple CEO", but neither "a Target" nor "A Wise Investor"
        return before.word in ("a", "an", "the") and article.capital_counts(span.first) and _belongs(after)
    if article.opens(span.first) and article.tokens[span.first].word in OPENERS:
        return False
    beside = _acts(article, span) or _is_owned_or_owns(article, span) or _stands_among_firms(article, span, firms)
    return (
        beside or (_is_capital_of_name(article, span) and _has_cue_near(article, span, firms)) or _tells(article, span)
    )


def _is_capital_of_name(article: Article, span: Span) -> bool:
    """Whether the capital shows a name: in mid-sentence, where the sentence opens as with one, or before "'s"."""
    if article.is_loud(span.first):
        return _is_possessive(article, span)
    return article.capital_counts(span.first) or _opens_as_name(article, span)


def _tells(article: Article, span: Span) -> bool:
    """ "Tether, which issues …" opens a sentence."""
    after = article.next(span.last - 1)
    return after is not None and article.opens(span.first) and after.gap == ", " and after.word in ("which", "whose")


def _acts(article: Article, span: Span) -> bool:
    """Whether the name does what firms do: "Apple unveils", "Wise to move", "Arm is said to", "Oracle in talks"."""
    after, further = article.next(span.last - 1), article.next(span.last)
    if after is None or after.gap != " " or _is_possessive(article, span):
        return False
    if after.stem in DEEDS and (article.is_loud(span.first) or after.cased.islower()):
        return True
    if further is None:
        return False
    if after.stem in INFINITIVES and _ends_list(article, span):
        return True
    return (
        (after.word in MODALS and (further.word in INFINITIVES or _is_done_to(article, span)))
        or (after.word in AUXILIARIES and further.word in STATES)
        or (after.word == "did" and further.word == "not")
        or (after.word == "in" and further.word in ("talks", "deal", "pact"))
        or (after.word == "on" and further.word in TIMES and article.opens(span.first))
    )


def _is_done_to(article: Article, span: Span) -> bool:
    """Whether the name is to be bought, fined and the like; a target is "to be met", too."""
    further, last = article.next(span.last), article.next(span.last + 1)
    return further is not None and further.word == "be" and last is not None and last.word in PASSIVES


def _ends_list(article: Article, span: Span) -> bool:
    """Whether names are listed up to this one in a headline: "Deere, Caterpillar Slide"."""
    before = article.previous(span.first)
    if before is None or not article.is_loud(span.first) or not before.cased[0].isupper():
        return False
    gap = article.tokens[span.first].gap
    return gap == ", " or (
        gap == " " and before.word == "and" and span.first >= 2 and not article.opens(span.first - 1)
    )


def _is_owned_or_owns(article: Article, span: Span) -> bool:
    """Whether what belongs to firms stands beside: "Apple shares", "Apple's CEO", "chipmaker Arm", "a stake in Arm"."""
    if _belongs(article.next(span.last - 1)):
        return True
    before = article.previous(span.first)
    if before is None or article.tokens[span.first].gap != " ":
        return False
    cue = article.previous(span.first - 1)
    done_to = before.stem in OBJECTS and article.capital_counts(span.first)
    return (
        done_to
        or before.stem in CUES_BEFORE
        or (before.word in _PREPOSITIONS and cue is not None and cue.stem in BELONGINGS | SIDES)
    )


def _belongs(after: Token | None) -> bool:
    return after is not None and after.gap == " " and after.stem in BELONGINGS


def _stands_among_firms(article: Article, span: Span, firms: Firms) -> bool:
    """Whether it is listed with a name that is a firm's for sure: "Walmart, Target", "Visa and Mastercard"."""
    for position in (span.last, span.last + 1):
        if position in firms.starts and article.together(span.first, position) and _lists(article, span.last, position):
            return True
    for position in (span.first, span.first - 1):
        first = firms.ends.get(position)
        if first is not None and article.together(first, span.first) and _lists(article, position, span.first):
            return True
    return False


def _lists(article: Article, first: int, last: int) -> bool:
    """Whether nothing but a comma or "and" stands between the two: tokens `first` up to `last` are "and", if any."""
    between = article.tokens[first:last]
    gaps = {article.tokens[position].gap for position in range(first, last + 1)}
    if article.sentence[first - 1] != article.sentence[last]:
        return False
    return (
        gaps <= {" ", ", ", "/", " / "}
        and all(token.word in ("and", "or", "vs", "versus") for token in between)
        and (bool(between) or gaps != {" "})
    )


def _is_possessive(article: Article, span: Span) -> bool:
    name = article.tokens[span.last - 1]
    return name.word != name.stem


def _opens_as_name(article: Article, span: Span) -> bool:
    """Whether the sentence opens as only one with a name does: "Apple on Monday", "Apple's", "Apple, which"."""
    if not article.opens(span.first):
        return False
    after, further = article.next(span.last - 1), article.next(span.last)
    if _is_possessive(article, span) or after is None or further is None:
        return _is_possessive(article, span)
    if after.gap == ", ":
        return after.cased[0].isupper() or after.word in ("a", "an", "led", "the", "which", "whose")
    joined = after.word in ("and", "or") and further.cased[0].isupper()
    return joined or (after.word in ("on", "in", "late", "early") and further.word in TIMES)


def _has_cue_near(article: Article, span: Span, firms: Firms) -> bool:
    sentence = article.sentence[span.first]
    around = range(max(0, span.first - _NEAR), min(len(article.tokens), span.last + _NEAR))
    return any(
        article.sentence[position] == sentence
        and (article.tokens[position].stem in CUES_NEAR or position in firms.starts)
        for position in around
        if position not in range(*span)
    )
