"""What a request's page shows of each submission: facts, what CXone reported, and what can still be done."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from erasure import holds
from erasure.admin.hold_lines import HoldOnCard, HoldsOf, Rest, since_words
from erasure.admin.override_trace import OverridesOf, Trace
from erasure.admin.successors import Successors
from erasure.choices import (
    ATTENTION_LINES,
    ATTENTION_LOOKS,
    Attention,
    Look,
    RequestType,
    Scope,
    SubmissionStatus,
)
from erasure.cxone.answers import cascade_rows
from erasure.departures import NEVER_TAKEN
from erasure.models import Override, PrivacyRequest, Submission
from erasure.plain_words import categories_words, clock_words, count_words

S = SubmissionStatus
NOTHING_FOUND = _lazy("CXone reported done and found nothing: check the identifier before you answer.")


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
    holds: list[HoldOnCard]
    #: Whether a hold that came after the filing keeps it here, and since when it waits, in words.
    suspended: bool
    since: str
    #: Of holds that came when it had left.
    late: Sequence[str]
    #: Of holds that seemed to have come too late, and did not.
    not_taken: Sequence[str]
    rest: Rest | None
    override: Override | None
    trace: Trace | None
    goes: str
    attention_line: str
    attention_look: Look | None
    replaced_by: int | None
    #: What became of it, or of which it is a part, where a held part was put apart.
    split: str
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
    facts = _Facts(
        holds=HoldsOf.of(request, submissions, now=now),
        overrides=OverridesOf.of(request, now=now),
        successors=Successors.among(submissions),
        hidden=_identifiers_of(request),
    )
    for submission in submissions:
        submission.request = request
    return [_card(submission, facts, now=now) for submission in submissions]


@dataclass(frozen=True, kw_only=True)
class _Facts:
    """What the cards of one request have in common, read once."""

    holds: HoldsOf
    overrides: OverridesOf
    successors: Successors
    hidden: Mapping[str, str]


def _card(submission: Submission, facts: _Facts, *, now: datetime) -> Card:
    cascade = cascade_rows(submission.upstream_body) if submission.upstream_body else []
    found_nothing = submission.status == S.COMPLETED and submission.records_affected == 0
    successors = facts.successors.of(submission)
    final = not successors and not submission.request.is_answered
    blocked = submission.status == S.BLOCKED
    override = facts.overrides.waiting.get(submission.pk) if blocked else None
    flag = submission.attention
    first_filed_at = facts.successors.first_filed_at(submission)
    held = facts.holds.lines(submission, first_filed_at=first_filed_at)
    trace = facts.overrides.trace(submission)
    was_free = bool(trace and trace.was_approved)
    return Card(
        submission=submission,
        identifier=submission.identifier.masked,
        categories=categories_words(submission.categories),
        scope=str(Scope(submission.scope).label),
        filed_by=submission.filed_by.shown_name,
        report=report_words(submission),
        own_words=without_identifiers(submission.error_message or "", facts.hidden),
        cascade=[(entity, f"{records:,}") for entity, records in cascade],
        total=f"{sum(records for _entity, records in cascade):,}",
        holds=held,
        suspended=any(line.came for line in held) and (was_free or all(line.came for line in held)),
        since=since_words(held, first_filed_at, was_free=was_free),
        late=facts.holds.late.get(submission.pk, ()),
        not_taken=facts.holds.not_taken.get(submission.pk, ()),
        rest=facts.holds.rest(submission),
        override=override,
        trace=trace,
        goes=goes_words(submission, now=now),
        attention_line=str(ATTENTION_LINES[Attention(flag)]) if flag else "",
        attention_look=ATTENTION_LOOKS[Attention(flag)] if flag else None,
        replaced_by=successors[0].number if successors else None,
        split=facts.successors.split_words(submission),
        found_nothing=found_nothing,
        can_stop=submission.status in {S.BLOCKED, S.QUEUED},
        can_correct=final and (found_nothing or submission.status == S.FAILED),
        can_ask=blocked and override is None and _can_be_overridden(submission),
    )


def report_words(submission: Submission) -> str:
    """What CXone reported, in one sentence; empty while it has reported nothing."""
    records = submission.records_affected
    if submission.status == S.FAILED:
        if submission.error_code == NEVER_TAKEN:
            return _("CXone refused it; nothing was taken up.")
        if records:
            return _("CXone reported that it failed after %(records)s were removed.") % {
                "records": count_words(records, "record")
            }
        return _("CXone reported that it failed.")
    if submission.status != S.COMPLETED:
        return ""
    if submission.type == RequestType.ACCESS:
        finished = _(
            "CXone reports finished: collect the copy there, record when and how it was handed over."
        )
        return str(NOTHING_FOUND) if records == 0 else finished
    if records is None:
        return _("CXone reported done, without saying how many records.")
    return (
        (_("CXone reported done: %(records)s.") % {"records": count_words(records, "record")})
        if records
        else str(NOTHING_FOUND)
    )


def goes_words(submission: Submission, *, now: datetime) -> str:
    """When a queued submission goes out; empty for any other."""
    if submission.status != S.QUEUED or submission.next_attempt_at is None:
        return ""
    if submission.next_attempt_at <= now:
        return _("Goes to CXone next.")
    return _("Goes to CXone %(when)s.") % {"when": clock_words(submission.next_attempt_at)}


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
