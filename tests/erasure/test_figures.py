"""A month's and a year's figures, against a plain count over the same made rows."""

import itertools
import statistics
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Any

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from erasure.choices import LateReason, Outcome
from erasure.metrics import figures
from erasure.metrics.figures import Counts, Figure, Group
from erasure.metrics.month import month_figures
from erasure.metrics.periods import Period, month_of
from erasure.metrics.year import year_figures
from erasure.models import AnswerPart, Extension, PrivacyRequest, Subject, SubjectIdentifier, Submission
from privacyadmin.models import User

pytestmark = pytest.mark.django_db

GROUNDS = ("identity_not_established", "legal_obligation")
references = itertools.count(1)
with_rows = settings(
    deadline=None, max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture]
)


@dataclass(frozen=True)
class Made:
    """One request to be made; `days` is None while it is open. Grounds stand for refused parts."""

    regulation: str
    type: str
    received_on: date
    days: int | None
    outcome: Outcome
    late_reason: str
    grounds: tuple[str, ...]
    extended: str

    @property
    def group(self) -> Group:
        return Group(self.regulation, self.type)

    @property
    def answered_on(self) -> date | None:
        return None if self.days is None else self.received_on + timedelta(days=self.days)

    @property
    def refused_on(self) -> set[str]:
        holds_one = self.outcome in {Outcome.REFUSED, Outcome.PARTLY_DONE}
        return set(self.grounds) if holds_one and self.days is not None else set()


requests = st.builds(
    Made,
    regulation=st.sampled_from(["gdpr", "ccpa"]),
    type=st.sampled_from(["ERASURE", "ACCESS"]),
    received_on=st.dates(date(2027, 11, 20), date(2028, 3, 5)),
    days=st.none() | st.integers(0, 70),
    outcome=st.sampled_from(list(Outcome)),
    late_reason=st.sampled_from(["", "", *LateReason.values]),
    grounds=st.lists(st.sampled_from(GROUNDS), min_size=1, max_size=3).map(tuple),
    extended=st.sampled_from(["", "stands", "fell"]),
)
many = st.lists(requests, max_size=12)


@contextmanager
def made(officer: User, wanted: list[Made]) -> Iterator[None]:
    """The rows, for as long as the block lasts."""
    with transaction.atomic():
        for one in wanted:
            _make(officer, one)
        yield
        transaction.set_rollback(True)


def _make(officer: User, wanted: Made) -> None:
    subject, number, now = Subject.objects.create(), next(references), timezone.now()
    kind = {"kind": "cxone_id", "value": f"cust-{number}", "fingerprint": f"{number:064d}"}
    identifier = SubjectIdentifier.objects.create(subject=subject, **kind)
    due_on = wanted.received_on + timedelta(days=30)
    answer: dict[str, Any] = {"late_reason": ""}
    if wanted.answered_on is not None:
        answer = {
            "outcome": wanted.outcome,
            "answered_on": wanted.answered_on,
            "answer_channel": "email",
            "answered_by": officer,
            "answer_recorded_at": now,
            "late_reason": wanted.late_reason,
        }
    request = PrivacyRequest.objects.create(
        reference=f"PR-2028-{number:06d}",
        subject=subject,
        type=wanted.type,
        regulation=wanted.regulation,
        channel="email",
        received_on=wanted.received_on,
        first_due_on=due_on,
        due_on=due_on,
        target_on=due_on,
        rule_version="test",
        filed_by=officer,
        owner=officer,
        filed_at=now,
    )
    if wanted.extended:
        Extension.objects.create(
            request=request,
            ground="complexity",
            told_on=wanted.received_on,
            previous_due_on=due_on,
            due_on=due_on + timedelta(days=60),
            extended_by=officer,
            extended_at=now,
            fell_at=now if wanted.extended == "fell" else None,
        )
    for place, ground in enumerate(wanted.grounds if wanted.refused_on else (), start=1):
        part = _part(request, identifier, place)
        AnswerPart.objects.create(request=request, submission=part, outcome=Outcome.REFUSED, ground=ground)
    # The parts come first: an answered request gets no further one.
    PrivacyRequest.objects.filter(pk=request.pk).update(**answer)


def _part(request: PrivacyRequest, identifier: SubjectIdentifier, number: int) -> Submission:
    return Submission.objects.create(
        request=request,
        number=number,
        status="refused",
        identifier=identifier,
        type=request.type,
        categories=["CONTACT"],
        scope="CONTACT",
        filed_by=request.filed_by,
        filed_at=request.filed_at,
        closed_at=request.filed_at,
    )


def naive_month(wanted: list[Made], month: Period) -> dict[Group, Counts]:
    counts = figures.nothing_counted()
    for one in wanted:
        for figure in _figures(one, month):
            counts[one.group][figure] += 1
    return counts


def _figures(one: Made, month: Period) -> Iterator[Figure]:
    if month.first <= one.received_on <= month.last:
        yield figures.RECEIVED
        if one.days is None:
            yield figures.OPEN
        if one.extended == "stands":
            yield figures.EXTENDED
    if one.answered_on and month.first <= one.answered_on <= month.last:
        yield figures.ANSWERED
        yield figures.answered_as(one.outcome)
        yield from (
            [figures.LATE, figures.late_for(one.late_reason)] if one.late_reason else [figures.IN_TIME]
        )
        if one.extended == "stands":
            yield figures.ANSWERED_EXTENDED
        yield from map(figures.refused_on, one.refused_on)


def nonzero(counts: dict[Group, Counts]) -> dict[Group, dict[Figure, int]]:
    """The counts without noughts, which a Counter may hold or not."""
    plain = {group: {figure: n for figure, n in of.items() if n} for group, of in counts.items()}
    return {group: of for group, of in plain.items() if of}


@given(wanted=many, day=st.dates(date(2027, 12, 1), date(2028, 3, 31)))
@with_rows
def test_the_month_counts_what_a_plain_count_finds(officer: User, wanted: list[Made], day: date) -> None:
    month = month_of(day)
    with made(officer, wanted):
        found = month_figures(month)
    assert nonzero(found) == nonzero(naive_month(wanted, month))


@given(wanted=many)
@with_rows
def test_every_answer_is_in_time_or_late_and_has_one_outcome(officer: User, wanted: list[Made]) -> None:
    with made(officer, wanted):
        total = figures.total(month_figures(month_of(date(2028, 1, 1))))
    assert total[figures.ANSWERED] == total[figures.IN_TIME] + total[figures.LATE]
    assert total[figures.LATE] == sum(total[figures.late_for(str(code))] for code in LateReason)
    assert total[figures.ANSWERED] == sum(total[figures.answered_as(str(code))] for code in Outcome)


@given(wanted=many, year=st.sampled_from([2027, 2028]))
@with_rows
def test_the_year_counts_what_a_plain_count_finds(officer: User, wanted: list[Made], year: int) -> None:
    with made(officer, wanted):
        found = year_figures(year)
    of_year = [one for one in wanted if one.received_on.year == year]
    assert set(found) == {one.group for one in of_year}
    for group, row in found.items():
        here = [one for one in of_year if one.group == group]
        answered = [one for one in here if one.days is not None]
        outcomes = Counter(one.outcome for one in answered)
        assert row.counts[figures.RECEIVED] == len(here)
        assert row.counts[figures.OPEN] == len(here) - len(answered)
        assert all(row.counts[figures.answered_as(outcome)] == outcomes[outcome] for outcome in Outcome)
        assert row.complied == outcomes[Outcome.DONE] + outcomes[Outcome.PARTLY_DONE]
        assert row.answered_later == sum(one.answered_on.year > year for one in answered if one.answered_on)
        for ground in GROUNDS:
            assert row.counts[figures.refused_on(ground)] == sum(ground in one.refused_on for one in here)
        took = [one.days for one in answered if one.days is not None and one.outcome != Outcome.WITHDRAWN]
        assert row.days.total == len(took)
        assert row.days.median == (Fraction(statistics.median(took)) if took else None)
        assert row.days.mean == (Fraction(sum(took), len(took)) if took else None)


def test_figures_take_as_many_queries_for_many_as_for_one(
    officer: User, django_assert_num_queries: Any
) -> None:
    one = Made("gdpr", "ERASURE", date(2028, 1, 3), 4, Outcome.REFUSED, "", GROUNDS, "stands")
    with made(officer, [one] * 9):
        with django_assert_num_queries(5):
            month_figures(month_of(date(2028, 1, 1)))
        with django_assert_num_queries(2):
            year_figures(2028)
