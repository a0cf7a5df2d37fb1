"""Recording that the person was answered, part by part, with the letter that tells them beside the form."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import admin, messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext as _

from audit.trail import audited
from erasure import lifecycle
from erasure.admin import references  # noqa: F401 - registers the converter named in the addresses below.
from erasure.admin.access import page, request_or_404
from erasure.admin.answer_rows import Row, all_of_them, rows_of, suggested, suggestion
from erasure.admin.letter_beside import day_of, letter_beside, letter_language
from erasure.asked import controllers_today
from erasure.choices import Channel, Outcome
from erasure.forms.answer import AnswerForm, parts_asked, told_of
from erasure.forms.problems import problems_of
from erasure.letters import facts_of, parts_told
from erasure.models import PrivacyRequest
from erasure.plain_words import uncapitalised


@page("erasure.answer_request", methods=("GET", "HEAD", "POST"))
def answer(request: HttpRequest, reference: str) -> HttpResponse:
    """Ask what the person was told, and record it; what stands in the way is said in place of the form.

    Two buttons record nothing: one shows the letter of what is chosen, one sets all parts at once.
    """
    found = request_or_404(reference)
    if refusal := lifecycle.why_not_answer(found):
        messages.error(request, refusal)
        return _to_what_is_marked(found)
    do = request.POST.get("do", "record")
    if request.method == "POST" and do == "record":
        form = AnswerForm(request.POST, request=found)
        if form.is_valid():
            return _record(request, found, form)
        return _page(request, found, form, request.POST)
    values = _first_seen(request, found) if request.method != "POST" else request.POST.dict()
    form = AnswerForm(initial=values, request=found)
    if do == "set_all":
        values |= all_of_them(form.parts, request.POST.get("all_outcome"), request.POST.get("all_ground"))
    return _page(request, found, form, values)


def _to_what_is_marked(found: PrivacyRequest) -> HttpResponse:
    """To the request's page, there to the mark where that is what stands in the way."""
    marked = lifecycle.part_to_look_at(found)
    page = redirect("admin:request_page", reference=found.reference)
    return redirect(f"{page.url}#attention-{marked.number}") if marked else page


def _first_seen(request: HttpRequest, found: PrivacyRequest) -> dict[str, Any]:
    """What is chosen when the page opens: what fits the reports, or a refusal where that was asked for."""
    values = suggested(found)
    if request.GET.get("outcome") == Outcome.REFUSED:
        values |= all_of_them(parts_asked(found), Outcome.REFUSED, None)
    return {**values, "answered_on": controllers_today(), "language": letter_language({})}


def _page(
    request: HttpRequest, found: PrivacyRequest, form: AnswerForm, values: Mapping[str, Any]
) -> HttpResponse:
    rows = rows_of(found, form)
    context = {
        "title": _("Answer %(reference)s") % {"reference": found.reference},
        "request_shown": found,
        "form": form,
        "rows": rows,
        "problems": problems_of(form, named=_named(rows)),
        "alone": rows[0] if len(rows) == 1 else None,
        "grounds": form.grounds,
        "outcomes": _in_common(form),
        "hint": suggestion(found),
        "can_be_late": "late_reason" in form.fields,
        "refusal_was_due_sooner": found.first_due_on != found.due_on,
        **_letter(found, form, values),
    }
    return render(request, "erasure/answer.html", {**admin.site.each_context(request), **context})


def _named(rows: Sequence[Row]) -> dict[str, str]:
    """The fields of several parts, each named with its part."""
    if len(rows) == 1:
        return {}
    fields = [(row.heading, bound) for row in rows for bound in (row.outcome, row.ground)]
    return {bound.name: f"{heading}: {uncapitalised(bound.label)}" for heading, bound in fields}


def _in_common(form: AnswerForm) -> list[Outcome]:
    """The outcomes that can be set for several parts at once."""
    possible = {one for part in form.parts for one in lifecycle.possible_outcomes(part.submission)}
    return [outcome for outcome in Outcome if outcome in possible]


def _letter(found: PrivacyRequest, form: AnswerForm, values: Mapping[str, Any]) -> dict[str, Any]:
    told, language = told_of(form.parts, values), letter_language(values)
    if not told:
        hint = _("Choose for each part what the person is told; the letter for it will stand here.")
        return letter_beside("", None, language=language, hint=hint)
    facts = facts_of(found, day=day_of(form, "answered_on", values), parts=parts_told(found, told))
    return letter_beside(lifecycle.outcome_of(told), facts, language=language)


def _record(request: HttpRequest, found: PrivacyRequest, form: AnswerForm) -> HttpResponse:
    given = form.cleaned_data
    try:
        with audited() as log:
            lifecycle.answer(
                log,
                found,
                by=request.user,
                told=form.told,
                channel=Channel(given["channel"]),
                answered_on=given["answered_on"],
                note=given["note"],
                now=timezone.now(),
                late_reason=given.get("late_reason", ""),
            )
    except lifecycle.MoveRefused as refusal:
        messages.error(request, str(refusal))
    else:
        words = _("%(reference)s is answered. The clock has stopped.") % {"reference": found.reference}
        messages.success(request, words)
    return redirect("admin:request_page", reference=found.reference)


urls: list[URLPattern] = [path("requests/<reference:reference>/answer/", answer, name="request_answer")]
