"""Deciding on an override: by whom, and what an approval and a denial do.

Nobody decides for a request that they registered, filed something for or asked about, or on a hold that they
placed; the database checks that again. So nobody gets to decide on their own filing by having another
correct, split or send it, or ask once more.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail
from erasure import holds, lifecycle
from erasure.choices import NoticeKind, OverrideDecision, SubmissionStatus
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from erasure.overrides.telling import MAY_DECIDE, had_filed, tell, tell_owners


class DecisionBarred(lifecycle.MoveRefused):
    """This person may not decide, whatever the decision; `code` is the reason as the audit log names it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def bar(override: Override, user: Any) -> DecisionBarred | None:
    """What keeps this person from deciding; None when nothing does. Superusers are bound like everybody."""
    request = override.submission.request
    if user.pk in {override.filed_by_id, request.filed_by_id} or had_filed(request, user):
        return DecisionBarred(
            "filed_by",
            _(
                "You filed this request. Somebody else has to decide on it. That holds for everybody, "
                "superusers too."
            ),
        )
    if override.asked_by_id == user.pk:
        return DecisionBarred(
            "asked_by", _("You asked for this override. Somebody else has to decide on it.")
        )
    if Override.objects.filter(submission__request=request, asked_by=user).exists():
        return DecisionBarred(
            "asked_by",
            _("You asked for an override of this request before. Somebody else has to decide on it."),
        )
    if any(hold.placed_by_id == user.pk for hold in holds.named(override.holds)):
        return DecisionBarred(
            "placed_by", _("You placed a hold that this would override. Somebody else has to decide on it.")
        )
    if not user.has_perm(f"erasure.{MAY_DECIDE}"):
        return DecisionBarred("no_permission", _("Only reviewers decide on overrides."))
    return None


def why_not(override: Override, user: Any, *, now: datetime) -> str:
    """Why this person cannot decide on it now; empty when they can."""
    return _over(override, now) or str(bar(override, user) or "")


def _over(override: Override, now: datetime) -> str:
    if override.decision:
        return _("This was decided already: %(standing)s.") % {"standing": override.standing}
    if override.submission.status != SubmissionStatus.BLOCKED:
        return _("%(submission)s is no longer held, so there is nothing left to decide.") % {
            "submission": override.submission
        }
    if override.expires_at <= now:
        return _("This question has expired. It has to be asked again.")
    return ""


def note_barred(log: Trail, override: Override, *, by: Any, because: DecisionBarred) -> None:
    """Put on record that somebody tried to decide who may not; in its own transaction, after the rollback."""
    lifecycle.record(
        log,
        override.submission,
        Event.OVERRIDE_REFUSED,
        actor=by.actor,
        res="denied",
        reason=because.code,
        override=override.pk,
        holds=override.holds,
    )


def decide(
    log: Trail, override: Override, *, by: Any, approve: bool, reason: str, now: datetime, send_at: datetime
) -> None:
    """Approve or deny. Raises DecisionBarred for who may not, MoveRefused when there is nothing to decide.

    A denial refuses only what is held: where other categories wait together with it, they go at `send_at`.
    """
    holds.share_register()
    # In the order that all keep to: a denial may file the rest anew, which locks the request.
    PrivacyRequest.objects.select_for_update(no_key=True).get(pk=override.submission.request_id)
    override.submission = locked_submission(override)
    current = Override.objects.select_for_update(no_key=True, of=("self",)).get(pk=override.pk)
    if barred := bar(current, by):
        raise barred
    if refusal := _over(current, now):
        raise lifecycle.MoveRefused(refusal)
    if not reason.strip():
        raise lifecycle.MoveRefused(_("Give your reason. It is needed either way and goes on record."))
    override.decision = OverrideDecision.APPROVED if approve else OverrideDecision.DENIED
    override.decided_by, override.decided_at, override.decision_reason = by, now, reason.strip()
    override.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    if approve:
        _approve(log, override, by=by, now=now, send_at=send_at)
    else:
        _deny(log, override, by=by, now=now, send_at=send_at)
    asked_for = override.submission.request
    tell({override.asked_by_id, asked_for.owner_id}, NoticeKind.OVERRIDE_DECIDED, override, now=now)


def _approve(log: Trail, override: Override, *, by: Any, now: datetime, send_at: datetime) -> None:
    submission = override.submission
    lifecycle.record(log, submission, Event.OVERRIDE_APPROVED, actor=by.actor, holds=override.holds)
    lifecycle.resume(log, submission, actor=by.actor, because="override", send_at=send_at)
    tell_owners(override, NoticeKind.HOLD_OVERRIDDEN, now=now)


def _deny(log: Trail, override: Override, *, by: Any, now: datetime, send_at: datetime) -> None:
    submission = override.submission
    lifecycle.record(
        log, submission, Event.OVERRIDE_DENIED, actor=by.actor, res="denied", holds=override.holds
    )
    held, codes = questioned_part(override, now=now)
    if held and set(held) < set(submission.categories):
        rest = [category for category in submission.categories if category not in held]
        submission, _rest = lifecycle.split(
            log,
            submission,
            held=held,
            held_by=codes,
            rest_held_by=[hold.code for hold in holding(override, rest, now=now)],
            actor=by.actor,
            send_at=send_at,
            now=now,
        )
    lifecycle.refuse(log, submission, by=by, now=now)


def holding(override: Override, categories: Sequence[str], *, now: datetime) -> list[LegalHold]:
    """The holds in force that forbid erasing these categories of the submission: such as came since."""
    submission = override.submission
    people = holds.people_of(submission)
    in_force = holds.active(now, on=people)
    return holds.meeting(in_force, type=submission.type, subjects=people, categories=categories)


def questioned_part(override: Override, *, now: datetime) -> tuple[list[str], list[str]]:
    """What a denial refuses: the categories that the holds in question forbid, and the codes of those.

    Holds that have ended since count where no other is left, so that a denial is never empty.
    """
    in_force = holds.active(now, on=holds.people_of(override.submission))
    asked_about = [hold for hold in in_force if hold.code in override.holds]
    met = holds.held_part(override.submission, asked_about)
    return met if met[0] else holds.held_part(override.submission, holds.named(override.holds))


def locked_submission(override: Override) -> Submission:
    """The submission it is about, locked before the override itself, as everywhere."""
    locked = Submission.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "request", "identifier", "filed_by"
    )
    return locked.get(pk=override.submission_id)
