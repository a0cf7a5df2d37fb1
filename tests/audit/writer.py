"""A process that writes to the log, or reads it back: `python -m tests.audit.writer begin|write|check|clear`.

Each transaction makes a group and says so in the log: the groups are the state that the events have to agree
with.
"""

import argparse
import itertools
import json
import sys

import django

django.setup()

from django.contrib.auth.models import Group  # noqa: E402 - models need the apps to be ready.
from django.db import connection  # noqa: E402

from audit.append_only import installing, lifting  # noqa: E402
from audit.beginning import begin_log  # noqa: E402
from audit.events import Event  # noqa: E402
from audit.log_format import Frontier, leaf_hash, parse_line  # noqa: E402
from audit.models import AuditEvent, AuditHead  # noqa: E402
from audit.trail import audited  # noqa: E402


def write(name: str, count: int | None) -> None:
    """Make `count` groups, or go on until killed; say each after its commit."""
    for number in itertools.count() if count is None else range(count):
        key = f"{name}-{number}"
        with audited() as trail:
            trail.record(Event.USER_INVITED, actor="sys", obj=f"user:{key}")
            Group.objects.create(name=f"invited {key}")
            if number % 3 == 0:
                trail.record(
                    Event.USER_ROLE_CHANGED, actor="sys", obj=f"user:{key}", data={"added": ["auditors"]}
                )
        sys.stdout.write(f"{key}\n")
        sys.stdout.flush()


def check() -> None:
    """Say, as JSON, whether the log holds together and what state and events tell."""
    frontier, gapless = Frontier(), True
    for number, event in enumerate(AuditEvent.objects.order_by("seq").iterator()):
        gapless = gapless and parse_line(event.body)["seq"] == event.seq == number
        frontier.append(leaf_hash(event.body))
    head = AuditHead.objects.get()
    invited = AuditEvent.objects.filter(act=Event.USER_INVITED).values_list("obj", flat=True)
    groups = Group.objects.filter(name__startswith="invited ").values_list("name", flat=True)
    found = {
        "gapless": gapless,
        "head_fits": (head.size, bytes(head.frontier)) == (frontier.size, frontier.pack()),
        "size": frontier.size,
        "events": sorted(obj.removeprefix("user:") for obj in invited),
        "state": sorted(name.removeprefix("invited ") for name in groups),
    }
    sys.stdout.write(json.dumps(found))


def clear() -> None:
    """Take log and head away, as if nothing had been begun."""
    with connection.cursor() as cursor:
        for statement in lifting(connection.vendor):
            cursor.execute(statement)
        AuditEvent.objects.all().delete()
        AuditHead.objects.all().delete()
        for statement in installing(connection.vendor):
            cursor.execute(statement)


def main() -> None:
    """Do what the command line says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("act", choices=["begin", "write", "check", "clear"])
    parser.add_argument("--name", default="w")
    parser.add_argument("--count", type=int)
    options = parser.parse_args()
    if options.act == "begin":
        begin_log()
    elif options.act == "write":
        write(options.name, options.count)
    elif options.act == "check":
        check()
    else:
        clear()
    connection.close()


if __name__ == "__main__":
    main()
