"""Who may see the pages where the configuration sets a token: who has sent it, by the login page or with a request.

The cookie holds no token, but when it ends and a signature of that; another token ends all sessions. Programs send the
token as `Authorization: Bearer ...`, feed readers as the password of a login of any name.
"""

import base64
import hashlib
import hmac
import time
from collections import defaultdict
from datetime import timedelta
from functools import lru_cache

from aiohttp import web

from monitor.web import dashboard
from monitor.web.safety import Handler

COOKIE = "monitor_session"
LASTS = timedelta(days=30)

# Paths that need no login: none of them tells anything of the news.
OPEN = ("/login", "/healthz", "/readyz")

# After so many wrong tokens within so many seconds, from one address and from all, none is looked at.
WRONG, WRONG_IN_ALL, WITHIN = 5, 50, 300.0


class Attempts:
    """Wrong tokens of late, by where they came from; `clock` counts seconds."""

    def __init__(self) -> None:
        self.clock = time.monotonic
        self._wrong: dict[str, list[float]] = defaultdict(list)

    def note(self, address: str) -> None:
        self._wrong[address].append(self.clock())

    def wait(self, address: str) -> float:
        """Seconds until another try is looked at; 0 for now."""
        since = self.clock() - WITHIN
        self._wrong = defaultdict(
            list, {who: kept for who, times in self._wrong.items() if (kept := [at for at in times if at > since])}
        )
        everyone = sorted(at for times in self._wrong.values() for at in times)
        waits = [
            times[-most] - since
            for times, most in ((self._wrong.get(address, []), WRONG), (everyone, WRONG_IN_ALL))
            if len(times) >= most
        ]
        return max(waits, default=0.0)


ATTEMPTS = web.AppKey("attempts", Attempts)


def add_to(app: web.Application) -> None:
    """Add the login page."""
    app[ATTEMPTS] = Attempts()
    app.router.add_get("/login", show)
    app.router.add_post("/login", log_in)
    app.router.add_post("/logout", log_out)


@web.middleware
async def check(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Let nobody in who has not shown the token, where there is one."""
    token = _token(request)
    if not token or request.path in OPEN or request.path.startswith("/static/") or _has_session(request, token):
        return await handler(request)
    if given := _sent(request):
        _refuse_too_many(request)
        if _is_same(given, token):
            return await handler(request)
        request.app[ATTEMPTS].note(_address(request))
    if request.method == "GET" and "text/html" in request.headers.get("Accept", ""):
        raise web.HTTPSeeOther("/login")
    raise web.HTTPUnauthorized(
        text="Send the token of the configuration: Authorization: Bearer TOKEN, or as a password.",
        headers={"WWW-Authenticate": 'Basic realm="news monitor", charset="UTF-8"'},
    )


async def show(request: web.Request) -> web.Response:
    """The login page."""
    token = _token(request)
    if not token or _has_session(request, token):
        raise web.HTTPSeeOther("/")
    return _form(request)


async def log_in(request: web.Request) -> web.Response:
    """Take the token, and give a session for it."""
    token = _token(request)
    if not token:
        raise web.HTTPSeeOther("/")
    given = str((await dashboard.form(request)).get("token", ""))
    # Nothing is waited for between this and the comparison, or many could pass it at once.
    _refuse_too_many(request)
    if not _is_same(given.strip(), token):
        request.app[ATTEMPTS].note(_address(request))
        return _form(request, "This is not the token that the configuration sets.", status=403)
    done = web.HTTPSeeOther("/")
    ends = int(time.time() + LASTS.total_seconds())
    done.set_cookie(
        COOKIE,
        f"{ends}.{_signature(token, ends)}",
        max_age=int(LASTS.total_seconds()),
        httponly=True,
        samesite="Lax",  # so that a link in a mail leads to the page and not to the login
        secure=request.secure or request.headers.get("X-Forwarded-Proto") == "https",
    )
    raise done


async def log_out(_request: web.Request) -> web.Response:
    """End the session of this browser."""
    done = web.HTTPSeeOther("/login")
    done.del_cookie(COOKIE)
    raise done


def _form(request: web.Request, problem: str = "", status: int = 200) -> web.Response:
    page = dashboard.of(request).pages.get_template("login.html").render(problem=problem)
    return web.Response(text=page, status=status, content_type="text/html", charset="utf-8")


def _token(request: web.Request) -> str:
    return dashboard.of(request).config().web.token.get_secret_value()


def _address(request: web.Request) -> str:
    return request.remote or ""


def _refuse_too_many(request: web.Request) -> None:
    wait = request.app[ATTEMPTS].wait(_address(request))
    if wait > 0:
        raise web.HTTPTooManyRequests(
            text=f"Too many wrong tokens. Try again in {wait:.0f} seconds.", headers={"Retry-After": f"{wait:.0f}"}
        )


def _sent(request: web.Request) -> str:
    """The token that a request itself carries; "" without one."""
    kind, _, value = request.headers.get("Authorization", "").partition(" ")
    if kind.lower() == "bearer":
        return value.strip()
    if kind.lower() == "basic":
        try:
            return base64.b64decode(value.strip(), validate=True).decode().partition(":")[2]
        except ValueError:  # also of base64, and of a text that is none
            return ""
    return ""


def _has_session(request: web.Request, token: str) -> bool:
    ends, _, signature = request.cookies.get(COOKIE, "").partition(".")
    if not (ends.isascii() and ends.isdecimal() and len(ends) < 12):
        return False
    return _is_same(signature, _signature(token, int(ends))) and int(ends) > time.time()


def _is_same(given: str, wanted: str) -> bool:
    """In a time that tells nothing. What a request holds may be no text at all."""
    return hmac.compare_digest(given.encode("utf-8", "surrogateescape"), wanted.encode())


def _signature(token: str, ends: int) -> str:
    """Made with a key that is as good as the token, and from which the token cannot be told."""
    return hmac.new(_key(token), str(ends).encode(), hashlib.sha256).hexdigest()


@lru_cache(maxsize=1)
def _key(token: str) -> bytes:
    return hashlib.scrypt(token.encode(), salt=b"news-monitor session", n=2**14, r=8, p=1)
