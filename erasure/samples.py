"""The samples of `demo`: one or two requests in every state, about made-up people, carried out by the sandbox
like any other, and legal holds: one that stops what was filed after it, one that came too late.

What ends an identifier tells the sandbox how its story goes: -FAIL, -NONE, -SLOW, -STUCK.
"""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from audit.trail import audited
from erasure import filing, lifecycle, overrides, releasing
from erasure.choices import (
    Category,
    Channel,
    HoldKind,
    IdentifierKind,
    IdentityCheck,
    Outcome,
    OverrideReason,
    Regulation,
    RequestType,
    Scope,
    SubmissionStatus,
)
from erasure.filing import Filing, Identifier
from erasure.hold_wishes import HoldWish
from erasure.models import LegalHold, Override, PrivacyRequest
from erasure.placing import place

WAIT_SECONDS = 45.0
LOOK_EVERY_SECONDS = 0.5
JUSTIFICATION = (
    "The person was under sixteen when the calls were analysed, and the parent has withdrawn consent. "
    "The retention rule does not extend to minors."
)
GROUNDS = {
    HoldKind.LITIGATION: "claims about a contract of 2024",
    HoldKind.INVESTIGATION: "an inquiry into a payment",
}
WHY_RELEASED = "The parties have settled; counsel confirmed on Monday that nothing has to be kept any more."
#: A sample that is refused names the obligation behind RET-1, never the hold itself.
REFUSED_ON = "legal_obligation"
C = Category


@dataclass(frozen=True, kw_only=True)
class Sample:
    """One made-up request."""

    identifier: str
    kind: str = IdentifierKind.CXONE_ID
    days_ago: int = 3
    categories: Sequence[str] = (C.CONTACT, C.INTERACTION, C.CHAT)
    regulation: str = Regulation.GDPR
    type: str = RequestType.ERASURE
    scope: str = Scope.CONTACT
    channel: str = Channel.EMAIL
    delay: timedelta = timedelta(0)
    answer: Outcome | None = None


ANSWERED_DONE = Sample(identifier="cust-2026-4471", days_ago=12, answer=Outcome.DONE)
ANSWERED_NOTHING_FOUND = Sample(
    identifier="cust-2026-1180-NONE", days_ago=20, regulation=Regulation.CCPA, answer=Outcome.NOTHING_FOUND
)
WITHDRAWN = Sample(identifier="cust-2026-5504", days_ago=8, delay=timedelta(days=1), answer=Outcome.WITHDRAWN)
ASKED = Sample(identifier="cust-2026-0192", days_ago=22, categories=(C.CONTACT, C.ANALYTICS))
DENIED = Sample(identifier="cust-2026-9913", days_ago=15, categories=(C.ANALYTICS,), answer=Outcome.REFUSED)
HELD = Sample(identifier="cust-2026-2681", days_ago=9, categories=(C.CONTACT, C.CHAT))
STOPPABLE = Sample(identifier="cust-2026-7730", days_ago=0, delay=timedelta(hours=1))

SENT = (
    ANSWERED_DONE,
    ANSWERED_NOTHING_FOUND,
    Sample(identifier="cust-2026-0031-STUCK", days_ago=34, channel=Channel.WEB_FORM),
    Sample(identifier="cust-2026-2215-FAIL", days_ago=13, channel=Channel.LETTER),
    Sample(identifier="cust-2026-6028", days_ago=27, regulation=Regulation.UK_GDPR, scope=Scope.CONVERSATION),
    Sample(identifier="cust-2026-3307-NONE", days_ago=5, categories=(C.CONTACT, C.EMAIL, C.SMS)),
    Sample(identifier="cust-2026-8846", days_ago=40, regulation=Regulation.CCPA, type=RequestType.ACCESS),
    Sample(identifier="cust-2026-4410", days_ago=1, regulation=Regulation.UTAH, categories=(C.SURVEY, C.IVR)),
    Sample(identifier="cust-2026-9024", days_ago=6, categories=(C.CONVERSATION, C.ANALYTICS)),
    WITHDRAWN,
    ASKED,
    DENIED,
    STOPPABLE,
    HELD,
)
REGISTERED = (
    Sample(identifier="m.oliveira@example.org", kind=IdentifierKind.EMAIL, days_ago=33),
    Sample(
        identifier="+44 20 7946 0018", kind=IdentifierKind.PHONE, days_ago=26, regulation=Regulation.UK_GDPR
    ),
)


def file_samples(*, officer: Any, reviewer: Any) -> int:
    """File them, in an empty demo only; the number filed. The workers carry them out from there."""
    if PrivacyRequest.objects.exists():
        return 0
    litigation = _hold(HELD, reviewer, kind=HoldKind.LITIGATION, matter="Case 7 O 123/26")
    requests = {sample: filing.register(_filing(sample), by=officer) for sample in REGISTERED}
    for sample in SENT:
        requests[sample] = filing.register_and_send(_filing(sample), by=officer, send_delay=sample.delay)
    _ask(requests[ASKED], officer)
    _deny(_ask(requests[DENIED], officer), reviewer)
    _stop(requests[WITHDRAWN], officer)
    _propose_release(litigation, reviewer)
    _answer_when_ended({requests[s]: s.answer for s in SENT if s.answer}, officer)
    late = ANSWERED_NOTHING_FOUND
    _hold(late, reviewer, kind=HoldKind.INVESTIGATION, matter="INQ-2026-12", since=_days_ago(late.days_ago))
    return len(requests)


def _filing(sample: Sample) -> Filing:
    is_sent = sample.kind == IdentifierKind.CXONE_ID
    return Filing(
        identifiers=[Identifier(sample.kind, sample.identifier)],
        type=sample.type,
        regulation=sample.regulation,
        received_on=_days_ago(sample.days_ago),
        channel=sample.channel,
        identity_check=IdentityCheck.VERIFIED_CONTACT if is_sent else "",
        categories=sample.categories if is_sent else (),
        scope=sample.scope if is_sent else "",
    )


def _days_ago(days: int) -> date:
    return timezone.localdate() - timedelta(days=days)


def _hold(
    sample: Sample, reviewer: Any, *, kind: HoldKind, matter: str, since: date | None = None
) -> LegalHold:
    """A hold on the person of this sample, whether or not anything was asked for them yet."""
    wish = HoldWish(
        kind=kind,
        matter=matter,
        ground=GROUNDS[kind],
        identifiers=[Identifier(sample.kind, sample.identifier)],
        from_day=since,
    )
    return place(wish, by=reviewer)


def _propose_release(hold: LegalHold, reviewer: Any) -> None:
    with audited() as log:
        releasing.ask(log, hold, by=reviewer, reason=WHY_RELEASED, now=timezone.now())


def _ask(request: PrivacyRequest, officer: Any) -> Override:
    held = request.submissions.select_related("request", "identifier").get(status=SubmissionStatus.BLOCKED)
    with audited() as log:
        return overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.HOLD_DOES_NOT_REACH,
            justification=JUSTIFICATION,
            now=timezone.now(),
        )


def _deny(override: Override, reviewer: Any) -> None:
    now = timezone.now()
    with audited() as log:
        overrides.decide(
            log,
            override,
            by=reviewer,
            approve=False,
            reason="The retention rule makes no exception for this data.",
            now=now,
            send_at=now,
        )


def _stop(request: PrivacyRequest, officer: Any) -> None:
    queued = request.submissions.select_related("request", "identifier").get()
    with audited() as log:
        lifecycle.cancel(log, queued, by=officer, because="stopped", now=timezone.now())


def _answer_when_ended(wanted: dict[PrivacyRequest, Outcome], officer: Any) -> None:
    """Answer each once its submissions have ended; what has not ended in time is left to whoever tries the
    demo.
    """
    ends = time.monotonic() + WAIT_SECONDS
    while wanted and time.monotonic() < ends:
        for request, outcome in list(wanted.items()):
            if _try_to_answer(request, outcome, officer):
                del wanted[request]
        time.sleep(LOOK_EVERY_SECONDS)


def _try_to_answer(request: PrivacyRequest, outcome: Outcome, officer: Any) -> bool:
    try:
        with audited() as log:
            lifecycle.answer(
                log,
                request,
                by=officer,
                told=_told(request, outcome),
                channel=Channel.EMAIL,
                answered_on=timezone.localdate(),
                note="",
                now=timezone.now(),
            )
    except lifecycle.MoveRefused:
        return False
    return True


def _told(request: PrivacyRequest, outcome: Outcome) -> list[lifecycle.Told]:
    ground = REFUSED_ON if outcome == Outcome.REFUSED else ""
    return [
        lifecycle.Told(submission=part.number, outcome=outcome, ground=ground)
        for part in lifecycle.parts_to_answer(request)
    ]
