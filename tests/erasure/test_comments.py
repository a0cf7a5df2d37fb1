"""What colleagues write about a request, and handing it over to one of them."""

import pytest
from django.db import connection

from audit.models import AuditEvent
from audit.trail import audited
from erasure import lifecycle
from erasure.models import Comment, PrivacyRequest
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import act, address, words_of

pytestmark = pytest.mark.django_db

TEXT = "Anna Kovacs called; she means the other contract."


@pytest.fixture
def registered(officer: User) -> PrivacyRequest:
    return made.registered(officer, ("email", "a@example.org"))


# Comments -----------------------------------------------------------------------------------------------


def test_officers_and_reviewers_write_and_read_the_newest_last(
    registered: PrivacyRequest, officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    act(signed_in(officer), registered, "comment", text=TEXT)
    page = words_of(act(signed_in(reviewer), registered, "comment", text="Noted, with <b>thanks</b>."))
    assert page.index(TEXT) < page.index("Noted, with <b>thanks</b>.")
    assert "Lena Hofmann" in page
    assert "Marek Vondra" in page
    assert [comment.number for comment in Comment.objects.order_by("pk")] == [1, 2]


def test_it_is_kept_encrypted_and_the_log_has_its_number_alone(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    act(signed_in(officer), registered, "comment", text=TEXT)
    with connection.cursor() as cursor:
        cursor.execute("SELECT text FROM erasure_comment")
        assert "Kovacs" not in str(cursor.fetchone()[0])
    event = AuditEvent.objects.filter(obj=registered.obj).latest("seq")
    assert (event.act, event.actor) == ("request.commented", officer.actor)
    assert "Kovacs" not in event.body
    assert '"comment":1' in event.body


def test_auditors_see_how_many_there_are_and_not_what_they_say(
    registered: PrivacyRequest, officer: User, auditor: User, signed_in: made.SignIn
) -> None:
    act(signed_in(officer), registered, "comment", text=TEXT)
    page = signed_in(auditor).get(address(registered, "page"))
    assert "There is 1 comment." in words_of(page)
    assert TEXT not in words_of(page)
    assert address(registered, "comment") not in page.content.decode()


@pytest.mark.parametrize("who", ["auditor", "operator", "stranger"])
def test_nobody_else_writes(
    who: str, registered: PrivacyRequest, signed_in: made.SignIn, request: pytest.FixtureRequest
) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert act(client, registered, "comment", text=TEXT).status_code == 403
    assert not Comment.objects.exists()


@pytest.mark.parametrize(("text", "words"), [("  ", "Write something first."), ("x" * 4001, "4000")])
def test_a_comment_says_something_and_is_no_book(
    text: str, words: str, registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    assert words in words_of(act(signed_in(officer), registered, "comment", text=text))
    assert not Comment.objects.exists()


def test_after_the_shredding_nothing_is_added(
    registered: PrivacyRequest, officer: User, signed_in: made.SignIn
) -> None:
    made.answered(registered, officer, made.Outcome.WITHDRAWN)
    PrivacyRequest.objects.filter(pk=registered.pk).update(
        shredded_at=made.now(), note=None, answer_note=None
    )
    client = signed_in(officer)
    assert address(registered, "comment") not in client.get(address(registered, "page")).content.decode()
    assert "has been shredded" in words_of(act(client, registered, "comment", text=TEXT))
    assert not Comment.objects.exists()


def test_one_after_the_other_gets_the_next_number(registered: PrivacyRequest, officer: User) -> None:
    for text in ("one", "two", "three"):
        with audited() as log:
            lifecycle.comment(log, registered, by=officer, text=text, now=made.now())
    assert list(Comment.objects.order_by("number").values_list("number", flat=True)) == [1, 2, 3]


# Handing over -------------------------------------------------------------------------------------------


def test_it_is_handed_over_to_an_active_officer(
    registered: PrivacyRequest, officer: User, other_officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    form = client.get(address(registered, "hand_over")).context["form"]
    assert list(form.people) == [other_officer.staff_id]
    page = act(client, registered, "hand_over", to=other_officer.staff_id)
    registered.refresh_from_db()
    assert registered.owner == other_officer
    assert "Anna Berg has it now" in words_of(page)


@pytest.mark.parametrize("who", ["reviewer", "officer", "other_officer"])
def test_nobody_else_can_be_chosen(
    who: str,
    registered: PrivacyRequest,
    officer: User,
    other_officer: User,
    signed_in: made.SignIn,
    request: pytest.FixtureRequest,
) -> None:
    """Not a reviewer, not who has it, and not an officer who has left."""
    User.objects.filter(pk=other_officer.pk).update(is_active=False)
    chosen: User = request.getfixturevalue(who)
    act(signed_in(officer), registered, "hand_over", to=chosen.staff_id)
    registered.refresh_from_db()
    assert registered.owner == officer


def test_an_answered_request_is_handed_over_no_more(
    registered: PrivacyRequest, officer: User, other_officer: User, signed_in: made.SignIn
) -> None:
    made.answered(registered, officer, made.Outcome.WITHDRAWN)
    page = act(signed_in(officer), registered, "hand_over", to=other_officer.staff_id)
    assert "nobody needs to have it any more" in words_of(page)


def test_who_has_it_already_is_not_given_it_again(registered: PrivacyRequest, officer: User) -> None:
    with pytest.raises(lifecycle.MoveRefused, match="is with Lena Hofmann already"), audited() as log:
        lifecycle.assign(log, registered, to=officer, by=officer)
