"""The rows that are always there: the register of holds, the upstream, the standing hold on ANALYTICS and
the first vault.

They are made by name, since models cannot be imported before the apps are ready.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as installed_apps
from django.conf import settings
from django.utils import timezone

from erasure.choices import HoldKind, VaultKind
from erasure.policy import STANDING_HOLDS
from erasure.vault_kinds import VAULT_KINDS

#: What the first vault is called until an operator calls it something else.
FIRST_VAULT_NAMES: Mapping[VaultKind, str] = {
    VaultKind.DATABASE: "Own register",
    VaultKind.HTTP: "Privacy register",
    VaultKind.ONETRUST: "OneTrust",
    VaultKind.SECURITI: "Securiti",
}


def seed(*, using: str, apps: Apps = installed_apps, **_signal: Any) -> None:
    """Make what is missing and leave what is there, so that a released standing hold stays released.

    The apps come with the signal after a migrate, and not after a flush.
    """
    apps.get_model("erasure", "HoldRegister").objects.using(using).get_or_create(id=1)
    apps.get_model("erasure", "Upstream").objects.using(using).get_or_create(id=1)
    now = timezone.now()
    for hold in STANDING_HOLDS:
        for category in sorted(hold.categories or ()):
            apps.get_model("erasure", "LegalHold").objects.using(using).get_or_create(
                code=hold.matter,
                defaults={
                    "kind": HoldKind.STATUTORY_RETENTION,
                    "ground": hold.ground,
                    "category": category,
                    "placed_at": now,
                    "valid_from": now,
                    "seen_to_at": now,
                },
            )
    _make_first_vault(apps.get_model("erasure", "Vault").objects.using(using), now)


def _make_first_vault(vaults: Any, now: datetime) -> None:
    """Make the vault of the settings where there is none yet; from then on operators edit the row."""
    if settings.VAULT_KIND == "none" or vaults.exists():
        return
    kind = VaultKind(settings.VAULT_KIND)
    vaults.create(
        name=FIRST_VAULT_NAMES[kind],
        code=str(kind),
        kind=kind,
        address=settings.VAULT_URL or None,
        key_id=settings.VAULT_KEY_ID or None,
        secret=settings.VAULT_SECRET or None,
        options={"tenant": settings.VAULT_TENANT} if settings.VAULT_TENANT else {},
        tells=sorted(VAULT_KINDS[kind].told_at_first),
        added_at=now,
    )
