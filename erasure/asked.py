"""What was asked, as an officer, a command or a list says it, and all that can be said against filing it.

Every `against_…` gives all its violations at once, each with the field it concerns and the way out. Fields
are named as in CXone's payload where they go there, and as in `Filing` where they stay here. Nothing is
stored here; `filing` does that.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure import holds
from erasure.choices import Channel, IdentifierKind, IdentityCheck, OverrideReason, RequestType
from erasure.deadlines import Clock, ClockError, clock, long_date
from erasure.encryption import fingerprint, normalised
from erasure.identifier_shapes import against_shape
from erasure.models import LegalHold, PrivacyRequest, SubjectIdentifier
from erasure.overrides import is_substantial
from erasure.policy import Violation, build_payload, violations
from erasure.vault_tasks import named_on, named_words, other_task_words, why_not_a_task


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
    #: The task at a vault that it was opened for, as `vault_tasks.as_named` gives it.
    vault_task: str = ""
    note: str = field(default="", repr=False)
    #: Held categories wait as a submission of their own while the rest goes; else everything waits together.
    split_held: bool = True
    #: With these the override of whatever turns out to be held is asked for in the same breath.
    override_reason: str = ""
    justification: str = field(default="", repr=False)
    #: Whether an open request of the same person stands in the way until a reason is given for another one.
    refuse_duplicates: bool = False
    duplicate_reason: str = field(default="", repr=False)
    filed_on_host_by: str = ""
    #: One token per form that was shown: the same form sent twice files once.
    form_token: UUID | None = None

    @property
    def cxone_ids(self) -> list[Identifier]:
        """The identifiers that can be sent, each once."""
        each: dict[str, Identifier] = {}
        for given in self.identifiers:
            if given.kind == IdentifierKind.CXONE_ID:
                each.setdefault(normalised(given.kind, given.value), given)
        return list(each.values())


def controllers_today() -> date:
    """Today where the controller sits: dates of receipt, answer and falling due are dates there."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def clock_of(filing: Filing) -> Clock:
    """The dates of the request. Raises ClockError."""
    return clock(filing.regulation, filing.received_on, request_type=filing.type)


def payload_of(filing: Filing, given: Identifier) -> dict[str, object]:
    """What would be sent for one identifier; the callback address comes with the filed submission."""
    return build_payload(
        subject_id=given.value,
        type=filing.type,
        categories=list(filing.categories),
        scope=filing.scope,
        description=filing.description,
    )


def parts_of(filing: Filing, *, held: Sequence[str]) -> tuple[list[str], list[str]]:
    """The categories that may go now, and those that wait because of `held`: only these, or all together."""
    waiting = [
        category for category in filing.categories if held and (category in held or not filing.split_held)
    ]
    return [category for category in filing.categories if category not in waiting], waiting


def without_white_space(identifiers: Sequence[Identifier]) -> list[Identifier]:
    """The identifiers as people mean them: blanks around them come from copying."""
    return [replace(given, value=given.value.strip()) for given in identifiers if given.value.strip()]


def open_requests_of(
    identifiers: Sequence[Identifier], *, beside: PrivacyRequest | None = None
) -> list[PrivacyRequest]:
    """Requests not yet answered that are about a person with one of these identifiers, by due date.

    `beside` leaves out one request and all others of the same person: they were named when it was registered.
    """
    if not (people := people_of(identifiers)):
        return []
    about = PrivacyRequest.objects.filter(outcome="", subject__in=people)
    if beside is not None:
        about = about.exclude(subject=beside.subject_id)
    return list(about.order_by("due_on", "pk"))


def holds_on(
    identifiers: Sequence[Identifier],
    *,
    type: str,  # noqa: A002 - the contract's own name of the field.
    categories: Sequence[str],
    now: datetime,
) -> list[LegalHold]:
    """The holds in force that forbid erasing these categories of whoever has these identifiers."""
    people = people_of(identifiers)
    return holds.meeting(holds.active(now, on=people), type=type, subjects=people, categories=categories)


def people_of(identifiers: Sequence[Identifier]) -> set[int]:
    """The keys of the subjects on record with one of these identifiers."""
    return set(on_record(identifiers).values_list("subject_id", flat=True))


def on_record(identifiers: Iterable[Identifier]) -> QuerySet[SubjectIdentifier]:
    """The rows of those of the identifiers that are on record.

    A fingerprint tells the kind as well, but the index that finds it begins with the kind's column.
    """
    given = [one for one in identifiers if one.value.strip()]
    return SubjectIdentifier.objects.filter(
        kind__in={one.kind for one in given},
        fingerprint__in={fingerprint(one.kind, one.value) for one in given},
    )


def against_receipt(received_on: date) -> list[Violation]:
    """What is wrong with a date of receipt: the clock cannot run from a day that has not come."""
    today = controllers_today()
    if received_on <= today:
        return []
    return [
        _violation(
            "received_on.future",
            "received_on",
            (_("The date of receipt, %(day)s, lies in the future.") % {"day": long_date(received_on)}),
            way_out=(_("Give the day on which it arrived: %(day)s or earlier.") % {"day": long_date(today)}),
        )
    ]


def against_registering(filing: Filing) -> list[Violation]:
    """All that keeps this filing from being registered."""
    return [
        *_against_nobody(filing),
        *against_shapes(filing),
        *against_receipt(filing.received_on),
        *_against_the_clock(filing),
        *_against_unknown_words(filing),
        *against_two_people(filing.identifiers),
        *against_duplicates(filing),
        *against_task(filing.vault_task),
    ]


def against_shapes(filing: Filing) -> list[Violation]:
    """The identifiers that are none of their kind, so that a slip never becomes a person; each fault once."""
    found = (violation for given in filing.identifiers for violation in _against_shape_of(given))
    return list(dict.fromkeys(found))


def against_two_people(identifiers: Sequence[Identifier], *, person: int | None = None) -> list[Violation]:
    """A request is about one person; `person` is the key of the one it was registered for."""
    if person is None and sum(1 for given in identifiers if given.value.strip()) <= 1:
        # One identifier is one person's.
        return []
    people = people_of(identifiers) | (set() if person is None else {person})
    if len(people) <= 1:
        return []
    return [
        _violation(
            "identifiers.two_people",
            "identifiers",
            _("These identifiers are on record as those of different people."),
            way_out=_("Look for a slip in one of them; file one request for each person."),
        )
    ]


def against_duplicates(filing: Filing, *, beside: PrivacyRequest | None = None) -> list[Violation]:
    """The open requests of the same person, where they matter to this filing and no reason was given."""
    if not filing.refuse_duplicates or filing.duplicate_reason.strip():
        return []
    references = [request.reference for request in open_requests_of(filing.identifiers, beside=beside)]
    if not references:
        return []
    return [
        _violation(
            "duplicate_reason.missing",
            "duplicate_reason",
            (
                _("There is an open request for this identifier: %(references)s.")
                % {"references": ", ".join(references)}
            ),
            way_out=_("Open it, or give the reason for another one."),
        )
    ]


def against_task(task: str) -> list[Violation]:
    """What is wrong with the task named: it is no id of one, or another request names it."""
    if words := why_not_a_task(task):
        return [_violation("vault_task.shape", "vault_task", words, way_out="")]
    if reference := named_on(task):
        words, way_out = named_words(reference), other_task_words(reference)
        return [_violation("vault_task.taken", "vault_task", words, way_out=way_out)]
    return []


def against_sending(filing: Filing) -> list[Violation]:
    """All that keeps this filing from being sent, without repetition. Holds do not: what they meet waits."""
    against: list[Violation] = []
    if not filing.cxone_ids:
        against.append(
            _violation(
                "subject_id.missing",
                "subjectId",
                _("There is no CXone id to send."),
                way_out=_("CXone takes its own id. Look it up and add it; several are allowed."),
            )
        )
    if filing.identity_check not in IdentityCheck.values:
        against.append(
            _violation(
                "identity_check.missing",
                "identity_check",
                _("How was the person’s identity established?"),
                way_out=_("Choose one before anything is sent; or only register the request for now."),
            )
        )
    for given in filing.cxone_ids or [Identifier(IdentifierKind.CXONE_ID, "placeholder")]:
        found = violations(payload_of(filing, given), holds=())
        against += [violation for violation in found if violation not in against]
    return [*against, *_against_override(filing)]


def against_identifier(filing: Filing, given: Identifier) -> list[Violation]:
    """What is wrong with this one identifier: tells which of several the other rules speak of."""
    if given.kind != IdentifierKind.CXONE_ID:
        return _against_shape_of(given)
    found = violations(payload_of(filing, given), holds=())
    return [violation for violation in found if violation.field == "subjectId"]


def _against_shape_of(given: Identifier) -> list[Violation]:
    words = against_shape(given.kind, given.value) if given.value.strip() else ""
    way_out = _("Correct it, or choose the kind that it is.")
    return [_violation("identifiers.shape", "identifiers", words, way_out=way_out)] if words else []


def _against_nobody(filing: Filing) -> list[Violation]:
    if any(given.value.strip() for given in filing.identifiers):
        return []
    return [
        _violation(
            "identifier.missing",
            "identifiers",
            _("Who is the request about?"),
            way_out=_("Give the identifier as it was given to you; it is enough to register the request."),
        )
    ]


def _against_the_clock(filing: Filing) -> list[Violation]:
    try:
        clock_of(filing)
    except ClockError as error:
        return [_violation("regulation.no_clock", "regulation", str(error), way_out="")]
    return []


def _against_unknown_words(filing: Filing) -> list[Violation]:
    against = []
    if filing.type not in RequestType.values:
        words = _("What does the person ask for?")
        against.append(_violation("type.unknown", "type", words, way_out=_("Choose one.")))
    if filing.channel not in Channel.values:
        words = _("How did the request come in?")
        against.append(_violation("channel.unknown", "channel", words, way_out=_("Choose one.")))
    return against


def _against_override(filing: Filing) -> list[Violation]:
    """An override asked along with the filing has to be fit to be decided on, if anything is held."""
    reason, justification = filing.override_reason, filing.justification.strip()
    if not (reason or justification) or not _is_held(filing):
        return []
    against = []
    if reason not in OverrideReason.values:
        way_out = _("Choose why it may go in spite of the hold.")
        against.append(
            _violation(
                "override_reason.missing", "override_reason", _("No reason is chosen."), way_out=way_out
            )
        )
    if not is_substantial(justification):
        against.append(
            _violation(
                "justification.too_short",
                "justification",
                _("Write at least one sentence."),
                way_out=_("The reviewer decides on it, and it goes on record."),
            )
        )
    return against


def _is_held(filing: Filing) -> bool:
    now = timezone.now()
    return bool(holds_on(filing.identifiers, type=filing.type, categories=filing.categories, now=now))


def _violation(code: str, field_name: str, message: str, *, way_out: str) -> Violation:
    return Violation(code=code, field=field_name, message=message, way_out=way_out, kind="invalid")
