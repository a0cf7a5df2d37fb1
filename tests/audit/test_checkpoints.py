"""The checkpoints as others use them: the newest, one that covers, the vkey file, and how signing stands."""

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from django.conf import LazySettings
from django.core.checks import CheckMessage
from django.utils import timezone

from audit.models import AuditCheckpoint, AuditEvent, AuditHead, AuditPastLog, AuditSubtree
from audit.signing import checkpoints, signer, signing_checks, signing_key, signing_notices
from audit.signing.checkpoints import NoCheckpointError, covering, newest, sign_if_due, state, vkey_file
from audit.signing.signing_round import SigningRound
from audit.verifier.signed_note import vkeys_of
from tests.audit import tampering
from tests.audit.log_processes import LogProcesses
from tests.audit.truncated import append, cut_off

pytestmark = pytest.mark.django_db


@pytest.fixture
def _no_key_here(settings: LazySettings, tmp_path: Path) -> None:
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"


def test_nothing_is_newest_before_the_first_signing() -> None:
    assert newest() is None
    assert not AuditCheckpoint.objects.exists()


def test_the_newest_is_that_of_the_present_log() -> None:
    AuditCheckpoint.objects.create(
        origin="a/audit/1", size=99, root=b"r" * 32, note="n", signed_at=timezone.now()
    )
    mine = signer.sign_head()
    assert newest() == mine


def test_a_checkpoint_that_nobody_signed_is_skipped_or_told_in_true_words(tmp_path: Path) -> None:
    append(3)
    mine = signer.sign_head()
    stranger = tampering.another_key(tmp_path)
    for size in (5, 6, 99):
        tampering.store(tampering.note_over(size, stranger, root=b"r" * 32))
    assert newest() == covering(4) == mine
    append()
    with pytest.raises(NoCheckpointError, match="over 5 events carries no signature of the log's key"):
        covering(5)
    assert "somebody wrote it into the database" in state().words
    append(2)
    assert covering(5).size == 7
    assert state().code == "ok"


def test_a_checkpoint_that_covers_enough_is_not_signed_again() -> None:
    append(3)
    first = signer.sign_head()
    append(3)
    assert covering(2) == covering(4) == first


def test_one_that_covers_more_is_signed_at_once() -> None:
    append(3)
    assert covering(4).size == 4


def test_nothing_covers_more_than_there_is() -> None:
    with pytest.raises(NoCheckpointError, match="has 1 events, so no checkpoint covers 5"):
        covering(5)


def test_a_refusal_is_passed_on_in_words() -> None:
    append(4)
    signer.sign_head()
    cut_off(2, checkpoints_too=True)
    with pytest.raises(NoCheckpointError, match="continue_audit"):
        covering(2)


@pytest.mark.usefixtures("_no_key_here")
def test_without_the_key_it_asks_and_gives_up_in_words() -> None:
    with pytest.raises(NoCheckpointError, match="The tick does, where it can read the signing key"):
        covering(1, wait_seconds=0.3)
    assert signing_notices.wanted_size(using="default") == 1


@pytest.mark.usefixtures("_no_key_here")
def test_without_the_key_it_says_why_the_signer_refuses() -> None:
    signing_notices.tell_refusal("The log is not what was signed.", using="default")
    with pytest.raises(NoCheckpointError, match="The log is not what was signed"):
        covering(1, wait_seconds=0.3)


@pytest.mark.usefixtures("_no_key_here")
def test_a_tick_without_the_key_leaves_the_signing_to_another() -> None:
    assert sign_if_due() is None
    SigningRound()()
    assert not AuditCheckpoint.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_process_without_the_key_gets_its_checkpoint_from_one_that_has_it(tmp_path: Path) -> None:
    processes = LogProcesses(tmp_path / "data")
    processes.run("grow_and_sign")
    processes.run("grow")
    ticking = processes.start("round", "--seconds", "60")
    asking = processes.start("cover", AUDIT_KEY_FILE=str(tmp_path / "nowhere" / "audit.key"))
    try:
        said, complained = asking.communicate(timeout=60)
    finally:
        ticking.kill()
        ticking.communicate()
    assert (said, complained, asking.returncode) == ("3\n", "", 0)


def test_the_tick_signs_the_first_time_and_then_at_its_pace(settings: LazySettings) -> None:
    settings.AUDIT_CHECKPOINT_SECONDS = 60
    begun = timezone.now()
    with time_machine.travel(begun, tick=False) as clock:
        assert sign_if_due() is not None
        clock.shift(timedelta(seconds=61))
        assert sign_if_due() is None, "the log has not grown"
        append()
        assert sign_if_due() is not None
        append()
        clock.shift(timedelta(seconds=59))
        assert sign_if_due() is None, "the newest is not a minute old"
        clock.shift(timedelta(seconds=2))
        assert sign_if_due() is not None
    assert list(AuditCheckpoint.objects.order_by("size").values_list("size", flat=True)) == [1, 2, 3]


def test_the_tick_signs_sooner_for_somebody_who_waits() -> None:
    signer.sign_head()
    append(2)
    assert sign_if_due() is None
    signing_notices.ask_for(3, using="default")
    signed = sign_if_due()
    assert signed is not None
    assert signed.size == 3
    append()
    assert sign_if_due() is None, "what was asked for is there"


def test_a_round_prepares_the_proofs_and_outlives_a_refusal(caplog: pytest.LogCaptureFixture) -> None:
    append(600)
    one_round = SigningRound()
    one_round()
    assert AuditSubtree.objects.count() == 2
    cut_off(5, checkpoints_too=True)
    for _each in range(3):
        one_round()
    assert caplog.text.count("signing_refused") == 1
    assert state().code == "refused"


def test_the_state_says_what_an_auditor_should_know() -> None:
    assert state().code == "ok"
    begun = AuditEvent.objects.get().occurred_at
    with time_machine.travel(begun + checkpoints.grace() + timedelta(seconds=1), tick=False):
        behind = state()
        assert (behind.code, behind.since, behind.newest) == ("behind", begun, None)
        assert "see whether the tick runs" in behind.words
        signed = signer.sign_head()
        assert (state().code, state().newest, state().size) == ("ok", signed, 1)


def test_a_log_that_has_not_begun_is_told_as_that() -> None:
    cut_off(0, checkpoints_too=True)
    assert state().code == "not_begun"


def test_the_vkey_file_can_be_read_by_the_verifier() -> None:
    (key,) = vkeys_of(vkey_file())
    assert key.vkey.name == AuditHead.objects.get().origin
    assert key.until is None


def test_there_is_no_vkey_file_of_a_log_that_is_not_here() -> None:
    with pytest.raises(AuditPastLog.DoesNotExist):
        vkey_file(origin="a.example/audit/1")


def checked(*, databases: list[str] | None = None) -> list[CheckMessage]:
    return signing_checks.check_signing_key(app_configs=None, databases=databases or ["default"])


def test_a_check_compares_the_key_file_with_the_log(settings: LazySettings, tmp_path: Path) -> None:
    assert checked() == []
    settings.AUDIT_KEY_FILE = tmp_path / "audit.key"
    assert checked() == [], "another host signs"
    signing_key.generate(settings.AUDIT_KEY_FILE)
    (message,) = checked()
    assert message.id == "audit.W001"
    assert "Put the log's key back" in str(message.hint)
    settings.AUDIT_KEY_FILE.chmod(0o644)
    (message,) = checked()
    assert "chmod 600" in str(message.hint)


def test_checks_ask_for_a_mail_server_and_for_somebody_outside(settings: LazySettings) -> None:
    settings.AUDIT_CHECKPOINT_MAIL_TO, settings.EMAIL_HOST = ["a@example.org"], ""
    assert [message.id for message in signing_checks.check_mail_server()] == ["audit.W002"]
    assert signing_checks.check_somebody_outside() == []
    settings.EMAIL_HOST = "mail.example.org"
    assert signing_checks.check_mail_server() == []
    settings.AUDIT_CHECKPOINT_MAIL_TO = []
    assert [message.id for message in signing_checks.check_somebody_outside()] == ["audit.W003"]
