"""What sentences are made of, read for many requests in as many queries as for one."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from erasure.attention.needs import waits_by_law
from erasure.choices import SubmissionStatus
from erasure.models import ClockPause, Override, PrivacyRequest, Submission

PART_COLUMNS = ("request_id", "number", "status", "attention", "records_affected", "held_by", "closed_at")


@dataclass(frozen=True)
class Facts:
    """Requests, their parts that none replaces, the latest override of what is held, and open pauses."""

    requests: Mapping[int, PrivacyRequest]
    parts: Mapping[int, Sequence[Submission]]
    overrides: Mapping[int, Override]
    pauses: Mapping[int, ClockPause]

    @classmethod
    def of(cls, keys: Collection[int]) -> "Facts":
        """The facts of the requests with these keys."""
        requests = PrivacyRequest.objects.defer("note", "salt", "answer_note").select_related(
            "subject", "owner"
        )
        parts: dict[int, list[Submission]] = defaultdict(list)
        current = Submission.objects.filter(request__in=keys, replaced_by__isnull=True)
        for part in current.only(*PART_COLUMNS).order_by("number"):
            parts[part.request_id].append(part)
        pauses = ClockPause.objects.filter(
            waits_by_law(), request__in=keys, until_day__isnull=True, fell_at__isnull=True
        )
        return cls(
            requests=requests.prefetch_related("subject__identifiers").in_bulk(keys),
            parts=parts,
            overrides=_latest_of_held(keys),
            pauses={pause.request_id: pause for pause in pauses},
        )


def _latest_of_held(keys: Collection[int]) -> dict[int, Override]:
    """The latest override of each held submission, by the submission's key."""
    overrides = Override.objects.filter(
        submission__request__in=keys, submission__status=SubmissionStatus.BLOCKED
    ).only("submission_id", "decision", "revoked_at", "expires_at", "used_at")
    return {override.submission_id: override for override in overrides.order_by("pk")}
