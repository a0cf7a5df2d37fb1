"""The names of all events, the words people read for them, and the keys that the `data` of each may carry.

To add an event: give it a member of `Event`, its words in `EVENT_WORDS` and its keys in `EVENT_KEYS`; a test
compares the three. A key may be added to an event later; one that was ever written is never taken away or
given another meaning.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.translation import gettext_lazy as _lazy

from audit.value_kinds import (
    CODE,
    COUNT,
    DATE,
    FLAG,
    INSTANT,
    KEY_NAME,
    ROOT,
    STAFF,
    SYSTEM_ID,
    VKEY,
    ValueKind,
    list_of,
    needed,
    nullable,
    one_of,
)
from audit.words import Words


class Event(StrEnum):
    """`noun.participle`: the thing it happened to, a dot, and what was done to it, in the past.

    The noun is the kind of thing that the act is about; a request's events are also those of its submissions,
    which `data` numbers. The participle tells a fact: an act that was tried and not allowed is written with
    the result `denied`, one that was tried and did not succeed with `failed`.
    """

    LOG_CREATED = "log.created"
    LOG_CONTINUED = "log.continued"

    REQUEST_REGISTERED = "request.registered"
    REQUEST_FILED = "request.filed"
    REQUEST_BLOCKED = "request.blocked"
    REQUEST_SENDING = "request.sending"
    REQUEST_SUBMITTED = "request.submitted"
    REQUEST_REQUEUED = "request.requeued"
    REQUEST_UNCLEAR = "request.unclear"
    REQUEST_SUSPENDED = "request.suspended"
    REQUEST_HELD_LATE = "request.held_late"
    REQUEST_SPLIT = "request.split"
    REQUEST_RESUMED = "request.resumed"
    REQUEST_REFUSED = "request.refused"
    REQUEST_COMPLETED = "request.completed"
    REQUEST_FAILED = "request.failed"
    REQUEST_CANCELLED = "request.cancelled"
    REQUEST_CORRECTED = "request.corrected"
    REQUEST_ANSWERED = "request.answered"
    REQUEST_ASSIGNED = "request.assigned"
    REQUEST_EXTENDED = "request.extended"
    REQUEST_PAUSED = "request.paused"
    REQUEST_UNPAUSED = "request.unpaused"
    REQUEST_CLOCK_CORRECTED = "request.clock_corrected"
    REQUEST_ACKNOWLEDGED = "request.acknowledged"
    REQUEST_COMMENTED = "request.commented"
    REQUEST_CERTIFIED = "request.certified"

    ATTENTION_RAISED = "attention.raised"
    ATTENTION_CLEARED = "attention.cleared"

    CALLBACK_RECEIVED = "callback.received"
    CALLBACK_CONTRADICTED = "callback.contradicted"
    CALLBACK_REFUSED = "callback.refused"

    OVERRIDE_ASKED = "override.asked"
    OVERRIDE_APPROVED = "override.approved"
    OVERRIDE_DENIED = "override.denied"
    OVERRIDE_REFUSED = "override.refused"
    OVERRIDE_WITHDRAWN = "override.withdrawn"
    OVERRIDE_EXPIRED = "override.expired"
    OVERRIDE_REVOKED = "override.revoked"

    HOLD_PLACED = "hold.placed"
    HOLD_RELEASED = "hold.released"
    HOLD_RELEASE_ASKED = "hold.release_asked"
    HOLD_RELEASE_DENIED = "hold.release_denied"
    HOLD_RELEASE_REFUSED = "hold.release_refused"
    HOLD_RELEASE_WITHDRAWN = "hold.release_withdrawn"
    HOLD_RELEASE_EXPIRED = "hold.release_expired"

    SUBJECT_REVEALED = "subject.revealed"
    SUBJECT_SHREDDED = "subject.shredded"

    DOSSIER_TAKEN = "dossier.taken"
    LIST_EXPORTED = "list.exported"
    LETTER_EDITED = "letter.edited"

    USER_SIGNED_IN = "user.signed_in"
    USER_SIGN_IN_FAILED = "user.sign_in_failed"
    USER_INVITED = "user.invited"
    USER_DEACTIVATED = "user.deactivated"
    USER_REACTIVATED = "user.reactivated"
    USER_ROLE_CHANGED = "user.role_changed"
    USER_ADDRESS_CHANGED = "user.address_changed"
    ACCESS_DENIED = "access.denied"

    UPSTREAM_PAUSED = "upstream.paused"
    UPSTREAM_RESUMED = "upstream.resumed"

    VAULT_DELIVERED = "vault.delivered"
    VAULT_FAILED = "vault.failed"

    AUDIT_EXPORTED = "audit.exported"
    AUDIT_VERIFIED = "audit.verified"
    KEY_ROTATED = "key.rotated"


EVENT_WORDS: Final[Mapping[str, Words]] = {
    Event.LOG_CREATED: _lazy("Log begun"),
    Event.LOG_CONTINUED: _lazy("Log continued under a new name"),
    Event.REQUEST_REGISTERED: _lazy("Request registered"),
    Event.REQUEST_FILED: _lazy("Submission filed"),
    Event.REQUEST_BLOCKED: _lazy("Blocked by a hold"),
    Event.REQUEST_SENDING: _lazy("Being sent to CXone"),
    Event.REQUEST_SUBMITTED: _lazy("Accepted by CXone"),
    Event.REQUEST_REQUEUED: _lazy("Not taken by CXone, queued again"),
    Event.REQUEST_UNCLEAR: _lazy("Unclear whether CXone took it"),
    Event.REQUEST_SUSPENDED: _lazy("Suspended by a hold"),
    Event.REQUEST_HELD_LATE: _lazy("A hold came too late for it"),
    Event.REQUEST_SPLIT: _lazy("Held part put apart from the rest"),
    Event.REQUEST_RESUMED: _lazy("Freed to be sent"),
    Event.REQUEST_REFUSED: _lazy("Refused"),
    Event.REQUEST_COMPLETED: _lazy("CXone reported completion"),
    Event.REQUEST_FAILED: _lazy("Failed"),
    Event.REQUEST_CANCELLED: _lazy("Cancelled"),
    Event.REQUEST_CORRECTED: _lazy("Identifier corrected"),
    Event.REQUEST_ANSWERED: _lazy("Person answered"),
    Event.REQUEST_ASSIGNED: _lazy("Owner changed"),
    Event.REQUEST_EXTENDED: _lazy("Due date extended"),
    Event.REQUEST_PAUSED: _lazy("Clock paused"),
    Event.REQUEST_UNPAUSED: _lazy("Clock goes on"),
    Event.REQUEST_CLOCK_CORRECTED: _lazy("Date of receipt or regulation corrected"),
    Event.REQUEST_ACKNOWLEDGED: _lazy("Receipt confirmed to the person"),
    Event.REQUEST_COMMENTED: _lazy("Comment written"),
    Event.REQUEST_CERTIFIED: _lazy("Certificate taken"),
    Event.ATTENTION_RAISED: _lazy("Attention asked for"),
    Event.ATTENTION_CLEARED: _lazy("Attention no longer needed"),
    Event.CALLBACK_RECEIVED: _lazy("Callback received"),
    Event.CALLBACK_CONTRADICTED: _lazy("Callback contradicted by CXone's status"),
    Event.CALLBACK_REFUSED: _lazy("Callback refused"),
    Event.OVERRIDE_ASKED: _lazy("Override asked for"),
    Event.OVERRIDE_APPROVED: _lazy("Override approved"),
    Event.OVERRIDE_DENIED: _lazy("Override denied"),
    Event.OVERRIDE_REFUSED: _lazy("Override decision not allowed"),
    Event.OVERRIDE_WITHDRAWN: _lazy("Override withdrawn"),
    Event.OVERRIDE_EXPIRED: _lazy("Override expired"),
    Event.OVERRIDE_REVOKED: _lazy("Approval taken back"),
    Event.HOLD_PLACED: _lazy("Hold placed"),
    Event.HOLD_RELEASED: _lazy("Hold released"),
    Event.HOLD_RELEASE_ASKED: _lazy("Release of a hold proposed"),
    Event.HOLD_RELEASE_DENIED: _lazy("Release denied, the hold is kept"),
    Event.HOLD_RELEASE_REFUSED: _lazy("Release not allowed"),
    Event.HOLD_RELEASE_WITHDRAWN: _lazy("Proposed release withdrawn"),
    Event.HOLD_RELEASE_EXPIRED: _lazy("Proposed release expired"),
    Event.SUBJECT_REVEALED: _lazy("Identifier revealed"),
    Event.SUBJECT_SHREDDED: _lazy("Personal data shredded"),
    Event.DOSSIER_TAKEN: _lazy("Dossier of a person taken"),
    Event.LIST_EXPORTED: _lazy("List of requests exported"),
    Event.LETTER_EDITED: _lazy("Text of a letter edited"),
    Event.USER_SIGNED_IN: _lazy("Signed in"),
    Event.USER_SIGN_IN_FAILED: _lazy("Sign-in failed"),
    Event.USER_INVITED: _lazy("Person invited"),
    Event.USER_DEACTIVATED: _lazy("Person deactivated"),
    Event.USER_REACTIVATED: _lazy("Person let back in"),
    Event.USER_ROLE_CHANGED: _lazy("Roles changed"),
    Event.USER_ADDRESS_CHANGED: _lazy("E-mail address changed"),
    Event.ACCESS_DENIED: _lazy("Access denied"),
    Event.UPSTREAM_PAUSED: _lazy("Sending to CXone paused"),
    Event.UPSTREAM_RESUMED: _lazy("Sending to CXone resumed"),
    Event.VAULT_DELIVERED: _lazy("Reported to vault"),
    Event.VAULT_FAILED: _lazy("Report to vault failed"),
    Event.AUDIT_EXPORTED: _lazy("Log exported"),
    Event.AUDIT_VERIFIED: _lazy("Log verified"),
    Event.KEY_ROTATED: _lazy("Signing key changed"),
}

_SUBMISSION: Final = {"submission": needed(COUNT)}
_TRY: Final = {"attempt": COUNT, "status": nullable(COUNT)}
_CLOCK: Final = {"regulation": CODE, "received_on": DATE, "due_on": nullable(DATE)}
_OVERRIDE: Final = {
    **_SUBMISSION,
    "override": COUNT,
    "ground": CODE,
    "holds": list_of(CODE),
    "expires_at": INSTANT,
}
_HOLD: Final = {
    "matter": CODE,
    "kind": CODE,
    "categories": list_of(CODE),
    "submissions": COUNT,
    "second": STAFF,
}
_RELEASE: Final = {"matter": needed(CODE), "release": needed(COUNT), "submissions": COUNT}
_VAULT: Final = {**_SUBMISSION, "vault": needed(CODE), **_TRY}

EVENT_KEYS: Final[Mapping[Event, Mapping[str, ValueKind]]] = {
    Event.LOG_CREATED: {"vkey": needed(VKEY)},
    Event.LOG_CONTINUED: {
        "vkey": VKEY,
        "origin": needed(KEY_NAME),
        "size": needed(COUNT),
        "root": needed(ROOT),
        "reason": needed(CODE),
        # What was signed last, where the log that ended is not that: so much is missing from it.
        "signed_origin": KEY_NAME,
        "signed_size": COUNT,
        "signed_root": ROOT,
    },
    Event.REQUEST_REGISTERED: {
        "type": CODE,
        "channel": CODE,
        "identity": CODE,
        "via": CODE,
        "submissions": COUNT,
        **_CLOCK,
    },
    Event.REQUEST_FILED: {
        **_SUBMISSION,
        "type": needed(CODE),
        "categories": needed(list_of(CODE)),
        "scope": needed(CODE),
        "identity": CODE,
        "via": CODE,
        "send_after": INSTANT,
        **_CLOCK,
    },
    Event.REQUEST_BLOCKED: {**_SUBMISSION, "holds": needed(list_of(CODE))},
    Event.REQUEST_SENDING: {**_SUBMISSION, "attempt": needed(COUNT)},
    Event.REQUEST_SUBMITTED: {**_SUBMISSION, "cxone_id": needed(SYSTEM_ID), "attempt": COUNT},
    Event.REQUEST_REQUEUED: {
        **_SUBMISSION,
        "reason": needed(CODE),
        "attempt": COUNT,
        "status": nullable(COUNT),
    },
    Event.REQUEST_UNCLEAR: {
        **_SUBMISSION,
        "reason": needed(CODE),
        "attempt": COUNT,
        "status": nullable(COUNT),
    },
    Event.REQUEST_SUSPENDED: {**_SUBMISSION, "holds": needed(list_of(CODE))},
    Event.REQUEST_HELD_LATE: {**_SUBMISSION, "holds": needed(list_of(CODE))},
    # Which submission was taken apart, and the numbers of its held part and of the rest.
    Event.REQUEST_SPLIT: {**_SUBMISSION, "held": needed(COUNT), "rest": needed(COUNT)},
    Event.REQUEST_RESUMED: {**_SUBMISSION, "because": needed(one_of("override", "hold_released"))},
    Event.REQUEST_REFUSED: {**_SUBMISSION, "because": needed(one_of("denied")), "ground": CODE},
    Event.REQUEST_COMPLETED: {
        **_SUBMISSION,
        # Only for an erasure: the audit entry that the contract names ("Callback", second step after a
        # completion).
        "event_type": one_of("PRIVACY_DELETION_COMPLETED"),
        "completion_time_ms": needed(COUNT),
        "records_deleted": needed(nullable(COUNT)),
        "categories": needed(list_of(CODE)),
        "scope": needed(CODE),
        "cxone_id": needed(SYSTEM_ID),
        "callback": FLAG,
    },
    Event.REQUEST_FAILED: {
        **_SUBMISSION,
        "reason": needed(CODE),
        "records_deleted": nullable(COUNT),
        "cxone_id": nullable(SYSTEM_ID),
        "completion_time_ms": COUNT,
        "callback": FLAG,
        "status": nullable(COUNT),
    },
    Event.REQUEST_CANCELLED: {**_SUBMISSION, "because": needed(CODE)},
    Event.REQUEST_CORRECTED: {"old": needed(COUNT), "new": needed(COUNT)},
    Event.REQUEST_ANSWERED: {
        "outcome": needed(CODE),
        "channel": CODE,
        "answered_on": needed(DATE),
        "ground": CODE,
        # One word for each part: the submission's number (0: nothing was sent), the outcome, the ground.
        "parts": list_of(CODE),
        "late": CODE,
    },
    Event.REQUEST_ASSIGNED: {"owner": nullable(STAFF), "previous": nullable(STAFF)},
    Event.REQUEST_EXTENDED: {
        "previous_due_on": DATE,
        "due_on": needed(DATE),
        "reason": CODE,
        "told_on": DATE,
    },
    Event.REQUEST_PAUSED: {"reason": needed(CODE), "from": needed(DATE), "due_on": needed(DATE)},
    Event.REQUEST_UNPAUSED: {
        "from": needed(DATE),
        "until": needed(DATE),
        "previous_due_on": needed(DATE),
        "due_on": needed(DATE),
    },
    Event.REQUEST_CLOCK_CORRECTED: {
        "previous_regulation": needed(CODE),
        "regulation": needed(CODE),
        "previous_received_on": needed(DATE),
        "received_on": needed(DATE),
        "previous_due_on": needed(DATE),
        "due_on": needed(DATE),
        "extension": needed(one_of("none", "kept", "fell")),
    },
    Event.REQUEST_ACKNOWLEDGED: {"acknowledged_on": needed(DATE), "channel": needed(CODE)},
    Event.REQUEST_COMMENTED: {"comment": needed(COUNT)},
    Event.REQUEST_CERTIFIED: {
        "copy": needed(one_of("person", "audit")),
        "via": CODE,
        "submissions": needed(list_of(COUNT)),
        "size": needed(COUNT),
        "root": needed(ROOT),
    },
    Event.ATTENTION_RAISED: {**_SUBMISSION, "flag": needed(CODE), "cxone_id": SYSTEM_ID},
    Event.ATTENTION_CLEARED: {**_SUBMISSION, "flag": needed(CODE)},
    Event.CALLBACK_RECEIVED: {**_SUBMISSION, "status": CODE, "records_deleted": nullable(COUNT)},
    Event.CALLBACK_CONTRADICTED: {**_SUBMISSION, "reported": CODE, "known": CODE, "field": CODE},
    Event.CALLBACK_REFUSED: {"submission": COUNT, "reason": needed(CODE)},
    Event.OVERRIDE_ASKED: _OVERRIDE,
    Event.OVERRIDE_APPROVED: _OVERRIDE,
    Event.OVERRIDE_DENIED: _OVERRIDE,
    Event.OVERRIDE_REFUSED: {**_OVERRIDE, "reason": needed(CODE)},
    Event.OVERRIDE_WITHDRAWN: _OVERRIDE,
    Event.OVERRIDE_EXPIRED: _OVERRIDE,
    Event.OVERRIDE_REVOKED: _OVERRIDE,
    Event.HOLD_PLACED: {
        **_HOLD,
        "too_late": COUNT,
        "valid_from": INSTANT,
        "valid_until": INSTANT,
        "via": CODE,
    },
    Event.HOLD_RELEASED: {**_HOLD, "release": COUNT, "reason": CODE},
    Event.HOLD_RELEASE_ASKED: _RELEASE,
    Event.HOLD_RELEASE_DENIED: _RELEASE,
    Event.HOLD_RELEASE_REFUSED: {**_RELEASE, "reason": needed(CODE)},
    Event.HOLD_RELEASE_WITHDRAWN: _RELEASE,
    Event.HOLD_RELEASE_EXPIRED: _RELEASE,
    Event.SUBJECT_REVEALED: {"submission": COUNT, "kind": CODE, "identifiers": COUNT},
    Event.SUBJECT_SHREDDED: {"step": needed(COUNT), "because": needed(CODE), "approvers": list_of(STAFF)},
    Event.DOSSIER_TAKEN: {"requests": needed(COUNT), "proofs": COUNT},
    Event.LIST_EXPORTED: {"requests": needed(COUNT), "filters": list_of(CODE)},
    Event.LETTER_EDITED: {
        "kind": needed(CODE),
        "regulation": nullable(CODE),
        "language": needed(CODE),
        "act": needed(one_of("written", "put_back")),
    },
    Event.USER_SIGNED_IN: {"method": CODE},
    Event.USER_SIGN_IN_FAILED: {"reason": CODE, "method": CODE},
    Event.USER_INVITED: {"roles": list_of(CODE)},
    Event.USER_DEACTIVATED: {"reason": CODE},
    Event.USER_REACTIVATED: {},
    Event.USER_ROLE_CHANGED: {"added": list_of(CODE), "removed": list_of(CODE)},
    # Which address is nobody's business here; without one, somebody is told nothing by mail any more.
    Event.USER_ADDRESS_CHANGED: {"has_one": needed(FLAG)},
    Event.ACCESS_DENIED: {"page": CODE, "permission": CODE, "method": CODE},
    Event.UPSTREAM_PAUSED: {
        "reason": needed(CODE),
        "until": INSTANT,
        "streak": COUNT,
        "status": nullable(COUNT),
    },
    Event.UPSTREAM_RESUMED: {"because": needed(CODE), "streak": COUNT},
    Event.VAULT_DELIVERED: _VAULT,
    Event.VAULT_FAILED: {**_VAULT, "reason": needed(CODE)},
    Event.AUDIT_EXPORTED: {
        "form": needed(CODE),
        "via": CODE,
        "first": needed(COUNT),
        "size": needed(COUNT),
        "root": ROOT,
    },
    Event.AUDIT_VERIFIED: {
        "verdict": needed(CODE),
        "size": needed(COUNT),
        "root": ROOT,
        "via": CODE,
        "differences": COUNT,
    },
    Event.KEY_ROTATED: {"vkey": needed(VKEY), "previous": needed(VKEY), "reason": CODE},
}

#: Who acts: a person by opaque id, the program itself, or CXone.
ACTOR: Final = re.compile(r"u:[a-z0-9]{4,16}|sys|cxone")

#: What an act is about, as `kind:id`. A request goes by its reference, everything else by an opaque id or
#: number.
OBJECT: Final = re.compile(
    r"request:PR-[0-9]{4}-[0-9]{6,12}"
    r"|(?:log|subject|hold|override|user|access|upstream|vault|key|audit|list|letter|import):[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
)
