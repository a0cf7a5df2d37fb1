"""What a request's timeline says of the vaults that were told of it. `vault` is the vault's name by then."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from audit.words import Words
from erasure.choices import DeliveryTrouble, Occasion
from erasure.plain_words import uncapitalised

#: Each ends a sentence that begins with the vault.
TOLD_THAT: Mapping[str, Words] = {
    Occasion.COMPLETED: _lazy("that CXone reported it done"),
    Occasion.FAILED: _lazy("that it failed at CXone"),
    Occasion.REFUSED: _lazy("that it was refused before it was sent"),
    Occasion.ANSWERED: _lazy("that the person was answered"),
}


def _given_up(facts: Mapping[str, Any]) -> str:
    trouble = str(facts.get("reason"))
    known = trouble in DeliveryTrouble.values
    return _("%(vault)s could not be told %(what)s: given up after attempt %(attempt)s (%(why)s)") % {
        **_said(facts),
        "attempt": facts.get("attempt", 1),
        "why": uncapitalised(DeliveryTrouble(trouble).label) if known else trouble,
    }


def _linked(facts: Mapping[str, Any]) -> str:
    if facts.get("removed"):
        return _("The name of its task at the vault was taken away")
    return _("Its task at the vault was named")


def _about(words: Words) -> Callable[[Mapping[str, Any]], str]:
    return lambda facts: str(words) % _said(facts)


def _said(facts: Mapping[str, Any]) -> dict[str, str]:
    occasion = facts.get("occasion")
    return {"vault": facts["vault"], "what": str(TOLD_THAT.get(str(occasion), _("of it")))}


VAULT_WORDS: Mapping[str, Callable[[Mapping[str, Any]], str]] = {
    Event.VAULT_DELIVERED: _about(_lazy("%(vault)s was told %(what)s")),
    Event.VAULT_FAILED: _given_up,
    Event.VAULT_RETRIED: _about(_lazy("%(vault)s is to be told again, by hand, %(what)s")),
    Event.VAULT_DISMISSED: _about(_lazy("Let be: %(vault)s is no longer to be told %(what)s")),
    Event.REQUEST_LINKED: _linked,
}
#: The events of deliveries, each under its request.
DELIVERY_EVENTS = (
    Event.VAULT_DELIVERED,
    Event.VAULT_FAILED,
    Event.VAULT_RETRIED,
    Event.VAULT_DISMISSED,
)
