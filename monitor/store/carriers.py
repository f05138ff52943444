"""Which feeds would carry a page, by what they linked to before and by where they are."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlsplit

from monitor.model import Source
from monitor.store import feeds
from monitor.store.database import Database, moment
from monitor.store.feeds import FeedStatus
from monitor.urls import canonical, host

# What hosts of nothing but feeds begin with.
_FEED_HOSTS = ("feeds.", "feed.", "rss.")


@dataclass(frozen=True, slots=True)
class Carrier:
    """A feed of the configuration that would carry a page.

    `links` counts its stored entries that link to the page's site, `near` those of them below the first part of the
    page's path; `last` is when the newest was first seen. Without any, the feed's own host is that of the page.
    """

    source: Source
    status: FeedStatus
    links: int
    near: int
    last: datetime | None


def carriers(db: Database, url: str, now: datetime) -> tuple[Carrier, ...]:
    """Feeds that would carry the page at a web address, the likeliest first."""
    parts = urlsplit(canonical(url))
    site = f"{parts.scheme}://{parts.netloc}/"
    folder, inside, _ = parts.path.lstrip("/").partition("/")
    near = f"{site}{folder}/" if inside else ""
    rows = db.query(
        "SELECT feeds.*, count(entries.id) AS links, max(entries.first_seen) AS last,"
        " coalesce(sum(entries.canonical >= :near AND entries.canonical < :past_near), 0) AS near"
        # A feed's links in order are an index.
        " FROM feeds LEFT JOIN entries ON entries.feed_id = feeds.id AND entries.canonical >= :site"
        "  AND entries.canonical < :past_site WHERE feeds.active GROUP BY feeds.id",
        {"site": site, "past_site": _past(site), "near": near, "past_near": _past(near)},
    )
    known = {status.url: status for status in feeds.status(db, now)}
    found = [
        _carrier(row, known[row["url"]])
        for row in list(rows)
        if row["links"] or any(_is_of(name, host(site)) for name in (row["host"], row["asked_host"]))
    ]
    return tuple(sorted(found, key=lambda one: (-one.near, -one.links, one.status.name.lower())))


def _carrier(row: dict[str, Any], status: FeedStatus) -> Carrier:
    return Carrier(
        source=Source(
            row["name"] or row["title"] or row["url"], row["url"], row["tier"], tuple(json.loads(row["tags"]))
        ),
        status=status,
        links=row["links"],
        near=row["near"],
        last=moment(row["last"]) if row["last"] else None,
    )


def _past(folder: str) -> str:
    """What comes after all that begins with `folder`, which ends in a slash."""
    return folder[:-1] + chr(ord("/") + 1) if folder else ""


def _is_of(feed_host: str, name: str) -> bool:
    """Whether a feed's host is that of a page, the domain above it, or a domain below it."""
    own = host(canonical(f"https://{feed_host}/"))
    # What is not one of its own kind, such as a blog at a host of blogs, has another name at the same level.
    own = next((own.removeprefix(prefix) for prefix in _FEED_HOSTS if own.startswith(prefix)), own)
    if "." not in own or "." not in name:
        return own == name != ""
    return own == name or own.endswith(f".{name}") or name.endswith(f".{own}")
