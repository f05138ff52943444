"""Fixtures that more than one file of tests uses."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from monitor.store import Store
from tests.house import House
from tests.server import Server, serve

# Shared machines stall: a slow example is no wrong one.
settings.register_profile("steady", deadline=None)
settings.load_profile("steady")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A real database in a folder of the test's own."""
    with Store(tmp_path / "monitor.db") as opened:
        yield opened


@pytest.fixture
def server() -> Iterator[Server]:
    """A real HTTP server on loopback."""
    with serve() as opened:
        yield opened


@pytest.fixture
def house(tmp_path: Path, server: Server) -> House:
    """A folder for a whole monitor, whose feeds come from the server."""
    return House(tmp_path, server)
