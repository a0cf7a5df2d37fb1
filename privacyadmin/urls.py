"""The addresses of the program: the admin site, the callback, and what watches the process."""

from typing import cast

from django.contrib import admin
from django.urls import path
from django.views.decorators.http import require_safe
from django.views.generic import RedirectView

from audit.admin.pages import pages as pages_of_the_log
from erasure.admin.pages import pages
from erasure.webhook import cxone_callback
from privacyadmin.health import healthz, readyz
from privacyadmin.invitations import AcceptInvitationView
from privacyadmin.set_up import set_up
from privacyadmin.site import PrivacyAdminSite

cast(PrivacyAdminSite, admin.site).add_pages([*pages_of_the_log(), *pages()])

urlpatterns = [
    path("", require_safe(RedirectView.as_view(pattern_name="admin:index"))),
    # Before the admin site, since whoever opens these cannot sign in yet.
    path("admin/set-up/<str:token>/", set_up, name="set_up"),
    path(
        "admin/invitation/<slug:uidb64>/<str:token>/",
        AcceptInvitationView.as_view(),
        name="accept_invitation",
    ),
    path("admin/", admin.site.urls),
    path("webhooks/cxone/<uuid:public_id>/<str:key_id>.<str:mac>/", cxone_callback, name="cxone_callback"),
    # Some gateways drop a closing slash, and a redirect to it would drop the body.
    path("webhooks/cxone/<uuid:public_id>/<str:key_id>.<str:mac>", cxone_callback),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
