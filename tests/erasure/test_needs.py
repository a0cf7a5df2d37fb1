"""What needs somebody: each open request in one group, one person's groups, and what the sentences say."""

from collections import Counter
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone, translation
from hypothesis import given

from audit.trail import audited
from erasure import attention, lifecycle, overrides
from erasure.attention import IN_NO_HURRY, NEED_WORDS, Counts, Need, needing_somebody
from erasure.attention.needs import confirmed_by
from erasure.choices import (
    Attention,
    Channel,
    ExtensionGround,
    OverrideReason,
    PauseGround,
    RequestStage,
    SubmissionStatus,
)
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.test_metrics import TODAY, MadePart, MadeRequest, living, many, naive_stage, with_rows
from tests.erasure.test_metrics import made as made_rows

pytestmark = pytest.mark.django_db


def naive_need(request: PrivacyRequest) -> Need:
    if request.due_on < TODAY:
        return Need.OVERDUE
    if (request.due_on - TODAY).days <= 7:
        return Need.DUE_SOON
    stage, parts = naive_stage(request), living(request)
    completed = [part for part in parts if part.status == SubmissionStatus.COMPLETED]
    if stage in {RequestStage.QUEUED, RequestStage.PROCESSING}:
        return Need.UNDER_WAY
    if stage == RequestStage.TO_BE_ANSWERED and completed:
        return Need.NOTHING_FOUND if all(p.records_affected == 0 for p in completed) else Need(stage)
    return Need(stage)


@given(wanted=many)
@with_rows
def test_every_open_request_is_in_its_most_pressing_group_alone(
    officer: User, wanted: list[MadeRequest]
) -> None:
    with made_rows(officer, wanted):
        groups = needing_somebody(TODAY, shown=100)
        counts = attention.counts(TODAY, owner=officer)
        expected = Counter(naive_need(one) for one in PrivacyRequest.objects.filter(outcome=""))
    assert {group.need: group.count for group in groups} == expected
    assert counts.mine == counts.everybodys == expected
    assert [group.need for group in groups] == [need for need in Need if need in expected]
    shown = [todo.request.reference for group in groups for todo in group.todos]
    assert len(shown) == len(set(shown)) == expected.total()
    for group in groups:
        days = [todo.request.due_on for todo in group.todos]
        assert days == sorted(days)
        assert all(todo.sentence.endswith(".") for todo in group.todos)


def test_a_group_shows_its_most_pressing_and_counts_the_rest(officer: User) -> None:
    with made_rows(officer, [MadeRequest(-days) for days in (3, 9, 1, 5)]):
        (group,) = needing_somebody(TODAY, shown=2)
    assert group.count == 4
    assert [(TODAY - todo.request.due_on).days for todo in group.todos] == [9, 5]


def test_it_takes_as_many_queries_for_many_as_for_one(
    officer: User, django_assert_max_num_queries: Any
) -> None:
    with made_rows(officer, [MadeRequest(20, (MadePart("blocked"),)) for _ in range(30)]):
        with django_assert_max_num_queries(7):
            needing_somebody(TODAY, shown=30)
        with django_assert_max_num_queries(1):
            attention.counts(TODAY, owner=officer)


def group_of(request: PrivacyRequest) -> tuple[Need, str]:
    """In which group it is, and what is said of it."""
    found = [
        (group.need, todo.sentence)
        for group in needing_somebody(made.today(), shown=100)
        for todo in group.todos
        if todo.request.pk == request.pk
    ]
    (only,) = found
    return only


def due_in(request: PrivacyRequest, days: int, **earlier: int) -> None:
    day = made.today() + timedelta(days=days)
    others = {name: made.today() + timedelta(days=ahead) for name, ahead in earlier.items()}
    facts = {"first_due_on": day, "target_on": min(day, request.target_on), **others}
    PrivacyRequest.objects.filter(pk=request.pk).update(due_on=day, **facts)
    request.refresh_from_db()


def test_a_receipt_that_has_to_be_confirmed_presses_three_business_days_ahead(officer: User) -> None:
    request = made.registered(
        officer, ("email", "a@example.org"), regulation="ccpa", received_on=made.today()
    )
    last = confirmed_by(made.today())
    PrivacyRequest.objects.filter(pk=request.pk).update(acknowledge_by=last + timedelta(days=1))
    assert group_of(request)[0] == Need.TO_BE_SENT
    for day in (last, made.today() - timedelta(days=30)):
        PrivacyRequest.objects.filter(pk=request.pk).update(acknowledge_by=day)
        need, sentence = group_of(request)
        assert need == Need.TO_BE_CONFIRMED
        assert f"by {day.day} " in sentence
    with audited() as log:
        lifecycle.acknowledge(
            log,
            request,
            by=officer,
            channel=Channel.EMAIL,
            acknowledged_on=made.today(),
            now=timezone.now(),
        )
    assert group_of(request)[0] == Need.TO_BE_SENT


def test_a_weekend_is_no_business_day() -> None:
    friday = TODAY - timedelta(days=TODAY.weekday()) + timedelta(days=4)
    assert confirmed_by(friday) == friday + timedelta(days=5)


def test_a_paused_clock_waits_for_the_person_whatever_its_date(officer: User) -> None:
    request = made.registered(officer, ("email", "a@example.org"), type="ACCESS", regulation="uk-gdpr")
    with audited() as log:
        lifecycle.pause(
            log, request, by=officer, ground=PauseGround.IDENTITY, from_day=made.today(), now=timezone.now()
        )
    due_in(request, 3)
    need, sentence = group_of(request)
    assert need == Need.PAUSED
    assert sentence.startswith("The clock stands still since ")
    assert "information needed to establish identity" in sentence
    with audited() as log:
        lifecycle.resume_clock(log, request, by=officer, until_day=made.today(), now=timezone.now())
    assert group_of(request)[0] != Need.PAUSED


@pytest.fixture
def denied(officer: User, reviewer: User) -> PrivacyRequest:
    """One whose held part was refused by a reviewer."""
    request = made.filed(officer, categories=["ANALYTICS"])
    now = timezone.now()
    with audited() as log:
        asked = overrides.ask(
            log,
            made.only(request),
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed on 3 March.",
            now=now,
        )
    with audited() as log:
        overrides.decide(log, asked, by=reviewer, approve=False, reason="It is not.", now=now, send_at=now)
    return request


def test_by_when_a_refusal_has_to_be_told_is_named(denied: PrivacyRequest) -> None:
    need, sentence = group_of(denied)
    assert need == Need.TO_BE_ANSWERED
    assert sentence.startswith("A reviewer denied the override; nothing was sent.")
    day = denied.first_due_on
    assert f"The refusal has to reach the person by {day.day} {day:%B %Y}." in sentence


def test_an_extension_moves_no_refusal(denied: PrivacyRequest, officer: User) -> None:
    with audited() as log:
        lifecycle.extend(
            log,
            denied,
            by=officer,
            ground=ExtensionGround.COMPLEXITY,
            explanation="Many systems.",
            told_on=made.today(),
            now=timezone.now(),
        )
    assert group_of(denied)[0] == Need.TO_BE_ANSWERED
    due_in(denied, 60, first_due_on=5)
    assert group_of(denied)[0] == Need.REFUSAL_DUE
    due_in(denied, 60, first_due_on=8)
    assert group_of(denied)[0] == Need.TO_BE_ANSWERED


def test_a_flag_is_looked_at_before_anything_else_of_its_group(officer: User) -> None:
    request = made.filed(officer)
    made.flagged(made.accepted(made.only(request)), Attention.STALLED)
    need, sentence = group_of(request)
    assert need == Need.NEEDS_A_LOOK
    assert sentence.startswith("CXone still reports it as processing")


def test_it_stays_until_the_person_is_answered(officer: User) -> None:
    request = made.filed(officer)
    made.completed(made.only(request))
    assert group_of(request)[0] == Need.TO_BE_ANSWERED
    made.answered(request, officer)
    assert needing_somebody(made.today(), shown=9) == []
    assert attention.counts(made.today(), owner=officer) == Counts(Counter(), Counter())


def test_ones_own_are_told_from_everybodys(officer: User, other_officer: User) -> None:
    made.failed(made.only(made.filed(officer, "c-1")))
    made.filed(other_officer, "c-2")
    counts = attention.counts(made.today(), owner=officer)
    assert counts.mine == {Need.FAILED: 1}
    assert counts.everybodys == {Need.FAILED: 1, Need.UNDER_WAY: 1}
    assert (Counts.pressing(counts.mine), Counts.pressing(counts.everybodys)) == (1, 1)
    assert [group.need for group in needing_somebody(made.today(), shown=9, owner=other_officer.pk)] == [
        Need.UNDER_WAY
    ]


def test_every_group_has_words_and_only_what_waits_is_in_no_hurry() -> None:
    assert set(NEED_WORDS) == set(Need)
    assert {Need.PAUSED, Need.UNDER_WAY} == IN_NO_HURRY
    with translation.override("de"):
        assert all(str(words) for words, _look in NEED_WORDS.values())
