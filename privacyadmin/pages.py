"""The pages that the wiring itself brings to the admin site."""

from django.contrib.admin import AdminSite
from django.urls import URLPattern

from privacyadmin.people_pages import PeoplePages


def admin_pages(site: AdminSite) -> list[URLPattern]:
    """The addresses to hang into the site before its own."""
    return PeoplePages(site).urls()
