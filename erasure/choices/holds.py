"""Holds, their releases, and overrides."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from erasure.choices.looks import Look


class HoldKind(TextChoices):
    """Why a hold forbids erasing: the ground that officers see."""

    LITIGATION = "litigation", _("Litigation")
    STATUTORY_RETENTION = "statutory_retention", _("Statutory retention")
    INVESTIGATION = "investigation", _("Investigation")


#: How the codes of holds begin, by kind: LIT-2026-1. The two rules of the contract are RET-1 and RET-2.
HOLD_CODE_PREFIXES: dict[HoldKind, str] = {
    HoldKind.LITIGATION: "LIT",
    HoldKind.STATUTORY_RETENTION: "RET",
    HoldKind.INVESTIGATION: "INV",
}


class HoldState(TextChoices):
    """Where a hold stands, derived from its dates; it is never stored."""

    AHEAD = "ahead", _("Not yet in force")
    IN_FORCE = "in_force", _("In force")
    ENDED = "ended", _("Ended")
    RELEASED = "released", _("Released")


HOLD_STATE_LOOKS: dict[HoldState, Look] = {
    HoldState.AHEAD: Look("info", "schedule"),
    HoldState.IN_FORCE: Look("warning", "lock"),
    HoldState.ENDED: Look("neutral", "event_available"),
    HoldState.RELEASED: Look("neutral", "lock_open"),
}


class ReleaseDecision(TextChoices):
    """How a proposal to release a hold ended. While nobody has decided there is none."""

    APPROVED = "approved", _("Released")
    DENIED = "denied", _("Kept")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired, nobody decided in time")


RELEASE_LOOKS: dict[ReleaseDecision, Look] = {
    ReleaseDecision.APPROVED: Look("success", "lock_open"),
    ReleaseDecision.DENIED: Look("neutral", "lock"),
    ReleaseDecision.WITHDRAWN: Look("neutral", "undo"),
    ReleaseDecision.EXPIRED: Look("neutral", "timer_off"),
}


class OverrideReason(TextChoices):
    """Why the asker says that a held submission may go."""

    HOLD_DOES_NOT_REACH = "hold_does_not_reach", _("The hold does not reach this data")
    EVIDENCE_PRESERVED = "evidence_preserved", _("The evidence is preserved elsewhere")
    MATTER_CLOSED = "matter_closed", _("The matter is closed")


class OverrideDecision(TextChoices):
    """How an override ended. While nobody has decided there is none."""

    APPROVED = "approved", _("Approved")
    DENIED = "denied", _("Denied")
    WITHDRAWN = "withdrawn", _("Withdrawn")
    EXPIRED = "expired", _("Expired, nobody decided in time")


OVERRIDE_LOOKS: dict[OverrideDecision, Look] = {
    OverrideDecision.APPROVED: Look("success", "check_circle"),
    OverrideDecision.DENIED: Look("neutral", "block"),
    OverrideDecision.WITHDRAWN: Look("neutral", "undo"),
    OverrideDecision.EXPIRED: Look("neutral", "timer_off"),
}
#: An approval that was taken back before it was used.
REVOKED_LOOK = Look("warning", "undo")
