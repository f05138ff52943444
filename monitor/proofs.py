"""A user's templates, tried with samples before a message depends on them."""

import re
from collections.abc import Iterator
from pathlib import Path
from zoneinfo import ZoneInfo

from jinja2 import TemplateError, UndefinedError
from jinja2.exceptions import SecurityError

from monitor import layout, render, samples, shown
from monitor.errors import Mistake
from monitor.render import Group, Kind, Templates, Week
from monitor.tables import did_you_mean

_ZONE = ZoneInfo("America/New_York")
# Of what each template knows, for the nearest name.
_NAMES = [*render.VALUES, *(name for kind in (shown.Shown, Group, Week) for name in kind.__dataclass_fields__)]
_JINJA = "see https://jinja.palletsprojects.com/templates/"
_SEE = "docs/messages.md lists what a template gets"


def problems(folder: Path) -> list[Mistake]:
    """What is wrong with the templates in a folder, each with file, line and fix; none where there are none.

    A name that begins with `_` or a dot is no template, but may be included in one.
    """
    try:
        names = sorted(path.name for path in folder.iterdir() if path.is_file() and path.name[0] not in "._")
    except OSError:
        return [Mistake(str(folder), "", "there is no such folder", "create it, or delete `templates`")]
    found: list[Mistake] = []
    for name in names:
        if name in layout.SYNTAX:
            found += _tried(folder, name)
        else:
            fix = did_you_mean(name, list(layout.SYNTAX), f"known are {', '.join(layout.SYNTAX)}")
            found.append(Mistake(str(folder / name), "", "no message has such a template", fix))
    return list(dict.fromkeys(found))


def _tried(folder: Path, name: str) -> Iterator[Mistake]:
    """The first mistake that the samples find in one template."""
    templates = Templates(folder)
    parts = [(kind, form) for kind in Kind for form in render.forms(kind) if form.template == name]
    for what, message in samples.ALL.items():
        for kind, form in parts:
            try:
                render.fitted(message, form, kind, _ZONE, samples.NOW, templates)
            except Exception as error:  # a template may raise anything
                place, line = layout.place(error, folder)
                if place not in ("", name):  # the mistake of another, which this one includes
                    continue
                problem, fix = _in_words(error)
                where = f"line {line}" if line else ""
                yield Mistake(str(folder / name), where, f"{problem} (in {what})" if not line else problem, fix)
                return


def _in_words(error: Exception) -> tuple[str, str]:
    words = " ".join(str(error).split())
    if isinstance(error, UndefinedError):
        unknown = re.search(r"has no attribute '(\w+)'|'(\w+)' is undefined", words)
        name = (unknown[1] or unknown[2]) if unknown else ""
        if name and name not in _NAMES:
            return f'there is no "{name}"', did_you_mean(name, _NAMES, _SEE)
        # Such as the headline of `alert`, where there are several.
        what = f'"{name}" is' if name else f"{words}, which is"
        return f"{what} not there in every message", "write {% if … %} around it"
    if unknown := re.search(r"No (filter|test) named '(\w+)'", words):
        return f'there is no {unknown[1]} "{unknown[2]}"', "delete it: every value is made safe as it is"
    if isinstance(error, TemplateError):
        too_much = isinstance(error, SecurityError)
        said, fix = ("", "make less of it") if too_much else ("it is no jinja2 template: ", _JINJA)
        return f"{said}{words}".rstrip("."), fix
    if isinstance(error, ValueError):
        return words, "compare it with ours in monitor/templates; in JSON, values stand within quotation marks"
    return f"{type(error).__name__}: {words}", _SEE
