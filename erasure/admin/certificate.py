"""The page on which a certificate is taken: the person's copy by officers, the full report by auditors."""

from dataclasses import dataclass
from typing import Any, cast

from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from audit.admin.confirmation import asked_to_confirm
from erasure import certificates
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404
from erasure.certificates import REPORT_ALONE, Certificate, CertificateRefused, Contents, Copy
from erasure.certificates.files import REPORT
from erasure.certificates.words import anothers_words, grounds_of, kept_words, standing_words
from erasure.models import PrivacyRequest, Submission
from erasure.plain_words import categories_words, count_words

PERMISSIONS = {Copy.PERSON: "erasure.take_certificate", Copy.AUDIT: "erasure.take_audit_copy"}
#: A report runs nothing, loads nothing and sends nothing, whatever stands in it.
REPORT_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)


@dataclass(frozen=True)
class Left:
    """What a copy does not cover, in words."""

    number: int
    categories: str
    standing: str
    grounds: list[str]


@dataclass(frozen=True)
class Offer:
    """One copy as the page offers it; `refusal` says why there is none."""

    copy: Copy
    contents: Contents | None
    refusal: str = ""

    @property
    def left(self) -> list[Left]:
        """What the copy does not cover."""
        return (
            [] if self.contents is None else [_left(row, self.contents) for row in self.contents.not_covered]
        )

    @property
    def entries_words(self) -> str:
        """How many entries of the log it holds."""
        return count_words(len(self.contents.events) if self.contents else 0, "entry")

    @property
    def holds_words(self) -> str:
        """How many holds it tells of."""
        return count_words(len(self.contents.holds) if self.contents else 0, "hold")

    @property
    def overrides_words(self) -> str:
        """How many decisions on overrides it tells of."""
        return count_words(len(self.contents.overrides) if self.contents else 0, "override decision")

    @property
    def anothers(self) -> str:
        """That something concerned an identifier of another person."""
        return "" if self.contents is None else anothers_words(self.contents)

    @property
    def kept(self) -> str:
        """How long the record is kept."""
        return "" if self.contents is None else kept_words(self.contents)


@page("erasure.view_privacyrequest")
def show(request: HttpRequest, reference: str) -> HttpResponse:
    """What each copy would hold, proves and leaves out. Looking at it takes nothing, and reveals nothing."""
    copies = [copy for copy, permission in PERMISSIONS.items() if request.user.has_perm(permission)]
    if not copies:
        raise PermissionDenied
    found = request_or_404(reference)
    context = {
        "title": _("Certificate of %(reference)s") % {"reference": reference},
        "request_shown": found,
        "offers": [_offer(found, copy) for copy in copies],
    }
    return render(request, "erasure/certificate.html", {**admin.site.each_context(request), **context})


@page("erasure.view_privacyrequest", PERMISSIONS[Copy.PERSON], methods=("POST",))
@sensitive_post_parameters("password")
def take_persons(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the person's copy; like every page of the admin site, it is never stored on the way.

    It holds the identifier in full, so the password is asked for as when one is revealed.
    """
    question = asked_to_confirm(
        request,
        doing=_("Take the certificate of %(request)s") % {"request": request_or_404(reference)},
        back=reverse("admin:request_certificate", args=[reference]),
        afterwards=""
        if _via(request) == REPORT_ALONE
        else _("The files are then downloaded; this page stays."),
    )
    if question is not None:
        return question
    return _handed_out(request, reference, Copy.PERSON)


@page("erasure.view_privacyrequest", PERMISSIONS[Copy.AUDIT], methods=("POST",))
def take_auditors(request: HttpRequest, reference: str) -> HttpResponse:
    """Hand out the auditors' copy."""
    return _handed_out(request, reference, Copy.AUDIT)


def _offer(request: PrivacyRequest, copy: Copy) -> Offer:
    try:
        return Offer(copy, certificates.contents_of(request, copy=copy))
    except CertificateRefused as refusal:
        return Offer(copy, None, str(refusal))


def _left(submission: Submission, contents: Contents) -> Left:
    return Left(
        number=submission.number,
        categories=categories_words(submission.categories),
        standing=standing_words(submission),
        grounds=grounds_of(submission, contents),
    )


def _handed_out(request: HttpRequest, reference: str, copy: Copy) -> HttpResponse:
    found, by = request_or_404(reference), cast("Any", request.user)
    via = _via(request)
    try:
        taken = certificates.take(found, copy=copy, by=by, via=via)
    except CertificateRefused as refusal:
        messages.error(request, str(refusal))
        return redirect("admin:request_certificate", reference=reference)
    return _as_report(taken) if via == REPORT_ALONE else _as_zip(taken)


def _via(request: HttpRequest) -> str:
    return REPORT_ALONE if request.POST.get("as") == REPORT_ALONE else "zip"


def _as_zip(taken: Certificate) -> HttpResponse:
    disposition = {"Content-Disposition": f'attachment; filename="{taken.name}.zip"'}
    return HttpResponse(taken.as_zip(), content_type="application/zip", headers=disposition)


def _as_report(taken: Certificate) -> HttpResponse:
    return HttpResponse(taken.files[REPORT], headers={"Content-Security-Policy": REPORT_POLICY})


urls: list[URLPattern] = [
    path("requests/<reference:reference>/certificate/", show, name="request_certificate"),
    path("requests/<reference:reference>/certificate/person/", take_persons, name="certificate_take_person"),
    path("requests/<reference:reference>/certificate/audit/", take_auditors, name="certificate_take_audit"),
]
