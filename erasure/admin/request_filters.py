"""How the list of requests can be narrowed, by the parameters of its address. Every number that is shown
elsewhere links to one of these.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeAlias

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.utils.translation import pgettext_lazy

from audit.words import Words
from erasure import owners
from erasure.asked import controllers_today
from erasure.attention import (
    NEED_WORDS,
    UNCERTIFIED_DAYS,
    Need,
    marked_after_answer,
    need_column,
    uncertified,
)
from erasure.choices import (
    Category,
    Channel,
    DeliveryState,
    LateReason,
    Outcome,
    Regulation,
    RequestStage,
    RequestType,
)
from erasure.deadlines import DUE_SOON_DAYS, regulations_on
from erasure.deliveries.standing import keys_with
from erasure.metrics.at_cxone import ENDED_THERE
from erasure.metrics.open_work import about_category, awaiting_override
from erasure.metrics.periods import Period
from erasure.models import AnswerPart, Extension, ImportedRow, ImportRun, PrivacyRequest, Submission
from erasure.refusal_grounds import ground_labels
from erasure.stages import stage_column

Choices: TypeAlias = "Sequence[tuple[str, Words | Promise]]"
Requests: TypeAlias = QuerySet[PrivacyRequest]

#: The answers that a year's figures count as complied with in whole or in part.
COMPLIED = "complied"
COMPLIED_AS = (Outcome.DONE, Outcome.PARTLY_DONE)
OPEN, UNDER_WAY, ANSWERED = "open", "under_way", "answered"
YES, NO = "yes", "no"
ENDED_FROM, ENDED_TO = "ended_from", "ended_to"
NONE_CHOSEN = "none"
STAGES: Mapping[str, tuple[Words, tuple[RequestStage, ...]]] = {
    "registered": (_lazy("Registered, nothing filed yet"), (RequestStage.REGISTERED,)),
    "blocked": (_lazy("On hold"), (RequestStage.BLOCKED,)),
    UNDER_WAY: (_lazy("Under way"), (RequestStage.QUEUED, RequestStage.PROCESSING)),
    "failed": (_lazy("Failed"), (RequestStage.FAILED,)),
    "attention": (_lazy("Needs a look"), (RequestStage.ATTENTION,)),
    "to_be_answered": (_lazy("To be answered"), (RequestStage.TO_BE_ANSWERED,)),
    ANSWERED: (_lazy("Answered"), (RequestStage.ANSWERED,)),
}


@dataclass(frozen=True, kw_only=True)
class Filter:
    """One parameter of the address: its name, what it is called, its choices, and what each narrows to.

    `narrow` takes the requests, the choice and the key of the reader. Without `options` a day is asked for.
    """

    name: str
    label: Words
    narrow: Callable[[Requests, str, int | None], Requests]
    options: Callable[[], Choices] | None = None

    def open_alone(self, chosen: str) -> bool:
        """Whether this choice leaves no answered request."""
        return self.name in {"need", "due", "override"} or (self.name == "stage" and chosen != ANSWERED)


def _column(name: str) -> Callable[[Requests, str, int | None], Requests]:
    """The requests with the chosen value in this column, or day on this side of it."""
    return lambda requests, chosen, _reader: requests.filter(**{name: chosen})


def _by_stage(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    if chosen == OPEN:
        return requests.filter(outcome="")
    if chosen == ANSWERED:
        return requests.exclude(outcome="")
    return requests.filter(outcome="").alias(stage=stage_column()).filter(stage__in=STAGES[chosen][1])


def _by_need(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    return requests.filter(outcome="").alias(need=need_column(controllers_today())).filter(need=chosen)


def _by_due(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    """An open request's dates; "soon" is today and the days after it."""
    today = controllers_today()
    due = {
        "overdue": Q(due_on__lt=today),
        "today": Q(due_on=today),
        "soon": Q(due_on__gte=today, due_on__lte=today + timedelta(days=DUE_SOON_DAYS)),
        "target_missed": Q(target_on__lt=today),
    }
    return requests.filter(due[chosen], outcome="")


def _by_owner(requests: Requests, chosen: str, reader: int | None) -> Requests:
    if chosen == owners.NOBODY:
        return requests.filter(pk__in=owners.without_owner().values("pk"))
    if chosen == owners.OTHERS:
        return requests.exclude(owner=reader)
    return requests.filter(owner=reader) if chosen == owners.ME else requests.filter(owner__staff_id=chosen)


def _by_outcome(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    return requests.filter(outcome__in=COMPLIED_AS if chosen == COMPLIED else (chosen,))


def ended_within(requests: Requests, *, first: str = "", last: str = "") -> Requests:
    """Those with a submission that CXone completed or failed within these days; an empty one is no limit.

    Both days together, since they have to hold of one and the same submission.
    """
    ended = Submission.objects.filter(request=OuterRef("pk"), status__in=ENDED_THERE)
    if first:
        ended = ended.filter(closed_at__gte=_moments_of(first)[0])
    if last:
        ended = ended.filter(closed_at__lt=_moments_of(last)[1])
    return requests.filter(Exists(ended)) if first or last else requests


def _moments_of(day: str) -> tuple[datetime, datetime]:
    """The moment at which the day begins where the controller sits, and the one at which it is over."""
    read = date.fromisoformat(day)
    return Period(read, read).moments


def _by_ground(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    return requests.filter(Exists(AnswerPart.objects.filter(request=OuterRef("pk"), ground=chosen)))


def _late(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    """Answered after the day on which that answer was due: exactly those have a reason."""
    answered = requests.exclude(outcome="")
    return answered.exclude(late_reason="") if chosen == YES else answered.filter(late_reason=chosen)


def _in_time(requests: Requests, _chosen: str, _reader: int | None) -> Requests:
    return requests.exclude(outcome="").filter(late_reason="")


def _extended(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    stands = Exists(Extension.objects.filter(request=OuterRef("pk"), fell_at__isnull=True))
    return requests.filter(stands if chosen == YES else ~stands)


def _to_be_certified(requests: Requests, _chosen: str, _reader: int | None) -> Requests:
    """Those that the landing page counts."""
    return requests & uncertified(timezone.now())


def _by_category(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    return about_category(requests, "" if chosen == NONE_CHOSEN else chosen)


def _by_override(requests: Requests, _chosen: str, _reader: int | None) -> Requests:
    """Those with a held part on which a reviewer has still to decide."""
    return awaiting_override(requests, timezone.now())


def _by_mark(requests: Requests, _chosen: str, _reader: int | None) -> Requests:
    """The answered ones at which CXone said something afterwards that somebody has to look at."""
    return requests.filter(pk__in=marked_after_answer().values("pk"))


def _by_delivery(requests: Requests, chosen: str, _reader: int | None) -> Requests:
    """Those of which a vault is still to be told something, or could not be told."""
    return requests.filter(pk__in=keys_with(DeliveryState(chosen)))


def _stages() -> Choices:
    return [(OPEN, _("Open")), *((code, label) for code, (label, _stages) in STAGES.items())]


def _needs() -> Choices:
    return [(need.value, NEED_WORDS[need][0]) for need in Need if need not in _NO_COLUMN]


def _dues() -> Choices:
    return [
        ("overdue", _("Overdue")),
        ("today", _("Due today")),
        ("soon", _("Due in %(count)d days") % {"count": DUE_SOON_DAYS}),
        ("target_missed", _("Internal target missed")),
    ]


def _owners() -> Choices:
    people = [(person.staff_id, person.shown_name) for person in owners.ever_owners()]
    return [
        (owners.ME, _("Me")),
        (owners.OTHERS, _("Somebody else")),
        (owners.NOBODY, _("Nobody at work")),
        *people,
    ]


def _outcomes() -> Choices:
    return [*Outcome.choices, (COMPLIED, _("Complied in whole or part"))]


def _laws() -> Choices:
    return [(rule.regulation, Regulation(rule.regulation).label) for rule in regulations_on()]


def _imports() -> Choices:
    """The lists that requests have come of, the newest first."""
    runs = ImportRun.objects.filter(Exists(ImportedRow.objects.filter(run=OuterRef("pk")))).order_by("-pk")
    zone = timezone.get_current_timezone()
    return [
        (
            str(run.pk),
            _("Import %(number)d of %(day)s")
            % {"number": run.pk, "day": date_format(run.created_at.astimezone(zone), "DATE_FORMAT")},
        )
        for run in runs
    ]


def _late_choices() -> Choices:
    return [(YES, _("Answered late")), *LateReason.choices]


def _yes_or_no() -> Choices:
    return [(YES, _("Yes")), (NO, _("No"))]


def _categories() -> Choices:
    return [*Category.choices, (NONE_CHOSEN, _("Not chosen yet"))]


def _overrides() -> Choices:
    return [("awaited", _("A reviewer has to decide"))]


def _certificates() -> Choices:
    words = _("Shredded within %(days)d days, none taken") % {"days": UNCERTIFIED_DAYS}
    return [("to_be_taken", words)]


def _marked() -> Choices:
    return [("after_answer", NEED_WORDS[Need.MARKED][0])]


def _deliveries() -> Choices:
    return [
        (DeliveryState.WAITING.value, _("Waiting to be told to vaults")),
        (DeliveryState.GIVEN_UP.value, _("Given up")),
    ]


#: They say who has a request, or what becomes of it after the answer, and have filters of their own.
_NO_COLUMN = frozenset({Need.WITHOUT_OWNER, Need.MARKED, Need.UNCERTIFIED})


def _choice(
    name: str,
    label: Words,
    options: Callable[[], Choices],
    narrow: Callable[[Requests, str, int | None], Requests] | None = None,
) -> Filter:
    return Filter(name=name, label=label, options=options, narrow=narrow or _column(name))


def _day(name: str, label: Words, lookup: str) -> Filter:
    return Filter(name=name, label=label, narrow=_column(lookup))


def _end(name: str, label: Words) -> Filter:
    """A day that `ended_within` narrows by, together with the other one."""
    return Filter(name=name, label=label, narrow=lambda requests, _chosen, _reader: requests)


FILTERS: tuple[Filter, ...] = (
    _choice("stage", _lazy("Status"), _stages, _by_stage),
    _choice("need", _lazy("What it needs"), _needs, _by_need),
    _choice("due", _lazy("Statutory date"), _dues, _by_due),
    _choice("owner", _lazy("Who has it"), _owners, _by_owner),
    _choice("regulation", _lazy("Regulation"), _laws),
    _choice("type", _lazy("Type"), lambda: RequestType.choices),
    _choice("channel", _lazy("How it came in"), lambda: Channel.choices),
    _choice("outcome", pgettext_lazy("filter", "Answer"), _outcomes, _by_outcome),
    _choice("ground", _lazy("Ground of a refusal"), ground_labels, _by_ground),
    _choice("late", _lazy("Answered late"), _late_choices, _late),
    _choice("in_time", _lazy("Answered in time"), lambda: _yes_or_no()[:1], _in_time),
    _choice("extended", _lazy("Extended"), _yes_or_no, _extended),
    _choice("certificate", _lazy("Certificate"), _certificates, _to_be_certified),
    _choice("marked", _lazy("Marked"), _marked, _by_mark),
    _choice("category", _lazy("Category"), _categories, _by_category),
    _choice("override", _lazy("Override"), _overrides, _by_override),
    _choice("delivery", _lazy("Vaults"), _deliveries, _by_delivery),
    _choice("import", _lazy("Imported list"), _imports, _column("imported_row__run")),
    _day("received_from", _lazy("Received from"), "received_on__gte"),
    _day("received_to", _lazy("Received until"), "received_on__lte"),
    _day("due_from", _lazy("Due from"), "due_on__gte"),
    _day("due_to", _lazy("Due until"), "due_on__lte"),
    _day("answered_from", _lazy("Answered from"), "answered_on__gte"),
    _day("answered_to", _lazy("Answered until"), "answered_on__lte"),
    _end(ENDED_FROM, _lazy("Ended at CXone from")),
    _end(ENDED_TO, _lazy("Ended at CXone until")),
)
FILTER_OF: Mapping[str, Filter] = {one.name: one for one in FILTERS}
