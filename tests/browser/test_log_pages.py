"""An auditor at work, in a real browser against the real program: verify now, take away, check, explore."""

import re
import subprocess
import sys
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.utils import timezone
from playwright.sync_api import Page, expect
from pytest_django.live_server_helper import LiveServer

from audit.models import AuditVerification
from privacyadmin.models import User
from tests.browser.conftest import Visitor
from tests.erasure.made_requests import SignIn

LIST = "/admin/audit/auditevent/"
WORKER_MS = 60_000


@pytest.fixture
def auditor_at_work(visitor: Visitor) -> Page:
    """The list of events in the browser of the demo's auditor."""
    visitor.signs_in("auditor")
    visitor.goes_to(LIST)
    return visitor.page


@pytest.mark.browser
@pytest.mark.program
class TestAgainstTheProgram:
    """With a real worker, a real signer and a real log."""

    def test_verify_now_is_followed_to_its_verdict_without_a_reload(self, auditor_at_work: Page) -> None:
        page = auditor_at_work
        page.get_by_role("button", name="Verify now").click()
        page.wait_for_url(re.compile(r"/admin/audit/verification/\d+/$"))
        expect(page.get_by_text("What was found")).to_be_visible(timeout=WORKER_MS)
        expect(page.get_by_role("heading", name="OK: the log is consistent")).to_be_visible()
        expect(page.locator("[data-live-said]")).to_have_text("OK: the log is consistent")
        expect(page.get_by_text("Without a checkpoint kept outside this system")).to_be_visible()
        expect(page.locator("progress")).to_have_count(0)
        grave = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
        assert grave == []
        page.get_by_role("link", name="Audit log").click()
        expect(page.get_by_role("heading", name="OK: the log is consistent")).to_be_visible()
        expect(page.get_by_role("cell", name="Log verified").first).to_be_visible()

    def test_what_is_taken_away_is_verified_by_what_is_handed_out(
        self, auditor_at_work: Page, tmp_path: Path
    ) -> None:
        page = auditor_at_work
        page.get_by_text("Checkpoint and key to copy").click()
        (tmp_path / "vkey").write_text(page.locator("#vkey").inner_text(), encoding="utf-8")
        with page.expect_download() as download:
            page.get_by_role("button", name="Evidence (ZIP)").click()
        with zipfile.ZipFile(download.value.path()) as archive:
            archive.extractall(tmp_path / "export")
        assert _verified(tmp_path, "-m", "audit.verify").startswith("OK ")

        page.goto(page.url.replace("auditevent/", "check-elsewhere/"))
        with page.expect_download() as verifier:
            page.get_by_role("link", name="audit-verify.pyz").click()
        verifier.value.save_as(tmp_path / "audit-verify.pyz")
        assert _verified(tmp_path, "-I", str(tmp_path / "audit-verify.pyz")).startswith("OK ")

        lines = (tmp_path / "export" / "events.jsonl").read_bytes()
        (tmp_path / "export" / "events.jsonl").write_bytes(lines.replace(b'"res":"ok"', b'"res":"no"', 1))
        assert _verified(tmp_path, "-I", str(tmp_path / "audit-verify.pyz"), code=1).startswith("FAIL line 1")

    def test_the_checkpoint_is_copied_as_it_was_signed(self, auditor_at_work: Page) -> None:
        page = auditor_at_work
        page.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.get_by_text("Checkpoint and key to copy").click()
        page.get_by_role("button", name="Copy the checkpoint").click()
        expect(page.get_by_role("button", name="Copied")).to_be_visible()
        copied = page.evaluate("navigator.clipboard.readText()")
        assert copied == page.locator("#note").evaluate("element => element.textContent")
        assert re.match(r"\S+/audit/[0-9a-f-]{36}\n\d+\n\S{44}\n\n— ", copied)

    def test_the_explorer_is_worked_by_the_keyboard_alone(self, auditor_at_work: Page) -> None:
        page = auditor_at_work
        page.get_by_label("Request, number or staff id").focus()
        page.keyboard.type("pr-2026-000003".replace("2026", str(timezone.localdate().year)))
        page.keyboard.press("Enter")
        page.wait_for_url(re.compile(r"\?q=pr-\d{4}-000003$"))
        rows = page.locator("#result_list .data-row")
        expect(rows.first).to_contain_text("000003")
        assert rows.count() == rows.filter(has_text="000003").count() > 1
        page.get_by_label("Event", exact=True).select_option(label="CXone reported completion")
        page.get_by_role("button", name="Show", exact=True).press("Enter")
        page.wait_for_url(re.compile(r"act=request.completed"))
        expect(page.locator("#result_list .data-row")).to_have_count(1)
        page.locator("#result_list .field-event a").press("Enter")
        expect(page.get_by_role("heading", name="CXone reported completion", exact=True)).to_be_visible()
        page.get_by_role("link", name="Previous").press("Enter")
        page.wait_for_url(re.compile(r"/auditevent/\d+/change/$"))


def _verified(folder: Path, *verifier: str, code: int = 0) -> str:
    """What the verifier says of the export in this folder."""
    command = [sys.executable, *verifier, "--vkey", str(folder / "vkey"), "--export", str(folder / "export")]
    told = subprocess.run(  # noqa: S603 - our own verifier, on a folder of this test.
        command, cwd=settings.BASE_DIR, capture_output=True, text=True, check=False
    )
    assert told.returncode == code, told.stdout + told.stderr
    return told.stdout


@pytest.mark.browser
@pytest.mark.django_db(transaction=True)
class TestWithoutAWorker:
    """The pages alone: nobody takes up what was asked for."""

    def test_the_page_says_by_itself_that_no_worker_is_at_it_and_that_one_came(
        self, page: Page, live_server: LiveServer, auditor: User, signed_in: SignIn
    ) -> None:
        row = AuditVerification.objects.create(asked_by=auditor.actor, asked_at=timezone.now())
        _open(page, live_server, signed_in(auditor), f"/admin/audit/verification/{row.pk}/")
        expect(page.get_by_role("heading", name="Waiting for a worker")).to_be_visible()
        expect(page.get_by_text("No worker is at it")).to_have_count(0)
        expect(page.get_by_role("heading", name="No worker is at it")).to_be_visible(timeout=25_000)

        now = timezone.now()
        row.__class__.objects.filter(pk=row.pk).update(started_at=now, beat_at=now, size=1_000, done=250)
        expect(page.locator("progress")).to_have_attribute("value", "250")
        expect(page.get_by_text("No worker is at it")).to_have_count(0)
        row.__class__.objects.filter(pk=row.pk).update(
            finished_at=timezone.now(), verdict="FAIL line 12", words="Line 12 was changed.", done=1_000
        )
        expect(page.get_by_role("heading", name="FAIL: something is not as it was written")).to_be_visible()
        expect(page.get_by_text("Line 12 was changed.")).to_be_visible()

    def test_it_stops_asking_once_there_is_a_verdict(
        self, page: Page, live_server: LiveServer, auditor: User, signed_in: SignIn
    ) -> None:
        then = timezone.now() - timedelta(hours=1)
        row = AuditVerification.objects.create(
            asked_by=auditor.actor, asked_at=then, finished_at=then, verdict="OK", words="Everything fits."
        )
        asked: list[str] = []
        page.on("request", lambda request: asked.append(request.url) if "/live/" in request.url else None)
        _open(page, live_server, signed_in(auditor), f"/admin/audit/verification/{row.pk}/")
        page.wait_for_timeout(4_500)
        assert asked == []


def _open(page: Page, live_server: LiveServer, client: Any, path: str) -> None:
    session = client.cookies[settings.SESSION_COOKIE_NAME].value
    page.context.add_cookies(
        [{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}]
    )
    page.goto(live_server.url + path)
