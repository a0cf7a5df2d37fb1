"""What vaults are still to be told is said where somebody looks: landing page, dashboard, list, readiness."""

from datetime import timedelta
from typing import Any

import pytest
from django.conf import LazySettings
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from time_machine import TimeMachineFixture

from erasure.choices import DeliveryTrouble, OffBecause
from erasure.models import Delivery, PrivacyRequest, Vault
from erasure.vault import NotDelivered
from privacyadmin.models import User
from privacyadmin.roles import OFFICERS, OPERATORS
from tests.cast import person
from tests.erasure import made_requests as made
from tests.erasure.filing_desk import text_of
from tests.erasure.made_deliveries import done, given_up, paused, told
from tests.erasure.told_vaults import DeliveryDesk, desk, made_vault

__all__ = ["desk"]

pytestmark = pytest.mark.django_db

LANDING, DASHBOARD = reverse("admin:index"), reverse("admin:dashboard")
REQUESTS = reverse("admin:erasure_privacyrequest_changelist")


def gone(vault: Vault) -> None:
    Vault.objects.filter(pk=vault.pk).update(
        is_on=False, off_because=OffBecause.GONE, off_since=timezone.now()
    )


def tiles(client: Client, **terms: str) -> dict[str, Any]:
    answer = client.get(DASHBOARD, terms)
    assert answer.status_code == 200
    return {str(tile.label): tile for tile in answer.context["vaults"]}


def listed(client: Client, href: str) -> int:
    count: int = client.get(href).context["cl"].result_count
    return count


def test_an_operator_finds_what_was_given_up_and_which_vault_takes_nothing(
    operator: User, officer: User, signed_in: made.SignIn
) -> None:
    archive, billing = made_vault("archive", name="Archive"), made_vault("billing", name="Billing")
    request = done(officer)
    given_up(Delivery.objects.get(vault=archive))
    paused(billing)
    gone(archive)
    client = signed_in(operator)
    answer = client.get(LANDING)
    words = text_of(answer)
    assert "1 delivery given up" in words
    assert "Archive It answered that it is gone" in words
    assert "Billing Could not be reached; paused for 4 minutes." in words
    assert request.reference not in words
    found = answer.context["deliveries"]
    hrefs = [found["given_up_href"], *(row.href for row in found["troubles"])]
    counts = [len(client.get(href).context["lines"]) for href in hrefs]
    assert counts == [1, *(row.waiting for row in found["troubles"])] == [1, 0, 1]


def test_an_operator_is_told_that_all_is_well(operator: User, officer: User, signed_in: made.SignIn) -> None:
    client = signed_in(operator)
    assert "Deliveries to vaults" not in text_of(client.get(LANDING))
    vault = made_vault()
    done(officer)
    told(Delivery.objects.get())
    # Nothing is left to be told: nobody would ever find out that the vault is back.
    paused(vault)
    words = text_of(client.get(LANDING))
    assert "All vaults take what they are told" in words
    assert "Nothing waits" in words


@pytest.mark.django_db(transaction=True)
def test_with_the_vault_down_requests_close_and_the_dashboard_says_what_waits(
    officer: User, operator: User, signed_in: made.SignIn, desk: DeliveryDesk
) -> None:
    def down(_message: Any) -> Any:
        raise NotDelivered(DeliveryTrouble.UNREACHABLE)

    made_vault(name="OneTrust EU")
    desk.vault.answer = down
    for number in range(3):
        request = done(officer, f"cust-{number}")
        made.answered(request, officer)
        desk.later()
    assert not PrivacyRequest.objects.filter(outcome="").exists()
    assert set(Delivery.objects.values_list("state", flat=True)) == {"waiting"}

    client = signed_in(officer)
    waiting = tiles(client)["Waiting to be told to vaults"]
    assert (waiting.value, waiting.tone, waiting.note) == (3, "warning", "a vault takes nothing just now")
    assert listed(client, waiting.href) == 3
    assert "OneTrust EU Could not be reached" in text_of(signed_in(operator).get(LANDING))


def test_the_dashboard_counts_requests_of_the_regulation_that_is_chosen(
    officer: User, signed_in: made.SignIn
) -> None:
    client = signed_in(officer)
    made.filed(officer, "cust-0")
    assert tiles(client) == {}
    made_vault("a")
    made_vault("b")
    european, californian = done(officer, "cust-1"), made.filed(officer, "cust-2", regulation="ccpa")
    made.completed(made.only(californian))
    given_up(Delivery.objects.get(request=european, vault__code="a"))
    found = tiles(client)
    assert {label: (tile.value, tile.tone) for label, tile in found.items()} == {
        "Waiting to be told to vaults": (2, ""),
        "Given up": (1, "danger"),
    }
    assert [listed(client, tile.href) for tile in found.values()] == [2, 1]
    assert [tile.value for tile in tiles(client, regulation="ccpa").values()] == [1, 0]


def test_requests_are_narrowed_by_what_vaults_are_still_to_be_told(
    officer: User, signed_in: made.SignIn
) -> None:
    made_vault()
    waiting, stuck = done(officer, "cust-1"), done(officer, "cust-2")
    told(Delivery.objects.get(request=done(officer, "cust-3")))
    given_up(Delivery.objects.get(request=stuck))
    client = signed_in(officer)
    for chosen, expected in [("waiting", waiting), ("given_up", stuck)]:
        answer = client.get(REQUESTS, {"delivery": chosen})
        assert [row.reference for row in answer.context["cl"].result_list] == [expected.reference]
    assert "Vaults: Waiting to be told to vaults" in text_of(client.get(REQUESTS, {"delivery": "waiting"}))


def test_whoever_is_both_finds_both(officer: User, signed_in: made.SignIn) -> None:
    made_vault()
    done(officer)
    sections = signed_in(person("both", OFFICERS, OPERATORS)).get(LANDING).context["sections"]
    assert sections == ["needs", "deliveries", "operations", "numbers"]


def test_readiness_tells_since_when_a_vault_takes_nothing(
    officer: User, client: Client, settings: LazySettings, time_machine: TimeMachineFixture
) -> None:
    settings.RQ_QUEUES = {"default": {"URL": "unix:///nowhere/broker.sock"}}

    def said() -> str:
        answer = client.get("/readyz")
        assert answer.status_code == 200
        words: str = answer.json()["deliveries"]
        return words

    assert said() == "not set up"
    vault = made_vault(name="OneTrust EU")
    assert said() == "ok"
    made_at = timezone.now()
    time_machine.move_to(made_at, tick=False)
    done(officer, "cust-1")
    time_machine.shift(timedelta(hours=3))
    done(officer, "cust-2")
    assert said() == "ok"
    paused(vault)
    assert said() == f"failing since {made_at:%Y-%m-%dT%H:%M:%SZ}"
    Vault.objects.update(paused_until=None)
    gone(vault)
    assert said() == f"failing since {made_at:%Y-%m-%dT%H:%M:%SZ}"
    assert b"OneTrust" not in client.get("/readyz").content
    Vault.objects.update(is_on=True, off_because="", off_since=None)
    for delivery in Delivery.objects.all():
        given_up(delivery)
    assert said() == "ok"
