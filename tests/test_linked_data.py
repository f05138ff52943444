import json
import time
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from monitor.linked_data import MAX_BODY, MAX_OBJECTS, body, dates, objects

TEXT = "Harbor Chips switched on a cluster of accelerators."


def of(*values: Any) -> str:
    return body(objects([json.dumps(value) for value in values]))


@pytest.mark.parametrize(
    "kind",
    [
        "NewsArticle",
        "Article",
        "BlogPosting",
        "ReportageNewsArticle",
        "LiveBlogPosting",
        "https://schema.org/NewsArticle",
        "schema:Report",
        ["WebPage", "NewsArticle"],
    ],
)
def test_body_of_every_kind_of_article_is_read(kind: object) -> None:
    assert of({"@type": kind, "articleBody": TEXT}) == TEXT


@pytest.mark.parametrize("kind", ["WebPage", "Product", "Person", "NewsArticleList", "", None, 5, [None]])
def test_what_is_no_article_has_no_body(kind: object) -> None:
    assert of({"@type": kind, "articleBody": TEXT}) == ""


ARTICLE = {"@type": "NewsArticle", "articleBody": TEXT}


@pytest.mark.parametrize(
    "value",
    [
        [{"@type": "Organization"}, ARTICLE],
        {"@graph": [{"@type": "WebPage", "articleBody": "x"}, ARTICLE]},
        {"@type": "WebPage", "mainEntity": ARTICLE},
        {"@type": "WebPage", "mainEntity": [[ARTICLE]]},
        {"@graph": [{"@type": "WebPage", "mainEntityOfPage": {"mainEntity": ARTICLE}}]},
    ],
)
def test_article_is_found_in_lists_graphs_and_as_the_main_entity(value: object) -> None:
    assert of(value) == TEXT


def test_first_article_with_a_body_counts() -> None:
    assert (
        of({"@type": "Article"}, {"@type": "Article", "articleBody": " "}, ARTICLE, {**ARTICLE, "articleBody": "x"})
        == TEXT
    )


@pytest.mark.parametrize(
    ("written", "plain"),
    [
        ("One.\n\nTwo.\r\n Three.", "One.\nTwo.\nThree."),
        ("<p>One &amp; a half.</p><script>x</script><p>Two.</p>", "One & a half.\nTwo."),
        ("&lt;p&gt;One.&lt;/p&gt;&lt;p&gt;R&amp;amp;D&lt;/p&gt;", "One.\nR&D"),
        ("AT&amp;T \u202eup\u200b 5 < 6", "AT&T up 5 < 6"),
        (["One.", 5, "Two."], "One.\nTwo."),
        ({"@value": "One."}, ""),
        (None, ""),
    ],
)
def test_body_is_plain_text_a_paragraph_a_line(written: object, plain: str) -> None:
    assert of({"@type": "Article", "articleBody": written}) == plain


def test_live_blog_is_its_updates() -> None:
    updates = [{"@type": "BlogPosting", "articleBody": "First."}, None, {"articleBody": "Second."}]

    assert of({"@type": "LiveBlogPosting", "liveBlogUpdate": updates}) == "First.\nSecond."


@pytest.mark.parametrize(
    "wrapped",
    ["<![CDATA[{}]]>", "//<![CDATA[\n{}\n//]]>", "// <![CDATA[\n{}// ]]>", "<!-- {} -->", " {};\n"],
)
def test_what_hides_a_script_from_old_browsers_is_passed_over(wrapped: str) -> None:
    assert body(objects([wrapped.replace("{}", json.dumps(ARTICLE))])) == TEXT


def test_line_breaks_that_json_forbids_are_read() -> None:
    assert body(objects(['{"@type": "Article", "articleBody": "One.\n\tTwo."}'])) == "One.\nTwo."


def test_dates_come_in_the_order_of_the_page() -> None:
    scripts = [
        "{broken",
        json.dumps({"@graph": [{"datePublished": "1"}, {"datePublished": 2}, {"datePublished": "3"}]}),
    ]

    assert dates(objects(scripts)) == ["1", "3"]


@pytest.mark.parametrize(
    "script",
    [
        "[" * 1_000_000,
        '{"@graph":' * 100_000,
        json.dumps([[[[{"@type": "X"}] * 100] * 10] * 10] * 10),
        json.dumps({"@type": "Article", "articleBody": "<p>" * 300_000}),
        json.dumps({"@type": "Article", "articleBody": "<a '" * 300_000}),
        json.dumps({"@type": "Article", "articleBody": "&" * 1_000_000}),
        json.dumps({"@type": ["Article"] * 100_000, "articleBody": ["x"] * 100_000}),
        " " * 1_900_000,
        "9" * 1_000_000,
        '"' + "x" * 3_000_000 + '"',
    ],
    ids=["lists", "graphs", "wide", "tags", "quotes", "references", "names", "blanks", "digits", "size"],
)
def test_hostile_data_costs_little(script: str) -> None:
    started = time.process_time()

    found = list(objects([script] * 25))

    assert len(found) <= MAX_OBJECTS
    assert len(body(found)) <= MAX_BODY
    assert time.process_time() - started < 20


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["@type", "@graph", "mainEntity", "articleBody", "liveBlogUpdate", "datePublished"]), inner
        )
        | inner.map(lambda value: {"@type": "Article", "articleBody": value, "liveBlogUpdate": value})
    ),
    max_leaves=20,
)


@settings(deadline=None)
@given(st.lists(JSON, max_size=3))
def test_any_json_gives_texts(values: list[Any]) -> None:
    found = list(objects([json.dumps(value) for value in values]))

    assert isinstance(body(found), str)
    assert all(isinstance(date, str) for date in dates(found))
