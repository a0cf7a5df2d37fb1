"""The task at a vault that a request was opened for: named when it is filed or later, and never on two."""

import threading
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audit.trail import events_of
from erasure import shredding
from erasure.choices import DeliveryTrouble, OffBecause, Outcome, VaultKind
from erasure.deliveries.tasks import name_task
from erasure.filing import FilingRefused
from erasure.imports.outcomes import summed
from erasure.imports.table import COLUMNS
from erasure.lifecycle import MoveRefused
from erasure.models import Delivery, PrivacyRequest
from erasure.vault import Message, NotDelivered, Receipt
from erasure.vault_tasks import as_named, why_not_a_task
from privacyadmin.models import User
from tests.erasure import made_requests as made
from tests.erasure.answer_desk import act, address, text_at, words_of
from tests.erasure.at_work import event_data
from tests.erasure.filing_desk import NEW, text_of
from tests.erasure.made_lists import begun, checked, csv_of, imported, known, row, work_all
from tests.erasure.request_form import request_form, words_at
from tests.erasure.told_vaults import DeliveryDesk, desk, made_vault

__all__ = ["desk"]

pytestmark = pytest.mark.django_db

TASK = "0b1f6a52-3d7c-4f0e-9b1a-5c2d8e7f9a10"
FIELD = 'name="vault_task"'


@pytest.fixture
def lists_tasks() -> None:
    """A vault that keeps a task for each request."""
    made_vault("onetrust", VaultKind.ONETRUST)


def without_a_task(message: Message) -> Receipt:
    """What a vault with tasks says, in short."""
    if not message.task:
        raise NotDelivered(DeliveryTrouble.NO_TASK)
    return Receipt(200)


# What an id looks like --------------------------------------------------------------------------------------


@pytest.mark.parametrize("task", ["1", "80417", TASK, TASK.upper(), "x" * 64, ""])
def test_what_may_be_the_id_of_a_task(task: str) -> None:
    assert why_not_a_task(task) == ""


@pytest.mark.parametrize(
    "task", ["../users", "a/b", "a b", "%2e", "-1", "1-", "x" * 65, "1\n", "ä", "=1+2", "4.7E+12", "?x=1"]
)
def test_what_may_not(task: str) -> None:
    assert "letters, digits and hyphens" in why_not_a_task(task)


def test_one_uuid_is_one_task_in_capitals_and_small_letters() -> None:
    assert as_named(f" {TASK.upper()} ") == TASK
    assert as_named("Task-7") == "Task-7"


# Filing -----------------------------------------------------------------------------------------------------


def test_the_form_asks_for_it_only_where_a_vault_with_tasks_is_on(lena: Client) -> None:
    assert FIELD not in lena.get(NEW).content.decode()
    vault = made_vault("onetrust", VaultKind.ONETRUST)
    made_vault("register")
    assert "Task at OneTrust or Securiti" in text_of(lena.get(NEW))
    vault.is_on, vault.off_because, vault.off_since = False, OffBecause.OPERATOR, timezone.now()
    vault.save()
    assert FIELD not in lena.get(NEW).content.decode()


def test_what_was_typed_is_kept_though_the_vault_went_off_meanwhile(lena: Client) -> None:
    lena.post(NEW, request_form(vault_task="80417"))
    assert PrivacyRequest.objects.get().vault_task == "80417"


@pytest.mark.parametrize("do", ["register", "send"])
def test_it_is_filed_with_the_request(lena: Client, lists_tasks: None, do: str) -> None:
    lena.post(NEW, request_form(do=do, vault_task=f" {TASK.upper()} "))
    request = PrivacyRequest.objects.get()
    assert request.vault_task == TASK
    page = lena.get(address(request, "page"))
    assert text_at(page, "vault-task") == TASK


def test_another_row_keeps_what_was_typed(lena: Client, lists_tasks: None) -> None:
    page = lena.post(NEW, request_form(do="add_row", vault_task="80417"))
    assert 'value="80417"' in page.content.decode()


@pytest.mark.parametrize("task", ["two words", "x" * 65])
def test_what_is_no_id_stands_beside_the_field(lena: Client, lists_tasks: None, task: str) -> None:
    html = lena.post(NEW, request_form(vault_task=task)).content.decode()
    assert "letters, digits and hyphens" in words_at(html, "id_vault_task")
    assert "Nothing was filed yet: 1 thing to put right" in html
    assert not PrivacyRequest.objects.exists()


@pytest.mark.parametrize("outcome", [None, Outcome.REFUSED])
def test_the_task_of_another_request_is_refused_with_its_name(
    lena: Client, officer: User, lists_tasks: None, outcome: Outcome | None
) -> None:
    other = made.registered(officer, "c-1", vault_task=TASK)
    if outcome:
        made.answered(other, officer, outcome)
    html = lena.post(NEW, request_form(vault_task=TASK.upper())).content.decode()
    words = words_at(html, "id_vault_task")
    assert f"{other.reference} names this task already" in words
    assert f"take it off {other.reference} first" in words
    assert PrivacyRequest.objects.count() == 1


def test_the_same_form_twice_files_once_and_is_not_its_own_rival(lena: Client, lists_tasks: None) -> None:
    form = request_form(vault_task=TASK)
    lena.post(NEW, form)
    lena.post(NEW, form)
    assert PrivacyRequest.objects.get().vault_task == TASK


@pytest.mark.django_db(transaction=True)
def test_of_two_that_name_it_at_once_one_does(officer: User) -> None:
    requests = [made.registered(officer, f"c-{number}") for number in range(4)]
    ready = threading.Barrier(len(requests))
    refused: list[str] = []

    def name(request: PrivacyRequest) -> None:
        ready.wait()
        try:
            name_task(request, TASK, by=officer, now=timezone.now())
        except MoveRefused as refusal:
            refused.append(str(refusal))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=name, args=[request]) for request in requests]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PrivacyRequest.objects.filter(vault_task=TASK).count() == 1
    assert len(refused) == 3


@pytest.mark.django_db(transaction=True)
def test_a_filing_and_a_naming_at_once_see_each_other(officer: User) -> None:
    later = made.registered(officer, "c-1")
    ready = threading.Barrier(2)
    refused: list[Exception] = []

    def race(act: Any) -> None:
        ready.wait()
        try:
            act()
        except (MoveRefused, FilingRefused) as refusal:
            refused.append(refusal)
        finally:
            connections.close_all()

    acts = [
        lambda: name_task(later, TASK, by=officer, now=timezone.now()),
        lambda: made.registered(officer, "c-2", vault_task=TASK),
    ]
    threads = [threading.Thread(target=race, args=[one]) for one in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert PrivacyRequest.objects.filter(vault_task=TASK).count() == 1
    assert len(refused) == 1


# Naming it later --------------------------------------------------------------------------------------------


def test_naming_it_sends_what_waited_for_it(
    officer: User, signed_in: made.SignIn, lists_tasks: None, desk: DeliveryDesk
) -> None:
    desk.vault.answer = without_a_task
    request = made.filed(officer)
    made.completed(made.only(request))
    made.answered(request, officer)
    desk.batch()
    client = signed_in(officer)
    assert "2 deliveries wait for a task" in words_of(client.get(address(request, "task")))

    page = act(client, request, "task", vault_task=TASK)

    assert "2 deliveries that waited for it go out now." in words_of(page)
    assert text_at(page, "vault-task") == TASK
    assert event_data(request.obj, "request.linked") == [{}]
    desk.batch()
    assert [message.task for message in desk.vault.seen][-2:] == [TASK, TASK]
    assert set(Delivery.objects.values_list("state", flat=True)) == {"delivered"}
    words = words_of(client.get(address(request, "task")))
    assert "2 deliveries have reached the task that is named." in words


def test_it_is_changed_and_taken_off(officer: User, signed_in: made.SignIn, lists_tasks: None) -> None:
    request = made.registered(officer, vault_task="80417")
    client = signed_in(officer)
    assert 'value="80417"' in client.get(address(request, "task")).content.decode()
    page = act(client, request, "task", vault_task=TASK)
    assert "What is delivered from now on goes to it." in words_of(page)
    page = act(client, request, "task", vault_task=TASK)
    assert f"Nothing was changed for {request.reference}." in words_of(page)
    page = act(client, request, "task", do="take_off", vault_task="left in the field")
    assert f"{request.reference} names no task any more" in words_of(page)
    request.refresh_from_db()
    assert request.vault_task == ""
    assert event_data(request.obj, "request.linked") == [{}, {"removed": True}]
    assert TASK not in str(list(events_of(request.obj).values()))


@pytest.mark.parametrize(
    ("task", "words"), [("", "Give the id of the task."), ("a/b", "letters, digits and hyphens")]
)
def test_what_is_no_task_is_refused_beside_the_field(
    officer: User, signed_in: made.SignIn, task: str, words: str
) -> None:
    request = made.registered(officer, vault_task="80417")
    page = act(signed_in(officer), request, "task", vault_task=task)
    assert words in words_at(page.content.decode(), "id_vault_task")
    request.refresh_from_db()
    assert request.vault_task == "80417"


def test_that_of_another_is_refused_until_it_is_taken_off_there(
    officer: User, signed_in: made.SignIn
) -> None:
    other = made.registered(officer, "c-1", vault_task=TASK)
    request = made.registered(officer, "c-2")
    client = signed_in(officer)
    page = act(client, request, "task", vault_task=TASK)
    assert f"take it off {other.reference} first" in words_at(page.content.decode(), "id_vault_task")
    act(client, other, "task", do="take_off")
    act(client, request, "task", vault_task=TASK)
    request.refresh_from_db()
    assert request.vault_task == TASK


def test_after_shredding_it_is_refused_in_words(officer: User, signed_in: made.SignIn) -> None:
    request = made.registered(officer)
    made.answered(request, officer, Outcome.REFUSED)
    assert shredding.shred([request.pk], 1, because="test", now=timezone.now())
    client = signed_in(officer)
    for page in (client.get(address(request, "task"), follow=True), act(client, request, "task")):
        assert "has been shredded; no vault can be told any more" in words_of(page)
    assert 'id="way-task"' not in client.get(address(request, "page")).content.decode()
    with pytest.raises(MoveRefused, match="shredded"):
        name_task(request, TASK, by=officer, now=timezone.now())


def test_the_request_offers_it_to_officers_where_there_are_tasks(
    officer: User, reviewer: User, signed_in: made.SignIn
) -> None:
    plain, linked = made.registered(officer, "c-1"), made.registered(officer, "c-2", vault_task=TASK)

    def offered(client: Client, request: PrivacyRequest) -> bool:
        return 'id="way-task"' in client.get(address(request, "page")).content.decode()

    assert not offered(signed_in(officer), plain)
    assert offered(signed_in(officer), linked)
    made_vault("securiti", VaultKind.SECURITI)
    assert offered(signed_in(officer), plain)
    assert not offered(signed_in(reviewer), linked)


# Lists and the command line ---------------------------------------------------------------------------------


def test_a_list_names_tasks(officer: User) -> None:
    imported(officer, csv_of(row(1, vault_task=TASK.upper()), row(2)))
    assert list(PrivacyRequest.objects.order_by("pk").values_list("vault_task", flat=True)) == [TASK, ""]


def test_a_row_is_refused_for_what_is_no_task_and_for_that_of_another_request_or_line(officer: User) -> None:
    other = made.registered(officer, "c-1", vault_task=TASK)
    text = csv_of(
        row(1, vault_task="a/b"), row(2, vault_task=TASK), row(3, vault_task="7"), row(4, vault_task="7")
    )
    run = checked(officer, text)
    words = {line: " ".join(one.words) for line, one in known(run).items()}
    assert words[2].startswith("vault_task: The id of a task has letters, digits and hyphens")
    assert words[3].startswith(f"vault_task: {other.reference} names this task already")
    assert words[5] == "vault_task: Line 4 names the same task, and a task is completed once."
    assert [known(run)[line].verdict for line in (2, 3, 4, 5)] == ["refused", "refused", "file", "refused"]
    filed = imported(officer, text)
    assert summed(filed.counts) == {"filed": 1, "blocked": 0, "refused": 3, "same": 0}
    assert f"{PrivacyRequest.objects.get(vault_task='7').reference} names this task" in " ".join(
        known(filed)[5].words
    )


def test_a_list_again_is_the_same_and_a_reason_for_it_does_not_share_a_task(officer: User) -> None:
    text = csv_of(row(1, vault_task=TASK))
    imported(officer, text)
    assert summed(imported(officer, text).counts)["same"] == 1
    more = imported(
        officer, csv_of(row(1, categories="SMS", vault_task=TASK)), duplicate_reason="It asks anew."
    )
    assert summed(more.counts)["refused"] == 1
    assert "names this task already" in " ".join(known(more)[2].words)


def test_a_task_named_between_the_look_and_the_filing_is_seen(officer: User) -> None:
    run = begun(officer, csv_of(row(1, vault_task=TASK)))
    between = made.registered(officer, "c-1", vault_task=TASK)
    work_all()
    run.refresh_from_db()
    assert run.counts == {"refused": 1}
    assert between.reference in " ".join(known(run)[2].words)


def test_a_row_without_a_task_is_the_same_as_before_there_was_the_column(officer: User) -> None:
    before = [name for name in COLUMNS if name != "vault_task"]
    cells = dict(zip(COLUMNS, row(1).split(","), strict=True))
    imported(officer, csv_of(",".join(cells[name] for name in before), header=",".join(before)))
    assert summed(imported(officer, csv_of(row(1))).counts)["same"] == 1


@pytest.mark.parametrize(("task", "status"), [(TASK, 0), ("a/b", 2)])
def test_the_command_line_names_it(task: str, status: int) -> None:
    out, err = StringIO(), StringIO()
    words = ["--category", "CONTACT", "--scope", "CONTACT", "--regulation", "gdpr", "--vault-task", task]
    with pytest.raises(SystemExit) as left:
        call_command("erase", "USR-1", *words, stdout=out, stderr=err)
    assert left.value.code == status
    assert list(PrivacyRequest.objects.values_list("vault_task", flat=True)) == ([] if status else [TASK])
    assert bool(status) == ("letters, digits and hyphens" in err.getvalue())


# Finding it -------------------------------------------------------------------------------------------------


def test_the_one_box_finds_it(officer: User, signed_in: made.SignIn) -> None:
    request = made.registered(officer, vault_task=TASK)
    made.registered(officer, "c-2")
    answer = signed_in(officer).post(reverse("admin:request_search"), {"term": TASK.upper()})
    assert answer["Location"] == address(request, "page")
