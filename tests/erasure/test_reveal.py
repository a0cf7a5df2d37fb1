"""Seeing identifiers in full: once, in the answer itself, and never unseen by the log."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit import trail
from audit.models import AuditEvent
from erasure.models import PrivacyRequest, SubjectIdentifier
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db
EMAIL = "anna.k@example.org"


def reveal(client: Client, request: PrivacyRequest, **options: Any) -> Any:
    return client.post(reverse("admin:identifier_reveal", args=[request.reference]), **options)


@pytest.fixture
def known(officer: User) -> PrivacyRequest:
    return made.filed(officer, made.CXONE_ID, ("email", EMAIL))


@pytest.mark.parametrize("who", ["officer", "reviewer"])
def test_it_shows_all_identifiers_of_the_person_and_puts_it_on_record(
    who: str, known: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    reader = request.getfixturevalue(who)

    answer = reveal(signed_in(reader), known)

    page = answer.content.decode()
    assert answer.status_code == 200
    assert made.CXONE_ID in page
    assert EMAIL in page
    newest = AuditEvent.objects.filter(obj=known.obj).latest("seq")
    assert (newest.act, newest.actor) == ("subject.revealed", reader.actor)
    assert json.loads(newest.body)["data"] == {"identifiers": 2}
    assert f"#{newest.seq}" in page
    assert "2 identifiers revealed" in page


def test_the_log_holds_no_identifier(known: PrivacyRequest, officer: User, signed_in: made.SignIn) -> None:
    reveal(signed_in(officer), known)
    for event in AuditEvent.objects.all():
        assert EMAIL not in event.body
        assert made.CXONE_ID not in event.body


def test_it_is_shown_once_and_never_kept_by_the_browser(
    known: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    answer = reveal(client, known)
    assert "no-store" in answer["Cache-Control"]
    assert EMAIL not in client.get(reverse("admin:request_page", args=[known.reference])).content.decode()
    assert EMAIL not in client.get(reverse("admin:request_live", args=[known.reference])).content.decode()


def test_the_part_that_refreshes_itself_stays_masked(
    known: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    page = reveal(signed_in(officer), known).content.decode()
    assert EMAIL in page.split("data-live=")[0]
    assert EMAIL not in page.split("data-live=")[1]


def test_nothing_is_shown_when_it_cannot_be_put_on_record(
    known: PrivacyRequest, officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_args: Any, **_options: Any) -> None:
        raise trail.LogNotReadyError("The log is away.")

    client = signed_in(officer)
    monkeypatch.setattr(trail, "_append", refuse)
    with pytest.raises(trail.LogNotReadyError):
        reveal(client, known)


def test_what_is_shredded_cannot_be_revealed(
    known: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    SubjectIdentifier.objects.update(value=None)
    before = AuditEvent.objects.filter(obj=known.obj).count()
    client = signed_in(officer)
    page = client.get(reverse("admin:request_page", args=[known.reference])).content.decode()
    assert reverse("admin:identifier_reveal", args=[known.reference]) not in page
    answer = reveal(client, known, follow=True)
    assert "have been shredded" in answer.content.decode()
    assert AuditEvent.objects.filter(obj=known.obj).count() == before


@pytest.mark.parametrize("who", ["auditor", "operator", "stranger"])
def test_others_are_refused_and_see_no_button(
    who: str, known: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    answer = reveal(client, known)
    assert answer.status_code == 403
    assert EMAIL not in answer.content.decode()
    page = client.get(reverse("admin:request_page", args=[known.reference])).content.decode()
    assert reverse("admin:identifier_reveal", args=[known.reference]) not in page
    assert not AuditEvent.objects.filter(act="subject.revealed").exists()


def test_it_is_posted_with_the_forms_token(
    known: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    address = reverse("admin:identifier_reveal", args=[known.reference])
    assert signed_in(officer).get(address).status_code == 405
    assert made.guarded(officer).post(address).status_code == 403
    assert not AuditEvent.objects.filter(act="subject.revealed").exists()
