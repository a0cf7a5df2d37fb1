"""Filing: from what an officer, a command or a list says was asked, to a request with its submissions.

All that can be said against a filing is said at once (`FilingRefused`), and then nothing of it is stored.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import Trail, audited
from erasure import holds, lifecycle, overrides
from erasure.asked import (
    Filing,
    Identifier,
    against_duplicates,
    against_registering,
    against_sending,
    against_shapes,
    against_task,
    against_two_people,
    clock_of,
    holds_on,
    open_requests_of,
    parts_of,
    without_white_space,
)
from erasure.choices import TERMINAL_STATUSES, OverrideReason, SubmissionStatus
from erasure.encryption import fingerprint
from erasure.models import LegalHold, PrivacyRequest, SubjectIdentifier, Submission
from erasure.policy import Violation
from erasure.subjects import identifier_of, lock_identities, subject_of

__all__ = [
    "Filing",
    "FilingRefused",
    "Identifier",
    "against_registering",
    "against_sending",
    "clock_of",
    "correct_identifier",
    "filed_with",
    "holds_on",
    "open_requests_of",
    "refuse_replacing",
    "register",
    "register_and_send",
    "register_and_send_among",
    "send",
    "send_the_rest",
    "without_white_space",
]


class FilingRefused(Exception):  # noqa: N818 - reads as what it is where it is caught.
    """Nothing was filed. `violations` says all that is against it, each with the way out."""

    def __init__(self, against: Sequence[Violation]) -> None:
        super().__init__(
            " ".join(f"{violation.message} {violation.way_out}".strip() for violation in against)
        )
        self.violations = list(against)


def register(filing: Filing, *, by: Any) -> PrivacyRequest:
    """Record what arrived: the clock runs from the date of receipt. Raises FilingRefused.

    A form that was sent before is not filed again: its request is given.
    """

    def record() -> PrivacyRequest:
        _refuse(against_registering(filing))
        with audited() as log:
            return _register(log, filing, by=by, now=timezone.now(), note=_note_of(filing, sending=False))

    return _once(filing.form_token, record)


def register_and_send(filing: Filing, *, by: Any, send_delay: timedelta) -> PrivacyRequest:
    """Record what arrived and file one submission per CXone id, the held part apart. Raises FilingRefused.

    A form that was sent before is not filed again: its request is given.
    """

    def record() -> PrivacyRequest:
        _refuse([*against_registering(filing), *against_sending(filing)])
        with audited() as log:
            return _register_and_send(log, filing, by=by, send_delay=send_delay)

    return _once(filing.form_token, record)


def register_and_send_among(log: Trail, filing: Filing, *, by: Any, send_delay: timedelta) -> PrivacyRequest:
    """The same in the caller's transaction, as one of several. Raises FilingRefused with nothing stored."""
    _lock()
    _refuse([*against_registering(filing), *against_sending(filing)])
    return _register_and_send(log, filing, by=by, send_delay=send_delay)


def send(request: PrivacyRequest, filing: Filing, *, by: Any, send_delay: timedelta) -> list[Submission]:
    """File the submissions of a request that was registered earlier. Raises FilingRefused and MoveRefused.

    Identifiers that are new become the person's. A form that was sent before files nothing.
    """
    now = timezone.now()
    _refuse(
        [
            *against_sending(filing),
            *against_shapes(filing),
            *against_two_people(filing.identifiers, person=request.subject_id),
            *against_duplicates(filing, beside=request),
        ]
    )
    with audited() as log:
        _lock()
        current = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if filing.form_token is not None and current.send_token == filing.form_token:
            return []
        refuse_answered(current)
        _refuse_what_is_open(current, filing)
        _complete(current, filing)
        return _file_all(log, current, filing, by=by, now=now, send_at=now + send_delay)


def filed_with(form_token: UUID | None) -> PrivacyRequest | None:
    """The request that this form has become already, if it was sent before."""
    return PrivacyRequest.objects.filter(form_token=form_token).first() if form_token else None


def correct_identifier(
    submission: Submission, given: Identifier, *, by: Any, send_delay: timedelta
) -> Submission:
    """File a failed, refused or empty submission anew, with the right identifier; the date of receipt stays.

    Raises FilingRefused, and MoveRefused while the old one is still open, or once it has been replaced or
    the request answered.
    """
    now = timezone.now()
    filing = _filing_like(submission, given)
    _refuse(against_sending(filing))
    with audited() as log:
        _lock()
        request = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=submission.request_id)
        refuse_replacing(submission, request)
        identifier = identifier_of(request.subject, given)
        met = _meeting(request, identifier, submission.categories, now=now)
        corrected = lifecycle.file(
            log,
            request,
            by=by,
            identifier=identifier,
            categories=submission.categories,
            scope=submission.scope,
            description=submission.description or "",
            holds=[hold.code for hold in met],
            send_at=now + send_delay,
            now=now,
            replaces=submission,
        )
        lifecycle.note_corrected(log, submission, corrected, by=by)
        return corrected


def refuse_answered(request: PrivacyRequest) -> None:
    """An answered request is closed to anything new. Raises MoveRefused."""
    if request.is_answered:
        raise lifecycle.MoveRefused(
            _("%(reference)s is answered. Register what the person asks now anew.")
            % {"reference": request.reference}
        )


def refuse_replacing(submission: Submission, request: PrivacyRequest) -> None:
    """A submission is filed anew once, after its end, and before the answer. Raises MoveRefused."""
    refuse_answered(request)
    if submission.status == SubmissionStatus.COMPLETED and submission.records_affected:
        raise lifecycle.MoveRefused(
            _("CXone has carried out %(submission)s. Send another one for the other identifier instead.")
            % {"submission": submission}
        )
    if not submission.is_terminal:
        raise lifecycle.MoveRefused(
            _("%(submission)s is still open. Stop it, or wait for its end, then file it anew.")
            % {"submission": submission}
        )
    if submission.replaced_by.exists():
        raise lifecycle.MoveRefused(_("%(submission)s was filed anew already.") % {"submission": submission})


def _lock() -> None:
    """Keep holds as they are and identifiers to ourselves until the end, in the order that all keep to.

    So a filing and a hold that is being placed never miss each other.
    """
    holds.share_register()
    lock_identities()


def send_the_rest(submission: Submission, *, by: Any, send_delay: timedelta) -> Submission:
    """Let those categories of a blocked submission go that nothing holds; the held ones wait by themselves.

    Gives the part that goes. Raises MoveRefused where there is none, or the person was answered.
    """
    now = timezone.now()
    with audited() as log:
        holds.share_register()
        request = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=submission.request_id)
        refuse_answered(request)
        current = (
            Submission.objects.select_for_update(no_key=True, of=("self",))
            .select_related("request", "identifier", "filed_by")
            .get(pk=submission.pk)
        )
        held, codes = holds.held_part(current, holds.active(now, on=holds.people_of(current)))
        _waiting, going = lifecycle.split(
            log,
            current,
            held=held,
            held_by=codes,
            actor=by.actor,
            send_at=now + send_delay,
            now=now,
        )
        return going


def _refuse(against: Sequence[Violation]) -> None:
    if against:
        raise FilingRefused(against)


def _refuse_what_is_open(request: PrivacyRequest, filing: Filing) -> None:
    """The same category of the same identifier is not sent twice at a time. Raises MoveRefused."""
    prints = {fingerprint(given.kind, given.value) for given in filing.cxone_ids}
    asked = set(filing.categories)
    for submission in request.submissions.exclude(status__in=TERMINAL_STATUSES).select_related("identifier"):
        if submission.identifier.fingerprint in prints and asked & set(submission.categories):
            raise lifecycle.MoveRefused(
                _(
                    "%(submission)s is still open and asks for some of this already. "
                    "Stop it, or wait for its end."
                )
                % {"submission": submission}
            )


def _once(form_token: UUID | None, record: Callable[[], PrivacyRequest]) -> PrivacyRequest:
    """What `record` stores, or what this form has become already; of two at once the database lets in one."""
    if earlier := filed_with(form_token):
        return earlier
    try:
        return record()
    except (IntegrityError, FilingRefused):
        # The other one may have been stored in between, and then stands here as a duplicate of itself.
        if earlier := filed_with(form_token):
            return earlier
        raise


def _note_of(filing: Filing, *, sending: bool, beside: PrivacyRequest | None = None) -> str:
    """The note, with what else was typed and has no other place to be kept."""
    kept = {"": filing.note}
    if filing.duplicate_reason.strip():
        others = [other.reference for other in open_requests_of(filing.identifiers, beside=beside)]
        beside_words = {"others": ", ".join(others) or _("no open request")}
        kept[_("Filed beside %(others)s: ") % beside_words] = filing.duplicate_reason
    if not sending:
        kept[_("Description meant for CXone: ")] = filing.description
        kept[_("Reason meant for an override: ")] = filing.justification
    return "\n".join(f"{what}{words.strip()}" for what, words in kept.items() if words.strip())


def _complete(request: PrivacyRequest, filing: Filing) -> None:
    """Add to a registered request what is now known of the person and of what is to be sent."""
    added = _note_of(filing, sending=True, beside=request)
    for given in filing.identifiers:
        identifier_of(request.subject, given)
    request.send_token = filing.form_token
    request.note = "\n".join(part for part in (request.note, added) if part) or None
    request.save(update_fields=["send_token", "note"])
    lifecycle.set_payload_wish(
        request, categories=filing.categories, scope=filing.scope, identity_check=filing.identity_check
    )


def _register_and_send(log: Trail, filing: Filing, *, by: Any, send_delay: timedelta) -> PrivacyRequest:
    now = timezone.now()
    request = _register(log, filing, by=by, now=now, note=_note_of(filing, sending=True))
    _file_all(log, request, filing, by=by, now=now, send_at=now + send_delay)
    return request


def _register(log: Trail, filing: Filing, *, by: Any, now: datetime, note: str) -> PrivacyRequest:
    _lock()
    # Asked again: in between another filing may have named the task, or made an identifier somebody's.
    _refuse([*against_two_people(filing.identifiers), *against_task(filing.vault_task)])
    return lifecycle.register(
        log,
        by=by,
        subject=subject_of(filing.identifiers),
        clock=clock_of(filing),
        now=now,
        type=filing.type,
        categories=list(filing.categories),
        scope=filing.scope,
        channel=filing.channel,
        identity_check=filing.identity_check,
        external_reference=filing.external_reference,
        vault_task=filing.vault_task,
        note=note or None,
        filed_on_host_by=filing.filed_on_host_by,
        form_token=filing.form_token,
    )


def _file_all(
    log: Trail, request: PrivacyRequest, filing: Filing, *, by: Any, now: datetime, send_at: datetime
) -> list[Submission]:
    filed: list[Submission] = []
    for given in filing.cxone_ids:
        identifier = identifier_of(request.subject, given)
        for categories, met in _parts(request, identifier, filing, now=now):
            submission = lifecycle.file(
                log,
                request,
                by=by,
                identifier=identifier,
                categories=categories,
                scope=filing.scope,
                description=filing.description,
                holds=[hold.code for hold in met],
                send_at=send_at,
                now=now,
            )
            _ask_for_override(log, submission, filing, by=by, now=now)
            filed.append(submission)
    return filed


def _ask_for_override(log: Trail, submission: Submission, filing: Filing, *, by: Any, now: datetime) -> None:
    """Ask along with the filing, where something is held and a justification was given."""
    if submission.status != SubmissionStatus.BLOCKED or not filing.justification.strip():
        return
    overrides.ask(
        log,
        submission,
        by=by,
        reason=OverrideReason(filing.override_reason),
        justification=filing.justification,
        now=now,
    )


def _parts(
    request: PrivacyRequest, identifier: SubjectIdentifier, filing: Filing, *, now: datetime
) -> list[tuple[list[str], list[LegalHold]]]:
    """The categories that may go now, and those that are held with what holds them."""
    met = _meeting(request, identifier, filing.categories, now=now)
    free, held = parts_of(filing, held=holds.held_categories(met, filing.categories))
    return [part for part in ((free, []), (held, met)) if part[0]]


def _meeting(
    request: PrivacyRequest, identifier: SubjectIdentifier, categories: Sequence[str], *, now: datetime
) -> list[LegalHold]:
    people = {request.subject_id, identifier.subject_id}
    in_force = holds.active(now, on=people)
    return holds.meeting(in_force, type=request.type, subjects=people, categories=categories)


def _filing_like(submission: Submission, given: Identifier) -> Filing:
    request = submission.request
    return Filing(
        identifiers=[given],
        type=submission.type,
        regulation=request.regulation,
        received_on=request.received_on,
        channel=request.channel,
        identity_check=request.identity_check,
        categories=submission.categories,
        scope=submission.scope,
        description=submission.description or "",
    )
