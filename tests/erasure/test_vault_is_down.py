"""A vault that is down for the whole run: requests are sent, closed and answered as if there were none."""

from typing import Any

import pytest

from erasure.choices import DeliveryState, Outcome
from erasure.models import Delivery
from tests.cxone.raw_server import RawServer, saying
from tests.cxone.test_bounds import silent
from tests.erasure import made_requests as made
from tests.erasure.at_work import Work, cxone, fresh, work
from tests.erasure.http_desk import HttpDesk, http_desk, receiver, vault_at
from tests.vault.receiver import TAKING, Receiver

__all__ = ["cxone", "http_desk", "receiver", "work"]

pytestmark = pytest.mark.django_db(transaction=True)

REQUESTS = 6


@pytest.mark.parametrize("mood", ["500", "hangs"])
def test_requests_close_and_their_vault_hears_of_it_later(
    work: Work, http_desk: HttpDesk, receiver: Receiver, officer: Any, mood: str
) -> None:
    vault = vault_at(receiver)
    receiver.mood, receiver.takes = (saying("500 Oops") if mood == "500" else silent), False
    requests = [work.file_request() for _ in range(REQUESTS)]
    for _ in range(4):
        work.let_time_pass()
        work.send()
        http_desk.later()
        work.let_time_pass()
        work.ask()
        http_desk.later()

    assert {fresh(request.submissions.get()).status for request in requests} == {"completed"}
    made.answered(requests[0], by=officer, outcome=Outcome.DONE)
    waits = Delivery.objects.filter(vault=vault, state=DeliveryState.WAITING)
    assert waits.count() == REQUESTS + 1
    assert receiver.attempts
    assert receiver.taken == {}

    receiver.mood, receiver.takes = TAKING, True
    http_desk.until_nothing_waits()
    assert set(receiver.taken) == {row.message_id for row in Delivery.objects.all()}
    told = [attempt.fields for attempt in receiver.taken.values()]
    assert sorted(fields["status"] for fields in told) == ["ANSWERED", *["COMPLETED"] * REQUESTS]
    assert len({fields["requestId"] for fields in told}) == REQUESTS


def test_nobody_listening_keeps_no_request_open(work: Work, http_desk: HttpDesk) -> None:
    with RawServer(silent) as gone:
        address = gone.base_url
    with Receiver() as elsewhere:
        vault_at(elsewhere, address=address)
    row = work.file()
    work.carry_on()
    http_desk.later()
    assert fresh(row).status == "completed"
    assert Delivery.objects.get().last_trouble == "unreachable"
