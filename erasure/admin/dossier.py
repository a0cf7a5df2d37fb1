"""The page on which a dossier is taken: what is presented, what it leads to, and only then the archive.

Identifiers are posted and never stand in an address; between the steps the page carries them, encrypted, so
that nothing of them is stored.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.conf import settings
from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import URLPattern, path, reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_post_parameters

from audit.admin.confirmation import asked_to_confirm
from audit.export.streaming import streamed
from erasure import dossier
from erasure.admin.access import page, request_or_404
from erasure.asked import Identifier, without_white_space
from erasure.carrying import NotCarried, carried_identifiers, carry_identifiers
from erasure.choices import IdentifierKind, RequestStage
from erasure.dossier import DossierRefused, Presented, TooManyDossiers
from erasure.encryption import masked
from erasure.forms import IdentifierRows, typed
from erasure.models import PrivacyRequest
from erasure.models.subjects import in_order
from erasure.stages import Part, stage_of

PERMISSIONS = ("erasure.view_privacyrequest", "erasure.take_certificate")
PURPOSE = "dossier"
LOOK, ADD_ROW = "look", "add_row"
#: So many requests are listed before the dossier is taken; it has them all.
MOST_LISTED = 50


@dataclass(frozen=True)
class Listed:
    """One request as the list has it: where it stands, how many proofs it has, how many are opened."""

    request: PrivacyRequest
    stage: RequestStage
    proofs: int
    opened: int


@page(*PERMISSIONS, methods=("GET", "HEAD", "POST"))
@sensitive_post_parameters()
def show(request: HttpRequest) -> HttpResponse:
    """The form; posted, what the dossier would hold. Looking takes nothing and stores nothing."""
    if request.method != "POST":
        return _form(request, IdentifierRows(prefix="identifier"))
    if reference := request.POST.get("request", ""):
        return _of_request(request, reference)
    if request.POST.get("do") == ADD_ROW:
        _none, typed_rows = typed(request.POST, form=forms.Form)
        return _form(request, IdentifierRows(prefix="identifier", initial=[*typed_rows, {}]))
    rows = IdentifierRows(request.POST, prefix="identifier")
    if not rows.is_valid():
        return _form(request, rows)
    return _looked(request, [row.given for row in rows], rows=rows)


@page(*PERMISSIONS, methods=("POST",))
@sensitive_post_parameters()
def take(request: HttpRequest) -> HttpResponseBase:
    """Hand the archive out, once it is certain who sits there: it shows what was presented in full."""
    try:
        given = carried_identifiers(request.POST.get("carried", ""), by=request.user, purpose=PURPOSE)
    except NotCarried:
        messages.error(
            request, _("This page was open for too long, or is not yours. Begin anew: nothing was taken.")
        )
        return redirect("admin:dossier")
    question = asked_to_confirm(
        request,
        doing=_("Take the dossier of a person"),
        back=reverse("admin:dossier"),
        afterwards=_("The archive is then downloaded; this page stays."),
    )
    if question is not None:
        return question
    try:
        taken = dossier.begin(dossier.whose(given), by=cast("Any", request.user), language=_language(request))
    except TooManyDossiers as refusal:
        answer = _looked(request, given, problem=str(refusal), status=429)
        answer["Retry-After"] = str(refusal.seconds)
        return answer
    except DossierRefused as refusal:
        return _looked(request, given, problem=str(refusal), status=409)
    return streamed(request, taken.as_zip(), media_type="application/zip", name=taken.name)


def _of_request(request: HttpRequest, reference: str) -> HttpResponse:
    """What the identifiers of this request lead to, as far as they are still known."""
    known = in_order(request_or_404(reference).subject.identifiers.all())
    given = [Identifier(one.kind, one.value) for one in known if one.value is not None]
    if not given:
        words = _(
            "The identifiers of %(reference)s have been shredded, so nothing here can name the person. Give "
            "the identifier that the person presents."
        ) % {"reference": reference}
        return _form(request, IdentifierRows(prefix="identifier"), problem=words)
    return _looked(request, given)


def _looked(
    request: HttpRequest,
    given: Sequence[Identifier],
    *,
    rows: Any = None,
    problem: str = "",
    status: int = 200,
) -> HttpResponse:
    """What the dossier would hold; the form again where there is none. `problem` is why none was taken."""
    try:
        presented = dossier.whose(given)
    except DossierRefused as refusal:
        return _form(request, rows or _rows_of(given), problem=str(refusal), status=status)
    requests = dossier.requests_of(presented)
    total = requests.count()
    listed = [_listed(one, presented) for one in requests[:MOST_LISTED]]
    context = {
        "title": _("Dossier"),
        "problem": problem,
        "presented": [(masked(one.value), IdentifierKind(one.kind).label) for one in presented.identifiers],
        "unknown": presented.unknown,
        "listed": listed,
        "total": total,
        "more": total - len(listed),
        "languages": settings.LANGUAGES,
        "spoken": _language(request),
        "minutes": settings.REVEAL_MINUTES,
        "carried": carry_identifiers(presented.identifiers, by=request.user, purpose=PURPOSE),
    }
    return render(
        request, "erasure/dossier_found.html", {**admin.site.each_context(request), **context}, status=status
    )


def _listed(request: PrivacyRequest, presented: Presented) -> Listed:
    submissions = dossier.submissions_of(request)
    replaced = {row.replaces_id for row in submissions}
    parts = [Part(row.status, row.attention) for row in submissions if row.pk not in replaced]
    provable = dossier.provable(request, submissions)
    return Listed(
        request=request,
        stage=stage_of(parts, answered=request.is_answered),
        proofs=len(provable),
        opened=len(dossier.openable(provable, presented)),
    )


def _form(request: HttpRequest, rows: Any, *, problem: str = "", status: int = 200) -> HttpResponse:
    context = {**admin.site.each_context(request), "title": _("Dossier"), "rows": rows, "problem": problem}
    return render(request, "erasure/dossier.html", context, status=status)


def _rows_of(given: Sequence[Identifier]) -> Any:
    shown = [{"kind": one.kind, "value": one.value} for one in without_white_space(given)]
    return IdentifierRows(prefix="identifier", initial=shown)


def _language(request: HttpRequest) -> str:
    """The language chosen; the reader’s own until then, and for anything that is none of ours."""
    known = [code for code, _name in settings.LANGUAGES]
    chosen = request.POST.get("language") or get_language() or ""
    return chosen if chosen in known else known[0]


urls: list[URLPattern] = [
    path("dossier/", show, name="dossier"),
    path("dossier/take/", take, name="dossier_take"),
]
