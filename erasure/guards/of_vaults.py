"""Vaults and what they are told."""

from collections.abc import Sequence

from erasure.guards.guard import Guard, changes

VAULT_GUARDS: Sequence[Guard] = (
    Guard(
        "vault_keeps_its_name_in_the_log",
        "erasure_vault",
        "the code and the kind of a vault never change",
        changes("code", "kind"),
    ),
    Guard(
        "delivery_tells_the_same",
        "erasure_delivery",
        "what a delivery tells, and whom, never changes",
        changes("public_id", "vault_id", "request_id", "submission_id", "occasion", "made_at"),
    ),
    Guard(
        "delivered_is_delivered",
        "erasure_delivery",
        "what was delivered stays delivered",
        "OLD.state = 'delivered' AND NEW.state <> 'delivered'",
    ),
)
