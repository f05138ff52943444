"""What messages of several alerts say, and repeats: in every kind."""

import io
import json
import time
from dataclasses import replace
from datetime import timedelta

import lxml.html
import pytest
from PIL import Image
from rich.text import Text

from monitor import chart, samples
from monitor.model import Hold, Mentions, Message, MessageKind, Occasion, Rendered
from monitor.options import Priority
from monitor.render import Kind, message
from tests.messages import ALERT, NEW_YORK, NOW, many, notice, one

REPEAT = replace(
    ALERT,
    id="beef01",
    occasion=Occasion.CONFIRMED,
    reason="confirmed by Example Wire (tier 1)",
    also=("Reuters", "CNBC", "The Register", "Tape & Tally", "Model Notes", "Chip Letter"),
    story=4,
    thread="5f0c9a7be1",
)
RICH = (Kind.SLACK, Kind.DISCORD, Kind.TELEGRAM)


def render(what: Message, kind: Kind) -> Rendered:
    return message(what, kind, NEW_YORK, NOW)


def said(what: Message, kind: Kind) -> list[str]:
    """Each form that a message of this kind has, as words: the text, and what the service is posted or shows."""
    rendered = render(what, kind)
    text = Text.from_markup(rendered.text).plain if kind is Kind.TERMINAL else rendered.text
    forms = [text]
    if kind in RICH or kind is Kind.NTFY:
        forms.append(json.dumps(rendered.data, ensure_ascii=False))
    if rendered.html:
        forms.append(lxml.html.document_fromstring(rendered.html).text_content())
    return [" ".join(form.replace("\u200b", "").replace("&amp;", "&").split()) for form in forms]


@pytest.mark.parametrize("kind", list(Kind))
def test_a_repeat_says_what_it_is_why_and_who_else_has_it(kind: Kind) -> None:
    for words in said(Message(1, "desk", (REPEAT,)), kind):
        assert "confirmed" in words.lower().replace("confirmed by", "")
        assert "confirmed by Example Wire (tier 1)" in words
        assert "also: Reuters, CNBC and 4 more" in words
    assert render(Message(1, "desk", (REPEAT,)), kind).title == "Nvidia (confirmed): Will Nvidia sell more?"


@pytest.mark.parametrize("kind", list(Kind))
def test_nobody_else_is_named_where_nobody_else_has_it(kind: Kind) -> None:
    assert not any("also:" in words for what in (one(), many(3)) for words in said(what, kind))


@pytest.mark.parametrize(
    ("also", "words"),
    [(("A",), "also: A"), (("A", "B"), "also: A and B"), (("A", "B", "C"), "also: A, B and C"), (("",), "(no name)")],
)
def test_up_to_three_outlets_are_all_named(also: tuple[str, ...], words: str) -> None:
    assert words in render(one(also=also), Kind.TEXT).text


@pytest.mark.parametrize("kind", list(Kind))
def test_one_story_of_two_watches_is_one_item_that_names_both_and_their_ids(kind: Kind) -> None:
    other = replace(REPEAT, id="beef02", watch="GPU clusters", occasion=Occasion.FIRST)
    what = Message(1, "desk", (other, REPEAT), kind=MessageKind.DIGEST)

    rendered = render(what, kind)

    assert rendered.title == "2 alerts: Nvidia"
    for words in said(what, kind):
        assert words.count("Will Nvidia sell more?") == 1
        assert "GPU clusters" in words
        assert "beef01" in words
        assert "beef02" in words


@pytest.mark.parametrize("kind", list(Kind))
def test_a_single_alert_that_waited_says_what_for(kind: Kind) -> None:
    held = replace(one(), hold=Hold.QUIET, reason="quiet until 06:30")

    for words in said(held, kind):
        assert "While you were quiet" in words
        assert "quiet until 06:30" in words


@pytest.mark.parametrize("kind", list(Kind))
def test_a_digest_says_what_it_is_why_and_how_many_stories_it_holds(kind: Kind) -> None:
    held = replace(many(3), hold=Hold.QUIET, reason="quiet until 06:30")
    held = replace(held, alerts=tuple(replace(alert, story=1) for alert in held.alerts[:2]) + held.alerts[2:])

    assert render(held, kind).title == "While you were quiet: 3 alerts (Nvidia)"
    for words in said(held, kind):
        assert "quiet until 06:30 · 2 stories" in words


def test_a_list_that_was_held_on_purpose_does_not_say_of_each_alert_how_late_it_is() -> None:
    later = NOW + timedelta(hours=8)

    for kind in Kind:
        assert "after the match" in message(many(2), kind, NEW_YORK, later).text or kind is Kind.NTFY
        assert "after th" not in message(replace(many(2), hold=Hold.QUIET), kind, NEW_YORK, later).text


@pytest.mark.parametrize("kind", list(Kind))
def test_a_storm_is_rendered_at_once_and_counts_what_it_does_not_list(kind: Kind) -> None:
    storm = samples.storm(1981)
    started = time.perf_counter()

    rendered = render(storm, kind)

    assert time.perf_counter() - started < 3  # it takes 0.2 s
    assert rendered.title.startswith("And 1981 more this hour")
    for words in said(storm, kind):
        listed = sum(f"{number:010x}" in words for number in range(1, 1982))
        assert 0 < listed <= 100
        assert f"nd {1981 - listed} more" in words
    if kind is Kind.WEBHOOK:
        alerts = rendered.data["alerts"]
        assert isinstance(alerts, list)
        assert len(alerts) == 1981


# ---------------------------------------------------------------- limits and loudness


def test_what_discord_telegram_and_ntfy_get_stays_within_their_limits() -> None:
    for what in (samples.storm(), many(30, title="\U0001f600" * 150, excerpt="&<@*" * 150), notice("@" * 30_000)):
        discord = render(what, Kind.DISCORD)
        embeds = discord.data["embeds"]
        assert isinstance(embeds, list)
        assert len(embeds) <= 10
        assert len(str(discord.data["content"]).encode("utf-16-le")) <= 4000
        assert sum(len(json.dumps(embed, ensure_ascii=False).encode("utf-16-le")) // 2 for embed in embeds) <= 6600
        assert len(discord.title) + len(discord.text) <= 2000
        text = str(render(what, Kind.TELEGRAM).data["text"])
        assert len(lxml.html.fragment_fromstring(text, "p").text_content().encode("utf-16-le")) // 2 <= 4096
        ntfy = render(what, Kind.NTFY)
        assert len(str(ntfy.data["message"]).encode()) <= 4096
        assert len(json.dumps(ntfy.data)) <= 8192


@pytest.mark.parametrize(("priority", "loud"), [(Priority.URGENT, 5), (Priority.NORMAL, 3), (Priority.LOW, 2)], ids=str)
def test_ntfy_is_as_loud_as_the_alert_and_a_tap_leads_to_the_article(priority: Priority, loud: int) -> None:
    data = render(one(priority=priority), Kind.NTFY).data

    assert data["priority"] == loud
    assert data["click"] == ALERT.url
    assert "click" not in render(many(2), Kind.NTFY).data
    assert "click" not in render(one(url="javascript:alert(1)"), Kind.NTFY).data


def test_a_list_is_as_loud_as_its_loudest() -> None:
    low, urgent = (one(priority=priority).alerts for priority in (Priority.LOW, Priority.URGENT))

    assert render(replace(many(2), alerts=low + urgent), Kind.NTFY).data["priority"] == 5
    assert render(replace(many(2), alerts=low + low), Kind.NTFY).data["priority"] == 2
    assert render(notice("ill"), Kind.NTFY).data["priority"] == 3


# ---------------------------------------------------------------- the week


WEEK = Mentions("Nvidia", (14, 9, 0, 4, 3, 12, 19))


def test_a_digest_by_mail_has_a_chart_for_each_watch_and_the_numbers_in_its_text() -> None:
    rendered = render(replace(many(2), mentions=(WEEK, Mentions("Quiet one", (0,) * 7))), Kind.MAIL)

    assert "▆▄▁▂▂▅█  Nvidia: 19 today, 61 in all (14, 9, 0, 4, 3, 12, 19)" in rendered.text
    assert "▁▁▁▁▁▁▁  Quiet one: 0 today, 0 in all" in rendered.text
    pictures = lxml.html.document_fromstring(rendered.html).findall(".//img")
    assert [picture.get("alt") for picture in pictures] == ["14 9 0 4 3 12 19", "0 0 0 0 0 0 0"]
    assert [picture.get("src") for picture in pictures] == [f"cid:{name}" for name in rendered.images]
    assert all(image.startswith(b"\x89PNG") and len(image) < 1000 for image in rendered.images.values())


def test_without_mentions_there_is_no_chart() -> None:
    for mentions in ((), (Mentions("Nvidia", ()),)):
        rendered = render(replace(many(2), mentions=mentions), Kind.MAIL)
        assert not rendered.images
        assert "<img" not in rendered.html
        assert "Articles found" not in rendered.text


def test_only_mails_are_drawn_for() -> None:
    assert not any(render(replace(many(2), mentions=(WEEK,)), kind).images for kind in Kind if kind is not Kind.MAIL)
    assert render(replace(many(2), mentions=(WEEK,)), Kind.WEBHOOK).data["mentions"] == [
        {"watch": "Nvidia", "counts": [14, 9, 0, 4, 3, 12, 19]}
    ]


def test_a_chart_has_no_background_and_a_bar_as_high_as_each_day() -> None:
    picture = Image.open(io.BytesIO(chart.png((4, 0, 2)))).convert("RGBA")

    width, height = picture.size
    assert chart.size((4, 0, 2)) == (width // 2, height // 2)
    alphas = [[picture.getpixel((x, y))[3] for y in range(height)] for x in (5, 35, 65)]  # type: ignore[index]
    assert [sum(alpha > 0 for alpha in column) for column in alphas] == [height, 4, height // 2]


# ---------------------------------------------------------------- names of messages


def test_a_message_has_the_same_id_at_each_attempt_and_another_in_another_database() -> None:
    first = render(one(), Kind.MAIL)

    assert first.id == "1-a1b2c3"
    assert render(replace(one(), attempts=3, possible_repeat=True), Kind.MAIL).id == first.id
    assert render(one(id="d4e5f6"), Kind.MAIL).id != first.id
    assert render(replace(one(), id=2), Kind.MAIL).id != first.id


def test_a_notice_is_known_by_its_words() -> None:
    ids = {render(what, Kind.MAIL).id for what in (notice("ill"), notice("well"), replace(notice("ill"), channel="b"))}

    assert len(ids) == 3
    assert all(name.startswith("1-") and name.isascii() for name in ids)


def test_only_the_thread_of_a_single_alert_is_that_of_the_message() -> None:
    assert render(Message(1, "desk", (REPEAT,)), Kind.MAIL).thread == "5f0c9a7be1"
    assert render(Message(1, "desk", (REPEAT, REPEAT)), Kind.MAIL).thread == ""
    assert render(notice("ill"), Kind.MAIL).thread == ""


@pytest.mark.parametrize("hostile", ["a>\r\nBcc: x@evil.example", "a.b", "<x@y>", "ü", "x" * 100, "\ud800"])
def test_an_odd_id_or_thread_becomes_a_sum_of_it(hostile: str) -> None:
    rendered = render(one(id=hostile, thread=hostile), Kind.MAIL)

    assert rendered.thread.isalnum()
    assert rendered.id == f"1-{rendered.thread}"
