"""How to check an export on another machine: the page, and the verifier that it hands out."""

import hashlib
import io
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils.html import escape

from audit.signing.checkpoints import vkey_file
from privacyadmin.models import User
from tests.audit.exporting import grow
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db
PAGE = "/admin/audit/check-elsewhere/"
VERIFIER = "/admin/audit/audit-verify.pyz"


@pytest.fixture
def reader(auditor: User, signed_in: SignIn) -> Client:
    """The auditor's browser."""
    return signed_in(auditor)


def test_it_gives_the_verifier_with_its_digest_and_where_the_key_must_come_from(reader: Client) -> None:
    page = reader.get(PAGE).content.decode()
    verifier = reader.get(VERIFIER)
    assert verifier["Content-Disposition"] == 'attachment; filename="audit-verify.pyz"'
    for words in (
        hashlib.sha256(verifier.content).hexdigest(),
        "not from this page and not from the export",
        "If none was noted then, take the oldest copy that left this server",
        "beside the folder of the export, not in it",
        escape(vkey_file()),
        "a rewrite by somebody who holds both database and signing key cannot be excluded",
        "Entries show what was recorded, at this server’s time",
        VERIFIER,
    ):
        assert words in page


def test_it_says_whether_checkpoints_are_mailed_outside(reader: Client, settings: LazySettings) -> None:
    assert "No checkpoint is mailed outside yet" in reader.get(PAGE).content.decode()
    settings.AUDIT_CHECKPOINT_MAIL_TO = ["auditor@example.org", "dpo@example.org"]
    assert "each day, to 2 addresses" in reader.get(PAGE).content.decode()


def test_the_commands_of_the_page_verify_an_export_taken_from_the_page(
    reader: Client, tmp_path: Path
) -> None:
    """In an empty folder, by a Python that sees nothing of ours, as the page says."""
    grow(20)
    answer = reader.post(reverse("admin:log_export"), {"form": "zip"})
    with zipfile.ZipFile(io.BytesIO(b"".join(answer.streaming_content))) as archive:
        archive.extractall(tmp_path / "export")
    (tmp_path / "audit-verify.pyz").write_bytes(reader.get(VERIFIER).content)
    (tmp_path / "noted-vkey").write_text(vkey_file(), encoding="utf-8")
    (tmp_path / "checkpoint-N").write_bytes((tmp_path / "export" / "checkpoint").read_bytes())
    page = reader.get(PAGE).content.decode()
    (command,) = [line for line in page.splitlines() if line.startswith("python3 -I -S audit-verify.pyz")]
    told = subprocess.run(  # noqa: S603 - the page's own command, word by word.
        [sys.executable, *command.split()[1:]],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (told.returncode, told.stdout.split()[0]) == (0, "OK"), told.stdout + told.stderr
