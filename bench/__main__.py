"""`python -m bench [NAME ...]`: run the measurements named, else all: those below."""

import sys

from bench import accuracy, matching, polling, reading, simulation, startup

ALL = {
    "startup": startup.main,
    "polling": polling.main,
    "reading": reading.main,
    "matching": matching.main,
    "accuracy": accuracy.main,
    "simulation": simulation.main,
}

names = sys.argv[1:] or list(ALL)
unknown = [name for name in names if name not in ALL]
if unknown:
    sys.exit(f"no such measurement: {', '.join(unknown)}; there are {', '.join(ALL)}")
for name in names:
    print(f"== {name}")
    ALL[name]()
