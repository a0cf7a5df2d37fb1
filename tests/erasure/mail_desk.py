"""Where notices arrive in tests: a real mail server, and what each mail says."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from email.header import decode_header, make_header
from email.message import Message

import pytest
import time_machine
from django.conf import LazySettings
from django.utils import timezone

from erasure.notice_mail import claims, send_due
from tests.audit.mail_server import MailServer, listening
from tests.erasure.made_holds import GROUND, MATTER
from tests.erasure.made_requests import CXONE_ID

FROM = "privacyadmin@privacy.example.org"
#: What somebody writes when they ask or decide; it may name the person, and no mail repeats it.
WRITTEN = "The recordings are kept by counsel, says Ms Kovacs."
SECRETS = (CXONE_ID, MATTER, GROUND, WRITTEN, "Kovacs")


@dataclass(frozen=True)
class Mail:
    """One mail: to whom, and what it says."""

    to: str
    subject: str
    text: str


@pytest.fixture
def mail_server(settings: LazySettings) -> Iterator[MailServer]:
    """The server that the program is told of. Whatever a test does, nothing personal may have arrived."""
    with listening() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
        settings.DEFAULT_FROM_EMAIL = FROM
        yield server
    for _address, message in server.came:
        whole = message.as_string() + subject_of(message) + text_of(message)
        assert [secret for secret in SECRETS if secret in whole] == []


def subject_of(message: Message) -> str:
    return str(make_header(decode_header(message["Subject"])))


def text_of(message: Message) -> str:
    return bytes(message.get_payload(decode=True)).decode().replace("\r\n", "\n")  # type: ignore[arg-type]  # Bytes when decoded.


def mails(server: MailServer) -> list[Mail]:
    """What has come, in order."""
    return [Mail(to, subject_of(message), text_of(message)) for to, message in server.came]


def delivered(server: MailServer, *, after: timedelta = claims.SETTLES) -> list[Mail]:
    """What comes when the tick looks so much later, and did not come before."""
    before = len(server.came)
    with time_machine.travel(timezone.now() + after, tick=False):
        send_due()
    return mails(server)[before:]


def told(server: MailServer) -> set[tuple[str, str]]:
    """Who is told now, by user name, and the subject."""
    return {(mail.to.partition("@")[0], mail.subject) for mail in delivered(server)}
