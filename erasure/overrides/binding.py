"""What an approval lets go: exactly what was approved, through the holds of that moment, and once.

The digest binds it to what is to be erased; another hold voids it for as long as that one stands.
"""

import hashlib
import hmac
import json
from collections.abc import Collection, Iterator, Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from erasure import holds
from erasure.choices import OverrideDecision
from erasure.encryption import salt_bytes
from erasure.models import LegalHold, Override, Submission


def digest(submission: Submission) -> str:
    """HMAC-SHA256 under the request's salt of what is to be erased, the description included."""
    return _digest(
        submission,
        type=submission.type,
        subject=submission.identifier.value,
        categories=submission.categories,
        scope=submission.scope,
        description=submission.description or "",
    )


def _frozen_digest(submission: Submission) -> str:
    """The same of the bytes that are going out, where they were frozen by an earlier passage of the gate."""
    frozen = json.loads(submission.frozen_payload or "{}")
    return _digest(
        submission,
        type=frozen.get("type"),
        subject=frozen.get("subjectId"),
        categories=frozen.get("categories", []),
        scope=frozen.get("scope"),
        description=frozen.get("description", ""),
    )


def _digest(submission: Submission, *, categories: Sequence[str], **what: Any) -> str:
    what["categories"] = sorted(categories)
    canonical = json.dumps(what, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    salt = salt_bytes(submission.request.salt or "")
    return hmac.new(salt, b"override/v1\0" + canonical.encode(), hashlib.sha256).hexdigest()


def covers(submission: Submission, hold_codes: Collection[str], *, now: datetime) -> Override | None:
    """The approval that lets this submission through these holds; None when there is none that still fits.

    One that has not been used in time is void; one that has been used serves the repeats of that sending.
    What CXone provably did not take was no use of it (`lifecycle.requeue`).
    """
    in_time = Q(expires_at__gt=now) | Q(used_at__isnull=False)
    approvals = submission.overrides.filter(
        in_time, decision=OverrideDecision.APPROVED, revoked_at__isnull=True
    ).order_by("-decided_at")
    fitting = [approval for approval in approvals if set(hold_codes) <= set(approval.holds)]
    if not fitting:
        return None
    what = {digest(submission)}
    if submission.frozen_payload:
        what.add(_frozen_digest(submission))
    for approval in fitting:
        if all(hmac.compare_digest(approval.digest, one) for one in what):
            return approval
    return None


def uncovered(
    submission: Submission, in_force: Sequence[LegalHold], *, now: datetime
) -> tuple[list[str], Override | None]:
    """The codes of the holds that forbid sending it; where an approval covers them all, that one and none."""
    codes = [hold.code for hold in holds.stopping(in_force, submission)]
    approval = covers(submission, codes, now=now) if codes else None
    return ([], approval) if approval else (codes, None)


def uncovered_rows(
    rows: Sequence[Submission], in_force: Sequence[LegalHold], *, now: datetime
) -> Iterator[tuple[Submission, list[str], Override | None]]:
    """`uncovered` for each of many rows; which of them have an approval is looked for all at once."""
    approvals = Override.objects.filter(
        submission__in=rows, decision=OverrideDecision.APPROVED, revoked_at__isnull=True
    )
    approved = set(approvals.values_list("submission", flat=True))
    of_person = holds.ByPerson(in_force)
    for row in rows:
        concerning = of_person.concerning(row)
        if row.pk in approved:
            yield row, *uncovered(row, concerning, now=now)
        else:
            yield row, [hold.code for hold in holds.stopping(concerning, row)], None


def mark_used(override: Override, now: datetime) -> None:
    """Note the first passage; an override serves one submission, however often that has to be repeated."""
    if override.used_at is None:
        override.used_at = now
        override.save(update_fields=["used_at"])
