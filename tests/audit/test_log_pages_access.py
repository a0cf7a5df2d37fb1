"""Who may open which page of the log, by which method: every role, every page."""

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.models import AuditEvent, AuditVerification
from tests.erasure.made_requests import SignIn

pytestmark = pytest.mark.django_db

LIST = "/admin/audit/auditevent/"
#: Page, and the methods it answers; the others are 405, or 403 where Django's own admin says no.
PAGES = {
    LIST: {"GET", "POST"},
    f"{LIST}0/change/": {"GET"},
    "/admin/audit/verification/": {"GET", "POST"},
    "/admin/audit/verification/{run}/": {"GET"},
    "/admin/audit/verification/{run}/live/": {"GET"},
    "/admin/audit/check-elsewhere/": {"GET"},
    "/admin/audit/audit-verify.pyz": {"GET"},
    "/admin/audit/earlier-logs/": {"GET"},
    "/admin/audit/export/": {"POST"},
    "/admin/requests/sample/": {"GET"},
}
METHODS = ("GET", "POST", "PUT", "DELETE")


@pytest.fixture
def run() -> AuditVerification:
    """A run that waits for a worker, which somebody else asked for."""
    return AuditVerification.objects.create(asked_by="sys", asked_at=timezone.now())


def answered(client: Client, method: str, page: str, run: AuditVerification) -> int:
    return client.generic(method, page.replace("{run}", str(run.pk))).status_code


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["officer", "reviewer", "operator", "stranger"])
def test_who_is_no_auditor_is_refused_whatever_the_method(
    who: str, page: str, run: AuditVerification, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    events = AuditEvent.objects.count()
    assert {answered(client, method, page, run) for method in METHODS} <= {403, 405}
    assert {answered(client, method, page, run) for method in PAGES[page]} == {403}
    assert (AuditEvent.objects.count(), AuditVerification.objects.count()) == (events, 1)


@pytest.mark.parametrize("page", PAGES)
def test_who_is_not_signed_in_is_sent_to_the_sign_in_page(
    client: Client, page: str, run: AuditVerification
) -> None:
    for method in METHODS:
        answer = client.generic(method, page.replace("{run}", str(run.pk)))
        assert answer.status_code == 302
        assert answer["Location"].startswith(reverse("admin:login"))
    assert AuditVerification.objects.count() == 1


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("who", ["auditor", "superuser"])
def test_an_auditor_is_answered_by_the_methods_of_each_page_and_no_others(
    who: str, page: str, run: AuditVerification, request: pytest.FixtureRequest, signed_in: SignIn
) -> None:
    client = signed_in(request.getfixturevalue(who))
    for method in PAGES[page]:
        # A POST without what it needs is told so: 302 leads on, 400 says why.
        assert answered(client, method, page, run) in ({200} if method == "GET" else {302, 400})
    for method in set(METHODS) - PAGES[page] - ({"PUT", "DELETE"} if page == LIST else set()):
        assert answered(client, method, page, run) in {403, 405}


def test_a_post_without_the_token_of_the_form_is_refused(
    request: pytest.FixtureRequest, run: AuditVerification
) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(request.getfixturevalue("auditor"))
    for page in (LIST, "/admin/audit/verification/", "/admin/audit/export/"):
        assert client.post(page, {"form": "zip"}).status_code == 403
    assert AuditVerification.objects.count() == 1
