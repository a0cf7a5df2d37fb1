"""Naming the task at OneTrust or Securiti that a request was opened for, after it was filed."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.about_request import back_to, refused, shown
from erasure.admin.access import page, request_or_404
from erasure.choices import DeliveryState, VaultKind
from erasure.deliveries.tasks import name_task, waiting_for_a_task, why_not_name
from erasure.forms.task import TaskForm
from erasure.lifecycle import MoveRefused
from erasure.models import Delivery, PrivacyRequest
from erasure.vault_kinds import VAULT_KINDS

TAKE_OFF = "take_off"


@page("erasure.file_request", methods=("GET", "HEAD", "POST"))
def request_task(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask for the task, and name it, change it or take it off."""
    found = request_or_404(reference)
    if why := why_not_name(found):
        return refused(request, found, why)
    if request.method == "POST" and request.POST.get("do") == TAKE_OFF:
        return _name(request, found, "")
    form = TaskForm(request.POST if request.method == "POST" else None, request=found)
    if form.is_valid():
        return _name(request, found, form.cleaned_data["vault_task"])
    title = _("Change the task") if found.vault_task else _("Name the task")
    waiting, told = waiting_for_a_task(found).count(), _told(found)
    return shown(request, "request_task", found, title=title, form=form, waiting=waiting, told=told)


def _name(request: HttpRequest, found: PrivacyRequest, task: str) -> HttpResponse:
    before = found.vault_task
    try:
        freed = name_task(found, task, by=request.user, now=timezone.now())
    except MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _words(found, freed, is_new=found.vault_task != before))
    return back_to(found)


def _words(found: PrivacyRequest, freed: int, *, is_new: bool) -> str:
    """What came of it: above all how much of what waited goes out now."""
    about = {"reference": found.reference, "count": freed}
    if not is_new:
        return _("Nothing was changed for %(reference)s.") % about
    if not found.vault_task:
        return _("%(reference)s names no task any more; nothing goes to one.") % about
    if not freed:
        return _("The task of %(reference)s is named. What is delivered from now on goes to it.") % about
    words = ngettext(
        "The task of %(reference)s is named. %(count)d delivery that waited for it goes out now.",
        "The task of %(reference)s is named. %(count)d deliveries that waited for it go out now.",
        freed,
    )
    return words % about


def _told(found: PrivacyRequest) -> int:
    """How many deliveries have reached the task that is named."""
    kinds = [kind for kind in VaultKind if VAULT_KINDS[kind].has_tasks]
    reached = Delivery.objects.filter(request=found, state=DeliveryState.DELIVERED, vault__kind__in=kinds)
    return reached.count() if found.vault_task else 0


urls: list[URLPattern] = [path("requests/<reference:reference>/task/", request_task, name="request_task")]
