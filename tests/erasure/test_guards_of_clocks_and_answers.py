"""What a person was promised and told is rewritten by nobody: the database itself refuses it."""

from datetime import timedelta

import pytest
from django.db.models import F
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.choices import Channel, ExtensionGround, Outcome, PauseGround
from erasure.models import AnswerPart, ClockCorrection, ClockPause, Comment, Extension, PrivacyRequest
from privacyadmin.models import User
from tests.erasure.made_requests import answered, completed, filed, only, registered, today
from tests.erasure.test_guards import refused, updating

pytestmark = pytest.mark.django_db


@pytest.fixture
def moved(officer: User) -> PrivacyRequest:
    """A request that was commented on, corrected and extended."""
    request = registered(officer, ("email", "a@example.org"))
    with audited() as log:
        lifecycle.comment(log, request, by=officer, text="Rang twice.", now=timezone.now())
        lifecycle.correct_clock(
            log,
            request,
            by=officer,
            regulation="gdpr",
            received_on=request.received_on - timedelta(days=2),
            reason="It had lain in the post room.",
            now=timezone.now(),
        )
        lifecycle.extend(
            log,
            request,
            by=officer,
            ground=ExtensionGround.COMPLEXITY,
            told_on=today(),
            explanation="It reaches into four systems.",
            now=timezone.now(),
        )
    return request


@pytest.fixture
def paused(officer: User) -> ClockPause:
    """An access request whose clock stood still for three days."""
    request = registered(officer, ("email", "b@example.org"), type="ACCESS", regulation="uk-gdpr")
    with audited() as log:
        lifecycle.pause(
            log,
            request,
            by=officer,
            ground=PauseGround.CLARIFICATION,
            from_day=request.received_on,
            now=timezone.now(),
        )
        return lifecycle.resume_clock(log, request, by=officer, until_day=today(), now=timezone.now())


def test_a_correction_lets_the_receipt_move_from_and_to_its_own_days_alone(moved: PrivacyRequest) -> None:
    row = ClockCorrection.objects.get()
    words = "move with a recorded correction alone"
    refused(updating(moved, received_on=F("received_on") - timedelta(days=1)), by=words)
    refused(updating(moved, received_on=row.previous_received_on), by=words)
    refused(updating(moved, regulation="utah"), by=words)


def test_a_correction_never_changes(moved: PrivacyRequest, other_officer: User) -> None:
    row = ClockCorrection.objects.get()
    for change in (
        {"received_on": today()},
        {"previous_regulation": "utah"},
        {"due_on": today()},
        {"corrected_by": other_officer},
    ):
        refused(updating(row, **change), by="a correction never changes")
    updating(row, reason=None)()


def test_an_extension_only_falls_and_that_once(moved: PrivacyRequest) -> None:
    row = Extension.objects.get()
    refused(updating(row, due_on=F("due_on") + timedelta(days=9)), by="an extension never changes")
    refused(updating(row, told_on=today() - timedelta(days=1)), by="an extension never changes")
    refused(lambda: Extension.objects.create(**_like(row)), by="extension_once|request_id")
    updating(row, fell_at=timezone.now())()
    refused(updating(row, fell_at=None), by="an extension never changes")


def _like(row: Extension) -> dict[str, object]:
    names = ("request", "ground", "told_on", "previous_due_on", "due_on", "extended_by", "extended_at")
    return {name: getattr(row, name) for name in names}


def test_a_pause_only_ends_and_that_once(paused: ClockPause) -> None:
    refused(updating(paused, from_day=F("from_day") - timedelta(days=1)), by="a pause never changes")
    refused(updating(paused, until_day=F("from_day")), by="a pause never changes")
    refused(updating(paused, until_day=None, ended_by=None, ended_at=None), by="a pause never changes")


def test_an_answer_and_its_parts_are_final(officer: User) -> None:
    request = filed(officer, "USR-1")
    completed(only(request))
    answered(request, officer)
    part = AnswerPart.objects.get()
    words = "what a person was told about a part is final"
    refused(updating(part, outcome="partly_done"), by=words)
    refused(updating(part, outcome="refused", ground="legal_claims"), by=words)
    more = AnswerPart(request=request, outcome=Outcome.WITHDRAWN)
    refused(more.save, by="an answered request gets no further part")
    for change in (
        {"due_on": F("due_on") + timedelta(days=1)},
        {"late_reason": "cxone"},
        {"answer_channel": "phone"},
        {"received_on": F("received_on") - timedelta(days=1)},
    ):
        refused(updating(request, **change), by="answered request stays answered|recorded correction alone")


def test_a_refusal_has_a_ground_and_nothing_else_has(officer: User) -> None:
    request = registered(officer, ("email", "c@example.org"))
    by = "answer_refused_iff_ground"
    refused(AnswerPart(request=request, outcome=Outcome.REFUSED).save, by=by)
    refused(AnswerPart(request=request, outcome=Outcome.WITHDRAWN, ground="legal_claims").save, by=by)


def test_none_of_it_is_deleted(moved: PrivacyRequest, paused: ClockPause, officer: User) -> None:
    answered(moved, officer, Outcome.WITHDRAWN)
    for model in (AnswerPart, Extension, ClockPause, ClockCorrection, Comment):
        rows = model.objects.all()
        assert rows.exists()
        refused(lambda rows=rows: rows._raw_delete("default"), by="kept for ever")


def test_the_acknowledgement_is_whole(officer: User) -> None:
    request = registered(officer, ("email", "d@example.org"))
    by = "request_acknowledgement_is_whole"
    refused(updating(request, acknowledged_on=today()), by=by)
    refused(updating(request, acknowledged_channel=Channel.EMAIL), by=by)
    early = request.received_on - timedelta(days=1)
    refused(updating(request, acknowledged_on=early, acknowledged_channel=Channel.EMAIL), by=by)
