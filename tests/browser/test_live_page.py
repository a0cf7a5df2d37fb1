"""A request's page that follows by itself: what it keeps of the reader's, says, and when it stops asking."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.urls import reverse
from playwright.sync_api import Page, Response, expect
from pytest_django.live_server_helper import LiveServer

from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

Opened = Callable[[PrivacyRequest], list[int]]


@pytest.fixture
def opened(page: Page, live_server: LiveServer, officer: User, signed_in: made.SignIn) -> Iterator[Opened]:
    """Opens a request's page as the officer; gives the status codes of what the page asks by itself."""
    session = signed_in(officer).cookies[settings.SESSION_COOKIE_NAME].value
    cookie: Any = {"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}
    page.context.add_cookies([cookie])
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def open_page(request: PrivacyRequest) -> list[int]:
        asked: list[int] = []

        def hear(response: Response) -> None:
            if response.url.endswith("/live/"):
                asked.append(response.status)

        page.on("response", hear)
        page.goto(live_server.url + reverse("admin:request_page", args=[request.reference]))
        return asked

    yield open_page
    page.goto("about:blank")
    assert complaints == []


def test_it_shows_the_news_and_keeps_what_is_open_and_focused(
    page: Page, opened: Opened, officer: User
) -> None:
    request = made.filed(officer)
    opened(request)
    page.get_by_text("How was this date computed?").click()
    page.get_by_role("button", name="Reveal").focus()

    made.accepted(made.only(request))

    expect(page.locator(".pa-title .pa-badge")).to_contain_text("Under way at CXone")
    expect(page.get_by_text("Computed, not legal advice.")).to_be_visible()
    expect(page.get_by_role("button", name="Reveal")).to_be_focused()
    expect(page.locator("[data-live-said]")).to_contain_text("Under way at CXone")


def test_focus_goes_to_the_reference_when_the_focused_button_is_gone(
    page: Page, opened: Opened, officer: User
) -> None:
    request = made.filed(officer)
    opened(request)
    page.get_by_role("button", name="Stop").focus()
    made.sent(made.only(request))
    expect(page.get_by_role("heading", name=request.reference, level=2)).to_be_focused()


def test_it_asks_again_while_something_is_under_way_and_stops_at_the_end(
    page: Page, opened: Opened, officer: User
) -> None:
    request = made.filed(officer)
    asked = opened(request)
    page.wait_for_timeout(4500)
    assert asked
    assert set(asked) == {304}

    made.completed(made.only(request))
    expect(page.locator(".pa-title .pa-badge")).to_contain_text("To be answered")
    count = len(asked)
    page.wait_for_timeout(4500)
    assert len(asked) == count


def test_it_asks_nothing_where_nothing_can_change(page: Page, opened: Opened, officer: User) -> None:
    asked = opened(made.registered(officer, ("email", "anna.k@example.org")))
    page.wait_for_timeout(3000)
    assert asked == []


def test_it_asks_nothing_while_the_tab_is_hidden_and_at_once_when_it_is_back(
    page: Page, opened: Opened, officer: User
) -> None:
    request = made.filed(officer, delay=timedelta(seconds=30))
    asked = opened(request)
    _hide(page, hidden=True)
    page.wait_for_timeout(3000)
    assert asked == []
    made.accepted(made.only(request))
    _hide(page, hidden=False)
    expect(page.locator(".pa-title .pa-badge")).to_contain_text("Under way at CXone", timeout=1500)


def test_it_says_when_the_session_has_ended(page: Page, opened: Opened, officer: User) -> None:
    opened(made.filed(officer))
    page.context.clear_cookies()
    expect(page.get_by_text("You have been signed out")).to_be_visible()


def test_a_selection_is_not_taken_away(page: Page, opened: Opened, officer: User) -> None:
    request = made.filed(officer)
    opened(request)
    page.evaluate("getSelection().selectAllChildren(document.getElementById('reference'))")
    made.accepted(made.only(request))
    page.wait_for_timeout(3000)
    assert page.evaluate("String(getSelection())") == request.reference
    page.evaluate("getSelection().removeAllRanges()")
    expect(page.locator(".pa-title .pa-badge")).to_contain_text("Under way at CXone")


def _hide(page: Page, *, hidden: bool) -> None:
    page.evaluate(
        "(hidden) => { Object.defineProperty(document, 'hidden', { get: () => hidden, configurable: true });"
        " document.dispatchEvent(new Event('visibilitychange')); }",
        hidden,
    )
