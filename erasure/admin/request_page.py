"""The page of one request, and the part of it that follows by itself while something is under way."""

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils import timezone

from audit.checking.snapshot import snapshot
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404
from erasure.admin.delivery_card import deliveries_of
from erasure.admin.request_state import page_context, version


@page("erasure.view_privacyrequest")
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """The whole page."""
    return rendered_page(request, reference)


@page("erasure.view_privacyrequest")
def live(request: HttpRequest, reference: str) -> HttpResponse:
    """The part that changes, as a fragment; 304 without a body while it is as the reader has it (ETag)."""
    with snapshot():
        found = request_or_404(reference)
        known = found.submissions.select_related("identifier").only(
            "number", "status", "next_attempt_at", "request", "identifier__subject"
        )
        etag = f'"{version(found, list(known), deliveries_of(found), now=timezone.now())}"'
        if request.headers.get("If-None-Match") == etag:
            return HttpResponseNotModified(headers={"ETag": etag})
        answer = render(request, "erasure/request_body.html", page_context(request, found))
    answer["ETag"] = etag
    return answer


def rendered_page(request: HttpRequest, reference: str, **more: Any) -> HttpResponse:
    """The page of the request with this reference; `more` is what is shown once, such as a reveal."""
    everywhere = admin.site.each_context(request)
    # Badges, buttons and timeline speak of one moment, whatever CXone reports meanwhile.
    with snapshot():
        context = page_context(request, request_or_404(reference))
        return render(request, "erasure/request_page.html", {**everywhere, **context, **more})


urls: list[URLPattern] = [
    path("requests/<reference:reference>/", show, name="request_page"),
    path("requests/<reference:reference>/live/", live, name="request_live"),
]
