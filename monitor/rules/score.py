"""How much an article is about what a watch looks for, from 0 to 100.

    35 if it stands in the title
  + 20 if it stands in the lead
  + 20 · (1 - 0.75ⁿ) for n mentions anywhere: 5 for one, 12 for three, 15 for five, 19 for ten
  + 10 / (1 + c/1000) where it is first mentioned c characters into the text: 10 in the title, 5 after 1,000, 2 after 4,000
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


def score(evidence: Iterable[Evidence], others: int = 0) -> int:
    """The score of these hits among so many other firms; 0 for none, as for a query that names only a source."""
    found = [each for each in evidence if each.part is not Part.RELATED]
    if not found:
        return 0
    places = {(each.field, each.start) for each in found}
    parts = {each.part for each in found}
    first = 0 if Part.TITLE in parts else min(each.start for each in found)
    points = (
        TITLE * (Part.TITLE in parts)
        + LEAD * (Part.LEAD in parts)
        + FREQUENCY * (1 - _DECAY ** len(places))
        + EARLY / (1 + first / 1000)
        + ALONE / (1 + others / 4)
    )
    return round(points)
