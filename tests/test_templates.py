"""A user's templates: found, tried, made inert, and never in the way of a message."""

import json
import os
from dataclasses import replace
from pathlib import Path

import pytest

from monitor import layout, samples
from monitor.errors import Mistake
from monitor.layout import SYNTAX
from monitor.model import Message, Rendered
from monitor.proofs import problems
from monitor.render import OURS, VALUES, Kind, Templates, forms, message, rendered
from tests.messages import NEW_YORK, NOW, many, notice, one

ROOT = Path(__file__).parent.parent


def render(what: Message, kind: Kind, folder: Path) -> tuple[Rendered, list[str]]:
    """What a message becomes with the templates of a folder, and what was complained of."""
    complaints: list[str] = []
    return message(what, kind, NEW_YORK, NOW, Templates(folder, complaints.append)), complaints


def uses(kind: Kind) -> set[str]:
    return {form.template for form in forms(kind)}


def only(found: list[Mistake]) -> str:
    (mistake,) = found
    return f"{Path(mistake.file).name}: {mistake.key}: {mistake.problem}; {mistake.fix}"


# ---------------------------------------------------------------- in place of ours


def test_a_template_of_the_user_s_takes_the_place_of_ours_and_the_others_stay(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("{% for alert in alerts %}{{ alert.watch }} -> {{ alert.headline }}{% endfor %}")

    text, complaints = render(one(), Kind.TEXT, tmp_path)
    mail, _ = render(one(), Kind.MAIL, tmp_path)

    assert text.text == "Nvidia -> Will Nvidia sell more?"
    assert mail.html == message(one(), Kind.MAIL, NEW_YORK, NOW).html
    assert mail.text.endswith("Nvidia -> Will Nvidia sell more?")
    assert not complaints


def test_an_edited_template_is_taken_up_at_once(tmp_path: Path) -> None:
    file = tmp_path / "ntfy.txt"
    templates = Templates(tmp_path)
    for number in (1, 2):
        file.write_text(f"text {number}")
        os.utime(file, (number, number))
        assert message(one(), Kind.NTFY, NEW_YORK, NOW, templates).text == f"text {number}"


def test_ours_may_be_included_and_extended_by_name(tmp_path: Path) -> None:
    (tmp_path / "terminal.txt").write_text('first\n{% include "text.txt" %}')

    assert render(one(), Kind.TERMINAL, tmp_path)[0].text.startswith("first\nExample Wire (tier 1)")


def test_a_json_template_is_what_is_posted(tmp_path: Path) -> None:
    (tmp_path / "slack.json").write_text('[{"type": "section", "text": {"type": "plain_text", "text": "{{ title }}"}}]')
    (tmp_path / "discord.json").write_text('{"content": "{{ title }}", "embeds": []}')

    slack, discord = (render(one(title='a "b" \\ c'), kind, tmp_path)[0].data for kind in (Kind.SLACK, Kind.DISCORD))

    assert slack["blocks"] == [{"type": "section", "text": {"type": "plain_text", "text": 'Nvidia: a "b" \\ c'}}]
    assert discord == {"content": 'Nvidia: a "b" \\\u200b c', "embeds": [], "allowed_mentions": {"parse": []}}


# ---------------------------------------------------------------- no way around what makes values inert


@pytest.mark.parametrize(
    "written",
    [
        "{{ alert.headline }}",
        "{% autoescape false %}{{ alert.headline }}{% endautoescape %}",
        "{{ alert.headline|e }}",
        "{{ alert.headline|escape|forceescape }}",
        "{{ alert.headline|tojson }}",
        "{% set x = alert.headline %}{{ x }}",
        "{% set x %}{{ alert.headline }}{% endset %}{{ x }}",
        "{% macro m(x) %}{{ x }}{% endmacro %}{{ m(alert.headline) }}",
        '{{ "" ~ alert.headline }}',
        '{{ "%s"|format(alert.headline) }}',
        "{{ [alert.headline]|join }}",
        "{% filter trim %}{{ alert.headline }}{% endfilter %}",
    ],
)
def test_a_template_cannot_forget_to_escape(tmp_path: Path, written: str) -> None:
    for name in SYNTAX:
        (tmp_path / name).write_text("{% if alert %}" + written + "{% endif %}x")
    (tmp_path / "discord.json").write_text('{"content": "' + written.replace('"', "'") + '"}')
    hostile = one(title="<script> <@U1> [red]x[/red]")

    mail, discord, text, terminal = (
        render(hostile, kind, tmp_path) for kind in (Kind.MAIL, Kind.DISCORD, Kind.TEXT, Kind.TERMINAL)
    )

    assert not [complaint for _, complaints in (mail, discord, text, terminal) for complaint in complaints]
    assert mail[0].html == "&lt;script&gt; &lt;@U1&gt; [red]x[/red]x"
    assert discord[0].data["content"] == "<\u200bscript> <\u200b@\u200bU1> [red]x[/red]\u200b"
    assert text[0].text == "<\u200bscript> <\u200b@\u200bU1> [red]x[/red]\u200bx"
    assert "\\[red]x\\[/red]" in terminal[0].text


@pytest.mark.parametrize("filtered", ["safe", "urlize", "xmlattr"])
def test_a_filter_that_would_get_around_it_is_not_there(tmp_path: Path, filtered: str) -> None:
    (tmp_path / "mail.html").write_text("one\n{{ title|" + filtered + " }}")

    assert only(problems(tmp_path)) == (
        f'mail.html: line 2: there is no filter "{filtered}"; delete it: every value is made safe as it is'
    )


@pytest.mark.parametrize(
    "written",
    [
        "{{ alert.__class__.__mro__ }}",
        "{{ ''.__class__.__base__.__subclasses__() }}",
        "{{ alerts.append(1) }}",
        "{{ alert.excerpt.__init__.__globals__ }}",
        "{{ self.__init__.__globals__ }}",
        '{% include "../../config.toml" %}',
        "{% for n in range(10 ** 9) %}{% endfor %}",
    ],
)
def test_a_template_reaches_nothing_but_its_values(tmp_path: Path, written: str) -> None:
    (tmp_path / "text.txt").write_text("{% if alert %}" + written + "{% endif %}x")

    made, complaints = render(one(), Kind.TEXT, tmp_path)

    assert len(complaints) == 1
    assert made == message(one(), Kind.TEXT, NEW_YORK, NOW)


def test_text_from_a_feed_is_no_template(tmp_path: Path) -> None:
    for kind in Kind:
        shown = message(one(title="{{ 7 * 7 }} {% raw %}"), kind, NEW_YORK, NOW)
        assert "49" not in shown.text + shown.html + json.dumps(shown.data)


# ---------------------------------------------------------------- a mistake loses no message


BROKEN = {
    "syntax": "{% if %}",
    "unknown value": "{{ headline }}",
    "unknown field": "{{ alerts[0].headlin }}",
    "raises": "{{ 1 / 0 }}",
    "nothing": "{# nothing #}",
    "too much": "{{ 'x' * 200000 }}",
    "not UTF-8": "\udcff",
    "recursion": "{% include 'NAME' %}",
}


@pytest.mark.parametrize("name", SYNTAX)
@pytest.mark.parametrize("mistake", BROKEN)
def test_a_template_with_a_mistake_is_replaced_by_ours_and_told_of(tmp_path: Path, name: str, mistake: str) -> None:
    written = BROKEN[mistake].replace("NAME", name)
    (tmp_path / name).write_bytes(written.encode(errors="surrogateescape"))

    for kind in [next(kind for kind in Kind if name in uses(kind)), Kind.WEBHOOK]:
        for what in (one(), many(3)):
            made, complaints = render(what, kind, tmp_path)
            assert made == message(what, kind, NEW_YORK, NOW)
            assert len(complaints) == (name in uses(kind))
            assert not any("\n" in complaint for complaint in complaints)
    assert problems(tmp_path)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("slack.json", '{"blocks": []}'),
        ("slack.json", "[]"),
        ("slack.json", '["text"]'),
        ("discord.json", "[]"),
        ("discord.json", "{}"),
        ("discord.json", '{"content": 5}'),
        ("discord.json", '{"content": "{{ \'x\' * 3000 }}"}'),
        ("telegram.html", "<p>{{ title }}</p>"),
        ("telegram.html", "<b>{{ title }}"),
        ("telegram.html", "<b>{{ title }}</i>"),
        ("terminal.txt", "[bold]{{ title }}[/red]"),
    ],
)
def test_what_the_service_would_refuse_is_a_mistake_too(tmp_path: Path, name: str, written: str) -> None:
    (tmp_path / name).write_text(written)
    kind = next(kind for kind in Kind if name in uses(kind))

    made, complaints = render(one(), kind, tmp_path)

    assert made == message(one(), kind, NEW_YORK, NOW)
    assert len(complaints) == 1
    assert problems(tmp_path)


# ---------------------------------------------------------------- check


def test_our_own_templates_pass_the_trial(tmp_path: Path) -> None:
    for name in SYNTAX:
        (tmp_path / name).write_text((ROOT / "monitor" / "templates" / name).read_text())

    assert problems(tmp_path) == []


def test_every_sample_can_be_rendered_by_ours() -> None:
    for what in samples.ALL.values():
        for kind in Kind:
            assert rendered(what, kind, NEW_YORK, samples.NOW, OURS).text


@pytest.mark.parametrize(
    ("name", "written", "words"),
    [
        ("text.txt", "a\n{% if title %}", "text.txt: line 2: it is no jinja2 template: Unexpected end of template."),
        ("text.txt", "a\nb\n{{ alerts[0].headlin }}", 'line 3: there is no "headlin"; did you mean "headline"?'),
        ("text.txt", "{{ tittle }}", 'line 1: there is no "tittle"; did you mean "title"?'),
        ("text.txt", "{{ xyzzy }}", "docs/messages.md lists what a template gets"),
        ("mail.txt", "{% for a in alerts %}\n{{ a.nope.x }}{% endfor %}", "mail.txt: line 2: "),
        ("slack.json", '[{"type": {{ title }}}]', "it gives no JSON"),
        (
            "ntfy.txt",
            "{{ alert.headline }}",
            'line 1: "headline" is not there in every message; write {% if … %} around',
        ),
        ("ntfy.txt", "{{ notice[0] }}", "list object has no element 0, which is not there in every message"),
        ("texts.txt", "x", 'no message has such a template; did you mean "text.txt"?'),
        ("webhook.json", "x", "known are text.txt, mail.txt"),
    ],
)
def test_check_names_file_line_and_fix(tmp_path: Path, name: str, written: str, words: str) -> None:
    (tmp_path / name).write_text(written)

    assert words in only(problems(tmp_path))


def test_a_mistake_in_what_others_include_is_told_once(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("{{ nope }}")
    (tmp_path / "mail.txt").write_text('{% include "text.txt" %}')

    assert only(problems(tmp_path)).startswith('text.txt: line 1: there is no "nope"')


def test_a_mistake_in_one_template_hides_none_in_another(tmp_path: Path) -> None:
    (tmp_path / "text.txt").write_text("{{ nope }}")
    (tmp_path / "slack.json").write_text('[{"type": {{ title }}}]')

    assert [Path(mistake.file).name for mistake in problems(tmp_path)] == ["slack.json", "text.txt"]


def test_a_file_of_parts_to_include_is_no_template(tmp_path: Path) -> None:
    (tmp_path / "_parts.txt").write_text("{% macro shout(text) %}{{ text|upper }}{% endmacro %}")
    (tmp_path / "text.txt").write_text('{% from "_parts.txt" import shout %}{{ shout(title) }}')

    assert problems(tmp_path) == []
    assert render(one(), Kind.TEXT, tmp_path)[0].text == "NVIDIA: WILL NVIDIA SELL MORE?"


def test_a_folder_that_is_not_there_is_a_mistake_and_an_empty_one_is_none(tmp_path: Path) -> None:
    assert "there is no such folder" in only(problems(tmp_path / "nowhere"))
    assert problems(tmp_path) == []


def test_a_template_gets_the_values_that_are_documented(tmp_path: Path) -> None:
    everything = " ".join("{{ " + name + " }}" for name in VALUES)
    (tmp_path / "text.txt").write_text(everything)
    reference = (ROOT / "docs" / "messages.md").read_text()

    for what in (one(), replace(many(2), possible_repeat=True), notice("ill")):
        assert not render(what, Kind.TEXT, tmp_path)[1]
    assert not {name for name in VALUES if f"`{name}`" not in reference}


@pytest.mark.parametrize(
    ("template", "problem"),
    [
        ("{% for a in range(9999) %}{% for b in range(9999) %}x{% endfor %}{% endfor %}", "1,000,000 characters"),
        ("{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}", "longer than 0.2 seconds"),
        ('{{ "x" * 10**10 }}', "numbers up to 1,000"),
    ],
    ids=["long", "endless", "huge"],
)
def test_a_template_without_an_end_is_a_mistake_and_stops_no_message(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, template: str, problem: str
) -> None:
    monkeypatch.setattr(layout, "SECONDS", 0.2 if "seconds" in problem else 5.0)
    (tmp_path / "text.txt").write_text(template)

    assert problem in only(problems(tmp_path))
    sent, complaints = render(one(), Kind.TEXT, tmp_path)

    assert sent.text == message(one(), Kind.TEXT, NEW_YORK, NOW).text
    assert len(complaints) == 1
