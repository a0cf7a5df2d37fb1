"""Putting queued submissions on hold as soon as a hold begins, instead of only when their time has come.

The gate stops them in any case; this tells people early, while a submission still waits for its send delay.
What is on hold already is told of the new hold too, so that it is among what that one stops. Until all that
is done a hold counts as not seen to, however long it takes and whatever fails on the way.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from django.db.models import Q

from audit.trail import Trail, audited
from erasure import holds, lifecycle, overrides
from erasure.choices import HoldState, RequestType, SubmissionStatus
from erasure.lots import in_lots
from erasure.models import LateHold, LegalHold, PrivacyRequest, SubjectIdentifier, Submission

S = SubmissionStatus
NOT_SENT = (S.QUEUED, S.BLOCKED)
ON_ITS_WAY = (S.SUBMITTING, S.PROCESSING)
#: So many are put on hold in one transaction, so that a great hold does not keep the log's lock for long.
AT_ONCE = 200
#: What is told of something that has left; nothing that is encrypted.
TOLD = ("number", "status", "categories", "first_sent_at", "request__reference")
#: What the contract's 400 ended was never taken up, so that no hold can have come too late for it.
NEVER_TAKEN = "refused_by_cxone"


def suspend_held(now: datetime, *, most: int | None = None) -> int:
    """Block the queued submissions that a hold meets which was not seen to yet, `most` at most; how many.

    What those holds came too late for is noted first.
    """
    unseen = LegalHold.objects.filter(holds.in_state(HoldState.IN_FORCE, now), seen_to_at__isnull=True)
    begun = list(unseen.defer("matter").order_by("code"))
    if not begun:
        return 0
    for hold in begun:
        _note_what_had_left(hold)
    met = _not_yet_held_by(begun)
    count = in_lots(met[:most], lambda keys: _suspend(keys, now), at_once=AT_ONCE)
    if most is None or len(met) <= most:
        LegalHold.objects.filter(pk__in=[hold.pk for hold in begun]).update(seen_to_at=now)
    return count


def _not_yet_held_by(begun: Sequence[LegalHold]) -> list[int]:
    """The keys of what has not left and does not name one of these holds that meets it."""
    here = Submission.objects.filter(status__in=NOT_SENT, type=RequestType.ERASURE)
    people = {hold.subject_id for hold in begun}
    if None not in people:
        here = here.filter(about({person for person in people if person is not None}))
    rows = here.select_related("request", "identifier").only(*holds.COLUMNS).order_by("pk")
    of_person = holds.ByPerson(begun)
    return [
        row.pk
        for row in rows.iterator(chunk_size=500)
        if not {hold.code for hold in holds.stopping(of_person.concerning(row), row)} <= set(row.held_by)
    ]


def note_on_its_way(log: Trail, hold: LegalHold) -> int:
    """Note, on either side, what CXone is at work on when this hold is placed; how much that is."""
    return _note(log, hold, [row.pk for row in _had_left(hold, since=hold.placed_at)])


def _note_what_had_left(hold: LegalHold) -> None:
    """Note what had left when the hold began, and with one that reaches back, what was sent since."""
    keys = [row.pk for row in _had_left(hold, since=hold.valid_from)]

    def note(lot: Sequence[int]) -> int:
        with audited() as log:
            # One at a time, so that nothing is noted twice.
            holds.lock_register()
            return _note(log, hold, lot)

    in_lots(keys, note, at_once=AT_ONCE)


def _note(log: Trail, hold: LegalHold, keys: Sequence[int]) -> int:
    rows = Submission.objects.filter(pk__in=keys).exclude(late_holds__hold=hold)
    late = list(rows.select_related("request", "identifier").defer("frozen_payload").order_by("pk"))
    LateHold.objects.bulk_create(LateHold(hold=hold, submission=row) for row in late)
    for row in late:
        lifecycle.note_held_late(log, row, holds=[hold.code])
    return len(late)


def _had_left(hold: LegalHold, *, since: datetime) -> list[Submission]:
    people = None if hold.subject_id is None else {hold.subject_id}
    return what_has_left(people=people, category=hold.category, since=since)


def what_has_left(*, people: Collection[int] | None, category: str, since: datetime) -> list[Submission]:
    """What a hold on these persons (None: on everybody) and this category (empty: on all) comes too late for.

    That is what CXone is at work on, and with a hold that reaches back what was sent since its first day.
    """
    sent = Submission.objects.filter(
        Q(status__in=ON_ITS_WAY) | Q(first_sent_at__gte=since),
        type=RequestType.ERASURE,
        first_sent_at__isnull=False,
    ).exclude(error_code=NEVER_TAKEN)
    if people is not None:
        sent = sent.filter(about(people))
    rows = sent.select_related("request").only(*TOLD).order_by("pk")
    return [row for row in rows.iterator(chunk_size=500) if not category or category in row.categories]


def about(people: Collection[int]) -> Q:
    """The condition that a submission is about one of these persons, by keys that are indexed."""
    identifiers = SubjectIdentifier.objects.filter(subject__in=people).values_list("pk", flat=True)
    requests = PrivacyRequest.objects.filter(subject__in=people).values_list("pk", flat=True)
    return Q(identifier__in=list(identifiers)) | Q(request__in=list(requests))


def _suspend(keys: Sequence[int], now: datetime) -> int:
    """Block those of the rows that are still queued and held when they are locked; the number blocked.

    Of those on hold already it is noted what else holds them now.
    """
    with audited() as log:
        holds.share_register()
        locked = Submission.objects.select_for_update(no_key=True, of=("self",)).order_by("pk")
        rows = list(locked.filter(pk__in=keys, status__in=NOT_SENT).select_related("request", "identifier"))
        in_force = holds.active(now, on={person for row in rows for person in holds.people_of(row)})
        count = 0
        for row, codes, _approval in overrides.uncovered_rows(rows, in_force, now=now):
            if codes and row.status == S.QUEUED:
                lifecycle.suspend(log, row, holds=codes, now=now)
                count += 1
            elif codes:
                lifecycle.note_held_by(log, row, holds=codes)
    return count
