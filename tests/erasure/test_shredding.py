"""Forgetting: what goes when, what stays, what keeps a request, and that one does not wait for another."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from django.conf import settings as configured
from django.db import IntegrityError, OperationalError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from audit.trail import events_of
from erasure import attention, filing, forgetting, jobs, shredding
from erasure.callback_address import callback_url
from erasure.choices import VaultKind
from erasure.deliveries import by_hand
from erasure.deliveries.kinds import OPENERS
from erasure.deliveries.opened import OpenedVaults
from erasure.forgetting import Forgetting
from erasure.models import (
    CallbackReceipt,
    Delivery,
    LegalHold,
    PrivacyRequest,
    SubjectIdentifier,
    Vault,
    VaultRecord,
)
from erasure.personal_data import ENCRYPTED_COLUMNS, IDENTIFIERS_AND_TEXT, PROOF, Column
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.at_work import event_data
from tests.erasure.days_passing import (
    NOW,
    DaysPass,
    _a_saturday,
    days_pass,
    ended,
    identifier,
    log_verifies,
    shredded_list,
    steps,
)
from tests.erasure.made_holds import placed, released
from tests.erasure.told_vaults import DeliveryDesk, desk, made_vault

__all__ = ["_a_saturday", "days_pass", "desk", "shredded_list"]


# The list of columns --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "column", ENCRYPTED_COLUMNS, ids=lambda column: f"{column.model.__name__}.{column.name}"
)
def test_every_encrypted_column_has_a_step_that_empties_it_or_a_reason_why_none_does(column: Column) -> None:
    assert (column.step in {IDENTIFIERS_AND_TEXT, PROOF}) != bool(column.why_never)
    assert bool(column.path) == bool(column.step)


# What goes and what stays ---------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_first_step_is_due_on_the_day_that_the_page_names(officer: User) -> None:
    request = ended(officer)
    assert shredding.goes_on(request, IDENTIFIERS_AND_TEXT) == made.today() + timedelta(days=30)
    assert shredding.goes_on(request, PROOF) == made.today() + timedelta(days=1095)
    on = made.today() + timedelta(days=29)
    later = NOW + timedelta(days=30)
    assert not shredding.due(1, today=on, now=later).exists()
    assert list(shredding.due(1, today=on + timedelta(days=1), now=later)) == [request]


@pytest.mark.django_db(transaction=True)
def test_an_answer_recorded_late_is_shredded_seven_days_after_it_was_recorded(
    officer: User, days_pass: DaysPass
) -> None:
    long_ago = made.today() - timedelta(days=40)
    request = made.filed(officer, "USR-1", received_on=long_ago)
    made.completed(made.only(request))
    made.answered(request, officer, on=long_ago)
    recorded_on = made.today()
    assert shredding.goes_on(request, IDENTIFIERS_AND_TEXT) == recorded_on + timedelta(days=7)
    assert shredding.goes_on(request, PROOF) == long_ago + timedelta(days=1095)
    assert list(attention.uncertified(timezone.now())) == [request], "somebody is told at once"
    days_pass(6.99)
    assert steps(request) == []
    days_pass(0.02)
    assert steps(request) == [1]


@pytest.mark.django_db(transaction=True)
def test_the_day_is_one_of_the_controllers_zone(
    officer: User, time_machine: TimeMachineFixture, settings: Any
) -> None:
    settings.TIME_ZONE = "Pacific/Auckland"
    request = ended(officer)
    day = made.today()
    time_machine.move_to(datetime(day.year, day.month, day.day, 10, 30, tzinfo=UTC) + timedelta(days=29))
    Forgetting().round(timezone.now())
    assert steps(request) == []
    time_machine.move_to(timezone.now() + timedelta(hours=1))
    Forgetting().round(timezone.now())
    assert steps(request) == [1]


@pytest.mark.django_db(transaction=True)
def test_whoever_presents_the_identifier_is_found_after_the_first_step_and_not_after_the_second(
    officer: User, signed_in: made.SignIn, days_pass: DaysPass
) -> None:
    request, client = ended(officer, "USR-1"), signed_in(officer)

    def found() -> str:
        client.force_login(officer)
        return client.post(reverse("admin:request_search"), {"term": "USR-1"}, follow=True).content.decode()

    days_pass(30)
    assert request.reference in found()
    days_pass(1095)
    assert request.reference not in found()


@pytest.mark.django_db(transaction=True)
def test_an_identifier_goes_with_the_last_request_that_needs_it(officer: User, days_pass: DaysPass) -> None:
    first = ended(officer, "USR-1")
    days_pass(20)
    second = ended(officer, "USR-1")
    days_pass(10)
    assert (steps(first), steps(second)) == ([1], [])
    assert identifier("USR-1").value == "USR-1"
    days_pass(20)
    assert (steps(first), steps(second)) == ([1], [1])
    assert identifier("USR-1").value is None
    days_pass(1095 - 50)
    assert (steps(first), steps(second)) == ([1, 2], [1])
    assert identifier("USR-1").value is None, "found: its fingerprint is there"
    days_pass(20)
    assert steps(second) == [1, 2]
    assert not SubjectIdentifier.objects.filter(fingerprint__isnull=False).exists()


@pytest.mark.django_db(transaction=True)
def test_an_identifier_that_another_persons_request_has_sent_stays_with_it(
    officer: User, days_pass: DaysPass
) -> None:
    owner = ended(officer, "USR-OF-A")
    days_pass(20)
    other = made.filed(officer, "USR-B")
    made.failed(made.only(other))
    filing.correct_identifier(
        made.only(other), filing.Identifier("cxone_id", "USR-OF-A"), by=officer, send_delay=timedelta(0)
    )
    made.completed(made.only(other, 2))
    made.answered(other, officer)
    days_pass(10)
    assert (steps(owner), steps(other)) == ([1], [])
    assert identifier("USR-OF-A").value == "USR-OF-A"
    days_pass(20)
    assert identifier("USR-OF-A").value is None


@pytest.mark.django_db(transaction=True)
def test_a_person_who_comes_back_can_file_again(officer: User, days_pass: DaysPass) -> None:
    request = ended(officer, "USR-1")
    days_pass(30)
    again = made.filed(officer, "USR-1")
    assert again.subject == request.subject
    assert identifier("USR-1").value == "USR-1"
    made.completed(made.only(again))
    made.answered(again, officer)
    assert json.loads(events_of(again.obj).filter(act="request.completed").get().body)["sub"]
    days_pass(30)
    assert steps(again) == [1]
    assert identifier("USR-1").value is None


@pytest.mark.django_db(transaction=True)
def test_a_callback_after_the_first_step_is_noted_without_its_body_and_after_the_second_not_at_all(
    officer: User, client: Client, days_pass: DaysPass
) -> None:
    request = ended(officer, "USR-1")
    row = made.only(request)

    def call_back(**more: object) -> int:
        body = {"requestId": row.cxone_id, "subjectId": "USR-1", "status": "COMPLETED", **more}
        path = callback_url(row.public_id).removeprefix(configured.PUBLIC_URL)
        return client.post(path, body, "application/json").status_code

    days_pass(30)
    assert [call_back(), call_back()] == [200, 200]
    assert [receipt.body for receipt in CallbackReceipt.objects.all()] == [None]
    assert events_of(request.obj).filter(act="callback.received").count() == 1
    days_pass(1095)
    assert call_back(durationMs=3) == 200
    assert CallbackReceipt.objects.count() == 1
    assert events_of(request.obj).filter(act="callback.received").count() == 1


# What keeps a request -------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_nothing_of_a_person_under_a_hold_is_shredded_until_it_ends(
    officer: User, days_pass: DaysPass
) -> None:
    request = ended(officer, "USR-1")
    hold = made.hold_on(request)
    LegalHold.objects.filter(pk=hold.pk).update(matter="Hofer versus us")
    days_pass(1200)
    assert steps(request) == []
    assert identifier("USR-1").value == "USR-1"
    released(hold)
    days_pass(0)
    assert steps(request) == [1, 2]
    assert LegalHold.objects.get(pk=hold.pk).matter is None


@pytest.mark.django_db(transaction=True)
def test_a_hold_on_the_owner_of_an_identifier_keeps_the_request_that_sent_it(
    officer: User, days_pass: DaysPass
) -> None:
    owner = ended(officer, "USR-OF-A")
    other = made.filed(officer, "USR-B")
    made.failed(made.only(other))
    filing.correct_identifier(
        made.only(other), filing.Identifier("cxone_id", "USR-OF-A"), by=officer, send_delay=timedelta(0)
    )
    made.completed(made.only(other, 2))
    made.answered(other, officer)
    made.hold_on(owner)
    days_pass(31)
    assert (steps(owner), steps(other)) == ([], [])


@pytest.mark.django_db(transaction=True)
def test_a_hold_on_a_category_keeps_nothing_and_keeps_its_matter(officer: User, days_pass: DaysPass) -> None:
    hold = LegalHold.objects.create(
        code="CAT-1", kind="investigation", ground="g", category="EMAIL", placed_at=NOW, matter="Leak of May"
    )
    request = ended(officer, categories=["CONTACT"])
    released(hold)
    days_pass(31)
    assert steps(request) == [1]
    assert LegalHold.objects.get(pk=hold.pk).matter == "Leak of May"


@pytest.mark.django_db(transaction=True)
def test_the_matter_of_a_hold_that_came_after_shredding_goes_when_the_hold_has_ended(
    officer: User, days_pass: DaysPass
) -> None:
    request = ended(officer)
    days_pass(31)
    hold = made.hold_on(request)
    LegalHold.objects.filter(pk=hold.pk).update(matter="Hofer versus us")
    days_pass(1)
    assert LegalHold.objects.get(pk=hold.pk).matter == "Hofer versus us"
    released(hold)
    days_pass(1)
    assert LegalHold.objects.get(pk=hold.pk).matter is None
    assert event_data(f"hold:{hold.pk}", "subject.shredded") == [{"step": 1, "because": "hold_ended"}]


@pytest.mark.django_db(transaction=True)
def test_a_request_that_is_not_answered_is_not_shredded(officer: User, days_pass: DaysPass) -> None:
    carried_out, registered = made.filed(officer, "USR-1"), made.registered(officer, "USR-2")
    made.completed(made.only(carried_out))
    days_pass(2000)
    assert steps(carried_out) == steps(registered) == []
    assert identifier("USR-1").value == "USR-1"


@pytest.mark.django_db
def test_the_database_itself_refuses_a_shredded_request_that_is_unanswered_or_still_tells(
    officer: User,
) -> None:
    open_one, told = made.filed(officer, "USR-1", note="x"), ended(officer, "USR-2")
    for request, changes in ((open_one, {"note": None}), (told, {})):
        with pytest.raises(IntegrityError), transaction.atomic():
            PrivacyRequest.objects.filter(pk=request.pk).update(shredded_at=NOW, **changes)


@pytest.mark.django_db(transaction=True)
def test_a_vault_that_was_not_told_keeps_the_request_until_it_is(
    officer: User, operator: User, desk: DeliveryDesk, days_pass: DaysPass
) -> None:
    made_vault("own"), made_vault("another", VaultKind.HTTP)
    desk.vaults = OpenedVaults({**OPENERS, VaultKind.HTTP: lambda _row: desk.vault})
    request = ended(officer, "USR-1")
    Vault.objects.filter(code="another").update(is_on=False, off_because="operator", off_since=NOW)
    desk.later()
    days_pass(1200)
    assert steps(request) == []
    assert identifier("USR-1").value == "USR-1"
    record = VaultRecord.objects.get(reference=f"{request.reference}/1")
    assert record.subject_id == "USR-1"

    Vault.objects.update(is_on=True, off_because="", off_since=None)
    desk.later()
    days_pass(0)
    assert steps(request) == [1, 2]
    record.refresh_from_db()
    assert (record.subject_id, record.status, record.categories_erased) == (
        None,
        "COMPLETED",
        ["CONTACT", "EMAIL"],
    )
    told = Delivery.objects.filter(request=request)
    assert set(told.values_list("state", "body", "last_answer")) == {("delivered", None, None)}
    keys = list(told.values_list("pk", flat=True))
    assert by_hand.send_again(keys, by=operator, now=timezone.now()).done == 0, "its text is gone for good"


# Batches --------------------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_one_request_that_cannot_be_shredded_keeps_none_of_the_others_waiting(
    officer: User, days_pass: DaysPass, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    requests = [ended(officer, f"USR-{number}") for number in range(5)]
    spoilt = requests[1]
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    as_it_is = shredding._forget

    def fail_for_one(keys: Any, step: int, *, now: datetime) -> None:
        as_it_is(keys, step, now=now)
        if spoilt.pk in keys:
            raise IntegrityError("made by the test")

    monkeypatch.setattr(shredding, "_forget", fail_for_one)
    days_pass(30)
    assert [steps(request) for request in requests] == [[1], [], [1], [1], [1]]
    assert PrivacyRequest.objects.get(pk=spoilt.pk).answer_note == "Told on the phone."
    assert "shredding_failed" in caplog.text
    monkeypatch.undo()


@pytest.mark.django_db(transaction=True)
def test_two_ticks_at_once_shred_each_request_once(
    officer: User, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [ended(officer, f"USR-{number}") for number in range(6)]
    monkeypatch.setattr(forgetting, "AT_ONCE", 2)
    later = timezone.now() + timedelta(days=30)
    time_machine.move_to(later)
    trouble: list[BaseException] = []

    def tick() -> None:
        try:
            Forgetting().round(later)
        except BaseException as error:
            trouble.append(error)
        finally:
            connection.close()

    threads = [Thread(target=tick) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert trouble == []
    assert [steps(request) for request in requests] == [[1]] * 6
    assert log_verifies()


@pytest.mark.django_db(transaction=True)
def test_a_tick_that_finds_nothing_due_asks_the_database_once_a_minute_at_most(
    officer: User, django_assert_num_queries: Any
) -> None:
    ended(officer)
    at = [0.0]
    tick = Forgetting(clock=lambda: at[0])
    tick.round(timezone.now())
    at[0] = 59.0
    with django_assert_num_queries(0):
        tick.round(timezone.now())
    at[0] = 61.0
    with django_assert_num_queries(2):
        tick.round(timezone.now())


@pytest.mark.django_db(transaction=True)
def test_a_backlog_is_left_to_the_next_rounds_where_it_takes_long(
    officer: User, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    requests = [ended(officer, f"USR-{number}") for number in range(3)]
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    at = [0.0]
    as_it_is = shredding._forget

    def take_long_and_fail_for_the_first(keys: Any, step: int, *, now: datetime) -> None:
        at[0] += 4.0
        as_it_is(keys, step, now=now)
        if requests[0].pk in keys:
            raise IntegrityError("made by the test")

    monkeypatch.setattr(shredding, "_forget", take_long_and_fail_for_the_first)
    time_machine.move_to(timezone.now() + timedelta(days=30))
    tick = Forgetting(clock=lambda: at[0])
    assert [tick.round(timezone.now()) for _ in range(3)] == [0, 1, 1]
    assert [steps(request) for request in requests] == [[], [1], [1]]


@pytest.mark.django_db(transaction=True)
def test_a_round_that_fails_halfway_lists_and_clears_what_it_did_with_the_next(
    officer: User, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch, shredded_list: Path
) -> None:
    ended(officer, "USR-1"), ended(officer, "USR-2")
    at, cleared = [0.0], []
    tick = Forgetting(clock=lambda: at[0])
    tick.round(timezone.now())
    time_machine.move_to(timezone.now() + timedelta(days=30))
    monkeypatch.setattr(forgetting, "AT_ONCE", 1)
    monkeypatch.setattr(forgetting.freed_pages, "clear", lambda: cleared.append(True) or True)
    as_it_is, calls = shredding._forget, []

    def fail_for_the_second(keys: Any, step: int, *, now: datetime) -> None:
        calls.append(keys)
        if len(calls) == 2:
            raise OperationalError("made by the test")
        as_it_is(keys, step, now=now)

    monkeypatch.setattr(shredding, "_forget", fail_for_the_second)
    at[0] = 61.0
    with pytest.raises(OperationalError):
        tick.round(timezone.now())
    assert not shredded_list.exists()
    assert cleared == []
    at[0] = 122.0
    assert tick.round(timezone.now()) == 1
    assert len(shredded_list.read_text().splitlines()) == 2
    assert cleared == [True]


@pytest.mark.django_db(transaction=True)
def test_the_tick_of_the_program_forgets(
    officer: User, time_machine: TimeMachineFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    request = ended(officer)
    time_machine.move_to(timezone.now() + timedelta(days=30))
    monkeypatch.setattr(jobs, "_forgetting", Forgetting())
    jobs.tick_round()
    assert steps(request) == [1]


@pytest.mark.django_db(transaction=True)
def test_what_a_hold_brought_back_after_the_shredding_goes_again_when_it_has_long_ended(
    officer: User, reviewer: User, days_pass: DaysPass
) -> None:
    request = ended(officer)
    identifier = request.subject.identifiers.get()
    value = identifier.value or ""
    days_pass(31)
    hold = placed(reviewer, value)
    identifier.refresh_from_db()
    assert (identifier.value, hold.subject_id) == (value, request.subject_id)
    released(hold)
    days_pass(10)
    identifier.refresh_from_db()
    assert identifier.value == value
    days_pass(31)
    identifier.refresh_from_db()
    assert identifier.value is None
    days_pass(1100)
    identifier.refresh_from_db()
    assert identifier.fingerprint is None
    assert steps(request) == [1, 2]
