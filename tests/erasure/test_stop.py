"""Stopping a submission that has not been sent."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from erasure import lifecycle
from erasure.choices import SubmissionStatus
from erasure.models import PrivacyRequest, Submission
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db


def stop(client: Client, request: PrivacyRequest, number: int = 1, **options: Any) -> Any:
    return client.post(reverse("admin:submission_stop", args=[request.reference, number]), **options)


def newest_event(request: PrivacyRequest) -> AuditEvent:
    return AuditEvent.objects.filter(obj=request.obj).latest("seq")


@pytest.mark.parametrize("categories", [["CONTACT"], ["ANALYTICS"]])
def test_it_stops_what_is_queued_or_held(
    categories: list[str], officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer, delay=timedelta(minutes=15), categories=categories)

    answer = stop(signed_in(other_officer), request, follow=True)

    assert made.only(request).status == SubmissionStatus.CANCELLED
    assert newest_event(request).act == "request.cancelled"
    assert newest_event(request).actor == other_officer.actor
    page = answer.content.decode()
    assert f"{request.reference}/1 was stopped before it was sent." in page
    assert "Stopped before it was sent" in page


def test_it_stops_only_the_one_that_was_named(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, "c-1", "c-2", delay=timedelta(minutes=15))
    stop(signed_in(officer), request, 2)
    statuses = list(request.submissions.order_by("number").values_list("status", flat=True))
    assert statuses == [SubmissionStatus.QUEUED, SubmissionStatus.CANCELLED]


def test_the_button_is_there_only_while_it_works(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.filed(officer, delay=timedelta(minutes=15)), signed_in(officer)
    button, page = (
        reverse("admin:submission_stop", args=[request.reference, 1]),
        reverse("admin:request_page", args=[request.reference]),
    )
    assert button in client.get(page).content.decode()
    made.sent(made.only(request))
    assert button not in client.get(page).content.decode()


@pytest.mark.parametrize("move", [made.sent, made.accepted, made.completed, made.failed])
def test_what_may_have_reached_cxone_is_not_stopped_and_the_try_is_on_record(
    move: Callable[[Submission], Submission], officer: User, signed_in: made.SignIn
) -> None:
    request = made.filed(officer)
    move(made.only(request))
    status = made.only(request).status

    answer = stop(signed_in(officer), request, follow=True)

    assert made.only(request).status == status
    page = answer.content.decode()
    assert "can no longer be stopped" in page
    assert "CXone has no recall" in page
    assert "Stopping was refused: it may have reached CXone already" in page
    assert (newest_event(request).act, newest_event(request).result) == ("request.cancelled", "denied")


def test_stopping_twice_is_told(officer: User, signed_in: made.SignIn) -> None:
    request, client = made.filed(officer, delay=timedelta(minutes=15)), signed_in(officer)
    stop(client, request)
    assert "can no longer be stopped" in stop(client, request, follow=True).content.decode()


def test_a_submission_that_a_worker_takes_in_the_same_moment_is_sent(
    officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between reading the row and moving it a worker was first: its move stands, the officer is told."""
    request, real = made.filed(officer), lifecycle.cancel

    def too_late(log: Any, submission: Any, **facts: Any) -> None:
        type(submission).objects.filter(pk=submission.pk).update(fence=submission.fence + 1)
        real(log, submission, **facts)

    monkeypatch.setattr(lifecycle, "cancel", too_late)
    answer = stop(signed_in(officer), request, follow=True)

    assert made.only(request).status == SubmissionStatus.QUEUED
    assert "has moved on in the meantime" in answer.content.decode()


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_stop(
    who: str, officer: User, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    filed = made.filed(officer, delay=timedelta(minutes=15))
    client = signed_in(request.getfixturevalue(who))
    assert stop(client, filed).status_code == 403
    assert made.only(filed).status == SubmissionStatus.QUEUED
    page = client.get(reverse("admin:request_page", args=[filed.reference])).content.decode()
    assert reverse("admin:submission_stop", args=[filed.reference, 1]) not in page


def test_it_is_posted_with_the_forms_token(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer, delay=timedelta(minutes=15))
    address = reverse("admin:submission_stop", args=[request.reference, 1])
    assert signed_in(officer).get(address).status_code == 405
    assert made.guarded(officer).post(address).status_code == 403
    assert made.only(request).status == SubmissionStatus.QUEUED


def test_an_unknown_submission_is_not_found(officer: User, signed_in: made.SignIn) -> None:
    assert stop(signed_in(officer), made.filed(officer), 7).status_code == 404
