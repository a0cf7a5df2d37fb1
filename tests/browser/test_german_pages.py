"""The pages of those who work with requests and vaults in German: long words still fit a phone."""

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE_MS, Demo
from tests.browser.test_every_page import PAGES

pytestmark = pytest.mark.browser

PHONE = {"width": 390, "height": 844}


@pytest.mark.parametrize("role", ["officer", "reviewer", "operator"])
def test_german_pages_fit_a_phone(role: str, demo: Demo, browser: Browser) -> None:
    context = browser.new_context(viewport=PHONE, locale="de-DE")  # type: ignore[arg-type]  # A size is a dict.
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{demo.url}/admin/login/")
    page.get_by_label("Benutzername").fill(role)
    page.get_by_label("Passwort").fill(demo.passwords[role])
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url(f"{demo.url}/admin/")
    found: list[str] = []
    for path in PAGES[role]:
        page.goto(demo.url + path.replace("{year}", demo.reference_prefix))
        over = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        found += [f"{path}: {over} px too wide"] if over > 0 else []
        found += [] if page.locator("html").get_attribute("lang") == "de" else [f"{path}: not in German"]
    context.close()
    assert found == []


def test_the_language_is_chosen_by_keyboard_before_and_after_the_sign_in(
    demo: Demo, browser: Browser
) -> None:
    context = browser.new_context(viewport={"width": 1440, "height": 900}, locale="en-GB")
    context.set_default_timeout(PATIENCE_MS)
    page = context.new_page()
    page.goto(f"{demo.url}/admin/login/")
    page.get_by_role("button", name="Deutsch").press("Enter")
    page.get_by_label("Benutzername").fill("operator")
    page.get_by_label("Passwort").fill(demo.passwords["operator"])
    page.keyboard.press("Enter")
    page.wait_for_url(f"{demo.url}/admin/")
    page.locator(".pa-person > button").press("Enter")
    page.get_by_role("link", name="Ihre Einstellungen").press("Enter")
    page.get_by_role("combobox", name="Sprache").select_option("en-gb")
    page.get_by_role("button", name="Speichern").press("Enter")
    page.get_by_text("Your settings are saved.").wait_for()
    page.get_by_role("combobox", name="Language").select_option("")
    page.get_by_role("button", name="Save").click()
    page.get_by_text("Your settings are saved.").wait_for()
    context.close()
