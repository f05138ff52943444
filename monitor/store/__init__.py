"""SQLite: the writer and the readers, schema and migrations, and one module for each kind of thing that is stored."""

from monitor.store.database import Database, Store, holder, read_only

__all__ = ["Database", "Store", "holder", "pending", "read_only"]


def pending(db: Database) -> int:
    """How much is queued, due or not: unread entries, unjudged revisions, messages that are not sent and not held."""
    (count,) = db.execute(
        "SELECT (SELECT count(*) FROM entries WHERE state = 'unread')"
        " + (SELECT count(*) FROM revisions WHERE state = 'unjudged')"
        " + (SELECT count(*) FROM messages WHERE state IN ('pending', 'sending', 'retry'))"
    ).fetchone()
    return int(count)
