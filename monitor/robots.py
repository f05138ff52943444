"""robots.txt (RFC 9309): what a site asks one robot not to read.

Reading takes time linear in the file, and trying a rule in the address, whatever a hostile site writes: there is no
backtracking over `*`, since the first place where a part fits is as good as any later one.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from monitor.urls import percent_encoded

# No more of a file is read (RFC 9309, 2.5, asks for at least so much).
READ_AT_MOST = 512_000
# What an honest site does not exceed. Rules with an asterisk cost more to try.
_MAX_RULES = 10_000
_MAX_WILDCARDS = 500
_MAX_PATTERN = 2_000

_LINE = re.compile(rb"\r\n?|\n")
_ALLOW, _DISALLOW = "+", "-"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one robot may read of a site.

    `lines` are the rules, those that decide first, each a sign and a pattern: text, since those of a thousand sites are
    kept in memory.
    """

    lines: str = ""

    def allows(self, path: str) -> bool:
        """Whether a `path`, with its query, may be read: the longest rule decides, of two the one that allows."""
        encoded = _encoded(path or "/")
        if encoded == "/robots.txt":
            return True
        for rule in self.lines.splitlines():
            if _matches(rule[1:], encoded):
                return rule[0] == _ALLOW
        return True


def token(user_agent: str) -> str:
    """What a robot is called in robots.txt: what stands before the version."""
    return user_agent.partition("/")[0].strip().lower()


def parse(body: bytes, robot: str) -> Rules:
    """The rules in a robots.txt for `robot`, a `token`: of the groups that name it, or else of those for all (`*`).

    What is no robots.txt has no rules.
    """
    if len(body) > READ_AT_MOST:
        body = body[:READ_AT_MOST].rpartition(b"\n")[0]  # half a pattern would be for more than the whole
    found: dict[str, list[str]] = {}
    for agents, rules in _groups(_records(body)):
        for agent in agents & {robot, "*"}:
            found.setdefault(agent, []).extend(rules)
    kept = _kept(found.get(robot, found.get("*", [])))
    return Rules("\n".join(sorted(kept, key=lambda rule: (-len(rule), rule[0] != _ALLOW))))


def _records(body: bytes) -> Iterator[tuple[str, str]]:
    for line in _LINE.split(body.removeprefix(b"\xef\xbb\xbf")):
        name, colon, value = line.partition(b"#")[0].decode("utf-8", "replace").partition(":")
        if colon:
            yield name.strip().lower(), value.strip()


def _groups(records: Iterable[tuple[str, str]]) -> Iterator[tuple[set[str], list[str]]]:
    """The agents and the rules of each group; other records are not there, and end no group."""
    agents, rules = set[str](), list[str]()
    begun = False
    for name, value in records:
        if name == "user-agent":
            if begun:
                yield agents, rules
                agents, rules, begun = set(), [], False
            agents.add(token(value))
        elif name in ("allow", "disallow"):
            begun = True
            if 0 < len(value) <= _MAX_PATTERN:
                rules.append((_ALLOW if name == "allow" else _DISALLOW) + value)
    yield agents, rules


def _kept(rules: Iterable[str]) -> Iterator[str]:
    """The rules in the form in which they are compared, as many as are tried."""
    wildcards = 0
    for rule in islice(dict.fromkeys(rules), _MAX_RULES):
        wildcards += "*" in rule
        if "*" not in rule or wildcards <= _MAX_WILDCARDS:
            yield rule[0] + _pattern(rule[1:])


def _pattern(written: str) -> str:
    """`*` and a `$` at the end are its only signs; wherever else they stand for themselves, they are encoded."""
    end = "$" if written.endswith("$") else ""
    return "*".join(_encoded(part) for part in re.split(r"\*+", written.removesuffix("$"))) + end


def _encoded(path: str) -> str:
    return percent_encoded(path).replace("*", "%2A").replace("$", "%24")


def _matches(pattern: str, path: str) -> bool:
    first, *parts = pattern.removesuffix("$").split("*")
    if not path.startswith(first):
        return False
    at = len(first)
    whole = pattern.endswith("$")
    last = parts.pop() if whole and parts else ""
    for part in parts:
        found = path.find(part, at)
        if found < 0:
            return False
        at = found + len(part)
    if whole and "*" not in pattern:
        return at == len(path)
    return path.endswith(last, at)
