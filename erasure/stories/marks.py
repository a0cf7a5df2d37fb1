"""The marks of which a story is made: the events that belong to a state, their words, the facts compared."""

from collections.abc import Collection, Mapping
from typing import Any, TypeAlias

from audit.events import Event
from erasure.choices import OverrideDecision, ReleaseDecision, SubmissionStatus

#: The event that tells of a state, and the submission's number; None where it is about the whole.
Mark: TypeAlias = tuple[str, int | None]
Facts: TypeAlias = Mapping[str, Any]

TEXT_SHREDDED, PROOF_SHREDDED = f"{Event.SUBJECT_SHREDDED} 1", f"{Event.SUBJECT_SHREDDED} 2"

OF_STATUS: Mapping[str, str] = {
    SubmissionStatus.COMPLETED: Event.REQUEST_COMPLETED,
    SubmissionStatus.FAILED: Event.REQUEST_FAILED,
    SubmissionStatus.REFUSED: Event.REQUEST_REFUSED,
    SubmissionStatus.CANCELLED: Event.REQUEST_CANCELLED,
}
OF_DECISION: Mapping[str, str] = {
    OverrideDecision.APPROVED: Event.OVERRIDE_APPROVED,
    OverrideDecision.DENIED: Event.OVERRIDE_DENIED,
    OverrideDecision.WITHDRAWN: Event.OVERRIDE_WITHDRAWN,
    OverrideDecision.EXPIRED: Event.OVERRIDE_EXPIRED,
}
OF_RELEASE: Mapping[str, str] = {
    ReleaseDecision.APPROVED: Event.HOLD_RELEASED,
    ReleaseDecision.DENIED: Event.HOLD_RELEASE_DENIED,
    ReleaseDecision.WITHDRAWN: Event.HOLD_RELEASE_WITHDRAWN,
    ReleaseDecision.EXPIRED: Event.HOLD_RELEASE_EXPIRED,
}
#: Every mark, in words that follow "is" and "was".
WORDS: Mapping[str, str] = {
    Event.REQUEST_REGISTERED: "registered",
    Event.REQUEST_FILED: "filed",
    Event.REQUEST_SUBMITTED: "accepted by CXone",
    Event.REQUEST_COMPLETED: "completed",
    Event.REQUEST_FAILED: "failed",
    Event.REQUEST_REFUSED: "refused",
    Event.REQUEST_CANCELLED: "cancelled",
    Event.REQUEST_ANSWERED: "answered",
    Event.REQUEST_ACKNOWLEDGED: "confirmed to have come in",
    Event.REQUEST_EXTENDED: "extended",
    Event.REQUEST_PAUSED: "paused",
    Event.REQUEST_UNPAUSED: "resumed after a pause",
    Event.REQUEST_CLOCK_CORRECTED: "corrected in its receipt or regulation",
    Event.REQUEST_COMMENTED: "commented on",
    Event.REQUEST_CERTIFIED: "certified to the person",
    Event.OVERRIDE_ASKED: "under a question for an override",
    Event.OVERRIDE_APPROVED: "under an approved override",
    Event.OVERRIDE_DENIED: "under a denied override",
    Event.OVERRIDE_WITHDRAWN: "under a withdrawn override",
    Event.OVERRIDE_EXPIRED: "under an expired override",
    Event.OVERRIDE_REVOKED: "under an approval that was taken back",
    Event.REQUEST_HELD_LATE: "under a hold that came too late",
    Event.VAULT_DELIVERED: "reported to a vault",
    TEXT_SHREDDED: "shredded (identifiers and text)",
    PROOF_SHREDDED: "shredded (fingerprint and salt)",
    Event.HOLD_PLACED: "placed",
    Event.HOLD_RELEASED: "released",
    Event.HOLD_RELEASE_ASKED: "proposed for release",
    Event.HOLD_RELEASE_DENIED: "kept against a proposal",
    Event.HOLD_RELEASE_WITHDRAWN: "under a withdrawn proposal",
    Event.HOLD_RELEASE_EXPIRED: "under an expired proposal",
}
#: With which result an event tells of its state. With another one it tells of an attempt without effect.
RESULTS: Mapping[str, str] = {
    Event.REQUEST_FAILED: "failed",
    Event.REQUEST_HELD_LATE: "failed",
    Event.OVERRIDE_DENIED: "denied",
    Event.HOLD_RELEASE_DENIED: "denied",
}
#: What may be done again and again: compared is whether it was done at all.
REPEATABLE = frozenset({str(Event.REQUEST_CERTIFIED)})
#: The facts that both sides know, in words.
FACTS: Mapping[str, str] = {
    "records_deleted": "the number of records",
    "cxone_id": "the CXone id",
    "outcome": "the outcome",
    "channel": "the channel",
    "answered_on": "the day",
    "acknowledged_on": "the day",
    "due_on": "the due date",
    "vault": "the vault",
}
#: What the events of a clock carry and the row shows, in words.
CLOCK: Mapping[str, str] = {
    "received_on": "the date of receipt",
    "regulation": "the regulation",
    "due_on": "the due date",
}
#: The events that move a clock, or begin it.
CLOCK_ACTS = frozenset(
    {
        Event.REQUEST_REGISTERED,
        Event.REQUEST_EXTENDED,
        Event.REQUEST_PAUSED,
        Event.REQUEST_UNPAUSED,
        Event.REQUEST_CLOCK_CORRECTED,
    }
)
HOLD_ACTS: Collection[str] = frozenset({Event.HOLD_PLACED, Event.HOLD_RELEASE_ASKED, *OF_RELEASE.values()})
REQUEST_ACTS: Collection[str] = frozenset(
    {*(act for act in Event if act in WORDS and act not in HOLD_ACTS), Event.SUBJECT_SHREDDED}
)
