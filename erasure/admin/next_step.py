"""What comes next for a request, in one sentence."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from django.utils.translation import gettext as _

from erasure.admin.submission_cards import Card, goes_words
from erasure.choices import RequestStage, RequestType, SubmissionStatus
from erasure.models import PrivacyRequest

S = SubmissionStatus
Cards = Sequence[Card]


def next_step(request: PrivacyRequest, stage: RequestStage, cards: Cards, *, now: datetime) -> str:
    """The sentence for a request that stands at `stage` with these current cards."""
    if stage is RequestStage.QUEUED:
        return _queued(cards, now=now)
    return _SENTENCES[stage](request, cards)


def _registered(_request: PrivacyRequest, _cards: Cards) -> str:
    return _("Nothing was sent yet. Send it once the CXone id is known, or answer the person.")


def _blocked(_request: PrivacyRequest, cards: Cards) -> str:
    held = [card for card in cards if card.submission.status == S.BLOCKED]
    is_whole = len(held) == len(cards)
    if all(card.override for card in held):
        return (
            _("It waits for a reviewer’s decision. The statutory date keeps running.")
            if is_whole
            else _("The held part waits for a reviewer’s decision. The statutory date keeps running.")
        )
    if any(card.rest for card in held):
        return _("A part of it is held by nothing and can go now; the rest waits for the hold’s release.")
    lapsed = next((card.trace.lapsed for card in held if card.trace and not card.override), "")
    if lapsed:
        again = (
            _("It stays held: ask for an override again, or stop it.")
            if is_whole
            else _("The held part stays held: ask for an override again, or stop it.")
        )
        return f"{lapsed} {again}"
    return (
        _("It goes on by itself when the hold is released, or when an override is approved.")
        if is_whole
        else _("The held part goes on by itself when the hold is released, or when an override is approved.")
    )


def _queued(cards: Cards, *, now: datetime) -> str:
    waiting = [card.submission for card in cards if card.submission.status == S.QUEUED]
    ahead = [row for row in waiting if row.next_attempt_at and row.next_attempt_at > now]
    if not ahead:
        return _("It goes to CXone next; there is nothing to do.")
    first = min(ahead, key=lambda row: row.next_attempt_at or now)
    until_then = _("Until then it can be stopped.")
    return f"{goes_words(first, now=now)} {until_then}"


def _processing(_request: PrivacyRequest, _cards: Cards) -> str:
    return _(
        "CXone is at work on it. There is nothing to do until it reports back; this page follows by itself."
    )


def _attention(_request: PrivacyRequest, _cards: Cards) -> str:
    return _("Somebody has to look at it: what to do stands above.")


def _failed(_request: PrivacyRequest, cards: Cards) -> str:
    if any(not card.submission.is_terminal for card in cards):
        return _("A part failed while another is still under way. Read what CXone said about it below.")
    return _(
        "Read what CXone said below, then correct the identifier and file it anew, or answer the person."
    )


def _to_be_answered(request: PrivacyRequest, cards: Cards) -> str:
    completed = [card for card in cards if card.submission.status == S.COMPLETED]
    if not completed:
        return _("Nothing was carried out. Tell the person why, and record the answer.")
    if all(card.found_nothing for card in completed):
        return _("CXone found nothing under this identifier. Check the identifier before you answer.")
    if request.type == RequestType.ACCESS:
        return _("Collect the copy at CXone, hand it over, and record the answer.")
    return _("Tell the person what CXone reported, and record the answer.")


def _answered(_request: PrivacyRequest, _cards: Cards) -> str:
    return _("The person was answered. Nothing is left to do.")


_SENTENCES: Mapping[RequestStage, Callable[[PrivacyRequest, Cards], str]] = {
    RequestStage.REGISTERED: _registered,
    RequestStage.BLOCKED: _blocked,
    RequestStage.PROCESSING: _processing,
    RequestStage.ATTENTION: _attention,
    RequestStage.FAILED: _failed,
    RequestStage.TO_BE_ANSWERED: _to_be_answered,
    RequestStage.ANSWERED: _answered,
}
