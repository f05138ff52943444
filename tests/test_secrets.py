"""No secret of a feed's address leaves the process: the real one runs, and everything it wrote is searched."""

import base64
import json
import socket

from tests.house import NVIDIA, House
from tests.server import Server

KEY, PASSWORD = "k3y-0f-the-feed", "w0rd-0f-the-feed"
ENVIRON = {"FEED_KEY": KEY, "FEED_USER": "reader", "FEED_PASSWORD": PASSWORD}
# Its link is relative, so that the address of the feed is part of the article's.
ENTRY = '<entry><id>1</id><title>Nvidia opens a plant</title><link href="#news"/></entry>'
ATOM = '<feed xmlns="http://www.w3.org/2005/Atom"><id>0</id><title/>{entries}</feed>'
SECRETS = (KEY, PASSWORD, base64.b64encode(f"reader:{PASSWORD}".encode()).decode())


def write(house: House, *addresses: str) -> None:
    """A configuration with these feeds, each with the key in its query and credentials beside it."""
    feeds = "".join(
        f'[[feed]]\nurl = "{address}?key=${{FEED_KEY}}"\nauth = "${{FEED_USER}}:${{FEED_PASSWORD}}"\n'
        for address in addresses
    )
    settings = f'[settings]\nallow_private_hosts = ["127.0.0.1", "{house.server.authority}"]\n'
    house.config.write_text(f"{settings}{feeds}{NVIDIA}{house.webhook('desk', '/hook')}")


def all_output(house: House) -> str:
    """What a pass and every command that lists something write, and every byte of the folder's files."""
    done = [house.once(**ENVIRON)]
    done += [house.run(*command, **ENVIRON) for command in (["check"], ["feeds", "--json"], ["alerts", "--json"])]
    files = [path.read_bytes().decode("latin-1") for path in house.folder.iterdir() if path.is_file()]
    return "\n".join([*(process.stdout + process.stderr for process in done), *files])


def shown(output: str) -> list[str]:
    return [secret for secret in SECRETS if secret in output]


def test_a_feed_that_answers_gives_no_secret_away(house: House, server: Server) -> None:
    desk = server.collector("/hook")
    write(house, f"{server.url}/rss")
    server.answer("/rss", ATOM.format(entries="").encode())
    house.once(**ENVIRON)
    server.answer("/rss", ATOM.format(entries=ENTRY).encode())

    output = all_output(house)

    (body,) = desk.wait_for(1)
    (alert,) = [json.loads(line) for line in house.run("alerts", "--json", **ENVIRON).stdout.splitlines()]
    (feed,) = [json.loads(line) for line in house.run("feeds", "--json", **ENVIRON).stdout.splitlines()]
    asked = server.requests[0]
    assert asked.query == f"key={KEY}"
    assert asked.headers["authorization"].endswith(SECRETS[2])
    assert shown(output + body.decode()) == []
    assert feed["url"] == f"{server.url}/rss?key=${{FEED_KEY}}"
    assert (feed["name"], alert["outlet"]) == (f"{server.authority}/rss", "127.0.0.1")


def test_feeds_that_fail_give_no_secret_away(house: House, server: Server) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        refusing = f"http://127.0.0.1:{closed.getsockname()[1]}"
        server.page("/page", "<html><body>no feed</body></html>")
        server.redirect("/moved", f"/missing?key={KEY}", 301)
        server.redirect("/away", f"ftp://ftp.example.com/{KEY}/rss?key={KEY}")
        server.redirect("/private", f"http://10.0.0.1/rss?key={KEY}")
        server.redirect("/user", f"http://reader:{PASSWORD}@127.0.0.1/rss?key={KEY}")
        server.redirect("/broken", f"http://[::1/rss?key={KEY}")
        server.redirect("/circle", f"/circle?key={KEY}")
        paths = ("/missing", "/page", "/moved", "/away", "/private", "/user", "/broken", "/circle")
        write(house, f"{refusing}/rss", *(server.url + path for path in paths))

        output = all_output(house)

    assert "(9 failed)" in output
    assert shown(output) == []


def test_the_password_of_a_refused_address_is_not_repeated(house: House) -> None:
    house.config.write_text(f'[[feed]]\nurl = "https://reader:{PASSWORD}@a.example.com/rss"\n')

    done = [house.run("check"), house.run("check", "--json"), house.once()]

    assert [process.returncode for process in done] == [2, 2, 2]
    assert shown("".join(process.stdout + process.stderr for process in done)) == []
    assert 'auth = "${USER}:${PASSWORD}"' in done[0].stderr
