"""Forgetting answered requests, in two steps: identifiers and all text first, what proves the link later.

After the first step salt and fingerprint stay, so that whoever presents the identifier can be answered. After
the second nothing here leads from a request to its person. References, dates, grounds and counts stay, and
the log, which never held an identifier, verifies as before. Nothing that is held, unanswered or still open is
shredded. Each step of a request and its event are one transaction; doing it twice changes nothing.
"""

from collections.abc import Collection, Sequence
from datetime import date, datetime, time, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from audit.events import Event
from audit.log_format import JSON
from audit.trail import Trail, audited
from erasure import holds
from erasure.asked import controllers_today
from erasure.choices import TERMINAL_STATUSES, UNDELIVERED
from erasure.deadlines import long_date
from erasure.models import Delivery, HoldRelease, LegalHold, PrivacyRequest, SubjectIdentifier, Submission
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF, own_columns
from erasure.regulations import CALIFORNIA, CALIFORNIA_KEEPS_DAYS
from erasure.shredded_list import Shredded
from erasure.subjects import lock_identities

#: So many days lie at least between the recording of an answer and its shredding, whatever day was given for
#: the answer: time to see the warning, and to notice a day that was mistyped.
WARNED_DAYS = 7
#: A request has not yet been through a step.
WAITING = {
    IDENTIFIERS_AND_TEXT: Q(shredded_at__isnull=True),
    PROOF: Q(shredded_at__isnull=False, unlinked_at__isnull=True),
}
DONE_AT = {IDENTIFIERS_AND_TEXT: "shredded_at", PROOF: "unlinked_at"}


def retention_days(step: int) -> int:
    """How many days after the answer a step is due."""
    return settings.SUBJECT_RETENTION_DAYS if step == IDENTIFIERS_AND_TEXT else settings.PROOF_RETENTION_DAYS


def goes_on(request: PrivacyRequest, step: int) -> date | None:
    """The day on which a step is due if nothing holds it; None while the person has not been answered."""
    if request.answered_on is None or request.answer_recorded_at is None:
        return None
    warned = request.answer_recorded_at + timedelta(days=WARNED_DAYS)
    return max(
        request.answered_on + timedelta(days=retention_days(step)),
        timezone.localdate(warned, timezone=timezone.get_default_timezone()),
    )


def due(step: int, *, today: date, now: datetime) -> QuerySet[PrivacyRequest]:
    """The requests whose time for a step has come and that nothing keeps, in key order."""
    of_age = may_go(now).filter(
        WAITING[step],
        unlinked_at__isnull=True,
        answered_on__lte=today - timedelta(days=retention_days(step)),
        answer_recorded_at__lte=now - timedelta(days=WARNED_DAYS),
    )
    return of_age.order_by("pk")


def may_go(now: datetime) -> QuerySet[PrivacyRequest]:
    """The requests that are answered, with nothing open, all delivered, and nobody of theirs under a hold."""
    submissions = Submission.objects.filter(request=OuterRef("pk"))
    held = LegalHold.objects.filter(holds.not_ended(now))
    return PrivacyRequest.objects.filter(
        ~Q(outcome=""),
        ~Exists(submissions.exclude(status__in=TERMINAL_STATUSES)),
        ~Exists(undelivered().filter(request=OuterRef("pk"))),
        ~Exists(held.filter(subject=OuterRef("subject"))),
        # A corrected identifier may be on record as somebody else's.
        ~Exists(
            submissions.filter(identifier__subject__in=held.filter(subject__isnull=False).values("subject"))
        ),
    )


def undelivered() -> QuerySet[Delivery]:
    """What a vault is still to be told; its request is needed until then."""
    return Delivery.objects.filter(state__in=sorted(UNDELIVERED))


def why_not(request: PrivacyRequest, step: int, *, now: datetime) -> str:
    """Why a step cannot be done early now, in words; empty when it can."""
    reference = request.reference
    if not request.is_answered:
        return f"{reference} is not answered. Answer the person first; the request is needed until then."
    if request.submissions.exclude(status__in=TERMINAL_STATUSES).exists():
        return f"Something of {reference} is still open at CXone or on hold. Wait for its end, or stop it."
    if request.unlinked_at or (step == IDENTIFIERS_AND_TEXT and request.shredded_at):
        return f"{reference} was shredded already; nothing is left to do for this step."
    if undelivered().filter(request=request).exists():
        return (
            f"A vault has not been told everything about {reference} yet. An operator can send it again, or "
            "let it be, on the page of deliveries."
        )
    if not may_go(now).filter(pk=request.pk).exists():
        return (
            f"A legal hold is on the person of {reference}, so nothing about that person is shredded. "
            "A reviewer can release the hold."
        )
    return _kept_by_law(request) if step == PROOF else ""


def _kept_by_law(request: PrivacyRequest) -> str:
    if request.regulation != CALIFORNIA.regulation or request.answered_on is None:
        return ""
    until = request.answered_on + timedelta(days=CALIFORNIA_KEEPS_DAYS)
    if controllers_today() >= until:
        return ""
    return (
        f"California’s law, under which {request.reference} falls, asks for its record for 24 months. "
        f"Its proof can be shredded from {long_date(until)} on; --step 1 can be done now."
    )


def shred(
    keys: Collection[int],
    step: int,
    *,
    because: str,
    now: datetime,
    actor: str = "sys",
    approvers: Sequence[str] = (),
) -> list[Shredded]:
    """Do one step for those of the requests that still wait for it and may go; says for which it was done.

    All in one transaction. Nobody can place a hold or present an identifier meanwhile. Rows are locked in
    key order, requests before submissions, as everywhere.
    """
    with audited() as log:
        holds.share_register()
        lock_identities()
        locked = may_go(now).select_for_update(no_key=True, of=("self",)).order_by("pk")
        requests = list(
            locked.filter(WAITING[step], pk__in=keys).only("pk", "reference", "filed_at", "subject_id")
        )
        # Whoever had a row until now may have had something sent again, which the look before did not see.
        told_again = set(undelivered().filter(request__in=requests).values_list("request", flat=True))
        requests = [request for request in requests if request.pk not in told_again]
        _forget([request.pk for request in requests], step, now=now)
        _forget_shared({request.subject_id for request in requests}, [one.pk for one in requests], step)
        for request in requests:
            _record(log, request.obj, step, because=because, actor=actor, approvers=approvers)
        return [Shredded(request.reference, request.filed_at, step) for request in requests]


def shred_matters(*, now: datetime) -> int:
    """Empty the matters of ended holds on persons of whom all else is shredded; says of how many.

    A hold can be placed on a person whose requests were shredded before. Nothing about a request waits for
    its end, so it is looked for by itself. Of a person who never asked anything they are kept for as long
    after the hold as identifiers are, since there was no answer from which that time could run.
    """
    today = timezone.localdate(now, timezone.get_default_timezone())
    ended = LegalHold.objects.exclude(holds.not_ended(now)).filter(matter__isnull=False)
    left = ended.filter(
        ~Exists(_unshredded().filter(subject=OuterRef("subject"))),
        Exists(PrivacyRequest.objects.filter(subject=OuterRef("subject")))
        | _long_over(IDENTIFIERS_AND_TEXT, today=today),
        subject__isnull=False,
    )
    if not left.exists():
        return 0
    with audited() as log:
        holds.share_register()
        emptied = list(left.select_for_update(no_key=True, of=("self",)).order_by("pk").only("pk"))
        _empty_matters(LegalHold.objects.filter(pk__in=[hold.pk for hold in emptied]))
        for hold in emptied:
            _record(log, hold.obj, IDENTIFIERS_AND_TEXT, because="hold_ended")
    return len(emptied)


def shred_unasked(step: int, *, today: date) -> int:
    """Do a step for the persons who were under a hold and asked nothing that needs it; says for how many.

    Their identifiers came with the hold, or came back with it after their requests were shredded. The periods
    count from the end of the last hold on them.
    """
    column = "value" if step == IDENTIFIERS_AND_TEXT else "fingerprint"
    needing = _unshredded() if step == IDENTIFIERS_AND_TEXT else _linked()
    of_person = LegalHold.objects.filter(subject=OuterRef("subject"))
    held_once = SubjectIdentifier.objects.filter(
        ~Exists(of_person.exclude(_long_over(step, today=today))),
        Exists(of_person),
        **{f"{column}__isnull": False},
    )
    left = _unneeded(held_once, needing)
    if not left.exists():
        return 0
    with audited() as log:
        holds.share_register()
        lock_identities()
        found = list(left.values_list("pk", "subject"))
        SubjectIdentifier.objects.filter(pk__in=[key for key, _subject in found]).update(**{column: None})
        subjects = sorted({subject for _key, subject in found})
        for subject in subjects:
            _record(log, f"subject:{subject}", step, because="hold_ended")
    return len(subjects)


def _long_over(step: int, *, today: date) -> Q:
    """The condition that a hold ended as long ago as an answer has to be for the step."""
    day = today - timedelta(days=retention_days(step))
    cut = datetime.combine(day, time.min, tzinfo=timezone.get_default_timezone())
    return Q(released_at__lt=cut) | Q(released_at__isnull=True, valid_until__lt=cut)


def _record(
    log: Trail, obj: str, step: int, *, because: str, actor: str = "sys", approvers: Sequence[str] = ()
) -> None:
    data: dict[str, JSON] = {"step": step, "because": because}
    if approvers:
        data["approvers"] = list(approvers)
    log.record(Event.SUBJECT_SHREDDED, actor=actor, obj=obj, data=data)


def _forget(keys: Sequence[int], step: int, *, now: datetime) -> None:
    """Empty what belongs to these requests alone, and say on them when."""
    submissions = Submission.objects.select_for_update(no_key=True).filter(request__in=keys).order_by("pk")
    list(submissions.values_list("pk", flat=True))
    for model, path, emptied in own_columns(step):
        QuerySet(model).filter(**{f"{path}__in": keys}).update(**emptied)
    PrivacyRequest.objects.filter(pk__in=keys).update(**{DONE_AT[step]: now})


def _forget_shared(subjects: Collection[int], keys: Sequence[int], step: int) -> None:
    """Empty what belongs to all requests of a person, where the last one that needs it has gone."""
    touched = SubjectIdentifier.objects.filter(
        Q(subject__in=subjects) | Q(pk__in=Submission.objects.filter(request__in=keys).values("identifier"))
    )
    if step == PROOF:
        # The value too: a hold may have brought it back after the first step.
        _unneeded(touched, _linked()).update(fingerprint=None, value=None)
        return
    _unneeded(touched, _unshredded()).update(value=None)
    needed = _unshredded().filter(subject=OuterRef("subject"))
    _empty_matters(LegalHold.objects.filter(~Exists(needed), subject__in=subjects))


def _empty_matters(of: QuerySet[LegalHold]) -> None:
    """Empty what was written about these holds: their matters, and the words of their releases."""
    HoldRelease.objects.filter(hold__in=of.values("pk")).update(reason=None, decision_reason=None)
    of.update(matter=None)


def _unneeded(
    identifiers: QuerySet[SubjectIdentifier], needing: QuerySet[PrivacyRequest]
) -> QuerySet[SubjectIdentifier]:
    """Those of the identifiers that none of these requests needs: as its person's, or as one it has sent."""
    sent = Submission.objects.filter(identifier=OuterRef("pk"), request__in=needing.values("pk"))
    return identifiers.filter(~Exists(needing.filter(subject=OuterRef("subject"))), ~Exists(sent))


def _unshredded() -> QuerySet[PrivacyRequest]:
    return PrivacyRequest.objects.filter(shredded_at__isnull=True)


def _linked() -> QuerySet[PrivacyRequest]:
    """The requests that still lead to their persons."""
    return PrivacyRequest.objects.filter(unlinked_at__isnull=True)
