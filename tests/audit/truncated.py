"""What somebody with the database in hand can do to the log, with its triggers lifted: cut off, rewrite."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from audit.append_only import installing, lifting
from audit.events import Event
from audit.log_format import Frontier, leaf_hash
from audit.models import AuditCheckpoint, AuditEvent, AuditHead
from audit.trail import audited


def append(count: int = 1) -> None:
    """Grow the log by so many events."""
    with audited() as trail:
        for _each in range(count):
            trail.record(Event.USER_SIGNED_IN, actor="u:k3v9q2ma", obj="user:k3v9q2ma")


@contextmanager
def unguarded() -> Iterator[None]:
    """Without triggers, as the owner of the tables can have it."""
    with connection.cursor() as cursor:
        for statement in lifting(connection.vendor):
            cursor.execute(statement)
        yield
        if connection.vendor == "postgresql":
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in installing(connection.vendor):
            cursor.execute(statement)


def cut_off(size: int, *, checkpoints_too: bool) -> None:
    """Take the log back to `size` events with a head that fits: a restored backup looks like this."""
    with unguarded():
        AuditEvent.objects.filter(seq__gte=size).delete()
        if checkpoints_too:
            AuditCheckpoint.objects.filter(size__gt=size).delete()
        refit_head()


def rewrite(seq: int, *, old: str, new: str) -> None:
    """Change one line, and leaf and head with it, as somebody who knows the format would."""
    with unguarded():
        event = AuditEvent.objects.get(seq=seq)
        body = event.body.replace(old, new)
        assert body != event.body
        AuditEvent.objects.filter(seq=seq).update(body=body, leaf=leaf_hash(body))
        refit_head()


def refit_head() -> None:
    """A head that fits whatever events there are."""
    tree = Frontier()
    for body in AuditEvent.objects.order_by("seq").values_list("body", flat=True):
        tree.append(leaf_hash(body))
    AuditHead.objects.update(size=tree.size, frontier=tree.pack())
