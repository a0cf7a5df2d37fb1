"""The gate: the last look before anything leaves. One short transaction per wave of calls.

Holds, override, cancellation and policy are asked again with the register of holds locked in share: a hold committed before the
gate stops the submission; one placed after it is told what it came too late for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.trail import Trail, audited
from erasure import holds, lifecycle, overrides
from erasure.callback_address import callback_url
from erasure.choices import Attention, SubmissionStatus
from erasure.models import LegalHold, Submission
from erasure.pipeline.claims import locked
from erasure.policy import build_payload, encode_payload, violations

#: How soon a submission that may have been sent, and is now held, is looked at again.
HELD_IN_DOUBT_RECHECK = timedelta(minutes=5)


@dataclass(frozen=True)
class Ready:
    """A submission that passed: what to send, and whether an earlier attempt may have been taken already."""

    submission: Submission
    body: bytes
    in_doubt: bool

    @property
    def idempotency_key(self) -> str:
        """Constant for one submission, so that a repeat after an unclear failure is harmless."""
        return str(self.submission.public_id)


def pass_gate(claimed: Sequence[Submission], *, now: datetime) -> list[Ready]:
    """Those of the claimed rows that may be sent now, marked as being sent; the others are suspended or dropped."""
    with audited() as log:
        holds.share_register()
        rows = [row for row in locked(claimed) if row.status in {"queued", "submitting"}]
        in_force = holds.active(now)
        return [ready for row in rows if (ready := _pass(log, row, in_force, now=now))]


def _pass(log: Trail, row: Submission, in_force: Sequence[LegalHold], *, now: datetime) -> Ready | None:
    in_doubt = row.status == SubmissionStatus.SUBMITTING
    codes = _in_the_way(row, in_force, now=now)
    if codes and in_doubt:
        lifecycle.raise_attention(log, row, Attention.HELD_IN_DOUBT)
        lifecycle.reschedule(row, next_attempt_at=now + HELD_IN_DOUBT_RECHECK)
        return None
    if codes:
        lifecycle.suspend(log, row, holds=codes)
        return None
    if in_doubt:
        lifecycle.repeat_sending(log, row)
    else:
        lifecycle.begin_sending(log, row, payload=row.frozen_payload or payload_of(row), now=now)
    return Ready(submission=row, body=(row.frozen_payload or "").encode(), in_doubt=in_doubt)


def _in_the_way(row: Submission, in_force: Sequence[LegalHold], *, now: datetime) -> list[str]:
    """The codes of what forbids sending: holds without a fitting override, and rules that the payload no longer meets."""
    met = holds.meeting(
        in_force, type=row.type, subject_id=row.identifier.subject_id, categories=row.categories
    )
    codes = [hold.code for hold in met]
    if codes and (override := overrides.covers(row, codes)):
        overrides.mark_used(override, now)
        codes = []
    return codes or [f"rule:{violation.code}" for violation in violations(_payload(row), holds=())]


def _payload(row: Submission) -> dict[str, object]:
    return build_payload(
        subject_id=row.identifier.value or "",
        type=row.type,
        categories=row.categories,
        scope=row.scope,
        callback_url=callback_url(row.public_id),
        description=row.description or "",
    )


def payload_of(row: Submission) -> str:
    """The very text that is sent to CXone for this submission."""
    return encode_payload(_payload(row)).decode("ascii")
