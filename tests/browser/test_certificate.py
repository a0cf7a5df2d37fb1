"""A certificate as people take it: downloaded, looked at, printed, and checked by somebody else."""

import re
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from audit import verifier_file
from tests.browser.conftest import Demo, Visitor

pytestmark = [pytest.mark.browser, pytest.mark.program]

#: Carried out and answered by the demo itself.
DONE = "000003"
IDENTIFIER = "cust-2026-4471"


def open_certificate(visitor: Visitor, who: str) -> Page:
    visitor.signs_in(who)
    visitor.goes_to(f"/admin/requests/{visitor.demo.reference_prefix}-{DONE}/")
    visitor.page.get_by_role("link", name=re.compile("^Take the|^Take it again")).click()
    visitor.page.wait_for_url("**/certificate/")
    return visitor.page


def test_an_officer_takes_the_files_and_a_stranger_checks_them(visitor: Visitor, tmp_path: Path) -> None:
    page = open_certificate(visitor, "officer")
    assert IDENTIFIER not in page.content()
    with page.expect_download() as download:
        page.get_by_role("button", name="Take all files (ZIP)").click()
    archive = tmp_path / download.value.suggested_filename
    download.value.save_as(archive)

    with zipfile.ZipFile(archive) as packed:
        packed.extractall(tmp_path)
    verifier_file.build(tmp_path / verifier_file.NAME)
    found = subprocess.run(  # noqa: S603 - our own verifier.
        [
            *(sys.executable, "-I", "-S", tmp_path / verifier_file.NAME, "--vkey", "vkey"),
            *("--proof", "proof.txt", "--opening", "opening.json"),
        ],
        cwd=tmp_path / archive.stem,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (found.returncode, found.stdout[:2]) == (0, "OK"), found.stdout + found.stderr

    visitor.goes_to(f"/admin/requests/{visitor.demo.reference_prefix}-{DONE}/")
    expect(page.get_by_text("Certificate for the person taken").first).to_be_visible()


@pytest.mark.parametrize(("who", "shown"), [("officer", True), ("auditor", False)])
def test_the_report_opens_beside_the_page_and_runs_nothing(who: str, shown: bool, visitor: Visitor) -> None:  # noqa: FBT001 - a parameter of the test.
    page = open_certificate(visitor, who)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open the report").click()
    report = opened.value
    report.on("console", lambda message: visitor.complaints.append(f"report: {message.text}"))
    expect(report.get_by_role("heading", level=1)).to_be_visible()
    assert (IDENTIFIER in report.content()) is shown
    assert report.evaluate("document.scripts.length") == 0


@pytest.mark.parametrize(("who", "width"), [("officer", 1440), ("officer", 390), ("auditor", 390)])
def test_the_report_is_sound_on_any_screen_and_light_in_the_dark(
    who: str, width: int, demo: Demo, browser: Browser, visitor: Visitor, tmp_path: Path
) -> None:
    page = open_certificate(visitor, who)
    with page.context.expect_page() as opened:
        page.get_by_role("button", name="Open the report").click()
    # The tab is there before its page is: what is read too early is an empty document.
    expect(opened.value.get_by_role("heading", level=1)).to_be_visible()
    alone = tmp_path / "report.html"
    alone.write_text(opened.value.content(), encoding="utf-8")

    dark: Any = {"viewport": {"width": width, "height": 844}, "color_scheme": "dark"}
    context = browser.new_context(**dark)
    report = context.new_page()
    report.goto(alone.as_uri())
    over = report.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    assert report.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    grave = [v for v in Axe().run(report).response["violations"] if v["impact"] in {"serious", "critical"}]
    assert grave == []
    assert report.pdf(format="A4", prefer_css_page_size=True).startswith(b"%PDF")
    context.close()
