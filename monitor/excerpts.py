"""The sentence that a message, and `monitor why`, show of an article."""

import re
from collections.abc import Sequence

from monitor import sentences
from monitor.model import Evidence
from monitor.shown import cut, keep_end


def best(evidence: Sequence[Evidence]) -> Evidence:
    """The evidence whose sentence is shown: the first in the text, else in the title, which is shown anyway.

    There is at least one piece of evidence in a match.
    """
    order = {"text": 0, "title": 1}
    return min(evidence, key=lambda item: (order.get(item.field, 2), item.start))


def excerpt(text: str, start: int, end: int, limit: int = 300) -> tuple[str, tuple[int, int]]:
    """The sentence around `start:end` on one line, and where the span is in it.

    What is longer than `limit` is shortened around the span, at word ends, with … for what is left out;
    only a span that is itself too long is cut.
    """
    first, last = sentences.around(text, start, end)
    # A sentence's far ends are never shown: little work, even where a book has no full stop.
    before = re.sub(r"\s+", " ", text[max(first, start - 4 * limit) : start]).lstrip()
    span = re.sub(r"\s+", " ", text[start:end])
    after = re.sub(r"\s+", " ", text[end : min(last, end + 4 * limit)]).rstrip()
    if len(span) > limit - 2:
        span = span[: limit - 3] + "…"
    room = limit - len(span)
    if len(before) + len(after) > room:
        left = min(len(before), max(room // 2, room - len(after)))
        before = keep_end(before, left)
        after = cut(after, room - len(before))
    return before + span + after, (len(before), len(before) + len(span))
