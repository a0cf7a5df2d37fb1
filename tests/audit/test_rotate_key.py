"""Changing the signing key: both keys sign one checkpoint, and a kill between any two steps is healed."""

import re
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.core.management import CommandError, call_command

from audit.models import AuditCheckpoint, AuditEvent
from audit.signing import signer, signing_key
from audit.signing.checkpoints import key_changes, vkey_file
from audit.signing.key_rotation import hand_over
from audit.verifier.signed_note import TrustedKey, Vkey, parse_note, parse_vkey, signers, vkeys_of
from tests.audit.log_processes import KILLED, LogProcesses
from tests.audit.truncated import append, cut_off

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _key_of_its_own(settings: LazySettings, tmp_path: Path) -> None:
    """A copy of the log's key, since the key that the other tests share must stay."""
    copy = tmp_path / "audit.key"
    copy.write_bytes(settings.AUDIT_KEY_FILE.read_bytes())
    copy.chmod(0o600)
    settings.AUDIT_KEY_FILE = copy


def present_keys() -> list[TrustedKey]:
    return vkeys_of(vkey_file())


def those_who_signed(checkpoint: AuditCheckpoint) -> set[Vkey]:
    """By all keys there ever were, whatever size they count for."""
    return set(signers(parse_note(checkpoint.note), [key.vkey for key in present_keys()]))


def test_the_checkpoint_over_the_change_is_signed_by_both_and_later_ones_by_the_new_key() -> None:
    append(3)
    before = signer.sign_head()
    (old,) = present_keys()
    call_command("rotate_audit_key", "--reason", "compromised")
    append()
    after = signer.sign_head()
    retired, new = present_keys()
    (change,) = key_changes()
    assert change.checkpoint is not None
    assert (retired.vkey, retired.until, new.until) == (old.vkey, 5, None)
    assert (change.seq, change.checkpoint.size) == (4, 5)
    assert those_who_signed(before) == {old.vkey}
    assert those_who_signed(change.checkpoint) == {old.vkey, new.vkey}
    assert those_who_signed(after) == {new.vkey}
    # Whoever holds the file does not count the old key beyond its end.
    assert signers(parse_note(change.checkpoint.note), present_keys()) == [old.vkey, new.vkey]


def test_the_event_names_both_keys_and_the_reason() -> None:
    (old,) = present_keys()
    call_command("rotate_audit_key", "--reason", "compromised")
    event = AuditEvent.objects.get(act="key.rotated")
    assert event.actor == "sys"
    assert event.facts["reason"] == "compromised"
    assert parse_vkey(str(event.facts["previous"])) == old.vkey
    assert parse_vkey(str(event.facts["vkey"])) == present_keys()[-1].vkey


def test_the_old_private_key_is_gone_and_the_new_one_is_for_its_owner_alone(settings: LazySettings) -> None:
    old = settings.AUDIT_KEY_FILE.read_bytes()
    call_command("rotate_audit_key")
    beside = sorted(path.name for path in settings.AUDIT_KEY_FILE.parent.iterdir())
    assert beside == ["audit.key", "audit.key.lock", "audit.key.signed"]
    assert settings.AUDIT_KEY_FILE.read_bytes() != old
    assert settings.AUDIT_KEY_FILE.stat().st_mode & 0o777 == 0o600


def test_it_says_the_new_key_and_what_to_tell(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("rotate_audit_key")
    said = capsys.readouterr().out
    retired, new = present_keys()
    assert new.vkey.text() in said
    assert f"{retired.vkey.text()} until=2" in said
    assert AuditCheckpoint.objects.get(size=2).note in said
    assert "Destroy every copy of the old one" in said


def test_two_changes_one_after_the_other_each_have_their_end() -> None:
    call_command("rotate_audit_key")
    append(2)
    call_command("rotate_audit_key")
    assert [key.until for key in present_keys()] == [2, 5, None]
    assert len({key.vkey for key in present_keys()}) == 3


def test_while_it_is_under_way_both_sign_and_the_old_key_has_no_end_before_its_checkpoint() -> None:
    rotation = hand_over(reason="scheduled")
    append()
    assert len(those_who_signed(signer.sign_head())) == 2
    assert rotation.checkpoint.size == 2
    assert [key.until for key in present_keys()] == [2, None]


def test_a_reason_that_is_no_code_is_refused() -> None:
    with pytest.raises(CommandError, match="--reason must be a code"):
        call_command("rotate_audit_key", "--reason", "because Anna left")
    assert not AuditEvent.objects.filter(act="key.rotated").exists()


def test_a_log_that_is_refused_keeps_its_key(settings: LazySettings) -> None:
    append(3)
    signer.sign_head()
    cut_off(2, checkpoints_too=True)
    with pytest.raises(CommandError, match="events are missing"):
        call_command("rotate_audit_key")
    assert not signing_key.beside(settings.AUDIT_KEY_FILE, "next").exists()
    assert not AuditEvent.objects.filter(act="key.rotated").exists()


def test_a_new_key_that_has_not_been_named_is_not_adopted(settings: LazySettings) -> None:
    upcoming = signing_key.beside(settings.AUDIT_KEY_FILE, "next")
    signing_key.generate(upcoming)
    old = settings.AUDIT_KEY_FILE.read_bytes()
    with pytest.raises(signer.SigningRefusedError, match="has not taken over yet"):
        signer.adopt_next_key()
    assert settings.AUDIT_KEY_FILE.read_bytes() == old
    assert signer.sign_head().size == 1


@pytest.mark.parametrize(
    "moment",
    [
        "--die-at=audit.signing.signing_key:generate",
        "--die-at=audit.signing.signing_key:os.link",
        "--die-after=audit.signing.signing_key:generate",
        "--die-after=audit.signing.key_rotation:_announce",
        "--die-at=audit.signing.signer:SignerMemory.remember",
        "--die-after=audit.signing.signer:SignerMemory.remember",
        "--die-after=audit.signing.signer:sign_head",
        "--die-at=audit.signing.signer:adopt_next_key",
        "--die-at=audit.signing.signer:signing_key.sync_directory",
    ],
)
@pytest.mark.django_db(transaction=True)
def test_killed_at_any_moment_it_goes_on_where_it_was_left(tmp_path: Path, moment: str) -> None:
    processes = LogProcesses(tmp_path / "shared")
    processes.run("grow_and_sign")
    processes.run("rotate", moment, code=KILLED)
    # Whatever was left behind, the log can be signed, and every note fits.
    processes.run("grow_and_sign")
    processes.show()
    processes.run("rotate")
    processes.run("grow_and_sign")
    shown = processes.show()
    assert shown["acts"].count("key.rotated") == 1
    old, new = re.findall(r"\+([0-9a-f]{8})\+", shown["vkeys"])
    change = shown["acts"].index("key.rotated")
    covering = next(number for number, (size, _keys) in enumerate(shown["notes"]) if size > change)
    assert all(keys == [old] for _size, keys in shown["notes"][:covering])
    assert shown["notes"][covering][1] == [old, new]
    assert shown["notes"][-1][1] == [new]
    assert set(shown["files"]) == {"audit.key", "audit.key.lock", "audit.key.signed"}
