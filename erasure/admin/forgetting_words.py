"""What a request's page says about its forgetting: what went when, and what is still to go."""

from datetime import datetime

from django.utils import timezone

from erasure import shredding
from erasure.asked import controllers_today
from erasure.deadlines import long_date
from erasure.models import PrivacyRequest
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF

TEXT, LINK = "Identifiers and free text", "the proof that links it to the person"


def forgetting_words(request: PrivacyRequest, *, now: datetime) -> str:
    """One or two sentences; empty until the person has been answered, since the periods begin then."""
    if not request.is_answered:
        return ""
    if request.unlinked_at:
        return f"{_gone(request.shredded_at)}; {LINK}, on {_day(request.unlinked_at)}."
    held = not shredding.may_go(now).filter(pk=request.pk).exists()
    if request.shredded_at:
        later = "" if not _is_known_again(request) else " A later request brought an identifier back."
        return f"{_gone(request.shredded_at)}.{later} {_what_follows(request, held=held)}"
    if held:
        return "A legal hold is on the person: nothing of this is shredded until it ends."
    return f"{TEXT} {_goes(request, IDENTIFIERS_AND_TEXT)}; {LINK} {_goes(request, PROOF)}."


def _what_follows(request: PrivacyRequest, *, held: bool) -> str:
    if held:
        return f"Because of a legal hold on the person, {LINK} stays until it ends."
    return f"{LINK[0].upper()}{LINK[1:]} {_goes(request, PROOF)}."


def _goes(request: PrivacyRequest, step: int) -> str:
    day = shredding.goes_on(request, step)
    verb = "go" if step == IDENTIFIERS_AND_TEXT else "goes"
    # On the day itself its hour may be still to come.
    if day is None or day < controllers_today():
        return f"{verb} with the next round"
    return f"{verb} on {long_date(day)}"


def _gone(moment: datetime | None) -> str:
    return f"{TEXT} were shredded on {_day(moment)}"


def _day(moment: datetime | None) -> str:
    return long_date(timezone.localdate(moment, timezone=timezone.get_default_timezone())) if moment else ""


def _is_known_again(request: PrivacyRequest) -> bool:
    return any(identifier.value for identifier in request.subject.identifiers.all())
