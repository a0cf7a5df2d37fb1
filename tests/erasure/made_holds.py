"""Holds as reviewers place them and end them, by the program's own rules."""

from datetime import datetime
from typing import Any

from django.utils import timezone

from audit.trail import audited
from erasure import placing, releasing
from erasure.asked import Identifier
from erasure.models import HoldRelease, LegalHold
from privacyadmin.models import User
from privacyadmin.roles import REVIEWERS
from tests.cast import person

GROUND = "claims about a contract of 2024"
MATTER = "Case 7 O 123/26"


def wish(*identifiers: str | tuple[str, str], **facts: Any) -> placing.HoldWish:
    given = [
        Identifier(*one) if isinstance(one, tuple) else Identifier("cxone_id", one) for one in identifiers
    ]
    usual: dict[str, Any] = {"kind": "litigation", "matter": MATTER, "ground": GROUND, "identifiers": given}
    return placing.HoldWish(**{**usual, **facts})


def placed(by: User, *identifiers: str | tuple[str, str], **facts: Any) -> LegalHold:
    return placing.place(wish(*identifiers, **facts), by=by)


def proposed(hold: LegalHold, *, by: User, reason: str = "The matter is settled.") -> HoldRelease:
    """A proposal. A hold that a test made by hand counts as seen to by the tick."""
    LegalHold.objects.filter(pk=hold.pk, seen_to_at=None).update(seen_to_at=timezone.now())
    hold.refresh_from_db()
    with audited() as log:
        return releasing.ask(log, hold, by=by, reason=reason, now=timezone.now())


def decided(
    release: HoldRelease, *, by: User, approve: bool = True, now: datetime | None = None
) -> LegalHold:
    with audited() as log:
        return releasing.decide(
            log, release, by=by, approve=approve, reason="Counsel confirmed it.", now=now or timezone.now()
        )


def released(hold: LegalHold) -> LegalHold:
    """The hold, released by two reviewers who have nothing else to do with it."""
    first, second = (
        User.objects.filter(username=name).first() or person(name, REVIEWERS)
        for name in ("first-reviewer", "second-reviewer")
    )
    return decided(proposed(hold, by=first), by=second)
