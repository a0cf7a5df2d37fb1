"""What somebody is told by mail."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _


class NoticeKind(TextChoices):
    """What somebody is told by mail; the label is the subject line's, the reference follows it."""

    OVERRIDE_WAITS = "override_waits", _("An override waits for a decision")
    OVERRIDE_PRESSES = "override_presses", _("An override is still undecided, and half its time is gone")
    OVERRIDE_DECIDED = "override_decided", _("Your override was decided")
    OVERRIDE_EXPIRED = "override_expired", _("Nobody decided on your override in time")
    OVERRIDE_REVOKED = "override_revoked", _("An approval was taken back")
    HOLD_QUESTIONED = "hold_questioned", _("Somebody asks for an override of your hold")
    HOLD_OVERRIDDEN = "hold_overridden", _("An override of your hold was approved")
    SUSPENDED = "suspended", _("Put on hold before it was sent")
    RELEASE_WAITS = "release_waits", _("The release of a hold waits for a second reviewer")
    RELEASE_DECIDED = "release_decided", _("The release of a hold was decided")
    ROLES_GRANTED = "roles_granted", _("Somebody was given a role")
    ROLES_ENDED = "roles_ended", _("A role of yours has ended")
    VAULT_GONE = "vault_gone", _("A vault was switched off, since it says that it is gone")
    ADDRESS_CHANGED = "address_changed", _("Your address for notices was changed")
