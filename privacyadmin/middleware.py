"""What every address shares: which methods there are; and every page of a signed-in person: never cached,
times in that person's zone.
"""

import zoneinfo
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.utils import timezone

METHODS = ("GET", "HEAD", "POST")


class MethodsMiddleware:
    """Answers 405 to every method that no address of ours takes, whoever asks and whatever it names."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; which of the three methods a page takes is for the page to say."""
        return self.get_response(request) if request.method in METHODS else HttpResponseNotAllowed(METHODS)


class SignedInPagesMiddleware:
    """Marks answers to signed-in people `no-store` and shows times in their zone, the controller's by
    default.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer the request; an unknown zone name on the account falls back to the controller's zone."""
        if not request.user.is_authenticated:
            return self.get_response(request)
        with timezone.override(_zone_of(request.user)):
            response = self.get_response(request)
        response.setdefault("Cache-Control", "no-store")
        return response


def _zone_of(user: object) -> zoneinfo.ZoneInfo | None:
    try:
        return zoneinfo.ZoneInfo(getattr(user, "time_zone", ""))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        return None
