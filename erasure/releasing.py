"""Releasing a legal hold: one reviewer proposes it, a second one decides, and neither filed what it stops.

What no other hold meets then goes on by itself (`resuming`). Superusers are bound like everybody, and the
database checks it all again.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import Trail, audited
from erasure import holds, notices, overrides
from erasure.choices import HoldState, NoticeKind, OverrideDecision, ReleaseDecision
from erasure.lifecycle import SYSTEM, MoveRefused
from erasure.lots import in_lots
from erasure.models import HoldRelease, LegalHold, Submission

MAY_RELEASE = "place_hold"
#: So many proposals are looked after in one transaction.
AT_ONCE = 100


class ReleaseBarred(MoveRefused):
    """This person may not take part in the release; `code` is the reason as the audit log names it."""

    def __init__(self, code: str, words: str) -> None:
        super().__init__(words)
        self.code = code


def stopped(hold: LegalHold) -> QuerySet[Submission]:
    """What waits because of this hold, perhaps among others, the nearest statutory date first."""
    rows = holds.stopped_by(hold.code).select_related("request", "identifier", "filed_by")
    return rows.defer("frozen_payload").order_by("request__due_on", "pk")


def lets_go(hold: LegalHold, *, now: datetime) -> set[int]:
    """The keys of what nothing else would hold if this hold were released now.

    Approvals, which have to be read in full, are asked for only where there are any.
    """
    others = holds.ByPerson(other for other in holds.active(now) if other.pk != hold.pk)
    rows = holds.stopped_by(hold.code).select_related("request", "identifier")
    approved = rows.filter(overrides__decision=OverrideDecision.APPROVED)
    covered = {row.pk for row in approved if not overrides.uncovered(row, others.concerning(row), now=now)[0]}
    return {
        row.pk
        for row in rows.only(*holds.COLUMNS).iterator(chunk_size=500)
        if not any(map(holds.is_rule, row.held_by))
        and (row.pk in covered or not holds.stopping(others.concerning(row), row))
    }


def open_proposal(hold: LegalHold, *, now: datetime) -> HoldRelease | None:
    """The proposal that waits for a second reviewer; None when there is none."""
    return hold.releases.filter(decision="", expires_at__gt=now).select_related("asked_by").first()


def bar_asking(hold: LegalHold, user: Any) -> ReleaseBarred | None:
    """What keeps this person from proposing the release; None when nothing does."""
    if not user.has_perm(f"erasure.{MAY_RELEASE}"):
        return ReleaseBarred("no_permission", _("Only reviewers release holds."))
    if _filed_what_it_stops(hold, user.pk):
        return ReleaseBarred(
            "filed_by",
            _(
                "You filed a submission that %(hold)s stops. Others have to decide on its release. That "
                "holds for everybody, superusers too."
            )
            % {"hold": hold},
        )
    return None


def bar_deciding(release: HoldRelease, user: Any) -> ReleaseBarred | None:
    """What keeps this person from deciding on the release; None when nothing does."""
    if release.asked_by_id == user.pk:
        return ReleaseBarred(
            "asked_by", _("You proposed this release. A second reviewer has to decide on it.")
        )
    return bar_asking(release.hold, user)


def bar_approving(release: HoldRelease) -> ReleaseBarred | None:
    """Who proposed it may have filed something since, and then it can only be kept."""
    if _filed_what_it_stops(release.hold, release.asked_by_id):
        return ReleaseBarred(
            "asker_filed",
            _(
                "%(shown_name)s proposed this release and has filed a submission that %(hold)s stops. Keep "
                "the hold; somebody else can propose its release."
            )
            % {"shown_name": release.asked_by.shown_name, "hold": release.hold},
        )
    return None


def _filed_what_it_stops(hold: LegalHold, person: int) -> bool:
    """Whether somebody filed what the hold stops, or had a hand in a request of which it stops something."""
    had_a_hand = Q(filed_by=person) | Q(request__filed_by=person) | Q(request__submissions__filed_by=person)
    return holds.stopped_by(hold.code).filter(had_a_hand).exists()


def who_can_decide(release: HoldRelease) -> list[Any]:
    """The reviewers whom nothing keeps from deciding on it, by name."""
    rows = holds.stopped_by(release.hold.code)
    barred = {release.asked_by_id}
    for had_a_hand in ("filed_by", "request__filed_by", "request__submissions__filed_by"):
        barred |= set(rows.values_list(had_a_hand, flat=True).distinct())
    return [person for person in notices.people_who_may(MAY_RELEASE) if person.pk not in barred]


def why_not_ask(hold: LegalHold, user: Any, *, now: datetime) -> str:
    """Why this person cannot propose its release now; empty when they can."""
    return _why_not_released(hold, now) or str(bar_asking(hold, user) or "")


def ask(log: Trail, hold: LegalHold, *, by: Any, reason: str, now: datetime) -> HoldRelease:
    """Propose the release. Raises ReleaseBarred for who may not, MoveRefused when it cannot be proposed."""
    holds.lock_register()
    current = LegalHold.objects.get(pk=hold.pk)
    if barred := bar_asking(current, by):
        raise barred
    if refusal := _why_not_released(current, now):
        raise MoveRefused(refusal)
    if waiting := current.releases.select_for_update(no_key=True).filter(decision="").first():
        if waiting.expires_at > now:
            raise MoveRefused(_("A release of %(hold)s waits for a decision already.") % {"hold": hold})
        _expire(log, waiting, now=now)
    if not reason.strip():
        raise MoveRefused(_("Give your reason: the second reviewer decides on it, and it goes on record."))
    count = len(lets_go(current, now=now))
    release = HoldRelease.objects.create(
        hold=current,
        asked_by=by,
        asked_at=now,
        reason=reason.strip(),
        lets_go=count,
        expires_at=now + overrides.lifetime(),
    )
    _record(log, release, Event.HOLD_RELEASE_ASKED, actor=by.actor, submissions=count)
    others = [person.pk for person in notices.people_who_may(MAY_RELEASE) if person.pk != by.pk]
    _tell({*others, current.placed_by_id} - {by.pk}, NoticeKind.RELEASE_WAITS, release, now=now)
    return release


def why_not_decide(release: HoldRelease, user: Any, *, now: datetime) -> str:
    """Why this person cannot decide on the release now; empty when they can."""
    return _over(release, now) or str(bar_deciding(release, user) or "")


def decide(
    log: Trail, release: HoldRelease, *, by: Any, approve: bool, reason: str, now: datetime
) -> LegalHold:
    """Release the hold, or keep it. Raises ReleaseBarred for who may not, MoveRefused when it is over."""
    holds.lock_register()
    current = HoldRelease.objects.select_for_update(no_key=True, of=("self",)).select_related(
        "hold", "asked_by"
    )
    locked = current.get(pk=release.pk)
    if barred := bar_deciding(locked, by) or (bar_approving(locked) if approve else None):
        raise barred
    if refusal := _over(locked, now):
        raise MoveRefused(refusal)
    if not reason.strip():
        raise MoveRefused(_("Give your reason. It is needed either way and goes on record."))
    hold = locked.hold
    count = len(lets_go(hold, now=now))
    release.decision = ReleaseDecision.APPROVED if approve else ReleaseDecision.DENIED
    release.decided_by, release.decided_at, release.decision_reason = by, now, reason.strip()
    release.save(update_fields=["decision", "decided_by", "decided_at", "decision_reason"])
    if approve:
        hold.released_at = now
        hold.save(update_fields=["released_at"])
        log.record(
            Event.HOLD_RELEASED,
            actor=by.actor,
            obj=hold.obj,
            data={
                "matter": hold.code,
                "kind": hold.kind,
                "submissions": count,
                "second": locked.asked_by.actor,
                "release": release.pk,
            },
        )
    else:
        _record(log, release, Event.HOLD_RELEASE_DENIED, actor=by.actor, res="denied")
    told = {locked.asked_by_id, hold.placed_by_id} - {by.pk}
    _tell(told, NoticeKind.RELEASE_DECIDED, release, now=now)
    return hold


def note_barred(log: Trail, hold: LegalHold, *, by: Any, because: ReleaseBarred, release: int = 0) -> None:
    """Put on record that somebody tried who may not; in its own transaction, after the rollback."""
    log.record(
        Event.HOLD_RELEASE_REFUSED,
        actor=by.actor,
        obj=hold.obj,
        res="denied",
        data={"matter": hold.code, "release": release, "reason": because.code},
    )


def withdraw(log: Trail, release: HoldRelease, *, by: Any, now: datetime) -> None:
    """Take back one's own proposal while nobody has decided. Raises MoveRefused."""
    current = HoldRelease.objects.select_for_update(no_key=True).get(pk=release.pk)
    if current.decision or current.asked_by_id != by.pk:
        raise MoveRefused(_("Only who proposed the release can withdraw it, and only before the decision."))
    release.decision, release.decided_at = ReleaseDecision.WITHDRAWN, now
    release.save(update_fields=["decision", "decided_at"])
    _record(log, release, Event.HOLD_RELEASE_WITHDRAWN, actor=by.actor)


def expire_due(now: datetime) -> int:
    """Close the proposals that nobody decided in time; how many there were."""
    due = HoldRelease.objects.filter(decision="", expires_at__lte=now)
    keys = list(due.order_by("pk").values_list("pk", flat=True))

    def expire(lot: Sequence[int]) -> int:
        with audited() as log:
            locked = due.filter(pk__in=lot).select_for_update(no_key=True, of=("self",)).order_by("pk")
            releases = list(locked.select_related("hold"))
            for release in releases:
                _expire(log, release, now=now)
        return len(releases)

    return in_lots(keys, expire, at_once=AT_ONCE)


def _expire(log: Trail, release: HoldRelease, *, now: datetime) -> None:
    release.decision, release.decided_at = ReleaseDecision.EXPIRED, now
    release.save(update_fields=["decision", "decided_at"])
    _record(log, release, Event.HOLD_RELEASE_EXPIRED, actor=SYSTEM)
    _tell([release.asked_by_id], NoticeKind.RELEASE_DECIDED, release, now=now)


def _why_not_released(hold: LegalHold, now: datetime) -> str:
    state = holds.state(hold, now)
    if state is HoldState.RELEASED:
        return _("%(hold)s was released already.") % {"hold": hold}
    if state is HoldState.ENDED:
        return _("%(hold)s has ended by itself; there is nothing to release.") % {"hold": hold}
    if state is HoldState.IN_FORCE and hold.seen_to_at is None:
        return _("What %(hold)s meets is still being put on hold. Try again in a moment.") % {"hold": hold}
    return ""


def _over(release: HoldRelease, now: datetime) -> str:
    if release.decision:
        return _("This was decided already: %(decision)s.") % {"decision": release.get_decision_display()}
    if refusal := _why_not_released(release.hold, now):
        return refusal
    return _("This proposal has expired. It has to be made again.") if release.expires_at <= now else ""


def _record(
    log: Trail, release: HoldRelease, event: Event, *, actor: str, res: Any = "ok", **evidence: Any
) -> None:
    hold = release.hold
    data = {"matter": hold.code, "release": release.pk, **evidence}
    log.record(event, actor=actor, obj=hold.obj, res=res, data=data)


def _tell(people: Any, kind: NoticeKind, release: HoldRelease, *, now: datetime) -> None:
    notices.tell(people, kind, about=release.hold.code, target=str(release.hold_id), now=now)
