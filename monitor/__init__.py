"""The news monitor: polls tech-finance feeds, reads the articles, and alerts once per story, saying why.

    config.toml ─config→ Config ─sync→ feeds, rules, channels (SQLite)

    Feed + PollState ─fetch→ Page | NotModified ─parse→ ParsedFeed[Entry] + Hints
    (Hints, Rhythm, outcome, now) ─schedule→ Next(at, reason)
    polls ─health→ ailments ─checkup→ one notice
    ParsedFeed × known entries ─entries→ new | updated | same
    Entry ─fetch, extract→ Article revision(text, text_source = page | feed | summary)
    Article revision × Ruleset ─match→ Match(watch, score, evidence[list, term, field, span])
    Article revision ─stories→ Signature, Reading ─join→ Story
    (Match, Story, history, silences) ─decide→ ALERT(occasion, reason) | SUPPRESS(reason)
    (Alert, channel, traffic, now) ─route→ Message(to one channel): at once, or held until, with what else is due then
    Message ─render, notify→ SENT | RETRY(at) | DEAD(error) → the channel's fallback

`pipeline.py` moves it in four steps: poll, read, judge, deliver. The database is the queue between them.
"""

__version__ = "0.1.0"
