"""The companies known, for pages that need them: read again when the stored list was replaced, and only then."""

from aiohttp import web

from monitor.rules import Directory
from monitor.store import Database, companies


class Firms:
    """The directory of one dashboard. Threads may ask at once: at worst, both read."""

    def __init__(self) -> None:
        self._known: tuple[str, Directory] | None = None

    def directory(self, db: Database) -> Directory:
        """The firms that the program knows, and those of the list as it is stored now."""
        version, known = companies.version(db), self._known
        if known is None or known[0] != version:
            known = self._known = version, companies.directory(db)
        return known[1]


FIRMS = web.AppKey("firms", Firms)


def add_to(app: web.Application) -> None:
    """Let pages ask."""
    app[FIRMS] = Firms()
