"""Why a watch does not fire on a document: what it finds there, and which of its own conditions stands in the way."""

from collections.abc import Iterable
from dataclasses import dataclass

from monitor import rules
from monitor.model import Document, Evidence
from monitor.options import Watch

NOTHING = "nothing in title or text fits"

# The conditions of a watch, each by its key with the value that lets everything pass.
_OPEN: dict[str, object] = {
    "enabled": True,
    "sources": (),
    "language": "",
    "within": "any",
    "require": "any",
    "exclude": (),
    "min_score": 0,
}


@dataclass(frozen=True, slots=True)
class Missed:
    """A watch that does not fire. `evidence`: what it would fire on, were it not for its conditions."""

    watch: str
    reason: str
    evidence: tuple[Evidence, ...] = ()


def missed(document: Document, watches: Iterable[Watch]) -> tuple[Missed, ...]:
    """Those of the watches that do not fire on the document, in their order, each with the reason."""
    watches = tuple(watches)
    fires = {match.watch for match in rules.match(document, rules.compile(watches))}
    silent = [watch for watch in watches if watch.name not in fires]
    # All at once: the document is read once, and most watches find nothing anyway.
    bare = rules.match(document, rules.compile(watch.model_copy(update=_OPEN) for watch in silent))
    found = {match.watch: match for match in bare}
    return tuple(
        Missed(watch.name, _reason(document, watch), found[watch.name].evidence)
        if watch.name in found
        else Missed(watch.name, NOTHING if watch.enabled else "it is switched off, and nothing in title or text fits")
        for watch in silent
    )


def _reason(document: Document, watch: Watch) -> str:
    """The conditions that by themselves keep the watch from firing."""
    reasons = [_words(key, document, watch) for key, value in _OPEN.items() if _stops(document, watch, key, value)]
    return "; ".join(reasons) or "its conditions do not hold together"


def _stops(document: Document, watch: Watch, key: str, passing: object) -> bool:
    condition = getattr(watch, key)
    if condition == passing:
        return False
    alone = watch.model_copy(update={**_OPEN, key: condition})
    return not rules.match(document, rules.compile([alone]))


def _words(key: str, document: Document, watch: Watch) -> str:
    match key:
        case "enabled":
            return "it is switched off (enabled = false)"
        case "sources":
            carried = ", ".join(source.name for source in document.sources)
            wanted = ", ".join(watch.sources)
            return f"its sources are {wanted}, and {f'this comes from {carried}' if carried else 'this names no feed'}"
        case "language":
            return f"it takes articles in {watch.language}, and this is in {document.language or 'another language'}"
        case "within":
            return "nothing in the title fits, and it looks nowhere else"
        case "require":
            return "it requires something from each of its lists, and one of them has nothing"
        case "exclude":
            return f"it excludes {_excluded(document, watch)}, which stands in it"
        case _:
            bare = watch.model_copy(update=_OPEN)
            [match] = rules.match(document, rules.compile([bare]))
            return f"its score is {match.score}, and the watch wants {watch.min_score}"


def _excluded(document: Document, watch: Watch) -> str:
    """The first of the exclusions that stands in the document."""
    for term in watch.exclude:
        if _stops(document, watch.model_copy(update={"exclude": (term,)}), "exclude", ()):
            return f'"{term}"'
    return "a phrase"
