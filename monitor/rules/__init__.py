"""Watches against articles: who is to hear of this, and which words say so.

    compile(watches) → Ruleset        once per configuration
    match(document, ruleset) → matches with score and evidence
    expansions(watch, directory) → the other names that it gets
    check(watch) → mistakes that only the rule language can see
    misfits(watch, feeds) → its sources that fit no feed
    lint(watches, documents) → what is no mistake in them, but cannot be meant
    closest(document, watch) → its clauses: which hold, and what came closest to those that do not
    spotter(directory) → a function that finds firms in a text, for those who compare articles

lines, tokens and article read a text; tickers (with venues), companies (with use, which says when a common word means a
firm), people and topics are the lists, names what the directory of firms adds to them, search finds them; score says
how much it is about them; parser, language and query are the query language, and dead says what can be known of a query
without an article; needs and index say which rules may hold; nearest and nearest_query are for what came close;
lexicon, usage and inflect hold what is known about words.
"""

from monitor.rules.closest import Clause, closest
from monitor.rules.compile import Ruleset, check, compile, expansions  # noqa: A004  (rules.compile reads as re.compile does)
from monitor.rules.directory import Directory, built_in
from monitor.rules.index import frequencies
from monitor.rules.lint import lint
from monitor.rules.match import match, misfits
from monitor.rules.nearest import Nearness
from monitor.rules.spotting import spotter

__all__ = [
    "Clause",
    "Directory",
    "Nearness",
    "Ruleset",
    "built_in",
    "check",
    "closest",
    "compile",
    "expansions",
    "frequencies",
    "lint",
    "match",
    "misfits",
    "spotter",
]
