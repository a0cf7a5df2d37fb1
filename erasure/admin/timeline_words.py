"""What each event of a request says in its timeline, never more than the event does: what CXone did is what
"CXone reported".
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, TypeAlias

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from audit.events import Event
from audit.words import Words
from erasure.admin.timeline_of_clocks import CLOCK_WORDS
from erasure.admin.timeline_of_vaults import VAULT_WORDS
from erasure.certificates import REPORT_ALONE
from erasure.choices import Attention, Channel, Outcome, OverrideReason, Scope
from erasure.deadlines import long_date
from erasure.plain_words import (
    categories_words,
    count_words,
    duration_words,
    reason_words,
    uncapitalised,
)

Facts: TypeAlias = Mapping[str, Any]


def _registered(facts: Facts) -> str:
    if not facts.get("received_on") or not facts.get("due_on"):
        return _("Registered")
    return _("Registered: received on %(received)s, due on %(due)s") % {
        "received": _day(facts["received_on"]),
        "due": _day(facts["due_on"]),
    }


def _filed(facts: Facts) -> str:
    scope = uncapitalised(Scope(facts["scope"]).label) if facts["scope"] in Scope.values else facts["scope"]
    return _("Filed: %(categories)s; scope: %(scope)s") % {
        "categories": categories_words(facts["categories"]),
        "scope": scope,
    }


def _sending(facts: Facts) -> str:
    if facts["attempt"] == 1:
        return _("Being sent to CXone")
    return _("Being sent to CXone once more, attempt %(attempt)s") % {"attempt": facts["attempt"]}


def _completed(facts: Facts) -> str:
    took = {"after": duration_words(facts["completion_time_ms"])}
    if facts.get("event_type") is None:
        return _("CXone reported that the copy is ready, %(after)s after filing") % took
    records = facts["records_deleted"]
    if records is None:
        return _("CXone reported that it is done, without a number of records, %(after)s after filing") % took
    if records == 0:
        return _("CXone reported that it is done and found nothing, %(after)s after filing") % took
    return _("CXone reported that it is done: %(records)s deleted, %(after)s after filing") % {
        "records": count_words(records, "record"),
        **took,
    }


def _failed(facts: Facts) -> str:
    if facts["reason"] == "refused_by_cxone":
        return _("CXone refused it")
    records = facts.get("records_deleted")
    if not records:
        return _("CXone reported that it failed")
    return _("CXone reported that it failed after %(records)s were removed") % {
        "records": count_words(records, "record")
    }


def _cancelled(facts: Facts) -> str:
    why: Mapping[str, str] = {
        "stopped": _("Stopped before it was sent"),
        "split": _("Ended, since its parts take its place"),
    }
    return why.get(facts["because"], _("Cancelled before it was sent"))


def _answered(facts: Facts) -> str:
    outcome = Outcome(facts["outcome"]).label if facts["outcome"] in Outcome.values else facts["outcome"]
    channel = facts.get("channel")
    said = {"day": _day(facts["answered_on"]), "outcome": uncapitalised(outcome)}
    if channel not in Channel.values:
        words = _("Answered on %(day)s: %(outcome)s") % said
    else:
        said["channel"] = uncapitalised(Channel(channel).label)
        words = _("Answered on %(day)s (%(channel)s): %(outcome)s") % said
    return _("%(answered)s, late") % {"answered": words} if facts.get("late") else words


def _resumed(facts: Facts) -> str:
    why = {
        "override": _("Free to be sent: an override was approved"),
        "hold_released": _("Free to be sent: no hold is in the way any more"),
    }
    return why.get(facts["because"], _("Free to be sent"))


def _asked(facts: Facts) -> str:
    ground = facts.get("ground")
    if ground not in OverrideReason.values:
        return _("Override asked for")
    return _("Override asked for: %(ground)s") % {"ground": uncapitalised(OverrideReason(ground).label)}


def _barred(facts: Facts) -> str:
    why = {
        "filed_by": _("who filed a request does not decide on it"),
        "asked_by": _("who asked for an override does not decide on it"),
        "placed_by": _("who placed a hold does not decide on its override"),
        "no_permission": _("only reviewers decide"),
    }
    return _("A decision on the override was refused: %(why)s") % {
        "why": why.get(facts["reason"], facts["reason"])
    }


def _flag(facts: Facts) -> str:
    flag = facts["flag"]
    return uncapitalised(Attention(flag).label) if flag in Attention.values else str(flag)


def _revealed(facts: Facts) -> str:
    shown = facts.get("identifiers", 1)
    if shown == 1:
        return _("Identifier revealed")
    return _("%(count)d identifiers revealed") % {"count": shown}


def _certified(facts: Facts) -> str:
    if facts["copy"] != "person":
        return _("Auditors’ copy taken")
    if facts.get("via") == REPORT_ALONE:
        return _("Report of the certificate looked at, with the identifier in full")
    return _("Certificate for the person taken")


def _shredded(facts: Facts) -> str:
    what = (
        _("Identifiers and free text") if facts["step"] == 1 else _("The proof that links it to the person")
    )
    if facts["because"] == "restored_backup":
        return _("%(what)s: shredded again after a restored backup") % {"what": what}
    if facts.get("approvers"):
        return _("%(what)s: shredded early, in the names of two people") % {"what": what}
    return _("%(what)s: shredded") % {"what": what}


def _callback(facts: Facts) -> str:
    if not facts.get("status"):
        return _("A callback came")
    return _("A callback came: it says %(status)s") % {"status": facts["status"]}


def _day(written: object) -> str:
    return long_date(date.fromisoformat(str(written))) if written else ""


def _always(words: Words) -> Callable[[Facts], str]:
    return lambda _facts: str(words)


def _holds(words: Words) -> Callable[[Facts], str]:
    return lambda facts: str(words) % {"holds": ", ".join(facts["holds"])}


def _why(words: Words) -> Callable[[Facts], str]:
    return lambda facts: str(words) % {"why": reason_words(facts["reason"])}


def _with(words: Words, *keys: str) -> Callable[[Facts], str]:
    return lambda facts: str(words) % {key: facts[key] for key in keys}


WORDS: Mapping[str, Callable[[Facts], str]] = {
    Event.REQUEST_REGISTERED: _registered,
    Event.REQUEST_FILED: _filed,
    Event.REQUEST_BLOCKED: _holds(gettext_lazy("On hold: %(holds)s. Nothing was sent")),
    Event.REQUEST_SUSPENDED: _holds(gettext_lazy("Put on hold before it was sent: %(holds)s")),
    Event.REQUEST_SENDING: _sending,
    Event.REQUEST_SUBMITTED: _with(
        gettext_lazy("Accepted by CXone, which calls it %(cxone_id)s"), "cxone_id"
    ),
    Event.REQUEST_REQUEUED: _why(gettext_lazy("Not taken by CXone, queued again: %(why)s")),
    Event.REQUEST_UNCLEAR: _why(gettext_lazy("Unclear whether CXone took it: %(why)s")),
    Event.REQUEST_RESUMED: _resumed,
    Event.REQUEST_REFUSED: _always(gettext_lazy("Refused: the override was denied")),
    Event.REQUEST_COMPLETED: _completed,
    Event.REQUEST_FAILED: _failed,
    Event.REQUEST_CANCELLED: _cancelled,
    Event.REQUEST_CORRECTED: _with(
        gettext_lazy("Filed anew: submission %(new)s in place of submission %(old)s"), "new", "old"
    ),
    Event.REQUEST_ANSWERED: _answered,
    Event.REQUEST_CERTIFIED: _certified,
    Event.REQUEST_COMMENTED: _with(gettext_lazy("Comment %(comment)s written"), "comment"),
    **CLOCK_WORDS,
    **VAULT_WORDS,
    Event.ATTENTION_RAISED: lambda facts: _("Needs a look: %(flag)s") % {"flag": _flag(facts)},
    Event.ATTENTION_CLEARED: lambda facts: _("Looked at: %(flag)s") % {"flag": _flag(facts)},
    Event.CALLBACK_RECEIVED: _callback,
    Event.CALLBACK_CONTRADICTED: _always(
        gettext_lazy("A callback and CXone’s own status contradict each other")
    ),
    Event.REQUEST_HELD_LATE: _holds(
        gettext_lazy("%(holds)s came too late: it had been sent, and CXone has no recall")
    ),
    Event.REQUEST_SPLIT: _with(
        gettext_lazy("Taken apart: the held part is submission %(held)s, the rest submission %(rest)s"),
        "held",
        "rest",
    ),
    Event.OVERRIDE_ASKED: _asked,
    Event.OVERRIDE_REFUSED: _barred,
    Event.OVERRIDE_WITHDRAWN: _always(gettext_lazy("The question for an override was taken back")),
    Event.OVERRIDE_EXPIRED: _always(gettext_lazy("Nobody decided on the override in time")),
    Event.OVERRIDE_REVOKED: _always(gettext_lazy("The approval of the override was taken back")),
    Event.SUBJECT_REVEALED: _revealed,
    Event.SUBJECT_SHREDDED: _shredded,
}

#: Of acts that were tried when it may have been sent already.
TOO_LATE: Mapping[str, Words] = {
    Event.REQUEST_CANCELLED: gettext_lazy("Stopping was refused: it may have reached CXone already"),
    Event.OVERRIDE_REVOKED: gettext_lazy("Taking the approval back was refused: it had been sent already"),
}
