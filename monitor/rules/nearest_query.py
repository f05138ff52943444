"""What came closest to a query, or to a part of it, that does not hold."""

from bisect import bisect_left
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace

from monitor.model import Evidence
from monitor.rules import nearest, topics
from monitor.rules.article import Span
from monitor.rules.language import And, Mention, Near, Node, Not, Or, Origin, Phrase, Regex, Within
from monitor.rules.nearest import NOTHING, TEASER, Nearness, lacking
from monitor.rules.needs import Term
from monitor.rules.query import Context, evaluate
from monitor.rules.search import Reading

# Words between the two of a NEAR, or among those of a phrase, up to which they are counted.
_FAR = 200
_NAMED = Phrase | Mention | Regex | Within


@dataclass(frozen=True, slots=True)
class Short:
    """What came closest to a part of a query, in words a user reads, and where it stands."""

    words: str = NOTHING.words
    nearness: Nearness = Nearness.FAR
    spans: tuple[Evidence, ...] = ()


@dataclass(frozen=True, slots=True)
class Asked:
    """A query being asked of an article, with the context of its watch. `title_only`: words count in the title."""

    live: Reading
    teasers: Reading
    context: Context
    terms: Mapping[Mention, Term]
    title_only: bool

    def holds(self, node: Node, scope: str = "") -> list[Evidence] | None:
        """The evidence for a node that holds in its scope: "title", "body" or "" for both."""
        if scope:
            node = Within("title" if scope == "title" else "body", node)
        return evaluate(node, self.context, title_only=self.title_only)

    def short(self, node: Node, scope: str = "") -> Short:
        """What came closest to a node that does not hold in its scope."""
        match node:
            case And(items) | Or(items):
                return self._several(items, scope, either=isinstance(node, Or))
            case Not(item):
                return self._against(item, scope)
            case Within(part, item):
                return self.short(item, part)
            case Origin():
                return Short(self._origin(), Nearness.CLOSE)
            case _:
                return self._placed(node, scope)

    # ------------------------------------------------------------ several

    def _several(self, items: Iterable[Node], scope: str, *, either: bool = False) -> Short:
        """Of nodes some of which may hold: which do not, or the one that came closest. `either`: one is enough."""
        found = {item: self.holds(item, scope) for item in items}
        short = {item: self.short(item, scope) for item in items if found[item] is None}
        there = {item: hits for item, hits in found.items() if hits}
        least, most = (each((one.nearness for one in short.values()), default=Nearness.FAR) for each in (min, max))
        if there:
            barred = [one.words for item, one in short.items() if isinstance(item, Not | Origin)]
            words = "; ".join(barred) or lacking(list(map(_label, there)), list(map(_label, short)))
            return Short(words, max(Nearness.TRACE, least), tuple(hit for hits in there.values() for hit in hits))
        item, best = next(((item, one) for item, one in short.items() if one.nearness is most), (None, Short()))
        # A group names its own, and what is not to stand there is told as it is.
        words = f"{_label(item)}: {best.words}" if most and isinstance(item, _NAMED) else best.words
        return Short(words, most if either else max(least, min(most, Nearness.TRACE)), best.spans)

    def _against(self, item: Node, scope: str) -> Short:
        """What stands there and should not."""
        hits = self.holds(item, scope) or []
        texts = list(dict.fromkeys(f'"{hit.text}"' for hit in hits))[:3]
        words = f"{' and '.join(texts)} {'stand' if len(texts) > 1 else 'stands'} there"
        return Short(words if texts else self._origin(), Nearness.CLOSE, tuple(hits))

    def _origin(self) -> str:
        sources = self.context.article.document.sources
        each = [f"{source.name} (tags: {', '.join(source.tags)})" if source.tags else source.name for source in sources]
        return f"comes from {', '.join(each) or 'no feed'}"

    # ------------------------------------------------------------ what has a place

    def _placed(self, node: Node, scope: str) -> Short:
        elsewhere = evaluate(node, self.context)
        if elsewhere:
            return Short(f"stands only in the {elsewhere[0].field}", Nearness.CLOSE, tuple(elsewhere))
        match node:
            case Mention():
                near = nearest.nearest(self.terms.get(node), self.live, self.teasers)
                return Short(near.words, near.nearness, self._evidence(node, near.spans))
            case Near():
                return self._near(node, scope)
            case Phrase():
                return self._cased(node) or self._teased(node) or self._phrase(node, scope)
            case _:
                return Short("fits nowhere")

    def _near(self, node: Near, scope: str) -> Short:
        sides = [hits for side in (node.left, node.right) if (hits := self.holds(side, scope))]
        if len(sides) < 2:
            return self._several((node.left, node.right), scope)
        least = self._least(lambda distance: replace(node, distance=distance), node.distance, scope)
        if least is None:
            words = "its words stand in different paragraphs or far apart"
            return Short(words, Nearness.TRACE, tuple(hits[0] for hits in sides))
        return Short(f"{least[0]} word{'s' * (least[0] > 1)} apart, {node.distance} allowed", Nearness.CLOSE, least[1])

    def _least(self, wider: Callable[[int], Node], given: int, scope: str) -> tuple[int, tuple[Evidence, ...]] | None:
        """The smallest number beyond `given` with which a node holds, and the evidence; None if it is far."""
        numbers = range(given + 1, given + _FAR)
        index = bisect_left(numbers, True, key=lambda number: self.holds(wider(number), scope) is not None)
        return (numbers[index], tuple(self.holds(wider(numbers[index]), scope) or ())) if index < len(numbers) else None

    def _cased(self, node: Phrase) -> Short | None:
        """An `=Exact` phrase in other case."""
        words = tuple(replace(word, text=word.text.casefold()) for word in node.words)
        found = evaluate(Phrase(words, node.slop), self.context) if node.exact else None
        return Short(f'stands only as "{found[0].text}"', Nearness.CLOSE, tuple(found)) if found else None

    def _teased(self, node: Phrase) -> Short | None:
        found = evaluate(node, replace(self.context, article=self.teasers.article))
        return Short(TEASER, Nearness.CLOSE, tuple(found)) if found else None

    def _phrase(self, node: Phrase, scope: str) -> Short:
        if len(node.words) == 1:
            return self._inflected(node)
        single = {str(word): self.holds(Phrase((word,), exact=node.exact), scope) for word in node.words}
        there = [f'"{word}"' for word, found in single.items() if found]
        spans = tuple(found[0] for found in single.values() if found)
        if len(there) < len(single):
            missing = [f'"{word}"' for word, found in single.items() if not found]
            return Short(lacking(there, missing), Nearness.TRACE, spans) if there else Short()
        least = self._least(lambda slop: replace(node, slop=slop), node.slop, scope)
        if least is None:
            return Short("its words stand there, but not in this order and together", Nearness.TRACE, spans)
        others = f"{least[0]} other{'s' * (least[0] > 1)}"
        return Short(f"its words stand with {others} among them; {node.slop} may", Nearness.CLOSE, least[1])

    def _inflected(self, node: Phrase) -> Short:
        """A word that stands only in another form."""
        topic = topics.parse(node.words[0].text)
        found = topics.find(topic, self.context.article) if topic and not node.exact else []
        if not found:
            return Short()
        words = f"stands only as {nearest.said(self.context.article, found[0])}"
        return Short(words, Nearness.CLOSE, self._evidence(node, found))

    def _evidence(self, node: Node, spans: Iterable[Span]) -> tuple[Evidence, ...]:
        return tuple(self.context.article.evidence("query", str(node), span) for span in spans)


def _label(node: Node) -> str:
    """A node within a sentence: a group in parentheses, a word in quotation marks, all else as written."""
    if isinstance(node, And | Or | Near):
        return f"({node})"
    plain = isinstance(node, Phrase) and not str(node).endswith('"')
    return f'"{node}"' if plain else str(node)
