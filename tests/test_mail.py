from collections.abc import Iterator
from email.message import EmailMessage

import pytest

from monitor import samples
from monitor.model import Rendered
from monitor.render import Kind, message
from tests.messages import NEW_YORK
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


# ---------------------------------------------------------------- threads and pictures


async def test_a_mail_sent_again_has_the_same_message_id(mailbox: PickyMailbox) -> None:
    for _ in range(2):
        await deliver(mail_to(mailbox), Rendered("A title", "text", id="7-1ab571c5d0"))

    assert [mail["Message-ID"] for mail in mailbox.messages] == ["<7-1ab571c5d0@example.org>"] * 2


async def test_all_mails_of_a_story_answer_to_the_story(mailbox: PickyMailbox) -> None:
    for number in (1, 2):
        await deliver(mail_to(mailbox), Rendered("A title", "text", id=f"{number}-a", thread="5f0c9a7be1"))
    await deliver(mail_to(mailbox), Rendered("A digest", "text", id="3-b"))

    first, second, digest = mailbox.messages
    assert first["References"] == second["References"] == second["In-Reply-To"] == "<5f0c9a7be1@example.org>"
    assert first["Message-ID"] != second["Message-ID"]
    assert digest["References"] is None
    assert digest["In-Reply-To"] is None


async def test_pictures_come_with_the_html_that_shows_them(mailbox: PickyMailbox) -> None:
    html = '<p>A chart: <img src="cid:week-1.png@news-monitor" alt="1 2 3"></p>'

    await deliver(mail_to(mailbox), Rendered("A digest", "text", html, images={"week-1.png@news-monitor": b"\x89PNG"}))

    (mail,) = mailbox.messages
    types = ["multipart/alternative", "text/plain", "multipart/related", "text/html", "image/png"]
    assert [part.get_content_type() for part in mail.walk()] == types
    picture = list(mail.walk())[-1]
    assert isinstance(picture, EmailMessage)
    assert picture["Content-ID"] == "<week-1.png@news-monitor>"
    assert picture.get_content_disposition() == "inline"
    assert picture.get_filename() == "week-1.png"
    assert picture.get_content() == b"\x89PNG"


async def test_a_digest_arrives_with_its_charts(mailbox: PickyMailbox) -> None:
    digest = message(samples.listed(), Kind.MAIL, NEW_YORK, samples.NOW)

    await deliver(mail_to(mailbox), digest)

    (mail,) = mailbox.messages
    shown = {part["Content-ID"].strip("<>") for part in mail.walk() if part.get_content_type() == "image/png"}
    assert shown == set(digest.images)
    assert all(f"cid:{name}" in digest.html for name in shown)
    assert len(mail.as_bytes()) < 25_000
