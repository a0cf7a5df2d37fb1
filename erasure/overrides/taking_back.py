"""Taking an approval back, for as long as nothing of it has been sent."""

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure import holds, lifecycle
from erasure.choices import NoticeKind, OverrideDecision, SubmissionStatus
from erasure.models import Override
from erasure.overrides.deciding import locked_submission
from erasure.overrides.telling import MAY_DECIDE, tell
from erasure.plain_words import clock_words


class TooLateToRevoke(lifecycle.MoveRefused):
    """What was approved has been sent already, and CXone has no recall."""


def why_not_revoke(override: Override, user: Any, *, now: datetime) -> str:
    """Why this person cannot take the approval back now; empty when they can."""
    if not user.has_perm(f"erasure.{MAY_DECIDE}"):
        return _("Only reviewers take an approval back. An officer can stop the submission instead.")
    if override.decision != OverrideDecision.APPROVED or override.revoked_at:
        return _("There is no approval to take back.")
    return _too_late(override) or _no_longer_matters(override, now)


def _too_late(override: Override) -> str:
    submission = override.submission
    sent = submission.first_sent_at
    return (
        _("Too late: %(submission)s was sent %(clock)s, and CXone has no recall.")
        % {"submission": submission, "clock": clock_words(sent)}
        if sent
        else ""
    )


def _no_longer_matters(override: Override, now: datetime) -> str:
    submission = override.submission
    if submission.status not in {SubmissionStatus.QUEUED, SubmissionStatus.BLOCKED}:
        return _("%(submission)s is “%(status)s”: nothing of it is about to be sent.") % {
            "submission": submission,
            "status": submission.get_status_display(),
        }
    if not holds.stopping(holds.active(now, on=holds.people_of(submission)), submission):
        return _(
            "No hold is in the way of %(submission)s any more, so the approval no longer matters. An officer "
            "can stop the submission."
        ) % {"submission": submission}
    return ""


def revoke(log: Trail, override: Override, *, by: Any, now: datetime) -> None:
    """Take an approval back before it was used: the submission is held again, or stays held where another
    hold has stopped it since. Raises MoveRefused, of which TooLateToRevoke is put on record in a transaction
    of its own.

    The gate asks under the same lock of the row, so that either this or the sending comes first.
    """
    holds.share_register()
    submission = locked_submission(override)
    current = Override.objects.select_for_update(no_key=True).get(pk=override.pk)
    current.submission = submission
    if refusal := why_not_revoke(current, by, now=now):
        raise (TooLateToRevoke if _too_late(current) else lifecycle.MoveRefused)(refusal)
    in_force = holds.active(now, on=holds.people_of(submission))
    codes = [hold.code for hold in holds.stopping(in_force, submission)]
    override.revoked_by, override.revoked_at = by, now
    override.save(update_fields=["revoked_by", "revoked_at"])
    lifecycle.record(
        log, submission, Event.OVERRIDE_REVOKED, actor=by.actor, override=override.pk, holds=override.holds
    )
    if submission.status == SubmissionStatus.QUEUED:
        lifecycle.suspend(log, submission, holds=codes, now=now, actor=by.actor)
    tell([override.asked_by_id], NoticeKind.OVERRIDE_REVOKED, override, now=now)


def note_too_late(log: Trail, override: Override, *, by: Any) -> None:
    """Put on record that somebody tried to take back an approval of what had been sent."""
    lifecycle.record(
        log,
        override.submission,
        Event.OVERRIDE_REVOKED,
        actor=by.actor,
        res="denied",
        override=override.pk,
        holds=override.holds,
    )
