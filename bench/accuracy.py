"""How often the rules are right: precision and recall for each list, on the labelled snippets of the tests.

A snippet says whether a watch fires on it, as the contract reads. Files whose name begins with "blind_" were written by
people who saw the contract only, neither the code nor what it does with them.
"""

import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from monitor import rules
from monitor.model import Document, Source
from monitor.options import Watch

TABLES = Path(__file__).parent.parent / "tests" / "data" / "match"


def main() -> None:
    """Print precision and recall for each list, and for all of them."""
    counts: dict[str, list[int]] = {}
    for name, case in cases():
        kind = name.removeprefix("blind_").rstrip("_0123456789")
        fired, label = fires(case), bool(case["fires"])
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


def cases() -> Iterator[tuple[str, dict[str, Any]]]:
    """(file, snippet) for every labelled snippet."""
    for path in sorted(TABLES.glob("*.toml")):
        for case in tomllib.loads(path.read_text("utf-8"))["case"]:
            yield path.stem, case


def fires(case: dict[str, Any]) -> bool:
    """Whether the watch of a snippet fires on it."""
    sources = tuple(Source(**{**source, "tags": tuple(source.get("tags", ()))}) for source in case.get("sources", ()))
    text, related, language = case.get("text", ""), case.get("related", ""), case.get("language", "")
    document = Document(case.get("title", ""), text, related, language, sources)
    return bool(rules.match(document, rules.compile([Watch(name="watch", **case["watch"])])))
