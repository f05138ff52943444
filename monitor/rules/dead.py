"""What can be said of a query without an article: the parts that can never hold, and whether it always does."""

from collections.abc import Iterator, Set

from monitor.rules.language import And, Mention, Near, Node, Not, Or, Phrase, Regex, Within, Word, children

_FIELDS = frozenset(["title", "body"])
_TWO_FIELDS = "nothing stands in the title and in the body at once"


def wanted(node: Node) -> Iterator[Phrase | Mention | Regex]:
    """The words and names that a query looks for, without those below a NOT."""
    if isinstance(node, Phrase | Mention | Regex):
        yield node
    elif not isinstance(node, Not):
        for child in children(node):
            yield from wanted(child)


def holds_without(node: Node, common: Set[str]) -> bool:
    """Whether `common` words, or none at all, are enough for the node to hold."""
    match node:
        case Phrase(words=(word,), exact=False):
            return word.text in common
        case Not(item):
            return not holds_without(item, common)
        case Or(items):
            return any(holds_without(item, common) for item in items)
        case And(items):
            return all(holds_without(item, common) for item in items)
        case _:
            return False


def parts(node: Node, within: str = "any") -> Iterator[tuple[Node, str]]:
    """The largest parts of a query that hold in no article, each with the reason. `within` is the watch's `in`."""
    return _parts(node, frozenset(["title"]) if within == "title" else _FIELDS)


def _parts(node: Node, fields: frozenset[str]) -> Iterator[tuple[Node, str]]:
    if reason := _why_never(node, fields):
        yield node, reason
        return
    match node:
        case And(items) | Or(items):
            for item in items:
                yield from _parts(item, fields)
        case Within(field, item):
            yield from _parts(item, fields & {field})
        case _:
            pass


def _why_never(node: Node, fields: frozenset[str]) -> str:
    """Why the node holds nowhere in the `fields`; "" if it may."""
    match node:
        case Phrase() | Mention() | Near():
            return "" if _places(node, fields) else _TWO_FIELDS
        case Regex():
            return "" if fields else _TWO_FIELDS
        case Within(field, item):
            return _why_never(item, fields & {field})
        case Or(items):
            reasons = [_why_never(item, fields) for item in items]
            return reasons[0] if all(reasons) else ""
        case And(items):
            reasons = [reason for item in items if (reason := _why_never(item, fields))]
            return reasons[0] if reasons else _contradiction(items)
        case _:
            return ""


def _places(node: Node, fields: frozenset[str]) -> frozenset[str]:
    """The fields in which a node with a place may stand; those of a NEAR stand in one paragraph, so in one field."""
    match node:
        case Near(left, right):
            return _places(left, fields) & _places(right, fields)
        case Or(items):
            return frozenset().union(*(_places(item, fields) for item in items))
        case Within(field, item):
            return _places(item, fields & {field})
        case _:
            return fields


def _contradiction(items: tuple[Node, ...]) -> str:
    asked = {implied for item in items for implied in _implied(item)}
    for item in items:
        if isinstance(item, Not) and _is_certain(item.item, asked):
            return f"it asks for what {item} rules out"
    return ""


def _implied(node: Node) -> Iterator[Node]:
    """What holds wherever the node does."""
    yield node
    match node:
        case And() | Near():
            for child in children(node):
                yield from _implied(child)
        case Within(_, item):
            # What stands in the title stands somewhere; what does not stand there may.
            yield from (found for found in _implied(item) if not isinstance(found, And | Or | Not | Within))
        case Phrase(words, _, exact) if exact or len(words) > 1:
            for word in words:
                yield Phrase((Word(word.text.casefold(), word.prefix),))
        case _:
            pass


def _is_certain(node: Node, asked: set[Node]) -> bool:
    """Whether the node holds once all that is `asked` does."""
    match node:
        case Or(items):
            return node in asked or any(_is_certain(item, asked) for item in items)
        case And(items):
            return all(_is_certain(item, asked) for item in items)
        case _:
            return node in asked
