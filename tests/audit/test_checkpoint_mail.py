"""The daily mail with the newest checkpoint, over a real mail server: once a day, again when it failed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from email.message import Message
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.conf import LazySettings
from django.db import OperationalError, connection
from django.utils import timezone

from audit.models import AuditCheckpoint, AuditEvent, CheckpointMail
from audit.signing import signer
from audit.signing.checkpoint_mail import LONGEST_WAIT, TROUBLE_WORDS, send_if_due, state
from audit.signing.checkpoints import vkey_file
from audit.signing.signing_round import SigningRound
from audit.verifier.signed_note import parse_note, signers, vkeys_of
from tests.audit.log_processes import LogProcesses
from tests.audit.mail_server import MailServer, listening
from tests.audit.truncated import append, unguarded

pytestmark = pytest.mark.django_db

OUTSIDE, AUDITOR = "checkpoints@outside.example", "auditor@outside.example"
NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


@pytest.fixture
def server(settings: LazySettings) -> Iterator[MailServer]:
    with listening() as server:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", server.port, False
        settings.DEFAULT_FROM_EMAIL = "privacyadmin@privacy.example.org"
        settings.AUDIT_CHECKPOINT_MAIL_TO = [OUTSIDE, AUDITOR]
        yield server


@pytest.fixture
def checkpoint() -> AuditCheckpoint:
    append(4)
    return signer.sign_head()


@pytest.fixture
def clock() -> Iterator[Any]:
    with time_machine.travel(NOON, tick=False) as clock:
        yield clock


def files_of(mail: Message) -> dict[str, bytes]:
    return {
        str(part.get_filename()): bytes(part.get_payload(decode=True))  # type: ignore[arg-type]  # Bytes when decoded.
        for part in mail.walk()
        if part.get_filename()
    }


def text_of(mail: Message) -> str:
    (part,) = [part for part in mail.walk() if part.get_content_type() == "text/plain"]
    return bytes(part.get_payload(decode=True)).decode()  # type: ignore[arg-type]  # Bytes when decoded.


def test_every_address_gets_the_note_and_the_keys(server: MailServer, checkpoint: AuditCheckpoint) -> None:
    assert send_if_due()
    assert [address for address, _mail in server.came] == [OUTSIDE, AUDITOR]
    for address, mail in server.came:
        assert (mail["To"], mail["From"]) == (address, "privacyadmin@privacy.example.org")
        assert "checkpoint over 5 events" in mail["Subject"]
        # As files, byte for byte, so that the verifier takes them as they come.
        assert files_of(mail) == {"checkpoint-5": checkpoint.note.encode(), "vkey": vkey_file().encode()}
    note = parse_note(files_of(server.came[0][1])["checkpoint-5"].decode())
    assert signers(note, vkeys_of(vkey_file()))


def test_the_text_says_what_it_is_for_and_how_to_compare(
    server: MailServer, checkpoint: AuditCheckpoint
) -> None:
    send_if_due()
    text = text_of(server.came[0][1]).replace("\r\n", "\n")
    assert "a checkpoint that is kept outside shows later whether anybody" in text
    command = "python3 -I -S audit-verify.pyz --vkey noted-vkey --export FOLDER --known checkpoint-5"
    assert command in text.splitlines()
    assert "beside the export's folder, not in it" in text
    assert "If none was noted then, use the vkey file that is attached to the oldest of these mails" in text
    assert checkpoint.note in text
    assert vkey_file() in text


def test_it_goes_once_a_day(server: MailServer, checkpoint: AuditCheckpoint, clock: Any) -> None:
    assert send_if_due()
    clock.shift(timedelta(hours=11))
    assert not send_if_due()
    clock.shift(timedelta(hours=1))
    assert send_if_due()
    assert [len(server.came), CheckpointMail.objects.count()] == [4, 2]


@pytest.mark.django_db(transaction=True)
def test_ticks_beside_each_other_send_one_mail(server: MailServer, tmp_path: Path) -> None:
    processes = LogProcesses(tmp_path / "data")
    processes.run("sign")
    mail = {
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(server.port),
        "EMAIL_SECURITY": "none",
        "AUDIT_CHECKPOINT_MAIL_TO": OUTSIDE,
    }
    ticks = [processes.start("round", "--seconds", "3", **mail) for _each in range(3)]
    assert [(tick.communicate(timeout=60), tick.returncode) for tick in ticks] == [(("", ""), 0)] * 3
    assert len(server.came) == 1


def test_the_tick_sends_it(server: MailServer) -> None:
    SigningRound()()
    assert len(server.came) == 2
    assert state().size == 1


@pytest.mark.parametrize(
    ("command", "answer", "trouble"),
    [
        ("connect", "554 not today", "broken"),
        ("MAIL", "550 who are you", "sender_refused"),
        ("RCPT", "550 no such address", "refused"),
        ("DATA", "554 no", "broken"),
        ("RCPT", "hang up", "broken"),
    ],
)
def test_a_mail_that_failed_is_told_and_tried_again_less_and_less_often(
    server: MailServer, checkpoint: AuditCheckpoint, clock: Any, *, command: str, answer: str, trouble: str
) -> None:
    server.answers[command] = answer
    assert not send_if_due()
    assert (state().trouble, state().sent_at) == (trouble, None)
    assert state().words == TROUBLE_WORDS[trouble]
    tries = [timezone.now()]
    while len(tries) < 7:
        clock.shift(timedelta(minutes=1))
        before = server.calls
        assert not send_if_due()
        if server.calls > before:
            tries.append(timezone.now())
    waits = [(later - sooner).total_seconds() / 60 for sooner, later in pairwise(tries)]
    assert waits == [5, 10, 20, 40, 60, 60]
    server.answers.clear()
    clock.shift(LONGEST_WAIT)
    assert send_if_due()
    assert (state().trouble, state().sent_at, state().size) == ("", timezone.now(), 5)


@pytest.mark.parametrize("fault", ["address", "line", "octets"])
def test_a_mail_that_cannot_be_made_is_told_and_tried_again(
    server: MailServer, checkpoint: AuditCheckpoint, settings: LazySettings, clock: Any, fault: str
) -> None:
    if fault == "octets" and connection.vendor != "sqlite":
        pytest.skip("Only SQLite keeps text that is not UTF-8.")
    kept = AuditEvent.objects.get(seq=0).body
    if fault == "address":
        settings.AUDIT_CHECKPOINT_MAIL_TO = ["auditor@outside.example\nBcc: somebody@else.example"]
    else:
        rewritten = "'{'" if fault == "line" else "CAST(X'ff' AS TEXT)"
        with unguarded(), connection.cursor() as cursor:
            cursor.execute(f"UPDATE audit_event SET body = {rewritten} WHERE seq = 0")  # noqa: S608 - as above.
    assert not send_if_due()
    assert (state().trouble, state().sent_at) == ("not_made", None)
    assert state().words == TROUBLE_WORDS["not_made"]
    settings.AUDIT_CHECKPOINT_MAIL_TO = [OUTSIDE]
    with unguarded():
        AuditEvent.objects.filter(seq=0).update(body=kept)
    clock.shift(LONGEST_WAIT)
    assert send_if_due()
    assert state().trouble == ""


def test_what_ends_the_signing_does_not_keep_the_mail(
    server: MailServer, checkpoint: AuditCheckpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken() -> None:
        raise OperationalError("disk I/O error")

    monkeypatch.setattr("audit.signing.checkpoints.sign_if_due", broken)
    with pytest.raises(OperationalError):
        SigningRound()()
    assert len(server.came) == 2


def test_one_refused_address_keeps_the_others_from_nothing(
    server: MailServer, checkpoint: AuditCheckpoint, clock: Any
) -> None:
    server.answers[f"RCPT TO:<{OUTSIDE}>"] = "550 no such address"
    assert send_if_due()
    assert [address for address, _mail in server.came] == [AUDITOR]
    assert state().trouble == "some_refused"
    clock.shift(timedelta(hours=2))
    assert not send_if_due(), "who has it gets it once"


def test_a_server_that_is_away_is_told(settings: LazySettings, checkpoint: AuditCheckpoint) -> None:
    with listening() as gone:
        port = gone.port
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT, settings.EMAIL_USE_TLS = "127.0.0.1", port, False
    settings.AUDIT_CHECKPOINT_MAIL_TO = [OUTSIDE]
    assert not send_if_due()
    assert state().trouble == "unreachable"


def test_a_server_without_tls_gets_nothing_when_tls_is_asked_for(
    server: MailServer, checkpoint: AuditCheckpoint, settings: LazySettings
) -> None:
    settings.EMAIL_USE_TLS = True
    assert not send_if_due()
    assert state().trouble == "not_secure"
    assert server.came == []


def test_a_refused_account_is_told(
    server: MailServer, checkpoint: AuditCheckpoint, settings: LazySettings
) -> None:
    server.answers["EHLO"] = "250-here\r\n250 AUTH PLAIN"
    server.answers["AUTH"] = "535 wrong password"
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "sender", "wrong"
    assert not send_if_due()
    assert state().trouble == "sign_in_refused"


def test_without_addresses_nothing_goes_and_nothing_is_wrong(
    server: MailServer, checkpoint: AuditCheckpoint, settings: LazySettings
) -> None:
    settings.AUDIT_CHECKPOINT_MAIL_TO = []
    assert not send_if_due()
    assert (state().is_set_up, state().trouble, server.calls) == (False, "", 0)


def test_without_a_server_it_says_what_is_missing(
    checkpoint: AuditCheckpoint, settings: LazySettings
) -> None:
    settings.AUDIT_CHECKPOINT_MAIL_TO, settings.EMAIL_HOST = [OUTSIDE], ""
    assert not send_if_due()
    assert "EMAIL_HOST" in state().words


def test_before_the_first_checkpoint_there_is_nothing_to_mail(server: MailServer) -> None:
    assert not send_if_due()
    assert not CheckpointMail.objects.exists()
