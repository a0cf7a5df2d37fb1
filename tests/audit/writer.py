"""Processes that write to the log: `python -m tests.audit.writer`, told on its standard input what to do.

It forks for what it is told, so that a writer is at work at once and can be killed alone. Each transaction of
a writer changes a row that all share, makes a group and says so in the log: the groups are the state that the
events have to agree with.
"""

import itertools
import json
import os
import sys
import traceback
from collections.abc import Callable

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - models need the apps to be ready.
from django.db import connection, transaction  # noqa: E402

from audit.append_only import installing, lifting  # noqa: E402
from audit.beginning import begin_log  # noqa: E402
from audit.events import Event  # noqa: E402
from audit.log_format import Frontier, leaf_hash, parse_line  # noqa: E402
from audit.models import AuditEvent, AuditHead  # noqa: E402
from audit.trail import audited  # noqa: E402

#: Rows that all writers change before they append: who held the head meanwhile would wait in a circle.
SHARED = ("shared by the even", "shared by the odd")


def write(name: str, path: str, count: int | None) -> None:
    """Make `count` groups, or go on until killed; say each after its commit, in the file."""
    # Not through a buffer, which would go with the process when it is killed.
    said = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    for shared in SHARED:
        Group.objects.get_or_create(name=shared)
    for number in itertools.count() if count is None else range(count):
        key = f"{name}-{number}"
        with audited() as trail:
            trail.record(Event.USER_INVITED, actor="sys", obj=f"user:{key}")
            Group.objects.filter(name=SHARED[number % 2]).update(name=SHARED[number % 2])
            Group.objects.create(name=f"invited {key}")
            if number % 3 == 0:
                trail.record(
                    Event.USER_ROLE_CHANGED, actor="sys", obj=f"user:{key}", data={"added": ["auditors"]}
                )
        os.write(said, f"{key}\n".encode())


def check() -> dict[str, object]:
    """Whether the log holds together, and what state and events tell, both at one moment."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            connection.cursor().execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        return read_back()


def read_back() -> dict[str, object]:
    """The same, in the transaction that is open."""
    frontier, gapless = Frontier(), True
    for number, event in enumerate(AuditEvent.objects.order_by("seq").iterator()):
        gapless = gapless and parse_line(event.body)["seq"] == event.seq == number
        frontier.append(leaf_hash(event.body))
    head = AuditHead.objects.get()
    invited = AuditEvent.objects.filter(act=Event.USER_INVITED).values_list("obj", flat=True)
    groups = Group.objects.filter(name__startswith="invited ").values_list("name", flat=True)
    return {
        "gapless": gapless,
        "head_fits": (head.size, bytes(head.frontier)) == (frontier.size, frontier.pack()),
        "size": frontier.size,
        "events": sorted(obj.removeprefix("user:") for obj in invited),
        "state": sorted(name.removeprefix("invited ") for name in groups),
    }


def clear() -> None:
    """Take log and head away, as if nothing had been begun."""
    with connection.cursor() as cursor:
        for statement in lifting(connection.vendor):
            cursor.execute(statement)
        AuditEvent.objects.all().delete()
        AuditHead.objects.all().delete()
        for statement in installing(connection.vendor):
            cursor.execute(statement)


def forked(work: Callable[..., None], *arguments: object) -> int:
    """Do it in a process of its own; answers the process id."""
    if process := os.fork():
        return process
    code = 1
    try:
        work(*arguments)
        connection.close()
        code = 0
    except BaseException:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def waited_for(process: int) -> int:
    """How the process ended: its exit code, or less than zero for the signal that killed it."""
    return os.waitstatus_to_exitcode(os.waitpid(process, 0)[1])


def main() -> None:
    """Do what each line says, and answer with a line."""
    forking = {"begin": begin_log, "write": write, "clear": clear}
    answering = {"check": check, "wait": waited_for}
    for line in sys.stdin:
        act, *arguments = json.loads(line)
        answer = forked(forking[act], *arguments) if act in forking else answering[act](*arguments)
        # A connection must not be shared with the processes that are forked next.
        connection.close()
        sys.stdout.write(json.dumps(answer) + "\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
