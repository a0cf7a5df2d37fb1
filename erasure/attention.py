"""What needs somebody: requests, each in its most pressing group only, with one sentence of what to do.

Pure questions to the database; nothing here moves anything.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.conf import settings
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
    When,
    Window,
)
from django.db.models.functions import RowNumber
from django.utils import timezone

from audit.words import Words
from erasure import shredding
from erasure.choices import (
    ATTENTION_LINES,
    STAGE_LOOKS,
    Attention,
    Look,
    OverrideDecision,
    RequestStage,
    RequestType,
    SubmissionStatus,
)
from erasure.metrics import SOON
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from erasure.models.subjects import in_order
from erasure.personal_data import IDENTIFIERS_AND_TEXT
from erasure.stages import Part, stage_column, stage_of

#: How many days before its identifiers go somebody is told that no certificate was taken.
UNCERTIFIED_DAYS = shredding.WARNED_DAYS


class Need(StrEnum):
    """Why a request needs somebody; of those that apply, the first. Where it stands counts after its date.

    All but the first two and the last are values of RequestStage: where it stands is then why. The last is
    about answered requests.
    """

    OVERDUE = "overdue"
    DUE_SOON = "due_soon"
    NEEDS_A_LOOK = "attention"
    FAILED = "failed"
    TO_BE_ANSWERED = "to_be_answered"
    ON_HOLD = "blocked"
    TO_BE_SENT = "registered"
    UNCERTIFIED = "uncertified"


NEED_WORDS: dict[Need, tuple[Words, Look]] = {
    Need.OVERDUE: ("Overdue", Look("danger", "event_busy")),
    Need.DUE_SOON: ("Due within 7 days", Look("warning", "event_upcoming")),
    Need.NEEDS_A_LOOK: (RequestStage.ATTENTION.label, STAGE_LOOKS[RequestStage.ATTENTION]),
    Need.FAILED: (RequestStage.FAILED.label, STAGE_LOOKS[RequestStage.FAILED]),
    Need.TO_BE_ANSWERED: (RequestStage.TO_BE_ANSWERED.label, STAGE_LOOKS[RequestStage.TO_BE_ANSWERED]),
    Need.ON_HOLD: (RequestStage.BLOCKED.label, STAGE_LOOKS[RequestStage.BLOCKED]),
    Need.TO_BE_SENT: (RequestStage.REGISTERED.label, STAGE_LOOKS[RequestStage.REGISTERED]),
    Need.UNCERTIFIED: (
        f"Shredded within {UNCERTIFIED_DAYS} days, without a certificate",
        Look("warning", "workspace_premium"),
    ),
}


@dataclass(frozen=True)
class Todo:
    """One request and what to do about it."""

    request: PrivacyRequest
    stage: RequestStage
    sentence: str
    masked: str
    #: The day on which its identifiers are shredded, where that is why it needs somebody.
    shredded_on: date | None = None


@dataclass(frozen=True)
class TodoGroup:
    """The requests with one need: how many there are, and the most pressing of them."""

    need: Need
    count: int
    todos: list[Todo] = field(default_factory=list)

    @property
    def label(self) -> str:
        """The group's name."""
        return str(NEED_WORDS[self.need][0])

    @property
    def look(self) -> Look:
        """The group's tone and icon."""
        return NEED_WORDS[self.need][1]


def needing_somebody(today: date, *, shown: int) -> list[TodoGroup]:
    """The groups of open requests that are not empty, most pressing first, each with its first `shown`."""
    found = _first_of_each_group(today, shown=shown)
    facts = _Facts.of([row.pk for row in found])
    groups: dict[Need, TodoGroup] = {}
    for row in found:
        group = groups.setdefault(row.need, TodoGroup(row.need, row.group_size))
        group.todos.append(_todo(facts, row))
    return [groups[need] for need in Need if need in groups]


def uncertified(now: datetime) -> QuerySet[PrivacyRequest]:
    """The answered requests of which a certificate could be taken, none was, and soon none can be.

    Those that a hold keeps from being shredded are not among them.
    """
    today = timezone.localdate(now, timezone=timezone.get_default_timezone())
    answered_by = today + timedelta(days=UNCERTIFIED_DAYS - settings.SUBJECT_RETENTION_DAYS)
    certifiable = Submission.objects.filter(
        request=OuterRef("pk"), status=SubmissionStatus.COMPLETED, replaced_by__isnull=True
    )
    return shredding.may_go(now).filter(
        Exists(certifiable),
        type=RequestType.ERASURE,
        answered_on__lte=answered_by,
        certified_at__isnull=True,
        shredded_at__isnull=True,
    )


def to_be_certified(now: datetime, *, shown: int) -> TodoGroup | None:
    """Those as a group, the first to be shredded first; None when there are none."""
    soon = uncertified(now).order_by("answered_on", "pk")
    if not (count := soon.count()):
        return None
    first = soon.defer("note", "salt", "answer_note").select_related("subject")[:shown]
    todos = [_to_certify(request) for request in first.prefetch_related("subject__identifiers")]
    return TodoGroup(Need.UNCERTIFIED, count, todos)


def to_be_decided_by(user: Any, now: datetime) -> QuerySet[Override]:
    """Those of the questions that this reviewer may decide on; the rule itself is `overrides.bar`."""
    placed = set(LegalHold.objects.filter(placed_by=user).values_list("code", flat=True))
    waiting = undecided_overrides(now)
    had_a_hand = (
        Q(submission__request__filed_by=user)
        | Q(submission__request__submissions__filed_by=user)
        | Q(submission__request__submissions__overrides__asked_by=user)
    )
    barred = set(waiting.filter(had_a_hand).values_list("pk", flat=True))
    if placed:
        barred |= {key for key, codes in waiting.values_list("pk", "holds") if placed & set(codes)}
    return waiting.exclude(pk__in=barred)


def undecided_overrides(now: datetime) -> QuerySet[Override]:
    """The questions that wait for a reviewer, those of the nearest deadline first."""
    waiting = Override.objects.filter(
        decision="", expires_at__gt=now, submission__status=SubmissionStatus.BLOCKED
    )
    about = waiting.select_related(
        "submission__request__subject", "submission__identifier", "asked_by", "filed_by"
    )
    return about.order_by("submission__request__due_on", "pk")


@dataclass(frozen=True)
class _Found:
    pk: int
    need: Need
    group_size: int


def _first_of_each_group(today: date, *, shown: int) -> list[_Found]:
    """One query: every open request is put into its group, and the first of each are kept."""
    need = Case(
        When(due_on__lt=today, then=Value(Need.OVERDUE)),
        When(due_on__lte=today + SOON, then=Value(Need.DUE_SOON)),
        default=stage_column(),
        output_field=CharField(),
    )
    in_group = Window(RowNumber(), partition_by=F("need"), order_by=["due_on", "pk"])
    found = (
        PrivacyRequest.objects.filter(outcome="")
        .annotate(need=need)
        .filter(need__in=list(Need))
        .annotate(place=in_group, group_size=Window(Count("pk"), partition_by=F("need")))
        .filter(place__lte=shown)
        .order_by("due_on", "pk")
        .values_list("pk", "need", "group_size")
    )
    return [_Found(pk, Need(need), size) for pk, need, size in found]


@dataclass(frozen=True)
class _Facts:
    """What sentences are made of: requests, their parts that none replaces, questions that wait."""

    requests: Mapping[int, PrivacyRequest]
    parts: Mapping[int, Sequence[Submission]]
    asked: Collection[int]
    #: How the latest override of a held submission came to nothing.
    lapsed: Mapping[int, str]

    @classmethod
    def of(cls, keys: Sequence[int]) -> "_Facts":
        requests = PrivacyRequest.objects.defer("note", "salt", "answer_note").select_related("subject")
        parts: dict[int, list[Submission]] = defaultdict(list)
        columns = ("request_id", "number", "status", "attention", "records_affected", "held_by", "closed_at")
        for part in Submission.objects.filter(request__in=keys, replaced_by__isnull=True).only(*columns):
            parts[part.request_id].append(part)
        asked, lapsed = _overrides_of_held(keys)
        return cls(
            requests=requests.prefetch_related("subject__identifiers").in_bulk(keys),
            parts=parts,
            asked=asked,
            lapsed=lapsed,
        )


def _overrides_of_held(keys: Sequence[int]) -> tuple[Collection[int], Mapping[int, str]]:
    """The held submissions of these requests whose question waits, and of others how it came to nothing."""
    overrides = Override.objects.filter(
        submission__request__in=keys, submission__status=SubmissionStatus.BLOCKED
    ).only("submission_id", "decision", "revoked_at", "expires_at", "used_at")
    latest = {override.submission_id: override for override in overrides.order_by("pk")}
    lapsed = {key: lapsed_words(override, timezone.now()) for key, override in latest.items()}
    return {key for key, words in lapsed.items() if not words}, lapsed


def lapsed_words(override: Override, now: datetime) -> str:
    """How an override of what is still held came to nothing, in a sentence; empty while it waits."""
    if override.revoked_at:
        return "The approval was taken back."
    if override.decision == OverrideDecision.WITHDRAWN:
        return "The question for an override was taken back."
    if override.decision == OverrideDecision.APPROVED and override.expires_at > now:
        return "The approval does not reach a hold that came later."
    if override.decision == OverrideDecision.APPROVED:
        return "The approval was not used in time."
    is_over = override.decision == OverrideDecision.EXPIRED or override.expires_at <= now
    return "Nobody decided on the override in time." if is_over else ""


def _todo(facts: _Facts, found: _Found) -> Todo:
    request, parts = facts.requests[found.pk], facts.parts.get(found.pk, ())
    stage = stage_of([Part(part.status, part.attention) for part in parts], answered=False)
    return Todo(
        request=request,
        stage=stage,
        sentence=_flag_sentence(parts)
        or _late_sentence(found.need, stage)
        or _sentence(stage, request, parts, facts),
        masked=_masked(request),
    )


def _to_certify(request: PrivacyRequest) -> Todo:
    return Todo(
        request=request,
        stage=RequestStage.ANSWERED,
        sentence="Take its certificate, or leave it: after the shredding none can be made for the person.",
        masked=_masked(request),
        shredded_on=shredding.goes_on(request, IDENTIFIERS_AND_TEXT),
    )


def _masked(request: PrivacyRequest) -> str:
    """The person's first identifier, as lists show it."""
    identifiers = in_order(request.subject.identifiers.all())
    return identifiers[0].masked if identifiers else ""


def _flag_sentence(parts: Sequence[Submission]) -> str:
    """What a flag asks for, even where the submission has ended: nobody has looked at it yet."""
    return next((str(ATTENTION_LINES[Attention(part.attention)]) for part in parts if part.attention), "")


def _late_sentence(need: Need, stage: RequestStage) -> str:
    """What moves by itself needs somebody all the same once its statutory date has passed."""
    return _LATE_SENTENCES.get(stage, "") if need == Need.OVERDUE else ""


def _sentence(
    stage: RequestStage, request: PrivacyRequest, parts: Sequence[Submission], facts: _Facts
) -> str:
    if stage == RequestStage.BLOCKED:
        return _on_hold([part for part in parts if part.status == SubmissionStatus.BLOCKED], facts)
    if stage == RequestStage.TO_BE_ANSWERED:
        return _to_be_answered(request, parts)
    return _STAGE_SENTENCES[stage]


def _on_hold(held: Sequence[Submission], facts: _Facts) -> str:
    codes = ", ".join(sorted({code for part in held for code in part.held_by}))
    if all(part.pk in facts.asked for part in held):
        return f"Held by {codes}. A reviewer has to decide on the override; remind them if it presses."
    if lapsed := next((words for part in held if (words := facts.lapsed.get(part.pk))), ""):
        return f"{lapsed} Held by {codes}: ask again, or stop the held part and answer without it."
    return f"Held by {codes}. Ask for an override, or stop the held part and answer without it."


def _to_be_answered(request: PrivacyRequest, parts: Sequence[Submission]) -> str:
    completed = [part for part in parts if part.status == SubmissionStatus.COMPLETED]
    if not completed and any(part.status == SubmissionStatus.REFUSED for part in parts):
        return "A reviewer denied the override; nothing was sent. Tell the person why, and record the answer."
    if not completed:
        return "Nothing was sent in the end. Tell the person why, and record the answer."
    if all(part.records_affected == 0 for part in completed):
        return "CXone found nothing under this identifier. Check the identifier before you answer."
    if len(completed) < len(parts):
        return "CXone reports a part done; the rest was refused or stopped. Tell the person both."
    if request.type == RequestType.ACCESS:
        return "CXone reports the copy ready. Collect it there, hand it over, and record the answer."
    return "CXone reports it done. Tell the person, and record the answer."


_LATE_SENTENCES: dict[RequestStage, str] = {
    RequestStage.PROCESSING: "CXone is still at work on it. Ask CXone’s support, and tell the person.",
    RequestStage.QUEUED: "It has not gone out. Ask an operator about the connection, and tell the person.",
}
_STAGE_SENTENCES: dict[RequestStage, str] = {
    RequestStage.REGISTERED: "Nothing was sent yet. Add the CXone id and send it, or answer the person.",
    RequestStage.ATTENTION: "Open it and look at what is marked.",
    RequestStage.FAILED: "CXone could not carry it out. Read its words, correct and file it anew, or answer.",
    RequestStage.PROCESSING: "CXone is at work on it. There is nothing to do until it reports back.",
    RequestStage.QUEUED: "It goes to CXone by itself. There is nothing to do until CXone reports back.",
}
