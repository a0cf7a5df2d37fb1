"""An answer while the clock waits for the person: the pause ends with it, and lateness is judged so."""

from datetime import timedelta

import pytest

from audit.models import AuditEvent
from erasure import lifecycle
from erasure.choices import Outcome
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import answer, words_of

pytestmark = pytest.mark.django_db


def paused_in_the_uk(officer: User, *, days_ago: int) -> PrivacyRequest:
    """An access request whose clock has waited for the person since the day of receipt."""
    day = made.today() - timedelta(days=days_ago)
    request = made.registered(
        officer, ("email", "a@example.org"), type="ACCESS", regulation="uk-gdpr", received_on=day
    )
    return made.paused(request, officer)


def test_a_pause_ends_with_the_day_of_the_answer_and_its_days_do_not_make_it_late(
    officer: User, signed_in: made.SignIn
) -> None:
    request = paused_in_the_uk(officer, days_ago=50)
    assert request.due_on < made.today()
    page = answer(signed_in(officer), request, "0 refused identity_not_established")
    request.refresh_from_db()
    assert (request.is_answered, request.late_reason) == (True, "")
    pause = request.pauses.get()
    assert (pause.until_day, pause.ended_by) == (made.today(), officer)
    assert request.due_on > made.today()
    assert "in time." in words_of(page)
    acts = AuditEvent.objects.filter(obj=request.obj).order_by("-seq").values_list("act", flat=True)
    assert list(acts[:2]) == ["request.answered", "request.unpaused"]


def test_lateness_is_judged_by_the_day_of_the_answer_and_not_by_today(officer: User) -> None:
    request = paused_in_the_uk(officer, days_ago=50)
    told = made.told(request, Outcome.REFUSED)
    first, last = (lifecycle.due_for(request, told, made.today() - timedelta(days=days)) for days in (20, 0))
    assert request.first_due_on < first < last
