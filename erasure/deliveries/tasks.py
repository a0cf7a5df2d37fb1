"""Naming the task at the vault that a request was opened for, also after it was filed."""

from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from audit.events import Event
from audit.trail import audited
from erasure import doorbell
from erasure.choices import DeliveryState
from erasure.lifecycle import DELIVER_JOB, MoveRefused
from erasure.models import Delivery, PrivacyRequest
from erasure.subjects import lock_identities
from erasure.vault_tasks import as_named, named_on, named_words, other_task_words, why_not_a_task


def why_not_name(request: PrivacyRequest) -> str:
    """Why its task can be named no more; empty while it can."""
    if request.shredded_at is None:
        return ""
    return _("What is known of %(reference)s has been shredded; no vault can be told any more.") % {
        "reference": request.reference
    }


def why_not_this_task(request: PrivacyRequest, task: str) -> str:
    """Why this task cannot be the request's, with the way out; empty when it can, or when it is none."""
    if refusal := why_not_a_task(task):
        return refusal
    if reference := named_on(task, beside=request):
        return f"{named_words(reference)} {other_task_words(reference)}"
    return ""


def name_task(request: PrivacyRequest, task: str, *, by: Any, now: datetime) -> int:
    """Name the task, or none; how many deliveries that waited for it go out now. Raises MoveRefused."""
    task = as_named(task)
    with audited() as log:
        # Whoever files a request with the same task at the same time comes first, and is seen, or afterwards.
        lock_identities()
        current = PrivacyRequest.objects.select_for_update(no_key=True).get(pk=request.pk)
        if refusal := why_not_name(current) or why_not_this_task(current, task):
            raise MoveRefused(refusal)
        if current.vault_task == task:
            return 0
        PrivacyRequest.objects.filter(pk=current.pk).update(vault_task=task)
        request.vault_task = task
        log.record(
            Event.REQUEST_LINKED, actor=by.actor, obj=current.obj, data={} if task else {"removed": True}
        )
        if not task:
            return 0
        # Whoever is noting that it found no task comes first, and is seen, or finds this one.
        list(
            Delivery.objects.select_for_update(no_key=True).filter(request=current).order_by("pk").only("pk")
        )
        freed = waiting_for_a_task(current).update(
            state=DeliveryState.WAITING, settled_at=None, next_attempt_at=now, attempts=0
        )
        if freed:
            doorbell.ring(DELIVER_JOB)
        return freed


def waiting_for_a_task(request: PrivacyRequest) -> QuerySet[Delivery]:
    """The deliveries of a request that went nowhere since it named no task."""
    return Delivery.objects.filter(request=request, state=DeliveryState.NOT_FOR_IT)
