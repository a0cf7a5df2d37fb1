"""Which vaults were told of a request: the recipients of what was done, for the person whose request it is.

GDPR Art. 19 has the person told of them on request. What exactly a vault was told, and what it answered, is
not here: the one is what the dossier itself tells, the other is between us and the vault.
"""

from collections.abc import Collection, Mapping
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from erasure.choices import DeliveryState
from erasure.models import Delivery, PrivacyRequest

STATES: Mapping[str, str] = {
    DeliveryState.WAITING: gettext_noop("Not told yet"),
    DeliveryState.DELIVERED: gettext_noop("Told"),
    DeliveryState.GIVEN_UP: gettext_noop("Could not be told so far"),
    DeliveryState.NOT_FOR_IT: gettext_noop("Not told, since it keeps nothing about this request"),
    DeliveryState.LET_BE: gettext_noop("Not told"),
}


def vaults_told(request: PrivacyRequest, parts: Collection[int]) -> list[dict[str, Any]]:
    """What each vault was told, or not, of these parts of a request and of its answer, by number."""
    rows = [
        row for row in request.deliveries.all() if row.submission is None or row.submission.number in parts
    ]
    return [_told(row) for row in rows]


def _told(row: Delivery) -> dict[str, Any]:
    is_told = row.state == DeliveryState.DELIVERED
    settled = row.settled_at if is_told else None
    return {
        "vault": row.vault.name,
        "part": row.submission.number if row.submission else None,
        "of": {"code": row.occasion, "words": _of(row)},
        "state": {"code": row.state, "words": _(STATES[row.state])},
        "told_on": settled and timezone.localdate(settled, timezone.get_default_timezone()),
    }


def _of(row: Delivery) -> str:
    if row.submission is None:
        return _("the answer to you")
    return _("the end of part %(number)s") % {"number": row.submission.number}
