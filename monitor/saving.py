"""One [[watch]] in the files of a configuration: as it stands there, and put there in place of what stood.

Nothing else of a file changes, not a byte: the lines of one table are replaced. (tomlkit moves tables of a kind
together when others stand between them, so it does not do.) Files that write watches otherwise are left to people.
"""

import hashlib
import os
import re
import tempfile
import tomllib
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import tomlkit

from monitor import config
from monitor.config import Checks
from monitor.errors import ConfigError, Mistake
from monitor.options import Watch
from monitor.tables import WrittenTable, read_documents

# What the mistakes of a rule that stands in no file are said to be in.
RULE = Path("the rule")

_TOKEN = re.compile(
    r'"""(?:[^\\]|\\.)*?"{3,5}|\'\'\'.*?\'{3,5}|"(?:[^"\\\n]|\\.)*"|\'[^\'\n]*\'|(?P<comment>#[^\n]*)|\n|.', re.DOTALL
)
_HEADER = re.compile(r"[ \t]*\[\[?[ \t]*(?P<key>[^\[\]\n]*?)[ \t]*\]\]?[ \t\r]*(?:#.*)?")
_REFERENCE = re.compile(r"\$\{([A-Za-z_]\w*)", re.ASCII)
_BY_HAND = "edit the file by hand"


def read(text: str, path: Path, environ: Mapping[str, str], checks: Checks) -> Watch:
    """The one watch that a text holds. Raises ConfigError with the mistakes that `monitor check` would find.

    Of the environment, it sees what watches of the configuration at `path` have already: a text that someone sends
    is no way to look into it. The channels it names are not looked for.
    """
    with suppress(ValueError, RecursionError):  # what is no TOML is said below
        content = tomllib.loads(text)
        telling, _ = _lines(text)
        lines = text.split("\n")
        headers = sum(_is_watch(lines[number]) for number, outside in telling.items() if outside)
        if list(content) != ["watch"] or headers != 1:
            fix = "write [[watch]], and below it what to look for, and nothing else"
            raise ConfigError([Mistake(str(RULE), "", "it is not one [[watch]]", fix)])
    known = {name for table in _watches(path, environ) for name in _REFERENCE.findall(str(table.written))}
    visible = {name: value for name, value in environ.items() if name in known}
    return config.load(RULE, visible, checks, watchlist=True, texts={RULE: text}).watches[0]


def written(path: Path, environ: Mapping[str, str], name: str) -> str:
    """The [[watch]] of this name as it stands in its file, comments and all; "" where it can't be told."""
    for table in _watches(path, environ):
        if table.text("name") == name:
            with suppress(ConfigError, OSError, ValueError):
                text = _read(table.file)
                span = _span(text, table)
                return "".join(_whole_lines(text)[span.first : span.end]).replace("\r\n", "\n")
    return ""


def as_toml(watch: Watch) -> str:
    """A watch as it could be written."""
    told = watch.model_dump(mode="json", by_alias=True, exclude_defaults=True)
    return tomlkit.dumps({"watch": [told]})


def mark(path: Path, environ: Mapping[str, str]) -> str:
    """What changes whenever a file of the configuration does."""
    digest = hashlib.sha256()
    for document in read_documents(path, environ):
        with suppress(OSError):
            digest.update(document.file.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def save(text: str, path: Path, environ: Mapping[str, str], checks: Checks, seen: str) -> Path:
    """Put a [[watch]] in place of the one of its name, or at the end of the file at `path`; gives the file.

    `seen` is the `mark` of the files as whoever wrote the text knew them. Comments of the table that the text has not
    are kept above it. Raises ConfigError, and then nothing was changed: where the whole configuration would have
    mistakes, was changed in the meantime, or can't be written.
    """
    watch = read(text, path, environ, checks)
    if mark(path, environ) != seen:
        raise _refusal(path, "it was changed since this page was made", "try the rule again, and save that")
    table = next((each for each in _watches(path, environ) if each.text("name") == watch.name), None)
    file = table.file if table else path
    try:
        before = _read(file)
    except (OSError, ValueError) as error:
        raise _refusal(file, f"it can't be read ({_reason(error)})", "check path and permissions") from error
    after = _with(before, text, table)
    _check(watch, path, environ, checks, {file: after})
    _replace(file, before, after)
    return file


def _watches(path: Path, environ: Mapping[str, str]) -> list[WrittenTable]:
    return [table for each in read_documents(path, environ) for table in each.tables if table.kind == "watch"]


def _check(watch: Watch, path: Path, environ: Mapping[str, str], checks: Checks, texts: Mapping[Path, str]) -> None:
    """That the configuration with these texts is the one in the files but for this watch. Raises ConfigError."""
    made = config.load(path, environ, checks, texts={file: text.removeprefix("\ufeff") for file, text in texts.items()})
    before = config.load(path, environ, checks)
    known = watch.name in {each.name for each in before.watches}
    wanted = [watch if each.name == watch.name else each for each in before.watches] + [watch] * (not known)
    # One that is new in the main file comes before those that it includes.
    same = sorted(made.watches, key=lambda each: each.name) == sorted(wanted, key=lambda each: each.name)
    if not same or made.model_copy(update={"watches": before.watches}) != before:
        raise _refusal(path, "it would come to say something else than this rule", _BY_HAND)


# ---------------------------------------------------------------- text


@dataclass(frozen=True, slots=True)
class _Span:
    """Lines of a table, from its header to the last that says something; each comment within, whole."""

    first: int
    end: int
    comments: tuple[str, ...]


def _with(before: str, text: str, table: WrittenTable | None) -> str:
    """The text of a file with a table in place of another one, or at its end."""
    newline = "\r\n" if "\r\n" in before else "\n"
    rule = text.replace("\r\n", "\n").strip().split("\n")
    lines = _whole_lines(before)
    if table is None:
        gap = [] if not lines else [newline] if before.endswith("\n") else [newline, newline]
        return "".join([*lines, *gap, *(line + newline for line in rule)])
    span = _span(before, table)
    kept = (Counter(span.comments) - Counter(comment for _, comment in _lines(text)[1])).elements()
    return "".join([*lines[: span.first], *(line + newline for line in [*kept, *rule]), *lines[span.end :]])


def _span(text: str, table: WrittenTable) -> _Span:
    """Where a table stands in the text of its file. Raises ConfigError where that can't be told."""
    lines = text.split("\n")
    telling, comments = _lines(text)
    headers = [number for number in sorted(telling) if telling[number] and _HEADER.fullmatch(lines[number])]
    found = [number for number in headers if _is_watch(lines[number])]
    if len(found) < table.number:
        raise _refusal(table.file, "this watch is not written below a line [[watch]]", _BY_HAND)
    first = found[table.number - 1]
    following = next((number for number in headers if number > first), len(lines))
    end = 1 + max(number for number in telling if first <= number < following)
    within = tuple(comment for number, comment in comments if first <= number < end)
    return _Span(first, end, within)


def _whole_lines(text: str) -> list[str]:
    """Lines with their ends, and only by what ends a line in TOML."""
    return re.findall(r"[^\n]*\n|[^\n]+", text)


def _is_watch(line: str) -> bool:
    found = _HEADER.fullmatch(line)
    return bool(found) and line.lstrip().startswith("[[") and found["key"].strip("\"'") == "watch"  # type: ignore[index]


def _lines(text: str) -> tuple[dict[int, bool], list[tuple[int, str]]]:
    """Lines that hold more than a comment, and whether they begin outside of any value; and all comments."""
    telling: dict[int, bool] = {}
    comments: list[tuple[int, str]] = []
    number = depth = 0
    for token in _TOKEN.finditer(text):
        found = token[0]
        if token["comment"]:
            comments.append((number, found.rstrip()))
        elif not found.isspace() and found != "\ufeff":
            telling.setdefault(number, depth == 0)
            depth += (found in "[{") - (found in "]}") if len(found) == 1 else 0
            for further in range(number + 1, number + 1 + found.count("\n")):
                telling[further] = False
        number += found.count("\n")
    return telling, comments


# ---------------------------------------------------------------- files


def _read(file: Path) -> str:
    return file.read_bytes().decode("utf-8")


def _replace(file: Path, before: str, after: str) -> None:
    """Write a file anew: all of it or nothing, with its mode, unless it is another one by now. Raises ConfigError."""
    target = file.resolve()
    new = ""
    try:
        there = target.stat()
        handle, new = tempfile.mkstemp(prefix=f".{target.name}.", dir=target.parent)
        with os.fdopen(handle, "wb") as out:
            os.fchmod(out.fileno(), there.st_mode & 0o7777)
            with suppress(PermissionError):
                os.fchown(out.fileno(), there.st_uid, there.st_gid)
            out.write(after.encode())
            out.flush()
            os.fsync(out.fileno())
        if _read(target) != before:
            raise _refusal(file, "it was changed in the meantime", "try the rule again, and save that")
        Path(new).replace(target)
        new = ""
        folder = os.open(target.parent, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)
    except OSError as error:
        fix = "make it and its folder writable for the monitor, or put the rule into it by hand"
        raise _refusal(file, f"it can't be written ({_reason(error)})", fix) from error
    finally:
        if new:
            Path(new).unlink(missing_ok=True)


def _reason(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error).lower()


def _refusal(file: Path, problem: str, fix: str) -> ConfigError:
    return ConfigError([Mistake(str(file), "", problem, fix)])
