"""`manage.py certificate`: files for their owner alone, checked by somebody who has nothing of ours."""

import json
import os
import stat
import subprocess
import sys
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from audit import verifier_file
from audit.events import Event
from audit.models import AuditEvent
from audit.verifier.proof_text import parse_proof
from erasure.choices import Outcome
from erasure.models import PrivacyRequest
from privacyadmin.key_check import configured_keys
from privacyadmin.models import User
from tests.cast import PASSWORD
from tests.erasure import made_requests as made

pytestmark = pytest.mark.django_db

PERSONS_FILES = ["README.txt", "opening.json", "proof.txt", "report.html", "vkey"]


@dataclass
class Run:
    out: str
    err: str


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    return done_for(officer)


def done_for(officer: User, *identifiers: str) -> PrivacyRequest:
    request = made.filed(officer, *identifiers)
    for row in request.submissions.all():
        made.completed(made.only(request, row.number))
    return made.answered(request, officer, outcome=Outcome.DONE)


def certificate(reference: str, out: Path, *more: str) -> Run:
    said, complained = StringIO(), StringIO()
    call_command("certificate", reference, "--out", str(out), *more, stdout=said, stderr=complained)
    return Run(said.getvalue(), complained.getvalue())


def refused(reference: str, out: Path, *more: str) -> str:
    """Why it is refused; nothing goes on record for it."""
    before = AuditEvent.objects.filter(act=Event.REQUEST_CERTIFIED).count()
    with pytest.raises(CommandError) as refusal:
        certificate(reference, out, *more)
    assert AuditEvent.objects.filter(act=Event.REQUEST_CERTIFIED).count() == before
    return str(refusal.value)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def verified(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    """What a Python without our dependencies, with the one file of the verifier, says in another place."""
    verifier = folder.parent / verifier_file.NAME
    if not verifier.exists():
        verifier_file.build(verifier)
    return subprocess.run(  # noqa: S603 - our own verifier.
        [sys.executable, "-I", "-S", str(verifier), *words],
        cwd=folder,
        env={"PATH": os.defpath},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


# What it writes -----------------------------------------------------------------------------------------


def test_it_writes_files_that_only_their_owner_reads(done: PrivacyRequest, tmp_path: Path) -> None:
    run = certificate(done.reference, tmp_path / "for" / "them")

    folder = tmp_path / "for" / "them"
    assert names_in(folder) == PERSONS_FILES
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert run.out.split() == [str(folder / name) for name in PERSONS_FILES]
    event = AuditEvent.objects.get(act=Event.REQUEST_CERTIFIED)
    assert f"entry #{event.seq} of the audit log" in run.err
    assert made.CXONE_ID not in run.out + run.err


def test_it_is_taken_by_the_service_account_or_whom_as_names(
    done: PrivacyRequest, officer: User, tmp_path: Path
) -> None:
    certificate(done.reference, tmp_path / "1")
    certificate(done.reference, tmp_path / "2", "--as", "lena")
    takers = AuditEvent.objects.filter(act=Event.REQUEST_CERTIFIED).order_by("seq")
    account = User.objects.get(username="cli")
    assert [event.actor for event in takers] == [account.actor, officer.actor]
    assert not account.has_usable_password()


def test_the_auditors_copy_has_no_opening(done: PrivacyRequest, auditor: User, tmp_path: Path) -> None:
    run = certificate(done.reference, tmp_path / "copy", "--copy", "audit", "--as", "oskar")
    assert names_in(tmp_path / "copy") == [name for name in PERSONS_FILES if name != "opening.json"]
    assert "openings" not in run.err


def test_taking_it_again_replaces_it(done: PrivacyRequest, tmp_path: Path) -> None:
    certificate(done.reference, tmp_path / "again")
    (tmp_path / "again" / "opening-7.json").write_text("{}")
    (tmp_path / "again" / "letter.odt").write_text("To whom it may concern")
    certificate(done.reference, tmp_path / "again")
    assert names_in(tmp_path / "again") == sorted([*PERSONS_FILES, "letter.odt"])


# Checked elsewhere --------------------------------------------------------------------------------------


def test_proof_and_opening_verify_with_the_copied_out_verifier_on_a_bare_python(
    officer: User, tmp_path: Path
) -> None:
    request = done_for(officer, "cust-1", "cust-2")
    folder = tmp_path / "handed-over"
    certificate(request.reference, folder)
    for number in ("", "-2"):
        found = verified(
            folder, "--vkey", "vkey", "--proof", f"proof{number}.txt", "--opening", f"opening{number}.json"
        )
        assert (found.returncode, found.stderr) == (0, "")
        assert found.stdout.startswith("OK")
        assert "The opening fits" in found.stdout
        assert request.obj in found.stdout


def test_the_commands_of_the_readme_are_those_that_verify(done: PrivacyRequest, tmp_path: Path) -> None:
    folder = tmp_path / "handed-over"
    certificate(done.reference, folder)
    lines = (folder / "README.txt").read_text().splitlines()
    (command,) = [line.split() for line in lines if verifier_file.NAME in line and "--proof" in line]
    assert verified(folder, *command[2:]).stdout.startswith("OK")


def test_an_opening_of_another_submission_does_not_fit(officer: User, tmp_path: Path) -> None:
    folder = tmp_path / "handed-over"
    certificate(done_for(officer, "cust-1", "cust-2").reference, folder)
    found = verified(folder, "--vkey", "vkey", "--proof", "proof.txt", "--opening", "opening-2.json")
    assert found.returncode == 1
    assert found.stdout.startswith("FAIL")


def test_a_changed_proof_does_not_verify(done: PrivacyRequest, tmp_path: Path) -> None:
    folder = tmp_path / "handed-over"
    certificate(done.reference, folder)
    proof = parse_proof((folder / "proof.txt").read_text())
    changed = proof.line.replace('"records_deleted":7', '"records_deleted":8')
    assert changed != proof.line
    (folder / "proof.txt").write_text(type(proof)(changed, proof.index, proof.path, proof.note).text())
    assert verified(folder, "--vkey", "vkey", "--proof", "proof.txt").returncode == 1


def test_the_auditors_proof_verifies_as_well(done: PrivacyRequest, auditor: User, tmp_path: Path) -> None:
    folder = tmp_path / "copy"
    certificate(done.reference, folder, "--copy", "audit", "--as", "oskar")
    assert verified(folder, "--vkey", "vkey", "--proof", "proof.txt").stdout.startswith("OK")


# What it refuses ----------------------------------------------------------------------------------------


def test_a_folder_with_the_certificate_of_another_request_is_refused(
    done: PrivacyRequest, officer: User, tmp_path: Path
) -> None:
    other = done_for(officer, "cust-2")
    certificate(done.reference, tmp_path / "one")
    words = refused(other.reference, tmp_path / "one")
    assert f"holds the certificate of {done.reference}. Name a new or an empty folder" in words
    assert done.obj in parse_proof((tmp_path / "one" / "proof.txt").read_text()).line


def test_the_two_copies_do_not_go_into_one_folder(
    done: PrivacyRequest, auditor: User, tmp_path: Path
) -> None:
    certificate(done.reference, tmp_path / "person")
    certificate(done.reference, tmp_path / "audit", "--copy", "audit", "--as", "oskar")
    words = refused(done.reference, tmp_path / "person", "--copy", "audit", "--as", "oskar")
    assert "holds the person’s copy, with what opens it" in words
    assert "holds the auditors’ copy" in refused(done.reference, tmp_path / "audit")


@pytest.mark.parametrize("held", ["proof.txt", "opening.json", "report.html", "vkey", "README.txt"])
def test_a_folder_with_files_of_those_names_that_are_none_of_ours_is_refused(
    held: str, done: PrivacyRequest, tmp_path: Path
) -> None:
    (tmp_path / held).write_text("something else")
    assert f"holds {held}, and no proof that tells what of" in refused(done.reference, tmp_path)
    assert (tmp_path / held).read_text() == "something else"


def test_a_proof_of_another_entry_is_not_overwritten(done: PrivacyRequest, tmp_path: Path) -> None:
    certificate(done.reference, tmp_path / "kept")
    path = tmp_path / "kept" / "proof.txt"
    proof = parse_proof(path.read_text())
    older = type(proof)(
        proof.line.replace('"records_deleted":7', '"records_deleted":9'), proof.index, proof.path, proof.note
    )
    path.write_text(older.text())
    with pytest.raises(CommandError, match="proves another entry of the log"):
        certificate(done.reference, tmp_path / "kept")
    assert parse_proof(path.read_text()) == older


def test_a_file_in_place_of_the_folder_is_refused(done: PrivacyRequest, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("")
    assert f"{tmp_path / 'out'} is a file" in refused(done.reference, tmp_path / "out")


def test_a_folder_that_cannot_be_written_is_refused_before_anything_is_on_record(
    done: PrivacyRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Whoever runs the tests as root may write anywhere, so the answer of the system is given instead.
    monkeypatch.setattr(os, "access", lambda path, _mode: Path(path) != tmp_path)
    words = refused(done.reference, tmp_path / "below" / "it")
    assert f"Nothing can be written into {tmp_path}" in words


def test_a_disk_that_is_full_is_said(
    done: PrivacyRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    # The checkpoint is there from then on, so that nothing but the folder is written.
    certificate(done.reference, tmp_path / "first")
    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(CommandError, match="No space left on device"):
            certificate(done.reference, tmp_path / "out")
    assert names_in(tmp_path / "out") == []


def test_what_cannot_be_certified_is_said_and_leaves_no_folder(officer: User, tmp_path: Path) -> None:
    under_way = made.filed(officer)
    assert "there is nothing to certify" in refused(under_way.reference, tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_unknown_reference_is_said(officer: User, tmp_path: Path) -> None:
    assert "There is no request PR-2026-999999" in refused("PR-2026-999999", tmp_path)


@pytest.mark.parametrize(
    ("copy", "who", "words"),
    [
        ("person", "oskar", "oskar may not hand out certificates: only privacy officers do"),
        ("person", "marek", "marek may not hand out certificates"),
        ("person", "petra", "petra may not hand out certificates"),
        ("audit", "lena", "lena may not take the auditors’ copy: only auditors do"),
        ("audit", "marek", "marek may not take the auditors’ copy"),
        ("audit", None, "cli may not take the auditors’ copy"),
        ("person", "ghost", "no active person with the user name 'ghost'"),
    ],
)
def test_only_those_who_may_can_take_it(
    copy: str,
    who: str | None,
    words: str,
    done: PrivacyRequest,
    reviewer: User,
    auditor: User,
    operator: User,
    tmp_path: Path,
) -> None:
    as_who = ("--as", who) if who else ()
    assert words in refused(done.reference, tmp_path / "out", "--copy", copy, *as_who)


def test_somebody_who_left_cannot_take_it(done: PrivacyRequest, officer: User, tmp_path: Path) -> None:
    User.objects.filter(pk=officer.pk).update(is_active=False)
    assert "no active person" in refused(done.reference, tmp_path / "out", "--as", "lena")


def test_a_name_of_somebody_does_not_serve_as_service_account(done: PrivacyRequest, tmp_path: Path) -> None:
    User.objects.create_user("cli", password=PASSWORD)
    assert "somebody’s own account" in refused(done.reference, tmp_path / "out")


def test_keys_that_do_not_fit_are_refused(
    done: PrivacyRequest, tmp_path: Path, settings: pytest.FixtureRequest
) -> None:
    assert configured_keys()["FINGERPRINT_KEY"]
    settings.FINGERPRINT_KEY = "another" * 8  # type: ignore[attr-defined]  # pytest-django's own wrapper.
    assert "FINGERPRINT_KEY" in refused(done.reference, tmp_path / "out")


def test_the_opening_is_json_of_three_strings(done: PrivacyRequest, tmp_path: Path) -> None:
    certificate(done.reference, tmp_path / "out")
    opening = json.loads((tmp_path / "out" / "opening.json").read_text())
    assert opening.keys() == {"ident", "kind", "salt"}
