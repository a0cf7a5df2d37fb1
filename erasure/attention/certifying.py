"""Answered requests of which a certificate could be taken, none was, and soon none can be."""

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure import shredding
from erasure.attention.groups import Todo, TodoGroup, masked_of
from erasure.attention.needs import Need
from erasure.choices import RequestStage, RequestType, SubmissionStatus
from erasure.models import PrivacyRequest, Submission
from erasure.personal_data import IDENTIFIERS_AND_TEXT

#: How many days before its identifiers go somebody is told that no certificate was taken.
UNCERTIFIED_DAYS = shredding.WARNED_DAYS


def uncertified(now: datetime) -> QuerySet[PrivacyRequest]:
    """The answered requests of which a certificate could be taken, none was, and soon none can be.

    Those that a hold keeps from being shredded are not among them.
    """
    today = timezone.localdate(now, timezone=timezone.get_default_timezone())
    answered_by = today + timedelta(days=UNCERTIFIED_DAYS - settings.SUBJECT_RETENTION_DAYS)
    certifiable = Submission.objects.filter(
        request=OuterRef("pk"), status=SubmissionStatus.COMPLETED, replaced_by__isnull=True
    )
    return shredding.may_go(now).filter(
        Exists(certifiable),
        type=RequestType.ERASURE,
        answered_on__lte=answered_by,
        certified_at__isnull=True,
        shredded_at__isnull=True,
    )


def to_be_certified(now: datetime, *, shown: int, owner: int | None = None) -> TodoGroup | None:
    """Those as a group, the first to be shredded first; None when there are none. `owner` asks for one's."""
    soon = uncertified(now).order_by("answered_on", "pk")
    if owner is not None:
        soon = soon.filter(owner=owner)
    if not (count := soon.count()):
        return None
    first = soon.defer("note", "salt", "answer_note").select_related("subject")[:shown]
    todos = [_to_certify(request) for request in first.prefetch_related("subject__identifiers")]
    return TodoGroup(Need.UNCERTIFIED, count, todos)


def _to_certify(request: PrivacyRequest) -> Todo:
    return Todo(
        request=request,
        stage=RequestStage.ANSWERED,
        sentence=_("Take its certificate, or leave it: after the shredding none can be made for the person."),
        masked=masked_of(request),
        shredded_on=shredding.goes_on(request, IDENTIFIERS_AND_TEXT),
    )
