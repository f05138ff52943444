"""Which stories mention what watches list, and when: each story counts once for each term."""

import json
from collections.abc import Iterable
from datetime import datetime

from monitor.model import Evidence
from monitor.store.database import Database, stamp

# A query is no thing that is spoken of.
LISTS = ("tickers", "companies", "people", "topics")


def record(db: Database, story_id: int, evidence: Iterable[Evidence], told: datetime) -> None:
    """Note what a match on an article of a story shows of; `told` is when the article came out, or was first seen."""
    terms = {(item.list, item.term) for item in evidence if item.list in LISTS}
    db.execute(
        "INSERT INTO mentions (list, term, story_id, told)"
        " SELECT value ->> 0, value ->> 1, :story, :told FROM json_each(:terms) WHERE TRUE"
        " ON CONFLICT (list, term, story_id) DO UPDATE SET told = min(told, excluded.told)",
        {"story": story_id, "told": stamp(told), "terms": json.dumps(sorted(terms))},
    )
