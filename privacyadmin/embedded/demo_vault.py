"""The demo's second vault: the receiver in the stand-in, beside the table that every database begins with."""

import re

from django.utils import timezone

from audit.trail import audited
from erasure.choices import Occasion, VaultKind
from erasure.cxone.sandbox import VAULT_PATH, VAULT_SECRET
from erasure.deliveries.vault_rows import VaultSettings, add, change, locked
from erasure.models import Vault
from erasure.vault_kinds import VAULT_KINDS
from privacyadmin.models import User

NAME, CODE = "Stand-in register", "stand-in-register"
OPERATOR = "operator"
#: The stand-in listens elsewhere after each start. An address that somebody has typed in stays.
OF_A_STAND_IN = re.compile(rf"http://127\.0\.0\.1:\d+{VAULT_PATH}")


def make_demo_vault(base_url: str) -> None:
    """Make it where it is missing, and find the stand-in again where it is. Only `demo` may call this."""
    address, operator, now = f"{base_url}{VAULT_PATH}", User.objects.get(username=OPERATOR), timezone.now()
    tells = VAULT_KINDS[VaultKind.HTTP].told_at_first
    wanted = VaultSettings(name=NAME, address=address, secret=VAULT_SECRET, tells=tells)
    with audited() as log:
        found = Vault.objects.filter(code=CODE).first()
        if found is None:
            add(log, VaultKind.HTTP, wanted, by=operator, now=now)
        elif OF_A_STAND_IN.fullmatch(found.address or ""):
            vault = locked(found.pk)
            moved = VaultSettings(name=vault.name, address=address, tells=[*map(Occasion, vault.tells)])
            change(log, vault, moved, by=operator, now=now)
