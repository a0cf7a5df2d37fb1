"""What the form of a vault calls each field, and what it says of it, by the kind of the vault."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from audit.words import Words
from erasure.choices import VaultKind

#: What is stored encrypted and never shown again: it is, or may hold, what lets whoever knows it in.
NEVER_SHOWN: Mapping[str, frozenset[str]] = {
    VaultKind.DATABASE: frozenset({"address"}),
    VaultKind.HTTP: frozenset({"address", "secret"}),
    VaultKind.ONETRUST: frozenset({"address", "secret"}),
    VaultKind.SECURITI: frozenset({"address", "key_id", "secret"}),
}
#: The kinds that send these along with a call: a new address would otherwise be told them.
SENT_ALONG: Mapping[str, tuple[str, ...]] = {
    VaultKind.ONETRUST: ("secret",),
    VaultKind.SECURITI: ("key_id", "secret"),
}

LABELS: Mapping[str, Mapping[str, Words]] = {
    VaultKind.DATABASE: {"address": _("Address of another database")},
    VaultKind.HTTP: {"secret": _("Secret")},
    VaultKind.ONETRUST: {"key_id": _("Client id"), "secret": _("Client secret")},
    VaultKind.SECURITI: {"key_id": _("API key"), "secret": _("API secret")},
}

HELP: Mapping[str, Mapping[str, Words]] = {
    VaultKind.DATABASE: {
        "address": _(
            "Such as postgres://name:password@host/database. Stored encrypted; only its host is shown from "
            "then on."
        ),
    },
    VaultKind.HTTP: {
        "address": _(
            "Where messages are posted, with https://. Stored encrypted, since it may hold a token; only its "
            "host is shown from then on."
        ),
        "secret": _(
            "Or one that the receiver gave you: whsec_ and what follows. Messages are signed with it; it is "
            "never sent, and never shown again."
        ),
    },
    VaultKind.ONETRUST: {
        "address": _("The address of your OneTrust, such as https://example.my.onetrust.com."),
        "key_id": _("Of a client that may read and complete subtasks of data subject requests."),
        "secret": _("Sent to OneTrust alone, for an access token. Stored encrypted, never shown again."),
        "resolution_done": _("Given when the person was told that it is done, or that there was nothing."),
        "resolution_partly": _("Given when a part was done."),
        "resolution_refused": _("Given when it was refused or withdrawn."),
    },
    VaultKind.SECURITI: {
        "address": _("The address of your Securiti, such as https://app.securiti.ai."),
        "key_id": _("Sent as X-API-Key. Stored encrypted, never shown again."),
        "secret": _("Sent as X-API-Secret. Stored encrypted, never shown again."),
        "tenant": _("Sent as X-TIDENT: the name of your tenant at Securiti."),
    },
}

#: What has to be said where nothing was given.
MISSING: Mapping[str, Words] = {
    "address": _("Give the address."),
    "key_id": _("Give it. The vault’s own settings have it under this name."),
    "secret": _("Give the secret."),
    "tenant": _("Give the name of the tenant."),
    "resolution_done": _("Give the id of the resolution. OneTrust lists them under its resolutions."),
    "resolution_partly": _("Give the id of the resolution. OneTrust lists them under its resolutions."),
    "resolution_refused": _("Give the id of the resolution. OneTrust lists them under its resolutions."),
}
