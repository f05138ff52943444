"""How often the rules are right: precision and recall for each list, on the labelled snippets of the tests.

A snippet says whether a watch fires on it, as the contract reads. Files whose name begins with "blind_" were written by
people who saw the contract only, neither the code nor what it does with them.
"""

from monitor import rules
from tests.labelled import read, snippets


def main() -> None:
    """Print precision and recall for each list, and for all of them."""
    counts: dict[str, list[int]] = {}
    for name, _, snippet in snippets():
        kind = name.removeprefix("blind_").rstrip("_0123456789")
        watch, document = read(snippet)
        fired, label = bool(rules.match(document, rules.compile([watch]))), bool(snippet["fires"])
        for key in (kind, "all", "blind" if kind != name else "own"):
            row = counts.setdefault(key, [0, 0, 0, 0])
            row[2 * label + fired] += 1
    for name in sorted(counts, key=lambda name: (name in ("own", "blind", "all"), name)):
        right_silent, false, missed, right = counts[name]
        total = right_silent + false + missed + right
        print(
            f"{name:10} {total:5} snippets   precision {right / (right + false):.3f}"
            f"   recall {right / (right + missed):.3f}   ({false} fire wrongly, {missed} are missed)"
        )
