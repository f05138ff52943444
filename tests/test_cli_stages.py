"""The commands that run one stage, as real processes."""

import io
import json
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.cli import json_lines
from monitor.errors import UsageError
from tests.house import ENVIRON, NVIDIA, plain

PAGES = Path(__file__).parent / "data" / "pages"
ARTICLE = {"id": 1, "title": "Nvidia opens a plant", "text": "Nvidia (NASDAQ: NVDA) opened a plant."}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "watches.toml").write_text(NVIDIA)
    return tmp_path


def monitor(folder: Path, *arguments: str, stdin: bytes = b"") -> tuple[int, list[Any], list[str]]:
    """The exit code, the JSON lines on standard output and the lines on standard error."""
    done = subprocess.run(
        [sys.executable, "-m", "monitor", *arguments],
        cwd=folder,
        env=ENVIRON,
        input=stdin,
        capture_output=True,
        timeout=50,
        check=False,
    )
    return (
        done.returncode,
        [json.loads(line) for line in done.stdout.decode().splitlines()],
        plain(done.stderr.decode()).splitlines(),
    )


def match(folder: Path, articles: str | bytes) -> tuple[int, list[Any], list[str]]:
    """`monitor match` of these articles from standard input: exit code, ids, complaints."""
    stdin = articles.encode() if isinstance(articles, str) else articles
    code, found, complaints = monitor(folder, "match", "--watchlist", "watches.toml", "--json", "-", stdin=stdin)
    return code, [each["id"] for each in found], complaints


def test_watch_that_fires_is_printed_with_its_evidence(folder: Path) -> None:
    (folder / "articles.ndjson").write_text(f'{json.dumps(ARTICLE)}\n\n{{"id": "b"}}\n')

    code, found, complaints = monitor(folder, "match", "-w", "watches.toml", "articles.ndjson", "--json")

    assert (code, complaints) == (0, [])
    assert [each["id"] for each in found] == [1, "b"]
    assert found[1]["matches"] == []
    for item in found[0]["matches"][0]["evidence"]:
        assert item["text"] == str(ARTICLE[item["field"]])[item["start"] : item["end"]]


@pytest.mark.parametrize("before", ["", "\n \n", "\ufeff"])
def test_object_over_several_lines_is_one_article(folder: Path, before: str) -> None:
    assert match(folder, before + json.dumps(ARTICLE, indent=2) + "\n") == (0, [1], [])


@pytest.mark.parametrize(
    ("first", "reason"),
    [
        ("nonsense", "-:1: this is no JSON object: Expecting value"),
        ('{"id": 0,', "-:1: this is no JSON object: Expecting property name"),
        ("{", "-:1: this is no JSON object: Expecting property name"),
        ("[1, 2]", "-:1: this is no JSON object but an array; write one object per line"),
        ("5", '-:1: this is no JSON object; write {"title"'),
        ('{"id": 0, "text": "cut off', "-:1: this is no JSON object: "),
        ('{"title": 5}', '-:1: "title" is no text'),
        ('{"id": 1e999}', '-:1: "id" holds a number that JSON has not'),
        ('{"id": {"a": [NaN]}}', '-:1: "id" holds a number that JSON has not'),
        ('{"id": [-Infinity, "\\ud800"]}', '-:1: "id" holds a number that JSON has not'),
    ],
)
def test_bad_first_line_is_named_and_the_others_are_matched(folder: Path, first: str, reason: str) -> None:
    code, ids, complaints = match(folder, f'{first}\n{json.dumps(ARTICLE)}\n{{"id": 3\n\n{{"id": 5}}')

    assert (code, ids) == (1, [1, 5])
    assert len(complaints) == 2
    assert complaints[0].startswith(f"monitor: {reason}")
    assert complaints[1].startswith("monitor: -:3: this is no JSON object")


def test_array_over_several_lines_is_told_once(folder: Path) -> None:
    code, ids, complaints = match(folder, json.dumps([ARTICLE, ARTICLE], indent=2))

    assert (code, ids) == (1, [])
    assert complaints == ["monitor: -:1: this is no JSON object but an array; write one object per line"]


def test_id_nested_however_deep_is_read_or_refused() -> None:
    for depth in range(1_100):
        line = f'{{"id": {"[" * depth}{"]" * depth}}}'
        with suppress(UsageError):
            assert "id" in json_lines.values(line)


@pytest.mark.parametrize("before", ["", '{"id": 0}\n\n', "{\n"])
def test_line_that_is_too_long_is_one_error_with_its_number(folder: Path, before: str) -> None:
    longest = json.dumps({"id": 1, "url": ""})
    longest = longest.replace('""', f'"{"x" * (json_lines.LONGEST - len(longest))}"')
    too_long = json.dumps({"id": 2, "url": "x" * (2 * json_lines.LONGEST)})

    code, ids, complaints = match(folder, f'{before}{too_long}\n{longest}\n{{"id": 3}}\n{longest} \n{{"id": 4}}')

    first = before.count("\n") + 1
    assert (code, [each for each in ids if each]) == (1, [1, 3, 4])
    assert [each for each in complaints if "Expecting" not in each] == [
        f"monitor: -:{number}: line is longer than 10,000,000 characters" for number in (first, first + 3)
    ]


@settings(max_examples=500)
@given(st.lists(st.text("{}1 ", max_size=14), max_size=7).map("\n".join))
def test_lines_are_numbered_as_in_the_file_whatever_their_length(content: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_lines, "LONGEST", 5)

        found = list(json_lines.read(io.StringIO(content)))

    lines = enumerate(content.split("\n"), start=1)
    wanted = [(number, line if len(line) <= 5 else None) for number, line in lines if line.strip() or len(line) > 5]
    whole = len(found) == 1 and (found[0][1] or "").strip() == content.strip()
    assert whole or [(number, line and line.removesuffix("\n")) for number, line in found] == wanted


def test_short_html_is_matched_as_plain_text(folder: Path) -> None:
    articles = [
        {"id": 1, "title": "Nvidia rises", "html": "<p>Short text.</p>"},
        {"id": 2, "title": "A plant", "html": "<h1>A  Plant</h1><script>x</script><p>AT&amp;T</p><p>Nvidia rose.</p>"},
        {"id": 3, "title": "Nvidia falls", "html": " "},
        {"id": 4, "html": "<head><title>Nvidia</title></head>"},
    ]
    stdin = "\n".join(map(json.dumps, articles)).encode()

    code, found, complaints = monitor(folder, "match", "-w", "watches.toml", "--json", "-", stdin=stdin)

    assert (code, complaints) == (0, [])
    assert [(each["title"], each["text"]) for each in found] == [
        ("Nvidia rises", "Short text."),
        ("A plant", "AT&T\nNvidia rose."),
        ("Nvidia falls", ""),
        ("", "Nvidia"),
    ]
    for each in found:
        for item in each["matches"][0]["evidence"]:
            assert each[item["field"]][item["start"] : item["end"]] == item["text"] == "Nvidia"


@pytest.mark.parametrize(
    ("html", "reason"),
    [
        ("%PDF-1.7", "this is no web page (it looks like a PDF)"),
        ("<p>Please log in.</p>", "no article text: this looks like a login or subscription page"),
    ],
)
def test_html_that_is_no_article_is_an_error(folder: Path, html: str, reason: str) -> None:
    assert match(folder, json.dumps({"title": "Nvidia rises", "html": html})) == (1, [], [f"monitor: -:1: {reason}"])


def test_characters_that_are_none_harm_no_other_article(folder: Path) -> None:
    articles = b'{"id": "\\ud800", "title": "\\uDC00"}\n{"id": "\xff"}\n{"id": "\\ud83d\\ude00"}'

    assert match(folder, articles) == (0, ["?", "\ufffd", "\U0001f600"], [])


def test_articles_are_matched_as_they_arrive(folder: Path) -> None:
    command = [sys.executable, "-u", "-m", "monitor", "match", "-w", "watches.toml", "--json", "-"]
    with subprocess.Popen(command, cwd=folder, env=ENVIRON, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin
        assert process.stdout
        process.stdin.write(b'{"id": 1}\n')
        process.stdin.flush()

        first = json.loads(process.stdout.readline())

    assert first["id"] == 1


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (
            ("-",),
            "config.toml: there is no such file; `monitor init` writes one, --config FILE names another,"
            " and --watchlist FILE matches against the watches in a file",
        ),
        (("-w", "none.toml", "-"), "none.toml: there is no such file"),
        (("-w", ".", "-"), ".: it is a folder; name a file"),
        (("-w", "broken.toml", "-"), "broken.toml: "),
        (("-w", "watches.toml", "none.ndjson"), "none.ndjson cannot be read: No such file or directory"),
        (("-w", "watches.toml", "."), ". cannot be read: Is a directory"),
    ],
)
def test_match_without_its_files_says_so_in_one_line(folder: Path, arguments: tuple[str, ...], complaint: str) -> None:
    (folder / "broken.toml").write_text("[nonsense")

    code, found, complaints = monitor(folder, "match", *arguments, stdin=json.dumps(ARTICLE).encode())

    assert (code, found) == (2, [])
    assert len(complaints) == 1
    assert complaints[0].startswith(f"monitor: {complaint}")


def test_saved_page_is_shown_with_the_address_that_it_names(folder: Path) -> None:
    page = (PAGES / "article.html").read_text().replace('href="/2024/', 'href="https://harborhill.example/2024/')
    (folder / "page.html").write_text(page)

    code, found, complaints = monitor(folder, "extract", "page.html", "--json")

    assert (code, complaints) == (0, [])
    assert found[0]["url"] == "https://harborhill.example/2024/07/23/harbor-chips?utm_source=self"


def test_file_that_is_no_page_is_named_and_the_others_are_read(folder: Path) -> None:
    (folder / "report.pdf").write_bytes(b"%PDF-1.7\n")
    (folder / "page.html").write_bytes((PAGES / "article.html").read_bytes())

    code, found, complaints = monitor(folder, "extract", "report.pdf", "page.html", "--json")

    assert (code, len(found)) == (1, 1)
    assert complaints == ["monitor: report.pdf: this is no web page (it looks like a PDF)"]


def test_feed_is_printed_with_its_entries(folder: Path) -> None:
    item = "<item><guid>g1</guid><link>https://harborhill.example/a</link><title>Cluster opens</title></item>"
    (folder / "feed.xml").write_text(f"<rss version='2.0'><channel><title>Harbor</title>{item}</channel></rss>")

    code, found, _ = monitor(folder, "parse", "feed.xml", "--json")

    assert code == 0
    assert found == [
        {
            "input": "feed.xml",
            "title": "Harbor",
            "link": "",
            "entries": [
                {
                    "guid": "g1",
                    "link": "https://harborhill.example/a",
                    "title": "Cluster opens",
                    "summary": "",
                    "published": None,
                    "content": "",
                    "related": "",
                }
            ],
            "problems": [],
        }
    ]


FEED = "<rss version='2.0'><channel><title>{}</title><item><title>Cluster opens</title></item></channel></rss>"


def test_feeds_come_in_order_and_broken_ones_cost_only_themselves(folder: Path) -> None:
    files = {
        "1.xml": FEED.format("One").encode(),
        "2.xml": b"",
        "3.xml": b"<html>down</html>",
        "4.xml": FEED.format("Four &#x110000;").encode(),
        "5.json": b'{"version": "https://jsonfeed.org/version/1.1", "title": "Five", "items": [{"id": 1}, 2]}',
        "6.png": b"\x89PNG\r\n\x1a\n",
    }
    for name, data in files.items():
        (folder / name).write_bytes(data)

    code, found, complaints = monitor(folder, "parse", "--json", *files)

    assert (code, [each["title"] for each in found]) == (1, ["One", "Four \ufffd", "Five"])
    assert [each["problems"] for each in found][1:] == [
        ["characters or elements that cannot be read were dropped"],
        ["1 items that are no objects were dropped"],
    ]
    assert complaints == [
        "monitor: 2.xml: the answer is empty",
        "monitor: 3.xml: this is a web page, not a feed",
        "monitor: 6.png: this is no feed: no RSS, Atom, RDF or JSON Feed in it",
    ]


def test_problems_are_shown_to_people_too(folder: Path) -> None:
    (folder / "feed.xml").write_text(FEED.format("One").partition("</channel>")[0])

    done = subprocess.run(
        [sys.executable, "-m", "monitor", "parse", "feed.xml"], cwd=folder, env=ENVIRON, capture_output=True, check=True
    )

    assert "Cluster opens" in done.stdout.decode()
    assert "problem: not well-formed: no element found" in done.stdout.decode()


def test_standard_input_is_read_as_a_feed_and_as_a_page(folder: Path) -> None:
    page = (PAGES / "article.html").read_bytes()

    assert monitor(folder, "parse", "--json", "-", stdin=FEED.format("One").encode())[1][0]["title"] == "One"
    assert monitor(folder, "extract", "--json", "-", stdin=page)[1][0]["title"] == "Harbor Chips Opens Memphis Cluster"
    assert monitor(folder, "parse", "-") == (1, [], ["monitor: -: the answer is empty"])
