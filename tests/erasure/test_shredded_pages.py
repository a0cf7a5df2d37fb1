"""What the pages say of a request before, between and after the two steps, and that none of them breaks."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import overrides, shredding
from erasure.choices import Outcome, OverrideReason
from erasure.models import Override, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.days_passing import DaysPass, _a_saturday, days_pass, ended, shredded_list
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import released

__all__ = ["_a_saturday", "days_pass", "shredded_list"]

pytestmark = pytest.mark.django_db(transaction=True)

WHY = "The contract was ended and settled in 2021."


def page(client: Client, request: PrivacyRequest) -> str:
    return text_of(client.get(reverse("admin:request_page", args=[request.reference])))


@pytest.fixture
def desk(officer: User, signed_in: made.SignIn) -> Any:
    """The officer's browser, signed in again each time, since days pass."""

    def sit_down() -> Client:
        return signed_in(officer)

    return sit_down


def test_the_page_says_what_goes_when_and_what_went(officer: User, desk: Any, days_pass: DaysPass) -> None:
    open_one, request = made.filed(officer, "USR-OPEN"), ended(officer, "USR-1")
    assert "free text" not in page(desk(), open_one)
    assert (
        "Identifiers and free text go on 21 December 2099; "
        "the proof that links it to the person goes on 21 November 2102."
    ) in page(desk(), request)
    days_pass(30)
    told = page(desk(), request)
    assert (
        "Identifiers and free text were shredded on 21 December 2099. "
        "The proof that links it to the person goes on 21 November 2102."
    ) in told
    assert "Identifiers and free text: shredded" in told
    days_pass(1095)
    told = page(desk(), request)
    assert "were shredded on 21 December 2099; the proof that links it to the person, on" in told
    assert "The proof that links it to the person: shredded" in told


def test_the_page_says_that_a_hold_keeps_it(officer: User, desk: Any, days_pass: DaysPass) -> None:
    request = ended(officer)
    hold = made.hold_on(request)
    assert "A legal hold is on the person: nothing of this is shredded until it ends." in page(
        desk(), request
    )
    released(hold)
    days_pass(31)
    made.hold_on(request, "LIT-205")
    assert "the proof that links it to the person stays until it ends" in page(desk(), request)


def test_what_is_due_and_not_yet_gone_is_said_to_go_with_the_next_round(
    officer: User, desk: Any, time_machine: Any
) -> None:
    request = ended(officer)
    time_machine.move_to(timezone.now() + timedelta(days=31))
    assert "Identifiers and free text go with the next round;" in page(desk(), request)


def test_an_identifier_that_came_back_is_explained_and_shown_before_those_that_went(
    officer: User, desk: Any, days_pass: DaysPass
) -> None:
    request = ended(officer, "USR-FIRST-1", ("email", "first@example.org"))
    days_pass(30)
    later = made.filed(officer, "USR-SECOND-2", ("email", "first@example.org"))
    assert later.subject == request.subject
    assert "A later request brought an identifier back." in page(desk(), request)
    told = page(desk(), later)
    assert told.index("•••@•••") < told.index("shredded CXone id")
    listed = text_of(desk().get(reverse("admin:erasure_privacyrequest_changelist")))
    assert "f•••@••• and 2 more" in listed


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_every_page_about_it_opens_for_everybody_who_may_see_it(
    who: str,
    officer: User,
    reviewer: User,
    auditor: User,
    signed_in: made.SignIn,
    days_pass: DaysPass,
) -> None:
    request = made.filed(officer, "USR-1", ("email", "a@b.example"), categories=["CONTACT", "ANALYTICS"])
    made.failed(made.only(request, 1), message="USR-1 is locked.")
    now = timezone.now()
    with audited() as log:
        asked = overrides.ask(
            log,
            made.only(request, 2),
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification=WHY,
            now=now,
        )
    with audited() as log:
        overrides.decide(log, asked, by=reviewer, approve=False, reason="No.", now=now, send_at=now)
    made.answered(request, officer, outcome=Outcome.REFUSED, note="Told by post.")
    reader = {"officer": officer, "reviewer": reviewer, "auditor": auditor}[who]
    for _step in (1, 2):
        days_pass(600)
        client = signed_in(reader)
        override = Override.objects.get()
        pages: list[tuple[str, list[Any]]] = [
            ("request_page", [request.reference]),
            ("request_live", [request.reference]),
            ("erasure_privacyrequest_changelist", []),
        ]
        if who == "reviewer":
            pages.append(("override_decide", [override.pk]))
        for name, args in pages:
            answer = client.get(reverse(f"admin:{name}", args=args))
            assert answer.status_code == 200, name
            assert "shredded" in answer.content.decode(), name
            assert "None" not in text_of(answer), name
        answer = client.post(reverse("admin:request_search"), {"term": "USR-1"}, follow=True)
        assert answer.status_code == 200
        assert "None" not in text_of(answer)


def test_what_was_shredded_early_or_again_says_so_in_its_history(
    officer: User, reviewer: User, desk: Any
) -> None:
    now = timezone.now()
    early, again = ended(officer, "USR-1"), ended(officer, "USR-2")
    approvers = [officer.actor, reviewer.actor]
    shredding.shred([early.pk], 1, because="early", now=now, actor=officer.actor, approvers=approvers)
    shredding.shred([again.pk], 1, because="restored_backup", now=now)
    assert "Identifiers and free text: shredded early, in the names of two people" in page(desk(), early)
    assert "Identifiers and free text: shredded again after a restored backup" in page(desk(), again)
