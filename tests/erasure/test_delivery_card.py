"""A request's page says what vaults were told of it, and follows a delivery while that can move."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from erasure.choices import DeliveryState, DeliveryTrouble, OffBecause
from erasure.deliveries import by_hand, tasks
from erasure.models import Delivery, PrivacyRequest, Vault
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, OPERATORS
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.days_passing import DaysPass, _a_saturday, days_pass, ended, shredded_list
from tests.erasure.filing_desk import text_of
from tests.erasure.made_deliveries import done, failed_once, given_up, paused, told
from tests.erasure.told_vaults import made_vault

__all__ = ["_a_saturday", "days_pass", "shredded_list"]

pytestmark = pytest.mark.django_db


def page(client: Client, request: PrivacyRequest) -> Any:
    answer = client.get(reverse("admin:request_page", args=[request.reference]))
    assert answer.status_code == 200
    return answer


def live(client: Client, request: PrivacyRequest, version: str = "") -> Any:
    headers = {"If-None-Match": version} if version else {}
    return client.get(reverse("admin:request_live", args=[request.reference]), headers=headers)


def test_without_a_vault_there_is_no_card(officer: User, signed_in: made.SignIn) -> None:
    assert page(signed_in(officer), done(officer)).context["deliveries"] is None


def test_before_anything_has_ended_it_says_who_will_be_told(officer: User, signed_in: made.SignIn) -> None:
    made_vault(name="OneTrust EU")
    words = text_of(page(signed_in(officer), made.filed(officer)))
    assert "Nothing of it has ended yet. What OneTrust EU is told of it then stands here" in words


def test_it_says_of_each_vault_and_submission_where_it_stands(officer: User, signed_in: made.SignIn) -> None:
    made_vault("a", name="Archive")
    made_vault("b", name="Billing")
    request = done(officer)
    made.answered(request, officer)
    told(Delivery.objects.get(vault__code="a", occasion="completed"))
    failed_once(Delivery.objects.get(vault__code="b", occasion="completed"))
    card = page(signed_in(officer), request).context["deliveries"]
    assert [(str(one.line.delivery), str(one.line.state)) for one in card.lines] == [
        (f"{request.reference}/1 → Archive", "Delivered"),
        (f"{request.reference}/1 → Billing", "Waiting"),
        (f"{request.reference} → Archive", "Waiting"),
        (f"{request.reference} → Billing", "Waiting"),
    ]
    words = text_of(page(signed_in(officer), request))
    assert "Submission 1: CXone reported done" in words
    assert "503: reported an error of its own" in words
    assert "The vault has trouble of its own. If that lasts, ask whoever runs it." in words


def test_the_vaults_own_words_are_for_those_who_may_reveal(
    officer: User, reviewer: User, auditor: User, signed_in: made.SignIn
) -> None:
    made_vault()
    request = done(officer)
    given_up(Delivery.objects.get(), said="no case for M. Rossi <b>")
    shown = {who: page(signed_in(who), request).content.decode() for who in (officer, reviewer, auditor)}
    assert all("no case for M. Rossi &lt;b&gt;" in shown[who] for who in (officer, reviewer))
    assert "Rossi" not in shown[auditor]
    assert "422: did not accept the message" in shown[auditor]


def test_an_officer_is_told_whom_to_ask_and_whoever_is_both_finds_the_buttons(
    officer: User, signed_in: made.SignIn
) -> None:
    made_vault()
    request = done(officer)
    given_up(Delivery.objects.get())
    its_page = page(signed_in(officer), request)
    assert "by an operator: tell them the reference" in text_of(its_page)
    assert reverse("admin:deliveries_together") not in its_page.content.decode()

    client = signed_in(person("both", OFFICERS, OPERATORS))
    assert "by an operator" not in text_of(page(client, request))
    posted = {"act": "again", "delivery": Delivery.objects.get().pk, "back": "request", "sure": "yes"}
    answer = client.post(reverse("admin:deliveries_together"), posted)
    assert answer.headers["Location"] == reverse("admin:request_page", args=[request.reference])
    assert Delivery.objects.get().state == DeliveryState.WAITING


def test_the_timeline_tells_it_with_the_vaults_name(
    officer: User, operator: User, signed_in: made.SignIn
) -> None:
    made_vault("onetrust-eu", name="OneTrust EU")
    request = done(officer)
    made.answered(request, officer)
    ending, answer = Delivery.objects.order_by("pk")
    given_up(ending)
    by_hand.send_again([ending.pk], by=operator, now=timezone.now())
    by_hand.let_be([ending.pk], by=operator, now=timezone.now())
    told(answer)
    tasks.name_task(request, "6f1c", by=officer, now=timezone.now())
    how = "given up after attempt 21 (did not accept the message)"
    moments = page(signed_in(officer), request).context["timeline"].moments
    assert [moment.words for moment in moments[:5]] == [
        "Its task at the vault was named",
        "OneTrust EU was told that the person was answered",
        "Let be: OneTrust EU is no longer to be told that CXone reported it done",
        "OneTrust EU is to be told again, by hand, that CXone reported it done",
        f"OneTrust EU could not be told that CXone reported it done: {how}",
    ]


def test_of_several_submissions_the_answer_is_called_none(officer: User, signed_in: made.SignIn) -> None:
    made_vault(name="Register")
    request = made.filed(officer, categories=["CONTACT", "ANALYTICS"])
    made.completed(made.only(request, 1))
    told(Delivery.objects.get())
    moments = page(signed_in(officer), request).context["timeline"].moments
    assert moments[0].words == "Register was told that CXone reported it done (submission 1)"


MOVING = {
    "due": ("soon", {}, {}),
    "due in a while": ("later", {"next_attempt_at": timedelta(minutes=15)}, {}),
    "being sent": (
        "soon",
        {"next_attempt_at": timedelta(minutes=15), "lease_until": timedelta(seconds=30)},
        {"is_on": False, "off_because": OffBecause.OPERATOR, "off_since": timedelta(0)},
    ),
    "vault paused": ("later", {}, {"paused_until": timedelta(minutes=5)}),
    "vault soon tried again": ("soon", {}, {"paused_until": timedelta(seconds=20)}),
    "vault off": ("never", {}, {"is_on": False, "off_because": OffBecause.GONE, "off_since": timedelta(0)}),
}


@pytest.mark.parametrize("state", MOVING)
def test_the_page_follows_a_delivery_as_long_as_it_can_move(
    officer: User, signed_in: made.SignIn, state: str
) -> None:
    moving, of_delivery, of_vault = MOVING[state]
    made_vault()
    request = done(officer)
    Delivery.objects.update(**_in_time(of_delivery))
    Vault.objects.update(**_in_time(of_vault))
    assert f'data-moving="{moving}"' in page(signed_in(officer), request).content.decode()


def _in_time(columns: dict[str, Any]) -> dict[str, Any]:
    now = timezone.now()
    return {name: now + value if isinstance(value, timedelta) else value for name, value in columns.items()}


def test_the_page_rests_once_every_vault_was_told(officer: User, signed_in: made.SignIn) -> None:
    made_vault()
    request = done(officer)
    told(Delivery.objects.get())
    assert 'data-moving="never"' in page(signed_in(officer), request).content.decode()


def test_every_change_of_a_delivery_is_news(officer: User, operator: User, signed_in: made.SignIn) -> None:
    vault = made_vault()
    request, client = done(officer), signed_in(officer)
    delivery = Delivery.objects.get()
    version = live(client, request)["ETag"]
    assert live(client, request, version).status_code == 304

    def news() -> None:
        nonlocal version
        answer = live(client, request, version)
        assert answer.status_code == 200
        version = answer["ETag"]
        assert live(client, request, version).status_code == 304

    Delivery.objects.update(lease_until=timezone.now() + timedelta(seconds=30))
    news()
    failed_once(delivery)
    news()
    paused(vault)
    news()
    Vault.objects.update(
        paused_until=None, is_on=False, off_because=OffBecause.GONE, off_since=timezone.now()
    )
    news()
    failed_once(delivery, DeliveryTrouble.NO_TASK)
    news()
    assert 'data-moving="never"' in live(client, request).content.decode()


@pytest.mark.django_db(transaction=True)
def test_what_was_shredded_cannot_be_sent_any_more(
    officer: User, operator: User, signed_in: made.SignIn, days_pass: DaysPass
) -> None:
    made_vault()
    request = ended(officer)
    keys = list(Delivery.objects.values_list("pk", flat=True))
    by_hand.let_be(keys, by=operator, now=timezone.now())
    days_pass(31)
    request.refresh_from_db()
    assert request.shredded_at
    client = signed_in(person("both", OFFICERS, OPERATORS))
    look = client.post(reverse("admin:deliveries_together"), {"act": "again", "delivery": keys})
    assert look.context["keys"] == []
    assert "Its request was shredded" in text_of(look)
    assert "Shredded with its request." in text_of(client.get(reverse("admin:delivery_page", args=[keys[0]])))
    assert [one.can_send_again for one in page(client, request).context["deliveries"].lines] == [False] * len(
        keys
    )
