"""Attempts to change or take something that were refused are on record: once, and without the address."""

import logging
from collections.abc import Iterator
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit import trail
from audit.events import Event
from audit.models import AuditEvent
from audit.trail import LogNotReadyError, audited
from erasure import overrides
from erasure.choices import OverrideReason
from erasure.models import Override, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db


@pytest.fixture
def filed(officer: User) -> PrivacyRequest:
    return made.filed(officer)


@pytest.fixture
def asked(officer: User) -> Override:
    held = made.only(made.filed(officer, "cust-2026-9", categories=["CONTACT", "ANALYTICS"]), 2)
    with audited() as log:
        return overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.EVIDENCE_PRESERVED,
            justification="The recordings are kept by counsel; RET-1 does not reach them.",
            now=timezone.now(),
        )


def denied() -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(act=Event.ACCESS_DENIED).order_by("seq"))


def reveal(request: PrivacyRequest) -> str:
    return reverse("admin:identifier_reveal", args=[request.reference])


TAKEN = {
    "identifier_reveal": ("auditor", "erasure.reveal_identifier"),
    "certificate_take_person": ("auditor", "erasure.take_certificate"),
    "certificate_take_audit": ("officer", "erasure.take_audit_copy"),
    "request_take_over": ("reviewer", "erasure.file_request"),
    "request_answer": ("reviewer", "erasure.answer_request"),
}


@pytest.mark.parametrize("name", TAKEN)
def test_a_refused_attempt_is_written_down_with_page_and_permission(
    name: str, filed: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    who, permission = TAKEN[name]
    person = request.getfixturevalue(who)
    answer = signed_in(person).post(reverse(f"admin:{name}", args=[filed.reference]))
    assert answer.status_code == 403
    (event,) = denied()
    assert (event.actor, event.obj) == (person.actor, f"access:{name.replace('_', '-')}")
    assert event.entry["res"] == "denied"
    assert event.facts == {"page": name, "permission": permission, "method": "POST"}


@pytest.mark.parametrize(
    ("name", "permission"),
    [
        ("log_export", "audit.export_auditevent"),
        ("audit_auditevent_changelist", "audit.view_auditevent"),
        ("people_invite", "privacyadmin.invite_user"),
        ("upstream_test", "erasure.view_upstream"),
    ],
)
def test_so_is_one_at_every_kind_of_page(
    name: str, permission: str, reviewer: User, signed_in: made.SignIn
) -> None:
    assert signed_in(reviewer).post(reverse(f"admin:{name}")).status_code == 403
    assert [event.facts["permission"] for event in denied()] == [permission]


def test_an_operator_who_reaches_for_their_own_roles_is_written_down(
    operator: User, signed_in: made.SignIn
) -> None:
    own = reverse("admin:people_person", args=[operator.staff_id])
    assert signed_in(operator).post(own, {"roles": ["Reviewers"]}).status_code == 403
    (event,) = denied()
    assert event.facts == {"page": "people_person", "method": "POST"}


def test_nothing_of_the_address_or_the_form_reaches_the_log(
    filed: PrivacyRequest, auditor: User, signed_in: made.SignIn
) -> None:
    signed_in(auditor).post(f"{reveal(filed)}?q=anna@example.org", {"term": "anna@example.org"})
    (event,) = denied()
    assert filed.reference not in event.body
    assert "anna" not in event.body


def test_looking_is_of_no_consequence(filed: PrivacyRequest, stranger: User, signed_in: made.SignIn) -> None:
    client = signed_in(stranger)
    assert client.get(reverse("admin:request_page", args=[filed.reference])).status_code == 403
    assert client.get(reveal(filed)).status_code == 403
    assert client.head(reverse("admin:people")).status_code == 403
    assert denied() == []


def test_nobody_in_particular_is_not_written_down(filed: PrivacyRequest, auditor: User) -> None:
    assert Client().post(reveal(filed)).status_code == 302
    assert made.guarded(auditor).post(reveal(filed)).status_code == 403
    assert denied() == []


@pytest.fixture
def clock() -> Iterator[time_machine.Traveller]:
    with time_machine.travel(timezone.now(), tick=False) as travelled:
        yield travelled


def test_the_same_attempt_is_written_down_once_a_minute(
    clock: time_machine.Traveller, filed: PrivacyRequest, auditor: User, signed_in: made.SignIn
) -> None:
    client = signed_in(auditor)
    for _ in range(5):
        assert client.post(reveal(filed)).status_code == 403
    assert len(denied()) == 1
    clock.shift(timedelta(seconds=59))
    client.post(reveal(filed))
    assert len(denied()) == 1
    clock.shift(timedelta(seconds=1))
    client.post(reveal(filed))
    assert len(denied()) == 2


def test_another_page_or_person_is_another_attempt(
    filed: PrivacyRequest, auditor: User, operator: User, signed_in: made.SignIn
) -> None:
    signed_in(auditor).post(reveal(filed))
    signed_in(auditor).post(reverse("admin:certificate_take_person", args=[filed.reference]))
    signed_in(operator).post(reveal(filed))
    assert len(denied()) == 3


def test_what_has_its_own_event_is_not_written_twice(
    asked: Override, officer: User, signed_in: made.SignIn
) -> None:
    page = reverse("admin:override_decide", args=[asked.pk])
    answer = signed_in(officer).post(page, {"decision": "approve", "reason": "Mine."})
    assert answer.status_code == 403
    assert AuditEvent.objects.filter(act=Event.OVERRIDE_REFUSED).count() == 1
    assert denied() == []


def test_withdrawing_somebody_elses_question_is_written_down(
    asked: Override, other_officer: User, signed_in: made.SignIn
) -> None:
    page = reverse("admin:override_withdraw", args=[asked.pk])
    assert signed_in(other_officer).post(page).status_code == 403
    assert [event.obj for event in denied()] == ["access:override-withdraw"]


def test_a_log_that_cannot_be_written_changes_nothing_about_the_answer(
    filed: PrivacyRequest,
    auditor: User,
    signed_in: made.SignIn,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    client = signed_in(auditor)

    def fail(*_entries: object, **_how: object) -> None:
        raise LogNotReadyError("The head of the audit log is damaged.")

    monkeypatch.setattr(trail, "_append", fail)
    with caplog.at_level(logging.ERROR):
        assert client.post(reveal(filed)).status_code == 403
    assert "refusal_not_recorded" in caplog.text


def test_the_explorer_shows_it_in_words(
    filed: PrivacyRequest, operator: User, auditor: User, signed_in: made.SignIn
) -> None:
    signed_in(operator).post(reveal(filed))
    page = signed_in(auditor).get(reverse("admin:audit_auditevent_changelist")).content.decode()
    assert "Access denied" in page
    assert "Petra Novak" in page
    assert "Refused" in page
