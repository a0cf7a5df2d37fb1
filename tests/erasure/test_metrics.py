"""The numbers of the dashboard and what needs somebody, against a naive computation over the same rows."""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from erasure.choices import TERMINAL_STATUSES, Outcome, RequestStage, SubmissionStatus
from erasure.metrics import answering, at_cxone, open_work
from erasure.metrics.periods import Period, month_of
from erasure.models import PrivacyRequest, Subject, SubjectIdentifier, Submission
from erasure.models.requests import NEVER_SENT
from erasure.stages import Part, stage_column, stage_of
from privacyadmin.models import User

pytestmark = pytest.mark.django_db

TODAY = date(2026, 3, 16)
NOW = datetime(2026, 3, 16, 12, tzinfo=timezone.get_default_timezone())
RATE_DAYS = 30
UNDER_WAY = ("queued", "submitting", "processing")
references = itertools.count(1)


@dataclass(frozen=True)
class MadePart:
    """One submission to be made: its status, whether it is flagged, how long it took, when it ended."""

    status: str
    flagged: bool = False
    replaces_the_one_before: bool = False
    seconds: int = 60
    ended_days_ago: int = 1


@dataclass(frozen=True)
class MadeRequest:
    """One request to be made: due in so many days (negative: overdue), answered so many days ago or not."""

    due_in: int
    parts: tuple[MadePart, ...] = ()
    answered_days_ago: int | None = None


parts = st.builds(
    MadePart,
    status=st.sampled_from(SubmissionStatus.values),
    flagged=st.booleans(),
    replaces_the_one_before=st.booleans(),
    seconds=st.integers(0, 400_000),
    ended_days_ago=st.integers(0, 40),
)
requests = st.builds(
    MadeRequest,
    due_in=st.integers(-20, 45),
    parts=st.lists(parts, max_size=3).map(tuple),
    answered_days_ago=st.none() | st.integers(0, 20),
)
many = st.lists(requests, max_size=6)
with_rows = settings(
    deadline=None, max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@contextmanager
def made(officer: User, wanted: list[MadeRequest]) -> Iterator[None]:
    """The rows, for as long as the block lasts."""
    with transaction.atomic():
        for one in wanted:
            _make(officer, one)
        yield
        transaction.set_rollback(True)


def _make(officer: User, wanted: MadeRequest) -> None:
    subject = Subject.objects.create()
    number = next(references)
    kind = {"kind": "cxone_id", "value": f"cust-{number}", "fingerprint": f"{number:064d}"}
    identifier = SubjectIdentifier.objects.create(subject=subject, **kind)
    due_on = TODAY + timedelta(days=wanted.due_in)
    answer: dict[str, Any] = {}
    if wanted.answered_days_ago is not None:
        answered_on = TODAY - timedelta(days=wanted.answered_days_ago)
        answer = {
            "outcome": Outcome.DONE,
            "answered_on": answered_on,
            "answer_channel": "email",
            "answered_by": officer,
            "answer_recorded_at": NOW,
            "late_reason": "workload" if answered_on > due_on else "",
        }
    request = PrivacyRequest.objects.create(
        reference=f"PR-2026-{number:06d}",
        subject=subject,
        type="ERASURE",
        regulation="gdpr",
        channel="email",
        received_on=min(due_on, TODAY) - timedelta(days=25),
        first_due_on=due_on,
        due_on=due_on,
        target_on=due_on,
        rule_version="test",
        filed_by=officer,
        owner=officer,
        filed_at=NOW,
        **answer,
    )
    before: Submission | None = None
    for place, part in enumerate(wanted.parts, start=1):
        replaces = before if part.replaces_the_one_before else None
        before = _make_part(request, identifier, part, number=place, replaces=replaces)


def _make_part(
    request: PrivacyRequest,
    identifier: SubjectIdentifier,
    part: MadePart,
    *,
    number: int,
    replaces: Submission | None,
) -> Submission:
    ended_at = NOW - timedelta(days=part.ended_days_ago)
    filed_at = ended_at - timedelta(seconds=part.seconds)
    was_sent = part.status not in NEVER_SENT
    return Submission.objects.create(
        request=request,
        number=number,
        replaces=replaces,
        status=part.status,
        attention="unclear" if part.flagged else "",
        identifier=identifier,
        type="ERASURE",
        categories=["CONTACT"],
        scope="CONTACT",
        filed_by=request.filed_by,
        filed_at=filed_at,
        first_sent_at=filed_at if was_sent else None,
        accepted_at=filed_at + timedelta(seconds=part.seconds // 2) if was_sent else None,
        cxone_id=f"cx-{request.pk}-{number}" if was_sent else None,
        frozen_payload="{}" if was_sent else None,
        closed_at=ended_at if part.status in TERMINAL_STATUSES else None,
        next_attempt_at=NOW if part.status in UNDER_WAY else None,
    )


def living(request: PrivacyRequest) -> list[Submission]:
    return [part for part in request.submissions.all() if not part.replaced_by.exists()]


def naive_stage(request: PrivacyRequest) -> RequestStage:
    parts = [Part(part.status, part.attention) for part in living(request)]
    return stage_of(parts, answered=request.is_answered)


def naive_percentile(values: list[Any], percent: int) -> Any:
    """The smallest value that at least `percent` of all values do not exceed, by its definition."""
    return min(v for v in values if sum(w <= v for w in values) * 100 >= percent * len(values))


@given(wanted=many)
@example(wanted=[MadeRequest(20, (MadePart("failed"), MadePart("queued", replaces_the_one_before=True)))])
@with_rows
def test_the_stage_as_a_column_is_the_stage_as_computed(officer: User, wanted: list[MadeRequest]) -> None:
    with made(officer, wanted):
        for request in PrivacyRequest.objects.annotate(stage=stage_column()):
            assert request.stage == naive_stage(request)


@given(wanted=many)
@with_rows
def test_open_work_counts_what_is_not_answered(officer: User, wanted: list[MadeRequest]) -> None:
    with made(officer, wanted):
        work = open_work.pressing(TODAY)
        stages = open_work.by_stage()
        still_open = [request for request in PrivacyRequest.objects.all() if not request.is_answered]
        left = [(request.due_on - TODAY).days for request in still_open]
        expected = Counter(naive_stage(request) for request in still_open)
    assert work.total == len(still_open) == sum(work.bands)
    assert work.overdue == sum(days < 0 for days in left)
    assert work.due_today == left.count(0)
    assert work.due_soon == sum(0 <= days <= 7 for days in left)
    assert work.bands[2] == sum(1 <= days <= 7 for days in left)
    assert work.bands[-1] == sum(days > 30 for days in left)
    assert stages == expected


@given(wanted=many)
@with_rows
def test_the_time_at_cxone_is_that_of_what_it_completed_within_the_days(
    officer: User, wanted: list[MadeRequest]
) -> None:
    period = Period(TODAY - timedelta(days=20), TODAY - timedelta(days=1))
    first, after = period.moments
    with made(officer, wanted):
        ended = at_cxone.at_cxone(period)
        rows = [row for row in Submission.objects.all() if row.closed_at and first <= row.closed_at < after]
    completed = [row for row in rows if row.status == "completed"]
    assert ended.completed == len(completed)
    assert ended.failed == sum(row.status == "failed" for row in rows)
    if not completed:
        assert ended.median_since_filing is ended.median_since_acceptance is None
        return
    filing = [row.closed_at - row.filed_at for row in completed if row.closed_at]
    accepting = [row.closed_at - row.accepted_at for row in completed if row.closed_at and row.accepted_at]
    assert ended.median_since_filing == naive_percentile(filing, 50).total_seconds()
    assert ended.median_since_acceptance == naive_percentile(accepting, 50).total_seconds()


@pytest.mark.parametrize(
    ("completed", "failed", "rate"), [(0, 0, None), (3, 0, 1.0), (0, 2, 0.0), (3, 1, 0.75)]
)
def test_the_success_rate_is_of_what_ended(completed: int, failed: int, rate: float | None) -> None:
    ended = at_cxone.AtCXone(
        completed=completed, failed=failed, median_since_filing=None, median_since_acceptance=None
    )
    assert ended.success_rate == rate


@given(wanted=many)
@with_rows
def test_days_and_months_count_receipts_and_answers(officer: User, wanted: list[MadeRequest]) -> None:
    fortnight, month = Period(TODAY - timedelta(days=13), TODAY), month_of(TODAY)
    with made(officer, wanted):
        days = answering.received_and_answered(fortnight)
        answers = answering.answers(month)
        rows = list(PrivacyRequest.objects.all())
    assert [day.part.first for day in days] == [TODAY - timedelta(days=back) for back in range(13, -1, -1)]
    for day in days:
        assert day.received == sum(row.received_on == day.part.first for row in rows)
        assert day.answered == sum(row.answered_on == day.part.first for row in rows)
    in_month = [row for row in rows if row.answered_on and month.first <= row.answered_on <= month.last]
    assert answers.answered == len(in_month)
    assert answers.in_time == sum(row.answered_on <= row.due_on for row in in_month if row.answered_on)
    took = sorted((row.answered_on - row.received_on).days for row in in_month if row.answered_on)
    assert answers.days.median == (statistics.median(took) if took else None)
    assert answers.days.percentile(95) == (naive_percentile(took, 95) if took else None)


def test_the_numbers_take_as_many_queries_for_many_as_for_one(
    officer: User, django_assert_max_num_queries: Any
) -> None:
    with made(officer, [MadeRequest(20, (MadePart("blocked"),)) for _ in range(30)]):
        with django_assert_max_num_queries(2):
            open_work.pressing(TODAY)
            open_work.by_stage()
        with django_assert_max_num_queries(3):
            at_cxone.at_cxone(month_of(TODAY))
