"""E-mail over SMTP, encrypted exactly as it was asked for."""

from __future__ import annotations

import smtplib
import socket
import ssl
from email.message import EmailMessage
from email.utils import formatdate, make_msgid

from blockwright.adapters.notify.failures import failed
from blockwright.core.alerts.model import Email, Message


def send_email(target: Email, message: Message, seconds: float) -> None:
    """Raises Unavailable when any recipient is refused, or when the encryption that was asked for is not to be had."""
    mail = EmailMessage()
    mail["Subject"] = message.title
    mail["From"] = target.sender
    mail["To"] = ", ".join(target.recipients)
    mail["Date"] = formatdate(usegmt=True)
    # With a domain of its own: the default asks the name server who we are.
    mail["Message-ID"] = make_msgid("blockwright", domain=target.sender.rpartition("@")[2].strip(" >") or "localhost")
    mail.set_content(message.body)
    try:
        with _connected(target, seconds) as server:
            if target.user:
                server.login(target.user, target.password)
            server.send_message(mail, target.sender, list(target.recipients))
    except (OSError, smtplib.SMTPException) as error:
        raise failed(_why(target, error)) from None


def _connected(target: Email, seconds: float) -> smtplib.SMTP:
    name = socket.gethostname()
    if target.ssl:
        context = ssl.create_default_context()
        return smtplib.SMTP_SSL(target.host, target.port, local_hostname=name, timeout=seconds, context=context)
    server = smtplib.SMTP(target.host, target.port, local_hostname=name, timeout=seconds)
    if target.starttls:
        try:
            server.starttls(context=ssl.create_default_context())
        except BaseException:
            server.close()
            raise
    return server


def _why(target: Email, error: Exception) -> str:
    place = f"{target.host}:{target.port}"
    match error:
        case TimeoutError():
            return f"{place} did not answer in time"
        case ConnectionRefusedError():
            return f"nobody listens at {place}"
        case smtplib.SMTPAuthenticationError():
            return f"{place} refused user name or password"
        case smtplib.SMTPRecipientsRefused():
            return f"{place} refused every recipient"
        case smtplib.SMTPNotSupportedError():
            return f"{place} does not offer what was asked for (STARTTLS, or a login)"
        case smtplib.SMTPResponseException():
            return f"{place} answered {error.smtp_code}"
        case ssl.SSLError():
            return f"the encrypted connection to {place} failed ({error.reason or 'TLS'})"
        case _:
            return f"{place} could not be reached ({type(error).__name__})"
