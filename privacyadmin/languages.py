"""In which language a page speaks: that of the account, else the one that the browser asks for.

Codes, the audit log, what goes to CXone and files for machines are in no language; jobs and the command line
speak English.
"""

from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation
from django.utils.cache import patch_vary_headers
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST


class LanguageMiddleware:
    """Speaks the reader's language while a page is made, and no longer: threads are used again."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer in the reader's language, and say which one it is. What is no page says nothing of it."""
        language = language_of(request)
        with translation.override(language):
            response = self.get_response(request)
        if response.get("Content-Type", "").startswith("text/html"):
            response.setdefault("Content-Language", language)
            patch_vary_headers(response, ("Accept-Language", "Cookie"))
        return response


def language_of(request: HttpRequest) -> str:
    """The language of the account; else of the browser, whose cookie counts before what it asks for."""
    chosen = getattr(request.user, "language", "")
    return chosen if is_spoken(chosen) else translation.get_language_from_request(request)


def is_spoken(language: str) -> bool:
    """Whether pages can be had in it."""
    return language in dict(settings.LANGUAGES)


def keep_in_browser(response: HttpResponse, language: str) -> None:
    """Remember the choice where nobody is signed in; the empty one forgets it."""
    if not language:
        response.delete_cookie(settings.LANGUAGE_COOKIE_NAME, samesite="Lax")
        return
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME,
        language,
        max_age=settings.LANGUAGE_COOKIE_AGE,
        secure=settings.LANGUAGE_COOKIE_SECURE,
        httponly=True,
        samesite="Lax",
    )


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """The switch on the pages before the sign-in: keep the choice in a cookie, and lead back.

    Raises BadRequest for a language in which there are no pages.
    """
    language = request.POST.get("language", "")
    if not is_spoken(language):
        raise BadRequest(_("There are no pages in that language."))
    back = request.POST.get("next", "")
    is_ours = url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    response = redirect(back if is_ours and back.startswith("/") else "admin:login")
    keep_in_browser(response, language)
    return response
