"""Placing a legal hold in two steps: the form, what the hold would do, and only then the hold itself."""

import uuid
from dataclasses import replace

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from erasure import holds, placing
from erasure.admin.access import page
from erasure.admin.hold_list import PLACE_HOLD
from erasure.admin.hold_page import MOST_LATE, late_words
from erasure.asked import controllers_today, people_of, without_white_space
from erasure.carrying import NotCarried, carried, carry
from erasure.choices import Category, HoldKind, HoldState, IdentifierKind
from erasure.encryption import masked
from erasure.forms import typed
from erasure.forms.placing_hold import KIND_LINES, HoldForm, initial_of
from erasure.hold_wishes import HoldWish
from erasure.models import LegalHold
from erasure.placing import HoldRefused, PlacedBefore

PURPOSE = "hold"
PREVIEW, PLACE, CHANGE, ADD_ROW = "preview", "place", "change", "add_row"


@page(PLACE_HOLD, methods=("GET", "HEAD", "POST"))
def new(request: HttpRequest) -> HttpResponse:
    """The form; posted, what the hold would do; posted once more, the hold."""
    asked_for = request.POST.get("do", "")
    if asked_for in {PLACE, CHANGE}:
        return _second_step(request, place=asked_for == PLACE)
    if asked_for == PREVIEW:
        form = HoldForm(request.POST)
        return _preview(request, form.wish()) if form.is_valid() else _form(request, form)
    initial, rows = typed(request.POST, form=HoldForm) if request.method == "POST" else ({}, [{}])
    if asked_for == ADD_ROW:
        rows.append({})
    return _form(request, HoldForm(initial=initial, rows=rows))


def _second_step(request: HttpRequest, *, place: bool) -> HttpResponse:
    try:
        (wish,) = carried(request.POST.get("carried", ""), by=request.user, purpose=PURPOSE).values()
    except NotCarried as refused:
        messages.error(request, str(refused))
        return redirect("admin:hold_new")
    if not place:
        initial, rows = initial_of(wish)
        return _form(request, HoldForm(initial=initial, rows=rows))
    try:
        hold = placing.place(wish, by=request.user)
    except PlacedBefore as before:
        messages.info(request, str(before))
        return redirect("admin:hold_page", before.hold.pk)
    except HoldRefused as refused:
        return _form(request, _refused_form(wish, refused))
    messages.success(request, _what_it_did(hold))
    return redirect("admin:hold_page", hold.pk)


def _refused_form(wish: HoldWish, refused: HoldRefused) -> HoldForm:
    """The form with what was typed and what has come to be against it since the preview."""
    initial, rows = initial_of(wish)
    sent = {name: value for name, value in initial.items() if value not in (None, False)}
    sent |= {f"identifier-{n}-{key}": value for n, row in enumerate(rows) for key, value in row.items()}
    sent |= {"identifier-TOTAL_FORMS": len(rows), "identifier-INITIAL_FORMS": 0}
    form = HoldForm(sent)
    if form.is_valid():
        form.place(refused.violations)
    return form


def _form(request: HttpRequest, form: HoldForm) -> HttpResponse:
    context = {
        "title": _("Place a legal hold"),
        "form": form,
        "problems": form.problems() if form.is_bound else [],
        "kinds": [(option, KIND_LINES[option.data["value"]]) for option in form["kind"]],
    }
    return render(request, "erasure/hold_new.html", {**admin.site.each_context(request), **context})


def _preview(request: HttpRequest, wish: HoldWish) -> HttpResponse:
    reach = placing.reach(wish, most=MOST_LATE)
    given = without_white_space(wish.identifiers)
    context = {
        "title": _("Before this hold is placed"),
        "wish": wish,
        "kind": HoldKind(wish.kind).label,
        "category": Category(wish.category).label if wish.category else _("All categories"),
        "identifiers": [(masked(one.value), IdentifierKind(one.kind).label) for one in given],
        "is_known": bool(people_of(given)),
        "reach": reach,
        "late": [late_words(submission) for submission in reach.latest],
        "late_more": max(0, reach.late - MOST_LATE),
        "is_ahead": wish.from_day is not None and wish.from_day > controllers_today(),
        "carried": carry({0: replace(wish, form_token=uuid.uuid4())}, by=request.user, purpose=PURPOSE),
    }
    return render(request, "erasure/hold_preview.html", {**admin.site.each_context(request), **context})


def _what_it_did(hold: LegalHold) -> str:
    if holds.state(hold, timezone.now()) is HoldState.AHEAD:
        return _("Placed as %(hold)s. It stops nothing before it begins.") % {"hold": hold}
    if hold.late.exists():
        return _("Placed as %(hold)s. It came too late for what stands below: CXone has no recall.") % {
            "hold": hold
        }
    return _("Placed as %(hold)s. What it stops stands below.") % {"hold": hold}


urls: list[URLPattern] = [path("holds/new/", new, name="hold_new")]
