import json
import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from monitor.model import Alert, Evidence, Message, Part
from monitor.options import Priority
from monitor.render import Kind, best, excerpt, message

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
HOSTILE = [
    "<!channel> <@U123> <!here|x> @here @everyone @channel",
    "[google.com](http://evil.example) <http://evil.example|google.com>",
    "![x](http://evil.example/pixel) [a][b]",
    "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}",
    "[bold red]red[/bold red] [link=http://evil.example]x[/link] [/] [@click=quit]x[/]",
    "\x1b[31mred\x1b[0m \x07 \x9b31m \u202etxt.exe \u200b \ud800",
    "title\r\nBcc: victim@example.com\r\n\r\nbody",
    "quote \" ' > < & backslash \\",
    "\\\\\\",
]


def one(**changes: object) -> Message:
    return Message(id=1, channel="desk", alerts=(replace(ALERT, **changes),))  # type: ignore[arg-type]


def hostile(text: str) -> Message:
    return one(title=text, outlet=text, url=text, excerpt=text, marks=((1, 3), (2, 900)), reason=text)


def render_text(what: Message, kind: Kind = Kind.TEXT) -> str:
    return message(what, kind, NEW_YORK, NOW).text


class Page(HTMLParser):
    """Collects the tags, the addresses and the text of a mail."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.attributes: set[str] = set()
        self.text = ""
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name in ("href", "src")]

    def handle_data(self, data: str) -> None:
        self.text += data


@pytest.mark.parametrize("kind", list(Kind))
def test_every_kind_shows_what_a_reader_needs(kind: Kind) -> None:
    rendered = message(one(), kind, NEW_YORK, NOW)

    shown = rendered.title + "\n" + rendered.text
    for part in (
        "Nvidia",
        "Will Nvidia sell more?",
        "Example Wire",
        "10:03 EDT",
        "seen 1m 35s later",
        "matched 2s",
    ):
        assert part in shown
    for part in (
        'company "Nvidia" in the title and the lead',
        "ticker NASDAQ:NVDA in the lead",
        "87",
        "a1b2c3",
    ):
        assert part in shown
    assert "https://wire.example/2024/nvidia?id=3&x=1" in shown
    assert "first alert of this story" in shown


def test_the_term_is_marked_in_its_sentence() -> None:
    texts = {kind: message(one(), kind, NEW_YORK, NOW) for kind in Kind}

    assert "“The winner is »Nvidia« (NASDAQ:NVDA), they say.”" in texts[Kind.SLACK].text
    assert "»Nvidia«" in texts[Kind.MAIL].text
    assert ">Nvidia</mark> (NASDAQ:NVDA), they say." in texts[Kind.MAIL].html
    assert "[bold yellow]»Nvidia«[/bold yellow]" in texts[Kind.TERMINAL].text
    assert texts[Kind.WEBHOOK].data["excerpt"] == "The winner is Nvidia (NASDAQ:NVDA), they say."


def test_a_possible_repeat_says_so_with_the_same_id() -> None:
    repeat = replace(one(), possible_repeat=True)

    for kind in Kind:
        rendered = message(repeat, kind, NEW_YORK, NOW)
        assert "may be a repeat" in rendered.text
        assert "a1b2c3" in rendered.text
        assert "repeat" not in message(one(), kind, NEW_YORK, NOW).text
    assert "may be a repeat" in message(repeat, Kind.MAIL, NEW_YORK, NOW).html
    assert message(repeat, Kind.WEBHOOK, NEW_YORK, NOW).data["possible_repeat"] is True


def test_an_article_without_publish_time_shows_when_it_was_first_seen() -> None:
    text = render_text(one(published=None))

    assert "no publish time, first seen Tue 23 Jul, 10:04 EDT" in text


def test_a_message_held_for_long_says_how_long_and_an_old_one_shows_its_year() -> None:
    rendered = message(one(), Kind.TEXT, NEW_YORK, PUBLISHED + timedelta(days=200))

    assert "23 Jul 2024" in rendered.text
    assert "sent 199d 23h after the match" in rendered.text


def test_only_urgent_alerts_make_an_urgent_message() -> None:
    mixed = Message(1, "desk", (ALERT, replace(ALERT, priority=Priority.URGENT)))

    assert message(mixed, Kind.TEXT, NEW_YORK, NOW).urgent
    assert not message(one(), Kind.TEXT, NEW_YORK, NOW).urgent


def test_several_alerts_are_a_list_with_every_id_and_link() -> None:
    alerts = tuple(replace(ALERT, id=f"id-{n}", url=f"https://wire.example/{n}") for n in range(3))

    for kind in Kind:
        rendered = message(Message(1, "desk", alerts), kind, NEW_YORK, NOW)
        assert rendered.title == "3 alerts: Nvidia"
        assert all(f"id-{n}" in rendered.text and f"https://wire.example/{n}" in rendered.text for n in range(3))


def test_a_long_list_is_cut_after_a_whole_alert_and_counts_the_rest() -> None:
    many = Message(1, "desk", tuple(replace(ALERT, id=f"<{n}>") for n in range(500)))

    for kind in Kind:
        rendered = message(many, kind, NEW_YORK, NOW)
        listed = Text.from_markup(rendered.text).plain if kind is Kind.TERMINAL else rendered.text
        listed = listed.replace("\u200b", "")
        count = sum(f"<{n}>" in listed for n in range(500))
        assert 5 < count <= 100
        assert f"nd {500 - count} more" in listed
        assert len(rendered.text) <= (3000 if kind in (Kind.TEXT, Kind.SLACK) else 90_000)
    data = message(many, Kind.WEBHOOK, NEW_YORK, NOW).data
    assert isinstance(data["alerts"], list)
    assert len(data["alerts"]) == 500


def test_a_webhook_carries_the_fields_of_a_single_alert_beside_the_list() -> None:
    data = json.loads(json.dumps(message(one(), Kind.WEBHOOK, NEW_YORK, NOW).data))

    (alert,) = data.pop("alerts")
    assert alert == data
    assert data["published"] == "2024-07-23T14:03:00+00:00"
    assert data["url"] == "https://wire.example/2024/nvidia?id=3&x=1"
    assert data["evidence"][1] == {
        "list": "tickers",
        "term": "NASDAQ:NVDA",
        "part": "lead",
        "field": "text",
        "start": 30,
        "end": 41,
        "text": "NASDAQ:NVDA",
    }


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://wire.example/a?b=1#c", "https://wire.example/a?b=1#c"),
        ("HTTP://Wire.Example:8080/a b", "http://wire.example:8080/a%20b"),
        ("https://medium.example/@user/x_(y)", "https://medium.example/%40user/x_%28y%29"),
        ("https://xn--80ak6aa92e.example/", "https://xn--80ak6aa92e.example/"),
        ("https://\u0430pple.example/", "https://xn--pple-43d.example/"),
        ("https://wire.example/\nevil|x>", "https://wire.example/evil%7Cx%3E"),
        ("https://[2001:db8::1]:8/x", "https://[2001:db8::1]:8/x"),
        ("https://bank.example@evil.example/", ""),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//wire.example/a", ""),
        ("https:///a", ""),
        ("https://[::1/", ""),
        ("https://wire.example:99999/", ""),
        ("https://wire.example/" + "a" * 2000, ""),
    ],
)
def test_a_link_is_plain_http_or_left_out(url: str, shown: str) -> None:
    data = message(one(url=url), Kind.WEBHOOK, NEW_YORK, NOW).data

    assert data["url"] == shown


def assert_inert(what: Message) -> None:
    """No rendering of this message holds anything that a service would act on."""
    for kind in Kind:
        rendered = message(what, kind, NEW_YORK, NOW)
        assert "\n" not in rendered.title
        assert "\r" not in rendered.title
        assert len(rendered.title) <= 200
        plain = rendered.title + rendered.text + rendered.html
        assert not any(ord(char) < 32 and char != "\n" for char in plain)
        assert not set(plain) & set("\x7f\x9b\u202e\u2066")
        plain.encode()
        json.dumps(rendered.data)
        if kind in (Kind.TEXT, Kind.SLACK, Kind.WEBHOOK):
            chat = rendered.title + "\n" + rendered.text
            assert len(chat) <= 3200
            assert "](" not in chat
            assert "][" not in chat
            assert not re.search(r"[@<][\w!@#/?]", chat)
    mail = Page(message(what, Kind.MAIL, NEW_YORK, NOW).html)
    expected = Page(message(one(), Kind.MAIL, NEW_YORK, NOW).html)
    assert mail.tags <= expected.tags
    assert mail.attributes <= expected.attributes
    assert all(urlsplit(link).scheme in ("http", "https") for link in mail.links)
    terminal = Text.from_markup(message(what, Kind.TERMINAL, NEW_YORK, NOW).text, emoji=False)
    ours = {"bold black on cyan", "bold", "dim", "green", "bold yellow", "blue underline"}
    assert {frozenset(str(span.style).split()) for span in terminal.spans} <= {frozenset(s.split()) for s in ours}


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_feed_text_is_inert_in_every_kind(text: str) -> None:
    assert_inert(hostile(text))
    assert_inert(replace(hostile(text), alerts=hostile(text).alerts * 3))


MARKUP = st.lists(st.sampled_from([*"[]()<>@!|\\/*_`&\"'#{}%:= \n\x1b", "http://a.example", "bold", "x"]), max_size=25)


@given(st.one_of(MARKUP.map("".join), st.text(max_size=60)))
def test_no_text_whatever_becomes_markup(text: str) -> None:
    assert_inert(hostile(text))


# Rich shows `\\[` as `[`, whether escaped or not.
@given(MARKUP.map("".join).map(lambda text: text.replace("\\", "")))
def test_the_terminal_shows_a_headline_as_it_is(text: str) -> None:
    rendered = message(one(title=text), Kind.TERMINAL, NEW_YORK, NOW)

    headline = json.loads(json.dumps(message(one(title=text), Kind.WEBHOOK, NEW_YORK, NOW).data))["title"]
    shown = Text.from_markup(rendered.text, emoji=False).plain.splitlines()[0]
    assert shown.split("Nvidia  ", 1)[1].strip() == (headline or "(no headline)")


def test_the_mail_holds_feed_text_as_text_only() -> None:
    page = Page(message(hostile(HOSTILE[3]), Kind.MAIL, NEW_YORK, NOW).html)

    assert "<script>alert(1)</script><img src=x onerror=alert(1)>{{ 7 * 7 }}{% raw %}" in page.text
    assert "script" not in page.tags
    assert "img" not in page.tags


def test_a_long_sentence_is_shortened_around_the_term() -> None:
    words = "alpha beta gamma delta " * 40
    text = f"First one. {words}Nvidia {words}end. Last one."
    start = text.index("Nvidia")

    shown, (first, last) = excerpt(text, start, start + 6, limit=100)

    assert shown[first:last] == "Nvidia"
    assert len(shown) <= 100
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert all(word in ("alpha", "beta", "gamma", "delta", "Nvidia") for word in shown.strip("…").split())


def test_a_short_sentence_is_shown_whole_on_one_line() -> None:
    text = "First one. The winner\nis Nvidia, they say. Last one."
    start = text.index("Nvidia")

    shown, (first, last) = excerpt(text.replace("\n", " \t "), start + 2, start + 8)

    assert shown == "The winner is Nvidia, they say."
    assert shown[first:last] == "Nvidia"


@given(st.text("ab .\n!?…", max_size=400), st.integers(0, 400), st.integers(1, 60), st.integers(10, 80))
def test_an_excerpt_is_within_its_limit_and_its_mark_within_it(text: str, start: int, length: int, limit: int) -> None:
    start = min(start, len(text))
    end = min(start + length, len(text))

    shown, (first, last) = excerpt(text, start, end, limit)

    assert len(shown) <= limit
    assert 0 <= first <= last <= len(shown)
    assert "\n" not in shown
    if end - start <= limit - 2:
        assert shown[first:last].split() == text[start:end].split()


def test_the_first_sentence_in_the_text_is_shown_rather_than_the_title() -> None:
    assert best(EVIDENCE) == EVIDENCE[2]
    assert best(EVIDENCE[:1]) == EVIDENCE[0]
    assert best(EVIDENCE[3:]) == EVIDENCE[3]
    assert best((EVIDENCE[3], EVIDENCE[0])) == EVIDENCE[0]
