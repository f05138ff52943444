"""Messages that a template is tried with, and drawn with: of each form there is, and with the worst of texts."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from monitor.model import Alert, Evidence, Hold, Mentions, Message, MessageKind, Occasion, Part
from monitor.options import Priority

PUBLISHED = datetime(2026, 11, 23, 14, 4, 15, tzinfo=UTC)
NOW = PUBLISHED + timedelta(seconds=46)
_HOSTILE = (
    '<!channel> @everyone <b>"x"</b> [red]x[/] [a](http://evil.example) {{ 7 * 7 }} {% raw %} \\ *bold* `code` '
    "</p><script>alert(1)</script> &amp; \r\nBcc: x@evil.example \u202e\x1b[31m"
)


def alert() -> Alert:
    """An alert with all that one may have but a repeat's reason."""
    sentence = (
        "Nvidia Corp. (NASDAQ:NVDA) agreed to sell 110,000 of its Blackwell Ultra chips to the venture, which will run "
        "them as a single training cluster."
    )
    return Alert(
        id="1ab571c5d0",
        watch="Nvidia",
        priority=Priority.URGENT,
        title="Nvidia to supply 110,000 chips for a training cluster in Texas",
        url="https://wire.example/2026/11/nvidia-texas-cluster",
        outlet="Example Wire",
        tier=1,
        published=PUBLISHED,
        first_seen=PUBLISHED + timedelta(seconds=41),
        matched=PUBLISHED + timedelta(seconds=43),
        score=88,
        reason="first article of this story for this watch",
        excerpt=sentence,
        marks=((0, 12), (14, 25)),
        evidence=(
            Evidence("companies", "Nvidia", "title", Part.TITLE, 0, 6, "Nvidia"),
            Evidence("companies", "Nvidia", "text", Part.LEAD, 0, 12, "Nvidia Corp."),
            Evidence("tickers", "NASDAQ:NVDA", "text", Part.LEAD, 14, 25, "NASDAQ:NVDA"),
        ),
        story=41,
        thread="5f0c9a7be1",
    )


def repeat() -> Alert:
    """The same story again, as it was corrected."""
    return replace(
        alert(),
        id="77e02b91aa",
        title="Nvidia to supply 100,000 chips for a training cluster in Texas",
        excerpt=alert().excerpt.replace("110,000", "100,000"),
        occasion=Occasion.CORRECTION,
        reason="a repeat: Example Wire corrects it",
        also=("Reuters", "CNBC", "The Register", "Ars Technica", "Tape & Tally", "Chip Letter"),
    )


def single(of: Alert | None = None) -> Message:
    return Message(7, "desk", (of or alert(),))


def listed(hold: Hold | None = Hold.DIGEST, reason: str = "digest at 09:05") -> Message:
    """Six alerts on five stories, one of which two watches found and one is a repeat; with the mentions of a week."""
    nvidia = alert()

    def other(number: int, watch: str, outlet: str, tier: int, title: str, sentence: str, term: str) -> Alert:
        at = sentence.index(term)
        kind = "topics" if watch == "GPU clusters" else "companies"
        return replace(
            nvidia,
            id=f"{number:02}c4e8f1d3",
            watch=watch,
            priority=Priority.NORMAL,
            title=title,
            url=f"https://{outlet.lower().replace(' ', '')}.example/{number}",
            outlet=outlet,
            tier=tier,
            published=PUBLISHED - timedelta(hours=number),
            first_seen=PUBLISHED - timedelta(hours=number, minutes=-2),
            matched=PUBLISHED - timedelta(hours=number, minutes=-2, seconds=-1),
            score=90 - 9 * number,
            excerpt=sentence,
            marks=((at, at + len(term)),),
            evidence=(Evidence(kind, term, "text", Part.LEAD, at, at + len(term), term),),
            story=41 + number,
        )

    meta = "Meta will rent capacity from CoreWeave rather than wait for its own halls, people close to it said."
    power = "Two gas turbines meant for the GPU cluster near Abilene arrive a year later than planned."
    tally = "OpenAI tells investors that it expects to spend less on training than it said in spring."
    alerts = (
        replace(repeat(), also=("Reuters", "CNBC", "The Register", "Ars Technica")),
        replace(nvidia, id="9c1d22e0b4", watch="GPU clusters", priority=Priority.NORMAL, score=61),
        replace(
            other(1, "Meta and Mark Zuckerberg", "Tape and Tally", 2, "Meta rents what it cannot build", meta, "Meta"),
            also=("Bloomberg",),
        ),
        other(2, "GPU clusters", "Grid Weekly", 2, "Turbines for Abilene are late", power, "GPU cluster"),
        other(3, "OpenAI", "The Ledger", 2, "OpenAI lowers what training will cost", tally, "OpenAI"),
        replace(
            other(4, "OpenAI", "Model Notes", 3, "What the new price list of OpenAI means", tally, "OpenAI"),
            priority=Priority.LOW,
            excerpt="",
            marks=(),
        ),
    )
    mentions = (
        Mentions("Nvidia", (14, 9, 11, 4, 3, 12, 19)),
        Mentions("GPU clusters", (2, 0, 3, 1, 0, 2, 5)),
        Mentions("Meta and Mark Zuckerberg", (5, 7, 4, 6, 1, 2, 4)),
        Mentions("OpenAI", (22, 18, 25, 30, 12, 9, 8)),
    )
    return Message(8, "mail", alerts, kind=MessageKind.DIGEST, hold=hold, reason=reason, mentions=mentions)


def notice() -> Message:
    body = (
        "2 feeds are ill\nGrid Weekly (grid.example): HTTP 503 for 2 h, last news Mon 23 Nov, 11:58\n"
        "The Ledger (ledger.example): what comes is no feed, for 40 m\nmonitor feeds shows more"
    )
    return Message(9, "desk", (), kind=MessageKind.NOTICE, body=body)


def storm(count: int = 150) -> Message:
    """More alerts than any message lists."""
    alerts = tuple(replace(alert(), id=f"{number:010x}", story=number) for number in range(1, count + 1))
    return Message(
        10,
        "desk",
        alerts,
        kind=MessageKind.DIGEST,
        hold=Hold.CAP,
        reason="20 messages an hour: the rest comes at 15:04",
    )


def hostile() -> Message:
    """Texts that mean something in every syntax."""
    changes = dict.fromkeys(("watch", "title", "outlet", "reason", "excerpt", "url"), _HOSTILE)
    return single(replace(repeat(), **changes, also=(_HOSTILE,), marks=((0, 10),)))  # type: ignore[arg-type]


def bare() -> Message:
    """As little as an alert may have."""
    nothing = dict.fromkeys(("watch", "title", "outlet", "reason", "excerpt", "url"), "")
    return single(replace(alert(), **nothing, published=None, marks=(), evidence=(), thread=""))  # type: ignore[arg-type]


ALL = {
    "one alert": single(),
    "a repeat": single(repeat()),
    "a digest": listed(),
    "a list of very many": storm(),
    "a notice": notice(),
    "one that may be a repeat": replace(
        single(), possible_repeat=True, hold=Hold.QUIET, reason="quiet hours until 06:30"
    ),
    "hostile texts": hostile(),
    "an alert of which little is known": bare(),
}
