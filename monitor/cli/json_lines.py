"""Files of JSON objects, one a line, as `monitor match` reads them."""

import io
import json
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import chain
from typing import IO, Any

from monitor.errors import UsageError

# An article with its text, generously.
LONGEST = 10_000_000


@contextmanager
def opened(source: str) -> Iterator[IO[str]]:
    """The file, or for - standard input. Raises UsageError where it cannot be read."""
    try:
        # Standard input too, since Python's own stops at bytes that are no UTF-8; it stays open.
        file = open(  # noqa: SIM115  # closed by the block below
            0 if source == "-" else source, encoding="utf-8", errors="replace", closefd=source != "-"
        )
    except OSError as error:
        raise UsageError(f"{source} cannot be read: {error.strerror}") from error
    with file:
        yield file


def read(file: IO[str]) -> Iterator[tuple[int, str | None]]:
    """Numbered lines that are not blank, None for one that is too long.

    All of them as one where the first only begins an object that they end.
    """
    lines = _lines(file)
    number, line = next((each for each in enumerate(lines, start=1) if not _is_blank(each[1])), (0, ""))
    if line is not None and _is_cut_off(line):
        rest = file.read(LONGEST)
        tail = _line(file)
        following = _line(file) if tail else ""
        if tail is not None and following == "" and _is_json(line + rest + tail):
            yield number, line + rest + tail
            return
        lines = chain([] if following == "" else [following], lines)
        if tail is None:  # with what `rest` holds of that line
            lines = chain(_lines(io.StringIO(rest[: rest.rfind("\n") + 1])), [None], lines)
        else:
            lines = chain(_lines(io.StringIO(rest + tail)), lines)
    for place, each in enumerate(chain([line], lines), start=number):
        if not _is_blank(each):
            yield place, each


def _lines(file: IO[str]) -> Iterator[str | None]:
    return iter(lambda: _line(file), "")


def _line(file: IO[str]) -> str | None:
    """The next line, "" at the end, None for one that is too long, of which no more than that is held at once."""
    line = file.readline(LONGEST + 1)
    if len(line) <= LONGEST or line.endswith("\n"):
        return line
    while line and not line.endswith("\n"):
        line = file.readline(LONGEST)
    return None


def _is_blank(line: str | None) -> bool:
    return line is not None and not line.strip()


def _is_cut_off(line: str) -> bool:
    """Whether `line` is right as far as it goes, and JSON goes on below it."""
    try:
        json.loads(line.removeprefix("\ufeff"))
    except (ValueError, RecursionError) as error:
        return isinstance(error, json.JSONDecodeError) and error.pos >= len(error.doc.rstrip()) > 0
    return False


def _is_json(text: str) -> bool:
    try:
        json.loads(text.removeprefix("\ufeff"))
    except (ValueError, RecursionError):
        return False
    return True


def values(line: str | None) -> dict[str, Any]:
    """The JSON object of a line. Raises UsageError where it is none, or has an id that JSON cannot name it by."""
    if line is None:
        raise UsageError(f"line is longer than {LONGEST:,} characters")
    try:
        found = json.loads(line.removeprefix("\ufeff"))
        if "\\ud" in line.lower():  # half a surrogate pair cannot be written; "?" is as long
            found = json.loads(json.dumps(found, ensure_ascii=False).encode("utf-8", "replace"))
    except (ValueError, RecursionError) as error:
        raise UsageError(f"this is no JSON object: {error}") from error
    if isinstance(found, list):
        raise UsageError("this is no JSON object but an array; write one object per line")
    if not isinstance(found, dict):
        raise UsageError('this is no JSON object; write {"title": …, "text": …}')
    try:
        json.dumps([[found.get("id")]], allow_nan=False)  # deeper than it will be printed
    except ValueError as error:
        raise UsageError('"id" holds a number that JSON has not: NaN, or an infinite one') from error
    except RecursionError as error:
        raise UsageError('"id" is nested too deep') from error
    return found
