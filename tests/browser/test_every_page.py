"""Every page for every role: no overflow, nothing serious for axe, a clean console, in light and dark, wide
and narrow.
"""

from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser

from tests.browser.conftest import Demo

pytestmark = [pytest.mark.browser, pytest.mark.program]

PAGES = {
    "officer": [
        "/admin/",
        "/admin/?whose=everybody",
        "/admin/erasure/privacyrequest/",
        "/admin/dashboard/",
        "/admin/dashboard/?regulation=gdpr&period=last_90_days",
        "/admin/dashboard/?first_day=2026-02-30&last_day=2026-01-01",
        "/admin/figures/month/{month}/",
        "/admin/figures/month/2020-02/",
        "/admin/figures/year/{calendar_year}/",
        "/admin/erasure/privacyrequest/?stage=open&regulation=gdpr&due=never",
        "/admin/requests/hand-over/",
        "/admin/settings/",
        "/admin/requests/new/",
        "/admin/requests/import/",
        "/admin/requests/{year}-000003/",
        "/admin/requests/{year}-000006/",
        "/admin/requests/{year}-000013/",
        "/admin/requests/{year}-000010/answer/",
        "/admin/requests/{year}-000001/answer/?outcome=refused",
        "/admin/requests/{year}-000010/acknowledge/",
        "/admin/requests/{year}-000010/extend/",
        "/admin/requests/{year}-000001/extend/",
        "/admin/requests/{year}-000010/correct/",
        "/admin/requests/{year}-000010/hand-over/",
        "/admin/requests/{year}-000010/task/",
        "/admin/requests/{year}-000010/letter/acknowledgement/",
        "/admin/requests/{year}-000010/letter/done/",
        "/admin/requests/{year}-000003/certificate/",
        "/admin/requests/{year}-000001/certificate/",
        "/admin/requests/{year}-000001/send/",
        "/admin/dossier/",
        "/admin/regulations/",
        "/admin/regulations/?regulation=ccpa&received_on=2026-01-31&type=ACCESS",
        "/admin/password_change/",
        "/admin/settings/",
    ],
    "reviewer": [
        "/admin/",
        "/admin/overrides/",
        "/admin/overrides/?ticked=all",
        "/admin/overrides/1/",
        "/admin/overrides/2/",
        "/admin/overrides/together/?override=1&override=2",
        "/admin/requests/{year}-000013/",
        "/admin/holds/",
        "/admin/holds/?state=ended",
        "/admin/holds/1/",
        "/admin/holds/2/",
        "/admin/holds/3/",
        "/admin/holds/new/",
        "/admin/holds/import/",
    ],
    "reviewer2": ["/admin/holds/", "/admin/holds/2/"],
    "auditor": [
        "/admin/",
        "/admin/audit/auditevent/",
        "/admin/audit/auditevent/?act=request.blocked&last_day=2099-12-31",
        "/admin/audit/auditevent/?act=key.rotated",
        "/admin/audit/auditevent/?first_day=2026-02-30",
        "/admin/audit/auditevent/0/change/",
        "/admin/audit/verification/",
        "/admin/audit/check-elsewhere/",
        "/admin/audit/earlier-logs/",
        "/admin/requests/sample/",
        "/admin/requests/sample/?first_day=2020-01-01&last_day=2099-12-31&count=25&seed=visit-7",
        "/admin/requests/sample/?first_day=2020-01-01&last_day=2020-01-31",
        "/admin/requests/{year}-000003/",
        "/admin/requests/{year}-000003/certificate/",
    ],
    "operator": [
        "/admin/",
        "/admin/letters/",
        "/admin/letters/partly_done/gdpr/en/",
        "/admin/upstream/",
        "/admin/vaults/",
        "/admin/vaults/1/",
        "/admin/vaults/new/database/",
        "/admin/vaults/new/http/",
        "/admin/vaults/new/onetrust/",
        "/admin/vaults/new/securiti/",
        "/admin/people/",
        "/admin/people/invite/",
    ],
}
#: Mode, width, height. Between them the two show every colour and every layout.
SCREENS = [("light", 1440, 900), ("dark", 390, 844)]


@pytest.mark.parametrize("role", PAGES)
def test_every_page_is_sound_on_every_screen(role: str, demo: Demo, browser: Browser) -> None:
    found: list[str] = []
    for mode, width, height in SCREENS:
        found += _look(role, demo, browser, mode=mode, width=width, height=height)
    assert found == []


def _filled(path: str, demo: Demo) -> str:
    today = timezone.localdate()
    words = {
        "{year}": demo.reference_prefix,
        "{month}": f"{today:%Y-%m}",
        "{calendar_year}": str(today.year),
    }
    for word, instead in words.items():
        path = path.replace(word, instead)
    return path


def _look(role: str, demo: Demo, browser: Browser, *, mode: Any, width: int, height: int) -> list[str]:
    context = browser.new_context(
        viewport={"width": width, "height": height}, color_scheme=mode, locale="en-GB"
    )
    page = context.new_page()
    found: list[str] = []
    page.on("console", lambda m: found.append(f"{page.url}: {m.text}") if m.type == "error" else None)
    page.on("pageerror", lambda error: found.append(f"{page.url}: {error}"))
    page.goto(f"{demo.url}/admin/login/")
    page.get_by_label("Username").fill(role)
    page.get_by_label("Password").fill(demo.passwords[role])
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url(f"{demo.url}/admin/")
    for path in PAGES[role]:
        answer = page.goto(demo.url + _filled(path, demo))
        where = f"{role} {path} {mode} {width}"
        if answer is None or answer.status != 200:
            found.append(f"{where}: answered {answer and answer.status}")
            continue
        page.wait_for_load_state("load")
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{where}: {over} px too wide"] if over > 0 else []
        grave = [v for v in Axe().run(page).response["violations"] if v["impact"] in {"serious", "critical"}]
        found += [f"{where}: {v['id']} {v['nodes'][0]['target']}" for v in grave]
    context.close()
    return found
