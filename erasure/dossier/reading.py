"""The requests of a person as a dossier reads them: with what belongs to them, and none of the free text."""

from django.db.models import Prefetch, QuerySet

from erasure.dossier.presented import Presented
from erasure.models import (
    AnswerPart,
    ClockCorrection,
    ClockPause,
    Delivery,
    Extension,
    PrivacyRequest,
    Submission,
)

#: What a dossier has no use for; all of it is encrypted, or was never meant for the person.
OF_REQUEST = ("note", "answer_note", "external_reference", "vault_task", "filed_on_host_by")
OF_SUBMISSION = ("description", "frozen_payload", "upstream_body", "error_message")


def requests_of(presented: Presented) -> QuerySet[PrivacyRequest]:
    """All requests of the person, in the order in which they were recorded."""
    submissions = Submission.objects.select_related("identifier").defer(*OF_SUBMISSION).order_by("number")
    parts = AnswerPart.objects.select_related("submission").defer(
        *(f"submission__{name}" for name in OF_SUBMISSION)
    )
    return (
        PrivacyRequest.objects.filter(subject=presented.subject)
        .defer(*OF_REQUEST)
        .prefetch_related(
            Prefetch("submissions", submissions),
            Prefetch("answer_parts", parts.order_by("submission__number")),
            Prefetch("extensions", Extension.objects.defer("explanation").order_by("pk")),
            Prefetch("pauses", ClockPause.objects.order_by("from_day", "pk")),
            Prefetch("clock_corrections", ClockCorrection.objects.defer("reason").order_by("pk")),
            Prefetch("deliveries", _deliveries()),
        )
        .order_by("filed_at", "pk")
    )


def _deliveries() -> QuerySet[Delivery]:
    """What vaults were told, without its text and without the secrets of the vaults."""
    names = ("occasion", "state", "settled_at", "request", "vault__name", "submission__number")
    return Delivery.objects.select_related("vault", "submission").only(*names).order_by("made_at", "pk")


def submissions_of(request: PrivacyRequest) -> list[Submission]:
    """The submissions of a request that was read so, in their order."""
    return list(request.submissions.all())
