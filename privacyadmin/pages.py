"""The pages that the wiring itself brings to the admin site."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern, path

from privacyadmin import preferences
from privacyadmin.languages import choose_language
from privacyadmin.people_pages import PeoplePages


def admin_pages(site: AdminSite) -> list[URLPattern]:
    """The addresses to hang into the site before its own. The language is chosen before signing in, too."""
    return [
        path("language/", choose_language, name="language"),
        *preferences.urls(site),
        *PeoplePages(site).urls(),
    ]
