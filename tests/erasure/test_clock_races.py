"""Acts on a clock that two officers move at once, and corrections of a clock that was moved before."""

from datetime import date, datetime, time, timedelta

import pytest
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import ExtensionGround, Outcome, PauseGround
from erasure.deadlines import clock
from erasure.models import ClockPause, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db


def access_in_the_uk(officer: User, *, days_ago: int) -> PrivacyRequest:
    return made.registered(
        officer,
        ("email", "a@example.org"),
        type="ACCESS",
        regulation="uk-gdpr",
        received_on=made.today() - timedelta(days=days_ago),
    )


def at(day: date) -> datetime:
    return datetime.combine(day, time(12), timezone.get_default_timezone())


def corrected_meanwhile(request: PrivacyRequest, officer: User, *, received_on: date) -> None:
    """A colleague, on another page, puts the receipt right after `request` was read."""
    with audited() as log:
        lifecycle.correct_clock(
            log,
            PrivacyRequest.objects.get(pk=request.pk),
            by=officer,
            regulation=request.regulation,
            received_on=received_on,
            reason="It came earlier.",
            now=timezone.now(),
        )


def test_a_pause_is_computed_from_a_receipt_that_was_corrected_meanwhile(officer: User) -> None:
    request = access_in_the_uk(officer, days_ago=10)
    earlier = made.today() - timedelta(days=20)
    corrected_meanwhile(request, officer, received_on=earlier)
    with audited() as log:
        lifecycle.pause(
            log,
            request,
            by=officer,
            ground=PauseGround.CLARIFICATION,
            from_day=made.today(),
            now=timezone.now(),
        )
    stored = PrivacyRequest.objects.get(pk=request.pk)
    assert stored.received_on == earlier
    assert stored.due_on == clock("uk-gdpr", earlier, request_type="ACCESS").due_on


def test_the_end_of_a_pause_is_computed_from_a_receipt_that_was_corrected_meanwhile(officer: User) -> None:
    request = access_in_the_uk(officer, days_ago=10)
    with audited() as log:
        lifecycle.pause(
            log,
            request,
            by=officer,
            ground=PauseGround.CLARIFICATION,
            from_day=made.today() - timedelta(days=2),
            now=timezone.now(),
        )
    earlier = made.today() - timedelta(days=20)
    corrected_meanwhile(request, officer, received_on=earlier)
    with audited() as log:
        lifecycle.resume_clock(log, request, by=officer, until_day=made.today(), now=timezone.now())
    stored = PrivacyRequest.objects.get(pk=request.pk)
    assert stored.due_on == lifecycle.clock_of(stored).due_on


def test_a_pause_within_the_extended_time_outlives_a_correction_of_the_receipt(officer: User) -> None:
    request = access_in_the_uk(officer, days_ago=60)
    told_on = request.received_on + timedelta(days=10)
    with audited() as log:
        lifecycle.extend(
            log,
            request,
            by=officer,
            ground=ExtensionGround.COMPLEXITY,
            told_on=told_on,
            explanation="Much to look at.",
            now=at(told_on),
        )
    asked_on = request.received_on + timedelta(days=50)
    with audited() as log:
        lifecycle.pause(
            log, request, by=officer, ground=PauseGround.CLARIFICATION, from_day=asked_on, now=at(asked_on)
        )
    with audited() as log:
        lifecycle.correct_clock(
            log,
            request,
            by=officer,
            regulation="uk-gdpr",
            received_on=request.received_on - timedelta(days=1),
            reason="A day earlier.",
            now=timezone.now(),
        )
    assert ClockPause.objects.get().fell_at is None


def test_a_request_that_was_answered_meanwhile_keeps_its_owner(officer: User, other_officer: User) -> None:
    request = made.registered(officer, ("email", "a@example.org"))
    seen_before = PrivacyRequest.objects.get(pk=request.pk)
    made.answered(request, officer, Outcome.WITHDRAWN)
    with pytest.raises(lifecycle.MoveRefused, match="It is answered"), audited() as log:
        lifecycle.assign(log, seen_before, to=other_officer, by=other_officer)
    assert PrivacyRequest.objects.get(pk=request.pk).owner == officer
