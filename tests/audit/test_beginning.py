"""How a log begins: once, with its key in event 0, and never by halves."""

import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection

from audit.append_only import installing, lifting
from audit.beginning import begin_log
from audit.events import Event
from audit.log_format import vkey
from audit.models import AuditEvent, AuditHead
from audit.signing import signing_key
from audit.trail import LogNotReadyError, audited

pytestmark = pytest.mark.django_db


@pytest.fixture
def _no_log() -> None:
    empty(AuditEvent, AuditHead)


def empty(*models: Any) -> None:
    with connection.cursor() as cursor:
        for statement in lifting(connection.vendor):
            cursor.execute(statement)
        for model in models:
            model.objects.all().delete()
        for statement in installing(connection.vendor):
            cursor.execute(statement)


def test_a_new_log_carries_its_name_and_key_in_event_0(settings: Any) -> None:
    head = AuditHead.objects.get()
    event = AuditEvent.objects.get()
    key = signing_key.load(settings.AUDIT_KEY_FILE)
    assert head.origin == f"{settings.AUDIT_ORIGIN}/audit/{head.log}"
    assert (event.seq, event.act, event.actor, event.obj) == (0, Event.LOG_CREATED, "sys", f"log:{head.log}")
    assert event.facts == {"vkey": vkey(name=head.origin, public_key=signing_key.public_bytes(key))}
    assert bytes(head.frontier) == bytes(event.leaf)
    assert (head.base_size, bytes(head.base_frontier)) == (0, b"")


def test_beginning_again_changes_nothing() -> None:
    before = AuditHead.objects.values().get()
    begin_log()
    assert {
        k: bytes(v) if isinstance(v, memoryview) else v for k, v in AuditHead.objects.values().get().items()
    } == {k: bytes(v) if isinstance(v, memoryview) else v for k, v in before.items()}
    assert AuditEvent.objects.count() == 1


@pytest.mark.usefixtures("_no_log")
def test_an_empty_log_makes_its_key(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "keys" / "audit.key"
    settings.AUDIT_KEY_MAY_BE_GENERATED = True
    begin_log()
    assert settings.AUDIT_KEY_FILE.stat().st_mode & 0o777 == 0o600
    assert AuditHead.objects.get().size == 1


@pytest.mark.usefixtures("_no_log")
def test_without_a_key_that_may_be_made_no_log_is_begun(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    settings.AUDIT_KEY_MAY_BE_GENERATED = False
    with pytest.raises(ImproperlyConfigured, match="Put it back, or set AUDIT_KEY_FILE"):
        begin_log()
    assert not settings.AUDIT_KEY_FILE.exists()
    assert not AuditHead.objects.exists()


def test_a_log_that_has_begun_makes_no_new_key(settings: Any, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    settings.AUDIT_KEY_MAY_BE_GENERATED = True
    begin_log()
    assert not settings.AUDIT_KEY_FILE.exists()


def test_events_without_a_head_are_not_taken_for_an_empty_log() -> None:
    empty(AuditHead)
    with pytest.raises(LogNotReadyError, match="Restore audit_head"):
        begin_log()


@pytest.mark.usefixtures("_no_log")
def test_nothing_is_written_to_a_log_that_was_not_begun() -> None:
    with pytest.raises(LogNotReadyError, match="migrate"), audited() as trail:
        trail.record(Event.USER_SIGNED_IN, actor="sys", obj="user:k3v9q2ma")


@pytest.mark.usefixtures("_no_log")
def test_a_head_made_by_another_process_is_taken_over(settings: Any) -> None:
    log = uuid.UUID(int=7)
    AuditHead.objects.create(log=log, origin=f"elsewhere.example/audit/{log}")
    begin_log()
    assert AuditHead.objects.get().log == log
    assert "elsewhere.example" in str(AuditEvent.objects.get().facts["vkey"])
