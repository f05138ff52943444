"""Headlines and texts for a large database: paragraphs of the demo newsroom, put together anew."""

import random
import tomllib
from collections.abc import Sequence

from bench.stories import DEMO, demo
from monitor import rules
from monitor.model import Document
from monitor.options import Watch

# Characters of a text.
SHORTEST, LONGEST = 2_000, 5_000
# One paragraph in so many is one on which a starter watch fires, as things are mentioned in passing.
IN_PASSING = 60
_DOES = (
    "plans to double orders",
    "told investors to expect less",
    "will open a plant",
    "is sued over its prices",
    "names a new head of operations",
    "buys a supplier",
    "cuts its forecast",
    "beats what analysts expected",
)


def starters() -> list[Watch]:
    """The watches of seeds/watchlists."""
    files = sorted((DEMO.parent / "watchlists").glob("*.toml"))
    return [Watch(**table) for file in files for table in tomllib.loads(file.read_text("utf-8"))["watch"]]


class Texts:
    """Makes articles; the same for the same dice."""

    def __init__(self, chosen: random.Random) -> None:
        self._chosen = chosen
        ruleset = rules.compile(starters())
        self._headlines = [title for title, _ in demo() if not rules.match(Document(title, ""), ruleset)]
        self._about: list[str] = []
        self._neutral: list[str] = []
        for paragraph in (line for _, text in demo() for line in text.split("\n") if len(line) > 60):
            (self._about if rules.match(Document("", paragraph), ruleset) else self._neutral).append(paragraph)
        self._names = [
            "".join(chosen.choice("bdfgklmnprstvz") + chosen.choice("aeiou") for _ in range(chosen.randint(2, 4)))
            for _ in range(5_000)
        ]

    def article(self, about: Sequence[str]) -> tuple[str, str]:
        """A headline and a text of some paragraphs; the first one is about these names, and mostly the headline."""
        chosen, does = self._chosen, self._chosen.choice(_DOES)
        name, number = chosen.choice(self._names).title(), chosen.randint(2, 999)
        subject = " and ".join(about) or f"{name} Holdings"
        title = f"{subject} {does}" if chosen.random() < 0.7 else chosen.choice(self._headlines)
        text = f"{subject} {does}, people at {name} said. It comes to {number} million a year."
        wanted = chosen.randint(SHORTEST, LONGEST)
        while len(text) < wanted:
            text += f"\n{chosen.choice(self._neutral if chosen.randrange(IN_PASSING) else self._about)}"
        return title, text
