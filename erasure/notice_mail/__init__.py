"""Mailing the notices: what is due is claimed, put into one mail for each person and kind, and handed over.

A notice goes at least once: whoever is ended between handing over and noting it lets it go twice. No
transaction is open while the mail server is talked to.
"""

from erasure.notice_mail.mail_round import MailRound, send_due
from erasure.notice_mail.standing import Standing, readiness, standing

__all__ = ["MailRound", "Standing", "readiness", "send_due", "standing"]
