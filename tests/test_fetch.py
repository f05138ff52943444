"""Feeds and pages through a real server: conditional requests, what a status means, whose secrets go where."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor.errors import BlockedError, FetchError
from monitor.fetch import Fetcher
from monitor.http import Client
from monitor.model import NotModified, Page, Validators
from monitor.options import Feed
from monitor.urls import checksum
from tests.clients import NOW, fetching
from tests.server import Answer, Item, Request, Server, respond, serve

NEWS = [Item("Nvidia opens a plant", link="/a", published=NOW)]


@pytest.fixture
def other() -> Iterator[Server]:
    with serve() as running:
        yield running


@pytest.fixture
async def fetcher(server: Server, other: Server) -> AsyncIterator[Fetcher]:
    async with fetching(server, other) as opened:
        yield opened


async def document(fetcher: Fetcher, url: str, validators: Validators = Validators()) -> Page:  # noqa: B008  # frozen
    found = await fetcher.feed(Feed(url=url), validators)
    assert isinstance(found, Page)
    return found


# ---------------------------------------------------------------- feeds


async def test_a_feed_comes_with_its_validators(fetcher: Fetcher, server: Server) -> None:
    url = server.feed("/rss", NEWS)

    page = await document(fetcher, url)

    assert (page.url, page.status, page.content_type) == (url, 200, "application/rss+xml")
    assert b"Nvidia opens a plant" in page.body
    assert page.validators.etag.startswith('"')
    assert page.validators.last_modified.endswith("GMT")


async def test_an_answer_says_how_long_it_holds(fetcher: Fetcher, server: Server) -> None:
    url = server.answer("/rss", b"<rss/>", headers={"Cache-Control": "max-age=900", "Age": "60"})
    unchanged = server.status("/same", 304, {"Expires": "Tue, 23 Jul 2024 14:10:00 GMT"})

    page = await document(fetcher, url)
    same = await fetcher.feed(Feed(url=unchanged), Validators('"1"', of=checksum(unchanged)))

    assert (page.fresh_for, same.fresh_for) == (timedelta(minutes=14), timedelta(minutes=10))


async def test_an_answer_says_whether_the_address_has_moved_for_good(fetcher: Fetcher, server: Server) -> None:
    new, same = server.feed("/new", NEWS), server.status("/same", 304)
    server.redirect("/old", "/new", 301)
    server.redirect("/elsewhere", "/new", 302)
    server.redirect("/unchanged", "/same", 308)

    moved = await document(fetcher, f"{server.url}/old")
    visiting = await document(fetcher, f"{server.url}/elsewhere")
    redirecting = Validators('"1"', of=checksum(same))
    unchanged = await fetcher.feed(Feed(url=f"{server.url}/unchanged"), redirecting)

    assert (moved.moved_to, visiting.moved_to, unchanged.moved_to) == (new, "", same)


async def test_a_first_request_is_unconditional_and_asks_for_feeds(fetcher: Fetcher, server: Server) -> None:
    await document(fetcher, server.feed("/rss", NEWS))

    sent = server.last("/rss").headers
    assert not {"if-none-match", "if-modified-since"} & set(sent)
    assert "application/rss+xml" in sent["accept"]


async def test_an_unchanged_feed_is_not_sent_again(fetcher: Fetcher, server: Server) -> None:
    url = server.feed("/rss", NEWS)
    first = await document(fetcher, url)

    again = await fetcher.feed(Feed(url=url), first.validators)
    server.feed("/rss", [*NEWS, Item("Another", link="/b")])
    changed = await fetcher.feed(Feed(url=url), first.validators)

    assert isinstance(again, NotModified)
    assert isinstance(changed, Page)
    assert changed.validators != first.validators


async def test_validators_say_nothing_of_a_document_that_the_feed_now_redirects_to(
    fetcher: Fetcher, server: Server
) -> None:
    url = server.feed("/rss", NEWS)
    first = await document(fetcher, url)

    async def unchanged_since(request: Request, writer: asyncio.StreamWriter) -> None:
        conditional = "if-modified-since" in request.headers
        await respond(
            writer,
            Answer(b"", 304) if conditional else Answer(b"<rss>another</rss>", headers={"Last-Modified": "then"}),
        )

    server.handle("/other", unchanged_since)
    server.redirect("/rss", "/other", 301)

    page = await document(fetcher, url, first.validators)
    again = await fetcher.feed(Feed(url=url), Validators(last_modified="then", of=page.validators.of))

    assert page.body == b"<rss>another</rss>"
    assert isinstance(again, NotModified)


async def test_what_is_gone_behind_a_temporary_redirect_is_not_gone_for_good(fetcher: Fetcher, server: Server) -> None:
    server.status("/gone", 410)
    gone = []

    for status in (301, 302):
        with pytest.raises(FetchError) as caught:
            await document(fetcher, server.redirect("/rss", "/gone", status))
        gone.append(caught.value.permanent)

    assert gone == [True, False]


@pytest.mark.parametrize("etag", ['W/"a b"', "unquoted", '"grün-✓"', '""', "'x', \"y\""])
async def test_validators_are_echoed_byte_for_byte(fetcher: Fetcher, server: Server, etag: str) -> None:
    modified = "Tue, 23 Jul 2024 14:00:00 +0000"
    url = server.answer("/rss", b"<rss/>", headers={"ETag": etag, "Last-Modified": modified})

    page = await document(fetcher, url)
    await fetcher.feed(Feed(url=url), page.validators)

    sent = server.last("/rss").headers
    assert sent["if-none-match"].encode("latin-1") == etag.encode()
    assert sent["if-modified-since"] == modified


async def test_a_validator_that_cannot_be_echoed_is_dropped(fetcher: Fetcher, server: Server) -> None:
    url = server.raw("/rss", b'HTTP/1.1 200 OK\r\nETag: "\xe9"\r\nContent-Length: 6\r\n\r\n<rss/>')

    page = await document(fetcher, url)

    assert page.validators == Validators()


async def test_a_304_to_an_unconditional_request_is_an_error(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(FetchError) as caught:
        await document(fetcher, server.status("/rss", 304))

    assert caught.value.status == 304


async def test_a_feed_that_has_moved_is_asked_for_at_its_new_address(fetcher: Fetcher, server: Server) -> None:
    new = server.feed("/new", NEWS)

    page = await fetcher.feed(Feed(url=f"{server.url}/old"), Validators(), url=new)

    assert isinstance(page, Page)
    assert (page.url, server.hits("/old")) == (new, 0)


async def test_a_feed_brings_its_own_headers_credentials_and_user_agent(fetcher: Fetcher, server: Server) -> None:
    url = server.feed("/rss", NEWS)
    feed = Feed(url=url, headers={"x-key": SecretStr("k")}, auth=SecretStr("user:password"), user_agent="Mine/1")

    await fetcher.feed(feed, Validators())

    sent = server.last("/rss").headers
    assert (sent["x-key"], sent["user-agent"]) == ("k", "Mine/1")
    assert sent["authorization"].startswith("Basic ")


async def test_an_address_that_has_moved_to_another_host_gets_no_secrets(
    fetcher: Fetcher, server: Server, other: Server
) -> None:
    feed = Feed(url=f"{server.url}/rss", headers={"X-Key": SecretStr("k")}, auth=SecretStr("user:password"))

    await fetcher.feed(feed, Validators('"1"'), url=other.feed("/rss", NEWS))

    sent = other.last("/rss").headers
    assert not {"x-key", "authorization"} & set(sent)
    assert sent["if-none-match"] == '"1"'


# ---------------------------------------------------------------- statuses


@pytest.mark.parametrize(
    ("status", "permanent", "message"),
    [
        (204, False, "127.0.0.1 answered 204 No Content"),
        (302, False, "127.0.0.1 answered 302 Found"),
        (401, True, "127.0.0.1 answered 401 Unauthorized"),
        (404, True, "127.0.0.1 answered 404 Not Found"),
        (408, False, "127.0.0.1 answered 408 Request Timeout"),
        (410, True, "127.0.0.1 says that this is gone for good (410)"),
        (425, False, "127.0.0.1 answered 425 Too Early"),
        (429, False, "127.0.0.1 answered 429 Too Many Requests"),
        (500, False, "127.0.0.1 answered 500 Internal Server Error"),
        (520, False, "127.0.0.1 answered 520"),
    ],
)
async def test_a_status_says_whether_asking_again_can_help(
    fetcher: Fetcher, server: Server, status: int, permanent: bool, message: str
) -> None:
    url = server.status("/rss", status)

    with pytest.raises(FetchError) as caught:
        await document(fetcher, url)

    error = caught.value
    assert (error.status, error.permanent, error.retry_after, str(error)) == (status, permanent, None, message)


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize(
    ("header", "wait"),
    [("120", timedelta(minutes=2)), ("Tue, 23 Jul 2024 15:00:00 GMT", timedelta(hours=1)), ("soon", None)],
)
async def test_retry_after_is_read_in_both_forms(
    fetcher: Fetcher, server: Server, status: int, header: str, wait: timedelta | None
) -> None:
    url = server.status("/rss", status, {"Retry-After": header})

    with pytest.raises(FetchError) as caught:
        await document(fetcher, url)

    assert (caught.value.retry_after, caught.value.permanent) == (wait, False)


# ---------------------------------------------------------------- faults


async def test_every_fault_of_a_feed_is_an_error_of_ours(fetcher: Fetcher, server: Server) -> None:
    faults = [
        server.truncated("/truncated"),
        server.reset("/reset"),
        server.oversized("/oversized", 100_001),
        server.endless("/endless"),
        server.gzip_bomb("/bomb"),
        server.wrong_encoding("/gzip", "gzip"),
        server.redirect("/loop", "/loop"),
        server.redirect("/metadata", "http://169.254.169.254/"),
        f"{server.url}/missing",
    ]

    outcomes = await asyncio.gather(*(document(fetcher, url) for url in faults), return_exceptions=True)

    assert [isinstance(outcome, FetchError) for outcome in outcomes] == [True] * len(faults)


@pytest.mark.parametrize("says", ["utf-8", "bogus"])
async def test_a_wrong_charset_is_left_to_the_parser(fetcher: Fetcher, server: Server, says: str) -> None:
    page = await document(fetcher, server.wrong_encoding("/rss", says))

    assert "charset" in page.content_type
    assert "Café" in page.body.decode("cp1252")


# ---------------------------------------------------------------- pages


async def test_a_page_is_fetched_with_its_final_address(fetcher: Fetcher, server: Server) -> None:
    server.redirect("/short", "/story")
    url = server.page("/story", "<p>text</p>")

    page = await fetcher.page(Feed(url=f"{server.url}/rss"), f"{server.url}/short", deadline=5)

    assert (page.url, page.body, page.content_type) == (url, b"<p>text</p>", "text/html; charset=utf-8")
    assert server.last("/story").headers["accept"].startswith("text/html")


async def test_a_page_keeps_to_its_own_deadline(fetcher: Fetcher, server: Server) -> None:
    with pytest.raises(FetchError, match=r"no complete answer from 127\.0\.0\.1 within 0\.1 s"):
        await fetcher.page(Feed(url="x"), server.slow("/a", 30), deadline=0.1)


async def test_a_link_to_a_document_is_no_page(fetcher: Fetcher, server: Server) -> None:
    url = server.answer("/a.pdf", b"%PDF", headers={"Content-Type": "application/pdf"})

    with pytest.raises(FetchError, match="the link is application/pdf, not a page") as caught:
        await fetcher.page(Feed(url="x"), url, deadline=5)

    assert caught.value.permanent


async def test_a_missing_page_keeps_its_status_whatever_type_it_has(fetcher: Fetcher, server: Server) -> None:
    url = server.status("/a", 404, {"Content-Type": "application/json"}, b"{}")

    with pytest.raises(FetchError) as caught:
        await fetcher.page(Feed(url="x"), url, deadline=5)

    assert caught.value.status == 404


async def test_pages_carry_the_feeds_secrets_to_its_own_host_only(
    fetcher: Fetcher, server: Server, other: Server
) -> None:
    feed = Feed(url=f"{server.url}/rss", headers={"Cookie": SecretStr("id=1")}, auth=SecretStr("user:password"))

    await fetcher.page(feed, server.page("/a", ""), deadline=5)
    await fetcher.page(feed, other.page("/a", ""), deadline=5)

    assert {"cookie", "authorization"} <= set(server.last("/a").headers)
    assert not {"cookie", "authorization"} & set(other.last("/a").headers)


async def test_a_link_to_a_private_address_makes_no_connection(server: Server) -> None:
    url = server.page("/a", "")

    async with Client(user_agent="x") as client:
        with pytest.raises(BlockedError):
            await Fetcher(client, now=lambda: NOW).page(Feed(url="x"), url, deadline=5)

    assert server.connections == 0


# ---------------------------------------------------------------- local files


async def test_a_feed_may_be_a_local_file(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(b"<rss/>")

    first = await document(fetcher, str(path))
    again = await fetcher.feed(Feed(url=str(path)), first.validators)
    path.write_bytes(b"<rss></rss>")
    changed = await document(fetcher, str(path), first.validators)

    assert (first.url, first.status, first.body) == (str(path), 200, b"<rss/>")
    assert isinstance(again, NotModified)
    assert changed.body == b"<rss></rss>"


async def test_a_local_file_above_the_cap_is_not_read(fetcher: Fetcher, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml"
    path.write_bytes(b"x" * 100_001)

    with pytest.raises(FetchError, match="more than 100,000 bytes"):
        await document(fetcher, str(path))


async def test_a_local_path_that_is_no_file_is_an_error(fetcher: Fetcher, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")

    for path in (tmp_path / "missing", tmp_path, tmp_path / "pipe", Path("/dev/zero"), tmp_path / "nul\x00"):
        with pytest.raises(FetchError, match=r"cannot be read|not a regular file"):
            await document(fetcher, str(path))
