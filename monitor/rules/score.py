"""How much an article is about what a watch looks for, from 0 to 100.

    40 if it stands in the title
  + 25 if it stands in the lead
  + 25 · (1 - 0.75ⁿ) for n mentions anywhere: 6 for one, 14 for three, 19 for five, 24 for ten
  + 10 / (1 + c/1000) for a first mention c characters into the text: 10 in the title, 5 after 1,000, 2 after 4,000

  all times 0.7 + 0.3 / (1 + o/4) for o other firms that the article names: 1 for none, 0.85 for four, 0.78 for twelve

Mentions are distinct places: two lists that hit the same words count once. Teasers count nothing, neither as mentions
nor for the firms they name; which these are the directory knows. More mentions, earlier ones and such in better places
never lower a score, and another firm never raises it.
"""

from collections.abc import Iterable

from monitor.model import Evidence, Part

TITLE = 40
LEAD = 25
FREQUENCY = 25
EARLY = 10
SHARED = 0.3
_DECAY = 0.75
# The most that can be reached by the title alone.
IN_TITLE_ONLY = TITLE + FREQUENCY + EARLY


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
    )
    return round(points * (1 - SHARED + SHARED / (1 + others / 4)))
