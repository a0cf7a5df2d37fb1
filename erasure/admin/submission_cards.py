"""What a request's page shows of each submission: facts, what CXone reported, and what can still be done."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from erasure import holds
from erasure.choices import (
    ATTENTION_LINES,
    ATTENTION_LOOKS,
    Attention,
    HoldKind,
    Look,
    RequestType,
    Scope,
    SubmissionStatus,
)
from erasure.cxone.answers import cascade_rows
from erasure.models import LegalHold, Override, PrivacyRequest, Submission
from erasure.plain_words import categories_words, clock_words, count_words, uncapitalised

S = SubmissionStatus
NOTHING_FOUND = "CXone reported done and found nothing: check the identifier before you answer."


@dataclass(frozen=True)
class HoldLine:
    """What keeps a submission here, as officers may read it."""

    code: str
    ground: str


@dataclass(frozen=True, kw_only=True)
class Card:
    """One submission, ready to be shown. Texts are plain; the template escapes them."""

    submission: Submission
    identifier: str
    categories: str
    scope: str
    filed_by: str
    report: str
    own_words: str
    cascade: list[tuple[str, str]]
    total: str
    holds: list[HoldLine]
    override: Override | None
    goes: str
    attention_line: str
    attention_look: Look | None
    replaced_by: int | None
    found_nothing: bool
    can_stop: bool
    can_correct: bool
    can_ask: bool


def cards_of(request: PrivacyRequest, *, now: datetime) -> list[Card]:
    """A card for every submission, the latest first."""
    submissions = list(
        request.submissions.select_related("identifier", "filed_by")
        .defer("frozen_payload")
        .order_by("-number")
    )
    codes = {code for submission in submissions for code in submission.held_by}
    known = {hold.code: hold for hold in LegalHold.objects.filter(code__in=codes)} if codes else {}
    undecided = Override.objects.filter(submission__request=request, decision="").select_related("asked_by")
    questions = {override.submission_id: override for override in undecided}
    successors = {row.replaces_id: row.number for row in submissions if row.replaces_id}
    hidden = _identifiers_of(request)
    cards = []
    for submission in submissions:
        submission.request = request
        cards.append(
            _card(
                submission,
                held_by=[_hold_line(code, known) for code in submission.held_by],
                override=questions.get(submission.pk),
                replaced_by=successors.get(submission.pk),
                hidden=hidden,
                now=now,
            )
        )
    return cards


def _card(
    submission: Submission,
    *,
    held_by: list[HoldLine],
    override: Override | None,
    replaced_by: int | None,
    hidden: Mapping[str, str],
    now: datetime,
) -> Card:
    cascade = cascade_rows(submission.upstream_body) if submission.upstream_body else []
    found_nothing = submission.status == S.COMPLETED and submission.records_affected == 0
    final = replaced_by is None and not submission.request.is_answered
    blocked = submission.status == S.BLOCKED
    flag = submission.attention
    return Card(
        submission=submission,
        identifier=submission.identifier.masked,
        categories=categories_words(submission.categories),
        scope=Scope(submission.scope).label,
        filed_by=submission.filed_by.shown_name,
        report=report_words(submission),
        own_words=without_identifiers(submission.error_message or "", hidden),
        cascade=[(entity, f"{records:,}") for entity, records in cascade],
        total=f"{sum(records for _entity, records in cascade):,}",
        holds=held_by if blocked else [],
        override=override if blocked else None,
        goes=goes_words(submission, now=now),
        attention_line=ATTENTION_LINES[Attention(flag)] if flag else "",
        attention_look=ATTENTION_LOOKS[Attention(flag)] if flag else None,
        replaced_by=replaced_by,
        found_nothing=found_nothing,
        can_stop=submission.status in {S.BLOCKED, S.QUEUED},
        can_correct=final and (found_nothing or submission.status == S.FAILED),
        can_ask=blocked and override is None and _can_be_overridden(submission),
    )


def report_words(submission: Submission) -> str:
    """What CXone reported, in one sentence; empty while it has reported nothing."""
    records = submission.records_affected
    if submission.status == S.FAILED:
        if submission.error_code == "refused_by_cxone":
            return "CXone refused it; nothing was taken up."
        if records:
            return f"CXone reported that it failed after {count_words(records, 'record')} were removed."
        return "CXone reported that it failed."
    if submission.status != S.COMPLETED:
        return ""
    if submission.type == RequestType.ACCESS:
        finished = "CXone reports finished: collect the copy there, record when and how it was handed over."
        return NOTHING_FOUND if records == 0 else finished
    if records is None:
        return "CXone reported done, without saying how many records."
    return f"CXone reported done: {count_words(records, 'record')}." if records else NOTHING_FOUND


def goes_words(submission: Submission, *, now: datetime) -> str:
    """When a queued submission goes out; empty for any other."""
    if submission.status != S.QUEUED or submission.next_attempt_at is None:
        return ""
    if submission.next_attempt_at <= now:
        return "Goes to CXone next."
    return f"Goes to CXone {clock_words(submission.next_attempt_at)}."


def without_identifiers(text: str, hidden: Mapping[str, str]) -> str:
    """The text with the person's identifiers masked; CXone may repeat them in its own words."""
    if not hidden:
        return text
    masks = {value.casefold(): mask for value, mask in hidden.items()}
    longest_first = sorted(hidden, key=len, reverse=True)
    pattern = re.compile("|".join(re.escape(value) for value in longest_first), re.IGNORECASE)
    return pattern.sub(lambda found: masks.get(found[0].casefold(), "••••"), text)


def _identifiers_of(request: PrivacyRequest) -> Mapping[str, str]:
    identifiers = request.subject.identifiers.all()
    return {identifier.value: identifier.masked for identifier in identifiers if identifier.value}


def _can_be_overridden(submission: Submission) -> bool:
    """A rule that the payload itself breaks has no override: it has to be filed anew."""
    return not any(holds.is_rule(code) for code in submission.held_by)


def _hold_line(code: str, known: Mapping[str, LegalHold]) -> HoldLine:
    hold = known.get(code)
    if hold is None:
        return HoldLine("", "the rules no longer allow this payload; stop it and register it anew")
    return HoldLine(code, f"{hold.ground} ({uncapitalised(HoldKind(hold.kind).label)})")
