"""What is done to several requests or overrides at once: each by itself, under the rules that bind one alone.

Every one is moved in a transaction of its own, so that one that is refused keeps none of the others back.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import audited
from erasure import lifecycle, overrides, owners
from erasure.choices import OPEN_STATUSES, SubmissionStatus
from erasure.lifecycle import MoveRefused
from erasure.models import Override, PrivacyRequest, Submission

#: So many at once can still be read before one says yes.
MOST = 100
Thing = TypeVar("Thing")
STOPPABLE = frozenset({SubmissionStatus.BLOCKED, SubmissionStatus.QUEUED})


@dataclass(frozen=True)
class Outcome:
    """What became of several: which were done, and for each of the others why not."""

    done: Sequence[str]
    refused: Mapping[str, str]


def why_not_stop(request: PrivacyRequest, submissions: Sequence[Submission]) -> str:
    """Why nothing of this request can be stopped; empty when something can."""
    if request.is_answered:
        return _("The person was answered; nothing is left to stop.")
    if not submissions:
        return _("Nothing was filed for it yet, so there is nothing to stop.")
    if any(row.status in STOPPABLE for row in submissions):
        return ""
    if under_way := next((row for row in submissions if row.status in OPEN_STATUSES), None):
        return _("It is “%(status)s”, and CXone has no recall.") % {"status": under_way.get_status_display()}
    return _("It has ended already; what is left is the answer to the person.")


def why_nobody_needs(request: PrivacyRequest) -> str:
    """Why this request changes hands no more, whoever would get it; empty while it does."""
    return _("It is answered; nobody needs to have it any more.") if request.is_answered else ""


def why_not_take_over(request: PrivacyRequest, user: Any) -> str:
    """Why this person cannot become the owner; empty when they can."""
    if why_not := why_nobody_needs(request):
        return why_not
    if request.owner_id == user.pk:
        return _("You have it already.")
    return ""


def why_not_hand_over(request: PrivacyRequest, to: Any) -> str:
    """Why this person cannot be given the request; empty when they can."""
    if why_not := why_nobody_needs(request):
        return why_not
    if request.owner_id == to.pk:
        return _("%(name)s has it already.") % {"name": to.shown_name}
    if not owners.possible_owners().filter(pk=to.pk).exists():
        return _("%(name)s cannot look after requests: choose somebody else.") % {"name": to.shown_name}
    return ""


def stop(submission: Submission, *, by: Any) -> None:
    """Stop one submission. Raises MoveRefused; a try that came too late is put on record."""
    try:
        with audited() as log:
            lifecycle.cancel(log, submission, by=by, because="stopped", now=timezone.now())
    except MoveRefused:
        with audited() as log:
            lifecycle.note_stop_refused(log, submission, by=by)
        raise


def take_over(request: PrivacyRequest, *, by: Any) -> None:
    """Make this person the owner. Raises MoveRefused."""
    if refusal := why_not_take_over(request, by):
        raise MoveRefused(refusal)
    with audited() as log:
        lifecycle.assign(log, request, to=by, by=by)


def hand_over(request: PrivacyRequest, *, to: Any, by: Any) -> None:
    """Make somebody else the owner. Raises MoveRefused."""
    if refusal := why_not_hand_over(request, to):
        raise MoveRefused(refusal)
    with audited() as log:
        lifecycle.assign(log, request, to=to, by=by)


def stop_all(requests: Iterable[PrivacyRequest], *, by: Any) -> Outcome:
    """Stop whatever has not been sent of these requests, and say what came too late."""
    done: list[str] = []
    refused: dict[str, str] = {}
    for request in requests:
        rows = list(request.submissions.select_related("request", "identifier").order_by("number"))
        if not any(row.status in OPEN_STATUSES for row in rows) or request.is_answered:
            refused[request.reference] = why_not_stop(request, rows)
            continue
        outcome = _each(
            {str(row): row for row in rows if row.status in OPEN_STATUSES}, lambda row: stop(row, by=by)
        )
        done += outcome.done
        refused |= outcome.refused
    return Outcome(done, refused)


def take_over_all(requests: Iterable[PrivacyRequest], *, by: Any) -> Outcome:
    """Make this person the owner of these requests."""
    return _each({request.reference: request for request in requests}, lambda one: take_over(one, by=by))


def hand_over_all(requests: Iterable[PrivacyRequest], *, to: Any, by: Any) -> Outcome:
    """Make this colleague the owner of these requests."""
    return _each(
        {request.reference: request for request in requests}, lambda one: hand_over(one, to=to, by=by)
    )


def decide_all(
    questions: Iterable[Override], *, by: Any, approve: bool, reason: str, send_delay: timedelta
) -> Outcome:
    """Decide on each of these; a try to decide by somebody who may not is put on record every time."""

    def decide(override: Override) -> None:
        now = timezone.now()
        try:
            with audited() as log:
                overrides.decide(
                    log, override, by=by, approve=approve, reason=reason, now=now, send_at=now + send_delay
                )
        except overrides.DecisionBarred as barred:
            with audited() as log:
                overrides.note_barred(log, override, by=by, because=barred)
            raise

    return _each({str(override.submission): override for override in questions}, decide)


def _each(things: Mapping[str, Thing], move: Callable[[Thing], None]) -> Outcome:
    done: list[str] = []
    refused: dict[str, str] = {}
    for name, thing in things.items():
        try:
            move(thing)
        except MoveRefused as refusal:
            refused[name] = str(refusal)
        else:
            done.append(name)
    return Outcome(done, refused)
