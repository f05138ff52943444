"""Which files of a configuration hold secrets and can be read by others than their owner."""

import re
import shlex
import stat
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from monitor.options import Config

_REFERENCE = re.compile(r"(?<!\$)\$\{[A-Za-z_]\w*(?::-(?P<default>[^}]*))?\}", re.ASCII)
_ELSEWHERE = "${}"
_PASSWORD = re.compile(r"://[^/?#@]*:(?P<password>[^/?#@]*)@")
# Without a password, such an address holds nothing that others must not know.
_MAIL = re.compile(r"mailtos?://", re.IGNORECASE)
_SECRET_HEADER = re.compile(r"auth|cookie|key|password|secret|token", re.IGNORECASE)


def warnings(config: Config) -> list[str]:
    """A line with the fix for each file that holds a secret and that others may read."""
    found = []
    for file in config.files:
        try:
            if file.stat().st_mode & (stat.S_IRGRP | stat.S_IROTH) and (what := _secret_of(file, config)):
                found.append(f"{file} holds {what} and others can read it; chmod 600 {shlex.quote(str(file))}")
        except (OSError, ValueError):  # it was edited since it was read
            continue
    return found


def _secret_of(file: Path, config: Config) -> str:
    addresses = {other.parent / channel.url_file for other in config.files for channel in config.channels}
    return "a channel's address" if file in addresses else secret_in(file.read_text("utf-8-sig"))


def secret_in(text: str) -> str:
    """What secret a TOML file holds as it is written; "" where there is none, or only `${NAME}` in its place."""
    return next((what for what, is_secret in _places(tomllib.loads(text)) if is_secret), "")


def _places(tables: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    for channel in tables.get("channel", ()):
        yield "a channel's address", _is_secret_address(_written(channel.get("url")))
        yield "a channel's secret", _is_literal(_written(channel.get("secret")))
    for feed in tables.get("feed", ()):
        yield "a feed's password", _is_literal(_written(feed.get("auth")).partition(":")[2])
        yield "a feed's password", _has_password(_written(feed.get("url")))
        for name, value in feed.get("headers", {}).items():
            yield "a secret header", bool(_SECRET_HEADER.search(name)) and _ELSEWHERE not in _written(value)
    yield "the token of the dashboard", _is_literal(_written(tables.get("web", {}).get("token")))
    yield "a proxy's password", _has_password(_written(tables.get("settings", {}).get("proxy")))


def _is_secret_address(address: str) -> bool:
    """Most services have tokens in the path: unless something comes from elsewhere, the address is the secret."""
    if _ELSEWHERE in address or _MAIL.match(address):
        return _has_password(address)
    return bool(address)


def _has_password(address: str) -> bool:
    found = _PASSWORD.search(address)
    return found is not None and _is_literal(found["password"])


def _is_literal(value: str) -> bool:
    return bool(value.replace(_ELSEWHERE, ""))


def _written(value: object) -> str:
    """A value with the defaults that are written in it, and a mark for what the environment holds."""
    return _REFERENCE.sub(lambda found: found["default"] or _ELSEWHERE, str(value or "").strip())
