"""The rows that are always there: the register of holds, the upstream, and the standing hold on ANALYTICS.

They are made by name, since models cannot be imported before the apps are ready.
"""

from typing import Any

from django.apps.registry import Apps
from django.apps.registry import apps as installed_apps
from django.utils import timezone

from erasure.choices import HoldKind
from erasure.policy import STANDING_HOLDS


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
