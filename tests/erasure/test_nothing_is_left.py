"""After forgetting nothing of the person is left: not in database files, log, or the program's own log."""

import base64
import binascii
import logging
import os
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings as configured
from django.db import connection, transaction
from django.db.models import QuerySet, TextField
from django.db.models.functions import Cast
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.log_format import HASH_BYTES, subject_tag
from audit.models import AuditEvent
from audit.trail import audited
from erasure import filing, lifecycle, overrides
from erasure.callback_address import callback_url
from erasure.choices import DeliveryState, ExtensionGround, Outcome, VaultKind
from erasure.deliveries import tasks
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.encryption import fingerprint, salt_bytes
from erasure.models import (
    Delivery,
    LegalHold,
    Override,
    PrivacyRequest,
    SubjectIdentifier,
    Submission,
    VaultRecord,
)
from erasure.personal_data import ENCRYPTED_COLUMNS, tables
from erasure.vault import Receipt
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.at_work import Work, cxone, work
from tests.erasure.days_passing import DaysPass, _a_saturday, days_pass, log_verifies, shredded_list, steps
from tests.erasure.made_holds import released
from tests.erasure.told_vaults import ObedientVault, deliver_batch, made_vault
from tests.erasure.what_remains import opened, readable, stored

__all__ = ["_a_saturday", "cxone", "days_pass", "shredded_list", "work"]

JUSTIFICATION = "The lawsuit of Mrs Quillfeather ended last year."


class Life:
    """A request with something in every column, from its filing to its answer, over the real interfaces."""

    subject = "USR-QUILLFEATHER-77"
    failing = "USR-QUILLFEATHER-78-FAIL"
    email = "quillfeather@example.org"
    texts = (
        "Ticket of Quillfeather, described",
        "Quillfeather called twice.",
        JUSTIFICATION,
        "Denied: Quillfeather is still a party.",
        "Quillfeather was told by post.",
        "Quillfeather versus Penhaligon, docket 4",
        "Quillfeather’s sister called.",
        "The letter of Quillfeather lay in the wrong tray.",
        "Quillfeather asked about eleven contracts at once.",
        "Noted in the folder of Quillfeather.",
    )
    external = "HELPDESK-QF-4711"
    task = "0qf47110-5eed-4711-8f53-2f0d7a1c6c11"
    login = "qf-host-login"

    def __init__(self, work: Work, reviewer: User, client: Client) -> None:
        description, note, justification, reason, answer, matter, *desk, said = self.texts
        made_vault("own"), made_vault("another", VaultKind.HTTP)
        self.request = work.file_request(
            self.subject,
            categories=["CONTACT", "ANALYTICS"],
            description=description,
            note=note,
            override_reason="matter_closed",
            justification=justification,
            external_reference=self.external,
            filed_on_host_by=self.login,
        )
        self.work, self.client, self.reviewer = work, client, reviewer
        with transaction.atomic():
            SubjectIdentifier.objects.create(
                subject=self.request.subject,
                kind="email",
                value=self.email,
                fingerprint=fingerprint("email", self.email),
            )
        work.send()
        self._callback()
        self._deny(reason)
        self._second_submission()
        work.carry_on()
        hold = made.hold_on(self.request, code="LIT-QF")
        LegalHold.objects.filter(pk=hold.pk).update(matter=matter)
        released(hold)
        self._be_seen()
        self._be_written_about(*desk)
        made.answered(self.request, work.officer, outcome=Outcome.PARTLY_DONE, note=answer)
        self._be_told_of(said)
        self.salt = salt_bytes(PrivacyRequest.objects.get(pk=self.request.pk).salt or "")

    def _callback(self) -> None:
        row = made.only(self.request)
        body = {"requestId": row.cxone_id, "subjectId": self.subject, "status": "COMPLETED"}
        answer = self.client.post(
            callback_url(row.public_id).removeprefix(configured.PUBLIC_URL), body, "application/json"
        )
        assert answer.status_code == 200

    def _deny(self, reason: str) -> None:
        override = Override.objects.get(submission__request=self.request)
        now = timezone.now()
        with audited() as log:
            overrides.decide(
                log, override, by=self.reviewer, approve=False, reason=reason, now=now, send_at=now
            )

    def _second_submission(self) -> None:
        """Another id of the person, for which CXone fails and says why."""
        more = made.filing_of(self.failing, description=self.texts[0])
        request = PrivacyRequest.objects.get(pk=self.request.pk)
        filing.send(request, more, by=self.work.officer, send_delay=timedelta(0))

    def _be_written_about(self, comment: str, correction: str, extension: str) -> None:
        """A colleague comments, the date of receipt is corrected, and the clock extended."""
        now, by = timezone.now(), self.work.officer
        request = PrivacyRequest.objects.get(pk=self.request.pk)
        earlier = request.received_on - timedelta(days=1)
        with audited() as log:
            lifecycle.comment(log, request, by=by, text=comment, now=now)
            lifecycle.correct_clock(
                log,
                request,
                by=by,
                regulation=request.regulation,
                received_on=earlier,
                reason=correction,
                now=now,
            )
            lifecycle.extend(
                log,
                request,
                by=by,
                ground=ExtensionGround.COMPLEXITY,
                told_on=made.today(),
                explanation=extension,
                now=now,
            )

    def _be_told_of(self, said: str) -> None:
        """Its task is named, and two vaults are told: our own table, and one that answers with a name."""
        tasks.name_task(self.request, self.task, by=self.work.officer, now=timezone.now())
        another = ObedientVault()
        another.answer = lambda message: Receipt(200, f"{said} Subject: {message.fields['subjectId']}")
        openers = {**OPENERS, VaultKind.HTTP: lambda _row: another}
        while deliver_batch(OpenedVaults(openers), self.work.pool):
            pass
        assert {message.task for message in another.seen} == {self.task}
        assert set(Delivery.objects.values_list("state", flat=True)) == {DeliveryState.DELIVERED}
        assert not Delivery.objects.filter(vault__code="another", last_answer__isnull=True).exists()

    def _be_seen(self) -> None:
        """The officer looks at it, searches for the person, and reveals the identifiers."""
        self.client.force_login(self.work.officer)
        page = reverse("admin:request_page", args=[self.request.reference])
        assert self.client.get(page).status_code == 200
        self.client.post(reverse("admin:request_search"), {"term": self.email})
        shown = self.client.post(reverse("admin:identifier_reveal", args=[self.request.reference]))
        assert self.email in shown.content.decode()

    @property
    def identifiers(self) -> tuple[str, ...]:
        return (self.subject, self.failing, self.email)

    def tags(self) -> set[str]:
        """What the log calls the person in this request."""
        pairs = [("cxone_id", self.subject), ("cxone_id", self.failing)]
        return {subject_tag(salt=self.salt, kind=kind, ident=ident) for kind, ident in pairs}


def everything_said(caplog: pytest.LogCaptureFixture) -> str:
    return "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records)


def salts_in(content: bytes) -> list[bytes]:
    """Whatever decrypted text could be a salt."""
    found = []
    for text in opened(content):
        try:
            found.append(base64.b64decode(text, validate=True))
        except (binascii.Error, ValueError):
            continue
    return [salt for salt in found if len(salt) == HASH_BYTES]


@pytest.mark.django_db(transaction=True)
def test_nothing_of_the_person_is_left_in_database_files_log_or_program_log(
    work: Work, reviewer: User, client: Client, days_pass: DaysPass, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    life = Life(work, reviewer, client)
    prints = [fingerprint(kind, one) for kind in ("cxone_id", "email") for one in life.identifiers]
    before = readable()
    emptied = [column for column in ENCRYPTED_COLUMNS if column.step]
    unfilled = [
        f"{column.model.__name__}.{column.name}"
        for column in emptied
        if not QuerySet(column.model).filter(**{f"{column.name}__isnull": False}).exists()
    ]
    assert unfilled == [], "a column without a value would prove nothing"
    assert [text for text in (*life.identifiers, *life.texts) if text not in before] == []
    assert life.salt in salts_in(stored())
    assert life.task in before
    told = Delivery.objects.count()

    days_pass(30)

    assert steps(life.request) == [1]
    after = readable()
    assert [text for text in (*life.identifiers, *life.texts) if text.casefold() in after.casefold()] == []
    assert "quillfeather" not in after.casefold()
    assert fingerprint("cxone_id", life.subject) in after, "who presents it can still be answered"
    assert life.salt in salts_in(stored())
    assert AuditEvent.objects.filter(body__contains=next(iter(life.tags()))).exists()
    assert log_verifies()

    days_pass(1095)

    assert steps(life.request) == [1, 2]
    content, after = stored(), readable()
    assert [one for one in prints if one in after] == []
    assert life.external not in after
    assert life.login not in after
    assert life.task not in after
    assert (Delivery.objects.count(), VaultRecord.objects.count()) == (told, told // 2), (
        "that it was told stays"
    )
    assert [
        salt
        for salt in salts_in(content)
        if any(subject_tag(salt=salt, kind="cxone_id", ident=one) in life.tags() for one in life.identifiers)
    ] == []
    assert log_verifies()
    log = "\n".join(AuditEvent.objects.values_list("body", flat=True))
    said = everything_said(caplog)
    listed = configured.SHREDDED_LIST_FILE.read_text()
    for place in (log, said, listed):
        assert "quillfeather" not in place.casefold()
        assert not any(one in place for one in prints)
    request = PrivacyRequest.objects.get(pk=life.request.pk)
    assert (request.reference, request.outcome, request.received_on) == (
        life.request.reference,
        "partly_done",
        life.request.received_on - timedelta(days=1),
    )
    assert list(request.submissions.values_list("status", flat=True).order_by("number")) == [
        *("completed", "refused", "failed")
    ]


def many_among_others(officer: User) -> tuple[list[bytes], set[str]]:
    """Rows of all lengths, some answered today: the tokens of those, and the numbers of the others."""
    others = set()
    for number in range(60):
        note = f"Wigglesworth {number} " + "had a long story to tell. " * (number * 7 % 90)
        request = made.filed(officer, f"USR-WIGGLESWORTH-{number}", note=note)
        made.completed(made.only(request))
        if number % 3:
            made.answered(request, officer, note=note[::-1])
        else:
            others.add(str(number))
    answered = PrivacyRequest.objects.exclude(outcome="")
    texts = answered.annotate(one=Cast("note", TextField()), other=Cast("answer_note", TextField()))
    sent = Submission.objects.filter(request__in=answered).annotate(
        one=Cast("frozen_payload", TextField()), other=Cast("upstream_body", TextField())
    )
    rows = [*texts.values_list("one", "other"), *sent.values_list("one", "other")]
    return [token.encode() for row in rows for token in row], others


def pieces(tokens: list[bytes]) -> list[bytes]:
    """Parts of 32 characters: whoever has the key can read a part of a token, though it opens as nothing."""
    return [token[start : start + 32] for token in tokens for start in range(8, len(token) - 31, 32)]


@pytest.mark.django_db(transaction=True)
def test_many_requests_among_others_leave_no_old_bytes_not_even_parts(
    officer: User, days_pass: DaysPass
) -> None:
    """Rows move between pages as they grow and as others come: copies must not stay where they were."""
    tokens, others = many_among_others(officer)
    content = stored()
    found = [piece in content for piece in pieces(tokens)]
    assert sum(found) > len(found) * 0.9, "all but those that begin on one page and end on another"
    days_pass(30)
    left = set(re.findall(r"WIGGLESWORTH-(\d+)", readable(), re.IGNORECASE))
    assert left == others
    content = stored()
    assert sum(piece in content for piece in pieces(tokens)) == 0


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite needs no rewriting; see above")
def test_a_table_of_postgresql_that_was_rewritten_has_no_old_bytes_in_its_files(
    officer: User, days_pass: DaysPass
) -> None:
    """What `docs/forgetting.md` says of VACUUM FULL."""
    tokens, _others = many_among_others(officer)
    days_pass(30)
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(f"VACUUM FULL {table}")
        cursor.execute("CHECKPOINT")
        cursor.execute("SHOW data_directory")
        folder = Path(cursor.fetchone()[0], "base")
    if not os.access(folder, os.R_OK):
        pytest.skip("this user may not read the cluster's files")
    content = b"".join(file.read_bytes() for file in folder.rglob("*") if file.is_file())
    assert b"gAAAA" in content
    assert sum(piece in content for piece in pieces(tokens)) == 0
