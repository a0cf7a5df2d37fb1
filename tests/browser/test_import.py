"""A list of two thousand in the browser: looked at, filed with the tab closed midway, and given again."""

import csv
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import BrowserContext, Page, expect
from pytest_django.live_server_helper import LiveServer

from erasure.models import ImportRun, PrivacyRequest
from privacyadmin.models import User
from tests.erasure.made_lists import two_thousand
from tests.erasure.made_requests import SignIn
from tests.erasure.started_workers import Start, start_worker

__all__ = ["start_worker"]

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENCE_MS = 180_000
GOOD, BAD = 1963, 37


@pytest.fixture
def officers(
    context: BrowserContext, live_server: LiveServer, officer: User, signed_in: SignIn
) -> Iterator[Any]:
    """The officer's browser, whose pages must make no error."""
    session = signed_in(officer).cookies[settings.SESSION_COOKIE_NAME].value
    cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    context.add_cookies([cookie])
    complaints: list[str] = []
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.set_default_timeout(PATIENCE_MS)
    yield context
    assert complaints == []


def give(page: Page, live_server: LiveServer, file: Path) -> None:
    page.goto(live_server.url + reverse("admin:request_imports"))
    page.get_by_label("CSV file").set_input_files(file)
    page.get_by_role("button", name="See what it would do").click()


def shown_progress(page: Page) -> int:
    return int(page.locator("progress").get_attribute("value") or 0)


def done() -> int:
    return ImportRun.objects.values_list("done", flat=True).order_by("pk").last() or 0


def sums(page: Page) -> dict[str, str]:
    """The numbers of the page by what stands above each."""
    cells = page.locator(".pa-sums > div").all()
    return {cell.locator("span").first.inner_text(): cell.locator("b").inner_text() for cell in cells}


def is_sound(page: Page) -> None:
    over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert over <= 0
    assert [
        one["id"]
        for one in Axe().run(page).response["violations"]
        if one["impact"] in {"serious", "critical"}
    ] == []


def test_two_thousand_rows_with_bad_ones_among_them(
    officers: BrowserContext, live_server: LiveServer, start_worker: Start, tmp_path: Path
) -> None:
    list_file = tmp_path / "requests.csv"
    list_file.write_text(two_thousand(bad=BAD), encoding="utf-8")
    start_worker()

    page = officers.new_page()
    give(page, live_server, list_file)
    expect(page.get_by_role("heading", name="1,963 requests would be filed")).to_be_visible(
        timeout=PATIENCE_MS
    )
    assert sums(page) == {
        "Would be filed": "1,963",
        "Would be on hold": "0",
        "Refused": "37",
        "Same row": "0",
    }
    page.get_by_role("link", name="To be put right 37").click()
    expect(page.locator(".pa-rows tbody tr")).to_have_count(BAD)
    is_sound(page)
    assert not PrivacyRequest.objects.exists()

    page.get_by_label("How was their identity established?").select_option("signed_in")
    page.get_by_role("button", name="File 1,963 requests").click()
    expect(page.get_by_role("heading", name="The list is being filed")).to_be_visible()
    expect(page.locator("progress")).not_to_have_attribute("value", "0", timeout=PATIENCE_MS)
    address = page.url
    page.close()

    page = officers.new_page()
    before = done()
    page.goto(address)
    first = shown_progress(page)
    assert 0 < before <= first <= done() < GOOD + BAD
    page.set_viewport_size({"width": 390, "height": 844})
    is_sound(page)
    expect(page.get_by_role("heading", name="1,963 requests filed")).to_be_visible(timeout=PATIENCE_MS)
    assert sums(page) == {"Filed": "1,963", "Filed, on hold": "0", "Refused": "37", "Same row": "0"}
    is_sound(page)
    assert PrivacyRequest.objects.count() == GOOD

    with page.expect_download() as download:
        page.get_by_role("link", name="Every line, as CSV").click()
    with Path(download.value.path()).open(encoding="utf-8-sig", newline="") as result_file:
        lines = list(csv.DictReader(result_file))
    assert [int(line["line"]) for line in lines] == list(range(2, 2002))
    assert Counter(bool(line["error"]) for line in lines) == {True: BAD, False: GOOD}
    assert len({line["reference"] for line in lines if line["reference"]}) == GOOD

    page.set_viewport_size({"width": 1440, "height": 900})
    give(page, live_server, list_file)
    expect(page.get_by_role("heading", name="Nothing would be filed")).to_be_visible(timeout=PATIENCE_MS)
    assert sums(page) == {
        "Would be filed": "0",
        "Would be on hold": "0",
        "Refused": "37",
        "Same row": "1,963",
    }
    expect(page.get_by_role("button", name="File")).to_have_count(0)
    assert PrivacyRequest.objects.count() == GOOD
