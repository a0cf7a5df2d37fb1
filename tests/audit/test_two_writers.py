"""What two writers at once do, step by step: the second waits for the first, and none waits in a circle."""

from threading import Barrier
from types import ModuleType

import pytest
from django.contrib.auth.models import Group
from django.db import connection

from audit import trail as trail_module
from audit.events import Event
from audit.models import AuditEvent, AuditHead
from tests.audit.test_trail import assert_the_log_holds_together
from tests.audit.two_writers import PATIENCE, Writer, pause_under_the_lock, run_to_the_end, wait_until_held_up

pytestmark = pytest.mark.django_db(transaction=True)


def invite(trail: ModuleType, who: str) -> int:
    with trail.audited() as opened:
        entry = opened.record(Event.USER_INVITED, actor="sys", obj=f"user:{who}")
    seq: int = entry.seq
    return seq


def second_waits_for_the_first(trail: ModuleType, patch: pytest.MonkeyPatch) -> None:
    """The first stands between reading the head and writing when the second comes."""
    first, second = (Writer(lambda name=name: invite(trail, name)) for name in ("first", "second"))
    with pause_under_the_lock(trail, patch) as (reached, may_go_on, overtaken):
        first.thread.start()
        assert reached.wait(PATIENCE)
        second.thread.start()
        wait_until_held_up(overtaken)
        came_by = overtaken.is_set()
        may_go_on.set()
        complaints = run_to_the_end(first, second)
    assert not came_by
    assert complaints == []
    assert (first.given, second.given) == (1, 2)
    assert AuditHead.objects.get().size == AuditEvent.objects.count() == 3
    assert_the_log_holds_together()


def neither_waits_in_a_circle(trail: ModuleType) -> None:
    """One records and then changes a row, the other has changed that row and then records."""
    shared = Group.objects.create(name="shared")
    both = Barrier(2, timeout=PATIENCE)

    def records_first() -> None:
        with trail.audited() as opened:
            opened.record(Event.USER_INVITED, actor="sys", obj="user:first")
            both.wait()
            Group.objects.filter(pk=shared.pk).update(name="changed first")

    def changes_first() -> None:
        with trail.audited() as opened:
            Group.objects.filter(pk=shared.pk).update(name="changed second")
            both.wait()
            opened.record(Event.USER_INVITED, actor="sys", obj="user:second")

    writers = [Writer(records_first), Writer(changes_first)]
    for writer in writers:
        writer.thread.start()
    assert run_to_the_end(*writers) == []
    assert AuditHead.objects.get().size == 3


def test_the_second_waits_until_the_first_has_committed(monkeypatch: pytest.MonkeyPatch) -> None:
    second_waits_for_the_first(trail_module, monkeypatch)


def test_who_records_before_the_work_and_who_after_it_do_not_lock_each_other_out() -> None:
    if connection.vendor == "sqlite":
        pytest.skip("on SQLite the second cannot begin before the first has ended")
    neither_waits_in_a_circle(trail_module)
