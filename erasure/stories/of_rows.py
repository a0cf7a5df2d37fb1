"""What the rows tell: of a request with all that belongs to it, and of a hold."""

from collections.abc import Mapping, Sequence

from audit.events import Event
from erasure.choices import DeliveryState, ReleaseDecision, RequestType, SubmissionStatus
from erasure.lifecycle.moves import loggable
from erasure.models import (
    ClockCorrection,
    ClockPause,
    Comment,
    Delivery,
    Extension,
    HoldRelease,
    LateHold,
    LegalHold,
    Override,
    PrivacyRequest,
    Submission,
)
from erasure.stories.marks import OF_DECISION, OF_RELEASE, OF_STATUS, PROOF_SHREDDED, TEXT_SHREDDED
from erasure.stories.told import Story, Told

REQUEST_COLUMNS = (
    "reference",
    "regulation",
    "received_on",
    "due_on",
    "outcome",
    "answer_channel",
    "answered_on",
    "acknowledged_on",
    "certified_at",
    "shredded_at",
    "unlinked_at",
)
SUBMISSION_COLUMNS = ("request_id", "number", "status", "type", "accepted_at", "cxone_id", "records_affected")
OVERRIDE_COLUMNS = ("submission__request", "submission__number", "decision", "revoked_at")
HOLD_COLUMNS = ("code", "placed_by", "released_at")


def request_stories(requests: Sequence[PrivacyRequest]) -> dict[str, Story]:
    """These requests by their names in the log, each with what it, its submissions and overrides tell."""
    stories = {request.obj: Story(request.reference, _of_request(request)) for request in requests}
    told = {request.pk: stories[request.obj].by_state for request in requests}
    submissions = Submission.objects.filter(request__in=told).only(*SUBMISSION_COLUMNS)
    for submission in submissions:
        _tell_submission(told[submission.request_id], submission)
    overrides = Override.objects.filter(submission__request__in=told)
    for request, number, decision, revoked_at in overrides.values_list(*OVERRIDE_COLUMNS):
        told[request].tell(Event.OVERRIDE_ASKED, number)
        if decision:
            told[request].tell(OF_DECISION[decision], number)
        if revoked_at:
            told[request].tell(Event.OVERRIDE_REVOKED, number)
    _tell_of_clocks(told)
    late = LateHold.objects.filter(submission__request__in=told)
    for request, number in late.values_list("submission__request", "submission__number"):
        told[request].tell(Event.REQUEST_HELD_LATE, number)
    _tell_of_deliveries(told)
    return stories


def _tell_of_deliveries(told: Mapping[int, Told]) -> None:
    """What vaults have of these requests; of the answer, which is no submission's, it is told as of 0."""
    delivered = Delivery.objects.filter(request__in=told, state=DeliveryState.DELIVERED)
    for request, number, vault in delivered.values_list("request", "submission__number", "vault__code"):
        told[request].tell(Event.VAULT_DELIVERED, number or 0, vault=vault)


def _tell_of_clocks(told: Mapping[int, Told]) -> None:
    """What moved the clocks of these requests, and what was written about them."""
    extensions = Extension.objects.filter(request__in=told).values_list("request", "due_on", "fell_at")
    for request, due_on, fell_at in extensions:
        told[request].tell(Event.REQUEST_EXTENDED, due_on=due_on.isoformat())
        told[request].fallen += fell_at is not None
    pauses = ClockPause.objects.filter(request__in=told).values_list("request", "until_day", "fell_at")
    for request, until, fell_at in pauses:
        told[request].tell(Event.REQUEST_PAUSED)
        told[request].fallen += fell_at is not None
        if until is not None:
            told[request].tell(Event.REQUEST_UNPAUSED)
    corrections = ClockCorrection.objects.filter(request__in=told).values_list("request", "due_on")
    for request, due_on in corrections:
        told[request].tell(Event.REQUEST_CLOCK_CORRECTED, due_on=due_on.isoformat())
    for request in Comment.objects.filter(request__in=told).values_list("request", flat=True):
        told[request].tell(Event.REQUEST_COMMENTED)


def hold_stories(holds: Sequence[LegalHold]) -> dict[str, Story]:
    """These holds by their names in the log. The standing ones were placed by nobody and have no event."""
    stories = {hold.obj: Story(f"hold {hold.code}") for hold in holds}
    told = {hold.pk: stories[hold.obj].by_state for hold in holds}
    for hold in holds:
        if hold.placed_by_id is not None:
            told[hold.pk].tell(Event.HOLD_PLACED)
        if hold.released_at is not None:
            told[hold.pk].tell(Event.HOLD_RELEASED)
    for hold_id, decision in HoldRelease.objects.filter(hold__in=told).values_list("hold", "decision"):
        told[hold_id].tell(Event.HOLD_RELEASE_ASKED)
        if decision and decision != ReleaseDecision.APPROVED:
            told[hold_id].tell(OF_RELEASE[decision])
    return stories


def _of_request(request: PrivacyRequest) -> Told:
    told = Told()
    told.tell(Event.REQUEST_REGISTERED)
    told.tell_clock(
        "",
        {
            "received_on": request.received_on.isoformat(),
            "regulation": request.regulation,
            "due_on": request.due_on.isoformat(),
        },
    )
    if request.is_answered:
        day = request.answered_on.isoformat() if request.answered_on else None
        told.tell(
            Event.REQUEST_ANSWERED, outcome=request.outcome, channel=request.answer_channel, answered_on=day
        )
    if request.acknowledged_on is not None:
        told.tell(Event.REQUEST_ACKNOWLEDGED, acknowledged_on=request.acknowledged_on.isoformat())
    for act, at in (
        (Event.REQUEST_CERTIFIED, request.certified_at),
        (TEXT_SHREDDED, request.shredded_at),
        (PROOF_SHREDDED, request.unlinked_at),
    ):
        if at is not None:
            told.tell(act)
    return told


def _tell_submission(told: Told, row: Submission) -> None:
    told.tell(Event.REQUEST_FILED, row.number)
    given = {"cxone_id": loggable(row.cxone_id)} if row.cxone_id is not None else {}
    if row.accepted_at is not None:
        told.tell(Event.REQUEST_SUBMITTED, row.number, **given)
    if row.is_terminal:
        counted = row.status == SubmissionStatus.FAILED or row.type == RequestType.ERASURE
        records = row.records_affected if counted else None
        told.tell(OF_STATUS[row.status], row.number, records_deleted=records, **given)
