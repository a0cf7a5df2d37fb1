"""Who sees which pages in the menu."""

from types import SimpleNamespace

import pytest
from django.test import RequestFactory
from django.urls import reverse

from privacyadmin.navigation import sidebar
from privacyadmin.roles import AUDITORS, OFFICERS, OPERATORS, REVIEWERS, ROLES


def menu_of(role: str | None, path: str = "/admin/") -> dict[str, bool]:
    """The titles that the role sees, each with whether it is marked as the page one is on."""
    request = RequestFactory().get(path)
    permissions = ROLES.get(role, frozenset())
    request.user = SimpleNamespace(has_perm=lambda label: label in permissions)
    return {item["title"]: item["active"] for group in sidebar(request) for item in group["items"]}


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        (
            OFFICERS,
            [
                "What needs me",
                "Requests",
                "Dashboard",
                "File a request",
                "Import",
                "Dossier",
                "The law’s clocks",
            ],
        ),
        (
            REVIEWERS,
            [
                "What needs me",
                "Requests",
                "Dashboard",
                "The law’s clocks",
                "Overrides to decide",
                "Legal holds",
            ],
        ),
        (
            AUDITORS,
            [
                "What needs me",
                "Requests",
                "Dashboard",
                "The law’s clocks",
                "Audit log",
                "Verifications",
                "Sample for an audit",
            ],
        ),
        (
            OPERATORS,
            ["What needs me", "CXone connection", "Vaults", "Deliveries", "Letters", "People and roles"],
        ),
        (None, ["What needs me"]),
    ],
)
def test_a_role_sees_the_pages_it_may_open_and_no_others(role, titles):
    assert list(menu_of(role)) == titles


def test_a_page_below_an_entry_marks_that_entry_alone():
    below = reverse("admin:erasure_privacyrequest_changelist") + "42/"
    marked = [title for title, active in menu_of(OFFICERS, below).items() if active]
    assert marked == ["Requests"]


def test_the_landing_page_is_marked_only_on_itself():
    assert menu_of(OPERATORS, reverse("admin:index"))["What needs me"]
    assert not menu_of(OPERATORS, reverse("admin:people"))["What needs me"]
