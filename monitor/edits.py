"""Whether the files of a configuration were edited, also while they cannot be used."""

from collections.abc import Mapping
from pathlib import Path

from monitor.tables import Document, matching, read_documents

Look = frozenset[tuple[str, int, int, int]]


class Edits:
    """Looks at the configuration file, what it includes, and the files that hold channels' addresses."""

    def __init__(self, path: Path, environ: Mapping[str, str]) -> None:
        self._path, self._environ = path, environ
        self._files: set[Path] = {path}
        self._patterns: tuple[str, ...] = ()
        self._last: Look = frozenset()

    def look(self) -> Look:
        """What the files are now; equal to the look before unless one was edited, added or removed."""
        found = self._look()
        if found != self._last:
            documents = read_documents(self._path, self._environ)
            self._patterns = documents[0].patterns
            self._files = {self._path, *(document.file for document in documents), *_address_files(documents)}
            self._last = found = self._look()
        return found

    def _look(self) -> Look:
        included = {file for pattern in self._patterns for file in matching(self._path.parent, pattern)}
        return frozenset(_state(file) for file in self._files | included)


def _address_files(documents: list[Document]) -> set[Path]:
    return {
        document.file.parent / name
        for document in documents
        for table in document.tables
        if table.kind == "channel" and (name := table.text("url_file"))
    }


def _state(file: Path) -> tuple[str, int, int, int]:
    try:
        found = file.stat()
    except (OSError, ValueError):
        return str(file), 0, 0, 0
    return str(file), found.st_mtime_ns, found.st_size, found.st_ino
