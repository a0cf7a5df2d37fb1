"""Naming the task at the vault that a request was opened for, also after it was filed."""

import re
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import audited
from erasure import doorbell
from erasure.choices import DeliveryState
from erasure.lifecycle import DELIVER_JOB, MoveRefused
from erasure.models import Delivery, PrivacyRequest

#: OneTrust names its subtasks by UUID, Securiti by number; either is one path segment without any trick.
TASK = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62}[A-Za-z0-9])?")


def why_not_a_task(task: str) -> str:
    """Why this cannot be the id of a task; empty when it can, or when there is none."""
    if not task or TASK.fullmatch(task):
        return ""
    return _(
        "The id of a task has letters, digits and hyphens, 64 at most. Copy it from the vault’s own page."
    )


def name_task(request: PrivacyRequest, task: str, *, by: Any, now: datetime) -> int:
    """Name the task, or none; how many deliveries that waited for it go out now. Raises MoveRefused."""
    if refusal := why_not_a_task(task):
        raise MoveRefused(refusal)
    with audited() as log:
        current = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if current.shredded_at:
            raise MoveRefused(
                _("What is known of %(reference)s has been shredded; no vault can be told any more.")
                % {"reference": current.reference}
            )
        if current.vault_task == task:
            return 0
        PrivacyRequest.objects.filter(pk=current.pk).update(vault_task=task)
        request.vault_task = task
        log.record(
            Event.REQUEST_LINKED, actor=by.actor, obj=current.obj, data={} if task else {"removed": True}
        )
        if not task:
            return 0
        waited = Delivery.objects.filter(request=current, state=DeliveryState.NOT_FOR_IT)
        freed = waited.update(state=DeliveryState.WAITING, settled_at=None, next_attempt_at=now, attempts=0)
        if freed:
            doorbell.ring(DELIVER_JOB)
        return freed
