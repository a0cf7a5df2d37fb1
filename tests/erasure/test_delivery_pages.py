"""Operators see what vaults were told, and do something about the rest; nothing there is about a person."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from audit.trail import events_of
from erasure.admin import deliveries_together, delivery_narrowing
from erasure.choices import DeliveryState, DeliveryTrouble, Occasion, OffBecause
from erasure.models import Delivery, PrivacyRequest, Vault
from erasure.vault import Receipt
from privacyadmin.models import User
from privacyadmin.roles import AUDITORS, OFFICERS, OPERATORS
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_deliveries import done, failed_once, given_up, paused, told
from tests.erasure.told_vaults import made_vault

pytestmark = pytest.mark.django_db

LIST, TOGETHER = reverse("admin:delivery_list"), reverse("admin:deliveries_together")


def page_of(delivery: Delivery) -> str:
    return reverse("admin:delivery_page", args=[delivery.pk])


def rows(client: Client, **terms: str) -> list[Delivery]:
    answer = client.get(LIST, terms)
    assert answer.status_code == 200
    return [line.delivery for line in answer.context["lines"]]


def of(request: PrivacyRequest) -> Delivery:
    return Delivery.objects.get(request=request)


@pytest.fixture
def of_each(officer: User) -> dict[str, Delivery]:
    """A delivery in every state, the last one the newest."""
    made_vault("register", name="Register")
    found = {state: of(done(officer, f"cust-{state}")) for state in DeliveryState.values}
    told(found["delivered"])
    given_up(found["given_up"])
    failed_once(found["not_for_it"], DeliveryTrouble.NO_TASK, status=None, said="")
    Delivery.objects.filter(pk=found["let_be"].pk).update(
        state=DeliveryState.LET_BE, settled_at=timezone.now(), next_attempt_at=None
    )
    for row in found.values():
        row.refresh_from_db()
    return found


def test_the_newest_stand_first_with_all_that_matters(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(operator)
    assert rows(client) == list(reversed(of_each.values()))
    words = text_of(client.get(LIST))
    for said in [
        "5 deliveries",
        "Given up",
        "Not for this vault",
        "422: did not accept the message",
        "Register",
    ]:
        assert said in words
    assert f"{of_each['waiting'].request.reference}/1" in words


def test_what_a_database_took_without_a_word_is_no_missing_answer(
    operator: User, officer: User, signed_in: made.SignIn
) -> None:
    made_vault()
    done(officer)
    told(Delivery.objects.get(), Receipt())
    words = text_of(signed_in(operator).get(LIST))
    assert "Taken by the vault" in words
    assert "None yet" not in words


def test_nothing_of_the_person_is_on_any_of_the_pages(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(operator)
    Delivery.objects.filter(pk=of_each["given_up"].pk).update(body='{"subjectId": "cust-given_up"}')
    pages = [
        client.get(LIST),
        client.get(page_of(of_each["given_up"])),
        client.post(TOGETHER, {"act": "again", "all": "on"}),
    ]
    for answer in pages:
        assert answer.status_code == 200
        assert "cust-" not in answer.content.decode()
        assert "/admin/requests/" not in answer.content.decode()


def test_who_may_see_requests_finds_the_way_to_them(
    signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(person("both", OPERATORS, OFFICERS))
    address = reverse("admin:request_page", args=[of_each["given_up"].request.reference])
    assert address in client.get(page_of(of_each["given_up"])).content.decode()


def test_it_narrows_by_state_vault_occasion_and_reference(
    operator: User, officer: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    made_vault("archive", name="Archive", tells=[str(Occasion.ANSWERED)])
    request = of_each["delivered"].request
    made.answered(request, officer)
    client = signed_in(operator)
    assert rows(client, state="given_up") == [of_each["given_up"]]
    assert [row.vault.code for row in rows(client, vault="archive")] == ["archive"]
    assert {row.vault.code for row in rows(client, occasion="answered")} == {"archive", "register"}
    assert rows(client, reference=request.reference, occasion="completed") == [of_each["delivered"]]
    assert "No delivery is like this" in text_of(client.get(LIST, {"state": "let_be", "vault": "archive"}))


def test_a_day_leaves_out_what_was_made_before_it(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client, today = signed_in(operator), made.today()
    assert len(rows(client, since=today.isoformat())) == len(of_each)
    tomorrow = (today + timedelta(days=1)).isoformat()
    assert rows(client, since=tomorrow) == []
    words = text_of(client.get(LIST, {"since": tomorrow}))
    assert "Only what ended since" in words
    for wrong in ("2026-02-30", "20260228", "0001-01-01", "yesterday", "2026-W09-1"):
        assert "that was left out" in text_of(client.get(LIST, {"since": wrong}))


def test_what_the_address_asks_for_in_vain_is_said(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(operator)
    assert len(rows(client, state="lost", vault="nowhere")) == len(of_each)
    assert "that was left out" in text_of(client.get(LIST, {"state": "lost"}))
    assert (
        client.get(LIST, {"vault": "register", "occasion": ""}).headers["Location"]
        == f"{LIST}?vault=register"
    )


@pytest.mark.parametrize("written", ["{whole}", "{whole}/1", " {number} "])
def test_a_reference_is_found_however_it_is_written(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery], written: str
) -> None:
    whole = of_each["waiting"].request.reference
    term = written.format(whole=whole, number=int(whole.rsplit("-", 1)[1]))
    answer = signed_in(operator).post(LIST, {"term": term, "list": "state=waiting"})
    assert answer.headers["Location"] == f"{LIST}?state=waiting&reference={whole}"


def test_what_is_no_reference_gets_into_no_address(operator: User, signed_in: made.SignIn) -> None:
    answer = signed_in(operator).post(LIST, {"term": "maria@example.org"}, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "That is no reference" in text_of(answer)


def test_pages_go_on_from_a_row_and_back(
    operator: User, officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delivery_narrowing, "ON_A_PAGE", 2)
    made_vault("a")
    made_vault("b")
    for number in range(4):
        done(officer, f"cust-{number}")
    # Two vaults are told of one end at one moment: the key decides between them.
    everything = list(Delivery.objects.order_by("-made_at", "-pk"))
    client = signed_in(operator)
    seen: list[Delivery] = []
    address, forward = LIST, []
    while address:
        answer = client.get(address)
        forward.append([line.delivery for line in answer.context["lines"]])
        seen += forward[-1]
        address = f"{LIST}?before={answer.context['older']}" if answer.context["older"] else ""
    assert seen == everything
    backward = [forward[-1]]
    while newer := answer.context["newer"]:
        answer = client.get(f"{LIST}?after={newer}")
        backward.append([line.delivery for line in answer.context["lines"]])
    assert backward == forward[::-1]


def test_more_rows_take_no_more_queries(operator: User, officer: User, signed_in: made.SignIn) -> None:
    made_vault()
    client = signed_in(operator)

    def queries() -> int:
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(LIST).status_code == 200
        return len(captured)

    done(officer, "cust-0")
    few = queries()
    for number in range(1, 6):
        done(officer, f"cust-{number}")
    assert queries() == few


def test_an_empty_list_says_what_would_be_there(operator: User, signed_in: made.SignIn) -> None:
    client = signed_in(operator)
    assert "There is no vault yet" in text_of(client.get(LIST))
    made_vault()
    assert "No vault was told anything yet" in text_of(client.get(LIST))


def test_it_says_when_it_is_tried_next_and_what_it_waits_for(
    operator: User, officer: User, signed_in: made.SignIn
) -> None:
    vault = made_vault(name="Register")
    delivery = of(done(officer))
    client = signed_in(operator)

    def said() -> str:
        return text_of(client.get(LIST))

    assert "as soon as a worker is free" in said()
    Delivery.objects.update(next_attempt_at=timezone.now() + timedelta(minutes=4, seconds=10))
    assert "In 4 minutes" in said()
    paused(vault, minutes=30)
    assert "In 30 minutes the vault is paused" in said()
    Vault.objects.update(
        paused_until=None, is_on=False, off_because=OffBecause.GONE, off_since=timezone.now()
    )
    assert "Not yet the vault is gone" in said()
    Delivery.objects.filter(pk=delivery.pk).update(lease_until=timezone.now() + timedelta(seconds=30))
    assert "Being sent now" in said()


def test_one_delivery_is_shown_whole_with_the_vaults_words_as_text(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    delivery = of_each["given_up"]
    answer = signed_in(operator).get(page_of(delivery))
    words = text_of(answer)
    for said in [
        delivery.message_id,
        "It is not tried again by itself",
        "Read the vault’s answer, correct what it names, and send it again.",
        "422: did not accept the message",
        "Register could not be told that CXone reported it done: given up after attempt 21",
    ]:
        assert said in words
    assert b"no such &lt;case&gt;" in answer.content
    assert b"no such <case>" not in answer.content


def test_its_events_are_its_own_and_not_its_requests(
    operator: User, officer: User, signed_in: made.SignIn
) -> None:
    made_vault("a", name="Archive")
    made_vault("b", name="Billing")
    request = done(officer)
    for delivery in Delivery.objects.all():
        told(delivery)
    mine = Delivery.objects.get(vault__code="a")
    answer = signed_in(operator).get(page_of(mine))
    assert [moment.words for moment in answer.context["events"]] == [
        "Archive was told that CXone reported it done"
    ]
    assert "Billing" not in text_of(answer)
    assert events_of(request.obj).filter(act="vault.delivered").count() == 2


def test_one_is_sent_again_or_let_be_from_its_page(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(operator)
    delivery = of_each["given_up"]
    posted = {"delivery": delivery.pk, "back": "page", "sure": "yes"}
    answer = client.post(TOGETHER, {**posted, "act": "again"}, follow=True)
    assert answer.redirect_chain == [(page_of(delivery), 302)]
    assert "1 delivery to be sent again now." in text_of(answer)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.WAITING, 0)
    client.post(TOGETHER, {**posted, "act": "let_be"})
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.LET_BE


def test_what_is_over_offers_no_button(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(operator)

    def buttons(state: str) -> list[str]:
        return re.findall(r'name="act" value="(\w+)"', client.get(page_of(of_each[state])).content.decode())

    assert {state: buttons(state) for state in of_each} == {
        "waiting": ["again", "let_be"],
        "delivered": [],
        "given_up": ["again", "let_be"],
        "not_for_it": ["again"],
        "let_be": ["again"],
    }


def test_several_are_looked_at_before_they_are_sent_again(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    client = signed_in(operator)
    chosen = {"act": "again", "delivery": [row.pk for row in of_each.values()]}
    look = client.post(TOGETHER, chosen)
    words = text_of(look)
    assert "4 of 5 can be sent again" in words
    assert "1 of 5 cannot be sent again" in words
    assert "The vault has it already." in words
    assert Delivery.objects.filter(state="given_up").exists(), "nothing was done yet"

    keys = ",".join(map(str, look.context["keys"]))
    answer = client.post(TOGETHER, {"act": "again", "delivery": keys, "sure": "yes"}, follow=True)
    assert "4 deliveries to be sent again now." in text_of(answer)
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting", "delivered"}


def test_all_that_match_are_chosen_the_oldest_first(
    operator: User, officer: User, signed_in: made.SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliveries_together, "MOST", 2)
    monkeypatch.setattr(deliveries_together, "IN_A_LOT", 1)
    made_vault("a")
    made_vault("b", tells=[])
    made_keys = [given_up(of(done(officer, f"cust-{number}"))).pk for number in range(3)]
    client = signed_in(operator)
    look = client.post(TOGETHER, {"act": "let_be", "all": "on", "list": "state=given_up&vault=a"})
    assert look.context["keys"] == made_keys[:2]
    assert "More match than are done at once" in text_of(look)
    client.post(TOGETHER, {"act": "let_be", "delivery": ",".join(map(str, made_keys[:2])), "sure": "yes"})
    assert rows(client, state="let_be") == list(Delivery.objects.filter(pk__in=made_keys[:2]).order_by("-pk"))


def test_what_changed_meanwhile_is_left_alone_and_said(
    operator: User, signed_in: made.SignIn, of_each: dict[str, Delivery]
) -> None:
    keys = f"{of_each['given_up'].pk},{of_each['delivered'].pk}"
    answer = signed_in(operator).post(
        TOGETHER, {"act": "let_be", "delivery": keys, "sure": "yes", "list": "state=given_up"}, follow=True
    )
    words = text_of(answer)
    assert "1 delivery let be." in words
    assert "1 delivery left as they were" in words
    assert answer.redirect_chain == [(f"{LIST}?state=given_up", 302)]


@pytest.mark.parametrize(
    "posted", [{"act": "again"}, {"act": "shred", "delivery": "1"}, {"act": "again", "delivery": "x"}]
)
def test_nothing_chosen_is_said(operator: User, signed_in: made.SignIn, posted: dict[str, Any]) -> None:
    answer = signed_in(operator).post(TOGETHER, posted, follow=True)
    assert answer.redirect_chain == [(LIST, 302)]
    assert "Nothing was chosen" in text_of(answer)


@pytest.mark.parametrize("role", [OFFICERS, AUDITORS])
def test_others_are_refused(signed_in: made.SignIn, role: str, of_each: dict[str, Delivery]) -> None:
    client = signed_in(person("other", role))
    keys = {"act": "let_be", "delivery": of_each["given_up"].pk, "sure": "yes"}
    assert [client.get(LIST).status_code, client.get(page_of(of_each["waiting"])).status_code] == [403, 403]
    assert client.post(TOGETHER, keys).status_code == 403
    assert of(of_each["given_up"].request).state == DeliveryState.GIVEN_UP
