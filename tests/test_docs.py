"""What the documentation says is there: every command, every key, and TOML that loads."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import typer.main

from monitor import config
from monitor.cli import app
from monitor.cli.console import checks
from monitor.options import Channel, Feed, Quiet, Settings, Table, Watch, Web, Workers

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md")), *sorted((ROOT / "seeds").glob("*.md"))]
TABLES: dict[str, type[Table]] = {
    "settings": Settings,
    "web": Web,
    "workers": Workers,
    "feed": Feed,
    "channel": Channel,
    "quiet": Quiet,
    "watch": Watch,
}


def commands(group: Any, path: str = "monitor") -> Iterator[tuple[str, Any]]:
    for name, command in group.commands.items():
        is_group = hasattr(command, "commands")
        if is_group:
            yield from commands(command, f"{path} {name}")
        if not is_group or command.invoke_without_command:
            yield f"{path} {name}", command


COMMANDS = dict(commands(typer.main.get_command(app)))
BLOCKS = [
    pytest.param(block, id=f"{page.name}-{number}")
    for page in PAGES
    for number, block in enumerate(re.findall(r"^ *```toml\n(.*?)^ *```", page.read_text(), re.DOTALL | re.MULTILINE))
]


@pytest.mark.parametrize("name", COMMANDS)
def test_the_readme_names_every_command(name: str) -> None:
    assert re.search(rf"\b{name}\b", (ROOT / "README.md").read_text())


@pytest.mark.parametrize(("name", "command"), COMMANDS.items(), ids=list(COMMANDS))
def test_every_command_and_every_option_says_what_it_does(name: str, command: Any) -> None:
    assert command.help, name
    for parameter in command.params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name}"


def test_the_reference_names_every_key_of_every_table() -> None:
    reference = (ROOT / "docs" / "configuration.md").read_text()

    keys = {field.alias or name for table in TABLES.values() for name, field in table.model_fields.items()}

    assert not {key for key in keys if f"`{key}`" not in reference}


def test_there_are_blocks_of_toml() -> None:
    assert BLOCKS


@pytest.mark.parametrize("block", BLOCKS)
def test_every_block_of_toml_loads(block: str, tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text(block)
    # What a reader would have set: an address where a whole one is wanted, a word elsewhere.
    values = {"URL": "json://localhost/", "SECRET": "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"}
    environ = {name: values.get(name.rpartition("_")[2], "word") for name in re.findall(r"\$\{(\w+)", block)}

    config.load(file, environ, checks())
