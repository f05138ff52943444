"""The tables of the first migration; `schema` has what came since."""

FIRST = """
CREATE TABLE feeds (
    id INTEGER PRIMARY KEY,
    url TEXT NOT NULL UNIQUE,                  -- as written in the configuration
    host TEXT NOT NULL,
    name TEXT NOT NULL,                        -- '' = the feed's own title
    title TEXT NOT NULL DEFAULT '',
    tier INTEGER NOT NULL,
    tags TEXT NOT NULL,                        -- JSON list
    active INTEGER NOT NULL,                   -- 0: no longer in the configuration
    added TEXT NOT NULL,
    first_contact TEXT,                        -- the first good poll; what it held is the baseline
    moved_to TEXT NOT NULL DEFAULT '',
    moved_since TEXT,
    etag TEXT NOT NULL DEFAULT '',
    last_modified TEXT NOT NULL DEFAULT '',
    next_poll TEXT NOT NULL,
    next_reason TEXT NOT NULL DEFAULT '',
    failures INTEGER NOT NULL DEFAULT 0,
    error TEXT NOT NULL DEFAULT '',
    last_poll TEXT,
    last_ok TEXT,
    last_new TEXT
) STRICT;
CREATE INDEX feeds_due ON feeds (active, next_poll);

CREATE TABLE hosts (
    host TEXT PRIMARY KEY,
    held_until TEXT NOT NULL,                  -- Retry-After acts for the whole host, over a restart too
    reason TEXT NOT NULL
) STRICT;

CREATE TABLE polls (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
    started TEXT NOT NULL,
    finished TEXT NOT NULL,
    outcome TEXT NOT NULL CHECK (outcome IN ('read', 'not modified', 'failed')),
    status INTEGER,
    bytes INTEGER NOT NULL DEFAULT 0,
    entries INTEGER NOT NULL DEFAULT 0,
    new INTEGER NOT NULL DEFAULT 0,
    updated INTEGER NOT NULL DEFAULT 0,
    problems TEXT NOT NULL DEFAULT '[]',       -- JSON list
    error TEXT NOT NULL DEFAULT '',
    next_poll TEXT NOT NULL,
    next_reason TEXT NOT NULL
) STRICT;
CREATE INDEX polls_by_feed ON polls (feed_id, id);

CREATE TABLE stories (
    id INTEGER PRIMARY KEY,
    created TEXT NOT NULL
) STRICT;

CREATE TABLE articles (
    id INTEGER PRIMARY KEY,
    identity TEXT NOT NULL UNIQUE,             -- canonical URL, or feed and entry where links identify nothing
    url TEXT NOT NULL,                         -- the publisher's link, as shown
    first_seen TEXT NOT NULL,
    story_id INTEGER REFERENCES stories,
    story_reason TEXT NOT NULL DEFAULT ''
) STRICT;
CREATE INDEX articles_by_story ON articles (story_id);
CREATE INDEX articles_by_time ON articles (first_seen);

CREATE TABLE entries (
    id INTEGER PRIMARY KEY,
    feed_id INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
    identity TEXT NOT NULL,                    -- guid, else canonical link, else hash of title and content
    canonical TEXT NOT NULL,                   -- of the link; '' without one
    guid TEXT NOT NULL,
    link TEXT NOT NULL,
    digest TEXT NOT NULL,                      -- of title and text: changed means updated
    first_seen TEXT NOT NULL,
    baseline INTEGER NOT NULL,                 -- 1: already there at the first contact with the feed
    last_document INTEGER REFERENCES polls ON DELETE SET NULL, -- the last poll whose document held it
    article_id INTEGER NOT NULL REFERENCES articles,
    host TEXT NOT NULL,                        -- of the link; few of its pages are read at a time
    state TEXT NOT NULL CHECK (state IN ('unread', 'read', 'quarantined')),
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT NOT NULL,
    last_error TEXT NOT NULL DEFAULT '',
    UNIQUE (feed_id, identity)
) STRICT;
CREATE INDEX entries_by_link ON entries (feed_id, canonical);
CREATE INDEX entries_by_article ON entries (article_id);
CREATE INDEX entries_unread ON entries (host, baseline, next_try, id) WHERE state = 'unread';
CREATE INDEX entries_quarantined ON entries (article_id) WHERE state = 'quarantined';

CREATE TABLE sightings (
    article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    feed_id INTEGER NOT NULL REFERENCES feeds ON DELETE CASCADE,
    seen TEXT NOT NULL,
    PRIMARY KEY (article_id, feed_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    number INTEGER NOT NULL,
    title TEXT NOT NULL,
    text TEXT NOT NULL,
    related TEXT NOT NULL,
    text_source TEXT NOT NULL CHECK (text_source IN ('page', 'feed', 'summary')),
    language TEXT NOT NULL,
    canonical TEXT NOT NULL,                   -- of the URL the page names as its own; '' when it names none
    published TEXT,
    created TEXT NOT NULL,
    digest TEXT NOT NULL,
    state TEXT NOT NULL CHECK (state IN ('unjudged', 'judged', 'superseded', 'quarantined')),
    judged TEXT,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT NOT NULL,
    last_error TEXT NOT NULL DEFAULT '',
    UNIQUE (article_id, number),
    UNIQUE (article_id, digest)
) STRICT;
CREATE INDEX revisions_unjudged ON revisions (judged IS NOT NULL, next_try, id) WHERE state = 'unjudged';
CREATE INDEX revisions_quarantined ON revisions (article_id) WHERE state = 'quarantined';

CREATE VIRTUAL TABLE search USING fts5 (
    title, text, content = 'revisions', content_rowid = 'id', tokenize = 'unicode61 remove_diacritics 2'
);
CREATE TRIGGER search_insert AFTER INSERT ON revisions BEGIN
    INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);
END;
CREATE TRIGGER search_delete AFTER DELETE ON revisions BEGIN
    INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
END;
CREATE TRIGGER search_update AFTER UPDATE OF title, text ON revisions BEGIN
    INSERT INTO search (search, rowid, title, text) VALUES ('delete', old.id, old.title, old.text);
    INSERT INTO search (rowid, title, text) VALUES (new.id, new.title, new.text);
END;

CREATE TABLE signatures (
    version INTEGER NOT NULL,
    kind TEXT NOT NULL,                        -- 'url' or 'text'
    value TEXT NOT NULL,
    story_id INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
    article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    created TEXT NOT NULL,
    PRIMARY KEY (version, kind, value, story_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX signatures_by_article ON signatures (article_id);
CREATE INDEX signatures_by_story ON signatures (story_id);

CREATE TABLE story_links (
    story_id INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
    other_id INTEGER NOT NULL REFERENCES stories ON DELETE CASCADE,
    reason TEXT NOT NULL,
    created TEXT NOT NULL,
    PRIMARY KEY (story_id, other_id)
) STRICT, WITHOUT ROWID;

CREATE INDEX story_links_by_other ON story_links (other_id);

CREATE TABLE rules (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,
    added TEXT NOT NULL
) STRICT;

CREATE TABLE rule_revisions (
    id INTEGER PRIMARY KEY,
    rule_id INTEGER NOT NULL REFERENCES rules ON DELETE CASCADE,
    number INTEGER NOT NULL,
    definition TEXT NOT NULL,                  -- the watch as JSON
    created TEXT NOT NULL,
    ended TEXT,                                -- NULL: in force
    UNIQUE (rule_id, number)
) STRICT;
CREATE UNIQUE INDEX rule_in_force ON rule_revisions (rule_id) WHERE ended IS NULL;

CREATE TABLE channels (
    id INTEGER PRIMARY KEY,
    name TEXT NOT NULL UNIQUE,                 -- its address is a secret and stays in the configuration
    kind TEXT NOT NULL,
    active INTEGER NOT NULL,
    added TEXT NOT NULL
) STRICT;

CREATE TABLE matches (
    id INTEGER PRIMARY KEY,
    rule_revision_id INTEGER NOT NULL REFERENCES rule_revisions ON DELETE CASCADE,
    revision_id INTEGER NOT NULL REFERENCES revisions ON DELETE CASCADE,
    rule_id INTEGER NOT NULL REFERENCES rules ON DELETE CASCADE,
    article_id INTEGER NOT NULL REFERENCES articles ON DELETE CASCADE,
    score INTEGER NOT NULL,
    evidence TEXT NOT NULL,                    -- JSON list
    excerpt TEXT NOT NULL,                     -- the sentence a message shows
    marks TEXT NOT NULL,                       -- JSON list of [start, end] in it
    matched TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('alert', 'suppress')),
    reason TEXT NOT NULL,
    UNIQUE (rule_revision_id, revision_id)
) STRICT;
CREATE INDEX matches_by_article ON matches (article_id, rule_id);
CREATE INDEX matches_by_revision ON matches (revision_id);

CREATE TABLE alerts (
    id TEXT PRIMARY KEY,
    rule_id INTEGER NOT NULL REFERENCES rules,
    story_id INTEGER NOT NULL REFERENCES stories,
    cause TEXT NOT NULL,                       -- 'first', or what a declared repeat was declared for
    match_id INTEGER NOT NULL REFERENCES matches,
    created TEXT NOT NULL,
    UNIQUE (rule_id, story_id, cause)
) STRICT, WITHOUT ROWID;
CREATE INDEX alerts_by_time ON alerts (created);
CREATE INDEX alerts_by_match ON alerts (match_id);
CREATE INDEX alerts_by_story ON alerts (story_id);

CREATE TABLE messages (
    id INTEGER PRIMARY KEY,
    channel_id INTEGER NOT NULL REFERENCES channels,
    kind TEXT NOT NULL CHECK (kind IN ('alert', 'digest', 'notice')),
    body TEXT NOT NULL DEFAULT '',             -- of a notice; alerts are rendered when sent
    state TEXT NOT NULL CHECK (state IN ('held', 'pending', 'sending', 'sent', 'retry', 'dead')),
    reason TEXT NOT NULL,                      -- why now, held or folded
    created TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_try TEXT NOT NULL,                    -- when it is due
    last_error TEXT NOT NULL DEFAULT '',
    first_try TEXT,
    sent TEXT,
    possible_repeat INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX messages_due ON messages (next_try) WHERE state IN ('held', 'pending', 'retry');
CREATE INDEX messages_sending ON messages (id) WHERE state = 'sending';

CREATE TABLE deliveries (
    alert_id TEXT NOT NULL REFERENCES alerts,
    channel_id INTEGER NOT NULL REFERENCES channels,
    message_id INTEGER NOT NULL REFERENCES messages,
    PRIMARY KEY (alert_id, channel_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX deliveries_by_message ON deliveries (message_id);

CREATE TABLE attempts (
    id INTEGER PRIMARY KEY,
    message_id INTEGER NOT NULL REFERENCES messages ON DELETE CASCADE,
    started TEXT NOT NULL,
    finished TEXT,                             -- NULL: under way, or killed on the way
    error TEXT NOT NULL DEFAULT ''             -- '' and finished: accepted
) STRICT;
CREATE INDEX attempts_by_message ON attempts (message_id);
"""
