"""How each event of a request looks in its timeline."""

from collections.abc import Mapping

from audit.events import Event
from erasure.choices import DELIVERY_LOOKS, DeliveryState, Look

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
    Event.REQUEST_PAUSED: Look("info", "pause_circle"),
    Event.REQUEST_UNPAUSED: Look("info", "play_circle"),
    Event.REQUEST_CLOCK_CORRECTED: Look("warning", "edit_calendar"),
    Event.REQUEST_ACKNOWLEDGED: Look("success", "mark_email_read"),
    Event.REQUEST_COMMENTED: Look("neutral", "chat"),
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
    Event.VAULT_DELIVERED: DELIVERY_LOOKS[DeliveryState.DELIVERED],
    Event.VAULT_FAILED: DELIVERY_LOOKS[DeliveryState.GIVEN_UP],
    Event.VAULT_RETRIED: DELIVERY_LOOKS[DeliveryState.WAITING],
    Event.VAULT_DISMISSED: DELIVERY_LOOKS[DeliveryState.LET_BE],
    Event.REQUEST_LINKED: Look("neutral", "link"),
    Event.SUBJECT_REVEALED: Look("neutral", "visibility"),
    Event.SUBJECT_SHREDDED: Look("neutral", "delete_forever"),
}
