"""`audited()`: state and event in one transaction, appended last and once, or not at all."""

from contextlib import suppress
from datetime import UTC, datetime
from typing import Any
from unittest.mock import ANY

import pytest
import time_machine
from django.contrib.auth.models import Group
from django.db import DatabaseError, IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from audit import trail as trail_module
from audit.events import Event
from audit.log_format import Frontier, leaf_hash, parse_line, subject_tag, timestamp
from audit.models import AuditEvent, AuditHead
from audit.trail import (
    AuditError,
    EventRefusedError,
    LogNotReadyError,
    NotOutermostError,
    Trail,
    audited,
    events_of,
)

REQUEST = "request:PR-2026-000042"
ANY_TIME = datetime(2026, 1, 1, tzinfo=UTC)

pytestmark = pytest.mark.django_db


def sign_in(trail: Trail, who: str = "k3v9q2ma") -> trail_module.Entry:
    return trail.record(
        Event.USER_SIGNED_IN, actor=f"u:{who}", obj=f"user:{who}", data={"method": "password"}
    )


def work_and_raise(error: type[BaseException]) -> None:
    with audited() as trail:
        Group.objects.create(name="undone")
        sign_in(trail)
        raise error


def size() -> int:
    return AuditHead.objects.get().size


def assert_the_log_holds_together() -> None:
    """Numbers without gaps, columns as the line says, and the head's frontier that of the lines as stored."""
    frontier = Frontier()
    for number, event in enumerate(AuditEvent.objects.order_by("seq")):
        entry = parse_line(event.body)
        assert event.seq == entry["seq"] == number
        assert (event.act, event.obj, event.actor) == (entry["act"], entry["obj"], entry["actor"])
        assert timestamp(event.occurred_at) == entry["ts"]
        assert bytes(event.leaf) == leaf_hash(event.body)
        frontier.append(bytes(event.leaf))
    head = AuditHead.objects.get()
    assert (head.size, bytes(head.frontier)) == (frontier.size, frontier.pack())


def test_it_writes_the_change_and_its_event_together() -> None:
    tag = subject_tag(salt=bytes(32), kind="cxone", ident="USR-1")
    with time_machine.travel(datetime(2026, 11, 20, 13, 58, 12, 345678, UTC), tick=False), audited() as trail:
        Group.objects.create(name="written")
        entry = trail.record(
            Event.REQUEST_BLOCKED,
            actor="u:k3v9q2ma",
            obj=REQUEST,
            data={"submission": 1, "holds": ["RET-1"]},
            sub=tag,
            res="denied",
        )
    event = AuditEvent.objects.get(seq=1)
    assert entry.seq == 1
    assert entry.at == event.occurred_at == datetime(2026, 11, 20, 13, 58, 12, 345000, UTC)
    assert event.entry == {
        "v": 1,
        "seq": 1,
        "ts": "2026-11-20T13:58:12.345Z",
        "act": "request.blocked",
        "actor": "u:k3v9q2ma",
        "obj": REQUEST,
        "res": "denied",
        "nonce": ANY,
        "sub": tag,
        "data": {"submission": 1, "holds": ["RET-1"]},
    }
    assert event.facts == {"submission": 1, "holds": ["RET-1"]}
    assert (event.words, event.result) == ("Blocked by a hold", "denied")
    assert Group.objects.filter(name="written").exists()
    assert_the_log_holds_together()


@pytest.mark.parametrize("count", [1, 2, 7, 500])
def test_many_events_hold_together_and_keep_their_order(count: int) -> None:
    with audited() as trail:
        entries = [sign_in(trail) for _each in range(count)]
    with audited() as trail:
        entries.append(sign_in(trail))
    assert [entry.seq for entry in entries] == list(range(1, count + 2))
    assert_the_log_holds_together()


def test_every_event_has_its_own_nonce() -> None:
    with audited() as trail:
        for _each in range(50):
            sign_in(trail)
    assert len({event.entry["nonce"] for event in AuditEvent.objects.all()}) == 51


def test_nothing_recorded_is_nothing_appended() -> None:
    with (
        CaptureQueriesContext(
            connection,
        ) as queries,
        audited(),
    ):
        Group.objects.create(name="quiet")
    assert not any("audit_" in query["sql"] for query in queries)
    assert size() == 1


@pytest.mark.parametrize("count", [1, 100, 3000])
def test_the_append_is_the_last_statements_however_many_events(count: int) -> None:
    with CaptureQueriesContext(connection) as queries, audited() as trail:
        sign_in(trail)
        Group.objects.create(name="first the work")
        for _each in range(count - 1):
            sign_in(trail)
    said = [query["sql"].split(" times: ")[-1] for query in queries if "SAVEPOINT" not in query["sql"]]
    assert "auth_group" in said[0]
    assert said[1].startswith("SELECT size, frontier FROM audit_head")
    if connection.vendor == "postgresql":
        assert "FOR UPDATE" in said[1]
        assert said[2].startswith("WITH moved AS (UPDATE audit_head")
        assert "INSERT INTO audit_event" in said[2]
    else:
        assert said[2].startswith("INSERT INTO audit_event")
        assert said[3].startswith("UPDATE audit_head")
    assert len(said) == (3 if connection.vendor == "postgresql" else 4)


def test_an_error_in_the_body_takes_everything_back() -> None:
    with pytest.raises(ZeroDivisionError):
        work_and_raise(ZeroDivisionError)
    assert size() == AuditEvent.objects.count() == 1
    assert not Group.objects.filter(name="undone").exists()


def test_leaving_by_keyboard_takes_everything_back() -> None:
    with pytest.raises(KeyboardInterrupt):
        work_and_raise(KeyboardInterrupt)
    assert size() == 1


@pytest.fixture(params=["_locked_head", "nonce", "leaf_hash", "_insert"])
def _broken_append(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object, **_options: object) -> None:
        raise DatabaseError("the disk is full")

    monkeypatch.setattr(trail_module, request.param, fail)


@pytest.mark.usefixtures("_broken_append")
def test_an_error_in_the_append_takes_the_work_back() -> None:
    entries = []

    def work() -> None:
        with audited() as trail:
            Group.objects.create(name="undone")
            entries.append(sign_in(trail))

    with pytest.raises(DatabaseError, match="disk is full"):
        work()
    assert size() == AuditEvent.objects.count() == 1
    assert not Group.objects.filter(name="undone").exists()
    with pytest.raises(AuditError, match="no number yet"):
        _ = entries[0].seq


def test_a_database_error_swallowed_in_the_body_takes_everything_back() -> None:
    Group.objects.create(name="taken")

    def work() -> None:
        with audited() as trail:
            sign_in(trail)
            with suppress(IntegrityError), transaction.atomic(savepoint=False):
                Group.objects.create(name="taken")

    with pytest.raises(transaction.TransactionManagementError):
        work()
    assert size() == 1


def test_a_savepoint_inside_may_fail_and_the_rest_stand() -> None:
    with audited() as trail:
        sign_in(trail)
        with suppress(ZeroDivisionError), transaction.atomic():
            Group.objects.create(name="undone")
            raise ZeroDivisionError
        Group.objects.create(name="done")
    assert list(Group.objects.filter(name__in=["done", "undone"]).values_list("name", flat=True)) == ["done"]
    assert size() == 2


def test_inside_another_transaction_it_is_refused() -> None:
    with transaction.atomic(), pytest.raises(NotOutermostError, match="outermost transaction"), audited():
        pytest.fail("the block must not be entered")


def test_inside_another_audited_it_is_refused_and_the_outer_goes_on() -> None:
    with audited() as outer:
        sign_in(outer)
        with pytest.raises(NotOutermostError), audited():
            pytest.fail("the block must not be entered")
        sign_in(outer)
    assert size() == 3


def test_a_runtime_error_of_the_body_is_passed_on_as_it_is() -> None:
    with pytest.raises(RuntimeError, match="of the body") as raised, audited():
        raise RuntimeError("of the body")
    assert not isinstance(raised.value, AuditError)


def test_after_the_block_nothing_can_be_recorded() -> None:
    with audited() as trail:
        pass
    with pytest.raises(AuditError, match="inside the audited"):
        sign_in(trail)
    with pytest.raises(ZeroDivisionError), audited() as trail:
        raise ZeroDivisionError
    with pytest.raises(AuditError, match="inside the audited"):
        sign_in(trail)


def test_an_entry_has_no_number_before_the_end() -> None:
    with audited() as trail:
        entry = sign_in(trail)
        with pytest.raises(AuditError, match="no number yet"):
            _ = entry.seq
        with pytest.raises(AuditError, match="no number yet"):
            _ = entry.at
    assert entry.seq == 1


@pytest.mark.parametrize(
    ("change", "why"),
    [
        ({"actor": "Anna Schmidt"}, "actor must be"),
        ({"obj": "anna@example.org"}, "obj must be"),
        ({"data": {"submission": 1, "comment": "call her back"}}, "comment is not among"),
        ({"data": {"holds": ["RET-1"]}}, "submission is missing"),
        ({"data": {"submission": 1, "holds": ["under litigation since May"]}}, "holds must be a list"),
        ({"sub": "USR-8847291-XONE"}, "sub must come from"),
    ],
)
def test_an_event_that_does_not_fit_is_refused_with_the_work(change: dict[str, object], why: str) -> None:
    fitting: dict[str, Any] = {"actor": "sys", "obj": REQUEST, "data": {"submission": 1, "holds": ["RET-1"]}}

    def work() -> None:
        with audited() as trail:
            Group.objects.create(name="undone")
            trail.record(Event.REQUEST_BLOCKED, **{**fitting, **change})

    with pytest.raises(EventRefusedError, match=why) as raised:
        work()
    assert "anna" not in str(raised.value).lower()
    assert "since May" not in str(raised.value)
    assert size() == 1
    assert not Group.objects.filter(name="undone").exists()


def test_an_unknown_result_is_refused() -> None:
    with pytest.raises(ValueError, match=r"line\.res"), audited() as trail:
        trail.record(Event.USER_SIGNED_IN, actor="sys", obj="user:k3v9q2ma", res="fine")  # type: ignore[arg-type]
    assert size() == 1


def test_what_is_recorded_is_what_it_was_at_that_moment() -> None:
    holds = ["RET-1"]
    with audited() as trail:
        trail.record(Event.REQUEST_BLOCKED, actor="sys", obj=REQUEST, data={"submission": 1, "holds": holds})
        holds.append("LATER")
    assert AuditEvent.objects.get(seq=1).facts["holds"] == ["RET-1"]


def test_a_head_that_does_not_fit_its_tree_stops_the_writing() -> None:
    AuditHead.objects.update(size=3)
    with pytest.raises(LogNotReadyError, match="damaged"), audited() as trail:
        sign_in(trail)


def test_numbers_go_on_from_the_head_and_not_from_the_rows_that_are_there() -> None:
    # As if events had been archived, and their frontier kept.
    AuditHead.objects.update(size=4, frontier=bytes(32))
    with audited() as trail:
        entry = sign_in(trail)
    assert entry.seq == AuditEvent.objects.latest("seq").seq == 4
    assert size() == 5


@pytest.mark.parametrize("count", [1, 2])
def test_a_head_that_is_not_where_it_was_read_stops_the_writing(
    count: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trail_module, "_locked_head", lambda _cursor: Frontier(4, [bytes(32)]))

    def work() -> None:
        with audited() as trail:
            for _each in range(count):
                sign_in(trail)

    with pytest.raises(AuditError, match="moved while it was locked"):
        work()
    assert size() == AuditEvent.objects.count() == 1


def test_the_time_is_read_once_the_head_is_locked(monkeypatch: pytest.MonkeyPatch) -> None:
    lock_head = trail_module._locked_head
    with time_machine.travel(datetime(2026, 11, 20, 12, 0, 0, 0, UTC), tick=False) as clock:

        def lock_after_a_minute(cursor: Any) -> Frontier:
            clock.shift(60)
            return lock_head(cursor)

        monkeypatch.setattr(trail_module, "_locked_head", lock_after_a_minute)
        with audited() as trail:
            entry = sign_in(trail)
    assert entry.at == datetime(2026, 11, 20, 12, 1, tzinfo=UTC)


def test_the_events_of_one_thing_come_oldest_first() -> None:
    with audited() as trail:
        trail.record(Event.REQUEST_SENDING, actor="sys", obj=REQUEST, data={"submission": 1, "attempt": 1})
        sign_in(trail)
        trail.record(Event.REQUEST_BLOCKED, actor="sys", obj=REQUEST, data={"submission": 2, "holds": []})
    assert list(events_of(REQUEST).values_list("seq", "act")) == [
        (1, "request.sending"),
        (3, "request.blocked"),
    ]


def test_text_of_any_script_is_stored_as_its_own_bytes() -> None:
    body = AuditEvent.objects.get(seq=0).body
    AuditEvent.objects.create(
        seq=1,
        body=body + "é\u2028\\u0000\\\\",
        leaf=b"x" * 32,
        act="x",
        obj="x",
        actor="x",
        occurred_at=ANY_TIME,
    )
    assert AuditEvent.objects.get(seq=1).body == body + "é\u2028\\u0000\\\\"


@pytest.mark.django_db(transaction=True)
def test_without_a_test_transaction_around_it_it_commits() -> None:
    with audited() as trail:
        sign_in(trail)
        assert connection.in_atomic_block
    assert not connection.in_atomic_block
    assert_the_log_holds_together()
    assert size() == 2


def test_what_is_left_to_the_end_is_done_once_with_all_that_was_noted_and_before_the_events() -> None:
    done: list[tuple[list[object], int]] = []

    def step(items: list[object]) -> None:
        done.append((items, AuditEvent.objects.count()))

    before = AuditEvent.objects.count()
    with audited() as log:
        log.at_the_end(step, "one")
        log.record(Event.ACCESS_DENIED, actor="sys", obj="access:page")
        log.at_the_end(step, "two")
        assert done == []
    assert done == [(["one", "two"], before)]
    assert AuditEvent.objects.count() == before + 1
    with pytest.raises(AuditError, match="has been left"):
        log.at_the_end(step, "late")


@pytest.mark.django_db(transaction=True)
def test_a_last_step_that_fails_takes_everything_with_it() -> None:
    def step(_items: list[object]) -> None:
        raise ValueError("no")

    def note_and_record() -> None:
        with audited() as log:
            log.record(Event.ACCESS_DENIED, actor="sys", obj="access:page")
            log.at_the_end(step, "one")

    before = AuditEvent.objects.count()
    with pytest.raises(ValueError, match="no"):
        note_and_record()
    assert AuditEvent.objects.count() == before


def test_a_failing_body_does_no_last_step() -> None:
    done: list[object] = []

    def note_and_fail() -> None:
        with audited() as log:
            log.at_the_end(done.extend, "one")
            raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        note_and_fail()
    assert done == []
