"""Watches against articles: who is to hear of this, and which words say so.

    compile(watches) → Ruleset        once per configuration
    match(document, ruleset) → matches with score and evidence
    check(watch) → mistakes that only the rule language can see
    misfits(watch, feeds) → its sources that fit no feed
    lint(watches, documents) → what is no mistake in them, but cannot be meant

tokens and article read a text; tickers, companies, people and topics are the lists; parser, language and query are the
query language, and dead says what can be known of a query without an article; lexicon and inflect hold what is known
about words.
"""

from monitor.rules.compile import Ruleset, check, compile  # noqa: A004  (rules.compile reads as re.compile does)
from monitor.rules.lint import lint
from monitor.rules.match import match, misfits

__all__ = ["Ruleset", "check", "compile", "lint", "match", "misfits"]
