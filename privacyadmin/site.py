"""The admin site: every page hangs below it. Its look is in `theme.py`, its menu in `navigation.py`."""

from collections.abc import Iterable
from typing import Any, NoReturn

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import URLPattern, URLResolver
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _lazy
from django.views.decorators.http import require_safe
from unfold.forms import AuthenticationForm
from unfold.sites import UnfoldAdminSite

from privacyadmin.pages import admin_pages

#: Django's and the theme's own addresses that nothing of ours uses: searches across models with the term in
#: the address, choices for widgets we have not, and a way from any object to wherever it says it is shown.
LEFT_OUT = {"search", "autocomplete", "view_on_site"}


class SignInForm(AuthenticationForm):  # type: ignore[misc]  # Unfold ships no types.
    """The two fields of the sign-in page. One answer for every failure: which half was wrong is not told."""

    error_messages = {
        "invalid_login": _lazy("That name and password don’t match. Both are case-sensitive."),
        "inactive": _lazy("That name and password don’t match. Both are case-sensitive."),
    }

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["username"].error_messages["required"] = _("Type your user name.")
        self.fields["password"].error_messages["required"] = _("Type your password.")


class PrivacyAdminSite(UnfoldAdminSite):  # type: ignore[misc]  # Unfold ships no types.
    """Django's admin site in Unfold's theme, with our sign-in form and the organisation's name everywhere."""

    index_title = _lazy("What needs me")
    login_form = SignInForm

    def each_context(self, request: HttpRequest) -> dict[str, Any]:
        """What every page knows besides its own: who the installation belongs to."""
        return {**super().each_context(request), "organisation": settings.ORGANISATION}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._pages: list[URLPattern] = []

    def add_pages(self, pages: Iterable[URLPattern]) -> None:
        """Hang pages below the site, before those of the models; called once, by the project's addresses.

        The site cannot import them itself, since their modules register with it while it is being made.
        """
        self._pages.extend(pages)

    def get_urls(self) -> list[URLPattern | URLResolver]:
        """Our own pages before those of the models."""
        of_the_theme = [url for url in super().get_urls() if getattr(url, "name", "") not in LEFT_OUT]
        return [*admin_pages(self), *self._pages, *of_the_theme]

    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The sign-in page. Whoever is signed in is led on, by HEAD as well as by GET."""
        if request.method == "HEAD" and self.has_permission(request):
            return redirect("admin:index")
        answer: HttpResponse = super().login(request, extra_context)
        return answer

    @method_decorator(require_safe)
    def index(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """What needs the reader; it is looked at, and takes nothing."""
        answer: HttpResponse = super().index(request, extra_context)
        return answer

    def app_index(self, request: HttpRequest, app_label: str, extra_context: Any = None) -> NoReturn:  # noqa: ARG002 - Django's.
        """There is no page of one Django app: the menu leads everywhere. The address stays, since Django
        names it on every page.
        """
        raise Http404
