"""The addresses of the log's own pages below the admin site."""

from django.urls import URLPattern, path

from audit.admin import check_elsewhere, earlier_logs, verification
from audit.admin.access import page
from audit.export.download import PERMISSION, export_response


def pages() -> list[URLPattern]:
    """All of them; each family lists its own."""
    export = page(PERMISSION, methods=("POST",))(export_response)
    return [
        *verification.urls,
        *check_elsewhere.urls,
        *earlier_logs.urls,
        path("audit/export/", export, name="log_export"),
    ]
