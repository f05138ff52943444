"""Commands run in this process, on a configuration and a database in a folder.

desk = Desk(tmp_path, capsys)
desk.write('[[watch]]…')
assert desk.run("watch", "list").out …
"""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from monitor.cli import main
from monitor.store import Store

NVIDIA = '[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia"]\n'
FEED = '[[feed]]\nurl = "https://outlet.example/feed"\n'
DESK = '[[channel]]\nname = "desk"\nurl = "json://127.0.0.1:9/hook"\n'
MAIL = '[[channel]]\nname = "mail"\nurl = "mailto://127.0.0.1:9?from=m@a.example&to=me@b.example"\n'


@dataclass(frozen=True, slots=True)
class Done:
    """What a command wrote, and its exit code."""

    code: int
    out: str
    err: str

    def json(self) -> list[dict[str, Any]]:
        """The objects that `--json` printed."""
        assert self.code == 0, self.err
        return [json.loads(line) for line in self.out.splitlines()]

    @property
    def words(self) -> str:
        """What was printed with single spaces, however it was laid out."""
        return " ".join(self.out.split())

    @property
    def problem(self) -> str:
        """The one line on standard error of a command that failed."""
        [line] = self.err.splitlines()
        return line


class Desk:
    """A configuration in `folder`, and the database beside it."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self.config = folder / "config.toml"
        self.database = folder / "monitor.db"
        self._capsys = capsys
        self.write()

    def write(self, *tables: str) -> None:
        self.config.write_text("\n".join(tables or (FEED, NVIDIA, DESK, MAIL)))

    def store(self) -> Store:
        return Store(self.database)

    def run(self, *arguments: str) -> Done:
        self._capsys.readouterr()
        code = 0
        try:
            main([*arguments, "--config", str(self.config)])
        except SystemExit as exit_:
            code = int(exit_.code or 0)
        written = self._capsys.readouterr()
        return Done(code, written.out, written.err)
