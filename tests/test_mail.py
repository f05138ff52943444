from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from monitor.model import Rendered
from tests.sending import SECRET, PickyMailbox, deliver, failure, mail_to


@pytest.fixture
def mailbox() -> Iterator[PickyMailbox]:
    with PickyMailbox() as mailbox:
        yield mailbox


async def test_a_mail_holds_both_texts(mailbox: PickyMailbox) -> None:
    await deliver(mail_to(mailbox), Rendered("Nvidia: “größer”", "plain »text«", "<p>html “ü”</p>", urgent=True))

    (mail,) = mailbox.messages
    assert mail["Subject"] == "Nvidia: “größer”"
    assert mail["To"] == "me@example.com"
    assert mail["From"] == "monitor@example.org"
    assert mail["Importance"] == "high"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@example.org>")
    assert mail.get_content_type() == "multipart/alternative"
    plain, html = mail.iter_parts()
    assert isinstance(plain, EmailMessage)
    assert isinstance(html, EmailMessage)
    assert plain.get_content_type() == "text/plain"
    assert plain.get_content().strip() == "plain »text«"
    assert html.get_content().strip() == "<p>html “ü”</p>"


async def test_a_mail_has_the_name_copies_and_headers_of_its_address(mailbox: PickyMailbox) -> None:
    options = "&cc=c@example.com&bcc=b@example.com&reply=r@example.com&+X-Desk=7"
    address = (
        f"mailto://desk:@127.0.0.1:{mailbox.port}?smtp=127.0.0.1&from=News<n@example.org>&to=me@example.com{options}"
    )

    await deliver(address)

    (mail,) = mailbox.messages
    assert mail["From"] == "News <n@example.org>"
    assert mail["Cc"] == "c@example.com"
    assert mail["Reply-To"] == "r@example.com"
    assert mail["X-Desk"] == "7"
    assert "b@example.com" not in mail.as_string()


async def test_a_hostile_title_adds_no_header(mailbox: PickyMailbox) -> None:
    await deliver(mail_to(mailbox), Rendered("A title\r\nBcc: victim@example.com\r\n\r\nbody", "text"))

    (mail,) = mailbox.messages
    assert mail["Subject"] == "A title Bcc: victim@example.com body"
    assert mail["Bcc"] is None


@pytest.mark.parametrize(
    ("stage", "answer", "permanent"),
    [
        ("me@example.com", "550 5.1.1 no such user", True),
        ("me@example.com", "451 4.7.1 greylisted", False),
        ("message", "554", True),
        ("message", "452", False),
    ],
)
async def test_smtp_answers_say_whether_to_try_again(
    mailbox: PickyMailbox, stage: str, answer: str, permanent: bool
) -> None:
    if stage == "message":
        mailbox.refuse(int(answer))
    else:
        mailbox.answers[stage] = answer

    error = await failure(mail_to(mailbox))

    assert error.permanent is permanent
    assert answer[:3] in str(error)
    assert not mailbox.messages


async def test_one_refused_copy_is_a_failure(mailbox: PickyMailbox) -> None:
    mailbox.answers["cc@example.com"] = "550 no"

    error = await failure(mail_to(mailbox, "&cc=cc@example.com"))

    assert error.permanent


async def test_a_server_without_login_or_starttls_is_a_permanent_failure(mailbox: PickyMailbox) -> None:
    for address in (
        f"mailto://user:{SECRET}@127.0.0.1:{mailbox.port}?from=a@example.org&to=me@example.com",
        mail_to(mailbox, "&mode=starttls"),
    ):
        error = await failure(address)
        assert error.permanent
        assert SECRET not in str(error)
