"""Templates: those of a user's folder, and ours where it has none.

All are jinja2's in its sandbox. Each file has its syntax, for which every value in it is made inert: a template can
neither forget it nor switch it off, and text from a feed is never a template.
"""

import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from jinja2 import BaseLoader, ChoiceLoader, FileSystemLoader, StrictUndefined, TemplateError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
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
# What a user's template may take and make: a loop without an end must end neither the daemon nor `monitor check`.
SECONDS, LONGEST, BIGGEST = 5.0, 1_000_000, 1_000

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
        """The template with these values. One of the user's may raise anything, also that it takes too long."""
        syntax = SYNTAX[name]
        if syntax not in self._environments:
            self._environments[syntax] = _Environment(self._loader, syntax)
        template = self._environments[syntax].get_template(name)
        if self.folder is None:
            return template.render(values).strip()
        with _time_limit(SECONDS):
            return "".join(_at_most(template.generate(values), LONGEST)).strip()


def _at_most(pieces: Iterator[str], longest: int) -> Iterator[str]:
    """The pieces of a text as long as it is not longer than that. Raises SecurityError."""
    length = 0
    for piece in pieces:
        length += len(piece)
        if length > longest:
            raise SecurityError(f"it makes a text of more than {longest:,} characters")
        yield piece


@contextmanager
def _time_limit(seconds: float) -> Iterator[None]:
    """Raises SecurityError in the block when it takes longer; in the main thread, where messages are rendered."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(_number: int, _frame: object) -> None:
        raise SecurityError(f"it takes longer than {seconds:g} seconds")

    before = signal.signal(signal.SIGALRM, stop)
    signal.setitimer(signal.ITIMER_REAL, seconds)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


class _Environment(ImmutableSandboxedEnvironment):
    """jinja2 for one syntax."""

    intercepted_binops = frozenset(("*", "**"))

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        """What would make a text, a list or a number without end does not."""
        if not all(isinstance(side, int | float) and abs(side) <= BIGGEST for side in (left, right)):
            raise SecurityError(f"{operator} is for numbers up to {BIGGEST:,}")
        return super().call_binop(context, operator, left, right)

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
