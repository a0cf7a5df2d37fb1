"""Putting queued submissions on hold as soon as a hold begins, instead of only when their time has come.

The gate stops them in any case; this tells people early, while a submission still waits for its send delay.
What is on hold already is told of the new hold too, so that it is among what that one stops.
"""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db.models import F, Q

from audit.trail import Trail, audited
from erasure import holds, lifecycle, overrides
from erasure.choices import RequestType, SubmissionStatus
from erasure.models import LateHold, LegalHold, Submission

NOT_SENT = (SubmissionStatus.QUEUED, SubmissionStatus.BLOCKED)
#: So many are put on hold in one transaction, so that a great hold does not keep the log's lock for long.
AT_ONCE = 200
#: A hold that began longer ago has been seen to, by whoever placed it or by the tick.
LATELY = timedelta(minutes=2)
#: What the rules need of a row; nothing that is encrypted.
COLUMNS = ("type", "categories", "held_by", "identifier__subject", "request__subject")
#: What the contract's 400 ended was never taken up, so that no hold can have come too late for it.
NEVER_TAKEN = "refused_by_cxone"


def suspend_held(now: datetime, *, most: int | None = None) -> int:
    """Block the queued submissions that a hold which began lately meets, `most` of them at most; how many."""
    begun = _begun_lately(now)
    if not begun:
        return 0
    _note_what_left_before(begun)
    here = Submission.objects.filter(status__in=NOT_SENT, type=RequestType.ERASURE)
    if all(hold.subject_id is not None for hold in begun):
        people = [hold.subject_id for hold in begun]
        here = here.filter(Q(identifier__subject__in=people) | Q(request__subject__in=people))
    rows = here.select_related("request", "identifier").only(*COLUMNS).order_by("pk")
    of_person = holds.ByPerson(begun)
    met = [
        row.pk
        for row in rows.iterator(chunk_size=500)
        if not {hold.code for hold in holds.stopping(of_person.concerning(row), row)} <= set(row.held_by)
    ][:most]
    return sum(_suspend(met[start : start + AT_ONCE], now) for start in range(0, len(met), AT_ONCE))


def note_too_late(log: Trail, hold: LegalHold) -> list[Submission]:
    """Note, on either side, what had left when this hold began; those that it was not noted for before."""
    people = None if hold.subject_id is None else {hold.subject_id}
    left = what_has_left(people=people, category=hold.category, since=hold.valid_from)
    known = set(LateHold.objects.filter(hold=hold).values_list("submission", flat=True))
    late = [row for row in left if row.pk not in known]
    LateHold.objects.bulk_create(LateHold(hold=hold, submission=row) for row in late)
    for row in late:
        lifecycle.note_held_late(log, row, holds=[hold.code])
    return late


def what_has_left(*, people: Collection[int] | None, category: str, since: datetime) -> list[Submission]:
    """What a hold on these persons (None: on everybody) and this category (empty: on all) comes too late for.

    That is what CXone is at work on, and with a hold that reaches back what was sent since its first day.
    """
    on_its_way = Q(status__in=(SubmissionStatus.SUBMITTING, SubmissionStatus.PROCESSING))
    sent = Submission.objects.filter(
        on_its_way | Q(first_sent_at__gte=since), type=RequestType.ERASURE, first_sent_at__isnull=False
    ).exclude(error_code=NEVER_TAKEN)
    if people is not None:
        sent = sent.filter(Q(identifier__subject__in=people) | Q(request__subject__in=people))
    rows = sent.select_related("request", "identifier").defer("frozen_payload", "upstream_body")
    return [row for row in rows.order_by("pk") if not category or category in row.categories]


def _begun_lately(now: datetime) -> list[LegalHold]:
    return [hold for hold in holds.active(now) if max(hold.placed_at, hold.valid_from) >= now - LATELY]


def _note_what_left_before(begun: Sequence[LegalHold]) -> None:
    """Holds placed ahead of their time have not looked yet at what had left when they begin."""
    ahead = [hold.pk for hold in begun if hold.valid_from > hold.placed_at]
    if not ahead:
        return
    with audited() as log:
        holds.lock_register()
        for hold in LegalHold.objects.filter(pk__in=ahead, valid_from__gt=F("placed_at")).order_by("pk"):
            note_too_late(log, hold)


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
        for row, codes in overrides.uncovered_codes(rows, in_force, now=now):
            if codes and row.status == SubmissionStatus.QUEUED:
                lifecycle.suspend(log, row, holds=codes, now=now)
                count += 1
            elif codes:
                lifecycle.note_held_by(log, row, holds=codes)
    return count
