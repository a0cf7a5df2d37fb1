"""The page of one legal hold: its facts, what it stops or came too late for, and what happened to it."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.trail import audited, events_of
from erasure import releasing, shredding
from erasure.admin import hold_history, hold_page
from erasure.models import LegalHold, SubjectIdentifier
from erasure.personal_data import IDENTIFIERS_AND_TEXT, PROOF
from erasure.resuming import resume_released
from privacyadmin.models import User
from privacyadmin.roles import AUDITORS, REVIEWERS
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import MATTER, decided, placed, proposed, released
from tests.erasure.made_requests import SignIn, completed, filed, only, sent, today

pytestmark = pytest.mark.django_db

ID = "cust-2026-7730"


def address(hold: LegalHold) -> str:
    return reverse("admin:hold_page", args=[hold.pk])


def shown(client: Client, hold: LegalHold) -> str:
    return text_of(client.get(address(hold)))


def test_a_reviewer_reads_the_facts_with_the_person_masked(reviewer: User, signed_in: SignIn) -> None:
    hold = placed(
        reviewer,
        ID,
        ("email", "jane.doe@example.org"),
        category="CHAT",
        until_day=today() + timedelta(days=400),
    )
    page = signed_in(reviewer).get(address(hold))
    words = text_of(page)
    for wanted in (hold.code, "In force", "Litigation", MATTER, "Claims about a contract of 2024", "Chat"):
        assert wanted in words
    assert "Marek Vondra" in words
    assert "cu••••30 CXone id" in words
    assert "j•••@••• E-mail address" in words
    assert ID not in page.content.decode()
    assert "jane.doe" not in page.content.decode()


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_nobody_else_sees_it(
    reviewer: User, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    hold = placed(reviewer, ID)
    client = signed_in(request.getfixturevalue(who))
    assert client.get(address(hold)).status_code == 403
    assert client.post(address(hold)).status_code in {403, 405}


def test_who_is_not_signed_in_is_sent_to_the_door(reviewer: User, client: Client) -> None:
    assert client.get(address(placed(reviewer, ID)))["Location"].startswith(reverse("admin:login"))


@pytest.mark.parametrize("number", ["999999", "9" * 30])
def test_a_hold_that_does_not_exist_is_not_found(reviewer: User, signed_in: SignIn, number: str) -> None:
    assert signed_in(reviewer).get(f"/admin/holds/{number}/").status_code == 404


def test_it_shows_the_most_pressing_of_what_it_stops_and_counts_the_rest(
    officer: User, reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = placed(reviewer, ID)
    for days in (1, 30, 10):
        filed(officer, ID, received_on=today() - timedelta(days=days), categories=["CONTACT"])
    monkeypatch.setattr(hold_page, "MOST_STOPPED", 2)
    words = shown(signed_in(reviewer), hold)
    assert "It stops 3 submissions" in words
    assert "And 1 more." in words
    year = today().year
    assert words.index(f"PR-{year}-000002/1") < words.index(f"PR-{year}-000003/1")
    assert f"PR-{year}-000001/1" not in words


def test_it_shows_the_latest_of_what_it_came_too_late_for(
    officer: User, reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    first, second = (only(filed(officer, ID)) for _ in range(2))
    sent(first)
    completed(second)
    hold = placed(reviewer, ID, from_day=today() - timedelta(days=1))
    monkeypatch.setattr(hold_page, "MOST_LATE", 1)
    words = shown(signed_in(reviewer), hold)
    assert "CXone has no recall" in words
    assert f"Too late for {second} , sent at " in words
    assert f"Too late for {first} ," not in words
    assert "And 1 more that were sent earlier." in words
    # What was sent since its first day is noted one by one afterwards, and stands above.
    assert "Placed; too late for 1 submission on its way" in words


def test_what_happened_stands_there_with_its_place_in_the_log(
    reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    hold = placed(reviewer, ID, until_day=today())
    kept = proposed(hold, by=reviewer)
    decided(kept, by=other_reviewer, approve=False)
    taken_back = proposed(hold, by=reviewer)
    with audited() as log:
        releasing.withdraw(log, taken_back, by=reviewer, now=timezone.now())
    decided(proposed(hold, by=reviewer), by=other_reviewer)
    page = signed_in(reviewer).get(address(hold))
    words = text_of(page)
    for wanted in (
        f"Placed, until {today():%-d %B %Y} Marek Vondra",
        "Release proposed; it would let no submission go",
        "The release was denied: the hold is kept Ines Duarte",
        "The proposed release was withdrawn",
        "Released; it let no submission go Ines Duarte",
    ):
        assert wanted in words
    for event in events_of(hold.obj):
        assert f"#{event.seq}" in words
    assert "auditevent" not in page.content.decode()
    auditing = person("audits", AUDITORS, REVIEWERS)
    placed_as = events_of(hold.obj).first()
    assert placed_as is not None
    link = reverse("admin:audit_auditevent_change", args=[placed_as.seq])
    assert link in signed_in(auditing).get(address(hold)).content.decode()


def test_the_standing_hold_says_that_nothing_was_done_about_it_yet(reviewer: User, signed_in: SignIn) -> None:
    words = shown(signed_in(reviewer), LegalHold.objects.get(code="RET-1"))
    assert "It is there since the installation." in words
    assert "Everybody" in words


def test_a_long_history_is_cut_and_says_so(
    reviewer: User, signed_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    hold = placed(reviewer, ID)
    release = proposed(hold, by=reviewer)
    monkeypatch.setattr(hold_history, "MOST_SHOWN", 1)
    words = shown(signed_in(reviewer), hold)
    assert "Release proposed" in words
    assert "1 earlier entry stands in the audit log alone." in words
    assert release.hold == hold


def test_every_event_about_a_hold_has_words(reviewer: User) -> None:
    about_holds = [event for event in hold_history.LOOKS if event.startswith("hold.")]
    assert set(about_holds) <= set(hold_history.WORDS)
    assert len(about_holds) == 7


def test_a_hold_that_is_over_stops_nothing_and_has_nothing_to_press(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    hold = released(placed(reviewer, ID))
    page = signed_in(reviewer).get(address(hold))
    assert "This hold is over" in text_of(page)
    assert "<textarea" not in page.content.decode()
    assert "It stops" not in text_of(page).split("This hold is over")[0]


def test_a_hold_ahead_says_when_it_begins(reviewer: User, signed_in: SignIn) -> None:
    begins = today() + timedelta(days=5)
    words = shown(signed_in(reviewer), placed(reviewer, ID, from_day=begins))
    assert "Not yet in force" in words
    assert f"From {begins:%-d %B %Y} on, whatever it meets waits here." in words


def test_its_queries_do_not_grow_with_what_it_stops(officer: User, reviewer: User, signed_in: SignIn) -> None:
    hold = placed(reviewer, ID)
    client = signed_in(reviewer)
    filed(officer, ID, categories=["ANALYTICS"])
    before = _queries(client, hold)
    for _ in range(5):
        filed(officer, ID, categories=["ANALYTICS", "CONTACT"])
    assert _queries(client, hold) == before


def _queries(client: Client, hold: LegalHold) -> int:
    with CaptureQueriesContext(connection) as found:
        client.get(address(hold))
    return len(found)


# Forgetting ------------------------------------------------------------------------------------------


def test_a_person_who_never_asked_is_forgotten_after_the_hold(
    reviewer: User, signed_in: SignIn, settings: Any
) -> None:
    hold = placed(reviewer, ID, until_day=today() + timedelta(days=1))
    ended = today() + timedelta(days=2)
    identifier = SubjectIdentifier.objects.get()
    soon = ended + timedelta(days=settings.SUBJECT_RETENTION_DAYS - 1)
    assert shredding.shred_unasked(IDENTIFIERS_AND_TEXT, today=soon) == 0
    assert shredding.shred_unasked(IDENTIFIERS_AND_TEXT, today=soon + timedelta(days=2)) == 1
    assert shredding.shred_matters(now=timezone.now() + timedelta(days=3)) == 0
    assert (
        shredding.shred_matters(now=timezone.now() + timedelta(days=settings.SUBJECT_RETENTION_DAYS + 3)) == 1
    )
    identifier.refresh_from_db()
    assert (identifier.value, bool(identifier.fingerprint)) == (None, True)
    with time_machine.travel(timezone.now() + timedelta(days=3)):
        words = shown(signed_in(reviewer), hold)
    assert "shredded CXone id" in words
    assert "Matter Shredded" in words
    assert "Its matter, and the words of its releases, were shredded" in words
    much_later = ended + timedelta(days=settings.PROOF_RETENTION_DAYS + 1)
    assert shredding.shred_unasked(PROOF, today=much_later) == 1
    identifier.refresh_from_db()
    assert identifier.fingerprint is None


def test_the_words_of_a_release_can_be_read_for_a_while_after_it(reviewer: User, settings: Any) -> None:
    hold = released(placed(reviewer, ID))
    now, days = timezone.now(), settings.SUBJECT_RETENTION_DAYS
    assert shredding.shred_matters(now=now + timedelta(days=days - 1)) == 0
    assert (hold.releases.get().reason, hold.releases.get().decision_reason) != (None, None)
    assert shredding.shred_matters(now=now + timedelta(days=days + 1)) == 1
    hold.refresh_from_db()
    release = hold.releases.get()
    assert (hold.matter, release.reason, release.decision_reason) == (None, None, None)


def test_a_person_on_whom_another_hold_is_in_force_is_not_forgotten(reviewer: User, settings: Any) -> None:
    placed(reviewer, ID, until_day=today())
    placed(reviewer, ID, matter="another")
    later = today() + timedelta(days=settings.PROOF_RETENTION_DAYS + 400)
    assert shredding.shred_unasked(IDENTIFIERS_AND_TEXT, today=later) == 0


def test_a_released_hold_lists_what_it_let_go_and_not_what_another_still_held(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    going, staying = filed(officer, ID), filed(officer, ID, categories=["CHAT"])
    hold = placed(reviewer, ID)
    other = placed(reviewer, ID, category="CHAT")
    suspended = [only(filed(officer, ID)).request.reference]
    client = signed_in(reviewer)
    assert "Its release let" not in shown(client, hold)
    released(hold)
    assert "Its release let nothing go" in shown(client, hold)
    resume_released(timezone.now())
    words = shown(client, hold)
    held = [only(one) for one in (going, staying)]
    went = [str(one) for one in held if one.status == "queued"]
    assert f"Its release let {len(went) + len(suspended)} submissions go" in words
    assert f"{suspended[0]}/1" in words
    released(other)
    resume_released(timezone.now())
    assert f"{staying.reference}/1" in shown(client, other)
    assert f"{staying.reference}/1" not in words
