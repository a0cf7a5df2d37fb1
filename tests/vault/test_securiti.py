"""The `securiti` kind against a Securiti over HTTP: a response that counts only with 200 and `status` 0."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from erasure.choices import DeliveryTrouble
from erasure.outbound.addresses import AddressGuard
from erasure.vault import NotDelivered, Receipt, calls
from erasure.vault.securiti import SecuritiVault
from tests.vault.messages import IDENTIFIER, message
from tests.vault.securiti_stand_in import KEY, SECRET, TENANT, SecuritiStandIn
from tests.vault.stand_in import Reply, said

MakeVault = Callable[..., SecuritiVault]

TASK = "20411"


@pytest.fixture
def securiti() -> Iterator[SecuritiStandIn]:
    with SecuritiStandIn() as running:
        running.responses[TASK] = None
        yield running


@pytest.fixture
def make_vault(securiti: SecuritiStandIn) -> Iterator[MakeVault]:
    made: list[SecuritiVault] = []

    def make(**changes: Any) -> SecuritiVault:
        usual: dict[str, Any] = {
            "address": securiti.address,
            "key": KEY,
            "secret": SECRET,
            "tenant": TENANT,
            "guard": AddressGuard(frozenset({securiti.host})),
        }
        facts = {**usual, **changes}
        made.append(SecuritiVault(facts.pop("address"), **facts))
        return made[-1]

    yield make
    for vault in made:
        vault.close()


@pytest.fixture
def vault(make_vault: MakeVault) -> SecuritiVault:
    return make_vault()


def refused(act: Callable[..., Receipt], *arguments: Any) -> NotDelivered:
    with pytest.raises(NotDelivered) as raised:
        act(*arguments)
    assert raised.value.__cause__ is raised.value.__context__ is None
    return raised.value


@pytest.mark.parametrize(
    ("occasion", "outcome", "confirmed"),
    [
        ("completed", "", "true"),
        ("answered", "done", "true"),
        ("answered", "nothing_found", "true"),
        ("answered", "partly_done", "false"),
        ("answered", "refused", "false"),
        ("answered", "withdrawn", "false"),
    ],
)
def test_a_response_completes_the_subtask_and_says_whether_it_was_carried_out(
    securiti: SecuritiStandIn, vault: SecuritiVault, occasion: str, outcome: str, confirmed: str
) -> None:
    receipt = vault.deliver(message(occasion, task=TASK, outcome=outcome))
    assert (receipt.status, receipt.already) == (200, False)
    question = {"entry_id": 2, "entry_type": "question", "entry_title": "Success Confirmed"}
    assert securiti.responses[TASK] == {"status": 3, "entries": [{**question, "entry_value": confirmed}]}
    assert IDENTIFIER.encode() not in securiti.asked[0].body


def test_a_repeat_is_the_very_same_response(
    securiti: SecuritiStandIn, vault: SecuritiVault, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(calls, "SECONDS", 0.5)
    securiti.meets("respond", None, acts=True)
    assert refused(vault.deliver, message(task=TASK)).trouble == DeliveryTrouble.TIMED_OUT
    vault.deliver(message(task=TASK))
    first, second = securiti.asked
    assert first.body == second.body


@pytest.mark.parametrize("status", [1, 4, -1])
def test_200_with_another_status_is_a_refusal(
    securiti: SecuritiStandIn, vault: SecuritiVault, status: int
) -> None:
    securiti.meets("respond", said(200, {"status": status, "message": "Subtask is locked"}))
    trouble = refused(vault.deliver, message(task=TASK))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.REJECTED, 200)
    assert "Subtask is locked" in trouble.said


@pytest.mark.parametrize(
    "reply",
    [
        Reply(200, b"<html>Please sign in</html>"),
        said(200),
        said(200, {}),
        said(200, {"status": "0"}),
        said(200, {"status": False}),
        said(200, {"status": None}),
        said(201, {"status": 0}),
    ],
)
def test_what_does_not_say_status_0_is_no_success(
    securiti: SecuritiStandIn, vault: SecuritiVault, reply: Reply
) -> None:
    securiti.meets("respond", reply)
    trouble = refused(vault.deliver, message(task=TASK))
    assert (trouble.trouble, trouble.status) == (DeliveryTrouble.UNEXPECTED, reply.status)


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (said(401), DeliveryTrouble.SIGN_IN),
        (said(403), DeliveryTrouble.SIGN_IN),
        (said(404), DeliveryTrouble.REJECTED),
        (said(500), DeliveryTrouble.SERVER_ERROR),
        (Reply(302, b"", {"Location": "https://elsewhere.example/"}), DeliveryTrouble.REDIRECTED),
    ],
)
def test_other_answers_mean_what_they_mean_everywhere(
    securiti: SecuritiStandIn, vault: SecuritiVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    securiti.meets("respond", reply)
    assert refused(vault.deliver, message(task=TASK)).trouble == trouble


def test_a_rate_limit_asks_for_a_pause(securiti: SecuritiStandIn, vault: SecuritiVault) -> None:
    securiti.meets("respond", Reply(429, b"", {"Retry-After": "30"}))
    trouble = refused(vault.deliver, message(task=TASK))
    assert (trouble.trouble, trouble.retry_after) == (DeliveryTrouble.RATE_LIMITED, 30)


@pytest.mark.parametrize("task", ["", "../20411", "20411/", "-1", "e2d0f59e-3df0-4b1f-965d-d57547ed44ad"])
def test_what_names_no_subtask_of_securiti_is_not_for_it(
    securiti: SecuritiStandIn, vault: SecuritiVault, task: str
) -> None:
    assert refused(vault.deliver, message(task=task)).trouble == DeliveryTrouble.NO_TASK
    assert not securiti.asked


@pytest.mark.parametrize("occasion", ["failed", "refused"])
def test_what_it_has_no_word_for_is_not_for_it(
    securiti: SecuritiStandIn, vault: SecuritiVault, occasion: str
) -> None:
    assert refused(vault.deliver, message(occasion, task=TASK)).trouble == DeliveryTrouble.NO_TASK
    assert not securiti.asked


def test_sending_a_test_reads_and_changes_nothing(securiti: SecuritiStandIn, make_vault: MakeVault) -> None:
    assert make_vault().test().status == 200
    assert [(asked.method, asked.path) for asked in securiti.asked] == [
        ("GET", "/privaci/v1/admin/dsr/languages")
    ]
    assert refused(make_vault(secret="wr0ng").test).trouble == DeliveryTrouble.SIGN_IN
    assert securiti.responses == {TASK: None}


@pytest.mark.parametrize(
    ("reply", "trouble"),
    [
        (Reply(200, b"<html></html>"), DeliveryTrouble.UNEXPECTED),
        (said(200, {"status": 1}), DeliveryTrouble.REJECTED),
    ],
)
def test_a_test_that_finds_no_securiti_says_so(
    securiti: SecuritiStandIn, vault: SecuritiVault, reply: Reply, trouble: DeliveryTrouble
) -> None:
    securiti.meets("read", reply)
    assert refused(vault.test).trouble == trouble


def test_languages_without_a_status_are_a_good_answer(
    securiti: SecuritiStandIn, vault: SecuritiVault
) -> None:
    securiti.meets("read", said(200, {"data": []}))
    assert vault.test().status == 200


@pytest.mark.parametrize(
    "changes",
    [{"address": ""}, {"key": ""}, {"secret": ""}, {"tenant": ""}, {"tenant": "a\r\nX-Other: b"}],
)
def test_settings_that_cannot_be_sent_are_said_before_the_first_call(
    make_vault: MakeVault, changes: dict[str, str]
) -> None:
    with pytest.raises(NotDelivered) as raised:
        make_vault(**changes)
    assert raised.value.trouble == DeliveryTrouble.MISCONFIGURED
