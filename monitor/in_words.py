"""A watch in words, for whoever does not read its TOML."""

from collections.abc import Mapping, Sequence

from monitor.options import LISTS, Watch
from monitor.text import format_duration


def of_watch(one: Watch, channels: Sequence[str], expanded: Mapping[str, Sequence[str]]) -> dict[str, str]:
    """What a watch says, line by line: "" where a line says nothing.

    `channels` are all there are; `expanded` the other names of its firms, as `rules.expansions` gives them.
    """
    lists = {LISTS[name]: getattr(one, name) for name in LISTS if getattr(one, name)}
    where = "the title" if one.within == "title" else "title or text"
    how = "something from each of these is" if one.require == "all" and len(lists) > 1 else "any of these is"
    facts = {"watch": f"{one.name}, {one.priority}{'' if one.enabled else ', switched off'}"}
    facts["fires when"] = f"{how} found in {where}"
    for kind, terms in lists.items():
        facts[f"- {kind}"] = terms if isinstance(terms, str) else ", ".join(terms)
    for firm, names in expanded.items():
        facts[f"- {firm}, also as"] = ", ".join(names)
    facts["not when"] = f"one of these stands anywhere: {', '.join(one.exclude)}" if one.exclude else ""
    facts["sources"] = _sources_in_words(one.sources)
    facts["language"] = f"only {one.language}, as far as it is known" if one.language else ""
    facts["score"] = f"{one.min_score} or more of 100" if one.min_score else ""
    facts["backfill"] = (
        f"also what was there before it, up to {format_duration(one.backfill)} old" if one.backfill else ""
    )
    facts["alerts to"] = ", ".join(one.channels or channels) or "the terminal"
    return facts


def _sources_in_words(sources: Sequence[str]) -> str:
    def words(item: str) -> str:
        kind, colon, value = item.partition(":")
        if colon and kind == "tag":
            return f"feeds tagged {value.strip()}"
        return f"feeds of tier {value.strip()}" if colon and kind == "tier" else item

    wanted = [words(item.strip()) for item in sources if not item.strip().startswith("!")]
    unwanted = [words(item.strip().removeprefix("!").strip()) for item in sources if item.strip().startswith("!")]
    parts = {"only ": wanted, "not ": unwanted}
    return "; ".join(start + ", ".join(items) for start, items in parts.items() if items)
