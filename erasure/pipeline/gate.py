"""The gate: the last look before anything leaves. One short transaction per wave of calls.

Holds, override, cancellation and policy are asked again with the register of holds locked in share: a hold
committed before the gate stops the submission; one placed after it is told what it came too late for.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from audit.trail import Trail, audited
from erasure import holds, lifecycle, overrides
from erasure.callback_address import callback_url
from erasure.choices import Attention, SubmissionStatus
from erasure.models import LegalHold, Submission
from erasure.pipeline.claims import TO_SUBMIT, renew_lease, still_ours
from erasure.pipeline.setting_aside import by_itself_if_need_be
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
    """Those of the claimed rows that may be sent now, marked as being sent; others are suspended or dropped.

    If the wave cannot pass as a whole, each row passes alone, and one at fault is set aside.
    """
    return by_itself_if_need_be(
        claimed, lambda rows: _pass_together(rows, now=now), row_of=lambda row: row, now=now
    )


def _pass_together(claimed: Sequence[Submission], *, now: datetime) -> list[Ready]:
    with audited() as log:
        holds.share_register()
        rows = [row for row in still_ours(claimed) if row.status in TO_SUBMIT]
        in_force = holds.active(now, on={person for row in rows for person in holds.people_of(row)})
        readies = [ready for row in rows if (ready := _pass(log, row, in_force, now=now))]
        renew_lease([ready.submission for ready in readies], now=now)
        return readies


def _pass(log: Trail, row: Submission, in_force: Sequence[LegalHold], *, now: datetime) -> Ready | None:
    in_doubt = row.status == SubmissionStatus.SUBMITTING
    codes = _in_the_way(row, in_force, now=now)
    if codes and in_doubt:
        lifecycle.raise_attention(log, row, Attention.HELD_IN_DOUBT)
        lifecycle.reschedule(row, next_attempt_at=now + HELD_IN_DOUBT_RECHECK)
        return None
    if codes:
        lifecycle.suspend(log, row, holds=codes, now=now)
        return None
    if in_doubt:
        lifecycle.repeat_sending(log, row)
    else:
        lifecycle.begin_sending(log, row, payload=row.frozen_payload or payload_of(row), now=now)
    return Ready(submission=row, body=(row.frozen_payload or "").encode(), in_doubt=in_doubt)


def _in_the_way(row: Submission, in_force: Sequence[LegalHold], *, now: datetime) -> list[str]:
    """The codes of what forbids sending.

    Holds without a fitting override, and rules that the payload no longer meets.
    """
    codes, approval = overrides.uncovered(row, in_force, now=now)
    if approval is not None:
        overrides.mark_used(approval, now)
    return codes or [f"{holds.RULE}{violation.code}" for violation in violations(_payload(row), holds=())]


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
