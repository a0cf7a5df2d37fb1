"""The whole of it as three people: what meets a hold stops, says why, and goes on only when somebody else
decides so, for a reason, on the record. Over the pages, the real pipeline and the sandbox.
"""

import html
import re
from typing import Any

from django.test import Client
from django.urls import reverse

from audit.models import AuditEvent
from erasure.models import Override, PrivacyRequest
from privacyadmin.models import User
from tests.cast import person
from tests.erasure.at_work import Work, cxone, fresh, posted, work
from tests.erasure.made_requests import SignIn, only, today
from tests.erasure.request_form import request_form

__all__ = ["cxone", "work"]

JUSTIFICATION = "The person was a minor; legal confirmed in memo L-118 that RET-1 does not reach this."
APPROVE = {"decision": "approve", "reason": "Memo L-118 says so."}


def text_of(answer: Any) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.content.decode())).split())


def file(client: Client) -> PrivacyRequest:
    """CONTACT and ANALYTICS, as the form sends it, the preselected choice left as it is."""
    form = request_form(categories=["CONTACT", "ANALYTICS"], received_on=today().isoformat())
    answer = client.post(reverse("admin:request_new"), form)
    assert answer.status_code == 302, text_of(answer)
    return PrivacyRequest.objects.get()


def refusals() -> list[tuple[str, str, str]]:
    """Who tried what in vain, and why not, as the log has it."""
    denied = AuditEvent.objects.filter(act="override.refused").order_by("seq")
    assert {event.result for event in denied} <= {"denied"}
    return [(event.actor, event.act, event.facts["reason"]) for event in denied]


def try_to_approve(client: Client, override: Override) -> list[int]:
    """By crafted POST and by bulk action; by the page there is nothing to press."""
    page = client.get(reverse("admin:override_decide", args=[override.pk]))
    assert page.status_code == 200
    assert 'value="approve"' not in page.content.decode()
    return [
        client.post(reverse("admin:override_decide", args=[override.pk]), APPROVE).status_code,
        client.post(reverse("admin:override_together"), {"override": [override.pk], **APPROVE}).status_code,
    ]


def test_a_held_part_is_let_through_by_somebody_else_alone(
    work: Work, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    lena, marek = signed_in(officer), signed_in(reviewer)
    request = file(lena)
    contact, analytics = only(request, 1), only(request, 2)
    work.send()
    assert (fresh(contact).status, fresh(analytics).status) == ("processing", "blocked")
    assert posted(work.sandbox) == [1]

    asked = {"reason": "hold_does_not_reach", "justification": JUSTIFICATION}
    lena.post(reverse("admin:override_ask", args=[request.reference, 2]), asked)
    override = Override.objects.get()
    page = text_of(lena.get(reverse("admin:override_decide", args=[override.pk])))
    assert "You filed this request. Somebody else has to decide on it." in page
    assert "Who can decide Marek Vondra" in page

    assert try_to_approve(lena, override) == [403, 403]
    assert refusals() == [(officer.actor, "override.refused", "filed_by")] * 2
    override.refresh_from_db()
    assert (override.decision, fresh(analytics).status) == ("", "blocked")

    marek.post(reverse("admin:override_decide", args=[override.pk]), APPROVE)
    work.carry_on()
    assert (fresh(contact).status, fresh(analytics).status) == ("completed", "completed")
    assert posted(work.sandbox) == [1, 1]

    told = text_of(lena.get(reverse("admin:request_page", args=[request.reference])))
    for words in (
        "On hold: RET-1. Nothing was sent",
        "Override asked for: the hold does not reach this data",
        "A decision on the override was refused: who filed a request does not decide on it",
        "Override approved",
        "Free to be sent: an override was approved",
        "CXone reported that it is done",
        "Marek Vondra",
    ):
        assert words in told


def test_the_persons_report_names_the_ground_and_nothing_else_of_the_hold(
    work: Work, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    lena, marek = signed_in(officer), signed_in(reviewer)
    request = file(lena)
    asked = {"reason": "hold_does_not_reach", "justification": JUSTIFICATION}
    lena.post(reverse("admin:override_ask", args=[request.reference, 2]), asked)
    deny = {"decision": "deny", "reason": "The memo L-118 says something else."}
    marek.post(reverse("admin:override_decide", args=[Override.objects.get().pk]), deny)
    work.carry_on()
    assert [only(request, number).status for number in (1, 2)] == ["completed", "refused"]

    address = reverse("admin:certificate_take_person", args=[request.reference])
    report = text_of(lena.post(address, {"as": "report"}))
    assert "analytics records are under a standing retention rule" in report
    for secret in ("RET-1", "L-118", "memo", "Marek", "Vondra", "Lena", "minor"):
        assert secret not in report


def test_a_superuser_who_filed_it_is_refused_like_everybody(
    work: Work, superuser: User, signed_in: SignIn
) -> None:
    root = signed_in(superuser)
    request = file(root)
    asked = {"reason": "hold_does_not_reach", "justification": JUSTIFICATION}
    root.post(reverse("admin:override_ask", args=[request.reference, 2]), asked)
    override = Override.objects.get()
    assert try_to_approve(root, override) == [403, 302]
    assert refusals() == [(superuser.actor, "override.refused", "filed_by")] * 2
    work.send()
    override.refresh_from_db()
    assert (override.decision, only(request, 2).status) == ("", "blocked")


def test_two_roles_in_one_person_are_not_two_persons(work: Work, signed_in: SignIn) -> None:
    both = person("both", "Privacy officers", "Reviewers")
    client = signed_in(both)
    request = file(client)
    asked = {"reason": "hold_does_not_reach", "justification": JUSTIFICATION}
    client.post(reverse("admin:override_ask", args=[request.reference, 2]), asked)
    override = Override.objects.get()
    assert try_to_approve(client, override) == [403, 302]
    assert [reason for _who, _act, reason in refusals()] == ["filed_by", "filed_by"]
    together = client.get(reverse("admin:override_together"), {"override": [override.pk]})
    assert "None of these can be decided by you" in text_of(together)
    work.send()
    assert only(request, 2).status == "blocked"
