"""Services that do not take messages: what becomes of each, while other channels go on. Real HTTP and SMTP."""

import asyncio
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from monitor import notify
from monitor.model import MessageState
from monitor.notify import Notifier
from monitor.options import Channel, Feed
from monitor.store import Store, outbox
from monitor.store.outbox import MessageStatus
from tests.house import alert_ids
from tests.sending import PickyMailbox, hook, mail_to
from tests.server import Answer, Item, Request, Server, respond
from tests.world import World

SECOND, MINUTE, HOUR = (timedelta(**{unit: 1}) for unit in ("seconds", "minutes", "hours"))
ARTICLE = Item("Nvidia opens a plant", guid="1", summary="Nvidia opened a plant on Tuesday.")


@pytest.fixture
def mailbox() -> Iterator[PickyMailbox]:
    with PickyMailbox() as opened:
        yield opened


class House:
    """One feed, a channel that is well and one that may be ill; what became of the message to that one."""

    def __init__(self, folder: Path, server: Server, ill: str) -> None:
        self.server, self.database = server, folder / "monitor.db"
        self.well = server.collector("/well")
        url = server.feed("/rss", [Item("Nothing new", guid="0")])
        self.world = World(folder, server, Feed(url=url, full_text=False, interval=SECOND))
        notify.problem(ill)  # Apprise is loaded at the first use, which must not count against the deadline
        self.world.notifier = Notifier(print, deadline=3 * SECOND)
        addresses = {"ill": ill, "well": hook(server, "/well")}
        self.world.channels = tuple(Channel(name=name, url=SecretStr(url)) for name, url in addresses.items())

    async def publish(self) -> None:
        """First contact, then one article; the channel that is well has it at once."""
        await self.world.visit()
        self.server.feed("/rss", [ARTICLE])
        await self.world.visit(MINUTE)
        assert len(self.well.bodies) == 1

    @property
    def message(self) -> MessageStatus:
        with Store(self.database) as store:
            (found,) = store.read_now(lambda db: outbox.messages(db, channel="ill"))
        return found


async def test_a_webhook_with_every_fault_in_a_row_gets_its_message_in_the_end(tmp_path: Path, server: Server) -> None:
    bodies: list[bytes] = []
    faults = ["500", "429", "hang", "reset", "redirect", "fine"]

    async def ill(request: Request, writer: asyncio.StreamWriter) -> None:
        fault = faults.pop(0)
        bodies.append(request.body)
        if fault == "hang":
            await asyncio.sleep(5)
        elif fault == "reset":
            writer.transport.abort()
        elif fault == "redirect":
            await respond(writer, Answer(status=302, headers={"Location": "/login"}))
        elif fault == "429":
            await respond(writer, Answer(status=429, headers={"Retry-After": "600"}))
        else:
            await respond(writer, Answer(status=500 if fault == "500" else 200))

    server.handle("/ill", ill)
    house = House(tmp_path, server, hook(server, "/ill"))

    await house.publish()
    await house.world.visit(10 * SECOND)
    await house.world.visit(9 * MINUTE)
    assert len(bodies) == 2, "it had asked for ten minutes"
    await house.world.visits(MINUTE, MINUTE, MINUTE, MINUTE)

    message = house.message
    assert message.state is MessageState.SENT
    assert [attempt.error for attempt in message.history] == [
        "HTTP 500 Internal Server Error",
        "HTTP 429 Too Many Requests",
        "no answer within 3 s",
        "no connection: check the address and the service",
        "HTTP 302 Found: a redirect is not followed, as its target may accept anything",
        "",
    ]
    assert len(set(alert_ids(bodies))) == 1
    assert [b'"possible_repeat": true' in body for body in bodies] == [False, False, False, True, True, True]
    assert len(house.well.bodies) == 1
    assert server.hits("/login") == 0


async def test_a_mail_server_that_is_not_there_gets_its_mail_when_it_is_back(tmp_path: Path, server: Server) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    house = House(tmp_path, server, f"mailto://127.0.0.1:{port}?from=m@a.example&to=me@b.example")

    await house.publish()
    await house.world.visits(10 * SECOND, MINUTE)

    message = house.message
    assert message.state is MessageState.RETRY
    assert message.error == "the mail server could not be reached (ConnectionRefusedError)"
    assert message.attempts == 3


async def test_a_greylisted_mail_is_taken_later(tmp_path: Path, server: Server, mailbox: PickyMailbox) -> None:
    mailbox.answers["me@example.com"] = "451 4.7.1 greylisted, try again"
    house = House(tmp_path, server, mail_to(mailbox))

    await house.publish()
    assert house.message.error == "the mail server refused a recipient (451)"
    mailbox.answers.clear()
    await house.world.visit(10 * SECOND)

    assert house.message.state is MessageState.SENT
    assert len(mailbox.messages) == 1


async def test_a_mail_to_nobody_is_dead_at_once(tmp_path: Path, server: Server, mailbox: PickyMailbox) -> None:
    mailbox.answers["me@example.com"] = "550 5.1.1 no such user"
    house = House(tmp_path, server, mail_to(mailbox))

    await house.publish()

    assert (house.message.state, house.message.attempts) == (MessageState.DEAD, 1)
    assert house.message.error == "the mail server refused a recipient (550)"
    await house.world.visit(SECOND, check_up=True)
    assert b"1 message to ill: the mail server refused a recipient (550)." in house.well.bodies[1]


async def test_a_day_without_an_answer_makes_a_message_dead_and_tells_of_it(tmp_path: Path, server: Server) -> None:
    server.status("/ill", 503)
    house = House(tmp_path, server, hook(server, "/ill"))

    await house.publish()
    await house.world.visits(*[31 * MINUTE] * 60, MINUTE)
    await house.world.visit(SECOND, check_up=True)

    assert house.message.state is MessageState.DEAD
    assert house.message.attempts >= 20
    assert b"messages were given up" in house.well.bodies[-1]
