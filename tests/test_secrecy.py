"""Which files hold secrets that others can read."""

from pathlib import Path

import pytest

from monitor import config
from monitor.cli.secrecy import secret_in, warnings

CHANNEL = '[[channel]]\nname = "desk"\nurl = "{}"\n'
FEED = '[[feed]]\nurl = "https://outlet.example/rss"\n{}\n'


@pytest.mark.parametrize(
    "text",
    [
        CHANNEL.format("slack://a/b/c"),
        CHANNEL.format("${DESK:-slack://a/b/c}"),
        CHANNEL.format("mailtos://me:hunter2@smtp.example.com?to=me@example.com"),
        CHANNEL.format("mailtos://${SMTP_USER}:hunter2@smtp.example.com"),
        CHANNEL.format("json://${HOOK_USER}:hunter2@hooks.example.com/a"),
        CHANNEL.format("${HOOK}") + 'secret = "whsec_aHVudGVyMiBodW50ZXIyIGh1bnRlcjI="\n',
        FEED.format('auth = "me:hunter2"'),
        FEED.format('auth = "${ME}:hunter2"'),
        FEED.format('headers = { Authorization = "Bearer hunter2" }'),
        FEED.format('headers = { X-Api-Key = "hunter2" }'),
        '[[feed]]\nurl = "https://me:hunter2@outlet.example/rss"\n',
        '[web]\ntoken = "hunter2"\n',
        '[web]\ntoken = "${MONITOR_TOKEN:-hunter2}"\n',
        '[settings]\nproxy = "http://me:hunter2@proxy.example:3128"\n',
    ],
)
def test_a_secret_that_is_written_out_is_found(text: str) -> None:
    assert secret_in(text)


@pytest.mark.parametrize(
    "text",
    [
        "",
        CHANNEL.format("${SLACK_DESK_URL}"),
        CHANNEL.format("${HOOK}") + 'secret = "${HOOK_SECRET}"\n',
        CHANNEL.format("slack://${TOKEN}/#desk"),
        CHANNEL.format("mailtos://${SMTP_USER}:${SMTP_PASSWORD}@smtp.example.com?to=me@example.com"),
        CHANNEL.format("mailto://127.0.0.1:25?from=m@a.example&to=me@b.example"),
        '[[channel]]\nname = "desk"\nurl_file = "desk"\n',
        FEED.format('auth = "${ME}:${PASSWORD}"'),
        FEED.format('auth = "${CREDENTIALS}"'),
        FEED.format('auth = ""'),
        FEED.format('headers = { Authorization = "Bearer ${TOKEN}", Accept-Language = "en" }'),
        '[web]\ntoken = "${MONITOR_TOKEN:-}"\n',
        '[settings]\nproxy = "http://proxy.example:3128"\ncontact = "me@example.com"\n',
    ],
)
def test_what_the_environment_holds_or_nobody_needs_to_hide_is_none(text: str) -> None:
    assert secret_in(text) == ""


def test_each_file_that_others_can_read_is_named_with_the_fix(tmp_path: Path) -> None:
    main, included, secret = tmp_path / "config.toml", tmp_path / "more feeds.toml", tmp_path / "desk"
    main.write_text('include = ["more feeds.toml"]\n[[channel]]\nname = "desk"\nurl_file = "desk"\n')
    included.write_text(FEED.format('auth = "me:hunter2"'))
    secret.write_text("slack://a/b/c\n")
    for file in (main, included, secret):
        file.chmod(0o640)

    found = warnings(config.load(main, {}))

    assert found == [
        f"{included} holds a feed's password and others can read it; chmod 600 '{included}'",
        f"{secret} holds a channel's address and others can read it; chmod 600 {secret}",
    ]


def test_what_only_its_owner_can_read_is_fine(tmp_path: Path) -> None:
    main = tmp_path / "config.toml"
    main.write_text(CHANNEL.format("slack://a/b/c"))
    main.chmod(0o600)

    assert warnings(config.load(main, {})) == []
