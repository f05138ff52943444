"""Endpoints as data: what each takes and answers, from which requests are checked and the OpenAPI document is made."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from typing import Any

from pydantic import TypeAdapter

from monitor.text import one_line, parse_duration

_TIME = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)", re.ASCII)
_AGE = r"^[1-9][0-9]{0,3}[smhd]$"

# The longest that a name or a query may be.
LONGEST = 500

# Beyond these, there is no time in UTC.
_FIRST, _LAST = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Parameter:
    """What a request may say. `read` makes a value of its text, at the time of the request, or raises ValueError."""

    name: str
    summary: str
    schema: Mapping[str, Any]
    read: Callable[[str, datetime], Any]
    place: str = "query"
    required: bool = False
    default: Any = None


@dataclass(frozen=True, slots=True, eq=False)
class Endpoint:
    """An address below /api/v1, what it takes, and the dataclass that it answers with. `missing` says what may be."""

    path: str
    summary: str
    answer: type
    parameters: Sequence[Parameter] = ()
    missing: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a request was not answered, and what to do."""

    error: str


# ---------------------------------------------------------------- kinds of parameters


def time(name: str, summary: str, *, age: bool = False) -> Parameter:
    """A time, with `age` also as long before now."""
    schema: dict[str, Any] = {"type": "string", "format": "date-time"}
    if age:
        schema = {"anyOf": [schema, {"type": "string", "pattern": _AGE}]}
    return Parameter(name, summary, schema, partial(_time, age=age))


def number(name: str, summary: str, most: int, default: int | None = None, *, place: str = "query") -> Parameter:
    """A whole number from 1 on."""
    schema = {"type": "integer", "minimum": 1, "maximum": most}
    if default is not None:
        schema["default"] = default
    return Parameter(name, summary, schema, partial(_number, most=most), place, place == "path", default)


def text(name: str, summary: str, *, required: bool = False) -> Parameter:
    schema = {"type": "string", "minLength": 1, "maxLength": LONGEST}
    return Parameter(name, summary, schema, _text, required=required, default="")


def one_of(name: str, summary: str, kind: type[StrEnum]) -> Parameter:
    schema = {"type": "string", "enum": [each.value for each in kind]}
    return Parameter(name, summary, schema, partial(_one_of, kind=kind))


def _time(written: str, now: datetime, *, age: bool) -> datetime:
    written = written.replace(" ", "+")  # which a + in an address stands for
    if age and re.fullmatch(_AGE, written, re.ASCII):
        return now - parse_duration(written)
    also = ', or an age such as "7d"' if age else ""
    wrong = ValueError(f'write a time with its zone, such as "2026-03-01T12:00:00Z"{also}')
    if not _TIME.fullmatch(written):
        raise wrong
    try:
        found = datetime.fromisoformat(written.upper())
    except ValueError:
        raise wrong from None
    try:
        return found.astimezone(UTC)
    except OverflowError:  # in the first or last hours of the calendar
        return _FIRST if found.year == 1 else _LAST


def _number(written: str, _now: datetime, *, most: int) -> int:
    if re.fullmatch(r"[1-9][0-9]{0,18}", written, re.ASCII) and int(written) <= most:
        return int(written)
    raise ValueError(f"write a whole number from 1 to {most}")


def _text(written: str, _now: datetime) -> str:
    if 1 <= len(written) <= LONGEST:
        return written
    raise ValueError(f"write 1 to {LONGEST} characters")


def _one_of(written: str, _now: datetime, *, kind: type[StrEnum]) -> StrEnum:
    try:
        return kind(written)
    except ValueError:
        raise ValueError(f"write one of {', '.join(kind)}") from None


def values(endpoint: Endpoint, path: Mapping[str, str], query: Sequence[tuple[str, str]], now: datetime) -> Any:
    """What a request says, by the names of the parameters; all have a value. Raises ValueError, in words."""
    known = {each.name: each for each in endpoint.parameters}
    queried = {name for name, each in known.items() if each.place == "query"}
    said = dict(path)
    for name, written in query:
        if name not in queried:
            takes = f"it takes {', '.join(sorted(queried))}" if queried else "it takes none"
            raise ValueError(f'there is no parameter "{one_line(name)[:80]}" here; {takes}')
        if name in said:
            raise ValueError(f"{name}: write it once")
        said[name] = written
    found = {}
    for name, each in known.items():
        if name not in said:
            if each.required:
                raise ValueError(f"{name}: it is missing; {each.summary[0].lower()}{each.summary[1:]}")
            found[name] = each.default
            continue
        try:
            found[name] = each.read(said[name], now)
        except ValueError as error:
            raise ValueError(f"{name}: {error}") from error
    return found


# ---------------------------------------------------------------- the document


def document(endpoints: Iterable[Endpoint], version: str) -> dict[str, Any]:
    """The OpenAPI document of these endpoints."""
    shapes: dict[str, Any] = {}
    problem = _shape(Problem, shapes)
    paths = {each.path: {"get": _operation(each, shapes, problem)} for each in endpoints}
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "News monitor",
            "version": version,
            "description": "What the pages of the dashboard show, as JSON. Nothing is changed through it.",
        },
        "servers": [{"url": "/api/v1"}],
        "paths": paths,
        "components": {
            "schemas": shapes,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
        },
        # Where the configuration sets no token, none is needed.
        "security": [{}, {"token": []}],
    }


def _operation(endpoint: Endpoint, shapes: dict[str, Any], problem: Mapping[str, Any]) -> dict[str, Any]:
    def refused(words: str) -> dict[str, Any]:
        return {"description": words, "content": {"application/json": {"schema": problem}}}

    return {
        "summary": endpoint.summary,
        "operationId": re.sub(r"\W+", "_", endpoint.path).strip("_") or "index",
        "parameters": [
            {
                "name": each.name,
                "in": each.place,
                "description": each.summary,
                "required": each.required,
                "schema": each.schema,
            }
            for each in endpoint.parameters
        ],
        "responses": {
            "200": {
                "description": "What was asked for.",
                "content": {"application/json": {"schema": _shape(endpoint.answer, shapes)}},
            },
            "400": refused("A parameter is wrong."),
            "401": refused("The token of the configuration is missing."),
            "403": refused("The request was sent to another name, or by a page of another site."),
            **({"404": refused(endpoint.missing)} if endpoint.missing else {}),
            "503": refused("The database cannot be read now."),
        },
    }


def _shape(kind: type, shapes: dict[str, Any]) -> dict[str, Any]:
    """The schema of a dataclass; those of what it is made of go into `shapes`."""
    made = TypeAdapter(kind).json_schema(mode="serialization", ref_template="#/components/schemas/{model}")
    shapes |= made.pop("$defs", {})
    shapes[kind.__name__] = made
    return {"$ref": f"#/components/schemas/{kind.__name__}"}
