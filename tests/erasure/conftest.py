"""What the tests of the mission share; each fixture lives in a module that says what it is for."""

from tests.erasure.filing_desk import a_saturday_in_november, lena
from tests.erasure.mail_desk import mail_server

__all__ = ["a_saturday_in_november", "lena", "mail_server"]
