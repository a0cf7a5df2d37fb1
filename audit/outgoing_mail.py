"""Whether mail can leave at all, one connection to the mail server, and its troubles as codes."""

import smtplib
import ssl
from collections.abc import Mapping
from types import TracebackType
from typing import Final, Self

from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words

#: What went wrong, in words that claim no more than is known. The codes are stored.
TROUBLE_WORDS: Final[Mapping[str, Words]] = {
    "unreachable": _lazy(
        "The mail server could not be reached: check EMAIL_HOST, EMAIL_PORT and the network."
    ),
    "not_secure": _lazy("No secure connection to the mail server: check EMAIL_SECURITY and its certificate."),
    "sign_in_refused": _lazy(
        "The mail server refused the account: check EMAIL_HOST_USER and EMAIL_HOST_PASSWORD."
    ),
    "sender_refused": _lazy("The mail server refused the sender's address: check EMAIL_FROM."),
    "refused": _lazy("The mail server refused the address."),
    "broken": _lazy("The mail server broke off."),
    "not_made": _lazy("The mail could not be made: check the address and EMAIL_FROM."),
}


def is_set_up() -> bool:
    """Whether there is a way out: a mail server, or the console."""
    return settings.EMAIL_DELIVERY == "console" or bool(settings.EMAIL_HOST)


class Post:
    """One connection to the mail server, closed at the end of `with`. Its troubles come back as codes."""

    def __init__(self) -> None:
        self._connection = get_connection()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._close()

    def open(self) -> str:
        """Connect and sign in; answers what keeps all mail from going, empty when nothing does."""
        try:
            self._connection.open()
        except (OSError, smtplib.SMTPException) as error:
            return _trouble(error)
        return ""

    def open_again(self) -> str:
        """The same after the server broke off."""
        self._close()
        return self.open()

    def send(self, message: EmailMessage) -> str:
        """Hand over one mail; answers what kept it from going, empty when the server took it."""
        message.connection = self._connection
        try:
            message.send()
        except (OSError, smtplib.SMTPException) as error:
            return _trouble(error)
        except ValueError:
            # A malformed address or header.
            return "not_made"
        return ""

    def _close(self) -> None:
        try:
            self._connection.close()
        except (OSError, smtplib.SMTPException):
            # Whether the mails were taken was said before.
            return


def _trouble(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPAuthenticationError):
        return "sign_in_refused"
    if isinstance(error, smtplib.SMTPSenderRefused):
        return "sender_refused"
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return "refused"
    if isinstance(error, smtplib.SMTPNotSupportedError | ssl.SSLError):
        return "not_secure"
    return "broken" if isinstance(error, smtplib.SMTPException) else "unreachable"
