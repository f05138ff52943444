"""TOML → Config; every mistake named with file, key path and fix.

`formats` says whether one value is well formed, `options` which keys a table has, `tables` what the files
hold. Here the tables become a Config, and what spans several values or tables is checked: names that must be
unique, channels that must exist, files that must be there.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from monitor.errors import ConfigError, Mistake
from monitor.formats import is_loopback
from monitor.guard import Guard, literal
from monitor.options import LISTS, Channel, Config, Feed, Quiet, Settings, Table, Watch, Web, Workers
from monitor.tables import (
    KINDS,
    KeyPath,
    UnreadableError,
    WrittenTable,
    did_you_mean,
    quoted,
    read_documents,
    read_text,
)
from monitor.urls import is_web

# Keys that are accepted and validated, but whose behaviour a later release brings.
NOT_IN_EFFECT = ("workers.cluster",)

# Keys whose values may hold a secret: no error message repeats them.
_UNQUOTED = {"url", "proxy", "cluster", "token", "headers", "auth", "secret"}
_MAX_SECRET = 65_536

_NO_NUMBER = ("is no whole number", "write digits without quotation marks")
_NO_BOOLEAN = ("is neither true nor false", "write true or false, without quotation marks")
_NO_TABLE = ("is no table", 'write it in braces, such as {{ key = "…" }}')
# What pydantic calls a mistake → the words for it, after the value and before the fix.
_WORDS = {
    "mistake": ("{problem}", "{fix}"),
    "missing": ("is missing", "add it"),
    "string_type": ("is no text", "write it in quotation marks"),
    "string_too_long": ("is longer than {max_length} characters", "shorten it"),
    "tuple_type": ("is no list", 'write it in square brackets, such as ["…"]'),
    "dict_type": _NO_TABLE,
    "model_type": _NO_TABLE,
    "bool_type": _NO_BOOLEAN,
    "bool_parsing": _NO_BOOLEAN,
    "int_type": _NO_NUMBER,
    "int_parsing": _NO_NUMBER,
    "int_from_float": _NO_NUMBER,
    "greater_than_equal": ("is less than {ge}", "write {ge} or more"),
    "less_than_equal": ("is more than {le}", "write {le} or less"),
    "literal_error": ("is not one of the choices", "write {choices}"),
    "enum": ("is not one of the choices", "write {choices}"),
}


@dataclass(frozen=True, slots=True)
class Checks:
    """What only higher layers can judge; the defaults accept everything.

    `address` says why no channel can have a URL, in words without the URL itself, or None, and `signs` whether what is
    sent there can be signed. `templates` lists what is wrong with those in a folder. `watch` lists the mistakes in a
    watch's rules as (key, problem, fix), and `sources` those of its sources that fit none of the feeds. `lint` lists
    for each of the sound watches what cannot be meant; it gets the configuration if that is sound, too.
    """

    address: Callable[[str], str | None] = lambda _: None
    signs: Callable[[str], bool] = lambda _: True
    templates: Callable[[Path], Iterable[Mistake]] = lambda _: ()
    watch: Callable[[Watch], Iterable[tuple[str, str, str]]] = lambda _: ()
    sources: Callable[[Watch, Sequence[Feed]], Iterable[tuple[str, str, str]]] = lambda _watch, _feeds: ()
    lint: Callable[[Sequence[Watch], Config | None], Sequence[Iterable[tuple[str, str, str]]]] = lambda _watches, _: ()


@dataclass(frozen=True, slots=True)
class Report:
    """All there is to say of a configuration, in file order; `config` is None where there are mistakes.

    `warnings` are no mistakes, and `not_in_effect` are the key paths set whose behaviour comes with a later release.
    """

    config: Config | None
    mistakes: tuple[Mistake, ...]
    warnings: tuple[Mistake, ...]
    not_in_effect: tuple[str, ...]


def load(
    path: Path,
    environ: Mapping[str, str],
    checks: Checks = Checks(),
    *,
    watchlist: bool = False,
    texts: Mapping[Path, str] = MappingProxyType({}),
) -> Config:
    """The configuration in a file and its includes. Raises ConfigError with all mistakes, in file order.

    A `watchlist` is read by itself: the channels it names stand in a file that is not read. `texts` stand for what is
    in these files.
    """
    report = examine(path, environ, checks, watchlist=watchlist, texts=texts)
    if report.config is None:
        raise ConfigError(report.mistakes)
    return report.config


def examine(
    path: Path,
    environ: Mapping[str, str],
    checks: Checks = Checks(),
    *,
    watchlist: bool = False,
    texts: Mapping[Path, str] = MappingProxyType({}),
) -> Report:
    """The same without raising anything, and with what is worth saying beside mistakes."""
    documents = read_documents(path, environ, texts)
    tables = [table for document in documents for table in document.tables]
    secrets = [secret for table in tables if (secret := _resolve(table))]
    for table in tables:
        _validate(table)
        _check_table(table, checks)
    _check_duplicates(tables)
    if not watchlist and all(document.readable for document in documents):
        _check_channels(tables)
    # With a mistake outside of the tables, there may be feeds that were not found.
    all_known = not watchlist and not any(document.mistakes for document in documents)
    mistakes = tuple(m for d in documents for m in (*d.mistakes, *(m for table in d.tables for m in table.mistakes)))
    files = [*(document.file for document in documents), *secrets]
    config = None if mistakes else _assemble(path, files, tables, environ)
    return Report(
        config=config,
        mistakes=mistakes,
        warnings=tuple(_warnings(tables, config, checks, all_known=all_known)),
        not_in_effect=tuple(
            f"{table.label}.{key}"
            for table in tables
            for key in table.written
            if f"{table.kind}.{key}" in NOT_IN_EFFECT
        ),
    )


def _assemble(path: Path, files: list[Path], tables: list[WrittenTable], environ: Mapping[str, str]) -> Config:
    models = [table.model for table in tables]
    settings = next((model for model in models if isinstance(model, Settings)), Settings())
    override = environ.get("MONITOR_DATABASE")
    database = Path(override) if override else path.parent / settings.database
    templates = str((path.parent / settings.templates).absolute()) if settings.templates else ""
    return Config(
        path=path,
        files=tuple(files),
        settings=settings.model_copy(update={"database": str(database.absolute()), "templates": templates}),
        web=next((model for model in models if isinstance(model, Web)), Web()),
        workers=next((model for model in models if isinstance(model, Workers)), Workers()),
        feeds=tuple(_as_written(table, table.model) for table in tables if isinstance(table.model, Feed)),
        channels=tuple(model for model in models if isinstance(model, Channel)),
        watches=tuple(model for model in models if isinstance(model, Watch)),
    )


def _as_written(table: WrittenTable, feed: Feed) -> Feed:
    """A feed under its address as the file has it: what the environment fills in may be a secret. Files keep theirs."""
    return feed.known_as(table.written["url"]) if is_web(feed.url) else feed


# ---------------------------------------------------------------- one table


def _resolve(table: WrittenTable) -> Path | None:
    """Put addresses where others are written: a local feed's absolute path, what `url_file` holds, a source as written.

    Gives the secret file read, if any.
    """
    if table.kind == "feed" and (url := table.text("url")):
        _resolve_feed(table, url)
    if table.kind == "watch" and isinstance(sources := table.values.get("sources"), list):
        # A feed is known by its address as written. What has a slash is taken for an address.
        written = table.written["sources"]
        table.values["sources"] = [
            written[n] if isinstance(item, str) and "/" in item else item for n, item in enumerate(sources)
        ]
    if table.kind == "channel" and table.is_usable(("url",)) and table.is_usable(("url_file",)):
        return _resolve_channel(table)
    return None


def _resolve_feed(table: WrittenTable, url: str) -> None:
    if "://" not in url:
        local = (table.file.parent / url).absolute()
        table.values["url"] = str(local)
        if not _is_file(local):
            fix = 'write "https://…", or the path of a file relative to this one'
            table.add(("url",), "it is neither an http(s) address nor an existing file", fix)
    elif is_web(url) and "@" in urlsplit(url).netloc:
        fix = 'write auth = "${USER}:${PASSWORD}" below it, where they stay secret'
        table.add(("url",), "it holds a user name or a password", fix)


def _resolve_channel(table: WrittenTable) -> Path | None:
    url, url_file = table.values.get("url"), table.values.get("url_file")
    if url and url_file:
        table.add(("url_file",), "`url` is there too", "keep one of the two")
    elif not url and not url_file:
        fix = 'write url = "…" with an Apprise address, or url_file = "…" with a file that holds it'
        table.add(("url",), "the channel has no address", fix)
    elif isinstance(url_file, str) and url_file:
        path = table.file.parent / url_file
        try:
            address = read_text(path, _MAX_SECRET).strip()
        except UnreadableError as error:
            table.add(("url_file",), error.problem, error.fix)
            return None
        if len(address.splitlines()) == 1:
            table.values["url"] = address
            return path
        table.add(("url_file",), "the file does not hold one line", "put the address into it and nothing else")
    return None


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:
        return False


def _validate(table: WrittenTable) -> None:
    """Make the model of a table; with mistakes, of its good keys, so that those can be checked further."""
    for _ in range(2):
        bad_keys = {path[0] for path in table.unusable}
        values = {key: value for key, value in table.values.items() if key not in bad_keys}
        try:
            table.model = KINDS[table.kind].model_validate(values, by_alias=True, by_name=False)
            return
        except ValidationError as error:
            for detail in error.errors(include_url=False, include_input=False):
                path = _key_path(table, detail["loc"])
                if table.is_usable(path):
                    table.add(path, *_in_plain_words(table, path, detail))


def _key_path(table: WrittenTable, loc: KeyPath) -> KeyPath:
    if isinstance(table.written.get(str(loc[0])), str):
        return loc[:1]  # a digest written as one text, which the model takes for a list of one
    return loc[:-1] if len(loc) > 1 and loc[-1] == "[key]" else loc


def _in_plain_words(table: WrittenTable, path: KeyPath, error: ErrorDetails) -> tuple[str, str]:
    """What pydantic found as a problem and a fix."""
    kind, context = error["type"], dict(error.get("ctx", {}))
    if kind == "extra_forbidden":
        return _unknown_key(str(path[-1]), Quiet if len(path) > 1 else KINDS[table.kind])
    context["choices"] = str(context.get("expected", "")).replace("'", '"')
    problem, fix = _WORDS.get(kind, ("has the wrong form", "see docs/configuration.md"))
    subject = "it" if path[0] in _UNQUOTED else _shown(table.written, path)
    return f"{subject} {problem.format_map(context)}", fix.format_map(context)


def _unknown_key(key: str, model: type[Table]) -> tuple[str, str]:
    if key == "include":
        return "it stands inside a table", "move it to the top of the file, above the first table"
    known = [field.alias or name for name, field in model.model_fields.items()]
    return "there is no such key", did_you_mean(key, known, f"known are {', '.join(known)}")


def _shown(written: Any, path: KeyPath) -> str:
    """How a message names the value it is about: as the file has it, or just "it"."""
    for step in path:
        try:
            written = written[step]
        except (LookupError, TypeError):
            return "it"
    if isinstance(written, str):
        return quoted(written)
    # An int of thousands of digits can't even be printed.
    short = isinstance(written, float) or (isinstance(written, int) and written.bit_length() < 64)
    return str(written).lower() if short else "it"


def _check_table(table: WrittenTable, checks: Checks) -> None:
    """What a model by itself can't know: other layers, and words with a meaning elsewhere."""
    name, model = table.text("name"), table.model
    if table.kind == "feed" and name.startswith(("!", "tag:", "tier:")):
        table.add(("name",), "a name that begins so means something else in `sources`", "rename the feed")
    if table.kind == "channel" and name == "terminal":
        table.add(("name",), '"terminal" is where alerts go without any channel', "rename this one")
    open_to_all = isinstance(model, Web) and model.listen and not is_loopback(model.listen) and not model.token
    if open_to_all and table.is_usable(("token",)):
        fix = 'set token = "${MONITOR_TOKEN}", or listen on "127.0.0.1:8787"'
        table.add(("listen",), "other machines can reach this address, and there is no token", fix)
    if isinstance(model, Channel) and model.url and (reason := checks.address(model.url.get_secret_value())):
        table.add(("url_file" if model.url_file else "url",), reason, "see docs/configuration.md, channels")
    if (
        isinstance(model, Channel)
        and model.secret.get_secret_value()
        and not checks.signs(model.url.get_secret_value())
    ):
        table.add(("secret",), "only a webhook is signed", "delete it, or write a json:// or jsons:// address")
    if isinstance(model, Settings) and model.templates:
        table.mistakes += checks.templates(table.file.parent / model.templates)
    if isinstance(model, Watch):
        if not table.mistakes and not any(getattr(model, key) for key in LISTS):
            table.add((next(iter(LISTS)),), "the watch looks for nothing", f"add one of {', '.join(LISTS)}")
        for key, problem, fix in checks.watch(model):
            table.add_at(key, problem, fix)


# ---------------------------------------------------------------- all tables together


def _check_duplicates(tables: list[WrittenTable]) -> None:
    for kind, key in (("feed", "url"), ("feed", "name"), ("channel", "name"), ("watch", "name")):
        first: dict[str, WrittenTable] = {}
        for table in tables:
            value = table.text(key) if table.kind == kind else ""
            other = first.setdefault(value, table) if value else table
            if other is not table:
                places = f"[[{kind}]] number {other.number} of {other.file} and number {table.number} here"
                table.add((key,), f"the same {key} stands in {places}", "delete or change one of them")


def _check_channels(tables: list[WrittenTable]) -> None:
    """Every channel that is named must exist, and no dead letter may go round in circles."""
    channels = {name: table for table in tables if table.kind == "channel" and (name := table.text("name"))}
    for table in tables:
        single = {"settings": "health_channel", "channel": "fallback"}.get(table.kind)
        named: list[tuple[KeyPath, str]] = [((single,), table.text(single))] if single else []
        if table.kind == "watch" and isinstance(items := table.values.get("channels"), list):
            named = [(("channels", n), item.strip()) for n, item in enumerate(items) if isinstance(item, str)]
        for path, name in named:
            if name and name not in channels and table.is_usable(path):
                known = [other for other in channels if other == channels[other].written["name"].strip()]
                otherwise = "add a [[channel]] with this name" if not known else f"known are {', '.join(known)}"
                table.add(path, f"{_shown(table.written, path)} is no channel", did_you_mean(name, known, otherwise))
    for name, table in channels.items():
        seen = [name]
        while (step := channels.get(seen[-1])) and (following := step.text("fallback")) not in seen:
            seen.append(following)
        if step and following == name:
            table.add(("fallback",), "dead letters would come back to this channel", "name another channel or none")


def _warnings(
    tables: list[WrittenTable], config: Config | None, checks: Checks, *, all_known: bool
) -> Iterator[Mistake]:
    """What is no mistake in the watches. No source is called unknown as long as there may be feeds that are not known.

    Those are in what could not be read, and broken ones, since what they would be called is not known.
    """
    yield from _unreachable(tables, config)
    known = all_known and not any(table.mistakes for table in tables if table.kind == "feed")
    feeds = [_as_written(table, table.model) for table in tables if isinstance(table.model, Feed)]
    sound = {id(table): table.model for table in tables if isinstance(table.model, Watch) and not table.mistakes}
    lints = dict(zip(sound, checks.lint(tuple(sound.values()), config), strict=False))
    for table in tables:
        if isinstance(table.model, Watch):
            misfits = checks.sources(table.model, feeds) if known else ()
            for key, problem, fix in (*misfits, *lints.get(id(table), ())):
                yield Mistake(str(table.file), f"{table.label}.{key}".removesuffix("."), problem, fix)


def _unreachable(tables: list[WrittenTable], config: Config | None) -> Iterator[Mistake]:
    """Feeds at addresses that are not fetched, as far as those themselves tell, and a database without a folder."""
    if config is None:
        return
    guard = Guard(config.settings.allow_private_hosts)
    for table in tables:
        if isinstance(table.model, Feed) and is_web(table.model.address):
            parts = urlsplit(table.model.address)
            name, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
            address = literal(name)
            if address and (refusal := guard.refusal(name, port, address)):
                problem, _, fix = refusal.partition(": ")
                yield Mistake(str(table.file), f"{table.label}.url", f"{problem}, which is not fetched", fix)
    folder = Path(config.settings.database).parent
    if not folder.is_dir():
        key = "settings.database"
        yield Mistake(str(config.path), key, f"there is no folder {folder}", "create it, or name another file")
