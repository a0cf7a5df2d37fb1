"""All that the page of a request shows, gathered once: for the whole page, and for what moves."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Max
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import events_of
from erasure import holds, lifecycle
from erasure.admin.answer_shown import answer_shown
from erasure.admin.certificate_card import certificate_card, shred_warning
from erasure.admin.commenting import comments_shown
from erasure.admin.delivery_card import deliveries_of, delivery_card, moving_of, version_of
from erasure.admin.derivations import derivations_of
from erasure.admin.forgetting_words import forgetting_words
from erasure.admin.next_step import next_step
from erasure.admin.request_dates import clock_moves_of, dates_of
from erasure.admin.request_ways import can_refuse_whole, ways_of
from erasure.admin.submission_cards import Card, cards_of
from erasure.admin.timeline import timeline_of
from erasure.asked import controllers_today
from erasure.choices import RequestStage, SubmissionStatus
from erasure.deadlines import DISCLAIMER, as_stored
from erasure.models import Delivery, PrivacyRequest, Submission, Upstream
from erasure.models.subjects import in_order
from erasure.stages import Part, stage_of
from erasure.upstream import PAUSE_LINES, PauseCode

S = SubmissionStatus
#: A queued submission this close to its time is watched as closely as one that is under way.
SOON = timedelta(seconds=60)

#: What each permission lets one do on the page; without it the button is not there, and the server refuses.
POWERS = {
    "file": "erasure.file_request",
    "answer": "erasure.answer_request",
    "ask": "erasure.ask_override",
    "decide": "erasure.decide_override",
    "reveal": "erasure.reveal_identifier",
    "see_log": "audit.view_auditevent",
    "certify": "erasure.take_certificate",
    "audit_copy": "erasure.take_audit_copy",
    "tell_vaults": "erasure.manage_vaults",
}


def page_context(http_request: HttpRequest, request: PrivacyRequest) -> dict[str, Any]:
    """What the templates need; `may` and `sees_personal` say what of it this reader is shown."""
    now, today = timezone.now(), controllers_today()
    may = {power: http_request.user.has_perm(permission) for power, permission in POWERS.items()}
    cards = cards_of(request, now=now)
    current = [card for card in cards if card.replaced_by is None]
    submissions = [card.submission for card in cards]
    deliveries = deliveries_of(request)
    stage = stage_of(_parts(current), answered=request.is_answered)
    marked = lifecycle.part_to_look_at(request)
    return {
        "title": request.reference,
        "request_shown": request,
        "may": may,
        "sees_personal": may["reveal"],
        "cards": cards,
        "stage": stage,
        "next_step": next_step(request, RequestStage.ATTENTION if marked else stage, current, now=now),
        "identifiers": in_order(request.subject.identifiers.all()),
        "forgetting": forgetting_words(request, now=now),
        "can_reveal": may["reveal"] and any(known.value for known in request.subject.identifiers.all()),
        "can_take_over": may["file"] and request.owner_id != http_request.user.pk and not request.is_answered,
        "can_send": may["file"] and not cards and not request.is_answered,
        "why_not_answer": lifecycle.why_not_answer(request),
        "marked": marked,
        "now": now,
        "can_refuse": may["answer"] and not request.is_answered and can_refuse_whole(request),
        "ways": ways_of(request, may=may),
        "dates": dates_of(request, today=today),
        "clock_moves": clock_moves_of(request),
        **answer_shown(request),
        **comments_shown(request, may_read=may["reveal"]),
        "derivations": derivations_of(as_stored(request.derivation)),
        "disclaimer": DISCLAIMER,
        "pause_line": _pause_line(submissions),
        "certificate": certificate_card(request, submissions, may=may),
        "shred_warning": shred_warning(request, now=now) if may["certify"] else "",
        "deliveries": delivery_card(deliveries, may=may, now=now),
        "timeline": timeline_of(request, several=len(cards) > 1),
        "moving": moving(submissions, deliveries, now=now),
        "version": version(request, submissions, deliveries, now=now),
        "said": f"{request.reference}: {stage.label}.",
    }


def moving(submissions: Sequence[Submission], deliveries: Sequence[Delivery], *, now: datetime) -> str:
    """How soon something can change by itself: `soon`, `later` or `never`."""
    return min(
        _moving(submissions, now=now), moving_of(deliveries, now=now), key=("soon", "later", "never").index
    )


def _moving(submissions: Sequence[Submission], *, now: datetime) -> str:
    statuses = {submission.status for submission in submissions}
    due = [
        row.next_attempt_at
        for row in submissions
        if row.status == S.QUEUED and row.next_attempt_at is not None
    ]
    if statuses & {S.SUBMITTING, S.PROCESSING} or any(moment <= now + SOON for moment in due):
        return "soon"
    return "later" if statuses & {S.QUEUED, S.BLOCKED} else "never"


def version(
    request: PrivacyRequest,
    submissions: Sequence[Submission],
    deliveries: Sequence[Delivery],
    *,
    now: datetime,
) -> str:
    """Changes whenever the page would: every move has its event; what has none is added here."""
    newest = events_of(request.obj).aggregate(seq=Max("seq"))["seq"]
    going = [
        (row.number, row.next_attempt_at.isoformat(), row.next_attempt_at <= now)
        for row in sorted(submissions, key=lambda row: row.number)
        if row.status == S.QUEUED and row.next_attempt_at is not None
    ]
    held = {person for row in submissions if row.status == S.BLOCKED for person in holds.people_of(row)}
    # Holds begin and end by the clock; their events come a little later, when the tick sees to them.
    in_force = [hold.code for hold in holds.active(now, on=held)] if held else []
    state = [newest, going, in_force, _pause_line(submissions), controllers_today().isoformat()]
    state += version_of(deliveries, now=now)
    return hashlib.sha256(json.dumps(state).encode()).hexdigest()[:32]


def _parts(cards: Sequence[Card]) -> list[Part]:
    return [Part(card.submission.status, card.submission.attention) for card in cards]


def _pause_line(submissions: Sequence[Submission]) -> str:
    """Why nothing moves although something should; empty while CXone is called, or nothing waits for it."""
    if not any(row.status in {S.QUEUED, S.SUBMITTING, S.PROCESSING} for row in submissions):
        return ""
    paused = Upstream.objects.filter(id=1, paused_until__isnull=False).only("pause_code").first()
    if paused is None:
        return ""
    known = paused.pause_code in {code.value for code in PauseCode}
    return str(PAUSE_LINES[PauseCode(paused.pause_code)]) if known else _("It is tried again by itself.")
