"""A sample of requests for an audit visit, which whoever knows its seed and its days draws again.

Every request received in the days asked for gets a place: SHA-256 over the seed, a line feed and the
request's reference, in UTF-8. The requests with the smallest values, as big-endian numbers, are the sample,
the smallest first. So nobody who files requests can know beforehand which will be drawn, and nobody who
draws them can choose.
"""

import hashlib
import heapq
import re
import secrets
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django import forms
from django.contrib import admin
from django.core.exceptions import ValidationError
from django.db.models import Prefetch
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy

from audit.events import Event
from audit.models import AuditEvent
from erasure.admin.access import page
from erasure.asked import controllers_today
from erasure.choices import RequestStage
from erasure.models import PrivacyRequest, Submission
from erasure.stages import Part, stage_of

FEWEST, MOST, USUAL = 1, 100, 25
_SEED = re.compile(r"[A-Za-z0-9._-]{1,64}")


class SampleForm(forms.Form):
    """The days of receipt, both included, how many requests, and the seed that decides which."""

    first_day = forms.DateField(label=_lazy("Received from"), widget=forms.DateInput(attrs={"type": "date"}))
    last_day = forms.DateField(label="To", widget=forms.DateInput(attrs={"type": "date"}))
    count = forms.IntegerField(label=_lazy("How many"), min_value=FEWEST, max_value=MOST)
    seed = forms.CharField(
        label=_lazy("Seed"),
        max_length=64,
        help_text=_lazy("Keep it with your notes: the same seed and days give the same requests."),
        widget=forms.TextInput(attrs={"class": "pa-mono", "autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_seed(self) -> str:
        """A seed that can be read aloud and typed again."""
        seed: str = self.cleaned_data["seed"]
        if not _SEED.fullmatch(seed):
            raise ValidationError(_("A seed has letters, digits and . _ - alone, at most 64 of them."))
        return seed

    def clean(self) -> dict[str, Any]:
        """Both days in their order."""
        first, last = self.cleaned_data.get("first_day"), self.cleaned_data.get("last_day")
        if first and last and first > last:
            self.add_error("last_day", _("This day is before the first one."))
        return self.cleaned_data


@dataclass(frozen=True)
class Drawn:
    """One request of the sample: where it stands, its place, and the events that tell of its completion."""

    request: PrivacyRequest
    stage: RequestStage
    place: str
    completions: list[int]


@dataclass(frozen=True)
class Sample:
    """What was drawn, and out of how many."""

    drawn: list[Drawn]
    total: int


@page("audit.view_auditevent", "erasure.view_privacyrequest")
def show(request: HttpRequest) -> HttpResponse:
    """The form, and below it the sample that the address asks for."""
    asked = {name: request.GET[name].strip() for name in SampleForm.base_fields if request.GET.get(name)}
    form = SampleForm({**_suggested(), **asked}) if asked else SampleForm(initial=_suggested())
    context = {
        "title": _("A sample for an audit visit"),
        "form": form,
        "sample": draw(**form.cleaned_data) if asked and form.is_valid() else None,
    }
    return render(request, "erasure/audit_sample.html", {**admin.site.each_context(request), **context})


def draw(*, first_day: date, last_day: date, count: int, seed: str) -> Sample:
    """The sample: at most `count` of the requests received in these days, in the order of their places."""
    received = PrivacyRequest.objects.filter(received_on__range=(first_day, last_day))
    places = (
        (place_of(reference, seed=seed), reference)
        for reference in received.values_list("reference", flat=True).iterator()
    )
    drawn = heapq.nsmallest(count, places)
    return Sample(_with_facts(drawn), received.count())


def place_of(reference: str, *, seed: str) -> str:
    """Where a request stands in the order of a seed, in hexadecimal."""
    return hashlib.sha256(f"{seed}\n{reference}".encode()).hexdigest()


def _with_facts(places: list[tuple[str, str]]) -> list[Drawn]:
    """The drawn requests with what the page shows, in a fixed number of queries."""
    parts = Submission.objects.filter(replaced_by__isnull=True).only(
        "request", "number", "status", "attention"
    )
    wanted = PrivacyRequest.objects.filter(reference__in=[reference for _place, reference in places])
    requests = {
        request.reference: request
        for request in wanted.defer("note", "salt", "answer_note", "derivation").prefetch_related(
            Prefetch("submissions", parts, "parts")
        )
    }
    completions = _completions(requests.values())
    return [
        Drawn(requests[reference], _stage(requests[reference]), place, completions[requests[reference].obj])
        for place, reference in places
    ]


def _completions(requests: Iterable[PrivacyRequest]) -> Mapping[str, list[int]]:
    """The numbers of the events that tell of a completion, by what they are about."""
    about = [request.obj for request in requests]
    found = AuditEvent.objects.filter(obj__in=about, act=Event.REQUEST_COMPLETED).order_by("seq")
    numbers: dict[str, list[int]] = defaultdict(list)
    for obj, seq in found.values_list("obj", "seq"):
        numbers[obj].append(seq)
    return numbers


def _stage(request: PrivacyRequest) -> RequestStage:
    parts: list[Submission] = getattr(request, "parts", [])
    return stage_of([Part(part.status, part.attention) for part in parts], answered=request.is_answered)


def _suggested() -> dict[str, str]:
    """The last whole month, the usual number, and a new seed."""
    last = controllers_today().replace(day=1) - timedelta(days=1)
    first = last.replace(day=1)
    return {
        "first_day": first.isoformat(),
        "last_day": last.isoformat(),
        "count": str(USUAL),
        "seed": secrets.token_hex(8),
    }


urls: list[URLPattern] = [path("requests/sample/", show, name="audit_sample")]
