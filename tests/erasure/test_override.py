"""Overrides: asking, deciding with four eyes, withdrawing; who may not, and what the database refuses."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from erasure import lifecycle
from erasure.models import LegalHold, Override, Submission
from privacyadmin.models import User
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_overrides import JUSTIFICATION
from tests.erasure.made_overrides import asked as asked_about
from tests.erasure.made_requests import filed, hold_on, only

pytestmark = pytest.mark.django_db

SignIn = Callable[[User], Client]
MATTER = "Case 7 O 123/26"
ASKED = {"reason": "evidence_preserved", "justification": JUSTIFICATION}
APPROVE = {"decision": "approve", "reason": "Counsel confirmed it."}
DENY = {"decision": "deny", "reason": "The memo does not say so."}


@pytest.fixture
def held(officer: User) -> Submission:
    """Lena's submission that RET-1 holds."""
    return only(filed(officer, categories=["CONTACT", "ANALYTICS"]), 2)


@pytest.fixture
def asked(held: Submission, officer: User) -> Override:
    """Lena's question about it."""
    return asked_about(held, by=officer)


def place_hold(by: User) -> LegalHold:
    """A hold on all surveys, of somebody's own making."""
    return LegalHold.objects.create(
        code="LIT-9",
        kind="litigation",
        ground="claims about a survey",
        matter=MATTER,
        category="SURVEY",
        placed_by=by,
        placed_at=timezone.now(),
    )


def ask_page(submission: Submission) -> str:
    return reverse("admin:override_ask", args=[submission.request.reference, submission.number])


def decide_page(override: Override) -> str:
    return reverse("admin:override_decide", args=[override.pk])


def withdraw_page(override: Override) -> str:
    return reverse("admin:override_withdraw", args=[override.pk])


def events(act: Event) -> list[dict[str, Any]]:
    return [event.entry for event in AuditEvent.objects.filter(act=act).order_by("seq")]


def messages_of(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


# Asking ----------------------------------------------------------------------------------------------


def test_an_officer_asks_and_it_goes_on_record(held: Submission, officer: User, signed_in: SignIn) -> None:
    answer = signed_in(officer).post(ask_page(held), ASKED)
    assert answer.status_code == 302
    override = Override.objects.get()
    assert (override.asked_by, override.filed_by, override.holds) == (officer, officer, ["RET-1"])
    assert override.justification == JUSTIFICATION
    (event,) = events(Event.OVERRIDE_ASKED)
    assert event["actor"] == officer.actor
    assert event["data"] == {"submission": 2, "ground": "evidence_preserved", "holds": ["RET-1"]}
    held.refresh_from_db()
    assert held.status == "blocked"


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("reason", "", "Choose the reason that fits best"),
        ("reason", "because", "Select a valid choice"),
        ("justification", "", "Write at least one sentence"),
        ("justification", "x" * 19, "Write at least one sentence"),
        ("justification", " " * 40, "Write at least one sentence"),
    ],
)
def test_a_question_without_its_reason_is_not_asked_and_says_why(
    held: Submission, officer: User, signed_in: SignIn, field: str, value: str, words: str
) -> None:
    answer = signed_in(officer).post(ask_page(held), {**ASKED, field: value})
    assert answer.status_code == 200
    assert words in answer.content.decode()
    assert not Override.objects.exists()


def test_a_second_question_leads_to_the_first(asked: Override, officer: User, signed_in: SignIn) -> None:
    answer = signed_in(officer).get(ask_page(asked.submission))
    assert (answer.status_code, answer["Location"]) == (302, decide_page(asked))
    signed_in(officer).post(ask_page(asked.submission), ASKED)
    assert Override.objects.count() == 1


def test_a_question_that_nobody_decided_in_time_can_be_asked_again(
    asked: Override, officer: User, signed_in: SignIn
) -> None:
    Override.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    signed_in(officer).post(ask_page(asked.submission), ASKED)
    assert list(Override.objects.order_by("pk").values_list("decision", flat=True)) == ["expired", ""]
    assert len(events(Event.OVERRIDE_EXPIRED)) == 1


def test_what_is_not_held_cannot_be_asked_about(officer: User, signed_in: SignIn) -> None:
    free = only(filed(officer))
    client = signed_in(officer)
    for answer in (client.get(ask_page(free), follow=True), client.post(ask_page(free), ASKED, follow=True)):
        assert "is not held, so there is nothing to override" in " ".join(messages_of(answer))
    assert not Override.objects.exists()


@pytest.mark.parametrize("who", ["reviewer", "auditor", "operator", "stranger"])
def test_only_officers_ask(
    held: Submission, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(ask_page(held)).status_code == 403
    assert client.post(ask_page(held), ASKED).status_code == 403
    assert not Override.objects.exists()


def test_an_unknown_submission_is_not_found(held: Submission, officer: User, signed_in: SignIn) -> None:
    address = reverse("admin:override_ask", args=[held.request.reference, 9])
    assert signed_in(officer).get(address).status_code == 404


# Deciding --------------------------------------------------------------------------------------------


def test_a_reviewer_reads_the_facts_and_approves(
    asked: Override, reviewer: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900
    client = signed_in(reviewer)
    page = client.get(decide_page(asked)).content.decode()
    for words in (
        "RET-1",
        "Statutory retention",
        JUSTIFICATION,
        "Lena Hofmann",
        asked.digest[:4],
        "15 minutes",
    ):
        assert words in page
    assert 'value="approve"' in page
    before = timezone.now()
    answer = client.post(decide_page(asked), APPROVE, follow=True)
    assert "goes to CXone in 15 minutes" in messages_of(answer)[0]
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("approved", reviewer)
    assert asked.decision_reason == "Counsel confirmed it."
    submission = only(asked.submission.request, 2)
    assert submission.status == "queued"
    assert submission.next_attempt_at is not None
    assert submission.next_attempt_at - before >= timedelta(seconds=900)
    assert [event["actor"] for event in events(Event.OVERRIDE_APPROVED)] == [reviewer.actor]
    assert [event["data"]["because"] for event in events(Event.REQUEST_RESUMED)] == ["override"]


def test_an_approval_that_a_newer_hold_voids_is_not_said_to_go(
    asked: Override, reviewer: User, signed_in: SignIn
) -> None:
    hold_on(asked.submission.request, "LIT-7")
    client = signed_in(reviewer)
    assert "Approving sends nothing while LIT-7 is in force." in text_of(client.get(decide_page(asked)))
    answer = client.post(decide_page(asked), APPROVE, follow=True)
    [words] = messages_of(answer)
    assert words.startswith(f"Approved, and {asked.submission} stays held. LIT-7 came after the question")


def test_a_denial_refuses_what_was_held_and_nothing_else(
    asked: Override, reviewer: User, signed_in: SignIn
) -> None:
    answer = signed_in(reviewer).post(decide_page(asked), DENY, follow=True)
    assert "nothing of it goes to CXone" in messages_of(answer)[0]
    request = asked.submission.request
    assert [only(request, number).status for number in (1, 2)] == ["queued", "refused"]
    assert [event["res"] for event in events(Event.OVERRIDE_DENIED)] == ["denied"]


@pytest.mark.parametrize(
    "sent", [{"decision": "approve"}, {"reason": "Yes."}, {"decision": "x", "reason": "Yes."}]
)
def test_a_decision_needs_its_reason_and_a_choice(
    asked: Override, reviewer: User, signed_in: SignIn, sent: dict[str, str]
) -> None:
    answer = signed_in(reviewer).post(decide_page(asked), sent)
    assert answer.status_code == 200
    assert "pa-danger" in answer.content.decode() or "pa-error" in answer.content.decode()
    asked.refresh_from_db()
    assert asked.decision == ""


def test_of_two_reviewers_the_second_is_told(
    asked: Override, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    first, second = signed_in(reviewer), signed_in(other_reviewer)
    assert 'value="approve"' in second.get(decide_page(asked)).content.decode()
    first.post(decide_page(asked), DENY)
    answer = second.post(decide_page(asked), APPROVE, follow=True)
    assert messages_of(answer) == ["This was decided already: Denied."]
    assert 'value="approve"' not in answer.content.decode()
    asked.refresh_from_db()
    assert (asked.decision, asked.decided_by) == ("denied", reviewer)
    assert not events(Event.OVERRIDE_APPROVED)


# Who may not -----------------------------------------------------------------------------------------


def refused_and_on_record(client: Client, override: Override, who: User, code: str) -> None:
    page = client.get(decide_page(override))
    assert page.status_code == 200
    assert 'name="decision"' not in page.content.decode()
    for sent in (APPROVE, DENY, {}):
        answer = client.post(decide_page(override), sent)
        assert answer.status_code == 403
        # A role would not help: nobody is sent to ask for one.
        assert "You cannot do this" in text_of(answer)
        assert "ask an operator" not in text_of(answer)
    refusals = events(Event.OVERRIDE_REFUSED)
    assert len(refusals) == 3
    for event in refusals:
        assert (event["actor"], event["res"]) == (who.actor, "denied")
        assert event["data"]["reason"] == code
    override.refresh_from_db()
    assert override.decision == ""
    assert only(override.submission.request, 2).status == "blocked"


def test_who_filed_does_not_decide_not_even_as_a_reviewer(signed_in: SignIn) -> None:
    both = person("both", "Privacy officers", "Reviewers")
    override = asked_about(
        only(filed(both, categories=["CONTACT", "ANALYTICS"]), 2), by=person("anna", "Privacy officers")
    )
    client = signed_in(both)
    assert "You filed this request" in client.get(decide_page(override)).content.decode()
    refused_and_on_record(client, override, both, "filed_by")


def test_who_asked_does_not_decide(held: Submission, signed_in: SignIn) -> None:
    both = person("both", "Privacy officers", "Reviewers")
    override = asked_about(held, by=both)
    client = signed_in(both)
    assert "You asked for this override" in client.get(decide_page(override)).content.decode()
    refused_and_on_record(client, override, both, "asked_by")


def test_who_placed_the_hold_does_not_decide(officer: User, reviewer: User, signed_in: SignIn) -> None:
    place_hold(reviewer)
    override = asked_about(only(filed(officer, categories=["CONTACT", "SURVEY"]), 2), by=officer)
    client = signed_in(reviewer)
    assert "You placed a hold" in client.get(decide_page(override)).content.decode()
    refused_and_on_record(client, override, reviewer, "placed_by")


def test_a_superuser_does_not_decide_on_their_own_filing(superuser: User, signed_in: SignIn) -> None:
    held = only(filed(superuser, categories=["CONTACT", "ANALYTICS"]), 2)
    refused_and_on_record(signed_in(superuser), asked_about(held, by=superuser), superuser, "filed_by")


@pytest.mark.parametrize("who", ["other_officer", "auditor"])
def test_who_only_may_see_requests_does_not_decide(
    asked: Override, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    user = request.getfixturevalue(who)
    refused_and_on_record(signed_in(user), asked, user, "no_permission")


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_who_may_not_see_requests_does_not_even_see_the_question(
    asked: Override, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(decide_page(asked)).status_code == 403
    assert client.post(decide_page(asked), APPROVE).status_code == 403
    asked.refresh_from_db()
    assert asked.decision == ""


def test_nobody_who_is_not_signed_in_gets_anywhere(asked: Override, client: Client) -> None:
    for address in (ask_page(asked.submission), decide_page(asked), reverse("admin:override_list")):
        assert client.get(address)["Location"].startswith(reverse("admin:login"))


def test_an_expired_question_has_no_buttons_and_is_not_decided(
    asked: Override, reviewer: User, signed_in: SignIn
) -> None:
    Override.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    client = signed_in(reviewer)
    page = client.get(decide_page(asked)).content.decode()
    assert "has expired" in page
    assert 'name="decision"' not in page
    assert "has expired" in messages_of(client.post(decide_page(asked), APPROVE, follow=True))[0]
    assert only(asked.submission.request, 2).status == "blocked"


def test_a_hold_that_came_since_the_question_says_how_to_have_it_decided_on_too(
    asked: Override, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    hold = hold_on(asked.submission.request)
    client, asker = signed_in(reviewer), signed_in(officer)
    page = client.get(decide_page(asked)).content.decode()
    assert f"{hold.code}: an approval does not reach it, so nothing goes out while it stands." in page
    assert "Lena Hofmann withdraws this question and asks anew" in page
    together = client.get(reverse("admin:override_together"), {"override": [asked.pk]}).content.decode()
    assert "who asked withdraws the question and asks anew" in together
    assert asker.get(ask_page(asked.submission)).status_code == 302, "not before it is withdrawn"
    asker.post(withdraw_page(asked))
    asker.post(ask_page(asked.submission), ASKED)
    assert sorted(Override.objects.get(decision="").holds) == sorted(["RET-1", hold.code])


def test_what_was_stopped_meanwhile_is_not_decided(
    asked: Override, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    with audited() as log:
        lifecycle.cancel(
            log, only(asked.submission.request, 2), by=officer, because="stopped", now=timezone.now()
        )
    client = signed_in(reviewer)
    page = client.get(decide_page(asked)).content.decode()
    assert "Withdrawn" in page
    assert 'name="decision"' not in page
    answer = client.post(decide_page(asked), APPROVE, follow=True)
    assert messages_of(answer) == ["This was decided already: Withdrawn."]
    assert only(asked.submission.request, 2).status == "cancelled"
    assert str(asked.submission) not in client.get(reverse("admin:override_list")).content.decode()


@pytest.mark.parametrize("who", ["filed_by", "asked_by", "nobody"])
def test_the_database_itself_keeps_four_eyes(
    held: Submission, other_officer: User, officer: User, who: str
) -> None:
    override = asked_about(held, by=other_officer)
    decided_by = {"filed_by": officer, "asked_by": other_officer, "nobody": None}[who]
    with pytest.raises(IntegrityError), transaction.atomic():
        Override.objects.filter(pk=override.pk).update(
            decision="approved", decided_by=decided_by, decided_at=timezone.now()
        )
    override.decision, override.decided_by, override.decided_at = "approved", decided_by, timezone.now()
    with pytest.raises(IntegrityError), transaction.atomic():
        override.save()


# What is seen ----------------------------------------------------------------------------------------


def test_auditors_read_who_and_why_but_not_the_free_text(
    asked: Override, auditor: User, signed_in: SignIn
) -> None:
    page = signed_in(auditor).get(decide_page(asked)).content.decode()
    assert "The evidence is preserved elsewhere" in page
    assert "Lena Hofmann" in page
    assert JUSTIFICATION not in page


def test_the_matter_of_a_hold_is_for_reviewers(officer: User, reviewer: User, signed_in: SignIn) -> None:
    place_hold(reviewer)
    override = asked_about(only(filed(officer, categories=["CONTACT", "SURVEY"]), 2), by=officer)
    assert MATTER in signed_in(reviewer).get(decide_page(override)).content.decode()
    assert MATTER not in signed_in(officer).get(decide_page(override)).content.decode()


@pytest.mark.parametrize("who", ["officer", "reviewer", "auditor"])
def test_the_identifier_is_masked_for_everybody(
    asked: Override, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    identifier = asked.submission.identifier
    page = signed_in(request.getfixturevalue(who)).get(decide_page(asked)).content.decode()
    assert identifier.masked in page
    assert identifier.value is not None
    assert identifier.value not in page


def test_a_hold_that_came_since_the_question_is_said(
    asked: Override, reviewer: User, signed_in: SignIn
) -> None:
    hold_on(asked.submission.request, "LIT-7")
    page = signed_in(reviewer).get(decide_page(asked)).content.decode()
    assert "A hold has come since the question" in page
    assert "LIT-7: an approval does not reach it" in page


def test_the_queue_has_the_nearest_deadline_first_and_only_what_waits(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    made = {
        days: asked_about(
            only(
                filed(
                    officer,
                    f"cust-2026-{days:04d}",
                    categories=["CONTACT", "ANALYTICS"],
                    received_on=_ago(days),
                ),
                2,
            ),
            by=officer,
        )
        for days in (2, 9, 5)
    }
    client = signed_in(reviewer)
    listed = client.get(reverse("admin:override_list")).context["overrides"]
    assert list(listed) == [made[9], made[5], made[2]]
    client.post(decide_page(made[9]), DENY)
    Override.objects.filter(pk=made[5].pk).update(expires_at=timezone.now())
    assert list(client.get(reverse("admin:override_list")).context["overrides"]) == [made[2]]


def _ago(days: int) -> Any:
    return timezone.localdate() - timedelta(days=days)


def test_an_empty_queue_says_so(reviewer: User, signed_in: SignIn) -> None:
    assert "No override to decide" in signed_in(reviewer).get(reverse("admin:override_list")).content.decode()


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_the_queue_is_for_reviewers(signed_in: SignIn, request: pytest.FixtureRequest, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(reverse("admin:override_list")).status_code == 403


# Withdrawing -----------------------------------------------------------------------------------------


def test_who_asked_withdraws_and_can_ask_again(asked: Override, officer: User, signed_in: SignIn) -> None:
    client = signed_in(officer)
    assert "Withdraw the question" in client.get(decide_page(asked)).content.decode()
    client.post(withdraw_page(asked))
    asked.refresh_from_db()
    assert asked.decision == "withdrawn"
    assert len(events(Event.OVERRIDE_WITHDRAWN)) == 1
    assert only(asked.submission.request, 2).status == "blocked"
    client.post(ask_page(asked.submission), ASKED)
    assert Override.objects.filter(decision="").count() == 1


def test_another_officer_does_not_withdraw_it(
    asked: Override, other_officer: User, signed_in: SignIn
) -> None:
    client = signed_in(other_officer)
    assert "Withdraw the question" not in client.get(decide_page(asked)).content.decode()
    assert client.post(withdraw_page(asked)).status_code == 403
    asked.refresh_from_db()
    assert asked.decision == ""


def test_a_decided_question_is_not_withdrawn(
    asked: Override, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    signed_in(reviewer).post(decide_page(asked), DENY)
    answer = signed_in(officer).post(withdraw_page(asked), follow=True)
    assert messages_of(answer) == ["Only who asked can withdraw, and only before the decision."]
    asked.refresh_from_db()
    assert asked.decision == "denied"


def test_withdrawing_takes_a_post_and_its_token(asked: Override, officer: User, signed_in: SignIn) -> None:
    assert signed_in(officer).get(withdraw_page(asked)).status_code == 405
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(officer)
    assert careful.post(withdraw_page(asked)).status_code == 403
    assert careful.post(decide_page(asked), APPROVE).status_code == 403
    assert careful.post(ask_page(asked.submission), ASKED).status_code == 403
