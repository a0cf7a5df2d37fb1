"""What happened to a request, in plain words: the events of the audit log about it, the newest first.

The words never claim more than the event does: what CXone did is what "CXone reported".
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from audit.events import Event
from audit.history import history_of
from audit.models import AuditPastEvent, LoggedEvent
from erasure.admin.timeline_looks import HELD_EVENTS, LOOKS, PLAIN_LOOK, REFUSED_LOOK
from erasure.admin.timeline_words import TOO_LATE, WORDS, Facts
from erasure.choices import Look
from erasure.models import PrivacyRequest, Vault

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
    return Timeline(moments_of(history.newest, several=several), history.earlier)


def moments_of(events: Sequence[LoggedEvent], *, several: bool) -> list[Moment]:
    """Events of requests as timelines show them, with the names of people and vaults looked up together."""
    names = names_of(events)
    return [_moment(event, names, several=several) for event in events]


def _moment(event: LoggedEvent, names: Names, *, several: bool) -> Moment:
    facts = event.facts
    words = _words_of(event, facts, names)
    # Submission 0 is the answer to the person, and the words say so themselves.
    if several and facts.get("submission"):
        words = _("%(words)s (submission %(number)s)") % {"words": words, "number": facts["submission"]}
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
        return str(TOO_LATE[event.act])
    if event.act == Event.REQUEST_ASSIGNED:
        return _("%(name)s has it now") % {"name": names.get(str(facts.get("owner")), _("Nobody"))}
    if code := facts.get("vault"):
        facts = {**facts, "vault": names.get(f"vault:{code}", str(code))}
    told = WORDS.get(event.act)
    return told(facts) if told else event.words


def names_of(events: Sequence[LoggedEvent]) -> Names:
    """Who acted, and what was named: people's names by their opaque ids, vaults' by their codes."""
    named = {event.actor for event in events}
    named |= {str(event.facts.get("owner")) for event in events if event.act == Event.REQUEST_ASSIGNED}
    staff_ids = [actor.removeprefix("u:") for actor in named if actor.startswith("u:")]
    people = get_user_model().objects.filter(staff_id__in=staff_ids)
    return {
        **{f"u:{staff_id}": _("Somebody no longer known") for staff_id in staff_ids},
        **{person.actor: person.shown_name for person in people},
        **_vaults_named(events),
        "sys": "PrivacyAdmin",
        "cxone": "CXone",
    }


def _vaults_named(events: Sequence[LoggedEvent]) -> Names:
    codes = {str(event.facts["vault"]) for event in events if "vault" in event.facts}
    if not codes:
        return {}
    vaults = Vault.objects.filter(code__in=codes).values_list("code", "name")
    return {f"vault:{code}": name for code, name in vaults}
