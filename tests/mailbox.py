"""A real SMTP server on loopback that keeps what it is sent.

with Mailbox() as mailbox:
    ... send to mailto://127.0.0.1:{mailbox.port} ...
    [message] = mailbox.wait_for(1)
"""

import asyncio
import socket
import threading
from email import message_from_bytes, policy
from email.message import EmailMessage
from types import TracebackType
from typing import Any, Self

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


class _Controller(Controller):
    """Listens on a port that the kernel picks; the library's own `port=0` does not get as far."""

    def __init__(self, handler: object) -> None:
        self.listener = socket.create_server(("127.0.0.1", 0))
        super().__init__(handler, hostname="127.0.0.1", port=self.listener.getsockname()[1])

    def _create_server(self) -> Any:
        return self.loop.create_server(self._factory_invoker, sock=self.listener)


class Mailbox:
    """`messages` holds the mails accepted, in order; `port` is where the server listens."""

    def __init__(self) -> None:
        self.messages: list[EmailMessage] = []
        self._arrived = threading.Condition()
        self._refusals: list[str] = []
        self._controller = _Controller(self)
        self.port: int = self._controller.port

    def __enter__(self) -> Self:
        self._controller.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._controller.stop()

    def refuse(self, code: int, times: int = 1) -> None:
        """Answer the next `times` mails with `code`, such as 451 (later) or 550 (never)."""
        self._refusals.extend([f"{code} refused by the test"] * times)

    def wait_for(self, count: int, timeout: float = 20.0) -> list[EmailMessage]:
        """The mails, as soon as there are `count` of them. Raises TimeoutError."""
        with self._arrived:
            if not self._arrived.wait_for(lambda: len(self.messages) >= count, timeout):
                raise TimeoutError(f"{len(self.messages)} of {count} mails arrived within {timeout:g} s")
            return list(self.messages)

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802  # aiosmtpd's name
        await asyncio.sleep(0)
        if self._refusals:
            return self._refusals.pop(0)
        assert isinstance(envelope.content, bytes)
        with self._arrived:
            self.messages.append(message_from_bytes(envelope.content, policy=policy.default))
            self._arrived.notify_all()
        return "250 accepted"
