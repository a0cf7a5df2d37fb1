"""Signing in is an event, failing is one too, and what cannot be written down is refused."""

import pytest
from django.test import Client
from django.urls import reverse

from audit import trail
from audit.events import Event
from audit.models import AuditEvent
from audit.trail import LogNotReadyError
from privacyadmin.models import User
from tests.cast import PASSWORD

pytestmark = pytest.mark.django_db


def _sign_in(client: Client, username: str, password: str = PASSWORD) -> int:
    return client.post(reverse("admin:login"), {"username": username, "password": password}).status_code


def test_a_sign_in_is_written_down_by_staff_id(client: Client, officer: User) -> None:
    assert _sign_in(client, "lena") == 302
    event = AuditEvent.objects.get(act=Event.USER_SIGNED_IN)
    assert (event.actor, event.obj) == (officer.actor, f"user:{officer.staff_id}")
    assert event.entry["data"] == {"method": "password"}


def test_a_failed_sign_in_is_written_down_without_the_name_typed(client: Client, officer: User) -> None:
    assert _sign_in(client, "hunter2-typed-in-the-wrong-field", "wrong") == 200
    event = AuditEvent.objects.get(act=Event.USER_SIGN_IN_FAILED)
    assert event.actor == "sys"
    assert event.entry["res"] == "failed"
    assert "hunter2" not in event.body


@pytest.fixture
def broken_log(monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that nothing can be appended to."""

    def fail(*_entries: object, **_how: object) -> None:
        raise LogNotReadyError("The head of the audit log is damaged.")

    monkeypatch.setattr(trail, "_append", fail)


@pytest.mark.usefixtures("broken_log")
def test_a_sign_in_that_cannot_be_written_down_is_refused(client: Client, officer: User) -> None:
    assert _sign_in(client, "lena") == 403
    assert client.get(reverse("admin:index")).status_code == 302


@pytest.mark.usefixtures("broken_log")
def test_a_failed_sign_in_that_cannot_be_written_down_is_still_a_failed_one(
    client: Client, officer: User
) -> None:
    assert _sign_in(client, "lena", "wrong") == 200
    assert client.get(reverse("admin:index")).status_code == 302
