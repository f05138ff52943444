"""The archive as rules read it: stored articles in their latest wording."""

from monitor.model import Document
from monitor.store import articles
from monitor.store.database import Database


def texts(db: Database, limit: int) -> list[str]:
    """The texts that came last, newest first."""
    rows = db.query("SELECT text FROM revisions ORDER BY id DESC LIMIT :limit", {"limit": limit})
    return [str(row["text"]) for row in rows]


def latest(db: Database, limit: int) -> list[Document]:
    """The articles that came last, newest first, each in the wording that counts."""
    rows = db.query(
        "SELECT article_id, title, text, related, language FROM revisions WHERE id IN (SELECT coalesce("
        "  (SELECT max(id) FROM revisions WHERE article_id = newest.id AND state != 'superseded'),"
        "  (SELECT max(id) FROM revisions WHERE article_id = newest.id))"
        " FROM (SELECT id FROM articles ORDER BY first_seen DESC, id DESC LIMIT :limit) AS newest)"
        " ORDER BY article_id DESC",
        {"limit": limit},
    )
    return [
        Document(row["title"], row["text"], row["related"], row["language"], articles.sources(db, row["article_id"]))
        for row in list(rows)
    ]
