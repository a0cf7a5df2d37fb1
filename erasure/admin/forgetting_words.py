"""What a request's page says about its forgetting: what went when, and what is still to go."""

from datetime import datetime

from django.utils import timezone
from django.utils.translation import gettext as _

from audit.words import day_words
from erasure import shredding
from erasure.asked import controllers_today
from erasure.models import PrivacyRequest
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF


def forgetting_words(request: PrivacyRequest, *, now: datetime) -> str:
    """One or two sentences; empty until the person has been answered, since the periods begin then."""
    if not request.is_answered:
        return ""
    if request.unlinked_at:
        return _("%(gone)s; the proof that links it to the person, on %(day)s.") % {
            "gone": _gone(request.shredded_at),
            "day": _day(request.unlinked_at),
        }
    if shredding.undelivered().filter(request=request).exists():
        return _("A vault is still to be told of this: nothing of it is shredded until then.")
    held = not shredding.may_go(now).filter(pk=request.pk).exists()
    if request.shredded_at:
        later = "" if not _is_known_again(request) else _(" A later request brought an identifier back.")
        return f"{_gone(request.shredded_at)}.{later} {_what_follows(request, held=held)}"
    if held:
        return _("A legal hold is on the person: nothing of this is shredded until it ends.")
    return _(
        "Identifiers and free text go %(soon)s; the proof that links it to the person goes %(later)s."
    ) % {
        "soon": _goes(request, IDENTIFIERS_AND_TEXT),
        "later": _goes(request, PROOF),
    }


def _what_follows(request: PrivacyRequest, *, held: bool) -> str:
    if held:
        return _(
            "Because of a legal hold on the person, the proof that links it to the person stays until it "
            "ends."
        )
    return _("The proof that links it to the person goes %(when)s.") % {"when": _goes(request, PROOF)}


def _goes(request: PrivacyRequest, step: int) -> str:
    day = shredding.goes_on(request, step)
    # On the day itself its hour may be still to come.
    if day is None or day < controllers_today():
        return _("with the next round")
    return _("on %(day)s") % {"day": day_words(day)}


def _gone(moment: datetime | None) -> str:
    return _("Identifiers and free text were shredded on %(day)s") % {"day": _day(moment)}


def _day(moment: datetime | None) -> str:
    return day_words(timezone.localdate(moment, timezone=timezone.get_default_timezone())) if moment else ""


def _is_known_again(request: PrivacyRequest) -> bool:
    return any(identifier.value for identifier in request.subject.identifiers.all())
