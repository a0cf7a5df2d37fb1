"""Logs that ended: listed with why and when, and taken away like the present one."""

import io
import uuid
import zipfile

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditPastLog
from privacyadmin.models import User
from tests.audit.exporting import ended_log
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db
PAGE = "/admin/audit/earlier-logs/"


@pytest.fixture
def reader(auditor: User, signed_in: SignIn) -> Client:
    """The auditor's browser."""
    return signed_in(auditor)


def test_without_one_it_says_what_would_be_here(reader: Client) -> None:
    assert "There is no earlier log" in reader.get(PAGE).content.decode()


def test_a_log_that_ended_is_found_from_the_list_with_what_there_is_to_know(reader: Client) -> None:
    past = ended_log(signed=8, size=11)
    assert PAGE in reader.get(reverse("admin:audit_auditevent_changelist")).content.decode()
    page = reader.get(PAGE).content.decode()
    for words in (
        past.origin,
        "11 events",
        "over 8 of them",
        "A backup was restored",
        past.vkeys.split()[-1],
    ):
        assert words in page


def test_it_is_taken_away_from_there(reader: Client) -> None:
    past = ended_log(signed=8, size=11)
    answer = reader.post(reverse("admin:log_export"), {"form": "zip", "log": str(past.pk)})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        assert archive.read("checkpoint").decode().splitlines()[1] == "8"
        assert len(archive.read("events.jsonl").splitlines()) == 8


def test_one_that_was_never_signed_offers_no_export(reader: Client) -> None:
    AuditPastLog.objects.create(
        log=uuid.uuid4(),
        origin="elsewhere/audit/other",
        size=3,
        frontier=b"",
        vkeys="",
        ended_at=timezone.now(),
        reason="key_lost",
    )
    page = reader.get(PAGE).content.decode()
    assert "The signing key was lost" in page
    assert "it was never signed" in page
    assert "Evidence (ZIP)" not in page
