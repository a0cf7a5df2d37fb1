"""The sandbox keeps the contract of its own accord, apart from the program's policy."""

import json
import time
from pathlib import Path
from typing import Any

import pytest
import requests

from erasure.cxone.answers import cascade_rows
from erasure.cxone.errors import Refused
from erasure.cxone.sandbox import Sandbox
from erasure.cxone.sandbox.payload import CATEGORIES
from tests.cxone.conftest import SUBJECT, MakeClient, payload
from tests.cxone_sandbox import PROCESSING_SECONDS


def _get(sandbox: Sandbox, path: str) -> Any:
    return requests.get(sandbox.endpoint.base_url + path, timeout=5).json()


def _post_token(sandbox: Sandbox, **form: str) -> requests.Response:
    return requests.post(sandbox.endpoint.token_url, data=form, timeout=5)


GRANT = {"grant_type": "client_credentials", "client_id": "demo", "client_secret": "demo-secret"}


def test_a_token_has_a_type_and_a_lifetime(sandbox: Sandbox) -> None:
    answer = _post_token(sandbox, **GRANT).json()

    assert (answer["token_type"], answer["expires_in"]) == ("Bearer", 3600)


def test_a_client_may_sign_in_by_http_basic(sandbox: Sandbox) -> None:
    answer = requests.post(
        sandbox.endpoint.token_url,
        data={"grant_type": "client_credentials"},
        auth=("demo", "demo-secret"),
        timeout=5,
    )

    assert answer.status_code == 200


@pytest.mark.parametrize(
    ("change", "status", "error"),
    [
        ({"client_secret": "guess"}, 401, "invalid_client"),
        ({"client_id": "someone"}, 401, "invalid_client"),
        ({"client_secret": ""}, 401, "invalid_client"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"scope": "privacy:read data:write"}, 400, "invalid_scope"),
    ],
)
def test_a_wrong_sign_in_is_turned_down(
    sandbox: Sandbox, change: dict[str, str], status: int, error: str
) -> None:
    answer = _post_token(sandbox, **{**GRANT, **change})

    assert (answer.status_code, answer.json()["error"]) == (status, error)


def test_a_token_may_do_what_its_scope_says(sandbox: Sandbox) -> None:
    token = _post_token(sandbox, **GRANT, scope="privacy:read").json()["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    post = requests.post(sandbox.endpoint.requests_url, data=payload(), headers=headers, timeout=5)
    get = requests.get(sandbox.endpoint.status_url("x"), headers=headers, timeout=5)

    assert (post.status_code, get.status_code) == (403, 404)


@pytest.mark.parametrize("authorization", ["", "Bearer", "Bearer nonsense", "Basic ZGVtbzo="])
def test_nothing_is_taken_without_a_token(sandbox: Sandbox, authorization: str) -> None:
    headers = {"Authorization": authorization}

    answer = requests.post(sandbox.endpoint.requests_url, data=payload(), headers=headers, timeout=5)

    assert (answer.status_code, sandbox.requests) == (401, [])


def test_a_token_ends(make_client: MakeClient) -> None:
    short = Sandbox(token_seconds=0.1)
    short.start()
    token = _post_token(short, **GRANT).json()["access_token"]
    time.sleep(0.15)
    answer = requests.get(
        short.endpoint.status_url("x"), headers={"Authorization": f"Bearer {token}"}, timeout=5
    )
    short.stop()

    assert answer.status_code == 401


REFUSED = {
    "no JSON": (b"subjectId=1", "JSON object"),
    "not UTF-8": (b'{"subjectId": "\xff"}', "JSON object"),
    "a list": (b"[]", "JSON object"),
    "deep nesting": (b"[" * 100_000, "JSON object"),
    "an unknown field": (payload(priority="high"), "Unknown field: priority"),
    "no subject": (payload(subjectId=""), "subjectId"),
    "a subject with a blank": (payload(subjectId="a b"), "subjectId"),
    "a subject with a newline": (payload(subjectId="a\n"), "subjectId"),
    "a subject that is a number": (payload(subjectId=7), "subjectId"),
    "an unknown type": (payload(type="PORTABILITY"), "type"),
    "an unknown scope": (payload(scope="TENANT"), "scope"),
    "no categories": (payload(categories=[]), "categories"),
    "categories in a text": (payload(categories="SMS"), "categories"),
    "an unknown category": (payload(categories=["FAX"]), "categories"),
    "a nested category": (payload(categories=[["SMS"]]), "categories"),
    "a repeated category": (payload(categories=["SMS", "SMS"]), "must not repeat"),
    "a relative callback": (payload(callbackUrl="/webhooks/cxone"), "callbackUrl"),
    "a callback by mail": (payload(callbackUrl="mailto:a@example.org"), "callbackUrl"),
    "a callback that is no text": (payload(callbackUrl=None), "callbackUrl"),
    "a long description": (payload(description="d" * 256), "description"),
    "ALL with six categories": (payload(scope="ALL", categories=list(CATEGORIES[:6])), "category matrix"),
}


@pytest.mark.parametrize(("body", "words"), REFUSED.values(), ids=REFUSED)
def test_a_payload_outside_the_contract_is_refused(
    sandbox: Sandbox, make_client: MakeClient, body: bytes, words: str
) -> None:
    with pytest.raises(Refused) as refused:
        make_client(sandbox.endpoint).submit(body, idempotency_key="key-1")

    assert words in refused.value.message
    assert sandbox.stats["requests"] == 0


@pytest.mark.parametrize(
    "body",
    [
        payload(description="d" * 255, callbackUrl="https://example.org/x"),
        payload(scope="ALL", categories=list(CATEGORIES[:5])),
        payload(scope="ALL", categories=list(CATEGORIES), type="ACCESS"),
        payload(scope="ACCOUNT", categories=list(CATEGORIES)),
    ],
)
def test_what_is_just_within_the_contract_is_taken(
    sandbox: Sandbox, make_client: MakeClient, body: bytes
) -> None:
    assert make_client(sandbox.endpoint).submit(body, idempotency_key="key-1").id == sandbox.requests[0]["id"]


def test_without_a_key_the_same_payload_is_the_same_request(sandbox: Sandbox) -> None:
    token = _post_token(sandbox, **GRANT).json()["access_token"]

    def post(**changes: str) -> str:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.post(
            sandbox.endpoint.requests_url, data=payload(**changes), headers=headers, timeout=5
        )
        return str(answer.json()["id"])

    assert post() == post()
    assert post() != post(callbackUrl="https://example.org/other")


def test_a_key_used_for_another_payload_is_refused(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)
    client.submit(payload(), idempotency_key="key-1")

    with pytest.raises(Refused):
        client.submit(payload(scope="ALL"), idempotency_key="key-1")


@pytest.mark.parametrize(
    ("subject", "status", "least", "most"),
    [("U-1", "COMPLETED", 2, 80), ("U-NONE", "COMPLETED", 0, 0), ("U-FAIL", "FAILED", 0, 80)],
)
def test_a_subject_meets_the_end_that_its_name_says(
    sandbox: Sandbox, make_client: MakeClient, subject: str, status: str, least: int, most: int
) -> None:
    client = make_client(sandbox.endpoint)
    accepted = client.submit(payload(subjectId=subject), idempotency_key="key-1")
    time.sleep(PROCESSING_SECONDS + 0.05)

    report = client.status(accepted.id)

    assert report.status == status
    assert report.records_affected is not None
    assert least <= report.records_affected <= most
    assert bool(report.error_message) is (status == "FAILED")


@pytest.mark.parametrize("subject", ["U-SLOW", "U-STUCK"])
def test_a_slow_or_stuck_subject_is_processed_for_longer(
    sandbox: Sandbox, make_client: MakeClient, subject: str
) -> None:
    client = make_client(sandbox.endpoint)
    accepted = client.submit(payload(subjectId=subject), idempotency_key="key-1")
    time.sleep(PROCESSING_SECONDS + 0.1)

    assert client.status(accepted.id).status == "PROCESSING"


def test_the_cascade_of_every_category_is_understood_and_adds_up(make_client: MakeClient) -> None:
    quick = Sandbox(processing_seconds=0)
    quick.start()
    client = make_client(quick.endpoint)
    for number in range(5):
        accepted = client.submit(payload(categories=list(CATEGORIES)), idempotency_key=f"key-{number}")
        report = client.status(accepted.id)
        rows = cascade_rows(report.body)

        assert len(rows) == len(CATEGORIES)
        assert sum(records for _, records in rows) == report.records_affected
    quick.stop()


def test_its_books_can_be_read(sandbox: Sandbox, make_client: MakeClient) -> None:
    client = make_client(sandbox.endpoint)
    for _ in range(2):
        accepted = client.submit(payload(), idempotency_key="key-1")
    client.status(accepted.id)

    taken = _get(sandbox, "/sandbox/requests")[0]
    assert {key: taken[key] for key in ("id", "idempotency_key", "subjectId", "times_posted", "status")} == {
        "id": accepted.id,
        "idempotency_key": "key-1",
        "subjectId": SUBJECT,
        "times_posted": 2,
        "status": "PROCESSING",
    }
    stats = {"requests": 1, "posts": 2, "tokens": 1, "status_calls": 1, "callbacks": 0}
    assert _get(sandbox, "/sandbox/stats") == stats


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/", 404),
        ("GET", "/oauth/token", 405),
        ("PUT", "/api/v2/privacy/requests", 405),
        ("DELETE", "/api/v2/privacy/requests/x", 405),
        ("POST", "/sandbox/stats", 404),
    ],
)
def test_there_is_nothing_else(sandbox: Sandbox, method: str, path: str, status: int) -> None:
    answer = requests.request(method, sandbox.endpoint.base_url + path, timeout=5)

    assert (answer.status_code, "message" in answer.json()) == (status, True)


def test_a_journal_carries_what_was_taken_over_a_restart(tmp_path: Path, make_client: MakeClient) -> None:
    journal = tmp_path / "journal.jsonl"
    first = Sandbox(processing_seconds=0.2, journal=journal)
    first.start()
    client = make_client(first.endpoint)
    accepted = [client.submit(payload(), idempotency_key=key).id for key in ("key-1", "key-2", "key-1")]
    first.stop()
    with journal.open("a") as file:
        file.write('{"id": "half a li')

    second = Sandbox(processing_seconds=0.2, journal=journal)
    second.start()
    again = make_client(second.endpoint)
    assert again.submit(payload(), idempotency_key="key-2").id == accepted[1]
    assert [(taken["id"], taken["times_posted"]) for taken in second.requests] == [
        (accepted[0], 2),
        (accepted[1], 2),
    ]
    time.sleep(0.25)
    assert again.status(accepted[0]).status == "COMPLETED"
    second.stop()
    assert len(journal.read_text().splitlines()) >= 4


def test_it_serves_many_clients_at_once_and_stops_with_them_connected(make_client: MakeClient) -> None:
    busy = Sandbox()
    base_url = busy.start()
    sessions = [requests.Session() for _ in range(30)]
    for session in sessions:
        assert session.get(f"{base_url}/sandbox/stats", timeout=5).status_code == 200
    begun = time.monotonic()
    busy.stop()
    busy.stop()

    assert time.monotonic() - begun < 2
    with pytest.raises(requests.ConnectionError):
        requests.get(f"{base_url}/sandbox/stats", timeout=5)
    for session in sessions:
        session.close()


def test_a_taken_port_is_an_error(sandbox: Sandbox) -> None:
    other = Sandbox()
    with pytest.raises(OSError, match="in use"):
        other.start(port=int(sandbox.endpoint.base_url.rsplit(":", 1)[1]))
    other.stop()


def test_a_call_in_json_is_answered_in_json(sandbox: Sandbox) -> None:
    answer = requests.get(sandbox.endpoint.base_url + "/sandbox/stats", timeout=5)

    assert answer.headers["Content-Type"] == "application/json"
    assert json.loads(answer.content)
