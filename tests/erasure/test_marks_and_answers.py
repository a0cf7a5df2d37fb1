"""A mark that CXone left on a request: looked at before the answer, and not overlooked after it."""

import pytest
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited
from erasure import attention, lifecycle
from erasure.choices import Attention
from erasure.digests.contents import digest_for
from erasure.models import PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import address, answer, words_of

pytestmark = pytest.mark.django_db

LOOK_FIRST = "Look at it first, and say so there, then answer."
LANDING = reverse("admin:index")


@pytest.fixture
def done(officer: User) -> PrivacyRequest:
    request = made.filed(officer)
    made.completed(made.only(request))
    return request


def contradicted(request: PrivacyRequest) -> PrivacyRequest:
    """CXone calls back with another end than it reported."""
    with audited() as log:
        lifecycle.note_late_callback(log, made.only(request), status="FAILED")
    return request


# Before the answer --------------------------------------------------------------------------------------


def test_while_a_part_is_marked_the_page_says_so_and_leads_to_the_mark(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    contradicted(done)
    page = signed_in(officer).get(address(done, "page"))
    html = page.content.decode()
    assert LOOK_FIRST in words_of(page)
    assert "Somebody has to look at it: what to do stands above." in words_of(page)
    assert 'href="#attention-1"' in html
    assert 'id="attention-1"' in html
    assert address(done) not in html


def test_the_page_of_the_answer_leads_to_the_mark_and_records_nothing(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    contradicted(done)
    client = signed_in(officer)
    assert client.get(address(done))["Location"] == f"{address(done, 'page')}#attention-1"
    assert LOOK_FIRST in words_of(answer(client, done))
    done.refresh_from_db()
    assert not done.is_answered


def test_once_it_was_looked_at_the_request_can_be_answered(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    contradicted(done)
    client = signed_in(officer)
    client.post(reverse("admin:attention_clear", args=[done.reference, 1]))
    answer(client, done)
    done.refresh_from_db()
    assert done.is_answered


def test_while_something_is_open_the_page_leads_to_no_mark(officer: User, signed_in: made.SignIn) -> None:
    request = made.filed(officer)
    made.flagged(made.accepted(made.only(request)), Attention.STALLED)
    page = signed_in(officer).get(address(request, "page"))
    assert "Something is still open at CXone" in words_of(page)
    assert "Go to the mark" not in words_of(page)


# After the answer ---------------------------------------------------------------------------------------


def test_a_contradiction_after_the_answer_is_shown_counted_and_linked(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    answer(client, done)
    made.completed(made.only(made.filed(officer, "c-unmarked")))
    contradicted(done)

    groups = client.get(LANDING).context["needs"]["groups"]
    [group] = [one for one in groups if one.group.need == attention.Need.MARKED]
    assert group.group.count == 1
    assert [row.todo.request for row in group.rows] == [done]
    assert "marked=after_answer" in group.href
    assert list(client.get(group.href).context["cl"].result_list) == [done]
    assert "Marked after the answer" in words_of(client.get(LANDING))


def test_it_stands_in_the_daily_summary_with_the_day_of_the_answer(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    answer(signed_in(officer), done)
    contradicted(done)
    digest = digest_for(officer, timezone.now())
    assert digest is not None
    [section] = [one for one in digest.sections if one.label == "Marked after the answer"]
    assert section.count == 1
    assert section.lines[0].startswith(f"{done.reference}, answered on ")


def test_one_that_was_looked_at_is_gone_from_the_group(
    done: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    answer(client, done)
    contradicted(done)
    client.post(reverse("admin:attention_clear", args=[done.reference, 1]))
    assert not attention.marked_after_answer().exists()
    groups = client.get(LANDING).context["needs"]["groups"]
    assert attention.Need.MARKED not in [one.group.need for one in groups]
