"""The landing page: each role finds its work, every number leads to the list it counts, a pause is said."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.admin.event_words import events_words
from audit.models import AuditEvent, AuditVerification
from audit.signing.signer import sign_head
from audit.trail import audited
from erasure import overrides
from erasure.admin import needs_me
from erasure.choices import Attention, Outcome, OverrideReason
from erasure.models import PrivacyRequest, Upstream
from privacyadmin.models import User
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import placed, proposed
from tests.erasure.made_requests import (
    accepted,
    answered,
    completed,
    failed,
    filed,
    flagged,
    only,
    registered,
    today,
)

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
LANDING = reverse("admin:index")
HELD = ["CONTACT", "ANALYTICS"]


@pytest.fixture
def one_of_each(officer: User) -> dict[str, PrivacyRequest]:
    """A request in every state that a group or a number asks for."""
    made = {
        name: filed(officer, f"cust-2026-{place:04d}")
        for place, name in enumerate(["to_be_answered", "failed", "nothing_found", "attention", "under_way"])
    }
    completed(only(made["to_be_answered"]))
    failed(only(made["failed"]))
    completed(only(made["nothing_found"]), records=0)
    flagged(accepted(only(made["attention"])), Attention.UNEXPECTED_ANSWER)
    accepted(only(made["under_way"]), cxone_id="7f1c-under-way")
    made["on_hold"] = filed(officer, "cust-2026-0010", categories=["ANALYTICS"])
    made["registered"] = registered(officer, ("email", "someone@example.org"))
    made["overdue"] = filed(officer, "cust-2026-0011", received_on=today() - timedelta(days=50))
    made["due_soon"] = filed(officer, "cust-2026-0012", received_on=today() - timedelta(days=27))
    made["answered"] = filed(officer, "cust-2026-0013")
    completed(only(made["answered"]))
    answered(made["answered"], officer, Outcome.DONE)
    return made


def landing(client: Client) -> Any:
    answer = client.get(LANDING)
    assert answer.status_code == 200
    return answer


def groups(answer: Any) -> dict[str, list[str]]:
    return {
        str(shown.group.need): [row.todo.request.reference for row in shown.rows]
        for shown in answer.context["needs"]["groups"]
    }


def test_an_officer_finds_each_request_in_its_most_pressing_group(
    one_of_each: dict[str, PrivacyRequest], officer: User, signed_in: SignIn
) -> None:
    answer = landing(signed_in(officer))
    made = {name: request.reference for name, request in one_of_each.items()}
    assert groups(answer) == {
        "overdue": [made["overdue"]],
        "due_soon": [made["due_soon"]],
        "attention": [made["attention"]],
        "to_be_answered": [made["to_be_answered"]],
        "blocked": [made["on_hold"]],
        "failed": [made["failed"]],
        "nothing_found": [made["nothing_found"]],
        "registered": [made["registered"]],
        "under_way": [made["under_way"]],
    }
    page = answer.content.decode()
    assert "8 requests need somebody" in page
    for words in (
        "Check the identifier before you answer",
        "Ask for an override, or stop the held part",
        "correct and file it anew",
        "Add the CXone id and send it",
        # What is overdue needs somebody even where it moves by itself; what is only due soon does not.
        "It has not gone out. Ask an operator about the connection",
        "There is nothing to do until CXone reports back",
    ):
        assert words in page
    assert f'href="{reverse("admin:request_answer", args=[made["to_be_answered"]])}"' in page
    assert f'href="{reverse("admin:request_send", args=[made["registered"]])}"' in page


def test_a_question_that_waits_for_a_reviewer_is_said(officer: User, signed_in: SignIn) -> None:
    held = only(filed(officer, categories=["ANALYTICS"]))
    _ask(held, by=officer)
    assert "A reviewer has to decide on the override" in landing(signed_in(officer)).content.decode()


def _ask(held: Any, *, by: User) -> Any:
    with audited() as log:
        return overrides.ask(
            log,
            held,
            by=by,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed on 3 March by counsel.",
            now=timezone.now(),
        )


def test_a_full_group_leads_to_the_rest(officer: User, signed_in: SignIn) -> None:
    for number in range(needs_me.SHOWN_PER_GROUP + 1):
        failed(only(filed(officer, f"cust-2026-{number:04d}")))
    page = landing(signed_in(officer)).content.decode()
    there = reverse("admin:erasure_privacyrequest_changelist")
    assert f'{there}?need=failed&amp;owner=me">See all 6' in page


def test_nothing_to_do_is_said_kindly(officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    assert "No requests yet" in landing(client).content.decode()
    filed(officer)
    assert "Nothing needs you" in landing(client).content.decode()


def test_the_identifier_is_masked(officer: User, signed_in: SignIn) -> None:
    completed(only(filed(officer, "cust-2026-4471")))
    page = landing(signed_in(officer)).content.decode()
    assert "••••" in page
    assert "cust-2026-4471" not in page


def test_a_reviewer_finds_the_overrides_with_the_nearest_deadline_first(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    late = _ask(only(filed(officer, "cust-2026-0001", categories=["ANALYTICS"])), by=officer)
    first = filed(
        officer, "cust-2026-0002", categories=["ANALYTICS"], received_on=today() - timedelta(days=20)
    )
    soon = _ask(only(first), by=officer)
    answer = landing(signed_in(reviewer))
    assert answer.context["decisions"] == {"overrides": [soon, late], "count": 2}
    assert "2 overrides to decide" in answer.content.decode()
    assert "needs" not in answer.context


def test_a_release_is_found_by_who_can_decide_on_it_and_by_nobody_else(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    hold = placed(reviewer, "cust-2026-0001")
    second = signed_in(person("second", "Reviewers"))
    assert "Nothing to decide" in text_of(landing(second))
    proposed(hold, by=reviewer)
    shown = text_of(landing(second))
    assert "1 release of a hold to decide" in shown
    assert f"{hold.code} Litigation Marek Vondra proposed to release it" in shown
    assert reverse("admin:hold_page", args=[hold.pk]) in landing(second).content.decode()
    assert "Nothing to decide" not in shown
    for who in (reviewer, officer):
        assert hold.code not in text_of(landing(signed_in(who)))


def test_an_auditor_finds_the_log(auditor: User, officer: User, signed_in: SignIn) -> None:
    filed(officer)
    answer = landing(signed_in(auditor))
    recent = AuditEvent.objects.count()
    assert recent >= 2
    page = answer.content.decode()
    assert f"<dt>In the last 7 days</dt><dd>{recent} events</dd>" in page
    assert "Not verified yet" in page
    for address in ("audit_auditevent_changelist", "log_verifications", "log_export", "log_check_elsewhere"):
        assert reverse(f"admin:{address}") in page
    assert "needs" not in answer.context
    assert "decisions" not in answer.context


def test_an_auditor_sees_how_the_log_stands(auditor: User, signed_in: SignIn) -> None:
    checkpoint = sign_head()
    AuditVerification.objects.create(
        asked_by=auditor.actor,
        asked_at=timezone.now(),
        finished_at=timezone.now(),
        verdict="FAIL line 12",
        words="Line 12 was changed.",
    )
    page = landing(signed_in(auditor)).content.decode()
    assert f"<dd>{events_words(checkpoint.size)}<small>signed" in page
    assert "FAIL line 12" in page
    assert "FAIL: something is not as it was written" in page


def test_an_operator_finds_the_connection_and_the_people_and_no_request(
    one_of_each: dict[str, PrivacyRequest], operator: User, signed_in: SignIn
) -> None:
    answer = landing(signed_in(operator))
    page = answer.content.decode()
    assert answer.context["sections"] == ["deliveries", "operations"]
    assert reverse("admin:upstream") in page
    assert reverse("admin:people") in page
    assert "PR-20" not in page
    assert "••••" not in page
    assert 'role="search"' not in page


def test_who_has_no_role_is_told_whom_to_ask(stranger: User, signed_in: SignIn) -> None:
    answer = landing(signed_in(stranger))
    assert answer.context["sections"] == []
    assert "Ask an operator to give you a role" in answer.content.decode()


def test_who_has_two_roles_finds_the_work_of_both(signed_in: SignIn) -> None:
    both = person("both", "Privacy officers", "Reviewers")
    assert landing(signed_in(both)).context["sections"] == ["needs", "decisions", "numbers"]


def test_who_is_not_signed_in_is_asked_to(client: Client) -> None:
    answer = client.get(LANDING)
    assert answer.status_code == 302
    assert answer["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_every_number_leads_to_the_list_it_counts(
    one_of_each: dict[str, PrivacyRequest], signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    answer = landing(client)
    tiles = {tile.label: tile for tile in answer.context["numbers"]["tiles"]}
    expected = {"Open": 9, "Overdue": 1, "Due in 7 days": 1, "To be answered": 2}
    for label, count in expected.items():
        assert tiles[label].value == count, label
        assert client.get(tiles[label].href).context["cl"].result_count == count, label
    assert client.get(tiles["Answered in time"].href).context["cl"].result_count == 1
    assert tiles["Answered in time"].value == "1 of 1"
    assert f'href="{reverse("admin:dashboard")}"' in answer.content.decode()


def test_without_any_request_nothing_is_open(auditor: User, signed_in: SignIn) -> None:
    tiles = {tile.label: tile.value for tile in landing(signed_in(auditor)).context["numbers"]["tiles"]}
    assert tiles["Open"] == 0
    assert tiles["Answered in time"] == "0 of 0"


def test_a_pause_is_said_with_its_reason_to_whoever_waits_for_it(
    officer: User, operator: User, stranger: User, signed_in: SignIn
) -> None:
    now = timezone.now()
    Upstream.objects.update(
        paused_until=now + timedelta(minutes=5),
        paused_since=now - timedelta(minutes=2),
        pause_code="scope_missing",
    )
    for who in (officer, operator):
        page = landing(signed_in(who)).content.decode()
        assert "Nothing goes to CXone just now" in page
        assert "lacks a scope" in page
        assert "Paused since" in page
    assert "just now" not in landing(signed_in(stranger)).content.decode()
    Upstream.objects.update(paused_until=now - timedelta(seconds=1))
    assert "Trying CXone again" in landing(signed_in(officer)).content.decode()
    Upstream.objects.update(paused_until=None)
    assert "paused" not in landing(signed_in(officer)).content.decode().lower()


def test_the_search_leads_to_the_request(
    officer: User, signed_in: SignIn, one_of_each: dict[str, PrivacyRequest]
) -> None:
    client = signed_in(officer)
    action = re.search(r'action="([^"]+)" role="search"', landing(client).content.decode())
    assert action is not None
    reference = one_of_each["failed"].reference
    answer = client.post(action[1], {"term": reference})
    assert answer["Location"] == reverse("admin:request_page", args=[reference])


def test_more_requests_take_no_more_queries(officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)

    def queries_with(count: int, offset: int) -> int:
        for number in range(count):
            completed(only(filed(officer, f"cust-2026-{offset + number:04d}")))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            landing(client)
        return len(captured)

    assert queries_with(2, 0) == queries_with(12, 100)
