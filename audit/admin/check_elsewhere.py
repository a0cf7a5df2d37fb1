"""How to check an export on another machine, and the verifier to take there."""

import hashlib
import io
from functools import cache

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, path
from django.utils.translation import gettext as _

from audit import verifier_file
from audit.admin import standing
from audit.admin.access import page
from audit.admin.verification_words import LIMITS

PERMISSION = "audit.view_auditevent"
NAME = verifier_file.NAME


@page(PERMISSION)
def show(request: HttpRequest) -> HttpResponse:
    """The commands, what they prove, and what they do not."""
    context = {
        "title": _("Check an export on another machine"),
        "verifier": NAME,
        "digest": hashlib.sha256(_verifier()).hexdigest(),
        "vkeys": standing.vkeys(),
        "limits": LIMITS,
        "mails_to": len(settings.AUDIT_CHECKPOINT_MAIL_TO),
    }
    return render(request, "audit/check_elsewhere.html", {**admin.site.each_context(request), **context})


@page(PERMISSION)
def download(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - the same for everybody.
    """The verifier as one file that Python runs."""
    answer = HttpResponse(_verifier(), content_type="application/zip")
    answer["Content-Disposition"] = f'attachment; filename="{NAME}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


@cache
def _verifier() -> bytes:
    """The file's bytes; they come from sources, which do not change while the program runs."""
    file = io.BytesIO()
    verifier_file.build(file)
    return file.getvalue()


urls: list[URLPattern] = [
    path("audit/check-elsewhere/", show, name="log_check_elsewhere"),
    path(f"audit/{NAME}", download, name="log_verifier"),
]
