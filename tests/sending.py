"""What the tests of sending share: a message, the addresses of test servers, and a send or its failure."""

from datetime import timedelta

import pytest
from aiosmtpd.smtp import SMTP, Envelope, Session

from monitor.errors import NotifyError
from monitor.model import Rendered
from monitor.notify import Notifier, kind
from tests.mailbox import Mailbox
from tests.server import Server

RENDERED = Rendered(title="Nvidia: a headline", text="the text", html="<p>the <b>html</b></p>")
SECRET = "s3cr3t-t0ken"


class PickyMailbox(Mailbox):
    """A mailbox that answers some recipients with `answers`."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, str] = {}

    async def handle_RCPT(  # noqa: N802  # aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"


def hook(server: Server, path: str) -> str:
    return f"json://{server.authority}{path}"


def mail_to(mailbox: Mailbox, extra: str = "") -> str:
    return f"mailto://127.0.0.1:{mailbox.port}?from=monitor@example.org&to=me@example.com{extra}"


async def failure(address: str, rendered: Rendered = RENDERED, deadline: float = 30) -> NotifyError:
    notifier = Notifier(print, deadline=timedelta(seconds=deadline))
    with pytest.raises(NotifyError) as caught:
        await notifier.send(address, rendered, kind(address))
    return caught.value


async def deliver(address: str, rendered: Rendered = RENDERED) -> None:
    await Notifier(print).send(address, rendered, kind(address))
