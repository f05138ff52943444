"""What became of a headline: whether it takes a story back, and whether it says something else than before.

Headlines change all day: typography, the clock of a live ticker, the outlet's name behind it, a word more or less. So
both functions are conservative: what they don't recognise is no change.
"""

import re
import unicodedata
from decimal import Decimal

from monitor.model import Occasion
from monitor.text import one_line

# ---------------------------------------------------------------- taken back

# "CORRECTED-UPDATE 2-…" and "Correction: …", but neither "Correction-proof portfolios" nor "market correction".
_CORRECTED = re.compile(
    r"^(?:[A-Z]+ \d+-)?CORRECT(?:ED|ION)(?:-|:)"
    r"|^(?i:correct(?:ed|ion)):"
    r"|(?i:[(\[](?:corrected|corrects\b[^()\[\]]*|correction)[)\]])"
    r"|(?i:\b(?:story|article|headline|report|post) (?:has been|was|is) corrected\b)"
)
# The word alone is said of offers, drugs and landing gear.
_RETRACTED = re.compile(
    r"^(?:[A-Z]+ \d+-)?(?:RETRACTED|RETRACTION|WITHDRAWN)(?:-|:)"
    r"|^(?i:retract(?:ed|ion)|(?:story )?withdrawn):"
    r"|(?i:[(\[](?:retracted|withdrawn|story withdrawn)[)\]])"
    r"|(?i:\bretract(?:s|ed)\b[^.:;]{0,40}\b(?:story|stories|articles?|reports?|claims?|headlines?|statements?|posts?)\b)"
    r"|(?i:\b(?:story|article|headline|report|post) (?:has been |was |is )?(?:withdrawn|retracted)\b)"
)


def taken_back(headline: str) -> Occasion | None:
    """RETRACTION or CORRECTION where the headline says in the usual words that the story is one."""
    headline = _plain(headline)
    if _RETRACTED.search(headline):
        return Occasion.RETRACTION
    return Occasion.CORRECTION if _CORRECTED.search(headline) else None


# ---------------------------------------------------------------- changed


def _each(words: str) -> list[str]:
    return words.split()


_TYPOGRAPHY = str.maketrans("‘’‚‛“”„«»‐‑‒–—−…", '\'\'\'\'"""""------ ')
_OUTLET = re.compile(r"(.*\S)(?: [-|:] | \| )([^-|]{2,40})")
_LONGEST_OUTLET, _SHORTEST_HEADLINE = 4, 4  # words

# "14:05", "(2:05 pm ET)", "UPDATE 2-", "LIVE:": these change while nothing happens.
_ZONE = r"(?:[a-z]{1,4}t|utc|uhr)"
_CLOCK = re.compile(
    rf"\(?\b(?:\d{{1,2}}:\d{{2}}(?::\d{{2}})?(?:\s*[ap]\.?m\b\.?)?|\d{{1,2}}(?:\.\d{{2}})?\s*(?:[ap]\.?m\b\.?|uhr\b))"
    rf"(?:\s*{_ZONE}\b)?\)?"
)
_TAGS = re.compile(r"^(?:(?:update|wrapup|refile|exclusive|breaking|live updates|live|updated?)(?: \d+)?\s*[-:|]\s*)+")

_TOKEN = re.compile(r"\d++(?:[.,]\d++)*+\w*|\w+(?:'\w+)?")
_SCALES = {
    **dict.fromkeys(("thousand", "k"), 1_000),
    **dict.fromkeys(("million", "mln", "mn", "m"), 1_000_000),
    **dict.fromkeys(("billion", "bln", "bn", "b"), 1_000_000_000),
    **dict.fromkeys(("trillion", "trn", "tn"), 1_000_000_000_000),
}
_SPELT = {word: number for number, word in enumerate(_each("two three four five six seven eight nine ten"), start=2)}
_NUMBER = re.compile(rf"(\d+(?:[.,]\d+)*)({'|'.join(_SCALES)})?")
_THOUSANDS = re.compile(r"[.,](?=\d{3}(?:\D|$))")
_NEGATIONS = _each("not no never none nor neither nobody nothing without cannot deny denies denied denying")
_EMPTY = _each(
    "a an and are as at be been but by for from had has have he her his how in into is it its of on or our over per"
    " cent percent said say says she that the their them they this to up was we were what when which who why will with"
    " after about amid than then there would could may might you your"
)
_WITHOUT_MEANING = {*_EMPTY, *_NEGATIONS, *_SCALES, *_SPELT}
# Inflections of a word mostly share its beginning.
_STEM = 5


def change(before: str, after: str) -> str:
    """What a headline says now that it did not, in words; "" where it says the same."""
    old, new = _words(before), _words(after)
    if old == new or not old or not new:
        return ""
    old_numbers, new_numbers = _numbers(old), _numbers(new)
    if new_numbers - old_numbers:
        return "with other numbers" if old_numbers else "with a number"
    if _negated(old) != _negated(new):
        return "the opposite of before" if _negated(new) else "without the denial"
    old_stems, new_stems = _stems(old), _stems(new)
    fewer = min(len(old_stems), len(new_stems))
    return "in other words" if 2 * len(old_stems & new_stems) < fewer else ""


_DIGITS = re.compile(r"\d+(?:[.,:/-]\d+)*")
_SAME_BUT_FOR_NUMBERS = 0.5


def numbered_apart(one: str, other: str) -> bool:
    """Whether two headlines say much the same, but of another number: a version, an issue, a part, a filing.

    `iOS 18.1` and `iOS 18.2` are two, however alike they read; a number that only one of them has says nothing.
    """
    mine, theirs = (_plain(each).casefold() for each in (one, other))
    numbers = [set(_DIGITS.findall(each)) for each in (mine, theirs)]
    if not all(numbers) or numbers[0] & numbers[1]:
        return False
    words = [set(re.findall(r"[^\W\d_]{2,}", each)) - {*_EMPTY, *_SCALES} for each in (mine, theirs)]
    return len(words[0] & words[1]) >= _SAME_BUT_FOR_NUMBERS * min(map(len, words)) > 0


def _plain(headline: str) -> str:
    return one_line(unicodedata.normalize("NFKC", headline).translate(_TYPOGRAPHY))


def _words(headline: str) -> list[str]:
    """The words of a headline, without what changes while nothing happens: `5bn` is `5`, `bn`."""
    text = _without_outlet(_plain(headline)).casefold()
    text = _CLOCK.sub(" ", _TAGS.sub("", text.strip()))
    words = []
    for word in _TOKEN.findall(text):
        number = _NUMBER.fullmatch(word)
        words += [part for part in number.groups() if part] if number else [word]
    return words


def _without_outlet(text: str) -> str:
    found = _OUTLET.fullmatch(text)
    if not found:
        return text
    head, tail = found.groups()
    is_outlet = len(tail.split()) <= _LONGEST_OUTLET and tail[0].isupper() and not any(map(str.isdigit, tail))
    return head if is_outlet and len(head.split()) >= _SHORTEST_HEADLINE else text


def _numbers(words: list[str]) -> set[Decimal]:
    found = set()
    for word, following in zip(words, [*words[1:], ""], strict=False):
        if word in _SPELT:
            number = Decimal(_SPELT[word])
        elif _NUMBER.fullmatch(word):
            whole, *fraction = re.split("[.,]", _THOUSANDS.sub("", word))
            number = Decimal(f"{whole}.{''.join(fraction)}")
        else:
            continue
        found.add(number * _SCALES.get(following, 1))
    return found


def _negated(words: list[str]) -> bool:
    """Whether anything is denied; "No. 1" is not."""
    pairs = zip(words, [*words[1:], ""], strict=False)
    return any(
        (word in _NEGATIONS and not (word == "no" and following.isdigit())) or word.endswith("n't")
        for word, following in pairs
    )


def _stems(words: list[str]) -> set[str]:
    """The words that carry meaning, as stems; numbers are compared by themselves."""
    return {word.removesuffix("'s")[:_STEM] for word in words if word not in _WITHOUT_MEANING and not word[0].isdigit()}
