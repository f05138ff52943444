"""Messages for tests of rendering and sending."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from monitor.model import Alert, Evidence, Message, MessageKind, Part
from monitor.options import Priority

PUBLISHED = datetime(2024, 7, 23, 14, 3, tzinfo=UTC)
NOW = PUBLISHED + timedelta(seconds=100)
NEW_YORK = ZoneInfo("America/New_York")
EVIDENCE = (
    Evidence("companies", "Nvidia", "title", Part.TITLE, 5, 11, "Nvidia"),
    Evidence("tickers", "NASDAQ:NVDA", "text", Part.LEAD, 30, 41, "NASDAQ:NVDA"),
    Evidence("companies", "Nvidia", "text", Part.LEAD, 20, 26, "Nvidia"),
    Evidence("companies", "Nvidia", "related", Part.RELATED, 0, 6, "Nvidia"),
)
ALERT = Alert(
    id="a1b2c3",
    watch="Nvidia",
    priority=Priority.NORMAL,
    title="Will Nvidia sell more?",
    url="https://wire.example/2024/nvidia?id=3&x=1",
    outlet="Example Wire",
    tier=1,
    published=PUBLISHED,
    first_seen=PUBLISHED + timedelta(seconds=95),
    matched=PUBLISHED + timedelta(seconds=97),
    score=87,
    reason="first alert of this story",
    excerpt="The winner is Nvidia (NASDAQ:NVDA), they say.",
    marks=((14, 20),),
    evidence=EVIDENCE,
)


def one(**changes: object) -> Message:
    return Message(id=1, channel="desk", alerts=(replace(ALERT, **changes),))  # type: ignore[arg-type]


def many(count: int, **changes: object) -> Message:
    """A digest of `count` alerts, whose ids are their numbers in brackets."""
    alerts = tuple(replace(one(**changes).alerts[0], id=f"<{number}>") for number in range(count))
    return Message(id=1, channel="desk", alerts=alerts, kind=MessageKind.DIGEST)


def notice(body: str) -> Message:
    """What the monitor says about itself."""
    return Message(id=1, channel="desk", alerts=(), kind=MessageKind.NOTICE, body=body)
