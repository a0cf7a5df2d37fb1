"""What happened to a request, in plain words: the events of the audit log about it, the newest first.

The words never claim more than the event does: what CXone did is what "CXone reported".
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.contrib.auth import get_user_model

from audit.events import Event
from audit.history import history_of
from audit.models import AuditPastEvent, LoggedEvent
from erasure.certificates import REPORT_ALONE
from erasure.choices import (
    Attention,
    Channel,
    Look,
    Outcome,
    OverrideReason,
    Scope,
)
from erasure.deadlines import long_date
from erasure.models import PrivacyRequest
from erasure.plain_words import (
    categories_words,
    count_words,
    duration_words,
    reason_words,
    uncapitalised,
)

Facts = Mapping[str, Any]
Names = Mapping[str, str]

#: A long trouble at CXone writes an event for each repeat; the log has them all, the page the newest.
MOST_SHOWN = 300


@dataclass(frozen=True)
class Moment:
    """One event as the timeline shows it; the number of one in a log that ended is not the present log's."""

    seq: int
    is_of_ended_log: bool
    at: datetime
    words: str
    who: str
    look: Look


@dataclass(frozen=True)
class Timeline:
    """The newest events, and how many earlier ones only the audit log shows."""

    moments: list[Moment]
    earlier: int


def timeline_of(request: PrivacyRequest, *, several: bool) -> Timeline:
    """The request's events; with several submissions each event says which of them it is about."""
    history = history_of(request.obj, most=MOST_SHOWN)
    names = names_of(history.newest)
    moments = [_moment(event, names, several=several) for event in history.newest]
    return Timeline(moments, history.earlier)


def _moment(event: LoggedEvent, names: Names, *, several: bool) -> Moment:
    facts = event.facts
    words = _words_of(event, facts, names)
    if several and "submission" in facts:
        words = f"{words} (submission {facts['submission']})"
    denied = event.result == "denied"
    look = REFUSED_LOOK if denied and event.act not in HELD_EVENTS else LOOKS.get(event.act, PLAIN_LOOK)
    return Moment(
        seq=event.seq,
        is_of_ended_log=isinstance(event, AuditPastEvent),
        at=event.occurred_at,
        words=words,
        who=names.get(event.actor, event.actor),
        look=look,
    )


def _words_of(event: LoggedEvent, facts: Facts, names: Names) -> str:
    if event.result == "denied" and event.act in TOO_LATE:
        return TOO_LATE[event.act]
    if event.act == Event.REQUEST_ASSIGNED:
        return f"{names.get(str(facts.get('owner')), 'Nobody')} has it now"
    told = WORDS.get(event.act)
    return told(facts) if told else event.words


def names_of(events: Iterable[LoggedEvent]) -> Names:
    """Who acted, and who was named: people's names by their opaque ids, in one query."""
    named = {event.actor for event in events}
    named |= {str(event.facts.get("owner")) for event in events if event.act == Event.REQUEST_ASSIGNED}
    staff_ids = [actor.removeprefix("u:") for actor in named if actor.startswith("u:")]
    people = get_user_model().objects.filter(staff_id__in=staff_ids)
    return {
        **{f"u:{staff_id}": "Somebody no longer known" for staff_id in staff_ids},
        **{person.actor: person.shown_name for person in people},
        "sys": "PrivacyAdmin",
        "cxone": "CXone",
    }


def _registered(facts: Facts) -> str:
    received, due = _day(facts.get("received_on")), _day(facts.get("due_on"))
    return f"Registered: received on {received}, due on {due}" if received and due else "Registered"


def _filed(facts: Facts) -> str:
    scope = uncapitalised(Scope(facts["scope"]).label) if facts["scope"] in Scope.values else facts["scope"]
    return f"Filed: {categories_words(facts['categories'])}; scope: {scope}"


def _sending(facts: Facts) -> str:
    attempt = facts["attempt"]
    return "Being sent to CXone" if attempt == 1 else f"Being sent to CXone once more, attempt {attempt}"


def _completed(facts: Facts) -> str:
    took = f", {duration_words(facts['completion_time_ms'])} after filing"
    if facts.get("event_type") is None:
        return f"CXone reported that the copy is ready{took}"
    records = facts["records_deleted"]
    if records is None:
        return f"CXone reported that it is done, without a number of records{took}"
    if records == 0:
        return f"CXone reported that it is done and found nothing{took}"
    return f"CXone reported that it is done: {count_words(records, 'record')} deleted{took}"


def _failed(facts: Facts) -> str:
    if facts["reason"] == "refused_by_cxone":
        return "CXone refused it"
    records = facts.get("records_deleted")
    after = f" after {count_words(records, 'record')} were removed" if records else ""
    return f"CXone reported that it failed{after}"


def _cancelled(facts: Facts) -> str:
    why = {"stopped": "Stopped before it was sent", "split": "Ended, since its parts take its place"}
    return why.get(facts["because"], "Cancelled before it was sent")


def _answered(facts: Facts) -> str:
    outcome = Outcome(facts["outcome"]).label if facts["outcome"] in Outcome.values else facts["outcome"]
    channel = facts.get("channel")
    by = f" ({uncapitalised(Channel(channel).label)})" if channel in Channel.values else ""
    return f"Answered on {_day(facts['answered_on'])}{by}: {uncapitalised(outcome)}"


def _resumed(facts: Facts) -> str:
    why = {"override": "an override was approved", "hold_released": "no hold is in the way any more"}
    return f"Free to be sent: {why.get(facts['because'], facts['because'])}"


def _asked(facts: Facts) -> str:
    ground = facts.get("ground")
    label = uncapitalised(OverrideReason(ground).label) if ground in OverrideReason.values else ""
    return f"Override asked for: {label}" if label else "Override asked for"


def _barred(facts: Facts) -> str:
    why = {
        "filed_by": "who filed a request does not decide on it",
        "asked_by": "who asked for an override does not decide on it",
        "placed_by": "who placed a hold does not decide on its override",
        "no_permission": "only reviewers decide",
    }
    return f"A decision on the override was refused: {why.get(facts['reason'], facts['reason'])}"


def _flagged(facts: Facts) -> str:
    return f"Needs a look: {_flag(facts)}"


def _flag(facts: Facts) -> str:
    flag = facts["flag"]
    return uncapitalised(Attention(flag).label) if flag in Attention.values else str(flag)


def _revealed(facts: Facts) -> str:
    shown = facts.get("identifiers", 1)
    return "Identifier revealed" if shown == 1 else f"{shown} identifiers revealed"


def _certified(facts: Facts) -> str:
    if facts["copy"] == "person":
        seen = "Report of the certificate looked at, with the identifier in full"
        return seen if facts.get("via") == REPORT_ALONE else "Certificate for the person taken"
    return "Auditors’ copy taken"


def _shredded(facts: Facts) -> str:
    what = "Identifiers and free text" if facts["step"] == 1 else "The proof that links it to the person"
    if facts["because"] == "restored_backup":
        return f"{what}: shredded again after a restored backup"
    return f"{what}: shredded{' early, in the names of two people' if facts.get('approvers') else ''}"


def _day(written: object) -> str:
    return long_date(date.fromisoformat(str(written))) if written else ""


def _holds(facts: Facts) -> str:
    return ", ".join(facts["holds"])


WORDS: Mapping[str, Callable[[Facts], str]] = {
    Event.REQUEST_REGISTERED: _registered,
    Event.REQUEST_FILED: _filed,
    Event.REQUEST_BLOCKED: lambda facts: f"On hold: {_holds(facts)}. Nothing was sent",
    Event.REQUEST_SUSPENDED: lambda facts: f"Put on hold before it was sent: {_holds(facts)}",
    Event.REQUEST_SENDING: _sending,
    Event.REQUEST_SUBMITTED: lambda facts: f"Accepted by CXone, which calls it {facts['cxone_id']}",
    Event.REQUEST_REQUEUED: lambda facts: (
        f"Not taken by CXone, queued again: {reason_words(facts['reason'])}"
    ),
    Event.REQUEST_UNCLEAR: lambda facts: f"Unclear whether CXone took it: {reason_words(facts['reason'])}",
    Event.REQUEST_RESUMED: _resumed,
    Event.REQUEST_REFUSED: lambda _facts: "Refused: the override was denied",
    Event.REQUEST_COMPLETED: _completed,
    Event.REQUEST_FAILED: _failed,
    Event.REQUEST_CANCELLED: _cancelled,
    Event.REQUEST_CORRECTED: lambda facts: (
        f"Filed anew: submission {facts['new']} in place of submission {facts['old']}"
    ),
    Event.REQUEST_ANSWERED: _answered,
    Event.REQUEST_CERTIFIED: _certified,
    Event.REQUEST_EXTENDED: lambda facts: f"Due date extended to {_day(facts['due_on'])}",
    Event.ATTENTION_RAISED: _flagged,
    Event.ATTENTION_CLEARED: lambda facts: f"Looked at: {_flag(facts)}",
    Event.CALLBACK_RECEIVED: lambda facts: (
        f"A callback came: it says {facts['status']}" if facts.get("status") else "A callback came"
    ),
    Event.CALLBACK_CONTRADICTED: lambda _facts: "A callback and CXone’s own status contradict each other",
    Event.REQUEST_HELD_LATE: lambda facts: (
        f"{_holds(facts)} came too late: it had been sent, and CXone has no recall"
    ),
    Event.REQUEST_SPLIT: lambda facts: (
        f"Taken apart: the held part is submission {facts['held']}, the rest submission {facts['rest']}"
    ),
    Event.OVERRIDE_ASKED: _asked,
    Event.OVERRIDE_REFUSED: _barred,
    Event.OVERRIDE_WITHDRAWN: lambda _facts: "The question for an override was taken back",
    Event.OVERRIDE_EXPIRED: lambda _facts: "Nobody decided on the override in time",
    Event.OVERRIDE_REVOKED: lambda _facts: "The approval of the override was taken back",
    Event.SUBJECT_REVEALED: _revealed,
    Event.SUBJECT_SHREDDED: _shredded,
}

#: Of acts that were tried when it may have been sent already.
TOO_LATE: Mapping[str, str] = {
    Event.REQUEST_CANCELLED: "Stopping was refused: it may have reached CXone already",
    Event.OVERRIDE_REVOKED: "Taking the approval back was refused: it had been sent already",
}
PLAIN_LOOK = Look("neutral", "history")
REFUSED_LOOK = Look("danger", "block")
#: Their result is "denied" too, and their own look says what it means.
HELD_EVENTS = frozenset({Event.REQUEST_BLOCKED, Event.OVERRIDE_DENIED, Event.CALLBACK_CONTRADICTED})
LOOKS: Mapping[str, Look] = {
    Event.REQUEST_REGISTERED: Look("neutral", "inbox"),
    Event.REQUEST_FILED: Look("neutral", "edit_document"),
    Event.REQUEST_BLOCKED: Look("warning", "lock"),
    Event.REQUEST_SUSPENDED: Look("warning", "pause_circle"),
    Event.REQUEST_HELD_LATE: Look("danger", "lock_clock"),
    Event.REQUEST_SPLIT: Look("neutral", "call_split"),
    Event.REQUEST_SENDING: Look("info", "send"),
    Event.REQUEST_SUBMITTED: Look("info", "call_received"),
    Event.REQUEST_REQUEUED: Look("warning", "replay"),
    Event.REQUEST_UNCLEAR: Look("warning", "help"),
    Event.REQUEST_RESUMED: Look("info", "lock_open"),
    Event.REQUEST_REFUSED: Look("neutral", "block"),
    Event.REQUEST_COMPLETED: Look("success", "check_circle"),
    Event.REQUEST_FAILED: Look("danger", "error"),
    Event.REQUEST_CANCELLED: Look("neutral", "cancel"),
    Event.REQUEST_CORRECTED: Look("neutral", "edit"),
    Event.REQUEST_ANSWERED: Look("success", "mark_email_read"),
    Event.REQUEST_ASSIGNED: Look("neutral", "person"),
    Event.REQUEST_CERTIFIED: Look("success", "workspace_premium"),
    Event.REQUEST_EXTENDED: Look("neutral", "more_time"),
    Event.ATTENTION_RAISED: Look("warning", "warning"),
    Event.ATTENTION_CLEARED: Look("neutral", "visibility"),
    Event.CALLBACK_RECEIVED: Look("info", "call_received"),
    Event.CALLBACK_CONTRADICTED: Look("danger", "compare_arrows"),
    Event.CALLBACK_REFUSED: Look("danger", "block"),
    Event.OVERRIDE_ASKED: Look("warning", "gavel"),
    Event.OVERRIDE_APPROVED: Look("success", "gavel"),
    Event.OVERRIDE_DENIED: Look("neutral", "gavel"),
    Event.OVERRIDE_REFUSED: Look("danger", "gavel"),
    Event.OVERRIDE_WITHDRAWN: Look("neutral", "undo"),
    Event.OVERRIDE_EXPIRED: Look("neutral", "timer_off"),
    Event.OVERRIDE_REVOKED: Look("warning", "undo"),
    Event.HOLD_PLACED: Look("warning", "lock"),
    Event.HOLD_RELEASED: Look("info", "lock_open"),
    Event.SUBJECT_REVEALED: Look("neutral", "visibility"),
    Event.SUBJECT_SHREDDED: Look("neutral", "delete_forever"),
}
