"""Everything that can go wrong on purpose.

    MonitorError                 one line for the user; exit code 1 unless it says otherwise
    ├── ConfigError              every mistake of a configuration, each with file, key path and fix (exit 2)
    ├── UsageError               a command was called wrongly (exit 2)
    ├── FetchError               a request gave nothing usable
    │   ├── BlockedError         the address is one we never connect to
    │   └── UnreachableError     no server answered
    ├── ParseError               these bytes are no feed, or not the list they should be
    ├── ExtractError             this page holds no article
    ├── WorkerError              CPU work ran out of time or memory, or its process died
    ├── NotifyError              a channel did not take a message
    └── StoreError               the database could not be read or written
        └── LockedError          another daemon uses this database

Foreign exceptions are wrapped where their library lives; nothing else leaves a module.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta


class MonitorError(Exception):
    """Root of the tree. `str()` is one line that says what is wrong and what to do about it."""

    exit_code = 1


@dataclass(frozen=True, slots=True)
class Mistake:
    """One thing wrong in a configuration: where it stands, what it is, and the way out of it."""

    file: str
    key: str
    problem: str
    fix: str

    def __str__(self) -> str:
        where = f"{self.file}: {self.key}" if self.key else self.file
        return f"{where}: {self.problem}; {self.fix}" if self.fix else f"{where}: {self.problem}"


class ConfigError(MonitorError):
    """All mistakes of a configuration together, in file order."""

    exit_code = 2

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        self.mistakes = tuple(mistakes)
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


class UsageError(MonitorError):
    """A command was called with something it cannot use."""

    exit_code = 2


class FetchError(MonitorError):
    """A request gave nothing usable.

    `status` is the HTTP status where there was one, `permanent` whether asking again can help, and
    `retry_after` the wait that `host`, which answered, asked for. Policy belongs to `schedule` and `decide`.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        permanent: bool = False,
        retry_after: timedelta | None = None,
        host: str = "",
    ) -> None:
        super().__init__(message)
        self.status = status
        self.host = host
        self.permanent = permanent
        self.retry_after = retry_after


class BlockedError(FetchError):
    """The address is private, reserved or not http(s); no connection was made."""

    def __init__(self, message: str) -> None:
        super().__init__(message, permanent=True)


class UnreachableError(FetchError):
    """No server answered: its name is not known, it takes no connection, or it says nothing."""


class ParseError(MonitorError):
    """These bytes are no feed, or not the list they should be."""


class ExtractError(MonitorError):
    """This page holds no article text."""


class WorkerError(MonitorError):
    """CPU work ran out of time or memory, or its process died. The input is to blame, not the machine."""


class NotifyError(MonitorError):
    """A channel did not take a message.

    `permanent` when it never will, `uncertain` when it was sent and no answer came: it may have arrived after all.
    """

    def __init__(
        self,
        message: str,
        *,
        permanent: bool = False,
        uncertain: bool = False,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(message)
        self.permanent = permanent
        self.uncertain = uncertain
        self.retry_after = retry_after


class StoreError(MonitorError):
    """The database could not be read or written."""


class LockedError(StoreError):
    """Another daemon uses this database."""
