"""Putting queued submissions on hold as soon as a hold begins, instead of only when their time has come.

The gate stops them in any case; this tells people early, while a submission still waits for its send delay.
What is on hold already is told of the new hold too, so that it is among what that one stops. Until all that
is done a hold counts as not seen to, however long it takes and whatever fails on the way.
"""

from collections.abc import Sequence
from datetime import datetime

from audit.trail import Trail, audited
from erasure import holds, lifecycle, overrides
from erasure.choices import HoldState, RequestType, SubmissionStatus
from erasure.departures import about, departed
from erasure.lots import in_lots
from erasure.models import LateHold, LegalHold, Submission

S = SubmissionStatus
NOT_SENT = (S.QUEUED, S.BLOCKED)
#: So many are put on hold in one transaction, so that a great hold does not keep the log's lock for long.
AT_ONCE = 200


def suspend_held(now: datetime, *, most: int | None = None) -> int:
    """Block the queued submissions that a hold meets which was not seen to yet; the number blocked.

    What those holds came too late for is noted first. With `most` no more than so many are noted for a hold,
    and no more blocked; what is left is left to the tick.
    """
    unseen = LegalHold.objects.filter(holds.in_state(HoldState.IN_FORCE, now), seen_to_at__isnull=True)
    begun = list(unseen.defer("matter").order_by("code"))
    if not begun:
        return 0
    whole = [hold.pk for hold in begun if _note_what_had_left(hold, most=most)]
    met = _not_yet_held_by(begun)
    count = in_lots(met[:most], lambda keys: _suspend(keys, now), at_once=AT_ONCE)
    if most is None or len(met) <= most:
        LegalHold.objects.filter(pk__in=whole).update(seen_to_at=now)
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
    return _note(log, hold, _had_left(hold, since=hold.placed_at))


def _note_what_had_left(hold: LegalHold, *, most: int | None) -> bool:
    """Note what had left when the hold began, and with one that reaches back, what was sent since.

    Says whether that was all.
    """
    keys = _had_left(hold, since=hold.valid_from)

    def note(lot: Sequence[int]) -> int:
        with audited() as log:
            # One at a time, so that nothing is noted twice.
            holds.lock_register()
            return _note(log, hold, lot)

    known = set(LateHold.objects.filter(hold=hold).values_list("submission", flat=True))
    new = [key for key in keys if key not in known]
    in_lots(new[:most], note, at_once=AT_ONCE)
    return most is None or len(new) <= most


def _note(log: Trail, hold: LegalHold, keys: Sequence[int]) -> int:
    rows = Submission.objects.filter(pk__in=keys).exclude(late_holds__hold=hold)
    late = list(rows.select_related("request", "identifier").defer("frozen_payload").order_by("pk"))
    LateHold.objects.bulk_create(LateHold(hold=hold, submission=row) for row in late)
    for row in late:
        lifecycle.note_held_late(log, row, holds=[hold.code])
    return len(late)


def _had_left(hold: LegalHold, *, since: datetime) -> list[int]:
    """The keys of what a hold comes too late for; read without what is encrypted."""
    people = None if hold.subject_id is None else {hold.subject_id}
    left = departed(people=people, since=since).order_by("pk").values_list("pk", "categories")
    return [key for key, categories in left if not hold.category or hold.category in categories]


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
