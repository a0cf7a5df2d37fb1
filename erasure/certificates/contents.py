"""What a certificate is about: the ends that the log proves, and what is left; or why there is none."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.history import history_of
from audit.log_format import LogFormatError
from audit.models import LoggedEvent
from erasure.choices import RequestType, SubmissionStatus
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from erasure.personal_data import PROOF
from erasure.shredding import goes_on

S = SubmissionStatus
#: More events than any request has.
EVERY = 2**31 - 1
#: The event that says how a submission ended.
END_EVENTS: Mapping[str, Event] = {
    S.COMPLETED: Event.REQUEST_COMPLETED,
    S.FAILED: Event.REQUEST_FAILED,
    S.REFUSED: Event.REQUEST_REFUSED,
    S.CANCELLED: Event.REQUEST_CANCELLED,
}


class Copy(StrEnum):
    """For whom it is; the value is what the log writes."""

    PERSON = "person"
    AUDIT = "audit"


class CertificateRefused(Exception):  # noqa: N818 - an answer to people, not a fault of the program.
    """There is no such certificate (yet, or any more); the text says why, and what to do instead."""


@dataclass(frozen=True)
class ProvenEnd:
    """One submission whose end stands in the log."""

    submission: Submission
    event: LoggedEvent

    @property
    def facts(self) -> Mapping[str, Any]:
        """What the event itself says, which is what is proven."""
        return self.event.facts

    @property
    def recorded_at(self) -> datetime:
        """The time in the event's own line."""
        return datetime.fromisoformat(str(self.event.entry["ts"]))

    @property
    def cxone_id(self) -> str:
        """CXone's id of it; where the log holds the hash of an unusual one, the id itself."""
        logged = str(self.facts.get("cxone_id") or "")
        return (self.submission.cxone_id or logged) if logged.startswith("sha256:") else logged


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All that a certificate of this copy is made of."""

    request: PrivacyRequest
    copy: Copy
    proven: Sequence[ProvenEnd]
    #: Submissions without a proof in this copy; of the person's, only those for what is that person's.
    not_covered: Sequence[Submission]
    #: Submissions for an identifier that was corrected afterwards.
    replaced: int
    #: Submissions for an identifier that is on record for another person.
    anothers: Sequence[Submission]
    events: Sequence[LoggedEvent]
    holds: Mapping[str, LegalHold]
    overrides: Sequence[Override]

    @property
    def kept_until(self) -> date | None:
        """How long the record can be linked to the person; None while the person was not answered."""
        return goes_on(self.request, PROOF)


def contents_of(request: PrivacyRequest, *, copy: Copy) -> Contents:
    """What a certificate would hold now. Raises CertificateRefused where there is none to give."""
    if request.type != RequestType.ERASURE:
        raise CertificateRefused(
            _(
                "%(reference)s asked for access: nothing was to be erased, so there is no report of an "
                "erasure. Hand over the copy that CXone made, and record how when you record the answer."
            )
            % {"reference": request.reference}
        )
    submissions = list(
        request.submissions.select_related("identifier", "filed_by", "request").order_by("number")
    )
    events = history_of(request.obj, most=EVERY).newest[::-1]
    try:
        proven = _proven(request, submissions, events, copy)
    except LogFormatError as error:
        raise CertificateRefused(
            _(
                "The log is damaged: an entry about %(reference)s cannot be read (%(error)s). Run `manage.py "
                "verify_audit`; it names the place."
            )
            % {"reference": request.reference, "error": error}
        ) from None
    return gathered(request, copy, proven=proven, submissions=submissions, events=events)


def gathered(
    request: PrivacyRequest,
    copy: Copy,
    *,
    proven: Sequence[ProvenEnd],
    submissions: Sequence[Submission],
    events: Sequence[LoggedEvent],
) -> Contents:
    """What a copy with these proofs tells, and leaves out, of a request with these submissions."""
    own = own_of(request, submissions)
    current = not_corrected(own, submissions)
    covered = {end.submission.pk for end in proven}
    left = [row for row in (current if copy is Copy.PERSON else submissions) if row.pk not in covered]
    return Contents(
        request=request,
        copy=copy,
        proven=proven,
        not_covered=left,
        replaced=len(own) - len(current),
        anothers=[row for row in submissions if row not in own],
        events=events,
        holds=_holds_of(submissions),
        overrides=_overrides_of(request) if copy is Copy.AUDIT else [],
    )


def _overrides_of(request: PrivacyRequest) -> list[Override]:
    overrides = Override.objects.filter(submission__request=request)
    return list(overrides.select_related("submission", "asked_by", "decided_by").order_by("asked_at", "pk"))


def _proven(
    request: PrivacyRequest, submissions: Sequence[Submission], events: Sequence[LoggedEvent], copy: Copy
) -> list[ProvenEnd]:
    if copy is Copy.AUDIT:
        ended = [row for row in submissions if row.is_terminal]
        if not ended:
            raise CertificateRefused(
                _(
                    "Nothing that was asked with %(reference)s has ended yet. Take the report once CXone has "
                    "reported, or once it was refused or stopped."
                )
                % {"reference": request.reference}
            )
        return [proven_end(row, events) for row in ended]
    # An identifier that was corrected may be somebody else's: what was sent for it is not for this person.
    theirs = not_corrected(own_of(request, submissions), submissions)
    done = [row for row in theirs if row.status == S.COMPLETED]
    if not done:
        raise CertificateRefused(
            _(
                "CXone has reported nothing done for %(reference)s under an identifier that counts as this "
                "person’s, so there is nothing to certify. Tell the person in the answer how it stands."
            )
            % {"reference": request.reference}
        )
    if request.shredded_at is not None or any(row.identifier.value is None for row in done):
        raise CertificateRefused(
            _(
                "The identifiers of %(reference)s have been shredded, and with them half of what links the "
                "proof to the person. Whoever presents the identifier can still be handed a dossier with "
                "that link, until the salt is shredded too. Auditors can still take a copy without it; a "
                "certificate handed out earlier keeps its worth."
            )
            % {"reference": request.reference}
        )
    ends = [proven_end(row, events) for row in done]
    for end in ends:
        _refuse_another_subject(end)
    return ends


def own_of(request: PrivacyRequest, submissions: Sequence[Submission]) -> list[Submission]:
    """Those for identifiers of the person who asked: one that was typed wrongly may belong to another."""
    return [row for row in submissions if row.identifier.subject_id == request.subject_id]


def not_corrected(rows: Sequence[Submission], submissions: Sequence[Submission]) -> list[Submission]:
    """Those of the rows that others did not take the place of; one tried again under the same id stays."""
    corrected: set[int] = set()
    # What was put apart never went out: its parts stand in its place.
    split = {row.pk for row in submissions if row.status == S.CANCELLED}
    identifiers = {row.pk: row.identifier_id for row in submissions}
    # Later ones first: the correction of a retry is one of what was tried as well.
    for row in reversed(submissions):
        replaced = row.replaces_id
        if replaced and (
            row.pk in corrected or row.identifier_id != identifiers[replaced] or replaced in split
        ):
            corrected.add(replaced)
    return [row for row in rows if row.pk not in corrected]


def proven_end(submission: Submission, events: Sequence[LoggedEvent]) -> ProvenEnd:
    """The submission with the event of its end. Raises CertificateRefused where the log has none."""
    act = END_EVENTS[submission.status]
    for event in reversed(events):
        # With the result "denied" the event tells of a try to stop what could not be stopped any more.
        if event.act == act and event.result != "denied" and _is_about(event, submission):
            return ProvenEnd(submission, event)
    raise CertificateRefused(
        _(
            "The log has no entry that says how %(submission)s ended, though its record does. Run `manage.py "
            "verify_audit`: it names what does not agree."
        )
        % {"submission": submission}
    )


def _is_about(event: LoggedEvent, submission: Submission) -> bool:
    return event.facts.get("submission") == submission.number


def _refuse_another_subject(end: ProvenEnd) -> None:
    """The entry must be about the very identifier that the opening will name."""
    if end.event.entry.get("sub") != end.submission.sub:
        raise CertificateRefused(
            _(
                "Entry #%(seq)s of the log was not written for the identifier on record of %(submission)s. "
                "Run `manage.py verify_audit`, and do not hand out a certificate."
            )
            % {"seq": end.event.seq, "submission": end.submission}
        )


def _holds_of(submissions: Sequence[Submission]) -> dict[str, LegalHold]:
    codes = {code for row in submissions for code in row.held_by}
    return {hold.code: hold for hold in LegalHold.objects.filter(code__in=codes).select_related("placed_by")}
