"""Vaults: where outcomes are reported to, what they are told of, and where a delivery stands."""

from django.db.models import TextChoices
from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices.looks import Look


class VaultKind(TextChoices):
    """What a vault speaks."""

    DATABASE = "database", _("A table in a database")
    HTTP = "http", _("Signed JSON over HTTP")
    ONETRUST = "onetrust", _("OneTrust")
    SECURITI = "securiti", _("Securiti (experimental)")


class Occasion(TextChoices):
    """What a delivery tells of: the end of one submission, or the answer to the person."""

    COMPLETED = "completed", _("CXone reported done")
    FAILED = "failed", _("Failed at CXone")
    REFUSED = "refused", _("Refused before it was sent")
    ANSWERED = "answered", _("The person was answered")


OCCASION_LINES: dict[Occasion, Words] = {
    Occasion.COMPLETED: _("A submission that CXone carried out."),
    Occasion.FAILED: _("A submission that CXone refused, or reports as failed."),
    Occasion.REFUSED: _("A submission that a reviewer refused, so that CXone never had it."),
    Occasion.ANSWERED: _("What the person was told: done, partly done, nothing found, refused or withdrawn."),
}


class DeliveryState(TextChoices):
    """Where one delivery stands. Only `erasure/deliveries` and the lifecycle that makes it write it."""

    WAITING = "waiting", _("Waiting")
    DELIVERED = "delivered", _("Delivered")
    GIVEN_UP = "given_up", _("Given up")
    NOT_FOR_IT = "not_for_it", _("Not for this vault")
    LET_BE = "let_be", _("Let be")


DELIVERY_LOOKS: dict[DeliveryState, Look] = {
    DeliveryState.WAITING: Look("info", "schedule_send"),
    DeliveryState.DELIVERED: Look("success", "check_circle"),
    DeliveryState.GIVEN_UP: Look("danger", "error"),
    DeliveryState.NOT_FOR_IT: Look("neutral", "do_not_disturb_on"),
    DeliveryState.LET_BE: Look("neutral", "cancel"),
}

#: What still has to reach its vault: it keeps its request from being shredded.
UNDELIVERED: frozenset[DeliveryState] = frozenset({DeliveryState.WAITING, DeliveryState.GIVEN_UP})


class OffBecause(TextChoices):
    """Why nothing goes to a vault."""

    OPERATOR = "operator", _("Switched off by an operator")
    GONE = "gone", _("The vault answered that it is gone (410)")


class DeliveryTrouble(TextChoices):
    """Why a vault has not been told yet."""

    UNREACHABLE = "unreachable", _("Could not be reached")
    TIMED_OUT = "timed_out", _("Gave no answer in time")
    BROKEN = "broken", _("The connection broke off")
    ADDRESS_REFUSED = "address_refused", _("Its address is not allowed")
    REDIRECTED = "redirected", _("Sent us elsewhere")
    SERVER_ERROR = "server_error", _("Reported an error of its own")
    RATE_LIMITED = "rate_limited", _("Asked for fewer calls")
    SIGN_IN = "sign_in", _("Did not accept our credentials")
    GONE = "gone", _("Is gone")
    REJECTED = "rejected", _("Did not accept the message")
    UNEXPECTED = "unexpected", _("Gave an unexpected answer")
    NO_TASK = "no_task", _("No task of this vault is named")
    MISCONFIGURED = "misconfigured", _("Its settings cannot work")
    INTERNAL = "internal", _("Could not be put together here")


#: What it means, and what to do.
TROUBLE_LINES: dict[DeliveryTrouble, Words] = {
    DeliveryTrouble.UNREACHABLE: _(
        "No connection could be made. Check the vault’s address, the network and its TLS certificate."
    ),
    DeliveryTrouble.TIMED_OUT: _(
        "The message may have arrived all the same. Each attempt has the same id, by which the vault drops "
        "repeats."
    ),
    DeliveryTrouble.BROKEN: _(
        "The message may have arrived all the same. Each attempt has the same id, by which the vault drops "
        "repeats."
    ),
    DeliveryTrouble.ADDRESS_REFUSED: _(
        "It leads to this machine or to a private network, or is not https. Correct the vault’s address, or "
        "have the host allowed by VAULT_ALLOWED_HOSTS."
    ),
    DeliveryTrouble.REDIRECTED: _(
        "Redirects are not followed, since the message would go somewhere that nobody chose. Enter the final "
        "address in the vault’s settings."
    ),
    DeliveryTrouble.SERVER_ERROR: _("The vault has trouble of its own. If that lasts, ask whoever runs it."),
    DeliveryTrouble.RATE_LIMITED: _("All deliveries to this vault wait as long as it asked for."),
    DeliveryTrouble.SIGN_IN: _("Check the id and the secret in the vault’s settings, and what they may do."),
    DeliveryTrouble.GONE: _(
        "The vault answered 410: it is there no more. Ask its owner, and see that it is switched on once it "
        "is back."
    ),
    DeliveryTrouble.REJECTED: _("Read the vault’s answer, correct what it names, and send it again."),
    DeliveryTrouble.UNEXPECTED: _(
        "What came back is not what this kind of vault answers. Check that the address leads to the vault "
        "itself."
    ),
    DeliveryTrouble.NO_TASK: _(
        "This vault keeps each request as a task, and the request names none that can be one of its tasks. "
        "Name it on the request’s page if there is one."
    ),
    DeliveryTrouble.MISCONFIGURED: _("Something is missing in the vault’s settings; complete them."),
    DeliveryTrouble.INTERNAL: _("Tell whoever runs this program; the program’s own log says more."),
}

#: What never got as far as the vault, and says nothing about it.
TROUBLE_OF_OURS: frozenset[DeliveryTrouble] = frozenset({DeliveryTrouble.NO_TASK, DeliveryTrouble.INTERNAL})

#: What says something about the vault and not about one message: several in a row, and all wait.
TROUBLE_OF_THE_VAULT: frozenset[DeliveryTrouble] = (
    frozenset(DeliveryTrouble) - TROUBLE_OF_OURS - {DeliveryTrouble.REJECTED}
)
