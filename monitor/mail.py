"""A rendered message by SMTP, to where one of Apprise's mail plugins says.

Not through the plugin itself: it derives the plain text from the HTML, and swallows the server's answers.
"""

import contextlib
import smtplib
import ssl
from email import policy
from email.message import EmailMessage
from email.utils import format_datetime, formataddr, localtime, make_msgid
from typing import Any

from monitor.errors import NotifyError
from monitor.model import Rendered


def send(plugin: Any, rendered: Rendered, patience: float) -> NotifyError | None:
    """Send as the mail plugin would, waiting `patience` seconds for each answer; returns the error there was."""
    mail = _mail(plugin, rendered)
    logged_in = False
    recipients = [address for _, address in plugin.targets] + sorted(plugin.cc | plugin.bcc)
    try:
        server = _log_in(plugin, patience)
        logged_in = True
        try:
            refused = server.send_message(mail, plugin.from_addr[1], recipients)
        finally:
            with contextlib.suppress(OSError):  # however it says goodbye, it has the mail or not
                server.quit()
    except OSError as error:  # smtplib's own errors are OSErrors
        return _mail_error(error, uncertain=logged_in)
    if not refused:
        return None
    # Others have it: to send it again would repeat it to them, for as long as one is refused.
    code = min(code for code, _ in refused.values())
    return NotifyError(
        f"the mail server took it, but refused {len(refused)} of its recipients ({code})", permanent=True
    )


def _log_in(plugin: Any, patience: float) -> smtplib.SMTP:
    """A connection to the plugin's server. Raises OSError."""
    context = ssl.create_default_context()
    if not plugin.verify_certificate:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    host, port, timeout = plugin.smtp_host, plugin.port, max(plugin.socket_connect_timeout, patience)
    if plugin.secure_mode == "ssl":
        server: smtplib.SMTP = smtplib.SMTP_SSL(host, port, timeout=timeout, context=context)
    else:
        server = smtplib.SMTP(host, port, timeout=timeout)
    try:
        if plugin.secure_mode == "starttls":
            server.starttls(context=context)
        if plugin.user and plugin.password:
            server.login(plugin.user, plugin.password)
    except OSError:
        server.close()
        raise
    return server


def _mail(plugin: Any, rendered: Rendered) -> EmailMessage:
    """The message as MIME. Header values are single lines: EmailMessage refuses others."""

    def named(addresses: Any) -> str:
        return ", ".join(formataddr((plugin.names.get(address) or "", address)) for address in sorted(addresses))

    sender = plugin.from_addr[1]
    # Seven bits, or a server without 8BITMIME would have to rewrite it.
    mail = EmailMessage(policy.SMTP.clone(cte_type="7bit"))
    mail["Subject"] = " ".join(rendered.title.split())
    mail["From"] = formataddr((plugin.from_addr[0] or "", sender))
    mail["To"] = named(address for _, address in plugin.targets)
    for header, addresses in (("Cc", plugin.cc), ("Reply-To", plugin.reply_to)):
        if addresses:
            mail[header] = named(addresses)
    mail["Date"] = format_datetime(localtime())
    domain = sender.rpartition("@")[2]
    mail["Message-ID"] = f"<{rendered.id}@{domain}>" if rendered.id else make_msgid(domain=domain)
    if rendered.thread:
        # The story itself is what its mails answer to. No mail has this id, so that it does not matter which was first.
        mail["In-Reply-To"] = mail["References"] = f"<{rendered.thread}@{domain}>"
    mail["Auto-Submitted"] = "auto-generated"  # RFC 3834: no out-of-office replies, please
    if rendered.urgent:
        mail["Importance"] = "high"
    for header, value in plugin.headers.items():
        del mail[header]
        mail[header] = value
    mail.set_content(rendered.text, cte="quoted-printable")
    if rendered.html:
        mail.add_alternative(rendered.html, subtype="html", cte="quoted-printable")
        html = mail.get_body(("html",))
        assert html is not None  # noqa: S101 - it was added just now
        for name, image in rendered.images.items():
            file = name.partition("@")[0]
            html.add_related(image, "image", "png", cid=f"<{name}>", disposition="inline", filename=file)
    return mail


def _mail_error(error: OSError, *, uncertain: bool) -> NotifyError:
    """SMTP says by its first digit whether to try again (RFC 5321, 4.2.1).

    `uncertain`: the mail was on its way, so that a connection which broke may have carried it.
    """
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code = min(code for code, _ in error.recipients.values())
        return NotifyError(f"the mail server refused a recipient ({code})", permanent=code >= 500)
    if isinstance(error, smtplib.SMTPResponseException):
        what = "the login" if isinstance(error, smtplib.SMTPAuthenticationError) else "the message"
        return NotifyError(f"the mail server refused {what} ({error.smtp_code})", permanent=error.smtp_code >= 500)
    if isinstance(error, smtplib.SMTPNotSupportedError):
        return NotifyError("the mail server does not offer what the address asks for", permanent=True)
    words = "broke off" if uncertain else "could not be reached"
    return NotifyError(f"the mail server {words} ({type(error).__name__})", uncertain=uncertain)
