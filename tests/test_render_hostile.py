"""Text from a feed does nothing in any rendering: no mention, no markup, no header, no link that it chose."""

import io
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import lxml.html
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Console
from rich.text import Text

from monitor.model import Evidence, Hold, Mentions, Message, MessageKind, Occasion, Part, Rendered
from monitor.render import Kind, message
from monitor.text import one_line
from tests.mailbox import Mailbox
from tests.messages import ALERT, NEW_YORK, NOW, many, notice, one
from tests.sending import deliver, mail_to

HOSTILE = {
    "slack mentions": "<!channel> <@U123> <!here|x> <!subteam^S1> <#C1> <!date^1^{date}|x>",
    "slack link": "<http://evil.example|google.com> <mailto:x@evil.example|x>",
    "mentions": "@here @everyone @channel @all @someone",
    "markdown links": "[google.com](http://evil.example) ![x](http://evil.example/pixel) [a][b] <http://evil.example>",
    "markdown": "*bold* **bold** _it_ __it__ ~~gone~~ ||hidden|| `code` ```\nblock\n```",
    "markdown blocks": "# heading\n> quote\n- item",
    "html": "<script>alert(1)</script><img src=x onerror=alert(1)></p></div><style>*{color:red}</style><!-- x",
    "attributes": "\" onmouseover=\"alert(1)\" style='x' ' > < & backslash \\",
    "entities": "&lt;b&gt; &amp;lt; &#60;b&#62; &lt;!channel&gt;",
    "template": "{{ 7 * 7 }}{% raw %}{# x #} ${x} %s {0}",
    "json": '"}, {"type": "broadcast", "range": "channel"}, {"x": "\\"',
    "headers": "title\r\nBcc: victim@example.com\r\n\r\nbody\nSubject: x",
    "line ends": "a\x85b\u2028c\u2029d\x0be\x0cf",
    "bidi": "\u202etxt.exe\u202c \u2066x\u2069 \u200fx \u061c",
    "invisible": "in\u200bvis\u200d\u2060ible \ufeff \xad \U000e0041",
    "ansi": "\x1b[31mred\x1b[0m \x07 \x9b31m \x1b]0;title\x07 \x1b[2J\x00",
    "osc 8": "\x1b]8;;http://evil.example\x1b\\link\x1b]8;;\x1b\\",
    "rich": "[red]x[/red] [link=http://evil.example]x[/link] [/] [@click=quit]x[/] :bomb: [bold",
    "backslashes": "\\\\\\[red]x\\",
    "surrogates": "\ud800 \udfff x",
    "long": "x" * 100_000,
    "long markup": "<@*_`~|[](" * 10_000,
    "long ampersands": "&" * 100_000,
    "long words": "@everyone " * 10_000,
    "javascript": "javascript:alert(1)",
    "data": "data:text/html,<script>alert(1)</script>",
    "nothing": "\u200b",
}
INVISIBLE = re.compile("[\x00-\x09\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")


def hostile(text: str) -> Message:
    evidence = Evidence("companies", text[:200], "text", Part.LEAD, 0, 3, text)
    changes = dict.fromkeys(("id", "title", "outlet", "watch", "url", "excerpt", "reason", "thread"), text)
    return one(
        **changes,
        marks=((1, 3), (2, 900)),
        evidence=(evidence, evidence),
        occasion=Occasion.CORRECTION,
        also=(text,) * 5,
        story=7,
    )


def hostile_messages(text: str) -> list[Message]:
    """The text in one alert, in a digest of one story and of several, and in a notice."""
    alone = replace(hostile(text), hold=Hold.QUIET, reason=text)
    (alert,) = alone.alerts
    story = (alert, replace(alert, watch=f"{text}2"))
    digest = replace(alone, kind=MessageKind.DIGEST, mentions=(Mentions(text, (1, 2, 3)),))
    several = tuple(replace(alert, story=number) for number in range(3))
    return [
        alone,
        replace(digest, alerts=story),
        replace(digest, alerts=several),
        notice(f"The feed {text} is ill\n{text}"),
    ]


def harmless_like(what: Message) -> Message:
    """A message of the same form, without the hostile text: what the templates themselves contain."""
    if not what.alerts:
        return notice("The feed is ill\nit is")
    (alert,) = one(occasion=Occasion.CORRECTION, also=("A", "B"), story=7).alerts
    alerts = (alert,) if len(what.alerts) == 1 else (alert, replace(alert, watch="Other"), replace(alert, story=8))
    mentions = (Mentions("Nvidia", (1, 2, 3)),)
    return replace(many(3), alerts=alerts, hold=Hold.QUIET, reason="quiet until 06:30", mentions=mentions)


def render(what: Message, kind: Kind) -> Rendered:
    return message(what, kind, NEW_YORK, NOW)


def everything_in(value: object) -> Iterator[str]:
    """All strings in a JSON value."""
    if isinstance(value, dict):
        for inner in value.values():
            yield from everything_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from everything_in(inner)
    elif isinstance(value, str):
        yield value


def assert_clean(text: str) -> None:
    assert not INVISIBLE.search(text)
    text.encode()


# ---------------------------------------------------------------- what inert means in each kind


def assert_chat_is_inert(what: Message) -> None:
    rendered = render(what, Kind.TEXT)
    chat = rendered.title + "\n" + rendered.text
    assert_no_markdown(chat)
    assert len(rendered.title) <= 200
    assert len(rendered.text) <= 3000
    assert "\n" not in rendered.title


def assert_no_markdown(text: str) -> None:
    """No mention, no masked link and no emphasis, but for the signs around our own command."""
    assert not re.search(r"[@<][^\s\u200b]", text)
    without = re.sub(r"https?://\S+", "", text).replace("`monitor alerts`", "")
    assert not re.search(r"\][(\[]|~~|\|\||[*`]|(?m:^[#>+-])", without)


def assert_ntfy_is_inert(what: Message) -> None:
    rendered = render(what, Kind.NTFY)
    assert set(rendered.data) <= {"title", "message", "priority", "tags", "click"}
    assert_no_markdown(str(rendered.data["title"]))
    assert_no_markdown(str(rendered.data["message"]))
    assert "\n" not in str(rendered.data["title"])
    assert len(str(rendered.data["message"]).encode()) <= 4096
    assert rendered.data["tags"] in (["newspaper"], ["gear"])
    assert str(rendered.data.get("click", "https://wire.example/")).startswith("https://wire.example/")


def assert_discord_is_inert(what: Message) -> None:
    """Beside the markup of the template itself, none; each form that it may take is listed here."""
    data = render(what, Kind.DISCORD).data
    assert set(data) == {"content", "embeds", "allowed_mentions"}
    assert data["allowed_mentions"] == {"parse": []}
    embeds: Any = data["embeds"]
    assert 0 < len(embeds) <= 10
    for embed in embeds:
        assert set(embed) <= {"color", "author", "description", "footer"}
        assert_clean_json(embed)
    content = str(data["content"])
    assert len(content.encode("utf-16-le")) <= 4000
    ours = r"^`[^`\n]*`|^\*\*.*\*\*$" if what.alerts else "(?!)"
    assert_no_markdown(re.sub(ours, without_signs, content, flags=re.MULTILINE))
    for embed in embeds:
        written = re.sub(r"\[Read at [\w.-]+ →\]\(https://wire\.example/\)", "", embed["description"])
        written = re.sub(r"^> |^\*\*.*\*\*$", without_signs, written, flags=re.MULTILINE)
        written = re.sub(r"\*\*([^*\n]+)\*\*", r"\1", written)
        assert not re.search(r"://", written)
        assert_no_markdown(written)


def without_signs(match: re.Match[str]) -> str:
    """What is emphasised, without the signs at its ends."""
    return match[0].strip("*`> ") or "x"


def assert_clean_json(value: object) -> None:
    for text in everything_in(value):
        assert_clean(text)


def assert_telegram_is_inert(what: Message) -> None:
    """Only the template's own tags, and nothing in the text that Telegram would make a link of."""
    data = render(what, Kind.TELEGRAM).data
    assert set(data) == {"text", "parse_mode", "link_preview_options"}
    assert data["link_preview_options"] == {"is_disabled": True}
    text = str(data["text"])
    tree = lxml.html.fragment_fromstring(text, "p")
    tags = {"p": [], "b": [], "i": [], "u": [], "code": [], "blockquote": [], "a": ["href"]}
    for node in tree.iter():
        assert isinstance(node.tag, str)
        assert node.attrib.keys() == tags[node.tag]
    assert all(link == "https://wire.example/" for _, _, link, _ in tree.iterlinks())
    shown = tree.text_content()
    assert len(shown.encode("utf-16-le")) // 2 <= 4096
    assert not re.search(r"[@<][^\s\u200b]|(?<!\w)[#$/](?=\w)|://|(?<=\w)\.(?=[^\W\d])", shown)
    assert not re.search(r"&(?!lt;|gt;|amp;|quot;|#x27;)", text)


def assert_slack_is_inert(what: Message) -> None:
    data = render(what, Kind.SLACK).data
    assert set(data) == {"text", "blocks", "unfurl_links", "unfurl_media"}
    assert not re.search("[<>]|&(?!lt;|gt;|amp;)", str(data["text"]))
    blocks: Any = data["blocks"]
    assert 0 < len(blocks) <= 50
    assert shapes(blocks) <= shapes(render(harmless_like(what), Kind.SLACK).data["blocks"])
    for text in everything_in(blocks):
        assert 0 < len(text) <= 3000
        assert not re.search(r"[@<][^\s\u200b]", text)
    assert sum(map(len, everything_in(blocks))) <= 12_000


def shapes(value: object) -> set[str]:
    """The kinds of objects in Slack's blocks: their types with the names of their fields and their styles."""
    found: set[str] = set()
    if isinstance(value, dict):
        found.add(f"{value.get('type', '')} {sorted(value)} {value.get('style', '')}")
        for inner in value.values():
            found |= shapes(inner)
    elif isinstance(value, list):
        for inner in value:
            found |= shapes(inner)
    # An alert without a link or a term has fewer elements, and a bold text is one that is not marked.
    return found | {"text ['text', 'type'] "}


def assert_mail_is_inert(what: Message) -> None:
    rendered = render(what, Kind.MAIL)
    assert "\n" not in rendered.title
    assert len(rendered.html) <= 102_000
    tree, expected = (lxml.html.document_fromstring(r.html) for r in (rendered, render(harmless_like(what), Kind.MAIL)))
    assert elements(tree) <= elements(expected)
    links = [address for _, _, address, _ in tree.iterlinks()]
    assert all(address in ("https://wire.example/", "cid:week-1.png@news-monitor") for address in links)


def elements(tree: Any) -> set[str]:
    """Each element with its attributes, except where a link leads to; comments count."""
    return {
        f"{node.tag} {sorted((name, value) for name, value in node.attrib.items() if name != 'href')}"
        for node in tree.iter()
    }


def assert_terminal_is_inert(what: Message) -> None:
    text = render(what, Kind.TERMINAL).text
    ours = {
        "bold black on cyan",
        "bold black on yellow",
        "bold",
        "dim",
        "green",
        "bold yellow",
        "blue underline",
        "yellow",
    }
    parsed = Text.from_markup(text, emoji=False)
    assert {str(span.style) for span in parsed.spans} <= ours
    printed = io.StringIO()
    console = Console(file=printed, force_terminal=True, color_system="truecolor", width=200, legacy_windows=False)
    console.print(text, emoji=False, highlight=False)
    without_colours = re.sub(r"\x1b\[[0-9;]*m", "", printed.getvalue())
    assert_clean(without_colours)
    assert "".join(without_colours.split()) == "".join(parsed.plain.split())


def assert_webhook_is_inert(what: Message) -> None:
    data = json.loads(json.dumps(render(what, Kind.WEBHOOK).data))
    for alert in data["alerts"]:
        assert alert["url"] in ("", "https://wire.example/")
        assert_clean("".join(everything_in(alert | {"evidence": [item["text"] for item in alert["evidence"]]})))


def assert_inert(what: Message) -> None:
    for kind in Kind:
        rendered = render(what, kind)
        assert_clean(rendered.title + rendered.text + rendered.html)
    assert_chat_is_inert(what)
    assert_webhook_is_inert(what)
    assert_slack_is_inert(what)
    assert_discord_is_inert(what)
    assert_telegram_is_inert(what)
    assert_ntfy_is_inert(what)
    assert_mail_is_inert(what)
    assert_terminal_is_inert(what)


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_text_is_inert_in_every_kind(name: str) -> None:
    for what in hostile_messages(HOSTILE[name]):
        assert_inert(what)


MARKUP = st.lists(
    st.sampled_from([*"[]()<>@!|\\/*_~`&\"'#{}%:=^ \n\r\x1b\u200b", "http://a.example", "bold", "x", "red", "link="]),
    max_size=25,
).map("".join)


@example("]\n[http://a.example")
@given(st.one_of(MARKUP, st.text(max_size=60)))
def test_no_text_whatever_becomes_markup(text: str) -> None:
    for what in hostile_messages(text):
        if not what.alerts or "://" not in text:  # an address may be a link, which is tested by itself
            assert_inert(what)


# ---------------------------------------------------------------- and it is still shown


# Rich shows `\\[` as `[`, whether escaped or not.
@given(MARKUP.map(lambda text: text.replace("\\", "")))
def test_the_terminal_shows_a_headline_as_it_is(text: str) -> None:
    rendered = render(one(title=text), Kind.TERMINAL)

    shown = Text.from_markup(rendered.text, emoji=False).plain.splitlines()[0].replace("\u200b", "")
    assert shown.split("Nvidia  ", 1)[1].strip() == (one_line(text) or "(no headline)")


@given(MARKUP)
def test_slack_and_mail_show_a_headline_as_it_is(text: str) -> None:
    expected = one_line(text) or "(no headline)"

    blocks: Any = render(one(title=text), Kind.SLACK).data["blocks"]
    page = lxml.html.document_fromstring(render(one(title=text), Kind.MAIL).html)

    assert blocks[0]["elements"][0]["elements"][2]["text"].replace("\u200b", "") == expected
    assert page.findtext(".//h1") == expected


def test_text_services_get_the_address_unchanged() -> None:
    address = "https://wire.example/__x__/a_b/_next~~x"

    assert address in render(one(url=address), Kind.TEXT).text


# ---------------------------------------------------------------- as it arrives


@pytest.mark.parametrize("name", HOSTILE)
async def test_a_hostile_mail_has_the_headers_and_parts_of_any_other(name: str) -> None:
    alone, _, digest, _ = hostile_messages(HOSTILE[name])

    for what, harmless in ((alone, one(thread="a1")), (digest, harmless_like(digest))):
        with Mailbox() as mailbox:
            await deliver(mail_to(mailbox), render(what, Kind.MAIL))
            await deliver(mail_to(mailbox), render(harmless, Kind.MAIL))

        mail, plain = mailbox.messages
        assert mail.keys() == plain.keys()
        assert [part.get_content_type() for part in mail.walk()] == [part.get_content_type() for part in plain.walk()]
        assert [part.get_filename() for part in mail.walk()] == [part.get_filename() for part in plain.walk()]
        assert [part["Content-ID"] for part in mail.walk()] == [part["Content-ID"] for part in plain.walk()]
        assert mail["To"] == "me@example.com"
        assert mail["Subject"].split() == render(what, Kind.MAIL).title.split()
        for header in ("Message-ID", "References", "In-Reply-To"):
            assert header not in mail or re.fullmatch(r"<[\w-]+@example\.org>", mail[header])


def test_the_alert_that_these_tests_vary_has_the_link_they_expect() -> None:
    assert ALERT.url.startswith("https://wire.example/")
