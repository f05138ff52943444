"""`python -m bench [name ...]`: run the measurements named, else all but the LONG, of a quarter of an hour."""

import sys
from collections.abc import Callable

from bench import (
    accuracy,
    backtest,
    extraction,
    fuzz,
    kills,
    matching,
    polling,
    reading,
    simulation,
    startup,
    stories,
    web,
)

ALL: dict[str, Callable[[], None]] = {
    "startup": startup.main,
    "polling": polling.main,
    "reading": reading.main,
    "extraction": extraction.main,
    "matching": matching.main,
    "accuracy": accuracy.main,
    "stories": stories.main,
    "backtest": backtest.main,
    "fuzz": fuzz.main,
    "simulation": simulation.main,
    "kills": kills.main,
    "web": web.main,
}
LONG = ("web", "fuzz", "simulation", "kills")

names = sys.argv[1:] or [name for name in ALL if name not in LONG]
unknown = [name for name in names if name not in ALL]
if unknown:
    sys.exit(f"no such measurement: {', '.join(unknown)}; there are {', '.join(ALL)}")
for name in names:
    print(f"== {name}")
    ALL[name]()
