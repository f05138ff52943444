"""From TOML to Config: what is read, what is resolved, and every mistake named with file, key path and fix."""

import re
import string
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from monitor import config
from monitor.config import NOT_IN_EFFECT, Checks, Report
from monitor.errors import ConfigError, Mistake
from monitor.options import Config, Feed, Quiet, Table, Watch
from monitor.tables import KINDS

ROOT = Path(__file__).parent.parent
DATA = Path(__file__).parent / "data" / "config"
EXAMPLE = ROOT / "config.example.toml"
ENVIRON = {"SLACK_DESK_URL": "slack://a/b/c", "SMTP_USER": "me", "SMTP_PASSWORD": "hunter2"}

LENIENT = Checks()

Load = Callable[..., Config]
Examine = Callable[..., Report]


@pytest.fixture
def load(tmp_path: Path) -> Load:
    """Loads a text as the config.toml of an otherwise empty folder."""

    def load(text: str, environ: Mapping[str, str] = {}, checks: Checks = LENIENT) -> Config:
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        return config.load(tmp_path / "config.toml", environ, checks)

    return load


@pytest.fixture
def examine(tmp_path: Path) -> Examine:
    """Examines a text as the config.toml of an otherwise empty folder."""

    def examine(text: str, checks: Checks = LENIENT, environ: Mapping[str, str] = {}) -> Report:
        (tmp_path / "config.toml").write_text(text, encoding="utf-8")
        return config.examine(tmp_path / "config.toml", environ, checks)

    return examine


def mistakes_of(load: Callable[[], object]) -> Sequence[Mistake]:
    with pytest.raises(ConfigError) as caught:
        load()
    return caught.value.mistakes


# ---------------------------------------------------------------- mistakes, one file each


def address(url: str) -> str | None:
    return None if url.startswith("json:") else "no service takes this address"


def unbalanced(watch: Watch) -> Iterator[tuple[str, str, str]]:
    if watch.query.count("(") != watch.query.count(")"):
        yield "query", "the brackets do not match", "close them"


# Each file, the key paths of its mistakes, and a word of what is said about the first.
MISTAKES = {
    "bad_auth": (["feed[1].auth"], "colon"),
    "bad_choice": (['watch "Nvidia".priority'], 'write "urgent", "normal" or "low"'),
    "bad_cluster": (["workers.cluster"], "tcp://host:port"),
    "bad_cron_line": (['channel "desk".digest'], "cron line"),
    "bad_digest_list": (['channel "desk".digest[2]'], '"noon" is no digest time'),
    "bad_digest_time": (['channel "desk".digest'], '"24:30" is no digest time'),
    "bad_edit": (["web.edit"], "write true or false"),
    "bad_feed_scheme": (["feed[1].url"], "http(s)"),
    "bad_feed_user": (["feed[1].url"], 'user name or a password; write auth = "${USER}:${PASSWORD}"'),
    "bad_header": (['feed[1].headers."Accept Language"'], "name of an HTTP header"),
    "bad_header_value": (["feed[1].headers.Accept"], "control character"),
    "bad_interval": (["feed[1].interval"], '"5 minutes" is no duration; write a number and a unit'),
    "bad_language": (["feed[1].language"], "language code"),
    "bad_listen": (["web.listen"], '"8787" is no address to listen on'),
    "bad_private_host": (["settings.allow_private_hosts[1]"], '"10.0.0.0/8" is no host'),
    "bad_proxy": (["settings.proxy"], "http://host:port"),
    "bad_quiet_day": (['channel "desk".quiet.days[1]'], '"mon"'),
    "bad_quiet_time": (['channel "desk".quiet.to'], '"6.30" is no time of day'),
    "bad_regex": (['watch "Nvidia".query'], "the brackets do not match; close them"),
    "bad_source": (['watch "Nvidia".sources[1]'], '"tier:9" is no tier'),
    "bad_ticker": (['watch "Nvidia".tickers[2]'], '"$nvda" is no ticker; write it in capitals'),
    "blank_name": (["watch[1].name"], "empty"),
    "control_character_in_name": ([r'watch "Nvidia\u000aCorp".name'], "write it on one line"),
    "database_of_two_lines": (["settings.database"], "line break"),
    "double_brackets": (["settings"], "write [settings] once"),
    "duplicate_across_files": (['watch "Nvidia".name'], "duplicate_across_files.toml and number 1 here"),
    "duplicate_channel": (['channel "desk".name'], "[[channel]] number 1 of"),
    "duplicate_feed_name": (['feed "A".name'], "[[feed]] number 1 of"),
    "duplicate_feed_url": (['feed "B".url'], "[[feed]] number 1 of"),
    "duplicate_watch": (['watch "Nvidia".name'], "number 2 here; delete or change one"),
    "empty_secret_file": (['channel "desk".url_file'], "one line"),
    "empty_term": (['watch "Nvidia".topics[2]'], '" " is empty'),
    "endless_duration": (['watch "Nvidia".cooldown'], "longer than ten years"),
    "endless_quiet_time": (['channel "desk".quiet.to'], "same as `from`"),
    "fallback_cycle": (['channel "a".fallback'], "come back"),
    "fallback_to_itself": (['channel "desk".fallback'], "come back"),
    "feed_not_found": (["feed[1].url"], "nor an existing file"),
    "feed_without_url": (['feed "A".url'], "missing"),
    "include_inside_table": (["settings.include"], "move it to the top"),
    "include_is_text": (["include"], "no list"),
    "include_matches_nothing": (["include[1]"], '"watchlist/*.toml" matches no file'),
    "include_of_number": (["include[1]"], "no text"),
    "included_broken": (["line 1, column 10"], "not TOML"),
    "included_folder": ([""], "folder"),
    "included_include": (["include"], "included file"),
    "included_settings": (["settings"], "included file"),
    "key_outside_table": (["timezone"], "below a line [settings]"),
    "min_score_out_of_range": (['watch "Nvidia".min_score'], "101 is more than 100"),
    "missing_quiet_time": (['channel "desk".quiet.to'], "it is missing; add it"),
    "missing_secret_file": (['channel "desk".url_file'], "no such file"),
    "missing_variable": (['channel "desk".url'] * 2, "variable DESK_USER is not set; set it, or write ${DESK_USER:-"),
    "misspelt_table": (["wacth"], 'did you mean "watch"?'),
    "no_address": (['channel "desk".url'], "no address"),
    "no_processes": (["workers.processes"], "0 is less than 1"),
    "not_toml": (["line 2, column 13"], "not TOML"),
    "open_without_token": (["web.listen"], "no token"),
    "refused_address": (['channel "desk".url'], "no service takes this address"),
    "reserved_channel_name": (['channel "terminal".name'], "without any channel"),
    "reserved_feed_name": (['feed "tag:press".name'], "`sources`"),
    "single_brackets": (["feed"], "write [[feed]]"),
    "source_table": (["source"], "not known yet"),
    "term_without_letters": (['watch "Nvidia".exclude[1]'], "could never match"),
    "tier_out_of_range": (["feed[1].tier"], "4 is more than 3; write 3 or less"),
    "truncated_toml": (["end of document"], "not TOML"),
    "two_addresses": (['channel "desk".url_file'], "keep one"),
    "unclosed_variable": (['channel "desk".url'], "names no variable"),
    "unknown_channel": (['watch "Nvidia".channels[1]'], '"dsk" is no channel; did you mean "desk"?'),
    "unknown_fallback": (['channel "desk".fallback'], '"mail" is no channel; known are desk'),
    "unknown_health_channel": (["settings.health_channel"], "add a [[channel]]"),
    "unknown_key": (["feed[1].intervall"], 'there is no such key; did you mean "interval"?'),
    "unknown_quiet_key": (['channel "desk".quiet.day'], 'did you mean "days"?'),
    "unknown_table": (["dashboard"], "known are include, settings, web, workers, feed, channel, watch"),
    "unknown_timezone": (["settings.timezone"], 'did you mean "America/New_York"?'),
    "watch_for_nothing": (['watch "Nvidia".tickers'], "looks for nothing"),
    "watch_only_excludes": (['watch "Nvidia".tickers'], "looks for nothing"),
    "wrong_type_boolean": (["feed[1].full_text"], '"perhaps" is neither true nor false'),
    "wrong_type_list": (["feed[1].tags"], '"filing" is no list'),
    "wrong_type_number": (["feed[1].tier"], '"one" is no whole number'),
    "bad_secret": (['channel "program".secret'], 'it is not "whsec_" and 24 to 64 bytes as base64'),
    "wrong_type_table": (["feed[1].headers"], "it is no table"),
    "wrong_type_text": (["channel[1].name"], "5 is no text"),
    "zero_interval": (["settings.interval"], '"0s" is too short'),
}


@pytest.mark.parametrize("name", sorted(path.stem for path in DATA.glob("*.toml")))
def test_each_mistake_is_named_with_file_key_path_and_fix(name: str) -> None:
    keys, words = MISTAKES[name]
    checks = Checks(address=address, watch=lambda watch: list(unbalanced(watch)))

    mistakes = mistakes_of(lambda: config.load(DATA / f"{name}.toml", {}, checks))

    assert [mistake.key for mistake in mistakes] == keys
    assert words in str(mistakes[0])
    for mistake in mistakes:
        assert Path(mistake.file).is_file() or name == "included_folder"
        assert mistake.problem
        assert mistake.fix
        assert len(str(mistake).splitlines()) == 1


def test_mistakes_of_all_files_are_reported_together_in_file_order(load: Load, tmp_path: Path) -> None:
    (tmp_path / "b.toml").write_text('[[watch]]\nname = "B"\ntopics = [""]\n')
    (tmp_path / "a.toml").write_text('[[watch]]\nname = "A"\ncompanies = [5]\nchannels = ["dsk"]\n')
    text = 'include = ["*.toml"]\nfoo = 1\n[settings]\ninterval = "soon"\nretention = "0s"\n[web]\nport = 80\n'

    mistakes = mistakes_of(lambda: load(text))

    assert [(Path(mistake.file).name, mistake.key) for mistake in mistakes] == [
        ("config.toml", "foo"),
        ("config.toml", "settings.interval"),
        ("config.toml", "settings.retention"),
        ("config.toml", "web.port"),
        ("a.toml", 'watch "A".companies[1]'),
        ("a.toml", 'watch "A".channels[1]'),
        ("b.toml", 'watch "B".topics[1]'),
    ]


def test_a_mistake_in_one_key_does_not_hide_one_in_the_rules(load: Load) -> None:
    text = '[[watch]]\nname = "A"\nquery = "(GPU"\nmin_score = 200\n'

    mistakes = mistakes_of(lambda: load(text, checks=Checks(watch=lambda watch: list(unbalanced(watch)))))

    assert [mistake.key for mistake in mistakes] == ['watch "A".min_score', 'watch "A".query']


def test_a_missing_variable_is_the_only_mistake_of_its_value(load: Load) -> None:
    text = '[web]\nlisten = "0.0.0.0:80"\ntoken = "${TOKEN}"\n[[watch]]\nname = "A"\ntopics = ["${TOPIC}"]\n'

    mistakes = mistakes_of(lambda: load(text))

    assert [mistake.key for mistake in mistakes] == ["web.token", 'watch "A".topics[1]']


def test_a_broken_include_does_not_make_its_channels_unknown() -> None:
    mistakes = mistakes_of(lambda: config.load(DATA / "included_broken.toml", {}))

    assert len(mistakes) == 1


# ---------------------------------------------------------------- files that can't be read


def test_a_missing_file_sends_the_user_to_init(tmp_path: Path) -> None:
    [mistake] = mistakes_of(lambda: config.load(tmp_path / "config.toml", {}))

    assert mistake.problem == "there is no such file"
    assert "monitor init" in mistake.fix


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (b"# " + b"x" * 1_000_000, "it is larger than 1,000,000 bytes"),
        (b'[settings]\ncontact = "M\xfcller"\n', "line 2 is not UTF-8 text"),
        (b"a = " + b"[" * 5000, "values are nested too deeply"),
        (b"a = " + b"9" * 5000, "a number has too many digits"),
    ],
)
def test_an_unusable_file_is_one_clear_mistake(tmp_path: Path, content: bytes, problem: str) -> None:
    (tmp_path / "config.toml").write_bytes(content)

    [mistake] = mistakes_of(lambda: config.load(tmp_path / "config.toml", {}))

    assert mistake.problem == problem


def test_a_folder_or_a_circle_of_links_is_no_configuration(tmp_path: Path) -> None:
    (tmp_path / "circle").symlink_to(tmp_path / "circle")

    [folder] = mistakes_of(lambda: config.load(tmp_path, {}))
    [circle] = mistakes_of(lambda: config.load(tmp_path / "circle", {}))
    [impossible] = mistakes_of(lambda: config.load(tmp_path / "a\0b", {}))

    assert folder.problem == "it is a folder"
    assert circle.problem.startswith("it can't be read (")
    assert impossible.problem == "it can't be read (bad path)"


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_bytes(b'\xef\xbb\xbf[settings]\ncontact = "me"\n')

    assert config.load(tmp_path / "config.toml", {}).settings.contact == "me"


# ---------------------------------------------------------------- environment, secrets, include


def test_the_environment_is_filled_in_after_the_file_was_parsed(load: Load) -> None:
    text = '[settings]\ncontact = "${A}/${B:-b}/${EMPTY:-c}/$${A}/$A"\n[[feed]]\nurl = "https://a.example.com"\n'
    text += 'headers = { X-Key = "${A}" }\ntier = "${TIER}"\n'

    loaded = load(text, {"A": '"]}', "EMPTY": "", "TIER": "1"})

    assert loaded.settings.contact == '"]}/b/c/${A}/$A'
    assert loaded.feeds[0].headers["X-Key"].get_secret_value() == '"]}'
    assert loaded.feeds[0].tier == 1


def test_an_address_may_come_from_a_file_beside_the_one_that_names_it() -> None:
    loaded = config.load(DATA / "good" / "contract.toml", ENVIRON)

    [phone] = [channel for channel in loaded.channels if channel.name == "phone"]
    assert phone.url.get_secret_value() == "json://hooks.example.com/phone"
    assert any(path.name == "phone" for path in loaded.files)


def test_only_a_channel_whose_messages_can_be_signed_has_a_secret(load: Load) -> None:
    secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
    text = f'[[channel]]\nname = "a"\nurl = "json://hooks.example.com"\nsecret = "{secret}"\n'

    loaded = load(text, checks=Checks(signs=lambda address: address.startswith("json://")))
    [mistake] = mistakes_of(lambda: load(text, checks=Checks(signs=lambda _: False)))

    assert loaded.channels[0].secret.get_secret_value() == secret
    assert mistake.key == 'channel "a".secret'
    assert secret not in str(mistake)


def test_a_secret_may_be_two_while_one_is_exchanged(load: Load) -> None:
    text = '[[channel]]\nname = "a"\nurl = "json://hooks.example.com"\nsecret = "${OLD} ${NEW}"\n'
    old, new = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", "whsec_b2xkIHNlY3JldCBvZiBhdCBsZWFzdCAyNCBieXRlcw=="

    assert load(text, {"OLD": old, "NEW": new}).channels[0].secret.get_secret_value() == f"{old} {new}"
    [mistake] = mistakes_of(lambda: load(text, {"OLD": old, "NEW": "whsec_short"}))
    assert old not in str(mistake)


def test_the_folder_of_templates_is_beside_the_file_and_its_mistakes_are_listed(load: Load, tmp_path: Path) -> None:
    text = '[settings]\ntemplates = "forms"\n[[feed]]\nurl = "ftp://a"\n'
    wrong = Mistake("forms/text.txt", "line 3", "there is no such value", "delete it")

    tried = mistakes_of(lambda: load(text, checks=Checks(templates=lambda folder: [replace(wrong, file=str(folder))])))

    assert [mistake.key for mistake in tried] == ["line 3", "feed[1].url"]
    assert tried[0].file == str(tmp_path / "forms")
    assert load('[settings]\ntemplates = "forms"\n').settings.templates == str(tmp_path / "forms")
    assert load("").settings.templates == ""


def test_a_file_is_included_once_however_many_patterns_match_it(load: Load, tmp_path: Path) -> None:
    (tmp_path / "lists").mkdir()
    (tmp_path / "lists" / "a.toml").write_text('[[watch]]\nname = "A"\ncompanies = ["A"]\n')
    (tmp_path / "lists" / "link.toml").symlink_to("a.toml")

    loaded = load(f'include = ["lists/*.toml", "./lists/../lists/a.toml", "{tmp_path}/**/a.toml", "*.toml"]\n')

    assert [watch.name for watch in loaded.watches] == ["A"]
    assert [path.name for path in loaded.files] == ["config.toml", "a.toml"]


SECRET = "c0rrect-h0rse"


def every_key_set_to(value: str) -> str:
    lines = []
    for kind, model in KINDS.items():
        lines.append(f"[[{kind}]]" if kind in ("feed", "channel", "watch") else f"[{kind}]")
        for name, field in model.model_fields.items():
            lines.append(f"{field.alias or name} = {value}")
    return "\n".join(lines)


@pytest.mark.parametrize("value", ['"${X}"', '["${X}"]', '{ from = "${X}", to = "${X}", a = "${X}" }', '"${X}\\n"'])
def test_no_value_of_the_environment_shows_in_a_mistake(load: Load, value: str) -> None:
    with pytest.raises(ConfigError) as caught:
        load(every_key_set_to(value), {"X": SECRET}, Checks(address=address))

    assert len(caught.value.mistakes) > 20
    assert SECRET not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize(
    "text",
    [
        f'[[channel]]\nname = "a"\nurl = "slak://{SECRET}"\n',
        f'[[channel]]\nname = "a"\nurl = "slak://{SECRET}"\nurl_file = "x"\n',
        f'[[channel]]\nname = "a"\nurl = ["slak://{SECRET}"]\n',
        f'[[channel]]\nname = "a"\naddress = "slak://{SECRET}"\n',
        f'[[feed]]\nurl = "ftp://me:{SECRET}@a.example.com"\n',
        f'[[feed]]\nurl = "https://me:{SECRET}@a.example.com"\n',
        f'[[feed]]\nurl = "https://{SECRET}@a.example.com"\n',
        f'[[feed]]\nurl = "https://a.example.com"\nauth = "{SECRET}"\nheaders = "{SECRET}"\n',
        f'[settings]\nproxy = "socks5://me:{SECRET}@a.example.com"\n',
        f'[web]\ntoken = ["{SECRET}"]\n',
    ],
)
def test_no_secret_written_in_the_file_shows_in_a_mistake(load: Load, text: str) -> None:
    mistakes = mistakes_of(lambda: load(text, checks=Checks(address=address)))

    assert SECRET not in "".join(map(str, mistakes))


def test_a_loaded_configuration_prints_without_its_secrets(load: Load) -> None:
    text = f'[web]\ntoken = "{SECRET}"\n[[channel]]\nname = "a"\nurl = "json://{SECRET}"\n'
    text += f'[[feed]]\nurl = "https://a.example.com"\nauth = "a:{SECRET}"\nheaders = {{ K = "{SECRET}" }}\n'

    loaded = load(text)

    assert SECRET not in repr(loaded) + str(loaded) + loaded.model_dump_json()


def test_a_feed_is_known_by_its_address_as_written_and_fetched_from_the_one_filled_in(load: Load) -> None:
    written = "https://${HOST:-a.example.com}/rss?key=${KEY}"

    loaded = load(f'[[feed]]\nurl = "{written}"\n', {"KEY": SECRET})

    [feed] = loaded.feeds
    assert feed.url == written
    assert feed.address == f"https://a.example.com/rss?key={SECRET}"
    assert SECRET not in repr(loaded) + str(loaded) + loaded.model_dump_json()
    assert loaded != load(f'[[feed]]\nurl = "{written}"\n', {"KEY": "another"})


def test_a_watch_names_the_address_of_a_feed_as_written(load: Load) -> None:
    text = '[[watch]]\nname = "A"\ncompanies = ["A"]\nsources = ["!https://a.example.com/?key=${KEY}", "tag:${TAG}"]\n'

    loaded = load(text, {"KEY": SECRET, "TAG": "press"})

    assert loaded.watches[0].sources == ("!https://a.example.com/?key=${KEY}", "tag:press")


def test_the_same_address_filled_in_twice_is_one_feed_too_many(load: Load) -> None:
    text = '[[feed]]\nurl = "https://a.example.com/${A}"\n[[feed]]\nurl = "https://a.example.com/${B}"\n'

    mistakes = mistakes_of(lambda: load(text, {"A": "x", "B": "x"}))

    assert [mistake.key for mistake in mistakes] == ["feed[2].url"]


# ---------------------------------------------------------------- what comes out


def test_the_whole_contract_loads() -> None:
    loaded = config.load(DATA / "good" / "contract.toml", ENVIRON)

    assert [feed.name for feed in loaded.feeds] == ["SEC 8-K", "A local file"]
    assert [channel.name for channel in loaded.channels] == ["desk", "mail", "phone"]
    assert [watch.name for watch in loaded.watches] == ["Nvidia", "GPU clusters", "xAI", "Super Micro"]
    assert str(loaded.settings.timezone) == "America/New_York"
    assert loaded.channels[0].quiet == Quiet(start="22:00", end="06:30", days=("mon", "tue"), urgent="pass")
    assert loaded.channels[1].digest == ("07:30",)
    assert loaded.channels[1].url.get_secret_value() == "mailtos://me:hunter2@smtp.example.com?to=me@example.com"
    assert loaded.watches[1].cooldown == timedelta(hours=2)
    assert loaded.watches[1].within == "any"


def test_an_empty_file_is_all_defaults(load: Load) -> None:
    loaded = load("")

    assert (loaded.feeds, loaded.channels, loaded.watches) == ((), (), ())
    assert loaded.settings.interval == timedelta(minutes=5)


def test_paths_are_relative_to_the_file_that_names_them() -> None:
    loaded = config.load(DATA / "good" / "contract.toml", ENVIRON)

    assert loaded.path == DATA / "good" / "contract.toml"
    assert loaded.settings.database == str(DATA / "good" / "monitor.db")
    assert loaded.feeds[1].url == str(DATA / "good" / "watchlists" / "local.xml")


def test_the_environment_overrides_the_database(load: Load) -> None:
    relative = load("", {"MONITOR_DATABASE": "other.db"})
    absolute = load("", {"MONITOR_DATABASE": "/var/lib/other.db"})
    empty = load("", {"MONITOR_DATABASE": ""})

    assert relative.settings.database == str(Path.cwd() / "other.db")
    assert absolute.settings.database == "/var/lib/other.db"
    assert Path(empty.settings.database).name == "monitor.db"


def test_a_feed_without_an_interval_takes_the_default(load: Load) -> None:
    text = '[settings]\ninterval = "7m"\n[[feed]]\nurl = "https://a.example.com"\n'
    text += '[[feed]]\nurl = "https://b.example.com"\ninterval = "1s"\n'

    loaded = load(text)

    assert loaded.settings.interval == timedelta(minutes=7)
    assert [feed.interval for feed in loaded.feeds] == [None, timedelta(seconds=1)]


def test_equal_watches_dump_equal_whatever_the_order_of_their_keys(load: Load) -> None:
    one = load('[[watch]]\nname = "A"\nin = "title"\ncooldown = "1h"\ncompanies = ["A"]\n').watches[0]
    other = load('[[watch]]\ncompanies = [" A "]\ncooldown = "60m"\nin = "title"\nname = "A"\n').watches[0]

    assert one == other
    assert hash(one) == hash(other)
    assert one.model_dump_json(by_alias=True) == other.model_dump_json(by_alias=True)
    assert Watch.model_validate_json(one.model_dump_json(by_alias=True)) == one


def test_the_names_of_the_code_are_no_keys_of_the_file(load: Load) -> None:
    mistakes = mistakes_of(lambda: load('[[watch]]\nname = "A"\ncompanies = ["A"]\nwithin = "title"\n'))

    assert [mistake.key for mistake in mistakes] == ['watch "A".within']


def test_listening_beyond_this_machine_is_fine_with_a_token(load: Load) -> None:
    loaded = load('[web]\nlisten = "0.0.0.0:8787"\ntoken = "${T}"\n', {"T": SECRET})

    assert loaded.web.listen == "0.0.0.0:8787"


def test_a_watchlist_by_itself_may_name_channels_of_another_file() -> None:
    path = DATA / "good" / "watchlists" / "ai.toml"

    loaded = config.load(path, {}, watchlist=True)

    assert [watch.channels for watch in loaded.watches] == [("desk",)]
    assert [mistake.key for mistake in mistakes_of(lambda: config.load(path, {}))] == ['watch "xAI".channels[1]']


# ---------------------------------------------------------------- not in effect yet


def test_only_what_a_user_set_is_reported_as_not_in_effect(examine: Examine) -> None:
    text = '[settings]\ncontact = "me"\n[workers]\ncluster = "tcp://a.example:1"\n[web]\nedit = true\n'

    assert examine("").not_in_effect == ()
    assert examine(text).not_in_effect == ("workers.cluster",)


def test_what_is_not_in_effect_is_reported_beside_mistakes_too(examine: Examine) -> None:
    found = examine('[settings]\ncatch_up = "for ever"\n[workers]\ncluster = "tcp://a.example:1"\nport = 80\n')

    assert found.config is None
    assert len(found.mistakes) == 2
    assert found.not_in_effect == ("workers.cluster",)


# ---------------------------------------------------------------- sources that fit no feed


def stranger(watch: Watch, feeds: Sequence[Feed]) -> Iterator[tuple[str, str, str]]:
    if "Reuters" not in {feed.name for feed in feeds}:
        yield "sources[1]", f"{watch.sources[0]} fits no feed", "correct it"


def test_feeds_at_private_addresses_and_a_database_without_a_folder_are_warned_of(examine: Examine) -> None:
    feeds = "".join(
        f'[[feed]]\nurl = "http://{host}/rss"\n' for host in ("10.0.0.5", "127.1:8080", "10.0.0.6:80", "a.example.com")
    )

    found = examine(f'[settings]\ndatabase = "no/such/folder.db"\nallow_private_hosts = ["10.0.0.6"]\n{feeds}')

    assert found.config is not None
    assert [(warning.key, warning.problem, warning.fix) for warning in found.warnings[:2]] == [
        (
            "feed[1].url",
            "10.0.0.5 is a private address, which is not fetched",
            'if you trust it, add "10.0.0.5:80" to allow_private_hosts',
        ),
        (
            "feed[2].url",
            "127.1 leads to 127.0.0.1, a loopback address, which is not fetched",
            'if you trust it, add "127.1:8080" to allow_private_hosts',
        ),
    ]
    assert [warning.key for warning in found.warnings[2:]] == ["settings.database"]


def test_sources_that_fit_no_feed_are_a_warning_and_no_mistake(examine: Examine) -> None:
    watch = '[[watch]]\nname = "A"\ncompanies = ["A"]\nsources = ["Reuter"]\n'
    feed = '[[feed]]\nurl = "https://a.example.com"\nname = "AP"\n'

    found = examine(watch + feed, Checks(sources=stranger))

    assert [warning.key for warning in found.warnings] == ['watch "A".sources[1]']
    assert found.config
    assert examine(watch + feed.replace("AP", "Reuters"), Checks(sources=stranger)).warnings == ()


@pytest.mark.parametrize("broken", ["[[feed]]\ntier = 9\n", "[[fede]]\n", 'include = ["*.toml"]\n'])
def test_as_long_as_a_feed_cannot_be_read_no_source_is_called_unknown(
    examine: Examine, tmp_path: Path, broken: str
) -> None:
    (tmp_path / "feeds.toml").write_text("[[feed]\n")

    found = examine(f'{broken}[[watch]]\nname = "A"\ncompanies = ["A"]\nsources = ["AP"]\n', Checks(sources=stranger))

    assert found.mistakes
    assert found.warnings == ()


def test_every_key_that_is_not_in_effect_exists() -> None:
    existing = {f"{kind}.{key}" for kind, key in all_keys()}

    assert existing.issuperset(NOT_IN_EFFECT)


# ---------------------------------------------------------------- the example and the reference


def all_keys() -> Iterator[tuple[str, str]]:
    tables: Mapping[str, type[Table]] = {**KINDS, "quiet": Quiet}
    for kind, model in tables.items():
        for name, field in model.model_fields.items():
            yield kind, field.alias or name


def test_the_example_is_valid_as_it_stands_and_all_in_effect() -> None:
    loaded = config.load(EXAMPLE, {})

    assert loaded.feeds
    assert loaded.channels == ()
    assert loaded.watches
    assert config.examine(EXAMPLE, {}).not_in_effect == ()


def test_every_option_that_the_example_shows_in_a_comment_is_valid(examine: Examine, tmp_path: Path) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "a.toml").touch()
    (tmp_path / "phone").write_text("json://hooks.example.com")
    text = EXAMPLE.read_text(encoding="utf-8").replace("/run/secrets/phone", str(tmp_path / "phone"))
    text = re.sub(r"(?m)^# (?=\[|\w+ = )", "", text)

    found = examine(text, environ={**ENVIRON, "FEED_USER": "me", "FEED_PASSWORD": "hunter2"})

    reported = {re.sub(r' ".*"|\[\d+\]', "", key) for key in found.not_in_effect}
    assert found.mistakes == ()
    assert reported == set(NOT_IN_EFFECT)


def test_the_example_shows_every_key() -> None:
    example = EXAMPLE.read_text(encoding="utf-8")
    parts: dict[str, str] = {}
    for kind, part in re.findall(r"(?ms)^(?:# )?\[\[?(\w+)\]\]?$(.*?)(?=^(?:# )?\[|\Z)", example):
        parts[kind] = parts.get(kind, "") + part
    parts["quiet"] = parts["channel"]

    missing = [f"{kind}.{key}" for kind, key in all_keys() if not re.search(rf"\b{key} = ", parts[kind])]

    assert missing == []


def test_the_reference_says_of_every_key_whether_it_is_in_effect() -> None:
    reference = (ROOT / "docs" / "configuration.md").read_text(encoding="utf-8")
    sections = dict(re.findall(r"(?ms)^## \[+(\w+)\]+$(.*?)(?=^## |\Z)", reference))
    sections["quiet"] = sections["channel"]

    stated = {
        f"{kind}.{key}": found[1] if (found := re.search(rf"(?m)^\| `{key}` \|.*\| (\w+) \|$", sections[kind])) else ""
        for kind, key in all_keys()
    }

    later = {key for key, when in stated.items() if when == "later" and not key.startswith("quiet.")}
    assert set(stated.values()) == {"now", "later"}
    assert later == set(NOT_IN_EFFECT)


# ---------------------------------------------------------------- whatever the text


LINES = sorted(
    {line for path in [EXAMPLE, *DATA.rglob("*.toml")] for line in path.read_text(encoding="utf-8").splitlines()}
)
SCRAPS = st.one_of(
    st.sampled_from(LINES),
    st.sampled_from(['"', "'''", "[", "]]", "{", "=", "${", "}", "a.b.c = 1", "[feed.headers]", "1979-05-27", "nan"]),
    st.text(st.characters(codec="utf-8"), max_size=10),
    st.builds(
        "{} = {}".format,
        st.sampled_from(sorted({key for _, key in all_keys()} | {"include"})),
        st.sampled_from(
            ["1", "-1", "1e400", "true", "[]", "[[]]", '["", 1]', '""', "{}", "0x" + "f" * 5000, "12:00:00"]
        ),
    ),
)


@settings(max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(scraps=st.lists(SCRAPS, max_size=12), joint=st.sampled_from(["\n", "\n", ""]))
def test_whatever_the_text_nothing_but_a_config_error_is_raised(load: Load, scraps: list[str], joint: str) -> None:
    try:
        loaded = load(joint.join(scraps))
    except ConfigError as error:
        assert len(str(error).splitlines()) == len(error.mistakes) > 0
    else:
        assert isinstance(loaded, Config)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_a_damaged_example_never_raises_anything_else(load: Load, data: st.DataObject) -> None:
    text = (DATA / "good" / "contract.toml").read_text(encoding="utf-8").replace("watchlists", ".")
    start = data.draw(st.integers(0, len(text)))
    length = data.draw(st.integers(0, 20))
    inserted = data.draw(st.text(string.printable, max_size=5))

    try:
        loaded = load(text[:start] + inserted + text[start + length :], ENVIRON)
    except ConfigError as error:
        assert len(str(error).splitlines()) == len(error.mistakes) > 0
    else:
        assert isinstance(loaded, Config)
