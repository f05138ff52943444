"""Why a watch does not fire on a document: what it finds there, and which of its own conditions stands in the way."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from monitor import rules
from monitor.model import Document, Evidence, Match
from monitor.options import LISTS, Watch
from monitor.rules import Clause, Nearness

NOTHING = "nothing in title or text fits"

# The conditions of a watch, each by its key with the value that lets everything pass.
OPEN: dict[str, object] = {
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
    """A watch that does not fire. `evidence`: what it would fire on, were it not for its conditions.

    `clauses` are its terms and the operands of its query, with what came closest to those that do not hold.
    """

    watch: str
    reason: str
    evidence: tuple[Evidence, ...] = ()
    clauses: tuple[Clause, ...] = ()

    @property
    def comes_close(self) -> bool:
        """Whether it found something, or a part of one of its terms stands there."""
        return not self.reason.endswith(NOTHING) or self._nearness() >= Nearness.TRACE

    @property
    def nearly_fires(self) -> bool:
        """Whether it found something, or all words of one of its terms or of its query stand there."""
        return not self.reason.endswith(NOTHING) or self._nearness() >= Nearness.CLOSE

    @property
    def telling(self) -> tuple[Clause, ...]:
        """The clauses that hold or of which something stands there, nearest first.

        Of a query that holds or comes close in part, also what is missing.
        """
        asked = _together([clause for clause in self.clauses if clause.needed])
        told = [
            clause
            for clause in self.clauses
            if clause.evidence or (asked and not clause.held if clause.needed else clause.spans)
        ]
        return tuple(sorted(told, key=lambda clause: (not clause.held, -clause.nearness)))

    def _nearness(self) -> Nearness:
        free = [_alone(clause) for clause in self.clauses if not clause.needed]
        return max(*free, _together([clause for clause in self.clauses if clause.needed]), Nearness.FAR)


def _alone(clause: Clause) -> Nearness:
    """How near a clause comes that is enough by itself; what is lacking but no words (`source:`) tells nothing."""
    if clause.evidence:
        return Nearness.CLOSE
    return clause.nearness if clause.spans else Nearness.FAR


def _together(needed: Sequence[Clause]) -> Nearness:
    """How near clauses come that must all hold: as near as the farthest, if any words of them stand there."""
    if not any(clause.evidence or clause.spans for clause in needed):
        return Nearness.FAR
    farthest = min((clause.nearness for clause in needed if not clause.held), default=Nearness.CLOSE)
    return max(farthest, Nearness.TRACE) if any(clause.evidence for clause in needed) else farthest


def missed(
    document: Document, watches: Iterable[Watch], directory: rules.Directory | None = None
) -> tuple[Missed, ...]:
    """Those of the watches that do not fire on the document, in their order, each with the reason.

    `directory` are the companies known, by default those that the program brings.
    """
    directory = directory or rules.built_in()
    watches = tuple(watches)
    fires = {match.watch for match in _matches(document, watches, directory)}
    silent = [watch for watch in watches if watch.name not in fires]
    # All at once: the document is read once, and most watches find nothing anyway.
    bare = _matches(document, (watch.model_copy(update=OPEN) for watch in silent), directory)
    found = {match.watch: match for match in bare}
    return tuple(_missed(document, watch, found.get(watch.name), directory) for watch in silent)


def _matches(document: Document, watches: Iterable[Watch], directory: rules.Directory) -> tuple[Match, ...]:
    return rules.match(document, rules.compile(watches, directory=directory))


def _missed(document: Document, watch: Watch, bare: Match | None, directory: rules.Directory) -> Missed:
    """`bare`: the match without any of the conditions, if there is one."""
    clauses = rules.closest(document, watch, directory)
    if bare is None:
        return Missed(watch.name, NOTHING if watch.enabled else f"it is switched off, and {NOTHING}", clauses=clauses)
    return Missed(watch.name, _reason(document, watch, bare, directory), bare.evidence, clauses)


def _reason(document: Document, watch: Watch, bare: Match, directory: rules.Directory) -> str:
    """The conditions that by themselves keep the watch from firing. `bare`: the match without any of them."""
    words = {
        "enabled": "it is switched off (enabled = false)",
        "sources": f"its sources are {', '.join(watch.sources)}, and {_origin(document)}",
        "language": f"it takes articles in {watch.language!r}, and this one is in {document.language!r}",
        "within": "it looks into the title only, where nothing fits",
        "require": f"it requires something from each of its lists, and {_missing(watch, bare)} found nothing",
        "exclude": f"it excludes {_excluded(document, watch, directory)}, which stands here",
        "min_score": f"it wants a score of {watch.min_score}, and this one is {bare.score}",
    }
    stopping = [words[key] for key in OPEN if _stops(document, watch, key, directory)]
    return "; ".join(stopping) or "its conditions do not hold together"


def _stops(document: Document, watch: Watch, key: str, directory: rules.Directory) -> bool:
    """Whether this condition of the watch alone keeps it from firing."""
    alone = watch.model_copy(update={**OPEN, key: getattr(watch, key)})
    return alone != watch.model_copy(update=OPEN) and not _matches(document, [alone], directory)


def _origin(document: Document) -> str:
    carried = ", ".join(source.name for source in document.sources)
    return f"this comes from {carried}" if carried else "this comes from no feed"


def _missing(watch: Watch, bare: Match) -> str:
    found = {item.list for item in bare.evidence}
    return ", ".join(name for name in LISTS if getattr(watch, name) and name not in found) or "one of them"


def _excluded(document: Document, watch: Watch, directory: rules.Directory) -> str:
    """The exclusions that stand in the document."""
    each = (watch.model_copy(update={"exclude": (term,)}) for term in watch.exclude)
    return ", ".join(f'"{only.exclude[0]}"' for only in each if _stops(document, only, "exclude", directory))
