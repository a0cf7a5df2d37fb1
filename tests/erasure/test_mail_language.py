"""Mails speak the language of whoever gets them, whoever's request or job they are made in."""

import pytest
from django.utils import timezone, translation

from erasure import notices
from erasure.choices import NoticeKind
from privacyadmin.models import User
from tests.audit.mail_server import MailServer
from tests.erasure.mail_desk import delivered
from tests.erasure.test_notice_mail import suspend

pytestmark = pytest.mark.django_db


def test_each_is_told_in_their_own_language(
    mail_server: MailServer, officer: User, other_officer: User
) -> None:
    officer.language = "de"
    officer.save(update_fields=["language"])
    suspend(officer, other_officer, first=42)
    with translation.override("fr"):
        found = {mail.to: mail for mail in delivered(mail_server)}
        assert translation.get_language() == "fr"
    assert found["lena@example.org"].subject == "Gesperrt, bevor es gesendet wurde: PR-2099-000042/1"
    assert "Melden Sie sich an, um mehr zu lesen" in found["lena@example.org"].text
    assert found["anna@example.org"].subject == "Put on hold before it was sent: PR-2099-000042/1"
    assert "sign in to read more" in found["anna@example.org"].text


def test_roles_are_named_in_the_readers_language(
    mail_server: MailServer, officer: User, auditor: User, operator: User
) -> None:
    auditor.language = "de"
    auditor.save(update_fields=["language"])
    target = f"{officer.staff_id}/{operator.staff_id}"
    notices.tell(
        [auditor.pk],
        NoticeKind.ROLES_GRANTED,
        about="Privacy officers, Reviewers",
        target=target,
        now=timezone.now(),
    )
    (mail,) = delivered(mail_server)
    assert "Lena Hofmann erhielt von Petra Novak die Rollen Sachbearbeitung Datenschutz, Prüfung" in mail.text
