"""What comes next for a request, in one sentence."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

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
    return "Nothing was sent yet. Send it once the CXone id is known, or answer the person."


def _blocked(_request: PrivacyRequest, cards: Cards) -> str:
    held = [card for card in cards if card.submission.status == S.BLOCKED]
    what = "It" if len(held) == len(cards) else "The held part"
    if all(card.override for card in held):
        return f"{what} waits for a reviewer’s decision. The statutory date keeps running."
    if any(card.rest for card in held):
        return "A part of it is held by nothing and can go now; the rest waits for the hold’s release."
    lapsed = next((card.trace.lapsed for card in held if card.trace and not card.override), "")
    if lapsed:
        return f"{lapsed} {what} stays held: ask for an override again, or stop it."
    return f"{what} goes on by itself when the hold is released, or when an override is approved."


def _queued(cards: Cards, *, now: datetime) -> str:
    waiting = [card.submission for card in cards if card.submission.status == S.QUEUED]
    ahead = [row for row in waiting if row.next_attempt_at and row.next_attempt_at > now]
    if not ahead:
        return "It goes to CXone next; there is nothing to do."
    first = min(ahead, key=lambda row: row.next_attempt_at or now)
    return f"{goes_words(first, now=now)} Until then it can be stopped."


def _processing(_request: PrivacyRequest, _cards: Cards) -> str:
    return (
        "CXone is at work on it. There is nothing to do until it reports back; this page follows by itself."
    )


def _attention(_request: PrivacyRequest, _cards: Cards) -> str:
    return "Somebody has to look at it: what to do stands above."


def _failed(_request: PrivacyRequest, cards: Cards) -> str:
    if any(not card.submission.is_terminal for card in cards):
        return "A part failed while another is still under way. Read what CXone said about it below."
    return "Read what CXone said below, then correct the identifier and file it anew, or answer the person."


def _to_be_answered(request: PrivacyRequest, cards: Cards) -> str:
    completed = [card for card in cards if card.submission.status == S.COMPLETED]
    if not completed:
        return "Nothing was carried out. Tell the person why, and record the answer."
    if all(card.found_nothing for card in completed):
        return "CXone found nothing under this identifier. Check the identifier before you answer."
    if request.type == RequestType.ACCESS:
        return "Collect the copy at CXone, hand it over, and record the answer."
    return "Tell the person what CXone reported, and record the answer."


def _answered(_request: PrivacyRequest, _cards: Cards) -> str:
    return "The person was answered. Nothing is left to do."


_SENTENCES: Mapping[RequestStage, Callable[[PrivacyRequest, Cards], str]] = {
    RequestStage.REGISTERED: _registered,
    RequestStage.BLOCKED: _blocked,
    RequestStage.PROCESSING: _processing,
    RequestStage.ATTENTION: _attention,
    RequestStage.FAILED: _failed,
    RequestStage.TO_BE_ANSWERED: _to_be_answered,
    RequestStage.ANSWERED: _answered,
}
