"""How much an article is about what a watch looks for, from 0 to 100.

    40 if it stands in the title
  + 25 if it stands in the lead
  + 35 · (1 - 0.75ⁿ) for n mentions anywhere: 9 for one, 20 for three, 27 for five, 33 for ten

Mentions are distinct places: two lists that hit the same words count once. Teasers count nothing. More mentions,
and mentions in better places, never lower a score.
"""

from collections.abc import Iterable

from monitor.model import Evidence, Part

TITLE = 40
LEAD = 25
FREQUENCY = 35
_DECAY = 0.75


def score(evidence: Iterable[Evidence]) -> int:
    """The score of these hits; 0 for none, as for a query that only names a source."""
    places = {(found.field, found.start): found.part for found in evidence if found.part is not Part.RELATED}
    parts = set(places.values())
    frequency = FREQUENCY * (1 - _DECAY ** len(places))
    return round(TITLE * (Part.TITLE in parts) + LEAD * (Part.LEAD in parts) + frequency)
