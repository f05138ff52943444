"""TOML files → the tables written in them, with `${NAME}` filled in and each mistake kept beside its table.

What a table means is no matter here; `config.py` makes a Config of them.
"""

import glob
import os.path
import re
import stat
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from pathlib import Path
from types import MappingProxyType
from typing import Any

from monitor.errors import Mistake
from monitor.options import Channel, Feed, Settings, Table, Watch, Web, Workers

SINGLE: Mapping[str, type[Table]] = {"settings": Settings, "web": Web, "workers": Workers}
MANY: Mapping[str, type[Table]] = {"feed": Feed, "channel": Channel, "watch": Watch}

KINDS = {**SINGLE, **MANY}

MAX_BYTES = 1_000_000
_DEEPEST = 6  # the deepest value of any table is quiet.days[1]; what lies lower is refused by its type

_IF_MISSING = "`monitor init` writes one, --config FILE names another"
_REFERENCE = re.compile(
    r"(?P<escape>\$\$\{)|\$\{(?P<name>[A-Za-z_]\w*)(?::-(?P<default>(?:(?!\$\{)[^}])*))?\}|\$\{", re.ASCII
)
_BARE_KEY = re.compile(r"[A-Za-z0-9_-]{1,60}")
_TOML_ERROR = re.compile(r"(?P<problem>.*) \(at (?P<place>line \d+, column \d+|end of document)\)", re.DOTALL)

KeyPath = tuple[str | int, ...]


class UnreadableError(Exception):
    """A file that can't be read as text; `problem` and `fix` are for the user."""

    def __init__(self, problem: str, fix: str) -> None:
        super().__init__(problem)
        self.problem, self.fix = problem, fix


@dataclass(slots=True)
class WrittenTable:
    """A table as it stands in a file; `number` counts those of its kind there from 1, 0 is a single one.

    `values` are the `written` ones with references filled in; at the `unusable` paths they are wrong.
    """

    file: Path
    kind: str
    number: int
    written: dict[str, Any]
    values: dict[str, Any]
    mistakes: list[Mistake] = field(default_factory=list)
    unusable: set[KeyPath] = field(default_factory=set)
    model: Table | None = None

    @property
    def label(self) -> str:
        """`watch "Nvidia"`, or `feed[2]` without a name: a feed's address may hold a secret."""
        name = self.written.get("name")
        if isinstance(name, str) and name.strip():
            return f"{self.kind} {quoted(name)}"
        return f"{self.kind}[{self.number}]" if self.number else self.kind

    def add(self, path: KeyPath, problem: str, fix: str) -> None:
        """Note a mistake at a key path; the value there gets no further checks."""
        self.unusable.add(path)
        self.add_at(key_text(path), problem, fix)

    def add_at(self, key: str, problem: str, fix: str) -> None:
        """Note a mistake at a key path written out, such as `topics[1]`."""
        self.mistakes.append(Mistake(str(self.file), f"{self.label}.{key}", problem, fix))

    def is_usable(self, path: KeyPath) -> bool:
        """Whether no mistake is known in the value at a key path or in what holds it."""
        return not any(path[:length] in self.unusable for length in range(1, len(path) + 1))

    def text(self, key: str) -> str:
        """The value of a key where it is usable text, else ""."""
        value = self.values.get(key)
        return value.strip() if isinstance(value, str) and self.is_usable((key,)) else ""


@dataclass(slots=True)
class Document:
    """One file of a configuration: its tables in order, and its mistakes outside of them.

    `patterns` are those of its `include`, filled in.
    """

    file: Path
    patterns: tuple[str, ...] = ()
    tables: list[WrittenTable] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)
    readable: bool = True

    def add(self, key: str, problem: str, fix: str) -> None:
        self.mistakes.append(Mistake(str(self.file), key, problem, fix))


def one_line(text: str, limit: int = 60) -> str:
    """Text as an error message shows it: shortened, with control characters written out."""
    shown = text if len(text) <= limit else text[: limit - 1] + "…"
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in shown)


def quoted(text: str) -> str:
    """One line of text in quotation marks; of an address, which may be a secret in the wrong place, only its kind."""
    kind, sign, rest = text.partition("://")
    return f'"{one_line(kind + sign + "…" * bool(rest))}"'


def key_text(path: KeyPath) -> str:
    """`("topics", 0)` → `topics[1]`: a person counts from 1."""
    steps = [
        f"[{step + 1}]" if isinstance(step, int) else f".{step if _BARE_KEY.fullmatch(step) else quoted(step)}"
        for step in path
    ]
    return "".join(steps).removeprefix(".")


def did_you_mean(wrong: str, known: list[str], otherwise: str) -> str:
    """The nearest of the known words as a question, else the other advice."""
    near = get_close_matches(wrong, known, n=1)
    return f"did you mean {quoted(near[0])}?" if near else otherwise


def read_text(path: Path, limit: int = MAX_BYTES, if_missing: str = "check the path") -> str:
    """The text of a regular file of at most `limit` bytes. Raises UnreadableError."""
    try:
        # Opening a pipe or a device could block for ever.
        if not stat.S_ISREG(path.stat().st_mode):
            kind = "a folder" if path.is_dir() else "no regular file"
            raise UnreadableError(f"it is {kind}", "name a file")
        with path.open("rb") as file:
            data = file.read(limit + 1)
    except FileNotFoundError:
        raise UnreadableError("there is no such file", if_missing) from None
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "bad path"
        raise UnreadableError(f"it can't be read ({reason.lower()})", "check path and permissions") from None
    if len(data) > limit:
        raise UnreadableError(f"it is larger than {limit:,} bytes", "split it, or name the right file")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise UnreadableError(f"line {line} is not UTF-8 text", "save the file as UTF-8") from None


def read_documents(
    path: Path, environ: Mapping[str, str], texts: Mapping[Path, str] = MappingProxyType({})
) -> list[Document]:
    """The configuration file and then what it includes: sorted for each pattern, every file once.

    `texts` stand for what is in these files.
    """
    main = Document(path)
    content = _parse(main, texts)
    documents = [main]
    _collect_tables(main, content, environ)
    for file in _included(main, content.get("include", []), environ):
        document = Document(file)
        _collect_tables(document, _parse(document, texts), environ, included=True)
        documents.append(document)
    return documents


def _parse(document: Document, texts: Mapping[Path, str]) -> dict[str, Any]:
    """The content of a file; empty, and the document marked unreadable, where there is a mistake."""
    try:
        text = texts.get(document.file)
        return tomllib.loads(read_text(document.file, if_missing=_IF_MISSING) if text is None else text)
    except UnreadableError as error:
        document.add("", error.problem, error.fix)
    except tomllib.TOMLDecodeError as error:
        found = _TOML_ERROR.fullmatch(str(error))
        problem, place = (found["problem"], found["place"]) if found else (str(error), "")
        fix = 'text stands in "quotation marks", a list in [brackets], a table below [name] or [[name]]'
        document.add(place, f"this is not TOML: {one_line(problem, 200)}", fix)
    except RecursionError:
        document.add("", "values are nested too deeply", "no value needs more than three levels")
    except ValueError:
        document.add("", "a number has too many digits", "shorten it")
    document.readable = False
    return {}


def _included(main: Document, patterns: object, environ: Mapping[str, str]) -> Iterator[Path]:
    if not isinstance(patterns, list):
        main.add("include", "it is no list", 'write include = ["watchlists/*.toml"]')
        return
    seen = {os.path.realpath(main.file)} if patterns else set()
    for number, pattern in enumerate(patterns, start=1):
        key = f"include[{number}]"
        if not isinstance(pattern, str):
            main.add(key, "it is no text", 'write a path or pattern such as "watchlists/*.toml"')
            continue
        expanded, problems = _fill_in(pattern, environ)
        for problem, fix in problems:
            main.add(key, problem, fix)
        if problems:
            continue
        main.patterns += (expanded,)
        files = matching(main.file.parent, expanded)
        if not files:
            main.add(key, f"{quoted(pattern)} matches no file", "correct the pattern or delete it")
        for file in files:
            if (real := os.path.realpath(file)) not in seen:
                seen.add(real)
                yield file


def matching(folder: Path, pattern: str) -> list[Path]:
    """The files that an `include` pattern names, sorted."""
    try:
        found = glob.glob(pattern, root_dir=folder, recursive=True)  # noqa: PTH207 - Path.glob takes no absolute one
    except ValueError:  # a null character
        return []
    return [folder / name for name in sorted(found)]


def _collect_tables(
    document: Document, content: dict[str, Any], environ: Mapping[str, str], *, included: bool = False
) -> None:
    for key, value in content.items():
        if key in SINGLE and not included:
            if isinstance(value, dict):
                document.tables.append(_written(document.file, key, 0, value, environ))
            else:
                document.add(key, "it is no single table", f"write [{key}] once, in single brackets")
        elif key in MANY:
            if isinstance(value, list) and all(isinstance(item, dict) for item in value):
                for number, item in enumerate(value, start=1):
                    document.tables.append(_written(document.file, key, number, item, environ))
            else:
                document.add(key, "it is no list of tables", f"write [[{key}]], in double brackets")
        elif key != "include" or included:
            document.add(key_text((key,)), *_unknown(key, value, included))


def _unknown(key: str, value: object, included: bool) -> tuple[str, str]:
    """Why a key is no table of this file, and what to do."""
    if included and key in {*SINGLE, "include"}:
        return "an included file may not set it", "move it to the file that includes this one"
    if key == "source":
        return "[[source]] tables are not known yet", "write each feed as a [[feed]] table"
    owners = [kind for kind, model in SINGLE.items() if key in model.model_fields]
    if owners and not isinstance(value, dict | list):
        return "it stands outside of its table", f"move it below a line [{owners[0]}]"
    known = list(MANY) if included else ["include", *SINGLE, *MANY]
    return "there is no such table or key", did_you_mean(key, known, f"known are {', '.join(known)}")


def _written(file: Path, kind: str, number: int, written: dict[str, Any], environ: Mapping[str, str]) -> WrittenTable:
    table = WrittenTable(file, kind, number, written, {})
    table.values = {key: _expand(table, (key,), value, environ) for key, value in written.items()}
    return table


def _expand(table: WrittenTable, path: KeyPath, value: Any, environ: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        expanded, problems = _fill_in(value, environ)
        for problem, fix in problems:
            table.add(path, problem, fix)
        return expanded
    if isinstance(value, list) and len(path) < _DEEPEST:
        return [_expand(table, (*path, number), item, environ) for number, item in enumerate(value)]
    if isinstance(value, dict) and len(path) < _DEEPEST:
        return {key: _expand(table, (*path, key), item, environ) for key, item in value.items()}
    return value


def _fill_in(text: str, environ: Mapping[str, str]) -> tuple[str, list[tuple[str, str]]]:
    """`${NAME}` and `${NAME:-default}` from the environment, `$${` as `${`; and each problem with its fix."""
    problems: list[tuple[str, str]] = []

    def value(found: re.Match[str]) -> str:
        name, default = found["name"], found["default"]
        if found["escape"]:
            return "${"
        if name is None:
            fix = "write ${NAME} or ${NAME:-default}, or $${ for the two characters themselves"
            problems.append(("it holds a ${ that names no variable", fix))
        elif default is not None:
            return environ.get(name) or str(default)
        elif name not in environ:
            fix = f"set it, or write ${{{name}:-default}}"
            problems.append((f"the environment variable {name} is not set", fix))
        return environ.get(name, "") if name else ""

    return _REFERENCE.sub(value, text), problems
