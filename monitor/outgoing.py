"""The last look at a request before it is sent: a form that its Apprise plugin cannot make, and a signature.

Both work on what the service is sent, which is its own API, and not on the plugin. So should a later Apprise post in
another way, what it posts goes out as it is: the plain text.
"""

import base64
import hashlib
import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from monitor.render import Kind

PREFIX = "whsec_"


@dataclass(frozen=True, slots=True)
class _Form:
    """A post with all of `all_of` and one of `any_of` is our message.

    What it has under the `kept` keys, and in one of the `headers`, comes from the channel's address and counts.
    """

    all_of: tuple[str, ...]
    any_of: tuple[str, ...]
    kept: tuple[str, ...]
    headers: Mapping[str, str] = field(default_factory=dict)

    def is_message(self, posted: object) -> bool:
        return (
            isinstance(posted, dict)
            and all(key in posted for key in self.all_of)
            and any(key in posted for key in self.any_of)
        )


_FORMS = {
    Kind.SLACK: _Form((), ("attachments", "blocks"), ("channel", "thread_ts", "username")),
    Kind.DISCORD: _Form((), ("content", "embeds"), ("username", "avatar_url", "tts", "flags", "thread_name")),
    Kind.TELEGRAM: _Form(("chat_id",), ("text",), ("chat_id", "message_thread_id", "disable_notification")),
    Kind.NTFY: _Form(
        ("topic",),
        ("message",),
        ("topic", "attach", "filename"),
        {"priority": "X-Priority", "tags": "X-Tags", "click": "X-Click"},
    ),
}
OWN = frozenset(_FORMS)  # the kinds whose messages are posted in a form of ours


def put(request: Any, kind: Kind, ours: Mapping[str, object]) -> None:
    """Let a prepared request of this kind's plugin carry our message; any other request stays as it is."""
    form = _FORMS[kind]
    try:
        posted = json.loads(request.body or b"")
    except (ValueError, TypeError, RecursionError):
        return
    if not form.is_message(posted):
        return
    kept = {key: posted[key] for key in form.kept if key in posted}
    chosen = {key: value for key, value in ours.items() if form.headers.get(key, "") not in request.headers}
    made = kept | chosen
    if kind is Kind.DISCORD:
        made |= _pings(posted, made)
    # ntfy counts bytes.
    request.prepare_body(json.dumps(made, ensure_ascii=kind is not Kind.NTFY).encode(), None)


def _pings(posted: Mapping[str, Any], made: Mapping[str, Any]) -> dict[str, object]:
    """Whom the channel's address itself asks to ping (`?ping=`), and nobody else."""
    asked = posted.get("allow_mentions")
    if not isinstance(asked, dict):
        return {}
    signs = str(posted.get("content", "")).rpartition("👉 ")[2]
    allowed = {"parse": ["everyone"] * bool(asked.get("parse")), "users": asked["users"], "roles": asked["roles"]}
    return {"content": f"{made.get('content', '')}\n👉 {signs}".strip(), "allowed_mentions": allowed}


def sign(request: Any, secrets: str, message_id: str, now: int) -> None:
    """Add the headers of Standard Webhooks to a prepared request: the message's id, the time, and who sent its bytes.

    Each of several secrets signs, so that one can be exchanged. https://www.standardwebhooks.com
    """
    body = request.body or b""
    body = body if isinstance(body, bytes) else body.encode()
    request.body = body
    signatures = [signature(secret, message_id, now, body) for secret in secrets.split()]
    request.headers["webhook-id"] = message_id
    request.headers["webhook-timestamp"] = str(now)
    request.headers["webhook-signature"] = " ".join(signatures)


def signature(secret: str, message_id: str, now: int, body: bytes) -> str:
    """`v1,` and the HMAC of exactly these bytes, under their id and time."""
    key = base64.b64decode(secret.removeprefix(PREFIX))
    signed = f"{message_id}.{now}.".encode() + body
    return "v1," + base64.b64encode(hmac.new(key, signed, hashlib.sha256).digest()).decode()
