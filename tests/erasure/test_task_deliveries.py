"""From the end of a request to its task at OneTrust or Securiti: completed once, with its resolution."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest

from audit.models import AuditEvent
from erasure.choices import DeliveryState, Occasion, Outcome
from erasure.models import Delivery, PrivacyRequest
from tests.erasure import made_requests as made
from tests.erasure.task_desk import linked, onetrust, onetrust_vault, securiti, securiti_vault, task_desk
from tests.erasure.told_vaults import DeliveryDesk
from tests.vault.onetrust_stand_in import CLIENT_SECRET, DONE, PARTLY, REFUSED, OneTrustStandIn, rate_limited
from tests.vault.securiti_stand_in import SecuritiStandIn
from tests.vault.stand_in import said

__all__ = ["onetrust", "securiti", "task_desk"]

pytestmark = pytest.mark.django_db(transaction=True)

Told = Callable[[PrivacyRequest, Any], None]


def carried_out(request: PrivacyRequest, officer: Any) -> None:
    made.completed(made.only(request))
    made.answered(request, officer, Outcome.DONE)


def without_a_find(request: PrivacyRequest, officer: Any) -> None:
    made.completed(made.only(request), records=0, rows=())
    made.answered(request, officer, Outcome.NOTHING_FOUND)


def in_part(request: PrivacyRequest, officer: Any) -> None:
    made.completed(made.only(request, 1))
    made.failed(made.only(request, 2))
    made.answered(request, officer, Outcome.DONE)


def not_at_all(request: PrivacyRequest, officer: Any) -> None:
    made.failed(made.only(request))
    made.answered(request, officer, Outcome.REFUSED)


def states() -> dict[str, str]:
    return {
        f"{row.occasion}/{row.submission.number if row.submission else 0}": row.state
        for row in Delivery.objects.select_related("submission")
    }


@pytest.mark.parametrize(
    ("ends", "identifiers", "resolution"),
    [
        (carried_out, ("cust-1",), DONE),
        (without_a_find, ("cust-1",), DONE),
        (in_part, ("cust-1", "cust-2"), PARTLY),
        (not_at_all, ("cust-1",), REFUSED),
    ],
)
def test_a_request_completes_its_subtask_once(
    task_desk: DeliveryDesk,
    onetrust: OneTrustStandIn,
    officer: Any,
    ends: Told,
    identifiers: tuple[str, ...],
    resolution: str,
) -> None:
    onetrust_vault(onetrust)
    task = onetrust.new_subtask()
    request = linked(made.filed(officer, *identifiers), task, officer)
    ends(request, officer)
    assert task_desk.batch() == len(identifiers) + 1
    assert set(states().values()) == {DeliveryState.DELIVERED}
    kept = onetrust.subtasks[task]
    assert (kept.status, kept.resolution, kept.completions) == ("COMPLETED", resolution, 1)
    assert not any(name in comment for name in identifiers for comment in kept.comments)


def test_the_subtask_is_open_until_the_person_is_answered(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, officer: Any
) -> None:
    onetrust_vault(onetrust)
    task = onetrust.new_subtask()
    request = linked(made.filed(officer, "cust-1", "cust-2"), task, officer)
    made.completed(made.only(request, 1))
    made.completed(made.only(request, 2))
    task_desk.batch()
    kept = onetrust.subtasks[task]
    assert (kept.status, len(kept.comments)) == ("ASSIGNED", 2)

    made.answered(request, officer)
    task_desk.batch()
    assert (kept.status, len(kept.comments), kept.completions) == ("COMPLETED", 3, 1)


def test_what_has_no_subtask_is_not_for_it_until_one_is_named(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, officer: Any
) -> None:
    onetrust_vault(onetrust, tells=[str(Occasion.ANSWERED)])
    request = made.filed(officer)
    carried_out(request, officer)
    task_desk.batch()
    assert states() == {"answered/0": DeliveryState.NOT_FOR_IT}
    assert not onetrust.asked

    task = onetrust.new_subtask()
    linked(request, task, officer)
    task_desk.batch()
    assert states() == {"answered/0": DeliveryState.DELIVERED}
    assert onetrust.subtasks[task].completions == 1


def test_answers_that_get_lost_complete_it_once(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, officer: Any
) -> None:
    onetrust_vault(onetrust)
    task = onetrust.new_subtask()
    carried_out(linked(made.filed(officer), task, officer), officer)
    onetrust.meets("complete", None, acts=True, times=2)
    task_desk.batch()
    while task_desk.later():
        pass
    assert set(states().values()) == {DeliveryState.DELIVERED}
    kept = onetrust.subtasks[task]
    assert (kept.status, kept.completions) == ("COMPLETED", 1)
    # The comment about the part stands there once, or not at all if the answer to the person came first.
    assert len(kept.comments) == len(set(kept.comments)) <= 2


def test_a_rate_limit_has_everything_wait(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, officer: Any
) -> None:
    vault = onetrust_vault(onetrust)
    task = onetrust.new_subtask()
    onetrust.meets("read", rate_limited("900"), times=2)
    carried_out(linked(made.filed(officer), task, officer), officer)
    task_desk.batch()
    vault.refresh_from_db()
    assert vault.paused_until is not None
    assert (vault.paused_until - vault.last_failure_at).total_seconds() == 900
    assert task_desk.batch() == 0
    while task_desk.later():
        pass
    assert onetrust.subtasks[task].completions == 1


def test_a_refused_subtask_shows_the_vaults_words(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, officer: Any
) -> None:
    onetrust_vault(onetrust, tells=[str(Occasion.ANSWERED)])
    carried_out(linked(made.filed(officer), str(uuid4()), officer), officer)
    task_desk.batch()
    row = Delivery.objects.get()
    assert (row.state, row.last_trouble, row.last_status) == (DeliveryState.WAITING, "rejected", 404)
    assert "not found" in row.last_answer
    assert not any(CLIENT_SECRET in event.body for event in AuditEvent.objects.all())


def test_a_vault_without_its_resolutions_says_that_its_settings_cannot_work(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, officer: Any
) -> None:
    vault = onetrust_vault(onetrust, options={"resolution_done": DONE})
    carried_out(linked(made.filed(officer), onetrust.new_subtask(), officer), officer)
    task_desk.batch()
    vault.refresh_from_db()
    assert vault.last_trouble == "misconfigured"
    assert not onetrust.asked


def test_an_answer_responds_to_the_subtask_at_securiti(
    task_desk: DeliveryDesk, securiti: SecuritiStandIn, officer: Any
) -> None:
    securiti_vault(securiti, tells=[str(Occasion.ANSWERED)])
    securiti.responses["20411"] = None
    carried_out(linked(made.filed(officer), "20411", officer), officer)
    securiti.meets("respond", said(500), acts=True)
    task_desk.batch()
    task_desk.later()
    assert states() == {"answered/0": DeliveryState.DELIVERED}
    assert (securiti.responses["20411"] or {})["status"] == 3


def test_one_request_has_a_task_at_one_of_both(
    task_desk: DeliveryDesk, onetrust: OneTrustStandIn, securiti: SecuritiStandIn, officer: Any
) -> None:
    onetrust_vault(onetrust, tells=[str(Occasion.ANSWERED)])
    securiti_vault(securiti, tells=[str(Occasion.ANSWERED)])
    task = onetrust.new_subtask()
    carried_out(linked(made.filed(officer), task, officer), officer)
    task_desk.batch()
    by_vault = dict(Delivery.objects.values_list("vault__code", "state"))
    assert by_vault == {"onetrust": DeliveryState.DELIVERED, "securiti": DeliveryState.NOT_FOR_IT}
    assert not securiti.asked
