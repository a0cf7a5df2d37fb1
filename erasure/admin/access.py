"""Who may open a page. Every page of ours is wrapped here, so that none is reachable without a permission.

Decided once: somebody who is not signed in is sent to the sign-in page; who is signed in but lacks the
permission gets 403; an object that does not exist is 404.
"""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_http_methods

from erasure.models import PrivacyRequest, Submission

View = Callable[..., HttpResponseBase]


def page(permission: str, *, methods: tuple[str, ...] = ("GET", "HEAD")) -> Callable[[View], View]:
    """Make a view a page of the admin site for those who hold `permission`, answering these methods and 405
    to others.
    """

    def wrap(view: View) -> View:
        @require_http_methods(list(methods))
        @wraps(view)
        def checked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.has_perm(permission):
                raise PermissionDenied
            return view(request, *args, **kwargs)

        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            # The site is asked at the request: while modules are still being imported it does not exist yet.
            answer: HttpResponseBase = admin.site.admin_view(checked)(request, *args, **kwargs)
            return answer

        return guarded

    return wrap


def request_or_404(reference: str) -> PrivacyRequest:
    """The request with this reference, with what every page about it shows."""
    requests = PrivacyRequest.objects.select_related("subject", "owner", "filed_by", "answered_by")
    return get_object_or_404(requests, reference=reference)


def submission_or_404(reference: str, number: int) -> Submission:
    """One submission of a request, by the number people see."""
    submissions = Submission.objects.select_related("request", "identifier", "request__subject")
    return get_object_or_404(submissions, request__reference=reference, number=number)
