"""A watch is put into the files of a configuration, and nothing else of them changes."""

import tomllib
from collections import Counter
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor import config, rules, saving
from monitor.config import Checks
from monitor.errors import ConfigError

CHECKS = Checks(watch=rules.check)

FEED = '[[feed]]\nurl = "https://outlet.example/feed"\n'
FILE = f"""# Ours
include = ["more/*.toml"]

[settings]
timezone = "UTC"  # as the desk has it

# The chip makers
[[watch]]
name = "Nvidia"  # the first
companies = [
  "Nvidia",  # since 2024
]

# Where it comes from
{FEED}
[[watch]]
name = "Tesla"
query = '''x
[[watch]]
#none'''
topics = ["battery"]
# the end
"""
MORE = '[[watch]]\nname = "Apple"\ncompanies = ["Apple"]  # not the fruit\n'


@pytest.fixture
def main(tmp_path: Path) -> Path:
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "more.toml").write_text(MORE)
    path = tmp_path / "config.toml"
    path.write_text(FILE)
    return path


def save(main: Path, text: str, **environ: str) -> Path:
    return saving.save(text, main, environ, CHECKS, saving.mark(main, environ))


def refused(main: Path, text: str, **environ: str) -> str:
    before = main.read_bytes()
    with pytest.raises(ConfigError) as error:
        save(main, text, **environ)
    assert main.read_bytes() == before
    assert sorted(each.name for each in main.parent.iterdir()) == ["config.toml", "more"]
    return str(error.value)


def test_a_watch_is_replaced_where_it_stands_and_its_comments_are_kept(main: Path) -> None:
    save(main, '[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia", "AMD"]\n')

    old = '[[watch]]\nname = "Nvidia"  # the first\ncompanies = [\n  "Nvidia",  # since 2024\n]\n'
    new = '# the first\n# since 2024\n[[watch]]\nname = "Nvidia"\ncompanies = ["Nvidia", "AMD"]\n'
    assert main.read_text() == FILE.replace(old, new)


def test_a_watch_of_an_included_file_stays_there(main: Path) -> None:
    file = save(main, MORE.replace('["Apple"]', '["Apple", "Foxconn"]'))

    assert file == main.parent / "more" / "more.toml"
    assert file.read_text() == '[[watch]]\nname = "Apple"\ncompanies = ["Apple", "Foxconn"]  # not the fruit\n'
    assert main.read_text() == FILE


def test_a_new_watch_is_added_at_the_end(main: Path) -> None:
    save(main, '[[watch]]\r\nname = "TSMC"\r\ncompanies = ["TSMC"]')

    assert main.read_text() == FILE + '\n[[watch]]\nname = "TSMC"\ncompanies = ["TSMC"]\n'


def test_what_stands_in_the_file_is_told_with_its_comments_and_saved_again_it_is_the_same(main: Path) -> None:
    for name in ("Nvidia", "Tesla", "Apple"):
        save(main, saving.written(main, {}, name))

    assert saving.written(main, {}, "Nvidia").count("#") == 2
    assert main.read_text() == FILE
    assert saving.written(main, {}, "Nobody") == ""


def test_a_file_keeps_its_mode_and_its_line_ends(main: Path) -> None:
    main.write_bytes(FILE.replace("\n", "\r\n").encode())
    main.chmod(0o600)

    save(main, '[[watch]]\nname = "TSMC"\ncompanies = ["TSMC"]\n')

    assert main.stat().st_mode & 0o777 == 0o600
    assert main.read_bytes().count(b"\n") == main.read_bytes().count(b"\r\n")


def test_a_link_stays_one(main: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    real = tmp_path_factory.mktemp("real") / "real.toml"
    real.write_text(FILE)
    main.unlink()
    main.symlink_to(real)

    save(main, '[[watch]]\nname = "TSMC"\ncompanies = ["TSMC"]\n')

    assert main.is_symlink()
    assert "TSMC" in real.read_text()


def test_variables_stay_as_they_are_written(main: Path) -> None:
    main.write_text(FILE.replace('"battery"', '"${CELL}"'))

    save(main, '[[watch]]\nname = "Tesla"\ntopics = ["${CELL}", "car"]\n', CELL="lithium")

    assert "lithium" not in main.read_text()
    assert '"${CELL}", "car"' in main.read_text()


def test_a_rule_is_no_way_to_look_into_the_environment(main: Path) -> None:
    said = refused(main, '[[watch]]\nname = "x"\ntopics = ["${TOKEN}"]\n', TOKEN="s3cret")

    assert "TOKEN is not set" in said
    assert "s3cret" not in said


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "not one [[watch]]"),
        ('[[watch]]\nname = "x"\ntopics = ["y"]\n[[feed]]\nurl = "https://x.example"\n', "not one [[watch]]"),
        ('include = ["/etc/*"]\n[[watch]]\nname = "x"\ntopics = ["y"]\n', "not one [[watch]]"),
        ('watch = [{name = "x", topics = ["y"]}]', "not one [[watch]]"),
        ("watch = 3", "not one [[watch]]"),
        ('[[watch]]\nname = "x"\ntopics = ["y"]\n[[watch]]\nname = "z"\ntopics = ["y"]\n', "not one [[watch]]"),
        ('[[watch]]\nname = "x"\n', "looks for nothing"),
        ('[[watch]]\nname = "x"\ntopics = ["y"]\nchannels = ["nowhere"]\n', "is no channel"),
        ('[[watch]]\nname = "x"\nquery = "a AND ("\n', "column"),
        ('[[watch]]\nname = "x\n', "not TOML"),
    ],
)
def test_what_would_be_a_mistake_is_never_written(main: Path, text: str, said: str) -> None:
    assert said in refused(main, text)


def test_a_watch_that_is_written_inline_is_left_to_people(main: Path) -> None:
    main.write_text('watch = [{name = "Nvidia", companies = ["Nvidia"]}]\n')

    assert "not written below a line [[watch]]" in refused(main, '[[watch]]\nname = "Nvidia"\ntopics = ["y"]\n')


def test_what_was_changed_in_the_meantime_is_not_overwritten(main: Path) -> None:
    seen = saving.mark(main, {})
    (main.parent / "more" / "more.toml").write_text(MORE + "# another hand\n")

    with pytest.raises(ConfigError, match="changed since this page was made"):
        saving.save(MORE, main, {}, CHECKS, seen)


def test_a_file_that_cannot_be_written_is_one_line(main: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def read_only(*_: object, **__: object) -> None:
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr("tempfile.mkstemp", read_only)

    said = refused(main, '[[watch]]\nname = "x"\ntopics = ["y"]\n')

    assert "can't be written (read-only file system); make it" in said
    assert len(said.splitlines()) == 1


NAMES = st.sampled_from(["A", "B", 'C "quoted"', "d/e", "# no", "[[watch]]"])
COMMENTS = st.sampled_from(["", "# one", "# [[watch]]", '# "\'"""', "# ünï"])
TERMS = st.lists(st.sampled_from(["x", "#y", "[[watch]]", "it's", 'say "hi"', "back\\slash"]), min_size=1, max_size=3)
SETTINGS = st.sampled_from(["", "min_score = 5", 'query = """a\n[[watch]]\n#b"""', "backfill = '1h'"])


def _quoted(text: str) -> str:
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


@st.composite
def tables(draw: st.DrawFn, name: str | None = None) -> str:
    terms = f",{draw(st.sampled_from([' ', chr(10), ' # in it' + chr(10)]))}".join(map(_quoted, draw(TERMS)))
    name = draw(NAMES) if name is None else name
    header = draw(st.sampled_from(["[[watch]]", " [[ watch ]]  # head", "[['watch']]"]))
    keys = [f"name = {_quoted(name)} {draw(COMMENTS)}", f"topics = [{terms}]", draw(SETTINGS), draw(COMMENTS)]
    return "\n".join([draw(COMMENTS), header, *keys, draw(COMMENTS)]) + "\n"


@st.composite
def files(draw: st.DrawFn) -> str:
    names = draw(st.lists(NAMES, unique=True, max_size=4))
    parts = [draw(tables(name)) for name in names]
    parts.insert(draw(st.integers(0, len(parts))), f"{FEED}{draw(COMMENTS)}\n")
    return "\n".join([draw(COMMENTS), *parts])


def _comments(text: str) -> Counter[str]:
    return Counter(comment for _, comment in saving._lines(text)[1])


@given(before=files(), rule=tables())
def test_saving_loses_no_comment_and_no_other_watch(
    tmp_path_factory: pytest.TempPathFactory, before: str, rule: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "config.toml"
    path.write_text(before)
    known = config.load(path, {}, CHECKS)

    try:
        saving.save(rule, path, {}, CHECKS, saving.mark(path, {}))
    except ConfigError as error:  # as for an exclusion that contradicts
        assert "hold" in str(error) or "silence" in str(error), str(error)
        return

    made = config.load(path, {}, CHECKS)
    watch = saving.read(rule, path, {}, CHECKS)
    others = [each for each in known.watches if each.name != watch.name]
    assert [each for each in made.watches if each.name != watch.name] == others
    assert [each for each in made.watches if each.name == watch.name] == [watch]
    assert made.feeds == known.feeds
    assert _comments(before) <= _comments(path.read_text())
    assert tomllib.loads(path.read_text())
