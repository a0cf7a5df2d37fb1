"""Days that pass over answered requests: a clock to move, a list kept apart, and what the log says of it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from time_machine import TimeMachineFixture

from audit.log_format import Frontier, leaf_hash
from audit.models import AuditEvent, AuditHead
from erasure.encryption import fingerprint
from erasure.forgetting import Forgetting
from erasure.models import PrivacyRequest, SubjectIdentifier
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data

DaysPass = Callable[[float], None]

NOW = datetime(2099, 11, 21, 10, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def shredded_list(settings: Any, tmp_path: Path) -> Path:
    settings.SHREDDED_LIST_FILE = tmp_path / "kept apart" / "shredded.list"
    return Path(settings.SHREDDED_LIST_FILE)


@pytest.fixture(autouse=True)
def _a_saturday(time_machine: TimeMachineFixture) -> None:
    time_machine.move_to(NOW)


@pytest.fixture
def days_pass(time_machine: TimeMachineFixture) -> DaysPass:
    """Moves the clock on, and lets a tick that begins anew do its round."""

    def pass_days(days: float) -> None:
        time_machine.move_to(timezone.now() + timedelta(days=days))
        Forgetting().round(timezone.now())

    return pass_days


def ended(officer: User, *identifiers: Any, **facts: Any) -> PrivacyRequest:
    """A request that was carried out and answered today."""
    request = made.filed(officer, *identifiers, **facts)
    made.completed(made.only(request))
    return made.answered(request, officer, note="Told on the phone.")


def steps(request: PrivacyRequest) -> list[int]:
    return [facts["step"] for facts in event_data(request.obj, "subject.shredded")]


def identifier(value: str) -> SubjectIdentifier:
    return SubjectIdentifier.objects.get(fingerprint=fingerprint("cxone_id", value))


def log_verifies() -> bool:
    """Whether the log's head is the root of what its lines say."""
    frontier = Frontier()
    for event in AuditEvent.objects.order_by("seq"):
        frontier.append(leaf_hash(event.body))
    head = AuditHead.objects.get()
    return (frontier.size, frontier.pack()) == (head.size, bytes(head.frontier))
