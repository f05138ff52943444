"""robots.txt as RFC 9309 reads it, and whatever else stands at that address."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.robots import READ_AT_MOST, parse, token

US = "news-monitor"


def allowed(text: str, path: str, robot: str = US) -> bool:
    return parse(text.encode(), robot).allows(path)


def for_all(*rules: str) -> str:
    return "\n".join(["User-agent: *", *rules])


# ---------------------------------------------------------------- whose rules


OF_THREE = """
User-agent: otherbot
Disallow: /

user-agent: News-Monitor/2.0   # any version
Disallow: /ours

User-Agent: *
Disallow: /all
"""


@pytest.mark.parametrize(
    ("robot", "path", "may"),
    [
        ("otherbot", "/x", False),
        (US, "/ours/x", False),
        (US, "/all", True),
        ("someone", "/all", False),
        ("someone", "/ours", True),
        ("news", "/ours", True),
    ],
)
def test_the_group_that_names_a_robot_counts_and_else_the_one_for_all(robot: str, path: str, may: bool) -> None:
    assert allowed(OF_THREE, path, robot) is may


def test_groups_of_one_robot_are_one() -> None:
    text = "User-agent: news-monitor\nDisallow: /a\nUser-agent: x\nDisallow: /b\nUser-agent: NEWS-MONITOR\nDisallow: /c"

    assert [allowed(text, path) for path in ("/a", "/b", "/c")] == [False, True, False]


def test_a_group_may_name_several_robots_also_across_lines_that_mean_nothing() -> None:
    text = "User-agent: a\nSitemap: https://x.example/s.xml\n\nCrawl-delay: 9\nUser-agent: news-monitor\nDisallow: /x"

    assert [allowed(text, "/x", robot) for robot in ("a", US, "b")] == [False, False, True]


def test_a_group_without_rules_allows_its_robot_everything() -> None:
    assert allowed("User-agent: *\nDisallow: /\n\nUser-agent: news-monitor\n", "/x")


def test_rules_before_any_group_are_nobodys() -> None:
    assert allowed("Disallow: /\nUser-agent: x\nDisallow: /", "/x")


@pytest.mark.parametrize(
    ("user_agent", "called"),
    [
        ("news-monitor/0.1.0 (+desk@example.com)", US),
        ("Mozilla/5.0 (X11)", "mozilla"),
        ("My Desk", "my desk"),
        ("", ""),
    ],
)
def test_a_robot_is_called_by_what_stands_before_its_version(user_agent: str, called: str) -> None:
    assert token(user_agent) == called


# ---------------------------------------------------------------- which rule


@pytest.mark.parametrize(
    ("rules", "path", "may"),
    [
        (["Disallow: /"], "/x", False),
        (["Disallow: /"], "", False),
        (["Disallow:"], "/x", True),
        (["Disallow: /a"], "/abc", False),
        (["Disallow: /a"], "/A", True),
        (["Disallow: /a", "Allow: /ab"], "/abc", True),
        (["Allow: /a", "Disallow: /ab"], "/abc", False),
        (["Disallow: /ab", "Allow: /ab"], "/abc", True),
        (["Allow: /page", "Disallow: /*.htm"], "/page.htm", False),
        (["Disallow: /", "Allow: /$"], "/", True),
        (["Disallow: /", "Allow: /$"], "/x", False),
        (["Disallow: /robots.txt", "Disallow: /"], "/robots.txt", True),
        (["disallow : /a"], "/a", False),
        (["DISALLOW:/a # why"], "/a", False),
        (["Dissalow: /a", "no colon", ": /a", "Noindex: /a"], "/a", True),
        (["Disallow: private"], "/private", True),
    ],
)
def test_the_longest_rule_decides_and_allow_wins_a_tie(rules: list[str], path: str, may: bool) -> None:
    assert allowed(for_all(*rules), path) is may


@pytest.mark.parametrize(
    ("pattern", "fits", "does_not"),
    [
        ("/fish*", ["/fish", "/fish.html", "/fishheads/yummy.html?x=1"], ["/Fish", "/a/fish"]),
        ("/*.php", ["/a.php", "/a/b.php?c", "/.phpx"], ["/", "/a.PHP"]),
        ("/*.php$", ["/a.php", "/a.php/b.php"], ["/a.php?x", "/a.php/", "/a.php5"]),
        ("/a*b*c$", ["/abc", "/axbxc", "/abcbc", "/abc/c"], ["/acb", "/abcx", "/ac"]),
        ("/a*a$", ["/aa", "/aaa"], ["/a"]),
        ("/a**b", ["/ab", "/axb"], ["/a"]),
        ("*/private", ["/private", "/x/private/y"], ["/privat"]),
        ("/a$b", ["/a$b", "/a%24bc"], ["/a", "/ab"]),
        ("/a*$", ["/a", "/ab"], ["/b"]),
        ("/a%2A", ["/a*", "/a%2ab"], ["/a", "/ab"]),
        ("/*?*id=", ["/a?id=1", "/a?b=2&id=3"], ["/a", "/id=1"]),
    ],
)
def test_asterisks_stand_for_anything_and_a_dollar_for_the_end(
    pattern: str, fits: list[str], does_not: list[str]
) -> None:
    text = for_all(f"Disallow: {pattern}")

    assert [path for path in [*fits, *does_not] if not allowed(text, path)] == fits


@pytest.mark.parametrize(
    ("pattern", "path"),
    [
        ("/caf\u00e9", "/caf%C3%A9"),
        ("/caf%c3%a9", "/caf\u00e9"),
        ("/%7Ejoe", "/~joe"),
        ("/~joe", "/%7ejoe"),
        ("/a%2fb", "/a%2Fb"),
        ("/a b", "/a%20b"),
        ("/100%", "/100%25"),
    ],
)
def test_percent_encoding_makes_no_difference(pattern: str, path: str) -> None:
    assert not allowed(for_all(f"Disallow: {pattern}"), path)


def test_an_encoded_slash_is_no_slash() -> None:
    assert allowed(for_all("Disallow: /a%2Fb"), "/a/b")


# ---------------------------------------------------------------- what else stands there


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_end_in_every_way_and_a_byte_order_mark_is_no_part_of_them(end: str) -> None:
    body = b"\xef\xbb\xbf" + end.join(["User-agent: *", "Disallow: /a", ""]).encode()

    assert not parse(body, US).allows("/a")


@pytest.mark.parametrize("body", [b"", b"\x00\xff\xfe", b"<!doctype html><title>Not found: 404</title>", b"User-agent"])
def test_what_is_no_robots_txt_allows_everything(body: bytes) -> None:
    assert parse(body, US).allows("/x")


def test_only_the_beginning_of_a_huge_file_is_read_and_no_half_of_a_line() -> None:
    head, line = "User-agent: *\nDisallow: /a\n", "Disallow: /long"
    comment = "#" + "x" * (READ_AT_MOST - len(head) - len(line) - 1) + "\n"
    body = (head + comment + line + "er-path\nDisallow: /b\n").encode()

    rules = parse(body, US)

    assert [rules.allows(path) for path in ("/a", "/long", "/b")] == [False, True, True]


HOSTILE = {
    "stars and an end": lambda number: "/" + "*a" * 60 + f"{number}$",
    "stars alone": lambda number: "*" * 60 + f"{number}",
    "long parts": lambda number: "/*" + "a" * 900 + f"b{number}",
    "ends alike": lambda number: f"/*b{number}" + "a" * 600,
    "plain": lambda number: f"/a{number}",
    "encoded": lambda number: "/" + "%41" * 300 + f"{number}",
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_file_against_the_longest_address_takes_no_time(kind: str) -> None:
    lines = (f"Disallow: {HOSTILE[kind](number)}" for number in range(60_000))
    body = for_all(*lines).encode()[:READ_AT_MOST]

    started = time.process_time()
    rules = parse(body, US)
    parsed = time.process_time()
    rules.allows("/" + "a" * 8_190)
    tried = time.process_time()

    assert parsed - started < 1.5
    assert tried - parsed < 0.3


def test_a_single_line_of_asterisks_takes_no_time() -> None:
    started = time.process_time()

    parse(for_all("Disallow: /" + "*a" * 250_000).encode(), US).allows("/" + "a" * 8_190)

    assert time.process_time() - started < 0.5


@given(
    st.lists(
        st.sampled_from(["a", "b", "/", "*", "$", "%", "é", "#", ":", "\n", "Allow", "Disallow", "User-agent"])
        | st.text(max_size=5)
    )
)
def test_any_text_is_rules_that_decide(parts: list[str]) -> None:
    rules = parse(for_all("Disallow: " + "".join(parts)).encode("utf-8", "surrogatepass"), US)

    assert rules.allows("/a*b$") in (True, False)
    assert rules.allows("/robots.txt")


def reference(pattern: str, path: str) -> bool:
    """Patterns over a, * and $, tried in every way."""
    if not pattern:
        return True
    if pattern == "$":
        return not path
    if pattern[0] == "*":
        return any(reference(pattern[1:], path[skip:]) for skip in range(len(path) + 1))
    return bool(path) and path[0] == pattern[0] and reference(pattern[1:], path[1:])


@given(st.text("ab*", max_size=8), st.booleans(), st.text("ab", max_size=8))
def test_parts_found_one_after_the_other_agree_with_trying_everything(pattern: str, end: bool, path: str) -> None:
    written = "/" + pattern + "$" * end

    assert allowed(for_all(f"Disallow: {written}"), f"/{path}") is not reference(written, f"/{path}")
