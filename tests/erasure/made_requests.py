"""Requests in every state, made by the program's own moves; only what CXone says is made up."""

import json
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from typing import Any, TypeAlias

from django.test import Client
from django.utils import timezone

from audit.trail import audited
from erasure import filing, lifecycle
from erasure.asked import Filing, Identifier
from erasure.choices import Channel, ExtensionGround, Outcome, PauseGround
from erasure.models import LegalHold, PrivacyRequest, Submission
from privacyadmin.models import User

SignIn: TypeAlias = Callable[[User], Client]

CXONE_ID = "cust-2026-4471"


def today() -> date:
    return timezone.localdate(timezone=timezone.get_default_timezone())


def now() -> datetime:
    return timezone.now()


def filing_of(*identifiers: str | tuple[str, str], **facts: Any) -> Filing:
    given = [
        Identifier(*one) if isinstance(one, tuple) else Identifier("cxone_id", one)
        for one in identifiers or (CXONE_ID,)
    ]
    usual: dict[str, Any] = {
        "identifiers": given,
        "type": "ERASURE",
        "regulation": "gdpr",
        "received_on": today() - timedelta(days=3),
        "channel": "email",
        "identity_check": "document",
        "categories": ["CONTACT", "EMAIL"],
        "scope": "CONTACT",
    }
    return Filing(**{**usual, **facts})


def registered(by: Any, *identifiers: str | tuple[str, str], **facts: Any) -> PrivacyRequest:
    return filing.register(
        filing_of(*identifiers, **{"categories": (), "scope": "", "identity_check": "", **facts}), by=by
    )


def filed(
    by: Any, *identifiers: str | tuple[str, str], delay: timedelta = timedelta(0), **facts: Any
) -> PrivacyRequest:
    return filing.register_and_send(filing_of(*identifiers, **facts), by=by, send_delay=delay)


def only(request: PrivacyRequest, number: int = 1) -> Submission:
    return request.submissions.select_related("request", "identifier").get(number=number)


def sent(submission: Submission) -> Submission:
    with audited() as log:
        lifecycle.begin_sending(log, submission, payload="{}", now=timezone.now())
    return submission


def accepted(submission: Submission, cxone_id: str = "7f1c-20e4") -> Submission:
    sent(submission)
    now = timezone.now()
    with audited() as log:
        lifecycle.accept(log, submission, cxone_id=cxone_id, next_poll_at=now, now=now)
    return submission


def completed(
    submission: Submission,
    records: int | None = 7,
    rows: Sequence[tuple[str, int]] = (("Contact record", 7),),
) -> Submission:
    accepted(submission, cxone_id=f"7f1c-{submission.pk}")
    body = json.dumps({"cascade": [{"entity": entity, "records": count} for entity, count in rows]})
    with audited() as log:
        lifecycle.complete(log, submission, records=records, body=body, now=timezone.now())
    return submission


def failed(
    submission: Submission, message: str = "No such contact.", records: int | None = None
) -> Submission:
    accepted(submission, cxone_id=f"7f1c-{submission.pk}")
    with audited() as log:
        lifecycle.fail(
            log, submission, code="failed_at_cxone", message=message, records=records, now=timezone.now()
        )
    return submission


def flagged(submission: Submission, flag: Any) -> Submission:
    with audited() as log:
        lifecycle.raise_attention(log, submission, flag)
    return submission


def answered(
    request: PrivacyRequest, by: Any, outcome: Outcome = Outcome.DONE, note: str = "", on: date | None = None
) -> PrivacyRequest:
    with audited() as log:
        lifecycle.answer(
            log,
            request,
            by=by,
            told=told(request, outcome),
            channel=Channel.EMAIL,
            answered_on=on or today(),
            note=note,
            now=timezone.now(),
            late_reason="other"
            if lifecycle.due_for(request, told(request, outcome), on or today()) < (on or today())
            else "",
        )
    return request


def told(request: PrivacyRequest, outcome: Outcome) -> list[lifecycle.Told]:
    """The same of every part that bears it, and of the others what they do bear."""
    parts: Sequence[Submission | None] = lifecycle.parts_to_answer(request) or [None]
    return [_told(part, outcome) for part in parts]


def _told(part: Submission | None, outcome: Outcome) -> lifecycle.Told:
    possible = lifecycle.possible_outcomes(part)
    chosen = outcome if outcome in possible else possible[-1]
    ground = "identity_not_established" if chosen == Outcome.REFUSED else ""
    return lifecycle.Told(submission=part.number if part else None, outcome=chosen, ground=ground)


def extended(
    request: PrivacyRequest, by: Any, *, ground: str = "complexity", told_on: date | None = None
) -> PrivacyRequest:
    """More time, recorded on the day on which the person was told."""
    day = told_on or today()
    at = datetime(day.year, day.month, day.day, 12, tzinfo=timezone.get_default_timezone())
    with audited() as log:
        lifecycle.extend(
            log,
            request,
            by=by,
            ground=ExtensionGround(ground),
            told_on=day,
            explanation="Your data is spread over several systems.",
            now=at,
        )
    return request


def paused(request: PrivacyRequest, by: Any, *, ground: str = "identity") -> PrivacyRequest:
    """The person was asked for something on the day of receipt, and the law lets the clock wait."""
    with audited() as log:
        lifecycle.pause(
            log,
            request,
            by=by,
            ground=PauseGround(ground),
            from_day=request.received_on,
            now=timezone.now(),
        )
    return request


def hold_on(request: PrivacyRequest, code: str = "LIT-204") -> LegalHold:
    return LegalHold.objects.create(
        code=code,
        kind="litigation",
        ground="claims about a contract of 2024",
        subject=request.subject,
        placed_at=timezone.now(),
    )


def guarded(user: Any) -> Client:
    """A browser that is refused what comes without the token of a form, as every real one is."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(user)
    return client
