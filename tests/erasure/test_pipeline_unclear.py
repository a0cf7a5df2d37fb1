"""Unclear is not failed: what may have been taken is repeated to the byte; what was not is free again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from audit.trail import audited
from erasure import lifecycle
from erasure.cxone.client import CXoneClient
from erasure.models import Submission
from tests.erasure.at_work import CALL_SECONDS, Work, cxone, events, fresh, posted, work

__all__ = ["cxone", "work"]


def cancel(work: Work, row: Submission) -> None:
    with audited() as log:
        lifecycle.cancel(log, fresh(row), by=work.officer, because="stopped", now=timezone.now())


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[tuple[bytes, str]]:
    """What goes out, as body and Idempotency-Key."""
    went_out: list[tuple[bytes, str]] = []
    submit = CXoneClient.submit

    def noting(self: CXoneClient, body: bytes, *, idempotency_key: str) -> object:
        went_out.append((body, idempotency_key))
        return submit(self, body, idempotency_key=idempotency_key)

    monkeypatch.setattr(CXoneClient, "submit", noting)
    return went_out


@pytest.mark.parametrize("fault", ["reset@submit:2", "hang@submit:2", "500@submit:2"])
def test_an_unclear_submission_cannot_be_stopped_and_is_repeated_to_the_byte(
    work: Work, sent: list[tuple[bytes, str]], settings: object, fault: str
) -> None:
    impatient = work.another(call_seconds=CALL_SECONDS)
    work.sandbox.faults = [fault]
    row = work.file(description="Case 42")
    impatient.send()
    assert fresh(row).status == "submitting"
    with pytest.raises(lifecycle.MoveRefused, match="no longer be stopped"):
        cancel(work, row)
    # Neither a new key nor a new address may change what goes out.
    settings.CALLBACK_KEYS = ["a-newer-key-than-before", *settings.CALLBACK_KEYS]
    settings.PUBLIC_URL = "https://elsewhere.example"
    work.let_time_pass()
    impatient.send()
    work.carry_on()
    assert fresh(row).status == "completed"
    assert len(sent) == 3
    assert len(set(sent)) == 1
    assert sent[0][1] == str(row.public_id)
    assert posted(work.sandbox) == [3]


@pytest.mark.parametrize("fault", ["429@submit:1", "403@submit:1", "401@submit:2"])
def test_what_was_provably_not_taken_can_be_stopped_again(work: Work, fault: str) -> None:
    work.sandbox.faults = [fault]
    row = work.file()
    work.send()
    row = fresh(row)
    assert (row.status, row.first_sent_at, row.lease_until) == ("queued", None, None)
    cancel(work, row)
    work.carry_on()
    assert fresh(row).status == "cancelled"
    assert work.sandbox.requests == []


def test_a_refused_connection_means_not_taken(work: Work) -> None:
    row = work.file()
    work.client.ensure_token()
    work.sandbox.stop()
    work.send()
    assert fresh(row).status == "queued"
    assert events(row)[-1] == "request.requeued"
    cancel(work, row)


def test_a_token_turned_down_once_is_renewed_without_anybody_noticing(work: Work) -> None:
    work.client.ensure_token()
    work.sandbox.revoke_tokens()
    rows = [work.file() for _ in range(5)]
    work.send()
    assert {fresh(row).status for row in rows} == {"processing"}
    assert work.sandbox.stats["tokens"] == 2


@pytest.mark.parametrize("fault", ["429@submit:1", "403@submit:1", "401@submit:2"])
def test_what_was_in_doubt_before_stays_in_doubt(work: Work, fault: str) -> None:
    work.sandbox.faults = ["reset@submit:1", fault]
    row = work.file()
    work.send()
    work.let_time_pass()
    work.send()
    assert fresh(row).status == "submitting", "the first attempt may have been taken"
    with pytest.raises(lifecycle.MoveRefused):
        cancel(work, row)
    work.carry_on()
    assert fresh(row).status == "completed"
    assert posted(work.sandbox) == [2]


def test_a_worker_lost_between_gate_and_call_leaves_a_row_in_doubt(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = work.file()

    def lost(*_: object) -> None:
        raise SystemExit

    with monkeypatch.context() as patch:
        patch.setattr("erasure.pipeline.batches.calls.submit_all", lost)
        with pytest.raises(SystemExit):
            work.send()
    assert fresh(row).status == "submitting"
    assert work.another().send() == 0, "the lease keeps it from everybody for a while"
    work.carry_on()
    assert fresh(row).status == "completed"
    assert posted(work.sandbox) == [1]


def test_a_payload_requeued_after_a_change_of_keys_is_still_the_one_frozen_first(
    work: Work, sent: list[tuple[bytes, str]], settings: object
) -> None:
    work.sandbox.faults = ["429@submit:1"]
    row = work.file()
    work.send()
    settings.CALLBACK_KEYS = ["a-newer-key-than-before", *settings.CALLBACK_KEYS]
    work.let_time_pass()
    work.send()
    assert fresh(row).status == "processing"
    assert sent[0] == sent[1]


def test_the_wait_for_a_repeat_grows_and_never_undercuts_the_contract(work: Work) -> None:
    work.sandbox.faults = ["500@submit:4"]
    row = work.file()
    waits = []
    for _ in range(4):
        work.let_time_pass()
        before = timezone.now()
        work.send()
        waits.append((fresh(row).next_attempt_at or before) - before)
    assert waits[0] >= timedelta(seconds=30)
    assert waits == sorted(waits)
    assert waits[3] >= timedelta(seconds=240)
