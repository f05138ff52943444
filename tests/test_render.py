import json
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text

from monitor.model import Evidence, Message, Part
from monitor.options import Priority
from monitor.render import Kind, best, excerpt, message
from tests.messages import ALERT, EVIDENCE, NEW_YORK, NOW, PUBLISHED, many, notice, one


def render_text(what: Message, kind: Kind = Kind.TEXT) -> str:
    return message(what, kind, NEW_YORK, NOW).text


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


@pytest.mark.parametrize("kind", list(Kind))
def test_another_name_of_the_firm_is_told_beside_the_term_of_the_watch(kind: Kind) -> None:
    item = Evidence("tickers", "NASDAQ:GOOG", "title", Part.TITLE, 0, 8, "Alphabet")

    rendered = message(replace(one(), alerts=(replace(ALERT, evidence=(item,)),)), kind, NEW_YORK, NOW)

    assert 'ticker NASDAQ:GOOG as "Alphabet" in the title' in rendered.text


def test_the_term_is_marked_in_its_sentence() -> None:
    texts = {kind: message(one(), kind, NEW_YORK, NOW) for kind in Kind}

    assert "“The winner is »Nvidia« (NASDAQ:NVDA), they say.”" in texts[Kind.SLACK].text
    assert "»Nvidia«" in texts[Kind.MAIL].text
    assert ">Nvidia</mark> (NASDAQ:NVDA), they say." in texts[Kind.MAIL].html
    assert "[bold yellow]»Nvidia«[/bold yellow]" in texts[Kind.TERMINAL].text
    assert texts[Kind.WEBHOOK].data["excerpt"] == "The winner is Nvidia (NASDAQ:NVDA), they say."
    assert texts[Kind.WEBHOOK].data["marks"] == [[14, 20]]


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
    long = many(500)

    for kind in Kind:
        rendered = message(long, kind, NEW_YORK, NOW)
        listed = Text.from_markup(rendered.text).plain if kind is Kind.TERMINAL else rendered.text
        listed = listed.replace("\u200b", "")
        count = sum(f"<{n}>" in listed for n in range(500))
        assert 5 < count <= 100
        assert f"nd {500 - count} more" in listed
        assert len(rendered.text) <= (3000 if kind in (Kind.TEXT, Kind.SLACK) else 90_000)
    data = message(long, Kind.WEBHOOK, NEW_YORK, NOW).data
    assert isinstance(data["alerts"], list)
    assert len(data["alerts"]) == 500


def test_a_webhook_carries_the_fields_of_a_single_alert_beside_the_list() -> None:
    data = json.loads(json.dumps(message(one(), Kind.WEBHOOK, NEW_YORK, NOW).data))

    (alert,) = data.pop("alerts")
    assert data.pop("kind") == "alert"
    assert data.pop("message_id") == "1-a1b2c3"
    assert alert == data
    assert data["published"] == "2024-07-23T14:03:00.000Z"
    assert data["first_seen"] == "2024-07-23T14:04:35.000Z"
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


def test_a_list_shows_the_sentences_as_long_as_there_is_room() -> None:
    few, more = (message(many(count), Kind.TEXT, NEW_YORK, NOW).text for count in (3, 12))

    assert few.count("“The winner is »Nvidia« (NASDAQ:NVDA), they say.”") == 3
    assert "winner" not in more
    assert all(f"<\u200b{number}>" in more for number in range(12))


def test_a_digest_says_that_it_is_one() -> None:
    assert message(many(2), Kind.WEBHOOK, NEW_YORK, NOW).data["kind"] == "digest"


def test_a_notice_is_its_lines_in_every_kind() -> None:
    what = notice("The feed Wire is ill\n  HTTP 503 for 2 hours\nmonitor feeds shows more")

    for kind in Kind:
        rendered = message(what, kind, NEW_YORK, NOW)
        assert rendered.title == "news monitor: The feed Wire is ill"
        shown = Text.from_markup(rendered.text).plain if kind is Kind.TERMINAL else rendered.text
        lines = [line.strip() for line in shown.splitlines()]
        if kind is not Kind.NTFY:  # which shows the title above
            assert lines.pop(0).endswith("The feed Wire is ill")
        assert lines == ["HTTP 503 for 2 hours", "monitor feeds shows more"]
        assert not rendered.urgent


def test_a_notice_is_text_for_a_webhook_and_blocks_for_slack() -> None:
    what = notice("The feed Wire is ill\nHTTP 503 for 2 hours")

    data = message(what, Kind.WEBHOOK, NEW_YORK, NOW).data
    assert data == {
        "kind": "notice",
        "message_id": data["message_id"],
        "text": "The feed Wire is ill\nHTTP 503 for 2 hours",
        "alerts": [],
    }
    assert message(what, Kind.SLACK, NEW_YORK, NOW).data["blocks"] == [
        section(
            {"type": "text", "text": "The feed Wire is ill", "style": {"bold": True}},
            {"type": "text", "text": "\nHTTP 503 for 2 hours"},
        )
    ]


@pytest.mark.parametrize("body", ["", "\u200b\n", "<script>\n" * 9000, "\x00"])
def test_a_notice_of_nothing_or_too_much_is_still_a_notice(body: str) -> None:
    for kind in Kind:
        rendered = message(notice(body), kind, NEW_YORK, NOW)
        assert rendered.title.startswith("news monitor: ")
        assert 0 < len(rendered.text) <= 20_000
        assert len(rendered.text) <= 3000 or kind not in (Kind.TEXT, Kind.SLACK)


def test_a_notice_that_may_be_a_repeat_says_so_without_an_alert_id() -> None:
    text = render_text(replace(notice("A dead letter"), possible_repeat=True))

    assert "may be a repeat" in text
    assert "alert id" not in text


def section(*elements: object) -> object:
    return {"type": "rich_text", "elements": [{"type": "rich_text_section", "elements": list(elements)}]}


def small(text: str) -> object:
    return {"type": "context", "elements": [{"type": "plain_text", "emoji": False, "text": text}]}


def test_slack_is_posted_rich_text_with_a_bold_headline_a_quote_and_the_host_that_the_link_leads_to() -> None:
    data = message(one(priority=Priority.URGENT), Kind.SLACK, NEW_YORK, NOW).data

    quote = [
        {"type": "text", "text": "The winner is "},
        {"type": "text", "text": "Nvidia", "style": {"bold": True}},
        {"type": "text", "text": " (NASDAQ:NVDA), they say."},
    ]
    assert data == {
        "text": "Nvidia: Will Nvidia sell more?",
        "unfurl_links": False,
        "unfurl_media": False,
        "blocks": [
            section(
                {"type": "text", "text": "Nvidia", "style": {"code": True}},
                {"type": "text", "text": " urgent\n"},
                {"type": "text", "text": "Will Nvidia sell more?", "style": {"bold": True}},
            ),
            small("Example Wire · tier 1 · published Tue 23 Jul, 10:03 EDT · seen 1m 35s later, matched 2s after that"),
            {"type": "rich_text", "elements": [{"type": "rich_text_quote", "elements": quote}]},
            section({"type": "link", "url": ALERT.url, "text": "Read at wire.example →"}),
            small(
                'Why: company "Nvidia" in the title and the lead; ticker NASDAQ:NVDA in the lead · score 87\n'
                "Alert a1b2c3 · first alert of this story"
            ),
        ],
    }


def test_an_alert_of_a_query_on_what_is_absent_says_so() -> None:
    assert "Why: the query as a whole (score 87)" in render_text(one(evidence=(), excerpt="", marks=()))


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


def test_slack_takes_the_longest_list() -> None:
    brief = many(500, title="x", watch="w", outlet="o", url="", excerpt="", marks=(), published=None)

    blocks = message(brief, Kind.SLACK, NEW_YORK, NOW).data["blocks"]

    assert isinstance(blocks, list)
    assert len(blocks) <= 50
