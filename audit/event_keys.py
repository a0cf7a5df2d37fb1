"""The keys that the `data` of each event may carry, and of what kind their values are.

A key may be added to an event later; one that was ever written is never taken away or given another meaning.
"""

from collections.abc import Mapping
from typing import Final

from audit.events import Event
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
#: Of how many rows what became; the events of the requests say the rest.
_IMPORT: Final = {
    "rows": needed(COUNT),
    "filed": COUNT,
    "blocked": COUNT,
    "refused": COUNT,
    "same": COUNT,
    "via": CODE,
}
#: Of what a vault is told; submission 0 is the answer to the person.
_VAULT: Final = {**_SUBMISSION, "vault": needed(CODE), "occasion": CODE, **_TRY}

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
        "pauses_fell": COUNT,
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
    # Which task is the other system's business; the log says that there is one.
    Event.REQUEST_LINKED: {"removed": FLAG},
    Event.IMPORT_STARTED: _IMPORT,
    Event.IMPORT_FINISHED: _IMPORT,
    # Without further rows being filed; or with so many submissions taken back that had not been sent.
    Event.IMPORT_STOPPED: {**_IMPORT, "submissions": COUNT, "too_late": COUNT, "because": CODE},
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
    Event.VAULT_RETRIED: _VAULT,
    Event.VAULT_DISMISSED: _VAULT,
    Event.VAULT_ADDED: {"kind": needed(CODE), "tells": list_of(CODE), "via": CODE},
    # Which of its settings, never their values.
    Event.VAULT_CHANGED: {"settings": needed(list_of(CODE))},
    Event.VAULT_SWITCHED_ON: {"waiting": COUNT},
    Event.VAULT_SWITCHED_OFF: {"because": needed(CODE), "waiting": COUNT},
    Event.VAULT_TESTED: {"result": needed(CODE), "status": nullable(COUNT)},
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
