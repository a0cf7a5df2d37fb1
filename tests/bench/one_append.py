"""One update with its event, sealed and not: the two transactions that are compared.

Not sealed is what somebody would write who keeps an event table without hashes: the same row in the same
table with the same indexes and triggers, its body made with `json.dumps`, without nonce and without leaf (a
constant stands in the column), its number from a counter. The business update is the cheapest that changes a
row: the one short column of a table of two. Everything dearer would hide what sealing costs.
"""

import json
from datetime import datetime
from typing import TypeAlias

from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from audit.events import Event
from audit.models import AuditEvent
from audit.trail import audited
from tests.bench.two_databases import PLAIN, SEALED

NO_LEAF = bytes(32)
FACTS: dict[str, object] = {"added": ["auditors"]}
#: What an event is about, and its data.
About: TypeAlias = tuple[str, dict[str, object]]


def row_without_seal(
    event: Event, *, seq: int, actor: str, about: About, at: datetime, ts: str
) -> AuditEvent:
    """The event as a row, not yet saved."""
    act, (obj, facts) = event.value, about
    said = {"v": 1, "seq": seq, "ts": ts, "act": act, "actor": actor, "obj": obj, "res": "ok", "data": facts}
    return AuditEvent(
        seq=seq, body=json.dumps(said), leaf=NO_LEAF, act=act, obj=obj, actor=actor, occurred_at=at
    )


def sealed(group: Group, *, number: int) -> None:
    """Update the group and say so in the log."""
    with audited(using=SEALED) as trail:
        rename(group, number=number, using=SEALED)
        trail.record(Event.USER_ROLE_CHANGED, actor="sys", obj=f"user:{group.pk}", data=FACTS)


def plain(group: Group, *, number: int, seq: int) -> None:
    """Update the group and insert the row."""
    with transaction.atomic(using=PLAIN):
        rename(group, number=number, using=PLAIN)
        now = timezone.now()
        row_without_seal(
            Event.USER_ROLE_CHANGED,
            seq=seq,
            actor="sys",
            about=(f"user:{group.pk}", FACTS),
            at=now,
            ts=now.isoformat(),
        ).save(using=PLAIN, force_insert=True)


def rename(group: Group, *, number: int, using: str) -> None:
    """The business update: one statement."""
    group.name = f"{number} of {group.pk}"
    group.save(using=using, update_fields=["name"])
