"""Callbacks as the sandbox sends them to the running web server: lost, doubled, early, contradicted."""

from typing import Any

import pytest

from erasure.choices import Attention
from erasure.models import CallbackReceipt, Submission
from tests.erasure.at_work import Work, cxone, event_data, events, fresh, work
from tests.program.processes import wait_until

__all__ = ["cxone", "work"]


@pytest.fixture
def reachable(work: Work, live_server: Any, settings: Any) -> Work:
    """Work whose callbacks can reach us."""
    settings.PUBLIC_URL = live_server.url
    return work


def wait_for_callback(row: Submission) -> None:
    wait_until(
        lambda: fresh(row).callback_at is not None,
        seconds=10,
        what="the callback was recorded",
    )


def test_a_callback_makes_the_question_due_and_the_answer_closes(reachable: Work) -> None:
    row = reachable.file()
    reachable.send()
    wait_for_callback(row)
    reachable.ask()
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")
    assert events(row)[-2:] == ["callback.received", "request.completed"]
    assert event_data(row.request.obj, "request.completed")[0]["callback"] is True
    assert CallbackReceipt.objects.get().audited


def test_a_lost_callback_is_made_up_for_by_polling(reachable: Work) -> None:
    reachable.sandbox.faults = ["lost-callback"]
    row = reachable.file()
    reachable.carry_on()
    assert fresh(row).status == "completed"
    assert reachable.sandbox.stats["callbacks"] == 0
    assert event_data(row.request.obj, "request.completed")[0]["callback"] is False


def test_a_callback_before_the_answer_to_the_sending_closes_once(reachable: Work) -> None:
    reachable.sandbox.faults = ["early-callback"]
    row = reachable.file()
    reachable.send()
    assert fresh(row).callback_at is not None, "it came before the answer"
    assert reachable.ask() == 1, "so that the question is due at once"
    assert fresh(row).status == "completed"
    assert events(row).count("request.completed") == 1
    assert events(row).count("callback.received") == 1


def test_a_callback_that_comes_twice_closes_once(reachable: Work) -> None:
    reachable.sandbox.faults = ["double-callback"]
    row = reachable.file()
    reachable.send()
    wait_until(lambda: reachable.sandbox.stats["callbacks"] == 2, seconds=10, what="both callbacks were sent")
    wait_for_callback(row)
    reachable.carry_on()
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")
    assert events(row).count("request.completed") == 1
    assert CallbackReceipt.objects.count() == 1


def test_a_callback_that_cxones_status_contradicts_leaves_it_open(
    reachable: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = reachable.file()
    reachable.sandbox.faults = ["unknown-status:2"]
    reachable.send()
    wait_for_callback(row)
    reachable.ask()
    assert (fresh(row).status, fresh(row).attention) == ("processing", Attention.UNEXPECTED_ANSWER)
    reachable.carry_on()
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")
