"""How the list of requests can be narrowed. Every number that is shown elsewhere links to one of these."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, TypeAlias

from django.contrib.admin import SimpleListFilter
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils import timezone

from audit.words import Words
from erasure.asked import controllers_today
from erasure.attention import UNCERTIFIED_DAYS, uncertified
from erasure.choices import Regulation, RequestStage, RequestType
from erasure.deadlines import DUE_SOON_DAYS, regulations_on
from erasure.models import PrivacyRequest
from erasure.stages import stage_column

Choices: TypeAlias = Sequence[tuple[str, Words]]
Requests: TypeAlias = QuerySet[PrivacyRequest]

OPEN, UNDER_WAY, ANSWERED = "open", "under_way", "answered"
STAGES: Mapping[str, tuple[str, tuple[RequestStage, ...]]] = {
    "registered": ("Registered, nothing filed yet", (RequestStage.REGISTERED,)),
    "blocked": ("On hold", (RequestStage.BLOCKED,)),
    UNDER_WAY: ("Under way", (RequestStage.QUEUED, RequestStage.PROCESSING)),
    "failed": ("Failed", (RequestStage.FAILED,)),
    "attention": ("Needs a look", (RequestStage.ATTENTION,)),
    "to_be_answered": ("To be answered", (RequestStage.TO_BE_ANSWERED,)),
    ANSWERED: ("Answered", (RequestStage.ANSWERED,)),
}


class ChoiceFilter(SimpleListFilter):
    """A filter with a fixed list of choices; an address with any other value is not narrowed by it."""

    options: Choices = ()

    def offered(self) -> Choices:
        """The choices, by code and label."""
        return self.options

    def lookups(self, request: HttpRequest, model_admin: Any) -> Choices:  # noqa: ARG002 - Django's.
        """The choices, as Django asks for them."""
        return self.offered()

    def queryset(self, request: HttpRequest, queryset: Requests) -> Requests:
        """The requests of the choice that was made."""
        chosen = self.value()
        if chosen is None or chosen not in dict(self.offered()):
            return queryset
        return self.narrowed(queryset, chosen, reader=request.user.pk)

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """The requests of one choice: those with that value in the column of the filter's name."""
        return requests.filter(**{str(self.parameter_name): chosen})


class StageFilter(ChoiceFilter):
    """Where a request stands; `stage=open` is everything not yet answered."""

    title = "status"
    parameter_name = "stage"
    options = ((OPEN, "Open"), *((code, label) for code, (label, _stages) in STAGES.items()))

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """The requests that stand there."""
        if chosen == OPEN:
            return requests.filter(outcome="")
        if chosen == ANSWERED:
            return requests.exclude(outcome="")
        return requests.filter(outcome="").alias(stage=stage_column()).filter(stage__in=STAGES[chosen][1])


class DueFilter(ChoiceFilter):
    """How an open request's statutory date presses; "soon" is today and the days after it."""

    title = "statutory date"
    parameter_name = "due"
    options = (("overdue", "Overdue"), ("today", "Due today"), ("soon", f"Due in {DUE_SOON_DAYS} days"))

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """The open requests due then."""
        today = controllers_today()
        due = {
            "overdue": Q(due_on__lt=today),
            "today": Q(due_on=today),
            "soon": Q(due_on__gte=today, due_on__lte=today + timedelta(days=DUE_SOON_DAYS)),
        }
        return requests.filter(due[chosen], outcome="")


class RegulationFilter(ChoiceFilter):
    """Under which law the clock runs: only the laws that are in force here."""

    title = "regulation"
    parameter_name = "regulation"

    def offered(self) -> Choices:
        """The laws that are in force at this moment."""
        return tuple((rule.regulation, Regulation(rule.regulation).label) for rule in regulations_on())


class TypeFilter(ChoiceFilter):
    """What the person asked for."""

    title = "type"
    parameter_name = "type"
    options = tuple((str(code), label) for code, label in RequestType.choices)


class OwnerFilter(ChoiceFilter):
    """Who has it."""

    title = "who has it"
    parameter_name = "owner"
    options = (("me", "Me"), ("others", "Somebody else"))

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:
        """The reader's own, or the others'."""
        return requests.filter(owner=reader) if chosen == "me" else requests.exclude(owner=reader)


class CertificateFilter(ChoiceFilter):
    """The answered requests of which no certificate was taken, and soon none can be."""

    title = "certificate"
    parameter_name = "certificate"
    options = (("to_be_taken", f"Shredded within {UNCERTIFIED_DAYS} days, none taken"),)

    def narrowed(self, requests: Requests, chosen: str, *, reader: int | None) -> Requests:  # noqa: ARG002 - for others.
        """Those that the landing page counts."""
        return requests.filter(pk__in=uncertified(timezone.now()).values("pk"))
