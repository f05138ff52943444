"""What the configuration in force gives the pipeline to work by: its rules, and where its channels lead."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from monitor import rules
from monitor.options import Channel, Watch
from monitor.render import Kind
from monitor.store.rules import Rule


@dataclass(frozen=True, slots=True)
class Target:
    """Where a channel's messages go, and by which rules. The address is a secret and is held in memory only."""

    kind: Kind
    address: str
    channel: Channel


@dataclass(frozen=True, slots=True)
class Ruleset:
    """The rules in force, compiled, with the revisions that matches refer to."""

    by_name: Mapping[str, Rule]
    compiled: rules.Ruleset

    @classmethod
    def of(cls, in_force: Iterable[Rule], compiled: rules.Ruleset | None = None) -> "Ruleset":
        """`compiled` are the watches of these rules, where that was done before."""
        by_name = {rule.watch.name: rule for rule in in_force}
        return cls(by_name, compiled or rules.compile([rule.watch for rule in by_name.values()]))

    def alone(self, watch: Watch) -> rules.Ruleset:
        """A watch by itself, with the same companies known."""
        return rules.compile([watch], directory=self.compiled.directory)
