"""State and events tell the same story; where they do not, each difference is named from either side."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connections
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent, AuditPastEvent
from audit.signing import continuation
from audit.trail import audited
from erasure import lifecycle, overrides, reconcile, releasing, shredding
from erasure.choices import Channel, ExtensionGround, OverrideReason, PauseGround
from erasure.deliveries import claims, outcomes
from erasure.deliveries.told import Told
from erasure.models import ClockPause, Delivery, Extension, LegalHold, Override, PrivacyRequest, Submission
from erasure.reconcile import differences
from erasure.stories.marks import WORDS
from erasure.vault import Receipt
from privacyadmin.models import User
from tests.audit.tampering import triggers_lifted
from tests.erasure.lifted_guards import lifted_guards
from tests.erasure.made_holds import decided, placed, proposed
from tests.erasure.made_requests import (
    accepted,
    answered,
    completed,
    failed,
    filed,
    only,
    registered,
    sent,
    today,
)
from tests.erasure.told_vaults import made_vault

pytestmark = pytest.mark.django_db

JUSTIFICATION = "The evidence was copied to the case file last week."


@pytest.fixture
def everything(officer: User, reviewer: User, other_reviewer: User) -> None:
    """Requests and holds in every state that has to be on record, made by the program's own moves."""
    now = timezone.now()
    done = filed(officer, "cust-1")
    completed(only(done))
    answered(done, officer)
    certify(done, officer)
    for step in (1, 2):
        shredding.shred([done.pk], step, because="retention", now=now)
    tell_a_vault(failed(only(filed(officer, "cust-2"))))
    stopped = filed(officer, "cust-3", delay=timedelta(hours=1))
    with audited() as log:
        lifecycle.cancel(log, only(stopped), by=officer, because="stopped", now=now)
    decide(held(officer, "cust-4"), reviewer, approve=False)
    decide(held(officer, "cust-5"), reviewer, approve=True)
    withdraw(held(officer, "cust-6"), officer)
    let_expire(held(officer, "cust-7"), officer)
    completed(only(filed(officer, "cust-8", type="ACCESS")))
    take_back(held(officer, "cust-9"), reviewer)
    accepted(only(filed(officer, "cust-10")))
    placed(reviewer, "cust-10")
    place_and_release(reviewer, other_reviewer)
    move_clocks(officer)


def tell_a_vault(submission: Submission) -> None:
    """A vault has taken what it was told of this."""
    now = timezone.now()
    vault = made_vault()
    Delivery.objects.create(
        vault=vault,
        request=submission.request,
        submission=submission,
        occasion="failed",
        made_at=now,
        next_attempt_at=now,
    )
    [claimed] = claims.claim(now)
    outcomes.apply([Told(claimed, Receipt(200), begun=now)], now=now)


def move_clocks(officer: User) -> None:
    """Requests of which the receipt was confirmed, the clock moved in every way, and which were commented."""
    now = timezone.now()
    extended = registered(officer, ("email", "clock-1@example.org"))
    paused = registered(officer, ("email", "clock-2@example.org"), type="ACCESS", regulation="uk-gdpr")
    with audited() as log:
        lifecycle.acknowledge(
            log, extended, by=officer, channel=Channel.EMAIL, acknowledged_on=today(), now=now
        )
        lifecycle.comment(log, extended, by=officer, text="Rang twice.", now=now)
        lifecycle.correct_clock(
            log,
            extended,
            by=officer,
            regulation="gdpr",
            received_on=extended.received_on - timedelta(days=1),
            reason="It had lain in the post room.",
            now=now,
        )
        lifecycle.extend(
            log,
            extended,
            by=officer,
            ground=ExtensionGround.COMPLEXITY,
            told_on=today(),
            explanation="It reaches into four systems.",
            now=now,
        )
        lifecycle.pause(
            log, paused, by=officer, ground=PauseGround.CLARIFICATION, from_day=paused.received_on, now=now
        )
        lifecycle.resume_clock(log, paused, by=officer, until_day=today(), now=now)


def certify(request: PrivacyRequest, officer: User) -> None:
    with audited() as log:
        PrivacyRequest.objects.filter(pk=request.pk).update(certified_at=timezone.now())
        for copy in ("audit", "person", "person"):
            data = {"copy": copy, "submissions": [1], "size": 9, "root": "A" * 43 + "="}
            log.record(Event.REQUEST_CERTIFIED, actor=officer.actor, obj=request.obj, data=data)


def held(officer: User, identifier: str) -> Override:
    """A held submission with a question for an override."""
    request = filed(officer, identifier, categories=["ANALYTICS"])
    return ask(only(request), officer)


def ask(submission: Submission, officer: User, *, now: Any = None) -> Override:
    with audited() as log:
        return overrides.ask(
            log,
            submission,
            by=officer,
            reason=OverrideReason.EVIDENCE_PRESERVED,
            justification=JUSTIFICATION,
            now=now or timezone.now(),
        )


def decide(override: Override, reviewer: User, *, approve: bool) -> None:
    now = timezone.now()
    with audited() as log:
        overrides.decide(
            log, override, by=reviewer, approve=approve, reason="So decided.", now=now, send_at=now
        )


def withdraw(override: Override, officer: User) -> None:
    with audited() as log:
        overrides.withdraw(log, override, by=officer, now=timezone.now())


def let_expire(override: Override, officer: User) -> None:
    submission = only(override.submission.request)
    ask(submission, officer, now=timezone.now() + overrides.lifetime() + timedelta(seconds=1))


def place_and_release(first: User, second: User) -> None:
    """A hold that was proposed for release four times: kept, withdrawn, expired, released."""
    hold = placed(first, category="SURVEY")
    decided(proposed(hold, by=first), by=second, approve=False)
    mine = proposed(hold, by=first)
    with audited() as log:
        releasing.withdraw(log, mine, by=first, now=timezone.now())
    proposed(hold, by=first)
    releasing.expire_due(timezone.now() + overrides.lifetime())
    decided(proposed(hold, by=first), by=second)


def take_back(override: Override, reviewer: User) -> None:
    decide(override, reviewer, approve=True)
    with audited() as log:
        overrides.revoke(log, override, by=reviewer, now=timezone.now())


def change(row: Any, **columns: Any) -> None:
    with lifted_guards():
        assert type(row).objects.filter(pk=row.pk).update(**columns) == 1


def delete_events(act: str, *, step: int | None = None) -> list[str]:
    """Take the events of one kind away; the names of what they were about."""
    events = [event for event in AuditEvent.objects.filter(act=act) if tells_of_state(event, step)]
    with triggers_lifted():
        AuditEvent.objects.filter(pk__in=[event.pk for event in events]).delete()
    return [event.obj for event in events]


def tells_of_state(event: AuditEvent, step: int | None) -> bool:
    return event.facts.get("copy") != "audit" and (step is None or event.facts["step"] == step)


def found() -> list[str]:
    return list(differences())


# Agreeing.


@pytest.mark.usefixtures("everything")
def test_what_the_program_did_itself_agrees() -> None:
    assert found() == []


@pytest.mark.usefixtures("everything")
def test_every_state_and_event_that_is_compared_is_there() -> None:
    acts = set(AuditEvent.objects.values_list("act", flat=True))
    assert {mark.split(" ")[0] for mark in WORDS} <= acts


def test_attempts_that_changed_nothing_are_no_state(officer: User) -> None:
    row = completed(only(filed(officer)))
    with audited() as log:
        lifecycle.note_stop_refused(log, row, by=officer)
    assert found() == []


def test_standing_holds_that_nobody_placed_need_no_event() -> None:
    assert LegalHold.objects.filter(placed_by__isnull=True).exists()
    assert found() == []


@pytest.mark.usefixtures("everything")
def test_events_of_ended_logs_count() -> None:
    continuation.continue_log(reason="key_lost")
    assert AuditEvent.objects.count() == 1
    assert found() == []
    with triggers_lifted():
        AuditPastEvent.objects.filter(act=Event.REQUEST_ANSWERED).delete()
    (difference,) = found()
    assert difference.endswith("is answered, and the log has no event of it (request.answered).")


@pytest.mark.usefixtures("everything")
def test_it_goes_by_lots_and_tells_how_far_it_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "AT_ONCE", 3)
    told: list[tuple[int, int]] = []
    delete_events(Event.REQUEST_REGISTERED)
    sentences = list(differences(progress=lambda done, total: told.append((done, total))))
    assert len(sentences) == PrivacyRequest.objects.count() == 12
    assert told == sorted(told)
    total = reconcile.things_to_compare()
    assert (told[0], told[-1]) == ((3, total), (total, total))
    assert len(told) > 6


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize(
    ("column", "words"),
    [
        ("due_on", "the due date is another"),
        ("received_on", "the date of receipt is another"),
        ("regulation", "the regulation is another"),
    ],
)
def test_a_clock_that_was_moved_past_the_log_is_named(column: str, words: str) -> None:
    request = Extension.objects.get().request
    day = request.received_on - timedelta(days=3)
    change(
        request,
        **{
            column: "utah"
            if column == "regulation"
            else request.due_on + timedelta(days=9)
            if column == "due_on"
            else day
        },
    )
    (sentence,) = found()
    assert sentence == f"{request.reference}: {words} in its row than in the log."


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("model", [Extension, ClockPause])
def test_one_that_fell_past_the_log_is_named(model: Any) -> None:
    row = model.objects.get()
    change(row, fell_at=timezone.now())
    (sentence,) = found()
    assert "have fallen by its rows" in sentence


def test_what_falls_with_a_correction_agrees(officer: User) -> None:
    request = registered(officer, ("email", "fall@example.org"), type="ACCESS", regulation="uk-gdpr")
    now = timezone.now()
    with audited() as log:
        lifecycle.pause(
            log, request, by=officer, ground=PauseGround.CLARIFICATION, from_day=request.received_on, now=now
        )
        lifecycle.correct_clock(
            log,
            request,
            by=officer,
            regulation="utah",
            received_on=request.received_on,
            reason="She lives in Utah.",
            now=now,
        )
    assert ClockPause.objects.get().fell_at is not None
    assert found() == []


# What the log lacks.


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("mark", [mark for mark in WORDS if not mark.startswith("override")])
def test_a_state_without_its_event_is_named(mark: str) -> None:
    act, _, step = mark.partition(" ")
    names = delete_events(act, step=int(step) if step else None)
    # A clock that was moved without an event is named by its dates besides.
    sentences = [sentence for sentence in found() if "is another in its row" not in sentence]
    assert len(sentences) == len(set(names)) > 0
    for sentence in sentences:
        assert sentence.endswith(f" is {WORDS[mark]}, and the log has no event of it ({act}).")


@pytest.mark.usefixtures("everything")
@pytest.mark.parametrize("act", [mark for mark in WORDS if mark.startswith("override")])
def test_an_override_without_its_event_is_named(act: str) -> None:
    names = delete_events(act)
    sentences = found()
    assert len(sentences) == len(set(names)) > 0
    for sentence in sentences:
        assert f"({act})" in sentence
        assert WORDS[act] in sentence


def test_the_reference_and_the_submission_are_named_and_no_identifier(officer: User) -> None:
    request = filed(officer, "cust-secret-1", "cust-secret-2")
    completed(only(request, 2))
    delete_events(Event.REQUEST_COMPLETED)
    (sentence,) = found()
    assert sentence.startswith(f"{request.reference}/2 is completed, and")
    assert "secret" not in sentence


# What the state lacks.


def record(act: Event, obj: str, *, res: Any = "ok", **data: Any) -> None:
    with audited() as log:
        log.record(act, actor="sys", obj=obj, data=data, res=res)


FORGED: dict[str, dict[str, Any]] = {
    Event.REQUEST_REGISTERED: {},
    Event.REQUEST_FILED: {"submission": 2, "type": "ERASURE", "categories": ["CONTACT"], "scope": "CONTACT"},
    Event.REQUEST_SUBMITTED: {"submission": 1, "cxone_id": "7f1c"},
    Event.REQUEST_COMPLETED: {
        "submission": 1,
        "completion_time_ms": 9,
        "records_deleted": 7,
        "categories": ["CONTACT"],
        "scope": "CONTACT",
        "cxone_id": "7f1c",
    },
    Event.REQUEST_FAILED: {"submission": 1, "reason": "failed_at_cxone", "res": "failed"},
    Event.REQUEST_REFUSED: {"submission": 1, "because": "denied"},
    Event.REQUEST_CANCELLED: {"submission": 1, "because": "stopped"},
    Event.REQUEST_ANSWERED: {"outcome": "done", "answered_on": "2026-11-01"},
    Event.REQUEST_CERTIFIED: {"copy": "person", "submissions": [1], "size": 3, "root": "A" * 43 + "="},
    Event.OVERRIDE_ASKED: {"submission": 1},
    Event.OVERRIDE_APPROVED: {"submission": 1},
    Event.OVERRIDE_DENIED: {"submission": 1, "res": "denied"},
    Event.OVERRIDE_WITHDRAWN: {"submission": 1},
    Event.OVERRIDE_EXPIRED: {"submission": 1},
    "subject.shredded 1": {"step": 1, "because": "retention"},
    "subject.shredded 2": {"step": 2, "because": "retention"},
}


@pytest.mark.parametrize("mark", list(FORGED))
def test_an_event_without_its_state_is_named(mark: str, officer: User) -> None:
    request = filed(officer, delay=timedelta(hours=1))
    act = Event(mark.partition(" ")[0])
    record(act, request.obj, **FORGED[mark])
    (sentence,) = found()
    what = request.reference + (f"/{FORGED[mark]['submission']}" if "submission" in FORGED[mark] else "")
    if mark == Event.REQUEST_REGISTERED:
        assert sentence == f"{what} was registered 1 times by its rows and 2 times by the log ({act})."
    else:
        assert sentence == f"The log says that {what} was {WORDS[mark]} ({act}), and its row says otherwise."


@pytest.mark.parametrize("act", [Event.HOLD_PLACED, Event.HOLD_RELEASED])
def test_an_event_of_a_hold_without_its_state_is_named(act: Event) -> None:
    hold = LegalHold.objects.get(code="RET-1")
    record(act, f"hold:{hold.pk}")
    (sentence,) = found()
    assert sentence == f"The log says that hold RET-1 was {WORDS[act]} ({act}), and its row says otherwise."


def test_a_shredding_of_an_unknown_kind_is_named(officer: User) -> None:
    request = filed(officer)
    record(Event.SUBJECT_SHREDDED, request.obj, step=3, because="retention")
    (sentence,) = found()
    assert "subject.shredded" in sentence


def test_an_event_told_twice_is_named(officer: User) -> None:
    row = completed(only(filed(officer)))
    record(
        Event.REQUEST_COMPLETED,
        row.request.obj,
        **{**FORGED[Event.REQUEST_COMPLETED], "cxone_id": row.cxone_id},
    )
    (sentence,) = found()
    assert "was completed 1 times by its rows and 2 times by the log" in sentence


@pytest.mark.parametrize("obj", ["request:PR-2026-999999", "hold:424242"])
def test_what_the_log_tells_of_and_is_not_there_is_named(obj: str) -> None:
    act = Event.REQUEST_ANSWERED if obj.startswith("request") else Event.HOLD_PLACED
    record(act, obj, **FORGED.get(act, {}))
    assert found() == [f"The log tells of {obj}, and there is no such row."]


def test_it_is_named_too_where_an_ended_log_tells_of_it() -> None:
    record(Event.REQUEST_ANSWERED, "request:PR-2026-999999", **FORGED[Event.REQUEST_ANSWERED])
    continuation.continue_log(reason="key_lost")
    assert found() == ["The log tells of request:PR-2026-999999, and there is no such row."]


# Rows written past the program.


def test_a_status_that_was_written_by_hand_is_named_from_both_sides(officer: User) -> None:
    row = completed(only(filed(officer)))
    change(row, status="failed")
    assert found() == [
        f"The log says that {row} was completed (request.completed), and its row says otherwise.",
        f"{row} is failed, and the log has no event of it (request.failed).",
    ]


def by_hand(officer: User, finish: Callable[[Submission], Submission], **columns: Any) -> list[str]:
    row = finish(only(filed(officer)))
    change(row, **columns)
    return [sentence.removeprefix(str(row)) for sentence in found()]


@pytest.mark.parametrize("finish", [completed, failed])
@pytest.mark.parametrize("records", [None, 8])
def test_another_number_of_records_is_named(officer: User, finish: Any, records: int | None) -> None:
    finish_with = lambda row: finish(row, records=7)  # noqa: E731 - said where it is used.
    (sentence,) = by_hand(officer, finish_with, records_affected=records)
    assert sentence.endswith("and the number of records is another in its row than in the log.")


def test_another_cxone_id_is_named(officer: User) -> None:
    sentences = by_hand(officer, completed, cxone_id="other")
    assert [sentence.split(",")[0] for sentence in sentences] == [" is completed", " is accepted by CXone"]
    assert all("the CXone id is another" in sentence for sentence in sentences)


def test_what_failed_before_cxone_gave_an_id_agrees_while_it_has_none(officer: User) -> None:
    row = sent(only(filed(officer)))
    with audited() as log:
        lifecycle.fail(log, row, code="refused_by_cxone", message="No.", now=timezone.now())
    assert found() == []
    change(row, cxone_id="7f1c")
    assert found() == [f"{row} is failed, and the CXone id is another in its row than in the log."]


def test_an_unusual_cxone_id_agrees_with_its_hash_in_the_log(officer: User) -> None:
    row = accepted(only(filed(officer)), cxone_id="id with spaces")
    with audited() as log:
        lifecycle.complete(log, row, records=1, body="{}", now=timezone.now())
    assert found() == []


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        ({"outcome": "refused"}, "the outcome"),
        ({"answer_channel": "letter"}, "the channel"),
        ({"answered_on": timezone.localdate() - timedelta(days=1)}, "the day"),
    ],
)
def test_another_answer_is_named(officer: User, columns: dict[str, Any], words: str) -> None:
    request = filed(officer)
    completed(only(request))
    answered(request, officer)
    change(request, **columns)
    assert found() == [f"{request.reference} is answered, and {words} is another in its row than in the log."]


def test_a_request_that_was_deleted_is_named(officer: User) -> None:
    request = registered(officer)
    with lifted_guards():
        PrivacyRequest.objects.filter(pk=request.pk).delete()
    assert found() == [f"The log tells of {request.obj}, and there is no such row."]


def test_a_line_that_cannot_be_read_counts_as_not_there(officer: User) -> None:
    request = registered(officer)
    for body in ("{", "[]", '{"data":[]}'):
        with triggers_lifted():
            AuditEvent.objects.filter(obj=request.obj).update(body=body)
        (sentence,) = found()
        assert (
            sentence
            == f"{request.reference} is registered, and the log has no event of it (request.registered)."
        )


# While work goes on.


@pytest.mark.django_db(transaction=True)
def test_what_moves_meanwhile_is_no_false_alarm(officer: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reconcile, "AT_ONCE", 4)
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for number in range(25):
                request = filed(officer, f"cust-busy-{number}")
                completed(only(request))
                answered(request, officer)
        except BaseException as error:
            failures.append(error)
        finally:
            connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    told: list[str] = []
    rounds = 0
    while worker.is_alive():
        told += differences()
        rounds += 1
    worker.join()
    assert (failures, told) == ([], [])
    assert rounds > 1
    assert found() == []
