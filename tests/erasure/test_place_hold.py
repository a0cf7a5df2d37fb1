"""Placing a legal hold: the form, the look ahead, the hold; who may not; what it stops or is too late for."""

import re
import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.db import OperationalError, connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from erasure import holds, overrides, placing, resuming, suspending
from erasure.choices import HoldState, OverrideReason
from erasure.hold_wishes import HoldWish, against_placing
from erasure.models import LateHold, LegalHold, Override, Subject, SubjectIdentifier
from erasure.placing import HoldRefused, PlacedBefore, reach
from privacyadmin.models import User
from tests.cast import person
from tests.erasure.filing_desk import text_of
from tests.erasure.made_holds import GROUND, MATTER, placed, released, wish
from tests.erasure.made_requests import SignIn, completed, failed, filed, only, registered, sent, today

pytestmark = pytest.mark.django_db

NEW = "/admin/holds/new/"
ID = "cust-2026-7730"


def typed(*identifiers: tuple[str, str], **facts: str) -> dict[str, str]:
    given = identifiers or (("cxone_id", ID),)
    rows = {
        f"identifier-{number}-{name}": value
        for number, one in enumerate(given)
        for name, value in zip(("kind", "value"), one, strict=True)
    }
    usual = {"do": "preview", "kind": "litigation", "matter": MATTER, "ground": GROUND, "category": ""}
    counts = {"identifier-TOTAL_FORMS": str(len(given)), "identifier-INITIAL_FORMS": "0"}
    return {**usual, **counts, **rows, **facts}


def carried(answer: Any) -> str:
    found = re.search(r'name="carried" value="([^"]+)"', answer.content.decode())
    assert found is not None
    return found[1]


def placed_by_page(client: Client, *identifiers: tuple[str, str], **facts: str) -> LegalHold:
    look = client.post(NEW, typed(*identifiers, **facts))
    client.post(NEW, {"do": "place", "carried": carried(look)})
    hold = LegalHold.objects.order_by("pk").last()
    assert hold is not None
    return hold


def events(act: Event) -> list[dict[str, Any]]:
    return [event.entry for event in AuditEvent.objects.filter(act=act).order_by("seq")]


def our_holds() -> int:
    return LegalHold.objects.exclude(code="RET-1").count()


def messages_of(answer: Any) -> str:
    return " ".join(str(message) for message in answer.context["messages"])


# Who may ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["officer", "auditor", "operator", "stranger"])
def test_only_reviewers_place_holds(signed_in: SignIn, request: pytest.FixtureRequest, who: str) -> None:
    client = signed_in(request.getfixturevalue(who))
    assert client.get(NEW).status_code == 403
    assert client.post(NEW, typed()).status_code == 403
    assert client.post(NEW, {"do": "place", "carried": "x"}).status_code == 403
    assert our_holds() == 0


def test_who_is_not_signed_in_is_sent_to_the_door(client: Client) -> None:
    assert client.get(NEW)["Location"].startswith(reverse("admin:login"))
    assert client.post(NEW, typed())["Location"].startswith(reverse("admin:login"))


# The two steps ---------------------------------------------------------------------------------------


def test_nothing_is_placed_before_its_effect_was_shown(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    queued = only(filed(officer, ID, delay=timedelta(hours=1)))
    waiting = only(filed(officer, ID, categories=["ANALYTICS"], delay=timedelta(hours=1)))
    left = sent(only(filed(officer, ID)))
    look = signed_in(reviewer).post(NEW, typed())
    words = text_of(look)
    assert "Queued 1 submission, would be stopped" in words
    assert "On hold already 1 submission, would wait for this too" in words
    assert "Sent already 1 submission, too late to stop" in words
    assert f"Too late for {left} , sent at" in words
    assert "These are about 1 person." in words
    assert (our_holds(), AuditEvent.objects.filter(act=Event.HOLD_PLACED).count()) == (0, 0)
    assert (only(queued.request).status, only(waiting.request).held_by) == ("queued", ["RET-1"])


def test_the_second_step_places_it_and_its_page_says_what_it_stopped(
    officer: User, reviewer: User, signed_in: SignIn
) -> None:
    queued = only(filed(officer, ID, delay=timedelta(hours=1)))
    left = sent(only(filed(officer, ID)))
    client = signed_in(reviewer)
    look = client.post(NEW, typed(until_day=(today() + timedelta(days=9)).isoformat()))
    answer = client.post(NEW, {"do": "place", "carried": carried(look)}, follow=True)
    hold = LegalHold.objects.get(code=f"LIT-{today().year}-1")
    assert answer.redirect_chain == [(reverse("admin:hold_page", args=[hold.pk]), 302)]
    assert "It came too late for what stands below: CXone has no recall." in messages_of(answer)
    words = text_of(answer)
    assert "It stops 1 submission" in words
    assert str(only(queued.request)) in words
    assert f"Too late for {left}" in words
    assert (hold.placed_by, hold.matter, hold.ground) == (reviewer, MATTER, GROUND)
    assert (only(queued.request).status, only(queued.request).held_by) == ("blocked", [hold.code])
    (event,) = events(Event.HOLD_PLACED)
    assert (event["actor"], event["data"]["matter"], event["data"]["too_late"]) == (
        reviewer.actor,
        hold.code,
        1,
    )
    assert not any(MATTER in str(one.entry) or ID in str(one.entry) for one in AuditEvent.objects.all())


def test_the_identifier_is_masked_where_it_is_only_looked_at(reviewer: User, signed_in: SignIn) -> None:
    look = signed_in(reviewer).post(NEW, typed(("email", "jane.doe@example.org"))).content.decode()
    assert "jane.doe" not in look
    assert "j•••@•••" in look
    assert "Nobody is on record with this identifier yet." in look


def test_change_it_brings_back_everything_that_was_typed(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    facts = {"from_day": "2099-01-02", "until_day": "2099-03-04", "category": "CHAT", "kind": "investigation"}
    look = client.post(NEW, typed(("cxone_id", ID), ("email", "a@example.org"), **facts))
    page = client.post(NEW, {"do": "change", "carried": carried(look)}).content.decode()
    for words in (ID, "a@example.org", MATTER, GROUND, "2099-01-02", "2099-03-04"):
        assert f'value="{words}"' in page
    assert re.search(r'value="investigation"[^>]* checked', page)
    assert '<option value="CHAT" selected>' in page


def test_another_row_keeps_what_was_typed(reviewer: User, signed_in: SignIn) -> None:
    page = signed_in(reviewer).post(NEW, typed(do="add_row", until_day="soon")).content.decode()
    assert f'value="{ID}"' in page
    assert 'name="identifier-1-value"' in page
    assert "pa-error" not in page


def test_a_hold_on_nobody_in_particular_is_said_loudly(reviewer: User, signed_in: SignIn) -> None:
    look = signed_in(reviewer).post(NEW, typed(("cxone_id", ""), category="SURVEY"))
    assert "This hold concerns everybody" in text_of(look)
    assert "Place this hold on everybody" in text_of(look)


@pytest.mark.parametrize(
    ("facts", "field", "words"),
    [
        ({"kind": ""}, "kind", "It is not said why"),
        ({"kind": "because"}, "kind", "Choose one of the three."),
        ({"matter": "  "}, "matter", "No matter is named."),
        ({"matter": "x" * 201}, "matter", "That is 201 characters."),
        ({"ground": ""}, "ground", "No ground is given."),
        ({"ground": "a\u200bb"}, "ground", "control characters"),
        ({"category": "EVERYTHING"}, "category", "Choose one of the list."),
        ({"from_day": "tomorrow"}, "from_day", "year, month and day"),
        ({"from_day": "0001-01-01"}, "from_day", "out of reach"),
        ({"until_day": "9999-12-31"}, "until_day", "out of reach"),
        ({"until_day": "2020-01-01"}, "until_day", "before it begins"),
        ({"from_day": "2020-01-01", "until_day": "2020-02-01"}, "until_day", "already"),
        ({"identifier-0-value": ""}, "identifier-0-value", "It reaches nothing yet."),
        ({"identifier-0-value": "a b"}, "identifier-0-value", "contains a space"),
        ({"identifier-0-kind": "fax"}, "identifier-0-kind", "Choose one of the kinds."),
        ({"identifier-0-kind": "email", "identifier-0-value": "a\u200b@b.org"}, "identifier-0-value", "seen"),
        ({"identifier-TOTAL_FORMS": "11"}, None, "At most 10 identifiers"),
        ({"identifier-TOTAL_FORMS": "x"}, None, "did not arrive whole"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_nothing_typed_is_lost(
    reviewer: User, signed_in: SignIn, facts: dict[str, str], field: str | None, words: str
) -> None:
    sent_form = typed(**facts)
    page = signed_in(reviewer).post(NEW, sent_form).content.decode()
    assert "Nothing was placed yet" in page
    said = (
        re.search(rf'id="id_{field}_error">(.*?)</div>', page, re.S)
        if field
        else re.search("(.*)", page, re.S)
    )
    assert said is not None
    assert words in said[1]
    assert not field or f'href="#id_{field.split("-kind")[0]}' in page
    kept = sent_form["ground"] if "ground" in facts else GROUND
    assert not kept or f'value="{kept}"' in page


def test_identifiers_of_two_people_are_refused(officer: User, reviewer: User, signed_in: SignIn) -> None:
    registered(officer, ID)
    registered(officer, ("email", "joe@example.org"))
    page = signed_in(reviewer).post(NEW, typed(("cxone_id", ID), ("email", "joe@example.org")))
    assert "those of different people" in text_of(page)


# Twice -----------------------------------------------------------------------------------------------


def test_a_form_that_is_sent_twice_places_one_hold_and_says_so(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    token = carried(client.post(NEW, typed()))
    client.post(NEW, {"do": "place", "carried": token})
    again = client.post(NEW, {"do": "place", "carried": token}, follow=True)
    hold = LegalHold.objects.exclude(code="RET-1").get()
    assert again.redirect_chain == [(reverse("admin:hold_page", args=[hold.pk]), 302)]
    assert "This was sent before" in messages_of(again)


def test_another_hold_all_the_same_that_is_sent_twice_is_one_more_and_not_two(
    reviewer: User, signed_in: SignIn
) -> None:
    placed(reviewer, ID)
    client = signed_in(reviewer)
    token = carried(client.post(NEW, typed(again="on")))
    client.post(NEW, {"do": "place", "carried": token})
    again = client.post(NEW, {"do": "place", "carried": token}, follow=True)
    second = LegalHold.objects.get(code=f"LIT-{today().year}-2")
    assert again.redirect_chain == [(reverse("admin:hold_page", args=[second.pk]), 302)]
    assert f"This was sent before: here is {second}" in messages_of(again)
    assert (our_holds(), len(events(Event.HOLD_PLACED))) == (2, 2)


def test_what_was_sent_before_is_found_again_although_it_was_released_meanwhile(
    reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    token = carried(client.post(NEW, typed()))
    client.post(NEW, {"do": "place", "carried": token})
    released(LegalHold.objects.exclude(code="RET-1").get())
    again = client.post(NEW, {"do": "place", "carried": token}, follow=True)
    assert "This was sent before" in messages_of(again)
    assert our_holds() == 1


def test_every_look_ahead_may_become_a_hold_of_its_own(reviewer: User, signed_in: SignIn) -> None:
    client = signed_in(reviewer)
    for _ in range(3):
        placed_by_page(client, again="on")
    assert our_holds() == 3


def test_one_that_is_there_already_is_named_and_another_needs_a_tick(
    reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    first = placed(other_reviewer, ID)
    client = signed_in(reviewer)
    page = text_of(client.post(NEW, typed(matter=f" {MATTER.upper()}  ")))
    assert f"{first} is there already" in page
    assert "Place another hold all the same" in page
    second = placed_by_page(client, again="on")
    assert (our_holds(), second.code) == (2, f"LIT-{today().year}-2")


def test_one_that_another_placed_since_the_look_ahead_comes_back_to_the_form(
    reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    token = carried(client.post(NEW, typed()))
    first = placed(other_reviewer, ID)
    page = client.post(NEW, {"do": "place", "carried": token}).content.decode()
    assert f"{first} is there already" in page
    assert f'value="{ID}"' in page
    assert our_holds() == 1


@pytest.mark.parametrize(
    "facts", [{"kind": "investigation"}, {"matter": "another"}, {"category": "CHAT"}, {"identifiers": ()}]
)
def test_what_differs_in_kind_matter_or_reach_is_another_hold(reviewer: User, facts: dict[str, Any]) -> None:
    placed(reviewer, ID)
    other = wish(ID, **{"category": "CHAT" if "identifiers" in facts else "", **facts})
    assert against_placing(other) == []


def test_a_hold_that_was_released_can_be_placed_anew(reviewer: User) -> None:
    released(placed(reviewer, ID))
    assert against_placing(wish(ID)) == []


def test_what_is_carried_is_for_one_person_one_purpose_and_an_hour(
    reviewer: User, other_reviewer: User, signed_in: SignIn
) -> None:
    client = signed_in(reviewer)
    token = carried(client.post(NEW, typed()))
    assert ID not in token
    stolen = signed_in(other_reviewer).post(NEW, {"do": "place", "carried": token}, follow=True)
    elsewhere = client.post("/admin/holds/import/", {"do": "place", "carried": token}, follow=True)
    broken = client.post(NEW, {"do": "place", "carried": token[:-6]}, follow=True)
    missing = client.post(NEW, {"do": "place"}, follow=True)
    with time_machine.travel(timezone.now() + timedelta(minutes=61)):
        late = signed_in(reviewer).post(NEW, {"do": "place", "carried": token}, follow=True)
    for answer in (stolen, elsewhere, broken, missing, late):
        assert "nothing was placed" in messages_of(answer)
    assert our_holds() == 0


@pytest.mark.django_db(transaction=True)
def test_one_look_ahead_that_is_sent_twice_at_the_same_moment_places_one(reviewer: User) -> None:
    start, told = threading.Barrier(2), []
    wanted = wish(ID, again=True, form_token=uuid.uuid4())

    def place() -> None:
        start.wait(timeout=10)
        try:
            told.append(patiently(lambda: tried(wanted, reviewer)))
        finally:
            connection.close()

    threads = [threading.Thread(target=place) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    code = f"LIT-{today().year}-1"
    assert sorted(told) == [code, f"Z This was sent before: here is {code}. It was placed once."]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("matters", ["AA", "AB"])
def test_two_at_the_same_moment_get_two_codes_and_the_same_hold_one(reviewer: User, matters: str) -> None:
    start, told = threading.Barrier(2), []

    def place(matter: str) -> None:
        start.wait(timeout=10)
        try:
            told.append(patiently(lambda: tried(wish(ID, matter=matter), reviewer)))
        finally:
            connection.close()

    threads = [threading.Thread(target=place, args=[matter]) for matter in matters]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    year = today().year
    if matters == "AA":
        assert sorted(told)[0] == f"LIT-{year}-1"
        assert "is there already" in sorted(told)[1]
    else:
        assert sorted(told) == [f"LIT-{year}-1", f"LIT-{year}-2"]
    assert Subject.objects.count() == 1


def tried(wanted: HoldWish, by: User) -> str:
    try:
        return str(placing.place(wanted, by=by))
    except (HoldRefused, PlacedBefore) as refused:
        return f"Z {refused}"


def patiently(act: Callable[[], str]) -> str:
    """Try until the lock is free: SQLite in memory, where the tests live, does not wait for it by itself."""
    for _ in range(2000):
        try:
            return act()
        except OperationalError as error:
            if "locked" not in str(error):
                raise
    raise AssertionError("The lock was never free.")


# Whom it reaches -------------------------------------------------------------------------------------


def test_a_person_of_whom_nothing_was_asked_yet_is_held_and_what_is_filed_then_waits(
    officer: User, reviewer: User
) -> None:
    hold = placed(reviewer, ID)
    waiting = only(filed(officer, ID))
    assert (waiting.status, waiting.held_by) == ("blocked", [hold.code])
    assert only(filed(officer, "cust-2026-9999")).status == "queued"


def test_it_reaches_the_person_through_every_identifier_on_record(officer: User, reviewer: User) -> None:
    request = registered(officer, ID, ("email", "jane@example.org"))
    hold = placed(reviewer, ("email", "Jane@Example.org "))
    assert hold.subject == request.subject
    assert only(filed(officer, ID)).held_by == [hold.code]


def test_several_identifiers_are_put_on_record_as_those_of_one_person(reviewer: User) -> None:
    hold = placed(reviewer, ID, ("phone", "+44 20 7946 0018"))
    assert set(SubjectIdentifier.objects.filter(subject=hold.subject).values_list("kind", flat=True)) == {
        "cxone_id",
        "phone",
    }


def test_a_category_alone_holds_it_for_everybody_and_nothing_else(officer: User, reviewer: User) -> None:
    hold = placed(reviewer, category="CHAT")
    request = filed(officer, ID, categories=["CONTACT", "CHAT"])
    assert (only(request, 1).status, only(request, 2).held_by) == ("queued", [hold.code])


def test_access_is_never_stopped(officer: User, reviewer: User) -> None:
    asked = filed(officer, ID, type="ACCESS", delay=timedelta(hours=1))
    assert reach(wish(ID), most=20).stops == 0
    placed(reviewer, ID)
    assert only(asked).status == "queued"


def test_what_waits_already_names_the_new_hold_too(officer: User, reviewer: User) -> None:
    waiting = only(filed(officer, ID, categories=["ANALYTICS"]))
    hold = placed(reviewer, ID)
    waiting.refresh_from_db()
    assert waiting.held_by == [hold.code, "RET-1"]
    assert list(holds.stopped_by(hold.code)) == [waiting]
    assert events(Event.REQUEST_BLOCKED)[-1]["data"]["holds"] == [hold.code, "RET-1"]


def test_what_one_hold_let_go_and_another_keeps_names_only_that(officer: User, reviewer: User) -> None:
    waiting = only(filed(officer, ID, categories=["ANALYTICS"]))
    hold = placed(reviewer, ID)
    released(LegalHold.objects.get(code="RET-1"))
    assert resuming.resume_released(timezone.now()) == 0
    waiting.refresh_from_db()
    assert (waiting.status, waiting.held_by) == ("blocked", [hold.code])


def test_a_denial_refuses_what_was_asked_about_and_not_what_a_newer_hold_keeps(
    officer: User, reviewer: User, other_reviewer: User
) -> None:
    request = filed(officer, ID, categories=["CONTACT", "ANALYTICS"], split_held=False)
    waiting = only(request)
    with audited() as log:
        question = overrides.ask(
            log,
            waiting,
            by=officer,
            reason=OverrideReason.MATTER_CLOSED,
            justification="The matter was closed in March.",
            now=timezone.now(),
        )
    hold = placed(reviewer, ID)
    now = timezone.now()
    with audited() as log:
        overrides.decide(
            log,
            Override.objects.select_related("submission__request", "submission__identifier").get(
                pk=question.pk
            ),
            by=other_reviewer,
            approve=False,
            reason="It is not closed.",
            now=now,
            send_at=now,
        )
    suspending.suspend_held(now)
    assert [(row.categories, row.status) for row in request.submissions.order_by("number")] == [
        (["CONTACT", "ANALYTICS"], "cancelled"),
        (["ANALYTICS"], "refused"),
        (["CONTACT"], "blocked"),
    ]
    assert only(request, 3).held_by == [hold.code]


# From when until when --------------------------------------------------------------------------------


def test_a_hold_ahead_stops_nothing_until_its_day_and_says_then_what_had_left(
    officer: User, reviewer: User
) -> None:
    left = sent(only(filed(officer, ID)))
    queued = only(filed(officer, ID, delay=timedelta(days=30)))
    hold = placed(reviewer, ID, from_day=today() + timedelta(days=3))
    assert holds.state(hold, timezone.now()) is HoldState.AHEAD
    assert (only(queued.request).status, LateHold.objects.count()) == ("queued", 0)
    with time_machine.travel(hold.valid_from + timedelta(seconds=5)):
        now = timezone.now()
        assert holds.state(hold, now) is HoldState.IN_FORCE
        assert suspending.suspend_held(now) == 1
    assert only(queued.request).held_by == [hold.code]
    assert LateHold.objects.get().submission == left


def test_the_last_day_is_included_and_the_next_one_lets_go(officer: User, reviewer: User) -> None:
    with time_machine.travel(datetime(2099, 3, 10, 9, tzinfo=UTC)):
        waiting_for = placed(reviewer, ID, until_day=today())
        waiting = only(filed(officer, ID))
        assert waiting.held_by == [waiting_for.code]
    with time_machine.travel(datetime(2099, 3, 10, 23, 59, 59, tzinfo=UTC)):
        assert holds.state(waiting_for, timezone.now()) is HoldState.IN_FORCE
        assert resuming.resume_released(timezone.now()) == 0
    with time_machine.travel(datetime(2099, 3, 11, 0, 0, 1, tzinfo=UTC)):
        assert holds.state(waiting_for, timezone.now()) is HoldState.ENDED
        assert resuming.resume_released(timezone.now()) == 1


def test_a_hold_that_reaches_back_tells_what_has_left_since(officer: User, reviewer: User) -> None:
    done = completed(only(filed(officer, ID)))
    never_taken = failed(only(filed(officer, ID)))
    never_taken.__class__.objects.filter(pk=never_taken.pk).update(error_code="refused_by_cxone")
    assert reach(wish(ID), most=20).late == 0
    since = today() - timedelta(days=2)
    assert list(reach(wish(ID, from_day=since), most=20).latest) == [done]
    hold = placed(reviewer, ID, from_day=since)
    assert [late.submission for late in hold.late.all()] == [done]
    (event,) = events(Event.REQUEST_HELD_LATE)
    assert (event["res"], event["data"]["holds"]) == ("failed", [hold.code])


def test_the_look_ahead_counts_all_that_has_left_and_reads_only_what_it_shows(
    officer: User, reviewer: User
) -> None:
    gone = [completed(only(filed(officer, f"USR-{number}", categories=["CONTACT"]))) for number in range(6)]
    sent(only(filed(officer, ID, categories=["CHAT"])))
    wanted = wish(category="CONTACT", from_day=today() - timedelta(days=2))
    with CaptureQueriesContext(connection) as queries:
        would = reach(wanted, most=2)
        shown = [(str(row), row.status, row.first_sent_at) for row in would.latest]
    assert (would.late, would.people) == (6, 6)
    assert shown == [(str(row), row.status, row.first_sent_at) for row in gone[:-3:-1]]
    assert len(queries) == 3
    asked = " ".join(query["sql"] for query in queries)
    encrypted = ("value", "note", "frozen_payload", "upstream_body", "description", "error_message")
    assert not any(f'"{column}"' in asked for column in encrypted)
    hold = placing.place(wanted, by=reviewer)
    suspending.suspend_held(timezone.now())
    assert hold.late.count() == would.late


def test_the_look_ahead_at_a_person_counts_what_was_sent_for_any_of_their_identifiers(officer: User) -> None:
    request = filed(officer, ID, ("cxone_id", "USR-2"))
    for row in request.submissions.all():
        sent(row)
    sent(only(filed(officer, "USR-3")))
    would = reach(wish("USR-2"), most=20)
    assert (would.late, would.people) == (2, 1)


def test_codes_count_up_by_kind_and_year(reviewer: User) -> None:
    year = today().year
    codes = [placed(reviewer, ID, matter=f"M{number}").code for number in range(11)]
    assert codes == [f"LIT-{year}-{number}" for number in range(1, 12)]
    assert placed(reviewer, ID, kind="investigation").code == f"INV-{year}-1"
    assert placed(reviewer, ID, kind="statutory_retention").code == f"RET-{year}-1"
    with time_machine.travel(timezone.now() + timedelta(days=366)):
        assert placed(reviewer, ID, matter="next year").code == f"LIT-{today().year}-1"


def test_somebody_with_both_roles_may_place_a_hold_on_what_they_filed(signed_in: SignIn) -> None:
    both = person("both", "Privacy officers", "Reviewers")
    queued = only(filed(both, ID, delay=timedelta(hours=1)))
    hold = placed_by_page(signed_in(both))
    queued.refresh_from_db()
    assert queued.held_by == [hold.code]


@pytest.mark.parametrize(
    ("kind", "value", "words"),
    [
        ("email", "not an email", "does not look like an e-mail address"),
        ("phone", "none", "does not look like a phone number"),
    ],
)
def test_an_identifier_that_could_meet_nobody_is_refused(
    reviewer: User, kind: str, value: str, words: str
) -> None:
    with pytest.raises(HoldRefused, match=words):
        placed(reviewer, (kind, value))
