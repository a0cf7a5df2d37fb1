"""A callback from CXone: taken once, believed never, answered always."""

import io
import json
import logging
import sqlite3
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as configured
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from audit.models import AuditEvent
from audit.trail import audited
from erasure import callback_address, lifecycle, webhook
from erasure.callback_address import callback_url
from erasure.choices import Attention
from erasure.models import CallbackReceipt, Submission
from tests.erasure.at_work import Work, cxone, event_data, events, fresh, work

__all__ = ["cxone", "work"]


@pytest.fixture
def row(work: Work) -> Submission:
    """A submission that CXone is processing and will be for ever."""
    filed = work.file("USR-77-STUCK")
    work.send()
    return fresh(filed)


def address(row: Submission) -> str:
    return callback_url(row.public_id).removeprefix(configured.PUBLIC_URL)


def body(row: Submission, **changes: Any) -> bytes:
    """What CXone would send, but for the changes."""
    fields = {
        "requestId": row.cxone_id,
        "subjectId": row.identifier.value,
        "status": "COMPLETED",
        "categories": ["CONTACT"],
        "scope": "CONTACT",
        "durationMs": 1200,
        "recordsAffected": 12,
        **changes,
    }
    return json.dumps(fields).encode()


def post(path: str, content: bytes, kind: str = "application/json", **extra: Any) -> HttpResponse:
    client = Client(raise_request_exception=True, enforce_csrf_checks=True)
    # The test client leaves the kind of an empty body out.
    return client.post(path, content, content_type=kind, **{"CONTENT_TYPE": kind, **extra})


def state(row: Submission) -> tuple[Any, ...]:
    """All that a callback could change."""
    now = fresh(row)
    return (
        now.status,
        now.attention,
        now.callback_at,
        now.next_attempt_at,
        now.lease_until,
        now.fence,
        CallbackReceipt.objects.count(),
        AuditEvent.objects.count(),
    )


# What is ours -----------------------------------------------------------------------------------------------


def test_it_records_a_callback_and_makes_our_own_question_due(work: Work, row: Submission) -> None:
    Submission.objects.filter(pk=row.pk).update(lease_until=timezone.now())
    before = fresh(row)
    answer = post(address(row), body(row))
    assert (answer.status_code, answer.json()) == (200, {"acknowledged": True})
    after = fresh(row)
    assert (after.status, after.fence, after.lease_until) == ("processing", before.fence, before.lease_until)
    assert (after.next_attempt_at or timezone.now()) <= timezone.now()
    receipt = CallbackReceipt.objects.get()
    assert json.loads(receipt.body or "") == json.loads(body(row))
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM erasure_callbackreceipt")
        assert "USR-77" not in str(cursor.fetchone()), "it is encrypted"


def test_a_closing_slash_that_was_lost_on_the_way_is_not_missed(row: Submission) -> None:
    assert post(address(row).removesuffix("/"), body(row)).status_code == 200


def test_a_byte_order_mark_does_no_harm(work: Work, row: Submission) -> None:
    assert post(address(row), b"\xef\xbb\xbf" + body(row)).status_code == 200
    work.ask()
    assert (fresh(row).status, fresh(row).attention) == ("processing", Attention.CONTRADICTED)


def test_a_body_in_chunks_is_read_where_the_server_tells_its_end(row: Submission) -> None:
    content = body(row)
    terminated = {"wsgi.input_terminated": True, "wsgi.input": io.BytesIO(content), "CONTENT_LENGTH": ""}
    assert post(address(row), content, **terminated).status_code == 200
    long = b'{"x": "' + b"x" * webhook.LONGEST_BODY + b'"}'
    terminated["wsgi.input"] = io.BytesIO(long)
    assert post(address(row), long, **terminated).status_code == 413


def test_a_rotated_key_is_still_recognised(row: Submission, settings: Any) -> None:
    given = address(row)
    settings.CALLBACK_KEYS = ["the-new-key-of-this-year", *settings.CALLBACK_KEYS]
    assert address(row) != given
    assert post(given, body(row)).status_code == 200


def test_a_key_that_was_retired_is_not(row: Submission, settings: Any) -> None:
    given = address(row)
    settings.CALLBACK_KEYS = ["the-new-key-of-this-year"]
    assert post(given, body(row)).status_code == 404


def wrong_token(row: Submission) -> str:
    given = address(row)
    return given[:-2] + ("0" if given[-2] != "0" else "1") + "/"


def token_of_another(row: Submission) -> str:
    return address(row).replace(str(row.public_id), str(uuid4()))


def unknown_submission(row: Submission) -> str:
    return callback_url(uuid4()).removeprefix(configured.PUBLIC_URL)


def wrong_key_id(row: Submission) -> str:
    key_id = callback_address.key_id(configured.CALLBACK_KEYS[0])
    return address(row).replace(f"/{key_id}.", "/00000000.")


def token_of_a_sister(row: Submission) -> str:
    """The right token of another submission that exists."""
    sister = Submission.objects.exclude(pk=row.pk).get()
    return address(sister).replace(str(sister.public_id), str(row.public_id))


FORGERIES: list[Callable[[Submission], str]] = [
    wrong_token,
    token_of_another,
    unknown_submission,
    wrong_key_id,
    token_of_a_sister,
]


def test_an_address_that_is_not_ours_is_not_found_and_changes_nothing(work: Work, row: Submission) -> None:
    work.file()
    before = state(row)
    for forged in FORGERIES:
        answer = post(forged(row), body(row))
        assert answer.status_code == 404, forged.__name__
        assert answer.json() == {"acknowledged": False, "error": "not_found"}
    assert state(row) == before


# What is not taken ------------------------------------------------------------------------------------------


def test_it_is_only_posted(row: Submission) -> None:
    before = state(row)
    assert Client().get(address(row)).status_code == 405
    assert Client().put(address(row), body(row), content_type="application/json").status_code == 405
    assert state(row) == before


def test_another_kind_of_content_is_refused(row: Submission) -> None:
    before = state(row)
    for kind in ("text/plain", "application/x-www-form-urlencoded", "multipart/form-data", ""):
        assert post(address(row), body(row), kind).status_code == 415, kind
    assert state(row) == before


def test_a_charset_beside_the_kind_is_no_other_kind(row: Submission) -> None:
    assert post(address(row), body(row), "Application/JSON; charset=utf-8").status_code == 200


@pytest.mark.parametrize("over", [1, 5000])
def test_a_body_over_64_kib_is_refused(row: Submission, over: int) -> None:
    before = state(row)
    content = body(row)
    long = content + b" " * (webhook.LONGEST_BODY + over - len(content))
    assert post(address(row), long).status_code == 413
    assert post(address(row), long[: webhook.LONGEST_BODY]).status_code == 200
    assert state(row)[0] == before[0]


def test_an_announced_length_is_not_believed(row: Submission) -> None:
    assert post(address(row), body(row), CONTENT_LENGTH="-1").status_code == 400
    assert post(address(row), body(row), CONTENT_LENGTH="many").status_code == 400


class BrokenOff(io.BytesIO):
    """A body whose sender went away."""

    def read(self, *_: Any) -> bytes:
        raise OSError("connection reset")


def test_a_sender_who_goes_away_in_the_middle_is_no_fault_of_ours(row: Submission) -> None:
    content = body(row)
    half = {"wsgi.input": BrokenOff(content), "wsgi.input_terminated": True, "CONTENT_LENGTH": ""}
    assert post(address(row), content, **half).status_code == 400
    half = {"wsgi.input": BrokenOff(content), "CONTENT_LENGTH": str(len(content))}
    assert post(address(row), content, **half).status_code == 400


NOT_A_CALLBACK = {
    "empty": b"",
    "blank": b"  ",
    "no JSON": b"status=COMPLETED",
    "cut off": b'{"requestId": "prv-1", "sta',
    "NaN": b'{"requestId": "prv-1", "status": "COMPLETED", "recordsAffected": NaN}',
    "infinity": b'{"requestId": "prv-1", "status": "COMPLETED", "recordsAffected": -Infinity}',
    "deep": b'{"requestId": "prv-1", "status": "COMPLETED", "x": ' + b"[" * 30_000 + b"]" * 30_000 + b"}",
    "a name twice": b'{"requestId": "prv-1", "status": "FAILED", "status": "COMPLETED"}',
    "a name twice inside": b'{"requestId": "prv-1", "status": "FAILED", "x": {"y": 1, "y": 2}}',
    "UTF-16": '{"requestId": "prv-1", "status": "COMPLETED"}'.encode("utf-16"),
    "Latin-1": '{"requestId": "prv-\xe4", "status": "COMPLETED"}'.encode("latin-1"),
    "an array": b'[{"requestId": "prv-1", "status": "COMPLETED"}]',
    "null": b"null",
    "a huge number": b'{"requestId": "prv-1", "status": "COMPLETED", "x": ' + b"9" * 5000 + b"}",
    "no id": b'{"status": "COMPLETED"}',
    "no status": b'{"requestId": "prv-1"}',
    "an id that is a number": b'{"requestId": 1, "status": "COMPLETED"}',
    "an empty id": b'{"requestId": "", "status": "COMPLETED"}',
    "a status in small letters": b'{"requestId": "prv-1", "status": "completed"}',
    "a status with a line's end": b'{"requestId": "prv-1", "status": "COMPLETED\\n"}',
    "a count that is a text": b'{"requestId": "prv-1", "status": "COMPLETED", "recordsAffected": "12"}',
    "a count that is true": b'{"requestId": "prv-1", "status": "COMPLETED", "recordsAffected": true}',
}


def test_what_is_no_callback_is_refused(row: Submission) -> None:
    before, known = state(row), (row.cxone_id or "").encode()
    answers = {
        what: post(address(row), content.replace(b"prv-1", known)).status_code
        for what, content in NOT_A_CALLBACK.items()
    }
    assert answers == dict.fromkeys(NOT_A_CALLBACK, 400)
    assert state(row) == before


@pytest.mark.parametrize(
    ("changes", "reason"),
    [({"requestId": "prv-other"}, "request_id_differs"), ({"subjectId": "USR-other"}, "subject_id_differs")],
)
def test_one_that_disagrees_is_refused_and_shown(
    row: Submission, changes: dict[str, str], reason: str
) -> None:
    answer = post(address(row), body(row, **changes))
    assert (answer.status_code, answer.json()["error"]) == (400, reason)
    assert (fresh(row).status, fresh(row).attention) == ("processing", Attention.CONTRADICTED)
    assert not CallbackReceipt.objects.exists()
    [evidence] = event_data(row.request.obj, "callback.refused")
    assert evidence["reason"] == reason
    before = state(row)
    assert post(address(row), body(row, **changes)).status_code == 400
    assert state(row) == before, "once is enough until somebody has looked"


# Again, early, late, and when we cannot ---------------------------------------------------------------------


def test_the_same_body_twice_is_one_receipt_and_wakes_once(row: Submission) -> None:
    post(address(row), body(row))
    before = state(row)
    assert post(address(row), body(row)).status_code == 200
    assert state(row) == before


def test_at_most_twenty_are_kept(row: Submission) -> None:
    for number in range(25):
        assert post(address(row), body(row, recordsAffected=number)).status_code == 200
    assert CallbackReceipt.objects.count() == 20


def test_before_the_id_is_known_it_is_only_recorded(work: Work) -> None:
    row = work.file()
    due = row.next_attempt_at
    assert post(address(row), body(row, requestId="prv-early")).status_code == 200
    assert (fresh(row).status, fresh(row).next_attempt_at) == ("queued", due)
    assert CallbackReceipt.objects.count() == 1


@pytest.mark.parametrize(
    ("status", "attention"),
    [("COMPLETED", ""), ("PROCESSING", ""), ("FAILED", Attention.CONTRADICTED)],
)
def test_after_the_end_it_changes_no_status(work: Work, status: str, attention: str) -> None:
    row = work.file()
    work.carry_on()
    row = fresh(row)
    assert row.status == "completed"
    assert post(address(row), body(row, status=status)).status_code == 200
    row = fresh(row)
    assert (row.status, row.attention, row.next_attempt_at) == ("completed", attention, None)
    assert events(row).count("callback.received") == 1
    assert events(row).count("request.completed") == 1


def test_one_about_what_was_never_sent_is_shown(work: Work) -> None:
    row = work.file()
    with audited() as log:
        lifecycle.cancel(log, row, by=work.officer, because="stopped", now=timezone.now())
    assert post(address(row), body(row, requestId="prv-1")).status_code == 200
    assert (fresh(row).status, fresh(row).attention) == ("cancelled", Attention.CONTRADICTED)


@pytest.mark.skipif(connection.vendor != "sqlite", reason="A writer locks a whole database only on SQLite.")
def test_while_the_database_is_busy_cxone_is_asked_to_come_back(row: Submission) -> None:
    given, content = address(row), body(row)
    before = state(row)
    with connection.cursor() as cursor:
        cursor.execute("PRAGMA busy_timeout = 50")
    other = sqlite3.connect(str(connection.settings_dict["NAME"]), isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        answer = post(given, content)
    finally:
        other.execute("ROLLBACK")
        other.close()
        connection.close()
    assert (answer.status_code, answer["Retry-After"]) == (503, "10")
    assert state(row) == before
    assert post(given, content).status_code == 200


@pytest.mark.parametrize("trouble", [RuntimeError("boom"), lifecycle.Stale])
def test_it_never_answers_500(row: Submission, monkeypatch: pytest.MonkeyPatch, trouble: Any) -> None:
    def spoiled(*_: Any, **__: Any) -> None:
        raise trouble if isinstance(trouble, Exception) else trouble(row)

    monkeypatch.setattr("erasure.lifecycle.note_callback_time", spoiled)
    assert post(address(row), body(row)).status_code == 503
    assert not CallbackReceipt.objects.exists()


def test_neither_path_nor_person_gets_into_the_log_lines(
    row: Submission, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As far as the program's own configuration lets lines through: Django's request lines carry the path."""
    given = address(row)
    logging.getLogger("django.request").setLevel(logging.ERROR)
    with caplog.at_level(logging.DEBUG, logger="erasure"):
        post(wrong_token(row), body(row))
        post(given, b"nonsense")
        post(given, body(row, subjectId="USR-other"))
        Client().get(given)
        post(given, body(row))

        def spoiled(*_: Any, **__: Any) -> None:
            raise RuntimeError

        monkeypatch.setattr("erasure.webhook._record", spoiled)
        post(given, body(row))
    said = caplog.text
    assert "callback_not_recorded" in said
    for secret in (str(row.public_id), given.split(".")[-1].strip("/"), "USR-77", "USR-other", row.cxone_id):
        assert str(secret) not in said
