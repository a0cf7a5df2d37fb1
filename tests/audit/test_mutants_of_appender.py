"""What the tests of the appender are worth: each way to write a worse one is found by the test named with it.

A mutant is the source with something changed, run as a module of its own in the place of the real one. Each
is put before the very test that is meant to find it, which passes on the source as it is.
"""

import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections

from audit import log_format
from audit import trail as trail_module
from tests.audit import test_log_format, test_trail, test_two_writers

Killer = Callable[[ModuleType, pytest.MonkeyPatch], None]
Changes = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Mutant:
    """Changes for the worse, the test that finds them, and the database where they matter ("": both)."""

    name: str
    module: ModuleType
    killer: Killer
    changes: Changes
    only: str = ""


def mutated(module: ModuleType, changes: Changes) -> ModuleType:
    """The module with these pieces of its source replaced; each must be there exactly once."""
    source = inspect.getsource(module)
    for old, new in changes:
        assert source.count(old) == 1, f"{module.__name__} has {source.count(old)} times: {old}"
        source = source.replace(old, new)
    mutant = ModuleType(module.__name__)
    code = compile(source, str(module.__file__), "exec")
    exec(code, vars(mutant))  # noqa: S102 - our own source, which is what a mutant is made of.
    return mutant


def by(test: Callable[..., None], *, broken: str = "", **arguments: Any) -> Killer:
    """This test, meeting the mutant under every name it has from the real module; one function may fail."""

    def run(mutant: ModuleType, patch: pytest.MonkeyPatch) -> None:
        tests = inspect.getmodule(test)
        real = {"audit.trail": trail_module, "audit.log_format": log_format}[mutant.__name__]
        for name, value in list(vars(tests).items()):
            if value is real:
                patch.setattr(tests, name, mutant)
            elif getattr(value, "__module__", None) == mutant.__name__:
                patch.setattr(tests, name, getattr(mutant, value.__name__))
        if broken:
            patch.setattr(mutant, broken, fail)
        wants_patch = "monkeypatch" in inspect.signature(test).parameters
        test(**arguments, **({"monkeypatch": patch} if wants_patch else {}))

    run.__name__ = test.__name__
    return run


def fail(*_arguments: object, **_options: object) -> None:
    raise DatabaseError("the disk is full")


def finds(killer: Killer, mutant: ModuleType) -> bool:
    """Whether the test fails; what it says is of no matter."""
    with pytest.MonkeyPatch.context() as patch:
        try:
            killer(mutant, patch)
        except (Exception, pytest.fail.Exception):
            return True
    return False


VECTORS = by(test_log_format.test_it_writes_the_line_and_leaf_of_each_vector, number=0)
NAIVE_TREE = by(test_log_format.test_the_frontier_gives_the_root_of_the_naive_tree_for_every_size_to_300)
IN_LEAF, IN_NODE = r'b"\x00" + line.encode()', r'b"\x01" + left + right'

OF_FORMAT = [
    Mutant("leaf without 0x00", log_format, VECTORS, ((IN_LEAF, "line.encode()"),)),
    Mutant("leaf with the prefix of a node", log_format, VECTORS, ((IN_LEAF, r'b"\x01" + line.encode()'),)),
    Mutant("node without 0x01", log_format, NAIVE_TREE, ((IN_NODE, "left + right"),)),
    Mutant("children of a node swapped", log_format, NAIVE_TREE, ((IN_NODE, r'b"\x01" + right + left'),)),
    Mutant("frontier not joined", log_format, NAIVE_TREE, (("while size & 1:", "while False:"),)),
    Mutant("frontier joined once at most", log_format, NAIVE_TREE, (("size >>= 1", "size = 0"),)),
    Mutant(
        "root folded from the left",
        log_format,
        NAIVE_TREE,
        (("in reversed(self.hashes[:-1])", "in self.hashes[:-1]"),),
    ),
]

TOGETHER = by(test_trail.test_it_writes_the_change_and_its_event_together)
MANY = by(test_trail.test_many_events_hold_together_and_keep_their_order, count=7)
ALONE = by(test_trail.test_many_events_hold_together_and_keep_their_order, count=1)
LAST = by(test_trail.test_the_append_is_the_last_statements_however_many_events, count=100)
FROM_HEAD = by(test_trail.test_numbers_go_on_from_the_head_and_not_from_the_rows_that_are_there)
MOVED = by(test_trail.test_a_head_that_is_not_where_it_was_read_stops_the_writing, count=1)
UNDONE = by(test_trail.test_an_error_in_the_append_takes_the_work_back, broken="_insert")
MISFIT = by(
    test_trail.test_an_event_that_does_not_fit_is_refused_with_the_work,
    change={"data": {"submission": 1, "holds": ["under litigation since May"]}},
    why="holds must be a list",
)
STEP = "for seq, entry in enumerate(entries, start=first):\n        "
LOCK = 'LOCK_HEAD = "SELECT size, frontier FROM audit_head WHERE id = %s"'
APPEND = "trail.close(append=True)"
BEFORE_LOCK = "        frontier = _locked_head(cursor)\n"
NOW = "        now = _to_the_millisecond(timezone.now())\n"


def of_trail(name: str, killer: Killer, *changes: tuple[str, str], only: str = "") -> Mutant:
    return Mutant(name, trail_module, killer, changes, only)


OF_TRAIL = [
    of_trail("leaf of other bytes", MANY, ("leaf_hash(body)", r'leaf_hash(body + "\n")')),
    of_trail("a leaf left out of the frontier", MANY, ("*_columns in rows:", "*_columns in rows[1:]:")),
    of_trail(
        "numbers that begin one later", MANY, (f"{STEP}body", f"{STEP.replace('first', 'first + 1')}body")
    ),
    of_trail(
        "another number told than written", MANY, ("appended = (seq, now)", "appended = (seq + 1, now)")
    ),
    of_trail(
        "numbers from counting", FROM_HEAD, ("first = frontier.size", "first = AuditEvent.objects.count()")
    ),
    of_trail("frontier of the head not moved", MANY, ("frontier.pack(), Aud", 'b"\\0" * 32, Aud')),
    of_trail(
        "head not moved",
        TOGETHER,
        ("cursor.execute(MOVE_HEAD, moving)", "pass"),
        only="sqlite",
    ),
    of_trail(
        "head not moved",
        TOGETHER,
        (
            "WITH moved AS ({MOVE_HEAD} RETURNING id)",
            "WITH moved AS (SELECT %s, %s, %s, %s)",
        ),
        only="postgresql",
    ),
    of_trail(
        "head moved from wherever it is", MOVED, ("id = %s AND size = %s", "id = %s AND size <> %s + 9")
    ),
    of_trail("not asking whether the head moved", MOVED, ("if not moved:", "if False:")),
    of_trail(
        "appended while the work goes on",
        LAST,
        ("self._entries.append(entry)", "_append([entry], using=self.using)"),
    ),
    of_trail("committed without the events", TOGETHER, (APPEND, "trail.close(append=False)")),
    of_trail(
        "appended after the commit",
        UNDONE,
        (f"        {APPEND}", f"    {APPEND}"),
    ),
    of_trail(
        "an error in the append swallowed",
        UNDONE,
        (
            f"        {APPEND}",
            f"        try:\n            {APPEND}\n        except Exception:\n            pass",
        ),
    ),
    of_trail(
        "one nonce for all",
        by(test_trail.test_every_event_has_its_own_nonce),
        ("nonce=nonce()", 'nonce="A" * 22'),
    ),
    of_trail(
        "inside another transaction",
        by(test_trail.test_inside_another_transaction_it_is_refused),
        (", durable=True", ""),
    ),
    of_trail(
        "open for ever",
        by(test_trail.test_after_the_block_nothing_can_be_recorded),
        ("        self._open = False\n", ""),
    ),
    of_trail(
        "time read before the lock",
        by(test_trail.test_the_time_is_read_once_the_head_is_locked),
        (NOW, ""),
        (BEFORE_LOCK, NOW + BEFORE_LOCK),
    ),
    of_trail(
        "another time in the column",
        TOGETHER,
        ("moment.microsecond // 1000 * 1000", "moment.microsecond // 1000"),
    ),
    of_trail("written whatever speaks against it", MISFIT, ("    if against:", "    if False:")),
    of_trail("hashes of their neighbours", MANY, ("32 * n - 31", "32 * n - 30"), only="postgresql"),
    of_trail("numbers one too high", MANY, ("%s + n - 1", "%s + n"), only="postgresql"),
]


@pytest.mark.parametrize("mutant", OF_FORMAT, ids=lambda mutant: mutant.name)
def test_a_mutant_of_the_format_is_found(mutant: Mutant) -> None:
    assert not finds(mutant.killer, mutated(mutant.module, ()))
    assert finds(mutant.killer, mutated(mutant.module, mutant.changes))


@pytest.mark.django_db
@pytest.mark.parametrize("mutant", OF_TRAIL, ids=lambda mutant: f"{mutant.name} {mutant.only}".strip())
def test_a_mutant_of_the_writer_is_found(mutant: Mutant) -> None:
    skip_elsewhere(mutant)
    assert finds(mutant.killer, mutated(mutant.module, mutant.changes))


def skip_elsewhere(mutant: Mutant) -> None:
    source = inspect.getsource(mutant.module)
    assert all(source.count(old) == 1 for old, _new in mutant.changes)
    if mutant.only not in {"", connection.vendor}:
        pytest.skip(f"this makes a difference on {mutant.only} only")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "killer", dict.fromkeys(mutant.killer for mutant in OF_TRAIL), ids=lambda killer: killer.__name__
)
def test_the_same_tests_pass_on_the_source_as_it_is(killer: Killer) -> None:
    with pytest.MonkeyPatch.context() as patch:
        killer(mutated(trail_module, ()), patch)


def second_waits(mutant: ModuleType, patch: pytest.MonkeyPatch) -> None:
    test_two_writers.second_waits_for_the_first(mutant, patch)


def no_circle(mutant: ModuleType, _patch: pytest.MonkeyPatch) -> None:
    test_two_writers.neither_waits_in_a_circle(mutant)


FOR_UPDATE = "cursor.db.ops.for_update_sql()"
OF_TWO = [
    of_trail("head not locked", second_waits, (FOR_UPDATE, '""'), only="postgresql"),
    of_trail(
        "the last row locked instead of the head",
        second_waits,
        (LOCK, LOCK.replace("WHERE id", "JOIN audit_event ON seq = size - 1 WHERE id")),
        (FOR_UPDATE, '"FOR UPDATE OF audit_event"'),
        only="postgresql",
    ),
    of_trail(
        "appended while the work goes on",
        no_circle,
        ("self._entries.append(entry)", "_append([entry], using=self.using)"),
        only="postgresql",
    ),
]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("mutant", OF_TWO, ids=lambda mutant: mutant.name)
def test_a_mutant_that_takes_two_to_show_is_found(mutant: Mutant) -> None:
    skip_elsewhere(mutant)
    assert finds(mutant.killer, mutated(mutant.module, mutant.changes))


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("killer", [second_waits, no_circle])
def test_the_same_two_get_along_on_the_source_as_it_is(
    killer: Killer, monkeypatch: pytest.MonkeyPatch
) -> None:
    if killer is no_circle and connection.vendor == "sqlite":
        pytest.skip("on SQLite the second cannot begin before the first has ended")
    killer(mutated(trail_module, ()), monkeypatch)


@pytest.mark.django_db(transaction=True)
def test_transactions_that_begin_by_reading_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    # On SQLite the lock of the head is the IMMEDIATE of the settings.
    if connection.vendor != "sqlite":
        pytest.skip("this makes a difference on sqlite only")
    monkeypatch.setitem(connections.settings["default"]["OPTIONS"], "transaction_mode", "DEFERRED")
    assert finds(second_waits, trail_module)
