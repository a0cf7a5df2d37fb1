"""What to do about a request, in one sentence; about what was refused, by when as well."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.words import Words
from erasure.attention.facts import Facts
from erasure.attention.needs import Need
from erasure.choices import (
    ATTENTION_LINES,
    Attention,
    OverrideDecision,
    RequestStage,
    RequestType,
    SubmissionStatus,
)
from erasure.deadlines import long_date
from erasure.models import ClockPause, Override, PrivacyRequest, Submission
from erasure.plain_words import uncapitalised

Parts = Sequence[Submission]


def sentence_of(
    need: Need, stage: RequestStage, request: PrivacyRequest, facts: Facts, *, today: date
) -> str:
    """What to do about this request, which needs somebody for this reason."""
    parts = facts.parts.get(request.pk, ())
    said = (
        _of_the_clock(need, request, facts)
        or _flag_sentence(parts)
        or (str(_LATE_SENTENCES.get(stage, "")) if request.due_on < today else "")
        or _stage_sentence(stage, request, parts, facts)
    )
    return f"{said} {_by_when_refused(request, parts)}".strip()


def lapsed_words(override: Override, now: datetime) -> str:
    """How an override of what is still held came to nothing, in a sentence; empty while it waits."""
    if override.revoked_at:
        return _("The approval was taken back.")
    if override.decision == OverrideDecision.WITHDRAWN:
        return _("The question for an override was taken back.")
    if override.decision == OverrideDecision.APPROVED and override.expires_at > now:
        return _("The approval does not reach a hold that came later.")
    if override.decision == OverrideDecision.APPROVED:
        return _("The approval was not used in time.")
    is_over = override.decision == OverrideDecision.EXPIRED or override.expires_at <= now
    return _("Nobody decided on the override in time.") if is_over else ""


def _of_the_clock(need: Need, request: PrivacyRequest, facts: Facts) -> str:
    """What a pause, or a receipt to be confirmed, asks for; empty for every other need."""
    if need == Need.PAUSED:
        return _paused(facts.pauses[request.pk])
    if need == Need.TO_BE_CONFIRMED and request.acknowledge_by:
        return _(
            "Tell the person by %(day)s that the request came in and what happens next, and record that."
        ) % {"day": long_date(request.acknowledge_by)}
    return ""


def _paused(pause: ClockPause) -> str:
    return _(
        "The clock stands still since %(day)s: %(asked_for)s. Record the person’s answer once it is here."
    ) % {
        "day": long_date(pause.from_day),
        "asked_for": uncapitalised(pause.get_ground_display()),
    }


def _by_when_refused(request: PrivacyRequest, parts: Parts) -> str:
    """The date of a refusal, which no extension moves; empty where nothing was refused."""
    if all(part.status != SubmissionStatus.REFUSED for part in parts):
        return ""
    return _("The refusal has to reach the person by %(day)s.") % {"day": long_date(request.first_due_on)}


def _flag_sentence(parts: Parts) -> str:
    """What a flag asks for, even where the submission has ended: nobody has looked at it yet."""
    return next((str(ATTENTION_LINES[Attention(part.attention)]) for part in parts if part.attention), "")


def _stage_sentence(stage: RequestStage, request: PrivacyRequest, parts: Parts, facts: Facts) -> str:
    if stage == RequestStage.BLOCKED:
        return _on_hold([part for part in parts if part.status == SubmissionStatus.BLOCKED], facts)
    if stage == RequestStage.TO_BE_ANSWERED:
        return _to_be_answered(request, parts)
    return str(_STAGE_SENTENCES[stage])


def _on_hold(held: Parts, facts: Facts) -> str:
    codes = {"codes": ", ".join(sorted({code for part in held for code in part.held_by}))}
    now = timezone.now()
    latest = [facts.overrides.get(part.pk) for part in held]
    lapsed = [lapsed_words(override, now) for override in latest if override]
    if all(latest) and not any(lapsed):
        return (
            _("Held by %(codes)s. A reviewer has to decide on the override; remind them if it presses.")
            % codes
        )
    if words := next(filter(None, lapsed), ""):
        again = _("Held by %(codes)s: ask again, or stop the held part and answer without it.") % codes
        return f"{words} {again}"
    return _("Held by %(codes)s. Ask for an override, or stop the held part and answer without it.") % codes


def _to_be_answered(request: PrivacyRequest, parts: Parts) -> str:
    completed = [part for part in parts if part.status == SubmissionStatus.COMPLETED]
    if not completed and any(part.status == SubmissionStatus.REFUSED for part in parts):
        return _(
            "A reviewer denied the override; nothing was sent. Tell the person why, and record the answer."
        )
    if not completed:
        return _("Nothing was sent in the end. Tell the person why, and record the answer.")
    if all(part.records_affected == 0 for part in completed):
        return _("CXone found nothing under this identifier. Check the identifier before you answer.")
    if len(completed) < len(parts):
        return _("CXone reports a part done; the rest was refused or stopped. Tell the person both.")
    if request.type == RequestType.ACCESS:
        return _("CXone reports the copy ready. Collect it there, hand it over, and record the answer.")
    return _("CXone reports it done. Tell the person, and record the answer.")


#: What moves by itself needs somebody all the same once its statutory date has passed.
_LATE_SENTENCES: Mapping[RequestStage, Words] = {
    RequestStage.PROCESSING: _lazy("CXone is still at work on it. Ask CXone’s support, and tell the person."),
    RequestStage.QUEUED: _lazy(
        "It has not gone out. Ask an operator about the connection, and tell the person."
    ),
}
_STAGE_SENTENCES: Mapping[RequestStage, Words] = {
    RequestStage.REGISTERED: _lazy(
        "Nothing was sent yet. Add the CXone id and send it, or answer the person."
    ),
    RequestStage.ATTENTION: _lazy("Open it and look at what is marked."),
    RequestStage.FAILED: _lazy(
        "CXone could not carry it out. Read its words, correct and file it anew, or answer."
    ),
    RequestStage.PROCESSING: _lazy("CXone is at work on it. There is nothing to do until it reports back."),
    RequestStage.QUEUED: _lazy(
        "It goes to CXone by itself. There is nothing to do until CXone reports back."
    ),
}
