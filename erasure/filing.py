"""Filing: from what an officer, a command or a list says was asked, to a request with its submissions.

All that can be said against a filing is said at once (`FilingRefused`), and then nothing of it is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from django.utils import timezone

from audit.trail import Trail, audited
from erasure import holds, lifecycle
from erasure.choices import IdentifierKind, IdentityCheck
from erasure.deadlines import Clock, ClockError, clock
from erasure.encryption import fingerprint
from erasure.models import LegalHold, PrivacyRequest, Subject, SubjectIdentifier, Submission
from erasure.policy import Violation, build_payload, violations


class FilingRefused(Exception):
    """Nothing was filed. `violations` says all that is against it, each with the way out."""

    def __init__(self, against: Sequence[Violation]) -> None:
        super().__init__(" ".join(f"{violation.message} {violation.way_out}".strip() for violation in against))
        self.violations = list(against)


@dataclass(frozen=True)
class Identifier:
    """An identifier as given."""

    kind: str
    value: str = field(repr=False)


@dataclass(frozen=True, kw_only=True)
class Filing:
    """What was asked, and what is to be sent for it. Without categories it is only registered."""

    identifiers: Sequence[Identifier]
    type: str
    regulation: str
    received_on: date
    channel: str
    identity_check: str = ""
    categories: Sequence[str] = ()
    scope: str = ""
    description: str = field(default="", repr=False)
    external_reference: str = ""
    note: str = field(default="", repr=False)
    #: Held categories wait as a submission of their own while the rest goes; else everything waits together.
    split_held: bool = True
    filed_on_host_by: str = ""

    @property
    def cxone_ids(self) -> list[Identifier]:
        """The identifiers that can be sent."""
        return [given for given in self.identifiers if given.kind == IdentifierKind.CXONE_ID]


def register(filing: Filing, *, by: Any) -> PrivacyRequest:
    """Record what arrived: the clock runs from the date of receipt. Raises FilingRefused."""
    now = timezone.now()
    _refuse(_against_registering(filing, today=timezone.localdate()))
    with audited() as log:
        return _register(log, filing, by=by, now=now)


def register_and_send(filing: Filing, *, by: Any, send_delay: timedelta) -> PrivacyRequest:
    """Record what arrived and file one submission per CXone id, the held part apart. Raises FilingRefused."""
    now = timezone.now()
    _refuse([*_against_registering(filing, today=timezone.localdate()), *against_sending(filing)])
    with audited() as log:
        request = _register(log, filing, by=by, now=now)
        _file_all(log, request, filing, by=by, now=now, send_at=now + send_delay)
        return request


def send(request: PrivacyRequest, filing: Filing, *, by: Any, send_delay: timedelta) -> list[Submission]:
    """File the submissions of a request that was registered earlier. Raises FilingRefused and MoveRefused."""
    now = timezone.now()
    _refuse(against_sending(filing))
    with audited() as log:
        current = PrivacyRequest.objects.select_for_update().get(pk=request.pk)
        if current.is_answered:
            raise lifecycle.MoveRefused(f"{request.reference} is answered. Register what the person asks now anew.")
        lifecycle.set_payload_wish(
            current, categories=filing.categories, scope=filing.scope, identity_check=filing.identity_check
        )
        return _file_all(log, current, filing, by=by, now=now, send_at=now + send_delay)


def correct_identifier(
    submission: Submission, given: Identifier, *, by: Any, send_delay: timedelta
) -> Submission:
    """File a failed, refused or empty submission anew, with the right identifier; the date of receipt stays.

    Raises FilingRefused, and MoveRefused while the old one is still open, or once it has been replaced or the request answered.
    """
    now = timezone.now()
    filing = _filing_like(submission, given)
    _refuse(against_sending(filing))
    with audited() as log:
        request = PrivacyRequest.objects.select_for_update().get(pk=submission.request_id)
        _refuse_replacing(submission, request)
        identifier = _identifier_of(request.subject, given)
        met = _meeting(holds.active(now), request, identifier, submission.categories)
        return lifecycle.file(
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


def clock_of(filing: Filing) -> Clock:
    """The dates of the request. Raises ClockError."""
    return clock(filing.regulation, filing.received_on)


def open_requests_of(identifiers: Sequence[Identifier]) -> list[PrivacyRequest]:
    """Requests not yet answered that are about a person with one of these identifiers."""
    prints = [fingerprint(given.kind, given.value) for given in identifiers if given.value.strip()]
    about = PrivacyRequest.objects.filter(outcome="", subject__identifiers__fingerprint__in=prints)
    return list(about.distinct().order_by("due_on", "pk"))


def against_sending(filing: Filing) -> list[Violation]:
    """All that keeps this filing from being sent, without repetition. Holds do not: what they meet waits."""
    against: list[Violation] = []
    if not filing.cxone_ids:
        against.append(
            Violation(
                code="subject_id.missing",
                field="subjectId",
                message="There is no CXone id to send.",
                way_out="CXone takes its own id. Look it up and add it; several are allowed.",
                kind="invalid",
            )
        )
    if filing.identity_check not in IdentityCheck.values:
        against.append(
            Violation(
                code="identity_check.missing",
                field="identity_check",
                message="How was the person’s identity established?",
                way_out="Choose one before anything is sent; or only register the request for now.",
                kind="invalid",
            )
        )
    for given in filing.cxone_ids or [Identifier(IdentifierKind.CXONE_ID, "placeholder")]:
        found = violations(_payload_of(filing, given), holds=())
        against += [violation for violation in found if violation not in against]
    return against


def _against_registering(filing: Filing, *, today: date) -> list[Violation]:
    against: list[Violation] = []
    if not any(given.value.strip() for given in filing.identifiers):
        against.append(
            Violation(
                code="identifier.missing",
                field="identifiers",
                message="Who is the request about?",
                way_out="Give the identifier as it was given to you; it is enough to register the request.",
                kind="invalid",
            )
        )
    if filing.received_on > today:
        against.append(
            Violation(
                code="received_on.future",
                field="received_on",
                message=f"The date of receipt, {filing.received_on}, lies in the future.",
                way_out=f"Give the day on which it arrived: {today} or earlier.",
                kind="invalid",
            )
        )
    try:
        clock_of(filing)
    except ClockError as error:
        against.append(
            Violation(code="regulation.no_clock", field="regulation", message=str(error), way_out="", kind="invalid")
        )
    return against


def _refuse(against: Sequence[Violation]) -> None:
    if against:
        raise FilingRefused(against)


def _register(log: Trail, filing: Filing, *, by: Any, now: datetime) -> PrivacyRequest:
    return lifecycle.register(
        log,
        by=by,
        subject=_subject_of(filing.identifiers),
        clock=clock_of(filing),
        now=now,
        type=filing.type,
        categories=list(filing.categories),
        scope=filing.scope,
        channel=filing.channel,
        identity_check=filing.identity_check,
        external_reference=filing.external_reference,
        note=filing.note or None,
        filed_on_host_by=filing.filed_on_host_by,
    )


def _file_all(
    log: Trail, request: PrivacyRequest, filing: Filing, *, by: Any, now: datetime, send_at: datetime
) -> list[Submission]:
    in_force = holds.active(now)
    filed: list[Submission] = []
    for given in filing.cxone_ids:
        identifier = _identifier_of(request.subject, given)
        for categories, met in _parts(in_force, request, identifier, filing):
            filed.append(
                lifecycle.file(
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
            )
    return filed


def _parts(
    in_force: Sequence[LegalHold], request: PrivacyRequest, identifier: SubjectIdentifier, filing: Filing
) -> list[tuple[list[str], list[LegalHold]]]:
    """The categories that may go now, and those that are held with what holds them."""
    met = _meeting(in_force, request, identifier, filing.categories)
    held = holds.held_categories(met, filing.categories)
    if not filing.split_held and held:
        held = list(filing.categories)
    free = [category for category in filing.categories if category not in held]
    return [part for part in ((free, []), (held, met)) if part[0]]


def _meeting(
    in_force: Sequence[LegalHold],
    request: PrivacyRequest,
    identifier: SubjectIdentifier,
    categories: Sequence[str],
) -> list[LegalHold]:
    return holds.meeting(
        in_force, type=request.type, subject_id=identifier.subject_id, categories=categories
    )


def _subject_of(identifiers: Sequence[Identifier]) -> Subject:
    """The person who has one of these identifiers, or a new one; identifiers not yet known are added to that person."""
    given = [one for one in identifiers if one.value.strip()]
    prints = [fingerprint(one.kind, one.value) for one in given]
    known = SubjectIdentifier.objects.filter(fingerprint__in=prints).order_by("pk").first()
    subject = known.subject if known else Subject.objects.create()
    for one in given:
        _identifier_of(subject, one)
    return subject


def _identifier_of(subject: Subject, given: Identifier) -> SubjectIdentifier:
    """The identifier's row; one that is known keeps the person whom it was first given for."""
    found, _made = SubjectIdentifier.objects.get_or_create(
        kind=given.kind,
        fingerprint=fingerprint(given.kind, given.value),
        defaults={"subject": subject, "value": given.value.strip()},
    )
    return found


def _payload_of(filing: Filing, given: Identifier) -> dict[str, object]:
    return build_payload(
        subject_id=given.value,
        type=filing.type,
        categories=list(filing.categories),
        scope=filing.scope,
        description=filing.description,
    )


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


def _refuse_replacing(submission: Submission, request: PrivacyRequest) -> None:
    if request.is_answered:
        raise lifecycle.MoveRefused(f"{request.reference} is answered. Register what the person asks now anew.")
    if not submission.is_terminal:
        raise lifecycle.MoveRefused(f"{submission} is still open. Stop it, or wait for its end, then file it anew.")
    if submission.replaced_by.exists():
        raise lifecycle.MoveRefused(f"{submission} was filed anew already.")


def without_white_space(identifiers: Sequence[Identifier]) -> list[Identifier]:
    """The identifiers as people mean them: blanks around them come from copying."""
    return [replace(given, value=given.value.strip()) for given in identifiers if given.value.strip()]
