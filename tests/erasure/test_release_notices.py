"""Who is told by mail that the release of a hold waits, and what became of it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from erasure import releasing
from erasure.models import LegalHold
from privacyadmin.models import User
from privacyadmin.roles import REVIEWERS
from tests.audit.mail_server import MailServer
from tests.cast import person
from tests.erasure.made_holds import decided, placed, proposed
from tests.erasure.made_requests import CXONE_ID
from tests.erasure.mail_desk import WRITTEN, delivered, told

pytestmark = pytest.mark.django_db


@pytest.fixture
def owner(db: None) -> User:
    """Vera placed the hold."""
    return person("vera", REVIEWERS)


@pytest.fixture
def hold(owner: User) -> LegalHold:
    """A hold on one person."""
    return placed(owner, CXONE_ID)


def test_the_other_reviewers_and_who_placed_it_are_told_that_a_release_waits(
    mail_server: MailServer, hold: LegalHold, reviewer: User, other_reviewer: User, officer: User
) -> None:
    proposed(hold, by=reviewer, reason=WRITTEN)
    first, second = delivered(mail_server)
    assert {first.to, second.to} == {"ines@example.org", "vera@example.org"}
    assert first.subject == f"The release of a hold waits for a second reviewer: {hold.code}"
    assert f"http://127.0.0.1:8000{reverse('admin:hold_page', args=[hold.pk])}\n" in first.text


@pytest.mark.parametrize("decision", ["release", "keep"])
def test_who_proposed_it_and_who_placed_it_are_told_what_was_decided(
    mail_server: MailServer, hold: LegalHold, reviewer: User, other_reviewer: User, decision: str
) -> None:
    release = proposed(hold, by=reviewer)
    delivered(mail_server)
    decided(release, by=other_reviewer, approve=decision == "release")
    subject = f"The release of a hold was decided: {hold.code}"
    assert told(mail_server) == {("marek", subject), ("vera", subject)}


def test_who_placed_it_and_decides_is_not_told_of_it(
    mail_server: MailServer, hold: LegalHold, owner: User, reviewer: User
) -> None:
    release = proposed(hold, by=reviewer)
    delivered(mail_server)
    decided(release, by=owner)
    assert told(mail_server) == {("marek", f"The release of a hold was decided: {hold.code}")}


def test_nobody_is_asked_to_decide_what_was_decided_before_the_mail_left(
    mail_server: MailServer, hold: LegalHold, owner: User, reviewer: User, other_reviewer: User
) -> None:
    decided(proposed(hold, by=reviewer), by=owner)
    assert [mail.to for mail in delivered(mail_server)] == ["marek@example.org"]


def test_who_proposed_it_is_told_that_nobody_decided_in_time(
    mail_server: MailServer, hold: LegalHold, reviewer: User
) -> None:
    release = proposed(hold, by=reviewer)
    delivered(mail_server)
    releasing.expire_due(release.expires_at)
    mails = delivered(mail_server, after=release.expires_at - timezone.now() + timedelta(minutes=1))
    assert [mail.to for mail in mails] == ["marek@example.org"]
