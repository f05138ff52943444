"""Templates: those of a user's folder, and ours where it has none.

All are jinja2's in its sandbox. Each file has its syntax, for which every value in it is made inert: a template can
neither forget it nor switch it off, and text from a feed is never a template.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup

from monitor import inert

OURS = Path(__file__).parent / "templates"
# Each template, and what makes a value inert in it.
SYNTAX: Mapping[str, Callable[[object], str]] = {
    "text.txt": inert.chat,
    "mail.txt": str,
    "mail.html": inert.html,
    "slack.json": inert.slack,
    "discord.json": inert.discord,
    "telegram.html": inert.telegram,
    "ntfy.txt": inert.chat,
    "terminal.txt": inert.rich,
}
# Filters that declare a value safe, or make markup of it: some would get around what is done to every value.
_UNSAFE = ("safe", "urlize", "xmlattr")


class Templates:
    """The templates to render with. `complain` is told, in one line, of one of the user's that failed."""

    def __init__(self, folder: Path | None = None, complain: Callable[[str], None] = lambda _: None) -> None:
        self.folder = folder
        self.complain = complain
        # An edited file is taken up the next time it is used.
        loaders: list[BaseLoader] = [FileSystemLoader(path) for path in (folder, OURS) if path]
        self._loader = ChoiceLoader(loaders)
        self._environments: dict[Callable[[object], str], _Environment] = {}

    def render(self, name: str, values: Mapping[str, object]) -> str:
        """The template with these values. One of the user's may raise anything."""
        syntax = SYNTAX[name]
        if syntax not in self._environments:
            self._environments[syntax] = _Environment(self._loader, syntax)
        return self._environments[syntax].get_template(name).render(values).strip()


class _Environment(ImmutableSandboxedEnvironment):
    """jinja2 for one syntax."""

    def __init__(self, loader: BaseLoader, syntax: Callable[[object], str]) -> None:
        # What a macro or a block made is Markup, and inert already. Switched off, autoescape would change nothing
        # for plain values, as they are made inert by `finalize`.
        def finalize(value: object) -> Markup:
            return value if isinstance(value, Markup) else Markup(syntax(value))  # noqa: S704 - that is its work

        super().__init__(
            loader=loader,
            autoescape=True,
            finalize=finalize,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        for name in _UNSAFE:
            self.filters.pop(name)
        for name in ("e", "escape", "forceescape", "tojson"):  # which people write, and which is done already
            self.filters[name] = _as_it_is


def _as_it_is(value: object) -> object:
    return value


def place(error: Exception, folder: Path) -> tuple[str, int]:
    """The template of this folder in which an error came up, and its line; ("", 0) where that is not known."""
    if isinstance(error, TemplateError) and getattr(error, "lineno", None):
        return Path(getattr(error, "filename", None) or getattr(error, "name", None) or "").name, error.lineno  # type: ignore[attr-defined]
    found = [(path.name, line) for path, line in _frames(error) if path.parent == folder]
    return found[-1] if found else ("", 0)


def _frames(error: Exception) -> Iterator[tuple[Path, int]]:
    trace: Any = error.__traceback__
    while trace:
        yield Path(trace.tb_frame.f_code.co_filename), trace.tb_lineno
        trace = trace.tb_next
