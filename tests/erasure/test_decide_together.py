"""Deciding on several overrides at once: by the rules that bind one alone, each for itself."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from erasure.models import LegalHold, Override
from erasure.together import MOST
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import placed
from tests.erasure.made_overrides import JUSTIFICATION, asked, decided, entries, withdrawn
from tests.erasure.made_requests import SignIn, filed, guarded, hold_on, only

pytestmark = pytest.mark.django_db

TOGETHER = reverse("admin:override_together")
LIST = reverse("admin:override_list")
APPROVE = {"decision": "approve", "reason": "Counsel confirmed it."}
DENY = {"decision": "deny", "reason": "The memo does not say so."}


def question(by: User, identifier: str, *, asker: User | None = None) -> Override:
    held = only(filed(by, identifier, categories=["CONTACT", "ANALYTICS"]), 2)
    return asked(held, by=asker or by)


@pytest.fixture
def three(officer: User) -> list[Override]:
    """Three questions of Lena's."""
    return [question(officer, f"cust-2026-{number:04d}") for number in range(3)]


def keys(questions: list[Override]) -> list[int]:
    return [override.pk for override in questions]


def look(client: Client, questions: list[Override]) -> Any:
    return client.get(TOGETHER, {"override": keys(questions)})


def decide(client: Client, questions: list[Override], sent: dict[str, str], **options: Any) -> Any:
    return client.post(TOGETHER, {**sent, "override": keys(questions)}, **options)


def decisions(questions: list[Override]) -> list[str]:
    return [Override.objects.get(pk=override.pk).decision for override in questions]


# Choosing ----------------------------------------------------------------------------------------------


def test_the_list_has_a_named_box_for_each_and_sends_what_is_ticked(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    page = client.get(LIST).content.decode()
    assert f'action="{TOGETHER}"' in page
    for override in three:
        assert f'name="override" value="{override.pk}"' in page
        assert f"Choose {override.submission}" in page
    assert " checked" not in page
    assert client.get(LIST, {"ticked": "all"}).content.decode().count(" checked") == 3


def test_nothing_ticked_leads_back_with_a_word(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    for answer in (look(client, []), client.get(TOGETHER, {"override": ["x", "-1", "9" * 30]})):
        assert answer["Location"] == LIST
    assert "Tick the overrides that you want to decide on together" in text_of(client.get(LIST))


def test_more_than_can_be_read_at_once_are_refused(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    many = list(range(1, MOST + 2))
    answer = client.post(TOGETHER, {**APPROVE, "override": many}, follow=True)
    assert "You chose 101 overrides. Choose at most 100 at once" in text_of(answer)
    assert decisions(three) == ["", "", ""]


# Looking -----------------------------------------------------------------------------------------------


def test_it_shows_each_with_its_facts_and_masked(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    answer = look(signed_in(reviewer), three)
    page = text_of(answer)
    assert "3 of 3 can be decided by you" in page
    for override in three:
        assert str(override.submission) in page
        assert override.submission.identifier.masked in page
        assert str(override.submission.identifier.value) not in answer.content.decode()
    for words in ("Analytics, held by RET-1.", JUSTIFICATION, "Lena Hofmann", "The evidence is preserved"):
        assert page.count(words) == 3


def test_it_says_how_many_can_be_decided_and_why_not_the_others(
    three: list[Override], officer: User, reviewer: User, signed_in: SignIn
) -> None:
    both = person("both", OFFICERS, REVIEWERS)
    own = question(both, "cust-own", asker=officer)
    asked_for = question(officer, "cust-asked", asker=both)
    late = question(officer, "cust-late")
    Override.objects.filter(pk=late.pk).update(expires_at=timezone.now() - timedelta(seconds=1))
    decided(three[0], by=reviewer, approve=False)

    page = text_of(look(signed_in(both), [*three, own, asked_for, late]))

    assert "2 of 6 can be decided by you" in page
    assert "4 of 6 cannot be decided by you" in page
    for override, why in (
        (own, "You filed this request."),
        (asked_for, "You asked for this override."),
        (late, "This question has expired."),
        (three[0], "This was decided already: Denied."),
    ):
        assert f"{override.submission} {why}" in page


def test_one_that_somebody_placed_the_hold_of_is_not_theirs_to_decide(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    LegalHold.objects.create(
        code="LIT-9",
        kind="litigation",
        ground="claims about a survey",
        category="SURVEY",
        placed_by=reviewer,
        placed_at=timezone.now(),
    )
    theirs = asked(only(filed(officer, categories=["CONTACT", "SURVEY"]), 2), by=officer)
    page = text_of(look(signed_in(reviewer), [theirs]))
    assert "None of these can be decided by you" in page
    assert "You placed a hold that this would override" in page
    assert 'name="decision"' not in page


def test_a_hold_that_came_since_the_question_is_said(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    hold_on(three[1].submission.request, "LIT-7")
    assert "LIT-7 came since the question" in text_of(look(signed_in(reviewer), three))


# Deciding ----------------------------------------------------------------------------------------------


def test_one_reason_decides_on_all_of_them_each_with_its_own_event(
    three: list[Override], reviewer: User, signed_in: SignIn, settings: LazySettings
) -> None:
    settings.SEND_DELAY_SECONDS = 900
    answer = decide(signed_in(reviewer), three, APPROVE, follow=True)
    assert "All 3 approved. What was held goes to CXone in 15 minutes" in text_of(answer)
    assert decisions(three) == ["approved"] * 3
    for override in three:
        override.refresh_from_db()
        assert (override.decided_by, override.decision_reason) == (reviewer, "Counsel confirmed it.")
        assert only(override.submission.request, 2).status == "queued"
    assert len(entries(Event.OVERRIDE_APPROVED)) == 3


def test_what_a_newer_hold_keeps_is_not_said_to_go(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    hold_on(three[1].submission.request, "LIT-7")
    words = text_of(decide(signed_in(reviewer), three, APPROVE, follow=True))
    assert "All 3 approved. What nothing else holds goes to CXone now." in words
    assert f"Approved, and stays held: {three[1].submission}. LIT-7 came after the question" in words
    assert "What was held goes" not in words


def test_where_newer_holds_keep_all_of_them_nothing_is_said_to_go(
    three: list[Override], reviewer: User, signed_in: SignIn
) -> None:
    for number, override in enumerate(three[:2]):
        hold_on(override.submission.request, f"LIT-{number}")
    words = text_of(decide(signed_in(reviewer), three[:2], APPROVE, follow=True))
    assert "All 2 approved. Nothing goes to CXone yet." in words


def test_a_denial_refuses_each(three: list[Override], reviewer: User, signed_in: SignIn) -> None:
    answer = decide(signed_in(reviewer), three[:2], DENY, follow=True)
    assert "All 2 denied" in text_of(answer)
    assert decisions(three) == ["denied", "denied", ""]
    assert [only(override.submission.request, 2).status for override in three] == [
        "refused",
        "refused",
        "blocked",
    ]


@pytest.mark.parametrize("sent", [{"decision": "approve"}, {"reason": "Yes."}])
def test_without_reason_or_choice_nothing_is_decided(
    three: list[Override], reviewer: User, signed_in: SignIn, sent: dict[str, str]
) -> None:
    answer = decide(signed_in(reviewer), three, sent)
    assert answer.status_code == 200
    assert "Give your reason" in text_of(answer) or "Press Approve or Deny" in text_of(answer)
    assert decisions(three) == ["", "", ""]


def test_what_somebody_else_settled_meanwhile_is_told_and_keeps_nothing_back(
    three: list[Override], officer: User, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    look(client, three)
    decided(three[0], by=other_reviewer, approve=False)
    withdrawn(three[1], by=officer)

    page = text_of(decide(client, three, APPROVE, follow=True))

    assert "1 of 3 approved." in page
    assert f"Not decided: {three[0].submission}. This was decided already: Denied." in page
    assert f"Not decided: {three[1].submission}. This was decided already: Withdrawn." in page
    assert decisions(three) == ["denied", "withdrawn", "approved"]


def test_one_that_they_may_not_decide_is_refused_every_time_and_recorded(
    three: list[Override], officer: User, signed_in: SignIn
) -> None:
    both = person("both", OFFICERS, REVIEWERS)
    own = question(both, "cust-own", asker=officer)
    client = signed_in(both)

    for _ in range(2):
        page = text_of(decide(client, [own, *three], APPROVE, follow=True))
        assert f"Not decided: {own.submission}. You filed this request." in page

    assert decisions([own, *three]) == ["", "approved", "approved", "approved"]
    assert only(own.submission.request, 2).status == "blocked"
    refusals = entries(Event.OVERRIDE_REFUSED)
    assert [(event["actor"], event["res"]) for event in refusals] == [(both.actor, "denied")] * 2
    assert {event["data"]["reason"] for event in refusals} == {"filed_by"}
    assert {event["data"]["override"] for event in refusals} == {own.pk}


def test_a_superuser_is_bound_too(superuser: User, signed_in: SignIn) -> None:
    own = question(superuser, "cust-own")
    page = text_of(decide(signed_in(superuser), [own], APPROVE, follow=True))
    assert "superusers too" in page
    assert decisions([own]) == [""]
    assert [event["data"]["reason"] for event in entries(Event.OVERRIDE_REFUSED)] == ["filed_by"]


@pytest.mark.parametrize(("who", "code"), [("officer", "filed_by"), ("auditor", "no_permission")])
def test_who_may_only_see_requests_is_refused_and_each_try_is_on_record(
    three: list[Override], signed_in: SignIn, request: pytest.FixtureRequest, who: str, code: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert look(client, three).status_code == 403
    assert entries(Event.OVERRIDE_REFUSED) == []
    for sent in (APPROVE, {}):
        assert decide(client, three, sent).status_code == 403
    refusals = entries(Event.OVERRIDE_REFUSED)
    assert [event["data"]["reason"] for event in refusals] == [code] * 6
    assert decisions(three) == ["", "", ""]


@pytest.mark.parametrize("who", ["operator", "stranger"])
def test_who_sees_no_requests_gets_nowhere(
    three: list[Override], signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert look(client, three).status_code == 403
    assert decide(client, three, APPROVE).status_code == 403
    assert decisions(three) == ["", "", ""]


def test_it_takes_the_forms_token_and_somebody_signed_in(
    three: list[Override], reviewer: User, client: Client
) -> None:
    assert decide(guarded(reviewer), three, APPROVE).status_code == 403
    assert decide(client, three, APPROVE)["Location"].startswith(reverse("admin:login"))
    assert decisions(three) == ["", "", ""]


def test_more_that_is_sent_along_changes_nothing(
    three: list[Override], officer: User, reviewer: User, signed_in: SignIn
) -> None:
    extra = {"decided_by": officer.pk, "filed_by": reviewer.pk, "status": "completed", "holds": "[]"}
    signed_in(reviewer).post(TOGETHER, {**APPROVE, **extra, "override": keys(three)})
    for override in three:
        override.refresh_from_db()
        assert (override.decided_by, override.filed_by, override.holds) == (reviewer, officer, ["RET-1"])


def test_the_landing_page_counts_what_the_reader_may_decide_and_the_queue_says_what_not(
    officer: User, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    placed(reviewer, category="SURVEY")
    asked(only(filed(officer, "USR-1", categories=["SURVEY"])), by=officer)
    asked(only(filed(officer, "USR-2", categories=["ANALYTICS"])), by=officer)
    for who, count, barred in ((reviewer, "1 override to decide", 1), (other_reviewer, "2 overrides to", 0)):
        client = signed_in(who)
        assert count in client.get(reverse("admin:index")).content.decode()
        queue = client.get(reverse("admin:override_list")).content.decode()
        assert queue.count("Not for you to decide") == barred
