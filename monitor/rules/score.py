"""How much an article is about what a watch looks for, from 0 to 100.

    35 if it stands in the title
  + 20 if it stands in the lead
  + 20 · (1 - 0.75ⁿ) for n mentions anywhere: 5 for one, 12 for three, 15 for five, 19 for ten
  + 10 · how early it is first mentioned: 10 in the title or at the start of the text, 5 half way, 0 at the end
  + 15 / (1 + o/4) for o other firms that the article names: 15 for none, 8 for four, 4 for twelve

Mentions are distinct places: two lists that hit the same words count once. Teasers count nothing, neither as mentions
nor for the firms they name; which these are the directory knows. More mentions, earlier ones and such in better places
never lower a score, and another firm never raises it.
"""

from collections.abc import Iterable

from monitor.model import Evidence, Part

TITLE = 35
LEAD = 20
FREQUENCY = 20
EARLY = 10
ALONE = 15
_DECAY = 0.75


def score(evidence: Iterable[Evidence], length: int = 0, others: int = 0) -> int:
    """The score of these hits in a text of so many characters; 0 for none, as for a query that names only a source."""
    found = [each for each in evidence if each.part is not Part.RELATED]
    if not found:
        return 0
    places = {(each.field, each.start) for each in found}
    parts = {each.part for each in found}
    first = 0 if Part.TITLE in parts else min(each.start for each in found)
    points = (
        FREQUENCY * (1 - _DECAY ** len(places))
        + EARLY * (1 - first / max(length, first + 1))
        + ALONE / (1 + others / 4)
    )
    return round(TITLE * (Part.TITLE in parts) + LEAD * (Part.LEAD in parts) + points)
