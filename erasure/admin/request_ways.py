"""What an officer can do to a request besides sending and answering it: the quiet row below its facts."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from erasure import lifecycle
from erasure.admin.extending import extension_now
from erasure.admin.letter_page import letters_of
from erasure.choices import LetterKind, Outcome
from erasure.deadlines import pause_grounds
from erasure.deliveries.tasks import why_not_name
from erasure.forms.answer import parts_asked
from erasure.models import PrivacyRequest
from erasure.vault_tasks import tasks_are_kept


@dataclass(frozen=True)
class Way:
    """One thing to do, and where."""

    id: str
    icon: str
    words: str
    address: str


def ways_of(request: PrivacyRequest, *, may: Mapping[str, bool]) -> list[Way]:
    """What this reader can do to it now."""
    return [*_clock_ways(request, may), *_task_ways(request, may), *_letter_ways(request, may)]


def _clock_ways(request: PrivacyRequest, may: Mapping[str, bool]) -> Iterator[Way]:
    # Where the law asks for the confirmation, one that went out can still be recorded after the answer.
    is_asked_for = request.acknowledge_by is not None or not request.is_answered
    if may["answer"] and request.acknowledged_on is None and is_asked_for:
        yield _way(request, "acknowledge", "mark_email_read", _("Confirm receipt"))
    if request.is_answered:
        return
    if may["answer"]:
        offer, why_not_extend = extension_now(request)
        if offer is not None and not why_not_extend:
            yield _way(request, "extend", "more_time", _("Extend"))
        if lifecycle.open_pause(request):
            yield _way(request, "pause", "play_circle", _("Let the clock go on"))
        elif pause_grounds(request.regulation, request.type):
            yield _way(request, "pause", "pause_circle", _("Pause the clock"))
    if may["file"]:
        yield _way(request, "correct_clock", "edit_calendar", _("Correct receipt or regulation"))
        yield _way(request, "hand_over", "person_add", _("Hand over"))


def _task_ways(request: PrivacyRequest, may: Mapping[str, bool]) -> Iterator[Way]:
    # Also after the answer: what is delivered then may wait for the task.
    if not may["file"] or why_not_name(request):
        return
    if request.vault_task:
        yield _way(request, "task", "task_alt", _("Change the task"))
    elif tasks_are_kept():
        yield _way(request, "task", "add_task", _("Name the task"))


def _letter_ways(request: PrivacyRequest, may: Mapping[str, bool]) -> Iterator[Way]:
    if not may["answer"]:
        return
    for kind in letters_of(request):
        address = reverse("admin:request_letter", args=[request.reference, kind])
        words = _("Letter: %(kind)s") % {"kind": LetterKind(kind).label}
        yield Way(f"letter-{kind}", "draft", words, address)


def _way(request: PrivacyRequest, name: str, icon: str, words: str) -> Way:
    address = reverse(f"admin:request_{name}", args=[request.reference])
    return Way(name.replace("_", "-"), icon, words, address)


def can_refuse_whole(request: PrivacyRequest) -> bool:
    """Whether every part bears a refusal, so that the whole can be refused at once."""
    if lifecycle.why_not_answer(request):
        return False
    return all(
        Outcome.REFUSED in lifecycle.possible_outcomes(part.submission) for part in parts_asked(request)
    )
