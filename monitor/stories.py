"""Article → Story: the same article under another address, the same text, or the same event in other words.

Same text and same event are two questions. Copies of a wire text share most of their phrases, whatever their headline
says; two newsrooms that tell of one event share hardly a phrase, but names, figures and a few rare words. `read`
reads both from an article; `Index` holds those of the last three days and finds what is alike; `decide` says what
becomes of it. To merge two events is worse than to tell of one twice, so whoever is in doubt begins a story.

What is stored of an article (`Features`) carries `VERSION`: hashes and weights of another version are not comparable.
"""

import hashlib
import math
import zlib
from array import array
from bisect import insort
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from heapq import nlargest

from monitor import events
from monitor.events import Kind, Told

VERSION = 2

# Copies of a wire text appear within days; a form letter that comes back every week is news each time.
WINDOW = timedelta(hours=72)

# Under this many words, a text alone ("Read more at our site") identifies nothing.
SHORT = 40

# Inflections of a word mostly share its beginning.
_STEM = 4


class How(StrEnum):
    """How an article came into its story."""

    FIRST = "first"
    SAME_ARTICLE = "same article"
    SAME_TEXT = "same text"
    SAME_EVENT = "same event"


@dataclass(frozen=True, slots=True)
class Signature:
    """What only articles of one story share: an address ("url"), or all words of a text ("text")."""

    kind: str
    value: str


def signatures(identity: str, title: str, text: str, page_canonical: str = "") -> tuple[Signature, ...]:
    """What identifies the story of an article: its URLs and the words of its text, whatever their form.

    A text that is short or does not speak of what its title says (a login page, a cookie notice) identifies nothing
    alone: then the title is part of the signature, or all articles of a publisher would be one story.
    """
    found = [Signature("url", identity)]
    if page_canonical and page_canonical != identity:
        found.append(Signature("url", page_canonical))
    headline, words = events.words(title), events.words(text)
    if len(words) < SHORT or not _speaks_of(headline, words):
        words = [*headline, "|", *words]
    if len(words) > 1:
        found.append(Signature("text", hashlib.sha256(" ".join(words).encode("utf-8", "replace")).hexdigest()[:32]))
    return tuple(found)


def _speaks_of(headline: list[str], words: list[str]) -> bool:
    """Whether at least half of a headline's longer words stand in the text."""
    wanted = {word[:_STEM] for word in headline if len(word) >= _STEM}
    stems = {word[:_STEM] for word in words}
    return 2 * len(wanted & stems) >= len(wanted) > 0


# ---------------------------------------------------------------- features

# A sketch is the smallest hashes of a text's phrases: what two texts share of these, they share of all their phrases.
# Only the beginning is sketched, since copies are cut at the end.
SKETCH, PHRASE, SKETCHED = 64, 4, 300
# A text with fewer phrases than this ("Read more at our site") is no copy of anything.
FEW = 24
# Terms of an article that are kept, and how their weights are written into a byte.
TERMS, UNIT = 32, 16
# By Kind: common, word, name, number, figure, firm.
_WEIGHTS = (0.2, 1.0, 1.3, 0.7, 2.5, 0.8)


@dataclass(frozen=True, slots=True)
class Features:
    """What is stored of an article, hashed: its strongest terms with their weights, what its headline says, a sketch of
    its text, and what it tells for new."""

    terms: "array[int]"
    weights: bytes
    headline: "array[int]"
    whom: "array[int]"
    sketch: "array[int]"
    told: Told


@dataclass(frozen=True, slots=True)
class Reading:
    """An article as it comes: its features, how it wrote its terms, and the terms of its whole text."""

    features: Features
    shown: Mapping[int, str]
    names: frozenset[int]
    amounts: frozenset[int]
    mentioned: frozenset[int]

    def without_news(self) -> "Reading":
        """This reading, in which nothing contradicts or goes beyond what was told before: that of a correction."""
        told = replace(self.features.told, figures=(), developments=frozenset())
        return replace(self, features=replace(self.features, told=told))


def read(title: str, text: str, firms: Callable[[str], Iterable[str]] = lambda _: ()) -> Reading:
    """Read an article. The work is bounded, whatever is given; nothing raises."""
    event = events.read(title, text, firms)
    terms = {hashed(term.key): term for term in event.terms}
    weights = {
        value: min(255, round(UNIT * _WEIGHTS[term.kind] * math.sqrt(term.count))) for value, term in terms.items()
    }
    kept = sorted(weights, key=lambda value: (-weights[value], value))[:TERMS]
    words = events.words(text[: events.TEXT])
    named, amount = (Kind.NAME, Kind.FIRM), Kind.FIGURE
    return Reading(
        Features(
            terms=array("I", kept),
            weights=bytes(weights[value] for value in kept),
            headline=array("I", sorted(_said(terms))),
            whom=array("I", sorted(value for value, term in terms.items() if term.in_title and term.kind is Kind.NAME)),
            sketch=_sketch(words),
            told=event.told,
        ),
        shown={value: term.shown for value, term in terms.items()},
        names=frozenset(value for value, term in terms.items() if term.kind in named),
        amounts=frozenset(value for value, term in terms.items() if term.kind == amount),
        mentioned=frozenset(map(_hashed_stem, set(words))),
    )


def _said(terms: Mapping[int, events.Term]) -> set[int]:
    """What a headline says of whom it names; where it only names, whom."""
    titled = {value: term for value, term in terms.items() if term.in_title and term.kind < Kind.NUMBER}
    return {value for value, term in titled.items() if term.kind is not Kind.NAME} or set(titled)


def hashed(word: str) -> int:
    """A word as 32 bits, which are stored, and so are the same in every process and release."""
    return zlib.crc32(word.encode("utf-8", "replace"))


@lru_cache(16384)
def _hashed_stem(word: str) -> int:
    return hashed(events.stem(word))


def _sketch(words: Sequence[str]) -> "array[int]":
    written = [word.encode("utf-8", "replace") for word in words[:SKETCHED]]
    phrases = {zlib.crc32(b" ".join(written[place : place + PHRASE])) for place in range(len(written) - PHRASE + 1)}
    return array("I", sorted(phrases)[:SKETCH])


def containment(one: Sequence[int], other: Sequence[int]) -> float:
    """How much of the shorter text the longer one holds, 0 to 1, by their sketches; 0 where they say too little."""
    if min(len(one), len(other)) < FEW:
        return 0.0
    # Beyond the last hash of a full sketch there may be more, which it does not show.
    end = min(sketch[-1] if len(sketch) == SKETCH else math.inf for sketch in (one, other))
    mine, others = ({value for value in sketch if value <= end} for sketch in (one, other))
    least = min(len(mine), len(others))
    return len(mine & others) / least if least >= 8 else 0.0


# ---------------------------------------------------------------- the index

# Rare terms lead to the articles that may be alike: of these, so many are compared, after so many steps at the most.
COMPARED, STEPS = 8, 1_000
# Who has less in common than this is neither a copy nor tells of the same.
LEAST = 0.15
# What is known of a word before there are articles: it stands in so many of so many.
_PRIOR, _PRIOR_SHARE = 500, 0.005
# After so many hours between them two articles are half as likely to tell of one event.
HALF_LIFE = 24.0


@dataclass(frozen=True, slots=True)
class Near:
    """An article that may tell of the same event: how near it is, 0 to 1, and what each shared term adds to that."""

    article_id: int
    score: float
    shared: Mapping[int, float]
    terms: frozenset[int] = frozenset()


class Index:
    """The terms of the articles first seen within the window. `read_to` is for whoever fills it from a table.

    It answers the same whatever the order in which the articles were added.
    """

    def __init__(self) -> None:
        self.read_to = 0
        self._entries: dict[int, bytes] = {}  # when it was first seen, then the terms, then their weights
        self._postings: dict[int, array[int]] = {}
        self._by_time: array[int] = array("Q")

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, article_id: int, seen: datetime, terms: "array[int]", weights: bytes) -> None:
        """Add an article; what was known of it is replaced."""
        self.drop(article_id)
        second = int(seen.timestamp())
        self._entries[article_id] = array("I", (second, *terms)).tobytes() + weights
        insort(self._by_time, second << 32 | article_id)
        for term in terms:
            postings = self._postings.get(term)
            if postings is None:
                self._postings[term] = array("I", (article_id,))
            else:
                postings.append(article_id)

    def drop(self, article_id: int) -> None:
        """Remove an article, if it is there."""
        entry = self._entries.pop(article_id, None)
        if entry is None:
            return
        second, terms, _ = _unpacked(entry)
        self._by_time.remove(second << 32 | article_id)
        for term in terms:
            postings = self._postings[term]
            postings.remove(article_id)
            if not postings:
                del self._postings[term]

    def expire(self, before: datetime) -> None:
        """Remove the articles that were first seen earlier."""
        end = int(before.timestamp()) << 32
        while self._by_time and self._by_time[0] < end:
            self.drop(self._by_time[0] & 0xFFFFFFFF)

    def find(self, reading: Reading, seen: datetime, *, but: int = 0) -> list[Near]:
        """Articles `but` this one that share rare terms with it."""
        own, rarity = reading.features, lru_cache(None)(self._rarity)
        mine = {term: weight * rarity(term) for term, weight in zip(own.terms, own.weights, strict=True)}
        length, second = math.hypot(*mine.values()), int(seen.timestamp())
        found = []
        for article_id in self._sharing(mine, but):
            other, terms, weights = _unpacked(self._entries[article_id])
            theirs = {term: weight * rarity(term) for term, weight in zip(terms, weights, strict=True)}
            products = {term: mine[term] * weight for term, weight in theirs.items() if term in mine}
            cosine = sum(products.values()) / (length * math.hypot(*theirs.values()))
            if cosine < LEAST:
                continue
            decay = 0.5 ** (abs(second - other) / 3600 / HALF_LIFE)
            found.append(Near(article_id, cosine * decay, products, frozenset(theirs)))
        return found

    def _rarity(self, term: int) -> float:
        return _rarity(len(self._postings.get(term, ())), len(self._entries))

    def _sharing(self, mine: Mapping[int, float], but: int) -> list[int]:
        gained: defaultdict[int, float] = defaultdict(float)
        steps = 0
        for count, term in sorted((len(self._postings[term]), term) for term in mine if term in self._postings):
            steps += count
            if steps > STEPS:
                break
            gain = mine[term]
            for article_id in self._postings[term]:
                gained[article_id] += gain
        gained.pop(but, None)
        return [-other for _, other in nlargest(COMPARED, ((gain, -each) for each, gain in gained.items()))]


def _rarity(count: int, of: int) -> float:
    return math.log((of + _PRIOR) / (count + _PRIOR * _PRIOR_SHARE))


def _unpacked(entry: bytes) -> tuple[int, Sequence[int], bytes]:
    count = len(entry) // 5
    second, *terms = memoryview(entry)[: 4 * (count + 1)].cast("I")
    return second, terms, entry[4 * (count + 1) :]


# ---------------------------------------------------------------- the decision

# So much of the shorter text makes two texts the same; from this score on, two articles tell of the same event. It is
# less by this factor for each name, of two at most, that either headline has and the other article does not know.
SAME_TEXT, SAME_EVENT = 0.6, 0.3
FOREIGN = 0.8
# From here on it need not be looked whether each speaks of what the other's headline says.
SURE = 0.5
# To call an article an update needs less: it is told at once either way.
UPDATE = 0.25
# Of what one of the headlines says, so many words are in the other article, and of the other at least one.
HEADLINE = 2


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story that an article is compared with."""

    near: Near
    headline: Sequence[int]
    whom: Sequence[int]
    sketch: Sequence[int]
    told: Told


@dataclass(frozen=True, slots=True)
class Verdict:
    """What an article is to a story: one of it, or, where it is FIRST, of an affair that goes on from there."""

    how: How
    strength: float
    reason: str


def decide(reading: Reading, members: Sequence[Member]) -> Verdict | None:
    """What an article is to a story that has these members; None where they have too little in common."""
    share, copy = max((_contained(reading, member), -member.near.article_id) for member in members)
    if share >= SAME_TEXT:
        return Verdict(How.SAME_TEXT, 1 + share, f"same text as article {-copy}, {share:.0%} of it")
    score, _, nearest = max((_likeness(reading, each), -each.near.article_id, each) for each in members)
    if score < UPDATE:
        return None
    if news := events.news(reading.features.told, [member.told for member in members]):
        return Verdict(How.FIRST, score, f"an update: {news}") if _same_affair(reading, nearest) else None
    if score < SAME_EVENT or (score < SURE and not _same_deed(reading, nearest)):
        return None
    near = nearest.near
    strongest = sorted(near.shared, key=lambda term: (-near.shared[term], term))
    shown = list(dict.fromkeys(reading.shown[term] for term in strongest))[:4]
    reason = f"same event as article {near.article_id}: {', '.join(shown)} ({score:.2f})"
    return Verdict(How.SAME_EVENT, score, reason)


def _likeness(reading: Reading, member: Member) -> float:
    """How much an article tells of the same event as a member of a story.

    Not at all, unless both name someone or something in common, and one's firms are not wholly others.
    """
    shared, mine = member.near.shared.keys(), reading.features
    if (reading.names and reading.names.isdisjoint(shared)) or _are_strangers(mine.told, member.told):
        return 0.0
    foreign = sum(term not in member.near.terms for term in mine.whom)
    unknown = sum(term not in reading.mentioned for term in member.whom)
    return member.near.score * FOREIGN ** min(foreign, unknown, 2)


def _same_affair(reading: Reading, member: Member) -> bool:
    """Whether they share more than one name: whatever a firm does next is no update of what it did before."""
    both = reading.features.told.subjects & member.told.subjects
    return len(both) > 1 or not member.near.shared.keys() <= reading.names


def _same_deed(reading: Reading, member: Member) -> bool:
    """Whether they share an exact amount, or each speaks of what the other's headline says of whom it names."""
    shared = member.near.shared.keys()
    said = sorted(len(shared & set(headline)) for headline in (reading.features.headline, member.headline))
    return not reading.amounts.isdisjoint(shared) or (said[0] >= 1 and said[1] >= HEADLINE)


def _contained(reading: Reading, member: Member) -> float:
    """How much of the text is the same, where it also speaks of what the other's headline says, and of whom.

    A publisher's login page is the same under every headline, as are the paragraphs that a newsroom always adds; a form
    letter (a recall, a law firm's alert) differs in little more than the names.
    """
    for part in (member.headline, member.whom):
        if 2 * sum(term in reading.mentioned for term in part) < len(part):
            return 0.0
    if _are_strangers(reading.features.told, member.told):
        return 0.0
    return containment(reading.features.sketch, member.sketch)


def _are_strangers(one: Told, other: Told) -> bool:
    """Whether each names firms, and none that the other is about."""
    if not (one.firms and other.firms):
        return False
    return one.subjects.isdisjoint(other.firms) and other.subjects.isdisjoint(one.firms)
