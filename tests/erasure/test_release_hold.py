"""Releasing a legal hold: proposed by one reviewer, decided by another; who may not, and what goes."""

import threading
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from erasure import holds, lifecycle, overrides, releasing, resuming
from erasure.choices import HoldState, OverrideReason
from erasure.models import HoldRelease, LegalHold, Override, Submission
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, REVIEWERS
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import decided, placed, proposed
from tests.erasure.made_requests import SignIn, filed, only, today
from tests.erasure.test_place_hold import events, messages_of, patiently

pytestmark = pytest.mark.django_db

ID = "cust-2026-7730"
WHY = "The parties have settled."
RELEASE = {"decision": "release", "reason": "Counsel confirmed it."}
KEEP = {"decision": "keep", "reason": "An appeal is pending."}


@pytest.fixture
def hold(reviewer: User) -> LegalHold:
    """Marek's hold on one person."""
    return placed(reviewer, ID)


@pytest.fixture
def waiting(hold: LegalHold, officer: User) -> Submission:
    """What Lena filed for that person since."""
    return only(filed(officer, ID))


@pytest.fixture
def third_reviewer(db: None) -> User:
    """Theo decides where Marek and Ines may not."""
    return person("theo", REVIEWERS, first_name="Theo")


@pytest.fixture
def both(db: None) -> User:
    """Bea files requests and reviews those of others."""
    return person("both", OFFICERS, REVIEWERS, first_name="Bea")


def page_of(hold: LegalHold) -> str:
    return reverse("admin:hold_page", args=[hold.pk])


def propose_page(hold: LegalHold) -> str:
    return reverse("admin:hold_release", args=[hold.pk])


def decide_page(release: HoldRelease) -> str:
    return reverse("admin:hold_release_decide", args=[release.hold_id, release.pk])


def withdraw_page(release: HoldRelease) -> str:
    return reverse("admin:hold_release_withdraw", args=[release.hold_id, release.pk])


def state_of(hold: LegalHold) -> HoldState:
    return holds.state(LegalHold.objects.get(pk=hold.pk), timezone.now())


# By two ----------------------------------------------------------------------------------------------


def test_one_proposes_another_releases_and_what_waited_goes_on_by_itself(
    hold: LegalHold, waiting: Submission, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    first, second = signed_in(reviewer), signed_in(other_reviewer)
    assert "Releasing it lets 1 of 1 submission go to CXone." in text_of(first.get(page_of(hold)))
    answer = first.post(propose_page(hold), {"reason": WHY}, follow=True)
    assert "stays in force until a second reviewer decides" in messages_of(answer)
    release = HoldRelease.objects.get()
    assert (release.asked_by, release.reason, release.lets_go, release.decision) == (reviewer, WHY, 1, "")
    assert state_of(hold) is HoldState.IN_FORCE

    page = second.get(page_of(hold))
    assert "Waits for your decision" in text_of(page)
    assert WHY in text_of(page)
    answer = second.post(decide_page(release), RELEASE, follow=True)
    assert "Released." in messages_of(answer)
    assert state_of(hold) is HoldState.RELEASED
    assert "How it was released" in text_of(answer)
    assert resuming.resume_released(timezone.now()) == 1
    waiting.refresh_from_db()
    assert (waiting.status, waiting.held_by) == ("queued", [])
    (asked,), (done,) = events(Event.HOLD_RELEASE_ASKED), events(Event.HOLD_RELEASED)
    assert (asked["actor"], asked["data"]["submissions"]) == (reviewer.actor, 1)
    assert (done["actor"], done["data"]["second"], done["data"]["submissions"]) == (
        other_reviewer.actor,
        reviewer.actor,
        1,
    )
    assert WHY not in str([one.entry for one in AuditEvent.objects.all()])


def test_a_hold_that_is_kept_stays_in_force_and_its_release_can_be_proposed_again(
    hold: LegalHold, waiting: Submission, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    release = proposed(hold, by=reviewer)
    answer = signed_in(other_reviewer).post(decide_page(release), KEEP, follow=True)
    assert "Kept." in messages_of(answer)
    assert "An appeal is pending." in text_of(answer)
    assert state_of(hold) is HoldState.IN_FORCE
    assert [event["res"] for event in events(Event.HOLD_RELEASE_DENIED)] == ["denied"]
    signed_in(other_reviewer).post(propose_page(hold), {"reason": WHY})
    assert HoldRelease.objects.filter(decision="").get().asked_by == other_reviewer


def test_the_standing_hold_is_released_like_any_other(
    officer: User, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    waits = only(filed(officer, ID, categories=["ANALYTICS"]))
    standing = LegalHold.objects.get(code="RET-1")
    signed_in(reviewer).post(propose_page(standing), {"reason": WHY})
    signed_in(other_reviewer).post(decide_page(HoldRelease.objects.get()), RELEASE)
    assert resuming.resume_released(timezone.now()) == 1
    waits.refresh_from_db()
    assert waits.status == "queued"


def test_a_hold_that_lies_ahead_can_be_released_before_it_begins(
    reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    ahead = placed(reviewer, ID, from_day=today() + timedelta(days=5))
    decided(proposed(ahead, by=reviewer), by=other_reviewer)
    assert state_of(ahead) is HoldState.RELEASED
    assert "This hold is over" in text_of(signed_in(reviewer).get(page_of(ahead)))


@pytest.mark.parametrize("sent", [{}, {"reason": "  "}, {"reason": "x" * 4001}])
def test_a_proposal_needs_its_reason(
    hold: LegalHold, reviewer: User, signed_in: SignIn, sent: dict[str, str]
) -> None:
    answer = signed_in(reviewer).post(propose_page(hold), sent)
    assert answer.status_code == 200
    assert "pa-error" in answer.content.decode()
    assert not HoldRelease.objects.exists()


@pytest.mark.parametrize(
    "sent", [{"decision": "release"}, {"reason": "I think so."}, {"decision": "x", "reason": "I think so."}]
)
def test_a_decision_needs_its_reason_and_a_choice_and_keeps_what_was_typed(
    hold: LegalHold, reviewer: User, other_reviewer: User, signed_in: SignIn, sent: dict[str, str]
) -> None:
    release = proposed(hold, by=reviewer)
    answer = signed_in(other_reviewer).post(decide_page(release), sent)
    assert answer.status_code == 200
    assert "pa-error" in answer.content.decode() or "Press one of the two." in answer.content.decode()
    assert sent.get("reason", "") in answer.content.decode()
    assert HoldRelease.objects.get().decision == ""


# What goes and what stays ----------------------------------------------------------------------------


def test_what_another_hold_keeps_is_told_before_the_click(
    hold: LegalHold, officer: User, reviewer: User, signed_in: SignIn
) -> None:
    request = filed(officer, ID, categories=["CONTACT", "ANALYTICS"], split_held=False)
    filed(officer, ID, categories=["CHAT"])
    page = text_of(signed_in(reviewer).get(page_of(hold)))
    assert "Its release would let 1 of 2 go; 1 would stay held by something else." in page
    assert f"{request.reference}/1" in page
    assert "Stays held RET-1" in page
    assert releasing.lets_go(hold, now=timezone.now()) == {Submission.objects.get(categories=["CHAT"]).pk}


def test_what_an_approval_covers_for_the_rest_goes_too(
    officer: User, reviewer: User, other_reviewer: User, third_reviewer: User
) -> None:
    held = only(filed(officer, ID, categories=["ANALYTICS"]))
    now = timezone.now()
    with audited() as log:
        question = overrides.ask(
            log,
            held,
            by=officer,
            reason=OverrideReason.HOLD_DOES_NOT_REACH,
            justification="The rule does not reach this data at all.",
            now=now,
        )
    question = Override.objects.select_related("submission__request", "submission__identifier").get()
    with audited() as log:
        overrides.decide(
            log,
            question,
            by=third_reviewer,
            approve=True,
            reason="Right.",
            now=now,
            send_at=now + timedelta(hours=1),
        )
    hold = placed(reviewer, ID)
    held.refresh_from_db()
    assert (held.status, held.held_by) == ("blocked", [hold.code, "RET-1"])
    assert releasing.lets_go(hold, now=timezone.now()) == {held.pk}
    assert releasing.lets_go(LegalHold.objects.get(code="RET-1"), now=timezone.now()) == set()
    decided(proposed(hold, by=reviewer), by=other_reviewer)
    assert events(Event.HOLD_RELEASED)[0]["data"]["submissions"] == 1
    assert resuming.resume_released(timezone.now()) == 1


def test_what_a_rule_stopped_is_not_let_go(hold: LegalHold, waiting: Submission) -> None:
    Submission.objects.filter(pk=waiting.pk).update(held_by=[hold.code, "rule:scope.too_deep"])
    assert releasing.lets_go(hold, now=timezone.now()) == set()


# Who may not -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_only_reviewers_take_part(
    hold: LegalHold, reviewer: User, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    release = proposed(hold, by=reviewer)
    client = signed_in(request.getfixturevalue(who))
    for address, sent in (
        (propose_page(hold), {"reason": WHY}),
        (decide_page(release), RELEASE),
        (withdraw_page(release), {}),
    ):
        assert client.post(address, sent).status_code == 403
    assert state_of(hold) is HoldState.IN_FORCE
    assert HoldRelease.objects.get().decision == ""


def test_nothing_happens_by_a_link_or_without_signing_in(
    hold: LegalHold, reviewer: User, signed_in: SignIn, client: Client
) -> None:
    release = proposed(hold, by=reviewer)
    for address in (propose_page(hold), decide_page(release), withdraw_page(release)):
        assert signed_in(reviewer).get(address).status_code == 405
        assert client.post(address, RELEASE)["Location"].startswith(reverse("admin:login"))


def refused_and_on_record(client: Client, address: str, hold: LegalHold, who: User, code: str) -> None:
    before = len(events(Event.HOLD_RELEASE_REFUSED))
    for sent in (RELEASE, KEEP, {}):
        assert client.post(address, sent).status_code == 403
    refusals = events(Event.HOLD_RELEASE_REFUSED)[before:]
    assert [(one["actor"], one["res"], one["data"]["reason"], one["obj"]) for one in refusals] == [
        (who.actor, "denied", code, hold.obj)
    ] * 3
    assert state_of(hold) is HoldState.IN_FORCE


def test_who_proposed_it_does_not_decide(hold: LegalHold, reviewer: User, signed_in: SignIn) -> None:
    release = proposed(hold, by=reviewer)
    client = signed_in(reviewer)
    page = client.get(page_of(hold))
    assert "You proposed this release." in text_of(page)
    assert 'name="decision"' not in page.content.decode()
    refused_and_on_record(client, decide_page(release), hold, reviewer, "asked_by")
    words = text_of(client.get(page_of(hold)))
    assert "Deciding on the release was refused: they proposed it themselves" in words


@pytest.mark.parametrize("who", ["both", "superuser"])
def test_who_filed_something_it_stops_neither_proposes_nor_decides(
    hold: LegalHold, reviewer: User, signed_in: SignIn, request: pytest.FixtureRequest, who: str
) -> None:
    filer = request.getfixturevalue(who)
    filed(filer, ID)
    client = signed_in(filer)
    page = client.get(page_of(hold))
    assert f"You filed a submission that {hold} stops." in text_of(page)
    assert "<textarea" not in page.content.decode()
    refused_and_on_record(client, propose_page(hold), hold, filer, "filed_by")
    release = proposed(hold, by=reviewer)
    page = client.get(page_of(hold))
    assert 'name="decision"' not in page.content.decode()
    assert filer.shown_name not in text_of(page).split("Who can decide")[1].split("What happened")[0]
    refused_and_on_record(client, decide_page(release), hold, filer, "filed_by")


def test_who_filed_what_waited_for_another_hold_first_is_barred_too(
    reviewer: User, both: User, signed_in: SignIn
) -> None:
    filed(both, ID, categories=["ANALYTICS"])
    hold = placed(reviewer, ID)
    refused_and_on_record(signed_in(both), propose_page(hold), hold, both, "filed_by")


def test_what_the_proposer_filed_since_keeps_it_from_being_released(
    hold: LegalHold, both: User, other_reviewer: User, signed_in: SignIn
) -> None:
    release = proposed(hold, by=both)
    filed(both, ID)
    client = signed_in(other_reviewer)
    page = client.get(page_of(hold))
    assert "It cannot be released on this proposal" in text_of(page)
    assert 'value="release"' not in page.content.decode()
    assert client.post(decide_page(release), RELEASE).status_code == 403
    assert events(Event.HOLD_RELEASE_REFUSED)[-1]["data"]["reason"] == "asker_filed"
    assert state_of(hold) is HoldState.IN_FORCE
    assert "Kept." in messages_of(client.post(decide_page(release), KEEP, follow=True))


def test_the_database_itself_refuses_the_word_of_who_filed(
    hold: LegalHold, waiting: Submission, officer: User, reviewer: User
) -> None:
    release = proposed(hold, by=reviewer)
    for decided_by in (officer, reviewer):
        with pytest.raises(DatabaseError), transaction.atomic():
            HoldRelease.objects.filter(pk=release.pk).update(
                decision="approved", decided_by=decided_by, decided_at=timezone.now()
            )
    with pytest.raises(DatabaseError), transaction.atomic():
        LegalHold.objects.filter(pk=hold.pk).update(released_at=timezone.now())


# Withdrawn, over, expired, at once -------------------------------------------------------------------


def test_one_takes_back_ones_own_proposal_and_nobody_elses(
    hold: LegalHold, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    release = proposed(hold, by=reviewer)
    assert signed_in(other_reviewer).post(withdraw_page(release)).status_code == 403
    answer = signed_in(reviewer).post(withdraw_page(release), follow=True)
    assert "Withdrawn." in messages_of(answer)
    assert HoldRelease.objects.get().decision == "withdrawn"
    assert len(events(Event.HOLD_RELEASE_WITHDRAWN)) == 1
    again = signed_in(reviewer).post(withdraw_page(release), follow=True)
    assert "only before the decision" in messages_of(again)
    late = signed_in(other_reviewer).post(decide_page(release), RELEASE, follow=True)
    assert "This was decided already: Withdrawn." in messages_of(late)
    assert state_of(hold) is HoldState.IN_FORCE


def test_a_second_proposal_is_told_of_the_first(
    hold: LegalHold, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    proposed(hold, by=reviewer)
    answer = signed_in(other_reviewer).post(propose_page(hold), {"reason": WHY}, follow=True)
    assert "waits for a decision already" in messages_of(answer)
    assert HoldRelease.objects.count() == 1


def test_what_nobody_decided_in_time_is_over_and_can_be_proposed_again(
    hold: LegalHold, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    release = proposed(hold, by=reviewer)
    later = release.expires_at + timedelta(seconds=1)
    with pytest.raises(lifecycle.MoveRefused, match="has expired"):
        decided(release, by=other_reviewer, now=later)
    assert releasing.open_proposal(hold, now=later) is None
    with audited() as log:
        releasing.ask(log, hold, by=other_reviewer, reason=WHY, now=later)
    assert list(HoldRelease.objects.order_by("pk").values_list("decision", flat=True)) == ["expired", ""]


def test_a_hold_that_is_over_is_not_released_once_more(
    hold: LegalHold, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    release = proposed(hold, by=reviewer)
    decided(release, by=other_reviewer)
    for address, sent in ((propose_page(hold), {"reason": WHY}), (decide_page(release), RELEASE)):
        answer = signed_in(other_reviewer).post(address, sent, follow=True)
        assert "already" in messages_of(answer)
    assert len(events(Event.HOLD_RELEASED)) == 1


def test_the_proposal_of_another_hold_is_not_found(
    hold: LegalHold, reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    release = proposed(hold, by=reviewer)
    standing = LegalHold.objects.get(code="RET-1")
    for name in ("hold_release_decide", "hold_release_withdraw"):
        address = reverse(f"admin:{name}", args=[standing.pk, release.pk])
        assert signed_in(other_reviewer).post(address, RELEASE).status_code == 404
    unknown = reverse("admin:hold_release", args=[standing.pk + 999])
    assert signed_in(reviewer).post(unknown, {"reason": WHY}).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_of_two_at_the_same_moment_one_wins_and_the_other_is_told(
    hold: LegalHold, reviewer: User, other_reviewer: User, third_reviewer: User
) -> None:
    release = proposed(hold, by=reviewer)
    start, told = threading.Barrier(2), []

    def decide(who: User, approve: Any) -> None:
        mine = HoldRelease.objects.get(pk=release.pk)
        start.wait(timeout=10)
        try:
            told.append(patiently(lambda: _decide(mine, who, approve)))
        finally:
            connection.close()

    threads = [
        threading.Thread(target=decide, args=args)
        for args in ((other_reviewer, True), (third_reviewer, False))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    ends = HoldRelease.objects.get().get_decision_display()
    assert sorted(told) == ["", f"This was decided already: {ends}."]
    assert len(events(Event.HOLD_RELEASED)) + len(events(Event.HOLD_RELEASE_DENIED)) == 1


def _decide(release: HoldRelease, who: User, approve: Any) -> str:
    try:
        decided(release, by=who, approve=approve)
    except lifecycle.MoveRefused as refusal:
        return str(refusal)
    return ""
