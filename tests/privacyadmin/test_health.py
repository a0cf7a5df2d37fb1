"""What watches the process: it lives, it can serve; what only delays work is told and stops no page."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import OperationalError
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent, AuditHead
from audit.signing import signing_key
from audit.signing.signer import SigningRefusedError, sign_head
from erasure import notices
from erasure.choices import NoticeKind
from erasure.models import Upstream
from privacyadmin import health
from privacyadmin.models import User
from tests.audit.mail_server import MailServer
from tests.erasure.mail_desk import delivered


def test_the_process_says_that_it_lives_without_asking_the_database(client: Client) -> None:
    answer = client.get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"ok")


@pytest.mark.django_db
def test_it_is_ready_and_tells_that_the_broker_is_down(client: Client, settings: LazySettings) -> None:
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}
    sign_head()
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {
        "database": "ok",
        "migrations": "ok",
        "broker": "down",
        "upstream": "ok",
        "log": "ok",
        "mail": "not set up",
        "deliveries": "not set up",
    }


@pytest.mark.django_db
def test_it_tells_since_when_the_log_is_not_signed(client: Client, settings: LazySettings) -> None:
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}
    begun = AuditEvent.objects.get(seq=0).occurred_at
    with time_machine.travel(begun + timedelta(minutes=4), tick=False):
        assert client.get("/readyz").json()["log"] == "ok"
    with time_machine.travel(begun + timedelta(minutes=6), tick=False):
        assert client.get("/readyz").json()["log"] == f"not signed since {begun:%Y-%m-%dT%H:%M:%SZ}"
        sign_head()
        assert client.get("/readyz").json()["log"] == "ok"


@pytest.mark.django_db
def test_it_tells_that_the_signer_refuses_without_names_and_paths(
    client: Client, settings: LazySettings, tmp_path: Path
) -> None:
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    signing_key.generate(settings.AUDIT_KEY_FILE)
    with pytest.raises(SigningRefusedError):
        sign_head()
    log = client.get("/readyz").json()["log"]
    assert log.startswith("refused since ")
    assert str(tmp_path) not in log
    assert AuditHead.objects.get().origin not in log


@pytest.mark.django_db
def test_it_tells_since_when_no_mail_goes(
    client: Client, settings: LazySettings, mail_server: MailServer, officer: User
) -> None:
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}
    assert client.get("/readyz").json()["mail"] == "ok"
    mail_server.answers["MAIL"] = "550 who are you"
    made = timezone.now()
    notices.tell(
        [officer.pk], NoticeKind.SUSPENDED, about="PR-2026-000001/1", target="PR-2026-000001", now=made
    )
    delivered(mail_server)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["mail"]) == (200, f"failing since {made:%Y-%m-%dT%H:%M:%SZ}")
    assert b"EMAIL" not in answer.content, "what to correct is for operators"


@pytest.mark.django_db
def test_a_pause_of_cxone_is_told_without_its_reason(client: Client, settings: LazySettings) -> None:
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}
    Upstream.objects.update(paused_until=timezone.now() + timedelta(minutes=5), pause_code="scope_missing")
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json()["upstream"] == "paused"
    assert b"scope" not in answer.content


@pytest.mark.django_db
def test_it_is_not_ready_while_a_migration_is_missing(client: Client) -> None:
    MigrationRecorder.Migration.objects.filter(app="privacyadmin").delete()
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["migrations"]) == (503, "missing")


def test_it_is_not_ready_without_its_database(client: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    def gone() -> Any:
        raise OperationalError("could not connect to server at 10.1.2.3")

    monkeypatch.setattr(health, "_migrated", gone)
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()) == (503, {"database": "down"})


@pytest.mark.parametrize("path", ["/healthz", "/readyz"])
def test_it_can_only_be_asked(client: Client, path: str) -> None:
    assert client.post(path).status_code == 405
