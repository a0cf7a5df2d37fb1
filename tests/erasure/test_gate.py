"""The gate: what changed between the filing and the sending counts, up to the last moment."""

import threading
import time
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from audit.trail import audited
from erasure import holds, lifecycle, overrides
from erasure.choices import Attention, HoldKind, OverrideReason
from erasure.models import LegalHold, Override, Submission
from erasure.pipeline import claims, gate
from tests.erasure.at_work import Work, cxone, events, fresh, posted, work
from tests.erasure.made_holds import released

__all__ = ["cxone", "work"]


def place_hold(code: str = "matter-7", **reach: object) -> LegalHold:
    """A hold as it stands once it is committed."""
    return LegalHold.objects.create(
        code=code,
        kind=HoldKind.LITIGATION,
        ground="A case is pending.",
        placed_at=timezone.now(),
        **(reach or {"category": "CONTACT"}),
    )


def release(*codes: str) -> None:
    for code in codes:
        released(LegalHold.objects.get(code=code))


def overridden(row: Submission, *, reviewer: object, officer: object) -> Override:
    """An override of what holds this row, asked for and approved."""
    now = timezone.now()
    with audited() as log:
        override = overrides.ask(
            log,
            row,
            by=officer,
            reason=OverrideReason.HOLD_DOES_NOT_REACH,
            justification="This data is not what the hold is about.",
            now=now,
        )
    with audited() as log:
        overrides.decide(log, override, by=reviewer, approve=True, reason="Agreed.", now=now, send_at=now)
    return override


def test_a_hold_placed_after_the_filing_stops_it_at_the_gate(work: Work) -> None:
    row = work.file()
    place_hold()
    assert work.send() == 1
    row = fresh(row)
    assert (row.status, row.held_by, row.first_sent_at) == ("blocked", ["matter-7"], None)
    assert (row.lease_until, row.next_attempt_at) == (None, None)
    assert events(row)[-1] == "request.suspended"
    assert work.sandbox.requests == []


def test_a_hold_on_the_person_stops_every_category(work: Work) -> None:
    row = work.file(categories=["SMS"])
    place_hold(subject=row.identifier.subject)
    work.send()
    assert fresh(row).status == "blocked"


def test_a_hold_does_not_stop_an_access_request(work: Work) -> None:
    row = work.file(type="ACCESS")
    place_hold()
    work.send()
    assert fresh(row).status == "processing"


def test_a_hold_placed_between_claim_and_gate_stops_it(work: Work) -> None:
    row = work.file()
    claimed = claims.claim(claims.TO_SUBMIT, limit=10, now=timezone.now())
    place_hold()
    assert gate.pass_gate(claimed, now=timezone.now()) == []
    assert fresh(row).status == "blocked"


def test_a_stop_between_claim_and_gate_counts(work: Work) -> None:
    row = work.file()
    claimed = claims.claim(claims.TO_SUBMIT, limit=10, now=timezone.now())
    with audited() as log:
        lifecycle.cancel(log, fresh(row), by=work.officer, because="stopped", now=timezone.now())
    assert gate.pass_gate(claimed, now=timezone.now()) == []
    assert fresh(row).status == "cancelled"
    assert "request.sending" not in events(row)


def test_only_the_held_of_a_wave_stay_behind(work: Work) -> None:
    held, free = work.file(categories=["SMS"]), work.file(categories=["EMAIL"])
    place_hold(category="SMS")
    work.send()
    assert (fresh(held).status, fresh(free).status) == ("blocked", "processing")


def test_an_approved_override_passes_and_is_used(work: Work, reviewer: object) -> None:
    row = work.file(categories=["ANALYTICS"])
    assert row.status == "blocked"
    override = overridden(row, reviewer=reviewer, officer=work.officer)
    work.send()
    assert fresh(row).status == "processing"
    override.refresh_from_db()
    assert override.used_at is not None


def test_a_used_override_serves_the_repeats_of_its_submission(work: Work, reviewer: object) -> None:
    row = work.file(categories=["ANALYTICS"])
    overridden(row, reviewer=reviewer, officer=work.officer)
    work.sandbox.faults = ["reset@submit:1"]
    work.send()
    work.let_time_pass()
    work.send()
    assert fresh(row).status == "processing"
    assert posted(work.sandbox) == [2]


def test_an_override_does_not_reach_another_hold(work: Work, reviewer: object) -> None:
    row = work.file(categories=["ANALYTICS"])
    override = overridden(row, reviewer=reviewer, officer=work.officer)
    place_hold("matter-8", subject=row.identifier.subject)
    work.send()
    row = fresh(row)
    assert row.status == "blocked"
    assert "matter-8" in row.held_by
    override.refresh_from_db()
    assert override.used_at is None
    assert work.sandbox.requests == []


def test_an_override_of_something_else_does_not_pass(
    work: Work, reviewer: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = work.file(categories=["ANALYTICS"])
    with monkeypatch.context() as patch:
        # The database lets neither payload nor approval change afterwards, so it is approved wrong at once.
        patch.setattr("erasure.overrides.asking.digest", lambda _submission: "0" * 64)
        overridden(row, reviewer=reviewer, officer=work.officer)
    work.send()
    assert fresh(row).status == "blocked"
    assert work.sandbox.requests == []


def test_a_hold_on_what_may_have_been_sent_stops_the_repeat_and_is_shown(work: Work) -> None:
    work.sandbox.faults = ["reset@submit:1"]
    row = work.file()
    work.send()
    place_hold()
    work.let_time_pass()
    work.send()
    row = fresh(row)
    assert (row.status, row.attention) == ("submitting", Attention.HELD_IN_DOUBT)
    assert (row.next_attempt_at or timezone.now()) > timezone.now() + timedelta(minutes=4)
    assert posted(work.sandbox) == [1]
    work.let_time_pass()
    work.send()
    assert events(row).count("attention.raised") == 1
    release("matter-7")
    work.carry_on()
    assert (fresh(row).status, fresh(row).attention) == ("completed", "")
    assert posted(work.sandbox) == [2]


def test_a_doubt_that_was_shown_before_does_not_hide_the_hold(work: Work) -> None:
    work.sandbox.faults = ["reset@submit:3"]
    row = work.file()
    for _ in range(3):
        work.let_time_pass()
        work.send()
    assert fresh(row).attention == Attention.UNCLEAR
    place_hold()
    work.let_time_pass()
    work.send()
    assert fresh(row).attention == Attention.HELD_IN_DOUBT


def test_a_payload_that_the_rules_refuse_by_now_is_suspended(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = work.file()
    real = gate.build_payload
    monkeypatch.setattr(
        "erasure.pipeline.gate.build_payload", lambda **facts: real(**{**facts, "subject_id": "bad id!"})
    )
    work.send()
    row = fresh(row)
    assert row.status == "blocked"
    assert all(code.startswith("rule:") for code in row.held_by)
    assert work.sandbox.requests == []


def test_a_row_at_fault_is_set_aside_and_the_others_of_its_wave_pass(
    work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [work.file() for _ in range(4)]
    real = gate.payload_of

    def spoiled(row: Submission) -> str:
        if row.pk == rows[1].pk:
            raise RuntimeError("spoiled")
        return real(row)

    monkeypatch.setattr("erasure.pipeline.gate.payload_of", spoiled)
    work.send()
    assert [fresh(row).status for row in rows] == ["processing", "queued", "processing", "processing"]
    at_fault = fresh(rows[1])
    assert (at_fault.attention, at_fault.lease_until) == (Attention.POISONED, None)
    assert (at_fault.next_attempt_at or timezone.now()) > timezone.now() + timedelta(minutes=9)
    assert posted(work.sandbox) == [1, 1, 1]
    monkeypatch.setattr("erasure.pipeline.gate.payload_of", real)
    work.carry_on()
    assert fresh(rows[1]).status == "completed"


def test_the_lease_counts_from_the_gate(work: Work) -> None:
    row = work.file()
    now = timezone.now()
    later = now + timedelta(seconds=30)
    gate.pass_gate(claims.claim(claims.TO_SUBMIT, limit=1, now=now), now=later)
    assert fresh(row).lease_until == later + claims.LEASE


def test_a_hold_being_placed_makes_the_gate_wait(work: Work) -> None:
    """On SQLite the writer that began first excludes the other; on PostgreSQL the register does."""
    row = work.file()
    claimed = claims.claim(claims.TO_SUBMIT, limit=10, now=timezone.now())
    begun, committed = threading.Event(), threading.Event()

    def place() -> None:
        try:
            with transaction.atomic():
                holds.lock_register()
                place_hold()
                begun.set()
                time.sleep(0.5)
            committed.set()
        finally:
            connection.close()

    placing = threading.Thread(target=place)
    placing.start()
    try:
        assert begun.wait(10)
        assert gate.pass_gate(claimed, now=timezone.now()) == []
        # The commit came before the gate's answer; the event is set a moment after it.
        assert committed.wait(5)
    finally:
        placing.join()
    assert fresh(row).status == "blocked"
