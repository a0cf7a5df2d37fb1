"""Why a request needs somebody: the groups, in order, and the column that gives each request its group."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce
from django.db.models.lookups import GreaterThan
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices import STAGE_LOOKS, Look, RequestStage, RequestType, SubmissionStatus
from erasure.deadlines import DUE_SOON_DAYS, configured_calendar, pause_grounds, regulations_on
from erasure.models import ClockPause, Submission
from erasure.stages import stage_column

SOON = timedelta(days=DUE_SOON_DAYS)
#: So many business days before a receipt has to be confirmed somebody is told.
CONFIRMED_AHEAD = 3
S = SubmissionStatus


class Need(StrEnum):
    """Why a request needs somebody; of those that apply, the first, except that a clock that stands still
    comes before every date.

    The values that are also RequestStage's say that where it stands is why. The last three are no group of
    `need_column`: one is about whoever has a request, the others about answered requests.
    """

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    REFUSAL_DUE = "refusal_due"
    TO_BE_CONFIRMED = "to_be_confirmed"
    NEEDS_A_LOOK = "attention"
    TO_BE_ANSWERED = "to_be_answered"
    ON_HOLD = "blocked"
    FAILED = "failed"
    NOTHING_FOUND = "nothing_found"
    TO_BE_SENT = "registered"
    PAUSED = "paused"
    UNDER_WAY = "under_way"
    WITHOUT_OWNER = "without_owner"
    MARKED = "marked"
    UNCERTIFIED = "uncertified"


#: What moves by itself, or waits for the person: shown, and not counted as needing somebody.
IN_NO_HURRY = frozenset({Need.PAUSED, Need.UNDER_WAY})

NEED_WORDS: Mapping[Need, tuple[Words, Look]] = {
    Need.OVERDUE: (_("Overdue"), Look("danger", "event_busy")),
    Need.DUE_SOON: (
        format_lazy(_("Due within {days} days"), days=DUE_SOON_DAYS),
        Look("warning", "event_upcoming"),
    ),
    Need.REFUSAL_DUE: (
        format_lazy(_("Refusal due within {days} days"), days=DUE_SOON_DAYS),
        Look("warning", "event_upcoming"),
    ),
    Need.TO_BE_CONFIRMED: (_("Receipt to be confirmed"), Look("warning", "mark_email_unread")),
    Need.NEEDS_A_LOOK: (RequestStage.ATTENTION.label, STAGE_LOOKS[RequestStage.ATTENTION]),
    Need.TO_BE_ANSWERED: (RequestStage.TO_BE_ANSWERED.label, STAGE_LOOKS[RequestStage.TO_BE_ANSWERED]),
    Need.ON_HOLD: (RequestStage.BLOCKED.label, STAGE_LOOKS[RequestStage.BLOCKED]),
    Need.FAILED: (RequestStage.FAILED.label, STAGE_LOOKS[RequestStage.FAILED]),
    Need.NOTHING_FOUND: (_("Nothing found at CXone"), Look("warning", "search_off")),
    Need.TO_BE_SENT: (RequestStage.REGISTERED.label, STAGE_LOOKS[RequestStage.REGISTERED]),
    Need.PAUSED: (_("Clock paused, waiting for the person"), Look("neutral", "pause_circle")),
    Need.UNDER_WAY: (_("Everything else that is open"), Look("info", "sync")),
    Need.WITHOUT_OWNER: (_("Nobody has it"), Look("danger", "person_off")),
    Need.MARKED: (_("Marked after the answer"), Look("danger", "report")),
    Need.UNCERTIFIED: (_("Soon shredded, without a certificate"), Look("warning", "workspace_premium")),
}


def confirmed_by(today: date) -> date:
    """Up to which day a receipt that has to be confirmed presses, weekends and public holidays apart."""
    day, _passed = configured_calendar().business_days_after(today, CONFIRMED_AHEAD)
    return day


def need_column(today: date) -> Case:
    """The group of an open request, as a column of PrivacyRequest to filter and count by.

    What it asks about parts are subqueries that give a value: those find the parts by the request's key,
    where PostgreSQL answers whether there are any by reading the parts of all requests there ever were.
    """
    soon = today + SOON
    parts = Submission.objects.filter(request=OuterRef("pk"), replaced_by__isnull=True)
    pauses = ClockPause.objects.filter(
        waits_by_law(), request=OuterRef("pk"), until_day__isnull=True, fell_at__isnull=True
    )
    return Case(
        When(Exists(pauses), then=Value(Need.PAUSED)),
        When(due_on__lt=today, then=Value(Need.OVERDUE)),
        When(due_on__lte=soon, then=Value(Need.DUE_SOON)),
        # No extension moves the date by which somebody has to be told that nothing is done.
        When(
            Q(first_due_on__lt=F("due_on"), first_due_on__lte=soon)
            & Q(GreaterThan(Subquery(parts.filter(status=S.REFUSED).values("pk")[:1]), 0)),
            then=Value(Need.REFUSAL_DUE),
        ),
        When(
            acknowledged_on__isnull=True,
            acknowledge_by__lte=confirmed_by(today),
            then=Value(Need.TO_BE_CONFIRMED),
        ),
        default=Coalesce(Subquery(_by_its_parts(parts)), stage_column()),
        output_field=CharField(),
    )


def waits_by_law() -> Q:
    """The condition that a pause holds the clock under the law of its request, as far as that is in force.

    One that does not, such as after a setting was changed, leaves the date running.
    """
    known = Q(pk__in=[])
    for rule in regulations_on():
        for request_type in RequestType.values:
            if grounds := pause_grounds(rule.regulation, request_type):
                about = Q(request__regulation=rule.regulation, request__type=request_type)
                known |= about & Q(ground__in=grounds)
    return known


def _by_its_parts(parts: QuerySet[Submission]) -> "QuerySet[Any]":
    """The group in which these parts together put their request; NULL where the stage says why."""
    completed = Q(status=S.COMPLETED)
    ended = Q(status__in=(S.COMPLETED, S.REFUSED, S.CANCELLED))
    counted = parts.values("request").annotate(
        completed=Count("pk", completed),
        with_records=Count("pk", completed & ~Q(records_affected=0)),
        unended=Count("pk", ~ended),
        on_its_way=Count("pk", Q(status__in=(S.QUEUED, S.SUBMITTING, S.PROCESSING))),
        stuck=Count("pk", (Q(status__in=(S.FAILED, S.BLOCKED)) | ~Q(attention="")) & ~ended),
    )
    group = Case(
        # All has ended, and whatever CXone carried out had no record.
        When(completed__gt=0, unended=0, with_records=0, then=Value(Need.NOTHING_FOUND)),
        # Something goes on without anybody, and nothing needs a look.
        When(on_its_way__gt=0, stuck=0, then=Value(Need.UNDER_WAY)),
        output_field=CharField(),
    )
    return counted.annotate(group=group).order_by().values("group")
