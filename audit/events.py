"""The names of all events, of those who act, and of what an act is about.

To add an event: give it a member of `Event`, its words in `event_words` and its keys in `event_keys`; a test
compares the three.
"""

import re
from enum import StrEnum
from typing import Final


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
    REQUEST_LINKED = "request.linked"

    IMPORT_STARTED = "import.started"
    IMPORT_FINISHED = "import.finished"
    IMPORT_STOPPED = "import.stopped"

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
    VAULT_RETRIED = "vault.retried"
    VAULT_DISMISSED = "vault.dismissed"
    VAULT_ADDED = "vault.added"
    VAULT_CHANGED = "vault.changed"
    VAULT_SWITCHED_ON = "vault.switched_on"
    VAULT_SWITCHED_OFF = "vault.switched_off"
    VAULT_TESTED = "vault.tested"

    AUDIT_EXPORTED = "audit.exported"
    AUDIT_VERIFIED = "audit.verified"
    KEY_ROTATED = "key.rotated"


#: Who acts: a person by opaque id, the program itself, or CXone.
ACTOR: Final = re.compile(r"u:[a-z0-9]{4,16}|sys|cxone")

#: What an act is about, as `kind:id`. A request goes by its reference, everything else by an opaque id or
#: number.
OBJECT: Final = re.compile(
    r"request:PR-[0-9]{4}-[0-9]{6,12}"
    r"|(?:log|subject|hold|override|user|access|upstream|vault|key|audit|list|letter|import):[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?"
)
