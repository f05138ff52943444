"""Polite polling and reading: conditional requests for feeds, few connections per host for everything.

What a status means for a feed or a page is said here (`permanent`, `retry_after`); when to ask again is for
`schedule` to decide.
"""

import asyncio
import os
import stat
import time
from collections.abc import Awaitable, Callable
from datetime import datetime
from http import HTTPStatus
from pathlib import Path

from monitor import __version__, robots
from monitor.address import shares_secrets
from monitor.errors import FetchError
from monitor.headers import fresh_for, retry_after
from monitor.http import Client, Response
from monitor.model import NotModified, Page, Validators
from monitor.options import Feed, Settings
from monitor.permission import Permission
from monitor.schedule import PER_HOST
from monitor.turns import OWN_SPACING, SPACING, Turns
from monitor.urls import checksum, host

_FEED_TYPES = (
    "application/atom+xml, application/rss+xml, application/feed+json, application/rdf+xml, "
    "application/xml;q=0.9, text/xml;q=0.9, */*;q=0.5"
)
_PAGE_TYPES = "text/html, application/xhtml+xml;q=0.9, */*;q=0.5"
_ROBOTS_WITHIN = 5.0  # seconds
_TRY_AGAIN = frozenset({408, 425, 429})  # the client errors that time can heal


def user_agent(contact: str) -> str:
    """How we introduce ourselves: `news-monitor/VERSION (+contact)`, as sec.gov and polite hosts ask for."""
    return f"news-monitor/{__version__} (+{contact})" if contact else f"news-monitor/{__version__}"


def client(settings: Settings) -> Client:
    """The HTTP client that the settings describe, to be entered."""
    return Client(
        user_agent=settings.user_agent or user_agent(settings.contact),
        allow_private=settings.allow_private_hosts,
        proxy=settings.proxy,
    )


def differs(one: Settings, other: Settings) -> bool:
    """Whether requests are made otherwise under these settings."""
    keys = ("user_agent", "contact", "allow_private_hosts", "proxy")
    return any(getattr(one, key) != getattr(other, key) for key in keys)


class Fetcher:
    """Fetches feeds and pages through `client`, with at most `per_host` requests at a time to one host.

    `now` gives the aware UTC time that dates in headers are measured from; `clock` and `sleep` are for turns, see
    `turns`. Waiting for a turn does not count against a deadline.
    """

    def __init__(
        self,
        client: Client,
        *,
        now: Callable[[], datetime],
        per_host: int = PER_HOST,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[None]] = asyncio.sleep,
    ) -> None:
        self._client = client
        self._now = now
        self._permission = Permission(self._robots_txt, user_agent=client.user_agent, clock=clock)
        self._turns = Turns(self._spacing, at_once=per_host, now=now, clock=clock, sleep=sleep)

    def hold(self, name: str, until: datetime) -> None:
        """The host `name` has asked to be left alone until then: what is for it fails without a connection."""
        self._turns.hold(name, until)

    async def feed(self, feed: Feed, validators: Validators, *, url: str = "") -> Page | NotModified:
        """The feed's document, from `url` where it has moved, or NotModified while `validators` still hold.

        A `feed.address` without a scheme is a local file. Raises FetchError or BlockedError.
        """
        if "://" not in feed.address:
            return await asyncio.to_thread(_read_file, Path(feed.address), validators, self._client.max_bytes)
        target = url or feed.address
        response = await self._ask(feed, target, validators)
        if response.status == 304 and validators != Validators():
            if validators.of == checksum(response.url):
                return NotModified(fresh_for(response.headers, self._now()), response.moved_to)
            # It redirects to elsewhere by now, where validators of another document say nothing.
            response = await self._ask(feed, target, Validators())
        return self._page(response)

    async def _ask(self, feed: Feed, target: str, validators: Validators) -> Response:
        conditions = {"If-None-Match": validators.etag, "If-Modified-Since": validators.last_modified}
        sent = {name: value for name, value in conditions.items() if value}
        return await self._client.get(
            target,
            headers={"Accept": _FEED_TYPES} | _secret_headers(feed, target) | sent,
            auth=_auth(feed, target),
            user_agent=feed.user_agent,
            gate=self._turns.turn,
        )

    async def page(self, feed: Feed, url: str, *, deadline: float) -> Page:
        """The page that an entry of `feed` links to; `deadline` in seconds.

        Carries the feed's headers and auth only to the feed's own host, and asks each site on the way for its
        robots.txt unless the feed says otherwise. Raises FetchError or BlockedError.
        """

        async def vet(hop: str) -> float:
            self._turns.heed(hop)
            return await self._permission.vet(hop, feed.user_agent) if feed.robots else 0.0

        response = await self._client.get(
            url,
            headers={"Accept": _PAGE_TYPES} | _secret_headers(feed, url),
            auth=_auth(feed, url),
            user_agent=feed.user_agent,
            deadline=deadline,
            pages_only=True,
            vet=vet,
            gate=self._turns.turn,
        )
        return self._page(response)

    async def _robots_txt(self, url: str, user_agent: str) -> Response:
        response = await self._client.get(
            url,
            user_agent=user_agent,
            deadline=_ROBOTS_WITHIN,
            cut_at=robots.READ_AT_MOST + 1,
            gate=self._turns.turn,
        )
        if response.status == HTTPStatus.TOO_MANY_REQUESTS or response.status >= 500:
            raise self._refused(response)
        return response

    def _spacing(self, url: str) -> float:
        return OWN_SPACING if self._client.is_own(url) else SPACING

    def _page(self, response: Response) -> Page:
        if response.status != HTTPStatus.OK:
            raise self._refused(response)
        headers = response.headers
        etag, modified = (_sendable(headers.get(name, "")) for name in ("ETag", "Last-Modified"))
        return Page(
            url=response.url,
            status=response.status,
            content_type=_sendable(headers.get("Content-Type", "")),
            body=response.body,
            validators=Validators(etag, modified, checksum(response.url) if etag or modified else 0),
            fresh_for=fresh_for(headers, self._now()),
            moved_to=response.moved_to,
        )

    def _refused(self, response: Response) -> FetchError:
        status, name, now = response.status, host(response.url), self._now()
        wait = None
        if status in (HTTPStatus.TOO_MANY_REQUESTS, HTTPStatus.SERVICE_UNAVAILABLE):
            # To ask for no wait is to ask for nothing.
            wait = retry_after(response.headers.get("Retry-After", ""), now) or None
        if wait is not None:
            self.hold(name, now + wait)
        if status == HTTPStatus.GONE:
            message = f"{name} says that this is gone for good (410)"
        else:
            phrase = HTTPStatus(status).phrase if status in HTTPStatus._value2member_map_ else ""
            message = f"{name} answered {status} {phrase}".rstrip()
        # What is gone behind a redirect that will lead elsewhere tomorrow is not gone.
        passing = status == HTTPStatus.GONE and response.redirected and not response.moved_to
        permanent = 400 <= status < 500 and status not in _TRY_AGAIN and not passing
        return FetchError(message, status=status, permanent=permanent, retry_after=wait, host=name)


def _secret_headers(feed: Feed, target: str) -> dict[str, str]:
    if not shares_secrets(feed.address, target):
        return {}
    return {name.title(): value.get_secret_value() for name, value in feed.headers.items()}


def _auth(feed: Feed, target: str) -> str:
    return feed.auth.get_secret_value() if shares_secrets(feed.address, target) else ""


def _sendable(value: str) -> str:
    """A header as sent, or "" where it cannot be sent back byte for byte (not UTF-8, control characters)."""
    return value if value.replace("\t", " ").isprintable() else ""


def _read_file(path: Path, validators: Validators, limit: int) -> Page | NotModified:
    try:
        # A pipe or a device could block or never end.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        with os.fdopen(descriptor, "rb") as file:
            found = os.fstat(file.fileno())
            if not stat.S_ISREG(found.st_mode):
                raise FetchError(f"{path} is not a regular file")
            etag = f'"{found.st_mtime_ns}-{found.st_size}"'
            if etag == validators.etag:
                return NotModified()
            body = file.read(limit + 1)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise FetchError(f"{path} cannot be read: {reason}") from error
    if len(body) > limit:
        raise FetchError(f"{path} has more than {limit:,} bytes")
    return Page(url=str(path), status=200, content_type="", body=body, validators=Validators(etag=etag))
