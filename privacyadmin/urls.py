"""The addresses of the program: the admin site, the callback, and what watches the process."""

from django.contrib import admin
from django.urls import path
from django.views.generic import RedirectView

from erasure.webhook import cxone_callback
from privacyadmin.health import healthz, readyz

urlpatterns = [
    path("", RedirectView.as_view(pattern_name="admin:index")),
    path("admin/", admin.site.urls),
    path("webhooks/cxone/<uuid:public_id>/<str:key_id>.<str:mac>/", cxone_callback, name="cxone_callback"),
    path("healthz", healthz, name="healthz"),
    path("readyz", readyz, name="readyz"),
]
