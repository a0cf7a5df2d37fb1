"""The sandbox's faults: each does what it is named for, and as often as it was told."""

import time
from typing import Any

import pytest
import requests

from erasure.cxone.errors import (
    AuthenticationFailed,
    CXoneError,
    RateLimited,
    ScopeMissing,
    ServerTrouble,
    TokenUnavailable,
    UnreadableAnswer,
)
from erasure.cxone.sandbox import FAULTS, Sandbox
from tests.cxone.conftest import MakeClient, payload
from tests.cxone_sandbox import PROCESSING_SECONDS


@pytest.mark.parametrize(
    ("fault", "error", "taken"),
    [
        ("429", RateLimited, 0),
        ("429-date", RateLimited, 0),
        ("401", AuthenticationFailed, 0),
        ("403", ScopeMissing, 0),
        ("500", ServerTrouble, 1),
        ("503", ServerTrouble, 0),
        ("html", UnreadableAnswer, 1),
        ("no-id", UnreadableAnswer, 1),
        ("503@token", TokenUnavailable, 0),
    ],
)
def test_each_fault_spoils_a_submit_in_its_own_way(
    sandbox: Sandbox, make_client: MakeClient, fault: str, error: type[CXoneError], taken: int
) -> None:
    sandbox.faults = [fault]
    with pytest.raises(error):
        make_client(sandbox.endpoint).submit(payload(), idempotency_key="key-1")

    assert len(sandbox.requests) == taken


@pytest.mark.parametrize(("fault", "least", "most"), [("429", 7, 7), ("429-date", 5, 7)])
def test_a_rate_limit_names_the_pause(
    sandbox: Sandbox, make_client: MakeClient, fault: str, least: float, most: float
) -> None:
    sandbox.faults = [fault]
    with pytest.raises(RateLimited) as limited:
        make_client(sandbox.endpoint).submit(payload(), idempotency_key="key-1")

    assert limited.value.retry_after is not None
    assert least <= limited.value.retry_after <= most


def test_a_counted_fault_ends_after_its_count(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)
    sandbox.faults = ["500:2", "html:1"]

    outcomes = []
    for _ in range(4):
        try:
            outcomes.append(client.submit(payload(), idempotency_key="key-1").status)
        except CXoneError as error:
            outcomes.append(type(error).__name__)

    assert outcomes == ["ServerTrouble", "ServerTrouble", "UnreadableAnswer", "PROCESSING"]
    assert sandbox.faults == []


def test_a_placed_fault_leaves_other_calls_alone(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)
    sandbox.faults = ["503@status"]
    accepted = client.submit(payload(), idempotency_key="key-1")

    with pytest.raises(ServerTrouble):
        client.status(accepted.id)


@pytest.mark.parametrize(
    ("fault", "status", "records"), [("failed", "FAILED", None), ("nothing-found", "COMPLETED", 0)]
)
def test_a_fault_decides_how_a_new_request_ends(
    sandbox: Sandbox, make_client: MakeClient, fault: str, status: str, records: int | None
) -> None:
    client = make_client(sandbox.endpoint)
    sandbox.faults = [f"{fault}:1"]
    spoiled = client.submit(payload(), idempotency_key="key-1")
    client.submit(payload(), idempotency_key="key-1")
    spared = client.submit(payload(), idempotency_key="key-2")
    time.sleep(PROCESSING_SECONDS + 0.05)

    report = client.status(spoiled.id)
    assert report.status == status
    assert records is None or report.records_affected == records
    assert client.status(spared.id).records_affected


def test_faults_are_changed_at_run_time(sandbox: Sandbox) -> None:
    url = sandbox.endpoint.base_url + "/sandbox/faults"

    assert requests.post(url, json={"faults": ["500:3", "hang@token"]}, timeout=5).status_code == 200
    assert requests.get(url, timeout=5).json() == {"faults": ["500:3", "hang@token"]}
    assert requests.post(url, json={"faults": []}, timeout=5).json() == {"faults": []}


@pytest.mark.parametrize(
    "wish",
    [
        [],
        {},
        {"faults": "500"},
        {"faults": [500]},
        {"faults": ["50O"]},
        {"faults": ["500:0"]},
        {"faults": ["500:-1"]},
        {"faults": ["500@moon"]},
        {"faults": ["lost-callback@token"]},
    ],
)
def test_a_wish_that_makes_no_sense_changes_nothing(sandbox: Sandbox, wish: Any) -> None:
    sandbox.faults = ["html:2"]

    answer = requests.post(sandbox.endpoint.base_url + "/sandbox/faults", json=wish, timeout=5)

    assert (answer.status_code, sandbox.faults) == (400, ["html:2"])
    assert answer.json()["message"]


def test_an_unknown_fault_is_told_with_those_there_are() -> None:
    with pytest.raises(ValueError, match=r"no fault 'hung'.*lost-callback"):
        Sandbox(faults=["hung"])


def test_every_fault_of_the_interfaces_is_there() -> None:
    promised = {"429", "429-date", "500", "503", "reset", "hang", "slow", "html", "no-id", "unknown-status"}
    promised |= {"lost-callback", "double-callback", "early-callback", "failed", "nothing-found"}

    assert promised <= set(FAULTS)
