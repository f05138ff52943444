"""One message to one channel, through Apprise, which knows the services and their addresses.

Apprise answers "sent" or "not sent"; an outbox needs to know whether trying again can help, and when. So
its plugins are called directly, one target at a time, without its own retries, thread pools and
`optional=yes`; a recorder around `requests.Session.send` lets `outgoing` have a last look at each request, and
notes what the service answered; and mail goes out by `mail`.

Each send has a daemon thread and a deadline of its own: one that hangs delays neither others nor the exit.
"""

import asyncio
import functools
import json
import logging
import re
import threading
import time
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from typing import Any

from monitor import mail, outgoing
from monitor.errors import NotifyError
from monitor.model import Rendered
from monitor.render import Kind

_SCHEMES = {
    "slack": Kind.SLACK,
    "discord": Kind.DISCORD,
    "tgram": Kind.TELEGRAM,
    "ntfy": Kind.NTFY,
    "ntfys": Kind.NTFY,
    "mailto": Kind.MAIL,
    "mailtos": Kind.MAIL,
    "json": Kind.WEBHOOK,
    "jsons": Kind.WEBHOOK,
}
# The addresses as the services themselves give them, which Apprise takes, too.
_PAGES = {
    "hooks.slack.com/": Kind.SLACK,
    "hooks.slack-gov.com/": Kind.SLACK,
    "discord.com/api/webhooks/": Kind.DISCORD,
    "discordapp.com/api/webhooks/": Kind.DISCORD,
    "ntfy.sh/": Kind.NTFY,
}
# Seconds between two messages to one channel, as services count them: https://docs.slack.dev/apis/web-api/rate-limits,
# https://docs.discord.com/developers/topics/rate-limits, https://core.telegram.org/bots/faq, https://docs.ntfy.sh/config.
# What is too much, some of them hide without a word.
SPACING = {Kind.SLACK: 1.0, Kind.DISCORD: 0.5, Kind.TELEGRAM: 1.0, Kind.NTFY: 1.0, Kind.TEXT: 1.0}
# Seconds a service may take to answer. With Apprise's 4, a slow "accepted" would be sent again.
_PATIENCE = 20.0
_STATUSES = {status.value for status in HTTPStatus}
_ANSWER = 65_536  # bytes of an answer that are read; Slack's, the longest that matters, echoes the message
# What Slack says, with a status of 200, when asking again cannot help; an error that is not here may pass.
# https://docs.slack.dev/reference/methods/chat.postMessage#errors
_SLACK_REFUSAL = re.compile(
    r"access_denied|account_inactive|cannot_reply_to_message|channel_type_not_supported|\w*(channel|team|users?)_not_found"
    r"|ekm_access_denied|enterprise_is_restricted|invalid_\w+|is_archived|messages_tab_disabled|missing_\w+"
    r"|msg_(blocks_)?too_long|no_permission|no_text|not_allowed_token_type|not_authed|not_in_channel"
    r"|restricted_action\w*|team_access_not_granted|token_(expired|revoked)|too_many_attachments|two_factor_setup_required"
)


def kind(address: str) -> Kind:
    """How messages to this Apprise address are rendered; reads the scheme only and accepts anything."""
    scheme, _, rest = address.strip().partition("://")
    if scheme.lower() == "https":
        return next((kind for page, kind in _PAGES.items() if rest.lower().startswith(page)), Kind.TEXT)
    return _SCHEMES.get(scheme.lower(), Kind.TEXT)


def signs(address: str) -> bool:
    """Whether what is sent to this address can be signed with a secret."""
    return kind(address) is Kind.WEBHOOK


def problem(address: str) -> str | None:
    """Why this can't be a channel's address, in one line that names nothing of it but the scheme; else None.

    One with several targets can't: when one target failed, all of them would get the message again.
    """
    apprise = _apprise()
    scheme = address.strip().partition("://")[0].lower()
    plugin = _plugin(address)
    if plugin is not None:
        if kind(address) is Kind.MAIL and not plugin.targets:
            return "none of its recipients is a mail address"
        plugin.retry = 0  # Apprise counts a target once for each attempt
        if (count := len(plugin)) > 1:
            return f"it has {count} targets: write one [[channel]] for each, so that each can fail alone"
        return None
    if not re.fullmatch(r"[a-z][a-z0-9+.-]{0,30}", scheme) or "://" not in address:
        return "it is no address of the form service://…"
    if scheme not in apprise.plugins.N_MGR:
        return f'Apprise knows no service "{scheme}"; https://appriseit.com/services/ lists them'
    service = apprise.plugins.N_MGR[scheme]
    form = service.templates[0].replace("{schema}", scheme)
    if kind(address) is Kind.MAIL:  # without a user it also needs a sender, which no template of Apprise's says
        form = f"{scheme}://{{user}}:{{password}}@{{host}}?from={{sender}}&to={{recipient}}"
    return f"{service.service_name} does not take it; the form is {form}, see {service.setup_url}"


class Notifier:
    """Sends rendered messages. `show` prints to the terminal; `proxy` is for services on the web."""

    def __init__(
        self, show: Callable[[str], None], *, deadline: timedelta = timedelta(seconds=60), proxy: str = ""
    ) -> None:
        self._show = show
        self._deadline = deadline.total_seconds()
        self._proxies = {"http": proxy, "https": proxy} if proxy else {}

    async def send(self, address: str, rendered: Rendered, kind: Kind, secret: str = "") -> None:
        """Return when the service has accepted the message, else raise NotifyError, which has no secrets.

        A webhook is signed with the `secret`, where there is one, or with each of several between spaces.
        After the deadline the outcome is unknown: the error is temporary and uncertain.
        """
        loop = asyncio.get_running_loop()
        outcome: asyncio.Future[NotifyError | None] = loop.create_future()

        def settle(error: NotifyError | None) -> None:
            if not outcome.done():
                outcome.set_result(error)

        def run() -> None:
            error = self._print(rendered) if kind is Kind.TERMINAL else self._deliver(address, rendered, kind, secret)
            try:
                loop.call_soon_threadsafe(settle, error)
            except RuntimeError:  # the loop is closed: nobody waits any more
                return

        # Not an executor's thread: at exit Python waits for those.
        threading.Thread(target=run, name="notify", daemon=True).start()
        try:
            error = await asyncio.wait_for(outcome, self._deadline)
        except TimeoutError:
            raise NotifyError(f"no answer within {self._deadline:g} s", uncertain=True) from None
        if error is not None:
            raise error

    def _deliver(self, address: str, rendered: Rendered, kind: Kind, secret: str) -> NotifyError | None:
        exchange = _Exchange(self._proxies)
        if secret and kind is Kind.WEBHOOK:
            exchange.prepare = lambda request: outgoing.sign(request, secret, rendered.id, int(time.time()))
        return _deliver(address, rendered, kind, exchange)

    def _print(self, rendered: Rendered) -> NotifyError | None:
        # In a thread, too: a terminal that is stopped, or a pipe that nobody reads, must not hold up the daemon.
        try:
            self._show(rendered.text)
        except (OSError, ValueError) as error:
            return NotifyError(f"standard output cannot be written: {getattr(error, 'strerror', None) or error}")
        return None


@dataclass(slots=True)
class _Exchange:
    """What services answered during one call: statuses in order, and of the last its Retry-After and Slack's error.

    `prepare` has a last look at each request. `failure`: why there was no answer; `uncertain`: the last request was
    sent, and no whole answer came.
    """

    proxies: dict[str, str]
    prepare: Callable[[Any], None] = lambda _: None
    statuses: list[int] = field(default_factory=list)
    retry_after: timedelta | None = None
    slack_error: str = ""
    failure: str = ""
    uncertain: bool = False

    @property
    def form_refused(self) -> bool:
        """Whether the service found fault with how the message is made, so that its plain text may still be taken."""
        return self.statuses[-1:] == [400] or self.slack_error in ("invalid_blocks", "msg_blocks_too_long")

    def start_over(self) -> None:
        """As before the first request, with the plugin's own form."""
        self.statuses.clear()
        self.retry_after, self.slack_error, self.failure, self.uncertain = None, "", "", False
        self.prepare = lambda _: None


_exchange: ContextVar[_Exchange | None] = ContextVar("exchange", default=None)
_loading = threading.Lock()


def _apprise() -> Any:
    """The apprise package, prepared on first use."""
    with _loading:
        return _load()


@functools.cache
def _load() -> Any:
    # Here and not above: it takes a third of a second and 20 MB, which start-up does without.
    import apprise  # noqa: PLC0415
    import requests  # noqa: PLC0415

    # They log addresses and recipients, which are secrets here; what went wrong is in the NotifyError.
    logging.getLogger("apprise").disabled = True
    logging.getLogger("urllib3").setLevel(logging.ERROR)
    _record(requests)
    return apprise


def _record(requests: Any) -> None:
    """Put a recorder around `requests.Session.send`, once; it acts only where a send of ours is under way.

    A thread of ours has a context of its own, so concurrent sends record apart. Redirects are never
    followed, as the login page at their end says 200, and no proxy is taken from the environment.
    """
    original = requests.Session.send

    @functools.wraps(original)
    def send(session: Any, request: Any, **options: Any) -> Any:
        exchange = _exchange.get()
        if exchange is None:
            return original(session, request, **options)
        exchange.prepare(request)
        request.register_hook("response", functools.partial(_read, exchange))
        try:
            response = original(session, request, **options | {"allow_redirects": False, "proxies": exchange.proxies})
        except requests.RequestException as error:
            exchange.failure = "it did not answer in time" if isinstance(error, requests.Timeout) else "no connection"
            # Once there is a connection, the message may have arrived, whatever became of the answer.
            exchange.uncertain = not _never_connected(requests, error)
            raise
        exchange.statuses.append(response.status_code)
        exchange.retry_after = _retry_after(response.headers)
        exchange.slack_error = _slack_error(response.content)
        return response

    requests.Session.send = send


def _never_connected(requests: Any, error: Exception) -> bool:
    reason = getattr(error.args[0] if error.args else None, "reason", None)
    unsent = isinstance(error, requests.ConnectTimeout | requests.exceptions.ProxyError | requests.exceptions.SSLError)
    return unsent or type(reason).__name__ in ("NewConnectionError", "NameResolutionError", "ConnectTimeoutError")


def _read(exchange: _Exchange, response: Any, **_: object) -> None:
    """Read the beginning of an answer, which is then all of it for requests and for the plugin."""
    content = b""
    try:
        for chunk in response.iter_content(8192):
            content += chunk
            if len(content) >= _ANSWER:
                break
    except OSError:  # as all errors of requests are; the status has come, and decides where it can
        exchange.uncertain = True
    response._content, response._content_consumed = content, True
    response.close()


def _slack_error(content: bytes) -> str:
    """`channel_not_found` of `{"ok": false, "error": "channel_not_found"}`; "" for any other answer."""
    try:
        found = json.loads(content)
    except (ValueError, RecursionError):
        return ""
    error = found.get("error") if isinstance(found, dict) and found.get("ok") is False else None
    return error if isinstance(error, str) and re.fullmatch(r"[a-z_]{1,60}", error) else ""


def _retry_after(headers: Any) -> timedelta | None:
    """The wait a response asks for: seconds, or a date (RFC 9110, 10.2.3) read by the server's own clock."""
    value = headers.get("Retry-After", "")
    if re.fullmatch(r"\d{1,9}(\.\d{1,9})?", value):
        return timedelta(seconds=float(value))
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("Date", ""))
    except (ValueError, TypeError):
        return None
    return max(wait, timedelta())


@functools.cache
def _asset() -> Any:
    """Settings of every plugin: our name, no third party's pictures, nothing kept on disk, no redirects."""
    return _apprise().AppriseAsset(
        app_id="news-monitor",
        app_desc="news-monitor",
        app_url="",
        image_url_mask="",
        image_url_logo="",
        storage_mode="memory",
        http_redirects=False,
        pgp_autogen=False,
        pem_autogen=False,
    )


def _plugin(address: str) -> Any | None:
    """Apprise's plugin for an address; None where it takes none."""
    try:
        return _apprise().Apprise.instantiate(address.strip(), asset=_asset())
    except Exception:  # over 100 parsers: whatever one of them trips over is no address of its service
        return None


def _deliver(address: str, rendered: Rendered, kind: Kind, exchange: _Exchange) -> NotifyError | None:
    """Send in this thread. Returns the error, as what an exception says may hold the address."""
    _exchange.set(exchange)
    plugin = _plugin(address)
    if plugin is None:
        return NotifyError("Apprise does not take the channel's address", permanent=True)
    try:
        if kind is Kind.MAIL and plugin.pgp_mode == "no":
            return mail.send(plugin, rendered, _PATIENCE)
        # Unless the channel's address has a template of Apprise's.
        if kind in outgoing.OWN and rendered.data and not getattr(plugin, "template", None):
            exchange.prepare = functools.partial(outgoing.put, kind=kind, ours=rendered.data)
        accepted = _notify(plugin, rendered, kind)
        if not accepted and kind in outgoing.OWN and exchange.form_refused:
            exchange.start_over()
            accepted = _notify(plugin, rendered, kind)
    except Exception as error:  # a plugin may raise anything; the message stays in the outbox
        return NotifyError(f"the service's plugin failed ({type(error).__name__})")
    redirected = any(300 <= status < 400 for status in exchange.statuses)
    return None if accepted and not redirected else _http_error(exchange, kind)


def _notify(plugin: Any, rendered: Rendered, kind: Kind) -> bool:
    """Send through the plugin itself, once."""
    apprise = _apprise()
    plugin.socket_read_timeout = max(plugin.socket_read_timeout, _PATIENCE)
    body, form = rendered.text, apprise.NotifyFormat.TEXT
    if kind is Kind.MAIL and rendered.html:
        body, form = rendered.html, apprise.NotifyFormat.HTML
    if kind is Kind.WEBHOOK:
        # Its own keys mean renaming there: "title", which is the message's, stays.
        own = {"version", "title", "message", "attachments", "type"}
        plugin.payload_extras |= {key: value for key, value in rendered.data.items() if key not in own}
    # A long message goes out in parts rather than cut, except where nothing limits its length, or it was made to fit.
    whole = kind is not Kind.TEXT
    return bool(
        plugin.notify(
            body=body,
            title=rendered.title,
            notify_type=apprise.NotifyType.WARNING if rendered.urgent else apprise.NotifyType.INFO,
            body_format=form,
            overflow=apprise.OverflowMode.UPSTREAM if whole else apprise.OverflowMode.SPLIT,
        )
    )


def _http_error(exchange: _Exchange, kind: Kind) -> NotifyError:
    """Why a plugin said no, from what its last request saw."""
    if exchange.failure:
        return NotifyError(f"{exchange.failure}: check the address and the service", uncertain=exchange.uncertain)
    refused = [status for status in exchange.statuses if status >= 300]
    if not refused:
        if kind is Kind.SLACK and (error := exchange.slack_error):
            permanent = bool(_SLACK_REFUSAL.fullmatch(error))
            return NotifyError(f"Slack says {error}", permanent=permanent, retry_after=exchange.retry_after)
        words = "the service answered and refused the message" if exchange.statuses else "not accepted"
        return NotifyError(words, uncertain=exchange.uncertain)
    status = refused[-1]
    words = f"HTTP {status} {HTTPStatus(status).phrase}" if status in _STATUSES else f"HTTP {status}"
    if status < 400:
        return NotifyError(f"{words}: a redirect is not followed, as its target may accept anything")
    permanent = status < 500 and status not in (408, 425, 429)
    return NotifyError(words, permanent=permanent, retry_after=exchange.retry_after)
