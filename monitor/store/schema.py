"""The schema, as migrations that are applied in order and never edited once released.

What is the same thing (feed, entry, article, revision, rule, story, match, alert, delivery) is a UNIQUE constraint
here, not a check in code. Times are fixed-width UTC text. Every queue row carries attempts, next_try and last_error.
"""

from typing import Any

from sqlite_utils.migrations import Migrations

from monitor.store.first_schema import FIRST

migrations = Migrations("monitor")


@migrations()
def first_schema(db: Any) -> None:
    for statement in _statements(FIRST):
        db.execute(statement)


# Deleting a poll looks for the entries that its document held, and asks whether it is its feed's last document.
RETENTION = """
CREATE INDEX entries_by_document ON entries (last_document);
CREATE INDEX polls_with_document ON polls (feed_id, id) WHERE outcome = 'read';
"""


@migrations()
def retention(db: Any) -> None:
    for statement in _statements(RETENTION):
        db.execute(statement)


# What `monitor companies update` loads, as it was published: names and symbols are read from it when it is used.
COMPANIES = """
CREATE TABLE companies (
    id INTEGER PRIMARY KEY,                    -- the place in the list, whose first are the most valuable
    cik INTEGER NOT NULL,                      -- the firm's number at the SEC
    name TEXT NOT NULL,                        -- as filed
    ticker TEXT NOT NULL,
    exchange TEXT NOT NULL,                    -- '' where none is said
    updated TEXT NOT NULL,                     -- one for the whole list
    UNIQUE (cik, ticker)
) STRICT;
"""


@migrations()
def companies(db: Any) -> None:
    for statement in _statements(COMPANIES):
        db.execute(statement)


# Politeness and health: when a feed is polled next, what it does when it is ill, and what was told of that.
POLLING = """
ALTER TABLE feeds ADD COLUMN validated INTEGER NOT NULL DEFAULT 0; -- sum of the address that gave those validators
ALTER TABLE feeds ADD COLUMN asked_host TEXT NOT NULL DEFAULT '';  -- that of the address, or of where it has moved
ALTER TABLE feeds ADD COLUMN epoch INTEGER NOT NULL DEFAULT 0;     -- counts how often it was begun anew: see sync
ALTER TABLE feeds ADD COLUMN hints TEXT NOT NULL DEFAULT '{}';  -- JSON: what its last document asks for
ALTER TABLE feeds ADD COLUMN gap REAL;                       -- seconds that usually pass between its news
ALTER TABLE feeds ADD COLUMN longest REAL;                   -- and at the most
ALTER TABLE feeds ADD COLUMN arrivals INTEGER NOT NULL DEFAULT 0;  -- of news, from which the two were learned
ALTER TABLE feeds ADD COLUMN rolled INTEGER NOT NULL DEFAULT 0;    -- how often its window rolled over of late
ALTER TABLE feeds ADD COLUMN rolled_at TEXT;
ALTER TABLE feeds ADD COLUMN moving_to TEXT NOT NULL DEFAULT '';   -- where it redirects for good since moved_since
ALTER TABLE feeds ADD COLUMN gone TEXT;                      -- when its server said that it is: it is not polled
ALTER TABLE feeds ADD COLUMN cause TEXT NOT NULL DEFAULT '';       -- of the failures in a row, the last
ALTER TABLE feeds ADD COLUMN failing_since TEXT;
ALTER TABLE feeds ADD COLUMN answers INTEGER NOT NULL DEFAULT 0;   -- good polls in a row
ALTER TABLE feeds ADD COLUMN pages INTEGER NOT NULL DEFAULT 0;     -- whose reading came to an end, good or bad
ALTER TABLE feeds ADD COLUMN pages_lately REAL NOT NULL DEFAULT 0; -- share that were read, of about the last five
ALTER TABLE feeds ADD COLUMN pages_mostly REAL NOT NULL DEFAULT 0; -- and of about the last fifty
ALTER TABLE revisions ADD COLUMN background INTEGER NOT NULL DEFAULT 0;  -- 1: nobody waits for it, so news goes first
DROP INDEX revisions_unjudged;
CREATE INDEX revisions_unjudged ON revisions (background, judged IS NOT NULL, next_try, id) WHERE state = 'unjudged';
ALTER TABLE polls ADD COLUMN cause TEXT NOT NULL DEFAULT '';
ALTER TABLE entries ADD COLUMN page TEXT NOT NULL DEFAULT '';      -- how reading it ended; see articles.PageOutcome

CREATE TABLE ailments (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER REFERENCES feeds ON DELETE CASCADE,      -- NULL: the machine itself
    kind TEXT NOT NULL,
    detail TEXT NOT NULL,
    began TEXT NOT NULL,
    noticed TEXT NOT NULL,
    ended TEXT,                                              -- NULL: it lasts
    told TEXT,                                               -- when a notice said that it began
    end_told TEXT
) STRICT;
CREATE UNIQUE INDEX ailments_open ON ailments (coalesce(feed_id, 0), kind) WHERE ended IS NULL;
CREATE INDEX ailments_untold ON ailments (id) WHERE told IS NULL OR (ended IS NOT NULL AND end_told IS NULL);
CREATE INDEX ailments_by_feed ON ailments (feed_id);
UPDATE feeds SET asked_host = host;
"""


@migrations()
def polling(db: Any) -> None:
    for statement in _statements(POLLING):
        db.execute(statement)


# Policy and delivery: what messages wait for, how channels do, what must not alert for a while, and when we were off.
POLICY = """
ALTER TABLE messages ADD COLUMN hold TEXT NOT NULL DEFAULT '';       -- what it waits for, see model.Hold; '' = nothing
ALTER TABLE messages ADD COLUMN told TEXT;                           -- when a notice said that it is dead
UPDATE messages SET told = created WHERE state = 'dead';
CREATE UNIQUE INDEX messages_held ON messages (channel_id, hold, next_try) WHERE state = 'held';
CREATE INDEX messages_lately ON messages (channel_id, coalesce(sent, first_try, next_try)) WHERE kind != 'notice';
CREATE INDEX messages_told ON messages (told) WHERE told IS NOT NULL;
DROP INDEX messages_due;
CREATE INDEX messages_waiting ON messages (channel_id, id) WHERE state IN ('held', 'pending', 'retry');
CREATE INDEX matches_by_rule ON matches (rule_id, matched);
CREATE INDEX messages_dead_untold ON messages (id) WHERE state = 'dead' AND told IS NULL;
ALTER TABLE channels ADD COLUMN held_until TEXT;                     -- it asked to wait, or fails
ALTER TABLE channels ADD COLUMN failures INTEGER NOT NULL DEFAULT 0; -- attempts in a row
ALTER TABLE channels ADD COLUMN deaths INTEGER NOT NULL DEFAULT 0;   -- dead letters in a row
ALTER TABLE channels ADD COLUMN down_since TEXT;                     -- after some of them: only tried now and then
ALTER TABLE channels ADD COLUMN told_down TEXT;
ALTER TABLE entries ADD COLUMN catch_up INTEGER NOT NULL DEFAULT 0;  -- 1: came while we were off, or offline, for long
ALTER TABLE matches ADD COLUMN silence_id INTEGER REFERENCES silences ON DELETE SET NULL;

CREATE TABLE silences (
    id INTEGER PRIMARY KEY,
    rule_id INTEGER REFERENCES rules ON DELETE CASCADE,      -- NULL: all watches
    story_id INTEGER REFERENCES stories ON DELETE CASCADE,   -- NULL: all stories
    comment TEXT NOT NULL,
    created TEXT NOT NULL,
    ends TEXT,                                               -- NULL: for good
    lifted TEXT                                              -- when it was removed by hand
) STRICT;
CREATE INDEX silences_by_rule ON silences (rule_id);
CREATE INDEX silences_by_story ON silences (story_id);
CREATE INDEX matches_by_silence ON matches (silence_id) WHERE silence_id IS NOT NULL;

CREATE TABLE fallbacks (
    dead_id INTEGER PRIMARY KEY REFERENCES messages ON DELETE CASCADE,
    message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE  -- to another channel, with what the dead one had
) STRICT;
CREATE INDEX fallbacks_by_message ON fallbacks (message_id);

CREATE TABLE outages (
    began TEXT PRIMARY KEY
) STRICT, WITHOUT ROWID;

CREATE TABLE life (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    seen TEXT NOT NULL                                       -- when the daemon last said that it is there
) STRICT;
"""


@migrations()
def policy(db: Any) -> None:
    for statement in _statements(POLICY):
        db.execute(statement)


# What articles of the last days tell of, so that another one of the same event is recognised; see monitor/stories.py.
STORIES = """
CREATE TABLE features (
    id INTEGER PRIMARY KEY AUTOINCREMENT,      -- grows with each wording: an index in memory has read up to here
    article_id INTEGER NOT NULL UNIQUE REFERENCES articles ON DELETE CASCADE,
    version INTEGER NOT NULL,
    seen TEXT NOT NULL,                        -- when the article was first seen
    terms BLOB NOT NULL,                       -- hashes, four bytes each, little end first
    weights BLOB NOT NULL,                     -- of the terms, a byte each
    headline BLOB NOT NULL,                    -- hashes of the words that say what happened
    whom BLOB NOT NULL,                        -- and of the names in it
    sketch BLOB NOT NULL,                      -- the smallest hashes of the text's phrases
    told TEXT NOT NULL                         -- JSON: figures and developments
) STRICT;
CREATE INDEX features_by_time ON features (seen);
ALTER TABLE articles ADD COLUMN story_how TEXT NOT NULL DEFAULT 'first';            -- see stories.How
ALTER TABLE stories ADD COLUMN update_of INTEGER REFERENCES stories ON DELETE SET NULL;  -- the one it goes on from
CREATE INDEX stories_by_update ON stories (update_of) WHERE update_of IS NOT NULL;
"""


@migrations()
def told_events(db: Any) -> None:
    for statement in _statements(STORIES):
        db.execute(statement)


# What people click, and what the pages ask for: feedback, what stories mention, and indexes over days.
STEERING = """
CREATE TABLE feedback (
    alert_id TEXT PRIMARY KEY REFERENCES alerts ON DELETE CASCADE,
    useful INTEGER NOT NULL,
    given TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE mentions (
    list TEXT NOT NULL,                        -- of a watch: tickers, companies, people or topics
    term TEXT NOT NULL,                        -- as the watch has it
    story_id INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
    told TEXT NOT NULL,                        -- when its first article was published, or else seen
    PRIMARY KEY (list, term, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX mentions_by_time ON mentions (told, list, term);
CREATE INDEX mentions_by_story ON mentions (story_id);
INSERT INTO mentions (list, term, story_id, told)
    SELECT item.value ->> 'list', item.value ->> 'term', articles.story_id,
        min(min(coalesce(revisions.published, articles.first_seen), articles.first_seen))
    FROM matches JOIN articles ON articles.id = matches.article_id JOIN revisions ON revisions.id = matches.revision_id,
        json_each(matches.evidence) AS item
    WHERE articles.story_id IS NOT NULL AND item.value ->> 'list' != 'query' GROUP BY 1, 2, 3;

ALTER TABLE entries ADD COLUMN status INTEGER;  -- of the answer when its page was last asked for
-- These hold all that pages ask of a month, so that neither long rows nor texts are read for it.
CREATE INDEX alerts_by_rule ON alerts (rule_id, created, story_id, cause);
CREATE INDEX entries_by_feed ON entries (feed_id, first_seen, baseline, catch_up, state, page, article_id);
CREATE INDEX revisions_by_article ON revisions (article_id, number, text_source, published);
DROP INDEX matches_by_rule;
CREATE INDEX matches_by_rule ON matches (rule_id, matched, action, article_id);
CREATE INDEX messages_by_state ON messages (state, id);
CREATE INDEX revisions_by_canonical ON revisions (canonical) WHERE canonical != '';
CREATE INDEX messages_by_channel ON messages (channel_id, id, state, sent);
CREATE INDEX attempts_failed ON attempts (message_id) WHERE error != '';
"""


@migrations()
def steering(db: Any) -> None:
    for statement in _statements(STEERING):
        db.execute(statement)


def _statements(script: str) -> list[str]:
    """Statements of a script whose triggers end in a line `END;`."""
    statements: list[str] = []
    pending = ""
    for line in script.splitlines(keepends=True):
        pending += line
        code = line.split("--")[0].rstrip()
        inside_trigger = "CREATE TRIGGER" in pending and code != "END;"
        if code.endswith(";") and not inside_trigger:
            statements.append(pending)
            pending = ""
    return statements
