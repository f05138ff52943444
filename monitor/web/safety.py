"""What every request passes and every response carries, so that no other site can read or click the pages.

A browser tells which page a request comes from (Origin, Sec-Fetch-Site) and which name it believes to talk to (Host).
A page elsewhere that makes a name of its own lead here would send that name: only known names are answered.
"""

import ipaddress
import socket
from collections.abc import Awaitable, Callable
from urllib.parse import urlsplit

from aiohttp import web

from monitor.formats import split_host
from monitor.options import Web
from monitor.web import dashboard

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

# What changes nothing and may come without saying from where.
READING = ("GET", "HEAD")

HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    # Not no-referrer: with that, browsers send forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


async def add_headers(_request: web.Request, response: web.StreamResponse) -> None:
    """Send the headers with whatever is answered; nothing but files of ours is kept by anyone.

    Pages are compressed: none holds a secret, the length of which could be told from it.
    """
    if response.content_type in ("text/html", "application/json", "application/atom+xml"):
        response.enable_compression()
    for name, value in HEADERS.items():
        response.headers.setdefault(name, value)
    response.headers.setdefault("Cache-Control", "no-store")
    response.headers["Server"] = "news-monitor"


@web.middleware
async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Refuse what another site sends, and what was sent to a name that is not ours."""
    if problem := refusal(request, dashboard.of(request).config().web):
        raise web.HTTPForbidden(text=problem)
    return await handler(request)


def refusal(request: web.Request, settings: Web) -> str:
    """Why a request is not answered; "" where it is."""
    host = request.headers.get("Host", "")
    if len(request.headers.getall("Host", [])) != 1 or not _is_ours(host, settings):
        return (
            "This name is not known to the monitor. Open it by its address, or name it in the configuration: "
            'hosts = ["..."] below [web].'
        )
    origin = request.headers.get("Origin")
    if origin is not None and not _is_same(origin, host, settings):
        return "This was sent by a page of another site."
    if request.method in READING:
        return ""
    if request.headers.get("Sec-Fetch-Site", "same-origin") != "same-origin":
        return "This was sent by a page of another site."
    if origin is None:
        return "Say where this comes from: a browser sends the header Origin with every form."
    return ""


def _is_ours(host: str, settings: Web) -> bool:
    """Whether a Host header names this server: an address as such, this machine, or a name of the configuration."""
    try:
        name, _ = split_host(host)
    except ValueError:
        return False
    name = name.lower().rstrip(".")
    try:
        ipaddress.ip_address(name)
    except ValueError:
        listening, _ = split_host(settings.listen)
        return name in ("localhost", socket.gethostname().lower(), listening, *settings.hosts)
    return True  # a name that leads elsewhere is no address


def _is_same(origin: str, host: str, settings: Web) -> bool:
    """Whether a page of this server sent a request; behind a proxy, one under a name of the configuration."""
    try:
        parts = urlsplit(origin)
        name = parts.hostname or ""
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and (parts.netloc.lower() == host.lower() or name in settings.hosts)
