"""Where the client goes and where it does not: redirects, secrets, private addresses, proxies."""

import asyncio
import base64
import socket
from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from monitor import address
from monitor.address import shares_secrets
from monitor.errors import BlockedError, FetchError
from monitor.http import Client
from tests.clients import failure, get, resolver
from tests.server import Answer, Request, Server, respond, serve


@pytest.fixture
def other() -> Iterator[Server]:
    with serve() as running:
        yield running


# ---------------------------------------------------------------- redirects


async def test_a_redirect_is_followed_and_resolved_against_where_it_was_met(server: Server) -> None:
    server.redirect("/x/a", "b?c=1#top")
    url = server.page("/x/b", "here")

    response = await get(f"{server.url}/x/a", server)

    assert (response.body, response.url.startswith(f"{url}?c=1")) == (b"here", True)


@pytest.mark.parametrize(
    ("statuses", "permanent"),
    [((301,), True), ((308, 301), True), ((302,), False), ((301, 302), False), ((307, 301), False), ((303,), False)],
)
async def test_only_permanent_redirects_move_an_address(
    server: Server, statuses: tuple[int, ...], permanent: bool
) -> None:
    for number, status in enumerate(statuses):
        server.redirect(f"/{number}", f"/{number + 1}", status)
    end = server.page(f"/{len(statuses)}", "end")

    response = await get(f"{server.url}/0", server)

    assert (response.url, response.moved_to) == (end, end if permanent else "")


async def test_five_redirects_are_followed_and_not_six(server: Server) -> None:
    for number in range(6):
        server.redirect(f"/{number}", f"/{number + 1}")
    server.page("/6", "end")

    response = await get(f"{server.url}/1", server)
    error = await failure(f"{server.url}/0", server)

    assert response.body == b"end"
    assert str(error) == "127.0.0.1 redirects more than 5 times"


async def test_a_redirect_loop_ends_after_six_requests(server: Server) -> None:
    error = await failure(server.redirect("/a", "/a"), server)

    assert str(error) == "127.0.0.1 redirects more than 5 times"
    assert server.hits("/a") == 6


async def test_a_redirect_without_a_target_is_the_answer(server: Server) -> None:
    response = await get(server.status("/a", 302), server)

    assert response.status == 302


@pytest.mark.parametrize(
    "target", ["ftp://x/", "file:///etc/passwd", "javascript:alert(1)", "gopher://127.0.0.1/", "http:/a", "data:,x"]
)
async def test_a_redirect_to_another_scheme_is_not_followed(server: Server, target: str) -> None:
    error = await failure(server.redirect("/a", target), server)

    assert isinstance(error, BlockedError)
    assert "no http or https address" in str(error)


async def test_a_redirect_with_bytes_beyond_ascii_is_followed(server: Server) -> None:
    server.raw("/a", "HTTP/1.1 302 x\r\nLocation: /caf\xe9\r\nContent-Length: 0\r\n\r\n".encode("latin-1"))
    server.page("/caf%E9", "found")

    response = await get(f"{server.url}/a", server)

    assert response.body == b"found"


async def test_secrets_stay_with_their_host(server: Server, other: Server) -> None:
    secrets = {"Cookie": "a=b", "X-Api-Key": "k"}
    server.redirect("/a", f"{other.url}/b")
    other.redirect("/b", f"{server.url}/c")
    server.page("/c", "")

    headers = {**secrets, "If-None-Match": '"1"', "Accept-Language": "en"}
    await get(f"{server.url}/a", server, other, headers=headers, auth="user:password")

    assert {"cookie", "x-api-key", "authorization"} <= set(server.last("/a").headers)
    for request in (other.last("/b"), server.last("/c")):
        assert not {"cookie", "x-api-key", "authorization"} & set(request.headers)
        assert (request.headers["if-none-match"], request.headers["accept-language"]) == ('"1"', "en")


async def test_secrets_are_sent_on_within_the_host(server: Server) -> None:
    server.redirect("/a", "/b")
    server.page("/b", "")

    await get(f"{server.url}/a", server, auth="user:password")

    assert "authorization" in server.last("/b").headers


@pytest.mark.parametrize(
    ("before", "after", "shared"),
    [
        ("https://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "https://A.example:443/y", True),
        ("http://a.example/x", "https://a.example/y", True),
        ("https://a.example/x", "http://a.example/y", False),
        ("https://a.example/x", "https://b.a.example/y", False),
        ("https://a.example/x", "https://a.example:8443/y", False),
        ("http://a.example:8080/x", "https://a.example/y", False),
        ("/home/me/feed.xml", "https://a.example/y", False),
    ],
)
def test_secrets_are_shared_within_an_origin_and_with_its_https(before: str, after: str, shared: bool) -> None:
    assert shares_secrets(before, after) is shared


# ---------------------------------------------------------------- the guard


async def test_loopback_is_not_connected_to(server: Server) -> None:
    error = await failure(server.page("/a", ""))

    assert isinstance(error, BlockedError)
    assert str(error).startswith("127.0.0.1 is a loopback address")
    assert server.connections == 0


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST.", "127.1", "2130706433", "0x7f.0.0.1", "0.0.0.0", "[::1]"])
async def test_no_name_for_loopback_is_connected_to(server: Server, host: str) -> None:
    error = await failure(f"http://{host}:{server.port}/a", server)

    assert isinstance(error, BlockedError)
    assert server.connections == 0


@pytest.mark.parametrize(
    "target",
    [
        "http://169.254.169.254/latest/meta-data/",
        "http://10.0.0.1/",
        "http://[::1]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://0.0.0.0/",
        "//192.168.1.1/",
        "http://localhost/",
    ],
)
async def test_a_redirect_to_a_private_address_makes_no_connection(server: Server, target: str) -> None:
    error = await failure(server.redirect("/a", target), server)

    assert isinstance(error, BlockedError)
    assert "add " in str(error)


async def test_a_redirect_to_a_port_that_is_not_exempted_makes_no_connection(server: Server, other: Server) -> None:
    server.redirect("/a", other.page("/b", ""))

    error = await failure(f"{server.url}/a", server)

    assert isinstance(error, BlockedError)
    assert other.connections == 0


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """The names that the system's resolver knows, with their addresses."""
    known: dict[str, list[str]] = {}
    monkeypatch.setattr(socket, "getaddrinfo", resolver(known))
    return known


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["::1", "127.0.0.1"],
        ["10.0.0.1", "::ffff:7f00:1", "0.0.0.0"],
        ["169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe"],
    ],
)
async def test_a_name_that_resolves_to_private_addresses_makes_no_connection(
    server: Server, names: dict[str, list[str]], addresses: list[str]
) -> None:
    names["rebind.example"] = addresses

    error = await failure(f"http://rebind.example:{server.port}/a", server)

    assert isinstance(error, BlockedError)
    assert str(error).startswith("rebind.example leads to ")
    assert server.connections == 0


async def test_an_exemption_for_one_name_is_none_for_a_second(server: Server, names: dict[str, list[str]]) -> None:
    names["intranet.example"] = names["second.example"] = ["127.0.0.1"]
    server.redirect("/a", f"http://second.example:{server.port}/b")

    async with Client(user_agent="x", allow_private=[f"intranet.example:{server.port}"]) as opened:
        with pytest.raises(BlockedError, match=r"^second\.example leads to 127\.0\.0\.1, a loopback address"):
            await opened.get(f"http://intranet.example:{server.port}/a")

    assert (server.connections, server.hits("/a"), server.hits("/b")) == (1, 1, 0)


@pytest.mark.parametrize("host", ["localhost", "intranet.example", "Intranet.Example"])
async def test_an_exempted_name_is_connected_to(server: Server, names: dict[str, list[str]], host: str) -> None:
    names["localhost"] = names["intranet.example"] = ["::1", "127.0.0.1"]
    server.page("/a", "here")

    async with Client(user_agent="x", allow_private=[f"{host}:{server.port}"]) as opened:
        response = await opened.get(f"http://{host}:{server.port}/a")

    assert response.body == b"here"


@pytest.mark.parametrize(
    "url",
    [
        "http://user:password@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://127.0.0.1\\.example.com/",
        "http://127.0.0.1%2f.example.com/",
        "http://exa\nmple.com/",
        "http://example.com/\x00",
        "ftp://example.com/",
        "http:example.com",
        "example.com",
        "",
    ],
)
async def test_ambiguous_addresses_are_refused(url: str) -> None:
    error = await failure(url)

    assert isinstance(error, BlockedError)


@pytest.mark.parametrize("url", ["ftp://{}@a.example/{}?{}", "http://{}@a.example/{}#{}", "http://[::1/{}", "{}"])
async def test_a_refused_address_is_named_without_what_may_be_secret(url: str) -> None:
    error = await failure(url.replace("{}", "s3cr3t"))

    assert "s3cr3t" not in str(error)


@pytest.mark.parametrize(
    "url", ["http://", "http:///x", "http://[::1", "http://a:99999/", "http://a..b/", "http://[x]/"]
)
async def test_addresses_that_are_none_are_a_permanent_failure(url: str) -> None:
    error = await failure(url)

    assert error.permanent


@given(st.text(max_size=60), st.sampled_from(["", "http://", "https://a.example/", "//", "http://["]))
def test_any_text_is_an_address_or_an_error_of_ours(text: str, prefix: str) -> None:
    base = URL("http://example.com/x")

    for options in ((), (base,)):
        try:
            url = address.parse(prefix + text, *options)
        except FetchError as error:
            assert error.permanent
        else:
            assert url.scheme in ("http", "https")
            assert url.raw_host


# ---------------------------------------------------------------- behind a proxy


async def test_a_proxy_gets_the_request_and_its_own_credentials(server: Server) -> None:
    async def forward(request: Request, writer: asyncio.StreamWriter) -> None:
        await respond(writer, Answer(b"through the proxy"))

    server.handle("http://example.com/a", forward)
    proxy = f"http://me:secret@{server.authority}"

    async with Client(user_agent="x", proxy=proxy) as opened:
        response = await opened.get("http://example.com/a")

    credentials = base64.b64encode(b"me:secret").decode()
    assert response.body == b"through the proxy"
    assert server.last("http://example.com/a").headers["proxy-authorization"] == f"Basic {credentials}"


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "10.0.0.1", "2130706433", "[::1]"])
async def test_private_literals_are_not_handed_to_a_proxy(server: Server, host: str) -> None:
    async with Client(user_agent="x", proxy=server.url) as opened:
        with pytest.raises(BlockedError):
            await opened.get(f"http://{host}/a")

    assert server.connections == 0


async def test_a_proxy_that_refuses_is_named_as_the_culprit(server: Server) -> None:
    server.status("example.com:443", 407)

    async with Client(user_agent="x", proxy=server.url) as opened:
        with pytest.raises(FetchError, match=r"^example\.com: the proxy refused the connection"):
            await opened.get("https://example.com/a")

    assert server.last("example.com:443").method == "CONNECT"


async def test_a_proxy_whose_name_is_not_known_is_named_as_the_culprit(names: dict[str, list[str]]) -> None:
    async with Client(user_agent="x", proxy="http://proxy.example:3128") as opened:
        with pytest.raises(FetchError, match=r"^the proxy: name not known$"):
            await opened.get("http://example.com/a")


async def test_a_proxy_that_is_not_there_is_named_as_the_culprit() -> None:
    with serve() as gone:
        proxy = gone.url

    async with Client(user_agent="x", proxy=proxy) as opened:
        with pytest.raises(FetchError, match=r"example\.com: the proxy cannot be reached"):
            await opened.get("http://example.com/a")
