"""Taking a request over from a colleague."""

import json
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db


def take_over(client: Client, request: PrivacyRequest, **options: Any) -> Any:
    return client.post(reverse("admin:request_take_over", args=[request.reference]), **options)


def test_any_officer_takes_over_and_it_is_put_on_record(
    officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)

    answer = take_over(signed_in(other_officer), request, follow=True)

    request.refresh_from_db()
    assert request.owner == other_officer
    assert f"You have {request.reference} now." in answer.content.decode()
    assert "Anna Berg has it now" in answer.content.decode()
    newest = AuditEvent.objects.filter(obj=request.obj).latest("seq")
    assert (newest.act, newest.actor) == ("request.assigned", other_officer.actor)
    assert json.loads(newest.body)["data"] == {"owner": other_officer.actor, "previous": officer.actor}


def test_it_is_offered_to_other_officers_alone(
    officer: User, other_officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    page, button = (
        reverse(f"admin:{name}", args=[request.reference]) for name in ("request_page", "request_take_over")
    )
    assert button in signed_in(other_officer).get(page).content.decode()
    for reader in (officer, auditor):
        assert button not in signed_in(reader).get(page).content.decode()


def test_who_has_it_already_is_told(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    before = AuditEvent.objects.filter(obj=request.obj).count()
    answer = take_over(signed_in(officer), request, follow=True)
    assert "You have it already." in answer.content.decode()
    assert AuditEvent.objects.filter(obj=request.obj).count() == before


def test_an_answered_request_is_nobodys_any_more(
    officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    made.completed(made.only(request))
    made.answered(request, officer)
    answer = take_over(signed_in(other_officer), request, follow=True)
    request.refresh_from_db()
    assert request.owner == officer
    assert "is answered; nobody needs to have it any more" in answer.content.decode()


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_take_over(
    who: str, officer: User, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    filed = made.filed(officer)
    assert take_over(signed_in(request.getfixturevalue(who)), filed).status_code == 403
    filed.refresh_from_db()
    assert filed.owner == officer


def test_it_is_posted_with_the_forms_token(
    officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    address = reverse("admin:request_take_over", args=[request.reference])
    assert signed_in(other_officer).get(address).status_code == 405
    assert made.guarded(other_officer).post(address).status_code == 403
