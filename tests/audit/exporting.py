"""What the tests of the export share: a log to export, and what must come out of it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import override_settings

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited


@pytest.fixture
def signer(db: None, tmp_path: Path) -> Iterator[Path]:
    """The log's key in a folder of its own, so that what was signed in another test is not remembered."""
    folder = tmp_path / "keys"
    folder.mkdir(mode=0o700)
    copy = shutil.copy2(settings.AUDIT_KEY_FILE, folder / "audit.key")
    with override_settings(AUDIT_KEY_FILE=Path(copy)):
        yield Path(copy)


def grow(count: int, *, name: str = "grown") -> None:
    """Write so many events in one transaction."""
    with audited() as trail:
        for number in range(count):
            trail.record(
                Event.USER_ROLE_CHANGED,
                actor="sys",
                obj=f"user:{name}-{number}",
                data={"added": ["auditors"], "removed": []},
            )


def stored_lines(*, first: int = 0, size: int | None = None) -> bytes:
    """The lines as they are stored, each with its LF."""
    events = AuditEvent.objects.filter(seq__gte=first).order_by("seq")
    if size is not None:
        events = events.filter(seq__lt=size)
    return "".join(f"{body}\n" for body in events.values_list("body", flat=True)).encode()


def exports_told() -> list[dict[str, Any]]:
    """What the log says of exports, oldest first."""
    events = AuditEvent.objects.filter(act=Event.AUDIT_EXPORTED).order_by("seq")
    return [{**event.entry, **event.facts} for event in events]
